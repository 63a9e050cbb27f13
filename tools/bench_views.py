"""How fast the views are, in processor time: what else runs does not count."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from tools.measure import Measure


def measure_views() -> list[Measure]:
    """Measure everything of this module."""
    return [_imports("helpers.views.picture", 150), _imports("helpers.consoles.live", 900)]


def spent_ms(work: Callable[[], object], *, runs: int = 5) -> float:
    """Return the median processor time of `work`, in milliseconds."""
    times = []
    for _ in range(runs):
        started = time.process_time()
        work()
        times.append((time.process_time() - started) * 1000)
    return statistics.median(times)


def _imports(module: str, bound_ms: float) -> Measure:
    script = (
        "import json, sys, time; started = time.process_time(); "
        f"import {module}; print(json.dumps((time.process_time() - started) * 1000))"
    )
    times = [
        json.loads(subprocess.check_output([sys.executable, "-c", script], text=True))
        for _ in range(5)
    ]
    return Measure(f"views: import {module}", statistics.median(times), bound_ms, "ms")
