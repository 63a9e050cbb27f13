"""What excludes SnapStart: runtimes, packages and features that do not go with it.

A rule is checked wherever one of the two is asked for last: with the function's configuration, or
with provisioned concurrency. Sentences as AWS's answers in public reports have them; the one about
machines that cannot fork is the kit's own.

Source: docs.aws.amazon.com/lambda/latest/dg/snapstart.html (supported features and limitations).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from helpers.cloud.environment.forks import CAN_FORK
from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.model import PackageType

FREE_STORAGE_MB = 512
RUNTIMES = re.compile(r"python3\.(1[2-9]|[2-9]\d)|java(1[1-9]|[2-9]\d).*|dotnet([89]|[1-9]\d)")
ON = "PublishedVersions"


def check_snap_start(settings: Mapping[str, Any], *, can_fork: bool = CAN_FORK) -> None:
    """Raise InvalidParameterValueException when these settings exclude SnapStart, and ask for it.

    `settings` are all of the function's, as CreateFunction takes them.
    """
    if (settings.get("SnapStart") or {}).get("ApplyOn") != ON:
        return
    if settings.get("PackageType") == PackageType.IMAGE:
        raise _unsupported("ContainerImage")
    runtime = settings.get("Runtime") or ""
    if RUNTIMES.fullmatch(runtime) is None:
        raise _unsupported(runtime)
    if settings.get("FileSystemConfigs"):
        raise _unsupported("EFS")
    storage = (settings.get("EphemeralStorage") or {}).get("Size") or FREE_STORAGE_MB
    if int(storage) > FREE_STORAGE_MB:
        raise _unsupported(f"Ephemeral storage of more than {FREE_STORAGE_MB} MB")
    if not can_fork:
        raise InvalidParameterValueException(
            "SnapStart cannot be shown on this machine: a snapshot is a process that is forked, "
            "which Windows cannot do. Set SnapStart.ApplyOn to None, or use Linux, macOS or WSL."
        )


def check_provisioned_beside(snap_start: bool) -> None:
    """Raise InvalidParameterValueException for provisioned concurrency of such a version."""
    if snap_start:
        raise _unsupported("Provisioned Concurrency")


def _unsupported(what: str) -> InvalidParameterValueException:
    return InvalidParameterValueException(
        f"{what} is not supported for SnapStart enabled functions."
    )
