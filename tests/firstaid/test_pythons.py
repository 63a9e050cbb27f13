"""Each fault of a Python is found with its cause and command; a sound one is well."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from helpers.firstaid import pythons
from helpers.firstaid.finding import Mark


@pytest.mark.parametrize(("number", "side"), [((3, 9), "older"), ((3, 15), "newer")])
def test_a_python_of_another_age_is_named(number: tuple[int, int], side: str):
    """Too old and too new are told apart, with a Python that serves."""
    found = pythons.version(number)

    assert (Mark.FAIL, "python-version") == (found.mark, found.anchor)
    assert f"{number[0]}.{number[1]} is {side}" in found.seen
    assert "3.11 to 3.14" in found.cause
    assert "python3.13 kit.py lab" == found.command


def test_this_python_is_well():
    """The Python that runs these tests is one of those the kit is made for."""
    assert Mark.OK is pythons.version().mark
    assert Mark.OK is pythons.venv_modules().mark


def test_a_python_without_venv_gets_debian_s_package(monkeypatch: pytest.MonkeyPatch):
    """Where ensurepip cannot be imported, as on a bare Debian, the package to install is named."""
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else real(name)
    )
    found = pythons.venv_modules()

    assert (Mark.FAIL, "no-venv") == (found.mark, found.anchor)
    assert "Debian" in found.cause
    minor = sys.version_info.minor
    assert f"sudo apt install python3.{minor}-venv" == found.command


def test_a_kernel_beside_the_kit_s_environment_is_seen(tmp_path: Path):
    """With a `.venv` in the checkout, a kernel of another prefix is the wrong one."""
    (tmp_path / ".venv").mkdir()
    found = pythons.kernel(tmp_path, prefix="/usr")

    assert (Mark.WARN, "kernel") == (found.mark, found.anchor)
    assert "in '/usr', not of the kit's .venv" in found.seen
    assert "python3 kit.py lab" == found.command


def test_a_kernel_of_the_environment_or_of_a_container_is_well(tmp_path: Path):
    """The kit's own `.venv` serves, and without one whatever Python has the packages does."""
    assert Mark.OK is pythons.kernel(tmp_path, prefix="/usr").mark
    (tmp_path / ".venv").mkdir()
    assert Mark.OK is pythons.kernel(tmp_path, prefix=str(tmp_path / ".venv")).mark


def test_settings_of_other_pythons_are_a_note():
    """PYTHONPATH is told with the command that takes it away; an empty one is none."""
    found = pythons.python_path({"PYTHONPATH": "/elsewhere", "PYTHONHOME": ""})

    assert (Mark.NOTE, "python-settings") == (found.mark, found.anchor)
    assert "unset PYTHONPATH" == found.command
    assert Mark.OK is pythons.python_path({}).mark
