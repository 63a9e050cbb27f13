"""Reading a lesson's text: headings, blocks of prose, sentences, words, fences.

Enough markdown to count and to find, no more; tables and fenced code are not prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.notebooks.source import Cell, Lesson

HEADING = re.compile(r"(#{1,6}) (.+)")
FENCE = re.compile(r"\s*(```+|~~~+)\s*(\w*)")
ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)]) +")
CODE_SPAN = re.compile(r"(`+)(.+?)\1")
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
TAG = re.compile(r"<[^>]+>")
SENTENCE_END = re.compile(r"""(?<=[.!?…])["'”’)*_]*\s+(?=["'“‘(*_]*[A-Z0-9`§])""")
WORD = re.compile(r"[\w§][\w'’./:@%+-]*")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading and its line in the lesson."""

    level: int
    title: str
    line: int


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: its language, its text and its line in the lesson."""

    language: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a list item, as one line of text without fences, tables and tags."""

    text: str
    line: int


def text_lines(cell: Cell) -> Iterator[tuple[int, str]]:
    """Yield (line in the lesson, text) of a cell's lines outside fenced blocks."""
    fence = ""
    for number, line in enumerate(cell.source.splitlines(), start=cell.line):
        mark = FENCE.match(line)
        if mark:
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        elif not fence:
            yield number, line


def fences(cell: Cell) -> list[Fence]:
    """Return the fenced blocks of a cell."""
    found, opened, body = [], None, list[str]()
    for number, line in enumerate(cell.source.splitlines(), start=cell.line):
        mark = FENCE.match(line)
        if opened is None and mark:
            opened, body = (number, mark[1], mark[2]), []
        elif opened is not None and mark and mark[1].startswith(opened[1]):
            found.append(Fence(opened[2], "\n".join(body), opened[0]))
            opened = None
        else:
            body.append(line)
    return found


def headings(cell: Cell) -> list[Heading]:
    """Return the headings of a markdown cell."""
    if not cell.is_markdown:
        return []
    found = ((number, HEADING.fullmatch(line.rstrip())) for number, line in text_lines(cell))
    return [Heading(len(match[1]), match[2], number) for number, match in found if match]


def blocks(cell: Cell) -> list[Block]:
    """Return a cell's paragraphs and list items, each as one line of text."""
    found: list[tuple[int, list[str]]] = []
    open_block = False
    for number, line in text_lines(cell):
        text = line.strip().lstrip(">").strip()
        if not text or HEADING.match(text) or text.startswith(("|", "<!--")):
            open_block = False
            continue
        item = ITEM.match(text)
        if item or text.startswith("**") or not open_block:
            found.append((number, []))
        found[-1][1].append(text[item.end() :] if item else text)
        open_block = True
    return [Block(" ".join(lines), number) for number, lines in found]


def plain(text: str) -> str:
    """Return text without marks: a span of code is one word, a link is its label."""
    text = CODE_SPAN.sub("Code", text)  # capital, as the word may begin a sentence
    return TAG.sub(" ", LINK.sub(r"\1", text)).replace("**", "")


def sentences(block: Block) -> list[str]:
    """Return the sentences of a block; options set apart by ` · ` are sentences of their own."""
    parts = re.split(r"\s+·\s+", plain(block.text))
    return [sentence for part in parts for sentence in SENTENCE_END.split(part) if words(sentence)]


def words(text: str) -> list[str]:
    """Return the words of a plain text."""
    return WORD.findall(text)


def prose_cells(lesson: Lesson) -> list[Cell]:
    """Return the cells of text a reader sees."""
    return [cell for cell in lesson.cells if cell.is_markdown and not cell.is_answer]
