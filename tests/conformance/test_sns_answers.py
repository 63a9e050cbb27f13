"""SNS: topics and subscriptions as its API shows them, batches, message attributes, FIFO topics."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conformance.pushing import ACCOUNT, Stage, refused

SNS = "sns.amazonaws.com"


@pytest.fixture(scope="module")
def stage(cloud: Any) -> Stage:
    """The account that needs no settings of its own."""
    return Stage(cloud)


def subscribed(stage: Stage, topic: str, queue_arn: str, **attributes: str) -> str:
    """Subscribe a queue; return the subscription's ARN."""
    answer = stage.sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes=attributes
    )
    return str(answer["SubscriptionArn"])


def test_a_topic_shows_its_attributes_and_counts_its_subscriptions(stage: Stage):
    """Those that were set, AWS's own, and how many endpoints have confirmed."""
    topic = stage.topic(DisplayName="Orders")
    subscribed(stage, topic, stage.queue()[1])
    stage.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com")

    shown = stage.sns.get_topic_attributes(TopicArn=topic)["Attributes"]

    assert {
        "DisplayName",
        "EffectiveDeliveryPolicy",
        "Owner",
        "Policy",
        "SubscriptionsConfirmed",
        "SubscriptionsDeleted",
        "SubscriptionsPending",
        "TopicArn",
    } == set(shown)
    counts = [shown[f"Subscriptions{each}"] for each in ("Confirmed", "Pending", "Deleted")]
    assert ["Orders", ACCOUNT, "1", "1", "0"] == [shown["DisplayName"], shown["Owner"], *counts]
    policy = json.loads(shown["EffectiveDeliveryPolicy"])["http"]
    assert 3 == policy["defaultHealthyRetryPolicy"]["numRetries"]


def test_creating_a_topic_again_is_the_same_unless_it_is_another(stage: Stage):
    """Other attributes or tags are refused; none, or the same ones, are not."""
    name = stage.topic(DisplayName="a").rsplit(":", 1)[1]
    again = stage.sns.create_topic

    assert name == again(Name=name)["TopicArn"].rsplit(":", 1)[1]
    assert name == again(Name=name, Attributes={"DisplayName": "a"})["TopicArn"].rsplit(":", 1)[1]
    exists = "Reason: Topic already exists with different"
    assert ("InvalidParameter", f"Invalid parameter: Attributes {exists} attributes") == refused(
        again, Name=name, Attributes={"DisplayName": "b"}
    )
    assert ("InvalidParameter", f"Invalid parameter: Tags {exists} tags") == refused(
        again, Name=name, Tags=[{"Key": "k", "Value": "v"}]
    )


@pytest.mark.parametrize(
    ("name", "fifo"), [("a b", "false"), ("x" * 257, "false"), ("a.fifo", "false"), ("a", "true")]
)
def test_a_topic_has_a_name_of_its_kind(stage: Stage, name: str, fifo: str):
    """Letters, digits, hyphens and underscores; .fifo for FIFO topics, and for no others."""
    attributes = {"FifoTopic": "true"} if fifo == "true" else {}

    assert ("InvalidParameter", "Invalid parameter: Topic Name") == refused(
        stage.sns.create_topic, Name=name, Attributes=attributes
    )


@pytest.mark.parametrize("name", ["Colour", "FifoTopic", "Owner"])
def test_only_some_attributes_of_a_topic_can_be_set(stage: Stage, name: str):
    """AttributeName is refused, and the topic stays as it was."""
    topic = stage.topic()

    assert ("InvalidParameter", "Invalid parameter: AttributeName") == refused(
        stage.sns.set_topic_attributes, TopicArn=topic, AttributeName=name, AttributeValue="true"
    )
    assert "FifoTopic" not in stage.sns.get_topic_attributes(TopicArn=topic)["Attributes"]


def test_a_subscription_shows_who_made_it(stage: Stage):
    """GetSubscriptionAttributes has all of AWS's members, as text."""
    topic, (_, queue) = stage.topic(), stage.queue()
    arn = subscribed(stage, topic, queue)

    assert {
        "ConfirmationWasAuthenticated": "true",
        "Endpoint": queue,
        "Owner": ACCOUNT,
        "PendingConfirmation": "false",
        "Protocol": "sqs",
        "RawMessageDelivery": "false",
        "SubscriptionArn": arn,
        "SubscriptionPrincipal": f"arn:aws:iam::{ACCOUNT}:user/administrator",
        "TopicArn": topic,
    } == stage.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]


