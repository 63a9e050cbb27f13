"""Folders that cannot be written, or are too small, are found: also by root, who may write all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.firstaid import folders
from helpers.firstaid.finding import Mark

ASK = "import sys, pathlib; from helpers.firstaid import folders; "


def test_a_home_that_is_no_folder_is_found(tmp_path: Path):
    """A home under a file takes no files, whoever asks."""
    (tmp_path / "file").write_text("")
    found = folders.home_folder(tmp_path / "file" / "home")

    assert (Mark.FAIL, "read-only-home") == (found.mark, found.anchor)
    assert "JupyterLab writes there" in found.cause
    assert 'export HOME="$PWD/work/home"' in found.command


def test_a_read_only_home_is_found(in_namespace: Callable[[str, str], str]):
    """A home on a file system that is mounted read-only is told in the system's words."""
    told = in_namespace("ro", f"{ASK}print(folders.home_folder(pathlib.Path(sys.argv[1])))")

    assert "Mark.FAIL" in told
    assert "cannot be written: Read-only file system" in told
    assert "anchor='read-only-home'" in told


def test_a_kit_in_a_folder_of_somebody_else_is_found(tmp_path: Path):
    """The kit's own folder has to take `.venv` and the copies."""
    found = folders.kit_folder(tmp_path / "not there")

    assert (Mark.FAIL, "not-writable") == (found.mark, found.anchor)
    assert "copy the kit to a folder of your own" in found.command


def test_folders_of_one_s_own_are_well(tmp_path: Path):
    """What can be written is well, and nothing is left behind in it."""
    assert Mark.OK is folders.home_folder(tmp_path).mark
    assert Mark.OK is folders.kit_folder(tmp_path).mark
    assert [] == list(tmp_path.iterdir())


def test_a_small_temporary_folder_is_found(in_namespace: Callable[[str, str], str]):
    """A /tmp of 8 MB, as in small containers, is found with its size."""
    lines = f"{ASK}import tempfile; tempfile.tempdir = sys.argv[1]; "
    told = in_namespace("size=8m", f"{lines}print(folders.temporary_folder())")

    assert "Mark.WARN" in told
    assert "only 8 MB are free" in told
    assert "pip unpacks there" in told
    assert "export TMPDIR=~/tmp" in told


def test_a_temporary_folder_that_is_not_there_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """TMPDIR can name a place that is gone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    found = folders.temporary_folder()

    assert (Mark.FAIL, "temporary-folder") == (found.mark, found.anchor)
    assert "export TMPDIR=~/tmp" in found.command


def test_a_machine_without_any_temporary_folder_is_found(monkeypatch: pytest.MonkeyPatch):
    """Where Python finds no folder at all, its own words are the finding."""

    def none() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    found = folders.temporary_folder()

    assert (Mark.FAIL, "temporary-folder") == (found.mark, found.anchor)
    assert "No usable temporary directory found" in found.seen


def test_a_roomy_temporary_folder_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """With room for packages and handlers there is nothing to say."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(folders, "TEMPORARY_BYTES", 1)

    assert Mark.OK is folders.temporary_folder().mark


def test_a_full_disk_matters_while_a_set_up_is_to_come(in_namespace: Callable[[str, str], str]):
    """Too little room hinders a set-up, and nothing once it is done."""
    disk = "print(folders.disk(pathlib.Path(sys.argv[1]), needed={}))"
    to_come, done = in_namespace(
        "size=8m", "\n".join([ASK, disk.format(True), disk.format(False)])
    ).splitlines()

    assert "Mark.FAIL" in to_come
    assert "0.0 GB free" in to_come
    assert "400 MB" in to_come
    assert "anchor='disk'" in to_come
    assert "Mark.OK" in done


def test_a_disk_with_room_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """With room for a set-up there is nothing to say."""
    monkeypatch.setattr(folders, "SET_UP_BYTES", 1)

    assert Mark.OK is folders.disk(tmp_path, needed=True).mark
