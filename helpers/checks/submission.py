"""Judging what a learner submits: run a check and turn whatever it does into one Outcome.

A crash inside the learner's own code is feedback that names the event, not a traceback through
the kit. Only what neither the learner nor AWS explains is *broken*: the kit's fault, said so.
"""

from __future__ import annotations

import inspect
import json
import re
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise
from helpers.checks.function_errors import advice_anywhere
from helpers.checks.outcome import NotAvailable, NotStarted, NotYet, Outcome, Status
from helpers.checks.session import Session
from helpers.cloud.errors import KitError
from helpers.views.invocation import Answer

STUB_WORDS = "Exercise "
STUB_MESSAGE = re.compile(rf"{STUB_WORDS}\d+\.\d+")
ELSEWHERE = (
    "Is it misspelled? The cell is the file: a name from another cell is unknown there. Define it "
    "in the cell of the handler."
)
"""What to try after a NameError in a deployed cell."""
VALUES = (bool, int, float, dict, list, tuple, set)
"""What a function returns, and nobody deploys."""
RUNTIME_FILE = "/awslambdaric/"


class Did:
    """The first line of an outcome; a check calls it as it goes, the last words stay."""

    def __init__(self) -> None:
        self.text = "looked at your answer"

    def __call__(self, text: str) -> None:
        """Say what the check has done so far."""
        self.text = text


def judge(exercise: Exercise, session: Session, submitted: tuple[Any, ...]) -> Outcome:
    """Run the exercise's check on what was submitted and return how it stands.

    It does not run where the account lacks what the exercise needs: it could only mislead.
    """
    missing = session.missing(exercise.needs) if exercise.needs else ()
    if missing:
        return _not_available(exercise, missing)
    if any(value is ... for value in submitted):
        return _not_started(exercise)
    return (
        _wrong_arguments(exercise, submitted)
        or _not_a_function(exercise, submitted)
        or _run(exercise, session, submitted)
    )


def payload_of(answer: Answer, event: Any, *, expected: str = "", hint: int | None = None) -> Any:
    """Return the answer's payload; a failed function becomes feedback that names the event."""
    if answer.function_error is None:
        return answer.payload
    raise NotYet(
        f"For the event {shown(event)} the function failed with "
        f"{answer.error_type}: {answer.error_message}{_place_in(answer)}",
        expected=expected,
        advice=advice_on(answer),
        hint=hint,
    )


def failed_with(answer: Answer) -> str:
    """Return how a function failed, with the line that raised."""
    return (
        f"The function failed with {answer.error_type}: {answer.error_message}{_place_in(answer)}"
    )


def advice_on(answer: Answer) -> str:
    """Return what to try after a failure that no check expected."""
    if answer.error_type == "TypeError" and RUNTIME_FILE in _last_frame(answer):
        return "Lambda calls a handler with two arguments: write def name(event, context)."
    if answer.error_type == "Sandbox.Timedout":
        return "The handler did not end in time. Is there a loop that never stops?"
    if answer.error_type == "NameError":
        return ELSEWHERE
    known = advice_anywhere(f"{answer.error_type}: {answer.error_message}")
    return known or "Invoke your function with this event and read its error and log."


def call(function: Callable[..., Any], event: Any, *args: Any) -> Any:
    """Call the learner's function in the notebook; a crash becomes feedback on that event."""
    try:
        return function(event, *args)
    except NotImplementedError as error:
        if str(error).startswith(STUB_WORDS):
            raise NotStarted from None
        raise _crash_feedback(error, event) from None
    except Exception as error:
        raise _crash_feedback(error, event) from None


def is_untouched(answer: Answer) -> bool:
    """Say whether a function failed because its starter was never filled in.

    By its words: not every account passes the type of an error on.
    """
    return STUB_MESSAGE.fullmatch(answer.error_message or "") is not None


