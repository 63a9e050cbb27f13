"""The next moments of schedules: the page /_kit/schedules of the cloud.

AWS has no such operation; its console shows the next ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from helpers.cloud.clock import Clock
from helpers.cloud.errors import KitError
from helpers.cloud.events.eventbridge import instant
from helpers.cloud.schedules.alarm_clock import AlarmClock
from helpers.cloud.schedules.expressions import InvalidSchedule, next_firings

MOST = 100


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Tells when schedules fire next; lives with the cloud."""

    alarms: AlarmClock
    clock: Clock

    def page(self, query: Mapping[str, str]) -> dict[str, list[str]]:
        """Return moments by ARN, or by the `expression` (and `timezone`) that was asked for.

        `count` says how many (5); an expression is asked `after` a day or moment of UTC, or after
        now. Raises KitError.
        """
        count = query.get("count", "5")
        if not count.isdecimal() or not 1 <= int(count) <= MOST:
            raise KitError(
                f"'count' takes a number from 1 to {MOST}, not {count!r}.", anchor="schedule"
            )
        if "expression" in query:
            return self._of_expression(query, int(count))
        return {
            arn: [instant(moment) for moment in self.alarms.coming(arn, int(count))]
            for arn in sorted(self.alarms.arns())
        }

    def _of_expression(self, query: Mapping[str, str], count: int) -> dict[str, list[str]]:
        expression, timezone = query["expression"], query.get("timezone", "UTC")
        try:
            after = self._after(query.get("after", ""))
            moments = next_firings(expression, timezone=timezone, after=after, count=count)
        except InvalidSchedule as error:
            raise KitError(
                f"{expression!r} in {timezone!r} is no schedule.",
                why=f"AWS does not take {str(error)!r}.",
                next_step="Try cron(0 9 ? * MON-FRI *) or rate(5 minutes).",
                anchor="schedule",
            ) from None
        return {expression: [instant(moment) for moment in moments]}

    def _after(self, text: str) -> datetime:
        if not text:
            return self.clock.today()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise KitError(
                f"'after' takes a day or a moment, not {text!r}.",
                next_step="Write it as 2027-03-26 or 2027-03-26T12:00.",
                anchor="schedule",
            ) from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
