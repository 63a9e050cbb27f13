"""Whose turn it is: what looks and then writes is one step, among all who call a service.

AWS's services let one of two writers win, where one condition cannot hold for both: an object that
must not be there yet, a name, a revision, the number of a version, a quota. moto, and what the kit
answers itself, look first and write then, and another request could come in between. Here the
writers of a service take turns; readers never wait.

Left out is what can wait for somebody who calls the account in turn, or is one step already:
events, messages, records and items on their way.
Source: docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html; RevisionId in
docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.refusals import service_of

BY_PATH: Mapping[str, re.Pattern[str]] = {
    "lambda": re.compile(r"/invocations?$|/invoke-async/?$|/response-streaming-invocations$"),
    "s3": re.compile(r"(?!)"),
    "scheduler": re.compile(r"(?!)"),
    "apigateway": re.compile(r"/methods/[^/]+$|/authorizers/[^/]+$"),
}
"""Services whose method says whether a request writes, and the paths that run code (POST)."""
BY_NAME = frozenset(
    {
        *("dynamodb", "elasticloadbalancing", "events", "iam", "kinesis", "kms", "logs"),
        *("secretsmanager", "sns", "sqs", "ssm", "states"),
    }
)
"""Services whose operations have names that say so."""
WRITES = re.compile(
    r"(?:Add|Associate|Attach|Cancel|Change|Create|Decrease|Delete|Deregister|Detach|Disable"
    r"|Disassociate|Enable|Increase|Label|Merge|Modify|Put|Register|Remove|Restore|Set|Split"
    r"|StartExecution$|Subscribe$|Tag|Unlabel|Unsubscribe|Untag|Update)\w*"
)
ON_THEIR_WAY = re.compile(
    r"(?:ChangeMessage|DeleteItem|DeleteMessage|PutEvents|PutItem|PutLogEvents|PutRecord"
    r"|UpdateItem)\w*"
)
ACTION = re.compile(rb"(?:^|&)Action=(\w+)")


class Turns:
    """The turns of one account's services; lives with the cloud."""

    def __init__(self) -> None:
        self._locks = {service: threading.RLock() for service in (*BY_PATH, *BY_NAME)}

    def of(self, request: HttpRequest) -> AbstractContextManager[object]:
        """Return what is held while a request is answered: its service's turn, if it writes."""
        service = service_of(request) or "s3"
        lock = self._locks.get(service)
        return lock if lock is not None and _writes(service, request) else nullcontext()


def _writes(service: str, request: HttpRequest) -> bool:
    runs = BY_PATH.get(service)
    if runs is not None:
        is_read = request.method in ("GET", "HEAD", "OPTIONS")
        return not is_read and not (request.method == "POST" and runs.search(request.path))
    name = _operation(request)
    return WRITES.fullmatch(name) is not None and ON_THEIR_WAY.fullmatch(name) is None


def _operation(request: HttpRequest) -> str:
    target = request.headers.get("x-amz-target")
    if target is not None:
        return target.rpartition(".")[2]
    if request.headers.get("smithy-protocol") is not None:
        return request.path.rpartition("/")[2]
    found = ACTION.search(request.body) or ACTION.search(request.query.encode())
    return found[1].decode() if found else ""
