"""Access logs of API Gateway's stages: one line per request, in the format that the stage gives.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html and
http-api-logging-variables.html.
"""

from __future__ import annotations

import re
from typing import Protocol

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
