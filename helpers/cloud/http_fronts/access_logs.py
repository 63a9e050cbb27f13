"""Access logs of API Gateway's stages: one line per request, in the format that the stage gives.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html,
http-api-logging-variables.html, and set-up-logging.html for REST APIs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

from helpers.cloud.events.http_call import HttpCall
from helpers.cloud.http_fronts.context_variables import CallVariables
from helpers.cloud.http_messages import HttpAnswer

VARIABLE = re.compile(r"\$context\.([A-Za-z][\w-]*(?:\.[\w-]+)*)")
NOTHING = "-"


class AccessLogs(Protocol):
    """Where access logs go: log groups."""

    def put(self, group_arn: str, stream: str, line: str) -> None:
        """Append a line; a group that does not exist gets nothing."""


def access_log_line(form: str, call: HttpCall, answer: HttpAnswer, reason: str) -> str:
    """Return the line of one request. `form` holds $context variables; unknown ones become -."""
    known = {
        "status": str(answer.status),
        "responseLength": str(len(answer.body)),
        "error.message": reason or NOTHING,
        "integrationErrorMessage": reason or NOTHING,
    }
    variables = CallVariables(call, known)
    return VARIABLE.sub(lambda found: variables.value(f"context.{found[1]}") or NOTHING, form)


def rest_access_log_line(
    form: str, context: Mapping[str, Any], answer: HttpAnswer, reason: str
) -> str:
    """Return the line of one request to a REST API; `context` is $context, nested.

    >>> answer = HttpAnswer(200, [], b"hi")
    >>> rest_access_log_line("$context.identity.sourceIp $context.status $context.x",
    ...     {"identity": {"sourceIp": "::1"}}, answer, "")
    '::1 200 -'
    """
    error = {"message": reason, "messageString": json.dumps(reason)} if reason else {}
    known = {
        **context,
        "status": answer.status,
        "responseLength": len(answer.body),
        "error": error,
    }

    def value(found: re.Match[str]) -> str:
        value: Any = known
        for name in found[1].split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return NOTHING if value in (None, "") or isinstance(value, Mapping) else str(value)

    return VARIABLE.sub(value, form)
