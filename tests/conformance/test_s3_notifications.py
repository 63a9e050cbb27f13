"""S3 event notifications: what is told, to whom, and which configurations S3 takes."""

from __future__ import annotations

import json
import re
import secrets
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote_plus

import boto3
import pytest
from botocore.config import Config

from tests.conformance.pushing import ACCOUNT, STAMP, Stage, error_of, refused
from tests.conformance.roles import statement
from tests.waiting import until

S3 = "s3.amazonaws.com"
ALL = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*", "s3:ObjectAcl:Put"]
UNABLE = "Unable to validate the following destination configurations"
LOOPS = (
    "import boto3\n\n\ndef handler(event, context):\n    record = event['Records'][0]['s3']\n"
    "    boto3.client('s3').put_object(Bucket=record['bucket']['name'], Key='again', Body=b'x')\n"
)


@pytest.fixture(scope="module")
def stage(cloud: Any) -> Stage:
    """The account that needs no settings of its own."""
    return Stage(cloud)


@pytest.fixture(scope="module")
def told_bucket(stage: Stage) -> tuple[str, str]:
    """A bucket whose every event goes to a queue; its name and the queue's URL."""
    return bucket_with_queue(stage)


def bucket_with_queue(stage: Stage, events: list[str] | None = None) -> tuple[str, str]:
    bucket, arn = stage.bucket()
    url, queue_arn = stage.queue((S3, arn))
    stage.notify(bucket, "Queue", {"Id": "all", "QueueArn": queue_arn, "Events": events or ALL})
    assert "s3:TestEvent" == json.loads(stage.messages(url)[0]["Body"])["Event"]
    return bucket, url


def bucket_with_function(stage: Stage, **rule: Any) -> tuple[str, str]:
    bucket, arn = stage.bucket()
    name, function = stage.function()
    stage.permit(name, S3, arn, SourceAccount=ACCOUNT)
    rule = {"Events": ["s3:ObjectCreated:*"]} | rule
    stage.notify(bucket, "LambdaFunction", {"LambdaFunctionArn": function, **rule})
    return bucket, name


def records(stage: Stage, url: str, count: int = 1) -> list[dict[str, Any]]:
    bodies = [json.loads(message["Body"]) for message in stage.messages(url, count)]
    return [body["Records"][0] for body in bodies]


def test_an_object_put_reaches_the_function_as_one_record(stage: Stage):
    """The record has every member of AWS's, with the ids of the answer to PutObject."""
    bucket, name = bucket_with_function(stage, Id="mine")

    answer = stage.s3.put_object(Bucket=bucket, Key="in box/a+b@ü.txt", Body=b"hello")
    (event,) = stage.events(name)

    (record,) = event["Records"]
    assert re.fullmatch(STAMP, record.pop("eventTime"))
    assert re.fullmatch(r"[0-9A-F]{18}", record["s3"]["object"].pop("sequencer"))
    assert re.fullmatch(r"AWS:\w+", record.pop("userIdentity")["principalId"])
    assert record["s3"]["bucket"].pop("ownerIdentity")["principalId"].startswith("A")
    assert {
        "eventVersion": "2.6",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventName": "ObjectCreated:Put",
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {
            "x-amz-request-id": answer["ResponseMetadata"]["RequestId"],
            "x-amz-id-2": answer["ResponseMetadata"]["HostId"],
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "mine",
            "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
            "object": {
                "key": "in+box/a%2Bb%40%C3%BC.txt",
                "size": 5,
                "eTag": answer["ETag"].strip('"'),
            },
        },
    } == record


def test_a_key_may_have_a_line_break(stage: Stage):
    """It is stored, told to the function in its encoded form, and read back."""
    bucket, name = bucket_with_function(stage)

    stage.s3.put_object(Bucket=bucket, Key="in/a\nb.jpg", Body=b"hello")
    (event,) = stage.events(name)

    assert "in/a%0Ab.jpg" == event["Records"][0]["s3"]["object"]["key"]
    assert b"hello" == stage.s3.get_object(Bucket=bucket, Key="in/a\nb.jpg")["Body"].read()


