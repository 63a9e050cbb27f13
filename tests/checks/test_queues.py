"""How a check waits for its queues."""

from __future__ import annotations

from helpers.checks.queues import LOOKS, lasting


def test_what_is_true_for_a_moment_does_not_last():
    """A condition lasts when it was true at so many looks in a row; one false look begins anew."""
    looks = iter([*[True] * (LOOKS - 1), False, *[True] * LOOKS])
    has_lasted = lasting(lambda: next(looks))

    assert [False] * (2 * LOOKS - 1) == [has_lasted() for _ in range(2 * LOOKS - 1)]
    assert has_lasted()
