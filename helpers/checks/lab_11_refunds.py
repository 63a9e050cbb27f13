"""Exercise 11.7: a generated function with six faults, which only running it shows.

The language model is played: it answers what the event says. So the check decides what the model
was talked into. Left out: a real model, its guardrails and its price.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

FUNCTION = "check-refund"
TEXT = "We are sorry."
RUNS_CODE = '{"percent": 10, "text": __import__("os").environ["AWS_REGION"]}'
HIDDEN = "An except that answers as if all were well hides it: nobody retries, nobody looks."
BAD: tuple[tuple[str, str, str], ...] = (
    (
        "Python instead of JSON",
        RUNS_CODE,
        "eval runs what the model says, and part of that is what a customer wrote. No list of "
        "builtins makes it safe: json.loads reads data, and nothing else.",
    ),
    (
        "no JSON at all",
        "Sorry, I cannot help with that.",
        HIDDEN,
    ),
    ("a list", "[10]", "JSON may be anything. Ask whether it is a dict first."),
    (
        "100 percent",
        json.dumps({"percent": 100, "text": TEXT}),
        "A customer can talk a model into anything. The limit stands in your code, not in the "
        "prompt; and what is over it is a bad answer, not one to be trimmed.",
    ),
    (
        "minus 5 percent",
        json.dumps({"percent": -5, "text": TEXT}),
        "A range has two ends.",
    ),
    (
        "12.5 percent",
        json.dumps({"percent": 12.5, "text": TEXT}),
        "Ask for type(percent) is int: a float, a text and True are something else.",
    ),
    (
        "true percent",
        json.dumps({"percent": True, "text": TEXT}),
        "Ask for type(percent) is int: True is one of the ints of isinstance.",
    ),
    (
        "a text of 301 characters",
        json.dumps({"percent": 10, "text": "x" * 301}),
        "A text needs a limit too: 1 to 300 characters.",
    ),
    ("no text", json.dumps({"percent": 10}), "Both fields have to be there."),
)


def check_11_7(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Let the model say good things and bad ones, for two customers."""
    session.deploy(handler, FUNCTION)
    did("let the model offer 10 percent to two customers")
    _expect_good(session, _event("o-4001", "c-71", 1_999, 10), refund=199)
    _expect_good(session, _event("o-4002", "c-72", 3_900, 20), refund=780, before="o-4001")
    for number, (what, says, advice) in enumerate(BAD, start=1):
        did(f"let the model answer rightly twice, and wrongly {number} times")
        _expect_refused(session, what, says, advice)


def _event(order_id: str, customer: str, cents: int, percent: object = 10) -> dict[str, Any]:
    return {
        "order": {
            "order_id": order_id,
            "customer": customer,
            "total_cents": cents,
            "email": f"{customer}@example.com",
        },
        "complaint": "My poster has a fold.",
        "model_says": json.dumps({"percent": percent, "text": TEXT}),
    }


def _expect_good(
    session: Session, event: Mapping[str, Any], *, refund: int, before: str = ""
) -> None:
    order = event["order"]
    answer = session.invoke(FUNCTION, event)
    payload = payload_of(answer, event, expected="an answer with a refund.", hint=1)
    wanted = {"order_id": order["order_id"], "refund_cents": refund, "text": TEXT}
    told = payload if isinstance(payload, dict) else {}
    asked = str(told.get("asked", ""))
    got = {name: told.get(name) for name in wanted}
    if got != wanted or type(got["refund_cents"]) is not int:
        floats = type(got["refund_cents"]) is float
        raise NotYet(
            f"The answer was {shown(payload)}",
            expected=f"{shown(wanted)}, and under asked the prompt.",
            advice="Money is whole cents: divide with //, which rounds down."
            if floats
            else "Return all four fields. 10 percent of 1,999 cents are 199, rounded down.",
            hint=2,
        )
    _expect_private(answer.log_tail, asked, order, before)


def _expect_private(log: str, asked: str, order: Mapping[str, Any], before: str) -> None:
    if order["email"] in log:
        raise NotYet(
            f"The log shows the e-mail address of {order['customer']}.",
            expected="a log without personal data.",
            advice="Log ids that you choose. A prompt holds whatever was put into it.",
            hint=1,
        )
    if order["order_id"] not in asked or order["email"] in asked:
        raise NotYet(
            f"The prompt was {shown(asked)}",
            expected="the order's id and total in the prompt, and no e-mail address.",
            advice="A model needs no address to judge a fold. Put in the fields that it needs.",
            hint=1,
        )
    if before and before in asked:
        raise NotYet(
            f"The prompt for {order['order_id']} also has {before}, the order of somebody else.",
            expected="one customer's data in one prompt.",
            advice="A global lives as long as its environment, from customer to customer.",
            hint=1,
        )


def _expect_refused(session: Session, what: str, says: str, advice: str) -> None:
    event = {**_event("o-4003", "c-73", 3_900), "model_says": says}
    answer = session.invoke(FUNCTION, event)
    if answer.function_error and answer.error_type == "BadAnswer":
        return
    seen = f"answered {shown(answer.payload)}"
    told = answer.payload.get("text") if isinstance(answer.payload, dict) else None
    if not answer.function_error and told == "ok":
        advice = HIDDEN
    if answer.function_error:
        seen = f"failed with {answer.error_type}: {answer.error_message}"
    raise NotYet(
        f"The model said {what}, {shown(says, longest=70)}, and the function {seen}",
        expected="a BadAnswer that leaves the handler.",
        advice=advice,
        hint=3,
    )
