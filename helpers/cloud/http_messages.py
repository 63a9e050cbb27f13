"""HTTP requests and answers as facts, between the server and whoever answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""The name of a header: a token of RFC 9110, 5.6.2."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request; `path` is raw (still percent-encoded), header names are lower-case.

    `respond` sends an answer at once, for whoever has work left to do after it; what is returned
    later is then not sent. A large answer waits for the return all the same. `header_values` are
    the values of `header_names`, one by one.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    header_names: tuple[str, ...]
    body: bytes = field(repr=False)
    respond: Callable[[HttpAnswer], None] | None = field(default=None, repr=False, compare=False)
    header_values: tuple[str, ...] = field(default=(), repr=False)

    def header_pairs(self) -> list[tuple[str, str]]:
        """Return names and values as they came, repeated ones apart where that is known."""
        if self.header_values:
            return list(zip(self.header_names, self.header_values, strict=True))
        return list(self.headers.items())


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One answer; Content-Length, Date and Connection are added on the way out.

    `stream` yields a body that is sent as it comes, in chunks; when it raises, the connection is
    cut, so that nobody takes a part for the whole.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes = field(default=b"", repr=False)
    stream: Iterator[bytes] | None = field(default=None, repr=False, compare=False)


def json_answer(status: int, document: Any) -> HttpAnswer:
    """Return an answer whose body is a JSON document."""
    body = json.dumps(document, ensure_ascii=False).encode()
    return HttpAnswer(status, [("Content-Type", "application/json")], body)
