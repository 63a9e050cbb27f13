"""`kit.py doctor --room`: can so many learners work on this machine? One page, with a verdict."""

from __future__ import annotations

import json
import math
import platform
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from helpers.firstaid.finding import Finding, Mark
from tools.launch.capacity import free_memory, processors
from tools.launch.doctor import Machine, examine, told
from tools.launch.errors import LaunchError
from tools.launch.installation import Installation
from tools.launch.room_page import Sheet, html_page
from tools.launch.supplies import packages

# What one learner takes, as `kit.py bench --learners 30` and docs/jupyterhub.md measured it:
LEARNER_MB = 240  # kernel, cloud and environments, when a room in lab 02 is at its fullest
LARGEST_MB = 450  # one learner at the peak of the lab that needs most
JUPYTERLAB_MB = 130
LEARNERS_PER_PROCESSOR = 15  # they read more than they run
FILES_MB = 50  # a learner's copies, progress and temporary files
SET_UP_MB = 1_000
SMOKE_TIMEOUT_S = 300
# The room's own findings say these in another way.
SAID_HERE = {"disk", ".venv", "Chromium"}


@dataclass(frozen=True, slots=True)
class Room:
    """How many learners shall work on this machine, and where the page goes."""

    learners: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Smoke:
    """What tools.smoke measured."""

    kernel_s: float
    lab_s: float
    memory_mb: float
    passed: list[str]
    error: str


def run_room(installation: Installation, room: Room, *, port: int) -> int:
    """Print the page, write it as HTML, and return 1 if the learners cannot work here."""
    print("Looking at this machine; lab 00 is run once, which takes about 15 s.", flush=True)
    machine = Machine.this(installation, port=port)
    findings = [
        *capacity_findings(room.learners, free_bytes=free_memory(), cores=processors()),
        disk(installation, room.learners),
        loopback(),
        packages(installation, machine.environ),
        *smoke_findings(installation),
        *machine_findings(examine(machine), installed=installation.is_current(developer=False)),
    ]
    sheet = Sheet(title(room), verdict(findings, room.learners), tuple(findings))
    print(f"\n{sheet.title}\n\n{sheet.verdict}\n")
    for finding in findings:
        print(told(finding))
    page = room.folder / f"room-{_file_name(platform.node())}.html"
    write(page, html_page(sheet))
    print(f"\n{sheet.verdict}\nThe same as a page to print or send: {str(page)!r}")
    return 1 if any(finding.mark is Mark.FAIL for finding in findings) else 0


def machine_findings(findings: Sequence[Finding], *, installed: bool) -> list[Finding]:
    """Return what matters in a room of what the doctor saw.

    On a hub all learners share one kit that none of them can write.
    """
    left = [finding for finding in findings if finding.subject not in SAID_HERE]
    return [_shared(each) if installed and _is_read_only_kit(each) else each for each in left]


def _is_read_only_kit(finding: Finding) -> bool:
    return finding.subject == "kit's folder" and finding.mark is Mark.FAIL


def _shared(finding: Finding) -> Finding:
    why = "as it should be on a hub, where notebooks lie in homes; only kit.py lab writes there"
    return replace(finding, mark=Mark.WARN, cause=why)


def title(room: Room) -> str:
    """Say which machine was looked at, when and for how many."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"Room pre-flight · {platform.node()} · {people(room.learners)} · {now}"


def people(count: int) -> str:
    """Return "1 learner" or "30 learners"."""
    return f"{count} learner" if count == 1 else f"{count} learners"


def verdict(findings: Sequence[Finding], learners: int) -> str:
    """Return the one line that an instructor reads."""
    failed = [finding for finding in findings if finding.mark is Mark.FAIL]
    if failed:
        first = failed[0]
        return f"NOT READY for {people(learners)}. First: {first.subject}: {first.command}"
    count = sum(finding.mark is Mark.WARN for finding in findings)
    remarks = f", with {count} remark{'s' if count > 1 else ''}" if count else ""
    return f"READY for {people(learners)}{remarks}."


def capacity_findings(learners: int, *, free_bytes: int | None, cores: float) -> list[Finding]:
    """Compare memory and processors with what learners need."""
    memory = _memory(learners, free_bytes)
    wanted = math.ceil(learners / LEARNERS_PER_PROCESSOR)
    seen = f"{cores:g}; one for each {LEARNERS_PER_PROCESSOR} learners, so {wanted}"
    if cores >= wanted:
        return [memory, Finding(Mark.OK, "processors", seen)]
    why = "labs would work, and everybody would wait"
    command = "take a machine with more processors, or raise the limit of this user"
    return [memory, Finding(Mark.FAIL, "processors", seen, why, command, "room-processors")]


def _memory(learners: int, free_bytes: int | None) -> Finding:
    most = learners * (LARGEST_MB + JUPYTERLAB_MB)
    needed = max(learners * (LEARNER_MB + JUPYTERLAB_MB), LARGEST_MB + JUPYTERLAB_MB)
    rule = f"{needed:,} MB needed, {most:,} MB if all are at the peak of the largest lab at once"
    command = "end other programs, take a larger machine, or share the room out over two"
    if free_bytes is None:
        why = "this system does not tell how much is free"
        return Finding(Mark.NOTE, "memory", rule, why, "compare with what it has", "room-memory")
    free = free_bytes // 1_000_000
    seen = f"{free:,} MB free; {rule}"
    if free < needed:
        why = f"it carries {people(free // (LEARNER_MB + JUPYTERLAB_MB))}"
        return Finding(Mark.FAIL, "memory", seen, why, command, "room-memory")
    if free < most:
        why = "most labs will do; the largest may not, if nobody is ahead or behind"
        return Finding(Mark.WARN, "memory", seen, why, command, "room-memory")
    return Finding(Mark.OK, "memory", seen)


def disk(installation: Installation, learners: int) -> Finding:
    """Compare free space with a set-up, if one is to come, and the learners' files."""
    set_up = 0 if installation.is_current(developer=False) else SET_UP_MB
    needed = set_up + learners * FILES_MB
    free = shutil.disk_usage(installation.home).free // 1_000_000
    seen = f"{free:,} MB free, {needed:,} MB needed"
    if free >= needed:
        return Finding(Mark.OK, "disk", seen)
    why = f"{set_up} MB for the packages and {FILES_MB} MB for each learner's files"
    return Finding(Mark.FAIL, "disk", seen, why, f"free {needed - free:,} MB", "disk")


