"""A lab has five to eight questions in a form that helpers/quiz accepts."""

from __future__ import annotations

import json

import pytest

from tools.lint.questions import questions


@pytest.fixture
def folder(course):
    """The folder of the fixture course's questions."""
    return course.root / "helpers" / "quiz" / "questions"


def test_good_questions(lesson, folder):
    """Five questions with a reason for every option have no problem."""
    assert questions(lesson, folder) == []


def test_missing_file(lesson, folder):
    """A lab without questions is found."""
    (folder / "07-parcels.json").unlink()

    assert "has no questions" in questions(lesson, folder)[0].message


def test_count_and_reasons(lesson, folder):
    """Too few questions, and an option without a reason, are found."""
    path = folder / "07-parcels.json"
    asked = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(asked[:4]), encoding="utf-8")

    assert "4 questions; a lab has 5 to 8" in questions(lesson, folder)[0].message

    asked[0]["options"][0]["reason"] = ""
    path.write_text(json.dumps(asked), encoding="utf-8")

    assert "no reason" in questions(lesson, folder)[0].message


def test_exam_tasks(lesson, folder):
    """A question that serves no exam task is told by its id."""
    path = folder / "07-parcels.json"
    asked = json.loads(path.read_text(encoding="utf-8"))
    asked[1]["exam_tasks"] = []
    path.write_text(json.dumps(asked), encoding="utf-8")
    (problem,) = questions(lesson, folder)

    assert f"Question {asked[1]['id']!r} names no exam task" in problem.message
