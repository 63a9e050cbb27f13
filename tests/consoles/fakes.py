"""A lab whose Lambda answers what a test wants, without any account."""

from __future__ import annotations

import base64
import io
import json
import threading
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import EndpointConnectionError


class Lost:
    """A client whose account is gone."""

    def __getattr__(self, name: str) -> Any:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")


@dataclass
class FakeLambda:
    """Lambda with functions by name; `answers` are taken in turn, an exception is raised."""

    functions: list[str]
    answers: list[Any] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Answer at once, unless a test says otherwise."""
        self.may_answer.set()

    def get_paginator(self, _: str) -> Any:
        """Return a paginator of one page."""
        return self

    def paginate(self) -> list[Any]:
        """Return the page."""
        return [{"Functions": [{"FunctionName": name, "Timeout": 3} for name in self.functions]}]

    def invoke(self, **parameters: Any) -> dict[str, Any]:
        """Answer an invoke."""
        self.calls.append(parameters)
        assert self.may_answer.wait(30)
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, Exception):
            raise answer
        statuses = {"Event": 202, "DryRun": 204}
        return {
            "StatusCode": statuses.get(parameters["InvocationType"], 200),
            "Payload": io.BytesIO(json.dumps(answer).encode()),
            "LogResult": base64.b64encode(b"a line\n").decode(),
            "ResponseMetadata": {"RequestId": "r"},
        }


@dataclass
class FakeLab:
    """A lab with one client and the records of a test."""

    aws: Any
    kept: list[dict[str, Any]] = field(default_factory=list)

    def client(self, service: str) -> Any:
        """Return the only client."""
        return self.aws

    def records(self, *, since: int = 0, **equals: Any) -> list[dict[str, Any]]:
        """Return the records."""
        return [each for each in self.kept if each["sequence"] >= since]