def loopback() -> Finding:
    """Open a port and reach it: labs live on connections that never leave the computer."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname(), timeout=5).close()
    except OSError as error:
        why = "a firewall or a sandbox forbids programs to talk to each other"
        command = "allow connections to 127.0.0.1"
        return Finding(Mark.FAIL, "ports", f"127.0.0.1: {error}", why, command, "room-ports")
    return Finding(Mark.OK, "ports", "a port of 127.0.0.1 can be opened and reached")


def smoke_findings(installation: Installation) -> list[Finding]:
    """Run lab 00 in the kit's environment, and say how long it took and what it needed."""
    subject = "lab 00"
    if not installation.is_current(developer=False):
        why = "the packages are not installed, so no lab can be tried"
        command = "python3 kit.py lab, then this command again"
        return [Finding(Mark.FAIL, subject, "not tried", why, command, "room-smoke")]
    try:
        seen = _smoke(installation)
    except (OSError, ValueError, TypeError, subprocess.SubprocessError) as error:
        why = "the kernel, the local cloud or a function did not work"
        command = "python3 kit.py lab, run its cells, and read what they say"
        return [Finding(Mark.FAIL, subject, _short(error), why, command, "room-smoke")]
    if seen.error or len(seen.passed) != 2:
        why = "a deployed function did not do what it does elsewhere"
        what = seen.error or f"of its two checks passed: {', '.join(seen.passed) or 'none'}"
        return [Finding(Mark.FAIL, subject, what, why, "python3 kit.py lab", "room-smoke")]
    ran = f"ran in {seen.lab_s:.0f} s: functions deployed and invoked, both checks passed"
    return [
        Finding(Mark.OK, "kernel start", f"{seen.kernel_s:.1f} s"),
        Finding(Mark.OK, subject, f"{ran}; {seen.memory_mb:.0f} MB at its end"),
    ]


def _smoke(installation: Installation) -> Smoke:
    """Run tools.smoke in a process of its own."""
    result = subprocess.run(
        [str(installation.python), "-m", "tools.smoke"],
        cwd=installation.home,
        env=smoke_environment(installation.environment()),
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=SMOKE_TIMEOUT_S,
        check=False,
    )
    if result.returncode != 0:
        lines = result.stderr.strip().splitlines()
        raise ValueError(lines[-1] if lines else f"ended with {result.returncode}")
    return Smoke(**json.loads(result.stdout.strip().splitlines()[-1]))


def smoke_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return variables under which lab 00 starts an account of its own, as in a new terminal.

    A room that chose another backend is tried on that one, with the endpoint that it names.
    """
    own = environ.get("COLDSTART_BACKEND", "embedded") == "embedded"
    kept = {k: v for k, v in environ.items() if not (own and k.startswith("AWS_"))}
    return kept | {"JUPYTER_PREFER_ENV_PATH": "1"}


def _short(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))[:200]


def _file_name(host: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", host).strip("-").lower() or "computer"


def write(page: Path, text: str) -> None:
    """Write the page, whole."""
    draft = page.with_suffix(".part")
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(page)
    except OSError as error:
        raise LaunchError(
            f"{str(page)!r} cannot be written: {error.strerror}.",
            "the page goes to the folder in which you are, unless --to names another.",
            "python3 kit.py doctor --room --to FOLDER",
            anchor="not-writable",
        ) from None
