"""SNS: what functions and queues get, who wants what, and what happens to the undeliverable."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.conformance.pushing import ACCOUNT, STAMP, TELLS, Stage, refused
from tests.waiting import until

SNS = "sns.amazonaws.com"
LOOPS = (
    "import boto3\n\n\ndef handler(event, context):\n"
    "    topic = event['Records'][0]['Sns']['TopicArn']\n"
    "    boto3.client('sns').publish(TopicArn=topic, Message='again')\n"
)


@pytest.fixture(scope="module")
def stage(cloud: Any) -> Stage:
    """The account that needs no settings of its own."""
    return Stage(cloud)


def subscribed_function(
    stage: Stage, topic: str, source: str = TELLS, **attributes: str
) -> tuple[str, str]:
    """Subscribe a function of its own to a topic; return its name and the subscription."""
    name, function = stage.function(source)
    stage.permit(name, SNS, topic)
    return name, subscribe(stage, topic, "lambda", function, **attributes)


def subscribed_queue(stage: Stage, topic: str, **attributes: str) -> tuple[str, str]:
    """Subscribe a queue of its own to a topic; return its URL and the subscription."""
    url, arn = stage.queue((SNS, topic))
    return url, subscribe(stage, topic, "sqs", arn, **attributes)


def subscribe(stage: Stage, topic: str, protocol: str, endpoint: str, **attributes: str) -> str:
    answer = stage.sns.subscribe(
        TopicArn=topic,
        Protocol=protocol,
        Endpoint=endpoint,
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )
    return str(answer["SubscriptionArn"])


def test_a_function_gets_one_record_with_every_member(stage: Stage):
    """The envelope of a function: capitalised, with attributes, its subject null when none."""
    topic = stage.topic()
    name, subscription = subscribed_function(stage, topic)

    message_id = stage.sns.publish(
        TopicArn=topic,
        Message="hällo",
        MessageAttributes={
            "colour": {"DataType": "String", "StringValue": "red"},
            "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        },
    )["MessageId"]
    (event,) = stage.events(name)

    (record,) = event["Records"]
    sns = record.pop("Sns")
    assert {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
    } == record
    assert re.fullmatch(STAMP, sns.pop("Timestamp"))
    assert re.fullmatch(r"[A-Za-z0-9+/]{342}==", sns.pop("Signature"))
    address = "https://sns.us-east-1.amazonaws.com/"
    assert re.fullmatch(rf"{address}SimpleNotificationService-\w+\.pem", sns.pop("SigningCertUrl"))
    assert {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": topic,
        "Subject": None,
        "Message": "hällo",
        "SignatureVersion": "1",
        "UnsubscribeUrl": f"{address}?Action=Unsubscribe&SubscriptionArn={subscription}",
        "MessageAttributes": {
            "colour": {"Type": "String", "Value": "red"},
            "raw": {"Type": "Binary", "Value": "AP8="},
        },
    } == sns


def test_a_queue_gets_the_notification_as_json(stage: Stage):
    """The body's URL members are spelled otherwise than a function's, and none is null."""
    topic = stage.topic()
    url, subscription = subscribed_queue(stage, topic)

    stage.sns.publish(TopicArn=topic, Message="hello")
    stage.sns.publish(TopicArn=topic, Message="hello", Subject="S")
    plain, titled = sorted(
        (json.loads(message["Body"]) for message in stage.messages(url, 2)), key=len
    )

    assert [
        "Type",
        "MessageId",
        "TopicArn",
        "Message",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertURL",
        "UnsubscribeURL",
    ] == [*plain]
    assert "S" == titled["Subject"]
    assert plain["UnsubscribeURL"].endswith(f"SubscriptionArn={subscription}")


def test_raw_delivery_is_for_queues(stage: Stage):
    """A queue may have the text and its attributes alone; a function may not."""
    topic = stage.topic()
    url, _ = subscribed_queue(stage, topic, RawMessageDelivery="true")
    _, of_function = subscribed_function(stage, topic)

    stage.sns.publish(
        TopicArn=topic,
        Message="hello",
        MessageAttributes={"n": {"DataType": "Number", "StringValue": "7"}},
    )
    (message,) = stage.messages(url)

    assert "hello" == message["Body"]
    assert {"n": {"DataType": "Number", "StringValue": "7"}} == message["MessageAttributes"]
    assert (
        "InvalidParameter",
        "Invalid parameter: Delivery protocol [lambda] does not support raw message delivery.",
    ) == refused(
        stage.sns.set_subscription_attributes,
        SubscriptionArn=of_function,
        AttributeName="RawMessageDelivery",
        AttributeValue="true",
    )


def test_raw_delivery_can_be_ended_again(stage: Stage):
    """The value false, as text, means what it says."""
    topic = stage.topic()
    url, subscription = subscribed_queue(stage, topic, RawMessageDelivery="true")
    stage.sns.set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName="RawMessageDelivery", AttributeValue="false"
    )

    stage.sns.publish(TopicArn=topic, Message="hello")

    assert "Notification" == json.loads(stage.messages(url)[0]["Body"])["Type"]


def test_a_topic_feeds_three_functions_and_a_queue_without_waiting_for_them(stage: Stage):
    """Publish returns while the functions still sleep; everyone gets the same message."""
    topic = stage.topic()
    source = "import time\n" + TELLS.replace("    print", "    time.sleep(2)\n    print")
    names = [subscribed_function(stage, topic, source)[0] for _ in range(3)]
    url, _ = subscribed_queue(stage, topic)

    message_id = stage.sns.publish(TopicArn=topic, Message="hello")["MessageId"]

    finished = [stage.account.records(name, "invocation.finished") for name in names]
    assert [[], [], []] == finished
    assert message_id == json.loads(stage.messages(url)[0]["Body"])["MessageId"]
    told = [stage.events(name)[0]["Records"][0]["Sns"]["MessageId"] for name in names]
    assert [message_id] * 3 == told


def test_without_permission_the_message_is_lost_but_recorded(stage: Stage):
    """A function that does not let the topic in gets nothing, and Publish succeeds."""
    topic = stage.topic()
    name, function = stage.function()
    stage.permit(name, SNS, f"{topic}-other")
    subscribe(stage, topic, "lambda", function)

    stage.sns.publish(TopicArn=topic, Message="hello")

    (refusal,) = stage.refusals(topic)
    assert function == refusal["function"]
    assert [] == stage.account.records(name, "event.queued")


def test_a_queue_whose_policy_does_not_name_the_topic_gets_nothing(stage: Stage):
    """Queue policies are asked for sqs:SendMessage by the topic's ARN."""
    topic = stage.topic()
    url, arn = stage.queue((SNS, f"{topic}-other"))
    subscribe(stage, topic, "sqs", arn)

    stage.sns.publish(TopicArn=topic, Message="hello")

    assert arn == stage.refusals(topic)[0]["function"]
    assert [] == stage.sqs.receive_message(QueueUrl=url).get("Messages", [])


