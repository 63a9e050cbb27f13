"""What all execution environments of a cloud share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from helpers.cloud.clock import Clock
from helpers.cloud.environment.keeper import Keeper
from helpers.cloud.environment.local_extension import LocalPorts
from helpers.cloud.environment.strays import Strays
from helpers.cloud.environment.workspace import FileLevel, Sources
from helpers.cloud.model import FunctionVersion
from helpers.cloud.ports import CredentialIssuer, FunctionLog
from helpers.cloud.records import Recorder


@dataclass(frozen=True, slots=True)
class Platform:
    """What all environments of a cloud share; `cpu_share` is asked at each invocation."""

    clock: Clock
    recorder: Recorder
    keeper: Keeper
    strays: Strays
    folder: Path
    file_level: FileLevel
    endpoint: str
    issuer: CredentialIssuer
    log: FunctionLog
    sources: Callable[[FunctionVersion], Sources]
    cpu_share: Callable[[], bool]
    local_ports: LocalPorts
    xray_daemon: Callable[[FunctionVersion], str] = lambda function: ""
