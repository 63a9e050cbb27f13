"""What a learner reads after an answer and at the end: reasons, domains, and what to do next."""

from __future__ import annotations

from helpers.cloud.facts import Exam
from helpers.quiz.domains import score
from helpers.quiz.sitting import Mark, Sitting
from helpers.views.card import Card
from helpers.views.panel import Tone

RIGHT = "✔ right"
WRONG = "△ not right"
OPEN = "○ not answered"


def answer_card(mark: Mark) -> Card:
    """Return how one question was answered, with the reason of every option and the source."""
    question = mark.item.question
    rights = " and ".join(sorted(question.right_letters()))
    if mark.right:
        tone, how = Tone.GOOD, RIGHT
    elif mark.answered:
        tone, how = Tone.WAIT, WRONG
    else:
        tone, how = Tone.QUIET, OPEN
    lines = tuple(
        (_named(letter, letter in mark.chosen), f"{'right' if o.right else 'wrong'}: {o.reason}")
        for letter, o in question.lettered()
    )
    return Card(tone, f"{how}: the answer is {rights}", lines, question.footer())


def score_card(sitting: Sitting, exam: Exam) -> Card:
    """Return how a sitting went: by domain, and which labs have something to look at again."""
    counted = sitting.counted()
    right = sum(mark.right for mark in counted)
    missed = sitting.missed()
    lines = score(counted, exam).lines()
    if missed:
        again = "; ".join(f"{item.slug}: {item.question.question}" for item in missed)
        lines.append(("Look again", again.replace("; ", "\n")))
    tone = Tone.GOOD if counted and not missed else Tone.CALM
    return Card(tone, f"{right} of {len(counted)} right", tuple(lines))


def _named(letter: str, chosen: bool) -> str:
    return f"{letter}, yours" if chosen else letter
