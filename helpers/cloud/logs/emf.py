"""The embedded metric format: metrics in a log event that is one JSON object.

A directive that breaks a rule gives no metric; the line stays what it is. Numbers count, and lists
of up to 100 numbers; dimension values are strings at the root of the object.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from helpers.cloud.json_text import read_json
from helpers.cloud.ports import MetricDatum

MARK = '"_aws"'
MAX_METRICS, MAX_DIMENSIONS, MAX_VALUES = 100, 30, 100
MAX_NAME, MAX_DIMENSION_NAME, MAX_DIMENSION_VALUE = 1024, 250, 1024
MAX_EVENT_BYTES = 1_048_576
SIZES = [
    f"{prefix}{kind}"
    for kind in ("bytes", "bits")
    for prefix in ("", "kilo", "mega", "giga", "tera")
]
UNITS = frozenset(
    ["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"]
    + [size.capitalize() for size in SIZES]
    + [f"{size.capitalize()}/Second" for size in SIZES]
)


def may_hold_metrics(message: str) -> bool:
    """Tell at little cost whether a message may be in the embedded metric format."""
    return message.startswith("{") and MARK in message


def embedded_metrics(message: str) -> list[MetricDatum]:
    """Return the metrics of a log event, none if it is not well made.

    >>> line = '{"_aws":{"Timestamp":1000,"CloudWatchMetrics":[{"Namespace":"Shop","Dimensions":'
    >>> line += '[["Place"]],"Metrics":[{"Name":"Sold","Unit":"Count"}]}]},"Place":"a","Sold":2}'
    >>> [datum] = embedded_metrics(line)
    >>> datum.namespace, datum.name, datum.dimensions, datum.at, datum.values
    ('Shop', 'Sold', (('Place', 'a'),), 1.0, ((2.0, 1.0),))
    """
    if len(message) > MAX_EVENT_BYTES:
        return []
    try:
        document = read_json(message)
    except ValueError:
        return []
    metadata = document.get("_aws") if isinstance(document, dict) else None
    if not isinstance(metadata, dict):
        return []
    timestamp, directives = metadata.get("Timestamp"), metadata.get("CloudWatchMetrics")
    if not _is_number(timestamp) or not isinstance(directives, list):
        return []
    data: list[MetricDatum] = []
    for directive in directives:
        data += _of_directive(directive, document, timestamp / 1000)
    return data


def _of_directive(directive: Any, document: Mapping[str, Any], at: float) -> Iterator[MetricDatum]:
    if not isinstance(directive, dict):
        return
    namespace, metrics = directive.get("Namespace"), directive.get("Metrics")
    dimensions = _dimension_sets(directive.get("Dimensions", [[]]), document)
    named = isinstance(namespace, str) and 1 <= len(namespace) <= MAX_NAME
    if not named or dimensions is None or not isinstance(metrics, list):
        return
    if len(metrics) > MAX_METRICS:
        return
    for metric in metrics:
        values = _values(metric, document)
        if values is None:
            continue
        for one in dimensions:
            yield MetricDatum(
                namespace=str(namespace),
                name=metric["Name"],
                dimensions=one,
                at=at,
                values=values,
                unit=metric.get("Unit", "None"),
            )


def _dimension_sets(
    sets: Any, document: Mapping[str, Any]
) -> list[tuple[tuple[str, str], ...]] | None:
    """Return the sets with their values; None where one breaks a rule."""
    if not isinstance(sets, list):
        return None
    found = []
    for names in sets or [[]]:
        if not isinstance(names, list) or len(names) > MAX_DIMENSIONS:
            return None
        pairs = []
        for name in names:
            value = document.get(name) if isinstance(name, str) else None
            fits = isinstance(value, str) and 1 <= len(value) <= MAX_DIMENSION_VALUE
            if not fits or len(name) > MAX_DIMENSION_NAME:
                return None
            pairs.append((name, str(value)))
        found.append(tuple(sorted(set(pairs))))
    return found


def _values(metric: Any, document: Mapping[str, Any]) -> tuple[tuple[float, float], ...] | None:
    if not isinstance(metric, dict):
        return None
    name, unit = metric.get("Name"), metric.get("Unit", "None")
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME or unit not in UNITS:
        return None
    if metric.get("StorageResolution", 60) not in (1, 60):
        return None
    value = document.get(name)
    values = value if isinstance(value, list) else [value]
    if not 1 <= len(values) <= MAX_VALUES or not all(_is_number(one) for one in values):
        return None
    return tuple((float(one), 1.0) for one in values if _is_number(one))


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
