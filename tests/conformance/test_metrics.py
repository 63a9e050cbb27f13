"""Metrics of AWS/Lambda and of one's own, as CloudWatch's API gives them."""

from __future__ import annotations

import json
import math
import secrets
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.waiting import until

HANDLER = """\
import json, time

def handler(event, context):
    if event.get("line"):
        print(event["line"])
    if event.get("sleep"):
        time.sleep(event["sleep"])
    if event.get("fail"):
        raise ValueError("no stock")
    return 1
"""


def pairs(**dimensions: str) -> list[dict[str, str]]:
    """Return dimensions as the API takes them."""
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def span(minutes: int = 10) -> dict[str, datetime]:
    """Return a range of time around now."""
    now = datetime.now(UTC)
    return {"StartTime": now - timedelta(minutes=minutes), "EndTime": now + timedelta(minutes=2)}


def total(
    account: Any, name: str, stat: str = "Sum", namespace: str = "AWS/Lambda", **dimensions: str
) -> float:
    """Return a statistic of the last minutes, all together; 0 without data."""
    points = account.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=pairs(**dimensions),
        Period=3600,
        Statistics=[stat],
        **span(),
    )["Datapoints"]
    return (
        sum(point[stat] for point in points)
        if stat != "Maximum"
        else max((point[stat] for point in points), default=0.0)
    )


def data_query(name: str, metric: str, function: str, **members: Any) -> dict[str, Any]:
    """Return a query of GetMetricData for a function's metric."""
    described = {
        "Namespace": "AWS/Lambda",
        "MetricName": metric,
        "Dimensions": pairs(FunctionName=function),
    }
    return {"Id": name, "MetricStat": {"Metric": described, "Period": 60, "Stat": "Sum"}, **members}


@pytest.fixture
def failing(cloud: Any) -> str:
    """Return a function that was invoked four times and failed once."""
    name = cloud.deploy(HANDLER)
    for event in ({}, {"fail": True}, {}, {}):
        cloud.invoke(name, event)
    return str(name)


def test_invocations_are_billed_requests_and_errors_are_those_that_failed(
    cloud: Any, failing: str
) -> None:
    """Four invocations, one of which raised: Invocations 4, Errors 1 of 4 samples, Throttles 0."""
    shown = {
        (name, stat): total(cloud, name, stat, FunctionName=failing)
        for name in ("Invocations", "Errors", "Throttles")
        for stat in ("Sum", "SampleCount")
    }

    assert {
        ("Invocations", "Sum"): 4,
        ("Invocations", "SampleCount"): 4,
        ("Errors", "Sum"): 1,
        ("Errors", "SampleCount"): 4,
        ("Throttles", "Sum"): 0,
        ("Throttles", "SampleCount"): 4,
    } == shown


def test_duration_has_percentiles_and_is_what_report_says(cloud: Any, failing: str) -> None:
    """Duration is REPORT's, in milliseconds, with p50, p99 and trimmed means."""
    durations = sorted(r["duration_ms"] for r in cloud.records(failing, "invocation.finished"))
    (point,) = cloud.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Duration",
        Dimensions=pairs(FunctionName=failing),
        Period=3600,
        ExtendedStatistics=["p50", "p99", "tm100"],
        **span(),
    )["Datapoints"]

    assert "Milliseconds" == point["Unit"]
    assert {"p50": durations[1], "p99": durations[3], "tm100": sum(durations) / 4} == {
        name: pytest.approx(value) for name, value in point["ExtendedStatistics"].items()
    }


def test_metrics_carry_the_moment_at_which_the_invocation_began(cloud: Any) -> None:
    """An invocation of more than a second is counted in the second of its start."""
    name = cloud.deploy(HANDLER)
    cloud.invoke(name, {"sleep": 1.1})
    began = cloud.records(name, "invocation.started")[0]["time"]

    (result,) = cloud.client("cloudwatch").get_metric_data(
        MetricDataQueries=[
            {
                **data_query("d", "Duration", name),
                "MetricStat": {
                    **data_query("d", "Duration", name)["MetricStat"],
                    "Period": 1,
                    "Stat": "Maximum",
                },
            }
        ],
        **span(),
    )["MetricDataResults"]

    assert [math.floor(began)] == [moment.timestamp() for moment in result["Timestamps"]]


