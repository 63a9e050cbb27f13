"""Live views over an account made by hand: what they show, and how they end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from helpers.cloud import records
from helpers.cloud.client import CloudLostError
from helpers.cloud.errors import KitError
from helpers.consoles import LiveQueue, LiveStream
from helpers.consoles.following import Following
from tests.views.told import DEAD, STREAM, bisected, entries, of_shard, received, sent, served
from tests.waiting import until


class Account:
    """An account whose records are given; one without any answers no more when `lost`."""

    def __init__(self, *told: Any) -> None:
        self.told = entries(*told)
        self.lost = False

    def tell(self, *told: Any) -> None:
        """Let something more happen, now."""
        number = len(self.told)
        for record in entries(*told):
            self.told.append({**record, "sequence": number + record["sequence"]})

    def records(self, *, since: int = 0, **_: Any) -> list[dict[str, Any]]:
        """Return records of a number or later."""
        if self.lost:
            raise CloudLostError("gone")
        return [record for record in self.told if record["sequence"] >= since]


@contextmanager
def following(live: Following) -> Iterator[Following]:
    """Follow until the block ends."""
    live.follow()
    try:
        yield live
    finally:
        live.stop()
        live.wait()


def test_a_live_queue_follows_its_messages():
    """What was sent before is in it, and what happens is drawn as it comes."""
    account = Account(*sent("a", "b"))
    with following(LiveQueue(account, queue="print-jobs")) as live:
        assert "visible 2" in repr(live)
        account.tell(*served(["a", "b"]))
        until(lambda: "deleted 2" in live.view.text)

        assert "Queue print-jobs, read by print-job: 2 messages" == live.view.heading
    assert live.view.status.startswith("stopped")
    assert ["Follow"] == live.view.actions


def test_a_live_queue_without_a_name_keeps_the_first_it_sees():
    """Another queue that comes later does not end the view."""
    account = Account(*sent("a"))
    with following(LiveQueue(account)) as live:
        until(lambda: "visible 1" in live.view.text)
        account.tell(*sent("b", queue=DEAD), received("a", hidden_s=0.0))
        until(lambda: "received once" in live.view.text)

        assert "Queue print-jobs: 1 message" == live.view.heading


def test_a_live_stream_follows_its_checkpoint():
    """Each batch is drawn as it ends."""
    account = Account(of_shard(records.BatchPolled, 1, 4))
    with following(LiveStream(account)) as live:
        account.tell(*bisected(3, 1, 4))
        until(lambda: "checkpoint 4 of 4" in live.view.text)

        assert "record 3     given up: RetryAttemptsExhausted" in live.view.text


def test_a_lost_account_ends_a_live_view_with_a_sentence():
    """What was drawn last stays; the status says what happened and what to do."""
    account = Account(*sent("a"))
    with following(LiveQueue(account)) as live:
        until(lambda: live.view.actions == ["Stop"])
        account.lost = True
        until(lambda: live.view.actions == ["Follow"])

        assert "the account of this notebook is gone" in live.view.status
        assert "visible 1" in live.view.text


@pytest.mark.parametrize("kind", [LiveQueue, LiveStream])
def test_a_view_of_several_sources_wants_a_name(kind: type[LiveQueue] | type[LiveStream]):
    """The error names them, at once."""
    other = of_shard(records.BatchPolled, 1, 1, source=f"{STREAM}-2")
    account = Account(
        *sent("a"), *sent("b", queue=DEAD), of_shard(records.BatchPolled, 1, 1), other
    )

    with pytest.raises(KitError, match="Name one"):
        kind(account)


def test_a_second_source_in_the_first_look_ends_the_view_with_a_sentence():
    """Nobody can tell which of two queues is meant; the status says what to do."""
    account = Account()
    with following(LiveQueue(account)) as live:
        until(lambda: live.view.actions == ["Stop"])
        account.tell(*sent("a"), *sent("b", queue=DEAD))
        until(lambda: live.view.actions == ["Follow"])

        assert "Name one: queue='print-jobs'" in live.view.status
