"""Requests that no SDK would send: the caller's fault, in the words of the service."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.conformance.refusals import refused

FAULTS: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("sqs", "send_message", {"QueueUrl": "{queue}"}, "MissingParameter",
     "The request must contain the parameter MessageBody."),
    ("sqs", "change_message_visibility", {"QueueUrl": "{queue}", "ReceiptHandle": "x"},
     "MissingParameter", "The request must contain the parameter VisibilityTimeout."),
    ("kinesis", "get_resource_policy", {}, "ValidationException",
     "1 validation error detected: Value null at 'resourceARN' failed to satisfy constraint: "
     "Member must not be null"),
    ("kinesis", "describe_stream_summary", {"StreamARN": "none"}, "ValidationException",
     "1 validation error detected: Value 'none' at 'streamARN' failed to satisfy constraint: "
     "Member must satisfy regular expression pattern: arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+"),
    ("events", "tag_resource", {"Tags": [{"Key": "k", "Value": "v"}]}, "ValidationException",
     "1 validation error detected: Value null at 'resourceARN' failed to satisfy constraint: "
     "Member must not be null"),
    ("events", "put_partner_events", {"Entries": [{"Source": "mine"}]}, "ValidationException",
     "1 validation error detected: Value 'mine' at 'entries.1.member.source' failed to satisfy "
     "constraint: Member must satisfy regular expression pattern: "
     "aws\\.partner(/[\\.\\-_A-Za-z0-9]+){2,}"),
    ("sns", "delete_topic", {"TopicArn": "none"}, "InvalidParameter",
     "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"),
    ("sns", "list_topics", {"NextToken": "none"}, "InvalidParameter",
     "Invalid parameter: NextToken"),
    ("secretsmanager", "list_secrets", {"NextToken": "none"}, "InvalidNextTokenException",
     "The NextToken value is invalid."),
    ("iam", "list_roles", {"Marker": "none"}, "ValidationError", "Invalid Marker."),
    ("iam", "tag_role", {"RoleName": "none", "Tags": [{"Value": "v"}]}, "ValidationError",
     "1 validation error detected: Value null at 'tags.1.member.key' failed to satisfy "
     "constraint: Member must not be null"),
    ("dynamodb", "put_item",
     {"TableName": "{table}", "Item": {"id": {"S": "a"}}, "ConditionExpression": "id = :none"},
     "ValidationException", "Invalid ConditionExpression: An expression attribute value used in "
     "expression is not defined; attribute value: :none"),
    ("dynamodb", "put_item",
     {"TableName": "{table}", "Item": {"id": {"S": "a"}}, "ConditionExpression": "NOT"},
     "ValidationException", "Invalid ConditionExpression: Syntax error"),
    ("dynamodb", "execute_statement", {"Statement": "CHOOSE"}, "ValidationException",
     "Statement wasn't well formed, can't be processed"),
]  # fmt: skip


@pytest.fixture(scope="module")
def made(cloud: Any) -> dict[str, str]:
    """Return a queue's URL and a table's name that are there."""
    name = f"broken-{secrets.token_hex(5)}"
    cloud.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    queue = cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    return {"{queue}": queue, "{table}": name}


@pytest.mark.parametrize(("service", "call", "given", "code", "message"), FAULTS)
def test_what_breaks_its_model_is_refused(
    cloud: Any,
    made: dict[str, str],
    service: str,
    call: str,
    given: dict[str, Any],
    code: str,
    message: str,
):
    """400 and the member's name, where the service behind it stumbles."""
    client = cloud.client(service, parameter_validation=False)
    params = {name: made.get(str(value), value) for name, value in given.items()}

    assert (400, code, message) == refused(getattr(client, call), **params)


@pytest.mark.parametrize("value", ["many", ["1"], {"a": 1}])
def test_a_member_of_another_type_cannot_be_read(cloud: Any, made: dict[str, str], value: Any):
    """SerializationException, 400."""
    sqs = cloud.client("sqs", parameter_validation=False)

    status, code, _ = refused(
        sqs.receive_message, QueueUrl=made["{queue}"], MaxNumberOfMessages=value
    )
    assert (400, "SerializationException") == (status, code)
