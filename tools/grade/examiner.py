"""The process that decides: one account, one desk, and the checks of one lab for one learner.

It alone holds the administrator's key, and runs nothing of a learner's itself. It goes through the
lab's notebook cell by cell, lets the desk run each, and judges what the desk hands over. What it
finds goes to the grader, line by line, so that whatever happens later costs only what is left.
"""

from __future__ import annotations

import ast
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any

from helpers.checks.exercise import find_lab
from helpers.checks.outcome import Outcome, Status
from helpers.checks.submission import judge
from helpers.cloud.client import CloudError, start_cloud
from helpers.course.abilities import Abilities
from helpers.course.account import Account
from helpers.course.checking import CheckSession
from helpers.course.session import LAB_SETTINGS
from helpers.course.takeover import takeover
from tools.grade.handing import Decoder, Encoder, Gone, Line, Unbelievable
from tools.grade.limits import Limits, Watch, kill_tree, scrubbed
from tools.grade.namespaces import APART, INNER, ROOT, confined, seal_settings

LEARNER_FREE = frozenset({"records", "health", "schedules"})
LAB_ONLY = frozenset({"config", "fault"})


class Desk:
    """The desk's process, from here: started on demand, killed at the end."""

    def __init__(self, limits: Limits, *, is_confined: bool) -> None:
        self._folder = folder = Path(tempfile.mkdtemp(prefix="coldstart-desk-"))
        home = Path("/tmp/home") if is_confined else folder
        python = [sys.executable, "-P", "-m"]
        apart = [*python, "tools.grade.confine", "inner", str(folder), "tools.grade.desk"]
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the desk
        self.process = subprocess.Popen(
            confined(apart, INNER) if is_confined else [*python, "tools.grade.desk"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=scrubbed(os.environ, home, ROOT),
            cwd=ROOT,
            start_new_session=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.line = Line(self.process.stdout, self.process.stdin)
        self.excess = ""
        self._watch = Watch(limits, lambda: self.process.pid, self._end)

    def _end(self, excess: str, is_desk: bool) -> None:
        """Kill the desk; when it is not the desk's, everything ends."""
        self.excess = excess
        self.kill()
        if not is_desk:
            tell({"ended": f"used too much: {excess}", "hostile": True})
            os._exit(0)

    def kill(self) -> None:
        """End the desk and everything below it, and delete its files."""
        kill_tree(self.process.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        shutil.rmtree(self._folder, ignore_errors=True)

    def why_gone(self) -> str:
        """Return what ended it, in words."""
        if self.excess:
            return f"used too much: {self.excess}"
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        self._complaints.seek(0)
        said = self._complaints.read()[-300:].decode(errors="replace").strip()
        how = f"(status {self.process.poll()}){said and ': '}{said}"
        return f"the notebook's process ended itself, or was ended {how}"


class Examination:
    """One way through a lab's notebook; lives until its last check."""

    def __init__(self, spec: Mapping[str, Any], *, is_confined: bool) -> None:
        self._cells = spec["cells"]
        self._wanted = set(spec["wanted"])
        self._texts = {cell["source"].strip() for cell in self._cells}
        self._limits = Limits(**spec["limits"])
        self._lab = find_lab(spec["slug"])
        level = os.environ.get("COLDSTART_FILE_LEVEL")
        settings = {**LAB_SETTINGS, **({"file_level": level} if level else {})}
        self._cloud = start_cloud(settings=settings)
        guest = (self._cloud.guest_access_key_id, self._cloud.guest_secret_access_key)
        # what a check starts inherits these variables: never the administrator's key
        shielded = takeover(os.environ, endpoint=self._cloud.endpoint, credentials=guest)
        self._account = Account(self._cloud, shielded, joined=False)
        self.file_level = str(self._cloud.health().get("file_level", "A"))
        self._is_confined = is_confined
        self._desk = Desk(self._limits, is_confined=is_confined)
        self._in_lab_cell = False
        self._raised: dict[str, str] = {}

    def hold(self) -> None:
        """Go through all cells; tell of each before it runs, and of every outcome."""
        tell({"at": "begin", "within_s": self._limits.lab_cell_s})
        try:
            self._desk.line.send(
                {
                    "endpoint": self._cloud.endpoint,
                    "region": self._cloud.region,
                    "access_key_id": self._cloud.guest_access_key_id,
                    "secret_access_key": self._cloud.guest_secret_access_key,
                }
            )
            self._desk.line.receive()
            if self._is_confined:
                seal_settings()  # before the first handler; the desk has its own by now
            for cell in self._cells:
                self._go_through(cell)
                if self._cloud.process is not None and self._cloud.process.poll() is not None:
                    tell({"ended": "the local account was ended", "hostile": True})
                    return
            tell({"end": "done"})
        except Gone:
            tell({"ended": self._desk.why_gone(), "hostile": True})
        except Unbelievable as what:
            tell({"ended": f"the notebook's process {what}", "hostile": True})
        finally:
            self._desk.kill()
            self._cloud.stop()

    def _go_through(self, cell: Mapping[str, Any]) -> None:
        exercise, check = cell["exercise"], cell["check"]
        if check:
            if check in self._wanted:
                tell({"at": cell["id"], "within_s": self._limits.check_s})
                tell({"outcome": self._judged(check, cell["names"])})
            return
        if exercise and (fault := _not_python(cell["source"])):
            self._raised[exercise] = fault
            return
        is_own = exercise is None
        limit = self._limits.lab_cell_s if is_own else self._limits.cell_s
        tell({"at": cell["id"], "within_s": limit})
        self._in_lab_cell = is_own
        said = self._converse({"run": cell["source"]}).get("done")
        self._in_lab_cell = False
        if said is None:
            return
        said = " ".join(str(said).split())[:300]
        if exercise:
            self._raised[exercise] = said
        elif not cell["may_raise"]:
            tell({"failed": f"the lab's own cell {cell['id']} raised {said}"})

    def _judged(self, exercise_id: str, names: list[str]) -> dict[str, Any]:
        if exercise_id in self._raised:
            seen = f"the exercise's cell raised {self._raised[exercise_id]}"
            return asdict(Outcome(exercise_id, Status.NOT_YET, "ran the cell", seen=seen))
        handed = self._converse({"submit": names})
        if handed.get("done") == "missing":
            seen = f"there is no {', '.join(map(str, handed.get('names', [])))[:200]}"
            return asdict(Outcome(exercise_id, Status.NOT_YET, "ran the cell", seen=seen))
        decoder = Decoder(self._call, lambda text: text.strip() in self._texts)
        values = handed.get("values")
        if handed.get("done") != "submitted" or not isinstance(values, list):
            raise Unbelievable("did not hand over what was asked for")
        submitted = tuple(decoder.decode(value) for value in values)
        return asdict(self._outcome(exercise_id, submitted))

    def _outcome(self, exercise_id: str, submitted: tuple[Any, ...]) -> Any:
        session = CheckSession(self._account, Abilities(self._account))
        try:
            return judge(self._lab.exercise(exercise_id), session, submitted)
        except Exception as error:
            seen = f"{type(error).__name__}: {error}"[:300]
            return Outcome(exercise_id, Status.BROKEN, "began the check", seen=seen)
        finally:
            with contextlib.suppress(Exception):
                session.close()

    def _call(self, number: int, arguments: tuple[Any, ...]) -> Any:
        """Let the desk call one of its functions; an exception there is raised here by its name."""
        encoder = Encoder(lambda _: ("", ""))
        given = [encoder.encode(each) for each in arguments]
        answer = self._converse({"call": number, "arguments": given})
        if answer.get("done") == "returned":
            return Decoder(self._call).decode(answer.get("value"))
        name, message = str(answer.get("type")), str(answer.get("message"))[:300]
        if name == "NotImplementedError":
            raise NotImplementedError(message)
        raise type(name if name.isidentifier() else "Error", (Exception,), {})(message)

    def _converse(self, message: dict[str, Any]) -> dict[str, Any]:
        """Tell the desk what to do, answer what it asks meanwhile, return what it did."""
        self._desk.line.send(message)
        while True:
            said = self._desk.line.receive()
            if "done" in said:
                return said
            if "ask" not in said:
                raise Unbelievable("said what no notebook says")
            self._desk.line.send(self._answer(str(said["ask"]), said.get("given")))

    def _answer(self, what: str, given: Any) -> dict[str, Any]:
        if what not in LEARNER_FREE and not (what in LAB_ONLY and self._in_lab_cell):
            tell({"odd": f"an answer asked the account for {what[:40]!r}; refused"})
            return {
                "refused": f"An answer may not ask the account for {what!r} while it is graded."
            }
        if what in LAB_ONLY and isinstance(given, dict):
            given = {name: value for name, value in given.items() if name != "file_level"}
        try:
            return {"answer": getattr(self._cloud, what)(**given)}
        except (CloudError, HTTPException, TypeError, ValueError) as error:
            return {"refused": str(error)[:300]}


def _not_python(source: str) -> str:
    """Return why a cell is not plain Python, or "": a magic would change what a check packages."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        return f"{type(error).__name__}: {str(error).partition(' (<')[0]}{line}"
    return ""


_TO_GRADER: list[Line] = []


def tell(message: dict[str, Any]) -> None:
    """Tell the grader."""
    _TO_GRADER[0].send(message)


def _end_with_the_grader(reading: IO[bytes]) -> None:
    """End this process, and with it everything below, when the grader's pipe closes."""

    def wait() -> None:
        while reading.read(4096):
            pass
        os._exit(1)

    threading.Thread(target=wait, name="grader", daemon=True).start()


def main(arguments: list[str]) -> None:
    """Hold the examination that comes on standard input."""
    is_confined = arguments == ["confined"]
    reading, writing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)
    line = Line(reading, writing)
    _TO_GRADER.append(line)
    spec = line.receive(longest=-1)
    _end_with_the_grader(reading)
    examination = Examination(spec, is_confined=is_confined)
    if is_confined:
        # a check that starts Python with a learner's words (pip) starts it apart from this one
        sys.executable = str(APART)
    tell({"file_level": examination.file_level})
    examination.hold()


if __name__ == "__main__":
    main(sys.argv[1:])
