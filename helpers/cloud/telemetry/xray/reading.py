"""What X-Ray reads out of a trace: flags, times, annotations, services, and its summary.

Source: docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from helpers.cloud.telemetry.xray.segments import Document, every_part
from helpers.cloud.telemetry.xray.store import Trace

Service = tuple[str, str]
"""A node of the service map: name and type."""
KINDS = {"HttpURL": str, "HttpMethod": str, "UserAgent": str, "ClientIp": str, "HttpStatus": int}
"""Members of Http; what a segment says in another type is passed over."""


def service_of(segment: Mapping[str, Any]) -> Service:
    """Return the service that a segment is of."""
    return str(segment.get("name", "")), str(segment.get("origin") or "")


def flag(segments: Iterable[Mapping[str, Any]], name: str) -> bool:
    """Tell whether a segment, not one of its subsegments, has error, fault or throttle set."""
    return any(segment.get(name) is True for segment in segments)


def http_of(segments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return Http of the first segment that knows of a request or response."""
    for segment in segments:
        asked, answered = (_told(segment.get("http"), side) for side in ("request", "response"))
        found = {
            "HttpURL": asked.get("url"),
            "HttpMethod": asked.get("method"),
            "UserAgent": asked.get("user_agent"),
            "ClientIp": asked.get("client_ip"),
            "HttpStatus": answered.get("status"),
        }
        found = {name: value for name, value in found.items() if isinstance(value, KINDS[name])}
        if found:
            return found
    return {}


def _told(http: Any, side: str) -> Mapping[str, Any]:
    found = http.get(side) if isinstance(http, dict) else None
    return found if isinstance(found, dict) else {}


def annotations_of(segments: Iterable[Document]) -> dict[str, list[tuple[Any, Service]]]:
    """Return every annotation's values, each with the service that set it."""
    found: dict[str, list[tuple[Any, Service]]] = {}
    for segment in segments:
        for part in every_part(segment):
            for key, value in (part.get("annotations") or {}).items():
                if isinstance(value, (str, int, float, bool)):
                    found.setdefault(str(key), []).append((value, service_of(segment)))
    return found


def duration_s(segments: Sequence[Document]) -> float:
    """Return the seconds from the first start to the last end."""
    if not segments:
        return 0.0
    start = min(float(s["start_time"]) for s in segments)
    end = max(float(s.get("end_time") or s["start_time"]) for s in segments)
    return round(end - start, 6)  # what is left of 0.1 between two big numbers is not 0.1


def response_time_s(segments: Sequence[Document]) -> float:
    """Return how long the entry point took to answer."""
    return duration_s(entry_points(segments)[:1])


def entry_points(segments: Sequence[Document]) -> Sequence[Document]:
    """Return the segments that no other one of the trace called, the earliest first."""
    known = {str(part.get("id")) for segment in segments for part in every_part(segment)}
    first = [s for s in segments if str(s.get("parent_id", "")) not in known]
    return first or segments


def summary(trace: Trace) -> dict[str, Any]:
    """Return the TraceSummary of a trace."""
    segments = trace.segments
    first = entry_points(segments)[0]
    return {
        "Id": trace.trace_id,
        "StartTime": trace.start,
        "Duration": round(duration_s(segments), 3),
        "ResponseTime": round(response_time_s(segments), 3),
        "HasFault": flag(segments, "fault"),
        "HasError": flag(segments, "error"),
        "HasThrottle": flag(segments, "throttle"),
        "IsPartial": flag(segments, "in_progress"),
        "Http": http_of(segments),
        "Annotations": {
            key: [
                {"AnnotationValue": _value(value), "ServiceIds": [service_id(service)]}
                for value, service in values
            ]
            for key, values in annotations_of(segments).items()
        },
        "Users": [
            {"UserName": str(user), "ServiceIds": [service_id(service_of(segment))]}
            for segment in segments
            if (user := segment.get("user"))
        ],
        "ServiceIds": [service_id(s) for s in dict.fromkeys(service_of(s) for s in segments)],
        "ResourceARNs": [
            {"ARN": arn}
            for arn in dict.fromkeys(
                str(s["resource_arn"]) for s in segments if "resource_arn" in s
            )
        ],
        "InstanceIds": [],
        "AvailabilityZones": [],
        "EntryPoint": service_id(service_of(first)),
        "Revision": len(segments),
        "MatchedEventTime": trace.start,
    }


def service_id(service: Service) -> dict[str, Any]:
    """Return a ServiceId."""
    name, kind = service
    return {"Name": name, "Names": [name], **({"Type": kind} if kind else {})}


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BooleanValue": value}
    if isinstance(value, (int, float)):
        return {"NumberValue": value}
    return {"StringValue": value}
