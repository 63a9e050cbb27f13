"""Exercise 2.6: how many requests of an arrival pattern find no free environment."""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from helpers.checks.gates import HANDLER, gate
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

COUNTER, FUNCTION = "check-cold-starts", "check-sale"
# The learner's file is app.py. This one stands beside it, so that an endless count comes to an end.
CALLER = """
import app

def handler(event, context):
    return app.{name}(event["requests"], event["provisioned"])
"""
TIMEOUT_S, WITHIN_S = 60, 40
ROUNDS = (4, 2, 3)
"""The sale as it is played: so many requests at once, then so many, then so many."""

Request = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Requests in the order in which they come, and what a wrong count of them mistakes."""

    what: str
    requests: Sequence[Request]
    advice: str
    provisioned: int = 0


def _request(at_s: float, lasts_s: float = 1.0, source: str = "api") -> Request:
    return {"at_s": at_s, "lasts_s": lasts_s, "source": source}


NEXT_FREE = "An environment that is free serves the next request, whatever it did before."
PATTERNS = (
    Pattern(
        "one request, and five seconds later another one",
        (_request(0.0), _request(5.0)),
        "A request starts no process of its own. " + NEXT_FREE,
    ),
    Pattern("ten requests at once", tuple(_request(0.0) for _ in range(10)), NEXT_FREE),
    Pattern(
        "one request from an API, one from S3, one of a schedule, one after the other",
        (_request(0.0), _request(2.0, source="s3"), _request(4.0, source="schedule")),
        "An environment does not know who calls. All triggers share them.",
    ),
    Pattern(
        "three that overlap and do not begin together",
        (_request(0.0, 3.0), _request(1.0, 3.0), _request(2.0, 3.0)),
        "A request keeps its environment busy from at_s until at_s + lasts_s.",
    ),
    Pattern(
        "a second request in the moment in which the first one ends",
        (_request(0.0, 1.0), _request(1.0, 1.0)),
        "Who ends at 1.0 is free at 1.0.",
    ),
    Pattern(
        "a long request beside three short ones",
        (_request(0.0, 10.0), _request(1.0), _request(3.0), _request(5.0)),
        "Two environments: one is busy all the time, the other serves the three.",
    ),
    Pattern(
        "three at once, later five, later two",
        tuple(_request(at_s) for at_s in (0.0,) * 3 + (10.0,) * 5 + (20.0,) * 2),
        "The environments of the first three are still there: the five need two more, "
        "and the last two need none.",
    ),
    Pattern(
        "a ping every minute, then five customers at once",
        (
            *(_request(60.0 * minute, 0.1, "schedule") for minute in range(3)),
            *(_request(150.0) for _ in range(5)),
        ),
        "The pings keep one environment. Of five customers who come at once it serves one.",
    ),
    Pattern(
        "five at once, with three environments provisioned",
        tuple(_request(0.0) for _ in range(5)),
        "Provisioned environments are free from the start. They are no limit: whoever finds "
        "none of them free gets a new one.",
        provisioned=3,
    ),
    Pattern(
        "two at once, with three environments provisioned",
        (_request(0.0), _request(0.0)),
        "Whoever finds a provisioned environment free waits for no init, and there are enough.",
        provisioned=3,
    ),
)


def check_2_6(session: Session, did: Did, cold_starts: Callable[..., Any]) -> None:
    """Compare ten patterns with a count of free environments, then play one for real."""
    caller = CALLER.format(name=getattr(cold_starts, "__name__", "cold_starts"))
    package = session.zip(cold_starts, files={"caller.py": caller})
    session.deploy(package, COUNTER, Handler="caller.handler", Timeout=3)
    for number, pattern in enumerate(PATTERNS, start=1):
        did(f"asked for the cold starts of {number} arrival pattern{'s' if number > 1 else ''}")
        counted = _count(session, pattern.requests, pattern.provisioned)
        _expect_count(counted, pattern)
    created = _play(session)
    did(
        f"asked for the cold starts of {len(PATTERNS)} arrival patterns, then sent "
        f"{', '.join(map(str, ROUNDS))} requests at once: Lambda made {created} environments"
    )
    played = [_request(10.0 * turn) for turn, times in enumerate(ROUNDS) for _ in range(times)]
    counted = _count(session, played, 0)
    if counted != created:
        raise NotYet(
            f"For {', '.join(map(str, ROUNDS))} requests at once your count was {shown(counted)}",
            expected=f"{created}: so many environments did Lambda make for them.",
            hint=2,
        )


def count_cold_starts(requests: Sequence[Request], provisioned: int = 0) -> int:
    """Return how many requests find no free environment, by going through them in order."""
    busy_until: list[float] = []
    free, cold = provisioned, 0
    for request in requests:
        while busy_until and busy_until[0] <= request["at_s"]:
            heapq.heappop(busy_until)
            free += 1
        if free:
            free -= 1
        else:
            cold += 1
        heapq.heappush(busy_until, request["at_s"] + request["lasts_s"])
    return cold


def _count(session: Session, requests: Sequence[Request], provisioned: int) -> Any:
    """Return what the learner's function counts."""
    event = {"requests": list(requests), "provisioned": provisioned}
    answer = session.invoke(COUNTER, event)
    if answer.error_type == "Sandbox.Timedout":
        raise NotYet(
            f"For the requests {shown(event['requests'])} your count did not end within 3 s.",
            expected="a whole number.",
            advice="Does every loop come to its end? Go through the requests once.",
            hint=2,
        )
    return payload_of(answer, event, expected="a whole number.", hint=2)


def _expect_count(counted: Any, pattern: Pattern) -> None:
    expected = count_cold_starts(pattern.requests, pattern.provisioned)
    if counted == expected and type(counted) is int:
        return
    advice = pattern.advice
    if counted is None:
        advice = "The function returned nothing. Does it end with return?"
    elif type(counted) is not int:
        advice = "Return one whole number."
    raise NotYet(
        f"For {pattern.what} your count was {shown(counted)}.",
        expected=f"{expected}.",
        advice=advice,
        hint=2,
    )


def _play(session: Session) -> int:
    """Send the rounds to a real function; return how many environments it got.

    The requests of a round wait for each other, so that they overlap on a slow machine too.
    """
    session.deploy(HANDLER, FUNCTION, Timeout=TIMEOUT_S)
    for times in ROUNDS:
        _send_at_once(session, times)
    return len(session.records(kind="environment.created", function=FUNCTION))


def _send_at_once(session: Session, times: int) -> None:
    """Send so many requests that wait for each other at a gate, and see them end."""
    with gate() as door, ThreadPoolExecutor(times) as callers:
        event = json.dumps(door.event)
        running = [
            callers.submit(session.client("lambda").invoke, FunctionName=FUNCTION, Payload=event)
            for _ in range(times)
        ]
        session.wait_until(
            lambda: door.arrived >= times, WITHIN_S, f"{times} requests were not in flight at once."
        )
        door.open()
        for request in running:
            request.result()
