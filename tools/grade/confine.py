"""What `unshare` starts: goes into a root of its own, gives up what it may, becomes another module.

`python -m tools.grade.confine LAYER STAGE MODULE`: the outer layer is an examiner's, with a
loopback interface and rights enough to confine others; the inner one is a desk's, with none.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tools.grade.limits import Limits
from tools.grade.namespaces import enter_root, give_up_rights, raise_loopback

OUTER_FILES = {"/tmp": "1g", "/dev/shm": "64m"}
INNER_FILES = {"/tmp": "256m"}


def main(arguments: list[str]) -> None:
    """Confine this process and become `python -m MODULE confined`."""
    layer, stage, module = arguments
    if layer == "outer":
        enter_root(Path(stage), OUTER_FILES)
        raise_loopback()
    else:
        enter_root(Path(stage), INNER_FILES)
        give_up_rights(processes=8 * Limits().desk_processes)
    Path(os.environ["HOME"]).mkdir(parents=True, exist_ok=True)
    os.execv(sys.executable, [sys.executable, "-P", "-m", module, "confined"])


if __name__ == "__main__":
    main(sys.argv[1:])
