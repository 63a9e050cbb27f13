"""EventBridge: operations, actions and ARNs. Leaves out partner sources and global endpoints."""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import named, param, regional
from helpers.cloud.moto_seam.operations.call import (
    Call,
    everything,
    no_keys,
    pass_role,
    row,
    rows,
)

PRINCIPAL = "events.amazonaws.com"


def _bus_arn(call: Call, name: str) -> str:
    return name if name.startswith("arn:") else regional("events", call, f"event-bus/{name}")


def bus(call: Call) -> str:
    """Give the ARN of the bus; none named means the default one."""
    params = call.params
    name = params.get("Name") or params.get("EventBusName") or "default"
    return _bus_arn(call, str(name))


def rule(call: Call) -> str:
    """Give the ARN of the rule, which holds the bus unless that is the default one."""
    name = call.params.get("Rule") or call.params["Name"]
    on_bus = str(call.params.get("EventBusName") or "default").split("/")[-1]
    path = name if on_bus == "default" else f"{on_bus}/{name}"
    return regional("events", call, f"rule/{path}")


def _put_on(call: Call) -> list[str]:
    return [_bus_arn(call, e.get("EventBusName") or "default") for e in call.params["Entries"]]


def _put_keys(call: Call) -> dict[str, object]:
    entries = call.params.get("Entries", [])
    return {
        "events:source": [entry["Source"] for entry in entries if entry.get("Source")],
        "events:detail-type": [e["DetailType"] for e in entries if e.get("DetailType")],
    }


def _rule_role(call: Call) -> list[str]:
    role = call.params.get("RoleArn")
    return [role] if role else []


def _target_keys(call: Call) -> dict[str, object]:
    arns = [target["Arn"] for target in call.params.get("Targets", []) if target.get("Arn")]
    return {"events:TargetArn": arns} if arns else {}


def _target_roles(call: Call) -> list[str]:
    return [target["RoleArn"] for target in call.params["Targets"] if target.get("RoleArn")]


_archive = named("events", "archive/{ArchiveName}")
_connection = named("events", "connection/{Name}")
_destination = named("events", "api-destination/{Name}")

OPERATIONS = {
    "PutEvents": row("events:PutEvents", _put_on, _put_keys),
    "PutTargets": row("events:PutTargets", rule, _target_keys, pass_role(PRINCIPAL, _target_roles)),
    "PutRule": row("events:PutRule", rule, no_keys, pass_role(PRINCIPAL, _rule_role)),
    **rows(
        "events",
        rule,
        "DeleteRule DescribeRule EnableRule DisableRule RemoveTargets ListTargetsByRule",
    ),
    **rows("events", bus, "CreateEventBus UpdateEventBus DeleteEventBus DescribeEventBus"),
    **rows("events", bus, "PutPermission RemovePermission"),
    **rows("events", _archive, "CreateArchive UpdateArchive DeleteArchive DescribeArchive"),
    **rows(
        "events", named("events", "replay/{ReplayName}"), "StartReplay DescribeReplay CancelReplay"
    ),
    **rows(
        "events",
        _connection,
        "CreateConnection UpdateConnection DeleteConnection DescribeConnection",
    ),
    **rows(
        "events",
        _destination,
        "CreateApiDestination UpdateApiDestination DeleteApiDestination DescribeApiDestination",
    ),
    **rows("events", param("ResourceARN"), "TagResource UntagResource ListTagsForResource"),
    **rows(
        "events",
        everything,
        "ListRules ListRuleNamesByTarget ListEventBuses ListArchives ListReplays ListConnections"
        " ListApiDestinations TestEventPattern",
    ),
}
