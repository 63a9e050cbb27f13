"""The schedules and schedule groups of EventBridge Scheduler, as the account keeps them.

Source: docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.errors import AwsError
from helpers.cloud.schedules.alarm_clock import Plan, utc
from helpers.cloud.schedules.expressions import parse_schedule

DEFAULT = "default"
Key = tuple[str, str, str]
"""Region, group, name."""


@dataclass(frozen=True, slots=True)
class ScheduleKept:
    """A schedule: its ARN and the members of the request that made it, dates as Unix seconds."""

    key: Key
    arn: str
    members: Mapping[str, Any]
    created: float
    modified: float
    client_token: str = ""

    def repeated(self, client_token: str, members: Mapping[str, Any]) -> bool:
        """Tell whether a request is the one that made this schedule, sent again."""
        return client_token == self.client_token != "" and members == self.members

    @property
    def group_arn(self) -> str:
        """The ARN of its group, which a role's trust may be limited to."""
        return self.arn.replace(":schedule/", ":schedule-group/").rsplit("/", 1)[0]

    def plan(self) -> Plan:
        """Return when it fires."""
        members = self.members
        window = members["FlexibleTimeWindow"].get("MaximumWindowInMinutes") or 0
        start, end = members.get("StartDate"), members.get("EndDate")
        return Plan(
            parse_schedule(
                members["ScheduleExpression"], timezone=members["ScheduleExpressionTimezone"]
            ),
            start=None if start is None else utc(start),
            end=None if end is None else utc(end),
            window_minutes=window,
        )

    def described(self) -> dict[str, Any]:
        """Return what GetSchedule answers."""
        return {
            "Arn": self.arn,
            **self.members,
            "CreationDate": self.created,
            "LastModificationDate": self.modified,
        }

    def summary(self) -> dict[str, Any]:
        """Return what ListSchedules tells."""
        names = ("Arn", "Name", "GroupName", "State", "CreationDate", "LastModificationDate")
        described = self.described()
        target = {"Arn": self.members["Target"]["Arn"]}
        return {**{name: described[name] for name in names}, "Target": target}


@dataclass(slots=True)
class Group:
    """A schedule group and its tags; the default one was there from the start."""

    name: str
    arn: str
    created: float
    tags: dict[str, str] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """Return what GetScheduleGroup answers."""
        return {
            "Arn": self.arn,
            "Name": self.name,
            "State": "ACTIVE",
            "CreationDate": self.created,
            "LastModificationDate": self.created,
        }


class ScheduleBook:
    """Keeps schedules and groups of every Region; lives with the cloud, emptied at reset."""

    def __init__(self, account_id: str, now: Callable[[], float]) -> None:
        self._account = account_id
        self._now = now
        self._schedules: dict[Key, ScheduleKept] = {}
        self._groups: dict[tuple[str, str], Group] = {}
        self._lock = threading.Lock()

    def create(
        self, region: str, members: Mapping[str, Any], client_token: str = ""
    ) -> ScheduleKept:
        """Keep a new schedule; ConflictException when there is one of its name."""
        key = self._key(region, members)
        with self._lock:
            if key in self._schedules:
                raise conflict(f"Schedule {key[2]} already exists.")
            return self._keep(key, members, None, client_token)

    def update(
        self, region: str, members: Mapping[str, Any], client_token: str = ""
    ) -> ScheduleKept:
        """Replace every member of a schedule."""
        key = self._key(region, members)
        with self._lock:
            if key not in self._schedules:
                raise not_found(f"Schedule {key[2]} does not exist.")
            return self._keep(key, members, self._schedules[key].created, client_token)

    def get(self, region: str, group: str, name: str) -> ScheduleKept:
        """Return a schedule; ResourceNotFoundException without it."""
        self.group(region, group)
        found = self._schedules.get((region, group, name))
        if found is None:
            raise not_found(f"Schedule {name} does not exist.")
        return found

    def current(self, key: Key) -> ScheduleKept | None:
        """Return what is kept under a key now."""
        return self._schedules.get(key)

    def delete(self, kept: ScheduleKept) -> None:
        """Forget a schedule; harmless when it is gone or was replaced."""
        with self._lock:
            if self._schedules.get(kept.key) is kept:
                del self._schedules[kept.key]

    def schedules(self, region: str) -> Sequence[ScheduleKept]:
        """Return the schedules of a Region, newest first."""
        found = [kept for key, kept in list(self._schedules.items()) if key[0] == region]
        return sorted(found, key=lambda kept: -kept.created)

    def create_group(self, region: str, name: str, tags: Mapping[str, str]) -> Group:
        """Make a group."""
        with self._lock:
            if name == DEFAULT or (region, name) in self._groups:
                raise conflict(f"Schedule group {name} already exists.")
            group = Group(name, self._group_arn(region, name), self._now(), dict(tags))
            self._groups[(region, name)] = group
            return group

    def group(self, region: str, name: str) -> Group:
        """Return a group; ResourceNotFoundException without it."""
        found = self._groups.get((region, name))
        if found is None and name == DEFAULT:
            with self._lock:
                arn = self._group_arn(region, name)
                found = self._groups.setdefault((region, name), Group(name, arn, self._now()))
        if found is None:
            raise not_found(f"Schedule group {name} does not exist.")
        return found

    def groups(self, region: str) -> Sequence[Group]:
        """Return the groups of a Region, the default one first."""
        self.group(region, DEFAULT)
        found = [group for key, group in list(self._groups.items()) if key[0] == region]
        return sorted(found, key=lambda group: (group.name != DEFAULT, -group.created))

    def delete_group(self, region: str, name: str) -> list[ScheduleKept]:
        """Forget a group and its schedules, which are returned."""
        self.group(region, name)
        with self._lock:
            self._groups.pop((region, name), None)
            gone = [kept for key, kept in self._schedules.items() if key[:2] == (region, name)]
            for kept in gone:
                del self._schedules[kept.key]
        return gone

    def by_arn(self, arn: str) -> Group:
        """Return the group of an ARN: only groups have tags."""
        region, name = arn.split(":")[3], arn.rsplit("/", 1)[1]
        return self.group(region, name)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._schedules.clear()
            self._groups.clear()

    def _keep(
        self, key: Key, members: Mapping[str, Any], created: float | None, client_token: str
    ) -> ScheduleKept:
        region, group, name = key
        arn = f"arn:aws:scheduler:{region}:{self._account}:schedule/{group}/{name}"
        now = self._now()
        since = now if created is None else created
        kept = ScheduleKept(key, arn, members, since, now, client_token)
        self._schedules[key] = kept
        return kept

    def _key(self, region: str, members: Mapping[str, Any]) -> Key:
        self.group(region, members["GroupName"])
        return region, members["GroupName"], members["Name"]

    def _group_arn(self, region: str, name: str) -> str:
        return f"arn:aws:scheduler:{region}:{self._account}:schedule-group/{name}"


def conflict(message: str) -> AwsError:
    """Return Scheduler's ConflictException."""
    return _error("ConflictException", message, 409)


def not_found(message: str) -> AwsError:
    """Return Scheduler's ResourceNotFoundException."""
    return _error("ResourceNotFoundException", message, 404)


def invalid(message: str) -> AwsError:
    """Return Scheduler's ValidationException."""
    return _error("ValidationException", message, 400)


class _SchedulerError(AwsError):
    """An error whose message Scheduler's API model spells with a capital letter."""

    message_member = "Message"


def _error(code: str, message: str, status: int) -> AwsError:
    return _SchedulerError(message, code=code, http_status=status)
