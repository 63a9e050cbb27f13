"""Lab 07's checks, where the course's own rehearsal of wrong answers does not reach."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.checks.lab_07_slim import MEGABYTES, TEXTS
from helpers.checks.lab_07_vendor import OFFLINE
from helpers.checks.wheelhouse import fill_wheelhouse

LAMBDA = ("--platform", "manylinux2014_x86_64", "--only-binary=:all:")


def test_a_wheelhouse_is_the_same_however_often_it_is_filled(tmp_path: Path) -> None:
    """Three wheels: for Lambda, for this computer, and one for all; their bytes never differ."""
    first = {wheel.name: wheel.read_bytes() for wheel in fill_wheelhouse(tmp_path).iterdir()}
    again = {wheel.name: wheel.read_bytes() for wheel in fill_wheelhouse(tmp_path).iterdir()}

    assert first == again
    assert (1, 1, 3) == (
        sum("manylinux2014_x86_64" in name for name in first),
        sum("none-any" in name for name in first),
        len(first),
    )


@pytest.mark.parametrize(("platform", "compiled"), [((), False), (LAMBDA, True)])
def test_pip_takes_the_wheel_of_the_platform_it_is_told(
    tmp_path: Path, platform: tuple[str, ...], compiled: bool
) -> None:
    """Without a platform pip takes this computer's wheel; both bring what they need."""
    house, target = fill_wheelhouse(tmp_path / "house"), tmp_path / "package"
    where = ("--find-links", str(house), "--target", str(target), "--quiet")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *where, *platform, "halftone-raster"],
        env=os.environ | OFFLINE,
        check=True,
    )

    assert compiled is (target / "halftone_raster" / "_raster.py").exists()
    assert (target / "halftone_papers.py").exists()


def test_the_project_is_too_large_with_its_tests_or_with_docs_and_examples_alone() -> None:
    """Over 250 MB as it is; only without tests does it fit, and all code is small."""
    without_tests = sum(mb for name, mb in MEGABYTES.items() if "/tests/" not in name)

    assert sum(MEGABYTES.values()) > 250 > without_tests
    assert not set(TEXTS) & set(MEGABYTES)
