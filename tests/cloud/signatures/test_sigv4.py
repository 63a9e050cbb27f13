from __future__ import annotations

import time
from dataclasses import replace

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from helpers.cloud.signatures import Fault, SignatureError, verify

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f:live"
CALLS = [
    ("sts", "get_caller_identity", {}),
    ("iam", "list_users", {}),
    ("sqs", "send_message", {"QueueUrl": "http://127.0.0.1:4566/1/q", "MessageBody": "ü + ~"}),
    ("sns", "publish", {"TopicArn": "arn:aws:sns:eu-west-1:1:t", "Message": "a b&c=d/ü"}),
    ("dynamodb", "get_item", {"TableName": "t", "Key": {"id": {"S": "ü"}}}),
    ("lambda", "invoke", {"FunctionName": ARN, "Payload": b'{"a": 1}', "Qualifier": "live"}),
    ("lambda", "list_tags", {"Resource": ARN}),
    ("lambda", "untag_resource", {"Resource": ARN, "TagKeys": ["b", "a c", "ü"]}),
    ("lambda", "list_functions", {"Marker": "a+b/c=="}),
    ("apigateway", "get_rest_apis", {}),
    ("apigateway", "get_resource", {"restApiId": "a~b", "resourceId": "c d"}),
    ("logs", "describe_log_groups", {"logGroupNamePrefix": "/aws/lambda/"}),
    ("events", "put_events", {"Entries": [{"Source": "a", "Detail": "{}"}]}),
    ("cloudwatch", "list_metrics", {}),
    ("kinesis", "list_streams", {}),
    ("stepfunctions", "list_state_machines", {}),
    ("secretsmanager", "list_secrets", {}),
    ("ssm", "get_parameter", {"Name": "/a/b c"}),
    ("scheduler", "get_schedule", {"Name": "a.b", "GroupName": "g"}),
    ("xray", "get_trace_summaries", {"StartTime": 0, "EndTime": 1}),
    ("s3", "list_buckets", {}),
    ("s3", "put_object", {"Bucket": "bucket", "Key": "k", "Body": b"x", "Metadata": {"a": "b  c"}}),
    ("s3", "list_objects_v2", {"Bucket": "bucket", "Prefix": "ü /+", "Delimiter": "/"}),
]
KEYS_OF_OBJECTS = ["ü/日本", "a//b", "a/../b", "./a", "a+b c", "~x", "a%2Fb", "a:b@c!d*e'(f)", "a/"]


@pytest.mark.parametrize(("service", "operation", "params"), CALLS)
@pytest.mark.parametrize("key", ["AKIALONG", "ASIATEMPORARY"])
def test_what_boto3_signs_is_believed(client, signed, believe, service, operation, params, key):
    """Calls of every protocol pass, with a lasting key and with a session token."""
    signature = believe(signed(client(service, key=key), operation, **params))

    assert (key, "eu-west-1") == (signature.access_key_id, signature.region)
    assert not signature.presigned


@pytest.mark.parametrize("name", KEYS_OF_OBJECTS)
@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_odd_object_keys_survive_signing_and_presigning(
    client, signed, believe, wire, name, signature
):
    """S3 signs the path as it is on the wire: dots, slashes and encoding are left alone."""
    s3 = client("s3", signature=signature)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": name})

    assert believe(wire("GET", url, {}, b"")).presigned
    if signature == "s3v4":
        assert "s3" == believe(signed(s3, "get_object", Bucket="bucket", Key=name)).service


@pytest.mark.parametrize("path", ["/a//b", "/a/../b", "/./a/", "/a b", "/a%20b", "/%C3%BC", "//"])
@pytest.mark.parametrize(("signer", "service"), [(SigV4Auth, "execute-api"), (S3SigV4Auth, "s3")])
def test_odd_paths_are_normalised_as_the_service_does(believe, wire, path, signer, service):
    """Every service but S3 normalises the path and encodes it twice."""
    request = AWSRequest("GET", f"http://127.0.0.1:4566{path}")
    signer(Credentials("AKIALONG", "secret"), service, "us-east-1").add_auth(request)

    assert service == believe(wire("GET", request.url, request.headers, b"")).service


@pytest.fixture
def genuine(client, signed):
    """A signed invoke with a query and a body."""
    return signed(client("lambda"), "invoke", FunctionName="f", Qualifier="1", Payload=b"{}")


def _with(request, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(request, headers={**request.headers, **named})


TAMPERINGS = {
    "method": lambda r: replace(r, method="PUT"),
    "path": lambda r: replace(r, path=r.path.replace("/f/", "/g/")),
    "query": lambda r: replace(r, query="Qualifier=2"),
    "one more parameter": lambda r: replace(r, query=r.query + "&a=b"),
    "host": lambda r: _with(r, host="127.0.0.1:1"),
    "body": lambda r: replace(r, body=b"[]"),
    "date within the skew": lambda r: _with(
        r, x_amz_date=time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 60))
    ),
    "an unsigned x-amz header": lambda r: _with(r, x_amz_target="Other.Operation"),
    "signature": lambda r: _with(r, authorization=r.headers["authorization"][:-4] + "0000"),
    "region": lambda r: _with(
        r, authorization=r.headers["authorization"].replace("eu-west-1", "us-east-1")
    ),
    "service": lambda r: _with(
        r, authorization=r.headers["authorization"].replace("/lambda/", "/iam/")
    ),
}


