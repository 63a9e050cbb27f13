"""Packages that are missing or of another version are found, and a set-up without a pip."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from helpers.firstaid import packages
from helpers.firstaid.finding import Finding, Mark
from tests.firstaid.conftest import ROOT


def install(folder: Path, name: str, version: str) -> None:
    """Make a folder look as if a package had been installed into it."""
    metadata = folder / f"{name}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a checkout whose lock names one package."""
    (tmp_path / "requirements.lock").write_text(
        "moto==5.2.5 ; python_version > '3' \\\n  --hash=x\n"
    )
    return tmp_path


def looked_at(home: Path) -> Finding:
    """Return the finding about the package."""
    (found,) = packages.packages(["moto"], home, [str(home / "packages")])
    return found


def test_a_missing_package_is_found(home: Path):
    """What is not there is told with the command that puts it there."""
    found = looked_at(home)

    assert (Mark.FAIL, "moto", "is missing") == (found.mark, found.subject, found.seen)
    assert "packages" == found.anchor
    assert found.command.endswith("-m pip install --no-deps -r requirements.lock")


def test_another_version_is_found(home: Path):
    """What was installed over the kit's packages is told with both versions."""
    install(home / "packages", "moto", "4.0.0")
    found = looked_at(home)

    assert (Mark.WARN, "packages") == (found.mark, found.anchor)
    assert "4.0.0, and requirements.lock names 5.2.5" == found.seen


def test_the_locked_version_is_well(home: Path):
    """The version of the lock is the right one, also in this checkout."""
    install(home / "packages", "moto", "5.2.5")

    assert Mark.OK is looked_at(home).mark
    names = ("boto3", "moto", "jupyterlab_widgets")
    assert [Mark.OK] * 3 == [found.mark for found in packages.packages(names, ROOT)]


def environment(home: Path) -> Path:
    """Return the packages' folder of a `.venv` in a checkout."""
    minor = sys.version_info.minor
    inner = "Lib/site-packages" if sys.platform == "win32" else f"lib/python3.{minor}/site-packages"
    return home / ".venv" / inner


def test_an_environment_without_pip_is_found(home: Path):
    """A `.venv` from which pip was removed cannot be completed."""
    environment(home).mkdir(parents=True)
    found = packages.pip(home / ".venv", {}, home)

    assert (Mark.WARN, "no-pip") == (found.mark, found.anchor)
    assert "it was removed" in found.cause
    assert found.command.endswith("-m ensurepip")


def test_wheels_that_are_no_folder_are_found(home: Path):
    """COLDSTART_WHEELS must name a folder."""
    found = packages.pip(home / ".venv", {"COLDSTART_WHEELS": str(home / "gone")}, home)

    assert (Mark.FAIL, "no-wheels-folder") == (found.mark, found.anchor)
    assert "unset COLDSTART_WHEELS" == found.command


def test_pip_without_any_place_to_look_is_found(home: Path):
    """PIP_NO_INDEX without a folder of wheels leaves pip nothing."""
    found = packages.pip(home / ".venv", {"PIP_NO_INDEX": "1"}, home)

    assert (Mark.WARN, "no-distribution") == (found.mark, found.anchor)
    assert "unset PIP_NO_INDEX" == found.command
    (home / "wheels").mkdir()
    assert Mark.OK is packages.pip(home / ".venv", {"PIP_NO_INDEX": "1"}, home).mark


def test_a_pip_that_is_there_or_comes_is_well(home: Path):
    """Before the first set-up pip comes with it; afterwards its version is told."""
    assert Mark.OK is packages.pip(home / ".venv", {}, home).mark
    install(environment(home), "pip", "25.0")
    assert "25.0 in .venv" == packages.pip(home / ".venv", {}, home).seen
