"""moto's queues as pollers and everyone else use them, without HTTP."""

from __future__ import annotations

import itertools
import json
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from moto.core.utils import unix_time_millis
from moto.sqs.models import sqs_backends

from helpers.cloud.clock import Clock
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.sqs import messages as sqs_messages
from helpers.cloud.moto_seam.sqs.queues import MotoQueues
from helpers.cloud.records import Recorder
from tests.waiting import until

REGION = "eu-central-1"


@pytest.fixture
def queues() -> MotoQueues:
    """The account's queues."""
    return MotoQueues(Recorder(Clock()))


def backend() -> Any:
    """Return moto's SQS of a Region."""
    return sqs_backends[ACCOUNT_ID][REGION]


def made(*, fifo: bool = False, **attributes: Any) -> str:
    """Create a queue; return its ARN."""
    name = secrets.token_hex(6) + (".fifo" if fifo else "")
    if fifo:
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} | attributes
    return str(backend().create_queue(name, **attributes).queue_arn)


def send(arn: str, *bodies: str, **more: Any) -> None:
    """Send messages."""
    for body in bodies:
        backend().send_message(arn.rsplit(":", 1)[1], body, **more)


def test_many_consumers_get_each_message_once(queues: MotoQueues):
    """Receiving is safe for threads."""
    arn = made()
    send(arn, *map(str, range(400)))

    def consume(_: int) -> list[str]:
        found = []
        while messages := queues.receive(arn, 7):
            found += [message.body for message in messages]
        return found

    with ThreadPoolExecutor(8) as pool:
        received = [body for part in pool.map(consume, range(8)) for body in part]
    assert sorted(map(str, range(400))) == sorted(received)


def test_deleted_messages_are_gone_and_unknown_handles_are_harmless(queues: MotoQueues):
    """Both for a queue and for none."""
    arn = made()
    send(arn, "a", "b")
    messages = queues.receive(arn, 10)
    queues.delete(arn, [messages[0].receipt_handle, "unknown"])

    assert ["b"] == [m.body for m in backend().queues[arn.rsplit(":", 1)[1]]._messages]
    queues.delete(arn + "-none", ["unknown"])
    assert () == queues.receive(arn + "-none", 1)
    assert queues.facts(arn + "-none") is None


def test_a_message_received_too_often_goes_to_the_dead_letter_queue(queues: MotoQueues):
    """It remembers where it comes from."""
    dead = made()
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
    arn = made(RedrivePolicy=redrive, VisibilityTimeout=0)
    send(arn, "a")
    counts = []
    for _ in range(2):
        (message,) = queues.receive(arn, 1)
        counts.append(message.attributes["ApproximateReceiveCount"])
    assert ["1", "2"] == counts
    assert [] == [*queues.receive(arn, 1)]
    (message,) = queues.receive(dead, 1)
    assert ("a", arn) == (message.body, message.attributes["DeadLetterQueueSourceArn"])


def test_a_message_group_is_with_one_consumer_at_a_time(queues: MotoQueues):
    """Others of the group wait for it, also those behind a delayed one."""
    arn = made(fifo=True)
    send(arn, "a1", "a2", group_id="a")
    send(arn, "b1", group_id="b")
    first = queues.receive(arn, 1)
    assert ["a1"] == [m.body for m in first]
    assert ["b1"] == [m.body for m in queues.receive(arn, 10)]
    queues.delete(arn, [first[0].receipt_handle])
    assert ["a2"] == [m.body for m in queues.receive(arn, 10)]


def test_fifo_messages_have_rising_numbers(queues: MotoQueues):
    """Twenty digits, in the order of sending."""
    arn = made(fifo=True)
    send(arn, "a", "b", "c", group_id="g")
    numbers = [m.attributes["SequenceNumber"] for m in queues.receive(arn, 10)]

    assert sorted(numbers) == numbers
    assert {20} == {len(number) for number in numbers}


def test_one_can_know_when_the_next_message_is_visible(queues: MotoQueues):
    """Now, later, or not at all."""
    arn = made(VisibilityTimeout=30)
    assert queues.next_visible_s(arn) is None
    send(arn, "later", delay_seconds=60)
    delayed_s = queues.next_visible_s(arn)
    assert delayed_s is not None
    assert 55 < delayed_s <= 60.1
    send(arn, "now")
    assert 0 == queues.next_visible_s(arn)
    queues.receive(arn, 1)
    invisible_s = queues.next_visible_s(arn)
    assert invisible_s is not None
    assert 25 < invisible_s <= 30.1


