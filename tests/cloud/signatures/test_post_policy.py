from __future__ import annotations

import time
from dataclasses import replace

import pytest

from helpers.cloud.signatures import Fault, SignatureError, verify

LINE = "----form"


def upload(wire, fields):
    """The form as a browser sends it."""
    parts = "".join(
        f'--{LINE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    file = f'--{LINE}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n'
    headers = {"Content-Type": f"multipart/form-data; boundary={LINE}"}
    body = f"{parts}{file}--{LINE}--\r\n".encode()
    return wire("POST", "http://127.0.0.1:4566/bucket", headers, body)


@pytest.fixture(params=["s3v4", "s3"])
def fields(request, client):
    """The fields of a form that boto3 signed, in both versions."""
    made = client("s3", key="ASIATEMPORARY", signature=request.param).generate_presigned_post(
        "bucket",
        "in/${filename}",
        Fields={"acl": "private"},
        Conditions=[
            {"acl": "private"},
            ["starts-with", "$key", "in/"],
            ["content-length-range", 1, 9],
        ],
        ExpiresIn=60,
    )
    return made["fields"]


def test_a_form_that_boto3_signed_is_believed(fields, wire, believe):
    """The signature over the policy stands for the one over the request."""
    signature = believe(upload(wire, fields))

    assert ("ASIATEMPORARY", "s3", True) == (
        signature.access_key_id,
        signature.service,
        signature.presigned,
    )


@pytest.mark.parametrize("change", [{"policy": "e30="}, {"x-amz-security-token": "other"}])
def test_an_altered_policy_or_token_is_refused(fields, wire, believe, change):
    """The policy is what was signed."""
    with pytest.raises(SignatureError) as caught:
        believe(upload(wire, {**fields, **change}))

    assert caught.value.fault in (Fault.MISMATCH, Fault.WRONG_TOKEN)


@pytest.mark.parametrize("change", [{"key": "elsewhere/a"}, {"acl": "public-read"}])
def test_a_field_that_breaks_a_condition_is_refused(fields, wire, believe, change):
    """The form may only be filled in as the policy allows."""
    with pytest.raises(SignatureError, match="Policy Condition failed"):
        believe(upload(wire, {**fields, **change}))


def test_a_form_is_for_one_bucket(fields, wire, believe):
    """The bucket is in the URL, by path or by host, and in the policy."""
    form = upload(wire, fields)
    by_host = {**form.headers, "host": "bucket.localhost:4566"}

    assert believe(replace(form, path="/", headers=by_host)) is not None
    with pytest.raises(SignatureError, match="Policy Condition failed"):
        believe(replace(form, path="/other"))


def test_an_expired_form_is_refused(fields, wire, keys):
    """The policy's expiration counts."""
    with pytest.raises(SignatureError, match="Policy expired"):
        verify(upload(wire, fields), keys, now=time.time() + 61)


def test_a_form_without_a_policy_is_unsigned(wire, believe):
    """Anybody may try; the bucket decides."""
    assert believe(upload(wire, {"key": "a"})) is None
