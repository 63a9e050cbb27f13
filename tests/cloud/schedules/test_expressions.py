"""Schedule expressions fire when AWS's documentation says they do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cloud.schedules.expressions import InvalidSchedule, next_firings, parse_schedule

START = datetime(2026, 1, 1, tzinfo=UTC)  # a Thursday
FIRINGS = {
    "cron(0 12 * * ? *)": "2026-01-01 12:00, 2026-01-02 12:00",
    "cron(0 18 ? * MON-FRI *)": "2026-01-01 18:00, 2026-01-02 18:00, 2026-01-05 18:00",
    "cron(0 8 1 * ? *)": "2026-01-01 08:00, 2026-02-01 08:00",
    "cron(0/15 * * * ? *)": "2026-01-01 00:15, 2026-01-01 00:30, 2026-01-01 00:45",
    "cron(*/25 0 * * ? *)": "2026-01-01 00:25, 2026-01-01 00:50, 2026-01-02 00:00",
    "cron(0/10 * ? * MON-FRI *)": "2026-01-01 00:10, 2026-01-01 00:20",
    "cron(0/5 8-17 ? * MON-FRI *)": "2026-01-01 08:00, 2026-01-01 08:05",
    "cron(5,35 14 * * ? *)": "2026-01-01 14:05, 2026-01-01 14:35, 2026-01-02 14:05",
    "cron(15 10 ? * 6L 2022-2027)": "2026-01-30 10:15, 2026-02-27 10:15",
    "cron(0 10 L * ? *)": "2026-01-31 10:00, 2026-02-28 10:00",
    "cron(0 10 ? * L *)": "2026-01-03 10:00, 2026-01-10 10:00",
    "cron(0 0 LW * ? *)": "2026-01-30 00:00, 2026-02-27 00:00",
    "cron(0 0 3W * ? *)": "2026-01-02 00:00, 2026-02-03 00:00, 2026-03-03 00:00",
    "cron(0 0 1W 2,3 ? *)": "2026-02-02 00:00, 2026-03-02 00:00",
    "cron(0 9 ? * 3#2 *)": "2026-01-13 09:00, 2026-02-10 09:00",
    "cron(0 9 ? * TUE#5 *)": "2026-03-31 09:00, 2026-06-30 09:00",
    "cron(0 9 ? JAN,mar 2 *)": "2026-01-05 09:00, 2026-01-12 09:00",
    "cron(0 0 ? * FRI-MON *)": "2026-01-02 00:00, 2026-01-03 00:00, 2026-01-04 00:00",
    "cron(0 22-2/2 1 1 ? 2027)": "2027-01-01 00:00, 2027-01-01 02:00, 2027-01-01 22:00",
    "cron(0 0 29 2 ? *)": "2028-02-29 00:00, 2032-02-29 00:00",
    "cron(0 0 31 2 ? *)": "",
    "cron(0 0 1 1 ? 2025)": "",
    "cron(0 0 31W 4 ? 2026-2027)": "",
    "rate(1 minute)": "2026-01-01 00:01, 2026-01-01 00:02",
    "rate(5 minutes)": "2026-01-01 00:05, 2026-01-01 00:10",
    "rate(12 hours)": "2026-01-01 12:00, 2026-01-02 00:00",
    "rate(7 days)": "2026-01-08 00:00, 2026-01-15 00:00",
    "at(2026-11-20T13:00:00)": "2026-11-20 13:00",
    "at(2025-11-20T13:00:00)": "",
}
REFUSED = """
cron(0 1 * * * *)       cron(7 20 * * NOT *)    cron(INVALID)           cron()
cron(0 dummy ? * MON-FRI *)                     cron(71 8 1 * ? *)      cron(0 24 * * ? *)
cron(0 1 ? * ? *)       cron(0 1 0 * ? *)       cron(0 1 32 * ? *)      cron(0 1 * 13 ? *)
cron(0 1 ? * 0 *)       cron(0 1 ? * 8 *)       cron(0 1 * * ? 1969)    cron(0 1 * * ? 2200)
cron(0 1 * * ?)         cron(0 1 * * ? * *)     cron(0/0 1 * * ? *)     cron(0- 1 * * ? *)
cron(0, 1 * * ? *)      cron(0 1 ? * 3#6 *)     cron(0 1 ? * 3#0 *)     cron(0 1 W * ? *)
cron(0 1 * L ? *)       cron(*-5 1 * * ? *)     cron(-1 1 * * ? *)      cron(1.5 1 * * ? *)
rate(10 seconds)        rate(10 years)          rate()                  rate(10)
rate(10 minutess)       rate(foo minutes)       rate(0 minutes)         rate(-10 minutes)
rate( 10 minutes )      rate(10 MINUTES)        rate(99999999999 days)  Rate(1 minute)
at(2021-12-31T23:59:59Z)                        at(2021-12-31)          at(2021-13-31T00:00:00)
0 12 * * ? *            every minute
"""


def shown(moments: list[datetime]) -> str:
    """Write moments in short."""
    return ", ".join(moment.strftime("%Y-%m-%d %H:%M") for moment in moments)


@pytest.mark.parametrize(("expression", "expected"), FIRINGS.items(), ids=FIRINGS)
def test_an_expression_fires(expression: str, expected: str):
    """The next firings are those that AWS's rules of the expression give."""
    count = len(expected.split(",")) if expected else 1

    assert expected == shown(next_firings(expression, after=START, count=count))


@pytest.mark.parametrize(
    "expression", [e.strip() for e in REFUSED.replace("  ", "\n").split("\n") if e.strip()]
)
def test_a_malformed_expression_is_refused(expression: str):
    """What AWS does not take is refused."""
    with pytest.raises(InvalidSchedule):
        parse_schedule(expression)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "UTC+2", "\0"])
