"""Which function URL, API or load balancer a public request means.

Two forms reach each: a path of the cloud's own port, as the kit's APIs return it, and AWS's host
name sent as `Host`. The event always shows AWS's host name and a path without the prefix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from helpers.cloud.http_messages import HttpRequest


class FrontKind(StrEnum):
    """The kinds of public fronts, each the first word of its prefix under /_aws/."""

    LAMBDA_URL = "lambda-url"
    EXECUTE_API = "execute-api"
    LOAD_BALANCER = "elb"
    LAMBDA_PACKAGE = "lambda-package"
    STACK_RESPONSE = "stack-response"


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """What a public request names: the URL's, API's or load balancer's id, and a raw path.

    `path` starts with a slash and is still percent-encoded; for an API it starts with the stage.
    `domain_name` is AWS's host name. `region` is empty where the request does not tell it.
    """

    kind: FrontKind
    id: str
    path: str
    domain_name: str
    region: str = ""


_HOSTS = (
    r"(?P<id>[a-z0-9-]+)\.(?P<kind>lambda-url)\.(?P<region>[a-z0-9-]+)\.on\.aws(?::\d+)?",
    r"(?P<id>[a-z0-9-]+)\.(?P<kind>execute-api)\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?::\d+)?",
    r"(?P<id>[a-z0-9-]+)\.(?P<region>[a-z0-9-]+)\.(?P<kind>elb)\.amazonaws\.com(?::\d+)?",
)
_BY_HOST = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _HOSTS)
_BY_PATH = re.compile(
    r"/_aws/(?P<kind>lambda-url|execute-api|elb|lambda-package|stack-response)"
    r"/(?P<id>[A-Za-z0-9-]+)(?P<path>/.*)?"
)
_DEFAULT_REGION = "us-east-1"


def public_address(request: HttpRequest) -> PublicAddress | None:
    """Return what a public request names; None for every other request."""
    found = _BY_PATH.fullmatch(request.path)
    if found is not None:
        kind = FrontKind(found["kind"])
        return PublicAddress(
            kind, found["id"], found["path"] or "/", domain_name(kind, found["id"])
        )
    host = request.headers.get("host", "")
    named = _named_by_host(host)
    if named is None:
        return None
    name = host.partition(":")[0].lower()
    return PublicAddress(
        FrontKind(named["kind"].lower()),
        named["id"].lower(),
        request.path,
        name,
        named["region"].lower(),
    )


def is_public_host(host: str) -> bool:
    """Tell whether a Host header is AWS's name of a front."""
    return _named_by_host(host) is not None


def public_url(endpoint: str, kind: FrontKind, identifier: str) -> str:
    """Return the address that works here, ending in a slash.

    >>> public_url("http://127.0.0.1:4566", FrontKind.LAMBDA_URL, "abc")
    'http://127.0.0.1:4566/_aws/lambda-url/abc/'
    """
    return f"{endpoint}/_aws/{kind}/{identifier}/"


def domain_name(kind: FrontKind, identifier: str, region: str = _DEFAULT_REGION) -> str:
    """Return AWS's host name of a front.

    >>> domain_name(FrontKind.EXECUTE_API, "abc")
    'abc.execute-api.us-east-1.amazonaws.com'
    """
    pattern = {
        FrontKind.LAMBDA_URL: f"{identifier}.lambda-url.{region}.on.aws",
        FrontKind.EXECUTE_API: f"{identifier}.execute-api.{region}.amazonaws.com",
        FrontKind.LOAD_BALANCER: f"{identifier}.{region}.elb.amazonaws.com",
        FrontKind.LAMBDA_PACKAGE: f"awslambda-{region}-tasks.s3.{region}.amazonaws.com",
        FrontKind.STACK_RESPONSE: (
            f"cloudformation-custom-resource-response-{region.replace('-', '')}.s3.amazonaws.com"
        ),
    }
    return pattern[kind]


def _named_by_host(host: str) -> re.Match[str] | None:
    found = (pattern.fullmatch(host) for pattern in _BY_HOST)
    return next((match for match in found if match is not None), None)
