"""Exercises 7.1 and 7.2: one price list as a layer for two functions, then a fix for one of them.

The check reads what the learner configured and sends both functions orders of its own. A function
of the check, which has the layer and nothing else, tells whether the layer alone is enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.checks.layers import files_in, layer_version, layers_of
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown
from helpers.views.invocation import Answer

PLACE, GET = "place-order", "get-order"
BOTH = (PLACE, GET)
OLD = {"poster-a2": 1950, "canvas-60": 4500, "mug-photo": 990}
FIXED = OLD | {"mug-photo": 1190}
FOLDERS = ("/opt/python/", "/opt/python/lib/python3.13/site-packages/")
BASKETS = (
    (("canvas-60", 2), ("poster-a2", 1)),
    (("mug-photo", 3),),
    (("poster-a2", 4), ("mug-photo", 1)),
)


def check_7_1(session: Session, did: Did, pricing_arn: str) -> None:
    """Look where the layer's file lies and who has it; send both functions three orders."""
    layer_version(session, pricing_arn, variable="pricing_arn")
    did("looked into the layer, and at the layers of both functions")
    _expect_pricing_in(session, pricing_arn)
    for name in BOTH:
        _expect_layer(session, name, pricing_arn)
    did("sent 3 orders to each of the two functions")
    for name in BOTH:
        _expect_totals(session, name, OLD)


def check_7_2(session: Session, did: Did, fixed_arn: str) -> None:
    """Compare the versions of the two functions; send both three orders."""
    layer_version(session, fixed_arn, variable="fixed_arn")
    did("looked at the layers of both functions")
    _expect_pricing_in(session, fixed_arn)
    _expect_layer(session, PLACE, fixed_arn)
    theirs = [arn for arn in layers_of(session, GET) if _name(arn) == _name(fixed_arn)]
    if fixed_arn in theirs:
        raise NotYet(
            f"{GET} has {_short(fixed_arn)} too.",
            expected=f"{PLACE} with the new version, {GET} with the one it had.",
            advice="Nobody moves a function to a new version but you. Leave its Layers alone.",
            hint=2,
        )
    if not theirs:
        raise NotYet(
            f"{GET} has {_listed(layers_of(session, GET))}, {PLACE} has {_short(fixed_arn)}.",
            expected="two versions of one layer, so that everybody sees which is newer.",
            advice='Publish the fix under the same LayerName, "pricing".',
            hint=2,
        )
    _expect_published(session, theirs[0])
    did("looked at the layers of both functions, sent 3 orders to each")
    _expect_totals(session, PLACE, FIXED)
    _expect_totals(session, GET, OLD)


def _expect_pricing_in(session: Session, arn: str) -> None:
    files = files_in(session, arn)
    found = [file for file in files if file.rpartition("/")[2] == "pricing.py"]
    if not found:
        raise NotYet(
            f"The layer brings {shown(files)}, and no pricing.py.",
            expected="/opt/python/pricing.py.",
            advice='lab.zip(files={"python/pricing.py": pricing}) makes a zip of that one file.',
            hint=1,
        )
    if found[0].removesuffix("pricing.py") not in FOLDERS:
        raise NotYet(
            f"The layer brings {found[0]}.",
            expected="a place where Python looks: /opt/python, or "
            "/opt/python/lib/python3.13/site-packages for the runtime python3.13.",
            advice=f"The zip is unpacked under /opt as it is. In your zip the file is called "
            f"{found[0].removeprefix('/opt/')}; call it python/pricing.py.",
            hint=2,
        )


def _expect_layer(session: Session, name: str, arn: str) -> None:
    theirs = layers_of(session, name)
    if arn in theirs:
        return
    if any(_name(other) == _name(arn) for other in theirs):
        raise NotYet(
            f"{name} has {_listed(theirs)}, and not {_short(arn)}.",
            expected=f"{name} with {_short(arn)}.",
            advice="Publish once, and give the ARN of that one version.",
            hint=2,
        )
    raise NotYet(
        f"{name} has {_listed(theirs)}.",
        expected=f"{name} with {_short(arn)}: publishing alone gives a layer to nobody.",
        advice="update_function_configuration(FunctionName=…, Layers=[…]) attaches it.",
        hint=2,
    )


def _expect_published(session: Session, arn: str) -> None:
    name, number = arn.split(":")[6:]
    aws = session.client("lambda")
    try:
        aws.get_layer_version(LayerName=name, VersionNumber=int(number))
    except aws.exceptions.ResourceNotFoundException:
        raise NotYet(
            f"{_short(arn)} is deleted, and {GET} still uses it.",
            expected="both versions: after a deletion nobody can attach that one again.",
            advice="Run the cell above the exercise again, and leave the old version alone.",
            hint=3,
        ) from None


def _expect_totals(session: Session, name: str, cents: Mapping[str, int]) -> None:
    for number, basket in enumerate(BASKETS, start=1):
        items = [{"sku": sku, "qty": qty} for sku, qty in basket]
        order = {"order_id": f"o-70{number}", "status": "paid", "items": items}
        total = sum(cents[sku] * qty for sku, qty in basket)
        expected = _answer_of(name, order, total)
        answer = session.invoke(name, order)
        payload = payload_of(answer, order, expected=f"{shown(expected)}.", hint=_hint(answer))
        if payload != expected:
            raise NotYet(
                f"For the order {shown(order)} {name} answered {shown(payload)}",
                expected=f"{shown(expected)}.",
                advice=_advice(payload, name, order, cents, basket),
                hint=3,
            )


def _answer_of(name: str, order: Mapping[str, Any], total: int) -> dict[str, Any]:
    if name == PLACE:
        return {"order_id": order["order_id"], "total_cents": total}
    euros = f"{total // 100}.{total % 100:02d}"
    return {"order_id": order["order_id"], "status": "paid", "total": euros}


def _advice(
    payload: Any,
    name: str,
    order: Mapping[str, Any],
    cents: Mapping[str, int],
    basket: tuple[tuple[str, int], ...],
) -> str:
    other = FIXED if cents is OLD else OLD
    if payload == _answer_of(name, order, sum(other[sku] * qty for sku, qty in basket)):
        which = "old" if other is OLD else "new"
        return f"Those are the {which} prices. Which version does {name} have, and what is in it?"
    return "Leave the two functions as they were given, and change the layer only."


def _hint(answer: Answer) -> int:
    return 1 if answer.error_type == "Runtime.ImportModuleError" else 3


def _name(arn: str) -> str:
    return arn.rpartition(":")[0]


def _short(arn: str) -> str:
    return f"version {arn.rpartition(':')[2]} of the layer {arn.split(':')[6]}"


def _listed(arns: list[str]) -> str:
    return " and ".join(_short(arn) for arn in arns) or "no layers"
