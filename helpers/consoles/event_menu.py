"""The events a console offers: templates of every source, saved ones, and what was sent before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.cloud.events.samples import SAMPLES, sample_named
from helpers.consoles.history import History
from helpers.consoles.saved_events import SavedEvents
from helpers.views.text import pretty

NEW = "new"
YOURS = "yours"


def offered(saved: Sequence[str], history: History[Any], *, yours: bool) -> list[tuple[str, str]]:
    """Return titles and keys; `yours` is a text that was typed over and would else be lost."""
    return [
        ("An empty event, {}", NEW),
        *([("The text you had before", YOURS)] if yours else []),
        *((f"Sent · {attempt.title}", f"sent:{attempt.number}") for attempt in history.attempts),
        *((f"Saved · {name}", f"saved:{name}") for name in saved),
        *((f"Template · {sample.title}", f"template:{sample.name}") for sample in SAMPLES),
    ]


def text_of(key: str, saved: SavedEvents, history: History[Any], yours: str) -> str:
    """Return the event that a key stands for; raises KitError for a file that cannot be read."""
    kind, _, name = key.partition(":")
    if kind == "template":
        return pretty(sample_named(name).build())
    if kind == "saved":
        return saved.load(name)
    if kind == "sent":
        attempt = history.find(int(name))
        return attempt.sent.event if attempt is not None else "{}"
    return yours if kind == YOURS else "{}"