@pytest.mark.parametrize("why", ["permission", "deleted"])
def test_what_cannot_be_delivered_goes_to_the_dead_letter_queue(stage: Stage, why: str):
    """The subscription's RedrivePolicy gets the notification, and nothing that says why."""
    topic = stage.topic()
    name, function = stage.function()
    url, dead = stage.queue((SNS, topic))
    redrive = json.dumps({"deadLetterTargetArn": dead})
    subscription = subscribe(stage, topic, "lambda", function, RedrivePolicy=redrive)
    if why == "deleted":
        stage.functions.delete_function(FunctionName=name)

    stage.sns.publish(TopicArn=topic, Message="hello")
    (message,) = stage.messages(url)

    body = json.loads(message["Body"])
    assert ("Notification", "hello") == (body["Type"], body["Message"])
    assert body["UnsubscribeURL"].endswith(subscription)
    assert "MessageAttributes" not in message


def test_each_protocol_gets_its_own_text(stage: Stage):
    """MessageStructure json: a key per protocol, and default for the others."""
    topic = stage.topic()
    name, _ = subscribed_function(stage, topic)
    url, _ = subscribed_queue(stage, topic, RawMessageDelivery="true")

    stage.sns.publish(
        TopicArn=topic,
        MessageStructure="json",
        Message=json.dumps({"default": "for all", "sqs": "for queues"}),
    )

    assert "for queues" == stage.messages(url)[0]["Body"]
    assert "for all" == stage.events(name)[0]["Records"][0]["Sns"]["Message"]


