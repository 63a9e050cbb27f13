"""The table of a proof as text and as JSON, and what in it nobody declared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from tools.proof.results import LabRun, Verdict
from tools.proof.targets import TITLES, Backend

HEADERS = ("lab", "backend", "passed", "limited", "failed", "cells", "limited", "other", "seconds")


def table(runs: Sequence[LabRun]) -> str:
    """Return lab × backend × exercises, aligned; the last columns count cells."""
    rows = [HEADERS, *(_row(run) for run in sorted(runs, key=lambda r: (r.slug, r.backend)))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADERS))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def failures(runs: Sequence[LabRun]) -> list[str]:
    """Return a line for each result that nobody declared."""
    found = []
    for run in runs:
        where = f"{run.slug} on {TITLES[Backend(run.backend)]}"
        if run.cut_short:
            found.append(f"{where}: {run.cut_short}")
        for each in run.exercises:
            if each.verdict is Verdict.FAILED:
                found.append(f"{where}: exercise {each.exercise} failed:\n{_indented(each.said)}")
    return found


def dumped(runs: Sequence[LabRun]) -> str:
    """Return everything as JSON."""
    return json.dumps([asdict(run) for run in runs], indent=1, ensure_ascii=False) + "\n"


def _row(run: LabRun) -> tuple[str, ...]:
    exercises = [" ".join(run.with_verdict(verdict)) or "–" for verdict in Verdict]
    counts = (run.cells, len(run.limited_cells), len(run.unexplained_cells))
    title = TITLES[Backend(run.backend)]
    return (run.slug, title, *exercises, *map(str, counts), f"{run.seconds:.0f}")


def _indented(text: str) -> str:
    return "    " + text.replace("\n", "\n    ")
