"""Records of execution environments, and of the snapshots that some begin as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentRecord:
    """Something that happened to one execution environment."""

    kind: ClassVar[str]
    function: str
    version: str
    environment: str
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentCreated(EnvironmentRecord):
    """A process was started for a function version: a cold start begins."""

    kind: ClassVar[str] = "environment.created"
    initialization_type: str = "on-demand"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentInit(EnvironmentRecord):
    """The init phase ended; `phase` is invoke when it was repeated inside the first invocation."""

    kind: ClassVar[str] = "environment.init"
    phase: str
    status: str
    duration_ms: float
    error_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentRestored(EnvironmentRecord):
    """The restore phase ended: the environment is a copy of a snapshot, or could not become one."""

    kind: ClassVar[str] = "environment.restored"
    snapshot: str
    status: str
    duration_ms: float
    billed_ms: int
    error_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentFrozen(EnvironmentRecord):
    """The runtime asked for the next event, so its processes were stopped."""

    kind: ClassVar[str] = "environment.frozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentThawed(EnvironmentRecord):
    """An event arrived for a frozen environment, so its processes go on."""

    kind: ClassVar[str] = "environment.thawed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentTimedOut(EnvironmentRecord):
    """The timeout passed; every process of the environment was killed."""

    kind: ClassVar[str] = "environment.timed_out"
    request_id: str
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentKilled(EnvironmentRecord):
    """The processes ended before their time: memory, exit, or init."""

    kind: ClassVar[str] = "environment.killed"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentReaped(EnvironmentRecord):
    """The environment was shut down while idle; `reason` says why.

    idle, age, memory, updated, deleted, reset, shutdown; released or replaced when provisioned.
    """

    kind: ClassVar[str] = "environment.reaped"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRecord:
    """Something that happened to the snapshot of a version with SnapStart."""

    kind: ClassVar[str]
    function: str
    version: str
    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotMade(SnapshotRecord):
    """The version was initialised for a snapshot; or could not be."""

    kind: ClassVar[str] = "snapshot.made"
    status: str
    duration_ms: float
    error_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotDeleted(SnapshotRecord):
    """A snapshot was given up; `reason` says why: updated, deleted, lost, reset or shutdown."""

    kind: ClassVar[str] = "snapshot.deleted"
    reason: str
