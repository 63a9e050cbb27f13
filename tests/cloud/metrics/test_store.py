"""Series in time: periods, units, bounds."""

from __future__ import annotations

import pytest

from helpers.cloud.metrics import store as the_store
from helpers.cloud.metrics.store import MINUTES, SECONDS, Metric, MetricStore
from helpers.cloud.ports import MetricDatum

SOLD = Metric("Shop", "Sold", (("Place", "Bonn"),))


def datum(at: float, value: float, *, unit: str = "Count") -> MetricDatum:
    """Return a sale."""
    return MetricDatum(
        namespace="Shop",
        name="Sold",
        dimensions=(("Place", "Bonn"),),
        at=at,
        values=((value, 1.0),),
        unit=unit,
    )


def test_periods_count_from_the_start_that_was_asked_for():
    """Values fall into the periods after the start; the end is not included."""
    store = MetricStore()
    store.put([datum(130, 1), datum(189.9, 2), datum(190, 4), datum(250, 8)])

    windows = store.windows(SOLD, None, 130, 250, 60)

    assert {130: 3.0, 190: 4.0} == {at: held.total for at, held in windows.items()}


def test_units_are_kept_apart_until_nobody_asks():
    """A unit gives its own values, no unit gives all."""
    store = MetricStore()
    store.put([datum(60, 1), datum(60, 5, unit="Bytes")])

    assert 6 == store.windows(SOLD, None, 0, 120, 60)[60].total
    assert 5 == store.windows(SOLD, "Bytes", 0, 120, 60)[60].total
    assert {} == store.windows(SOLD, "Seconds", 0, 120, 60)


def test_old_seconds_become_minutes_and_old_minutes_go():
    """A series that lasts for days keeps its sums by the minute, and not forever."""
    store = MetricStore()
    store.put(datum(at, 1) for at in range(0, 60 * (MINUTES + 200), 5))
    series = store._series[SOLD]["Count"]

    assert SECONDS + 300 >= len(series.seconds)
    assert MINUTES >= len(series.minutes)
    last = 60 * (MINUTES + 200)
    held = store.windows(SOLD, None, last - 7200, last, 60)
    assert [12.0] * 120 == [one.total for one in held.values()]


def test_values_may_come_late_and_out_of_order():
    """A value of an hour ago is kept, by its minute."""
    store = MetricStore()
    store.put([datum(7200, 1), datum(3605, 2)])

    assert {3600: 2.0, 7200: 1.0} == {
        at: held.total for at, held in store.windows(SOLD, None, 0, 8000, 60).items()
    }


def test_a_flood_of_names_pushes_out_the_oldest(monkeypatch: pytest.MonkeyPatch):
    """A dimension with endless values costs bounded memory; what is in use stays."""
    monkeypatch.setattr(the_store, "MAX_SERIES", 100)
    store = MetricStore()
    for number in range(1000):
        metric = Metric("Shop", "Sold", (("RequestId", str(number)),))
        store.observe([(metric, "Count", number, 1.0), (SOLD, "Count", number, 1.0)])

    kept = store.metrics(lambda _metric: True)
    assert 100 >= len(kept)
    assert SOLD in kept
