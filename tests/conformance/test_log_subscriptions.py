"""Subscription filters of CloudWatch Logs: who may be subscribed, and what arrives."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.pushing import ACCOUNT, Stage, group_with_stream, refused, write
from tests.waiting import until

LOGS = "logs.amazonaws.com"
NOT_ALLOWED = (
    "InvalidParameterException",
    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to "
    "execute your function.",
)


@pytest.fixture(scope="module")
def stage(account_with: Callable[..., Any]) -> Stage:
    """One account with fast waits."""
    return Stage(account_with(time_lapse=600))


def subscribe(
    stage: Stage, group: str, function_arn: str, pattern: str = "", name: str = "f"
) -> None:
    stage.logs.put_subscription_filter(
        logGroupName=group, filterName=name, filterPattern=pattern, destinationArn=function_arn
    )


def unpacked(event: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    return data


def test_what_matches_arrives_in_one_batch_as_gzipped_json(stage: Stage):
    """awslogs.data is base64 of gzip of JSON with owner, group, stream, filter and events."""
    group, source = group_with_stream(stage)
    name, function = stage.function()
    stage.permit(name, LOGS, source)
    subscribe(stage, group, function, "ERROR", name="errors")

    written = write(stage, group, "ERROR one", "fine", "ERROR two")
    (event,) = stage.events(name)

    data = unpacked(event)
    ids = [each.pop("id") for each in data["logEvents"]]
    assert [True, True] == [re.fullmatch(r"\d{56}", each) is not None for each in ids]
    assert ids == sorted(set(ids))
    assert {
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": group,
        "logStream": "s",
        "subscriptionFilters": ["errors"],
        "logEvents": [
            {"timestamp": written, "message": "ERROR one"},
            {"timestamp": written, "message": "ERROR two"},
        ],
    } == data


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("", ["ERROR a", '{"level": "ERROR", "ms": 7}', "1.2.3.4 - 404"]),
        ("?ERROR ?404", ["ERROR a", '{"level": "ERROR", "ms": 7}', "1.2.3.4 - 404"]),
        ('{ $.level = "ERROR" && $.ms > 5 }', ['{"level": "ERROR", "ms": 7}']),
        ("[ip, dash, status=4*]", ["1.2.3.4 - 404"]),
        ("ERROR -level", ["ERROR a"]),
    ],
)
def test_patterns_choose_what_is_sent(stage: Stage, pattern: str, wanted: list[str]):
    """Terms, JSON and space-delimited patterns, as in metric filters."""
    group, source = group_with_stream(stage)
    name, function = stage.function()
    stage.permit(name, LOGS, source)
    subscribe(stage, group, function, pattern)

    write(stage, group, "ERROR a", '{"level": "ERROR", "ms": 7}', "1.2.3.4 - 404")

    (event,) = stage.events(name)
    assert wanted == [each["message"] for each in unpacked(event)["logEvents"]]


@pytest.mark.parametrize("principal", [LOGS, "logs.us-east-1.amazonaws.com"])
def test_the_function_must_let_the_group_in(stage: Stage, principal: str):
    """Either principal of CloudWatch Logs will do, for this log group."""
    group, source = group_with_stream(stage)
    name, function = stage.function()
    put = {"logGroupName": group, "filterName": "f", "filterPattern": ""}

    assert NOT_ALLOWED == refused(
        stage.logs.put_subscription_filter, **put, destinationArn=function
    )
    stage.permit(name, principal, source.replace(group, "other"))
    assert NOT_ALLOWED == refused(
        stage.logs.put_subscription_filter, **put, destinationArn=function
    )
    assert NOT_ALLOWED == refused(
        stage.logs.put_subscription_filter, **put, destinationArn=f"{function}-absent"
    )
    stage.permit(name, principal, source)
    subscribe(stage, group, function)
    write(stage, group, "hello")

    assert 1 == len(stage.events(name))


def test_a_group_has_two_filters_at_most_and_each_can_be_replaced(stage: Stage):
    """The third is refused; putting one of the two again changes it."""
    group, source = group_with_stream(stage)
    name, function = stage.function()
    stage.permit(name, LOGS, source)
    subscribe(stage, group, function, "A", name="one")
    subscribe(stage, group, function, "B", name="two")

    subscribe(stage, group, function, "C", name="one")

    assert ("LimitExceededException", "Resource limit exceeded.") == refused(
        stage.logs.put_subscription_filter,
        logGroupName=group,
        filterName="three",
        filterPattern="",
        destinationArn=function,
    )
    kept = stage.logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    assert {"one": "C", "two": "B"} == {f["filterName"]: f["filterPattern"] for f in kept}


@pytest.mark.parametrize("pattern", ["{ $.a = }", "[a, b", '"open'])
def test_a_pattern_that_cannot_be_read_is_refused(stage: Stage, pattern: str):
    """InvalidParameterException, and no filter."""
    group, source = group_with_stream(stage)
    name, function = stage.function()
    stage.permit(name, LOGS, source)

    assert ("InvalidParameterException", "Invalid filter pattern") == refused(
        stage.logs.put_subscription_filter,
        logGroupName=group,
        filterName="f",
        filterPattern=pattern,
        destinationArn=function,
    )


def test_a_functions_own_lines_reach_subscribers_of_its_log_group(stage: Stage):
    """What a function prints, and Lambda's lines around it, are sent on in batches."""
    writer, _ = stage.function("def handler(event, context):\n    print('order', event)\n")
    stage.account.invoke(writer, 1)
    group = f"/aws/lambda/{writer}"
    name, function = stage.function()
    stage.permit(name, LOGS, f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:*")
    subscribe(stage, group, function)

    stage.account.invoke(writer, 2)

    def lines() -> list[str]:
        found = [unpacked(event)["logEvents"] for event in stage.told(name)]
        return [each["message"] for batch in found for each in batch]

    until(lambda: any(line.startswith("REPORT") for line in lines()))
    assert ["START", "order", "END", "REPORT"] == [line.split()[0] for line in lines()]


@pytest.mark.parametrize("pattern", ["START", "EVENT"])
def test_a_function_subscribed_to_its_own_log_is_stopped_and_recorded(stage: Stage, pattern: str):
    """AWS would go on for ever; here the loop ends after sixteen rounds, and a record says so."""
    name, function = stage.function()
    stage.account.invoke(name)
    group = f"/aws/lambda/{name}"
    source = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}:*"
    stage.permit(name, LOGS, source)
    subscribe(stage, group, function, pattern)

    stage.account.invoke(name)

    (refusal,) = until(lambda: stage.refusals(source))
    assert refusal["reason"].startswith("Loop: ")
    assert 16 == len(stage.account.records(name, "event.pushed"))


