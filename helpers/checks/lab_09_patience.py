"""Exercise 9.3: a caller that backs off, tried with a Lambda that is played by the check."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

FUNCTION = "check-call-patiently"
TIMEOUT_S = 3
CALLERS = 100
FEWEST, MOST = 3, 10
LONGEST_S = 60
DIFFERENT = CALLERS // 2
GROWTH = 1.5
THROTTLE = "TooManyRequestsException"
MISSING = "ResourceNotFoundException"
OK = {"StatusCode": 200}
FAILED = {"StatusCode": 200, "FunctionError": "Unhandled"}
# The learner's file is app.py. This one stands beside it and plays Lambda; an endless caller is
# stopped by what no `except Exception` catches.
CALLER = """
from botocore.exceptions import ClientError

import app


class Enough(BaseException):
    pass


def try_once(steps):
    waits, calls = [], []

    def call():
        calls.append(1)
        if len(calls) > 40:
            raise Enough
        step = steps[min(len(calls), len(steps)) - 1]
        if isinstance(step, dict):
            return step
        status = {{"HTTPStatusCode": 429 if step.startswith("TooMany") else 404}}
        raise ClientError({{"Error": {{"Code": step}}, "ResponseMetadata": status}}, "Invoke")

    try:
        ended = {{"answer": app.{name}(call, waits.append)}}
    except ClientError as error:
        ended = {{"raised": error.response["Error"]["Code"]}}
    except Enough:
        ended = {{"endless": True}}
    return {{"calls": len(calls), "waits": waits, **ended}}


def handler(event, context):
    return [try_once(event["steps"]) for _ in range(event["callers"])]
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """What one caller did: its calls, the waits between them, and how it ended."""

    calls: int
    waits: Sequence[Any]
    answer: Any = None
    raised: str = ""
    endless: bool = False


def check_9_3(session: Session, did: Did, call_patiently: Callable[..., Any]) -> None:
    """Play a Lambda that answers, throttles, throttles for ever, is missing, and fails."""
    caller = CALLER.format(name=getattr(call_patiently, "__name__", "call_patiently"))
    package = session.zip(call_patiently, files={"caller.py": caller})
    session.deploy(package, FUNCTION, Handler="caller.handler", Timeout=TIMEOUT_S)
    did("called a function that answers at once")
    _expect_answered(_try(session, [OK]), calls=1)
    did("called a function that is throttled twice")
    _expect_answered(_try(session, [THROTTLE, THROTTLE, OK]), calls=3)
    did("called a function that does not exist, and one that fails")
    _expect_no_retry(session)
    did(f"let {CALLERS} callers meet a function that is throttled for ever")
    callers = _try_often(session, [THROTTLE], CALLERS)
    for one in callers:
        _expect_end(one)
    judge_waits([caller.waits for caller in callers])


def judge_waits(waits: Sequence[Sequence[float]]) -> None:
    """Raise NotYet unless the waits of many callers grow, differ, and stay bounded."""
    firsts = [each[0] for each in waits]
    longest = max(max(each) for each in waits)
    if longest <= 0:
        raise NotYet(
            "Between two attempts the caller waits for 0 s.",
            expected="waits: who asks again at once is throttled again.",
            hint=2,
        )
    if longest > LONGEST_S:
        raise NotYet(
            f"The longest wait is {longest:,.0f} s.",
            expected=f"at most {LONGEST_S} s. Somebody waits for the answer.",
            advice="Bound the wait: min(20, 2**attempt).",
            hint=2,
        )
    if len(set(firsts)) < DIFFERENT:
        raise NotYet(
            f"{len(waits)} callers were throttled at the same moment, and {len(set(firsts))} "
            "different waits are all they chose: they come back together.",
            expected="a random wait, so that they come back one by one. That is jitter.",
            advice="random.uniform(0, longest) chooses any moment up to the longest.",
            hint=2,
        )
    first_s, later_s = fmean(firsts), fmean(each[-1] for each in waits)
    if later_s < GROWTH * first_s:
        raise NotYet(
            f"The first wait is {first_s:.1f} s on average, and the last one {later_s:.1f} s.",
            expected="waits that grow: who is throttled again comes less often.",
            advice="Double the longest wait with each attempt.",
            hint=2,
        )


def _try_often(session: Session, steps: Sequence[Any], callers: int) -> list[Tried]:
    event = {"steps": list(steps), "callers": callers}
    answer = session.invoke(FUNCTION, event)
    if answer.error_type == "Sandbox.Timedout":
        raise NotYet(
            f"The caller did not come to an end within {TIMEOUT_S} s.",
            expected="every wait by sleep(seconds), the function that it gets.",
            advice="time.sleep would really wait. sleep only notes for how long.",
            hint=1,
        )
    tried = payload_of(answer, event, hint=3)
    return [Tried(**each) for each in tried]


def _try(session: Session, steps: Sequence[Any]) -> Tried:
    (tried,) = _try_often(session, steps, 1)
    return tried


def _expect_answered(tried: Tried, *, calls: int) -> None:
    if not _are_seconds(tried.waits):
        raise NotYet(
            f"The caller asked sleep to wait for {shown(list(tried.waits))}.",
            expected="seconds, as numbers of 0 or more.",
            hint=2,
        )
    if tried.answer == OK and tried.calls == calls:
        return
    if tried.raised:
        raise NotYet(
            f"After {calls - 1} throttles the function would have answered; the caller had given "
            f"up at attempt {tried.calls}.",
            expected="another attempt after a throttle.",
            hint=1,
        )
    raise NotYet(
        f"The function answered at attempt {calls}. The caller returned {shown(tried.answer)} "
        f"after {tried.calls} attempts.",
        expected="the answer, returned as soon as there is one.",
        advice="return call() inside try.",
        hint=3,
    )


def _are_seconds(waits: Sequence[Any]) -> bool:
    return all(isinstance(wait, int | float) and 0 <= wait < math.inf for wait in waits)


def _expect_no_retry(session: Session) -> None:
    missing = _try(session, [MISSING])
    if missing.calls != 1 or missing.raised != MISSING:
        raise NotYet(
            f"The function does not exist, and the caller asked {missing.calls} times.",
            expected="the error at once: waiting does not make it exist.",
            advice="Look at the error's code, and raise again what is no throttle.",
            hint=2,
        )
    failed = _try(session, [FAILED])
    if failed.calls != 1 or failed.answer != FAILED:
        raise NotYet(
            f"The function ran and failed, and the caller ran it {failed.calls} times.",
            expected="its answer. It may have charged a card before it failed.",
            advice="A throttle means that nothing ran. Only then is it safe to try again.",
            hint=2,
        )


def _expect_end(tried: Tried) -> None:
    if tried.endless:
        raise NotYet(
            "The caller asked 40 times, and would have gone on.",
            expected=f"{FEWEST} to {MOST} attempts, then the error.",
            hint=3,
        )
    if tried.raised != THROTTLE:
        raise NotYet(
            f"In the end the caller returned {shown(tried.answer)}, as if all were well.",
            expected="the last error, raised: nobody has an answer.",
            advice="Write raise, without more, when the attempts are used up.",
            hint=3,
        )
    if not FEWEST <= tried.calls <= MOST or len(tried.waits) < FEWEST - 1:
        raise NotYet(
            f"The caller asked {tried.calls} times, with {len(tried.waits)} waits between.",
            expected=f"{FEWEST} to {MOST} attempts, with a wait after each throttle.",
            hint=2,
        )
