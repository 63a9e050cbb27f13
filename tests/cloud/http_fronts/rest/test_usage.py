"""Quotas count by their periods, and throttles by their buckets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from helpers.cloud.clock import Clock
from helpers.cloud.http_fronts.rest.deployment import Throttle, UsagePlan
from helpers.cloud.http_fronts.rest.usage import UsageMeter, period_start


class Days(Clock):
    """A clock that is moved by hand."""

    moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
    at = 0.0

    def today(self) -> datetime:
        """Return the day that was set."""
        return self.moment

    def steady(self) -> float:
        """Return the seconds that were set."""
        return self.at


def plan(**members: object) -> UsagePlan:
    """Return a usage plan."""
    return UsagePlan(id="p", stages={}, **members)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expected", "period", "offset"),
    [
        (date(2026, 11, 20), "DAY", 0),
        (date(2026, 11, 15), "WEEK", 0),  # a Sunday
        (date(2026, 11, 16), "WEEK", 1),
        (date(2026, 11, 14), "WEEK", 6),
        (date(2026, 11, 1), "MONTH", 0),
        (date(2026, 10, 26), "MONTH", 25),
        (date(2026, 11, 6), "MONTH", 5),
    ],
)
def test_when_a_period_began(expected: date, period: str, offset: int):
    """Weeks begin on Sunday and months on the first, later by the offset."""
    assert expected == period_start(
        plan(quota_period=period, quota_offset=offset), date(2026, 11, 20)
    )


def test_a_quota_fills_again():
    """A day's quota is there again on the next day; usage of both days is known."""
    clock = Days()
    meter, day = UsageMeter(clock), plan(quota_limit=2)
    counted = [meter.count(day, "k") for _ in range(3)]
    clock.moment += timedelta(days=1)
    counted.append(meter.count(day, "k"))

    assert [True, True, False, True] == counted
    assert [[2, 0], [1, 1]] == meter.usage(day, "k", date(2026, 11, 20), date(2026, 11, 21))


def test_a_grant_holds_for_its_period():
    """UpdateUsage sets what remains now; the next period has the plan's limit."""
    clock = Days()
    meter, week = UsageMeter(clock), plan(quota_limit=1, quota_period="WEEK")
    assert meter.count(week, "k")
    meter.grant(week, "k", 2)
    counted = [meter.count(week, "k") for _ in range(3)]
    clock.moment += timedelta(days=7)
    counted += [meter.count(week, "k") for _ in range(2)]

    assert [True, True, False, True, False] == counted


def test_a_bucket_fills_with_its_rate():
    """A burst first, then one by one."""
    clock = Days()
    meter, throttle = UsageMeter(clock), Throttle(2.0, 2.0)
    first = [meter.within(("x",), throttle) for _ in range(3)]
    clock.at = 0.5
    then = [meter.within(("x",), throttle) for _ in range(2)]

    assert ([True, True, False], [True, False]) == (first, then)
    assert all(meter.within(("y",), Throttle()) for _ in range(1000))


def test_a_reset_forgets_everything():
    """Counts and buckets are new in an empty account."""
    meter = UsageMeter(Days())
    assert meter.count(plan(quota_limit=1), "k")
    assert meter.within(("x",), Throttle(0.0, 1.0))
    meter.clear()

    assert meter.count(plan(quota_limit=1), "k")
    assert meter.within(("x",), Throttle(0.0, 1.0))