def test_throttles_are_neither_invocations_nor_errors(cloud: Any) -> None:
    """With a reserved concurrency of 0 every call is a throttle, and nothing else."""
    name = cloud.deploy(HANDLER)
    cloud.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    for _ in range(3):
        with pytest.raises(ClientError, match="TooManyRequestsException"):
            cloud.invoke(name)

    assert (3, 0, 0) == tuple(
        total(cloud, metric, FunctionName=name) for metric in ("Throttles", "Invocations", "Errors")
    )


def test_resource_tells_aliases_apart_and_executed_version_what_they_chose(cloud: Any) -> None:
    """Calls of an alias count for the function, for the alias, and for the version that ran."""
    name = cloud.deploy(HANDLER)
    version = cloud.functions.publish_version(FunctionName=name)["Version"]
    cloud.functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    for qualifier in ("live", "live", version, "$LATEST"):
        cloud.invoke(name, {}, Qualifier=qualifier)

    live = f"{name}:live"
    assert 4 == total(cloud, "Invocations", FunctionName=name)
    assert 2 == total(cloud, "Invocations", FunctionName=name, Resource=live)
    assert 2 == total(
        cloud, "Invocations", FunctionName=name, Resource=live, ExecutedVersion=version
    )
    assert 1 == total(cloud, "Invocations", FunctionName=name, Resource=f"{name}:{version}")
    assert 1 == total(cloud, "Invocations", FunctionName=name, Resource=name)


def test_concurrency_is_seen_by_its_maximum(cloud: Any) -> None:
    """Three events at once make ConcurrentExecutions 3, for the function and the account."""
    name = cloud.deploy(HANDLER)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: cloud.invoke(name, {"sleep": 1}), range(3)))

    assert 3 == total(cloud, "ConcurrentExecutions", "Maximum", FunctionName=name)
    for metric in ("ConcurrentExecutions", "UnreservedConcurrentExecutions"):
        assert 3 <= total(cloud, metric, "Maximum")
    assert 3 <= total(cloud, "ClaimedAccountConcurrency", "Maximum")


def test_asynchronous_events_are_received_aged_and_dropped(account_with: Any) -> None:
    """An event that fails three times: one received, three ages, one dropped, three errors."""
    account = account_with(time_lapse=600)
    name = account.deploy(HANDLER)
    account.functions.invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps({"fail": True})
    )
    until(lambda: account.records(name, "event.dropped"))

    assert (1, 1, 3, 3) == (
        total(account, "AsyncEventsReceived", FunctionName=name),
        total(account, "AsyncEventsDropped", FunctionName=name),
        total(account, "AsyncEventAge", "SampleCount", FunctionName=name),
        total(account, "Errors", FunctionName=name),
    )


def test_deliveries_that_fail_are_counted_apart(account_with: Any) -> None:
    """A dead-letter queue that the role may not use is a DeadLetterError, a destination another."""
    account = account_with(time_lapse=600)
    queue = account.client("sqs").create_queue(QueueName=f"q-{secrets.token_hex(4)}")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{queue.rsplit('/', 1)[1]}"
    account.client("iam").put_role_policy(
        RoleName=account.role_arn.rsplit("/", 1)[1],
        PolicyName="queues",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}],
            }
        ),
    )
    name = account.deploy(HANDLER, DeadLetterConfig={"TargetArn": arn})
    account.functions.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    account.client("sqs").delete_queue(QueueUrl=queue)
    account.functions.invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps({"fail": True})
    )
    until(lambda: len(account.records(name, "event.sent_on")) == 2)

    assert (1, 1, 1) == (
        total(account, "DeadLetterErrors", FunctionName=name),
        total(account, "DestinationDeliveryFailures", FunctionName=name),
        total(account, "AsyncEventsDropped", FunctionName=name),
    )


