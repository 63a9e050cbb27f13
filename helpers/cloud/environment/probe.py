"""Whether this machine gives level B: tried with a real process, not guessed from versions."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from helpers.cloud.environment.runtime_folder import interpreter
from helpers.cloud.environment.workspace import (
    MOUNT,
    NSENTER,
    SHELL,
    UNSHARE,
    FileLevel,
    Sources,
    Workspace,
    opt_mounts,
    remove_tree,
)

TRIAL = """
import os, app, awslambdaric
open('/tmp/trial', 'w').write('x')
assert app.ANSWER == 42 and app.__file__ == '/var/task/app.py', app.__file__
assert os.listdir('/tmp') == ['trial'] or os.path.exists('/tmp/trial')
print('level B')
"""
TRIAL_WITHIN_S = 10


def probe_file_level(folder: Path, runtime: Path, keep: Sequence[Path]) -> FileLevel:
    """Run a handler module among level B's files; return the level that worked."""
    if not (UNSHARE and NSENTER and SHELL and MOUNT):
        return FileLevel.FOLDERS
    code = folder / "code"
    code.mkdir(parents=True)
    opt = folder / "opt"
    opt.mkdir()
    for mount in opt_mounts(keep):
        (opt / mount).mkdir(parents=True, exist_ok=True)
    (code / "app.py").write_text("ANSWER = 42\n")
    workspace = Workspace(
        folder / "environment",
        Sources(code, opt, runtime, keep),
        level=FileLevel.NAMESPACE,
        ephemeral_mb=8,
    )
    try:
        workspace.open()  # so that the trial enters what another process made, as after a crash
        if not workspace.descriptors:
            return FileLevel.FOLDERS
        answer = subprocess.run(
            workspace.wrap([interpreter(), "-S", "-c", TRIAL]),
            cwd=workspace.working_directory,
            env={"PYTHONPATH": "/var/runtime:/var/task", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            capture_output=True,
            pass_fds=workspace.descriptors,
            timeout=TRIAL_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return FileLevel.FOLDERS
    finally:
        workspace.remove()
        remove_tree(folder)
    worked = answer.returncode == 0 and answer.stdout.strip() == b"level B"
    return FileLevel.NAMESPACE if worked else FileLevel.FOLDERS
