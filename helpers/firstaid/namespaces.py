"""Whether handlers can have Lambda's real paths here, which needs mount namespaces."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from helpers.firstaid.finding import Finding, Mark

SUBJECT = "handlers' files"
LEVEL_A = "level A: folders of their own instead of real /var/task, /opt and /tmp"
PROBE = ("unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "t", "/opt")
APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
MOST = Path("/proc/sys/user/max_user_namespaces")


def file_level() -> Finding:
    """Say whether handlers can have /var/task, /opt and a /tmp of their own."""
    if sys.platform != "linux":
        return Finding(Mark.OK, SUBJECT, "level A: folders of their own (real paths need Linux)")
    for program in ("unshare", "nsenter"):
        if shutil.which(program) is None:
            return _level_a(f"the program {program} is missing", "sudo apt install util-linux")
    try:
        result = subprocess.run(PROBE, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return _level_a(f"mount namespaces could not be tried: {error}", _permission())
    if result.returncode == 0:
        return Finding(Mark.OK, SUBJECT, "level B: real /var/task, /opt and /tmp")
    refusal = result.stderr.strip()
    return _level_a(f"this system forbids mount namespaces to users: {refusal}", _permission())


def _level_a(why: str, command: str) -> Finding:
    return Finding(Mark.WARN, SUBJECT, LEVEL_A, why, command, "level-a")


def _permission() -> str:
    """Return the command that allows namespaces; labs run without, so it is never required."""
    if APPARMOR.exists() and APPARMOR.read_text("utf-8").strip() == "1":
        return "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    if MOST.exists() and MOST.read_text("utf-8").strip() == "0":
        return "sudo sysctl -w user.max_user_namespaces=15000"
    return "nothing to do: labs run at level A"
