"""Rules of anatomy, each shown to find a spoiled lesson and to pass the good one."""

from __future__ import annotations

import pytest

from tools.lint import anatomy
from tools.lint.problem import Problem


def messages(problems: list[Problem]) -> str:
    return "\n".join(map(str, problems))


def test_good_lesson(lesson):
    """A lesson with all its parts has no problem."""
    rules = (anatomy.opening, anatomy.order, anatomy.ideas, anatomy.size)

    assert [problem for rule in rules for problem in rule(lesson)] == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("# # Lab 07 · Parcels", "# # Parcels", "Begin the text with `# Lab 07 · Parcels`"),
        ("# > **Ticket.** Parcel", "# > Parcel", "Write at line starts, in order: **Ticket.**"),
        ("**Minutes.** 5, and 2", "**Minutes.** 5, and 3", "**Minutes.** does not say [2]"),
        ("tasks.** DVA-C03 1.2", "tasks.** none", "does not name ['DVA-C03 1.2']"),
        ('"number": "07"', '"number": "08"', "Take the file's number"),
    ],
)
def test_opening(spoil, old, new, expected):
    """The opening says title, ticket, promise, minutes and exam tasks as the front matter does."""
    assert expected in messages(anatomy.opening(spoil(old, new)))


@pytest.mark.parametrize(
    "title",
    [
        "Setup",
        "Warm-up",
        "Recap",
        "Heard elsewhere",
        "In real AWS",
        "Receipt",
        "Questions",
        "Clean up",
        "Next lab",
    ],
)
def test_missing_section(spoil, title):
    """Every fixed section is asked for by name."""
    lesson = spoil(f"# ## {title}\n", f"# ### {title}\n")

    assert f"There is no `## {title}`" in messages(anatomy.order(lesson))


def test_sections_in_order(spoil):
    """A fixed section in the wrong place is found."""
    lesson = spoil("# ## Warm-up", "# ## Recap")

    assert "stands too late" in messages(anatomy.order(lesson))


@pytest.mark.parametrize(
    "call", ["lab.fidelity()", "lab.receipt()", "lab.questions()", "lab.cleanup()"]
)
def test_section_without_its_call(spoil, call):
    """A section whose cell does not do what it is for is found."""
    assert f"has no cell with `{call}`" in messages(anatomy.order(spoil(call, "lab")))


def test_setup_names_the_lab(spoil):
    """The setup opens the lab of this lesson, not of another."""
    lesson = spoil('lab = Lab("07-parcels")', 'lab = Lab("06-streams")')

    assert 'has no cell with `lab = Lab("07-parcels"`' in messages(anatomy.order(lesson))


def test_nothing_broken(spoil):
    """A lab in which nothing breaks is found."""
    assert "Nothing is broken" in messages(anatomy.order(spoil("Break it · no", "No")))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("**Predict.** What", "What", "text that starts **Predict.**"),
        ('["predict-7.a"]', '["run"]', "a cell tagged predict-1.a"),
        ("**What we saw.** The", "The", "text that starts **What we saw.**"),
        ('lab.saw("7.a")', "lab", "a cell with lab.saw"),
    ],
)
def test_idea_without_a_step(spoil, old, new, expected):
    """An idea that skips predicting, running or looking back is found."""
    assert f"lacks {expected}" in messages(anatomy.ideas(spoil(old, new)))


def test_idea_without_a_run(text, spoil):
    """A prediction that nothing answers is found."""
    start = text.index('# %% tags=["demo"]')
    end = text.index('# %% tags=["run"]\nlab.saw')

    assert "'A parcel has a weight' lacks" in messages(anatomy.ideas(spoil(text[start:end], "")))


def test_idea_without_explanation(spoil):
    """An idea that is a bare heading is found."""
    lesson = spoil("# Scales give", "\n# %% [markdown]\n# Scales give")

    assert "lacks an explanation" in messages(anatomy.ideas(lesson))


def test_too_many_cells(spoil):
    """More than sixty cells are too many; what only solutions/ shows does not count."""
    many = '# %% tags=["run"]\n1\n\n' * 40
    hidden = '# %% tags=["solution-only"]\n1\n\n' * 40

    assert "at most 60" in messages(
        anatomy.size(spoil("# %% [markdown]\n# ## Recap", many + "# %% [markdown]\n# ## Recap"))
    )
    assert (
        anatomy.size(spoil("# %% [markdown]\n# ## Recap", hidden + "# %% [markdown]\n# ## Recap"))
        == []
    )


def test_too_many_ideas(spoil):
    """More than five ideas are too many."""
    more = "".join(f"# %% [markdown]\n# ## Idea {n}\n\n" for n in range(5))
    lesson = spoil("# %% [markdown]\n# ## Recap", more + "# %% [markdown]\n# ## Recap")

    assert "6 ideas; at most 5" in messages(anatomy.size(lesson))


def test_next_lab(lesson, spoil):
    """The end of a lab tells the command that opens the next one; the last lab has none."""
    assert [] == anatomy.next_lab(lesson)

    lost = anatomy.next_lab(spoil("kit.py lab 08", "kit.py lab 09"))
    last = spoil('"number": "07"', '"number": "11"')

    assert "Name `python3 kit.py lab 08`" in "".join(problem.message for problem in lost)
    assert [] == anatomy.next_lab(last)
