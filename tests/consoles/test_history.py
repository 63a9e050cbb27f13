"""What was sent, the newest first."""

from __future__ import annotations

from helpers.consoles.history import KEPT, History


def test_attempts_are_numbered_and_the_newest_is_first():
    """Each can be found by its number, with what was sent."""
    history: History[str] = History()
    longer = history.adding("a", "place-order", "200").adding("b", "place-order", "KeyError")

    assert () == history.attempts
    assert ["#2 place-order → KeyError", "#1 place-order → 200"] == [
        attempt.title for attempt in longer.attempts
    ]
    assert ("a", None) == (getattr(longer.find(1), "sent", None), longer.find(9))


def test_the_oldest_of_too_many_goes():
    """A day of clicking fills no memory, and numbers go on."""
    history: History[int] = History()
    for number in range(KEPT + 5):
        history = history.adding(number, "f", "200")

    assert (KEPT, KEPT + 5) == (len(history.attempts), history.attempts[0].number)
    assert history.find(5) is None
