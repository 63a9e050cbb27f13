"""AWS's cron expressions: six fields, with L, W, # and ?, in minutes.

Own code, because no kept library reads this dialect: six fields with a year, days of the week from
SUN = 1, and exactly one `?` among the two fields of days.
Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html and
docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

FIRST_YEAR, LAST_YEAR = 1970, 2199
MONTHS = {
    name: number
    for number, name in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1
    )
}
WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_PART = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>\d+))?")


@dataclass(frozen=True, slots=True)
class Field:
    """The range of a field, and the names its numbers may have."""

    lowest: int
    highest: int
    names: dict[str, int]

    def number(self, text: str) -> int:
        """Read a number or a name; raises ValueError."""
        found = self.names.get(text.upper())
        number = int(text) if found is None else found
        if not self.lowest <= number <= self.highest:
            raise ValueError(text)
        return number

    def numbers(self, text: str) -> frozenset[int]:
        """Read a list of values, ranges and steps; raises ValueError."""
        return frozenset(n for part in text.split(",") for n in self._part(part))

    def _part(self, text: str) -> Iterator[int]:
        match = _PART.fullmatch(text)
        if match is None or match["step"] == "0":
            raise ValueError(text)
        if match["first"] == "*":
            if match["last"]:
                raise ValueError(text)
            first, last = self.lowest, self.highest
        else:
            first = self.number(match["first"])
            open_end = self.highest if match["step"] else first
            last = self.number(match["last"]) if match["last"] else open_end
        if last < first:  # FRI-MON goes on past the end of the week
            last += self.highest - self.lowest + 1
        size = self.highest - self.lowest + 1
        for number in range(first, last + 1, int(match["step"] or 1)):
            yield (number - self.lowest) % size + self.lowest


MINUTE = Field(0, 59, {})
HOUR = Field(0, 23, {})
DAY_OF_MONTH = Field(1, 31, {})
MONTH = Field(1, 12, MONTHS)
DAY_OF_WEEK = Field(1, 7, WEEKDAYS)
YEAR = Field(FIRST_YEAR, LAST_YEAR, {})


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression; `day` is the text of the field of days that is not `?`."""

    minutes: Sequence[int]
    hours: Sequence[int]
    months: frozenset[int]
    years: frozenset[int]
    day_of_month: str | None
    day_of_week: str | None

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Yield the local times after `moment` (naive, both in the schedule's time zone)."""
        for day in self._days(moment.date()):
            for hour in self.hours:
                for minute in self.minutes:
                    found = datetime.combine(day, time(hour, minute))
                    if found > moment:
                        yield found

    def _days(self, first: date) -> Iterator[date]:
        for year in range(first.year, LAST_YEAR + 1):
            for month in range(first.month if year == first.year else 1, 13):
                if year in self.years and month in self.months:
                    for day in self._days_of(year, month):
                        if date(year, month, day) >= first:
                            yield date(year, month, day)

    def _days_of(self, year: int, month: int) -> list[int]:
        length = calendar.monthrange(year, month)[1]
        if self.day_of_week is not None:
            return _by_weekday(self.day_of_week, year, month, length)
        assert self.day_of_month is not None
        return _by_date(self.day_of_month, year, month, length)


def parse_cron(fields: str) -> Cron:
    """Read the six fields; raises ValueError when AWS would refuse them."""
    minute, hour, day_of_month, month, day_of_week, year = fields.split()
    if (day_of_month == "?") == (day_of_week == "?"):
        raise ValueError(fields)
    cron = Cron(
        minutes=sorted(MINUTE.numbers(minute)),
        hours=sorted(HOUR.numbers(hour)),
        months=MONTH.numbers(month),
        years=YEAR.numbers(year),
        day_of_month=None if day_of_month == "?" else day_of_month,
        day_of_week=None if day_of_week == "?" else day_of_week,
    )
    cron._days_of(2024, 1)  # reads the field of days
    return cron


def _by_date(text: str, year: int, month: int, length: int) -> list[int]:
    if text == "L":
        return [length]
    if text == "LW":
        return [_nearest_weekday(year, month, length, length)]
    if text.endswith("W"):
        wanted = DAY_OF_MONTH.number(text[:-1])
        return [_nearest_weekday(year, month, wanted, length)] if wanted <= length else []
    return [day for day in sorted(DAY_OF_MONTH.numbers(text)) if day <= length]


def _nearest_weekday(year: int, month: int, day: int, length: int) -> int:
    weekday = date(year, month, day).weekday()
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < length else day - 2
    return day


def _by_weekday(text: str, year: int, month: int, length: int) -> list[int]:
    if text == "L":
        text = "7"
    if "#" in text:
        weekday, _, nth = text.partition("#")
        wanted = DAY_OF_WEEK.number(weekday)
        if nth not in ("1", "2", "3", "4", "5"):
            raise ValueError(text)
        return _weekdays({wanted}, year, month, length)[int(nth) - 1 : int(nth)]
    if text.endswith("L") and len(text) > 1:
        return _weekdays({DAY_OF_WEEK.number(text[:-1])}, year, month, length)[-1:]
    return _weekdays(DAY_OF_WEEK.numbers(text), year, month, length)


def _weekdays(wanted: frozenset[int] | set[int], year: int, month: int, length: int) -> list[int]:
    first = date(year, month, 1)
    days = [first + timedelta(n) for n in range(length)]
    return [day.day for day in days if day.isoweekday() % 7 + 1 in wanted]
