"""Lab 04, Push: what its checks try."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from helpers.checks.exercise import VERDICTS, Exercise, LabChecks, Prediction
from helpers.checks.outcome import NotYet
from helpers.checks.submission import Did, payload_of, shown

if TYPE_CHECKING:
    from helpers.checks.session import Session

ORDERS = ("o-1007", "o-1008")


def check_4_1(session: Session, did: Did, place_order: Callable[..., Any]) -> None:
    """Place two orders and compare the ids that come back."""
    session.deploy(place_order, "check-place-order")
    for order_id in ORDERS:
        event = {"order_id": order_id}
        did(f"placed order {order_id}")
        payload = payload_of(session.invoke("check-place-order", event), event, hint=1)
        if payload != order_id:
            raise NotYet(
                f"For the event {shown(event)} the answer is {shown(payload)}",
                expected=f"{shown(order_id)}: the caller wants to know which order it is.",
                advice="Return the id from the event.",
                hint=2,
            )


LAB = LabChecks(
    slug="04-push",
    exercises=(
        Exercise(
            id="4.1",
            title="What one can do after it",
            core=True,
            hints=(
                "A nudge: where to look.",
                "The concept that helps.",
                "Nearly the code.",
            ),
            check=check_4_1,
        ),
    ),
    predictions=(
        Prediction(
            id="4.a",
            question="What comes back?",
            options={"A": "what people believe", "B": "what is true"},
            answer="B",
            reasons={"A": "Why one would think so.", "B": "Why it is so."},
        ),
        Prediction(
            id="4.b",
            question="A sentence that people repeat.",
            options=VERDICTS,
            answer="false",
            reasons={"true": "What showed otherwise.", "half": "Which half.", "false": "Why."},
        ),
        Prediction(
            id="4.c",
            question="Another one.",
            options=VERDICTS,
            answer="half",
            reasons={"true": "What it forgets.", "half": "Which half.", "false": "What is true."},
        ),
    ),
)
