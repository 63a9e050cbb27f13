"""All rules together: what is wrong with one lesson, and with the course around the lessons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from helpers.checks.exercise import find_lab
from helpers.cloud.errors import KitError
from tools.coverage.inventory import read_inventory
from tools.lint import (
    anatomy,
    coverage,
    dated,
    exercises,
    glossary,
    heard,
    links,
    names,
    notebooks,
    prose,
    questions,
    readme,
    sanitizing,
)
from tools.lint.problem import Problem
from tools.notebooks.checkout import Checkout
from tools.notebooks.source import Lesson, LessonError, read_lesson

# Rules that need nothing but the lesson.
RULES: tuple[Callable[[Lesson], list[Problem]], ...] = (
    anatomy.opening,
    anatomy.order,
    anatomy.ideas,
    anatomy.size,
    anatomy.next_lab,
    heard.sentences,
    prose.cell_lengths,
    prose.sentence_lengths,
    prose.word_choice,
    prose.heading_style,
    links.pictures,
    links.figures,
    links.diagrams,
    exercises.statements,
    exercises.answers,
    exercises.independence,
    notebooks.ignored_outputs,
    dated.runtime_days,
    dated.prices,
    dated.formulas,
    glossary.explained,
)


def lint_lesson(path: Path, checkout: Checkout) -> list[Problem]:
    """Return every problem of one lesson, by line."""
    try:
        lesson = read_lesson(path)
        found = [problem for rule in RULES for problem in rule(lesson)]
        found += _around(lesson, checkout)
        found += exercises.agreement(lesson, find_lab(lesson.slug))
    except LessonError as error:
        return [Problem(error.path, error.line, error.message)]
    except KitError as error:
        found.append(Problem(path, 1, " ".join(str(error).split())))
    return sorted(found, key=lambda problem: (str(problem.path), problem.line))


def lint_course(checkout: Checkout) -> list[Problem]:
    """Return what is wrong with all lessons together: README, coverage, terms, sanitising."""
    lessons = [read_lesson(path) for path in checkout.lesson_paths()]
    cfg = checkout.root / "tests" / "lessons" / "sanitize.cfg"
    return [
        *readme.table(checkout.root / "README.md", lessons),
        *sanitizing.patterns(checkout.patterns(), cfg),
        *(Problem(checkout.root, 1, message) for message in checkout.orphans()),
        *coverage.untaught(lessons, read_inventory(checkout.root)),
        *glossary.explained_twice(lessons),
    ]


def _around(lesson: Lesson, checkout: Checkout) -> list[Problem]:
    lab = checkout.lab_path(lesson.slug)
    return [
        *links.targets(lesson, checkout.root / "labs"),
        *names.shop_names(lesson, names.read_shop(checkout.root / "lessons" / "shop.py")),
        *questions.questions(lesson, checkout.root / "helpers" / "quiz" / "questions"),
        *notebooks.current(lesson, checkout),
        *(notebooks.leaks(lesson, lab.read_text(encoding="utf-8")) if lab.exists() else []),
        *notebooks.weight(lesson, checkout),
        *coverage.unknown(lesson, read_inventory(checkout.root)),
    ]
