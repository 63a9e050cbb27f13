"""Records of event source mappings become metrics: which figure of which record is which metric.

The one place to change when a record of a poller is added. The event counts of a mapping have the
dimension EventSourceMappingUUID, and are there when its MetricsConfig asks for them; IteratorAge
belongs to the function, and always is.

Source: docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html (event source mappings)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from helpers.cloud.metrics.store import Metric

NAMESPACE = "AWS/Lambda"
Figure = Callable[[Any], float]


def _all(record: Any) -> float:
    return float(record.count)


COUNTS: Mapping[str, tuple[tuple[str, Figure], ...]] = {
    "batch.polled": (
        ("PolledEventCount", _all),
        ("FilteredOutEventCount", lambda record: float(record.filtered_out)),
    ),
    "batch.invoked": (("InvokedEventCount", _all),),
    "batch.returned": (("FailedInvokeEventCount", _all),),
    "batch.retried": (
        ("FailedInvokeEventCount", lambda record: float(record.count if record.counts else 0)),
    ),
    "batch.dropped": (("DroppedEventCount", _all),),
    "batch.sent_on": (
        (
            "OnFailureDestinationDeliveredEventCount",
            lambda record: float(record.count if record.delivered else 0),
        ),
    ),
    "batch.deleted": (("DeletedEventCount", _all),),
}
"""By the kind of record: the name of each metric, and its value."""


def mapping_metrics(
    record: Any, at: float
) -> Iterator[tuple[str, tuple[Metric, str, float, float]]]:
    """Yield (Region, (metric, unit, moment, value)) of a record of an event source mapping."""
    region = record.source.split(":")[3]
    dimensions = (("EventSourceMappingUUID", record.mapping),)
    for name, figure in COUNTS.get(record.kind, ()) if record.metered else ():
        yield region, (Metric(NAMESPACE, name, dimensions), "Count", at, figure(record))
    age = getattr(record, "iterator_age_ms", None)
    if age is not None:
        function = ("FunctionName", record.function)
        for names in ((), (function,), (function, ("Resource", record.function))):
            yield region, (Metric(NAMESPACE, "IteratorAge", names), "Milliseconds", at, float(age))
