"""Bold that is no term, that nothing explains, or that comes again is found."""

from __future__ import annotations

import pytest

from tools.lint.glossary import explained, explained_twice

GOOD = "A **scale** weighs one parcel at a time and knows no other."


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("It is **not** a thing that weighs parcels at all.", "**not** is no term"),
        ("A **scale that weighs two parcels** is not here yet, they say.", "is no term"),
        ("It weighs **at the same time** as all of the others.", "is no term"),
        ("Take a **scale**.", "Nothing explains **scale**"),
        (f"{GOOD} Two **scales** weigh two parcels at the same time.", "bold in line"),
    ],
)
def test_faults(lesson, spoil, prose, expected):
    """Emphasis, whole phrases, lone words and second times are told by line."""
    assert [] == explained(lesson)

    (problem,) = explained(spoil(GOOD, prose))

    assert expected in problem.message


def test_guarantees_are_terms(spoil):
    """A guarantee that begins with a small word is a term all the same."""
    assert [] == explained(
        spoil(GOOD, "A queue delivers **at least once**: a message may come twice.")
    )


def test_explained_twice(lesson, spoil):
    """A term of an earlier lab is told in the later one, unless its front matter allows it."""
    later = spoil("a", "a")
    object.__setattr__(later, "path", later.path.with_name("08-postage.py"))
    (problem,) = explained_twice([lesson, later])

    assert "**scale** is explained in 07-parcels" in problem.message
    assert later.path == problem.path

    allowed = spoil('"closed": ["7.2"]', '"closed": ["7.2"], "again": ["Scales"]')
    object.__setattr__(allowed, "path", later.path)

    assert [] == explained_twice([lesson, allowed])
