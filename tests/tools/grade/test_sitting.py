"""Listening to an examiner: what ends it, whatever it says."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from tools.grade.sitting import _listen

SAYS_THE_SAME_FOR_EVER = """
import json, sys
while True:
    print(json.dumps({"at": "cell", "within_s": 180}), flush=True)
"""


def test_a_lab_ends_in_its_time_though_every_cell_keeps_to_its_own() -> None:
    """Cells that each take almost all they may cannot hold the grader for hours."""
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [sys.executable, "-c", SAYS_THE_SAME_FOR_EVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as process,
    ):
        sat = _listen(process, {}, complaints, within_s=1)
        process.kill()
    assert (True, "") == (sat.is_timed_out, sat.ended)
