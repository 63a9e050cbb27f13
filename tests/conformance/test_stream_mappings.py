"""Mappings of Kinesis and DynamoDB streams: order, retries, failure records, windows, shards."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.roles import statement
from tests.conformance.sources import Sources, sources_in
from tests.waiting import until

REPORT = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
ALL_FAIL = "    raise ValueError('poison')\n"
POISON = (
    "    import base64\n"
    "    if any(base64.b64decode(r['kinesis']['data']) == b'\"poison\"'"
    " for r in event['Records']):\n"
    "        raise ValueError('poison')\n"
)
REPORTS_POISON = (
    "    import base64\n"
    "    return {'batchItemFailures': [{'itemIdentifier': r['kinesis']['sequenceNumber']}"
    " for r in event['Records'] if base64.b64decode(r['kinesis']['data']) == b'\"poison\"']}\n"
)
COUNTS = "    return {'state': {'count': event['state'].get('count', 0) + len(event['Records'])}}\n"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z"


@pytest.fixture
def lab(account_with: Callable[..., Any]) -> Sources:
    """An account in which a minute lasts a tenth of a second."""
    return sources_in(account_with)


def data(event: Mapping[str, Any]) -> list[Any]:
    """Return the data of a Kinesis event."""
    return [json.loads(base64.b64decode(r["kinesis"]["data"])) for r in event["Records"]]


def test_the_record_of_kinesis_is_that_of_the_documentation(lab: Sources):
    """Data in base64, id of shard and number, and the role that read it."""
    arn, name = lab.stream(), lab.deploy()
    lab.map(name, arn)
    (number,) = lab.put(arn, {"n": 1}, key="user-1")

    (record,) = lab.seen(name)[0]["Records"]
    arrived = record["kinesis"].pop("approximateArrivalTimestamp")
    assert abs(datetime.now(UTC).timestamp() - arrived) < 60
    assert {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "user-1",
            "sequenceNumber": number,
            "data": base64.b64encode(b'{"n": 1}').decode(),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"shardId-000000000000:{number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": lab.role_arn,
        "awsRegion": "us-east-1",
        "eventSourceARN": arn,
    } == record
    assert 56 == len(number)


@pytest.mark.parametrize(
    ("view", "images"),
    [
        ("KEYS_ONLY", set()),
        ("NEW_IMAGE", {"NewImage"}),
        ("OLD_IMAGE", {"OldImage"}),
        ("NEW_AND_OLD_IMAGES", {"NewImage", "OldImage"}),
    ],
)
def test_the_records_of_dynamodb_are_those_of_the_documentation(
    lab: Sources, view: str, images: set[str]
):
    """INSERT, MODIFY and REMOVE in order, with the images of the stream's view."""
    (table, arn), name = lab.table(view), lab.deploy()
    lab.map(name, arn)
    lab.item(table, "a", n={"N": "1"}, tags={"SS": ["x"]}, deep={"M": {"l": {"L": [{"S": "y"}]}}})
    lab.item(table, "a", n={"N": "1"}, tags={"SS": ["x"]}, deep={"M": {"l": {"L": [{"S": "y"}]}}})
    lab.dynamodb.update_item(
        TableName=table,
        Key={"id": {"S": "a"}},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "2"}},
    )
    lab.dynamodb.delete_item(TableName=table, Key={"id": {"S": "a"}})

    def all_records() -> list[dict[str, Any]]:
        found = [r for event in lab.events(name) for r in event["Records"]]
        return found if len(found) >= 3 else []

    insert, modify, remove = until(all_records)
    assert ["INSERT", "MODIFY", "REMOVE"] == [r["eventName"] for r in (insert, modify, remove)]
    for record in (insert, modify, remove):
        assert {
            "eventID",
            "eventName",
            "eventVersion",
            "eventSource",
            "awsRegion",
            "dynamodb",
            "eventSourceARN",
        } == {*record}
        assert ("1.1", "aws:dynamodb", arn) == (
            record["eventVersion"],
            record["eventSource"],
            record["eventSourceARN"],
        )
        assert {"id": {"S": "a"}} == record["dynamodb"]["Keys"]
        assert view == record["dynamodb"]["StreamViewType"]
        assert isinstance(record["dynamodb"]["ApproximateCreationDateTime"], float)
    assert images == {"NewImage", "OldImage"} & {*modify["dynamodb"]}
    if images == {"NewImage", "OldImage"}:
        assert [{"N": "1"}, {"N": "2"}] == [
            modify["dynamodb"][image]["n"] for image in ("OldImage", "NewImage")
        ]
        assert "NewImage" not in remove["dynamodb"]
        assert {"M": {"l": {"L": [{"S": "y"}]}}} == insert["dynamodb"]["NewImage"]["deep"]