def test_provisioned_concurrency_is_measured(account_with: Any) -> None:
    """Events on provisioned concurrency count as such, with their share of what is allocated."""
    account = account_with(time_lapse=600)
    name = account.deploy(HANDLER)
    version = account.functions.publish_version(FunctionName=name)["Version"]
    account.functions.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=version, ProvisionedConcurrentExecutions=2
    )
    until(
        lambda: (
            account.functions.get_provisioned_concurrency_config(
                FunctionName=name, Qualifier=version
            )["Status"]
            == "READY"
        )
    )
    account.invoke(name, {}, Qualifier=version)

    resource = {"FunctionName": name, "Resource": f"{name}:{version}"}
    assert 1 == total(account, "ProvisionedConcurrencyInvocations", **resource)
    assert 1 == total(account, "ProvisionedConcurrentExecutions", "Maximum", **resource)
    assert 0.5 == total(account, "ProvisionedConcurrencyUtilization", "Maximum", **resource)
    assert 0 == total(account, "ProvisionedConcurrencySpilloverInvocations", **resource)


def test_regions_have_metrics_of_their_own(cloud: Any, failing: str) -> None:
    """What happened in one Region is not seen in another."""
    elsewhere = boto3.client(
        "cloudwatch",
        endpoint_url=cloud.cloud.endpoint,
        region_name="eu-central-1",
        aws_access_key_id=cloud.cloud.access_key_id,
        aws_secret_access_key=cloud.cloud.secret_access_key,
    )

    assert (
        []
        == elsewhere.list_metrics(Namespace="AWS/Lambda", Dimensions=pairs(FunctionName=failing))[
            "Metrics"
        ]
    )


def test_metric_math_gives_the_error_rate(cloud: Any, failing: str) -> None:
    """errors / invocations * 100 is 25 for one failure in four; hidden queries stay out."""
    (result,) = cloud.client("cloudwatch").get_metric_data(
        MetricDataQueries=[
            data_query("errors", "Errors", failing, ReturnData=False),
            data_query("invocations", "Invocations", failing, ReturnData=False),
            {"Id": "rate", "Expression": "SUM(errors) / SUM(invocations) * 100", "Label": "%"},
        ],
        **span(),
    )["MetricDataResults"]

    assert ("rate", "%", 25.0) == (result["Id"], result["Label"], result["Values"][0])


def test_get_metric_data_scans_the_latest_first_unless_told(cloud: Any) -> None:
    """ScanBy orders the points; a SEARCH gives one result per metric."""
    namespace, cloudwatch = f"n-{secrets.token_hex(4)}", cloud.client("cloudwatch")
    now = datetime.now(UTC)
    for minutes in (1, 2, 3):
        cloudwatch.put_metric_data(
            Namespace=namespace,
            MetricData=[
                {
                    "MetricName": "Sold",
                    "Dimensions": pairs(Place=place),
                    "Value": minutes,
                    "Timestamp": now - timedelta(minutes=minutes),
                }
                for place in ("Bonn", "Graz")
            ],
        )
    search = f"SEARCH('{{{namespace},Place}} MetricName=\"Sold\"', 'Sum', 60)"
    queries = [{"Id": "s", "Expression": search}]

    latest = cloudwatch.get_metric_data(MetricDataQueries=queries, **span())["MetricDataResults"]
    earliest = cloudwatch.get_metric_data(
        MetricDataQueries=queries, ScanBy="TimestampAscending", **span()
    )["MetricDataResults"]

    assert ["Bonn Sold", "Graz Sold"] == sorted(result["Label"] for result in latest)
    assert [[1, 2, 3]] * 2 == [result["Values"] for result in latest]
    assert [[3, 2, 1]] * 2 == [result["Values"] for result in earliest]


