"""Reading logs: Logs Insights, FilterLogEvents, GetLogEvents."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.waiting import until

HANDLER = """\
import json

def handler(event, context):
    print(json.dumps({"level": event["level"], "order": {"id": event["id"]}, "ms": event["ms"]}))
"""


def start(account: Any, query: str, **members: Any) -> str:
    """Start a query over the last ten minutes; return its id."""
    now = int(time.time())
    usual = {"startTime": now - 600, "endTime": now + 60, "queryString": query}
    return str(account.client("logs").start_query(**{**usual, **members})["queryId"])


def answered(account: Any, query: str, **members: Any) -> dict[str, Any]:
    """Run a query and return what GetQueryResults says in the end."""
    query_id = start(account, query, **members)

    def complete() -> Any:
        answer = account.client("logs").get_query_results(queryId=query_id)
        return answer["status"] == "Complete" and answer

    return dict(until(complete))


def rows(account: Any, query: str, **members: Any) -> list[dict[str, str]]:
    """Run a query and return its rows without @ptr."""
    return [
        {cell["field"]: cell["value"] for cell in row if cell["field"] != "@ptr"}
        for row in answered(account, query, **members)["results"]
    ]


@pytest.fixture(scope="module")
def group(cloud: Any) -> str:
    """Return the log group of a function that was called three times."""
    name = cloud.deploy(HANDLER)
    for number, level in enumerate(("INFO", "ERROR", "INFO"), 1):
        cloud.invoke(name, {"level": level, "id": number, "ms": 10 * number})
    return f"/aws/lambda/{name}"


@pytest.fixture
def stream(cloud: Any) -> Callable[..., str]:
    """Return what makes a log group with one stream of lines; gives its name."""

    def make(*lines: str, name: str = "s") -> str:
        logs, group = cloud.client("logs"), f"g-{secrets.token_hex(4)}"
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName=name)
        begin = int(time.time() * 1000) - 60_000
        events = [{"timestamp": begin + 2 * n, "message": m} for n, m in enumerate(lines)]
        for first in range(0, len(events), 10_000):
            logs.put_log_events(
                logGroupName=group, logStreamName=name, logEvents=events[first : first + 10_000]
            )
        return group

    return make


def test_report_fields_are_discovered(cloud: Any, group: str) -> None:
    """@type, @duration, @billedDuration, @memorySize and @maxMemoryUsed of each REPORT."""
    records = cloud.records(group.rsplit("/", 1)[1], "invocation.finished")
    (row,) = rows(
        cloud,
        "filter @type = 'REPORT' | stats count(*) as n, max(@duration) as slowest, "
        "sum(@billedDuration) as billed, max(@memorySize / 1000 / 1000) as mb, "
        "count(@initDuration) as cold, count_distinct(@requestId) as requests",
        logGroupName=group,
    )

    assert {"n": "3", "mb": "128", "cold": "1", "requests": "3"} == {
        k: row[k] for k in ("n", "mb", "cold", "requests")
    }
    assert max(r["duration_ms"] for r in records) == float(row["slowest"])
    assert sum(r["billed_ms"] for r in records) == float(row["billed"])


def test_json_fields_are_discovered_with_dots(cloud: Any, group: str) -> None:
    """Members of JSON lines are fields, nested ones with dots; a query sorts and limits."""
    found = rows(
        cloud,
        "fields order.id as id, ms * 2 as twice | filter level = 'INFO' | sort ms desc | limit 1",
        logGroupName=group,
    )

    assert [{"id": "3", "twice": "60"}] == found


def test_a_row_shows_moment_message_and_pointer(cloud: Any, group: str) -> None:
    """Without fields, @timestamp, @message and @ptr; GetLogRecord gives all fields of the event."""
    (row,) = answered(cloud, "filter level = 'ERROR'", logGroupName=group)["results"]
    cells = {cell["field"]: cell["value"] for cell in row}

    assert ["@timestamp", "@message", "@ptr"] == list(cells)
    assert 23 == len(cells["@timestamp"])
    record = cloud.client("logs").get_log_record(logRecordPointer=cells["@ptr"])["logRecord"]
    assert cells["@message"] == record["@message"]
    assert f"123456789012:{group}" == record["@log"]


def test_statistics_tell_scanned_and_matched(cloud: Any, stream: Callable[..., str]) -> None:
    """statistics counts events scanned, events matched and bytes."""
    group = stream("ERROR one", "INFO two", "ERROR three")

    statistics = answered(cloud, "filter @message like /ERROR/", logGroupName=group)["statistics"]

    assert (3, 2, 28) == tuple(
        statistics[k] for k in ("recordsScanned", "recordsMatched", "bytesScanned")
    )


def test_several_log_groups_are_one_query(cloud: Any, stream: Callable[..., str]) -> None:
    """logGroupNames and ARNs in logGroupIdentifiers are read together, told apart by @log."""
    groups = [stream("a"), stream("b")]
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:"
    query = "fields @message, @log | sort @message"
    expected = [
        {"@message": message, "@log": f"123456789012:{name}"}
        for message, name in zip("ab", groups, strict=True)
    ]

    assert expected == rows(cloud, query, logGroupNames=groups)
    assert expected == rows(cloud, query, logGroupIdentifiers=[arn + name for name in groups])


def test_the_range_of_time_is_kept(cloud: Any, stream: Callable[..., str]) -> None:
    """Events before startTime or after endTime are not looked at."""
    group, now = stream("x"), int(time.time())

    assert [] == rows(cloud, "fields @message", logGroupName=group, startTime=now - 10)
    assert [] == rows(cloud, "fields @message", logGroupName=group, endTime=now - 100)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("fields @message | frobnicate x", "unexpected symbol found frobnicate at line 1"),
        ("filter level =", "unexpected symbol found <EOF>"),
        ("pattern @message", "the command pattern is not available in the local account"),
        ("stats frob(x)", "unknown function: frob"),
    ],
)
def test_a_malformed_query_is_told_with_its_place(
    query: str, words: str, cloud: Any, stream: Callable[..., str]
) -> None:
    """MalformedQueryException carries a message and the offsets of what is wrong."""
    with pytest.raises(ClientError) as refused:
        start(cloud, query, logGroupName=stream())

    response = refused.value.response
    assert "MalformedQueryException" == response["Error"]["Code"]
    assert words in response["Error"]["Message"]
    location = response["queryCompileError"]["location"]
    assert 0 <= location["startCharOffset"] <= location["endCharOffset"] <= len(query)


def test_queries_that_cannot_be_are_refused(cloud: Any, stream: Callable[..., str]) -> None:
    """A group that does not exist, none at all, and a range that ends before it starts."""
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        start(cloud, "fields @message", logGroupName="nobody")
    with pytest.raises(ClientError, match="InvalidParameterException"):
        start(cloud, "fields @message")
    with pytest.raises(ClientError, match="InvalidParameterException"):
        start(cloud, "fields @message", logGroupName=stream(), endTime=1)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        cloud.client("logs").get_query_results(queryId="nobody")


def test_queries_are_described_and_ended_ones_cannot_be_stopped(
    cloud: Any, stream: Callable[..., str]
) -> None:
    """DescribeQueries lists what was asked of a group; StopQuery refuses a complete query."""
    group, logs = stream("x"), cloud.client("logs")
    answered(cloud, "fields @message", logGroupName=group)

    (query,) = logs.describe_queries(logGroupName=group)["queries"]

    assert ("Complete", "fields @message", group) == (
        query["status"],
        query["queryString"],
        query["logGroupName"],
    )
    with pytest.raises(ClientError, match="has already ended with status"):
        logs.stop_query(queryId=query["queryId"])


def test_queries_can_be_saved(cloud: Any) -> None:
    """PutQueryDefinition makes and changes, Describe finds by prefix, Delete deletes."""
    logs, name = cloud.client("logs"), f"q-{secrets.token_hex(4)}"
    asked = {"name": name, "queryString": "fields @message"}
    query_id = logs.put_query_definition(**asked)["queryDefinitionId"]
    logs.put_query_definition(**{**asked, "queryString": "limit 5"}, queryDefinitionId=query_id)

    (saved,) = logs.describe_query_definitions(queryDefinitionNamePrefix=name)["queryDefinitions"]

    assert (query_id, "limit 5") == (saved["queryDefinitionId"], saved["queryString"])
    assert logs.delete_query_definition(queryDefinitionId=query_id)["success"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.delete_query_definition(queryDefinitionId=query_id)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.level = "ERROR" }', ["2"]),
        ("{ $.ms >= 20 }", ["2", "3"]),
        ('{ $.level = "INFO" && $.order.id = 1 }', ["1"]),
        ("?START ?END -INIT_START", []),
    ],
)
def test_filter_log_events_knows_the_pattern_language(
    pattern: str, expected: list[str], cloud: Any, group: str
) -> None:
    """JSON conditions select events; terms with ? are alternatives."""
    events = cloud.client("logs").filter_log_events(logGroupName=group, filterPattern=pattern)

    lines = [e["message"] for e in events["events"]]
    if expected:
        assert expected == [str(json.loads(line)["order"]["id"]) for line in lines]
    else:
        assert 6 == len(lines)


def test_filter_log_events_interleaves_streams_and_pages(cloud: Any) -> None:
    """Events of several streams come by time; each page goes on after the last event."""
    logs, group = cloud.client("logs"), f"g-{secrets.token_hex(4)}"
    logs.create_log_group(logGroupName=group)
    begin = int(time.time() * 1000) - 60_000
    for offset, name in enumerate(("even", "odd")):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
        logs.put_log_events(
            logGroupName=group,
            logStreamName=name,
            logEvents=[{"timestamp": begin + n, "message": f"{n}"} for n in range(offset, 10, 2)],
        )

    pages = list(
        logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, PaginationConfig={"PageSize": 4}
        )
    )
    some = logs.filter_log_events(
        logGroupName=group, logStreamNamePrefix="ev", startTime=begin + 2, endTime=begin + 6
    )

    assert [4, 4, 2] == [len(page["events"]) for page in pages]
    assert [str(n) for n in range(10)] == [e["message"] for page in pages for e in page["events"]]
    assert ["2", "4", "6"] == [event["message"] for event in some["events"]]
    with pytest.raises(ClientError, match="The specified nextToken is invalid"):
        logs.filter_log_events(logGroupName=group, nextToken="x")
    with pytest.raises(ClientError, match="Invalid filter pattern"):
        logs.filter_log_events(logGroupName=group, filterPattern="{ $.a = }")


def test_get_log_events_reads_from_either_end(cloud: Any, stream: Callable[..., str]) -> None:
    """The latest page unless startFromHead; tokens lead on and repeat; endTime is not included."""
    group, logs = stream(*"abcde"), cloud.client("logs")
    where = {"logGroupName": group, "logStreamName": "s", "limit": 2}

    def read(**members: Any) -> tuple[str, Any]:
        answer = logs.get_log_events(**{**where, **members})
        return "".join(event["message"] for event in answer["events"]), answer

    assert "de" == read()[0]
    first, answer = read(startFromHead=True)
    second, following = read(nextToken=answer["nextForwardToken"])
    third, last = read(nextToken=following["nextForwardToken"])
    assert ("ab", "cd", "e") == (first, second, third)
    nothing, end = read(nextToken=last["nextForwardToken"])
    assert ("", last["nextForwardToken"]) == (nothing, end["nextForwardToken"])
    events = logs.get_log_events(**{**where, "limit": 10}, startFromHead=True)["events"]
    bounds = {"startTime": events[1]["timestamp"], "endTime": events[3]["timestamp"], "limit": 9}
    assert "bc" == read(**bounds)[0]
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
    identified = logs.get_log_events(logGroupIdentifier=arn, logStreamName="s")
    assert 5 == len(identified["events"])


def test_a_flood_of_logs_is_queried_and_slows_no_invocation(
    cloud: Any, stream: Callable[..., str], group: str
) -> None:
    """While 20,000 events are queried again and again, a function answers as usual."""
    flood = stream(*(json.dumps({"level": "INFO", "n": n}) for n in range(20_000)))
    queries = [
        start(cloud, f"stats count(*) as n, pct(n, 99) by n % {k}", logGroupName=flood)
        for k in range(1, 6)
    ]
    cloud.invoke(group.rsplit("/", 1)[1], {"level": "INFO", "id": 9, "ms": 1})

    for query in queries:
        until(lambda: cloud.client("logs").get_query_results(queryId=query)["status"] != "Running")  # noqa: B023
        answer = cloud.client("logs").get_query_results(queryId=query)
        assert ("Complete", 20_000) == (answer["status"], answer["statistics"]["recordsScanned"])
