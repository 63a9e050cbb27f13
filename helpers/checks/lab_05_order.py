"""Exercise 5.2: sheets of two orders in one FIFO batch, and a sheet that jams at its first try.

One event first; then a FIFO queue, whose log must tell of every sheet once and in order.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from helpers.checks.lab_05_jobs import expect_answer, printed, reported, sqs_event
from helpers.checks.outcome import NotYet
from helpers.checks.queues import Queue, mapped, may_poll, queue, wait_until_empty
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did

FUNCTION = "check-sheets"
VISIBILITY_S = 4
WITHIN_S = 30
REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
# order, sheet, and how often it jams before it prints
SHEETS = [("o-5001", 1, 0), ("o-5002", 1, 0), ("o-5001", 2, 1), ("o-5001", 3, 0), ("o-5002", 2, 0)]


def check_5_2(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send a batch with a jam, then the same sheets through a FIFO queue."""
    attributes = {"FifoQueue": "true", "VisibilityTimeout": str(VISIBILITY_S)}
    with (
        queue(session, "check-sheets.fifo", attributes) as sheets,
        execution_role(session, FUNCTION, may_poll(sheets)) as role,
    ):
        session.deploy(handler, FUNCTION, Role=role, Timeout=VISIBILITY_S)
        _one_event(session, did)
        before = len(printed(session.logs(FUNCTION)))
        _through_a_queue(session, did, sheets)
        lines = printed(session.logs(FUNCTION))[before:]
    _expect_in_order(lines)


def _body(order_id: str, sheet: int, jams: int) -> str:
    return json.dumps({"order_id": order_id, "sheet": sheet, "jams": jams})


def _name(order_id: str, sheet: int) -> str:
    return f"{order_id} sheet {sheet}"


def _one_event(session: Session, did: Did) -> None:
    event = sqs_event([_body(*sheet) for sheet in SHEETS], [order for order, _, _ in SHEETS])
    answer = session.invoke(FUNCTION, event)
    did("sent one batch with five sheets of two orders; sheet 2 of o-5001 jams")
    expect_answer(
        answer,
        expected="an answer: after an exception all five come back, and sheets that were printed "
        "are printed again.",
    )
    failed = reported(answer.payload, event, hint=2)
    lines = printed(answer.log_tail.splitlines())
    blocked: set[str] = set()
    for (order, sheet, _), record in zip(SHEETS, event["Records"], strict=True):
        is_listed = record["messageId"] in failed
        was_printed = lines.count(_name(order, sheet))
        _expect_in_step(_name(order, sheet), was_printed, listed=is_listed, late=order in blocked)
        if is_listed:
            blocked.add(order)


def _expect_in_step(name: str, times: int, *, listed: bool, late: bool) -> None:
    if listed and times:
        raise NotYet(
            f"{name} was printed, and the report lists it: it comes back and is printed again.",
            expected="a report of what failed and of what was not tried, and of nothing else.",
            hint=2,
        )
    if late and times:
        raise NotYet(
            f"{name} was printed while an earlier sheet of its order had failed.",
            expected="no sheet of an order printed after one of its sheets has failed.",
            advice="Stop working on this order, and return its later sheets as well.",
            hint=1,
        )
    if not listed and times != 1:
        raise NotYet(
            f"{name} was printed {times} times, and the report does not list it. Lambda deletes "
            "it: it is lost.",
            expected="each sheet either printed once or listed in the report.",
            advice="What you did not work on belongs into the report as well.",
            hint=1,
        )


def _through_a_queue(session: Session, did: Did, sheets: Queue) -> None:
    for order, sheet, jams in SHEETS:
        sheets.send_in_group(order, _body(order, sheet, jams))
    did("sent the five sheets in one batch, then through a FIFO queue")
    with mapped(session, FUNCTION, sheets, REPORTS, hint=3):
        wait_until_empty(session, sheets, WITHIN_S, "there were still sheets in the queue.")


def _expect_in_order(lines: list[str]) -> None:
    for order in ("o-5001", "o-5002"):
        wanted = [_name(o, sheet) for o, sheet, _ in SHEETS if o == order]
        mine = [line for line in lines if line.startswith(order)]
        if mine != wanted:
            raise NotYet(
                f"From the queue, {order} was printed as {', '.join(mine) or 'nothing'}.",
                expected=f"{', '.join(wanted)}: each once, in order.",
                advice="The single batch went well. Does a second run begin with a clean slate?",
                hint=3,
            )
