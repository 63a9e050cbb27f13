"""Faults on demand: the next calls of an operation fail as if AWS had failed.

Each failure is rendered in the service's own protocol, with the HTTP status that botocore's model
gives the error, so that SDKs retry and raise as they would. Only calls over HTTP are met: pollers
and deliveries inside the account are not. AWS has a service for this, Fault Injection Service.
"""

from __future__ import annotations

import difflib
import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.cloud import records
from helpers.cloud.errors import KitError, TooManyRequestsException
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam import operations
from helpers.cloud.moto_seam.operations import Failure
from helpers.cloud.moto_seam.operations.routing import service_model
from helpers.cloud.records import Recorder

PREFIXES = {
    "apigateway": ("apigateway", "apigatewayv2"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "states": ("stepfunctions",),
    "monitoring": ("cloudwatch",),
}
"""Prefixes of actions that are not botocore's name of one service."""
STATUSES = {
    "AccessDenied": 403,
    "AccessDeniedException": 403,
    "RequestTimeout": 408,
    "ServiceException": 500,
    "ServiceUnavailable": 503,
    "ServiceUnavailableException": 503,
    "SlowDown": 503,
    "TooManyRequestsException": 429,
}
"""HTTP statuses of common errors, for models that do not list them; any other is a 400.

What begins with Internal is a 500."""
ERROR = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,127}")
MAX_TIMES = 1_000_000