def test_the_record_names_the_source_that_pushed_it(stage: Stage):
    """event.pushed says for the request id which bucket sent the event."""
    bucket, name = bucket_with_function(stage)
    stage.s3.put_object(Bucket=bucket, Key="a")
    stage.events(name)

    (pushed,) = stage.account.records(name, "event.pushed")
    (queued,) = stage.account.records(name, "event.queued")

    assert f"arn:aws:s3:::{bucket}" == pushed["source"]
    assert queued["request_id"] == pushed["request_id"]


def test_the_writer_does_not_wait_for_the_function(stage: Stage):
    """PutObject answers while the function still sleeps, and the function fails alone."""
    bucket, arn = stage.bucket()
    slow = (
        "import time\n\n\ndef handler(event, context):\n    time.sleep(2)\n    raise ValueError\n"
    )
    name, function = stage.function(slow)
    stage.permit(name, S3, arn)
    rule = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
    stage.notify(bucket, "LambdaFunction", rule)

    stage.s3.put_object(Bucket=bucket, Key="a")

    assert [] == stage.account.records(name, "invocation.finished")
    until(lambda: stage.account.records(name, "invocation.finished"))


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("put_object Body=x Tagging=a=b ACL=private", ["ObjectCreated:Put size eTag sequencer"]),
        ("delete_object", ["ObjectRemoved:Delete sequencer"]),
        ("copy", ["ObjectCreated:Copy size eTag sequencer"]),
        ("multipart", ["ObjectCreated:CompleteMultipartUpload size eTag sequencer"]),
        ("tag", ["ObjectTagging:Put eTag"]),
        ("untag", ["ObjectTagging:Delete eTag"]),
        ("acl", ["ObjectAcl:Put eTag"]),
        ("post", ["ObjectCreated:Post size eTag sequencer"]),
        ("delete_absent", []),
        (
            "delete_two",
            ["ObjectCreated:Put size eTag sequencer", *["ObjectRemoved:Delete sequencer"] * 2],
        ),
    ],
)
def test_each_operation_tells_its_own_event_and_no_other(
    stage: Stage, told_bucket: tuple[str, str], act: str, told: list[str]
):
    """What is told of an object depends on the event: sizes of creations, no eTag of deletions."""
    bucket, url = told_bucket
    key = f"k-{secrets.token_hex(4)}"
    name, *options = act.split()
    if name not in ("put_object", "post", "multipart", "delete_absent"):
        stage.s3.put_object(Bucket=bucket, Key=key, Body=b"first")
        records(stage, url)
    parameters = dict(option.split("=", 1) for option in options)
    perform(stage, name, bucket, key, parameters)

    stage.s3.put_object(Bucket=bucket, Key="last")  # whatever was told came before it
    found = records(stage, url, len(told) + 1)

    shown = [
        " ".join([r["eventName"], *(m for m in r["s3"]["object"] if m != "key")]) for r in found
    ]
    assert sorted([*told, "ObjectCreated:Put size eTag sequencer"]) == sorted(shown)


def perform(stage: Stage, name: str, bucket: str, key: str, options: dict[str, str]) -> None:
    """Do one operation on an object."""
    s3, where = stage.s3, {"Bucket": bucket, "Key": key}
    if name == "copy":
        s3.copy_object(**where | {"Key": key + "2"}, CopySource=f"{bucket}/{key}")
    elif name == "multipart":
        upload = s3.create_multipart_upload(**where, Tagging="a=b")["UploadId"]
        part = s3.upload_part(**where, UploadId=upload, PartNumber=1, Body=b"x" * 6000)
        s3.complete_multipart_upload(
            **where,
            UploadId=upload,
            MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]},
        )
    elif name == "tag":
        s3.put_object_tagging(**where, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    elif name == "untag":
        s3.delete_object_tagging(**where)
    elif name == "acl":
        s3.put_object_acl(**where, ACL="public-read")
    elif name == "post":
        post(stage, bucket, key)
    elif name == "delete_absent":
        s3.delete_object(**where)
    elif name == "delete_two":
        s3.put_object(Bucket=bucket, Key=key + "3")
        objects = [{"Key": key}, {"Key": key + "3"}, {"Key": "absent"}]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
    else:
        getattr(s3, name)(**where, **options)


def post(stage: Stage, bucket: str, key: str) -> None:
    """Upload as a browser's form does."""
    form = stage.s3.generate_presigned_post(bucket, key)
    edge = "edge"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    ]
    parts.append(
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhello\r\n'
    )
    body = ("".join(parts) + f"--{edge}--\r\n").encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    with urllib.request.urlopen(urllib.request.Request(form["url"], body, kind)) as answer:
        assert answer.status < 300


