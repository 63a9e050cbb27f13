"""Words in bold are terms: explained where they stand, and once in the course.

The glossary is made of them, so what is bold for its weight alone would land there.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.coverage.terms import Term, terms
from tools.lint.markdown import plain, words
from tools.lint.problem import Problem
from tools.notebooks.source import Lesson

MAX_WORDS = 4
MIN_EXPLAINING = 4
_COMMON = """
    a after again all always and any at before both but by cannot do does each eight every first
    five for four from in it its last later more must my never nine no none not nothing now of off
    on once one only or our same seven six still ten that the their then this three to twice two
    until when why with yes you your
"""
EMPHASIS = frozenset(_COMMON.split())
"""Words with which no term begins, but for the names of guarantees."""
GUARANTEES = frozenset({"at least once", "at most once"})


def explained(lesson: Lesson) -> list[Problem]:
    """Find bold words that are no term, that nothing explains, or that are bold twice."""
    problems, seen = [], dict[str, int]()
    for term in terms(lesson):
        message = _fault(term)
        if not message and term.key in seen:
            message = f"**{term.name}** is bold in line {seen[term.key]} already. Once is enough."
        seen.setdefault(term.key, term.line)
        if message:
            problems.append(Problem(lesson.path, term.line, message))
    return problems


def explained_twice(lessons: Sequence[Lesson]) -> list[Problem]:
    """Find terms that an earlier lab explains too, and that the front matter does not allow."""
    problems, first = [], dict[str, str]()
    for lesson in lessons:
        again = {name.casefold().removesuffix("s") for name in lesson.front.again}
        for term in terms(lesson):
            where = first.setdefault(term.key, lesson.slug)
            if where != lesson.slug and term.key not in again:
                message = (
                    f"**{term.name}** is explained in {where}. Take the bold off, or list it "
                    'under "again" in the front matter.'
                )
                problems.append(Problem(lesson.path, term.line, message))
    return problems


def _fault(term: Term) -> str:
    name = words(plain(term.name))
    stressed = bool({word.casefold() for word in name[:1]} & EMPHASIS)
    if len(name) > MAX_WORDS or (stressed and term.name.casefold() not in GUARANTEES):
        return f"**{term.name}** is no term. For weight alone write *{term.name}*."
    explaining = len(words(plain(term.explanation))) - len(name)
    if explaining < MIN_EXPLAINING:
        return f"Nothing explains **{term.name}**. Say what it is in its sentence or the next."
    return ""
