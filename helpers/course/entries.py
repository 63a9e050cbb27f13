"""What a progress file holds: the shape of its entries, and how two records become one.

Every list only grows, and every entry carries its moment, so records of two notebooks or two
machines merge by union. Lists that an older file does not have are empty.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """One check that said passed or not yet; `answer` is a digest of what was submitted."""

    exercise: str
    status: str
    answer: str
    at: str


@dataclass(frozen=True, slots=True)
class Guess:
    """One recorded prediction."""

    prediction: str
    option: str
    at: str


@dataclass(frozen=True, slots=True)
class HintTaken:
    """One hint that was read; `number` is 1, 2 or 3."""

    exercise: str
    number: str
    at: str


@dataclass(frozen=True, slots=True)
class QuizAnswer:
    """One answered question: the letters chosen, and `right` or `wrong`."""

    question: str
    chosen: str
    verdict: str
    at: str


SHAPES: dict[str, type] = {
    "attempts": Attempt,
    "predictions": Guess,
    "hints": HintTaken,
    "answers": QuizAnswer,
}


def empty() -> dict[str, Any]:
    """Return a record without entries."""
    return {"format": FORMAT, "labs": {}}


def fits(stored: dict[str, Any]) -> bool:
    """Say whether an object read from a file is a record of this format, all the way down."""
    labs = stored.get("labs")
    if stored.get("format") != FORMAT or not isinstance(labs, dict):
        return False
    return all(
        isinstance(lists, dict)
        and all(
            _is_entry(entry, shape)
            for name, shape in SHAPES.items()
            for entry in lists.get(name, [])
        )
        for lists in labs.values()
    )


def lists_of(stored: dict[str, Any], slug: str) -> dict[str, list[dict[str, str]]]:
    """Return the lists of one lab, made if they are not there."""
    lists: dict[str, list[dict[str, str]]] = stored["labs"].setdefault(slug, {})
    for name in SHAPES:
        lists.setdefault(name, [])
    return lists


def merge(stored: dict[str, Any], other: dict[str, Any]) -> None:
    """Add to a record what another one has and it has not."""
    for slug in other["labs"]:
        mine, theirs = lists_of(stored, slug), lists_of(other, slug)
        for name in SHAPES:
            mine[name] += [entry for entry in theirs[name] if entry not in mine[name]]
            mine[name].sort(key=lambda entry: entry["at"])


def _is_entry(entry: object, shape: type) -> bool:
    names = {field.name for field in fields(shape)}
    if not isinstance(entry, dict) or set(entry) != names:
        return False
    try:
        datetime.fromisoformat(entry["at"])
    except (TypeError, ValueError):
        return False
    return all(isinstance(value, str) for value in entry.values())