def test_own_metrics_take_values_counts_and_summaries(cloud: Any) -> None:
    """PutMetricData takes lists with counts and statistic sets; sums and extremes are right."""
    namespace, cloudwatch = f"n-{secrets.token_hex(4)}", cloud.client("cloudwatch")
    summary = {"SampleCount": 2, "Sum": 30, "Minimum": 10, "Maximum": 20}
    cloudwatch.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {"MetricName": "Sold", "Values": [1, 2], "Counts": [3, 1], "Unit": "Count"},
            {"MetricName": "Sold", "StatisticValues": summary, "Unit": "Count"},
        ],
    )

    (point,) = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName="Sold",
        Period=3600,
        Statistics=["Sum", "SampleCount", "Minimum", "Maximum", "Average"],
        **span(),
    )["Datapoints"]

    assert (35, 6, 1, 20, "Count") == tuple(
        point[name] for name in ("Sum", "SampleCount", "Minimum", "Maximum", "Unit")
    )


def test_periods_are_aligned_to_the_start_rounded_to_the_minute(cloud: Any) -> None:
    """GetMetricStatistics counts its periods from StartTime without its seconds."""
    namespace, cloudwatch = f"n-{secrets.token_hex(4)}", cloud.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=[{"MetricName": "m", "Value": 1}])
    start = datetime.now(UTC) - timedelta(minutes=7, seconds=13)

    (point,) = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName="m",
        StartTime=start,
        EndTime=datetime.now(UTC) + timedelta(minutes=10),
        Period=300,
        Statistics=["Sum"],
    )["Datapoints"]

    assert start.replace(second=0, microsecond=0) + timedelta(minutes=5) == point["Timestamp"]


def test_list_metrics_filters_and_pages(cloud: Any) -> None:
    """Namespace, name and dimensions filter; more than 500 metrics come in pages."""
    namespace, cloudwatch = f"n-{secrets.token_hex(4)}", cloud.client("cloudwatch")
    cloudwatch.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {"MetricName": "m", "Value": 1, "Dimensions": pairs(Id=str(number))}
            for number in range(510)
        ],
    )

    pages = list(cloudwatch.get_paginator("list_metrics").paginate(Namespace=namespace))
    one = cloudwatch.list_metrics(Namespace=namespace, Dimensions=pairs(Id="7"))["Metrics"]

    assert [500, 10] == [len(page["Metrics"]) for page in pages]
    assert [{"Namespace": namespace, "MetricName": "m", "Dimensions": pairs(Id="7")}] == one


REFUSED: list[tuple[str, Mapping[str, Any], str, str]] = [
    ("get_metric_statistics", {"Period": 45}, "InvalidParameterValue", "multiple of 60"),
    (
        "get_metric_statistics",
        {"Period": 1},
        "InvalidParameterCombination",
        "exceeds the limit of 1,440",
    ),
    (
        "get_metric_statistics",
        {"Statistics": None},
        "InvalidParameterCombination",
        "Must specify either Statistics or ExtendedStatistics",
    ),
    (
        "get_metric_statistics",
        {"Statistics": None, "ExtendedStatistics": ["p101"]},
        "InvalidParameterValue",
        "The value p101 for parameter ExtendedStatistics is not supported.",
    ),
    (
        "get_metric_data",
        {"MetricDataQueries": [{"Id": "q", "Expression": "nobody + 1"}]},
        "ValidationError",
        "Error in expression 'q': Undefined variable 'nobody'",
    ),
    (
        "put_metric_data",
        {"Namespace": "AWS/Lambda", "MetricData": [{"MetricName": "m", "Value": 1}]},
        "InvalidParameterValue",
        "The value AWS/Lambda for parameter Namespace is invalid.",
    ),
    (
        "put_metric_data",
        {"MetricData": [{"MetricName": "m", "Value": float("nan")}]},
        "InvalidParameterValue",
        "NaN",
    ),
    (
        "put_metric_data",
        {"MetricData": [{"MetricName": "m", "Values": [1, 2], "Counts": [1]}]},
        "InvalidParameterValue",
        "must be of the same size",
    ),
    (
        "put_metric_data",
        {"MetricData": [{"MetricName": "m"}]},
        "MissingParameter",
        "must be specified",
    ),
    (
        "put_metric_data",
        {
            "MetricData": [
                {"MetricName": "m", "Value": 1, "Timestamp": datetime(2020, 1, 1, tzinfo=UTC)}
            ]
        },
        "InvalidParameterValue",
        "two weeks in the past",
    ),
]


