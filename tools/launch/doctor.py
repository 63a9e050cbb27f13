"""`kit.py doctor`: what on this machine helps or hinders, with causes and commands.

Needs nothing installed. Values of AWS variables are never printed, only their names.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tools.launch.browser import find_chromium
from tools.launch.installation import NEEDED_BYTES, Installation

AGAIN = "python3 kit.py lab"
FREE_NAMESPACES = "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"


class Mark(StrEnum):
    """How much a finding matters: nothing to do, worth knowing, labs cannot run."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; a cause and a command when it is not as it should be."""

    mark: Mark
    subject: str
    seen: str
    cause: str = ""
    command: str = ""


def run_doctor(installation: Installation, *, port: int) -> int:
    """Print the findings; the exit status is 1 if labs cannot run here."""
    findings = examine(installation, os.environ, port=port)
    for finding in findings:
        print(f"{finding.mark:<5} {finding.subject}: {finding.seen}")
        if finding.cause:
            print(f"        why:  {finding.cause}")
        if finding.command:
            print(f"        next: {finding.command}")
    failed = sum(finding.mark is Mark.FAIL for finding in findings)
    print("Labs can run here." if not failed else f"{failed} of these must be put right first.")
    return 1 if failed else 0


def examine(installation: Installation, environ: Mapping[str, str], *, port: int) -> list[Finding]:
    """Look at everything the kit depends on."""
    return [
        _python(),
        _venv_module(),
        _environment(installation),
        _disk(installation),
        _writable("kit's folder", installation.home),
        _writable("temporary folder", Path(tempfile.gettempdir())),
        _port(port),
        _file_level(),
        _proxies(environ),
        _aws_variables(environ),
        _aws_files(),
        _foreign_python_path(environ),
        _chromium(),
    ]


def _python() -> Finding:
    """kit.py has refused versions that do not serve before this runs."""
    seen = f"{platform.python_version()} at {sys.executable!r} on {platform.platform(terse=True)}"
    return Finding(Mark.OK, "Python", seen)


def _venv_module() -> Finding:
    if all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        return Finding(Mark.OK, "venv", "this Python can make virtual environments")
    name = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    return Finding(
        Mark.FAIL,
        "venv",
        "the modules venv and ensurepip are missing",
        "Debian and Ubuntu ship them apart",
        f"sudo apt install {name}",
    )


def _environment(installation: Installation) -> Finding:
    state, version = installation.state(), installation.python_version()
    if not installation.folder.exists():
        return Finding(Mark.OK, ".venv", "not made yet; the first lab makes it (needs a network)")
    if version is None:
        return Finding(
            Mark.WARN, ".venv", "its Python does not run", "it was deleted or half made", AGAIN
        )
    if state is None or not state.complete:
        why = "its set-up did not finish, or something else made it"
        return Finding(Mark.WARN, ".venv", "not known to be whole", why, AGAIN)
    if not installation.is_current(developer=False):
        why = "requirements.lock or its Python has changed since"
        return Finding(Mark.WARN, ".venv", "not current", why, AGAIN)
    extent = "labs and tests" if installation.is_current(developer=True) else "labs"
    return Finding(Mark.OK, ".venv", f"whole, for {extent}, with Python {version}")


def _disk(installation: Installation) -> Finding:
    free = shutil.disk_usage(installation.home).free
    seen = f"{free / 1e9:.1f} GB free"
    if free >= NEEDED_BYTES or installation.is_current(developer=False):
        return Finding(Mark.OK, "disk", seen)
    why = "a set-up needs about 400 MB, and twice that while packages are unpacked"
    return Finding(Mark.FAIL, "disk", seen, why, "free 1 GB")


