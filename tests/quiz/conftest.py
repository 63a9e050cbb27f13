from __future__ import annotations

from helpers.quiz.bank import Item
from helpers.quiz.questions import Option, Question


def item(
    name: str = "01-1", *, slug: str = "01-x", rights: str = "A", options: int = 3, tasks: str = ""
) -> Item:
    """Return a question whose right options are the letters of `rights`."""
    letters = [chr(ord("A") + place) for place in range(options)]
    return Item(
        slug,
        Question(
            name,
            f"What of {name}?",
            tuple(Option(f"option {x}", x in rights, f"reason {x}") for x in letters),
            tuple(tasks.split(", ")) if tasks else (),
            "https://docs.aws.amazon.com/lambda/latest/dg/welcome.html",
            "2026-11",
        ),
    )
