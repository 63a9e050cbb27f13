"""Alarms: judged as data comes, acting on topics, functions and the event bus."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.waiting import until

FAILS = """\
def handler(event, context):
    raise ValueError("no stock")
"""
TELLS = """\
import json

def handler(event, context):
    print(json.dumps(event))
"""


class Watched:
    """A metric of one's own in an account, and alarms on it."""

    def __init__(self, account: Any) -> None:
        self.account = account
        self.cloudwatch = account.client("cloudwatch")
        self.namespace = f"n-{secrets.token_hex(4)}"

    def put(self, value: float, *, minutes_ago: float = 0) -> None:
        """Put a value."""
        moment = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        self.cloudwatch.put_metric_data(
            Namespace=self.namespace,
            MetricData=[{"MetricName": "m", "Value": value, "Timestamp": moment}],
        )

    def alarm(self, **members: Any) -> str:
        """Create an alarm on more than 5 in a minute."""
        name = f"a-{secrets.token_hex(4)}"
        usual = {
            "Namespace": self.namespace,
            "MetricName": "m",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 5.0,
            "ComparisonOperator": "GreaterThanThreshold",
        }
        asked = {k: v for k, v in {**usual, **members}.items() if v is not None}
        self.cloudwatch.put_metric_alarm(AlarmName=name, **asked)
        return name

    def described(self, name: str) -> dict[str, Any]:
        """Return an alarm of any type."""
        found = self.cloudwatch.describe_alarms(
            AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        (alarm,) = found["MetricAlarms"] + found["CompositeAlarms"]
        return dict(alarm)

    def becomes(self, name: str, state: str) -> dict[str, Any]:
        """Wait until an alarm has a state."""
        until(lambda: self.described(name)["StateValue"] == state)
        return self.described(name)


@pytest.fixture
def watched(cloud: Any) -> Watched:
    """Return a metric in an account where a minute lasts a minute."""
    return Watched(cloud)


@pytest.fixture
def lapsed(account_with: Any) -> Watched:
    """Return a metric in an account where a minute lasts a second."""
    return Watched(account_with(time_lapse=60))


def test_a_new_alarm_has_insufficient_data(watched: Watched) -> None:
    """An alarm begins in INSUFFICIENT_DATA, unchecked, with actions on and no data treatment."""
    alarm = watched.described(watched.alarm())

    assert ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation", True) == (
        alarm["StateValue"],
        alarm["StateReason"],
        alarm["ActionsEnabled"],
    )
    assert ("Sum", 60, 5.0) == (alarm["Statistic"], alarm["Period"], alarm["Threshold"])


