"""The packages of an environment against those that requirements.lock names, and its pip."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path

from helpers.firstaid.finding import Finding, Mark

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
LOCK = "requirements.lock"


def site_packages(environment: Path) -> Path | None:
    """Return where a virtual environment keeps its packages; None if there is no such place."""
    pattern = "Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages"
    return next(iter(sorted(environment.glob(pattern))), None)


def installed(name: str, folders: Sequence[str] | None = None) -> str:
    """Return the version of a package in these folders (or on sys.path); empty if missing."""
    path = list(sys.path if folders is None else folders)
    return next((found.version for found in distributions(name=name, path=path)), "")


def packages(
    names: Iterable[str], home: Path, folders: Sequence[str] | None = None
) -> list[Finding]:
    """Compare packages with the lock; one finding for each, in the order of `names`."""
    lock = home / LOCK
    text = lock.read_text("utf-8") if lock.exists() else ""
    pinned = {_same(name): version for name, version in PIN.findall(text)}
    return [_package(name, installed(name, folders), pinned.get(_same(name), "")) for name in names]


def repair(environment: Path, *, again: bool = False) -> str:
    """Return the command that makes an environment's packages what the lock names.

    With `again`, packages whose version is right are unpacked again: files of theirs are missing.
    """
    forced = "--force-reinstall " if again else ""
    return f"{_quoted(str(_python_of(environment)))} -m pip install {forced}--no-deps -r {LOCK}"


def pip(environment: Path, environ: Mapping[str, str], home: Path) -> Finding:
    """Say whether a set-up will find pip, and whether pip will find packages."""
    wheels = environ.get("COLDSTART_WHEELS", "")
    folder = Path(wheels).expanduser() if wheels else home / "wheels"
    if wheels and not folder.is_dir():
        seen = f"COLDSTART_WHEELS={wheels!r} is no folder"
        why = "it names the folder that holds the wheels of requirements.lock"
        return Finding(Mark.FAIL, "pip", seen, why, "unset COLDSTART_WHEELS", "no-wheels-folder")
    place = site_packages(environment)
    version = installed("pip", [str(place)]) if place else ""
    if place and not version:
        why = "it was removed, or another program made the environment"
        command = f"{_quoted(str(_python_of(environment)))} -m ensurepip"
        return Finding(Mark.WARN, "pip", "'.venv' has none", why, command, "no-pip")
    if environ.get("PIP_NO_INDEX") and not folder.is_dir():
        seen = "PIP_NO_INDEX is set, and there is no folder of wheels"
        why = "pip may ask no server, and has no other place to look"
        return Finding(Mark.WARN, "pip", seen, why, "unset PIP_NO_INDEX", "no-distribution")
    if not place:
        return Finding(Mark.OK, "pip", "comes with .venv")
    return Finding(Mark.OK, "pip", f"{version} in .venv")


def _package(name: str, version: str, pinned: str) -> Finding:
    command = repair(Path(sys.prefix))
    if not version:
        why = "the packages of this Python are not the kit's"
        return Finding(Mark.FAIL, name, "is missing", why, command, "packages")
    if pinned and version != pinned:
        why = "it was installed over the kit's, or the kit has changed since"
        seen = f"{version}, and {LOCK} names {pinned}"
        return Finding(Mark.WARN, name, seen, why, command, "packages")
    return Finding(Mark.OK, name, version)


def _python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _same(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
