"""Schedule expressions: at(), rate() and cron(), and when they fire.

Daylight saving time as EventBridge Scheduler has it: an hour that is skipped skips its firings, and
an hour that comes twice has them once; rate() counts real time.
Source: docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from helpers.cloud.schedules.cron import LAST_YEAR, Cron, parse_cron

MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
_RATE = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\(([^()]+)\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
MOST_MINUTES = 100 * 365 * 24 * 60


class InvalidSchedule(ValueError):  # noqa: N818 - the sentence reads better so
    """An expression or a time zone that AWS does not take."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule expression in its time zone."""

    expression: str
    timing: Cron | timedelta | datetime
    zone: ZoneInfo

    @property
    def one_time(self) -> bool:
        """Whether it fires only once: at()."""
        return isinstance(self.timing, datetime)

    def firings(self, after: datetime) -> Iterator[datetime]:
        """Yield the UTC moments after `after` (aware); rate() counts from it."""
        if isinstance(self.timing, timedelta):
            moment = after
            while moment.year < LAST_YEAR:
                moment += self.timing
                yield moment.astimezone(UTC)
        elif isinstance(self.timing, datetime):
            yield from self._existing(iter([self.timing]), after)
        else:
            local = after.astimezone(self.zone).replace(tzinfo=None)
            day_before = local - timedelta(days=1)  # an hour may come twice
            yield from self._existing(self.timing.after(day_before), after)

    def _existing(self, local_times: Iterator[datetime], after: datetime) -> Iterator[datetime]:
        for local in local_times:
            moment = local.replace(tzinfo=self.zone).astimezone(UTC)
            exists = moment.astimezone(self.zone).replace(tzinfo=None) == local
            if exists and moment > after:
                yield moment


def parse_schedule(expression: str, *, timezone: str = "UTC", rule: bool = False) -> Schedule:
    """Read an expression; raises InvalidSchedule.

    A `rule` takes no at(), and wants rate(1 minute) but rate(2 minutes).
    """
    return Schedule(expression, _timing(expression, rule=rule), _zone(timezone))


def next_firings(
    expression: str, *, timezone: str = "UTC", after: datetime, count: int = 5
) -> list[datetime]:
    """Return the next UTC moments at which a schedule fires.

    >>> next_firings("cron(0 9 ? * MON *)", after=datetime(2026, 1, 1, tzinfo=UTC), count=1)
    [datetime.datetime(2026, 1, 5, 9, 0, tzinfo=datetime.timezone.utc)]
    """
    return list(islice(parse_schedule(expression, timezone=timezone).firings(after), count))


def _timing(expression: str, *, rule: bool) -> Cron | timedelta | datetime:
    rate = _RATE.fullmatch(expression)
    if rate is not None:
        if rule and (int(rate[1]) == 1) == bool(rate[3]):
            raise InvalidSchedule(expression)
        minutes = int(rate[1]) * MINUTES[rate[2]]
        if minutes > MOST_MINUTES:
            raise InvalidSchedule(expression)
        return timedelta(minutes=minutes)
    try:
        cron = _CRON.fullmatch(expression)
        if cron is not None:
            return parse_cron(cron[1])
        at = _AT.fullmatch(expression)
        if at is not None and not rule:
            return datetime.fromisoformat(at[1])
    except ValueError:
        pass
    raise InvalidSchedule(expression)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise InvalidSchedule(name) from None