def test_addresses_and_web_endpoints_wait_until_they_confirm(stage: Stage):
    """Their ARN is told only to who asks for it; no token confirms, since none was sent."""
    topic, sns = stage.topic(), stage.sns
    address = {"TopicArn": topic, "Protocol": "email", "Endpoint": "a@example.com"}

    assert "pending confirmation" == sns.subscribe(**address)["SubscriptionArn"]
    arn = sns.subscribe(**address, ReturnSubscriptionArn=True)["SubscriptionArn"]
    shown = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert ["true", "false"] == [
        shown["PendingConfirmation"],
        shown["ConfirmationWasAuthenticated"],
    ]
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert ("PendingConfirmation", "a@example.com") == (
        listed["SubscriptionArn"],
        listed["Endpoint"],
    )
    confirm = sns.confirm_subscription
    assert ("InvalidParameter", "Invalid token") == refused(confirm, TopicArn=topic, Token="x")
    assert ("InvalidParameter", "Invalid parameter: Token") == refused(
        confirm, TopicArn=topic, Token="5" * 288
    )
    assert "InvalidParameter" == refused(sns.unsubscribe, SubscriptionArn="PendingConfirmation")[0]


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": str(n), "Message": "m"} for n in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "a", "Message": "m"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": "a b", "Message": "m"}], "InvalidBatchEntryId"),
        ([{"Id": str(n), "Message": "m" * 131_073} for n in range(2)], "BatchRequestTooLong"),
        (
            [
                {"Id": "a", "Message": "m"},
                {"Id": "b", "Message": "{}", "MessageStructure": "json"},
            ],
            "InvalidParameter",
        ),
        (
            [
                {"Id": "a", "Message": "m"},
                {"Id": "b", "Message": "m", "MessageAttributes": {"x": {"DataType": "Text"}}},
            ],
            "ParameterValueInvalid",
        ),
    ],
)
def test_a_batch_is_refused_as_a_whole(stage: Stage, entries: list[Any], code: str):
    """Nothing of it is published."""
    topic = stage.topic()

    assert (
        code
        == refused(stage.sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=entries)[0]
    )


def test_entries_of_a_batch_fail_alone(stage: Stage):
    """Successful and Failed tell of each entry by its id."""
    entries = [{"Id": "good", "Message": "fine"}, {"Id": "bad", "Message": "x", "Subject": "\n"}]

    answer = stage.sns.publish_batch(TopicArn=stage.topic(), PublishBatchRequestEntries=entries)

    assert ["good"] == [each["Id"] for each in answer["Successful"]]
    assert [("bad", True)] == [(each["Id"], each["SenderFault"]) for each in answer["Failed"]]


TEXT = {"DataType": "String", "StringValue": "v"}


@pytest.mark.parametrize(
    ("name", "attribute", "expected"),
    [
        (
            "a",
            {"DataType": "String"},
            "The message attribute 'a' must contain non-empty message attribute value for message "
            "attribute type 'String'.",
        ),
        (
            "a",
            {"DataType": "String", "BinaryValue": b"v"},
            "The message attribute 'a' with type 'String' must use field 'String'.",
        ),
        (
            "a",
            {"DataType": "Binary", "StringValue": "v"},
            "The message attribute 'a' with type 'Binary' must use field 'Binary'.",
        ),
        (
            "a",
            {"DataType": "Text", "StringValue": "v"},
            "The message attribute 'a' has an invalid message attribute type, the set of supported "
            "type prefixes is Binary, Number, and String.",
        ),
        (
            "a",
            {"DataType": "Number", "StringValue": "v"},
            "Could not cast message attribute 'a' value to number.",
        ),
        ("a" * 257, TEXT, "Length of message attribute name must be less than 256 bytes."),
        (
            "a^",
            TEXT,
            "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. "
            "Can only include alphanumeric characters, hyphens, underscores, or dots.",
        ),
        (".a", TEXT, "Invalid message attribute name starting with character '.' was found."),
        ("a.", TEXT, "Invalid message attribute name ending with character '.' was found."),
        ("a..b", TEXT, "Message attribute name can not have successive '.' character."),
    ],
)
def test_publish_says_what_is_wrong_with_a_message_attribute(
    stage: Stage, name: str, attribute: dict[str, Any], expected: str
):
    """ParameterValueInvalid, with the first thing that is wrong."""
    assert ("ParameterValueInvalid", expected) == refused(
        stage.sns.publish,
        TopicArn=stage.topic(),
        Message="m",
        MessageAttributes={name: attribute},
    )


