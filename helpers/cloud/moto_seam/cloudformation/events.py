"""A stack's events, and its status: what DescribeStackEvents tells.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackEvent.html.
"""

from __future__ import annotations

from typing import Any

from moto.cloudformation import models


class FailedError(Exception):
    """A resource of a stack failed; the first one, when several are nested."""

    def __init__(self, logical_id: str, reason: str) -> None:
        super().__init__(reason)
        self.logical_id = logical_id


class AbandonedError(Exception):
    """The account was emptied while a stack was being made: nobody waits for it any more."""


def tell(stack: Any, logical_id: str, kind: str, status: str, **more: str | None) -> None:
    """Write an event of a resource; `more` are physical_id and reason."""
    stack.events.append(
        models.Event(
            stack_id=stack.stack_id,
            stack_name=stack.name,
            logical_resource_id=logical_id,
            physical_resource_id=more.get("physical_id") or "",
            resource_type=kind,
            resource_status=status,
            resource_status_reason=more.get("reason"),
            resource_properties=None,
        )
    )


def move(stack: Any, status: str, reason: str | None = None) -> None:
    """Give a stack another status, and write that as an event."""
    stack.status = status
    stack.status_reason = reason
    stack._add_stack_event(status, resource_status_reason=reason)


def last_event(stack: Any, logical_id: str) -> Any:
    """Return the newest event of a resource; None when it has none."""
    return next((e for e in reversed(stack.events) if e.logical_resource_id == logical_id), None)


def check_alive(stack_id: str, account_id: str, region: str) -> Any:
    """Return a stack that still exists; raises AbandonedError after a reset."""
    backend = models.cloudformation_backends[account_id][region]
    stack = backend.stacks.get(stack_id)
    if stack is None:
        raise AbandonedError(stack_id)
    return stack


def reason_of(error: Exception) -> str:
    """Return an exception's words as an event shows them."""
    return str(getattr(error, "message", None) or error)