def test_get_records_tells_everyone_else_the_same(lab: Sources):
    """A mapping takes nothing away from a table's stream; binary values are bytes there."""
    (table, arn), name = lab.table(), lab.deploy()
    mapping = lab.map(name, arn)
    lab.item(table, "a", raw={"B": b"\x00\xff"}, all={"L": [{"M": {"raw": {"BS": [b"\xff"]}}}]})
    lab.item(table, "b")
    lab.told(mapping, "succeeded", 2)

    streams = lab.account.client("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found = streams.get_records(ShardIterator=iterator)["Records"]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in found]
    assert 2 == len({*numbers}) == len(numbers)
    image = found[0]["dynamodb"]["NewImage"]
    assert (b"\x00\xff", b"\xff") == (image["raw"]["B"], image["all"]["L"][0]["M"]["raw"]["BS"][0])
    label = arn.rpartition("/")[2]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?", label)


def test_a_cancelled_transaction_leaves_no_record(lab: Sources):
    """Only writes that happened are in the stream."""
    (table, arn), name = lab.table(), lab.deploy()
    lab.map(name, arn)
    put = {"TableName": table, "Item": {"id": {"S": "ghost"}}}
    never = {
        "TableName": table,
        "Key": {"id": {"S": "x"}},
        "ConditionExpression": "attribute_exists(id)",
    }
    with pytest.raises(ClientError):
        lab.dynamodb.transact_write_items(TransactItems=[{"Put": put}, {"ConditionCheck": never}])
    lab.item(table, "real")

    (record,) = lab.seen(name)[0]["Records"]
    assert {"id": {"S": "real"}} == record["dynamodb"]["Keys"]


def test_trim_horizon_begins_with_the_oldest_record_and_latest_with_the_next(lab: Sources):
    """StartingPosition decides what of the past is read."""
    arn, old, new = lab.stream(), lab.deploy(), lab.deploy()
    lab.put(arn, "before")
    lab.map(old, arn, StartingPosition="TRIM_HORIZON")
    lab.map(new, arn, StartingPosition="LATEST")
    lab.put(arn, "after")

    assert ["after"] == data(lab.seen(new)[0])
    until(lambda: ["before", "after"] == [d for event in lab.events(old) for d in data(event)])


def test_at_timestamp_begins_with_what_arrived_then(lab: Sources):
    """Kinesis only: records before the moment are passed over."""
    arn, name = lab.stream(), lab.deploy()
    lab.put(arn, "before")
    moment = datetime.now(UTC)
    lab.put(arn, "after")
    lab.map(name, arn, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=moment)

    assert ["after"] == data(lab.seen(name)[0])


def test_records_of_a_shard_are_processed_in_order_one_batch_at_a_time(lab: Sources):
    """BatchSize bounds a batch; no second one runs beside it."""
    arn, name = lab.stream(), lab.deploy()
    lab.put(arn, *range(25))
    mapping = lab.map(name, arn, BatchSize=10)

    lab.told(mapping, "succeeded", 25)
    assert [[*range(10)], [*range(10, 20)], [*range(20, 25)]] == [*map(data, lab.events(name))]
    assert 1 == len(lab.account.records(name, "environment.created"))


def test_shards_are_processed_beside_each_other(lab: Sources):
    """Each shard has a batch of its own in flight."""
    arn = lab.stream(shards=2)
    name = lab.deploy("    import time\n    time.sleep(1)\n")
    for key in ("a", "b", "c", "d", "e"):
        lab.put(arn, key, key=key)
    mapping = lab.map(name, arn)

    lab.told(mapping, "succeeded", 5)
    assert 2 == len(lab.account.records(name, "environment.created"))


def test_parallelization_keeps_the_order_of_each_key(lab: Sources):
    """ParallelizationFactor gives a shard several batches, one key never two."""
    arn = lab.stream()
    name = lab.deploy("    import time\n    time.sleep(0.2)\n")
    for number in range(6):
        for key in ("a", "b", "c", "d"):
            lab.put(arn, f"{key}{number}", key=key)
    mapping = lab.map(name, arn, ParallelizationFactor=4, BatchSize=2)

    lab.told(mapping, "succeeded", 24)
    assert len(lab.account.records(name, "environment.created")) > 1
    for key in "abcd":
        mine = [d for event in lab.events(name) for d in data(event) if d[0] == key]
        assert [f"{key}{number}" for number in range(6)] == mine


def test_a_failing_batch_blocks_its_shard_until_it_succeeds(lab: Sources):
    """By default it is retried without end, with a back-off, and nothing overtakes it."""
    arn = lab.stream()
    name = lab.deploy(POISON)
    lab.put(arn, "poison", "behind")
    mapping = lab.map(name, arn, BatchSize=1)
    lab.told(mapping, "retried", 3)
    found = lab.functions.get_event_source_mapping(UUID=mapping)
    assert "PROBLEM: Function call failed" == found["LastProcessingResult"]
    assert all(["poison"] == data(event) for event in lab.events(name))
    lab.account.change(name, source="def handler(event, context):\n    return None\n")

    lab.told(mapping, "succeeded", 2)
    assert "OK" == lab.functions.get_event_source_mapping(UUID=mapping)["LastProcessingResult"]


def test_maximum_retry_attempts_gives_a_batch_up(lab: Sources):
    """Two retries are three invocations; then the shard goes on, and a record is sent."""
    arn, (url, queue_arn) = lab.stream(), lab.queue()
    name = lab.deploy(POISON)
    numbers = lab.put(arn, "poison", "also", "behind")
    mapping = lab.map(
        name,
        arn,
        BatchSize=2,
        MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )

    lab.told(mapping, "succeeded", 1)
    assert [["poison", "also"]] * 3 + [["behind"]] == [*map(data, lab.events(name))]
    (message,) = lab.messages(url)
    document = json.loads(message["Body"])
    assert ["requestContext", "responseContext", "version", "timestamp", "KinesisBatchInfo"] == [
        *document
    ]
    context = document["requestContext"]
    assert re.fullmatch(r"[0-9a-f-]{36}", context.pop("requestId"))
    assert {
        "functionArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}",
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 3,
    } == context
    assert {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    } == document["responseContext"]
    info = document["KinesisBatchInfo"]
    for end in ("First", "Last"):
        assert re.fullmatch(MOMENT, info.pop(f"approximateArrivalOf{end}Record"))
    assert {
        "shardId": "shardId-000000000000",
        "startSequenceNumber": numbers[0],
        "endSequenceNumber": numbers[1],
        "batchSize": 2,
        "streamArn": arn,
    } == info
    assert re.fullmatch(MOMENT, document["timestamp"])


def test_the_failure_record_of_a_table_names_its_stream(lab: Sources):
    """DDBStreamBatchInfo stands where Kinesis has its own."""
    (table, arn), (url, queue_arn) = lab.table(), lab.queue()
    name = lab.deploy(ALL_FAIL)
    lab.map(
        name,
        arn,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    lab.item(table, "a")

    document = json.loads(lab.messages(url)[0]["Body"])
    assert arn == document["DDBStreamBatchInfo"]["streamArn"]
    assert 1 == document["DDBStreamBatchInfo"]["batchSize"]
    assert 1 == document["requestContext"]["approximateInvokeCount"]


def test_a_topic_and_a_bucket_may_be_failure_destinations(lab: Sources):
    """The bucket's object has the whole event as its payload."""
    sns, s3 = lab.account.client("sns"), lab.account.client("s3")
    topic = sns.create_topic(Name=f"n-{secrets.token_hex(4)}")["TopicArn"]
    url, queue_arn = lab.queue()
    sender = {"Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    lab.sqs.set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": statement(**sender, Resource=queue_arn)}
    )
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    bucket = f"b-{secrets.token_hex(4)}"
    s3.create_bucket(Bucket=bucket)
    name = lab.deploy(ALL_FAIL)
    mapping = ""
    for destination in (topic, f"arn:aws:s3:::{bucket}"):
        arn = lab.stream()
        lab.put(arn, "lost")
        on_failure = {"OnFailure": {"Destination": destination}}
        mapping = lab.map(name, arn, MaximumRetryAttempts=0, DestinationConfig=on_failure)
        (sent,) = lab.told(mapping, "sent_on")
        assert (True, "") == (sent["delivered"], sent["reason"])

    notification = json.loads(lab.messages(url)[0]["Body"])
    assert "KinesisBatchInfo" in json.loads(notification["Message"])
    (key,) = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert re.fullmatch(
        rf"aws/lambda/{mapping}/shardId-000000000000/\d{{4}}/\d\d/\d\d/"
        r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}",
        key,
    )
    document = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    assert ["lost"] == data(json.loads(document["payload"]))


