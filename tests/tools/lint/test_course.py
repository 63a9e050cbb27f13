"""All rules together find what each finds, and the command says so."""

from __future__ import annotations

from tools.lint.course import lint_course, lint_lesson


def test_lesson(course, lesson_path, text):
    """A lesson's problems come by line; its missing checks are one of them."""
    lesson_path.write_text(text.replace("Scales give", "Scales simply give"), encoding="utf-8")
    problems = lint_lesson(lesson_path, course)
    found = "\n".join(problem.message for problem in problems)

    assert sorted(problem.line for problem in problems) == [
        p.line for p in problems if p.path == lesson_path
    ]
    assert "'simply' belittles" in found
    assert "labs/07-parcels.ipynb is missing" in found
    assert "There is no lab '07-parcels'" in found


def test_unreadable_lesson(course, lesson_path, text):
    """A lesson that cannot be read is one problem, at its line."""
    lesson_path.write_text(text + "\n# %% [raw]\n", encoding="utf-8")
    problems = lint_lesson(lesson_path, course)

    assert ["would start a new cell here" in problem.message for problem in problems] == [True]


def test_course(course, lesson):
    """A notebook that no lesson makes is found beside a wrong table."""
    (course.root / "labs" / "99-old.ipynb").write_text("{}", encoding="utf-8")

    assert [problem.message for problem in lint_course(course)] == [
        "labs/99-old.ipynb has no lesson. Run: git rm labs/99-old.ipynb"
    ]
