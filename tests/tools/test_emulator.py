"""The emulator is downloaded once, and its absence is no error."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from tools import emulator


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache of a Linux machine on x86_64."""
    monkeypatch.setenv("COLDSTART_CACHE", str(tmp_path))
    monkeypatch.setattr(emulator.sys, "platform", "linux")
    monkeypatch.setattr(emulator.platform, "machine", lambda: "x86_64")
    return tmp_path


def make_wheel() -> bytes:
    """Return a wheel with a program where aws-sam-cli has the emulator."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("samcli/local/rapid/aws-lambda-rie-x86_64", "#!/bin/sh\n")
    return content.getvalue()


def test_it_is_downloaded_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second call finds the unpacked program and asks nobody."""
    downloads = iter([make_wheel()])
    monkeypatch.setattr(emulator, "_download", lambda: next(downloads))
    first, second = emulator.ensure_emulator(), emulator.ensure_emulator()
    assert first is not None
    assert first == second
    assert os.access(first, os.X_OK)
    assert [first] == list(cache.iterdir())


def test_without_a_network_there_is_none(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be downloaded is left out, and leaves nothing behind."""
    monkeypatch.setattr(emulator, "_download", lambda: None)
    assert emulator.ensure_emulator() is None
    assert [] == list(cache.iterdir())


@pytest.mark.parametrize(("system", "machine"), [("darwin", "arm64"), ("linux", "riscv64")])
def test_other_machines_have_none(
    cache: Path, monkeypatch: pytest.MonkeyPatch, system: str, machine: str
) -> None:
    """AWS ships the program for Linux on two kinds of processor."""
    monkeypatch.setattr(emulator.sys, "platform", system)
    monkeypatch.setattr(emulator.platform, "machine", lambda: machine)
    assert emulator.ensure_emulator() is None
