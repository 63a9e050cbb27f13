"""Exercise 4.5: when a schedule fires in the nights around both clock changes of a year.

An hour that is skipped skips its firings; an hour that comes twice has them once
(docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

BERLIN = ZoneInfo("Europe/Berlin")
YEAR = 2027
SPRING, AUTUMN = date(YEAR, 3, 28), date(YEAR, 10, 31)
NIGHTS_AROUND = 2
AT = time(2, 30)
FIELDS = ("ScheduleExpression", "ScheduleExpressionTimezone")
QUEUE = "arn:aws:sqs:us-east-1:123456789012:print-jobs"


def check_4_5(session: Session, did: Did, schedule: Mapping[str, Any]) -> None:
    """Ask the scheduler for the firings around 28 March and 31 October 2027."""
    _expect_fields(schedule)
    _expect_accepted(session, schedule)
    zone = schedule.get("ScheduleExpressionTimezone", "UTC")
    for change, name in ((SPRING, "spring"), (AUTUMN, "autumn")):
        first = change - timedelta(days=NIGHTS_AROUND)
        did(f"asked for the firings around {change:%d %B %Y}, when clocks change in {name}")
        found = session.next_firings(
            schedule["ScheduleExpression"],
            timezone=zone,
            after=(first - timedelta(days=1)).isoformat() + "T12:00",
            count=10,
        )
        _expect_nights(found, change)
    did("asked for the firings around both clock changes of 2027")


def nights_around(change: date) -> list[datetime]:
    """Return 02:30 in Berlin in the nights around a change, without the one that has none."""
    days = range(-NIGHTS_AROUND, NIGHTS_AROUND + 1)
    nights = [datetime.combine(change + timedelta(n), AT, tzinfo=BERLIN) for n in days]
    return [night.astimezone(UTC) for night in nights if _exists(night)]


def _exists(night: datetime) -> bool:
    return night.astimezone(UTC).astimezone(BERLIN).time() == night.time()


def _expect_fields(schedule: Any) -> None:
    if not isinstance(schedule, Mapping) or FIELDS[0] not in schedule:
        raise NotYet(
            f"schedule is {shown(schedule)}",
            expected="a dict with ScheduleExpression, and what else create_schedule needs to know "
            "of time.",
            hint=1,
        )


def _expect_accepted(session: Session, schedule: Mapping[str, Any]) -> None:
    client = session.client("scheduler")
    name = f"check-{secrets.token_hex(4)}"
    role = _make_role(session, name)
    try:
        client.create_schedule(
            **{
                "FlexibleTimeWindow": {"Mode": "OFF"},
                **schedule,
                "Name": name,
                "State": "DISABLED",
                "Target": {"Arn": QUEUE, "RoleArn": role},
            }
        )
        client.delete_schedule(Name=name)
    except (ClientError, ParamValidationError) as refusal:
        raise NotYet(
            f"The scheduler refused {shown(schedule)}: {refusal}",
            expected="an expression such as cron(minute hour day month weekday year), where day "
            "or weekday is a question mark.",
            hint=2,
        ) from None
    finally:
        session.client("iam").delete_role(RoleName=name)


def _make_role(session: Session, name: str) -> str:
    trust = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": '
        '{"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
    )
    made = session.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    return str(made["Role"]["Arn"])


def _expect_nights(found: list[str], change: date) -> None:
    wanted = nights_around(change)
    end = wanted[-1] + timedelta(hours=6)
    moments = [datetime.fromisoformat(text.replace("Z", "+00:00")) for text in found]
    moments = [moment for moment in moments if moment <= end]
    if moments == wanted:
        return
    wrong = next((m for m in moments if m not in wanted), None)
    missing = next((m for m in wanted if m not in moments), None)
    raise NotYet(
        f"It fires on {_local(wrong)}." if wrong else f"It does not fire on {_local(missing)}.",
        expected=f"{len(wanted)} firings at 02:30 in Berlin, from {wanted[0]:%d %B} to "
        f"{wanted[-1]:%d %B}.",
        advice=_advice(moments, wanted),
        hint=2 if wrong and wrong.astimezone(BERLIN).minute != 30 else 3,
    )


def _local(moment: datetime | None) -> str:
    return moment.astimezone(BERLIN).strftime("%d %B at %H:%M in Berlin") if moment else "any day"


def _advice(moments: list[datetime], wanted: list[datetime]) -> str:
    if set(moments) < set(wanted):
        return "The report is wanted every night: * for the day, the month and the year."
    if len({moment.astimezone(BERLIN).time() for moment in moments}) > 1:
        return (
            "In UTC, 02:30 in Berlin is 01:30 in winter and 00:30 in summer. Name the time zone "
            "instead of converting, and take cron: rate counts hours, whatever the clocks say."
        )
    return "The first field is the minute, the second the hour, and both are those of the zone."
