"""README's table of labs: one row per lesson, with its number, title, link and minutes."""

from __future__ import annotations

import re
from pathlib import Path

from tools.lint.problem import Problem
from tools.notebooks.source import Lesson

ROW = re.compile(r"^\|.*\(labs/(?P<slug>[\w-]+)\.ipynb\).*$", re.MULTILINE)


def table(readme: Path, lessons: list[Lesson]) -> list[Problem]:
    """Find rows that are missing, out of date, out of order, or about no lesson."""
    text = readme.read_text(encoding="utf-8")
    rows = {found["slug"]: found for found in ROW.finditer(text)}
    problems = []
    for lesson in lessons:
        start = expected_row(lesson)
        if lesson.slug not in rows:
            problems.append((1, f"README has no row for {lesson.slug}. Add `{start} … |`."))
        elif not rows[lesson.slug][0].startswith(start):
            problems.append((_line(text, rows[lesson.slug]), f"This row should start `{start}`."))
    known = [lesson.slug for lesson in lessons]
    for slug, row in rows.items():
        if slug not in known:
            problems.append((_line(text, row), f"There is no lesson {slug!r}. Take the row out."))
    listed = [slug for slug in rows if slug in known]
    if listed != sorted(listed):
        problems.append((1, "The labs of README's table are out of order. Sort them by number."))
    return [Problem(readme, line, message) for line, message in problems]


def expected_row(lesson: Lesson) -> str:
    """Return how a lesson's row begins; further columns may follow."""
    front = lesson.front
    return (
        f"| {front.number} | [{front.title}](labs/{lesson.slug}.ipynb) | {front.minutes_core} min |"
    )


def _line(text: str, found: re.Match[str]) -> int:
    return text.count("\n", 0, found.start()) + 1
