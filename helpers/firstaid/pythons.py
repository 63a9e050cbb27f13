"""The Python that runs, what it is able to make, and what leads its imports astray."""

from __future__ import annotations

import importlib.util
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

from helpers.firstaid.finding import Finding, Mark

OLDEST, NEWEST = (3, 11), (3, 14)
"""What requirements.lock has wheels for; kit.py, which old Pythons read as well, repeats it."""

LAB = "python3 kit.py lab"


def version(number: tuple[int, int] | None = None) -> Finding:
    """Say whether this Python is one the kit is made for."""
    number = number or sys.version_info[:2]
    seen = f"{platform.python_version()} at {sys.executable!r} on {platform.platform(terse=True)}"
    if OLDEST <= number <= NEWEST:
        return Finding(Mark.OK, "Python", seen)
    side = "older than the kit" if number < OLDEST else "newer than the kit's wheels"
    return Finding(
        Mark.FAIL,
        "Python",
        f"{number[0]}.{number[1]} is {side}: {seen}",
        f"the kit is made for Python {_dotted(OLDEST)} to {_dotted(NEWEST)}",
        "python3.13 kit.py lab",
        "python-version",
    )


def venv_modules() -> Finding:
    """Say whether this Python can make a virtual environment with a pip in it."""
    if all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        return Finding(Mark.OK, "venv", "this Python can make virtual environments")
    return Finding(
        Mark.FAIL,
        "venv",
        "the modules venv and ensurepip are missing",
        "Debian and Ubuntu ship them apart",
        f"sudo apt install python{_dotted(sys.version_info[:2])}-venv",
        "no-venv",
    )


def kernel(home: Path, prefix: str = sys.prefix) -> Finding:
    """Say whether the notebook's kernel is the Python of the checkout's `.venv`."""
    environment = home / ".venv"
    number = platform.python_version()
    if Path(prefix).resolve() == environment.resolve():
        return Finding(Mark.OK, "kernel", f"Python {number} of the kit's .venv")
    if not environment.exists():
        return Finding(Mark.OK, "kernel", f"Python {number} in {prefix!r}")
    return Finding(
        Mark.WARN,
        "kernel",
        f"Python {number} in {prefix!r}, not of the kit's .venv",
        "another kernel was chosen, or JupyterLab was started by hand",
        LAB,
        "kernel",
    )


def python_path(environ: Mapping[str, str]) -> Finding:
    """Say whether variables put other folders before the kit's packages."""
    found = [name for name in ("PYTHONPATH", "PYTHONHOME") if environ.get(name)]
    if not found:
        return Finding(Mark.OK, "Python settings", "no PYTHONPATH and no PYTHONHOME")
    return Finding(
        Mark.NOTE,
        "Python settings",
        f"{' and '.join(found)} set; kit.py drops them",
        "they lead imports of other programs to other folders",
        f"unset {' '.join(found)}",
        "python-settings",
    )


def _dotted(number: tuple[int, int]) -> str:
    return f"{number[0]}.{number[1]}"
