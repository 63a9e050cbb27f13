"""The anatomy of a lab: its opening, its sections in their order, and the steps of each idea.

Opening (the first cell): `# Lab 01 · Handlers`, then `**Ticket.**`, `**Promise.**`,
`**You will be able to**`, `**Minutes.**`, `**Know first.**`, `**Exam tasks.**`.

Sections: `## Setup`, `## Warm-up` (not in lab 00), one to five ideas under headings of their own,
at least one heading that begins `Break it`, then `## Recap`, `## Heard elsewhere` (lab 00: may be
missing), `## In real AWS`, `## Receipt`, `## Questions`, `## More` (with stretch exercises),
`## Clean up`, `## Next lab`.

An idea: explain → `**Predict.**` → a predict cell → demo or run cells → `**What we saw.**` with
`lab.saw`. Lab 00 needs one idea with all of these; every other lab, all of its ideas.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.lint.markdown import headings
from tools.lint.problem import Problem
from tools.notebooks.source import Cell, Lesson

MAX_CELLS = 60
MAX_IDEAS = 5
LAST_LAB = "11"
"""The last lab of part one: what comes after it is not there yet."""
LABELS = ("Ticket.", "Promise.", "You will be able to", "Minutes.", "Know first.", "Exam tasks.")
BEFORE = ("Setup", "Warm-up")
AFTER = (
    "Recap",
    "Heard elsewhere",
    "In real AWS",
    "Receipt",
    "Questions",
    "More",
    "Clean up",
    "Next lab",
)
CALLS = {
    "In real AWS": "lab.fidelity()",
    "Receipt": "lab.receipt()",
    "Questions": "lab.questions()",
    "Clean up": "lab.cleanup()",
}
BREAK_IT = "Break it"
STEPS = ("predict-text", "predict", "run", "saw-text")
STEP_NAMES = {
    "predict-text": "text that starts **Predict.**",
    "predict": 'a cell tagged predict-1.a with lab.predict("1.a", ...)',
    "run": "a cell tagged demo or run",
    "saw-text": "text that starts **What we saw.**",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a lesson under one `##` heading, up to the next."""

    title: str
    line: int
    cells: tuple[Cell, ...]

    @property
    def is_idea(self) -> bool:
        """Tell whether the section is one of the lab's ideas."""
        return self.title not in (*BEFORE, *AFTER) and not self.title.startswith(BREAK_IT)


def sections(lesson: Lesson) -> list[Section]:
    """Return the sections of a lesson, in order; the opening is none of them."""
    found: list[tuple[str, int, list[Cell]]] = []
    for cell in lesson.cells:
        title = next((heading for heading in headings(cell) if heading.level == 2), None)
        if title is not None:
            found.append((title.title, title.line, []))
        if found:
            found[-1][2].append(cell)
    return [Section(title, line, tuple(cells)) for title, line, cells in found]


def opening(lesson: Lesson) -> list[Problem]:
    """Find what the first cell lacks."""
    first, front = lesson.cells[0], lesson.front
    problems = []
    title = f"# Lab {front.number} · {front.title}"
    if first.source.splitlines()[0] != title:
        problems.append(
            f"The lab's title is not its front matter's. Begin the text with `{title}`."
        )
    found = re.findall(r"^(?:> ?)?\*\*(.+?)\*\*", first.source, flags=re.MULTILINE)
    labels = [label for label in found if label in LABELS]
    if labels != list(LABELS):
        wanted = " ".join(f"**{label}**" for label in LABELS)
        problems.append(f"The opening has {labels}. Write at line starts, in order: {wanted}.")
    minutes = [front.minutes_core, *([front.minutes_stretch] if front.minutes_stretch else [])]
    line = _line_with(first, "**Minutes.**")
    lacking = [n for n in minutes if not re.search(rf"\b{n}\b", line)]
    if lacking:
        problems.append(f"**Minutes.** does not say {lacking}. Say the front matter's minutes.")
    exam = first.source.partition("**Exam tasks.**")[2]
    missing = [task for task in front.exam_tasks if task not in exam]
    if missing:
        problems.append(f"**Exam tasks.** does not name {missing}. Name the front matter's tasks.")
    if front.number != lesson.slug[:2]:
        problems.append(f"Front matter says number {front.number!r}. Take the file's number.")
    return [Problem(lesson.path, first.line, message) for message in problems]


