"""The last events that fronts handed over, for whoever wants to see one."""

from __future__ import annotations

import json

import pytest

from helpers.cloud.errors import KitError
from helpers.cloud.http_fronts.recent_events import KEPT, MAX_BYTES, RecentEvents


def event(number: int) -> bytes:
    """Return an event."""
    return json.dumps({"number": number}).encode()


def test_an_event_is_found_by_the_id_of_its_invocation():
    """What was handed over comes back as it was."""
    recent = RecentEvents()
    recent.add("a", event(1))

    assert {"event": {"number": 1}} == recent.page({"request_id": "a"})
    assert {"event": None} == recent.page({"request_id": "b"})


def test_the_oldest_go_and_large_ones_are_never_kept():
    """Memory stays bounded, however many requests come."""
    recent = RecentEvents()
    for number in range(KEPT + 1):
        recent.add(str(number), event(number))
    recent.add("large", b'"' + b"x" * MAX_BYTES + b'"')

    assert {"event": None} == recent.page({"request_id": "0"})
    assert {"event": {"number": 1}} == recent.page({"request_id": "1"})
    assert {"event": None} == recent.page({"request_id": "large"})


def test_an_emptied_account_has_none():
    """Nothing of the account before is left."""
    recent = RecentEvents()
    recent.add("a", event(1))
    recent.clear()

    assert {"event": None} == recent.page({"request_id": "a"})


def test_the_page_says_what_it_wants():
    """A question without an id is no question."""
    with pytest.raises(KitError, match="request_id="):
        RecentEvents().page({})
