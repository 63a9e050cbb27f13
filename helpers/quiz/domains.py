"""How a sitting went by the content domains of an exam, with AWS's weights and their date.

A question counts in each domain its tasks belong to, once. Shares are plain: right of asked.
Left out: AWS's scaled score of 100 to 1,000, whose making is not public.

Source: the exam guides, by way of the pages and dates in facts.json.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from helpers.cloud.errors import KitError
from helpers.cloud.facts import Domain, Exam, load_facts
from helpers.quiz.questions import Question
from helpers.quiz.sitting import Mark


@dataclass(frozen=True, slots=True)
class DomainScore:
    """How many questions of one domain were asked, and how many answers were right."""

    number: str
    domain: Domain
    asked: int
    right: int

    def words(self) -> str:
        """Return it as one line."""
        weight = f"{self.domain.weight} % of the exam"
        if not self.asked:
            return f"no question here · {weight}"
        return f"{self.right} of {self.asked} right · {weight}"


@dataclass(frozen=True, slots=True)
class ExamScore:
    """A sitting by the domains of one exam."""

    exam: Exam
    domains: tuple[DomainScore, ...]

    @property
    def weighted_share(self) -> float | None:
        """The share that is right, domains weighed as in the exam; None if none was asked."""
        asked = [score for score in self.domains if score.asked]
        weights = sum(score.domain.weight for score in asked)
        if not weights:
            return None
        return sum(s.domain.weight * s.right / s.asked for s in asked) / weights

    def lines(self) -> list[tuple[str, str]]:
        """Return one row per domain, and where the weights come from."""
        share = self.weighted_share
        rows = [(f"{s.number} {s.domain.title}", s.words()) for s in self.domains]
        if share is not None:
            rows.append(("By weight", f"{share:.0%} of what was asked; this is no exam score"))
        rows.append(("Weights", f"{self.exam.code}, {self.exam.source} ({self.exam.date})"))
        return rows


def exam_of(code: str | None = None) -> Exam:
    """Return an exam by its code; None: the developer's exam that stays."""
    exams = load_facts().exams
    if code is None:
        return next(e for e in exams.values() if e.code.startswith("DVA-") and e.last_day is None)
    if code not in exams:
        raise KitError(
            f"There is no exam {code!r} here.",
            next_step=f"Known: {', '.join(exams)}.",
            anchor="quiz",
        )
    return exams[code]


def score(marks: Iterable[Mark], exam: Exam) -> ExamScore:
    """Sum marks by the domains of an exam."""
    asked, right = dict.fromkeys(exam.domains, 0), dict.fromkeys(exam.domains, 0)
    for mark in marks:
        for number in domains_of(mark.item.question, exam):
            asked[number] += 1
            right[number] += mark.right
    return ExamScore(
        exam,
        tuple(
            DomainScore(number, domain, asked[number], right[number])
            for number, domain in exam.domains.items()
        ),
    )


def domains_of(question: Question, exam: Exam) -> list[str]:
    """Return the domains of an exam that a question's tasks belong to."""
    tasks = [task.split()[1] for task in question.exam_tasks if task.split()[0] == exam.code]
    return sorted({task.split(".")[0] for task in tasks})
