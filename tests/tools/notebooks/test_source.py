"""Reading lessons: the same cells as jupytext, and a line number for everything refused."""

from __future__ import annotations

from pathlib import Path

import jupytext
import pytest

from tools.notebooks.checkout import Checkout
from tools.notebooks.source import CellKind, LessonError, parse_lesson, read_lesson

FRONT = (
    '# %% [markdown]\n# <!-- lab: {"number": "07", "title": "P", "minutes_core": 5, '
    '"minutes_stretch": 0, "exam_tasks": []} -->\n# # Lab 07 · P\n\n'
)
PATH = Path("lessons/07-p.py")


def lessons() -> list[Path]:
    return [*Checkout().lesson_paths(), Path(__file__).parents[1] / "course/lessons/07-parcels.py"]


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_the_same_cells_as_jupytext(path):
    """jupytext, which authors' editors use, reads the same cells, tags and expectations."""
    read = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent").cells
    ours = read_lesson(path).cells
    first = read[0].source.partition("\n")[2]

    assert [(str(c.kind), c.source, list(c.tags), c.expect, list(c.teaches)) for c in ours] == [
        (
            cell.cell_type,
            first if number == 0 else cell.source.strip("\n"),
            cell.metadata.get("tags", []),
            cell.metadata.get("expect", ""),
            cell.metadata.get("teaches", []),
        )
        for number, cell in enumerate(read)
    ]


def test_cells_and_lines():
    """A cell knows its kind, its tags, and the line its text begins on."""
    lesson = parse_lesson(PATH, FRONT + '# %% tags=["demo", "raises-exception"]\n\nx = 1\n\n\n')
    cell = lesson.cells[1]

    assert (cell.kind, cell.line, cell.source) == (CellKind.CODE, 7, "x = 1")
    assert cell.tags == ("demo", "raises-exception")
    assert lesson.front.title == "P"
    assert lesson.cells[0].source == "# Lab 07 · P"


def test_a_cell_says_what_it_teaches():
    """Rows of the inventory, claims heard elsewhere and tasks of exams, for the coverage page."""
    header = '# %% [markdown] tags=["solution-only"] teaches=["02-01", "claim 5", "DVA-C03 1.2"]'
    cell = parse_lesson(PATH, FRONT + f"{header}\n# Text.\n").cells[1]

    assert (cell.tags, cell.source) == (("solution-only",), "Text.")
    assert cell.teaches == ("02-01", "claim 5", "DVA-C03 1.2")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# %% [markdown]\n# Text.\n# %%{init: {}}%%\n", 7, "would start a new cell"),
        ("# %% [markdown]\n# ```mermaid\n# %% a comment\n# ```\n", 7, "would start a new cell"),
        ('# %% tags=["demo"]\nif x:\n    # %% inside\n    y()\n', 7, "would start a new cell"),
        ('# %% tags=["demo"]\n# In[3]:\n', 6, "would start a new cell"),
        ("# %% [raw]\n# text\n", 5, "would start a new cell"),
        ('# %% tags=["demo"] name="x"\nx = 1\n', 5, "would start a new cell"),
        ('# %% tags=["demo"]\ntext = """\n# %% tags=["run"]\n"""\n', 6, "not Python"),
        ("# %% [markdown]\n# ```\n# open\n", 6, "is not closed"),
        ("# %% [markdown]\n# Text.\nmore\n", 7, "A line of text without its #"),
        ("# %%\nx = 1\n", 5, "without a tag"),
        ('# %% tags=["demo"]\n', 5, "An empty cell"),
        ('# %% tags=["demo"]\nx = 1\ny = = 2\n', 7, "not Python"),
        ('# %% tags=["demo"]\n%time x\n', 6, "is a magic"),
        ('# %% tags=["demo"]\nx = 1\n# !ls\n', 7, "is a magic"),
        ('# %% tags=["demos"]\nx = 1\n', 5, "Unknown tag 'demos'"),
        ('# %% tags=["exercise"]\nx = 1\n', 5, "Unknown tag 'exercise'"),
        ('# %% tags=["demo-1.2"]\nx = 1\n', 5, "Unknown tag 'demo-1.2'"),
        ("# %% tags=[demo]\nx = 1\n", 5, "Cannot read tags"),
        ('# %% tags=["wrong-7.1"]\nx = 1\n', 5, "says no expect"),
        ('# %% tags=["demo"] expect="x"\nx = 1\n', 5, "Only a wrong answer has expect"),
        ('# %% [markdown] teaches=["02-1"]\n# Text.\n', 5, "Unknown topic '02-1'"),
        ("# %% [markdown] teaches=[02-01]\n# Text.\n", 5, "Cannot read teaches"),
    ],
)
def test_refused(text, line, words):
    """What percent format would split, or the builder cannot place, is refused by its line."""
    with pytest.raises(LessonError) as refused:
        parse_lesson(PATH, FRONT + text)

    assert (refused.value.line, words in str(refused.value)) == (line, True)
    assert str(refused.value).startswith(f"{PATH}:{line}: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import os\n" + FRONT, "Text before the first cell"),
        ('# %% tags=["demo"]\nx = 1\n', "does not open with text"),
        ("", "does not open with text"),
        ("# %% [markdown]\n# # Lab 07\n", "No front matter"),
        ('# %% [markdown]\n# <!-- lab: {"number": "07"} -->\n# text\n', "Front matter:"),
        ("# %% [markdown]\n# <!-- lab: {number} -->\n# text\n", "Front matter:"),
    ],
)
def test_no_lesson(text, words):
    """A file that does not begin as a lesson is refused."""
    with pytest.raises(LessonError, match=words):
        parse_lesson(PATH, text)
