"""One examiner's run, seen from the grader: started, listened to, ended when its time is up."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from tools.grade.collecting import steering_nothing
from tools.grade.limits import Limits, kill_tree, scrubbed
from tools.grade.namespaces import OUTER, ROOT, confined

BEGIN_WITHIN_S = 120
INSIDE = Path("/tmp/examiner")
LONGEST_LINE = 1024 * 1024
MOST_LINES = 20


@dataclass(slots=True)
class Sat:
    """What came of one run: outcomes by exercise, where it was, and how it ended if not well."""

    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    file_level: str = ""
    at: str = ""
    ended: str = ""
    is_hostile: bool = False
    is_timed_out: bool = False

    def take(self, message: Mapping[str, Any]) -> bool:
        """Note what the examiner says; return whether that was its last word."""
        if "at" in message:
            self.at = message["at"]
        elif "outcome" in message:
            outcome = message["outcome"] | {"at": now()}
            self.outcomes[outcome["exercise"]] = outcome
        elif "odd" in message:
            _note(self.odd, message["odd"])
        elif "failed" in message:
            _note(self.failed, message["failed"])
        elif "file_level" in message:
            self.file_level = message["file_level"]
        elif "ended" in message:
            self.ended, self.is_hostile = message["ended"], bool(message["hostile"])
        return "ended" in message or "end" in message


def _note(lines: list[str], line: str) -> None:
    """Keep a line for the report; an answer that causes thousands does not fill it."""
    if len(lines) < MOST_LINES:
        lines.append(steering_nothing(line))
    elif len(lines) == MOST_LINES:
        lines.append("and more of the same kind")


@dataclass(slots=True)
class Room:
    """Where examiners run: confined or not, within these limits; ends all of them when told."""

    is_confined: bool
    limits: Limits
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _closed: bool = False

    def close(self) -> None:
        """End every run now."""
        self._closed = True
        for process in list(self._running):
            kill_tree(process.pid)

    def sit(self, spec: Mapping[str, Any], *, within_s: float) -> Sat:
        """Run one examination to its end, or to the end of a cell's time or of its own."""
        if self._closed:
            raise KeyboardInterrupt
        with (
            tempfile.TemporaryDirectory(
                prefix="coldstart-grade-", ignore_cleanup_errors=True
            ) as folder,
            tempfile.TemporaryFile() as complaints,
        ):
            process = self._start(Path(folder), complaints)
            self._running.add(process)
            try:
                spec = {**spec, "limits": asdict(self.limits)}
                return _listen(process, spec, complaints, within_s=within_s)
            finally:
                kill_tree(process.pid)
                process.wait()
                self._running.discard(process)
                for pipe in (process.stdin, process.stdout):
                    with contextlib.suppress(OSError, AttributeError):
                        pipe.close()  # type: ignore[union-attr]

    def _start(self, folder: Path, complaints: IO[bytes]) -> subprocess.Popen[bytes]:
        python = [sys.executable, "-P", "-m"]
        apart = [*python, "tools.grade.confine", "outer", str(folder), "tools.grade.examiner"]
        return subprocess.Popen(
            confined(apart, OUTER) if self.is_confined else [*python, "tools.grade.examiner"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=scrubbed(os.environ, INSIDE if self.is_confined else folder, ROOT),
            cwd=ROOT,
            start_new_session=True,
        )


def now() -> str:
    """Return the moment, as reports write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _listen(
    process: subprocess.Popen[bytes],
    spec: Mapping[str, Any],
    complaints: IO[bytes],
    *,
    within_s: float,
) -> Sat:
    sat, end = Sat(), time.monotonic() + within_s
    said: queue.Queue[dict[str, Any] | None] = queue.Queue()
    threading.Thread(target=_read, args=(process, said), daemon=True).start()
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.write(json.dumps(spec).encode() + b"\n")
        process.stdin.flush()
    deadline = time.monotonic() + BEGIN_WITHIN_S
    while time.monotonic() < end:
        try:
            message = said.get(timeout=max(0.0, min(deadline, end) - time.monotonic()))
        except queue.Empty:
            break
        if message is None:
            if not sat.ended:
                complaints.seek(0)
                text = complaints.read()[-2000:].decode(errors="replace").strip().splitlines()
                sat.ended = f"the checks ended: {text[-1] if text else process.poll()}"
            return sat
        if "at" in message:
            deadline = time.monotonic() + float(message["within_s"])
        if sat.take(message):
            return sat
    sat.is_timed_out = True
    return sat


def _read(process: subprocess.Popen[bytes], said: queue.Queue[dict[str, Any] | None]) -> None:
    """Pass on what the examiner says, until it ends or says what is none of its words."""
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError):
        while line := process.stdout.readline(LONGEST_LINE):
            said.put(json.loads(line))
    said.put(None)
