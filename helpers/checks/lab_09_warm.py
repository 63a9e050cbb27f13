"""Exercise 9.4: a burst of ten orders by an alias, and how many of them started cold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.gates import HANDLER, gate
from helpers.checks.outcome import NotYet
from helpers.checks.pool import undivided
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION, ALIAS = "check-place-order", "live"
BURST, MARGIN = 10, 11
TIMEOUT_S = 60
WITHIN_S = 40
RESERVE = "ReservedConcurrentExecutions"
PROVISION = "ProvisionedConcurrentExecutions"
READY = "provisioned-concurrency"


def check_9_4(session: Session, did: Did, warm: Mapping[str, Any]) -> None:
    """Make a version and its alias, provision as asked, and send ten orders at once."""
    if not isinstance(warm, Mapping):
        raise NotYet(
            f"warm is {shown(warm)}.",
            expected="a dict of what put_provisioned_concurrency_config takes.",
            hint=2,
        )
    client = session.client("lambda")
    with undivided(session):
        session.deploy(HANDLER, FUNCTION, Timeout=TIMEOUT_S)
        version = client.publish_version(FunctionName=FUNCTION)["Version"]
        client.create_alias(FunctionName=FUNCTION, Name=ALIAS, FunctionVersion=version)
        _set_up(session, warm)
        kinds = _burst(session)
    did(f"sent {BURST} orders at once to the alias {ALIAS}")
    _expect_warm(kinds.count(READY), warm)
    if int(warm[PROVISION]) > MARGIN:
        raise NotYet(
            f"All ten were warm, and {int(warm[PROVISION]) - BURST} more stood ready for nobody.",
            expected=f"{BURST}, or {MARGIN} with the margin of 10 % that AWS advises.",
            advice="You pay for each of them while it stands ready, used or not.",
            hint=3,
        )


def _set_up(session: Session, warm: Mapping[str, Any]) -> None:
    client = session.client("lambda")
    where = {"FunctionName": FUNCTION}
    try:
        if set(warm) == {RESERVE}:
            client.put_function_concurrency(**{**warm, **where})
            return
        client.put_provisioned_concurrency_config(**{**warm, **where})
    except (ClientError, ParamValidationError) as refusal:
        words = refusal.response["Error"]["Message"] if isinstance(refusal, ClientError) else None
        raise NotYet(
            f"AWS refused {shown(dict(warm))}: {words or refusal}",
            expected="a Qualifier and a number that Lambda takes.",
            hint=2,
        ) from None
    asked = {**where, "Qualifier": warm["Qualifier"]}
    session.wait_until(
        lambda: client.get_provisioned_concurrency_config(**asked)["Status"] == "READY",
        WITHIN_S,
        "the provisioned concurrency was not READY.",
    )


def _burst(session: Session) -> list[Any]:
    """Return how each of ten orders at once was started; they wait for each other at a gate."""
    with gate() as orders, ThreadPoolExecutor(BURST) as callers:

        def call(_: int) -> Any:
            answer = session.client("lambda").invoke(
                FunctionName=FUNCTION, Qualifier=ALIAS, Payload=json.dumps(orders.event)
            )
            return json.load(answer["Payload"])

        running = [callers.submit(call, number) for number in range(BURST)]
        session.wait_until(
            lambda: orders.arrived + sum(future.done() for future in running) >= BURST,
            WITHIN_S,
            "not every order was in flight.",
        )
        orders.open()
        return [future.result() if not future.exception() else None for future in running]


def _expect_warm(warm_count: int, warm: Mapping[str, Any]) -> None:
    if warm_count == BURST:
        return
    advice = "What finds no provisioned environment free spills over, and starts cold."
    if RESERVE in warm:
        advice = "Reserved concurrency is room, not warmth: it starts nothing ahead of time."
    raise NotYet(
        f"{BURST - warm_count} of the ten orders started cold.",
        expected="all ten in environments that stood ready.",
        advice=advice,
        hint=1 if RESERVE in warm else 3,
    )
