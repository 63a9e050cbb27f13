"""Lab 04's checks, where the course's own rehearsal of wrong answers does not reach."""

from __future__ import annotations

import struct
import zlib
from typing import Any, cast

import pytest

from helpers.checks.lab_04_high_value import EVENTS
from helpers.checks.lab_04_labels import order_paid
from helpers.checks.lab_04_nights import AUTUMN, SPRING, check_4_5, nights_around
from helpers.checks.lab_04_sequence import STEPS
from helpers.checks.lab_04_subscribers import ORDERS, SUBSCRIBERS, check_4_3
from helpers.checks.lab_04_thumbnails import TILE, check_4_1, thumbnail_of
from helpers.checks.lab_04_tile import tile
from helpers.checks.outcome import NotStarted, NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did

NOBODY = cast("Session", None)


def test_a_tile_is_a_png_of_the_photos_own_colour():
    """Its header says 8 by 8 pixels, and two photos differ."""
    picture = tile(b"cat")

    assert b"\x89PNG\r\n\x1a\n" == picture[:8]
    assert (8, 8) == struct.unpack(">II", picture[16:24])
    assert zlib.crc32(picture[12:29]) == struct.unpack(">I", picture[29:33])[0]
    assert picture != tile(b"dog")


def test_the_file_in_the_zip_makes_the_same_picture():
    """tile.py needs nothing but the standard library."""
    names: dict[str, Any] = {}
    exec(TILE, names)

    assert tile(b"cat") == names["tile"](b"cat")


def test_a_thumbnail_lies_beside_the_uploads():
    """Only the beginning and the end of the key change."""
    assert "thumbnails/uploads/a.jpg.png" == thumbnail_of("uploads/uploads/a.jpg.jpg")


def test_the_nights_around_the_clock_changes():
    """02:30 does not exist on 28 March and is there once on 31 October."""
    assert ["26 01:30", "27 01:30", "29 00:30", "30 00:30"] == [
        f"{moment:%d %H:%M}" for moment in nights_around(SPRING)
    ]
    assert ["29 00:30", "30 00:30", "31 00:30", "01 01:30", "02 01:30"] == [
        f"{moment:%d %H:%M}" for moment in nights_around(AUTUMN)
    ]


def test_each_step_of_the_index_follows_from_the_sequencers():
    """What the check expects is what the largest sequencer of the key says."""
    newest: dict[str, tuple[int, int]] = {}
    for step in STEPS:
        newest[step.key] = max(newest.get(step.key, (-1, 0)), (int(step.sequencer, 16), step.size))
        assert newest[step.key][1] == step.then


def test_twenty_events_are_twenty_stories():
    """Feedback names each event by words of its own, and some are wanted."""
    assert 20 == len({event[0] for event in EVENTS})
    assert 0 < sum(event[1] for event in EVENTS) < 20


def test_every_order_is_wanted_by_known_functions():
    """Each of the three gets some of the orders, and none gets all."""
    for name in SUBSCRIBERS:
        wanted = [order for order in ORDERS if name in order.wanted_by]
        assert 0 < len(wanted) < len(ORDERS)
    assert all(set(order.wanted_by) <= set(SUBSCRIBERS) for order in ORDERS)


def test_an_order_sent_anew_differs_in_id_and_time_only():
    """The second event tells of the same order."""
    first, second = order_paid("o-1", "c-1"), order_paid("o-1", "c-1", event_id="x", minute=7)

    assert {"id", "time"} == {name for name in first if first[name] != second[name]}


@pytest.mark.parametrize("notification", [None, "uploads/", ["s3:ObjectCreated:*"]])
def test_a_notification_that_is_no_dict_is_told_before_anything_is_made(notification: Any):
    """Shape comes before substance."""
    with pytest.raises(NotYet, match="notification is"):
        check_4_1(NOBODY, Did(), print, notification, {})


@pytest.mark.parametrize("policies", [None, {}, {"charge-card": {}}, []])
def test_missing_policies_are_named(policies: Any):
    """The functions without a policy stand in the sentence."""
    with pytest.raises(NotYet, match="print-job"):
        check_4_3(NOBODY, Did(), print, policies)


def test_policies_left_open_are_not_started():
    """A starter whose policies are still `...` is no answer."""
    with pytest.raises(NotStarted):
        check_4_3(NOBODY, Did(), print, dict.fromkeys(SUBSCRIBERS, ...))


@pytest.mark.parametrize("schedule", [None, "cron(30 2 * * ? *)", {}])
def test_a_schedule_without_an_expression_is_told(schedule: Any):
    """Nothing is asked of the scheduler for it."""
    with pytest.raises(NotYet, match="schedule is"):
        check_4_5(NOBODY, Did(), schedule)
