"""Requests to public addresses, byte for byte as a test writes them, and what comes back."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, headers as pairs and by lower-case name, body."""

    status: int
    pairs: list[tuple[str, str]]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The last value of each header."""
        return {name.lower(): value for name, value in self.pairs}

    @property
    def value(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def told(self) -> tuple[int, Any]:
        """Status and body."""
        return self.status, self.value


def call(
    url: str,
    path: str = "/",
    method: str = "GET",
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
) -> Reply:
    """Send one request to a path below a URL; headers as pairs may come twice."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    pairs = [*headers.items()] if isinstance(headers, Mapping) else [*headers]
    named = any(name.lower() == "host" for name, _ in pairs)
    target = f"{parts.path.removesuffix('/')}/{path.removeprefix('/')}"
    connection.putrequest(method, target, skip_host=named)
    for name, value in pairs:
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    reply = Reply(answer.status, answer.getheaders(), answer.read())
    connection.close()
    return reply
