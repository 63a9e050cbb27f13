"""A lesson's source: its cells, read line by line from jupytext's percent format.

Stricter than jupytext, so that nothing is ever split or dropped in silence: a cell starts with
`# %%` or `# %% [markdown]`, then `tags=[…]`, for a wrong answer `expect="…"`, and `teaches=[…]`,
which the coverage page lists; every line of a markdown cell starts with `#`; every code cell is
tagged and parses as Python.

Source of the format: jupytext.readthedocs.io, "The percent format".
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

HEADER = re.compile(
    r'# %%(?P<markdown> \[markdown\])?(?: tags=(?P<tags>\[[^\]]*\]))?(?: expect=(?P<expect>".*"))?'
    r"(?: teaches=(?P<teaches>\[[^\]]*\]))?"
)
SPLITS = re.compile(r"\s*#\s*(%%|<codecell>|In\[[0-9 ]*\]:?\s*$)")
MAGIC = re.compile(r"\s*(# ?)?[%!][A-Za-z]")
FENCE = re.compile(r"\s*(```+|~~~+)")
TAUGHT = re.compile(r"\d\d-\d\d|claim \d{1,2}|[A-Z]{3}-C\d\d \d\.\d")
"""A row of the inventory of topics, a claim heard elsewhere, or a task of an exam."""
TAG = re.compile(
    r"(?P<kind>setup|demo|run|solution-only|raises-exception|nbval-ignore-output"
    r"|predict(?=-)|exercise(?=-)|check(?=-)|wrong(?=-)|alternative(?=-))(?:-(?P<id>\d+\.[0-9a-z]+))?"
)
_FRONT = (
    'Begin with `# <!-- lab: {"number": "01", "title": "Handlers", "minutes_core": 45, '
    '"minutes_stretch": 30, "exam_tasks": []} -->`.'
)
WITH_ID = frozenset({"predict", "exercise", "check", "wrong", "alternative"})


class LessonError(Exception):
    """A lesson that cannot be read; its text is file:line, what is wrong, what to do."""

    def __init__(self, path: Path, line: int, what: str, next_step: str) -> None:
        super().__init__(f"{path}:{line}: {what} {next_step}")
        self.path = path
        self.line = line
        self.message = f"{what} {next_step}"


class CellKind(StrEnum):
    """The two kinds of cell a lesson has, in the notebook format's words."""

    CODE = "code"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as its source has it; `line` is the first line of its text in the lesson."""

    kind: CellKind
    line: int
    source: str
    tags: tuple[str, ...] = ()
    expect: str = ""
    teaches: tuple[str, ...] = ()

    def has(self, *tags: str) -> bool:
        """Tell whether the cell carries one of these tags."""
        return any(tag in self.tags for tag in tags)

    def about(self, kind: str) -> str | None:
        """Return the id a tag of this kind names: "1.2" for `exercise` in `exercise-1.2`."""
        for tag in self.tags:
            if tag.startswith(f"{kind}-") and tag[len(kind) + 1 :][:1].isdigit():
                return tag[len(kind) + 1 :]
        return None

    @property
    def is_markdown(self) -> bool:
        """Tell whether the cell holds text rather than code."""
        return self.kind is CellKind.MARKDOWN

    @property
    def is_answer(self) -> bool:
        """Tell whether the cell is for the tests alone: a wrong or an alternative answer."""
        return self.about("wrong") is not None or self.about("alternative") is not None


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a lesson says about itself in the first line of its first cell.

    `closed` lists exercises with one right answer only, `again` terms that it explains once more.
    """

    number: str
    title: str
    minutes_core: int
    minutes_stretch: int
    exam_tasks: tuple[str, ...]
    closed: tuple[str, ...] = ()
    again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: what it says about itself, and its cells in order."""

    path: Path
    front: FrontMatter
    cells: tuple[Cell, ...]

    @property
    def slug(self) -> str:
        """The lesson's name everywhere: "01-handlers"."""
        return self.path.stem

    def exercise_ids(self) -> tuple[str, ...]:
        """Return the ids of the exercises, in order of first appearance."""
        ids = (cell.about("exercise") for cell in self.cells)
        return tuple(dict.fromkeys(found for found in ids if found is not None))


def read_lesson(path: Path) -> Lesson:
    """Read a lesson file, or raise LessonError naming the line that cannot be read."""
    return parse_lesson(path, path.read_text(encoding="utf-8"))


def parse_lesson(path: Path, text: str) -> Lesson:
    """Read a lesson from its text; `path` gives its name and stands in every error."""
    cells = [_cell(path, line, header, body) for line, header, body in _split(path, text)]
    if not cells or not cells[0].is_markdown:
        raise LessonError(
            path, 1, "The lesson does not open with text.", "Start with # %% [markdown]."
        )
    front, first = _front_matter(path, cells[0])
    return Lesson(path, front, (first, *cells[1:]))


def _split(path: Path, text: str) -> Iterator[tuple[int, re.Match[str], list[str]]]:
    """Yield (line number of the header, header, lines of the body) for each cell."""
    header: re.Match[str] | None = None
    started, body = 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        found = HEADER.fullmatch(line.rstrip())
        if found is None and SPLITS.match(line):
            raise LessonError(
                path,
                number,
                f"{line.strip()!r} would start a new cell here.",
                'A header is `# %%`, `# %% [markdown]`, then tags=["…"], expect="…", teaches=[…]; '
                "leave %% out of text, code and diagrams.",
            )
        if found is None and header is None and line.strip():
            raise LessonError(
                path, number, "Text before the first cell.", "Start with # %% [markdown]."
            )
        if found is None:
            body.append(line.rstrip())
            continue
        if header is not None:
            yield started, header, body
        header, started, body = found, number, []
    if header is not None:
        yield started, header, body


