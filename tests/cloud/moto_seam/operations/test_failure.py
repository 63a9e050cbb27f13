"""Denials as botocore reads them, in every protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import create_parser

from helpers.cloud.moto_seam.operations import Call, Failure, render, render_denied

MESSAGE = 'User: ana is not authorized to perform: x on resource: "<a&b>" because köln'

DENIALS = [
    ("s3", "GetObject", "rest-xml", "AccessDenied", 403),
    ("sqs", "SendMessage", "json", "AccessDenied", 403),
    ("sns", "Publish", "query", "AuthorizationError", 403),
    ("iam", "CreateRole", "query", "AccessDenied", 403),
    ("sts", "AssumeRole", "query", "AccessDenied", 403),
    ("lambda", "Invoke", "rest-json", "AccessDeniedException", 403),
    ("scheduler", "CreateSchedule", "rest-json", "AccessDeniedException", 403),
    ("dynamodb", "GetItem", "json", "AccessDeniedException", 400),
    ("logs", "PutLogEvents", "json", "AccessDeniedException", 400),
    ("events", "PutEvents", "json", "AccessDeniedException", 400),
    ("ssm", "GetParameter", "json", "AccessDeniedException", 400),
    ("secretsmanager", "GetSecretValue", "json", "AccessDeniedException", 400),
    ("kms", "Decrypt", "json", "AccessDeniedException", 400),
    ("kinesis", "PutRecord", "json", "AccessDeniedException", 400),
    ("cloudwatch", "PutMetricData", "json", "AccessDenied", 403),
    ("xray", "PutTraceSegments", "rest-json", "AccessDeniedException", 403),
]


@pytest.mark.parametrize(("service", "operation", "protocol", "code", "status"), DENIALS)
def test_botocore_reads_code_status_and_message(
    service: str,
    operation: str,
    protocol: str,
    code: str,
    status: int,
    answered: Callable[..., Any],
    minimal: Callable[[str, str], dict[str, Any]],
) -> None:
    """Each service's denial reaches the caller with the code AWS gives it, and the whole text."""
    call = Call(service, operation, {}, "us-east-1", protocol=protocol)
    answer = render_denied(call, MESSAGE, request_id="11111111-2222-3333-4444-555555555555")

    with pytest.raises(ClientError) as refused:
        answered(service, operation, minimal(service, operation), answer)

    response = refused.value.response
    assert (code, MESSAGE) == (response["Error"]["Code"], response["Error"]["Message"])
    assert status == response["ResponseMetadata"]["HTTPStatusCode"]
    assert "11111111-2222-3333-4444-555555555555" == response["ResponseMetadata"]["RequestId"]


def test_a_modelled_error_becomes_its_exception(answered: Callable[..., Any]) -> None:
    """A failure with a code of the model is raised as that exception."""
    failure = Failure("ResourceNotFoundException", "no such table")
    answer = render("dynamodb", "json", failure, request_id="r")

    with pytest.raises(ClientError) as refused:
        answered("dynamodb", "DescribeTable", {"TableName": "orders"}, answer)

    assert "ResourceNotFoundException" == type(refused.value).__name__


@pytest.mark.parametrize("protocol", ["ec2", "smithy-rpc-v2-cbor"])
def test_protocols_that_no_table_service_speaks_by_default(protocol: str) -> None:
    """EC2's XML and CBOR errors parse with botocore's own parsers."""
    service = "ec2" if protocol == "ec2" else "cloudwatch"
    call = Call(service, "X", {}, "us-east-1", protocol=protocol)
    status, headers, body = render_denied(call, MESSAGE, request_id="r-1")
    lowered = {name.lower(): value for name, value in headers.items()}
    parsed = create_parser(protocol).parse(
        {"status_code": status, "headers": lowered, "body": body}, None
    )

    expected = "UnauthorizedOperation" if protocol == "ec2" else "AccessDenied"
    assert (expected, MESSAGE) == (parsed["Error"]["Code"], parsed["Error"]["Message"])
    assert "r-1" == parsed["ResponseMetadata"]["RequestId"]
