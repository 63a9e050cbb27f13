from __future__ import annotations

import threading

import pytest

from helpers.cloud.clock import Clock
from helpers.cloud.records import Entry, InvocationThrottled, Recorder
from helpers.cloud.records import recorder as recorder_module

SOON_S = 10.0


def throttled(name: str) -> InvocationThrottled:
    """Return a record of a function of this name."""
    return InvocationThrottled(function=name, version="$LATEST", reason="full")


def functions(recorder: Recorder, since: int = 0) -> list[str]:
    """Return the function of each record from this number on."""
    return [record["function"] for record in recorder.since(since)["records"]]


def test_a_record_is_shown_with_number_time_kind_and_its_facts():
    """The JSON of a record has sequence, time in Unix seconds, kind, and the record's fields."""
    recorder = Recorder(Clock())
    recorder.add(throttled("charge-card"))

    (shown,) = recorder.since(0)["records"]

    assert abs(shown.pop("time") - Clock().now()) < SOON_S
    assert {
        "sequence": 1,
        "kind": "invocation.throttled",
        "function": "charge-card",
        "version": "$LATEST",
        "reason": "full",
        "qualifier": "",
        "region": "",
    } == shown


def test_since_gives_what_is_new_and_where_to_go_on():
    """`next` is the number to ask for next; asking for it gives what came in between."""
    recorder = Recorder(Clock())
    recorder.add(throttled("a"))
    recorder.add(throttled("b"))

    following = recorder.since(0)["next"]
    recorder.add(throttled("c"))

    assert 3 == following
    assert ["c"] == functions(recorder, following)
    assert ["b", "c"] == functions(recorder, 2)


def test_a_full_ring_forgets_the_oldest_and_says_how_many():
    """`dropped` counts the records asked for that are no longer there."""
    recorder = Recorder(Clock(), size=3)
    for name in "abcde":
        recorder.add(throttled(name))

    assert 2 == recorder.since(0)["dropped"]
    assert 1 == recorder.since(2)["dropped"]
    assert 0 == recorder.since(3)["dropped"]
    assert ["c", "d", "e"] == functions(recorder)


def test_a_new_epoch_forgets_records_but_not_the_numbers():
    """After reset the numbers go on, so that `since` still means what it meant."""
    recorder = Recorder(Clock())
    recorder.add(throttled("a"))

    assert 2 == recorder.start_epoch()
    recorder.add(throttled("b"))
    answer = recorder.since(0)

    assert (2, 3) == (answer["epoch"], answer["next"])
    assert [2] == [record["sequence"] for record in answer["records"]]


def test_subscribers_get_each_later_record_on_a_thread_of_their_own():
    """Records arrive in their order; those from before the subscription do not."""
    recorder = Recorder(Clock())
    recorder.add(throttled("before"))
    got: list[Entry] = []
    threads: set[str] = set()
    done = threading.Event()

    def receive(entry: Entry) -> None:
        got.append(entry)
        threads.add(threading.current_thread().name)
        if len(got) == 3:
            done.set()

    recorder.subscribe(receive, name="metrics")
    for name in "abc":
        recorder.add(throttled(name))

    assert done.wait(SOON_S)
    assert [2, 3, 4] == [entry.sequence for entry in got]
    assert {"records-metrics"} == threads


def test_a_subscriber_that_fails_gets_the_next_record(capfd: pytest.CaptureFixture[str]):
    """A fault while receiving is printed, and the subscription goes on."""
    recorder = Recorder(Clock())
    done = threading.Event()

    def receive(entry: Entry) -> None:
        if entry.sequence == 1:
            raise ValueError("no such metric")
        done.set()

    recorder.subscribe(receive, name="metrics")
    recorder.add(throttled("a"))
    recorder.add(throttled("b"))

    assert done.wait(SOON_S)
    assert "no such metric" in capfd.readouterr().err


def test_a_subscriber_that_hangs_blocks_nobody(monkeypatch: pytest.MonkeyPatch):
    """Its backlog fills and then overflows; adding goes on, and another subscriber hears all."""
    monkeypatch.setattr(recorder_module, "SUBSCRIBER_BACKLOG", 5)
    recorder = Recorder(Clock())
    hang, hanging, all_heard = threading.Event(), threading.Event(), threading.Event()
    heard: list[int] = []

    def stuck(entry: Entry) -> None:
        hanging.set()
        hang.wait(SOON_S)

    def listen(entry: Entry) -> None:
        heard.append(entry.sequence)
        all_heard.set()

    recorder.subscribe(stuck, name="stuck")
    recorder.subscribe(listen, name="listening")
    recorder.add(throttled("first"))
    assert hanging.wait(SOON_S)
    for number in range(20):
        all_heard.clear()
        recorder.add(throttled(str(number)))
        assert all_heard.wait(SOON_S)
    hang.set()

    assert [*range(1, 22)] == heard
    assert 15 == recorder._subscribers[0].missed
