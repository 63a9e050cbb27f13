"""The quiz of a notebook: questions one by one, reasons after each, or a timed sitting.

    Quiz(lab)                                  the questions of this lab
    Quiz(lab, "all", missed_only=True)         what was answered wrongly, in any lab
    Quiz(lab, "all", timed=True, count=20)     as in an exam: reasons and domains at the end

No timer runs unless it is asked for. Answers go to the learner's own progress file.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol

from helpers.consoles.controls import ControlPanel, Field, Still, Values, checks
from helpers.consoles.live import present
from helpers.quiz.bank import Item, items_of, labs_with_questions, pick, sheets_of
from helpers.quiz.cards import answer_card, score_card
from helpers.quiz.domains import exam_of
from helpers.quiz.questions import QuestionSheet
from helpers.quiz.sitting import Mark, Sitting

EVERY = "all"
ANSWER, NEXT, BACK, FINISH, AGAIN, MISSED = (
    "Answer", "Next", "Back", "Finish", "Start again", "Missed only",
)  # fmt: skip
TIME_OVER = "Time is over"
CHOSEN = "chosen"


class Record(Protocol):
    """The learner's record: what was answered rightly, and a place to add to it."""

    def quiz_history(self) -> Mapping[str, bool]: ...

    def record_answer(self, slug: str, question: str, chosen: str, *, right: bool) -> None: ...


class LabOfQuiz(Protocol):
    """What a quiz needs of a lab."""

    def questions(self) -> QuestionSheet: ...

    def progress(self) -> Record: ...


class Quiz:
    """Questions of labs as a widget; `slugs` name other labs than the one given, or "all"."""

    def __init__(  # noqa: PLR0913 - each picks questions in another way
        self,
        lab: LabOfQuiz | None = None,
        *slugs: str,
        missed_only: bool = False,
        count: int | None = None,
        seed: int | None = None,
        timed: bool = False,
        minutes: float | None = None,
        exam: str | None = None,
    ) -> None:
        self._record = None if lab is None else lab.progress()
        self._timed, self._minutes = timed or minutes is not None, minutes
        self._exam = exam_of(exam)
        history = self._record.quiz_history() if self._record else {}
        self._items = pick(
            items_of(_sheets(lab, slugs)),
            history=history, missed_only=missed_only, count=count, seed=seed,
        )  # fmt: skip
        self._sitting = self._begin(self._items)
        self.panel = ControlPanel("", [], {})
        for action, handler in (
            (ANSWER, self._answer),
            (BACK, self._back),
            (NEXT, self._next),
            (FINISH, self._finish),
            (AGAIN, self._again),
            (MISSED, self._missed),
            (TIME_OVER, self._finish),
        ):
            self.panel.when(action, handler)
        self._draw()

    @property
    def sheet(self) -> QuestionSheet:
        """The questions and answers as a page: what a saved notebook keeps."""
        slugs = dict.fromkeys(item.slug for item in self._items)
        return QuestionSheet(", ".join(slugs), tuple(item.question for item in self._items))

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return repr(self.sheet)

    def _ipython_display_(self) -> None:
        present(Still(self.sheet), self.panel)

    def _begin(self, items: tuple[Item, ...]) -> Sitting:
        if self._timed:
            return Sitting.timed(items, now_s=time.monotonic(), minutes=self._minutes)
        return Sitting(items)

    def _answer(self, values: Values) -> None:
        chosen = values.get(CHOSEN) or []
        if not chosen:
            self.panel.words = "Choose an option first, or go on."
            return
        self._take(chosen)
        self._draw()

    def _next(self, values: Values) -> None:
        self._move(values, 1)

    def _back(self, values: Values) -> None:
        self._move(values, -1)

    def _move(self, values: Values, step: int) -> None:
        if self._timed:
            self._take(values.get(CHOSEN) or [])
        self._sitting = self._sitting.go(self._sitting.place + step)
        self._draw()

    def _finish(self, values: Values) -> None:
        sitting = self._sitting
        if self._timed and not sitting.handed_in:
            # what stands in the page at the bell counts, although it arrives after it
            chosen = values.get(CHOSEN) or []
            self._sitting = sitting.answer(chosen, now_s=sitting.started_s)
            for mark in self._sitting.marks():
                self._remember(mark.item)
        self._sitting = self._sitting.hand_in()
        self._draw()

    def _again(self, _: Values) -> None:
        self._sitting = self._begin(self._items)
        self._draw()

    def _missed(self, _: Values) -> None:
        self._sitting = self._begin(self._sitting.missed())
        self._draw()

    def _take(self, chosen: Any) -> None:
        before, item = self._sitting, self._sitting.current
        self._sitting = before.answer(chosen, now_s=time.monotonic())
        if not self._timed and self._sitting is not before:
            self._remember(item)

    def _remember(self, item: Item) -> None:
        mark = self._sitting.mark(item)
        if self._record is not None and mark.answered:
            letters = "".join(sorted(mark.chosen))
            self._record.record_answer(item.slug, item.question.id, letters, right=mark.right)

    def _draw(self) -> None:
        sitting, panel = self._sitting, self.panel
        now_s = time.monotonic()
        mark = sitting.mark(sitting.current)
        over = sitting.is_over(now_s)
        seen = sitting.shows_reasons(mark.item, now_s)
        left_s = None if over else sitting.left_s(now_s)
        html = answer_card(mark)._repr_html_() if seen else ""
        if over:
            html = score_card(sitting, self._exam)._repr_html_() + html
        with panel.hold_sync():
            panel.heading = (
                f"Question {sitting.place + 1} of {len(sitting.items)} · lab {mark.item.slug}"
            )
            panel.values = {CHOSEN: sorted(mark.chosen)}
            panel.fields = [_field(mark.item, locked=seen)]
            panel.ends_at = 0.0 if left_s is None else time.time() + left_s
            panel.offer(*self._actions(over=over, seen=seen), main=self._main(over=over))
            panel.show(html, _words(sitting, mark, over=over, seen=seen))

    def _main(self, *, over: bool) -> str:
        if over:
            return AGAIN
        return NEXT if self._sitting.place < len(self._sitting.items) - 1 else FINISH

    def _actions(self, *, over: bool, seen: bool) -> list[str]:
        sitting = self._sitting
        actions = [] if self._timed or seen else [ANSWER]
        if sitting.place:
            actions.append(BACK)
        if sitting.place < len(sitting.items) - 1:
            actions.append(NEXT)
        if not over:
            return [*actions, FINISH]
        return [*actions, *([MISSED] if sitting.missed() else []), AGAIN]


def _words(sitting: Sitting, mark: Mark, *, over: bool, seen: bool) -> str:
    """Return what is read out: how this answer is, and how far one has come."""
    answered = sum(each.answered for each in sitting.marks())
    so_far = f"{answered} of {len(sitting.items)} answered."
    if over:
        return f"It is over. {so_far}"
    if seen:
        return f"{'Right' if mark.right else 'Not right'}. {so_far}"
    return so_far if answered else ""


def _sheets(lab: LabOfQuiz | None, slugs: tuple[str, ...]) -> list[QuestionSheet]:
    if EVERY in slugs or (lab is None and not slugs):
        return sheets_of(labs_with_questions())
    return sheets_of(slugs) if slugs or lab is None else [lab.questions()]


def _field(item: Item, *, locked: bool) -> Field:
    question = item.question
    many = len(question.right_letters()) > 1
    title = f"{question.question}{' Choose all that are right.' if many else ''}"
    options = {letter: f"{letter}  {option.text}" for letter, option in question.lettered()}
    return checks(CHOSEN, title, options, many=many, locked=locked)
