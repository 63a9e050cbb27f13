"""Exceptions of the local account: the kit's own, and the ones AWS answers with.

    Exception
    ├── KitError                               what happened, why, what to do next
    └── AwsError                               code, HTTP status, message, members, headers
        ├── InvalidParameterValueException     400   a value Lambda does not accept
        ├── ValidationException                400   a value outside the API model's constraints
        ├── InvalidRequestContentException     400   the event is not JSON
        ├── RecursiveInvocationException       400   a loop was stopped
        ├── PolicyLengthExceededException      400   resource policy above 20 KB
        ├── AccessDeniedException              403   IAM said no
        ├── ResourceNotFoundException          404   function, version or alias is missing
        ├── ResourceConflictException          409   exists already, or an update is in progress
        ├── PreconditionFailedException        412   RevisionId is not the latest one
        ├── RequestTooLargeException           413   event above 6 MB (1 MB asynchronous)
        ├── RequestEntityTooLargeException     413   request above the size the API takes
        ├── UnsupportedMediaTypeException      415   the event's content type is not JSON
        ├── TooManyRequestsException           429   throttled; carries Reason and Retry-After
        └── ServiceException                   500   the service itself failed

Models how Lambda's REST API renders an error: the header `x-amzn-ErrorType` names it and the JSON
body holds `Type`, the message (under `Message` or `message`, as the API model spells it) and
further members. Rendering for query and XML protocols belongs to the services that speak them.

Source: error shapes and HTTP statuses of botocore's lambda/2015-03-31/service-2.json;
docs.aws.amazon.com/lambda/latest/api/API_Invoke.html and CommonErrors.html.
"""
# ruff: noqa: N818 - the exceptions carry AWS's names, which end in "Exception"

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Self

TROUBLESHOOTING = "TROUBLESHOOTING.md"
"""The page with a section for each message of the kit."""


class KitError(Exception):
    """Something in the kit, not in AWS, stopped the work; says what to do next."""

    def __init__(self, what: str, *, why: str = "", next_step: str = "", anchor: str = "") -> None:
        """Keep what happened, why in one clause, a command or line to try, and where more stands.

        `anchor` names a section of TROUBLESHOOTING.md; tracebacks print it below the message.
        """
        self.what = what
        self.why = why
        self.next_step = next_step
        self.anchor = anchor
        super().__init__(" ".join(part for part in (what, why, next_step) if part))
        if anchor:
            self.add_note(f"More: {self.more}")

    @property
    def more(self) -> str:
        """Where to read more; empty when there is no more to say."""
        return f"{TROUBLESHOOTING}#{self.anchor}" if self.anchor else ""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows instead of a traceback, which would be of the kit's lines."""
        parts = (
            ("", f"✗ {self.what}"),
            ("  Why   ", self.why),
            ("  Next  ", self.next_step),
            ("  More  ", self.more),
        )
        return [f"{name}{words}" for name, words in parts if words]


class ThrottleReason(StrEnum):
    """Why an invocation was refused with 429 (API model, `ThrottleReason`)."""

    CONCURRENCY = "ConcurrentInvocationLimitExceeded"
    INVOCATION_RATE = "FunctionInvocationRateLimitExceeded"
    RESERVED_CONCURRENCY = "ReservedFunctionConcurrentInvocationLimitExceeded"
    RESERVED_INVOCATION_RATE = "ReservedFunctionInvocationRateLimitExceeded"
    CALLER_RATE = "CallerRateLimitExceeded"
    SNAPSHOT_CREATION = "ConcurrentSnapshotCreateLimitExceeded"


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """An error as it goes over the wire in the rest-json protocol."""

    http_status: int
    headers: Mapping[str, str]
    body: bytes