def test_a_destination_that_the_role_may_not_use_gets_nothing(lab: Sources):
    """The records are dropped, and the reason is recorded."""
    arn, (_, queue_arn) = lab.stream(), lab.queue()
    role_arn = lab.role("kinesis:*", "sqs:SendMessage")
    name = lab.deploy(ALL_FAIL, Role=role_arn)
    mapping = lab.map(
        name,
        arn,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )
    lab.allow(role_arn.rsplit("/", 1)[1], "kinesis:*")
    lab.put(arn, "lost")

    (sent,) = lab.told(mapping, "sent_on")
    assert not sent["delivered"]
    assert "is not authorized to perform: sqs:sendmessage" in sent["reason"]


def test_bisecting_finds_the_poison_and_uses_up_no_retry(lab: Sources):
    """Only the poison is given up; every other record is processed, in order."""
    arn = lab.stream()
    name = lab.deploy(POISON)
    lab.put(arn, 0, 1, "poison", 3)
    mapping = lab.map(name, arn, BisectBatchOnFunctionError=True, MaximumRetryAttempts=0)

    lab.told(mapping, "succeeded", 3)
    assert [
        [0, 1, "poison", 3],
        [0, 1],
        ["poison", 3],
        ["poison"],
        [3],
    ] == [*map(data, lab.events(name))]
    assert [1] == [r["count"] for r in lab.batches(mapping, "dropped")]
    assert [(4, 2), (2, 1)] == [(r["count"], r["first"]) for r in lab.batches(mapping, "split")]


