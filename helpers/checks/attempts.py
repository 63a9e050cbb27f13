"""What a thief of a function's keys could do: calls tried in its environment, with its own role.

An attempt is allowed when AWS does not deny it. What it names need not exist: AWS decides about
rights first, and an allowed call to what is missing answers "not found". S3 buckets are the
exception, which answer so to everybody: make them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.recorded import recorded
from helpers.checks.roles import name_of_role
from helpers.checks.session import Session

HANDLER = "attempts.handler"
FILE = "attempts.py"
_SOURCE = """
import boto3
from botocore.exceptions import ClientError

DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "403")


def allowed(attempt):
    client = boto3.client(attempt["service"])
    try:
        getattr(client, attempt["operation"])(**attempt["parameters"])
    except ClientError as refusal:
        return refusal.response["Error"]["Code"] not in DENIED
    return True


def handler(event, context):
    if isinstance(event, dict) and "attempts" in event:
        return [attempt["what"] for attempt in event["attempts"] if allowed(attempt)]
    import app

    return app.{handler}(event, context)
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to try; `what` says it in words, such as "read every order"."""

    what: str
    service: str
    operation: str
    parameters: Mapping[str, Any]


def files(handler: str = "handler") -> dict[str, str]:
    """Return the file that tries calls and hands other events to `handler` of app.py."""
    return {FILE: _SOURCE.replace("{handler}", handler)}


def allowed_of(session: Session, function: str, attempts: Iterable[Attempt]) -> list[str]:
    """Try these calls inside a function deployed with `files`; return what was allowed."""
    answer = session.invoke(function, {"attempts": [asdict(attempt) for attempt in attempts]})
    if answer.function_error:
        raise NotYet(
            f"The attempts themselves failed: {answer.error_type}: {answer.error_message}",
            advice="Run this check once more.",
        )
    return [str(what) for what in answer.payload]


def denied_of(session: Session, function: str) -> list[Mapping[str, Any]]:
    """Return the decisions against the handler of a function since the check began."""
    caller = f":assumed-role/{name_of_role(function)}/{function}"
    denied = recorded(session, kind="decision", allowed=False)
    return [record for record in denied if str(record["principal"]).endswith(caller)]


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence.

    >>> listed(["read", "write", "delete"])
    'read, write and delete'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
