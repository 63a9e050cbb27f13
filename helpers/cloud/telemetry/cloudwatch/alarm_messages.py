"""What an alarm sends when its state changes: to a topic, to a function, to the event bus.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html and
cloudwatch-and-eventbridge.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from helpers.cloud.metrics.evaluation import State
from helpers.cloud.metrics.statistics import SIMPLE
from helpers.cloud.telemetry.cloudwatch.alarm import Alarm, Standing, moment

REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
    "ca-central-1": "Canada (Central)",
    "eu-central-1": "EU (Frankfurt)",
    "eu-west-1": "EU (Ireland)",
    "eu-west-2": "EU (London)",
    "eu-west-3": "EU (Paris)",
    "eu-north-1": "EU (Stockholm)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "sa-east-1": "South America (Sao Paulo)",
}


def subject(alarm: Alarm) -> str:
    """Return the subject of the message to a topic."""
    place = REGIONS.get(alarm.region, alarm.region)
    return f'{alarm.standing.state}: "{alarm.name}" in {place}'[:100]


def topic_message(alarm: Alarm, before: Standing, account_id: str) -> str:
    """Return the message to a topic."""
    params, now = alarm.params, alarm.standing
    message: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmDescription": params.get("AlarmDescription"),
        "AWSAccountId": account_id,
        "AlarmConfigurationUpdatedTimestamp": moment(alarm.updated),
        "NewStateValue": str(now.state),
        "NewStateReason": now.reason,
        "StateChangeTime": moment(now.at),
        "Region": REGIONS.get(alarm.region, alarm.region),
        "AlarmArn": alarm.arn,
        "OldStateValue": str(before.state),
        "OKActions": list(params.get("OKActions") or ()),
        "AlarmActions": list(params.get("AlarmActions") or ()),
        "InsufficientDataActions": list(params.get("InsufficientDataActions") or ()),
    }
    if alarm.rule is not None:
        message["AlarmRule"] = params["AlarmRule"]
    else:
        message["Trigger"] = _trigger(alarm)
    return json.dumps(message)


def _trigger(alarm: Alarm) -> dict[str, Any]:
    assert alarm.settings is not None
    params, criteria = alarm.params, alarm.settings.criteria
    limits = {
        "Period": alarm.settings.period,
        "EvaluationPeriods": criteria.periods,
        "DatapointsToAlarm": criteria.datapoints,
        "ComparisonOperator": criteria.comparison,
        "Threshold": criteria.threshold,
        "TreatMissingData": str(criteria.missing),
        "EvaluateLowSampleCountPercentile": params.get("EvaluateLowSampleCountPercentile", ""),
    }
    if params.get("Metrics"):
        return {**limits, "Metrics": params["Metrics"]}
    plain = params.get("Statistic")
    return {
        "MetricName": params["MetricName"],
        "Namespace": params["Namespace"],
        "StatisticType": "Statistic" if plain else "ExtendedStatistic",
        "Statistic" if plain else "ExtendedStatistic": plain.upper()
        if plain in SIMPLE
        else params["ExtendedStatistic"],
        "Unit": params.get("Unit"),
        "Dimensions": [
            {"value": d["Value"], "name": d["Name"]} for d in params.get("Dimensions") or ()
        ],
        **limits,
    }


def function_event(alarm: Alarm, before: Standing, account_id: str) -> dict[str, Any]:
    """Return the event of a function that is an alarm's action."""
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.arn,
        "accountId": account_id,
        "time": moment(alarm.standing.at),
        "region": alarm.region,
        "alarmData": {
            "alarmName": alarm.name,
            "state": alarm.standing.as_event(),
            "previousState": before.as_event(),
            "configuration": _configuration(alarm),
        },
    }


def bus_entry(alarm: Alarm, before: Standing) -> dict[str, Any]:
    """Return the entry for the default event bus, in the form of PutEvents."""
    detail = {
        "alarmName": alarm.name,
        "state": alarm.standing.as_event(),
        "previousState": before.as_event(),
        "configuration": _configuration(alarm),
    }
    return {
        "Source": "aws.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Detail": json.dumps(detail),
        "Resources": [alarm.arn],
    }


def _configuration(alarm: Alarm) -> dict[str, Any]:
    params = alarm.params
    description = params.get("AlarmDescription")
    common: dict[str, Any] = {"description": description} if description else {}
    if alarm.settings is None:
        return {
            "alarmRule": params["AlarmRule"],
            **common,
        }
    given = {query["Id"]: query for query in params.get("Metrics") or ()}
    return {**common, "metrics": [_query(q, given) for q in alarm.settings.queries]}


def _query(query: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": query.id}
    if query.stat is not None:
        metric = query.stat.metric
        shown["metricStat"] = {
            "metric": {
                "namespace": metric.namespace,
                "name": metric.name,
                "dimensions": dict(metric.dimensions),
            },
            "period": query.stat.period,
            "stat": query.stat.stat,
        }
    else:
        shown["expression"] = query.expression
    if query.id in given and given[query.id].get("Label"):
        shown["label"] = query.label
    return {**shown, "returnData": query.returns}


def change_data(before: Standing, now: Standing) -> dict[str, Any]:
    """Return the HistoryData of a StateUpdate."""

    def told(standing: Standing) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "stateValue": str(standing.state),
            "stateReason": standing.reason,
        }
        return {**shown, "stateReasonData": json.loads(standing.data)} if standing.data else shown

    return {"version": "1.0", "oldState": told(before), "newState": told(now)}


def change_summary(before: State, now: State) -> str:
    """Return the HistorySummary of a StateUpdate."""
    return f"Alarm updated from {before} to {now}"