def test_a_sum_above_the_threshold_alarms_before_its_period_ends(watched: Watched) -> None:
    """The running minute counts as soon as its sum is above the threshold; the reason says so."""
    name = watched.alarm()
    watched.put(3)
    watched.put(4)

    alarm = watched.becomes(name, "ALARM")

    assert alarm["StateReason"].startswith(
        "Threshold Crossed: 1 out of the last 1 datapoints [7.0 ("
    )
    assert alarm["StateReason"].endswith(
        "was greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    data = json.loads(alarm["StateReasonData"])
    assert ("1.0", "Sum", 60, [7.0], 5.0) == tuple(
        data[k] for k in ("version", "statistic", "period", "recentDatapoints", "threshold")
    )


def test_data_of_the_past_is_judged_at_once(watched: Watched) -> None:
    """Two of three minutes above the threshold alarm when the alarm is created."""
    for minutes, value in ((1, 9), (2, 1), (3, 9)):
        watched.put(value, minutes_ago=minutes)

    name = watched.alarm(EvaluationPeriods=3, DatapointsToAlarm=2)

    reason = watched.becomes(name, "ALARM")["StateReason"]
    assert reason.startswith("Threshold Crossed: 2 out of the last 3 datapoints [9.0 (")
    assert "were greater than the threshold (5.0) (minimum 2 datapoints for OK" in reason


def test_a_percentile_can_alarm(watched: Watched) -> None:
    """ExtendedStatistic p90 of ten values judges the ninth."""
    for value in range(1, 11):
        watched.put(value, minutes_ago=1)
    high = watched.alarm(Statistic=None, ExtendedStatistic="p90", Threshold=8.5)
    higher = watched.alarm(Statistic=None, ExtendedStatistic="p90", Threshold=9.0)

    watched.becomes(high, "ALARM")
    watched.becomes(higher, "OK")


def test_metric_math_can_alarm_on_the_error_rate(cloud: Any, watched: Watched) -> None:
    """100 * errors / invocations above 50 of a function that always fails."""
    name = cloud.deploy(FAILS)
    cloud.invoke(name)
    queries = [
        {
            "Id": query,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Lambda",
                    "MetricName": metric,
                    "Dimensions": [{"Name": "FunctionName", "Value": name}],
                },
                "Period": 1,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for query, metric in (("e", "Errors"), ("i", "Invocations"))
    ]
    rate = {"Id": "rate", "Expression": "100 * e / i", "Label": "error rate"}
    one = watched.cloudwatch
    one.put_metric_alarm(
        AlarmName=name,
        Metrics=[*queries, rate],
        EvaluationPeriods=1,
        Threshold=50,
        ComparisonOperator="GreaterThanThreshold",
    )

    assert "[100.0 (" in watched.becomes(name, "ALARM")["StateReason"]


@pytest.mark.parametrize(
    ("treatment", "state"),
    [
        ("breaching", "ALARM"),
        ("notBreaching", "OK"),
        ("ignore", "INSUFFICIENT_DATA"),
        ("missing", "INSUFFICIENT_DATA"),
    ],
)
def test_treat_missing_data_decides_where_there_is_none(
    treatment: str, state: str, watched: Watched
) -> None:
    """Without any data, breaching alarms, notBreaching is OK, and the others stay as they were."""
    control = watched.alarm(TreatMissingData="notBreaching")
    name = watched.alarm(TreatMissingData=treatment)

    watched.becomes(control, "OK")

    assert state == watched.becomes(name, state)["StateValue"]


def test_periods_lapse(lapsed: Watched) -> None:
    """With a time-lapse of 60, Period 60 is a second: an alarm rises and falls in seconds."""
    name = lapsed.alarm(TreatMissingData="notBreaching")
    lapsed.becomes(name, "OK")
    lapsed.put(9)
    lapsed.becomes(name, "ALARM")

    lapsed.becomes(name, "OK")

    history = lapsed.cloudwatch.describe_alarm_history(
        AlarmName=name, HistoryItemType="StateUpdate"
    )["AlarmHistoryItems"]
    assert [
        "Alarm updated from ALARM to OK",
        "Alarm updated from OK to ALARM",
        "Alarm updated from INSUFFICIENT_DATA to OK",
    ] == [item["HistorySummary"] for item in history]


def test_a_few_values_below_alarm_at_the_end_of_the_period_only(lapsed: Watched) -> None:
    """LessThanThreshold waits for the whole period, for a sum may still grow."""
    name = lapsed.alarm(ComparisonOperator="LessThanThreshold", Threshold=5.0, Period=120)
    lapsed.put(1)

    alarm = lapsed.becomes(name, "ALARM")

    data = json.loads(alarm["StateReasonData"])
    ended = datetime.fromisoformat(data["startDate"]) + timedelta(seconds=2)
    assert ended <= alarm["StateUpdatedTimestamp"]


def test_errors_of_a_function_alarm_and_tell_a_topic(cloud: Any, watched: Watched) -> None:
    """A failing function's Errors alarm publishes AWS's message to a topic, once."""
    sns, sqs = cloud.client("sns"), cloud.client("sqs")
    topic = sns.create_topic(Name=f"t-{secrets.token_hex(4)}")["TopicArn"]
    queue = sqs.create_queue(QueueName=f"q-{secrets.token_hex(4)}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn["QueueArn"],
    }
    queue_policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": queue_policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    function = cloud.deploy(FAILS)
    name = watched.alarm(
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": function}],
        Threshold=0,
        AlarmActions=[topic],
        AlarmDescription="orders fail",
    )
    cloud.invoke(function)

    (received,) = until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    envelope = json.loads(received["Body"])
    message = json.loads(envelope["Message"])

    assert f'ALARM: "{name}" in US East (N. Virginia)' == envelope["Subject"]
    assert (name, "orders fail", "123456789012", "ALARM") == tuple(
        message[k] for k in ("AlarmName", "AlarmDescription", "AWSAccountId", "NewStateValue")
    )
    assert {
        "MetricName": "Errors",
        "Namespace": "AWS/Lambda",
        "StatisticType": "Statistic",
        "Statistic": "SUM",
        "Unit": None,
        "Dimensions": [{"value": function, "name": "FunctionName"}],
        "Period": 60,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0.0,
        "TreatMissingData": "missing",
        "EvaluateLowSampleCountPercentile": "",
    } == message["Trigger"]
    cloud.invoke(function)
    watched.cloudwatch.describe_alarms()
    assert not sqs.receive_message(QueueUrl=queue).get("Messages")


def test_a_function_is_an_action_if_its_policy_lets_alarms_in(cloud: Any, watched: Watched) -> None:
    """lambda.alarms.cloudwatch.amazonaws.com must be allowed; the event tells states and metric."""
    function = cloud.deploy(TELLS)
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}"
    name = watched.alarm(AlarmActions=[arn])

    def change(state: str) -> None:
        watched.cloudwatch.set_alarm_state(
            AlarmName=name, StateValue=state, StateReason="to see what happens"
        )

    def actions() -> list[str]:
        found = watched.cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")
        return [item["HistorySummary"] for item in found["AlarmHistoryItems"]]

    change("ALARM")
    (failed,) = until(actions)
    assert failed.startswith(f"Failed to execute action {arn}. Received error: ")
    cloud.functions.add_permission(
        FunctionName=function,
        StatementId="alarms",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
        SourceArn=watched.described(name)["AlarmArn"],
    )
    change("OK")
    change("ALARM")
    until(lambda: cloud.records(function, "invocation.finished"))
    (printed,) = [
        json.loads(line)
        for lines in cloud.streams(function).values()
        for line in lines
        if line.startswith("{")
    ]

    assert ("aws.cloudwatch", "123456789012", "us-east-1") == tuple(
        printed[k] for k in ("source", "accountId", "region")
    )
    told = printed["alarmData"]
    assert (name, "ALARM", "to see what happens", "OK") == (
        told["alarmName"],
        told["state"]["value"],
        told["state"]["reason"],
        told["previousState"]["value"],
    )
    assert {
        "namespace": watched.namespace,
        "name": "m",
        "dimensions": {},
    } == told["configuration"]["metrics"][0]["metricStat"]["metric"]


