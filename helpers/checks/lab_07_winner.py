"""Exercise 7.3: two layers bring the same file, and the wrong one wins.

The check asks a function of its own which prices each layer brings, and compares them with what
the learner's charge-card takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.checks.layers import layer_version, layers_of
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

FUNCTION = "charge-card"
LISTS, TOOLS = "price-list", "toolbox"
PROBE = "check-prices"
PROBING = """
import prices

def handler(event, context):
    return prices.CENTS
"""
BASKETS = ((("canvas-60", 2),), (("poster-a2", 1), ("mug-photo", 2)))


def check_7_3(session: Session, did: Did, wins_now: str) -> None:
    """Look at the layers of charge-card, send it two orders, then ask who won before.

    Whoever publishes toolbox again without the file has repaired it too.
    """
    layer_version(session, wins_now, variable="wins_now")
    did("looked at the layers of charge-card")
    arns = {arn.split(":")[6]: arn for arn in layers_of(session, FUNCTION)}
    if not {LISTS, TOOLS} <= set(arns):
        lost = TOOLS if LISTS in arns else LISTS
        raise NotYet(
            f"{FUNCTION} has lost the layer {lost}.",
            expected="both layers: price-list brings the prices, toolbox also brings receipts.py.",
            advice="Layers replaces the whole list. Give it both ARNs, in the order you want.",
            hint=2,
        )
    new, old = _prices(session, arns[LISTS]), _prices(session, arns[TOOLS])
    did("looked at the layers of charge-card, sent it two orders")
    for number, basket in enumerate(BASKETS, start=1):
        _expect_new_prices(session, f"o-72{number}", basket, new, old)
    did("sent charge-card two orders, and looked at which layer you named")
    if wins_now.split(":")[6] != TOOLS or not _prices(session, wins_now):
        raise NotYet(
            f"charge-card is right now, but wins_now names the layer {wins_now.split(':')[6]}.",
            expected="the layer whose prices.py charge-card took before you swapped them.",
            advice="This list is not read like PATH, where the first one wins: every layer is "
            "unpacked over those before it.",
            hint=1,
        )


def _prices(session: Session, arn: str) -> Mapping[str, int]:
    """Return the prices that a layer version brings; {} where it brings none."""
    session.deploy(PROBING, PROBE, Layers=[arn])
    answer = session.invoke(PROBE, {})
    prices: Mapping[str, int] = answer.payload if answer.function_error is None else {}
    return prices


def _expect_new_prices(
    session: Session,
    order_id: str,
    basket: tuple[tuple[str, int], ...],
    new: Mapping[str, int],
    old: Mapping[str, int],
) -> None:
    order = {"order_id": order_id, "items": [{"sku": sku, "qty": qty} for sku, qty in basket]}
    total = sum(new[sku] * qty for sku, qty in basket)
    expected = f"charged_cents {total}, by the prices of the layer {LISTS}."
    payload: Any = payload_of(session.invoke(FUNCTION, order), order, expected=expected, hint=2)
    charged = payload.get("charged_cents") if isinstance(payload, dict) else payload
    if charged == total:
        return
    advice = "Leave the function as it was given, and change its Layers only."
    if old and charged == sum(old[sku] * qty for sku, qty in basket):
        advice = f"Those are the prices of {TOOLS}: its prices.py lies over the other one. Swap."
    raise NotYet(
        f"For the order {shown(order)} charge-card answered {shown(payload)}",
        expected=expected,
        advice=advice,
        hint=2,
    )
