"""A room of learners: memory of each, waits for `Lab()` and for checks, and what failed.

`kit.py bench --learners 30` lets thirty kernels go through the solved lab 02, arriving within a
minute as people do; `--within 0` is the worst case, all at once.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Sequence

import nbformat

from tools.bench.measure import Measure
from tools.learners.footprint import Footprint
from tools.learners.learner import Kind
from tools.learners.room import Outcome, Plan, Room
from tools.learners.server import server_mb
from tools.notebooks.checkout import Checkout

LAB = "02"
BOUND_MB = 350.0
EVERY_SERVICE_MB = 450.0
"""Bounds per learner: of a lab with few services like 02, and of one that uses many."""
FEW_SERVICES = frozenset({"00", "01", "02"})


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what a room can be told."""
    room = parser.add_argument_group("a room of learners")
    room.add_argument("--learners", type=_count, metavar="N", help="that many kernels at once")
    room.add_argument("--lab", default=LAB, help="the lab they go through, solved (%(default)s)")
    room.add_argument(
        "--within", type=float, default=60, metavar="S", help="all arrive in that time; 0: at once"
    )
    room.add_argument("--seed", type=int, default=1, help="draws when each arrives")
    room.add_argument("--cores", type=int, default=0, help="use so many processors (Linux)")


def measure_learners(options: argparse.Namespace) -> list[Measure]:
    """Run the room that was asked for, and return its rows."""
    slug = solved_lab(options.lab)
    notebook = nbformat.read(Checkout().solution_path(slug), as_version=4)
    plan = Plan(options.learners, options.within, options.seed, options.cores)
    server = server_mb()
    outcome = Room(notebook, plan).run()
    return [*rows(outcome, plan, slug[:2]), _row("memory: JupyterLab's server", server, "MB")]


def solved_lab(name: str) -> str:
    """Return the slug of a solved lab by its number, name or slug."""
    slugs = sorted(path.stem for path in Checkout().solution_path("x").parent.glob("*.ipynb"))
    for slug in slugs:
        if name in (slug, slug[:2], slug[3:]):
            return slug
    raise SystemExit(f"There is no solved lab {name!r}. Choose from: {', '.join(slugs)}")


def rows(outcome: Outcome, plan: Plan, lab: str) -> list[Measure]:
    """Return the table of a room."""
    arrive = f"within {plan.within_s:g} s" if plan.within_s else "at once"
    room = f"{plan.learners} learners, lab {lab}, {arrive}"
    peaks = [_peak(who.footprints) for who in outcome.learners]
    largest = max(peaks, key=lambda footprint: footprint.total_mb)
    steady = [_steady_mb(who.footprints) for who in outcome.learners]
    bound = BOUND_MB if lab in FEW_SERVICES else EVERY_SERVICE_MB
    cpu_s = [who.footprints[-1].cpu_s for who in outcome.learners if who.footprints]
    return [
        Measure(f"{room}: failures", len(outcome.failures), 0, "", _causes(outcome)),
        Measure(
            f"{room}: largest learner at the peak", largest.total_mb, bound, "MB", f"{largest}"
        ),
        _row(f"{room}: a learner most of the time", statistics.median(steady), "MB"),
        _row(
            f"{room}: all together at the fullest",
            outcome.fullest_mb,
            "MB",
            f"{outcome.fullest_mb / plan.learners:.0f} each; {outcome.taken_mb:.0f} less were free",
        ),
        *(_waits(outcome, kind, f"{room}: {what}") for kind, what in WAITS.items()),
        _row(f"{room}: kernels started anew", sum(who.restarts for who in outcome.learners), ""),
        _row(f"{room}: everybody done", outcome.wall_s, "s"),
        _row(f"{room}: processor time of a learner", statistics.mean(cpu_s or [0]), "s"),
    ]


WAITS = {
    Kind.KERNEL: "kernel ready, 95 % within",
    Kind.LAB: "imports and Lab(), 95 % within",
    Kind.CHECK: "a check, 95 % within",
}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so large a share of values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _waits(outcome: Outcome, kind: Kind, what: str) -> Measure:
    waits = [step.seconds for who in outcome.learners for step in who.steps if step.kind is kind]
    if not waits:
        return Measure(what, None, 0, "s", at_least=True)
    detail = f"half {percentile(waits, 0.5):.1f} s, longest {max(waits):.1f} s of {len(waits)}"
    return _row(what, percentile(waits, 0.95), "s", detail)


def _row(what: str, value: float, unit: str, detail: str = "") -> Measure:
    """Return a row that is told and not judged."""
    return Measure(what, value, 0, unit, detail, at_least=True)


def _peak(footprints: Sequence[Footprint]) -> Footprint:
    return max(footprints, key=lambda footprint: footprint.total_mb, default=Footprint())


def _steady_mb(footprints: Sequence[Footprint]) -> float:
    return statistics.median([footprint.total_mb for footprint in footprints] or [0])


def _causes(outcome: Outcome) -> str:
    return " | ".join(outcome.failures)


def _count(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} learners cannot come: say 1 or more")
    return number
