"""docs/glossary.md: the terms of all labs, each with the sentence in which it first stands."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from tools.coverage.terms import Term, terms
from tools.notebooks.source import Lesson

HEADER = """\
# Glossary

Written by `python3 kit.py build` from the labs: each term with the sentence that explains it there.
"""


def glossary(lessons: Iterable[Lesson]) -> list[Term]:
    """Return every term once, by the first lab that explains it, in alphabetical order."""
    found: dict[str, Term] = {}
    for lesson in lessons:
        for term in terms(lesson):
            found.setdefault(term.key, term)
    return sorted(found.values(), key=lambda term: (term.key, term.name))


def glossary_page(lessons: Iterable[Lesson]) -> str:
    """Return docs/glossary.md."""
    parts = [HEADER]
    for letter, group in groupby(glossary(lessons), key=_letter):
        lines = [f"## {letter}", "", "| term | | lab |", "|---|---|---|"]
        lines += [_row(term) for term in group]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _row(term: Term) -> str:
    where = term.place.link(term.place.number)
    return f"| **{term.name}** | {_cell(term.explanation)} | {where} |"


def _letter(term: Term) -> str:
    first = term.key.lstrip("`/.")[:1].upper()
    return first if first.isalpha() else "0–9"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
