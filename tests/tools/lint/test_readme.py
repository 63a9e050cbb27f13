"""README's table equals lessons/: each difference is found."""

from __future__ import annotations

import pytest

from tools.lint.readme import table


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("(labs/07-parcels.ipynb)", "", "README has no row for 07-parcels"),
        ("[Parcels]", "[Packages]", "This row should start `| 07 | [Parcels]"),
        ("5 min", "45 min", "This row should start"),
        ("07-parcels.ipynb", "08-other.ipynb", "There is no lesson '08-other'"),
    ],
)
def test_differences(course, lesson, old, new, expected):
    """A missing row, another title, other minutes and a lab that is not there are found."""
    readme = course.root / "README.md"
    text = readme.read_text(encoding="utf-8")

    assert table(readme, [lesson]) == []

    readme.write_text(text.replace(old, new), encoding="utf-8")

    assert expected in "\n".join(map(str, table(readme, [lesson])))
