"""The pages tell which cell teaches what, and what is still to come."""

from __future__ import annotations

import pytest

from tools.coverage.__main__ import main
from tools.coverage.pages import pages, stale_pages, write_pages


@pytest.fixture
def page(course) -> str:
    """The coverage page of the good course."""
    return next(text for path, text in pages(course).items() if path.stem == "coverage")


def test_topics(page):
    """A topic links to the heading that teaches it; one whose lab is to come has no link."""
    where = "[07 · A parcel has a weight](../labs/07-parcels.ipynb#A-parcel-has-a-weight)"

    assert f"| 07-01 | what a scale says<br>*What it is given.* | {where} |" in page
    assert "### U08 · Postage (lab 08, to come)" in page
    assert "| 08-01 | what a stamp costs |  |" in page
    assert "- 09-01: an advertisement" in page


def test_claims(page):
    """A claim stands beside what is right, its source, and where it is shown."""
    row = next(line for line in page.splitlines() if line.startswith("| 1 | Every parcel"))

    assert "Each has its own weight. [source](https://docs.aws" in row
    assert "(../labs/07-parcels.ipynb#A-parcel-has-a-weight)" in row


def test_exam_tasks(page):
    """A task tells its cells, labs and questions, and what is missing; so does a whole domain."""
    row = next(line for line in page.splitlines() if line.startswith("| 1.2 code of functions"))

    assert "[07](../labs/07-parcels.ipynb)" in row
    assert row.endswith("| 5 | Go |")
    assert "**Domain 2: Security, 26 %**\n\nThe kit covers none of it." in page


def test_write_and_compare(course):
    """What is written is current; what is edited afterwards, or its lesson, is stale."""
    written = write_pages(course)

    assert ["coverage.md", "glossary.md"] == sorted(path.name for path in written)
    assert [] == stale_pages(course)
    assert [] == write_pages(course)

    path = course.root / "lessons" / "07-parcels.py"
    path.write_text(path.read_text("utf-8").replace("**scale**", "**pan**"), encoding="utf-8")

    assert ["docs/glossary.md is not what lessons/ say. Run: python3 kit.py build"] == (
        stale_pages(course)
    )


def test_command(course, capsys):
    """The command compares or writes; an unreadable lesson is told by its line."""
    arguments = ["--root", str(course.root)]

    assert 1 == main(["--check", *arguments])
    assert "docs/glossary.md is not" in capsys.readouterr().err
    assert 0 == main(arguments)
    assert 0 == main(["--check", *arguments])

    path = course.root / "lessons" / "07-parcels.py"
    path.write_text(path.read_text("utf-8") + "\n# %% [raw]\n", encoding="utf-8")

    assert 1 == main(arguments)
    assert f"{path}:" in capsys.readouterr().err