def _cell(path: Path, started: int, header: re.Match[str], body: list[str]) -> Cell:
    line = started + 1
    while body and not body[-1]:
        body.pop()
    while body and not body[0]:
        body.pop(0)
        line += 1
    if not body:
        raise LessonError(path, started, "An empty cell.", "Fill it or take it out.")
    tags = _tags(path, started, header["tags"])
    expect = _expect(path, started, header["expect"], tags)
    kind = CellKind.MARKDOWN if header["markdown"] else CellKind.CODE
    teaches = _teaches(path, started, header["teaches"])
    if kind is CellKind.MARKDOWN:
        return Cell(kind, line, _uncommented(path, line, body), tags, expect, teaches)
    source = "\n".join(body)
    _check_code(path, line, source, tags)
    return Cell(kind, line, source, tags, expect, teaches)


def _teaches(path: Path, line: int, written: str | None) -> tuple[str, ...]:
    example = 'Write teaches=["02-01", "claim 5", "DVA-C03 1.2"].'
    try:
        taught = json.loads(written or "[]")
    except json.JSONDecodeError:
        raise LessonError(path, line, f"Cannot read teaches={written}.", example) from None
    for each in taught:
        if not isinstance(each, str) or not TAUGHT.fullmatch(each):
            raise LessonError(path, line, f"Unknown topic {each!r}.", example)
    return tuple(taught)


def _tags(path: Path, line: int, written: str | None) -> tuple[str, ...]:
    try:
        tags = json.loads(written or "[]")
    except json.JSONDecodeError:
        raise LessonError(
            path, line, f"Cannot read tags={written}.", 'Write tags=["demo"].'
        ) from None
    for tag in tags:
        found = TAG.fullmatch(tag) if isinstance(tag, str) else None
        if found is None or (found["kind"] in WITH_ID) != (found["id"] is not None):
            raise LessonError(
                path,
                line,
                f"Unknown tag {tag!r}.",
                "Tags: setup demo run predict-1.a exercise-1.2 check-1.2 solution-only wrong-1.2 "
                "alternative-1.2 raises-exception nbval-ignore-output.",
            )
    return tuple(tags)


def _expect(path: Path, line: int, written: str | None, tags: tuple[str, ...]) -> str:
    wrong = any(tag.startswith("wrong-") for tag in tags)
    try:
        expect = str(json.loads(written)) if written else ""
    except json.JSONDecodeError:
        raise LessonError(
            path, line, f"Cannot read expect={written}.", 'Write expect="…".'
        ) from None
    if wrong != bool(expect):
        what = "A wrong answer says no expect" if wrong else "Only a wrong answer has expect"
        raise LessonError(
            path, line, f"{what}.", 'Write tags=["wrong-1.2"] expect="part of its feedback".'
        )
    return expect


def _uncommented(path: Path, line: int, body: list[str]) -> str:
    """Return the text of a markdown cell, its comment marks taken off."""
    fence = ""
    text = []
    for number, written in enumerate(body, start=line):
        if not written.startswith("#"):
            raise LessonError(path, number, "A line of text without its #.", "Start it with `# `.")
        text.append(written[2:] if written.startswith("# ") else written[1:])
        mark = FENCE.match(text[-1])
        if mark:
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
    if fence:
        raise LessonError(
            path, line, f"A code block is not closed ({fence}).", "Close it in its cell."
        )
    return "\n".join(text)


def _check_code(path: Path, line: int, source: str, tags: tuple[str, ...]) -> None:
    if not tags:
        raise LessonError(
            path, line - 1, "A code cell without a tag.", 'Say what it is: tags=["demo"].'
        )
    for number, written in enumerate(source.splitlines(), start=line):
        if MAGIC.match(written):
            raise LessonError(
                path, number, f"{written.strip()!r} is a magic.", "Use plain Python calls."
            )
    try:
        ast.parse(source)
    except SyntaxError as error:
        raise LessonError(
            path,
            line + (error.lineno or 1) - 1,
            f"This cell is not Python: {error.msg}.",
            "Mend it; a `# %%` line inside a string would have cut the cell in two.",
        ) from None


def _front_matter(path: Path, first: Cell) -> tuple[FrontMatter, Cell]:
    """Return what the lesson says about itself, and its first cell without that line."""
    head, _, rest = first.source.partition("\n")
    found = re.fullmatch(r"<!-- lab: (\{.*\}) -->", head)
    if found is None:
        raise LessonError(path, first.line, "No front matter.", _FRONT)
    try:
        fields = json.loads(found[1])
        lists = ("exam_tasks", "closed", "again")
        fields |= {name: tuple(fields[name]) for name in lists if name in fields}
        front = FrontMatter(**fields)
    except (json.JSONDecodeError, TypeError) as error:
        raise LessonError(path, first.line, f"Front matter: {error}.", _FRONT) from None
    return front, replace(first, line=first.line + 1, source=rest.lstrip("\n"))
