"""Rules of prose, each shown to find a spoiled lesson."""

from __future__ import annotations

import pytest

from tools.lint import markdown, prose
from tools.lint.problem import Problem

HERE = "Scales give whole grams."


def messages(problems: list[Problem]) -> str:
    return "\n".join(map(str, problems))


def test_good_lesson(lesson):
    """Plain short prose has no problem."""
    rules = (prose.cell_lengths, prose.sentence_lengths, prose.word_choice, prose.heading_style)

    assert [problem for rule in rules for problem in rule(lesson)] == []


def test_long_cell(spoil):
    """More than 120 words in one cell are too many to read before a run."""
    lesson = spoil(HERE, "Scales give whole grams. " * 31)

    assert "at most 120" in messages(prose.cell_lengths(lesson))


def test_code_and_tables_are_not_prose(spoil):
    """Words in a table or a fenced block do not count."""
    row = "| " + "word " * 130 + "|"
    fence = "```\n# " + "word " * 130 + "\n# ```"

    assert prose.cell_lengths(spoil(HERE, f"{row}\n#\n# {fence}")) == []


def test_long_sentence(spoil):
    """A sentence of more than thirty words is found at its line."""
    lesson = spoil(HERE, "word " * 31 + "end.")
    line = lesson.cells[4].line + 2

    assert line == prose.sentence_lengths(lesson)[0].line
    assert "A sentence of 32 words" in messages(prose.sentence_lengths(lesson))


def test_code_span_counts_as_one_word(spoil):
    """A span of code or a link does not make a sentence long."""
    code = "`" + "a b c " * 20 + "`"

    assert (
        prose.sentence_lengths(spoil(HERE, f"Call {code} and read [it](https://a.b/c?d=e).")) == []
    )


def test_mean_sentence(text, spoil):
    """Sentences may be long one by one, not all of them."""
    lesson = spoil(HERE, ("word " * 24 + "end. ") * 40)

    assert "words a sentence on average; at most 17" in messages(prose.sentence_lengths(lesson))


@pytest.mark.parametrize("word", ["simply", "Just", "just"])
def test_belittling_words(spoil, word):
    """Words that make a hard thing sound easy are found; in code they are fine."""
    assert "belittles" in messages(prose.word_choice(spoil(HERE, f"{word} weigh it.")))
    assert prose.word_choice(spoil(HERE, f"Call `{word}` and adjust.")) == []


@pytest.mark.parametrize("title", ["A Parcel Has a Weight", "Weights · what They do"])
def test_title_case(spoil, title):
    """Headings are in sentence case."""
    lesson = spoil("## A parcel has a weight", f"## {title}")

    assert "not in sentence case" in messages(prose.heading_style(lesson))


@pytest.mark.parametrize(
    "title", ["What AWS Lambda does", "Why `Handler` fails", "Parcels · A start"]
)
def test_names_keep_their_capitals(spoil, title):
    """Names, code and the first word after a dot keep their capitals."""
    assert prose.heading_style(spoil("## A parcel has a weight", f"## {title}")) == []


def test_emoji_in_heading(spoil):
    """A heading carries no emoji."""
    lesson = spoil("## A parcel has a weight", "## A parcel 📦 has a weight")

    assert "An emoji" in messages(prose.heading_style(lesson))


def test_bold_is_read_whole(spoil):
    """Bold before a word is no mark of a list: no character of a sentence is lost."""
    lesson = spoil(HERE, "A **parcel** has `grams * 2` in it.")
    blocks = [block.text for cell in lesson.cells for block in markdown.blocks(cell)]

    assert "A **parcel** has `grams * 2` in it." in " ".join(blocks)
