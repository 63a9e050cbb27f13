"""Members of requests that break their model, where moto would take them.

AWS's services compare each request with their model before they look at it; moto does so here and
there. Only scalar members of the operations named here are compared.

Source: botocore's service-2.json of each service (min, max, pattern, enum); for retentionInDays
docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.cloud.control.constraints import HIDDEN, detected, sentence
from helpers.cloud.moto_seam.operations import Call
from helpers.cloud.moto_seam.operations.routing import service_model
from helpers.cloud.regexes import InvalidRegexError, Regex, SlowRegexError

CHECKED: Mapping[str, tuple[str, frozenset[str]]] = {
    "logs": (
        "InvalidParameterException",
        frozenset(
            {"CreateLogGroup", "CreateLogStream", "PutRetentionPolicy", "DescribeLogStreams"}
            | {"PutMetricFilter", "PutSubscriptionFilter", "DescribeLogGroups"}
        ),
    ),
    "sts": (
        "ValidationError",
        frozenset({"AssumeRole", "GetSessionToken", "GetFederationToken"}),
    ),
    "secretsmanager": (
        "ValidationException",
        frozenset({"CreateSecret", "PutSecretValue", "UpdateSecret"}),
    ),
}
"""The operations that are compared, and how their service names the error."""
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922),
    *(3288, 3653),
)


def is_checked(service: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Tell cheaply whether a request may be of an operation that is compared."""
    if service == "sts":
        return b"Action=Get" in body or b"Action=AssumeRole" in body
    found = CHECKED.get(service)
    return found is not None and headers.get("x-amz-target", "").rpartition(".")[2] in found[1]


def broken_members(call: Call) -> tuple[str, str] | None:
    """Return the error's code and message, or None when the call is as its model wants it."""
    code, names = CHECKED.get(call.service, ("", frozenset()))
    model = service_model(call.service)
    if call.operation not in names or model is None:
        return None
    shape = model.operation_model(call.operation).input_shape
    told = [
        text
        for name, value in call.params.items()
        if name in shape.members
        for text in broken_constraints(name[0].lower() + name[1:], value, shape.members[name])
    ]
    arn = str(call.params.get("RoleArn", "arn:"))
    if not told and call.operation == "AssumeRole" and not arn.startswith("arn:"):
        return code, f"{arn} is invalid"
    return (code, detected(told)) if told else None


def broken_constraints(member: str, value: Any, shape: Any) -> list[str]:
    """Return AWS's sentence for each constraint that a scalar member breaks."""
    shown = HIDDEN if shape.metadata.get("sensitive") else value
    return [sentence(member, shown, each) for each in _constraints(member, value, shape)]


def _constraints(name: str, value: Any, shape: Any) -> list[str]:
    """Return each constraint that a value breaks, as AWS words it."""
    limits, broken = shape.metadata, []
    if shape.type_name in ("string", "blob") and isinstance(value, str | bytes):
        kind, size = "length", len(value)
    elif shape.type_name in ("integer", "long"):
        kind, size = "value", int(value)
    else:
        return []
    if size > limits.get("max", size):
        broken.append(f"Member must have {kind} less than or equal to {limits['max']}")
    if size < limits.get("min", size):
        broken.append(f"Member must have {kind} greater than or equal to {limits['min']}")
    pattern, allowed = limits.get("pattern"), limits.get("enum")
    if isinstance(value, str) and pattern and not _fits(pattern, value):
        broken.append(f"Member must satisfy regular expression pattern: {pattern}")
    if name == "retentionInDays" and value not in RETENTION_DAYS:
        allowed = [str(days) for days in RETENTION_DAYS]
    if allowed and value not in allowed:
        broken.append(f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    return broken


def _fits(pattern: str, value: str) -> bool:
    """Tell whether a value fits a pattern, which is Java's; what cannot be read fits."""
    try:
        return Regex(pattern).fullmatch(value) is not None
    except (InvalidRegexError, SlowRegexError):
        return True