def test_what_was_written_without_a_filter_is_never_sent(stage: Stage):
    """A filter sees what is written after it was put, and nothing once it is deleted."""
    group, source = group_with_stream(stage)
    name, function = stage.function()
    stage.permit(name, LOGS, source)
    subscribe(stage, group, function)
    stage.logs.delete_subscription_filter(logGroupName=group, filterName="f")

    write(stage, group, "nobody listens")
    subscribe(stage, group, function)
    write(stage, group, "hello")

    (event,) = stage.events(name)
    assert ["hello"] == [each["message"] for each in unpacked(event)["logEvents"]]


def test_a_reset_forgets_what_waits(account_with: Callable[..., Any]):
    """Events that wait for their batch do not reach a function of the next account."""
    stage = Stage(account_with(time_lapse=2))
    for message in ("of the old account", "of the new one"):
        stage.logs.create_log_group(logGroupName="g")
        stage.logs.create_log_stream(logGroupName="g", logStreamName="s")
        name, function = stage.function()
        stage.permit(name, LOGS, f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g:*")
        subscribe(stage, "g", function)
        write(stage, "g", message)
        if message == "of the old account":
            stage.account.reset()

    (event,) = stage.events(name)
    assert ["of the new one"] == [each["message"] for each in unpacked(event)["logEvents"]]


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        (
            "arn:aws:sqs:us-east-1:123456789012:q",
            "PutSubscriptionFilter operation cannot work with destinationArn for vendor sqs",
        ),
        ("my-function", "destinationArn my-function is not a valid ARN."),
        ("arn:aws:lambda:us-east-1:123456789012:function", NOT_ALLOWED[1]),
    ],
)
def test_a_destination_that_logs_cannot_be_sent_to_is_refused(
    stage: Stage, destination: str, expected: str
):
    """Only functions, streams and other destinations of CloudWatch Logs can be subscribed."""
    group, _ = group_with_stream(stage)

    assert ("InvalidParameterException", expected) == refused(
        stage.logs.put_subscription_filter,
        logGroupName=group,
        filterName="f",
        filterPattern="",
        destinationArn=destination,
    )


def test_a_filter_shows_all_that_was_asked_for(stage: Stage):
    """Distribution and the log's form are kept; a prefix chooses among the filters."""
    group, source = group_with_stream(stage)
    name, function = stage.function()
    stage.permit(name, LOGS, source)
    for filter_name, distribution in (("a", "ByLogStream"), ("b", "Random")):
        stage.logs.put_subscription_filter(
            logGroupName=group,
            filterName=filter_name,
            filterPattern="",
            destinationArn=function,
            distribution=distribution,
        )

    described = stage.logs.describe_subscription_filters
    found = described(logGroupName=group, filterNamePrefix="b")["subscriptionFilters"]

    assert isinstance(found[0].pop("creationTime"), int)
    assert [
        {
            "filterName": "b",
            "logGroupName": group,
            "filterPattern": "",
            "destinationArn": function,
            "distribution": "Random",
            "applyOnTransformedLogs": False,
        }
    ] == found
    assert 2 == len(described(logGroupName=group)["subscriptionFilters"])


@pytest.mark.parametrize("group", ["there", "absent"])
def test_a_function_of_another_account_is_refused_first(stage: Stage, group: str):
    """AccessDeniedException, whether there is the log group or not."""
    name = group_with_stream(stage)[0] if group == "there" else "absent"

    assert (
        "AccessDeniedException",
        "Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies "
        "to create cross account lambda triggers.",
    ) == refused(
        stage.logs.put_subscription_filter,
        logGroupName=name,
        filterName="f",
        filterPattern="",
        destinationArn="arn:aws:lambda:us-east-1:000000000000:function:f",
    )


def test_a_stream_as_destination_wants_a_role(stage: Stage):
    """InvalidParameterException, before the stream is looked for."""
    group, _ = group_with_stream(stage)

    assert (
        "InvalidParameterException",
        "destinationArn for vendor kinesis cannot be used without roleArn",
    ) == refused(
        stage.logs.put_subscription_filter,
        logGroupName=group,
        filterName="f",
        filterPattern="",
        destinationArn=f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/s",
    )