def test_a_versioned_bucket_tells_of_markers_and_of_versions(stage: Stage):
    """A delete adds a marker; deleting a version, or the marker itself, is a Delete."""
    bucket, url = bucket_with_queue(stage, ["s3:ObjectRemoved:*"])
    stage.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = stage.s3.put_object(Bucket=bucket, Key="a", Body=b"1")["VersionId"]
    marker = stage.s3.delete_object(Bucket=bucket, Key="a")["VersionId"]
    for each in (version, marker):
        stage.s3.delete_object(Bucket=bucket, Key="a", VersionId=each)

    found = {r["s3"]["object"]["sequencer"]: r for r in records(stage, url, 3)}

    in_order = [found[sequencer] for sequencer in sorted(found)]
    assert [
        ("ObjectRemoved:DeleteMarkerCreated", marker),
        ("ObjectRemoved:Delete", version),
        ("ObjectRemoved:Delete", marker),
    ] == [(r["eventName"], r["s3"]["object"]["versionId"]) for r in in_order]
    assert "d41d8cd98f00b204e9800998ecf8427e" == in_order[0]["s3"]["object"]["eTag"]


def test_sequencers_of_one_key_grow(stage: Stage):
    """Compared as text, a later write of a key has the greater sequencer."""
    bucket, url = bucket_with_queue(stage)
    for size in range(1, 6):
        stage.s3.put_object(Bucket=bucket, Key="a", Body=b"x" * size)

    found = {r["s3"]["object"]["size"]: r["s3"]["object"] for r in records(stage, url, 5)}

    assert [1, 2, 3, 4, 5] == sorted(found, key=lambda size: found[size]["sequencer"])


def test_prefix_and_suffix_choose_the_keys_and_are_shown_capitalised(stage: Stage):
    """Rule names are taken in any case; the key is compared as it is, not encoded."""
    rules = [{"Name": "PREFIX", "Value": "in box/"}, {"Name": "suffix", "Value": ".jpg"}]
    bucket, name = bucket_with_function(stage, Filter={"Key": {"FilterRules": rules}})
    for key in ("in box/a.png", "out/b.jpg", "In box/c.jpg", "in box/d.jpg"):
        stage.s3.put_object(Bucket=bucket, Key=key)

    (event,) = stage.events(name)
    kept = stage.s3.get_bucket_notification_configuration(Bucket=bucket)
    (rule,) = kept["LambdaFunctionConfigurations"]

    assert "in box/d.jpg" == unquote_plus(event["Records"][0]["s3"]["object"]["key"])
    assert [
        {"Name": "Prefix", "Value": "in box/"},
        {"Name": "Suffix", "Value": ".jpg"},
    ] == rule["Filter"]["Key"]["FilterRules"]
    assert [event] == stage.told(name)


def test_a_topic_gets_the_notification_under_s3s_subject(stage: Stage):
    """Subscribers of the topic get the record as the message's text."""
    bucket, arn = stage.bucket()
    topic = stage.topic((S3, arn))
    url, queue_arn = stage.queue(("sns.amazonaws.com", topic))
    stage.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    stage.notify(bucket, "Topic", {"TopicArn": topic, "Events": ["s3:ObjectCreated:Put"]})

    stage.s3.put_object(Bucket=bucket, Key="a")
    probe, put = (json.loads(message["Body"]) for message in stage.messages(url, 2))

    assert "Amazon S3 Notification" == put["Subject"]
    assert {"Service", "Event", "Time", "Bucket", "RequestId", "HostId"} == set(
        json.loads(probe["Message"])
    )
    assert "ObjectCreated:Put" == json.loads(put["Message"])["Records"][0]["eventName"]


