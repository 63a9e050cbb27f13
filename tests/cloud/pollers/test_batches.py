"""When a batch is ready, for any sizes and any order of arrival."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.pollers.batches import Gathering, fitting

SIZES = st.lists(st.integers(1, 12), max_size=40)


@given(sizes=SIZES, size=st.integers(1, 10), max_bytes=st.integers(1, 30))
def test_batches_hold_every_record_once_in_order_and_within_their_bounds(
    sizes: list[int], size: int, max_bytes: int
):
    """Nothing is lost; a batch has too many bytes only when it is a single record."""
    gathering: Gathering[int] = Gathering(size, max_bytes=max_bytes)
    for number, item_bytes in enumerate(sizes):
        gathering.add(number, item_bytes, now=0.0)
    batches = []
    while batch := gathering.take(now=0.0):
        batches.append(batch)

    assert [*range(len(sizes))] == [number for batch in batches for number in batch]
    assert all(len(batch) <= size for batch in batches)
    assert all(
        len(batch) == 1 or sum(sizes[number] for number in batch) <= max_bytes for batch in batches
    )


def test_a_window_holds_back_what_does_not_fill_a_batch():
    """It begins with the first record that waits."""
    gathering: Gathering[str] = Gathering(2, window_s=5.0)
    assert gathering.due(now=0.0) is None
    gathering.add("a", 1, now=10.0)

    assert gathering.take(now=14.9) is None
    assert 5.0 == gathering.due(now=10.0)
    assert ["a"] == gathering.take(now=15.0)
    gathering.add("b", 1, now=16.0)
    gathering.add("c", 1, now=16.0)
    gathering.add("d", 1, now=16.0)
    assert ["b", "c"] == gathering.take(now=16.0)
    assert gathering.take(now=16.0) is None


def test_a_batch_that_has_its_bytes_does_not_wait_for_its_window():
    """Six megabytes are as good as enough records."""
    gathering: Gathering[str] = Gathering(10, window_s=60.0, max_bytes=10)
    gathering.add("a", 6, now=0.0)
    assert gathering.take(now=0.0) is None
    gathering.add("b", 6, now=0.0)

    assert ["a"] == gathering.take(now=0.0)


def test_a_single_record_always_fits():
    """Whether the function can take it is not a question of batches."""
    assert 1 == fitting([100], 10, 7)
    assert 0 == fitting([], 10, 7)
