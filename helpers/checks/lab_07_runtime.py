"""Exercise 7.5: a runtime of one's own: a loop over the Runtime API, in Python.

The check puts the interpreter's line above the loop, because an OS-only runtime brings no Python,
and sends three good orders with a bad one between them to one environment.

Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.outcome import NotAvailable, NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown
from helpers.views.invocation import Answer

FUNCTION = "check-loop"
TIMEOUT_S = 3
PLATFORM = ("START", "END", "REPORT", "INIT_", "RequestId")
"""How lines begin that Lambda writes into a log."""
ORDERS: tuple[Mapping[str, Any], ...] = (
    {"order_id": "o-741", "items": [{"sku": "poster-a2", "qty": 2, "unit_cents": 2150}]},
    {"order_id": "o-742", "items": []},
    {"order_id": "o-743", "items": [{"sku": "mug-photo", "qty": 3, "unit_cents": 990}]},
    {"order_id": "o-744", "items": [{"sku": "canvas-60", "qty": 1, "unit_cents": 4500}]},
)


def check_7_5(session: Session, did: Did, bootstrap: str) -> None:
    """Deploy the program as a runtime; send four orders, the second of them bad."""
    if not isinstance(bootstrap, str) or not bootstrap.startswith("#!"):
        raise NotYet(
            f"bootstrap is {shown(bootstrap, longest=60)}",
            expected="a program as text; its first line begins with #! and names what runs it.",
            advice="Keep the first line of the loop that was given.",
            hint=1,
        )
    package = session.zip("", files={"bootstrap": bootstrap})
    session.deploy(package, FUNCTION, Runtime="provided.al2023", Timeout=TIMEOUT_S)
    for number, order in enumerate(ORDERS, start=1):
        did(f"sent {number} {'order' if number == 1 else 'orders'}, one after the other")
        answer = _send(session, order)
        if order["items"]:
            _expect_total(session, answer, order, number)
        else:
            _expect_error(session, answer, order)
    did("sent 4 orders, one after the other, the second without items")


def _send(session: Session, order: Mapping[str, Any]) -> Answer:
    try:
        return session.invoke(FUNCTION, order)
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] == "InvalidRuntimeException":
            raise NotAvailable("this computer runs no bootstrap programs") from None
        raise


def _expect_total(session: Session, answer: Answer, order: Mapping[str, Any], number: int) -> None:
    total = sum(item["qty"] * item["unit_cents"] for item in order["items"])
    expected = {"order_id": order["order_id"], "total_cents": total, "served": number}
    if answer.function_error is not None:
        raise NotYet(
            f"For the order {shown(order)} the answer was {answer.error_type}: "
            f"{answer.error_message}",
            expected=f"{shown(expected)}.",
            advice=_advice(session, answer, number),
            hint=2,
        )
    if answer.payload == expected:
        return
    advice = "Build the answer from the event that /next gave, and post it as JSON."
    if isinstance(answer.payload, dict) and answer.payload == expected | {"served": 1}:
        advice = (
            "served began again at 1, so this is another process. One process serves every event "
            "of its environment: go back to /next instead of ending."
        )
    elif answer.payload == expected | {"served": number - 1}:
        advice = "served counts every event of the process, the one that failed too."
    raise NotYet(
        f"For the order {shown(order)} the answer was {shown(answer.payload)}",
        expected=f"{shown(expected)}.",
        advice=advice,
        hint=2,
    )


def _expect_error(session: Session, answer: Answer, order: Mapping[str, Any]) -> None:
    expected = "FunctionError, with errorType BadOrder and a message that names the order."
    if answer.function_error is None:
        raise NotYet(
            f"The order without items was answered as if all were well: {shown(answer.payload)}",
            expected=expected,
            advice="What is posted to …/response is a success, whatever it says. "
            "A failure is posted to …/error.",
            hint=3,
        )
    if answer.error_type != "BadOrder":
        raise NotYet(
            f"The order without items ended in {answer.error_type}: {answer.error_message}",
            expected=expected,
            advice=_advice(session, answer, 2),
            hint=3,
        )
    if order["order_id"] not in str(answer.error_message):
        raise NotYet(
            f"The message of the error is {shown(answer.error_message)}",
            expected=f"one that names the order, {order['order_id']}.",
            hint=3,
        )


def _advice(session: Session, answer: Answer, number: int) -> str:
    if answer.error_type == "Sandbox.Timedout":
        return "The program took the event and posted nothing. Did it post to the event's own id?"
    if answer.error_type == "Runtime.ExitError" and number == 1:
        return f"The program ended before it answered. Its last words: {_last_words(session)}"
    if answer.error_type == "Runtime.ExitError":
        return (
            "The program ended. Nobody above your loop catches an exception or starts the next "
            "turn: that is the runtime's work, and the runtime is you."
        )
    return "Try the program with this order, and read its log."


def _last_words(session: Session) -> str:
    lines = [line for message in session.logs(FUNCTION) for line in message.splitlines()]
    own = [line.strip() for line in lines if line.strip() and not line.startswith(PLATFORM)]
    return own[-1] if own else "none"