def test_the_default_bus_gets_every_event_of_a_bucket_that_says_so(stage: Stage):
    """EventBridge's form: detail-type, reason, and a key that is not encoded."""
    bucket, arn = stage.bucket()
    events, rule = stage.account.client("events"), f"r-{secrets.token_hex(4)}"
    events.put_rule(Name=rule, EventPattern=json.dumps({"source": ["aws.s3"], "resources": [arn]}))
    rule_arn = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{rule}"
    url, queue_arn = stage.queue(("events.amazonaws.com", rule_arn))
    events.put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": queue_arn}])
    stage.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    kept = stage.s3.get_bucket_notification_configuration(Bucket=bucket)

    stage.s3.put_object(Bucket=bucket, Key="in box/a", Body=b"hello")
    stage.s3.delete_object(Bucket=bucket, Key="in box/a")
    found = [json.loads(message["Body"]) for message in stage.messages(url, 2)]

    assert {} == kept["EventBridgeConfiguration"]
    created = next(event for event in found if event["detail-type"] == "Object Created")
    deleted = next(event for event in found if event["detail-type"] == "Object Deleted")
    assert ("aws.s3", "us-east-1", [arn]) == tuple(
        created[name] for name in ("source", "region", "resources")
    )
    detail = created["detail"]
    assert ["version", "bucket", "object", "request-id", "requester", "source-ip-address"] == [
        *detail
    ][:6]
    assert ("PutObject", "in box/a", 5) == (
        detail["reason"],
        detail["object"]["key"],
        detail["object"]["size"],
    )
    assert ("DeleteObject", "Permanently Deleted") == (
        deleted["detail"]["reason"],
        deleted["detail"]["deletion-type"],
    )


def test_a_put_replaces_the_whole_configuration(stage: Stage):
    """An empty configuration ends all notifications, and ids are made where none was given."""
    bucket, name = bucket_with_function(stage)
    made = stage.s3.get_bucket_notification_configuration(Bucket=bucket)

    stage.notify(bucket, "Queue")
    stage.s3.put_object(Bucket=bucket, Key="a")
    empty = stage.s3.get_bucket_notification_configuration(Bucket=bucket)

    assert made["LambdaFunctionConfigurations"][0]["Id"]
    assert {"ResponseMetadata"} == set(empty)
    assert [] == stage.account.records(name, "event.pushed")


def test_a_function_that_does_not_let_s3_in_cannot_be_configured(stage: Stage):
    """The policy must allow S3 for this bucket, and for the account when it says one."""
    bucket, arn = stage.bucket()
    name, function = stage.function()
    rule = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}

    def put() -> dict[str, Any]:
        return error_of(
            stage.s3.put_bucket_notification_configuration,
            Bucket=bucket,
            NotificationConfiguration={"LambdaFunctionConfigurations": [rule]},
        )

    expected = {
        "Code": "InvalidArgument",
        "Message": UNABLE,
        "ArgumentName1": f"{function}, null",
        "ArgumentValue1": f"Not authorized to invoke function [{function}]",
    }
    assert expected == put()
    stage.permit(name, S3, f"{arn}x")
    stage.permit(name, S3, arn, SourceAccount="999999999999")
    stage.permit(name, "sns.amazonaws.com", arn)
    assert expected == put()
    stage.permit(name, S3, arn, SourceAccount=ACCOUNT)
    stage.notify(bucket, "LambdaFunction", rule)


def test_every_destination_that_cannot_be_reached_is_named(stage: Stage):
    """Queues and topics must exist and let S3 in."""
    bucket, _ = stage.bucket()
    _, closed = stage.queue()
    topic = stage.topic()
    absent = f"arn:aws:sqs:us-east-1:{ACCOUNT}:absent"

    error = error_of(
        stage.s3.put_bucket_notification_configuration,
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {"QueueArn": closed, "Events": ["s3:ObjectCreated:Put"]},
                {"QueueArn": absent, "Events": ["s3:ObjectCreated:Copy"]},
            ],
            "TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectRemoved:*"]}],
        },
    )

    forbidden = "Permissions on the destination {} do not allow S3 to publish notifications from "
    assert UNABLE == error["Message"]
    found = {error[f"ArgumentName{n}"]: error[f"ArgumentValue{n}"] for n in (1, 2, 3)}
    assert {
        closed: forbidden.format("queue") + "this bucket",
        absent: "The destination queue does not exist",
        topic: forbidden.format("topic") + "this bucket",
    } == found


