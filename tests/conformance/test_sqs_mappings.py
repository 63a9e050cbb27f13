"""Mappings of SQS queues: batches, windows, failures, filters, order, concurrency, permissions."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.sources import Sources, bodies, sources_in
from tests.waiting import until

FAILS = "    raise ValueError('no such order')\n"
REPORT = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
NAMED = (
    "    return {'batchItemFailures': [{'itemIdentifier': r['messageId']}"
    " for r in event['Records'] if r['body'] in ('bad', 'worse')]}\n"
)


@pytest.fixture
def lab(account_with: Callable[..., Any]) -> Sources:
    """An account in which a minute lasts a tenth of a second."""
    return sources_in(account_with)


def test_the_record_of_a_message_is_that_of_the_documentation(lab: Sources):
    """Ids, attributes, message attributes, hashes, source and Region are all there."""
    url, arn = lab.queue()
    name = lab.deploy()
    lab.map(name, arn)
    attributes = {
        "kind": {"DataType": "String", "StringValue": "order"},
        "amount": {"DataType": "Number", "StringValue": "3"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    (sent,) = lab.send(url, "hello", MessageAttributes=attributes)

    (event,) = lab.seen(name)
    (record,) = event["Records"]
    assert {
        "messageId",
        "receiptHandle",
        "body",
        "attributes",
        "messageAttributes",
        "md5OfMessageAttributes",
        "md5OfBody",
        "eventSource",
        "eventSourceARN",
        "awsRegion",
    } == {*record}
    assert sent == record["messageId"]
    assert hashlib.md5(b"hello").hexdigest() == record["md5OfBody"]
    assert ("aws:sqs", arn, "us-east-1") == (
        record["eventSource"],
        record["eventSourceARN"],
        record["awsRegion"],
    )
    assert {
        "ApproximateReceiveCount",
        "SentTimestamp",
        "SenderId",
        "ApproximateFirstReceiveTimestamp",
    } == {*record["attributes"]}
    assert all(isinstance(value, str) for value in record["attributes"].values())
    empty: dict[str, list[str]] = {"stringListValues": [], "binaryListValues": []}
    assert {
        "kind": {"stringValue": "order", "dataType": "String", **empty},
        "amount": {"stringValue": "3", "dataType": "Number", **empty},
        "raw": {
            "binaryValue": base64.b64encode(b"\x00\xff").decode(),
            "dataType": "Binary",
            **empty,
        },
    } == record["messageAttributes"]


def test_with_a_window_the_hash_of_attributes_is_always_there(lab: Sources):
    """It is null for a message without attributes; without a window it is left out."""
    for options, present in (({}, False), ({"MaximumBatchingWindowInSeconds": 1}, True)):
        (url, arn), name = lab.queue(), lab.deploy()
        lab.map(name, arn, **options)
        lab.send(url, "hello")

        (record,) = lab.seen(name)[0]["Records"]
        assert present == ("md5OfMessageAttributes" in record)
        assert record.get("md5OfMessageAttributes") is None


def test_success_deletes_the_messages(lab: Sources):
    """What the function has processed is gone from the queue."""
    url, arn = lab.queue()
    mapping = lab.map(lab.deploy(), arn)
    lab.send(url, "a", "b", "c")

    lab.told(mapping, "deleted", 3)
    assert 0 == lab.left(url)


def test_messages_that_waited_before_the_mapping_are_processed_in_batches(lab: Sources):
    """BatchSize bounds a batch; the default is ten."""
    url, arn = lab.queue()
    name = lab.deploy()
    lab.send(url, *(str(number) for number in range(25)))
    lab.map(name, arn)

    seen = lab.seen(name, 3)
    assert [5, 10, 10] == sorted(len(event["Records"]) for event in seen)
    assert {str(number) for number in range(25)} == {b for event in seen for b in bodies(event)}


def test_a_function_error_returns_the_whole_batch_after_the_visibility_timeout(lab: Sources):
    """Its messages reappear with a higher ApproximateReceiveCount, and the redrive policy ends it.

    The queue's own dead-letter queue gets them after maxReceiveCount, not the function's.
    """
    dead_url, dead_arn = lab.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    url, arn = lab.queue(VisibilityTimeout="3", RedrivePolicy=redrive)
    name = lab.deploy(FAILS, Timeout=1)
    mapping = lab.map(name, arn)
    lab.sqs.send_message_batch(
        QueueUrl=url, Entries=[{"Id": body, "MessageBody": body} for body in "ab"]
    )

    until(lambda: lab.left(dead_url) == 2)
    assert {"a", "b"} == {message["Body"] for message in lab.messages(dead_url)}
    counts = [
        record["attributes"]["ApproximateReceiveCount"]
        for event in lab.events(name)
        for record in event["Records"]
        if record["body"] == "a"
    ]
    assert ["1", "2"] == counts
    assert {"ValueError"} == {r["reason"] for r in lab.batches(mapping, "returned")}
    assert [] == lab.batches(mapping, "deleted")


def test_reported_failures_return_and_the_others_are_deleted(lab: Sources):
    """With ReportBatchItemFailures only the listed messages reappear."""
    url, arn = lab.queue(VisibilityTimeout="3")  # so that a slow machine has deleted by then
    name = lab.deploy(NAMED, Timeout=3)
    lab.send(url, "good", "bad", "fine")
    mapping = lab.map(name, arn, **REPORT)

    until(lambda: len([e for e in lab.events(name) if bodies(e) == ["bad"]]) >= 1)
    assert 2 == sum(r["count"] for r in lab.batches(mapping, "deleted"))
    assert {"bad"} == {body for event in lab.events(name)[1:] for body in bodies(event)}


@pytest.mark.parametrize(
    ("answer", "deleted"),
    [
        ("None", 2),
        ("{}", 2),
        ("''", 2),
        ("{'batchItemFailures': []}", 2),
        ("{'batchItemFailures': None}", 2),
        ("{'statusCode': 200}", 2),
        ("{'batchItemFailures': [{'itemIdentifier': ''}]}", 0),
        ("{'batchItemFailures': [{'itemIdentifier': None}]}", 0),
        ("{'batchItemFailures': [{'id': event['Records'][0]['messageId']}]}", 0),
        ("{'batchItemFailures': [{'itemIdentifier': 'unknown'}]}", 0),
        ("{'batchItemFailures': ['x']}", 0),
        ("{'batchItemFailures': 'x'}", 0),
        ("'done'", 0),
        ("{'batchItemFailures': [{'itemIdentifier': event['Records'][0]['messageId']}]}", 1),
    ],
)
def test_what_a_report_of_failures_means(lab: Sources, answer: str, deleted: int):
    """Empty is success; an empty, missing, unknown or malformed identifier fails the batch."""
    url, arn = lab.queue()
    name = lab.deploy(f"    return {answer}\n")
    lab.send(url, "a", "b")
    mapping = lab.map(name, arn, **REPORT)

    lab.told(mapping, "deleted" if deleted else "returned", deleted or 2)
    assert deleted == sum(r["count"] for r in lab.batches(mapping, "deleted"))
    assert 2 - deleted == lab.left(url)


def test_without_the_setting_a_report_of_failures_is_not_read(lab: Sources):
    """The handler returned, so the batch succeeded."""
    url, arn = lab.queue()
    mapping = lab.map(lab.deploy(NAMED), arn)
    lab.send(url, "bad")

    lab.told(mapping, "deleted", 1)
    assert 0 == lab.left(url)


def test_a_window_gathers_what_comes_within_it(lab: Sources):
    """MaximumBatchingWindowInSeconds lets messages wait for more; it allows more than ten."""
    url, arn = lab.queue()
    name = lab.deploy()
    with lab.at_pace(10):
        lab.map(name, arn, BatchSize=30, MaximumBatchingWindowInSeconds=300)
    for first in (0, 10, 20):
        entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(first, first + 10)]
        lab.sqs.send_message_batch(QueueUrl=url, Entries=entries)

    seen = lab.seen(name)
    assert 30 == len(seen[0]["Records"])


def test_a_window_that_has_passed_sends_what_there_is(lab: Sources):
    """A batch that does not fill is sent all the same."""
    url, arn = lab.queue()
    name = lab.deploy()
    lab.map(name, arn, BatchSize=100, MaximumBatchingWindowInSeconds=60)
    lab.send(url, "a", "b")

    until(lambda: ["a", "b"] == sorted(b for event in lab.events(name) for b in bodies(event)))


def test_six_megabytes_are_a_batch(lab: Sources):
    """Messages that would make the event larger than 6 MB go into the next one."""
    url, arn = lab.queue()
    name = lab.deploy()
    text = "x" * 250_000
    for _ in range(30):
        lab.send(url, text)
    mapping = lab.map(name, arn, BatchSize=100, MaximumBatchingWindowInSeconds=300)

    lab.told(mapping, "deleted", 30)
    assert [5, 25] == sorted(r["count"] for r in lab.batches(mapping, "invoked"))


def test_messages_that_no_filter_takes_are_deleted(lab: Sources):
    """Any of the filters is enough; a body in JSON is compared by its members."""
    url, arn = lab.queue()
    name = lab.deploy()
    patterns = [
        {"body": {"kind": ["order"], "amount": [{"numeric": [">", 10]}]}},
        {"body": {"kind": ["refund"]}},
    ]
    criteria = {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]}
    mapping = lab.map(name, arn, FilterCriteria=criteria)
    wanted = [json.dumps({"kind": "order", "amount": 20}), json.dumps({"kind": "refund"})]
    lab.send(url, *wanted, json.dumps({"kind": "order", "amount": 5}), "plain text")

    lab.told(mapping, "deleted", 4)
    assert sorted(wanted) == sorted(b for event in lab.seen(name) for b in bodies(event))
    assert 2 == sum(r["filtered_out"] for r in lab.batches(mapping, "polled"))
    assert 2 == sum(
        r["count"] for r in lab.batches(mapping, "deleted") if r["reason"] == "filtered"
    )
    assert 0 == lab.left(url)


def test_a_filter_for_text_passes_over_json_and_the_other_way_round(lab: Sources):
    """A pattern that lists texts matches plain bodies only."""
    url, arn = lab.queue()
    name = lab.deploy()
    criteria = {"Filters": [{"Pattern": json.dumps({"body": ["go", "stop"]})}]}
    mapping = lab.map(name, arn, FilterCriteria=criteria)
    lab.send(url, "go", json.dumps({"go": True}), "gone")

    lab.told(mapping, "deleted", 3)
    assert [["go"]] == [bodies(event) for event in lab.seen(name)]


def test_json_that_nests_without_end_is_text_to_a_filter(lab: Sources):
    """Such a message is deleted as others that do not match, and holds nobody up."""
    url, arn = lab.queue()
    name = lab.deploy()
    criteria = {"Filters": [{"Pattern": json.dumps({"body": {"go": [True]}})}]}
    mapping = lab.map(name, arn, FilterCriteria=criteria)
    go = json.dumps({"go": True})
    lab.send(url, "[" * 40_000 + "]" * 40_000, '{"go":' * 40_000 + "true" + "}" * 40_000, go)

    lab.told(mapping, "deleted", 3)
    assert [[go]] == [bodies(event) for event in lab.seen(name)]


def test_fifo_order_is_kept_within_a_message_group(lab: Sources):
    """A group has one batch in flight; others go on beside it."""
    url, arn = lab.queue(fifo=True)
    name = lab.deploy("    import time\n    time.sleep(0.02)\n")
    mapping = lab.map(name, arn, BatchSize=2)
    for number in range(8):
        for group in "ab":
            lab.send(url, f"{group}{number}", MessageGroupId=group)

    lab.told(mapping, "deleted", 16)
    seen = [body for event in lab.events(name) for body in bodies(event)]
    for group in "ab":
        mine = [body for body in seen if body[0] == group]
        assert [f"{group}{number}" for number in range(8)] == mine
    (record, *_) = lab.events(name)[0]["Records"]
    fifo = {"MessageGroupId", "MessageDeduplicationId", "SequenceNumber"}
    assert fifo <= {*record["attributes"]}


def test_a_failed_fifo_batch_holds_its_group_back(lab: Sources):
    """What comes behind a failure waits until the failed messages have come back."""
    url, arn = lab.queue(fifo=True, VisibilityTimeout="3")
    fails_once = (
        "    first = all(r['attributes']['ApproximateReceiveCount'] == '1'"
        " for r in event['Records'])\n"
        "    if first and any(r['body'] == 'bad' for r in event['Records']):\n"
        "        raise ValueError('not yet')\n"
    )
    name = lab.deploy(fails_once, Timeout=1)
    mapping = lab.map(name, arn, BatchSize=1)
    for body in ("bad", "next", "last"):
        lab.send(url, body, MessageGroupId="g")

    lab.told(mapping, "deleted", 3)
    assert [["bad"], ["bad"], ["next"], ["last"]] == [bodies(event) for event in lab.events(name)]


def test_maximum_concurrency_bounds_the_batches_in_flight(lab: Sources):
    """ScalingConfig.MaximumConcurrency 2 means two environments at most."""
    url, arn = lab.queue()
    name = lab.deploy("    import time\n    time.sleep(0.3)\n")
    lab.send(url, *(str(number) for number in range(10)))
    mapping = lab.map(name, arn, BatchSize=1, ScalingConfig={"MaximumConcurrency": 2})

    lab.told(mapping, "deleted", 10)
    records = lab.account.records(name, "environment.created")
    assert 2 == len(records)


def test_polling_begins_with_five_batches_at_once(lab: Sources):
    """Without a bound five batches are in flight at first."""
    url, arn = lab.queue()
    name = lab.deploy("    import time\n    time.sleep(1)\n")
    lab.send(url, *(str(number) for number in range(5)))
    mapping = lab.map(name, arn, BatchSize=1)

    lab.told(mapping, "deleted", 5)
    assert 5 == len(lab.account.records(name, "environment.created"))


def test_a_throttled_batch_is_tried_again_while_its_messages_are_invisible(lab: Sources):
    """Throttles are waited out with a back-off and cost no receive when they end in time."""
    url, arn = lab.queue()
    name = lab.deploy()
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    mapping = lab.map(name, arn)
    lab.send(url, "a")
    lab.told(mapping, "retried", 3)
    lab.functions.delete_function_concurrency(FunctionName=name)

    (event, *_) = lab.seen(name)
    assert "1" == event["Records"][0]["attributes"]["ApproximateReceiveCount"]
    assert {"TooManyRequestsException"} == {r["reason"] for r in lab.batches(mapping, "retried")}
    lab.told(mapping, "deleted", 1)


def test_a_batch_throttled_for_too_long_comes_back_to_the_queue(lab: Sources):
    """When the visibility timeout ends, so does the attempt."""
    url, arn = lab.queue(VisibilityTimeout="1")
    name = lab.deploy(Timeout=1)
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    mapping = lab.map(name, arn)
    lab.send(url, "a")
    lab.told(mapping, "returned", 1)
    lab.functions.delete_function_concurrency(FunctionName=name)

    (event, *_) = lab.seen(name)
    assert int(event["Records"][0]["attributes"]["ApproximateReceiveCount"]) > 1


def test_delayed_messages_arrive_when_their_delay_is_over(lab: Sources):
    """The poller wakes for them; nobody has to send another message."""
    url, arn = lab.queue()
    name = lab.deploy()
    mapping = lab.map(name, arn)
    lab.send(url, "later", DelaySeconds=1)

    (deleted,) = lab.told(mapping, "deleted")
    (record,) = lab.seen(name)[0]["Records"]
    assert deleted["time"] - int(record["attributes"]["SentTimestamp"]) / 1000 >= 1


def test_nothing_is_received_while_the_role_may_not(lab: Sources):
    """LastProcessingResult says so, and the mapping recovers with the permission."""
    url, arn = lab.queue()
    needed = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    role_arn = lab.role(*needed)
    role_name = role_arn.rsplit("/", 1)[1]
    name = lab.deploy(Role=role_arn)
    mapping = lab.map(name, arn)
    lab.allow(role_name, "sqs:GetQueueAttributes", "sqs:DeleteMessage")
    lab.send(url, "a")

    problem = until(
        lambda: lab.functions.get_event_source_mapping(UUID=mapping).get("LastProcessingResult")
    )
    assert (
        "PROBLEM: The provided execution role does not have permissions to call ReceiveMessage "
        "on SQS"
    ) == problem
    lab.allow(role_name, *needed)
    (event,) = lab.seen(name)
    assert "1" == event["Records"][0]["attributes"]["ApproximateReceiveCount"]


def test_a_queue_deleted_under_its_mapping_is_a_problem_until_it_is_there_again(lab: Sources):
    """The mapping stays, says what is wrong, and goes on with a queue of the same name."""
    url, arn = lab.queue()
    name = lab.deploy()
    mapping = lab.map(name, arn)
    lab.sqs.delete_queue(QueueUrl=url)
    until(
        lambda: (
            "does not exist"
            in lab.functions.get_event_source_mapping(UUID=mapping).get("LastProcessingResult", "")
        )
    )

    url = lab.sqs.create_queue(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"]
    lab.send(url, "again")
    assert ["again"] == bodies(lab.seen(name)[0])


def test_a_function_deleted_under_its_mapping_costs_no_receives(lab: Sources):
    """Its messages wait; a function of the same name gets them."""
    url, arn = lab.queue()
    name = lab.deploy()
    mapping = lab.map(name, arn)
    lab.functions.delete_function(FunctionName=name)
    lab.send(url, "a")
    until(
        lambda: (
            "Function not found"
            in lab.functions.get_event_source_mapping(UUID=mapping).get("LastProcessingResult", "")
        )
    )
    lab.deploy_again(name)

    (event, *_) = lab.seen(name)
    assert "1" == event["Records"][0]["attributes"]["ApproximateReceiveCount"]


def test_everyone_else_uses_the_queue_as_before(lab: Sources):
    """A disabled mapping takes nothing, so another consumer receives and deletes."""
    url, arn = lab.queue()
    name = lab.deploy()
    lab.map(name, arn, Enabled=False)
    lab.send(url, "mine")

    (message,) = lab.messages(url)
    assert "mine" == message["Body"]
    assert [] == lab.events(name)


def test_a_disabled_mapping_goes_on_when_it_is_enabled(lab: Sources):
    """Disabling stops polling; what was sent meanwhile waits in the queue."""
    url, arn = lab.queue()
    name = lab.deploy()
    mapping = lab.map(name, arn)
    assert "Disabled" == lab.change(mapping, Enabled=False)["State"]
    lab.send(url, "waits")
    assert 1 == lab.left(url)
    assert "Enabled" == lab.change(mapping, Enabled=True)["State"]

    assert ["waits"] == bodies(lab.seen(name)[0])


def test_an_alias_may_be_mapped_and_runs_its_version(lab: Sources):
    """The function's name may carry a qualifier, which the invocation then has."""
    url, arn = lab.queue()
    name = lab.deploy()
    version = lab.functions.publish_version(FunctionName=name)["Version"]
    lab.functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    mapping = lab.map(f"{name}:live", arn)
    lab.send(url, "a")

    lab.told(mapping, "deleted")
    (started,) = lab.account.records(name, "invocation.started")
    assert version == started["version"]
    found = lab.functions.get_event_source_mapping(UUID=mapping)
    assert found["FunctionArn"].endswith(f"function:{name}:live")