def test_a_reported_failure_is_the_checkpoint(lab: Sources):
    """What comes before the lowest reported number is done; the rest has all its retries.

    The failure record counts the rest's own invocations, and has no function error.
    """
    arn, (url, queue_arn) = lab.stream(), lab.queue()
    name = lab.deploy(REPORTS_POISON)
    lab.put(arn, 0, 1, "poison", 3)
    on_failure = {"OnFailure": {"Destination": queue_arn}}
    mapping = lab.map(name, arn, MaximumRetryAttempts=1, DestinationConfig=on_failure, **REPORT)

    lab.told(mapping, "dropped", 2)
    assert [[0, 1, "poison", 3], *[["poison", 3]] * 2] == [*map(data, lab.events(name))]
    assert 2 == sum(r["count"] for r in lab.batches(mapping, "succeeded"))
    document = json.loads(lab.messages(url)[0]["Body"])
    assert 2 == document["requestContext"]["approximateInvokeCount"]
    assert {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": None,
    } == document["responseContext"]


@pytest.mark.parametrize(
    ("answer", "succeeds"),
    [
        ("None", True),
        ("{'batchItemFailures': []}", True),
        ("{'batchItemFailures': [{'itemIdentifier': ''}]}", False),
        ("{'batchItemFailures': [{'itemIdentifier': None}]}", False),
        ("{'batchItemFailures': [{'foo': '1'}]}", False),
        ("{'batchItemFailures': [{'itemIdentifier': '1'}]}", False),
    ],
)
def test_what_a_report_of_failures_means(lab: Sources, answer: str, succeeds: bool):
    """Empty is success; an identifier that is empty or of no record fails the whole batch."""
    arn, name = lab.stream(), lab.deploy(f"    return {answer}\n")
    lab.put(arn, 0, 1)
    mapping = lab.map(name, arn, MaximumRetryAttempts=0, **REPORT)

    lab.told(mapping, "succeeded" if succeeds else "dropped", 2)