def order(lesson: Lesson) -> list[Problem]:
    """Find fixed sections that are missing, out of order, or without their call."""
    found = sections(lesson)
    required = [name for name in (*BEFORE, *AFTER) if name not in _optional(lesson)]
    titles = [section.title for section in found]
    problems = [
        Problem(
            lesson.path,
            1,
            f"There is no `## {name}`. Add it, in the order of tools/lint/anatomy.py.",
        )
        for name in required
        if name not in titles
    ]
    ranks = [_rank(section) for section in found]
    for before, after, section in zip(ranks, ranks[1:], found[1:], strict=False):
        if after < before:
            message = (
                f"`## {section.title}` stands too late. Keep the order of tools/lint/anatomy.py."
            )
            problems.append(Problem(lesson.path, section.line, message))
    for section in found:
        call = CALLS.get(
            section.title, f'lab = Lab("{lesson.slug}"' if section.title == "Setup" else ""
        )
        if call and not any(call in cell.source for cell in section.cells if not cell.is_markdown):
            message = f"`## {section.title}` has no cell with `{call}`. Add one."
            problems.append(Problem(lesson.path, section.line, message))
    if not any(h.title.startswith(BREAK_IT) for cell in lesson.cells for h in headings(cell)):
        message = "Nothing is broken. Add a heading `## Break it · what breaks`."
        problems.append(Problem(lesson.path, 1, message))
    return problems


def ideas(lesson: Lesson) -> list[Problem]:
    """Find ideas that miss a step of predict, run and saw."""
    found = [section for section in sections(lesson) if section.is_idea]
    lacking = [(section, step) for section in found if (step := _missing_step(section))]
    if not found:
        return [Problem(lesson.path, 1, "There is no idea. Add `## A sentence-case heading`.")]
    if lesson.front.number == "00" and len(lacking) < len(found):
        return []
    return [
        Problem(
            lesson.path, section.line, f"The idea {section.title!r} lacks {step}. Add it in order."
        )
        for section, step in lacking
    ]


def size(lesson: Lesson) -> list[Problem]:
    """Find a lab whose core, all that stands before `## More`, has too many cells or ideas."""
    more = next((s.line for s in sections(lesson) if s.title == "More"), None)
    core = [cell for cell in lesson.cells if more is None or cell.line < more]
    shown = [cell for cell in core if not (cell.is_answer or cell.has("solution-only"))]
    count = sum(section.is_idea for section in sections(lesson))
    problems = []
    if len(shown) > MAX_CELLS:
        problems.append(
            f"{len(shown)} cells before `## More`; at most {MAX_CELLS}. Take out or join some."
        )
    if count > MAX_IDEAS:
        problems.append(f"{count} ideas; at most {MAX_IDEAS}. Move one to another lab.")
    return [Problem(lesson.path, 1, message) for message in problems]


def next_lab(lesson: Lesson) -> list[Problem]:
    """Find an end that does not say how to go on."""
    found = [section for section in sections(lesson) if section.title == "Next lab"]
    following = f"{int(lesson.front.number) + 1:02}"
    text = "".join(cell.source for section in found for cell in section.cells)
    if not found or lesson.front.number == LAST_LAB or f"kit.py lab {following}" in text:
        return []
    message = f"`## Next lab` does not tell how to open it. Name `python3 kit.py lab {following}`."
    return [Problem(lesson.path, found[0].line, message)]


def _optional(lesson: Lesson) -> set[str]:
    return {"More"} | ({"Warm-up", "Heard elsewhere"} if lesson.front.number == "00" else set())


def _rank(section: Section) -> int:
    """Return where a section belongs; ideas and broken things mix freely."""
    if section.title in BEFORE:
        return BEFORE.index(section.title)
    if section.title in AFTER:
        return len(BEFORE) + 1 + AFTER.index(section.title)
    return len(BEFORE)


def _missing_step(section: Section) -> str:
    """Return the first step of an idea that is missing, or nothing."""
    if len(section.cells[0].source.splitlines()) < 2:
        return "an explanation under its heading"
    steps = iter([_step(cell) for cell in section.cells])
    for wanted in STEPS:
        if wanted not in steps:
            return STEP_NAMES[wanted]
    if not any("lab.saw(" in cell.source for cell in section.cells):
        return 'a cell with lab.saw("1.a")'
    return ""


def _step(cell: Cell) -> str:
    if cell.is_markdown:
        if cell.source.startswith("**Predict.**"):
            return "predict-text"
        return "saw-text" if cell.source.startswith("**What we saw.**") else ""
    if cell.about("predict"):
        return "predict"
    # lab.saw itself is tagged run: it shows nothing of what happened.
    return "run" if cell.has("demo", "run") and "lab.saw(" not in cell.source else ""


def _line_with(cell: Cell, label: str) -> str:
    return next((line for line in cell.source.splitlines() if label in line), "")
