"""Exercise 9.2: two cures for a noisy neighbour, each of which stands a rush.

The invocations of the rush wait at gates, so that all of them are in flight at the same moment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.gates import HANDLER, Gate, gate
from helpers.checks.outcome import NotYet
from helpers.checks.pool import undivided
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

REPORT, ORDER, PHOTO = "nightly-report", "place-order", "thumbnail"
EVENTS, ORDERS, PHOTOS = 20, 4, 2
FEWEST_REPORTS = 8
TIMEOUT_S = 60
WITHIN_S = 40


def check_9_2(
    session: Session,
    did: Did,
    cap: Mapping[str, int],
    keep: Mapping[str, int],
    left: Mapping[str, int],
) -> None:
    """Reserve as each cure says, send the rush, and count who was served and what is left."""
    _expect_one("cap", cap, REPORT, "the neighbour is nightly-report, and cap bounds it.")
    _expect_one("keep", keep, ORDER, "the orders come to place-order, and keep is their room.")
    for name in (REPORT, ORDER, PHOTO):
        session.deploy(HANDLER, _own(name), Timeout=TIMEOUT_S)
    with undivided(session):
        for what, cure in (("cap", cap), ("keep", keep)):
            did(f"reserved as {what} says, and sent the rush")
            with _reserved(session, what, cure):
                _rush(session, what, cure)
                _expect_left(what, left, _unreserved(session))
    did(f"sent the rush twice: {EVENTS} reports, {ORDERS} orders and {PHOTOS} photos at once")


def _own(name: str) -> str:
    return f"check-{name}"


def _expect_one(what: str, cure: Any, name: str, why: str) -> None:
    if not isinstance(cure, Mapping) or set(cure) != {name} or type(cure[name]) is not int:
        raise NotYet(
            f"{what} is {shown(cure)}.",
            expected=f'one reservation, such as {{"{name}": 5}}: {why}',
            hint=1,
        )


@contextmanager
def _reserved(session: Session, what: str, cure: Mapping[str, int]) -> Any:
    """Put the reservation of a cure, and take it back."""
    ((name, number),) = cure.items()
    client = session.client("lambda")
    try:
        client.put_function_concurrency(
            FunctionName=_own(name), ReservedConcurrentExecutions=number
        )
    except (ClientError, ParamValidationError) as refusal:
        raise NotYet(
            f"AWS refused {what}, {shown(dict(cure))}: {refusal}",
            expected="a reservation that leaves the minimum to everybody else.",
            hint=2,
        ) from None
    try:
        yield
    finally:
        client.delete_function_concurrency(FunctionName=_own(name))


def _unreserved(session: Session) -> int:
    limits = session.client("lambda").get_account_settings()["AccountLimit"]
    return int(limits["UnreservedConcurrentExecutions"])


def _rush(session: Session, what: str, cure: Mapping[str, int]) -> None:
    """Fill the account with reports, then let customers and photos come."""
    ((name, number),) = cure.items()
    room = number if name == REPORT else _unreserved(session)
    with gate() as reports:
        client = session.client("lambda")
        for _ in range(EVENTS):
            client.invoke(
                FunctionName=_own(REPORT),
                InvocationType="Event",
                Payload=json.dumps(reports.event),
            )
        busy = min(EVENTS, room)
        session.wait_until(
            lambda: reports.arrived >= busy, WITHIN_S, f"{busy} reports were not in flight."
        )
        if busy < FEWEST_REPORTS:
            raise _report_too_slow(what, busy)
        served = _served(session, {ORDER: ORDERS, PHOTO: PHOTOS})
    if what == "cap":
        _expect_all(cure, served)
    else:
        _expect_orders(cure, served[ORDER])


def _report_too_slow(what: str, busy: int) -> NotYet:
    advice = "A reservation is a ceiling for its function, and less for all others."
    return NotYet(
        f"The report got {busy} at once with your {what}.",
        expected=f"at least {FEWEST_REPORTS}: it has to be ready by noon.",
        advice=advice if busy else "Reserved 0 turns a function off. Leave it some room.",
        hint=2,
    )


def _served(session: Session, wanted: Mapping[str, int]) -> dict[str, int]:
    """Call functions at the same moment; return how many calls of each were served."""
    calls = [name for name, count in wanted.items() for _ in range(count)]
    with gate() as visitors, ThreadPoolExecutor(len(calls)) as callers:
        running = [callers.submit(_call, session, name, visitors) for name in calls]
        session.wait_until(
            lambda: visitors.arrived + _refused(running) >= len(calls),
            WITHIN_S,
            "not every order and photo was served or refused.",
        )
        visitors.open()
        outcomes = [future.result() for future in running]
    return {name: sum(outcomes[n] for n, c in enumerate(calls) if c == name) for name in wanted}


def _refused(running: list[Any]) -> int:
    return sum(future.done() and not future.result() for future in running)


def _call(session: Session, name: str, visitors: Gate) -> bool:
    try:
        session.client("lambda").invoke(FunctionName=_own(name), Payload=json.dumps(visitors.event))
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] != "TooManyRequestsException":
            raise
        return False
    return True


def _expect_all(cure: Mapping[str, int], served: Mapping[str, int]) -> None:
    if served == {ORDER: ORDERS, PHOTO: PHOTOS}:
        return
    raise NotYet(
        f"With cap {shown(dict(cure))} {served[ORDER]} of the four orders and {served[PHOTO]} of "
        "the two photos were served; the others got 429.",
        expected="all of them served while the report runs.",
        advice="Reserve less for the report. What it cannot take, all others share.",
        hint=2,
    )


def _expect_orders(cure: Mapping[str, int], served: int) -> None:
    if served == ORDERS:
        return
    raise NotYet(
        f"With keep {shown(dict(cure))} {served} of the four orders were served; the others got "
        "429.",
        expected="all of them served while the report runs.",
        advice="A reservation is a floor, and a ceiling too: more than that never run at once.",
        hint=2,
    )


def _expect_left(what: str, left: Any, unreserved: int) -> None:
    said = left.get(what) if isinstance(left, Mapping) else left
    if said == unreserved:
        return
    raise NotYet(
        f"left says {shown(said)} for {what}; get_account_settings says {unreserved}.",
        expected=f'{{"{what}": {unreserved}, …}}.',
        advice="A reservation leaves the pool the moment you make it, also while nobody uses it.",
        hint=3,
    )