def test_every_change_is_an_event_on_the_default_bus(cloud: Any, watched: Watched) -> None:
    """A rule for CloudWatch Alarm State Change hears of a state set by hand."""
    events, sqs = cloud.client("events"), cloud.client("sqs")
    queue = sqs.create_queue(QueueName=f"q-{secrets.token_hex(4)}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    name, rule = watched.alarm(), f"r-{secrets.token_hex(4)}"
    sqs.set_queue_attributes(
        QueueUrl=queue,
        Attributes={
            "Policy": json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "events.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": arn["QueueArn"],
                        }
                    ],
                }
            )
        },
    )
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [name]}}
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": arn["QueueArn"]}])
    watched.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")

    (received,) = until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    event = json.loads(received["Body"])

    assert ("CloudWatch Alarm State Change", [watched.described(name)["AlarmArn"]]) == (
        event["detail-type"],
        event["resources"],
    )
    detail = event["detail"]
    assert ("ALARM", "test", "INSUFFICIENT_DATA") == (
        detail["state"]["value"],
        detail["state"]["reason"],
        detail["previousState"]["value"],
    )


def test_disabled_actions_are_not_performed(watched: Watched) -> None:
    """DisableAlarmActions keeps an alarm changing without acting."""
    name = watched.alarm(AlarmActions=["arn:aws:sns:us-east-1:123456789012:nobody"])
    watched.cloudwatch.disable_alarm_actions(AlarmNames=[name])
    watched.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="x")
    watched.cloudwatch.enable_alarm_actions(AlarmNames=[name])
    watched.cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="x")
    watched.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="x")

    def actions() -> Any:
        return watched.cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")[
            "AlarmHistoryItems"
        ]

    (item,) = until(actions)
    assert item["HistorySummary"].startswith("Failed to execute action arn:aws:sns:")


