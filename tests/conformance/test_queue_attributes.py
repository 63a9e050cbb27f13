"""What SQS refuses when a queue is made or changed, and what a change leaves alone."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest

from tests.conformance.refusals import refused

DLQ = "arn:aws:sqs:us-east-1:123456789012:{}"


@pytest.mark.parametrize(
    ("name", "value", "code", "message"),
    [
        ("VisibilityTimeout", "43201", "InvalidAttributeValue", "the parameter VisibilityTimeout."),
        ("VisibilityTimeout", "-1", "InvalidAttributeValue", "the parameter VisibilityTimeout."),
        ("VisibilityTimeout", "long", "InvalidAttributeValue", "the parameter VisibilityTimeout."),
        ("DelaySeconds", "901", "InvalidAttributeValue", "the parameter DelaySeconds."),
        ("ReceiveMessageWaitTimeSeconds", "21", "InvalidAttributeValue", "WaitTimeSeconds."),
        ("MessageRetentionPeriod", "59", "InvalidAttributeValue", "MessageRetentionPeriod."),
        ("MaximumMessageSize", "1023", "InvalidAttributeValue", "MaximumMessageSize."),
        ("Visibility", "30", "InvalidAttributeName", "Unknown Attribute Visibility."),
        ("RedrivePolicy", "no", "InvalidParameterValue", "not a valid JSON map."),
        ("RedrivePolicy", "[]", "InvalidParameterValue", "not a valid JSON map."),
        (
            "RedrivePolicy",
            '{"maxReceiveCount": 3}',
            "InvalidParameterValue",
            "does not contain mandatory attribute: deadLetterTargetArn.",
        ),
        (
            "RedrivePolicy",
            json.dumps({"deadLetterTargetArn": DLQ.format("none")}),
            "InvalidParameterValue",
            "does not contain mandatory attribute: maxReceiveCount.",
        ),
        (
            "RedrivePolicy",
            json.dumps({"deadLetterTargetArn": DLQ.format("none"), "maxReceiveCount": 0}),
            "InvalidParameterValue",
            "maxReceiveCount: 0, valid values are from 1 to 1000 both inclusive.",
        ),
        (
            "RedrivePolicy",
            json.dumps({"deadLetterTargetArn": DLQ.format("none"), "maxReceiveCount": 3}),
            "InvalidParameterValue",
            "Dead letter target does not exist.",
        ),
    ],
)
def test_an_attribute_out_of_its_range_is_refused(
    cloud: Any, name: str, value: str, code: str, message: str
):
    """Creating and changing a queue answer alike; a refused queue is not made."""
    sqs, queue = cloud.client("sqs"), f"q-{secrets.token_hex(4)}"

    _, found, said = refused(sqs.create_queue, QueueName=queue, Attributes={name: value})
    assert (code, True) == (found, said.endswith(message)), said
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=queue)

    url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    _, found, said = refused(sqs.set_queue_attributes, QueueUrl=url, Attributes={name: value})
    assert (code, True) == (found, said.endswith(message)), said


def test_a_dead_letter_queue_is_of_the_same_type(cloud: Any):
    """A FIFO queue wants a FIFO queue, a standard queue a standard one."""
    sqs, name = cloud.client("sqs"), f"q-{secrets.token_hex(4)}"
    sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})
    policy = {"deadLetterTargetArn": DLQ.format(f"{name}.fifo"), "maxReceiveCount": "3"}
    attributes = {"RedrivePolicy": json.dumps(policy)}

    _, code, message = refused(sqs.create_queue, QueueName=name, Attributes=attributes)
    other = {"FifoQueue": "true", **attributes}

    assert "InvalidParameterValue" == code
    assert message.endswith("Dead-letter queue must be same type of queue as the source.")
    assert sqs.create_queue(QueueName=f"{name}-2.fifo", Attributes=other)["QueueUrl"]


def test_setting_an_attribute_keeps_the_policy(cloud: Any):
    """SetQueueAttributes changes what it names and nothing else."""
    sqs, name = cloud.client("sqs"), f"q-{secrets.token_hex(4)}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": DLQ.format(name),
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "7"})
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})

    assert ("7", policy) == (found["VisibilityTimeout"], json.loads(found["Policy"]))
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert "Policy" not in left