def shown(value: Any, *, longest: int = 160) -> str:
    """Return a value as one short line of JSON, or its repr when JSON cannot hold it."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _run(exercise: Exercise, session: Session, submitted: tuple[Any, ...]) -> Outcome:
    did = Did()
    try:
        exercise.check(session, did, *submitted)
    except NotStarted:
        return _not_started(exercise)
    except NotAvailable as reason:
        return Outcome(exercise.id, Status.NOT_AVAILABLE, str(reason))
    except NotYet as feedback:
        return _not_yet(exercise, did, feedback)
    except Exception as error:
        return _after_error(exercise, did, error)
    return Outcome(exercise.id, Status.PASSED, did.text)


def _not_available(exercise: Exercise, missing: Sequence[Capability]) -> Outcome:
    return Outcome(
        exercise.id,
        Status.NOT_AVAILABLE,
        "this account lacks what it is about",
        needs=" ".join(need.sentence for need in missing),
    )


def _not_started(exercise: Exercise) -> Outcome:
    return Outcome(
        exercise.id,
        Status.NOT_STARTED,
        "the starter is untouched",
        advice="Fill in the TODO above, run that cell, then run this check again. "
        "A cell that ends with an error defines nothing.",
        hint=1,
    )


def _wrong_arguments(exercise: Exercise, submitted: tuple[Any, ...]) -> Outcome | None:
    signature = inspect.signature(exercise.check)
    try:
        signature.bind(None, None, *submitted)
    except TypeError:
        wanted = [name for name in list(signature.parameters)[2:] if name != "_"]
        line = ", ".join([f'lab.check("{exercise.id}"', *wanted]) + ")"
        return Outcome(
            exercise.id,
            Status.NOT_STARTED,
            f"got {len(submitted)} submitted values",
            advice=f"Write: {line}",
        )
    return None


def _not_a_function(exercise: Exercise, submitted: tuple[Any, ...]) -> Outcome | None:
    """Return feedback where a value stands in a function's place, such as what it returned."""
    wanted = list(inspect.signature(exercise.check).parameters.values())[2:]
    for parameter, value in zip(wanted, submitted, strict=False):
        annotation = str(parameter.annotation)
        meant = annotation.startswith("Callable") and "|" not in annotation
        if meant and (value is None or isinstance(value, VALUES) or _is_no_code(value)):
            return Outcome(
                exercise.id,
                Status.NOT_YET,
                "looked at your answer",
                seen=f"What you gave the check is no function: {shown(value)}",
                expected="the function itself, so that it can be tried with other events.",
                advice=f"Write its name without parentheses: {parameter.name}, "
                f"and not {parameter.name}(…).",
            )
    return None


def _is_no_code(value: Any) -> bool:
    return isinstance(value, str) and "def " not in value


def _not_yet(exercise: Exercise, did: Did, feedback: NotYet) -> Outcome:
    return Outcome(
        exercise.id,
        Status.NOT_YET,
        did.text,
        seen=feedback.seen,
        expected=feedback.expected,
        advice=feedback.advice,
        hint=feedback.hint,
    )


def _after_error(exercise: Exercise, did: Did, error: Exception) -> Outcome:
    if isinstance(error, NotImplementedError) and str(error).startswith(STUB_WORDS):
        return _not_started(exercise)
    if isinstance(error, KitError):
        reason = " ".join(part for part in (error.what, error.why) if part)
        return _not_yet(exercise, did, NotYet(reason, advice=error.next_step))
    if isinstance(error, ClientError) and _is_missing(error):
        return _not_yet(exercise, did, _missing_feedback(error))
    if _learner_frame(error) is not None:
        return _not_yet(exercise, did, _crash_feedback(error))
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Outcome(
        exercise.id,
        Status.BROKEN,
        did.text,
        seen=f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})",
        advice="This is the kit's fault, not yours. Run lab.doctor(), then lab.reset().",
    )


def _is_missing(error: ClientError) -> bool:
    return str(error.response["Error"]["Code"]) in {"ResourceNotFoundException", "NoSuchEntity"}


def _missing_feedback(error: ClientError) -> NotYet:
    return NotYet(
        f"AWS answered {error.response['Error']['Code']}: {error.response['Error']['Message']}",
        expected="what the exercise names to exist under exactly that name.",
        advice="Run the cell that creates it, then run this check again.",
    )


def _crash_feedback(error: Exception, event: Any = ...) -> NotYet:
    where = "" if event is ... else f"For the event {shown(event)} "
    frame = _learner_frame(error)
    place = ""
    if frame is not None:
        place = f", at line {frame.lineno}: {(frame.line or '').strip()}"
    return NotYet(
        f"{where}your code raised {type(error).__name__}: {error}{place}",
        advice="Call your function in a cell of its own with that event and read the traceback.",
    )


def _learner_frame(error: Exception) -> traceback.FrameSummary | None:
    """Return the innermost frame of a notebook cell, if the error passed through one."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if _is_cell(frame.filename):
            return frame
    return None


def _is_cell(filename: str) -> bool:
    # ipykernel names a cell's file /tmp/ipykernel_<pid>/<hash>.py, and nothing is stored there
    return not filename.startswith("<frozen") and not Path(filename).exists()


def _place_in(answer: Answer) -> str:
    frame = _last_frame(answer)
    lines = [line.strip() for line in frame.splitlines() if line.strip()]
    return f" — {' → '.join(lines)}" if lines and RUNTIME_FILE not in frame else ""


def _last_frame(answer: Answer) -> str:
    trace = answer.payload.get("stackTrace") if isinstance(answer.payload, dict) else None
    return str(trace[-1]) if isinstance(trace, list) and trace else ""
