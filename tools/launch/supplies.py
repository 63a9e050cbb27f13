"""Where a set-up would get its packages from: nowhere any more, a bundle, or a server."""

from __future__ import annotations

import hashlib
import sys
import sysconfig
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from helpers.firstaid.finding import Finding, Mark
from tools.launch.built import Bundle, read_bundle
from tools.launch.errors import LaunchError
from tools.launch.installation import Installation

SUBJECT = "packages"
SUMS = "SHA256SUMS"
MACHINES = ("x86_64", "aarch64", "arm64", "amd64")
SHOWN = 3


def packages(installation: Installation, environ: Mapping[str, str]) -> Finding:
    """Say whether `.venv` is whole or can be made here."""
    if installation.is_current(developer=False):
        return Finding(Mark.OK, SUBJECT, "installed; no network is needed")
    named = environ.get("COLDSTART_WHEELS")
    folder = Path(named).expanduser() if named else installation.home / "wheels"
    if folder.is_dir():
        return _of_bundle(installation.home, folder)
    return package_server(environ)


def _of_bundle(home: Path, folder: Path) -> Finding:
    try:
        bundle = read_bundle(home)
    except LaunchError as problem:
        return _unfit(problem.what, problem.why, problem.advice, problem.anchor)
    count = len(list(folder.glob("*.whl")))
    if bundle is None:
        return Finding(Mark.OK, SUBJECT, f"{count} wheels in {str(folder)!r}, installed from there")
    if wrong := _misfit(bundle):
        return _unfit(*wrong, "bundle-target")
    if damaged := damaged_files(home):
        more = f" and {len(damaged) - SHOWN} more" if len(damaged) > SHOWN else ""
        why = "the archive was cut off while it was copied, or a file was changed since"
        seen = f"the bundle is not as {SUMS} says: {', '.join(damaged[:SHOWN])}{more}"
        return _unfit(seen, why, "unpack the bundle again", "bundle-damaged")
    return Finding(Mark.OK, SUBJECT, f"a whole bundle with {count} wheels; no network is needed")


def _misfit(bundle: Bundle) -> tuple[str, str, str] | None:
    """Return what is wrong with a bundle for this Python and system, and what to do."""
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if here not in bundle.pythons:
        seen = f"the bundle has wheels for Python {', '.join(bundle.pythons)}; this is {here}"
        why = "wheels fit one version of Python"
        return seen, why, f"python{bundle.pythons[0]} kit.py lab"
    if not any(same_system(name) for name in bundle.platforms):
        system = sysconfig.get_platform()
        seen = f"the bundle is for {', '.join(bundle.platforms)}; this is {system}"
        return seen, "wheels fit one kind of system", "ask for a bundle for this system"
    return None


def same_system(name: str) -> bool:
    """Say whether a name such as win_amd64, or linux-x86_64, means this system."""
    return _family(name) == _family(sysconfig.get_platform())


def _family(name: str) -> tuple[str, str]:
    name = name.lower().replace("-", "_")
    families = ("linux", "win", "macosx")
    machine = next((each for each in MACHINES if name.endswith(each)), name)
    return next((each for each in families if each in name), name), machine


def damaged_files(home: Path) -> list[str]:
    """Return the files of an unpacked bundle that are missing or not what SHA256SUMS says."""
    sums = home / SUMS
    if not sums.is_file():
        return [SUMS]
    damaged = []
    for line in sums.read_text(encoding="utf-8").splitlines():
        expected, _, name = line.partition("  ")
        path = home / name
        # learners may change the kit they work with; what is installed must be as it was packed
        if name.startswith("wheels/") and not (path.is_file() and _digest(path) == expected):
            damaged.append(name)
    return damaged


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def package_server(environ: Mapping[str, str]) -> Finding:
    """Ask the server that pip would ask."""
    index = environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    try:
        request = urllib.request.Request(f"{index}/pip/", method="HEAD")
        with urllib.request.urlopen(request, timeout=10):
            return Finding(Mark.OK, SUBJECT, f"not installed yet; {index} answers")
    except urllib.error.HTTPError as error:
        if error.code < 500:
            return Finding(Mark.OK, SUBJECT, f"not installed yet; {index} answers")
        seen, why = f"{index} answers {error.code}", "the package server is not well"
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        seen, why = (
            f"not installed, and {index} does not answer: {reason}",
            "no network, or a proxy",
        )
    command = "python3 kit.py bundle, on a computer with a network; unpack its archive here"
    return _unfit(seen, why, command, "no-network")


def _unfit(seen: str, why: str, command: str, anchor: str) -> Finding:
    return Finding(Mark.FAIL, SUBJECT, seen.rstrip("."), why.rstrip("."), command, anchor)