def test_a_composite_alarm_follows_its_rule(watched: Watched) -> None:
    """ALARM(a) AND NOT ALARM(b): changes with each child; the reason names the one that changed."""
    one, other, name = watched.alarm(), watched.alarm(), f"c-{secrets.token_hex(4)}"
    watched.cloudwatch.put_composite_alarm(
        AlarmName=name, AlarmRule=f'ALARM("{one}") AND NOT ALARM({other})'
    )
    watched.becomes(name, "OK")
    watched.cloudwatch.set_alarm_state(AlarmName=one, StateValue="ALARM", StateReason="x")
    reason = watched.becomes(name, "ALARM")["StateReason"]
    watched.cloudwatch.set_alarm_state(AlarmName=other, StateValue="ALARM", StateReason="x")

    watched.becomes(name, "OK")

    assert reason.startswith(f"{watched.described(one)['AlarmArn']} transitioned to ALARM at ")
    children = watched.cloudwatch.describe_alarms(ChildrenOfAlarmName=name)["MetricAlarms"]
    assert sorted([one, other]) == [alarm["AlarmName"] for alarm in children]


def test_a_change_to_the_settings_keeps_the_state(watched: Watched) -> None:
    """PutMetricAlarm of a known name replaces the settings, not the state or the history."""
    name = watched.alarm()
    watched.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="x")
    watched.cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace=watched.namespace,
        MetricName="m",
        Statistic="Maximum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=7,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )

    alarm = watched.described(name)
    assert ("ALARM", "Maximum", 7) == (
        alarm["StateValue"],
        alarm["Statistic"],
        alarm["Threshold"],
    )


def test_alarms_are_found_by_prefix_state_action_and_metric(watched: Watched) -> None:
    """DescribeAlarms filters; DescribeAlarmsForMetric finds by metric; deleted ones are gone."""
    topic = f"arn:aws:sns:us-east-1:123456789012:t-{secrets.token_hex(4)}"
    name, cloudwatch = watched.alarm(OKActions=[topic]), watched.cloudwatch
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="x")
    for asked in (
        {"AlarmNamePrefix": name[:9]},
        {"AlarmNames": [name], "StateValue": "ALARM"},
        {"ActionPrefix": topic},
    ):
        assert [name] == [
            a["AlarmName"] for a in cloudwatch.describe_alarms(**asked)["MetricAlarms"]
        ]
    found = cloudwatch.describe_alarms_for_metric(Namespace=watched.namespace, MetricName="m")
    assert [name] == [alarm["AlarmName"] for alarm in found["MetricAlarms"]]

    cloudwatch.delete_alarms(AlarmNames=[name])

    assert [] == cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        cloudwatch.delete_alarms(AlarmNames=[name])
    with pytest.raises(ClientError, match="ResourceNotFound"):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="x")


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"Statistic": None}, "Must specify either Statistic or ExtendedStatistic"),
        ({"ExtendedStatistic": "p90"}, "Must specify either Statistic or ExtendedStatistic"),
        ({"Period": 45}, "multiple of 60"),
        ({"Period": None}, "Period is required"),
        ({"Threshold": None}, "Threshold is required"),
        ({"EvaluationPeriods": 2, "DatapointsToAlarm": 3}, "less than or equal"),
        ({"EvaluationPeriods": 2000}, "more than one day"),
        ({"TreatMissingData": "hide"}, "Option hide is not supported"),
        ({"AlarmActions": ["topic"]}, "Invalid arn syntax: topic"),
        ({"ComparisonOperator": "LessThanLowerThreshold"}, "not available in the local account"),
        ({"MetricName": None}, "MetricName and Namespace"),
        ({"Statistic": None, "ExtendedStatistic": "p200"}, "p200"),
    ],
)
def test_malformed_alarms_are_refused(
    members: dict[str, Any], words: str, watched: Watched
) -> None:
    """Settings that contradict each other or the API get a ValidationError, and no alarm."""
    with pytest.raises(ClientError) as refused:
        watched.alarm(**members)

    assert words in refused.value.response["Error"]["Message"]