def test_a_fifo_topic_numbers_its_messages_and_takes_each_once(stage: Stage):
    """A repeated deduplication id is answered with the first message, which alone arrives."""
    topic = stage.topic(suffix=".fifo", FifoTopic="true")
    url, queue = stage.queue((SNS, topic), suffix=".fifo", FifoQueue="true")
    arn = subscribed(stage, topic, queue)
    plain, plain_queue = stage.queue((SNS, topic))
    subscribed(stage, topic, plain_queue, RawMessageDelivery="true")
    place = {"TopicArn": topic, "MessageGroupId": "g"}

    first = stage.sns.publish(**place, Message="one", MessageDeduplicationId="1")
    again = stage.sns.publish(**place, Message="two", MessageDeduplicationId="1")
    entry = {"Id": "x", "Message": "three", "MessageGroupId": "g", "MessageDeduplicationId": "3"}
    batch = stage.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[entry])
    (third,) = batch["Successful"]

    numbers = [first["SequenceNumber"], third["SequenceNumber"]]
    assert sorted(numbers) == numbers
    assert [20, 20] == [len(number) for number in numbers]
    assert (first["MessageId"], first["SequenceNumber"]) == (
        again["MessageId"],
        again["SequenceNumber"],
    )
    assert ["one", "three"] == sorted(m["Body"] for m in stage.messages(plain, 2))
    (head, *_) = stage.messages(url, 1)
    body = json.loads(head["Body"])
    keys = ["Type", "MessageId", "SequenceNumber", "TopicArn", "Message", "Timestamp"]
    assert [*keys, "UnsubscribeURL"] == [*body]
    assert (first["SequenceNumber"], "one") == (body["SequenceNumber"], body["Message"])
    assert body["UnsubscribeURL"].endswith(arn)
    assert "1" == head["Attributes"]["MessageDeduplicationId"]


def test_a_fifo_topic_wants_a_group_and_what_tells_repetitions(stage: Stage):
    """Without them nothing is published, alone or in a batch."""
    topic = stage.topic(suffix=".fifo", FifoTopic="true")
    group = "The MessageGroupId parameter is required for FIFO topics"
    repetition = (
        "The topic should either have ContentBasedDeduplication enabled or "
        "MessageDeduplicationId provided explicitly"
    )

    def both(**more: str) -> set[str]:
        entry = {"Id": "a", "Message": "m", **more}
        batch = {"TopicArn": topic, "PublishBatchRequestEntries": [entry]}
        alone = refused(stage.sns.publish, TopicArn=topic, Message="m", **more)
        return {alone[1], refused(stage.sns.publish_batch, **batch)[1]}

    assert {f"Invalid parameter: {group}"} == both()
    assert {f"Invalid parameter: {repetition}"} == both(MessageGroupId="g")


def test_dead_letters_of_a_raw_subscription_are_raw(stage: Stage):
    """The dead-letter queue gets what the queue would have got; in order, if it is a FIFO queue."""
    topic = stage.topic(suffix=".fifo", FifoTopic="true")
    url, queue = stage.queue((SNS, topic), suffix=".fifo", FifoQueue="true")
    dead_url, dead = stage.queue((SNS, topic), suffix=".fifo", FifoQueue="true")
    redrive = json.dumps({"deadLetterTargetArn": dead})
    subscribed(stage, topic, queue, RawMessageDelivery="true", RedrivePolicy=redrive)
    stage.sqs.delete_queue(QueueUrl=url)

    stage.sns.publish(
        TopicArn=topic,
        Message="hello",
        MessageGroupId="g",
        MessageDeduplicationId="d",
        MessageAttributes={"n": {"DataType": "Number", "StringValue": "7"}},
    )
    (letter,) = stage.messages(dead_url)

    assert "hello" == letter["Body"]
    assert {"n": {"DataType": "Number", "StringValue": "7"}} == letter["MessageAttributes"]
    ids = [letter["Attributes"][f"Message{each}Id"] for each in ("Group", "Deduplication")]
    assert ["g", "d"] == ids


def test_a_fifo_subscription_wants_a_fifo_dead_letter_queue(stage: Stage):
    """Standard queues are refused: they would lose the order."""
    topic = stage.topic(suffix=".fifo", FifoTopic="true")
    _, queue = stage.queue(suffix=".fifo", FifoQueue="true")
    arn = subscribed(stage, topic, queue)

    assert (
        "InvalidParameter",
        "Invalid parameter: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to "
        "a FIFO Topic.",
    ) == refused(
        stage.sns.set_subscription_attributes,
        SubscriptionArn=arn,
        AttributeName="RedrivePolicy",
        AttributeValue=json.dumps({"deadLetterTargetArn": stage.queue()[1]}),
    )
