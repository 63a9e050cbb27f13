"""The one clock that every schedule of the account is on.

Each schedule has a calendar of its own. It starts at the wall clock when the schedule is made or
changed; from then on the wait from one firing to the next is lapsed. With a time lapse of 60, a
rate of a minute fires every second, and each event bears the minute it was meant for, so that the
times inside events stay a minute apart. With a time lapse of 1 the calendar is the wall clock.
Source: docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from helpers.cloud import records
from helpers.cloud.clock import Timer
from helpers.cloud.events.eventbridge import instant
from helpers.cloud.records import Waiting
from helpers.cloud.schedules.expressions import Schedule

LONGEST_WAIT_S = 24 * 3600.0
"""A longer wait is cut in pieces: not every system can wait for a year at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A schedule, the dates it is limited to, and the minutes of its flexible time window."""

    schedule: Schedule
    start: datetime | None = None
    end: datetime | None = None
    window_minutes: int = 0

    def firings(self, after: datetime) -> Iterator[datetime]:
        """Yield the moments after `after`, within the dates; at() knows no dates."""
        if self.schedule.one_time:
            yield from self.schedule.firings(after)
            return
        begin = after
        if self.start is not None and self.start > after:
            if isinstance(self.schedule.timing, timedelta):
                if self.end is None or self.start < self.end:
                    yield self.start
                begin = self.start
            else:
                begin = self.start - timedelta(microseconds=1)
        for moment in self.schedule.firings(begin):
            if self.end is not None and moment >= self.end:
                return
            yield moment


@dataclass(frozen=True, slots=True)
class Alarm:
    """A plan under the ARN of its rule or schedule, and what is called with each moment.

    `completed` is called when no further moment will come.
    """

    arn: str
    plan: Plan
    ring: Callable[[datetime], None]
    completed: Callable[[], None] = lambda: None


@dataclass
class _Set:
    """An alarm that waits for `coming`, a moment of the schedule's own calendar.

    It is `on_time` (steady seconds) that this moment has come; it rings at `due`, later by what the
    flexible window adds.
    """

    alarm: Alarm
    coming: datetime
    on_time: float
    due: float
    timer: Timer | None = None


class AlarmClock:
    """Rings alarms; lives with the cloud. Alarms ring on the timer thread and must be short."""

    def __init__(self, waiting: Waiting) -> None:
        self._clock = waiting.clock
        self._timers = waiting.timers
        self._recorder = waiting.recorder
        self._alarms: dict[str, _Set] = {}
        self._lock = threading.Lock()

    def set(self, alarm: Alarm) -> None:
        """Set an alarm, in place of another one of the same ARN."""
        now = self._clock.today()
        self.unset(alarm.arn)
        coming = next(alarm.plan.firings(now), None)
        if coming is None:
            return
        on_time = self._clock.steady() + self._clock.lapsed((coming - now).total_seconds())
        item = _Set(alarm, coming, on_time, on_time + self._delay_s(alarm.plan))
        with self._lock:
            self._alarms[alarm.arn] = item
            self._wait(item)

    def unset(self, arn: str) -> None:
        """Forget an alarm, if there is one."""
        with self._lock:
            item = self._alarms.pop(arn, None)
            if item is not None and item.timer is not None:
                item.timer.cancel()

    def plan_of(self, arn: str) -> Plan | None:
        """Return the plan of an alarm that is set."""
        item = self._alarms.get(arn)
        return item.alarm.plan if item is not None else None

    def arns(self) -> list[str]:
        """Return the ARNs of alarms that are set."""
        return list(self._alarms)

    def coming(self, arn: str, count: int) -> list[datetime]:
        """Return the next moments of an alarm, in the schedule's own calendar."""
        item = self._alarms.get(arn)
        if item is None:
            return []
        later = item.alarm.plan.firings(item.coming)
        return [item.coming, *islice(later, count - 1)][:count]

    def clear(self) -> None:
        """Forget every alarm."""
        for arn in self.arns():
            self.unset(arn)

    def _wait(self, item: _Set) -> None:
        wait_s = max(0.0, item.due - self._clock.steady())
        item.timer = self._timers.after(min(wait_s, LONGEST_WAIT_S), lambda: self._due(item))

    def _due(self, item: _Set) -> None:
        arn, rung = item.alarm.arn, item.coming
        with self._lock:
            if self._alarms.get(arn) is not item:
                return
            if item.due > self._clock.steady():
                self._wait(item)
                return
            following = self._following(item)
            if following is None:
                del self._alarms[arn]
            else:
                item.coming = following
                item.due = item.on_time + self._delay_s(item.alarm.plan)
                self._wait(item)
        self._recorder.add(records.ScheduleFired(source=arn, scheduled_time=instant(rung)))
        item.alarm.ring(rung)
        if following is None:
            item.alarm.completed()

    def _following(self, item: _Set) -> datetime | None:
        """Give the next moment, and note when it will be on time.

        Without a time lapse that is what the wall clock says, and a machine that slept does not
        catch up; else the calendar goes on from the last moment.
        """
        plan, steady = item.alarm.plan, self._clock.steady()
        if self._clock.time_lapse == 1:
            now = self._clock.today()
            moments = plan.firings(item.coming)
            following = next((m for m in moments if m > now - timedelta(seconds=1)), None)
            wait_s = (following - now).total_seconds() if following else 0.0
            item.on_time = steady + wait_s
            return following
        following = next(plan.firings(item.coming), None)
        wait_s = (following - item.coming).total_seconds() if following else 0.0
        item.on_time = max(item.on_time, steady - 1) + self._clock.lapsed(wait_s)
        return following

    def _delay_s(self, plan: Plan) -> float:
        return self._clock.lapsed(random.uniform(0, plan.window_minutes * 60))


def utc(unix_s: float) -> datetime:
    """Return Unix seconds as an aware moment."""
    return datetime.fromtimestamp(unix_s, UTC)