@pytest.mark.parametrize(("operation", "members", "code", "words"), REFUSED)
def test_malformed_requests_get_cloudwatchs_errors(
    operation: str, members: Mapping[str, Any], code: str, words: str, cloud: Any
) -> None:
    """Wrong periods, statistics, expressions and values are refused with code and words."""
    usual: dict[str, Any] = {
        "get_metric_statistics": {
            "Namespace": "n",
            "MetricName": "m",
            "Period": 60,
            "Statistics": ["Sum"],
            **span(60),
        },
        "get_metric_data": span(),
        "put_metric_data": {"Namespace": "n"},
    }[operation]

    asked = {k: v for k, v in {**usual, **members}.items() if v is not None}
    with pytest.raises(ClientError) as refused:
        getattr(cloud.client("cloudwatch"), operation)(**asked)

    assert code == refused.value.response["Error"]["Code"]
    assert words in refused.value.response["Error"]["Message"]


def embedded(namespace: str, **members: Any) -> str:
    """Return a line in the embedded metric format, as Powertools prints it."""
    return json.dumps(
        {
            "_aws": {
                "Timestamp": int(time.time() * 1000),
                "CloudWatchMetrics": [
                    {
                        "Namespace": namespace,
                        "Dimensions": [["service"]],
                        "Metrics": [{"Name": "Sold", "Unit": "Count"}],
                    }
                ],
            },
            "service": "orders",
            "Sold": [2.0],
            **members,
        }
    )


def test_a_printed_line_in_the_embedded_metric_format_is_a_metric(cloud: Any) -> None:
    """What a handler prints as EMF JSON becomes a metric, and stays in the log."""
    name, namespace = cloud.deploy(HANDLER), f"n-{secrets.token_hex(4)}"
    line = embedded(namespace)
    for _ in range(2):
        cloud.invoke(name, {"line": line})

    assert 4 == total(cloud, "Sold", namespace=namespace, service="orders")
    assert 2 == sum(line in event for stream in cloud.streams(name).values() for event in stream)


def test_embedded_metrics_come_from_any_log_and_bad_ones_leave_the_line_only(cloud: Any) -> None:
    """PutLogEvents gives metrics too; 101 metrics or a numeric dimension give none."""
    logs, group, namespace = cloud.client("logs"), f"g-{secrets.token_hex(4)}", secrets.token_hex(4)
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    many = json.loads(embedded(namespace))
    many["_aws"]["CloudWatchMetrics"][0]["Metrics"] = [{"Name": f"m{n}"} for n in range(101)]
    many |= {f"m{n}": 1 for n in range(101)}
    lines = [embedded(namespace), json.dumps(many), embedded(namespace, service=7)]
    now = int(time.time() * 1000)
    logs.put_log_events(
        logGroupName=group,
        logStreamName="s",
        logEvents=[{"timestamp": now, "message": line} for line in lines],
    )

    metrics = cloud.client("cloudwatch").list_metrics(Namespace=namespace)["Metrics"]
    assert [("Sold", pairs(service="orders"))] == [
        (metric["MetricName"], metric["Dimensions"]) for metric in metrics
    ]
    assert 3 == len(logs.get_log_events(logGroupName=group, logStreamName="s")["events"])


