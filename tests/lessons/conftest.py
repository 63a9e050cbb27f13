"""The lessons, one by one; all but the first are slow to run."""

from __future__ import annotations

import pytest

from tools.notebooks.checkout import Checkout
from tools.notebooks.source import Lesson, read_lesson


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `each_lesson` once for each of them."""
    if "each_lesson" not in metafunc.fixturenames:
        return
    first, *others = Checkout().lesson_paths()
    lessons = [first, *(pytest.param(path, marks=pytest.mark.slow) for path in others)]
    names = [path.stem for path in (first, *others)]
    metafunc.parametrize("each_lesson", lessons, ids=names, indirect=True)


@pytest.fixture
def each_lesson(request: pytest.FixtureRequest) -> Lesson:
    """One lesson of the course."""
    return read_lesson(request.param)
