"""CloudWatch: operations, actions and ARNs. Metrics have none; policies use the namespace."""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import keys_from, named, param, regional
from helpers.cloud.moto_seam.operations.call import Call, everything, row, rows


def _alarms(call: Call) -> list[str]:
    return [regional("cloudwatch", call, f"alarm:{name}") for name in call.params["AlarmNames"]]


def _described(call: Call) -> list[str]:
    names = call.params.get("AlarmNames") or ["*"]
    return [regional("cloudwatch", call, f"alarm:{name}") for name in names]


def _dashboard_arn(call: Call, name: str) -> str:
    return f"arn:aws:cloudwatch::{call.account}:dashboard/{name}"


def _dashboard(call: Call) -> str:
    return _dashboard_arn(call, call.params["DashboardName"])


def _dashboards(call: Call) -> list[str]:
    return [_dashboard_arn(call, name) for name in call.params["DashboardNames"]]


def _rules(call: Call) -> list[str]:
    return [
        regional("cloudwatch", call, f"insight-rule/{name}") for name in call.params["RuleNames"]
    ]


_alarm = named("cloudwatch", "alarm:{AlarmName}")

OPERATIONS = {
    "PutMetricData": row(
        "cloudwatch:PutMetricData", everything, keys_from(cloudwatch_namespace="Namespace")
    ),
    "DescribeAlarms": row("cloudwatch:DescribeAlarms", _described),
    "DeleteDashboards": row("cloudwatch:DeleteDashboards", _dashboards),
    **rows("cloudwatch", _alarm, "PutMetricAlarm PutCompositeAlarm SetAlarmState"),
    **rows("cloudwatch", _alarms, "DeleteAlarms EnableAlarmActions DisableAlarmActions"),
    **rows("cloudwatch", _dashboard, "PutDashboard GetDashboard"),
    **rows("cloudwatch", named("cloudwatch", "insight-rule/{RuleName}"), "PutInsightRule"),
    **rows("cloudwatch", _rules, "DeleteInsightRules EnableInsightRules DisableInsightRules"),
    **rows("cloudwatch", param("ResourceARN"), "TagResource UntagResource ListTagsForResource"),
    **rows(
        "cloudwatch",
        everything,
        "GetMetricData GetMetricStatistics ListMetrics DescribeAlarmHistory"
        " DescribeAlarmsForMetric GetMetricWidgetImage ListDashboards PutAnomalyDetector"
        " DeleteAnomalyDetector DescribeAnomalyDetectors DescribeInsightRules",
    ),
}