def test_an_unknown_time_zone_is_refused(zone: str):
    """A time zone is a name of the IANA database."""
    with pytest.raises(InvalidSchedule):
        parse_schedule("rate(1 minute)", timezone=zone)


def test_rules_are_stricter():
    """A rule wants the singular for one, the plural for more, and takes no at()."""
    for expression in ("rate(1 minutes)", "rate(2 minute)", "at(2030-01-01T00:00:00)"):
        parse_schedule(expression)
        with pytest.raises(InvalidSchedule):
            parse_schedule(expression, rule=True)


BERLIN = "Europe/Berlin"
SPRING = datetime(2026, 3, 28, tzinfo=UTC)  # 02:00 becomes 03:00 on the 29th
AUTUMN = datetime(2026, 10, 24, tzinfo=UTC)  # 03:00 becomes 02:00 on the 25th


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("cron(0 9 * * ? *)", SPRING, "2026-03-28 08:00, 2026-03-29 07:00"),
        ("cron(0 9 * * ? *)", AUTUMN, "2026-10-24 07:00, 2026-10-25 08:00"),
        ("cron(30 2 * * ? *)", SPRING, "2026-03-28 01:30, 2026-03-30 00:30"),
        ("cron(30 2 * * ? *)", AUTUMN, "2026-10-24 00:30, 2026-10-25 00:30, 2026-10-26 01:30"),
        (
            "cron(0 * * * ? *)",
            datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
            "2026-10-25 00:00, 2026-10-25 02:00, 2026-10-25 03:00",
        ),
        ("at(2026-03-29T02:30:00)", SPRING, ""),
        ("at(2026-10-25T02:30:00)", AUTUMN, "2026-10-25 00:30"),
        (
            "rate(1 hour)",
            datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
            "2026-03-29 01:30, 2026-03-29 02:30",
        ),
    ],
)
def test_both_changes_of_daylight_saving_time(expression: str, after: datetime, expected: str):
    """An hour that is skipped has no firings, one that comes twice has them once, rates go on."""
    count = len(expected.split(",")) if expected else 1

    assert expected == shown(next_firings(expression, timezone=BERLIN, after=after, count=count))


def test_a_moment_within_the_repeated_hour():
    """After the first half past two there is no second one that day."""
    later = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)

    assert "2026-10-26 01:30" == shown(
        next_firings("cron(30 2 * * ? *)", timezone=BERLIN, after=later, count=1)
    )


numbers = st.integers(0, 59).map(str) | st.just("*") | st.integers(1, 59).map(lambda n: f"*/{n}")
days = (
    st.tuples(st.integers(1, 31).map(str) | st.sampled_from(["*", "L", "LW", "15W"]), st.just("?"))
    | st.tuples(st.just("?"), st.sampled_from(["*", "MON-FRI", "7", "2#1", "6L", "L"]))
)  # fmt: skip
zones = st.sampled_from(["UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])


@settings(deadline=None, derandomize=True, database=None)
@given(
    numbers,
    st.integers(0, 23).map(str) | st.just("*"),
    days,
    zones,
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_firings_come_in_order_and_fit_their_fields(
    minute: str, hour: str, day: tuple[str, str], zone: str, after: datetime
):
    """Whatever the expression, firings rise, come after the moment, and fit minute and hour."""
    expression = f"cron({minute} {hour} {day[0]} * {day[1]} *)"
    found = next_firings(expression, timezone=zone, after=after, count=6)

    assert 6 == len(found)
    assert all(one < other for one, other in pairwise([after, *found]))
    for moment in found:
        local = moment.astimezone(ZoneInfo(zone))
        assert 0 == local.second
        assert hour in ("*", str(local.hour))
        assert minute.startswith("*") or minute == str(local.minute)


def test_firings_end_with_the_calendar():
    """A rate has no end, a year of cron has one."""
    assert 3 == len(list(parse_schedule("cron(0 0 1-3 12 ? 2026)").firings(START)))
    century = islice(parse_schedule("rate(36500 days)").firings(START), 10)
    assert timedelta(days=36500) == next(century) - START
    assert 2 == 1 + len(list(century))
