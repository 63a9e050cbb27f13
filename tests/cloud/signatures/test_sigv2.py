from __future__ import annotations

import time
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV2Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from helpers.cloud.signatures import Fault, SignatureError, verify


def form(wire, *, method="POST", key="AKIALONG", secret="secret", token=None, **changed):
    """A query-protocol request with SignatureVersion=2."""
    values = {"Action": "ListUsers", "Version": "2010-05-08", "Prefix": "ü +~*/"}
    request = AWSRequest(method, "http://127.0.0.1:4566/", data=dict(values))
    SigV2Auth(Credentials(key, secret, token)).add_auth(request)
    text = urlencode({**request.data, **changed})
    if method == "GET":
        return wire("GET", f"http://127.0.0.1:4566/?{text}", {}, b"")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return wire("POST", "http://127.0.0.1:4566/", headers, text.encode())


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("key", "secret", "token"),
    [("AKIALONG", "secret", None), ("ASIATEMPORARY", "passing", "token/+=")],
)
def test_query_requests_with_version_2_are_believed(wire, believe, method, key, secret, token):
    """Old SDKs sign the sorted parameters, in the URL or in the form."""
    signature = believe(form(wire, method=method, key=key, secret=secret, token=token))

    assert key == signature.access_key_id


@pytest.mark.parametrize(
    "changed", [{"Action": "DeleteUser"}, {"UserName": "a"}, {"Signature": "x"}]
)
def test_an_altered_query_request_is_refused(wire, believe, changed):
    """Every parameter is signed."""
    with pytest.raises(SignatureError) as caught:
        believe(form(wire, **changed))

    assert Fault.MISMATCH == caught.value.fault


@pytest.mark.parametrize("later_s", [-1000, 1000])
def test_a_query_request_of_another_time_is_refused(wire, keys, later_s):
    """Its Timestamp may be 15 minutes off."""
    with pytest.raises(SignatureError) as caught:
        verify(form(wire), keys, now=time.time() + later_s)

    assert Fault.EXPIRED == caught.value.fault


def test_a_bucket_in_the_host_name_is_part_of_the_resource(client, believe, wire):
    """A virtual-hosted URL was signed for /bucket/key."""
    url = client("s3", signature="s3").generate_presigned_url(
        "get_object", Params={"Bucket": "bucket", "Key": "k"}
    )
    query = url.partition("?")[2]

    assert believe(wire("GET", f"http://bucket.localhost:4566/k?{query}", {}, b"")) is not None
    with pytest.raises(SignatureError):
        believe(wire("GET", f"http://other.localhost:4566/k?{query}", {}, b""))


def test_subresources_are_signed_and_other_parameters_are_not(client, believe, wire):
    """versionId belongs to the resource."""
    url = client("s3", signature="s3").generate_presigned_url(
        "get_object", Params={"Bucket": "bucket", "Key": "k", "VersionId": "a/b+c"}
    )

    assert believe(wire("GET", url, {}, b"")) is not None
    with pytest.raises(SignatureError):
        believe(wire("GET", url.replace("versionId=", "versionId=z"), {}, b""))
