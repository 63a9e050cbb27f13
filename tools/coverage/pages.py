"""The generated pages of a checkout: what they should say, and which of them are stale."""

from __future__ import annotations

from pathlib import Path

from helpers.cloud.errors import KitError
from helpers.quiz.questions import QuestionSheet, load_questions
from tools.coverage.coverage_page import Course, coverage_page
from tools.coverage.glossary_page import glossary_page
from tools.coverage.inventory import read_inventory
from tools.coverage.places import taught
from tools.notebooks.checkout import BUILD, Checkout
from tools.notebooks.source import Lesson, read_lesson


def pages(checkout: Checkout) -> dict[Path, str]:
    """Return what each generated page should say, by its path."""
    lessons = [read_lesson(path) for path in checkout.lesson_paths()]
    sheets = {lesson.slug: _sheet(lesson, checkout) for lesson in lessons}
    course = Course(lessons, taught(lessons), sheets)
    docs = checkout.root / "docs"
    return {
        docs / "coverage.md": coverage_page(read_inventory(checkout.root), course),
        docs / "glossary.md": glossary_page(lessons),
    }


def write_pages(checkout: Checkout) -> list[Path]:
    """Write the pages that are not what they should be; return their paths."""
    stale = {path: text for path, text in pages(checkout).items() if not _is_current(path, text)}
    for path, text in stale.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(stale)


def stale_pages(checkout: Checkout) -> list[str]:
    """Return one message per page that is missing or older than the lessons."""
    return [
        f"docs/{path.name} is not what lessons/ say. {BUILD}"
        for path, text in pages(checkout).items()
        if not _is_current(path, text)
    ]


def _is_current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _sheet(lesson: Lesson, checkout: Checkout) -> QuestionSheet:
    """Return a lab's questions; what is wrong with them is the linter's to say."""
    try:
        return load_questions(lesson.slug, folder=checkout.root / "helpers" / "quiz" / "questions")
    except KitError:
        return QuestionSheet(lesson.slug, ())
