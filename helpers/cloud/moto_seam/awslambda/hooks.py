"""What moto's Lambda needs of the rest of the account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from helpers.cloud.clock import Clock
from helpers.cloud.control.code_signing import CodeSigning
from helpers.cloud.control.concurrency import AccountConcurrency
from helpers.cloud.model import CodePackage, FunctionVersion
from helpers.cloud.registry import Key, Registry
from helpers.cloud.snapshots import VersionState


@dataclass(frozen=True, slots=True)
class LambdaHooks:
    """What the seam needs of the data plane: where to publish, and how moto's callers invoke.

    `check_dead_letter` takes target and role, `check_tracing` a role;
    `give_key` takes a key, the function's ARN and its role; `check_role` takes a role and the
    function's ARN, `role_may` a role and an action;
    `concurrency` gives the numbers of an account's Region; `version_state` tells whether a version
    with SnapStart has its snapshot; `link` makes a link that downloads a package; `signing` tells
    which packages may be deployed.
    """

    registry: Registry
    clock: Clock
    invoke: Callable[[FunctionVersion, bytes], bytes]
    check_dead_letter: Callable[[str, str], None]
    check_tracing: Callable[[str], None]
    give_key: Callable[[str, str, str], None]
    check_role: Callable[[str, str], None]
    role_may: Callable[[str, str], bool]
    concurrency: Callable[[tuple[str, str]], AccountConcurrency]
    version_state: Callable[[Key, str], VersionState]
    link: Callable[[CodePackage, str], str]
    signing: CodeSigning
