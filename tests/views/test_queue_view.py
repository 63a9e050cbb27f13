"""The queue view: places, deliveries and fates of messages, from records alone."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cloud import records
from helpers.cloud.errors import KitError
from helpers.views import queue_view
from helpers.views.queue_state import Place, read_queue
from tests.views.told import (
    DEAD,
    FIRST_MOMENT,
    begun,
    dead,
    deleted,
    entries,
    of_queue,
    received,
    sent,
    served,
)

TEN = [f"id-{number}" for number in range(1, 11)]
BAD = "id-7"


def partial_batches() -> list[dict[str, Any]]:
    """Ten messages, of which the seventh is reported as failed three times."""
    told = [*sent(*TEN), *served(TEN, failed=[BAD], reason="ReportBatchItemFailures")]
    for _ in range(2):
        told += served([BAD], failed=[BAD], reason="ReportBatchItemFailures")
    return entries(*told, dead(BAD), *sent(BAD, queue=DEAD))


def test_the_story_of_a_partial_batch_response_is_told():
    """What was reported as failed came back alone, and ended in the dead-letter queue."""
    assert (
        "Queue print-jobs, read by print-job: 10 messages\n"
        "visible 0 · in flight 0 · deleted 9 · dead 1\n"
        "  messages 1–6, 8–10  received once: processed → deleted\n"
        "  message 7           received 3 times: reported as failed × 3 → dead, in print-jobs-dlq"
    ) == repr(queue_view(partial_batches()))


def test_without_a_report_all_messages_of_a_batch_fail_together():
    """The whole batch comes back, so message 1 is received as often as the bad one."""
    told = [*sent(*TEN), *served(TEN, failed=TEN), *served(TEN, failed=TEN), *served(TEN)]

    assert "messages 1–10  received 3 times: failed: ValueError × 2, then processed → deleted" in (
        repr(queue_view(entries(*told)))
    )


def test_a_message_in_flight_is_visible_again_after_its_visibility_timeout():
    """Where a message is depends on the moment: the last record's, unless another is asked for."""
    told = entries(*sent("a"), received("a", hidden_s=30.0))
    state = read_queue(told)

    assert Place.IN_FLIGHT is state.messages["a"].place_at(FIRST_MOMENT + 1)
    assert Place.VISIBLE is state.messages["a"].place_at(FIRST_MOMENT + 32)
    assert "in flight 1" in repr(queue_view(told))
    assert "visible 1 · in flight 0" in repr(queue_view(told, at=FIRST_MOMENT + 32))


def test_delays_changed_timeouts_and_purges_are_known():
    """A delayed message waits, ChangeMessageVisibility(0) brings one back, a purge deletes."""
    told = [
        *sent("a", delay_s=900.0),
        *sent("b", "c"),
        received("b", "c"),
        records.VisibilityChanged(queue=DEAD.removesuffix("-dlq"), messages=("b",), hidden_s=0.0),
        records.MessagesDeleted(queue=DEAD.removesuffix("-dlq"), messages=("c",), purged=True),
    ]

    assert "delayed 1 · visible 1 · in flight 0 · deleted 1 · dead 0" in (
        repr(queue_view(entries(*told)))
    )


def test_batches_that_run_beside_each_other_have_the_same_numbers_on_each_run():
    """Which of them begins first is left to chance; the picture does not show it."""
    begun = [received("a", "b"), received("c", "d")]
    batches = [
        of_queue(records.BatchInvoked, *ids, request_id="r") for ids in (("a", "b"), ("c", "d"))
    ]
    pictures = {
        queue_view(entries(*sent(*"abcd"), *begun, *order)).html()
        for order in (batches, batches[::-1])
    }

    assert 1 == len(pictures)
    assert {"batch 1", "batch 2"} <= set(re.findall(r"batch \d", pictures.pop()))


def test_two_runs_of_one_message_at_once_keep_their_own_outcomes():
    """A visibility timeout shorter than the function: what ends first is the first delivery."""
    ended = of_queue(records.BatchReturned, "a", reason="ValueError", request_id="r-1")
    told = [*sent("a"), *begun("a", run="r-1"), *begun("a", run="r-2"), ended]

    assert "received twice: failed: ValueError, then running → in flight" in repr(
        queue_view(entries(*told))
    )
    told += [deleted("a"), of_queue(records.BatchDeleted, "a", request_id="r-2")]
    assert "received twice: failed: ValueError, then processed → deleted" in repr(
        queue_view(entries(*told))
    )


