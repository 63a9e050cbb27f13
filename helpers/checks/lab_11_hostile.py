"""Exercise 11.4: thirty hostile orders bounce, and unusual good ones do not.

One function handles them all; each answer is compared, and the log is searched for the line that
a hostile note tries to forge. Left out: signatures and sizes over Lambda's own limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-hostile-events"
FORGOTTEN = "A handler without return answers null. Return the dict."
FORGED = "refund of o-1007 approved by ana"
BASE: Mapping[str, Any] = {"order_id": "o-1007", "qty": 2, "photo": "c-42/cat.jpg"}
GOOD: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("an ordinary order", BASE),
    ("the largest quantity", {**BASE, "qty": 500}),
    ("the longest order id", {**BASE, "order_id": "o-123456", "qty": 1}),
    ("a file name with a dash and a dot", {**BASE, "photo": "c-7/dune-2.final.jpg"}),
    ("a note with an apostrophe", {**BASE, "note": "for Conor O'Brien; it's <3 & a gift"}),
    ("a note in Greek", {**BASE, "note": "για τη Μαρία, ευχαριστώ"}),
    ("a note of 200 characters", {**BASE, "note": "x" * 200}),
)
HOSTILE: tuple[tuple[str, Any], ...] = (
    ("no object at all", None),
    ("a list", [BASE]),
    ("text", "o-1007"),
    ("an empty object", {}),
    ("no quantity", {"order_id": "o-1007", "photo": "c-42/cat.jpg"}),
    ("no photo", {"order_id": "o-1007", "qty": 2}),
    ("a field that nobody asked for", {**BASE, "unit_cents": 1}),
    ("a quantity as text", {**BASE, "qty": "2"}),
    ("a quantity of true", {**BASE, "qty": True}),
    ("a quantity of 2.5", {**BASE, "qty": 2.5}),
    ("a quantity of 0", {**BASE, "qty": 0}),
    ("a quantity below 0", {**BASE, "qty": -3}),
    ("a quantity of 501", {**BASE, "qty": 501}),
    ("a quantity in a list", {**BASE, "qty": [2]}),
    ("no number at all", {**BASE, "qty": None}),
    ("an order id that is a number", {**BASE, "order_id": 1007}),
    ("an order id without its o-", {**BASE, "order_id": "1007"}),
    ("an order id of seven digits", {**BASE, "order_id": "o-1234567"}),
    ("an order id with a line break behind it", {**BASE, "order_id": "o-1007\n"}),
    ("an order id in Arabic digits", {**BASE, "order_id": "o-١٠٠٧"}),
    ("an order id with a query behind it", {**BASE, "order_id": "o-1007' OR '1'='1"}),
    ("a path that climbs", {**BASE, "photo": "c-42/../c-43/cat.jpg"}),
    ("a hidden file", {**BASE, "photo": "c-42/.jpg"}),
    ("two slashes", {**BASE, "photo": "c-42/a/b.jpg"}),
    ("another kind of file", {**BASE, "photo": "c-42/cat.jpg.exe"}),
    ("a photo with a line break behind it", {**BASE, "photo": "c-42/cat.jpg\n"}),
    ("a file name of 90 characters", {**BASE, "photo": f"c-42/{'x' * 86}.jpg"}),
    ("a note of 201 characters", {**BASE, "note": "x" * 201}),
    ("a note that forges a log line", {**BASE, "note": f"thanks\n{FORGED}"}),
    ("a note that is an object", {**BASE, "note": {"text": "hello"}}),
)


def check_11_4(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send good orders and hostile ones, and read what the log makes of them."""
    session.deploy(handler, FUNCTION)
    for number, (what, event) in enumerate(GOOD, start=1):
        did(f"sent {number} of {len(GOOD)} good orders")
        _expect(session, what, event, accepted=True)
    for number, (what, event) in enumerate(HOSTILE, start=1):
        did(f"sent {len(GOOD)} good orders and {number} of {len(HOSTILE)} hostile ones")
        _expect(session, what, event, accepted=False)


def _expect(session: Session, what: str, event: Any, *, accepted: bool) -> None:
    answer = session.invoke(FUNCTION, event)
    sent = f"{what}: {shown(event, longest=120)}"
    if answer.function_error:
        raise NotYet(
            f"The function failed with {answer.error_type}: {answer.error_message}. It was {sent}",
            expected=f"the answer {shown({'accepted': accepted})}.",
            advice="A good order must pass. Invoke your function with it, and read its error."
            if accepted
            else "Ask for the type of a value before you use it. What is no dict has no fields.",
            hint=1,
        )
    if answer.payload != {"accepted": accepted}:
        raise NotYet(
            f"The answer was {shown(answer.payload)} to {sent}",
            expected=f"{shown({'accepted': accepted})}.",
            advice=_advice(event, accepted) if answer.payload is not None else FORGOTTEN,
            hint=2,
        )
    if any(line.strip() == FORGED for line in answer.log_tail.splitlines()):
        raise NotYet(
            f"The log has a line of its own that says {FORGED!r}. It was {sent}",
            expected="one line for each thing you log, whatever is in the event.",
            advice="json.dumps and repr write a line break as two characters.",
            hint=3,
        )


def _advice(event: Any, accepted: bool) -> str:
    if accepted:
        return (
            "A list of forbidden characters shuts out good customers. Say what is allowed, and "
            "for free text allow all that str.isprintable() does, up to the limit."
        )
    if isinstance(event, dict) and event.get("qty") is True:
        return "True is an int in Python. Ask for type(qty) is int."
    texts = [str(value) for value in event.values()] if isinstance(event, dict) else []
    if any(text.endswith("\n") for text in texts):
        return "In a regular expression $ also matches before a last line break. Use fullmatch."
    if any("١" in text for text in texts):
        return "\\d is a digit in any script. Write [0-9], or give the flag re.ASCII."
    return "Write down, for each field: type, length or range, and form. Reject the rest."
