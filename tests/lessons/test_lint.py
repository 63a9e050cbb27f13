"""Every lesson keeps every rule of the linter; so do README's table and the sanitising."""

from __future__ import annotations

import pytest

from tools.lint.course import lint_course, lint_lesson
from tools.notebooks.checkout import Checkout

CHECKOUT = Checkout()


@pytest.mark.parametrize("path", CHECKOUT.lesson_paths(), ids=lambda path: path.stem)
def test_lesson(path):
    """A lesson is current and has the anatomy, prose, names and exercises it should."""
    assert [str(problem) for problem in lint_lesson(path, CHECKOUT)] == []


def test_course():
    """README's table equals lessons/, no notebook is an orphan, and sanitising hides nothing."""
    assert [str(problem) for problem in lint_course(CHECKOUT)] == []