@pytest.mark.parametrize("rule", ["ALARM(", 'ALARM("nobody")', "x", "ALARM(a) AND"])
def test_malformed_rules_are_refused(rule: str, watched: Watched) -> None:
    """A rule that cannot be read, or names no alarm, gets a ValidationError."""
    with pytest.raises(ClientError, match="ValidationError"):
        watched.cloudwatch.put_composite_alarm(AlarmName="composite", AlarmRule=rule)


def test_cloudformation_makes_alarms_and_metric_filters(cloud: Any, watched: Watched) -> None:
    """A stack's alarm, composite alarm and metric filter work, change and go with the stack."""
    name = f"s-{secrets.token_hex(4)}"
    template = {
        "Parameters": {"Limit": {"Type": "Number", "Default": 5}},
        "Resources": {
            "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}},
            "Filter": {
                "Type": "AWS::Logs::MetricFilter",
                "Properties": {
                    "LogGroupName": {"Ref": "Group"},
                    "FilterPattern": "ERROR",
                    "MetricTransformations": [
                        {"MetricName": "m", "MetricNamespace": "n", "MetricValue": "1"}
                    ],
                },
            },
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "AlarmName": name,
                    "Namespace": watched.namespace,
                    "MetricName": "m",
                    "Statistic": "Sum",
                    "Period": "60",
                    "EvaluationPeriods": 1,
                    "Threshold": {"Ref": "Limit"},
                    "ComparisonOperator": "GreaterThanThreshold",
                },
            },
            "Both": {
                "Type": "AWS::CloudWatch::CompositeAlarm",
                "Properties": {"AlarmName": f"{name}-c", "AlarmRule": f'ALARM("{name}")'},
                "DependsOn": "Alarm",
            },
        },
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Alarm", "Arn"]}}},
    }
    formation, logs = cloud.client("cloudformation"), cloud.client("logs")
    formation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    (stack,) = formation.describe_stacks(StackName=name)["Stacks"]

    assert watched.described(name)["AlarmArn"] == stack["Outputs"][0]["OutputValue"]
    assert 1 == len(logs.describe_metric_filters(logGroupName=name)["metricFilters"])
    watched.put(6)
    watched.becomes(f"{name}-c", "ALARM")
    formation.update_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "Limit", "ParameterValue": "7"}],
    )
    assert 7 == watched.described(name)["Threshold"]
    formation.delete_stack(StackName=name)
    gone = watched.cloudwatch.describe_alarms(AlarmNamePrefix=name, AlarmTypes=["MetricAlarm"])
    assert [] == gone["MetricAlarms"]
    assert [] == logs.describe_metric_filters(filterNamePrefix=name)["metricFilters"]


def test_a_stack_with_a_malformed_alarm_is_refused(cloud: Any) -> None:
    """An alarm without a threshold fails its stack, with the alarm's own words."""
    properties = {
        "Namespace": "n",
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    template = {"Resources": {"A": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}}

    formation, name = cloud.client("cloudformation"), f"s-{secrets.token_hex(4)}"
    formation.create_stack(StackName=name, TemplateBody=json.dumps(template))

    events = until(
        lambda: [
            event["ResourceStatusReason"]
            for event in formation.describe_stack_events(StackName=name)["StackEvents"]
            if "Threshold is required" in event.get("ResourceStatusReason", "")
        ]
    )
    assert events
