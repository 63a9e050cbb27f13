"""Rules of the built notebooks, each shown to find a spoiled one."""

from __future__ import annotations

import pytest

from tools.lint import notebooks
from tools.notebooks.notebook import dumps, lab_notebook, solution_notebook


def test_good_notebooks(lesson, built):
    """Notebooks as the builder makes them have no problem."""
    lab_text = built.lab_path(lesson.slug).read_text(encoding="utf-8")

    assert notebooks.current(lesson, built) == []
    assert notebooks.leaks(lesson, lab_text) == []
    assert notebooks.weight(lesson, built) == []
    assert notebooks.ignored_outputs(lesson) == []


def test_not_built(lesson, course):
    """A lesson without notebooks is found, with the command that makes them."""
    assert [problem.message for problem in notebooks.current(lesson, course)] == [
        "labs/07-parcels.ipynb is missing. Run: python3 kit.py build",
        "solutions/07-parcels.ipynb is missing. Run: python3 kit.py build",
    ]


@pytest.mark.parametrize(
    "secret",
    [
        "    doubled_g = weight_g * 2",
        "    return doubled_g",
        'table = "stock"',
        "**Why this works.** Two parcels weigh twice as much as one. An alternative is to add.",
        '    return event["grams"] * 2',
        '    return event["weight_g"] + event["weight_g"]',
    ],
)
def test_leak(lesson, secret):
    """A line of a solution, an explanation or a tested answer in labs/ is found."""
    notebook = lab_notebook(lesson)
    notebook.cells[5].source += f"\n{secret}"

    assert [f"labs/ shows this line of a solution: {secret.strip()!r}. Blank it."] == [
        problem.message for problem in notebooks.leaks(lesson, dumps(notebook))
    ]


def test_leak_of_the_solved_notebook(lesson):
    """The solved notebook in labs/ leaks every solution."""
    problems = notebooks.leaks(lesson, dumps(solution_notebook(lesson)))

    assert len(problems) == 6


def test_heavy_notebook(lesson, course):
    """A notebook of more than 400 kB is found."""
    course.lab_path(lesson.slug).write_text("x" * 400_001, encoding="utf-8")

    assert "400001 bytes; at most 400000" in notebooks.weight(lesson, course)[0].message


def test_ignored_without_reason(spoil):
    """An output that is not compared says why."""
    lesson = spoil('["run"]\nlab.receipt()', '["run", "nbval-ignore-output"]\nlab.receipt()')

    assert "no reason" in notebooks.ignored_outputs(lesson)[0].message


def test_too_many_ignored(text, spoil):
    """At most two outputs of a lab are not compared."""
    one = '# %% tags=["run", "nbval-ignore-output"]\n# not compared: chance\n1\n\n'
    end = "# %% [markdown]\n# ## Clean up"

    assert notebooks.ignored_outputs(spoil(end, one * 2 + end)) == []
    assert "at most 2" in notebooks.ignored_outputs(spoil(end, one * 3 + end))[0].message
