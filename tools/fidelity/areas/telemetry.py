"""Logs and metrics: how soon they are there, how long they stay, and which queries run."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

from tools.fidelity.account import EMPTY, ProbedAccount, outcome, until
from tools.fidelity.rows import BOTH, LAMBDA, Area

AREA = Area("Logs and metrics")
CLOUDWATCH = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/"
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"


@AREA.row(
    "log-delay",
    "Log lines reach CloudWatch Logs some seconds after the invocation.",
    f"{LAMBDA}monitoring-cloudwatchlogs-view.html",
    labs=BOTH,
)
def log_delay(account: ProbedAccount) -> str:
    """Read the log group right after an invocation."""
    name = account.deploy(EMPTY)
    account.invoke(name)
    events = account.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    if any(event["message"].startswith("REPORT") for event in events):
        return "At once: when Invoke returned, REPORT was in the log stream."
    return "Not at once: when Invoke returned, REPORT was still missing."


@AREA.row(
    "log-rate",
    "More than 2 MB a second in a log stream are dropped, with a platform.logsDropped event.",
    f"{LAMBDA}monitoring-cloudwatchlogs-log-retention.html",
)
def log_rate(account: ProbedAccount) -> str:
    """Print 4 MB, and count what arrives."""
    source = "def handler(event, context):\n    for n in range(400):\n        print('x' * 10_000)\n"
    name = account.deploy(source, Timeout=20, MemorySize=512)
    account.invoke(name)
    group, kept = f"/aws/lambda/{name}", 0
    more: dict[str, str] = {}
    while True:
        page = account.client("logs").filter_log_events(logGroupName=group, **more)
        kept += sum("xxx" in event["message"] for event in page["events"])
        if "nextToken" not in page:
            break
        more = {"nextToken": page["nextToken"]}
    return f"Nothing is dropped: {kept} of 400 lines of 10 KB arrived."


@AREA.row(
    "log-retention",
    "Log groups keep events for ever, or for as many days as you set.",
    f"{LOGS}Working-with-log-groups-and-streams.html",
)
def log_retention(account: ProbedAccount) -> str:
    """Set a day, put an event of last week, and look for it."""
    logs, group = account.client("logs"), account.name()
    logs.create_log_group(logGroupName=group)
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    then = int((time.time() - 3 * 86_400) * 1000)
    logs.put_log_events(
        logGroupName=group, logStreamName="s", logEvents=[{"timestamp": then, "message": "old"}]
    )
    found = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)
    left = "stays" if found["events"] else "is gone"
    return f"Kept with the group; an event three days old {left} in a group of one day."


@AREA.row(
    "telemetry-api",
    "Extensions can subscribe to the Telemetry API.",
    f"{LAMBDA}telemetry-api.html",
)
def telemetry_api(account: ProbedAccount) -> str:
    """Ask for a subscription in a function."""
    source = (
        "import json, os, urllib.request\n"
        "def handler(event, context):\n"
        "    url = f\"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2022-07-01/telemetry\"\n"
        "    asked = urllib.request.Request(url, b'{}', method='PUT')\n"
        "    with urllib.request.urlopen(asked) as answer:\n"
        "        return [answer.status, json.load(answer)['errorType']]\n"
    )
    status, kind = account.run(source).payload
    return f"Left out: a subscription gets {status} with {kind}, as in AWS's local emulator."


@AREA.row(
    "insights-commands",
    "Logs Insights has commands such as pattern, diff and anomaly, and other query languages.",
    f"{LOGS}CWL_QuerySyntax.html",
)
def insights_commands(account: ProbedAccount) -> str:
    """Start a query with each command, and with SQL."""
    logs, group = account.client("logs"), account.name()
    logs.create_log_group(logGroupName=group)
    now = int(time.time())
    texts = {
        "stats": "stats count(*) by bin(5m)",
        "dedup": "fields @message | dedup @message",
        "parse": "parse @message '* *' as a, b",
        "pattern": "pattern @message",
        "diff": "pattern @message | diff",
        "anomaly": "fields @message | pattern @message | anomaly",
        "unnest": "fields jsonParse(@message) as m | unnest m.a into x",
    }
    answers = {
        word: outcome(
            logs.start_query,
            logGroupName=group,
            startTime=now - 60,
            endTime=now,
            queryString=text,
        )
        for word, text in texts.items()
    }
    refused = [word for word, answer in answers.items() if "refused" in answer]
    works = [word for word in texts if word not in refused]
    return f"{', '.join(works)} work among others; {', '.join(refused)} are refused by name."


@AREA.row(
    "metrics-delay",
    "Metrics of an invocation can be read after a minute or more, one value a minute.",
    f"{LAMBDA}monitoring-metrics-view.html",
)
def metrics_delay(account: ProbedAccount) -> str:
    """Read Invocations right after an invocation, by the second."""
    name = account.deploy(EMPTY)
    account.invoke(name)
    now = datetime.now(UTC)

    def points() -> int:
        answer = account.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Invocations",
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - timedelta(seconds=50),
            EndTime=now + timedelta(seconds=10),
            Period=1,
            Statistics=["Sum"],
        )
        return len(answer["Datapoints"])

    soon = "At once" if until(points, within_s=5) else "Not within seconds"
    return f"{soon}, and with a period of one second."


@AREA.row(
    "metrics-missing",
    "AWS/Lambda has metrics such as PostRuntimeExtensionsDuration and OffsetLag.",
    f"{LAMBDA}monitoring-metrics-types.html",
)
def metrics_missing(account: ProbedAccount) -> str:
    """Read the names of the metrics of one invocation."""
    name = account.deploy(EMPTY)
    account.invoke(name)
    dimensions = [{"Name": "FunctionName", "Value": name}]

    def names() -> list[str]:
        found = account.client("cloudwatch").list_metrics(
            Namespace="AWS/Lambda", Dimensions=dimensions
        )
        return sorted({metric["MetricName"] for metric in found["Metrics"]})

    until(lambda: len(names()) >= 5, within_s=5)
    return (
        f"An invocation brings {', '.join(names())}; PostRuntimeExtensionsDuration, OffsetLag and "
        "OversizedRecordCount never come."
    )


@AREA.row(
    "metrics-retention",
    "Metrics are kept for 15 months, older ones in coarser steps.",
    f"{CLOUDWATCH}cloudwatch_concepts.html",
)
def metrics_retention(account: ProbedAccount) -> str:
    """Put a value of an hour ago as of a second, and read it by the second."""
    cloudwatch, namespace = account.client("cloudwatch"), account.name()
    then = datetime.now(UTC) - timedelta(hours=5)
    cloudwatch.put_metric_data(
        Namespace=namespace,
        MetricData=[{"MetricName": "m", "Value": 1, "Timestamp": then, "StorageResolution": 1}],
    )
    answer = cloudwatch.get_metric_statistics(
        Namespace=namespace,
        MetricName="m",
        StartTime=then - timedelta(seconds=10),
        EndTime=then + timedelta(seconds=10),
        Period=1,
        Statistics=["Sum"],
    )
    kept = "is still there" if answer["Datapoints"] else "is gone"
    return f"In memory, as put: a value of five hours ago {kept} by the second."


@AREA.row(
    "alarms-early",
    "An alarm is judged when its period has ended.",
    f"{CLOUDWATCH}AlarmThatSendsEmail.html",
)
def alarms_early(account: ProbedAccount) -> str:
    """Put values above the threshold of a Sum over an hour, and wait for the alarm."""
    cloudwatch, name = account.client("cloudwatch"), account.name()
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace=name,
        MetricName="m",
        Statistic="Sum",
        Period=3600,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.put_metric_data(Namespace=name, MetricData=[{"MetricName": "m", "Value": 9}])

    def alarmed() -> bool:
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return bool(alarm["StateValue"] == "ALARM")

    early = until(alarmed, within_s=10)
    if early:
        return "A Sum that is above its threshold alarms at once, before its hour has ended."
    return "When its period has ended."


@AREA.row(
    "anomaly-alarms",
    "Alarms can watch a band that CloudWatch learned.",
    f"{CLOUDWATCH}CloudWatch_Anomaly_Detection.html",
)
def anomaly_alarms(account: ProbedAccount) -> str:
    """Ask for such an alarm."""
    metric = {"Metric": {"Namespace": "n", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
    answer = outcome(
        account.client("cloudwatch").put_metric_alarm,
        AlarmName=account.name(),
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanUpperThreshold",
        ThresholdMetricId="band",
        Metrics=[
            {"Id": "m1", "MetricStat": metric},
            {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"},
        ],
    )
    return f"An alarm with ANOMALY_DETECTION_BAND {answer}: it needs weeks of data."


@AREA.row(
    "log-streams",
    "A log stream is created with its environment's first line; its name holds the version.",
    f"{LAMBDA}monitoring-cloudwatchlogs.html",
)
def log_streams(account: ProbedAccount) -> str:
    """Read the names of a function's log streams."""
    name = account.deploy(EMPTY)
    account.invoke(name)
    streams = account.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")
    (stream,) = streams["logStreams"]
    version = json.dumps(stream["logStreamName"]).partition("[")[2].partition("]")[0]
    return f"The same: one stream per environment, with [{version}] in its name."
