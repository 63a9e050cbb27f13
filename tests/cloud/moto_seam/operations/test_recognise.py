"""Requests made by botocore are read back as the calls they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.model import ServiceModel
from botocore.serialize import create_serializer

from helpers.cloud.moto_seam.operations import (
    TABLES,
    Call,
    ScopedRequest,
    UnreadableRequest,
    recognise,
    requirements,
    unmapped_message,
)
from helpers.cloud.moto_seam.operations.routing import service_model


@pytest.mark.parametrize("service", TABLES)
def test_every_operation_of_the_table_is_recognised(
    service: str, sent_call: Callable[..., Call], minimal: Callable[[str, str], dict[str, Any]]
) -> None:
    """Each mapped operation, sent by botocore with its smallest parameters, is read back whole."""
    for operation in TABLES[service]:
        params = minimal(service, operation)
        call = sent_call(service, operation, params)

        assert (service, operation, "us-east-1") == (call.service, call.operation, call.region)
        assert params.keys() <= dict(call.params).keys(), operation
        assert requirements(call) is not None


@pytest.mark.parametrize("service", TABLES)
def test_the_table_names_real_operations(service: str) -> None:
    """A misspelt row would never match: every name is one of botocore's model."""
    model = service_model(service)

    assert model is not None
    assert set() == set(TABLES[service]) - set(model.operation_names)


def test_parameters_survive() -> None:
    """Lists, maps, blobs and nested structures of a json request come back as they went."""
    body = b'{"TableName": "orders", "Key": {"id": {"S": "o-1007"}, "raw": {"B": "aGk="}}}'
    call = recognise(
        ScopedRequest(
            "POST",
            "/",
            "dynamodb",
            "eu-west-1",
            headers={"X-Amz-Target": "DynamoDB_20120810.GetItem"},
            body=body,
        )
    )

    assert call is not None
    assert {"id": {"S": "o-1007"}, "raw": {"B": b"hi"}} == call.params["Key"]
    assert ("eu-west-1", "json") == (call.region, call.protocol)


def rest(method: str, path: str, query: str = "", **headers: str) -> str:
    """Recognise an S3 request and give its operation, bucket and key."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    call = recognise(ScopedRequest(method, path, "s3", "us-east-1", query, named))
    if call is None:
        return "nothing"
    return " ".join([call.operation, *(call.params.get(k, "") for k in ("Bucket", "Key"))]).strip()


@pytest.mark.parametrize(
    ("expected", "method", "path", "query"),
    [
        ("ListBuckets", "GET", "/", ""),
        ("CreateBucket b", "PUT", "/b", ""),
        ("CreateBucket b", "PUT", "/b/", ""),
        ("ListObjects b", "GET", "/b", ""),
        ("ListObjectsV2 b", "GET", "/b", "list-type=2&prefix=x"),
        ("GetBucketPolicy b", "GET", "/b", "policy"),
        ("GetBucketNotificationConfiguration b", "GET", "/b", "notification"),
        ("HeadBucket b", "HEAD", "/b", ""),
        ("GetObject b a/c.jpg", "GET", "/b/a/c.jpg", ""),
        ("GetObject b a//c.jpg", "GET", "/b/a//c.jpg", ""),
        ("GetObject b folder/", "GET", "/b/folder/", ""),
        ("GetObject b summer in köln+2.jpg", "GET", "/b/summer%20in%20k%C3%B6ln%2B2.jpg", ""),
        ("GetObject b a/c", "GET", "/b/a%2Fc", "x-id=GetObject"),
        ("HeadObject b a", "HEAD", "/b/a", ""),
        ("GetObjectTagging b a", "GET", "/b/a", "tagging"),
        ("ListParts b a", "GET", "/b/a", "uploadId=1"),
        ("CreateMultipartUpload b a", "POST", "/b/a", "uploads"),
        ("UploadPart b a", "PUT", "/b/a", "partNumber=1&uploadId=1"),
        ("DeleteObject b a", "DELETE", "/b/a", ""),
        ("AbortMultipartUpload b a", "DELETE", "/b/a", "uploadId=1"),
        ("nothing", "PATCH", "/b/a", ""),
    ],
)
def test_s3_paths(expected: str, method: str, path: str, query: str) -> None:
    """Method, path and query tell S3's operations apart; keys keep their slashes and letters."""
    assert expected == rest(method, path, query)


@pytest.mark.parametrize(
    "host",
    [
        "b.localhost:4566",
        "b.s3.localhost:4566",
        "b.s3.amazonaws.com",
        "b.s3.us-east-1.amazonaws.com",
        "b.s3-us-west-2.amazonaws.com",
    ],
)
def test_a_bucket_may_stand_in_the_host(host: str) -> None:
    """Virtual-hosted requests are read as their path-style twins."""
    assert "GetObject b a" == rest("GET", "/a", host=host)
    assert "ListObjectsV2 b" == rest("GET", "/", "list-type=2", host=host)


def test_a_host_without_a_bucket() -> None:
    """The plain endpoints name no bucket."""
    for host in ("localhost:4566", "s3.localhost", "127.0.0.1:4566", "s3.us-east-1.amazonaws.com"):
        assert "GetObject b a" == rest("GET", "/b/a", host=host)


def test_copies_are_told_by_their_header() -> None:
    """The header x-amz-copy-source makes a copy of a put, whatever its case."""
    assert "CopyObject b a" == rest("PUT", "/b/a", X_Amz_Copy_Source="b/c")
    assert "UploadPartCopy b a" == rest(
        "PUT", "/b/a", "partNumber=1&uploadId=1", x_amz_copy_source="b/c"
    )
    assert "PutObject b a" == rest("PUT", "/b/a")


