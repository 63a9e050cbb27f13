"""The table of a proof as text and as JSON, and what in it nobody declared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.proof.results import LabRun, Verdict
from tools.proof.targets import TITLES, Backend

HEADERS = ("lab", "backend", "passed", "limited", "failed", "cells", "carded", "other", "seconds")


@dataclass(frozen=True, slots=True)
class Proved:
    """One lab on one backend, as it is kept: exercises by verdict, and counts of cells."""

    slug: str
    backend: str
    passed: tuple[str, ...]
    limited: tuple[str, ...]
    failed: tuple[str, ...]
    cells: int
    limited_cells: int
    other_cells: int

    @classmethod
    def of(cls, run: LabRun) -> Proved:
        """Return what is kept of a run."""
        by_verdict = {verdict.value: run.with_verdict(verdict) for verdict in Verdict}
        return cls(
            run.slug,
            run.backend,
            cells=run.cells,
            limited_cells=len(run.limited_cells),
            other_cells=len(run.unexplained_cells),
            **{name: _sorted(ids) for name, ids in by_verdict.items()},
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found: lab by lab, and what each backend cannot do, by `Capability`'s names."""

    labs: tuple[Proved, ...]
    missing: Mapping[str, tuple[str, ...]]

    def of(self, slug: str, backend: Backend) -> Proved | None:
        """Return one lab on one backend, if it was run."""
        found = (each for each in self.labs if (each.slug, each.backend) == (slug, backend))
        return next(found, None)

    def updated(self, runs: Iterable[Proved], missing: Mapping[str, Sequence[str]]) -> Proof:
        """Return the proof with the rows of new runs in the place of old ones."""
        rows = {(each.slug, each.backend): each for each in (*self.labs, *runs)}
        lacking = {**self.missing, **{name: tuple(each) for name, each in missing.items()}}
        return Proof(
            tuple(rows[key] for key in sorted(rows)),
            {name: lacking[name] for name in sorted(lacking)},
        )

    def dumped(self) -> str:
        """Return it as the committed file holds it."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def read_proof(file: Path) -> Proof:
    """Read the committed file; a proof of nothing where there is none."""
    if not file.exists():
        return Proof((), {})
    stored = json.loads(file.read_text("utf-8"))
    lists = ("passed", "limited", "failed")
    labs = [Proved(**{**lab, **{n: tuple(lab[n]) for n in lists}}) for lab in stored["labs"]]
    missing = {backend: tuple(names) for backend, names in stored["missing"].items()}
    return Proof(tuple(labs), missing)


def table(runs: Iterable[LabRun]) -> str:
    """Return lab × backend × exercises, aligned.

    The last columns count cells: all, those that a card stands in for, those that differ without.
    """
    ordered = sorted(runs, key=lambda run: (run.slug, list(Backend).index(Backend(run.backend))))
    rows = [HEADERS, *(_row(run) for run in ordered)]
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


def details(runs: Iterable[LabRun]) -> str:
    """Return everything that was seen, as JSON: what each check said, what each cell raised."""
    return json.dumps([asdict(run) for run in runs], indent=1, ensure_ascii=False) + "\n"


def _row(run: LabRun) -> tuple[str, ...]:
    kept = Proved.of(run)
    exercises = [" ".join(ids) or "–" for ids in (kept.passed, kept.limited, kept.failed)]
    counts = (kept.cells, kept.limited_cells, kept.other_cells)
    title = TITLES[Backend(run.backend)]
    return (run.slug, title, *exercises, *map(str, counts), f"{run.seconds:.0f}")


def _sorted(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids, key=lambda each: [int(part) for part in each.split(".")]))


def _indented(text: str) -> str:
    return "    " + text.replace("\n", "\n    ")
