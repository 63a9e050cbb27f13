"""HTTP from a front to an address of this machine: HTTP_PROXY integrations and token issuers.

Nothing else is reached: the local account has no network.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from helpers.cloud.events.http_call import HOP_BY_HOP, HttpCall, combined
from helpers.cloud.http_messages import HttpAnswer

HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
KEYS_TIMEOUT_S = 1.5
MAX_BYTES = 10 * 1024 * 1024
DISCOVERY = "/.well-known/openid-configuration"


class NotHereError(OSError):
    """The address is not one of this machine."""


def forward(call: HttpCall, uri: str, method: str, timeout_s: float) -> HttpAnswer:
    """Send a call on and return the answer; raises OSError (NotHereError, TimeoutError)."""
    request = call.request
    sent = call.request.method if method == "ANY" else method
    for name, value in (call.path_parameters or {}).items():
        uri = uri.replace(f"{{{name}}}", quote(value)).replace(f"{{{name}+}}", quote(value))
    target = f"{uri}?{request.query}" if request.query else uri
    dropped = HOP_BY_HOP | {"host", "content-length"}
    pairs = [pair for pair in call.header_pairs() if pair[0].lower() not in dropped]
    headers = combined(pairs)
    answer = exchange(target, sent, headers, request.body, timeout_s)
    kept = [
        (name, value)
        for name, value in answer.headers
        if name.lower() not in HOP_BY_HOP | {"content-length", "date", "server"}
    ]
    return HttpAnswer(answer.status, kept, answer.body)


def published_keys(issuer: str) -> Mapping[str, Any]:
    """Return an issuer's key set by its discovery document; raises OSError or ValueError."""
    described = _document(issuer.rstrip("/") + DISCOVERY)
    return _document(str(described["jwks_uri"]))


def _document(url: str) -> Mapping[str, Any]:
    answer = exchange(url, "GET", {}, b"", KEYS_TIMEOUT_S)
    document = json.loads(answer.body) if answer.status == 200 else None
    if not isinstance(document, dict) or not document.keys() & {"keys", "jwks_uri"}:
        raise ValueError(f"{url} gives no key set")
    return document


def exchange(
    url: str, method: str, headers: Mapping[str, str], body: bytes, timeout_s: float
) -> HttpAnswer:
    """Send one request to this machine; raises OSError (NotHereError, TimeoutError)."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise ConnectionError(f"{url} has no port") from error
    if parts.scheme != "http" or parts.hostname not in HOSTS:
        raise NotHereError(
            f"{parts.scheme}://{parts.netloc} is not http:// on this machine, and the local "
            "account reaches nothing else"
        )
    connection = http.client.HTTPConnection(parts.hostname, port, timeout=timeout_s)
    try:
        path = parts.path or "/"
        query = f"?{parts.query}" if parts.query else ""
        connection.request(method, path + query, body or None, dict(headers))
        answer = connection.getresponse()
        return HttpAnswer(answer.status, answer.getheaders(), answer.read(MAX_BYTES))
    except (http.client.HTTPException, ValueError) as error:
        raise ConnectionError(f"{url} does not speak HTTP: {error}") from error
    finally:
        connection.close()
