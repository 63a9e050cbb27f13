from __future__ import annotations

import botocore.loaders
import pytest

from helpers.cloud.errors import KitError
from helpers.course.guard import is_aws, is_remote, require_allowed

ALLOWED = {"COLDSTART_ALLOW_REMOTE": "1"}
ELSEWHERE = (
    "http://127.0.0.1.evil.example:4566",
    "http://127.0.0.1@evil.example",
    "http://localhost.localstack.cloud:4566",
    "http://192.168.1.2:4566",
    "http://0.0.0.0:4566",
    "https://ls-x1.sandbox.localstack.cloud",
    "http://amazonaws.com.evil.example",
)
NO_ADDRESS = (
    "ftp://127.0.0.1",
    "127.0.0.1:4566",
    "http://[::1",
    "",
    "http://evil.example\\@127.0.0.1:4566",
    "https://sts.\uff41mazonaws.com",
    "https://sts\u3002amazonaws\u3002com",
)
REAL = (
    "https://lambda.us-east-1.amazonaws.com",
    "https://sqs.cn-north-1.amazonaws.com.cn",
    "https://S3.EU-WEST-1.AMAZONAWS.COM.:443/",
    "https://key:secret@sts.amazonaws.com",
    "https://lambda.eu-west-1.api.aws",
    "https://vpce-1.lambda.us-east-1.vpce.amazonaws.com",
    "https://abc.lambda-url.us-east-1.on.aws/",
    "https://x.prod.aws.dev",
)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "[::1]", "a.localhost"])
def test_this_machine_is_allowed(host: str):
    """Every spelling of loopback, and nothing has to be set."""
    require_allowed(f"http://{host}:4566", {})

    assert not is_remote(f"http://{host}:4566")


@pytest.mark.parametrize("endpoint", ELSEWHERE)
def test_another_machine_has_to_be_allowed(endpoint: str):
    """The error quotes the endpoint; COLDSTART_ALLOW_REMOTE=1 lets it pass, and nothing else."""
    for environ in ({}, {"COLDSTART_ALLOW_REMOTE": "yes"}, {"COLDSTART_ALLOW_REMOTE": "0"}):
        with pytest.raises(KitError, match="not on this machine") as caught:
            require_allowed(endpoint, environ)

    assert repr(endpoint) in caught.value.what
    assert is_remote(endpoint)
    require_allowed(endpoint, ALLOWED)


@pytest.mark.parametrize("endpoint", NO_ADDRESS)
def test_what_is_no_address_is_refused_whatever_is_allowed(endpoint: str):
    """The error shows how an endpoint is written."""
    with pytest.raises(KitError, match="is no address") as caught:
        require_allowed(endpoint, ALLOWED)

    assert "http://127.0.0.1:4566" in caught.value.next_step


@pytest.mark.parametrize("endpoint", REAL)
def test_aws_itself_is_always_refused(endpoint: str):
    """No setting lets a lab work in a real account."""
    with pytest.raises(KitError, match="is AWS itself") as caught:
        require_allowed(endpoint, ALLOWED)

    assert "No setting" in caught.value.next_step


def test_every_partition_of_aws_is_known():
    """What botocore lists as suffixes of AWS's hosts is refused, in every partition."""
    partitions = botocore.loaders.create_loader().load_data("partitions")["partitions"]
    suffixes = {
        suffix
        for partition in partitions
        for suffix in (
            partition["outputs"]["dnsSuffix"],
            partition["outputs"]["dualStackDnsSuffix"],
        )
    }

    assert [] == [suffix for suffix in sorted(suffixes) if not is_aws(f"lambda.x.{suffix}")]


@pytest.mark.parametrize("host", ["localhost.localstack.cloud", "0.0.0.0"])
def test_other_names_for_this_machine_have_a_better_one(host: str):
    """LocalStack's public name wants a name server, and 0.0.0.0 is for listening."""
    with pytest.raises(KitError) as caught:
        require_allowed(f"http://{host}:4566", {})

    assert "http://localhost:4566" in caught.value.next_step
