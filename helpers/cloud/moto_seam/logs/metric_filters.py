"""Metric filters of moto's log groups: checked, replaced by name, and told to whoever applies them.

Source: docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from moto.core.utils import unix_time_millis, utcnow
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend

from helpers.cloud.logs.emf import UNITS
from helpers.cloud.logs.pattern_conditions import ABSENT, PatternError, field_value
from helpers.cloud.logs.patterns import Pattern, parse_pattern
from helpers.cloud.telemetry.cloudwatch.log_metrics import (
    LogMetrics,
    MetricFilter,
    Transformation,
)

ORIGINAL = "coldstart_original"
MAX_DIMENSIONS, MAX_MESSAGES = 3, 50
SELECTOR = re.compile(r"\$[.\[][^\s=<>!&|()]*")


def install(log_metrics: LogMetrics) -> None:
    """Bind the methods of moto's backend."""
    delete_group = getattr(LogsBackend.delete_log_group, ORIGINAL, LogsBackend.delete_log_group)
    describe = getattr(LogGroup.to_describe_dict, ORIGINAL, LogGroup.to_describe_dict)

    def put_metric_filter(
        backend: LogsBackend,
        filter_name: str,
        filter_pattern: str,
        log_group_name: str,
        metric_transformations: Any,
    ) -> None:
        if log_group_name not in backend.groups:
            raise ResourceNotFoundException
        wanted = MetricFilter(
            read_pattern(filter_pattern), _transformations(metric_transformations)
        )
        _forget(backend, filter_name, log_group_name)
        backend.filters.metric_filters.append(
            {
                "filterName": filter_name,
                "filterPattern": filter_pattern,
                "logGroupName": log_group_name,
                "metricTransformations": metric_transformations,
                "creationTime": int(unix_time_millis(utcnow())),
            }
        )
        log_metrics.put_filter(backend.region_name, log_group_name, filter_name, wanted)

    def delete_metric_filter(
        backend: LogsBackend, filter_name: str | None = None, log_group_name: str | None = None
    ) -> None:
        if log_group_name not in backend.groups:
            raise ResourceNotFoundException
        if not _forget(backend, filter_name, log_group_name):
            raise ResourceNotFoundException("The specified metric filter does not exist.")
        log_metrics.delete_filter(backend.region_name, str(log_group_name), filter_name)

    def delete_log_group(backend: LogsBackend, log_group_name: str) -> None:
        delete_group(backend, log_group_name)
        _forget(backend, None, log_group_name)
        log_metrics.delete_filter(backend.region_name, log_group_name)

    def to_describe_dict(group: LogGroup) -> dict[str, Any]:
        shown: dict[str, Any] = describe(group)
        count = log_metrics.filters_of(group.region, group.name)
        return {**shown, "metricFilterCount": count}

    setattr(delete_log_group, ORIGINAL, delete_group)
    setattr(to_describe_dict, ORIGINAL, describe)
    LogsBackend.put_metric_filter = put_metric_filter
    LogsBackend.delete_metric_filter = delete_metric_filter
    LogsBackend.delete_log_group = delete_log_group
    LogGroup.to_describe_dict = to_describe_dict


def tried(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer TestMetricFilter."""
    messages = params.get("logEventMessages") or []
    if not 1 <= len(messages) <= MAX_MESSAGES:
        raise InvalidParameterException(
            f"logEventMessages must have between 1 and {MAX_MESSAGES} messages"
        )
    text = params.get("filterPattern") or ""
    pattern, matches = read_pattern(text), []
    for number, message in enumerate(messages, 1):
        found = pattern.match(message)
        if found is None:
            continue
        if text.strip().startswith("{"):
            values = {one: field_value(found, one) for one in SELECTOR.findall(text)}
            found = {
                k: v if isinstance(v, str) else str(v) for k, v in values.items() if v is not ABSENT
            }
        matches.append(
            {"eventNumber": number, "eventMessage": message, "extractedValues": dict(found)}
        )
    return {"matches": matches}


def read_pattern(text: str) -> Pattern:
    """Return a filter pattern, or raise the error of the API."""
    try:
        return parse_pattern(text)
    except PatternError as error:
        raise InvalidParameterException(str(error)) from error


def _forget(backend: LogsBackend, name: str | None, group: str | None) -> bool:
    """Take a filter of a group, or all of them, out of moto's list."""
    kept = [
        one
        for one in backend.filters.metric_filters
        if one["logGroupName"] != group or name not in (None, one["filterName"])
    ]
    found = len(kept) < len(backend.filters.metric_filters)
    backend.filters.metric_filters[:] = kept
    return found


def _transformations(given: Sequence[Mapping[str, Any]]) -> list[Transformation]:
    return [_transformation(one) for one in given]


def _transformation(given: Mapping[str, Any]) -> Transformation:
    dimensions, default = given.get("dimensions") or {}, given.get("defaultValue")
    unit = given.get("unit") or "None"
    if unit not in UNITS:
        raise InvalidParameterException(f"Invalid metric transformation: unit {unit}")
    if len(dimensions) > MAX_DIMENSIONS:
        raise InvalidParameterException(
            f"Invalid metric transformation: at most {MAX_DIMENSIONS} dimensions are allowed"
        )
    if dimensions and default is not None:
        raise InvalidParameterException(
            "Invalid metric transformation: dimensions and default value are mutually exclusive "
            "properties."
        )
    value = str(given["metricValue"])
    if not value.startswith("$"):
        try:
            float(value)
        except ValueError as error:
            raise InvalidParameterException(
                f"Invalid metric transformation: metric value {value}"
            ) from error
    return Transformation(
        namespace=given["metricNamespace"],
        name=given["metricName"],
        value=value,
        default=None if default is None else float(default),
        dimensions=dimensions or None,
        unit=unit,
    )
