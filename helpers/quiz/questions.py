"""The questions of a lab: a data file per lab, validated when it is read.

Each option carries its reason, so that a wrong choice teaches. Tasks are those of AWS's exam
guides, written `DVA-C03 1.2`; every question names its source and the month it was checked.
Left out: asking, which `sitting` does, and picking, which `bank` does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.cloud.errors import KitError
from helpers.cloud.facts import load_facts
from helpers.views.panel import Tone, details, indented, panel, paragraph, rows

FOLDER = Path(__file__).parent / "questions"
FEWEST_OPTIONS = 2
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
KEYS = {"id", "question", "options", "exam_tasks", "source", "date"}
OPTION_KEYS = {"text", "right", "reason"}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer, whether it is right, and why."""

    text: str
    right: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with one or more right options."""

    id: str
    question: str
    options: tuple[Option, ...]
    exam_tasks: tuple[str, ...]
    source: str
    date: str

    def lettered(self) -> list[tuple[str, Option]]:
        """Return the options with the letters a learner sees."""
        return [(chr(ord("A") + place), option) for place, option in enumerate(self.options)]

    def right_letters(self) -> frozenset[str]:
        """Return the letters of the right options: one, or several."""
        return frozenset(letter for letter, option in self.lettered() if option.right)

    def answers(self) -> list[str]:
        """Return one line per option: its letter, right or wrong, and the reason."""
        words = {True: "right", False: "wrong"}
        return [f"{letter} {words[o.right]}: {o.reason}" for letter, o in self.lettered()]

    def footer(self) -> str:
        """Return the exam tasks and the source."""
        return f"{', '.join(self.exam_tasks) or 'no exam task'} · {self.source} ({self.date})"


@dataclass(frozen=True, slots=True)
class QuestionSheet:
    """All questions of a lab; the answers are folded away in HTML and follow last in text."""

    slug: str
    questions: tuple[Question, ...]

    def __repr__(self) -> str:
        """Return questions first, then answers: the twin for terminals."""
        parts = [f"Questions of lab {self.slug}"]
        for number, question in enumerate(self.questions, 1):
            options = "\n".join(f"{letter}  {o.text}" for letter, o in question.lettered())
            parts.append(f"{number}. {question.question}\n{indented(options, indent='   ')}")
        parts.append("Answers")
        for number, question in enumerate(self.questions, 1):
            lines = "\n".join([*question.answers(), question.footer()])
            parts.append(f"{number}.\n{indented(lines, indent='   ')}")
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        numbered = [_as_html(n, question) for n, question in enumerate(self.questions, 1)]
        return panel(Tone.CALM, f"Questions of lab {self.slug}", *numbered)


def load_questions(slug: str, *, folder: Path = FOLDER) -> QuestionSheet:
    """Read and validate a lab's questions; KitError names what is wrong in which one."""
    path = folder / f"{slug}.json"
    try:
        entries = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise KitError(
            f"Lab {slug} has no questions.",
            next_step=f"Write them in {path.name}.",
            anchor="questions-file",
        ) from None
    except ValueError as error:
        raise KitError(f"{path.name} is not JSON: {error}.", anchor="questions-file") from None
    questions = tuple(_question(entry, path.name) for entry in entries)
    ids = [question.id for question in questions]
    if len(set(ids)) != len(ids):
        raise KitError(
            f"{path.name} has two questions of one id.", why=f"Ids: {ids}.", anchor="questions-file"
        )
    return QuestionSheet(slug, questions)


def _question(entry: Mapping[str, Any], file: str) -> Question:
    where = f"{file}, question {entry.get('id', '?')!r}"
    if set(entry) != KEYS:
        raise KitError(
            f"{where}: members are {sorted(entry)}.",
            why=f"Wanted: {sorted(KEYS)}.",
            anchor="questions-file",
        )
    options = tuple(_option(option, where) for option in entry["options"])
    question = Question(
        entry["id"],
        entry["question"],
        options,
        tuple(entry["exam_tasks"]),
        entry["source"],
        entry["date"],
    )
    for complaint, holds in _rules(question):
        if not holds:
            raise KitError(f"{where}: {complaint}.", anchor="questions-file")
    return question


def _rules(question: Question) -> list[tuple[str, bool]]:
    rights = [option.right for option in question.options]
    unknown = sorted(set(question.exam_tasks) - load_facts().exam_tasks())
    return [
        (f"it has fewer than {FEWEST_OPTIONS} options", len(rights) >= FEWEST_OPTIONS),
        ("no option is right", any(rights)),
        ("every option is right", not all(rights)),
        ("an option has no text or no reason", all(o.text and o.reason for o in question.options)),
        ("its source is not a link", question.source.startswith("https://")),
        (f"its date {question.date!r} is not YYYY-MM", bool(MONTH.fullmatch(question.date))),
        (f"unknown exam tasks {unknown}", not unknown),
    ]


def _option(entry: Mapping[str, Any], where: str) -> Option:
    if set(entry) != OPTION_KEYS or not isinstance(entry["right"], bool):
        raise KitError(
            f"{where}: an option has {sorted(entry)}.",
            why=f"Wanted: {sorted(OPTION_KEYS)}.",
            anchor="questions-file",
        )
    return Option(entry["text"], entry["right"], entry["reason"])


def _as_html(number: int, question: Question) -> str:
    # letters as text: JupyterLab numbers an <ol type="A"> 1, 2, 3
    options = rows((letter, option.text) for letter, option in question.lettered())
    answers = "".join(paragraph(line) for line in question.answers())
    return (
        f'<div style="margin-top:12px">{paragraph(f"{number}. {question.question}")}</div>'
        f"{options}"
        f"{details('Answer', answers, paragraph(question.footer()))}"
    )
