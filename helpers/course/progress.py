"""What the learner has tried, predicted, answered and passed, across kernels and notebooks.

Stored are exercise ids, outcomes, options chosen, hints read, times and short digests of answers:
no code, no names, no machine. `entries` has the form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from helpers.checks.outcome import Status
from helpers.cloud.errors import KitError
from helpers.course.entries import (
    Attempt,
    Guess,
    HintTaken,
    QuizAnswer,
    empty,
    fits,
    lists_of,
    merge,
)
from helpers.course.store import JsonFile, data_folder

FILE_NAME = "progress.json"


class Progress:
    """The learner's record; every kernel of the same user shares the file behind it."""

    def __init__(self, file: JsonFile, *, now: Callable[[], datetime] | None = None) -> None:
        self._file = file
        self._now = now or (lambda: datetime.now(UTC))
        self._in_memory: dict[str, Any] | None = None

    @classmethod
    def at(cls, environ: Mapping[str, str]) -> Progress:
        """Open the record in the user's data folder."""
        return cls(open_file(data_folder(environ) / FILE_NAME))

    @property
    def path(self) -> Path:
        """Where the record is kept."""
        return self._file.path

    @property
    def is_for_this_kernel_only(self) -> bool:
        """Say whether the record is kept in memory, because its file cannot be written."""
        return self._in_memory is not None

    def note(self) -> str:
        """Return what the learner must know of the file, or an empty string."""
        if self._file.set_aside is not None:
            return f"Your progress file could not be read. It is kept as {self._file.set_aside}."
        if self.is_for_this_kernel_only:
            return f"Progress lasts for this kernel only: {self.path.parent} cannot be written."
        return ""

    def now(self) -> datetime:
        """Return the moment that the next entry would carry."""
        return self._now()

    def add_attempt(self, slug: str, exercise: str, status: Status, *, answer: str) -> None:
        """Record a check; the same answer with the same outcome is recorded once in a row."""
        last = self.attempts(slug, exercise)[-1:]
        if last and (last[0].status, last[0].answer) == (status, answer):
            return
        entry = Attempt(exercise, str(status), answer, self._stamp())
        self._change(lambda stored: lists_of(stored, slug)["attempts"].append(asdict(entry)))

    def add_guess(self, slug: str, prediction: str, option: str) -> None:
        """Record the option chosen for a prediction; the last one counts."""
        if self.guesses(slug).get(prediction) == option:
            return
        entry = Guess(prediction, option, self._stamp())
        self._change(lambda stored: lists_of(stored, slug)["predictions"].append(asdict(entry)))

    def add_hint(self, slug: str, exercise: str, number: int) -> None:
        """Record that a hint was read; reading it again records nothing."""
        if str(number) in {hint.number for hint in self.hints(slug) if hint.exercise == exercise}:
            return
        entry = HintTaken(exercise, str(number), self._stamp())
        self._change(lambda stored: lists_of(stored, slug)["hints"].append(asdict(entry)))

    def add_answer(self, slug: str, question: str, chosen: str, *, right: bool) -> None:
        """Record the answer to a question of the quiz; the last one counts."""
        entry = QuizAnswer(question, chosen, "right" if right else "wrong", self._stamp())
        self._change(lambda stored: lists_of(stored, slug)["answers"].append(asdict(entry)))

    def attempts(self, slug: str, exercise: str | None = None) -> list[Attempt]:
        """Return the attempts at a lab, or at one of its exercises, oldest first."""
        entries = lists_of(self._read(), slug)["attempts"]
        return [Attempt(**e) for e in entries if exercise in {None, e["exercise"]}]

    def guess_log(self, slug: str) -> list[Guess]:
        """Return every prediction recorded in a lab, oldest first."""
        return [Guess(**entry) for entry in lists_of(self._read(), slug)["predictions"]]

    def guesses(self, slug: str) -> dict[str, str]:
        """Return the option that counts for each prediction of a lab."""
        return {guess.prediction: guess.option for guess in self.guess_log(slug)}

    def hints(self, slug: str) -> list[HintTaken]:
        """Return every hint read in a lab, oldest first."""
        return [HintTaken(**entry) for entry in lists_of(self._read(), slug)["hints"]]

    def answers(self, slug: str) -> dict[str, bool]:
        """Return, for each question answered in a lab, whether its last answer was right."""
        entries = [QuizAnswer(**entry) for entry in lists_of(self._read(), slug)["answers"]]
        return {entry.question: entry.verdict == "right" for entry in entries}

    def passed(self, slug: str) -> set[str]:
        """Return the ids of the exercises once passed."""
        return {a.exercise for a in self.attempts(slug) if a.status == Status.PASSED}

    def slugs(self) -> list[str]:
        """Return the labs that have a record, in their order."""
        return sorted(self._read()["labs"])

    def reset(self, slug: str | None = None) -> None:
        """Forget one lab, or all of them."""

        def forget(stored: dict[str, Any]) -> None:
            if slug is None:
                stored["labs"] = {}
            else:
                stored["labs"].pop(slug, None)

        self._change(forget)

    def export(self, path: str | Path) -> Path:
        """Write the record to a file that `import_from` reads, here or on another machine."""
        target = Path(path)
        target.write_text(json.dumps(self._read(), indent=1, sort_keys=True) + "\n", "utf-8")
        return target

    def import_from(self, path: str | Path) -> None:
        """Merge an exported record into this one; nothing recorded here is lost."""
        try:
            other = json.loads(Path(path).read_text("utf-8"))
        except ValueError:
            other = None
        if not isinstance(other, dict) or not fits(other):
            raise KitError(
                f"{str(path)!r} is not a progress file.",
                next_step='Export one with lab.progress().export("progress.json").',
                anchor="progress-file",
            )
        self._change(lambda stored: merge(stored, other))

    def _stamp(self) -> str:
        return self._now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _read(self) -> dict[str, Any]:
        if self._in_memory is not None:
            return self._in_memory
        try:
            return self._file.read()
        except OSError:
            self._in_memory = empty()
            return self._in_memory

    def _change(self, edit: Callable[[dict[str, Any]], None]) -> None:
        if self._in_memory is None:
            try:
                self._file.change(edit)
                return
            except OSError:
                # a read-only home must not cost the lesson
                self._in_memory = empty()
        edit(self._in_memory)


def open_file(path: Path) -> JsonFile:
    """Return the progress file at `path`; it need not exist."""
    return JsonFile(path, empty=empty, fits=fits)