def test_destinations_are_not_asked_when_the_caller_says_so(stage: Stage):
    """SkipDestinationValidation keeps what cannot be delivered; the refusal is recorded."""
    bucket, arn = stage.bucket()
    name, function = stage.function()
    rule = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
    stage.notify(bucket, "LambdaFunction", rule, SkipDestinationValidation=True)

    stage.s3.put_object(Bucket=bucket, Key="a")

    (refusal,) = stage.refusals(arn)
    assert function == refusal["function"]
    assert refusal["reason"].startswith("AccessDeniedException: ")
    assert [] == stage.account.records(name, "event.queued")


@pytest.mark.parametrize("gone", ["function", "permission"])
def test_put_object_succeeds_when_the_event_cannot_be_delivered(stage: Stage, gone: str):
    """A function that was deleted, or closed, since costs the event and leaves a record."""
    bucket, name = bucket_with_function(stage)
    stage.s3.put_object(Bucket=bucket, Key="before")
    stage.events(name)
    if gone == "function":
        stage.functions.delete_function(FunctionName=name)
    else:
        policy = json.loads(stage.functions.get_policy(FunctionName=name)["Policy"])
        sid = policy["Statement"][0]["Sid"]
        stage.functions.remove_permission(FunctionName=name, StatementId=sid)

    stage.s3.put_object(Bucket=bucket, Key="a")

    code = {"function": "ResourceNotFoundException", "permission": "AccessDeniedException"}[gone]
    (refusal,) = stage.refusals(f"arn:aws:s3:::{bucket}")
    assert refusal["reason"].startswith(f"{code}: ")


OVERLAPS = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the "
    "prefixes are overlapping for the same event type."
)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([{"events": "ObjectCreated:*"}, {"events": "ObjectCreated:Put"}], OVERLAPS),
        ([{"prefix": "a"}, {"prefix": "ab", "suffix": "c"}], OVERLAPS),
        ([{"prefix": "a", "suffix": "x"}, {"prefix": "ab", "suffix": "y"}], None),
        ([{"prefix": "a"}, {"prefix": "b"}], None),
        ([{"events": "ObjectCreated:*"}, {"events": "ObjectRemoved:*"}], None),
        ([{"events": "ObjectMade:*"}], "A specified event is not supported for notifications."),
        ([{"infix": "a"}], "filter rule name must be either prefix or suffix"),
        ([{"arn": "queue"}], "The ARN could not be parsed"),
        (
            [{"arn": "arn:aws:sqs:eu-west-1:123456789012:q"}],
            "The notification destination service region is not valid for the bucket location "
            "constraint",
        ),
        (
            [{"id": "a", "prefix": "a"}, {"id": "a", "prefix": "b"}],
            "Same ID used for multiple configurations. IDs must be unique",
        ),
    ],
)
def test_a_configuration_must_be_clear(
    stage: Stage, rules: list[dict[str, str]], expected: str | None
):
    """Rules for the same event type may not both fit a key, and every word must be S3's."""
    bucket, arn = stage.bucket()
    _, queue_arn = stage.queue((S3, arn))
    given = [
        {
            **({"Id": rule["id"]} if "id" in rule else {}),
            "QueueArn": rule.get("arn", queue_arn),
            "Events": [f"s3:{rule.get('events', 'ObjectCreated:*')}"],
            "Filter": {
                "Key": {
                    "FilterRules": [
                        {"Name": name, "Value": rule[name]}
                        for name in ("prefix", "suffix", "infix")
                        if name in rule
                    ]
                }
            },
        }
        for rule in rules
    ]

    if expected is None:
        stage.notify(bucket, "Queue", *given)
    else:
        assert ("InvalidArgument", expected) == refused(
            stage.s3.put_bucket_notification_configuration,
            Bucket=bucket,
            NotificationConfiguration={"QueueConfigurations": given},
        )


