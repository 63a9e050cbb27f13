"""What `unshare` starts: goes into a root of its own, gives up what it may, becomes another module.

`python -m tools.grade.confine LAYER STAGE MODULE`: the outer layer is an examiner's, with a
loopback interface and rights enough to confine others; the inner one is a desk's, with none.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

from tools.grade.limits import Limits
from tools.grade.namespaces import (
    APART,
    enter_root,
    give_up_rights,
    raise_loopback,
    seal_root,
    seal_settings,
)

OUTER_FILES = {"/tmp": "1g", "/dev/shm": "64m"}
INNER_FILES = {"/tmp": "256m"}
LAUNCHER = """#!/bin/sh
exec {unshare} --user --map-root-user --mount --pid --fork --kill-child {python} "$@"
"""


def main(arguments: list[str]) -> None:
    """Confine this process and become `python -m MODULE confined`."""
    layer, stage, module = arguments
    if layer == "outer":
        enter_root(Path(stage), OUTER_FILES)
        raise_loopback()
        _write_launcher()
        seal_root()
    else:
        enter_root(Path(stage), INNER_FILES)
        give_up_rights(processes=8 * Limits().desk_processes)
        seal_settings()
    Path(os.environ["HOME"]).mkdir(parents=True, exist_ok=True)
    os.execv(sys.executable, [sys.executable, "-P", "-m", module, "confined"])


def _write_launcher() -> None:
    """Leave a Python that starts apart, where neither a handler nor pip can put another."""
    unshare = shlex.quote(shutil.which("unshare") or "unshare")
    APART.write_text(LAUNCHER.format(unshare=unshare, python=shlex.quote(sys.executable)))
    APART.chmod(0o755)


if __name__ == "__main__":
    main(sys.argv[1:])
