from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.signatures import KeyStatus, SecretLookup, Signature, verify

ENDPOINT = "http://127.0.0.1:4566"


@dataclass(frozen=True)
class Key:
    """What is known of an access key in these tests."""

    secret_access_key: str
    session_token: str | None = None
    status: KeyStatus = KeyStatus.ACTIVE


KEYS = {"AKIALONG": Key("secret"), "ASIATEMPORARY": Key("passing", "token/+=")}


def secret_of(access_key_id: str) -> SecretLookup | None:
    """Look a key up, as the cloud does."""
    return KEYS.get(access_key_id)


class _StopSendingError(Exception):
    pass


def from_wire(method: str, url: str, headers: Any, body: bytes) -> HttpRequest:
    """Make a request as the server reads it."""
    parts = urlsplit(url)
    lower = {
        name.lower(): (value.decode("latin-1") if isinstance(value, bytes) else str(value)).strip()
        for name, value in headers.items()
    }
    lower.setdefault("host", parts.netloc)
    return HttpRequest(method, parts.path, parts.query, lower, tuple(lower), body)


@pytest.fixture(scope="session")
def client() -> Callable[..., Any]:
    """Make a boto3 client of any service with one of the keys; made once each, it is slow."""

    @functools.cache
    def make(service: str, *, key: str = "AKIALONG", signature: str | None = None):
        settings = Config(signature_version=signature) if signature else None
        return boto3.session.Session().client(
            service,
            endpoint_url=ENDPOINT,
            region_name="eu-west-1",
            aws_access_key_id=key,
            aws_secret_access_key=KEYS[key].secret_access_key,
            aws_session_token=KEYS[key].session_token,
            config=settings,
        )

    return make


@pytest.fixture
def believe() -> Callable[[HttpRequest], Signature | None]:
    """Verify a request at the present time."""
    return lambda request: verify(request, secret_of, now=time.time())


@pytest.fixture
def keys() -> Any:
    """The look-up of secrets."""
    return secret_of


@pytest.fixture
def wire() -> Any:
    """Make a request as the server reads it."""
    return from_wire


@pytest.fixture
def signed() -> Callable[..., HttpRequest]:
    """Give the request that boto3 would send for a call."""
    return signed_request


def signed_request(client: Any, operation: str, **params: Any) -> HttpRequest:
    """Return the request that boto3 would send for a call, sending nothing."""
    caught: list[HttpRequest] = []

    def catch(request: Any, **_: Any) -> None:
        body = request.body
        if hasattr(body, "read"):
            body = body.read()
        body = body.encode() if isinstance(body, str) else body or b""
        caught.append(from_wire(request.method, request.url, request.headers, body))
        raise _StopSendingError

    client.meta.events.register("before-send", catch)
    try:
        getattr(client, operation)(**params)
    except _StopSendingError:
        pass
    finally:
        client.meta.events.unregister("before-send", catch)
    return caught[0]