def test_a_bucket_that_is_missing_has_no_configuration(stage: Stage):
    """Both operations answer NoSuchBucket."""
    bucket = {"Bucket": "absent-bucket"}

    for call, more in (
        (stage.s3.get_bucket_notification_configuration, {}),
        (stage.s3.put_bucket_notification_configuration, {"NotificationConfiguration": {}}),
    ):
        assert "NoSuchBucket" == refused(call, **bucket, **more)[0]


@pytest.mark.parametrize("body", [b"", b"<Notification", b"<Other/>", b"{}"])
def test_a_body_that_is_no_configuration_is_malformed(stage: Stage, body: bytes):
    """Whatever is sent, S3 answers in its own words and keeps what was there."""
    bucket, _ = bucket_with_function(stage)
    client = stage.account.client("s3")
    client.meta.events.register(
        "before-call.s3.PutBucketNotificationConfiguration",
        lambda params, **_: params.update(body=body),
    )

    code, _ = refused(
        client.put_bucket_notification_configuration,
        Bucket=bucket,
        NotificationConfiguration={},
    )

    assert "MalformedXML" == code
    kept = stage.s3.get_bucket_notification_configuration(Bucket=bucket)
    assert 1 == len(kept["LambdaFunctionConfigurations"])


def test_many_writers_at_once_lose_no_event(stage: Stage):
    """Forty puts from eight threads are forty events, each with its own sequencer."""
    bucket, url = bucket_with_queue(stage)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: stage.s3.put_object(Bucket=bucket, Key="a"), range(40)))

    found = records(stage, url, 40)
    assert 40 == len({record["s3"]["object"]["sequencer"] for record in found})


def test_a_restored_object_tells_when_it_was_asked_for(stage: Stage):
    """ObjectRestore:Post has size and eTag of the archived object."""
    bucket, url = bucket_with_queue(stage, ["s3:ObjectRestore:*"])
    stage.s3.put_object(Bucket=bucket, Key="a", Body=b"hello", StorageClass="GLACIER")

    stage.s3.restore_object(Bucket=bucket, Key="a", RestoreRequest={"Days": 1})

    found = records(stage, url)[0]
    assert ("ObjectRestore:Post", 5) == (found["eventName"], found["s3"]["object"]["size"])


def test_a_function_that_writes_where_it_listens_is_stopped_after_sixteen_runs(stage: Stage):
    """The trace header of its boto3 carries the chain through S3."""
    bucket, arn = stage.bucket()
    name, function = stage.function(LOOPS, Role=stage.role("s3:PutObject"), Timeout=30)
    stage.permit(name, S3, arn)
    rule = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
    stage.notify(bucket, "LambdaFunction", rule)

    stage.s3.put_object(Bucket=bucket, Key="first")

    (stopped,) = until(lambda: stage.account.records(name, "recursion.stopped"))
    assert 16 == stopped["runs"]
    # the sixteenth may still be answering
    until(lambda: len(stage.account.records(name, "invocation.finished")) == 16)


def test_a_queue_gets_the_trace_header_of_the_writer(stage: Stage):
    """AWSTraceHeader carries the chain on to whoever polls the queue."""
    bucket, url = bucket_with_queue(stage)
    source = (
        "import boto3\n\n\ndef handler(event, context):\n"
        "    boto3.client('s3').put_object(Bucket=event, Key='a', Body=b'x')\n"
    )
    name, _ = stage.function(source, Role=stage.role("s3:PutObject"), Timeout=30)
    stage.account.invoke(name, bucket)

    (message,) = stage.messages(url)

    assert "Lineage=1:" in message["Attributes"]["AWSTraceHeader"]
    record = json.loads(message["Body"])["Records"][0]
    assert re.fullmatch(rf"AWS:AROA\w+:{name}", record["userIdentity"]["principalId"])


