"""What excludes SnapStart."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.cloud.control.snap_start import check_snap_start
from helpers.cloud.errors import InvalidParameterValueException

ON = {"SnapStart": {"ApplyOn": "PublishedVersions"}, "Runtime": "python3.13"}
MUCH = {"EphemeralStorage": {"Size": 513}}


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"Runtime": "python3.11"}, "python3.11"),
        ({"Runtime": "nodejs22.x"}, "nodejs22.x"),
        ({"Runtime": "provided.al2023"}, "provided.al2023"),
        ({"PackageType": "Image"}, "ContainerImage"),
        ({"FileSystemConfigs": [{"Arn": "a", "LocalMountPath": "/mnt/a"}]}, "EFS"),
        (MUCH, "Ephemeral storage of more than 512 MB"),
    ],
)
def test_what_does_not_go_with_snap_start_is_refused(settings: dict[str, Any], what: str) -> None:
    """Older runtimes, other languages, images, EFS and a large /tmp exclude SnapStart."""
    with pytest.raises(InvalidParameterValueException) as caught:
        check_snap_start({**ON, **settings}, can_fork=True)

    assert f"{what} is not supported for SnapStart enabled functions." == caught.value.message


@pytest.mark.parametrize("runtime", ["python3.12", "python3.14", "java21", "java11", "dotnet8"])
def test_runtimes_of_snap_start(runtime: str) -> None:
    """Python from 3.12, Java from 11 and .NET from 8 on may have SnapStart."""
    check_snap_start({**ON, "Runtime": runtime}, can_fork=True)


def test_without_snap_start_nothing_is_excluded() -> None:
    """The rules bind only functions that ask for SnapStart."""
    check_snap_start({**MUCH, "SnapStart": {"ApplyOn": "None"}}, can_fork=False)
    check_snap_start(MUCH, can_fork=False)


def test_a_machine_that_cannot_fork_says_so() -> None:
    """Without fork, SnapStart is refused: what, why, and what to do instead."""
    with pytest.raises(InvalidParameterValueException) as caught:
        check_snap_start(ON, can_fork=False)

    assert caught.value.message.startswith("SnapStart cannot be shown on this machine")
    assert "Set SnapStart.ApplyOn to None" in caught.value.message
