"""`kit.py test`: everything this machine can run, section by section, with one verdict."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tools.launch.browser import find_chromium
from tools.launch.installation import Installation

LESSONS = "tests/lessons"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the tests: a module run by .venv's Python, or the reason why it is left out."""

    name: str
    arguments: tuple[str, ...] = ()
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a section ended."""

    name: str
    passed: bool
    note: str


def sections(*, quick: bool) -> list[Section]:
    """Return what to run, the cheapest first."""
    return [
        Section("style", ("ruff", "check", ".")),
        Section("layout", ("ruff", "format", "--check", ".")),
        Section("types", ("mypy",)),
        Section("labs are built from lessons", ("tools.build", "--check")),
        *_tests(quick=quick),
    ]


def _tests(*, quick: bool) -> list[Section]:
    unwanted = ["slow", "browser"] if quick else [] if find_chromium() else ["browser"]
    markers = " and ".join(f"not {marker}" for marker in unwanted)
    chosen = ("-m", markers) if markers else ()
    cores = os.cpu_count() or 1
    # tests wait for processes as much as they compute, so one worker more than cores
    some = ("pytest", "-n", str(cores + 1), *chosen)
    if quick:
        return [Section("tests", some)]
    # a lesson lasts up to a minute and waits for half of it; whoever is done takes over what others
    # have not begun
    lessons = ("pytest", LESSONS, "-n", str(2 * cores), "--dist", "worksteal", *chosen)
    return [Section("tests", (*some, "--ignore", LESSONS)), Section("labs", lessons)]


def run_suite(installation: Installation, *, quick: bool) -> int:
    """Run the sections, print the summary, and return the exit status."""
    verdicts = [_run(installation, section) for section in sections(quick=quick)]
    print("\nSummary", flush=True)
    for verdict in verdicts:
        print(f"  {'ok    ' if verdict.passed else 'FAILED'}  {verdict.name} ({verdict.note})")
    if not quick and find_chromium() is None:
        print("  Browser tests were left out: no Chromium here (Debian: apt install chromium).")
    passed = all(verdict.passed for verdict in verdicts)
    print("Everything passed." if passed else "Not everything passed.", flush=True)
    return 0 if passed else 1


def _run(installation: Installation, section: Section) -> Verdict:
    if section.left_out:
        return Verdict(section.name, passed=True, note=f"left out: {section.left_out}")
    print(f"\n=== {section.name}: {_shown(section.arguments)}", flush=True)
    command = [str(installation.python), "-m", *section.arguments]
    started = time.monotonic()
    status = subprocess.run(
        command, cwd=installation.home, env=installation.environment(), check=False
    ).returncode
    seconds = time.monotonic() - started
    return Verdict(section.name, passed=status == 0, note=f"{seconds:.1f} s")


def _shown(arguments: Sequence[str]) -> str:
    return " ".join(f'"{part}"' if " " in part else part for part in arguments)
