"""Lab 02's checks, where the course's own rehearsal of wrong answers does not reach."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator

import pytest

from helpers.checks.lab_02 import LAB
from helpers.checks.lab_02_arrivals import PATTERNS, Pattern, count_cold_starts
from helpers.checks.lab_02_confirmations import FIRST, SECOND, confirmation_of
from helpers.checks.lab_02_connection import Warehouse


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.what)
def test_cold_starts_are_the_peak_less_what_is_provisioned(pattern: Pattern) -> None:
    """Going through the requests gives the same number as looking for their peak."""
    moments = [request["at_s"] for request in pattern.requests]
    peak = max(
        sum(r["at_s"] <= moment < r["at_s"] + r["lasts_s"] for r in pattern.requests)
        for moment in moments
    )

    assert max(peak - pattern.provisioned, 0) == count_cold_starts(
        pattern.requests, pattern.provisioned
    )


def test_a_confirmation_has_defaults_for_what_an_order_leaves_out() -> None:
    """An order without address and notes is picked up, and one with them keeps its own."""
    assert ("pick up in the shop", []) == (
        confirmation_of(SECOND)["ship_to"],
        confirmation_of(SECOND)["notes"],
    )
    assert ("7 Canal Street", ["ring twice"], 3900) == (
        confirmation_of(FIRST)["ship_to"],
        confirmation_of(FIRST)["notes"],
        confirmation_of(FIRST)["total_cents"],
    )


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """Give a warehouse that is open."""
    warehouse = Warehouse()
    yield warehouse
    warehouse.leave()


@pytest.mark.parametrize("reset", [False, True])
def test_a_warehouse_that_hangs_up_is_met_as_a_connection_error(
    warehouse: Warehouse, reset: bool
) -> None:
    """A kept connection serves until the warehouse hangs up; a new one serves again."""
    client = http.client.HTTPConnection(warehouse.address, timeout=5)
    first = [_left(client, "poster-a2"), _left(client, "mug-photo")]
    opened = len(warehouse.connections)

    warehouse.hang_up(reset=reset)
    with pytest.raises(ConnectionError):
        _left(client, "poster-a2")
    client.close()
    again = _left(client, "canvas-60")
    client.close()

    assert [12, 0] == first
    assert 1 == opened
    assert 3 == again
    assert 2 == len(warehouse.connections)


def test_a_warehouse_that_left_answers_nobody() -> None:
    """After leave() nobody of it listens, whoever took its port; leaving twice is fine."""
    warehouse = Warehouse()
    warehouse.leave()
    warehouse.leave()

    with contextlib.suppress(OSError, http.client.HTTPException, ValueError, LookupError):
        _left(http.client.HTTPConnection(warehouse.address, timeout=5), "poster-a2")

    assert 0 == len(warehouse.connections)


def test_core_exercises_close_the_lab_and_stretch_exercises_master_it() -> None:
    """Three exercises are core, three stretch, as the curriculum has them."""
    core = {"2.1": True, "2.2": False, "2.3": True, "2.4": False, "2.5": False, "2.6": True}

    assert core == {exercise.id: exercise.core for exercise in LAB.exercises}


def _left(client: http.client.HTTPConnection, sku: str) -> int:
    client.request("GET", f"/stock/{sku}")
    return int(json.loads(client.getresponse().read())["left"])