class AwsError(Exception):
    """An error AWS answers with, in AWS's code and words.

    Subclasses fix code and status; the class itself stands for errors of other services:
    `AwsError("...", code="NoSuchBucket", http_status=404)`.
    """

    code: str = "InternalFailure"
    http_status: int = 500
    message_member: ClassVar[str] = "message"
    fault: str | None = None  # the body's Type member; None leaves it out

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        http_status: int | None = None,
        members: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the message, further body members and further headers."""
        self.code = code or type(self).code
        self.http_status = http_status or type(self).http_status
        self.message = message
        self.members = dict(members or {})
        self.headers = dict(headers or {})
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.code} ({self.http_status}): {self.message}"

    def body(self) -> dict[str, str]:
        """Return the JSON body: further members, Type, message."""
        fault = {} if self.fault is None else {"Type": self.fault}
        return {**self.members, **fault, self.message_member: self.message}

    def without_type(self) -> Self:
        """Return the same error without Type, which some parts of Lambda do not tell."""
        self.fault = None
        return self

    def rest_json(self) -> ErrorResponse:
        """Render for the rest-json protocol, which Lambda's API speaks."""
        body = json.dumps(self.body(), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": self.code}
        return ErrorResponse(self.http_status, {**headers, **self.headers}, body)


class InvalidParameterValueException(AwsError):
    """One of the request's values is not accepted."""

    code = "InvalidParameterValueException"
    http_status = 400
    fault = "User"


class ValidationException(AwsError):
    """A value breaks a constraint of the API model; raised before Lambda looks at the request."""

    code = "ValidationException"
    http_status = 400


class InvalidRequestContentException(AwsError):
    """The request body could not be parsed as JSON."""

    code = "InvalidRequestContentException"
    http_status = 400
    fault = "User"


class RecursiveInvocationException(AwsError):
    """Lambda stopped a function from invoking itself in a loop."""

    code = "RecursiveInvocationException"
    http_status = 400
    fault = "User"
    message_member = "Message"


class CodeSigningConfigNotFoundException(AwsError):
    """The code signing configuration does not exist."""

    message_member = "Message"
    code = "CodeSigningConfigNotFoundException"
    http_status = 404
    fault = "User"


class CodeVerificationFailedException(AwsError):
    """The package is not signed as the function's code signing configuration wants it."""

    code = "CodeVerificationFailedException"
    http_status = 400
    message_member = "Message"
    fault = "User"


class PolicyLengthExceededException(AwsError):
    """The resource-based policy would be larger than 20 KB."""

    code = "PolicyLengthExceededException"
    http_status = 400
    fault = "User"


class AccessDeniedException(AwsError):
    """The caller's policies do not allow the action."""

    code = "AccessDeniedException"
    http_status = 403
    message_member = "Message"


class ResourceNotFoundException(AwsError):
    """The function, version, alias, layer or policy does not exist."""

    code = "ResourceNotFoundException"
    http_status = 404
    fault = "User"
    message_member = "Message"


class ResourceConflictException(AwsError):
    """The resource exists already, or another operation on it is in progress."""

    code = "ResourceConflictException"
    http_status = 409
    fault = "User"


class SnapStartException(AwsError):
    """A hook that runs after restore failed."""

    code = "SnapStartException"
    http_status = 400
    fault = "User"
    message_member = "Message"


class SnapStartTimeoutException(AwsError):
    """A snapshot could not be restored within ten seconds."""

    code = "SnapStartTimeoutException"
    http_status = 408
    fault = "User"
    message_member = "Message"


class SnapStartNotReadyException(AwsError):
    """The version's snapshot is still being made."""

    code = "SnapStartNotReadyException"
    http_status = 409
    fault = "User"
    message_member = "Message"


class PreconditionFailedException(AwsError):
    """The RevisionId of the request is not the latest one."""

    code = "PreconditionFailedException"
    http_status = 412
    fault = "User"


class RequestTooLargeException(AwsError):
    """The event is larger than its invocation type allows."""

    code = "RequestTooLargeException"
    http_status = 413
    fault = "User"


class RequestEntityTooLargeException(AwsError):
    """The request as a whole is larger than the API takes."""

    code = "RequestEntityTooLargeException"
    http_status = 413


class UnsupportedMediaTypeException(AwsError):
    """The content type of the invoke request is not JSON."""

    code = "UnsupportedMediaTypeException"
    http_status = 415
    fault = "User"


class TooManyRequestsException(AwsError):
    """The invocation was throttled."""

    code = "TooManyRequestsException"
    http_status = 429
    fault = "User"

    def __init__(
        self,
        message: str = "Rate Exceeded.",
        *,
        reason: ThrottleReason = ThrottleReason.CONCURRENCY,
        retry_after_s: int | None = None,
    ) -> None:
        """Name the limit that was hit; `retry_after_s` becomes the Retry-After header."""
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        super().__init__(message, members={"Reason": reason.value}, headers=headers)
        self.reason = reason
        self.retry_after_s = retry_after_s


class ServiceException(AwsError):
    """The service failed; the caller may try again."""

    code = "ServiceException"
    http_status = 500
    fault = "Service"
    message_member = "Message"
