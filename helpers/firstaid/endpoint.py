"""What answers at an address of this machine: nothing, the kit's cloud, LocalStack, or others.

An address elsewhere is never asked. Redirects are not followed and proxies not used: whatever
listens here could name any place.
"""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from helpers.firstaid.addresses import is_local

KIT = "/_kit/health"
LOCALSTACK = "/_localstack/health"
TIMEOUT_S = 5.0
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one question; `complaint` says why there is none."""

    endpoint: str
    status: int = 0
    date_s: float | None = None
    document: dict[str, Any] = field(default_factory=dict)
    complaint: str = ""

    @property
    def came(self) -> bool:
        """Say whether anything spoke HTTP."""
        return not self.complaint

    @property
    def is_kit(self) -> bool:
        """Say whether the kit's own cloud answered a question for its health."""
        return self.status == 200 and "file_level" in self.document


def ask(endpoint: str, path: str = KIT, *, timeout_s: float | None = None) -> Answer:
    """Ask an endpoint of this machine once; never raises, and asks nobody else."""
    if not is_local(endpoint):
        return Answer(endpoint, complaint="it is not on this machine, so it was not asked")
    try:
        return _asked(endpoint, path, timeout_s or TIMEOUT_S)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Answer(endpoint, complaint=str(error) or type(error).__name__)


def _asked(endpoint: str, path: str, timeout_s: float) -> Answer:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    # such a name means this machine, though not every resolver knows it
    host = "127.0.0.1" if host.endswith("localhost") else host
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        # a local stand-in has a certificate that nobody signed, and is asked nothing secret
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(
            host, parts.port, timeout=timeout_s, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        content = response.read(MOST_BYTES)
        date_s = _seconds(response.headers.get("Date", ""))
        return Answer(endpoint, response.status, date_s, _document(content))
    finally:
        connection.close()


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _seconds(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
