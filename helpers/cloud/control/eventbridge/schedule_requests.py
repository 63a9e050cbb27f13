"""What a request to make or change a schedule may say.

Source: docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html and
docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from helpers.cloud.control.constraints import Constraints
from helpers.cloud.control.eventbridge.delivery import ACTIONS, UNIVERSAL
from helpers.cloud.control.eventbridge.schedule_book import DEFAULT, invalid
from helpers.cloud.errors import ValidationException
from helpers.cloud.schedules.expressions import InvalidSchedule, parse_schedule

NAME = r"[0-9a-zA-Z-_.]+"
ROLE = r"arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@\/-]+"
STATES = ("ENABLED", "DISABLED")
MODES = ("OFF", "FLEXIBLE")
COMPLETIONS = ("NONE", "DELETE")
REQUIRED = ("ScheduleExpression", "Target", "FlexibleTimeWindow")
KEPT = (
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "KmsKeyArn",
    "ScheduleExpression",
    "StartDate",
    "Target",
)
OLDEST_START_S = 5 * 60
RETRIES = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
READS = re.compile(r"(get|describe|list|poll|receive|search|scan|query|select|read)[A-Z]")
_SERVICES = frozenset({"lambda", "sqs", "sns", "events", "states", "kinesis"})
_UNIVERSAL_PARTS = 2


def schedule_members(
    name: str,
    body: Mapping[str, Any],
    *,
    now: float,
    knows: Callable[[str, str], bool],
) -> dict[str, Any]:
    """Return the members to keep, with AWS's defaults; raises ValidationException.

    `knows` tells whether an API has an operation, for universal targets.
    """
    _check_model(name, body)
    timezone = body.get("ScheduleExpressionTimezone") or "UTC"
    _check_expression(str(body["ScheduleExpression"]), timezone)
    _check_dates(body, now)
    _check_window(body["FlexibleTimeWindow"])
    _check_target(body["Target"], knows)
    target = {
        **body["Target"],
        "RetryPolicy": {**RETRIES, **(body["Target"].get("RetryPolicy") or {})},
    }
    return {
        **{member: body[member] for member in KEPT if body.get(member) is not None},
        "Name": name,
        "GroupName": body.get("GroupName") or DEFAULT,
        "ScheduleExpressionTimezone": timezone,
        "State": body.get("State") or "ENABLED",
        "ActionAfterCompletion": body.get("ActionAfterCompletion") or "NONE",
        "Target": target,
    }


def check_name(member: str, name: str) -> None:
    """Refuse a name that the API's model does not allow."""
    constraints = Constraints()
    constraints.pattern(member, name, NAME)
    constraints.length(member, name, at_least=1, at_most=64)
    _raise(constraints)


def _check_model(name: str, body: Mapping[str, Any]) -> None:
    constraints = Constraints()
    constraints.pattern("name", name, NAME)
    constraints.length("name", name, at_least=1, at_most=64)
    for member in REQUIRED:
        constraints.required(member[0].lower() + member[1:], body.get(member))
    _raise(constraints)
    target, window = body["Target"], body["FlexibleTimeWindow"]
    if not isinstance(target, dict) or not isinstance(window, dict):
        raise invalid("The request is not well made.")
    constraints.length("scheduleExpression", str(body["ScheduleExpression"]), at_most=256)
    constraints.length("description", body.get("Description"), at_most=512)
    constraints.one_of("state", body.get("State"), STATES)
    constraints.one_of("actionAfterCompletion", body.get("ActionAfterCompletion"), COMPLETIONS)
    constraints.required("target.arn", target.get("Arn"))
    constraints.required("target.roleArn", target.get("RoleArn"))
    constraints.pattern("target.roleArn", target.get("RoleArn"), ROLE)
    constraints.required("flexibleTimeWindow.mode", window.get("Mode"))
    constraints.one_of("flexibleTimeWindow.mode", window.get("Mode"), MODES)
    constraints.number(
        "flexibleTimeWindow.maximumWindowInMinutes",
        window.get("MaximumWindowInMinutes"),
        at_least=1,
        at_most=1440,
    )
    retries = target.get("RetryPolicy") or {}
    age, attempts = (retries.get(member) for member in RETRIES)
    where = "target.retryPolicy"
    constraints.number(f"{where}.maximumEventAgeInSeconds", age, at_least=60, at_most=86400)
    constraints.number(f"{where}.maximumRetryAttempts", attempts, at_least=0, at_most=185)
    _raise(constraints)


def _raise(constraints: Constraints) -> None:
    try:
        constraints.raise_if_broken()
    except ValidationException as error:
        raise invalid(error.message) from None


def _check_expression(expression: str, timezone: str) -> None:
    try:
        parse_schedule("rate(1 minute)", timezone=timezone)
    except InvalidSchedule:
        raise invalid(f"Invalid Schedule Expression Timezone {timezone}.") from None
    try:
        parse_schedule(expression, timezone=timezone)
    except InvalidSchedule:
        raise invalid(f"Invalid Schedule Expression {expression}.") from None


def _check_dates(body: Mapping[str, Any], now: float) -> None:
    start, end = body.get("StartDate"), body.get("EndDate")
    for moment in (start, end):
        if moment is not None and (
            isinstance(moment, bool) or not isinstance(moment, (int, float))
        ):
            raise invalid(f"{moment!r} is not a timestamp.")
    if str(body["ScheduleExpression"]).startswith("at("):
        return
    if start is not None and start < now - OLDEST_START_S:
        raise invalid("The StartDate you specify cannot be earlier than 5 minutes ago.")
    if end is not None and end < now:
        raise invalid("The EndDate you specify cannot be in the past.")
    if start is not None and end is not None and end <= start:
        raise invalid("The EndDate you specify must come after the StartDate.")


def _check_window(window: Mapping[str, Any]) -> None:
    minutes = window.get("MaximumWindowInMinutes")
    if window["Mode"] == "FLEXIBLE" and minutes is None:
        raise invalid("MaximumWindowInMinutes must be set for a flexible time window.")
    if window["Mode"] == "OFF" and minutes is not None:
        raise invalid(
            "MaximumWindowInMinutes must not be set when the flexible time window is OFF."
        )


def _check_target(target: Mapping[str, Any], knows: Callable[[str, str], bool]) -> None:
    arn = str(target["Arn"])
    if arn.startswith(UNIVERSAL):
        parts = arn.removeprefix(UNIVERSAL).split(":")
        if len(parts) != _UNIVERSAL_PARTS or READS.match(parts[1]) or not knows(*parts):
            raise invalid(f"Provided Arn is not valid: {arn} is not a supported API operation.")
        return
    fields = arn.split(":")
    if len(fields) < 6 or fields[0] != "arn":
        raise invalid("Provided Arn is not in correct format.")
    if fields[2] not in ACTIONS or fields[2] not in _SERVICES:
        raise invalid(
            f"The local account does not deliver to {arn}, only to {', '.join(sorted(_SERVICES))}"
            " and to universal targets."
        )
    if fields[2] == "events" and not target.get("EventBridgeParameters"):
        raise invalid("EventBridgeParameters must be specified for an EventBridge target.")
    if fields[2] == "kinesis" and not (target.get("KinesisParameters") or {}).get("PartitionKey"):
        raise invalid("KinesisParameters must be specified for a Kinesis target.")
    if arn.endswith(".fifo") and not (target.get("SqsParameters") or {}).get("MessageGroupId"):
        raise invalid("MessageGroupId must be specified for a FIFO queue.")
