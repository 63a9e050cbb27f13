"""Exercise 6.4: a stock that is lowered once per order, however often the order's record comes.

All events are sent by invoke, so that the check decides how batches are cut, where one fails, and
which environment serves it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.streams import Table, change, table
from helpers.checks.submission import Did, advice_on, failed_with

FUNCTION = "check-stock"
ACTIONS = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
STOCK = {"poster-a2": 40, "frame-oak": 12, "mug-white": 25}
Lines = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """One batch, what the stock must be after it, and what a wrong stock means."""

    records: Sequence[Mapping[str, Any]]
    stock: Mapping[str, int]
    too_low: str
    too_high: str
    fails: bool = False
    elsewhere: bool = False


def _order(order_id: str, lines: Lines | None, status: str = "placed") -> dict[str, Any]:
    order: dict[str, Any] = {"order_id": {"S": order_id}, "status": {"S": status}}
    if lines is not None:
        order["items"] = {
            "L": [{"M": {"sku": {"S": sku}, "qty": {"N": str(qty)}}} for sku, qty in lines.items()]
        }
    return order


def _placed(number: int, lines: Lines | None) -> dict[str, Any]:
    order_id = f"o-80{number:02}"
    return change(number, {"order_id": {"S": order_id}}, new=_order(order_id, lines))


ONE = _placed(1, {"poster-a2": 3, "frame-oak": 1})
TWO = _placed(2, {"poster-a2": 2})
THREE = _placed(3, {"frame-oak": 4})
FOUR = _placed(4, {"mug-white": 5, "poster-a2": 1})
BAD = _placed(5, None)
KEY = {"order_id": {"S": "o-8002"}}
PAID = change(
    6,
    KEY,
    old=_order("o-8002", {"poster-a2": 2}),
    new=_order("o-8002", {"poster-a2": 2}, "paid"),
)
GONE = change(7, KEY, old=_order("o-8002", {"poster-a2": 2}, "paid"))
NEVER = "was never taken off"

STEPS = (
    Step(
        [ONE, TWO],
        {"poster-a2": 35, "frame-oak": 11, "mug-white": 25},
        "it is lower than two orders make it",
        f"what was ordered {NEVER}",
    ),
    Step(
        [PAID, GONE],
        {"poster-a2": 35, "frame-oak": 11, "mug-white": 25},
        "order o-8002 was taken off again, but it was changed, not placed",
        "order o-8002 was deleted, and that gives nothing back",
    ),
    Step(
        [ONE, TWO],
        {"poster-a2": 35, "frame-oak": 11, "mug-white": 25},
        "the same batch came again, and was taken off a second time",
        "it rose when the same batch came again",
    ),
    Step(
        [TWO, THREE],
        {"poster-a2": 35, "frame-oak": 7, "mug-white": 25},
        "o-8002 came again, cut into other batches, and was taken off again",
        f"order o-8003 came with one that was there before, and {NEVER}",
    ),
    Step(
        [ONE, THREE],
        {"poster-a2": 35, "frame-oak": 7, "mug-white": 25},
        "a new environment got old records, and another environment remembers nothing",
        "it rose in another environment",
        elsewhere=True,
    ),
    Step(
        [FOUR, BAD],
        {},
        "",
        "",
        fails=True,
    ),
    Step(
        [FOUR],
        {"poster-a2": 34, "frame-oak": 7, "mug-white": 20},
        "its batch failed and came again, and o-8004 was taken off a second time",
        f"its batch failed and came again, and o-8004 {NEVER}",
    ),
)


def check_6_4(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send batches that repeat records in several ways; compare the stock after each."""
    with table(session, "check-stock", key="sku", view="KEYS_ONLY") as stock:
        stock.put(*({"sku": {"S": sku}, "left": {"N": str(n)}} for sku, n in STOCK.items()))
        arn = stock.arn.partition("/stream/")[0]
        statement = {"Effect": "Allow", "Action": ACTIONS, "Resource": arn}
        with execution_role(session, FUNCTION, statement) as role:
            variables = {"STOCK_TABLE": stock.name}
            for number, step in enumerate(STEPS, start=1):
                if number == 1 or step.elsewhere:
                    variables |= {"ENVIRONMENT": str(number)}
                    settings = {"Environment": {"Variables": variables}, "Timeout": 10}
                    session.deploy(handler, FUNCTION, Role=role, **settings)
                did(f"sent {number} {'batch' if number == 1 else 'batches'} of orders")
                _send(session, stock, step)


def _send(session: Session, stock: Table, step: Step) -> None:
    answer = session.invoke(FUNCTION, {"Records": list(step.records)})
    if answer.function_error is not None and not step.fails:
        advice = advice_on(answer)
        if "onditional" in str(answer.error_message):
            advice = "A condition that does not hold raises: then the change is already applied."
        raise NotYet(
            failed_with(answer),
            expected="no failure for orders that have all they need.",
            advice=advice,
            hint=3,
        )
    for sku, wanted in step.stock.items():
        found = _left(stock, sku)
        if found != wanted:
            told = step.too_low if found < wanted else step.too_high
            raise NotYet(
                f"{sku} has {found} left, and should have {wanted}: {told}.",
                expected="each new order taken off once, and nothing else.",
                hint=1 if told == step.too_high else 2,
            )


def _left(stock: Table, sku: str) -> int:
    found = stock.client.get_item(
        TableName=stock.name, Key={"sku": {"S": sku}}, ConsistentRead=True
    )
    try:
        return int(found["Item"]["left"]["N"])
    except (KeyError, ValueError):
        raise NotYet(
            f"The item {sku} of the stock is {found.get('Item')!r}",
            expected='an item with "left", a number in whole pieces.',
            hint=3,
        ) from None
