"""The clock of schedules: each has its calendar, waits are lapsed, and nothing rings twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpers.cloud.records import Recorder, Waiting
from helpers.cloud.schedules.alarm_clock import Alarm, AlarmClock, Plan
from helpers.cloud.schedules.expressions import parse_schedule

NOW = datetime(2026, 1, 1, 12, 0, 20, tzinfo=UTC)


class Desk:
    """A clock that stands still until it is moved, and timers that run as it moves."""

    def __init__(self, time_lapse: float = 1.0) -> None:
        self.time_lapse = time_lapse
        self.passed_s = 0.0
        self.slept_s = 0.0
        self.waiting: list[Any] = []
        self.rung: list[str] = []
        self.alarms = AlarmClock(Waiting(self, self, Recorder(self)))  # type: ignore[arg-type]

    def now(self) -> float:
        return self.today().timestamp()

    def today(self) -> datetime:
        return NOW + timedelta(seconds=self.passed_s + self.slept_s)

    def steady(self) -> float:
        return self.passed_s

    def lapsed(self, wait_s: float) -> float:
        return wait_s / self.time_lapse

    def after(self, wait_s: float, action: Callable[[], None]) -> Any:
        timer = _Timer(self.passed_s + wait_s, action)
        self.waiting.append(timer)
        return timer

    def move(self, real_s: float) -> None:
        """Let real seconds pass."""
        end = self.passed_s + real_s
        while True:
            due = [t for t in self.waiting if t.due <= end]
            if not due:
                break
            timer = min(due, key=lambda t: t.due)
            self.waiting.remove(timer)
            self.passed_s = max(self.passed_s, timer.due)
            timer.action()
        self.passed_s = end

    def set(self, expression: str, arn: str = "a", **plan: Any) -> None:
        """Set an alarm that notes its moments."""
        schedule = parse_schedule(expression)
        self.alarms.set(
            Alarm(
                arn,
                Plan(schedule, **plan),
                ring=lambda moment: self.rung.append(moment.strftime("%d %H:%M:%S")),
                completed=lambda: self.rung.append("completed"),
            )
        )


class _Timer:
    def __init__(self, due: float, action: Callable[[], None]) -> None:
        self.due = due
        self.action = action

    def cancel(self) -> None:
        self.action = lambda: None


@pytest.fixture
def desk() -> Desk:
    """A desk without a time lapse."""
    return Desk()


def test_cron_rings_on_the_minute(desk: Desk):
    """The first ring comes when the wall clock reaches the minute."""
    desk.set("cron(* * * * ? *)")
    desk.move(39.9)
    assert [] == desk.rung
    desk.move(60.1)
    assert ["01 12:01:00"] == desk.rung[:1]
    assert 2 == len(desk.rung)


def test_waits_are_lapsed_and_moments_are_not():
    """With a time lapse of 60 a minute takes a second; the moments stay a minute apart."""
    desk = Desk(time_lapse=60)
    desk.set("rate(1 minute)")
    desk.move(3.5)

    assert ["01 12:01:20", "01 12:02:20", "01 12:03:20"] == desk.rung


def test_each_schedule_starts_at_the_wall_clock():
    """A schedule that is made later starts from now, not from another schedule's calendar."""
    desk = Desk(time_lapse=3600)
    desk.set("rate(1 hour)")
    desk.move(10.5)
    desk.rung.clear()
    desk.set("at(2026-01-01T13:00:00)", arn="b")
    desk.move(0.9999)

    assert "01 13:00:00" in desk.rung


def test_a_one_time_schedule_completes(desk: Desk):
    """at() rings once, and then tells so; in the past it never rings."""
    desk.set("at(2026-01-01T12:00:30)")
    desk.set("at(2026-01-01T11:00:30)", arn="b")
    desk.move(3600)

    assert ["01 12:00:30", "completed"] == desk.rung
    assert [] == desk.alarms.arns()


def test_start_and_end_limit_a_schedule(desk: Desk):
    """A rate begins with its start date; nothing rings at or after the end."""
    limits = {"start": NOW + timedelta(minutes=10), "end": NOW + timedelta(minutes=20)}
    desk.set("rate(5 minutes)", **limits)
    desk.move(3600)
    rates, desk.rung = desk.rung, []

    assert ["01 12:10:20", "01 12:15:20", "completed"] == rates


def test_cron_begins_at_its_start(desk: Desk):
    """A moment of cron that is the start date itself rings."""
    desk.set("cron(0 * * * ? *)", start=datetime(2026, 1, 1, 15, tzinfo=UTC))
    desk.move(4 * 3600)

    assert ["01 15:00:00", "01 16:00:00"] == desk.rung


def test_a_flexible_window_delays_and_does_not_add_up(desk: Desk):
    """Each ring comes somewhere in the window after its moment, counted from the moment."""
    desk.set("rate(60 minutes)", window_minutes=10)
    for hour in range(1, 20):
        desk.move(3600 * hour + 601 - desk.passed_s)
        assert hour == len(desk.rung)


def test_a_machine_that_slept_does_not_catch_up(desk: Desk):
    """Moments that passed while the machine slept are left out."""
    desk.set("rate(1 minute)")
    desk.move(61)
    desk.slept_s = 3600
    desk.move(120)

    assert ["01 12:01:20", "01 12:02:20"] == desk.rung[:2]
    assert len(desk.rung) <= 4
    assert desk.rung[2] >= "01 13:02"


def test_a_wait_of_years_is_cut_in_pieces(desk: Desk):
    """No timer is asked to wait for more than a day."""
    desk.set("at(2027-01-01T00:00:00)")

    assert 24 * 3600 == desk.waiting[0].due
    desk.move(366 * 24 * 3600)
    assert ["01 00:00:00", "completed"] == desk.rung


def test_an_alarm_can_be_replaced_and_unset(desk: Desk):
    """Only the last alarm of an ARN rings, and none that was unset."""
    desk.set("rate(1 minute)")
    desk.set("rate(1 hour)")
    desk.set("rate(1 minute)", arn="b")
    desk.alarms.unset("b")
    desk.alarms.unset("b")
    desk.move(3601)

    assert ["01 13:00:20"] == desk.rung


def test_upcoming_moments(desk: Desk):
    """The next moments are told in the schedule's own calendar."""
    desk.set("cron(0 12 * * ? *)")

    assert [2, 3, 4] == [moment.day for moment in desk.alarms.coming("a", 3)]
    assert [] == desk.alarms.coming("none", 3)
    desk.alarms.clear()
    assert [] == desk.alarms.coming("a", 3)
