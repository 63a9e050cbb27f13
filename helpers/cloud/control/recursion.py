"""The API of recursive loop detection: put and get a function's RecursiveLoop.

Source: docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpers.cloud.control.asked import asked_of, members_of
from helpers.cloud.errors import (
    InvalidParameterValueException,
    ValidationException,
)
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.invoke import RecursionGuard, RecursiveLoop
from helpers.cloud.registry import Registry

PATH = re.compile(r"/2024-08-31/functions/([^/]+)/recursion-config")


@dataclass(frozen=True, slots=True)
class RecursionApi:
    """Answers the recursion-config operations; lives with the cloud."""

    recursion: RecursionGuard
    registry: Registry
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return request.method in ("GET", "PUT") and PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError, which the gateway renders."""
        asked = asked_of(PATH, request, region=region, account_id=self.account_id)
        key = asked.key
        if asked.named_qualifier is not None:
            raise InvalidParameterValueException(
                "This operation is permitted on Lambda functions only. Aliases and versions do "
                "not support this operation. Please specify either a function name or an "
                "unqualified function ARN."
            )
        self.registry.resolve(key, None)
        if request.method == "PUT":
            self.recursion.put(key, _wanted(request.body))
        return json_answer(200, {"RecursiveLoop": str(self.recursion.get(key))})


def _wanted(body: bytes) -> RecursiveLoop:
    value = members_of(body).get("RecursiveLoop")
    if value in tuple(RecursiveLoop):
        return RecursiveLoop(value)
    shown, problem = (
        ("null", "Member must not be null")
        if value is None
        else (
            f"'{value}'",
            f"Member must satisfy enum value set: [{', '.join(RecursiveLoop)}]",
        )
    )
    raise ValidationException(
        f"1 validation error detected: Value {shown} at 'recursiveLoop' failed to satisfy "
        f"constraint: {problem}"
    )
