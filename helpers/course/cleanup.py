"""Clean-up: what a lab leaves in an account, named; and the account emptied.

On AWS each of these is deleted by its own call, and log groups stay until somebody does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.course.account import Account
from helpers.views.card import Card
from helpers.views.panel import Tone


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource: how it is listed, and the member that names one ("": it is a text)."""

    noun: str
    service: str
    operation: str
    result: str
    name: str
    deletion: str


KINDS = (
    Kind("Functions", "lambda", "list_functions", "Functions", "FunctionName", "delete_function"),
    Kind("Roles", "iam", "list_roles", "Roles", "RoleName", "delete_role"),
    Kind(
        "Log groups", "logs", "describe_log_groups", "logGroups", "logGroupName", "delete_log_group"
    ),
    Kind("Buckets", "s3", "list_buckets", "Buckets", "Name", "delete_bucket"),
    Kind("Tables", "dynamodb", "list_tables", "TableNames", "", "delete_table"),
    Kind("Streams", "kinesis", "list_streams", "StreamNames", "", "delete_stream"),
    Kind("Queues", "sqs", "list_queues", "QueueUrls", "", "delete_queue"),
    Kind(
        "Mappings to",
        "lambda",
        "list_event_source_mappings",
        "EventSourceMappings",
        "FunctionArn",
        "delete_event_source_mapping",
    ),
)


def clean_up(account: Account, *, reset: Callable[[], None]) -> Card:
    """Name what is there, then empty the account; an account of somebody else is left alone."""
    found = [(kind, _names(account.client(kind.service), kind)) for kind in KINDS]
    lines = tuple(
        (kind.noun, f"{', '.join(names)} (on AWS: {kind.deletion}, one by one)")
        for kind, names in found
        if names
    )
    if account.joined:
        return Card(
            Tone.WAIT,
            "Nothing deleted: this account is not the lab's own",
            lines,
            "Delete what you made with the calls above, or run lab.reset()"
            f"{' to empty it all' if account.product is None else ': what stood before stays'}.",
        )
    reset()
    if not lines:
        return Card(Tone.GOOD, "The account was empty")
    return Card(Tone.GOOD, "Deleted; the account is empty", lines)


def listed(client: Any, operation: str, result: str, member: str) -> list[str]:
    """Return the names of a kind of resource, from all pages; `member` names one ("": a text)."""
    if client.can_paginate(operation):
        pages = client.get_paginator(operation).paginate()
    else:
        pages = [getattr(client, operation)()]
    found = [entry for page in pages for entry in page.get(result, [])]
    return [str(entry[member] if member else entry) for entry in found]


def _names(client: Any, kind: Kind) -> list[str]:
    return sorted(map(_short, listed(client, kind.operation, kind.result, kind.name)))


def _short(name: str) -> str:
    """Return the last part of a URL or an ARN, and any other name as it is.

    >>> _short("arn:aws:lambda:us-east-1:123456789012:function:print-job")
    'print-job'
    """
    if name.startswith("arn:"):
        return name.rpartition(":")[2]
    return name.rpartition("/")[2] if "://" in name else name
