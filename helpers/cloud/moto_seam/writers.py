"""Who writes at this moment, for the seams that moto calls in the writer's thread.

moto's models do not see the request that changes them. Here it can be looked up: its trace header
(how a chain of events is known), its request id, and who signed it.
"""

from __future__ import annotations

import re
import secrets
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto.iam.models import iam_backends

from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam.iam.identities import (
    ACCOUNT_ID,
    ADMINISTRATOR,
    PARTITION,
    Identities,
)
from helpers.cloud.policy import PrincipalType

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KEY_IN_HEADER = re.compile(r"Credential=([A-Za-z0-9]+)/")
KEY_IN_QUERY = re.compile(r"(?:X-Amz-Credential|AWSAccessKeyId)=([A-Za-z0-9]+)")


def new_request_id() -> str:
    """Return a request id in the form of S3's."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(16))


def new_host_id() -> str:
    """Return what S3 calls the host that processed a request: x-amz-id-2."""
    return b64encode(secrets.token_bytes(56)).decode()


@dataclass(slots=True)
class Writer:
    """One request that is being answered; `events` are what it has made S3 tell so far."""

    access_key_id: str | None = None
    trace_id: str = ""
    _request_id: str = ""
    _host_id: str = ""
    events: list[Any] = field(default_factory=list)

    @property
    def request_id(self) -> str:
        """What S3 calls this request; made when it is asked for."""
        self._request_id = self._request_id or new_request_id()
        return self._request_id

    @property
    def host_id(self) -> str:
        """What S3 calls the host that answers it; made when it is asked for."""
        self._host_id = self._host_id or new_host_id()
        return self._host_id


class Writers:
    """The writer of each thread; lives with the cloud."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._thread = threading.local()

    @property
    def current(self) -> Writer | None:
        """Whoever this thread answers; None when the cloud itself writes."""
        writer: Writer | None = getattr(self._thread, "writer", None)
        return writer

    @property
    def trace_id(self) -> str:
        """The trace header of the request that this thread answers, or of what it follows."""
        followed: str = getattr(self._thread, "followed", "")
        return self.current.trace_id if self.current is not None else followed

    @contextmanager
    def following(self, trace_id: str) -> Iterator[None]:
        """Let what the cloud itself writes on this thread belong to a chain of events."""
        self._thread.followed = trace_id
        try:
            yield
        finally:
            self._thread.followed = ""

    def message_attributes(self) -> dict[str, dict[str, str]] | None:
        """Return the system attributes of a queue's message: the trace header, if there is one."""
        header = {"DataType": "String", "StringValue": self.trace_id}
        return {"AWSTraceHeader": header} if self.trace_id else None

    def answering(
        self,
        request: HttpRequest,
        answer: Callable[[HttpRequest], HttpAnswer],
        told: Callable[[Writer], None],
    ) -> HttpAnswer:
        """Answer a request as its writer; `told` gets the writer of one that succeeded."""
        writer = Writer(_access_key(request), request.headers.get("x-amzn-trace-id", ""))
        self._thread.writer = writer
        try:
            answered = answer(request)
            if answered.status >= 400 or not writer.events:
                return answered
            told(writer)
        finally:
            self._thread.writer = None
        ids = [("x-amz-request-id", writer.request_id), ("x-amz-id-2", writer.host_id)]
        kept = [(n, v) for n, v in answered.headers if not n.lower().startswith("x-amzn-requestid")]
        return HttpAnswer(answered.status, [*kept, *ids], answered.body)

    def caller_arn(self) -> str:
        """Return the ARN of whoever this thread answers."""
        key = self.current.access_key_id if self.current is not None else None
        found = self._identities.find(key) if key is not None else None
        return (ADMINISTRATOR if found is None else found.principal).arn

    def principal_id(self, writer: Writer) -> str:
        """Return the unique id of who signed, as records show it."""
        if writer.access_key_id is None:
            return "Anonymous"
        found = self._identities.find(writer.access_key_id)
        if found is None:
            return f"AWS:{writer.access_key_id}"
        principal = found.principal
        name = principal.arn.rsplit("/", 1)[1]
        if principal.type is PrincipalType.USER:
            user = iam_backends[ACCOUNT_ID][PARTITION].users.get(name)
            return f"AWS:{user.id if user is not None else name}"
        role = self._identities.role(principal.role or "")
        return f"AWS:{role.id if role is not None else 'AROA'}:{name}"


def _access_key(request: HttpRequest) -> str | None:
    signed = KEY_IN_HEADER.search(request.headers.get("authorization", ""))
    found = signed or KEY_IN_QUERY.search(request.query)
    return found[1] if found else None
