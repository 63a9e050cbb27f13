"""Questions of one lab or several, picked for a sitting: all, missed ones, or a few at random.

A question is known by `key`, lab and id, which is what a learner's record keeps. A question is
missed while the last answer to it was wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from helpers.cloud.errors import KitError
from helpers.quiz.questions import FOLDER, Question, QuestionSheet, load_questions

History = Mapping[str, bool]
"""By the key of a question: whether its last answer was right."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question and the lab that asks it."""

    slug: str
    question: Question

    @property
    def key(self) -> str:
        """Lab and id: what no other question of the course has."""
        return f"{self.slug}/{self.question.id}"


def labs_with_questions(folder: Path = FOLDER) -> list[str]:
    """Return the slugs of all labs that ask questions, in their order."""
    return sorted(path.stem for path in folder.glob("*.json"))


def sheets_of(slugs: Iterable[str], *, folder: Path = FOLDER) -> list[QuestionSheet]:
    """Read the questions of these labs; of every lab if none is named."""
    return [load_questions(slug, folder=folder) for slug in slugs or labs_with_questions(folder)]


def items_of(sheets: Iterable[QuestionSheet]) -> list[Item]:
    """Return every question of these sheets, in their order."""
    return [Item(sheet.slug, question) for sheet in sheets for question in sheet.questions]


def pick(
    items: Iterable[Item],
    *,
    history: History | None = None,
    missed_only: bool = False,
    count: int | None = None,
    seed: int | None = None,
) -> tuple[Item, ...]:
    """Choose questions: missed ones first when a `count` is asked for, mixed with a `seed`.

    Raises KitError when nothing is left to ask.
    """
    seen = history or {}
    chosen = [item for item in items if not missed_only or seen.get(item.key) is False]
    if not chosen:
        what = "No question is missed" if missed_only else "There is no question"
        raise KitError(
            f"{what} in these labs.",
            next_step="Ask for all: leave missed_only away.",
            anchor="quiz",
        )
    if seed is not None:
        Random(seed).shuffle(chosen)
    if count is not None:
        chosen.sort(key=lambda item: seen.get(item.key) is not False)
        chosen = chosen[: max(1, count)]
    return tuple(chosen)
