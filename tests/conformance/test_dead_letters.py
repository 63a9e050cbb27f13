"""Dead letters of queues: where they come from, and moves back to there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.sources import Sources, bodies, sources_in
from tests.waiting import until

KIND = {"kind": {"DataType": "String", "StringValue": "order"}}


@pytest.fixture
def lab(account_with: Callable[..., Any]) -> Sources:
    """An account in which a minute lasts a tenth of a second."""
    return sources_in(account_with)


def dead_lettering(lab: Sources) -> tuple[str, str, str, str]:
    """Create a queue with a dead-letter queue; return URL and ARN of each."""
    letters_url, letters = lab.queue()
    redrive = json.dumps({"deadLetterTargetArn": letters, "maxReceiveCount": 1})
    url, arn = lab.queue(VisibilityTimeout="1", RedrivePolicy=redrive)
    return url, arn, letters_url, letters


def test_a_dead_letter_keeps_its_id_and_tells_its_source(lab: Sources):
    """DeadLetterQueueSourceArn is shown to who asks for it, or for all."""
    url, arn, letters_url, _ = dead_lettering(lab)
    (sent,) = lab.send(url, "a", MessageAttributes=KIND)
    lab.map(lab.deploy("    raise ValueError\n", Timeout=1), arn)
    until(lambda: 1 == lab.left(letters_url))

    for names in (["All"], ["DeadLetterQueueSourceArn"]):
        (letter,) = lab.sqs.receive_message(
            QueueUrl=letters_url,
            MessageSystemAttributeNames=names,
            MessageAttributeNames=["All"],
            VisibilityTimeout=0,
        )["Messages"]
        assert (sent, KIND) == (letter["MessageId"], letter["MessageAttributes"])
        assert arn == letter["Attributes"]["DeadLetterQueueSourceArn"]


def test_moved_letters_are_new_messages_for_the_mapping(lab: Sources):
    """The repaired function gets them with another id, their attributes, and a count of one."""
    url, arn, letters_url, letters = dead_lettering(lab)
    sent = lab.send(url, "a", "b", MessageAttributes=KIND)
    name = lab.deploy("    raise ValueError\n", Timeout=1)
    mapping = lab.map(name, arn)
    until(lambda: 2 == lab.left(letters_url))
    lab.change(mapping, FunctionName=(repaired := lab.deploy(Timeout=1)))
    lab.sqs.start_message_move_task(SourceArn=letters)

    records = until(
        lambda: (
            len(found := [r for event in lab.events(repaired) for r in event["Records"]]) == 2
            and found
        )
    )
    assert {"a", "b"} == {*bodies({"Records": records})}
    assert not {*sent} & {record["messageId"] for record in records}
    for record in records:
        assert "1" == record["attributes"]["ApproximateReceiveCount"]
        assert "order" == record["messageAttributes"]["kind"]["stringValue"]


def test_a_duplicate_is_known_after_the_first_was_deleted(lab: Sources):
    """For five minutes a FIFO queue takes a deduplication id once, and answers as for the first."""
    url, _ = lab.queue(fifo=True)

    def send(group: str) -> tuple[str, str]:
        sent = lab.sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId=group)
        return sent["MessageId"], sent["SequenceNumber"]

    first = send("g")
    assert first == send("h")
    assert 1 == len(lab.messages(url))
    assert first == send("g")
    assert 0 == lab.left(url)
    by_group, _ = lab.queue(fifo=True, DeduplicationScope="messageGroup")
    for group in ("g", "h", "g"):
        lab.sqs.send_message(QueueUrl=by_group, MessageBody="a", MessageGroupId=group)
    assert 2 == lab.left(by_group)