def test_metric_filters_count_events_and_take_values(cloud: Any) -> None:
    """A JSON pattern counts errors by a dimension, and takes a latency from each event."""
    name, namespace = cloud.deploy(HANDLER), f"n-{secrets.token_hex(4)}"
    cloud.invoke(name)
    logs = cloud.client("logs")
    for filter_name, pattern, transformation in (
        (
            "errors",
            '{ $.level = "ERROR" }',
            {"metricName": "Failed", "metricValue": "1", "dimensions": {"Path": "$.path"}},
        ),
        ("latency", "{ $.ms > 0 }", {"metricName": "Latency", "metricValue": "$.ms"}),
        ("misses", "MISS", {"metricName": "Miss", "metricValue": "1", "defaultValue": 0}),
    ):
        logs.put_metric_filter(
            logGroupName=f"/aws/lambda/{name}",
            filterName=filter_name,
            filterPattern=pattern,
            metricTransformations=[{"metricNamespace": namespace, **transformation}],
        )
    for level, ms in (("ERROR", 30), ("INFO", 12), ("ERROR", 8)):
        line = json.dumps({"level": level, "ms": ms, "path": "/orders"})
        cloud.invoke(name, {"line": line})

    assert 2 == total(cloud, "Failed", namespace=namespace, Path="/orders")
    assert 50 == total(cloud, "Latency", namespace=namespace)
    assert 0 == total(cloud, "Miss", namespace=namespace)
    assert 12 == total(cloud, "Miss", "SampleCount", namespace=namespace)
    described = logs.describe_metric_filters(logGroupName=f"/aws/lambda/{name}")["metricFilters"]
    assert ["errors", "latency", "misses"] == sorted(one["filterName"] for one in described)


def test_a_metric_filter_is_replaced_and_deleted(cloud: Any) -> None:
    """A name has one filter; a deleted one, or one of a deleted group, is gone."""
    logs, group = cloud.client("logs"), f"g-{secrets.token_hex(4)}"
    transformation = {"metricNamespace": "n", "metricName": "m", "metricValue": "1"}
    filter_ = {"logGroupName": group, "filterName": "f", "metricTransformations": [transformation]}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.put_metric_filter(filterPattern="ERROR", **filter_)
    logs.create_log_group(logGroupName=group)
    for pattern in ("ERROR", "WARN"):
        logs.put_metric_filter(filterPattern=pattern, **filter_)

    (one,) = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    (described,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    logs.delete_metric_filter(logGroupName=group, filterName="f")

    assert ("WARN", 1) == (one["filterPattern"], described["metricFilterCount"])
    assert [] == logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.delete_metric_filter(logGroupName=group, filterName="f")
    with pytest.raises(ClientError, match="Invalid filter pattern"):
        logs.put_metric_filter(filterPattern="{ $.a = }", **filter_)


def test_a_pattern_can_be_tried(cloud: Any) -> None:
    """TestMetricFilter tells which messages match and what is taken from them."""
    answer = cloud.client("logs").test_metric_filter(
        filterPattern='{ $.level = "ERROR" }',
        logEventMessages=['{"level": "INFO"}', '{"level": "ERROR"}'],
    )

    (match,) = answer["matches"]
    assert (2, {"$.level": "ERROR"}) == (match["eventNumber"], match["extractedValues"])


def test_dashboards_are_kept_as_they_are(cloud: Any) -> None:
    """A dashboard's body comes back unchanged."""
    cloudwatch, name = cloud.client("cloudwatch"), f"d-{secrets.token_hex(4)}"
    body = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "orders"}}]})
    cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)

    assert body == cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]


def test_reset_empties_metrics_alarms_and_filters(account_with: Any) -> None:
    """After a reset there is no metric, no alarm and no filter, also none that comes late."""
    account = account_with(seed=3)
    name = account.deploy(HANDLER)
    account.invoke(name, {"line": embedded("n")})
    cloudwatch = account.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="a",
        Namespace="n",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    account.reset()

    assert [] == cloudwatch.list_metrics()["Metrics"]
    assert [] == cloudwatch.describe_alarms()["MetricAlarms"]
    assert [] == account.client("logs").describe_metric_filters()["metricFilters"]