def test_the_old_query_protocol_of_sqs() -> None:
    """A form with Action, as old SDKs send it, is recognised too."""
    call = recognise(
        ScopedRequest(
            "POST",
            "/123456789012/print-jobs",
            "sqs",
            "us-east-1",
            headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
            body=b"Action=SendMessage&MessageBody=hi&Version=2012-11-05"
            b"&QueueUrl=http%3A%2F%2F127.0.0.1%2F123456789012%2Fprint-jobs",
        )
    )

    assert call is not None
    assert ("SendMessage", "query", "hi") == (
        call.operation,
        call.protocol,
        call.params["MessageBody"],
    )


def test_a_query_in_the_url() -> None:
    """A GET with the parameters in the query string is the same call."""
    query = "Action=GetCallerIdentity&Version=2011-06-15"
    call = recognise(ScopedRequest("GET", "/", "sts", "us-east-1", query))

    assert call is not None
    assert "GetCallerIdentity" == call.operation


def test_cbor() -> None:
    """A CBOR request, serialized by botocore, is read back."""
    model = service_model("cloudwatch")
    assert isinstance(model, ServiceModel)
    datum = {"MetricName": "orders", "Value": 3.0}
    wire = create_serializer("smithy-rpc-v2-cbor").serialize_to_request(
        {"Namespace": "shop", "MetricData": [datum]}, model.operation_model("PutMetricData")
    )
    call = recognise(
        ScopedRequest(
            wire["method"],
            wire["url_path"],
            "monitoring",
            "us-east-1",
            headers=wire["headers"],
            body=wire["body"],
        )
    )

    assert call is not None
    assert ("PutMetricData", "shop", [datum]) == (
        call.operation,
        call.params["Namespace"],
        call.params["MetricData"],
    )


@pytest.mark.parametrize(
    ("service", "headers"),
    [
        ("nosuchservice", {}),
        ("dynamodb", {"X-Amz-Target": "DynamoDB_20120810.Nonsense"}),
        ("lambda", {}),
        ("sts", {}),
    ],
)
def test_what_no_model_knows_is_nothing(service: str, headers: dict[str, str]) -> None:
    """An unknown service, target, path or action gives no call, and no exception."""
    assert recognise(ScopedRequest("POST", "/nope", service, "us-east-1", headers=headers)) is None


def test_shared_signing_names_are_told_apart() -> None:
    """DynamoDB and its streams, REST and HTTP APIs sign with one name and stay two services."""
    stream = ScopedRequest(
        "POST",
        "/",
        "dynamodb",
        "us-east-1",
        headers={"x-amz-target": "DynamoDBStreams_20120810.ListStreams"},
        body=b"{}",
    )
    calls = [
        recognise(stream),
        recognise(ScopedRequest("GET", "/v2/apis", "apigateway", "us-east-1")),
        recognise(ScopedRequest("GET", "/restapis", "apigateway", "us-east-1")),
    ]

    assert ["dynamodbstreams", "apigatewayv2", "apigateway"] == [
        call and call.service for call in calls
    ]


@pytest.mark.parametrize("body", [b"<Delete><Object>", b"\xff\xfe", b'{"a": 1}'])
def test_a_body_that_cannot_be_read_says_so(body: bytes) -> None:
    """Broken XML is refused with the operation's name."""
    request = ScopedRequest("POST", "/b", "s3", "us-east-1", "delete", body=body)

    with pytest.raises(UnreadableRequest, match="the body of s3:DeleteObjects cannot be read"):
        recognise(request)


def test_an_unmapped_operation_names_the_gap() -> None:
    """No row means no requirements, and a message that tells where a row belongs."""
    call = Call("s3", "GetObjectTorrent", {"Bucket": "b", "Key": "a"}, "us-east-1")
    message = unmapped_message(call, "arn:aws:iam::123456789012:user/ana")

    assert requirements(call) is None
    assert "s3:GetObjectTorrent" in message
    assert "arn:aws:iam::123456789012:user/ana" in message
    assert "helpers/cloud/moto_seam/operations" in message


FORM = (
    b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nuploads/${filename}\r\n'
    b'--x\r\nContent-Disposition: form-data; name="acl"\r\n\r\nprivate\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n--x--\r\n"
)


def uploaded(body: bytes) -> Call | None:
    """Send an HTML form to a bucket."""
    headers = {"Content-Type": 'multipart/form-data; boundary="x"'}
    return recognise(
        ScopedRequest("POST", "/uploads", "s3", "us-east-1", headers=headers, body=body)
    )


def test_an_upload_by_form_is_a_put() -> None:
    """A browser's POST asks for s3:PutObject on the key of its form."""
    call = uploaded(FORM)

    assert call is not None
    assert ["s3:PutObject uploads/a.jpg", "s3:PutObjectAcl uploads/a.jpg"] == [
        f"{need.action} {need.resource.removeprefix('arn:aws:s3:::uploads/')}"
        for need in requirements(call) or []
    ]


def test_a_form_without_a_key_cannot_be_read() -> None:
    """A form that lacks its key is refused."""
    with pytest.raises(UnreadableRequest, match="the form sent to 'uploads' cannot be read"):
        uploaded(FORM.replace(b'"key"', b'"other"'))


@pytest.mark.parametrize("path", ["/bucket", "/bucket/key"])
def test_a_preflight_is_no_operation(path: str) -> None:
    """moto adds preflights to S3's model; AWS has no such operation, and no policy names one."""
    assert recognise(ScopedRequest("OPTIONS", path, "s3", "us-east-1")) is None
