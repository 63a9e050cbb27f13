"""X-Ray's API over the kit's own traces: segments in; traces, summaries and graphs out.

Groups and encryption settings go on to moto. Sampling rules are the default rule alone.

Source: docs.aws.amazon.com/xray/latest/api/Welcome.html; botocore's xray/2016-04-12.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.cloud.clock import Clock
from helpers.cloud.errors import AwsError
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.json_text import read_json
from helpers.cloud.telemetry.xray.filters import BadFilter, parse_filter
from helpers.cloud.telemetry.xray.graph import services
from helpers.cloud.telemetry.xray.reading import summary
from helpers.cloud.telemetry.xray.segments import BadSegment, parse_segment
from helpers.cloud.telemetry.xray.store import Trace, TraceStore

MAX_TRACES = 5
MAX_DOCUMENTS = 50
PAGE = 100
MAX_SPAN_S = 24 * 3600
DEFAULT_RULE = {
    "RuleName": "Default",
    "ResourceARN": "*",
    "Priority": 10000,
    "FixedRate": 0.05,
    "ReservoirSize": 1,
    "ServiceName": "*",
    "ServiceType": "*",
    "Host": "*",
    "HTTPMethod": "*",
    "URLPath": "*",
    "Version": 1,
    "Attributes": {},
}


class InvalidRequestException(AwsError):  # noqa: N818 - its name on AWS
    """X-Ray's only word for a request that is not right."""

    code = "InvalidRequestException"
    http_status = 400
    message_member = "Message"


Members = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class XRayApi:
    """Answers X-Ray's operations on traces; lives with the cloud."""

    store: TraceStore
    clock: Clock
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return request.method == "POST" and request.path in self._operations()

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError where X-Ray answers with one."""
        try:
            members = read_json(request.body or b"{}")
        except ValueError as error:
            raise InvalidRequestException("The request body is not JSON.") from error
        if not isinstance(members, dict):
            raise InvalidRequestException("The request body is not a JSON object.")
        return json_answer(200, self._operations()[request.path](members, region))

    def _operations(self) -> Mapping[str, Callable[[Members, str], dict[str, Any]]]:
        return {
            "/TraceSegments": self._put_trace_segments,
            "/TelemetryRecords": lambda members, region: {},
            "/Traces": self._batch_get_traces,
            "/TraceSummaries": self._get_trace_summaries,
            "/TraceGraph": self._get_trace_graph,
            "/ServiceGraph": self._get_service_graph,
            "/GetSamplingRules": self._get_sampling_rules,
            "/SamplingTargets": self._get_sampling_targets,
        }

    def _put_trace_segments(self, members: Members, region: str) -> dict[str, Any]:
        documents = _texts(members, "TraceSegmentDocuments")
        if len(documents) > MAX_DOCUMENTS:
            raise InvalidRequestException(f"At most {MAX_DOCUMENTS} segments are taken at once.")
        unprocessed = []
        for text in documents:
            try:
                self.store.put(region, parse_segment(text))
            except BadSegment as error:
                unprocessed.append(error.as_json())
        return {"UnprocessedTraceSegments": unprocessed}

    def _batch_get_traces(self, members: Members, region: str) -> dict[str, Any]:
        found, missing = self._named(members, region)
        return {
            "Traces": [
                {
                    "Id": trace.trace_id,
                    "Duration": round(trace.end - trace.start, 3),
                    "LimitExceeded": trace.limited,
                    "Segments": [
                        {"Id": segment["id"], "Document": json.dumps(segment)}
                        for segment in trace.segments
                    ],
                }
                for trace in found
            ],
            "UnprocessedTraceIds": missing,
        }

    def _get_trace_summaries(self, members: Members, region: str) -> dict[str, Any]:
        traces = self._between(members, region)
        expression = members.get("FilterExpression") or ""
        if expression:
            try:
                test = parse_filter(str(expression))
            except BadFilter as error:
                raise InvalidRequestException(f"Invalid filter expression: {error}") from error
            traces = [trace for trace in traces if test(trace.segments)]
        token = str(members.get("NextToken") or "0")
        if not token.isdecimal():
            raise InvalidRequestException("Invalid NextToken.")
        first = int(token)
        page = traces[first : first + PAGE]
        answer: dict[str, Any] = {
            "TraceSummaries": [summary(trace) for trace in page],
            "ApproximateTime": self.clock.now(),
            "TracesProcessedCount": len(page),
        }
        if first + PAGE < len(traces):
            answer["NextToken"] = str(first + PAGE)
        return answer

    def _get_trace_graph(self, members: Members, region: str) -> dict[str, Any]:
        found, _ = self._named(members, region)
        return {"Services": services(found, self.account_id)}

    def _get_service_graph(self, members: Members, region: str) -> dict[str, Any]:
        traces = self._between(members, region)
        return {
            "StartTime": members["StartTime"],
            "EndTime": members["EndTime"],
            "Services": services(traces, self.account_id),
            "ContainsOldGroupVersions": False,
        }

    def _get_sampling_rules(self, members: Members, region: str) -> dict[str, Any]:
        arn = f"arn:aws:xray:{region}:{self.account_id}:sampling-rule/Default"
        rule = {**DEFAULT_RULE, "RuleARN": arn}
        return {"SamplingRuleRecords": [{"SamplingRule": rule, "CreatedAt": 0, "ModifiedAt": 0}]}

    def _get_sampling_targets(self, members: Members, region: str) -> dict[str, Any]:
        asked = members.get("SamplingStatisticsDocuments") or []
        names = [str(each.get("RuleName")) for each in asked if isinstance(each, dict)]
        target = {
            "RuleName": "Default",
            "FixedRate": DEFAULT_RULE["FixedRate"],
            "ReservoirQuota": DEFAULT_RULE["ReservoirSize"],
            "ReservoirQuotaTTL": self.clock.now() + 10,
            "Interval": 10,
        }
        return {
            "SamplingTargetDocuments": [target for name in names if name == "Default"],
            "LastRuleModification": 0,
            "UnprocessedStatistics": [
                {"RuleName": name, "ErrorCode": "RuleNotFound", "Message": "No such rule."}
                for name in names
                if name != "Default"
            ],
        }

    def _named(self, members: Members, region: str) -> tuple[list[Trace], list[str]]:
        names = _texts(members, "TraceIds")
        if len(names) > MAX_TRACES:
            raise InvalidRequestException(f"At most {MAX_TRACES} trace IDs are taken at once.")
        read = {name: self.store.get(region, name) for name in names}
        found = [trace for trace in read.values() if trace is not None]
        return found, [name for name, trace in read.items() if trace is None]

    def _between(self, members: Members, region: str) -> list[Trace]:
        start, end = (_moment(members, name) for name in ("StartTime", "EndTime"))
        if not 0 <= end - start <= MAX_SPAN_S:
            raise InvalidRequestException(
                "StartTime must be before EndTime, and no more than 24 hours."
            )
        # a trace belongs to the second that its id names
        wanted = [t for t in self.store.traces(region) if int(start) <= _second(t) <= end]
        return sorted(wanted, key=lambda trace: trace.start)


def _second(trace: Trace) -> int:
    return int(trace.trace_id.split("-")[1], 16)


def _texts(members: Members, name: str) -> list[str]:
    given = members.get(name)
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise InvalidRequestException(f"{name} is a list of strings.")
    return given


def _moment(members: Members, name: str) -> float:
    value = members.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidRequestException(f"{name} is required.")
    return float(value)