def test_records_that_are_too_old_are_given_up(lab: Sources):
    """MaximumRecordAgeInSeconds drops them from the front of what waits."""
    arn, (url, queue_arn) = lab.stream(), lab.queue()
    name = lab.deploy(ALL_FAIL)
    lab.put(arn, "old")
    mapping = lab.map(
        name,
        arn,
        MaximumRecordAgeInSeconds=600,
        DestinationConfig={"OnFailure": {"Destination": queue_arn}},
    )

    (dropped,) = lab.told(mapping, "dropped")
    assert "RecordAgeExceeded" == dropped["reason"]
    document = json.loads(lab.messages(url)[0]["Body"])
    context = document["requestContext"]
    assert ("RecordAgeExceeded", 1) == (context["condition"], context["approximateInvokeCount"])
    assert ["requestContext", "version", "timestamp", "KinesisBatchInfo"] == [*document]


def test_a_batching_window_gathers_records(lab: Sources):
    """What comes within the window goes together."""
    arn, name = lab.stream(), lab.deploy()
    with lab.at_pace(10):
        lab.map(name, arn, BatchSize=3, MaximumBatchingWindowInSeconds=300)
    lab.put(arn, 0)
    lab.put(arn, 1)
    lab.put(arn, 2)

    assert [0, 1, 2] == data(lab.seen(name)[0])


def test_throttles_do_not_count_as_retries(lab: Sources):
    """A function without concurrency delays its shard, and loses nothing."""
    arn, name = lab.stream(), lab.deploy()
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    lab.put(arn, "kept")
    mapping = lab.map(name, arn, MaximumRetryAttempts=0)
    found = lab.told(mapping, "retried", 3)
    assert {(False, "TooManyRequestsException")} == {(r["counts"], r["reason"]) for r in found}
    lab.functions.delete_function_concurrency(FunctionName=name)

    assert ["kept"] == data(lab.seen(name)[0])


def test_filters_pass_over_records_of_kinesis(lab: Sources):
    """Data in JSON is compared by its members; the shard goes on past the others."""
    arn, name = lab.stream(), lab.deploy()
    pattern = {"partitionKey": ["k"], "data": {"temperature": [{"numeric": [">", 30]}]}}
    criteria = {"Filters": [{"Pattern": json.dumps(pattern)}]}
    mapping = lab.map(name, arn, FilterCriteria=criteria)
    lab.put(arn, {"temperature": 20}, "text", {"temperature": 31})
    lab.put(arn, {"temperature": 40}, key="other")

    until(lambda: sum(r["count"] for r in lab.batches(mapping, "polled")) == 4)
    until(lambda: lab.events(name))
    assert [{"temperature": 31}] == [d for event in lab.events(name) for d in data(event)]
    assert 3 == sum(r["filtered_out"] for r in lab.batches(mapping, "polled"))


