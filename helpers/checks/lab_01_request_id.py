"""Exercise 1.3: the request id in the answer and in every line of the log, as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.lab_01_orders import GOOD
from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.shapes import advice_on_dict
from helpers.checks.submission import Did, payload_of, shown

PLATFORM_LINES = ("INIT_START", "START", "END", "REPORT", "XRAY")


def check_1_3(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send three orders to one environment and read every line they logged."""
    name = "check-request-id"
    session.deploy(handler, name)
    for number, (order, _) in enumerate(GOOD, start=1):
        answer = session.invoke(name, order)
        did(f"sent {number} {'order' if number == 1 else 'orders'}, read every line they logged")
        payload = payload_of(answer, order, expected="an answer with the request id.", hint=1)
        request_id = answer.report.request_id if answer.report else ""
        _expect_request_id(payload, order, request_id)
        _expect_lines(_own_lines(answer.log_tail), order, request_id)


def _expect_request_id(payload: Any, order: Mapping[str, Any], request_id: str) -> None:
    expected = {"order_id": order["order_id"], "request_id": request_id}
    if payload == expected:
        return
    advice = advice_on_dict(payload, tuple(expected)) or "Both ids are those of this event."
    given = payload.get("request_id") if isinstance(payload, dict) else request_id
    if given is None:
        advice = "Lambda hands the request id to the handler as context.aws_request_id."
    elif given != request_id:
        advice = (
            "That id is another one. Read context.aws_request_id inside the handler, "
            "anew for each event."
        )
    raise NotYet(
        f"The answer was {shown(payload)}, and its REPORT line says {request_id}.",
        expected=f"{shown(expected)}.",
        advice=advice,
        hint=1,
    )


def _own_lines(log_tail: str) -> list[str]:
    """Return what the handler logged: the lines after START that are not Lambda's own."""
    _, _, after_start = log_tail.rpartition("START RequestId: ")
    lines = after_start.splitlines()[1:]
    return [line for line in lines if line.strip() and not line.startswith(PLATFORM_LINES)]


def _expect_lines(lines: list[str], order: Mapping[str, Any], request_id: str) -> None:
    for line in lines:
        _expect_line(line, order, request_id)
    if len(lines) < 2:
        raise NotYet(
            f"Order {order['order_id']} logged {'one line' if lines else 'nothing'}.",
            expected='two lines: one with "message": "received", one with "message": "placed".',
            advice="Log once when the handler begins and once before it returns."
            if lines
            else "A logger that stays silent? Its level starts at WARNING.",
            hint=3 if lines else 2,
        )
    messages = [json.loads(line).get("message") for line in lines]
    if messages[0] != "received" or messages[-1] != "placed":
        advice = "Write the message of each line under the key message."
        if {"received", "placed"} <= set(messages):
            advice = "Both are there: change their order."
        raise NotYet(
            f"The messages of order {order['order_id']} are {shown(messages)}",
            expected='"received" first and "placed" last.',
            advice=advice,
            hint=3,
        )


def _expect_line(line: str, order: Mapping[str, Any], request_id: str) -> None:
    try:
        fields = json.loads(line)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise NotYet(
            f"This line is not a JSON object: {line!r}",
            expected="lines that a program can read field by field.",
            advice=_advice_on_line(line, fields),
            hint=2,
        )
    wanted = {"order_id": order["order_id"], "request_id": request_id}
    for field, value in wanted.items():
        if fields.get(field) != value:
            raise NotYet(
                f"In the line {line} {field} is {shown(fields.get(field))}.",
                expected=f"{field} {shown(value)} in every line of this invocation.",
                advice="Read both ids inside the handler, anew for each event.",
                hint=3,
            )


def _advice_on_line(line: str, fields: Any) -> str:
    """Return why a line is no object: what stands before it, around it, or in its quotes."""
    if fields is None and line.startswith("["):
        return (
            "Lambda's logger writes level, time and request id before your text, so the "
            "line as a whole is not JSON. print adds nothing."
        )
    if line.startswith("{'"):
        return "print shows a dict as Python writes it, and JSON has no such quotes: json.dumps."
    if line.strip() == "{":
        return "indent spreads an object over several lines, and each becomes a line of the log."
    return "Print one json.dumps({...}) per line."
