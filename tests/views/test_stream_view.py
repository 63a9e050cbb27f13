"""The stream view: batches, how they narrow down to a poison record, checkpoint, iterator age."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cloud import records
from helpers.cloud.errors import KitError
from helpers.views import stream_view
from helpers.views.stream_rows import MOST_ROWS, rows_of
from helpers.views.stream_state import read_stream, size_of
from tests.views.told import DEAD, SHARD, STREAM, bisected, entries, of_shard, tried


def polled(last: int, **members: object) -> records.BatchPolled:
    """Records 1 to `last` were read."""
    made = of_shard(records.BatchPolled, 1, last, **members)
    assert isinstance(made, records.BatchPolled)
    return made


def test_a_batch_is_halved_down_to_the_record_that_always_fails():
    """Each half that works is done, and the poison record is given up after its retries."""
    told = entries(
        polled(8),
        *bisected(6, 1, 8),
        of_shard(
            records.BatchSentOn,
            6,
            6,
            condition="RetryAttemptsExhausted",
            target=DEAD,
            delivered=True,
            reason="",
        ),
    )

    assert (
        "Stream clicks, read by clicks: 8 records\n"
        "shard 1: checkpoint 8 of 8 · given up 1\n"
        "  records 1–8  failed, split 4 + 4\n"
        "  records 1–4  processed\n"
        "  records 5–8  failed, split 2 + 2\n"
        "  records 5–6  failed, split 1 + 1\n"
        "  record 5     processed\n"
        "  record 6     failed, again × 2\n"
        "  record 6     given up: RetryAttemptsExhausted, told print-jobs-dlq\n"
        "  records 7–8  processed"
    ) == repr(stream_view(told))


@given(st.data())
@settings(deadline=None, derandomize=True, database=None, max_examples=60)
def test_a_bisect_always_ends_with_the_poison_record_alone(data: st.DataObject):
    """Whichever record is bad, it alone is given up, the rest is processed, and all is done."""
    size = data.draw(st.integers(1, 64))
    poison = data.draw(st.integers(1, size))
    (shard,) = read_stream(entries(polled(size), *bisected(poison, 1, size))).shards

    assert [(poison, poison)] == shard.given_up
    assert size - 1 == size_of(shard.done)
    assert size == shard.checkpoint


def test_a_failing_record_holds_the_checkpoint_while_the_iterator_age_grows():
    """Retries without an end are one row; the age is told when it is asked for."""
    told = [polled(3), tried(1, 3)]
    for attempt in range(1, 500):
        retried = {"attempts": attempt, "wait_s": 60.0, "reason": "ValueError"}
        told += [of_shard(records.BatchRetried, 1, 3, **retried), tried(1, 3, age_ms=attempt * 100)]
    told.append(
        of_shard(records.BatchRetried, 1, 3, attempts=500, wait_s=60.0, reason="ValueError")
    )
    picture = stream_view(entries(*told), times=True)

    assert (
        "checkpoint 0 of 3\n  records 1–3  failed, again × 500, iterator age 50 s" in picture.text
    )
    assert "iterator age" in picture.drawing
    assert "iterator age" not in stream_view(entries(*told)).html()


def test_a_partial_batch_response_goes_on_with_the_first_failed_record():
    """What stands before it is done, and the rest is a batch of its own."""
    told = entries(
        polled(5),
        tried(1, 5),
        of_shard(records.BatchSucceeded, 1, 2),
        of_shard(records.BatchRetried, 3, 5, attempts=1, wait_s=0.5, reason="PARTIAL"),
        tried(3, 5),
    )

    assert (
        "shard 1: checkpoint 2 of 5\n"
        "  records 1–5  partly processed: 2 of 5\n"
        "  records 3–5  running"
    ) == stream_view(told).text


def test_filtered_records_and_those_too_old_to_try_are_done():
    """The checkpoint passes over both."""
    told = entries(
        polled(4, filtered_out=1, filtered_positions=((1, 1),)),
        of_shard(records.BatchDropped, 2, 3, attempts=0, reason="RecordAgeExceeded"),
        tried(4, 4),
    )

    assert (
        "shard 1: checkpoint 3 of 4 · given up 2 · filtered out 1\n"
        "  records 2–3  given up: RecordAgeExceeded\n"
        "  record 4     running"
    ) == stream_view(told).text


def test_the_type_of_a_handlers_error_is_told():
    """It is found by the id of the invocation."""
    finished = {
        "kind": "invocation.finished",
        "request_id": "r-1",
        "error_type": "KeyError",
        "time": 1.0,
    }
    told = entries(polled(2), tried(1, 2), of_shard(records.BatchSplit, 1, 2, first=1))

    assert "records 1–2  KeyError: split 1 + 1" in stream_view([*told, finished]).text


def test_lanes_work_on_records_that_do_not_lie_side_by_side():
    """With a parallelization factor a batch holds the records of its keys."""
    odd = {"positions": ((1, 1), (3, 3), (5, 5)), "count": 3}
    told = entries(
        polled(6),
        of_shard(records.BatchInvoked, 1, 5, **odd, request_id="a", iterator_age_ms=5.0),
        of_shard(
            records.BatchInvoked,
            2,
            6,
            positions=((2, 2), (4, 4), (6, 6)),
            count=3,
            request_id="b",
            iterator_age_ms=5.0,
        ),
        of_shard(records.BatchSucceeded, 1, 5, **odd),
    )

    assert (
        "shard 1: checkpoint 1 of 6\n  records 1, 3, 5  processed\n  records 2, 4, 6  running"
    ) == stream_view(told).text


def test_shards_are_numbered_as_kinesis_does_and_others_in_order():
    """Ids that hold a moment differ on each run, so they are not shown."""
    told = entries(
        of_shard(records.BatchPolled, 1, 1, shard="shardId-00000001795279922-a1b2"),
        of_shard(records.BatchPolled, 1, 1, shard="shardId-00000001795279999-c3d4"),
    )

    assert ["shard 0", "shard 1"] == re.findall(r"^shard \d", stream_view(told).text, re.MULTILINE)
    assert SHARD not in stream_view(entries(polled(1))).text


def test_many_batches_make_a_picture_of_few_rows():
    """Successes in a row are one row once there are too many."""
    told = [polled(3_000)]
    for first in range(1, 3_001, 10):
        told += [tried(first, first + 9), of_shard(records.BatchSucceeded, first, first + 9)]
    (shard,) = read_stream(entries(*told)).shards

    assert 1 == len(rows_of(shard)) <= MOST_ROWS
    assert "records 1–3,000  processed, 300 batches" in stream_view(entries(*told)).text


def test_one_of_several_streams_has_to_be_named():
    """The error names them; a name, an ARN or a table's name chooses one."""
    other = f"{STREAM}-2"
    told = entries(polled(1), of_shard(records.BatchPolled, 1, 2, source=other))

    with pytest.raises(KitError, match=r"2 streams.*clicks, clicks-2"):
        stream_view(told)
    assert "Stream clicks-2, read by clicks: 2 records" == stream_view(told, stream=other).title


def test_before_the_first_record_the_picture_says_so():
    """No records make an empty stream, not an error."""
    assert "No function has read a record yet." == stream_view([], stream="clicks").text


@given(name=st.text(min_size=1), error=st.text(), shard=st.text(min_size=1))
@settings(deadline=None, derandomize=True, database=None, max_examples=60)
def test_hostile_names_never_break_the_picture(name: str, error: str, shard: str):
    """Whatever functions, errors and shards are called, the drawing is one well-formed SVG."""
    members = {"function": name, "shard": shard}
    told = entries(
        of_shard(records.BatchPolled, 1, 2, **members),
        of_shard(
            records.BatchInvoked, 1, 2, **members, request_id="r", iterator_age_ms=1.0, attempts=1
        ),
        of_shard(records.BatchDropped, 1, 2, **members, attempts=1, reason=f"<i>{error}"),
    )
    picture = stream_view(told)
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(picture.svg()).iter()}

    assert "i" not in tags
    assert "<i>" not in picture.html()
