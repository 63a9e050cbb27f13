"""Terms are found where bold names a thing, with the sentence that explains it."""

from __future__ import annotations

import pytest

from tools.coverage.glossary_page import glossary_page
from tools.coverage.terms import terms

GOOD = "A **scale** weighs one parcel at a time and knows no other."


def test_term(lesson):
    """A word in bold is a term; its sentence, its place and its line are known."""
    (term,) = terms(lesson)

    assert ("scale", GOOD.replace("**", "")) == (term.name, term.explanation)
    assert "[07 · Warm-up](../labs/07-parcels.ipynb#Warm-up)" == term.place.link()
    assert GOOD in lesson.path.read_text("utf-8").splitlines()[term.line - 1]


@pytest.mark.parametrize(
    "prose",
    [
        "**Note.** The scale is new.",
        "**First, a scale:** it weighs.",
        "**Given** a scale.",
        "It takes **15 minutes** at most.",
        "| the scale | weighs **twice** |",
        "**08 · Postage**: what comes next.",
    ],
)
def test_no_term(spoil, prose):
    """Labels, numbers, and bold inside a table are no terms."""
    assert [] == terms(spoil(GOOD, prose))


@pytest.mark.parametrize(
    ("prose", "name", "explanation"),
    [
        (
            "It has a **pan**. One puts parcels on it.",
            "pan",
            "It has a pan. One puts parcels on it.",
        ),
        ("| **pan** | holds `<parcel>` | of tin |", "pan", "holds `<parcel>` · of tin"),
        (
            "Call `scale.weigh. Now` and get the [**net weight**](#Setup), in grams, at once.",
            "net weight",
            "Call `scale.weigh. Now` and get the net weight, in grams, at once.",
        ),
    ],
)
def test_explanation(spoil, prose, name, explanation):
    """A short sentence takes the next along; a row explains its first cell; code stays code."""
    (term,) = terms(spoil(GOOD, prose))

    assert (name, explanation) == (term.name, term.explanation)


def test_solutions_hold_no_terms(spoil):
    """What a learner sees only in solutions/ is not in the glossary."""
    lesson = spoil("Two parcels weigh twice", "A **pair** of parcels weighs twice")

    assert ["scale"] == [term.name for term in terms(lesson)]


def test_glossary(lesson, spoil):
    """Each term stands once, by its first lab, whatever its case and number; sorted by letter."""
    other = spoil(GOOD, "**Scales** weigh what an **arm** lifts onto them, one by one, all day.")
    page = glossary_page([lesson, other])

    assert page.index("## A") < page.index("| **arm**") < page.index("## S")
    assert "| **scale** | A scale weighs" in page
    assert "| **Scales**" not in page
