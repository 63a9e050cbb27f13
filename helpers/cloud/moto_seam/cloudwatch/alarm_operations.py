"""CloudWatch's alarm operations on the kit's alarms, bound where moto looks for its own.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse

from helpers.cloud.errors import AwsError
from helpers.cloud.json_text import read_json
from helpers.cloud.metrics.evaluation import State
from helpers.cloud.moto_seam.cloudwatch.metric_operations import bound, seconds
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.telemetry.cloudwatch.alarm import Alarm, HistoryItem
from helpers.cloud.telemetry.cloudwatch.alarm_settings import metric_of
from helpers.cloud.telemetry.cloudwatch.alarms import Alarms

MAX_RECORDS = 100
Params = Mapping[str, Any]


def install(alarms: Alarms) -> None:
    """Bind the operations."""
    api = AlarmOperations(alarms)
    for name in (
        "put_metric_alarm",
        "put_composite_alarm",
        "describe_alarms",
        "describe_alarms_for_metric",
        "describe_alarm_history",
        "delete_alarms",
        "set_alarm_state",
        "enable_alarm_actions",
        "disable_alarm_actions",
        "tag_resource",
        "untag_resource",
    ):
        setattr(CloudWatchResponse, name, bound(getattr(api, name)))


class AlarmOperations:
    """The operations on alarms, by moto's names of their methods."""

    def __init__(self, alarms: Alarms) -> None:
        self._alarms = alarms

    def put_metric_alarm(self, region: str, params: Params) -> None:
        """Create or replace a metric alarm."""
        self._alarms.put_metric_alarm(region, dict(params))
        self._tag(region, params)

    def put_composite_alarm(self, region: str, params: Params) -> None:
        """Create or replace a composite alarm."""
        self._alarms.put_composite_alarm(region, dict(params))
        self._tag(region, params)

    def describe_alarms(self, region: str, params: Params) -> Mapping[str, Any]:
        """Describe alarms: metric alarms only, unless AlarmTypes or names say otherwise."""
        wanted = _filter(params, self._alarms.every(region))
        page, token = _page([a for a in self._alarms.every(region) if wanted(a)], params)
        return {
            "MetricAlarms": [a.described() for a in page if a.rule is None],
            "CompositeAlarms": [a.described() for a in page if a.rule is not None],
            "NextToken": token,
        }

    def describe_alarms_for_metric(self, region: str, params: Params) -> Mapping[str, Any]:
        """Describe the alarms on one metric."""
        metric = metric_of(params)
        stats = {params.get("Statistic"), params.get("ExtendedStatistic")} - {None}
        found = [
            alarm.described()
            for alarm in self._alarms.every(region)
            if alarm.settings is not None
            and any(
                query.stat is not None
                and query.stat.metric == metric
                and (not stats or query.stat.stat in stats)
                and params.get("Period") in (None, query.stat.period)
                for query in alarm.settings.queries
            )
        ]
        return {"MetricAlarms": found}

    def describe_alarm_history(self, region: str, params: Params) -> Mapping[str, Any]:
        """Describe what happened to alarms, the latest first."""
        name, kind = params.get("AlarmName"), params.get("HistoryItemType")
        types = params.get("AlarmTypes") or ["MetricAlarm"]
        start, end = params.get("StartDate"), params.get("EndDate")
        items = [
            (item, alarm)
            for alarm in self._alarms.every(region)
            if (alarm.name == name if name else alarm.type in types)
            for item in alarm.history.copy()
            if kind in (None, item.type)
            and (start is None or item.at >= seconds(start))
            and (end is None or item.at <= seconds(end))
        ]
        ascending = params.get("ScanBy") == "TimestampAscending"
        items.sort(key=lambda pair: pair[0].at)
        page, token = _page(items if ascending else items[::-1], params)
        shown = [_history(item, alarm) for item, alarm in page]
        return {"AlarmHistoryItems": shown, "NextToken": token}

    def delete_alarms(self, region: str, params: Params) -> None:
        """Delete alarms, all or none."""
        names = params.get("AlarmNames") or []
        known = {alarm.name for alarm in self._alarms.every(region)}
        missing = [name for name in names if name not in known]
        if missing:
            raise _not_found(f"Alarms [{', '.join(missing)}] do not exist")
        self._alarms.delete(region, names)

    def set_alarm_state(self, region: str, params: Params) -> None:
        """Change an alarm's state by hand."""
        value, data = params["StateValue"], params.get("StateReasonData") or ""
        if value not in tuple(State):
            raise AwsError(
                f"1 validation error detected: Value '{value}' at 'stateValue' failed to satisfy "
                "constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]",
                code="ValidationError",
                http_status=400,
            )
        try:
            read_json(data or "{}")
        except ValueError as error:
            raise AwsError(
                "StateReasonData is not valid JSON.", code="InvalidFormat", http_status=400
            ) from error
        state = State(value)
        self._alarms.set_state(region, params["AlarmName"], state, params["StateReason"], data)

    def enable_alarm_actions(self, region: str, params: Params) -> None:
        """Let alarms act again."""
        self._alarms.enable_actions(region, params.get("AlarmNames") or [], enabled=True)

    def disable_alarm_actions(self, region: str, params: Params) -> None:
        """Let alarms change without acting."""
        self._alarms.enable_actions(region, params.get("AlarmNames") or [], enabled=False)

    def tag_resource(self, region: str, params: Params) -> None:
        """Tag an alarm."""
        self._must_exist(region, params["ResourceARN"])
        tagger = cloudwatch_backends[ACCOUNT_ID][region].tagger
        tagger.tag_resource(params["ResourceARN"], params["Tags"])

    def untag_resource(self, region: str, params: Params) -> None:
        """Take tags from an alarm."""
        self._must_exist(region, params["ResourceARN"])
        tagger = cloudwatch_backends[ACCOUNT_ID][region].tagger
        tagger.untag_resource_using_names(params["ResourceARN"], params["TagKeys"])

    def _tag(self, region: str, params: Params) -> None:
        if params.get("Tags"):
            arn = f"arn:aws:cloudwatch:{region}:{ACCOUNT_ID}:alarm:{params['AlarmName']}"
            cloudwatch_backends[ACCOUNT_ID][region].tagger.tag_resource(arn, params["Tags"])

    def _must_exist(self, region: str, arn: str) -> None:
        if arn not in {alarm.arn for alarm in self._alarms.every(region)}:
            raise AwsError("Unknown", code="ResourceNotFoundException", http_status=404)