def test_filtered_and_throttled_messages_are_told_apart():
    """What filters pass over is deleted; a throttled batch is tried again with one receipt."""
    told = [
        *sent("a", "b"),
        received("a", "b"),
        of_queue(records.BatchPolled, "a", "b", filtered_out=1),
        deleted("a"),
        of_queue(records.BatchDeleted, "a", reason="filtered"),
        of_queue(records.BatchInvoked, "b", request_id="r"),
        of_queue(
            records.BatchRetried, "b", attempts=1, wait_s=1.0, reason="Throttled", counts=False
        ),
        of_queue(records.BatchInvoked, "b", request_id="s", attempts=2),
    ]
    text = repr(queue_view(entries(*told)))

    assert "message 1  received once: filtered out → deleted" in text
    assert "message 2  received once, invoked twice: throttled, then running → in flight" in text


def test_a_message_that_is_sent_back_from_its_dead_letter_queue_is_visible_again():
    """The same id in the queue once more: a redrive, and its story goes on."""
    told = entries(*sent("a"), *served(["a"], failed=["a"]), dead("a", receives=1), *sent("a"))

    assert "visible 1 · in flight 0 · deleted 0 · dead 0" in (
        repr(queue_view(told, queue="print-jobs"))
    )


def test_one_of_several_queues_has_to_be_named():
    """Without a name the error says which there are; with one, only that queue is drawn."""
    told = entries(*sent("a"), *sent("b", "c", queue=DEAD))

    with pytest.raises(KitError, match=r"2 queues.*print-jobs, print-jobs-dlq.*queue='print-jobs'"):
        queue_view(told)
    assert "Queue print-jobs-dlq: 2 messages" == queue_view(told, queue="print-jobs-dlq").title
    assert (
        "Queue print-jobs: 1 message" == queue_view(told, queue=f"http://x/1/{'print-jobs'}").title
    )


def test_before_the_first_message_the_picture_says_so():
    """No records make an empty queue, not an error."""
    picture = queue_view([], queue="print-jobs")

    assert "Queue print-jobs: 0 messages" == picture.title
    assert "No message has been sent yet." in picture.drawing


def test_thousands_of_messages_make_a_small_picture():
    """Messages that fared alike share a row, also when their batches differ."""
    ids = [f"id-{number}" for number in range(2_000)]
    told = [*sent(*ids)]
    for start in range(0, 2_000, 10):
        told += served(ids[start : start + 10], failed=["id-77"])
    picture = queue_view(entries(*told))

    assert "messages 1–77, 79–2000  received once: processed → deleted" in picture.text
    assert len(picture.drawing) < 12_000


@given(
    name=st.text(min_size=1),
    label=st.text(),
    ids=st.lists(st.text(), min_size=1, max_size=4, unique=True),
)
@settings(deadline=None, derandomize=True, database=None, max_examples=60)
def test_hostile_names_never_break_the_picture(name: str, label: str, ids: list[str]):
    """Whatever functions, messages and labels are called, the drawing is one well-formed SVG."""
    told = [*sent(*ids), *served(ids, failed=ids, reason=name)]
    told.append(of_queue(records.BatchInvoked, *ids, function=name, request_id="r"))
    picture = queue_view(entries(*told), labels=dict.fromkeys(ids, f"<b>{label}"))
    drawing = ET.fromstring(picture.svg())

    assert {"b"}.isdisjoint(element.tag.rpartition("}")[2] for element in drawing.iter())
    assert "\n" not in picture.title
    assert "<b>" not in picture.html()


@given(st.lists(st.sampled_from(["sent", "received", "deleted", "dead"]), max_size=30), st.data())
@settings(deadline=None, derandomize=True, database=None, max_examples=100)
def test_every_message_is_in_one_place(verbs: list[str], data: st.DataObject):
    """However records follow each other, the counts add up to the messages that were named."""
    tell = {"sent": sent, "received": received, "deleted": deleted, "dead": dead}
    told: list[Any] = []
    seen = set()
    for verb in verbs:
        identity = data.draw(st.sampled_from("abc"))
        seen.add(identity)
        made = tell[verb](identity)
        told += made if isinstance(made, list) else [made]
    state = read_queue(entries(*told), "print-jobs")

    assert len(seen) == sum(state.count(state.moment).values())
