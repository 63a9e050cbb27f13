"""The service graph: who called whom, drawn from segments.

Source: docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html, API_Service.html.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.telemetry.xray.reading import Service, entry_points, service_of
from helpers.cloud.telemetry.xray.segments import Document, every_part
from helpers.cloud.telemetry.xray.store import Trace

CLIENT = "client"


@dataclass(slots=True)
class Statistics:
    """What happened at a node or along an edge."""

    ok: int = 0
    throttles: int = 0
    errors: int = 0
    faults: int = 0
    seconds: float = 0.0
    start: float = float("inf")
    end: float = 0.0
    histogram: Counter[float] = field(default_factory=Counter)

    def add(self, segment: Mapping[str, Any]) -> None:
        """Count one segment."""
        start = float(segment["start_time"])
        end = float(segment.get("end_time") or start)
        self.start, self.end = min(self.start, start), max(self.end, end)
        self.seconds += end - start
        self.histogram[round(end - start, 3)] += 1
        if segment.get("fault"):
            self.faults += 1
        elif segment.get("throttle"):
            self.throttles += 1
        elif segment.get("error"):
            self.errors += 1
        else:
            self.ok += 1

    def as_json(self) -> dict[str, Any]:
        """Return ServiceStatistics or EdgeStatistics."""
        wrong = self.throttles + self.errors
        return {
            "OkCount": self.ok,
            "ErrorStatistics": {
                "ThrottleCount": self.throttles,
                "OtherCount": self.errors,
                "TotalCount": wrong,
            },
            "FaultStatistics": {"OtherCount": self.faults, "TotalCount": self.faults},
            "TotalCount": self.ok + wrong + self.faults,
            "TotalResponseTime": round(self.seconds, 3),
        }

    def bars(self) -> list[dict[str, Any]]:
        """Return the histogram of response times."""
        return [{"Value": value, "Count": n} for value, n in sorted(self.histogram.items())]


def services(traces: Iterable[Trace], account_id: str) -> list[dict[str, Any]]:
    """Return the Services of a graph of these traces."""
    nodes: dict[Service, Statistics] = {}
    edges: dict[Service, dict[Service, Statistics]] = {}
    roots: set[Service] = set()
    for trace in traces:
        owners = {
            str(part.get("id")): service_of(segment)
            for segment in trace.segments
            for part in every_part(segment)
        }
        first = {id(segment) for segment in entry_points(trace.segments)}
        for segment in trace.segments:
            me = service_of(segment)
            nodes.setdefault(me, Statistics()).add(segment)
            caller = owners.get(str(segment.get("parent_id", "")))
            if caller is None and id(segment) in first:
                caller = (me[0], CLIENT)
                roots.add(me)
                nodes.setdefault(caller, Statistics()).add(segment)
            if caller is not None:
                edges.setdefault(caller, {}).setdefault(me, Statistics()).add(segment)
    numbers = {service: number for number, service in enumerate(nodes)}
    return [
        _service(service, numbers, nodes[service], edges.get(service, {}))
        | {"Root": service in roots, "AccountId": account_id}
        for service in nodes
    ]


def _service(
    service: Service,
    numbers: Mapping[Service, int],
    statistics: Statistics,
    edges: Mapping[Service, Statistics],
) -> Document:
    name, kind = service
    return {
        "ReferenceId": numbers[service],
        "Name": name,
        "Names": [name],
        **({"Type": kind} if kind else {}),
        "State": "active",
        "StartTime": statistics.start,
        "EndTime": statistics.end,
        "Edges": [
            {
                "ReferenceId": numbers[target],
                "StartTime": along.start,
                "EndTime": along.end,
                "SummaryStatistics": along.as_json(),
                "ResponseTimeHistogram": along.bars(),
                "Aliases": [],
            }
            for target, along in edges.items()
        ],
        "SummaryStatistics": statistics.as_json(),
        "DurationHistogram": statistics.bars(),
        "ResponseTimeHistogram": statistics.bars(),
    }