@dataclass(slots=True)
class Fault:
    """A failure of an operation that is still to come `times` times."""

    action: str
    error: str
    times: int
    message: str
    status: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the fault as the endpoint shows it."""
        shown = {"action": self.action, "error": self.error, "times": self.times}
        return {**shown, "message": self.message, "status": self.status}


class Faults:
    """All faults that are to come, by service and operation; a Part of the cloud."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._lock = threading.Lock()
        self._planned: dict[tuple[str, str], Fault] = {}

    def plan(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Plan a fault, or take it back with `times` 0; return all. Raises KitError.

        `given` holds action and error, and may hold times, message and status.
        """
        unknown = sorted(given.keys() - {"action", "error", "times", "message", "status"})
        if unknown:
            raise KitError(
                f"A fault has no {unknown[0]!r}.",
                next_step="It has action, error, times, message and status.",
                anchor="fault",
            )
        action, times = str(given.get("action") or ""), given.get("times", 1)
        found = operations_of(action)
        if isinstance(times, bool) or not isinstance(times, int) or not 0 <= times <= MAX_TIMES:
            raise KitError(
                f"times={times!r} is no number of calls.",
                next_step=f"Give a whole number from 0 (none any more) to {MAX_TIMES}.",
                anchor="fault",
            )
        fault = _fault(action, times, given) if times else None
        with self._lock:
            for operation in found:
                self._planned.pop(operation, None)
                if fault is not None:
                    self._planned[operation] = fault
        if fault is not None:
            self._recorder.add(records.FaultInjected(action=action, error=fault.error, times=times))
        return self.planned()

    def planned(self) -> list[dict[str, Any]]:
        """Return the faults that are still to come."""
        with self._lock:
            return [
                fault.as_json() for fault in {id(f): f for f in self._planned.values()}.values()
            ]

    def clear(self) -> None:
        """Take every fault back."""
        with self._lock:
            self._planned.clear()

    def close(self) -> None:
        """End nothing: faults have no thread."""

    def answer(self, request: HttpRequest, service: str, region: str) -> HttpAnswer | None:
        """Return the failure that this request is to get, or None when it may go on."""
        if not self._planned:
            return None
        try:
            call = operations.recognise(operations.ScopedRequest.of(request, service, region))
        except operations.UnreadableRequest:
            return None
        if call is None:
            return None
        fault = self._take(call.service, call.operation)
        if fault is None:
            return None
        self._recorder.add(
            records.FaultRaised(action=fault.action, error=fault.error, remaining=fault.times)
        )
        return _rendered(call, fault, head=request.method == "HEAD")

    def _take(self, service: str, operation: str) -> Fault | None:
        with self._lock:
            fault = self._planned.get((service, operation))
            if fault is None:
                return None
            fault.times -= 1
            left = Fault(fault.action, fault.error, fault.times, fault.message, fault.status)
            if fault.times == 0:
                for key in [key for key, each in self._planned.items() if each is fault]:
                    del self._planned[key]
        return left


def operations_of(action: str) -> list[tuple[str, str]]:
    """Return services and operations, in botocore's names, that an action means.

    It may be an API operation (`lambda:Invoke`) or an action of IAM (`lambda:InvokeFunction`).
    Raises KitError with the names that come near.
    """
    prefix, _, name = action.partition(":")
    services = PREFIXES.get(prefix.lower(), (prefix.lower(),))
    tables = {service: operations.TABLES.get(service, {}) for service in services}
    if not name or not any(tables.values()):
        known = sorted({*operations.TABLES, *PREFIXES})
        near = difflib.get_close_matches(prefix.lower(), known, 3)
        raise KitError(
            f"There is no action {action!r} here.",
            why="An action is service:Operation, such as ssm:GetParameter.",
            next_step=f"Services that come near: {', '.join(near)}."
            if near
            else f"The services are {', '.join(known)}.",
            anchor="fault",
        )
    found, names = [], set()
    for service, table in tables.items():
        for operation, row in table.items():
            own = row.action.partition(":")[2] if isinstance(row.action, str) else ""
            names |= {operation, own} - {""}
            if name.lower() in (operation.lower(), own.lower()):
                found.append((service, operation))
    if not found:
        near = difflib.get_close_matches(name, sorted(names), 3, 0.5)
        raise KitError(
            f"{prefix} has no operation {name!r} here.",
            next_step=f"Did you mean {' or '.join(f'{prefix}:{n}' for n in near)}?"
            if near
            else "Look its name up in boto3's documentation.",
            anchor="fault",
        )
    return found


def _fault(action: str, times: int, given: Mapping[str, Any]) -> Fault:
    error, status = given.get("error"), given.get("status")
    if not isinstance(error, str) or not ERROR.fullmatch(error):
        raise KitError(
            f"{error!r} is no error code.",
            next_step="Give one that AWS uses, such as ThrottlingException.",
            anchor="fault",
        )
    if status is not None and (
        isinstance(status, bool) or not isinstance(status, int) or not 400 <= status <= 599
    ):
        raise KitError(
            f"{status!r} is no HTTP status of an error.",
            next_step="Leave it out, or give a number from 400 to 599.",
            anchor="fault",
        )
    message = str(given.get("message") or _sentence(error))
    return Fault(action, error, times, message, status)


def _sentence(error: str) -> str:
    slow = ("Throttl", "TooManyRequests", "SlowDown", "RequestLimit", "ProvisionedThroughput")
    return "Rate exceeded" if error.startswith(slow) else f"This {error} was asked for."


def _rendered(call: operations.Call, fault: Fault, *, head: bool) -> HttpAnswer:
    status, code = _status_and_code(call, fault)
    if (call.service, fault.error) == ("lambda", "TooManyRequestsException"):
        error = TooManyRequestsException(fault.message).rest_json()  # with Reason and Type
        headers = [*error.headers.items(), ("x-amzn-RequestId", str(uuid.uuid4()))]
        return HttpAnswer(status, headers, error.body)
    rendered, headers_of, body = operations.render(
        call.service, call.protocol, Failure(code, fault.message, status), request_id=_request_id()
    )
    return HttpAnswer(rendered, list(headers_of.items()), b"" if head else body)


def _request_id() -> str:
    return str(uuid.uuid4())


def _status_and_code(call: operations.Call, fault: Fault) -> tuple[int, str]:
    """Return the HTTP status, and the error's code as the protocol spells it."""
    model = service_model(call.service)
    shapes = model.error_shapes if model is not None else []
    for shape in shapes:
        if fault.error in (shape.name, shape.error_code):
            told = shape.metadata.get("error", {}).get("httpStatusCode")
            code = shape.error_code if "xml" in call.protocol or call.protocol == "query" else None
            return fault.status or told or _usual(fault.error), str(code or fault.error)
    return fault.status or _usual(fault.error), fault.error


def _usual(error: str) -> int:
    return 500 if error.startswith("Internal") else STATUSES.get(error, 400)
