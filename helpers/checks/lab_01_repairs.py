"""Exercise 1.4: five functions that answer 200 and fail, each for a reason of its own.

The check deploys what the learner repaired and sends each function an event it has not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.outcome import NotStarted, NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown
from helpers.views.invocation import Answer


@dataclass(frozen=True, slots=True)
class Broken:
    """One of the five: the error it starts with, and what it should answer to an event.

    `says` is a part of that error's message; another message means that somebody changed something.
    """

    function: str
    error_type: str
    says: str
    event: Mapping[str, Any]
    answer: Mapping[str, Any]
    lead: str


ITEMS = [
    {"sku": "postcard-a6", "qty": 50, "unit_cents": 120},
    {"sku": "canvas-60", "qty": 1, "unit_cents": 8900},
    {"sku": "postcard-a6", "qty": 10, "unit_cents": 120},
]
PRINTED = ("poster-a2", "canvas-60", "frame-a3", "postcard-a6", "mug", "poster-a2", "flyer-a5")
"""Six different ones: a list made of a set in no order is right once in 720 runs."""
ORDER = {"order_id": "o-2044", "customer": "c-7", "items": ITEMS, "total_cents": 16100}
BROKEN = (
    Broken(
        "get-order",
        "Runtime.HandlerNotFound",
        "'handler' missing",
        ORDER,
        {"order_id": "o-2044", "lines": 3},
        "Lambda looks in app.py for the name after the dot of Handler. Which name is there?",
    ),
    Broken(
        "charge-card",
        "Runtime.ImportModuleError",
        "'requests'",
        ORDER,
        {"order_id": "o-2044", "charged_cents": 16100},
        "The environment has the standard library, boto3 and your own files. "
        "Does this function need what it imports?",
    ),
    Broken(
        "stock-watch",
        "Runtime.UserCodeSyntaxError",
        "line 1)",
        {"stock": {"poster-a2": 3, "canvas-60": 40, "frame-a3": 9}},
        {"reorder": ["frame-a3", "poster-a2"]},
        "The message ends with the line of app.py that Python could not read.",
    ),
    Broken(
        "print-job",
        "Runtime.MarshalError",
        "set is not JSON",
        {"order_id": "o-2045", "items": [{"sku": sku, "qty": 1} for sku in PRINTED]},
        {"order_id": "o-2045", "skus": sorted(set(PRINTED))},
        "The handler ran to its end; its answer is not JSON. Which value of it has no JSON form?",
    ),
    Broken(
        "nightly-report",
        "Runtime.MalformedHandlerName",
        "'report'",
        {"orders": [ORDER, {**ORDER, "total_cents": 900}]},
        {"orders": 2, "revenue_cents": 17000},
        "Handler is module.function. Which of the two is missing here?",
    ),
)


def check_1_4(session: Session, did: Did, repairs: Mapping[str, Any]) -> None:
    """Deploy the five and send each an event of its own."""
    problems = []
    untouched = 0
    for number, broken in enumerate(BROKEN, start=1):
        did(f"deployed {broken.function}, {number} of {len(BROKEN)}")
        as_it_was, problem = _try(session, broken, _repair(repairs, broken))
        if problem is not None:
            problems.append(problem)
            untouched += as_it_was
    if untouched == len(BROKEN):
        raise NotStarted
    working = len(BROKEN) - len(problems)
    did(f"sent each of the five an event it had not seen: {working} did their work")
    if problems:
        raise problems[0]


def _repair(repairs: Any, broken: Broken) -> Mapping[str, Any]:
    name = broken.function
    repair = repairs.get(name) if isinstance(repairs, Mapping) else None
    if isinstance(repair, Mapping) and all(
        isinstance(repair.get(key), str) for key in ("Handler", "code")
    ):
        return repair
    raise NotYet(
        f"repairs[{name!r}] is {shown(repair)}",
        expected='for each of the five functions a dict with "Handler" and "code", both texts.',
        advice="Run the cell of the exercise from its first line, then change one value of each.",
        hint=1,
    )


def _try(session: Session, broken: Broken, repair: Mapping[str, Any]) -> tuple[bool, NotYet | None]:
    """Return whether the function fails as it did at first, and the feedback it earns."""
    name = f"check-{broken.function}"
    try:
        session.deploy(repair["code"], name, Handler=repair["Handler"])
    except ClientError as refusal:
        return False, NotYet(
            f"AWS refused to deploy {broken.function}: {refusal}",
            expected='a Handler such as "app.handler": module, dot, function, no spaces.',
            hint=3,
        )
    answer = session.invoke(name, dict(broken.event))
    if answer.function_error is not None:
        message = answer.error_message or ""
        as_it_was = answer.error_type == broken.error_type and broken.says in message
        return as_it_was, NotYet(
            f"{broken.function} failed with {answer.error_type}: {answer.error_message}",
            expected=f"for its event the answer {shown(broken.answer)}.",
            advice=_lead(broken, answer, repair["Handler"]),
            hint=2,
        )
    if answer.payload != broken.answer:
        return False, NotYet(
            f"{broken.function} runs, and answers {shown(answer.payload)}",
            expected=f"for the event {shown(broken.event)} the answer {shown(broken.answer)}.",
            advice="Repair the fault and leave the work as it is: same keys, same JSON types, "
            "lists in alphabetical order.",
            hint=3,
        )
    return False, None


def _lead(broken: Broken, answer: Answer, handler: str) -> str:
    """Return what to look at: the lead of whoever starts with this error, or of none."""
    module = handler.rpartition(".")[0].replace("/", ".")
    if f"No module named '{module}'" in (answer.error_message or ""):
        return f"Handler names the module {module}, and the file is app.py: its module is app."
    for one in BROKEN:
        if one.error_type == answer.error_type:
            return one.lead
    return f"That is a new error: {broken.error_type} is gone, and this one came with the repair."