def _filter(params: Params, every: list[Alarm]) -> Callable[[Alarm], bool]:
    names = params.get("AlarmNames")
    types = params.get("AlarmTypes") or ["MetricAlarm"]
    prefix, state = params.get("AlarmNamePrefix") or "", params.get("StateValue")
    action = params.get("ActionPrefix")
    parents, children = params.get("ParentsOfAlarmName"), params.get("ChildrenOfAlarmName")
    related: set[str] | None = None
    if children:
        related = {
            child for a in every if a.name == children and a.rule for child in a.rule.children
        }
    if parents:
        related = {a.name for a in every if a.rule and parents in a.rule.children}

    def wanted(alarm: Alarm) -> bool:
        if related is not None:
            return alarm.name in related
        return (
            (not names or alarm.name in names)
            and alarm.type in types
            and alarm.name.startswith(prefix)
            and state in (None, alarm.standing.state)
            and (action is None or any(arn.startswith(action) for arn in alarm.all_actions()))
        )

    return wanted


def _page(items: list[Any], params: Params) -> tuple[list[Any], str | None]:
    token = params.get("NextToken")
    if token is not None and not token.isdigit():
        raise AwsError(
            "The next token specified is invalid.", code="InvalidNextToken", http_status=400
        )
    first, size = int(token or 0), int(params.get("MaxRecords") or MAX_RECORDS)
    more = len(items) > first + size
    return items[first : first + size], str(first + size) if more else None


def _history(item: HistoryItem, alarm: Alarm) -> dict[str, Any]:
    return {
        "AlarmName": alarm.name,
        "AlarmType": alarm.type,
        "Timestamp": datetime.fromtimestamp(item.at, UTC),
        "HistoryItemType": item.type,
        "HistorySummary": item.summary,
        "HistoryData": item.data,
    }


def _not_found(message: str) -> AwsError:
    return AwsError(message, code="ResourceNotFound", http_status=404)
