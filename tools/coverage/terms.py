"""Terms: words in bold where a lesson uses them first, with the sentence that explains them.

A term is bold in running text, or fills the first cell of a table's row. Bold that ends in a
mark (`**Predict.**`, `**First, a role:**`) is a label, as are the words of an exercise's statement
and what begins with a digit; other bold in tables is for the eye. The opening and what only
solutions/ shows hold no terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.coverage.places import Place, placed
from tools.lint.markdown import LINK, SENTENCE_END, TAG, blocks, text_lines, words
from tools.notebooks.source import Cell, Lesson

BOLD = re.compile(r"\*\*(?P<text>[^*]+)\*\*")
LABELS = frozenset({"Given", "Goal", "Done when"})
ROW = re.compile(r"\|\s*\*\*(?P<name>[^*|]+)\*\*\s*\|(?P<rest>.*)\|\s*$")
ENOUGH_WORDS = 9
"""A sentence with fewer words needs the next one to explain anything."""
CODE = re.compile(r"(`[^`]+`)")
HELD = re.compile(r"§(\d+)§")


@dataclass(frozen=True, slots=True)
class Term:
    """A term as its lesson writes it, what the lesson says of it, and where."""

    name: str
    explanation: str
    place: Place
    line: int

    @property
    def key(self) -> str:
        """The term without its case and its plural: equal keys are one term."""
        return self.name.casefold().removesuffix("s")


def terms(lesson: Lesson) -> list[Term]:
    """Return a lesson's terms in order."""
    found: list[Term] = []
    for cell, place in list(placed(lesson))[1:]:
        if cell.is_markdown and not cell.has("solution-only"):
            found += _in_tables(cell, place)
            found += _in_prose(cell, place)
    return sorted(found, key=lambda term: term.line)


def _in_tables(cell: Cell, place: Place) -> Iterator[Term]:
    for line, text in text_lines(cell):
        row = ROW.match(text.strip())
        if row and not is_label(row["name"]):
            bare, held = _without_code(row["rest"])
            rest = " · ".join(part.strip() for part in bare.split("|") if part.strip())
            yield Term(row["name"].strip(), _release(_shown(rest), held), place, line)


def _in_prose(cell: Cell, place: Place) -> Iterator[Term]:
    for block in blocks(cell):
        text, held = _without_code(block.text)
        sentences = SENTENCE_END.split(text)
        for number, sentence in enumerate(sentences):
            for bold in BOLD.finditer(sentence):
                name = _release(bold["text"].strip(), held)
                if is_label(name):
                    continue
                explanation = _release(_shown(_explaining(sentences[number:])), held)
                yield Term(name, explanation, place, block.line)


def is_label(bold: str) -> bool:
    """Tell whether bold text names a step or a number rather than a thing."""
    text = bold.strip()
    return text in LABELS or text[-1:] in ".:?!,;" or text[:1].isdigit()


def _explaining(sentences: list[str]) -> str:
    """Return a term's sentence, with the next one where it is too short to say much."""
    first, after = sentences[0], sentences[1:2]
    short = len(words(first)) < ENOUGH_WORDS and not any(text.endswith(":") for text in after)
    return " ".join([first, *after] if short else [first])


def _without_code(text: str) -> tuple[str, list[str]]:
    """Return a text whose spans of code are numbers, and the spans: their dots end no sentence."""
    parts = CODE.split(text)
    held = parts[1::2]
    marked = [f"{part}§{number}§" for number, part in enumerate(parts[:-1:2])]
    return "".join([*marked, parts[-1]]), held


def _release(text: str, held: list[str]) -> str:
    return HELD.sub(lambda found: held[int(found[1])], text)


def _shown(text: str) -> str:
    """Return an explanation as the glossary shows it: no bold, no links, code as code."""
    return TAG.sub(" ", LINK.sub(r"\1", text)).replace("**", "").strip()
