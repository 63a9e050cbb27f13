"""What a failed batch becomes, and in which order a lane goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.pollers.mapping import MappingSettings
from helpers.cloud.pollers.shard import (
    Aftermath,
    Batch,
    Entry,
    Lane,
    Limits,
    after_failure,
    backoff_s,
    lane_of,
    too_old,
)

SETTINGS = MappingSettings(batch_size=100, retries=2)


def entries(*numbers: int, arrived: float = 0.0) -> tuple[Entry, ...]:
    """Return records with these numbers."""
    return tuple(Entry(number, "k", arrived + number, {"n": number}, 10) for number in numbers)


def numbers(*batches: Batch) -> list[list[int]]:
    """Return the numbers in batches."""
    return [[entry.sequence for entry in batch.entries] for batch in batches]


def test_a_failed_batch_is_retried_until_its_retries_are_used_up():
    """Two retries: the third failure gives it up."""
    batch, failures = Batch(entries(1, 2)), 0
    while (then := after_failure(batch, failed_from=None, settings=SETTINGS)).given_up is None:
        (batch,) = then.again
        failures += 1
    assert 2 == failures
    assert (3, 3) == (then.given_up.failures, then.given_up.attempts)


def test_without_a_limit_it_is_retried_for_ever():
    """-1 is the default."""
    settings = replace(SETTINGS, retries=-1)
    then = after_failure(Batch(entries(1), failures=10_000), failed_from=None, settings=settings)
    assert then.given_up is None


def test_halving_keeps_the_order_and_uses_up_no_retry():
    """The first half is not smaller."""
    settings = replace(SETTINGS, bisect=True, retries=0)
    then = after_failure(Batch(entries(1, 2, 3)), failed_from=None, settings=settings)

    assert [[1, 2], [3]] == numbers(*then.again)
    assert [0, 0] == [batch.failures for batch in then.again]
    assert then.split


def test_a_report_moves_the_checkpoint_and_begins_to_count_anew():
    """Records before the reported one are done; with bisect the split is there, too."""
    for bisect in (False, True):
        settings = replace(SETTINGS, bisect=bisect)
        batch = Batch(entries(1, 2, 3, 4), failures=2)
        then = after_failure(batch, failed_from=2, settings=settings)
        assert Aftermath(done=2, again=(Batch(entries(3, 4)),)) == then


def test_a_report_of_the_first_record_counts_as_a_failure_of_the_batch():
    """Nothing was done, so the retries go on being used up."""
    batch = Batch(entries(1, 2), failures=2)
    settings = replace(SETTINGS, bisect=True)
    assert after_failure(batch, failed_from=0, settings=settings).given_up is not None


@given(
    poison=st.sets(st.integers(0, 15)),
    size=st.integers(1, 16),
    retries=st.integers(0, 2),
    reports=st.booleans(),
    bisect=st.booleans(),
)
def test_each_record_is_done_or_given_up_once_and_in_order(
    poison: set[int], size: int, retries: int, *, reports: bool, bisect: bool
):
    """Whatever fails: with bisect only poison is given up, and nothing overtakes."""
    settings = MappingSettings(batch_size=size, retries=retries, bisect=bisect)
    lane, limits = Lane(), Limits(size)
    for entry in entries(*range(16)):
        lane.add(entry, now=0.0)
    finished: list[int] = []
    given_up: list[int] = []
    while (batch := lane.take(limits, now=0.0, moment=0.0)) is not None:
        lane.is_busy = False
        inside = [entry.sequence for entry in batch.entries]
        bad = [at for at, number in enumerate(inside) if number in poison]
        if not bad:
            finished += inside
            continue
        failed_from = bad[0] if reports else None
        then = after_failure(batch, failed_from=failed_from, settings=settings)
        finished += inside[: then.done]
        if then.given_up is not None:
            lost = [entry.sequence for entry in then.given_up.entries]
            finished += lost
            given_up += lost
        lane.pieces.extendleft(reversed(then.again))
    assert [*range(16)] == finished
    assert Counter(range(16)) == Counter(finished)
    assert poison & set(range(16)) <= set(given_up)
    if bisect and not reports:
        assert poison == set(given_up)


def test_a_lane_has_one_batch_in_flight_and_waits_for_its_moment():
    """Neither a busy lane nor one that backs off gives a batch."""
    lane, limits = Lane(), Limits(1)
    for entry in entries(1, 2):
        lane.add(entry, now=0.0)
    assert [[1]] == numbers(lane.take(limits, 0.0, 0.0) or Batch(()))
    assert lane.take(limits, 0.0, 0.0) is None
    assert lane.wait_s(limits, 0.0, 0.0) is None
    lane.is_busy, lane.not_before = False, 5.0
    assert lane.take(limits, 4.9, 0.0) is None
    assert pytest.approx(0.1) == lane.wait_s(limits, 4.9, 0.0)
    assert [[2]] == numbers(lane.take(limits, 5.0, 0.0) or Batch(()))


def test_windows_end_with_a_batch_without_records():
    """Records of the next window, or its end, close a window."""
    lane, limits = Lane(), Limits(10, tumbling_s=60.0)
    for entry in (*entries(1, 2, arrived=0.0), *entries(3, arrived=70.0)):
        lane.add(entry, now=0.0)

    def next_batch(moment: float) -> tuple[list[int], bool] | None:
        batch = lane.take(limits, 0.0, moment)
        lane.is_busy = False
        if batch is None:
            return None
        if batch.final:
            lane.window = None
        return numbers(batch)[0], batch.final

    assert ([1, 2], False) == next_batch(80.0)
    assert ([], True) == next_batch(80.0)
    assert ([3], False) == next_batch(80.0)
    assert next_batch(119.0) is None
    assert 1.0 == lane.wait_s(limits, 0.0, 119.0)
    assert ([], True) == next_batch(120.0)
    assert lane.is_empty


def test_old_records_are_the_first_ones():
    """Age is by arrival; order decides what is looked at."""
    assert 2 == too_old(entries(1, 2, 3), oldest=3.0)
    assert 0 == too_old(entries(1, 2, 3), oldest=None)


def test_backoff_doubles_up_to_a_minute():
    """Also after ten thousand failures."""
    assert [0.5, 1.0, 2.0] == [backoff_s(failures) for failures in (1, 2, 3)]
    assert 60.0 == backoff_s(10_000)


@given(key=st.text(), lanes=st.integers(1, 10))
def test_a_key_stays_in_its_lane(key: str, lanes: int):
    """Always the same one, of those there are."""
    assert lane_of(key, lanes) == lane_of(key, lanes)
    assert 0 <= lane_of(key, lanes) < lanes
