"""A picture about policies: the drawing, and the JSON to copy below it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from helpers.views.names import UNSEEN
from helpers.views.panel import code, indented, paragraph
from helpers.views.picture import Picture, draw
from helpers.views.svg import Svg

WIDTH, MARGIN = 760.0, 12.0
MOST_LINES = 60


@dataclass(frozen=True, slots=True, repr=False)
class PolicyPicture(Picture):
    """A picture with a policy `document` as JSON text; empty where there is nothing to add.

    `hint` is the sentence above the document.
    """

    document: str = ""
    hint: str = ""

    def html(self) -> str:
        """Return the drawing and, below it, the document to copy."""
        below = f"{paragraph(self.hint)}{code(_cut(self.document))}" if self.document else ""
        return f"{Picture.html(self)}{below}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy document to copy, as JSON text, and the sentence above it; may be empty."""

    document: str = ""
    hint: str = ""


def policy_picture(
    title: str, told: str, height: float, drawn: list[Svg], proposal: Proposal
) -> PolicyPicture:
    """Return a picture of this height; `told` is its text twin, without the document."""
    text = told
    if proposal.document:
        text = f"{told}\n{proposal.hint}\n{indented(_cut(proposal.document))}"
    base = draw(title, text, (WIDTH, height), *drawn)
    return PolicyPicture(base.drawing, base.text, base.title, proposal.document, proposal.hint)


def wrapped(text: str, width: int) -> list[str]:
    """Return text as lines of a width, without unseen characters."""
    return textwrap.wrap(UNSEEN.sub("\ufffd", text), width, break_on_hyphens=False) or [""]


def _cut(document: str) -> str:
    lines = [UNSEEN.sub("\ufffd", line) for line in document.splitlines()]
    left = len(lines) - MOST_LINES
    if left <= 1:
        return "\n".join(lines)
    return "\n".join([*lines[:MOST_LINES], f"… {left:,} more lines: print(….document) shows all"])
