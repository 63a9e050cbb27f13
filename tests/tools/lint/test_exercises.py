"""Rules of exercises and predictions, each shown to find a spoiled lesson."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tools.lint import exercises
from tools.lint.problem import Problem


def messages(problems: list[Problem]) -> str:
    return "\n".join(map(str, problems))


def test_good_lesson(lesson, lab):
    """A lesson whose exercises are stated, checked, answered and agreed on has no problem."""
    rules = (exercises.statements, exercises.answers, exercises.independence)

    assert [problem for rule in rules for problem in rule(lesson)] == []
    assert exercises.agreement(lesson, lab) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("### Exercise 7.1 · Weigh two", "### Weigh two", "has no heading"),
        ("**Goal** the weight", "Goal: the weight", "does not say ['**Goal**']"),
        (
            'lab.check("7.1", two)',
            'print(lab.check("7.1", two))',
            "needs one cell tagged check-7.1",
        ),
        ('["check-7.1"]', '["run"]', "needs one cell tagged check-7.1"),
        ("**Why this works.** Two", "Two", "has no text tagged solution-only"),
        ("An alternative is", "One more way is", "names no alternative"),
        ('"stock"  # SOLUTION', '"stock"', "has no SOLUTION"),
    ],
)
def test_statement(spoil, old, new, expected):
    """An exercise without statement, check, explanation or marked solution is found."""
    assert expected in messages(exercises.statements(spoil(old, new)))


def test_too_few_wrong_answers(spoil):
    """Two wrong answers, or the same one twice, do not test the feedback."""
    assert "has 2 wrong answers" in messages(
        exercises.answers(
            spoil('# %% tags=["wrong-7.2"] expect="\'Stock\' is no table"\ntable = "Stock"\n', "")
        )
    )
    assert "at least 3 that differ" in messages(
        exercises.answers(spoil('table = "Stock"', 'table = "paper"'))
    )


def test_no_alternative(spoil):
    """An open exercise without another right answer is found; a closed one needs none."""
    assert "7.2 has no other right answer" in messages(
        exercises.answers(spoil('"closed": ["7.2"]', '"closed": []'))
    )


def test_answer_to_no_exercise(spoil):
    """A wrong answer to an exercise that is not there is found."""
    lesson = spoil('["wrong-7.1"]', '["wrong-7.3"]')

    assert "belongs to no exercise" in messages(exercises.answers(lesson))


@pytest.mark.parametrize(
    ("old", "new"),
    [("lab.receipt()", "lab.receipt()\nprint(two)"), ('7.2", table)', '7.2", table, two)')],
)
def test_dependence(spoil, old, new):
    """A later cell, or another exercise's check, that needs an exercise is found."""
    problems = exercises.independence(spoil(old, new))

    assert "'two' comes from exercise 7.1, which may be skipped" in messages(problems)


def test_exercises_differ(lesson, lab):
    """An exercise that only one side knows is found."""
    less = replace(lab, exercises=lab.exercises[:1])

    assert "Exercises here: ['7.1', '7.2']" in messages(exercises.agreement(lesson, less))


def test_predictions_differ(lesson, lab, spoil):
    """A prediction that only one side knows, or that nothing looks back at, is found."""
    assert "Predictions here: ['7.a', '7.b', '7.c']" in messages(
        exercises.agreement(lesson, replace(lab, predictions=()))
    )
    assert 'Add `lab.saw("7.a")`' in messages(
        exercises.agreement(spoil('lab.saw("7.a")', "lab"), lab)
    )
    assert "tagged predict-7.b without" in messages(
        exercises.agreement(spoil('"predict-7.a"', '"predict-7.b"'), lab)
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"hints": ("a", "a", "b")}, "needs three hints that differ"),
        ({"hints": ("a", " ", "b")}, "needs three hints that differ"),
        ({"title": "Weigh three"}, "The heading is not 'Exercise 7.1 · Weigh three'"),
        ({"core": False}, "Move it to `## More`"),
    ],
)
def test_facts_differ(lesson, lab, change, expected):
    """Hints, titles and core are one thing on both sides."""
    first, second = lab.exercises
    changed = replace(lab, exercises=(replace(first, **change), second))

    assert expected in messages(exercises.agreement(lesson, changed))


def test_core_under_more(lesson, lab):
    """A core exercise under More is found."""
    first, second = lab.exercises
    changed = replace(lab, exercises=(first, replace(second, core=True)))

    assert "Move it to an idea" in messages(exercises.agreement(lesson, changed))