def test_bells_ring_for_messages_that_come_or_come_back(queues: MotoQueues):
    """And no more when the watch has ended."""
    arn, rings = made(VisibilityTimeout=30), []
    end = queues.watch(arn, lambda: rings.append(1))
    send(arn, "a")
    assert 1 == len(rings)
    (message,) = queues.receive(arn, 1)
    name = arn.rsplit(":", 1)[1]
    backend().change_message_visibility(
        queue_name=name, receipt_handle=message.receipt_handle, visibility_timeout=0
    )
    assert 2 == len(rings)
    backend().delete_queue(name)
    assert 3 == len(rings)
    end()
    backend().create_queue(name)
    assert 3 == len(rings)


def test_a_long_poll_ends_with_the_first_message():
    """Whoever waits for a message gets it at once, not a second later."""
    queues = MotoQueues(Recorder(Clock()))
    arn = made()
    name = arn.rsplit(":", 1)[1]
    found: list[Any] = []
    waiting = threading.Thread(
        target=lambda: found.extend(backend().receive_message(name, 1, 10, 30, []))
    )
    waiting.start()
    send(arn, "a")
    waiting.join(5)

    assert ["a"] == [message.body for message in found]
    assert queues.facts(arn) is not None


def test_a_long_poll_ends_without_a_message():
    """Also while messages are there that it may not have: one of a group in flight."""
    queues = MotoQueues(Recorder(Clock()))
    arn = made(fifo=True)
    send(arn, "a1", "a2", group_id="a")
    queues.receive(arn, 1)

    assert [] == backend().receive_message(arn.rsplit(":", 1)[1], 1, 1, 30, [])


def test_records_tell_what_happens_to_messages():
    """Sent, received, hidden for longer, deleted by hand or by a purge, moved for good."""
    recorder = Recorder(Clock())
    queues = MotoQueues(recorder)
    dead = made()
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 1})
    arn = made(RedrivePolicy=redrive)
    name = arn.rsplit(":", 1)[1]
    send(arn, "a")
    send(arn, "b", delay_seconds=900)
    (first,) = queues.receive(arn, 10)
    backend().change_message_visibility(name, first.receipt_handle, 0)
    until(lambda: queues.next_visible_s(arn) == 0.0)
    assert () == tuple(queues.receive(arn, 10))
    (moved,) = queues.receive(dead, 10)
    queues.delete(dead, [moved.receipt_handle])
    backend().purge_queue(name)

    told = [
        {k: v for k, v in r.items() if k not in ("sequence", "time", "messages")}
        for r in recorder.since(0)["records"]
    ]
    named = [len(r["messages"]) for r in recorder.since(0)["records"]]
    of, of_dead = {"queue": arn}, {"queue": dead}
    assert [
        {"kind": "queue.sent", **of, "delay_s": 0.0},
        {"kind": "queue.sent", **of, "delay_s": 900.0},
        {"kind": "queue.received", **of, "hidden_s": 30.0},
        {"kind": "queue.visibility", **of, "hidden_s": 0.0},
        {"kind": "queue.dead_lettered", **of, "target": dead, "receives": 1},
        {"kind": "queue.sent", **of_dead, "delay_s": 0.0},
        {"kind": "queue.received", **of_dead, "hidden_s": 30.0},
        {"kind": "queue.deleted", **of_dead, "purged": False},
        {"kind": "queue.deleted", **of, "purged": True},
    ] == [{**r, "delay_s": round(r["delay_s"])} if "delay_s" in r else r for r in told]
    assert {1} == set(named)
    assert first.message_id == moved.message_id


def test_a_duplicate_that_a_fifo_queue_drops_is_not_told():
    """Only what is in the queue was sent."""
    recorder = Recorder(Clock())
    MotoQueues(recorder)
    arn = made(fifo=True)
    send(arn, "same", "same", group_id="g")

    assert ["queue.sent"] == [r["kind"] for r in recorder.since(0)["records"]]


def test_a_message_that_becomes_visible_is_counted_once(
    queues: MotoQueues, monkeypatch: pytest.MonkeyPatch
):
    """All counts of one answer are of one moment, so none falls between two of them."""
    arn = made(VisibilityTimeout=1)
    send(arn, "a")
    (message,) = queues.receive(arn, 1)
    moments = itertools.count(unix_time_millis() + 500, 1_000)
    monkeypatch.setattr(sqs_messages, "unix_time_millis", lambda: float(next(moments)))
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    counted = [
        list(backend().get_queue_attributes(arn.rsplit(":", 1)[1], names).values())
        for _ in range(2)
    ]

    assert "a" == message.body
    assert [[0, 1], [1, 0]] == counted