def test_a_loop_through_a_queue_is_stopped(lab: Sources):
    """boto3 sends the trace header on, SQS keeps it, and Lambda stops after sixteen runs."""
    url, arn = lab.queue(VisibilityTimeout="30")
    loop = (
        "    import boto3, os\n"
        "    boto3.client('sqs').send_message(QueueUrl=os.environ['QUEUE'], MessageBody='again')\n"
    )
    name = lab.deploy(loop, Environment={"Variables": {"QUEUE": url}}, Timeout=20)
    lab.map(name, arn)
    lab.send(url, "once")

    (stopped,) = until(lambda: lab.account.records(name, "recursion.stopped"))
    assert 16 == stopped["runs"]
    until(lambda: len(lab.account.records(name, "invocation.finished")) == 16)
    traces = [
        record["attributes"].get("AWSTraceHeader", "")
        for event in lab.seen(name, 16)
        for record in event["Records"]
    ]
    assert 16 == len(traces)
    assert "Lineage=" in traces[-1]


def test_no_message_is_lost_or_run_twice_among_many(lab: Sources):
    """500 messages through several batches at once: each is processed once."""
    url, arn = lab.queue()
    name = lab.deploy()
    mapping = lab.map(name, arn)
    for first in range(0, 500, 10):
        entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(first, first + 10)]
        lab.sqs.send_message_batch(QueueUrl=url, Entries=entries)

    lab.told(mapping, "deleted", 500)
    assert 500 == sum(r["count"] for r in lab.batches(mapping, "invoked"))
    assert 0 == lab.left(url)
