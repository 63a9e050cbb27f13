"""What Lambda knows of a function and of one invocation, as facts that never change.

AWS's words: FunctionConfiguration, Qualifier, LoggingConfig. A changed function is a new
`FunctionVersion` with a new `revision`; nothing here is edited in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

LATEST = "$LATEST"
MAX_SYNC_PAYLOAD_BYTES = 6 * 1024 * 1024
MAX_RESPONSE_BYTES = 6_291_556
"""The response limit with the room Lambda leaves for its envelope, as its own error says."""


PieceTaker = Callable[[str, bytes], None]
"""Takes a streamed answer as it comes: its content type, and the next bytes."""


class LogFormat(StrEnum):
    """LoggingConfig.LogFormat."""

    TEXT = "Text"
    JSON = "JSON"


class InitializationType(StrEnum):
    """How an environment came to be: AWS_LAMBDA_INITIALIZATION_TYPE."""

    ON_DEMAND = "on-demand"
    PROVISIONED = "provisioned-concurrency"
    SNAP_START = "snap-start"


class PackageType(StrEnum):
    """PackageType of CreateFunction."""

    ZIP = "Zip"
    IMAGE = "Image"


@dataclass(frozen=True, slots=True)
class LoggingConfig:
    """LoggingConfig of a function; levels are None in text format, where they do not apply."""

    group: str
    log_format: LogFormat = LogFormat.TEXT
    application_level: str | None = None
    system_level: str | None = None


@dataclass(frozen=True, slots=True)
class CodePackage:
    """A deployment package: the zip's bytes, and their SHA-256 in hex as its name."""

    sha256: str
    zip_bytes: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionVersion:
    """One version of a function, code and configuration together.

    `revision` changes with every change of code or configuration and, unlike the RevisionId the
    API shows, with nothing else: environments of another revision are never reused. `snap_start`
    says that its environments are restored from a snapshot; `traced` is TracingConfig Active;
    `kms_key_arn` is the customer key that the variables are encrypted with.
    """

    account_id: str
    region: str
    name: str
    version: str
    revision: str
    runtime: str
    handler: str
    role_arn: str
    memory_mb: int
    timeout_s: int
    ephemeral_mb: int
    code: CodePackage
    logging: LoggingConfig
    variables: Mapping[str, str]
    package_type: PackageType = PackageType.ZIP
    dead_letter_arn: str | None = None
    layers: tuple[CodePackage, ...] = ()
    snap_start: bool = False
    traced: bool = False
    kms_key_arn: str | None = None

    @property
    def arn(self) -> str:
        """The function's ARN without a qualifier."""
        return f"arn:aws:lambda:{self.region}:{self.account_id}:function:{self.name}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What names the function across accounts and Regions."""
        return (self.account_id, self.region, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One event on its way to a function version.

    `invoked_arn` is the ARN as called, with its qualifier; `client_context` is base64-decoded JSON.
    `pieces` takes what a runtime streams; without, a streamed answer is collected.
    """

    function: FunctionVersion
    invoked_arn: str
    request_id: str
    event: bytes = field(repr=False)
    client_context: str | None = None
    trace_id: str = ""
    pieces: PieceTaker | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationResult:
    """What came of an invocation: the payload, and AWS's function error word if it failed.

    `function_error` is None or "Unhandled"; `log_lines` are the invocation's own log events.
    """

    payload: bytes = field(repr=False)
    function_error: str | None = None
    error_type: str | None = None
    log_lines: Sequence[str] = field(default=(), repr=False)