def test_filter_policies_choose_by_attributes_or_by_body(stage: Stage):
    """Each subscriber gets what its own policy lets through."""
    topic = stage.topic()
    by_attribute, _ = subscribed_queue(
        stage, topic, FilterPolicy=json.dumps({"kind": [{"prefix": "ord"}]})
    )
    by_body, subscription = subscribed_queue(
        stage,
        topic,
        FilterPolicyScope="MessageBody",
        FilterPolicy=json.dumps({"order": {"total": [{"numeric": [">", 100]}]}}),
    )
    all_of_them, _ = subscribed_queue(stage, topic)
    for kind, total in (("order", 7), ("order", 700), ("invoice", 500)):
        stage.sns.publish(
            TopicArn=topic,
            Message=json.dumps({"order": {"total": total}}),
            MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}},
        )

    def totals(url: str, count: int) -> list[int]:
        found = [json.loads(m["Body"]) for m in stage.messages(url, count)]
        return sorted(json.loads(body["Message"])["order"]["total"] for body in found)

    assert [7, 500, 700] == totals(all_of_them, 3)
    assert [7, 700] == totals(by_attribute, 2)
    assert [500, 700] == totals(by_body, 2)
    kept = stage.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    assert "MessageBody" == kept["FilterPolicyScope"]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"FilterPolicy": "{"}, "FilterPolicy: failed to parse JSON."),
        ({"FilterPolicy": '{"a": "b"}'}, 'FilterPolicy: "a" must be an object or an array'),
        ({"FilterPolicy": '{"a": []}'}, "FilterPolicy: Empty arrays are not allowed"),
        (
            {"FilterPolicy": '{"a": {"b": ["c"]}}'},
            "Filter policy scope MessageAttributes does not support nested filter policy",
        ),
        (
            {"FilterPolicy": '{"a": [{"like": "b"}]}'},
            "FilterPolicy: Unrecognized match type like",
        ),
        (
            {"RedrivePolicy": '{"deadLetterTargetArn": "queue"}'},
            "RedrivePolicy: deadLetterTargetArn is an invalid arn",
        ),
        (
            {"RawMessageDelivery": "true"},
            "Delivery protocol [lambda] does not support raw message delivery.",
        ),
    ],
)
def test_subscribe_refuses_wrong_attributes_and_leaves_no_subscription(
    stage: Stage, attributes: dict[str, str], expected: str
):
    """The error names the attribute; there is no subscription afterwards."""
    topic = stage.topic()
    _, function = stage.function()

    assert ("InvalidParameter", f"Invalid parameter: Attributes Reason: {expected}") == refused(
        stage.sns.subscribe,
        TopicArn=topic,
        Protocol="lambda",
        Endpoint=function,
        Attributes=attributes,
    )
    found = stage.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [] == found


@pytest.mark.parametrize(
    ("protocol", "endpoint", "expected"),
    [
        ("pigeon", "x", "Amazon SNS does not support this protocol string: pigeon"),
        ("sqs", "my-queue", "SQS endpoint ARN"),
        ("lambda", "my-function", "Lambda endpoint ARN"),
        ("https", "http://127.0.0.1/", "Endpoint must match the specified protocol"),
        (
            "sqs",
            f"arn:aws:sqs:us-east-1:{ACCOUNT}:q.fifo",
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard "
            "SNS topics",
        ),
    ],
)
def test_subscribe_refuses_what_cannot_be_an_endpoint(
    stage: Stage, protocol: str, endpoint: str, expected: str
):
    """Protocol and endpoint must fit each other, and the topic."""
    assert ("InvalidParameter", f"Invalid parameter: {expected}") == refused(
        stage.sns.subscribe, TopicArn=stage.topic(), Protocol=protocol, Endpoint=endpoint
    )


def test_subscribing_twice_is_one_subscription(stage: Stage):
    """The same endpoint gets the same ARN, unless other attributes are asked for."""
    topic = stage.topic()
    _, arn = stage.queue((SNS, topic))
    first = subscribe(stage, topic, "sqs", arn, RawMessageDelivery="true")

    assert first == subscribe(stage, topic, "sqs", arn, RawMessageDelivery="true")
    assert (
        "InvalidParameter",
        "Invalid parameter: Attributes Reason: Subscription already exists with different "
        "attributes",
    ) == refused(
        stage.sns.subscribe,
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "false"},
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"Message": ""}, "Empty message"),
        ({"Message": "ü" * 131_073}, "Message too long"),
        ({"Message": "x", "Subject": "a" * 101}, "Subject"),
        ({"Message": "x", "Subject": "two\nlines"}, "Subject"),
        (
            {"Message": "x", "MessageStructure": "json"},
            "Message Structure - JSON message body failed to parse",
        ),
        (
            {"Message": "{}", "MessageStructure": "json"},
            "Message Structure - No default entry in JSON message body",
        ),
        (
            {"Message": '{"default": {"a": 1}}', "MessageStructure": "json"},
            "Message Structure - No default entry in JSON message body",
        ),
    ],
)
def test_publish_refuses_what_sns_does_not_take(
    stage: Stage, message: dict[str, str], expected: str
):
    """Empty, too long, a subject of two lines, a structure without a default."""
    topic = stage.topic()

    assert ("InvalidParameter", f"Invalid parameter: {expected}") == refused(
        stage.sns.publish, TopicArn=topic, **message
    )


