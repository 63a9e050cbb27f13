"""Which programs can be a runtime, and what Linux would say of those that cannot."""

from __future__ import annotations

import shutil
import struct
import sys
from pathlib import Path

import pytest

from helpers.cloud.environment.runtimes import is_managed, is_runnable, why_not_executable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="mode bits are POSIX")


def program(folder: Path, content: bytes, mode: int = 0o755) -> Path:
    """Return a file with this content and mode."""
    path = folder / "bootstrap"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"#!/bin/sh\nexit 0\n", None),
        (b"#! /bin/sh -e\n", None),
        (b"#!/bin/sh\r\n", "no such file or directory"),
        (b"#!/no/such/interpreter\n", "no such file or directory"),
        (b"echo without a first line\n", "exec format error"),
        (b"", "exec format error"),
        (b"\x7fELF" + bytes(14) + struct.pack("<H", 0xF7), "exec format error"),
    ],
    ids=["script", "spaces", "carriage return", "missing", "text", "empty", "other machine"],
)
def test_a_file_is_judged_as_the_kernel_does(
    tmp_path: Path, content: bytes, problem: str | None
) -> None:
    """First line, interpreter and machine decide, before anything is started."""
    assert why_not_executable(program(tmp_path, content)) == problem


def test_a_program_of_this_machine_is_executable() -> None:
    """A binary of the system itself passes."""
    shell = shutil.which("sh")
    assert shell is not None
    assert why_not_executable(Path(shell).resolve()) is None


def test_a_file_without_the_bit_and_a_folder_are_no_programs(tmp_path: Path) -> None:
    """Both are what Linux calls permission denied."""
    assert why_not_executable(program(tmp_path, b"#!/bin/sh\n", 0o644)) == "permission denied"
    assert why_not_executable(tmp_path) == "permission denied"


def test_python_and_os_only_runtimes_run_here() -> None:
    """Other languages are known to the API only."""
    assert [is_runnable(name) for name in ("python3.13", "provided.al2023", "nodejs24.x")] == [
        True,
        True,
        False,
    ]
    assert [is_managed(name) for name in ("python3.13", "provided.al2023")] == [True, False]
