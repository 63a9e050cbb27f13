"""The MetricData of PutMetricData, checked and read.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from helpers.cloud.errors import AwsError
from helpers.cloud.logs.emf import UNITS
from helpers.cloud.ports import MetricDatum

MAX_DATA, MAX_VALUES, MAX_DIMENSIONS = 1000, 150, 30
PAST_S, FUTURE_S = 14 * 86_400, 2 * 3600
SUMMARY = ("SampleCount", "Sum", "Minimum", "Maximum")
Params = Mapping[str, Any]


def metric_data(params: Params, now: float) -> list[MetricDatum]:
    """Read the parameters of PutMetricData; raises AwsError."""
    namespace, given = params.get("Namespace") or "", params.get("MetricData") or []
    if namespace.startswith("AWS/"):
        raise _invalid(f"The value {namespace} for parameter Namespace is invalid.")
    if len(given) > MAX_DATA:
        raise _invalid(f"The collection MetricData must not have a size greater than {MAX_DATA}.")
    return [_datum(namespace, one, number, now) for number, one in enumerate(given, 1)]


def _datum(namespace: str, given: Params, number: int, now: float) -> MetricDatum:
    place = f"MetricData.member.{number}"
    dimensions = given.get("Dimensions") or []
    if len(dimensions) > MAX_DIMENSIONS:
        raise _invalid(
            f"The collection {place}.Dimensions must not have a size greater than {MAX_DIMENSIONS}."
        )
    unit = given.get("Unit") or "None"
    if unit not in UNITS:
        raise _invalid(f"The value {unit} for parameter {place}.Unit is invalid.")
    kinds = [kind for kind in ("Value", "Values", "StatisticValues") if given.get(kind) is not None]
    if len(kinds) > 1:
        raise AwsError(
            f"The parameters {place}.{kinds[0]} and {place}.{kinds[1]} are mutually exclusive and "
            "you have specified both.",
            code="InvalidParameterCombination" if "Stat" in kinds[1] else "InvalidParameterValue",
            http_status=400,
        )
    if not kinds:
        raise AwsError(
            f"At least one of the parameters {place}.Value, {place}.Values, "
            f"{place}.StatisticValues must be specified.",
            code="MissingParameter",
            http_status=400,
        )
    summary = _summary(given["StatisticValues"], number) if kinds == ["StatisticValues"] else None
    return MetricDatum(
        namespace=namespace,
        name=given["MetricName"],
        dimensions=tuple(sorted((d["Name"], d["Value"]) for d in dimensions)),
        at=_at(given.get("Timestamp"), place, now),
        values=() if summary else _values(given, place),
        summary=summary,
        unit=unit,
    )


def _at(moment: datetime | None, place: str, now: float) -> float:
    if moment is None:
        return now
    at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if not now - PAST_S <= at <= now + FUTURE_S:
        raise _invalid(
            f"The parameter {place}.Timestamp must specify a time no more than two weeks in the "
            "past and two hours in the future."
        )
    return at


def _values(given: Params, place: str) -> tuple[tuple[float, float], ...]:
    if given.get("Value") is not None:
        return ((_number(given["Value"], f"{place}.Value"), 1.0),)
    values = given["Values"]
    counts = given.get("Counts") or [1.0] * len(values)
    if len(values) > MAX_VALUES:
        raise _invalid(
            f"The collection {place}.Values must not have a size greater than {MAX_VALUES}."
        )
    if len(counts) != len(values):
        raise _invalid(
            f"The parameters {place}.Values and {place}.Counts must be of the same size."
        )
    return tuple(
        (_number(value, f"{place}.Values"), _number(count, f"{place}.Counts"))
        for value, count in zip(values, counts, strict=True)
    )


def _summary(given: Params, number: int) -> tuple[float, float, float, float]:
    for name in SUMMARY:
        if given.get(name) is None:
            raise _invalid(
                f'Missing required parameter in MetricData[{number}].StatisticValues: "{name}"'
            )
    count, total, minimum, maximum = (float(given[name]) for name in SUMMARY)
    return count, total, minimum, maximum


def _number(value: Any, place: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        shown = "NaN" if math.isnan(number) else number
        raise _invalid(f"The value {shown} for parameter {place} is invalid.")
    return number


def _invalid(message: str) -> AwsError:
    return AwsError(message, code="InvalidParameterValue", http_status=400)
