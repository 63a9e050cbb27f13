"""AWS's Runtime Interface Emulator, the yardstick of the conformance tests and of the bench.

The Linux binary lies inside the aws-sam-cli wheel (samcli/local/rapid, Apache-2.0), which the kit
does not depend on: it is downloaded once with pip, checked, and unpacked into the user's cache.
Never start it with an option it does not know, such as --help: it then listens on *:8080.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

VERSION = "1.170.0"
WHEEL_SHA256 = "24ebaf5ecba38dc1758089968cb89ab61e124b84e92a344fc7a2771a47f4d0bf"
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def cache_folder() -> Path:
    """Return where downloads are kept: COLDSTART_CACHE, or coldstart in the user's cache."""
    named = os.environ.get("COLDSTART_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "coldstart"


def ensure_emulator() -> Path | None:
    """Return the emulator's path; None where there is none: other systems, or no network yet."""
    machine = MACHINES.get(platform.machine().lower())
    if sys.platform != "linux" or machine is None:
        return None
    binary = cache_folder() / f"aws-lambda-rie-{VERSION}-{machine}"
    if not binary.exists():
        wheel = _download()
        if wheel is None:
            return None
        _unpack(wheel, f"samcli/local/rapid/aws-lambda-rie-{machine}", binary)
    return binary


def _download() -> bytes | None:
    """Return the wheel's bytes; None if pip cannot get the file with that hash."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
    with tempfile.TemporaryDirectory() as folder:
        requirement = Path(folder) / "requirements.txt"
        requirement.write_text(
            f"aws-sam-cli=={VERSION} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8"
        )
        command += ["--dest", folder, "-r", str(requirement)]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            return None
        return next(Path(folder).glob("*.whl")).read_bytes()


def _unpack(wheel: bytes, member: str, binary: Path) -> None:
    """Put one file of the wheel in place, whole: two test workers may do this at once."""
    binary.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=binary.parent) as folder:
        archive = Path(folder) / "wheel"
        archive.write_bytes(wheel)
        with zipfile.ZipFile(archive) as opened:
            draft = Path(folder) / binary.name
            draft.write_bytes(opened.read(member))
        draft.chmod(0o755)
        draft.replace(binary)
