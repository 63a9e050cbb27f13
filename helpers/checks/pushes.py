"""Events that services push at a check's function: who may, how many came, and whether all ran."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import shown

WITHIN_S = 20


def permit(
    session: Session, function: str, settings: Mapping[str, Any], *, hint: int | None = None
) -> None:
    """Add a statement to a function's resource policy; a refusal is feedback."""
    own = {
        "FunctionName": function,
        "StatementId": "check",
        "Action": "lambda:InvokeFunction",
    }
    try:
        session.client("lambda").add_permission(**{**settings, **own})
    except (ClientError, ParamValidationError, TypeError) as refusal:
        raise NotYet(
            f"Lambda refused the permission {shown(settings)}: {refusal}",
            expected="parameters of add_permission that name who may call.",
            hint=hint,
        ) from None


def try_once(session: Session, function: str) -> None:
    """Let a function's asynchronous events run once, so that a failure is final at once."""
    session.client("lambda").put_function_event_invoke_config(
        FunctionName=function, MaximumRetryAttempts=0
    )


def pushed(session: Session, function: str) -> int:
    """Return how many events were pushed at a function since the check began.

    S3 and SNS push before PutObject or Publish answers, so there is nothing to wait for.
    """
    return len(session.records(kind="event.pushed", function=function))


def wait_for_runs(session: Session, function: str, count: int) -> None:
    """Wait until so many invocations have ended."""
    session.wait_until(
        lambda: len(session.records(kind="invocation.finished", function=function)) >= count,
        WITHIN_S,
        f"{count} events were pushed at the function, and not all of its runs had ended.",
    )


def new_environment(session: Session, function: str) -> None:
    """Let the next event find another environment, which remembers nothing."""
    client = session.client("lambda")
    client.update_function_configuration(FunctionName=function, Description="another environment")
    client.get_waiter("function_updated_v2").wait(FunctionName=function)
