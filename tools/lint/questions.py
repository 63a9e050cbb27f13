"""A lab's questions: five to eight of them, in the form helpers/quiz validates."""

from __future__ import annotations

from pathlib import Path

from helpers.cloud.errors import KitError
from helpers.quiz.questions import load_questions
from tools.lint.problem import Problem
from tools.notebooks.source import Lesson

FEWEST, MOST = 5, 8


def questions(lesson: Lesson, folder: Path) -> list[Problem]:
    """Find questions that are missing, too few, too many, or without reasons or exam tasks."""
    path = folder / f"{lesson.slug}.json"
    try:
        sheet = load_questions(lesson.slug, folder=folder)
    except KitError as error:
        return [Problem(path, 1, " ".join(str(error).split()))]
    count = len(sheet.questions)
    messages = [
        f"Question {question.id!r} names no exam task. Add the one it serves."
        for question in sheet.questions
        if not question.exam_tasks
    ]
    if not FEWEST <= count <= MOST:
        messages.append(f"{count} questions; a lab has {FEWEST} to {MOST}. Add or take out.")
    return [Problem(path, 1, message) for message in messages]