def test_a_restricted_caller_needs_the_permission_and_is_named_in_the_record(stage: Stage):
    """s3:PutBucketNotification lets a user configure; its unique id is the event's principal."""
    bucket, arn = stage.bucket()
    url, queue_arn = stage.queue((S3, arn))
    iam, name = stage.account.client("iam"), f"u-{secrets.token_hex(4)}"
    user_id = iam.create_user(UserName=name)["User"]["UserId"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    s3 = boto3.client(
        "s3",
        endpoint_url=stage.account.cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        config=Config(proxies={}),
    )
    rule = {"QueueArn": queue_arn, "Events": ["s3:ObjectCreated:*"]}
    wanted = {"Bucket": bucket, "NotificationConfiguration": {"QueueConfigurations": [rule]}}

    assert "AccessDenied" == refused(s3.put_bucket_notification_configuration, **wanted)[0]
    iam.put_user_policy(
        UserName=name,
        PolicyName="may",
        PolicyDocument=statement(Action=["s3:PutBucketNotification", "s3:PutObject"], Resource="*"),
    )
    s3.put_bucket_notification_configuration(**wanted)
    stage.messages(url)
    s3.put_object(Bucket=bucket, Key="a")

    assert f"AWS:{user_id}" == records(stage, url)[0]["userIdentity"]["principalId"]


def test_an_acl_that_stays_as_it_was_makes_no_event(stage: Stage):
    """ObjectAcl:Put comes when the ACL of an object changes."""
    bucket, arn = stage.bucket()
    url, queue = stage.queue(("s3.amazonaws.com", arn))
    stage.notify(bucket, "Queue", {"QueueArn": queue, "Events": ["s3:ObjectAcl:Put"]})
    stage.s3.put_object(Bucket=bucket, Key="k", Body=b"x")

    for acl in ("public-read", "public-read", "private"):
        stage.s3.put_object_acl(Bucket=bucket, Key="k", ACL=acl)

    told = [json.loads(message["Body"]) for message in stage.messages(url, 3)]
    names = [body["Records"][0]["eventName"] for body in told if "Records" in body]
    assert ["ObjectAcl:Put", "ObjectAcl:Put"] == names


def test_a_delete_in_a_versioned_bucket_leaves_a_marker_where_nothing_was(stage: Stage):
    """The answer has the marker's version, the event too, and the key is listed with it."""
    bucket, arn = stage.bucket()
    url, queue = stage.queue(("s3.amazonaws.com", arn))
    stage.notify(bucket, "Queue", {"QueueArn": queue, "Events": ["s3:ObjectRemoved:*"]})
    stage.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    answer = stage.s3.delete_object(Bucket=bucket, Key="never there")

    told = [json.loads(message["Body"]) for message in stage.messages(url, 2)]
    (record,) = [body["Records"][0] for body in told if "Records" in body]
    assert "ObjectRemoved:DeleteMarkerCreated" == record["eventName"]
    assert (True, answer["VersionId"]) == (
        answer["DeleteMarker"],
        record["s3"]["object"]["versionId"],
    )
    (marker,) = stage.s3.list_object_versions(Bucket=bucket)["DeleteMarkers"]
    assert ("never there", answer["VersionId"]) == (marker["Key"], marker["VersionId"])
    assert "Contents" not in stage.s3.list_objects_v2(Bucket=bucket)


def test_a_set_of_no_tags_takes_the_tags_of_an_object_away(stage: Stage):
    """PutObjectTagging is accepted, and an event tells of it."""
    bucket, arn = stage.bucket()
    url, queue = stage.queue(("s3.amazonaws.com", arn))
    stage.notify(bucket, "Queue", {"QueueArn": queue, "Events": ["s3:ObjectTagging:Put"]})
    stage.s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=b")

    stage.s3.put_object_tagging(Bucket=bucket, Key="k", Tagging={"TagSet": []})

    assert [] == stage.s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"]
    told = [json.loads(message["Body"]) for message in stage.messages(url, 2)]
    (record,) = [body["Records"][0] for body in told if "Records" in body]
    assert "ObjectTagging:Put" == record["eventName"]
