"""A clock that stands before the kit was made is wrong, and one after it is believed."""

from __future__ import annotations

import datetime

from helpers.firstaid import moment
from helpers.firstaid.finding import Mark


def test_a_clock_before_the_kit_is_found():
    """A computer whose battery is empty begins in 1970."""
    found = moment.clock(datetime.datetime(1970, 1, 1, 0, 4, tzinfo=datetime.UTC))

    assert (Mark.FAIL, "clock-wrong") == (found.mark, found.anchor)
    assert "it says 1970-01-01 00:04 UTC" in found.seen
    assert "certificates" in found.cause
    assert "set-ntp" in found.command


def test_a_clock_after_the_kit_is_well():
    """From the day before the newest fact on, for whoever is west of it, a clock is believed."""
    made = datetime.datetime.combine(moment.newest_fact(), datetime.time(), datetime.UTC)

    assert Mark.OK is moment.clock(made).mark
    assert Mark.OK is moment.clock(made - datetime.timedelta(days=1)).mark
    assert Mark.FAIL is moment.clock(made - datetime.timedelta(days=2)).mark
    assert Mark.OK is moment.clock().mark
