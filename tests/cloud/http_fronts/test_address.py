"""Which front a public request means, by path and by AWS's host names."""

from __future__ import annotations

import pytest

from helpers.cloud.http_fronts.address import (
    FrontKind,
    PublicAddress,
    domain_name,
    public_address,
    public_url,
)
from helpers.cloud.http_messages import HttpRequest


def request(path: str, host: str = "127.0.0.1:4566") -> HttpRequest:
    """Return a GET of a path sent to a host."""
    return HttpRequest("GET", path, "", {"host": host}, ("Host",), b"")


@pytest.mark.parametrize("kind", list(FrontKind))
def test_a_path_under_the_prefix_of_a_front_names_it(kind: FrontKind):
    """The prefix and the id go, the rest of the raw path stays."""
    expected = PublicAddress(kind, "abc123", "/a%20b/c", domain_name(kind, "abc123"))

    assert expected == public_address(request(f"/_aws/{kind}/abc123/a%20b/c"))


@pytest.mark.parametrize(
    "kind", [FrontKind.LAMBDA_URL, FrontKind.EXECUTE_API, FrontKind.LOAD_BALANCER]
)
def test_a_host_name_of_aws_names_the_front_its_id_and_its_region(kind: FrontKind):
    """The whole path belongs to the front, and the port and case of Host do not matter."""
    name = domain_name(kind, "abc123", "eu-west-1")
    expected = PublicAddress(kind, "abc123", "/x", name, "eu-west-1")

    assert expected == public_address(request("/x", f"{name.upper()}:4566"))


def test_a_front_named_without_a_path_gets_a_slash():
    """As HTTP clients send it, the path of an empty path is a slash."""
    found = public_address(request("/_aws/lambda-url/abc123"))

    assert found is not None
    assert "/" == found.path


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/", "localhost"),
        ("/bucket/key", "s3.us-east-1.amazonaws.com"),
        ("/_aws/other/abc/", "localhost"),
        ("/_aws/lambda-url//x", "localhost"),
        ("/", "lambda-url.us-east-1.on.aws"),
        ("/", "evil.example/abc.lambda-url.us-east-1.on.aws"),
    ],
)
def test_every_other_request_names_no_front(path: str, host: str):
    """Neither a bare prefix nor a look-alike host is public."""
    assert public_address(request(path, host)) is None


def test_the_address_that_works_here_is_found_again_by_its_path():
    """What CreateFunctionUrlConfig returns leads back to the same id."""
    url = public_url("http://127.0.0.1:4566", FrontKind.LAMBDA_URL, "abc")

    found = public_address(request(url.removeprefix("http://127.0.0.1:4566")))

    assert found is not None
    assert "abc" == found.id
