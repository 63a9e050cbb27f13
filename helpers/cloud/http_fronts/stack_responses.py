"""Links where functions say how it went with a custom resource: the ResponseURL of its request.

Models the presigned S3 links of CloudFormation: whoever has one may put one answer there, without
credentials. Here the link leads to this cloud, and its secret is a random number.

Source:
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.http_fronts.address import FrontKind, PublicAddress, public_url
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.json_text import read_json

TOKEN_BYTES = 32
MAX_BYTES = 4096
"""The largest answer that CloudFormation reads."""


@dataclass(slots=True)
class StackResponse:
    """What is awaited at one link; `answer` is None until somebody has put one there."""

    url: str
    token: str
    answer: dict[str, Any] | None = None
    forgotten: bool = False
    _came: threading.Event = field(default_factory=threading.Event)

    def wait(self, within_s: float) -> dict[str, Any] | None:
        """Wait for the answer, so many real seconds; None when there is none."""
        self._came.wait(within_s)
        return self.answer

    def end(self, answer: dict[str, Any] | None) -> None:
        """Wake whoever waits: with an answer, or without because the account is emptied."""
        self.answer, self.forgotten = answer, answer is None
        self._came.set()


class StackResponses:
    """All links where an answer is awaited; lives with the cloud. A Front of the gateway."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._awaited: dict[str, StackResponse] = {}

    def expect(self) -> StackResponse:
        """Return a link of its own."""
        token = secrets.token_hex(TOKEN_BYTES)
        url = public_url(self._endpoint, FrontKind.STACK_RESPONSE, token).removesuffix("/")
        response = StackResponse(url, token)
        with self._lock:
            self._awaited[token] = response
        return response

    def forget(self, response: StackResponse) -> None:
        """Close a link."""
        with self._lock:
            self._awaited.pop(response.token, None)

    def clear(self) -> None:
        """Close every link: the account is being emptied."""
        with self._lock:
            awaited = [*self._awaited.values()]
            self._awaited.clear()
        for response in awaited:
            response.end(None)

    def takes(self, address: PublicAddress) -> bool:
        """Tell whether the address is such a link."""
        return address.kind is FrontKind.STACK_RESPONSE

    def answer(self, request: HttpRequest, address: PublicAddress) -> HttpAnswer:
        """Take an answer, or refuse as S3 does when the link is not valid."""
        with self._lock:
            response = self._awaited.get(address.id)
        if response is None:
            return _refusal(403, "AccessDenied", "Request has expired")
        if request.method != "PUT":
            return _refusal(405, "MethodNotAllowed", "The method is not allowed.")
        response.end(_read(request.body))
        self.forget(response)
        return HttpAnswer(200, [])


def _read(body: bytes) -> dict[str, Any]:
    """Return an answer; one that cannot be read is a failure that says so."""
    try:
        answer = read_json(body) if len(body) <= MAX_BYTES else None
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        return answer
    too_long = f"Response is too long. Max allowed {MAX_BYTES} bytes."
    unreadable = "Response object is not valid JSON."
    return {"Status": "INVALID", "Reason": too_long if len(body) > MAX_BYTES else unreadable}


def _refusal(status: int, code: str, message: str) -> HttpAnswer:
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return HttpAnswer(status, [("Content-Type", "application/xml")], body.encode())