@pytest.mark.parametrize("part", TAMPERINGS)
def test_a_change_of_any_part_is_refused(genuine, believe, part):
    """What was signed cannot be altered on the way."""
    assert believe(genuine) is not None

    with pytest.raises(SignatureError) as caught:
        believe(TAMPERINGS[part](genuine))

    assert Fault.MISMATCH == caught.value.fault


def test_a_body_that_is_not_the_hashed_one_is_refused(client, signed, believe):
    """S3's payload header binds the body."""
    request = signed(client("s3"), "put_bucket_tagging", Bucket="bucket", Tagging={"TagSet": []})

    with pytest.raises(SignatureError) as caught:
        believe(replace(request, body=b"other"))

    assert Fault.HASH_MISMATCH == caught.value.fault


@pytest.mark.parametrize(
    "payload",
    [
        "UNSIGNED-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    ],
)
def test_unhashed_and_streamed_bodies_are_taken_by_their_seed(believe, wire, payload):
    """These payloads are named in the signature instead of hashed."""

    class Signer(S3SigV4Auth):
        def payload(self, request):
            return payload

    request = AWSRequest("PUT", "http://127.0.0.1:4566/bucket/k", data=b"any")
    Signer(Credentials("AKIALONG", "secret"), "s3", "us-east-1").add_auth(request)

    assert "s3" == believe(wire("PUT", request.url, request.headers, b"body")).service
    with pytest.raises(SignatureError):
        believe(
            _with(wire("PUT", request.url, request.headers, b""), x_amz_content_sha256="0" * 64)
        )


@pytest.mark.parametrize("ahead_s", [-901, 901])
def test_a_request_of_another_quarter_of_an_hour_is_refused(genuine, keys, ahead_s):
    """The clock of the caller may be 15 minutes off, not more."""
    assert verify(genuine, keys, now=time.time() + ahead_s * 0.9) is not None

    with pytest.raises(SignatureError) as caught:
        verify(genuine, keys, now=time.time() + ahead_s + ahead_s / 100)

    assert Fault.SKEWED == caught.value.fault


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_a_presigned_url_expires(client, keys, wire, signature):
    """After its seconds a URL is worth nothing, and AWS says so."""
    url = client("s3", signature=signature).generate_presigned_url(
        "get_object", Params={"Bucket": "bucket", "Key": "k"}, ExpiresIn=60
    )
    request = wire("GET", url, {}, b"")

    assert verify(request, keys, now=time.time() + 50) is not None
    with pytest.raises(SignatureError, match="Request has expired"):
        verify(request, keys, now=time.time() + 62)


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
@pytest.mark.parametrize("change", [("GET", "/other"), ("PUT", "/k")])
def test_a_presigned_url_is_for_one_method_and_object(client, believe, wire, signature, change):
    """Another object or method needs another signature."""
    url = client("s3", signature=signature).generate_presigned_url(
        "get_object", Params={"Bucket": "bucket", "Key": "k"}
    )

    with pytest.raises(SignatureError):
        believe(wire(change[0], url.replace("/k?", f"{change[1]}?"), {}, b""))


@pytest.mark.parametrize("signature", ["s3v4", "s3"])
def test_a_presigned_upload_carries_type_token_and_parameters(client, believe, wire, signature):
    """Headers that were promised must come; temporary keys presign as well."""
    url = client("s3", key="ASIATEMPORARY", signature=signature).generate_presigned_url(
        "put_object", Params={"Bucket": "bucket", "Key": "k", "ContentType": "text/plain"}
    )

    assert believe(wire("PUT", url, {"Content-Type": "text/plain"}, b"x")) is not None
    if signature == "s3v4":
        with pytest.raises(SignatureError):
            believe(wire("PUT", url, {"Content-Type": "text/html"}, b"x"))


def test_other_services_presign_too(client, believe, wire):
    """A presigned GetCallerIdentity is how EKS and Vault know a caller."""
    url = client("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")

    assert "sts" == believe(wire("GET", url, {}, b"")).service


@pytest.mark.parametrize("token", ["", "another"])
def test_a_temporary_key_needs_its_own_token(client, signed, believe, token):
    """Key and secret of a session are not enough."""
    request = signed(client("sts", key="ASIATEMPORARY"), "get_caller_identity")

    with pytest.raises(SignatureError) as caught:
        believe(_with(request, x_amz_security_token=token))

    assert Fault.WRONG_TOKEN == caught.value.fault


def test_a_key_that_nobody_made_is_unknown(genuine, believe):
    """The claim is kept, because an open door lets it in."""
    text = genuine.headers["authorization"].replace("AKIALONG", "AKIAOTHER")

    with pytest.raises(SignatureError) as caught:
        believe(_with(genuine, authorization=text))

    assert Fault.UNKNOWN_KEY == caught.value.fault
    assert "AKIAOTHER" == caught.value.claim.access_key_id


@pytest.mark.parametrize(
    "text",
    [
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 Credential=x/1/r/iam/aws4_request, Credential=AKIALONG/1/r/s3/"
        "aws4_request, SignedHeaders=host, Signature=0",
        "AWS AKIALONG:c2ln",
        "Basic YTpi",
    ],
)
def test_an_authorization_that_can_be_read_in_two_ways_is_refused(genuine, believe, text):
    """Exactly one credential, and no retired mechanism."""
    with pytest.raises(SignatureError) as caught:
        believe(_with(genuine, authorization=text))

    assert Fault.MALFORMED == caught.value.fault
