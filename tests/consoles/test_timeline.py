"""The live timeline: it follows records on a thread of its own and ends plainly."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.cloud.client import CloudLostError
from helpers.consoles import LiveTimeline
from tests.views.stories import cold, record, timed, warm
from tests.waiting import until


class Account:
    """A lab whose records a test writes."""

    def __init__(self, *records: dict[str, Any]) -> None:
        self.all = [*records]
        self.is_lost = False

    def add(self, *records: dict[str, Any]) -> None:
        self.all = timed([*self.all, *records])

    def records(self, *, since: int = 0) -> list[dict[str, Any]]:
        if self.is_lost:
            raise CloudLostError("gone")
        return [each for each in self.all if each["sequence"] >= since]


@pytest.fixture
def account() -> Account:
    return Account(*timed(cold("e1")))


def test_it_draws_what_comes_in_while_it_follows(account: Account):
    """New records reach the picture; what was there before does not, unless it is asked for."""
    live = LiveTimeline(account)
    whole = LiveTimeline(account, history=True)
    live.follow()
    account.add(*warm("e1"), record("invocation.throttled"))
    try:
        assert until(lambda: "throttled" in live.view.text)
        assert "#1              invoke · frozen" in live.view.text
        assert "following" in live.view.status
        assert ["Stop"] == live.view.actions
    finally:
        live.stop()
        live.wait()
        whole.follow()
        whole.stop()
        whole.wait()

    assert "init · (invoke · frozen) × 2" in whole.view.text
    assert "stopped" in live.view.status
    assert ["Follow"] == live.view.actions


def test_one_function_can_be_followed(account: Account):
    """Records of the others are read and not drawn."""
    live = LiveTimeline(account, function="get-order", history=True)
    account.add(*[{**each, "function": "get-order"} for each in cold("e2")])
    live.follow()
    live.stop()
    live.wait()

    assert "Timeline of get-order" == live.view.heading
    assert "Environments 1 · Invocations 1" in live.view.text


def test_a_lost_account_ends_it_with_the_next_step(account: Account):
    """What was drawn stays; the status says what to run."""
    live = LiveTimeline(account, history=True)
    live.follow()
    until(lambda: "#1" in live.view.text)
    account.is_lost = True

    assert until(lambda: "run the setup cell" in live.view.status)
    assert "#1" in live.view.text


def test_an_account_that_is_lost_already_is_said_as_plainly(account: Account):
    """Making a timeline raises nothing: the status says what to run."""
    account.is_lost = True
    live = LiveTimeline(account)

    assert "run the setup cell" in live.view.status


def test_around_a_burst_it_begins_and_ends_with_the_block(account: Account):
    """Leaving the block waits for what came last, and stops."""
    with LiveTimeline(account) as live:
        account.add(*warm("e1"))

    assert "invoke · frozen" in live.view.text
    assert "stopped" in live.view.status


def test_it_follows_again_and_goes_on_where_it_stopped(account: Account):
    """What happened meanwhile is not lost, and nothing is drawn twice."""
    live = LiveTimeline(account)
    for _ in range(2):
        account.add(*warm("e1"))
        live.follow()
        live.stop()
        live.wait()

    assert "(invoke · frozen) × 2" in live.view.text
