"""What the API's model demands of an event source mapping's members, before Lambda looks at them.

Source: constraints (pattern, min, max, enum) in botocore's lambda/2015-03-31/service-2.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.cloud.control.constraints import ARN_PATTERN, KMS_KEY_PATTERN, Constraints
from helpers.cloud.control.names import FUNCTION_NAME_PATTERN
from helpers.cloud.errors import InvalidRequestContentException

DESTINATION = r"$|kafka://([^.]([a-zA-Z0-9\-_.]{0,248}))|" + ARN_PATTERN
POSITIONS = ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON")
NUMBERS: Mapping[str, tuple[int, int]] = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "ParallelizationFactor": (1, 10),
    "MaximumRecordAgeInSeconds": (-1, 604_800),
    "MaximumRetryAttempts": (-1, 10_000),
    "TumblingWindowInSeconds": (0, 900),
}
STRUCTURES = (
    "FilterCriteria",
    "ScalingConfig",
    "DestinationConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "Tags",
)
STRINGS = ("FunctionName", "EventSourceArn", "StartingPosition", "KMSKeyArn")
BOOLEANS = ("Enabled", "BisectBatchOnFunctionError")


def check_members(members: Mapping[str, Any], *, creating: bool) -> None:
    """Raise AWS's error for members of a wrong kind, or for all that break the model."""
    _check_kinds(members)
    constraints = Constraints()
    if creating:
        constraints.required("functionName", members.get("FunctionName"))
        _strings(constraints, members)
    name = members.get("FunctionName")
    constraints.length("functionName", name, at_least=1, at_most=256)
    constraints.pattern("functionName", name, FUNCTION_NAME_PATTERN)
    for member, (least, most) in NUMBERS.items():
        shown = member[0].lower() + member[1:]
        constraints.number(shown, members.get(member), at_least=least, at_most=most)
    _structures(constraints, members)
    constraints.raise_if_broken()


def check_source_arn(arn: str | None) -> None:
    """Raise AWS's error for what is no ARN."""
    constraints = Constraints()
    constraints.pattern("eventSourceArn", arn, ARN_PATTERN)
    constraints.raise_if_broken()


def _strings(constraints: Constraints, members: Mapping[str, Any]) -> None:
    constraints.pattern("eventSourceArn", members.get("EventSourceArn"), ARN_PATTERN)
    constraints.one_of("startingPosition", members.get("StartingPosition"), POSITIONS)


def _structures(constraints: Constraints, members: Mapping[str, Any]) -> None:
    scaling = members.get("ScalingConfig") or {}
    constraints.number(
        "scalingConfig.maximumConcurrency",
        scaling.get("MaximumConcurrency"),
        at_least=2,
        at_most=1000,
    )
    pollers = members.get("ProvisionedPollerConfig") or {}
    for member, most in (("MinimumPollers", 200), ("MaximumPollers", 10_000)):
        shown = f"provisionedPollerConfig.{member[0].lower()}{member[1:]}"
        constraints.number(shown, pollers.get(member), at_least=1, at_most=most)
    for side in ("OnSuccess", "OnFailure"):
        given = ((members.get("DestinationConfig") or {}).get(side) or {}).get("Destination")
        shown = f"destinationConfig.{side[0].lower()}{side[1:]}.destination"
        constraints.pattern(shown, given, DESTINATION)
        constraints.length(shown, given, at_most=350)
    types = members.get("FunctionResponseTypes")
    if types:  # an empty list takes the report away
        constraints.single("functionResponseTypes", types, ("ReportBatchItemFailures",))
    for index, one in enumerate((members.get("FilterCriteria") or {}).get("Filters") or ()):
        shown = f"filterCriteria.filters.{index + 1}.member.pattern"
        constraints.length(shown, one.get("Pattern"), at_most=4096)
    constraints.pattern("kmsKeyArn", members.get("KMSKeyArn"), KMS_KEY_PATTERN)
    metrics = (members.get("MetricsConfig") or {}).get("Metrics") or ()
    constraints.items("metricsConfig.metrics", metrics, at_most=3)
    for metric in metrics:
        known = ("EventCount", "ErrorCount", "KafkaMetrics")
        constraints.one_of("metricsConfig.metrics", metric, known)


def _check_kinds(members: Mapping[str, Any]) -> None:
    """Raise the error of a body that the model cannot read."""
    numbers = {name: members.get(name) for name in NUMBERS}
    for structure, names in (
        ("ScalingConfig", ("MaximumConcurrency",)),
        ("ProvisionedPollerConfig", ("MinimumPollers", "MaximumPollers")),
    ):
        for name in names:
            given = members.get(structure)
            numbers[name] = given.get(name) if isinstance(given, dict) else None
    filters = members.get("FilterCriteria")
    listed = filters.get("Filters") if isinstance(filters, dict) else None
    metrics = members.get("MetricsConfig")
    right = (
        all(_is(members.get(name), dict) for name in STRUCTURES)
        and all(_is(members.get(name), bool) for name in BOOLEANS)
        and all(_is(value, int) and not isinstance(value, bool) for value in numbers.values())
        and all(_is(members.get(name), str) for name in STRINGS)
        and _strings_in(members.get("FunctionResponseTypes"))
        and (not isinstance(metrics, dict) or _strings_in(metrics.get("Metrics")))
        and _is(listed, list)
        and all(isinstance(one, dict) and _is(one.get("Pattern"), str) for one in listed or ())
        and _destinations_are_objects(members.get("DestinationConfig"))
    )
    if not right:
        raise InvalidRequestContentException(
            "Could not parse request body into json: a member is not of the kind it must be"
        )


def _is(value: object, kind: type) -> bool:
    return value is None or isinstance(value, kind)


def _strings_in(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(v, str) for v in value))


def _destinations_are_objects(value: object) -> bool:
    if not isinstance(value, dict):
        return True
    sides = (value.get("OnSuccess"), value.get("OnFailure"))
    return all(
        _is(side, dict) and (side is None or _is(side.get("Destination"), str)) for side in sides
    )
