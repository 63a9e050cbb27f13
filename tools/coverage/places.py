"""Places: which cell of which lab says that it teaches something, and how to link to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from tools.lint.markdown import headings
from tools.notebooks.source import Cell, Lesson


@dataclass(frozen=True, slots=True)
class Place:
    """The part of a lab that a heading opens; `solved` when only solutions/ shows it."""

    slug: str
    heading: str
    solved: bool = False

    @property
    def number(self) -> str:
        """The number of the lab."""
        return self.slug[:2]

    def link(self, text: str = "") -> str:
        """Return a link from docs/: `[01 · Setup](…)`, or with a text of its own."""
        folder = "solutions" if self.solved else "labs"
        anchor = quote(self.heading.replace("`", "").replace(" ", "-"), safe=",:!?'-.")
        label = text or f"{self.number} · {_label(self.heading)}"
        return f"[{label}](../{folder}/{self.slug}.ipynb#{anchor})"


def placed(lesson: Lesson) -> Iterator[tuple[Cell, Place]]:
    """Yield each cell of a lesson with the place it stands in."""
    current = ""
    for cell in lesson.cells:
        found = headings(cell)
        current = found[0].title if found else current
        yield cell, Place(lesson.slug, current, solved=cell.has("solution-only"))
        current = found[-1].title if found else current


def taught(lessons: Iterable[Lesson]) -> dict[str, list[Place]]:
    """Return where each id is taught: the places in the order of the course, each once."""
    found: dict[str, list[Place]] = {}
    for lesson in lessons:
        for cell, place in placed(lesson):
            for each in cell.teaches:
                places = found.setdefault(each, [])
                if place not in places:
                    places.append(place)
    return found


def _label(heading: str) -> str:
    """Return a heading as a short text of a link: `Exercise 1.1`, not its whole title."""
    return heading.partition(" · ")[0] if heading.startswith("Exercise ") else heading