def test_filters_pass_over_records_of_a_table(lab: Sources):
    """Images are DynamoDB JSON, in the pattern too."""
    (table, arn), name = lab.table(), lab.deploy()
    pattern = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["order"]}}}}
    lab.map(name, arn, FilterCriteria={"Filters": [{"Pattern": json.dumps(pattern)}]})
    lab.item(table, "a", kind={"S": "note"})
    lab.item(table, "b", kind={"S": "order"})

    (record,) = lab.seen(name)[0]["Records"]
    assert {"id": {"S": "b"}} == record["dynamodb"]["Keys"]


def test_a_tumbling_window_carries_its_state_and_ends_with_a_last_invocation(lab: Sources):
    """State goes from invocation to invocation; the last one has it, and no records."""
    arn, name = lab.stream(), lab.deploy(COUNTS)
    mapping = lab.map(name, arn, TumblingWindowInSeconds=900, BatchSize=2)
    lab.put(arn, *range(5))

    def ended() -> list[dict[str, Any]]:
        found = lab.events(name)
        counted = sum(len(event["Records"]) for event in found)
        return found if counted == 5 and found[-1]["isFinalInvokeForWindow"] else []

    events = until(ended)
    first, last = events[0], events[-1]
    assert {
        "Records",
        "window",
        "state",
        "shardId",
        "eventSourceARN",
        "isFinalInvokeForWindow",
        "isWindowTerminatedEarly",
    } == {*first}
    assert ({}, False, False) == (
        first["state"],
        first["isFinalInvokeForWindow"],
        first["isWindowTerminatedEarly"],
    )
    assert ("shardId-000000000000", arn) == (first["shardId"], first["eventSourceARN"])
    assert re.fullmatch(MOMENT, first["window"]["start"])
    ends = [event for event in events if event["isFinalInvokeForWindow"]]
    assert 5 == sum(event["state"]["count"] for event in ends)
    assert ([], False) == (last["Records"], last["isWindowTerminatedEarly"])
    assert [] == lab.batches(mapping, "retried")


def test_a_window_without_a_returned_state_fails(lab: Sources):
    """The response must contain state; else the batch is retried."""
    arn, name = lab.stream(), lab.deploy("    return {'count': 1}\n")
    lab.put(arn, 0)
    mapping = lab.map(name, arn, TumblingWindowInSeconds=900, MaximumRetryAttempts=1)

    lab.told(mapping, "dropped")
    assert {"MissingState"} == {r["reason"] for r in lab.batches(mapping, "retried")}


def test_a_state_of_more_than_a_megabyte_ends_its_window_early(lab: Sources):
    """The last invocation says so."""
    arn = lab.stream()
    source = "def handler(event, context):\n    print(event['isFinalInvokeForWindow'],"
    source += " event['isWindowTerminatedEarly'])\n    return {'state': 'x' * 1_100_000}\n"
    name = lab.account.deploy(source, Role=lab.role_arn)
    lab.put(arn, 0)
    lab.map(name, arn, TumblingWindowInSeconds=900)

    until(lambda: "True True\n" in _lines(lab, name))


def _lines(lab: Sources, name: str) -> list[str]:
    try:
        return [line for lines in lab.account.streams(name).values() for line in lines]
    except ClientError:
        return []


def test_children_of_a_split_shard_are_read_after_it(lab: Sources):
    """Order survives resharding: the parent's records come first."""
    arn = lab.stream()
    name = lab.deploy(
        "    import base64, time\n"
        "    if any(base64.b64decode(r['kinesis']['data']) == b'0' for r in event['Records']):\n"
        "        time.sleep(0.3)\n"
    )
    mapping = lab.map(name, arn, BatchSize=1)
    lab.put(arn, *range(3))
    lab.kinesis.split_shard(
        StreamARN=arn, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127)
    )
    lab.put(arn, *range(3, 6))

    lab.told(mapping, "succeeded", 6)
    assert [*range(6)] == [d for event in lab.events(name) for d in data(event)]
    shards = {r["shard"] for r in lab.batches(mapping, "succeeded")}
    assert "shardId-000000000000" in shards
    assert 2 == len(shards)