@pytest.mark.parametrize(
    ("topic", "code", "expected"),
    [
        (f"arn:aws:sns:us-east-1:{ACCOUNT}:absent", "NotFound", "Topic does not exist"),
        (
            f"arn:aws:sns:eu-west-1:{ACCOUNT}:absent",
            "InvalidParameter",
            "Invalid parameter: TopicArn",
        ),
        (
            "my-topic",
            "InvalidParameter",
            "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1",
        ),
    ],
)
def test_publish_says_which_topic_there_is_not(stage: Stage, topic: str, code: str, expected: str):
    """A topic that is missing, of another Region, or no ARN at all."""
    assert (code, expected) == refused(stage.sns.publish, TopicArn=topic, Message="x")


def test_publish_wants_a_receiver(stage: Stage):
    """Without a topic, a target or a phone number."""
    reason = "TopicArn or TargetArn Reason: no value for required parameter"

    assert ("InvalidParameter", f"Invalid parameter: {reason}") == refused(
        stage.sns.publish, Message="x"
    )


def test_a_fifo_topic_feeds_fifo_queues_in_order(stage: Stage):
    """Group and deduplication ids go along; functions cannot subscribe."""
    topic = stage.topic(suffix=".fifo", FifoTopic="true", ContentBasedDeduplication="true")
    url, arn = stage.queue((SNS, topic), suffix=".fifo", FifoQueue="true")
    subscribe(stage, topic, "sqs", arn, RawMessageDelivery="true")
    _, function = stage.function()

    for text in ("one", "two", "two", "three"):
        stage.sns.publish(TopicArn=topic, Message=text, MessageGroupId="g")
    found = stage.messages(url, 3)

    assert ["one", "two", "three"] == [message["Body"] for message in found]
    assert {"g"} == {message["Attributes"]["MessageGroupId"] for message in found}
    assert ("InvalidParameter", "Invalid parameter: Invalid protocol type: lambda") == refused(
        stage.sns.subscribe, TopicArn=topic, Protocol="lambda", Endpoint=function
    )


def test_a_function_that_answers_its_own_topic_is_stopped_after_sixteen_runs(stage: Stage):
    """The trace header of its boto3 carries the chain through SNS."""
    topic = stage.topic()
    name, function = stage.function(LOOPS, Role=stage.role("sns:Publish"), Timeout=30)
    stage.permit(name, SNS, topic)
    subscribe(stage, topic, "lambda", function)

    stage.sns.publish(TopicArn=topic, Message="first")

    (stopped,) = until(lambda: stage.account.records(name, "recursion.stopped"))
    assert 16 == stopped["runs"]
    # the sixteenth may still be answering
    until(lambda: len(stage.account.records(name, "invocation.finished")) == 16)


def test_a_throttled_function_gets_its_message_later(stage: Stage):
    """SNS hands over at once; waiting for capacity is the business of Lambda's own queue."""
    topic = stage.topic()
    name, _ = subscribed_function(stage, topic)
    stage.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)

    for number in range(3):
        stage.sns.publish(TopicArn=topic, Message=str(number))

    found = stage.events(name, 3)
    assert {"0", "1", "2"} == {event["Records"][0]["Sns"]["Message"] for event in found}


def test_an_alias_can_be_subscribed(stage: Stage):
    """The endpoint may be qualified; the permission is the alias's own."""
    topic = stage.topic()
    name, function = stage.function()
    stage.functions.publish_version(FunctionName=name)
    stage.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    stage.functions.add_permission(
        FunctionName=name,
        Qualifier="live",
        StatementId="sns",
        Action="lambda:InvokeFunction",
        Principal=SNS,
        SourceArn=topic,
    )
    subscribe(stage, topic, "lambda", f"{function}:live")

    stage.sns.publish(TopicArn=topic, Message="hello")

    (pushed,) = until(lambda: stage.account.records(name, "event.pushed"))
    assert "1" == pushed["version"]


@pytest.mark.parametrize("kind", ["topic", "queue"])
def test_what_a_destination_gets_belongs_to_the_chain_of_its_event(stage: Stage, kind: str):
    """The record sent on success carries the function's lineage, through a topic too."""
    topic = stage.topic()
    url, queue = stage.queue((SNS, topic))
    subscribe(stage, topic, "sqs", queue)
    name, _ = stage.function(Role=stage.role("sns:Publish", "sqs:SendMessage"))
    destination = {"Destination": {"topic": topic, "queue": queue}[kind]}
    stage.functions.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": destination}
    )

    stage.functions.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")

    (message,) = stage.messages(url)
    assert "Lineage=1:" in message["Attributes"]["AWSTraceHeader"]
