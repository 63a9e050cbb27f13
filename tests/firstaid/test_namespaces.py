"""Where handlers cannot have real paths, the reason and the remedy are told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from helpers.firstaid import namespaces
from helpers.firstaid.finding import Mark

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")


def programs(folder: Path, **scripts: str) -> str:
    """Return a PATH that holds these programs and no others."""
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def test_a_machine_without_unshare_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A PATH without the program means level A, with the package that has it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    found = namespaces.file_level()

    assert (Mark.WARN, "level-a") == (found.mark, found.anchor)
    assert "the program unshare is missing" == found.cause
    assert "sudo apt install util-linux" == found.command


def test_forbidden_namespaces_are_found_in_the_system_s_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Where users may not make namespaces, what unshare says is the cause."""
    refusal = "echo 'unshare: unshare failed: Operation not permitted' >&2; exit 1"
    monkeypatch.setenv("PATH", programs(tmp_path, unshare=refusal, nsenter="exit 1"))
    found = namespaces.file_level()

    assert (Mark.WARN, "level-a") == (found.mark, found.anchor)
    assert found.seen.startswith("level A")
    assert "Operation not permitted" in found.cause
    assert found.command


@pytest.mark.parametrize(
    ("restricted", "most", "command"),
    [
        ("1\n", "15000\n", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
        ("0\n", "0\n", "sudo sysctl -w user.max_user_namespaces=15000"),
        ("0\n", "15000\n", "nothing to do: labs run at level A"),
    ],
    ids=["AppArmor", "none allowed", "a container"],
)
def test_the_command_is_the_one_that_this_system_wants(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    restricted: str,
    most: str,
    command: str,
):
    """Ubuntu's restriction and a limit of none have commands; a container's has none."""
    for name, text in (("APPARMOR", restricted), ("MOST", most)):
        (tmp_path / name).write_text(text)
        monkeypatch.setattr(namespaces, name, tmp_path / name)
    path = programs(tmp_path, unshare="exit 1", nsenter="exit 1")
    monkeypatch.setenv("PATH", path)

    assert command == namespaces.file_level().command


def test_allowed_namespaces_are_level_b(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where the probe ends well, handlers have real paths."""
    monkeypatch.setenv("PATH", programs(tmp_path, unshare="exit 0", nsenter="exit 0"))

    assert Mark.OK is namespaces.file_level().mark