def _writable(subject: str, folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding(Mark.OK, subject, f"{str(folder)!r} can be written")
    except OSError as error:
        why = "it belongs to somebody else, or is read-only"
        seen = f"{str(folder)!r} cannot be written: {error.strerror}"
        return Finding(Mark.FAIL, subject, seen, why, "copy the kit to a folder of your own")


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return Finding(Mark.OK, f"port {port}", "free, for kit.py serve")
    return Finding(
        Mark.WARN,
        f"port {port}",
        "something listens there; labs choose their own port, only kit.py serve wants this one",
        "perhaps LocalStack, or another kit.py serve",
        f"python3 kit.py serve --port {port + 1}",
    )


def _file_level() -> Finding:
    """Say whether handlers can have /var/task, /opt and a /tmp of their own."""
    subject = "handlers' files"
    if sys.platform != "linux":
        return Finding(Mark.OK, subject, "level A: folders of their own (real paths need Linux)")
    level_a = "level A: folders of their own instead of real /var/task, /opt and /tmp"
    for program in ("unshare", "nsenter"):
        if shutil.which(program) is None:
            why = f"the program {program} is missing"
            return Finding(Mark.WARN, subject, level_a, why, "sudo apt install util-linux")
    probe = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "t", "/opt"]
    try:
        result = subprocess.run(probe, capture_output=True, text=True, timeout=10, check=False)
        refusal = result.stderr.strip()
        allowed = result.returncode == 0
    except (OSError, subprocess.TimeoutExpired) as error:
        refusal, allowed = str(error), False
    if allowed:
        return Finding(Mark.OK, subject, "level B: real /var/task, /opt and /tmp")
    why = f"this system forbids mount namespaces to users: {refusal}"
    restricted = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    command = FREE_NAMESPACES if restricted.exists() else "nothing to do: labs run at level A"
    return Finding(Mark.WARN, subject, level_a, why, command)


def _proxies(environ: Mapping[str, str]) -> Finding:
    names = ("http_proxy", "https_proxy", "all_proxy")
    found = sorted(name for name in environ if name.lower() in names and environ[name])
    if not found:
        return Finding(Mark.OK, "proxies", "none set")
    shielded = environ.get("no_proxy", environ.get("NO_PROXY", ""))
    seen = f"{', '.join(found)} set; pip uses them, labs go round them for 127.0.0.1"
    if "127.0.0.1" in shielded:
        return Finding(Mark.OK, "proxies", seen)
    why = "in a terminal, the AWS CLI would ask the proxy for kit.py serve"
    return Finding(Mark.WARN, "proxies", seen, why, "export NO_PROXY=127.0.0.1,localhost")


def _aws_variables(environ: Mapping[str, str]) -> Finding:
    found = sorted(name for name in environ if name.startswith("AWS_"))
    if not found:
        return Finding(Mark.OK, "AWS variables", "none set")
    return Finding(
        Mark.WARN,
        "AWS variables",
        f"{', '.join(found)} set; every lab drops them for its own kernel",
        "in a terminal they decide which account the AWS CLI talks to",
        f"unset {' '.join(found)}",
    )


def _aws_files() -> Finding:
    folder = Path.home() / ".aws"
    found = [name for name in ("credentials", "config") if (folder / name).exists()]
    if not found:
        return Finding(Mark.OK, "AWS files", "no ~/.aws/credentials and no ~/.aws/config")
    files = " and ".join(f"~/.aws/{name}" for name in found)
    return Finding(
        Mark.OK, "AWS files", f"{files} there; labs neither read nor change them, a terminal does"
    )


def _foreign_python_path(environ: Mapping[str, str]) -> Finding:
    found = [name for name in ("PYTHONPATH", "PYTHONHOME") if environ.get(name)]
    if not found:
        return Finding(Mark.OK, "Python settings", "no PYTHONPATH and no PYTHONHOME")
    return Finding(Mark.OK, "Python settings", f"{' and '.join(found)} set; kit.py drops them")


def _chromium() -> Finding:
    found = find_chromium()
    if found:
        return Finding(Mark.OK, "Chromium", f"{found!r}, for browser tests")
    return Finding(
        Mark.OK, "Chromium", "none; only the browser tests of kit.py test want it, labs do not"
    )