def test_the_child_of_merged_shards_is_read_after_both(lab: Sources):
    """Nothing is read twice, nothing is lost."""
    arn, name = lab.stream(shards=2), lab.deploy()
    mapping = lab.map(name, arn)
    for key in "abcdef":
        lab.put(arn, key, key=key)
    lab.kinesis.merge_shards(
        StreamARN=arn,
        ShardToMerge="shardId-000000000000",
        AdjacentShardToMerge="shardId-000000000001",
    )
    lab.put(arn, "z", key="z")

    lab.told(mapping, "succeeded", 7)
    seen = [d for event in lab.events(name) for d in data(event)]
    assert [*"abcdefz"] == sorted(seen)
    assert "z" == seen[-1]


def test_a_disabled_mapping_goes_on_where_it_stopped(lab: Sources):
    """Its checkpoint outlives the time in which nothing is polled."""
    arn, name = lab.stream(), lab.deploy()
    mapping = lab.map(name, arn, StartingPosition="LATEST")
    lab.put(arn, 0)
    lab.told(mapping, "succeeded", 1)
    lab.change(mapping, Enabled=False)
    lab.put(arn, 1, 2)
    lab.change(mapping, Enabled=True)

    lab.told(mapping, "succeeded", 3)
    assert [0, 1, 2] == [d for event in lab.events(name) for d in data(event)]


def test_a_failing_batch_survives_an_update(lab: Sources):
    """What was being retried is still there when the mapping is enabled again."""
    arn, name = lab.stream(), lab.deploy(POISON)
    lab.put(arn, "poison", 1)
    mapping = lab.map(name, arn, BatchSize=1)
    lab.told(mapping, "retried", 1)
    lab.change(mapping, MaximumRetryAttempts=0, ParallelizationFactor=2)

    lab.told(mapping, "dropped", 1)
    lab.told(mapping, "succeeded", 1)


def test_a_stream_deleted_under_its_mapping_is_a_problem(lab: Sources):
    """LastProcessingResult names the stream."""
    arn, name = lab.stream(), lab.deploy()
    mapping = lab.map(name, arn)
    lab.kinesis.delete_stream(StreamARN=arn)

    until(
        lambda: (
            lab.functions.get_event_source_mapping(UUID=mapping)["LastProcessingResult"]
            == f"PROBLEM: Stream not found: {arn}"
        )
    )


def test_a_table_deleted_under_its_mapping_is_a_problem(lab: Sources):
    """A table of the same name has another stream."""
    (table, arn), name = lab.table(), lab.deploy()
    mapping = lab.map(name, arn)
    lab.dynamodb.delete_table(TableName=table)

    until(
        lambda: (
            lab.functions.get_event_source_mapping(UUID=mapping)["LastProcessingResult"]
            == f"PROBLEM: Stream not found: {arn}"
        )
    )


def test_a_consumer_with_a_throughput_of_its_own_may_be_mapped(lab: Sources):
    """Its ARN is the event's source; without the consumer there is no stream."""
    arn, name = lab.stream(), lab.deploy()
    made = lab.kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]
    lab.map(name, made["ConsumerARN"])
    lab.put(arn, 1)

    (record,) = lab.seen(name)[0]["Records"]
    assert made["ConsumerARN"] == record["eventSourceARN"]
    with pytest.raises(ClientError, match="Stream not found"):
        lab.map(name, f"{arn}/consumer/none")


def test_the_age_of_the_last_record_is_recorded(lab: Sources):
    """IteratorAge is what a metric later shows."""
    arn, name = lab.stream(), lab.deploy()
    lab.put(arn, 0)
    mapping = lab.map(name, arn)

    (invoked, *_) = lab.told(mapping, "invoked")
    assert 0 < invoked["iterator_age_ms"] < 60_000
    assert "shardId-000000000000" == invoked["shard"]
