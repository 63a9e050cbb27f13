"""A new lesson's skeleton passes the linter's rules of form, and nothing is overwritten."""

from __future__ import annotations

import runpy

import pytest

from tools.lint import course as rules
from tools.lint import exercises, names, questions
from tools.notebooks.notebook import dumps, lab_notebook
from tools.notebooks.source import read_lesson
from tools.scaffold import main, scaffold


def test_skeleton(course):
    """The skeleton of the next number breaks no rule, and its three files agree."""
    lesson_file, checks_file, questions_file = scaffold("my-topic", course)
    lesson = read_lesson(lesson_file)
    shop = names.read_shop(course.root / "lessons" / "shop.py")

    assert [path.name for path in (lesson_file, checks_file, questions_file)] == [
        "08-my-topic.py",
        "lab_08.py",
        "08-my-topic.json",
    ]
    assert [problem for rule in rules.RULES for problem in rule(lesson)] == []
    assert exercises.agreement(lesson, runpy.run_path(str(checks_file))["LAB"]) == []
    assert questions.questions(lesson, questions_file.parent) == []
    assert names.shop_names(lesson, shop) == []
    assert "Exercise 8.1" in dumps(lab_notebook(lesson))


def test_command(course, capsys):
    """The command takes a number, and says what it wrote and what comes next."""
    assert main(["12-observability", "--root", str(course.root)]) == 0

    told = capsys.readouterr().out
    assert "wrote lessons/12-observability.py" in told
    assert "python3 kit.py build 12-observability" in told


@pytest.mark.parametrize(
    ("slug", "words"), [("My Topic", "is no slug"), ("07-other", "is already there")]
)
def test_refused(course, slug, words):
    """A name that is no slug and a number that is taken are refused; nothing is written."""
    before = sorted(course.root.rglob("*"))

    with pytest.raises(SystemExit, match=words):
        scaffold(slug, course)

    assert sorted(course.root.rglob("*")) == before
