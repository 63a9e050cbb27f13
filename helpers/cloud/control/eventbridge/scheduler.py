"""EventBridge Scheduler: its API, and what happens when a schedule fires.

The role in a target is what may act: it must trust scheduler.amazonaws.com when the schedule is
made and whenever it fires. Leaves out KMS keys.
Source: docs.aws.amazon.com/scheduler/latest/APIReference/ and
docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from helpers.cloud.control.eventbridge.buses import EventBuses
from helpers.cloud.control.eventbridge.deliveries import Deliveries
from helpers.cloud.control.eventbridge.delivery import Delivery
from helpers.cloud.control.eventbridge.schedule_book import (
    DEFAULT,
    ScheduleBook,
    ScheduleKept,
    invalid,
)
from helpers.cloud.control.eventbridge.schedule_requests import check_name, schedule_members
from helpers.cloud.events.eventbridge import compact, instant
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.json_text import read_json
from helpers.cloud.ports import Authorizer
from helpers.cloud.schedules.alarm_clock import Alarm, AlarmClock

SERVICE = "scheduler.amazonaws.com"
CANNOT_ASSUME = (
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
)
PATH = re.compile(r"/(schedules|schedule-groups|tags)(?:/(.+))?")
PAGE = 100


@dataclass(frozen=True, slots=True)
class Firings:
    """Sends what a schedule has to send; lives with the cloud."""

    deliveries: Deliveries
    buses: EventBuses

    def fire(self, kept: ScheduleKept, moment: datetime) -> None:
        """Deliver to the target of a schedule."""
        target = kept.members["Target"]
        execution = str(uuid.uuid4())
        values = {
            "schedule-arn": kept.arn,
            "scheduled-time": instant(moment),
            "execution-id": execution,
        }
        text = target.get("Input") or _own_envelope(kept, moment)

        def payload(attempt: int) -> str:
            return _with_context(text, {**values, "attempt-number": str(attempt)})

        self.deliveries.deliver(
            Delivery(
                service=SERVICE,
                source_arn=kept.arn,
                trust_arn=kept.group_arn,
                target_arn=target["Arn"],
                payload=payload,
                role_arn=target["RoleArn"],
                group_id=(target.get("SqsParameters") or {}).get("MessageGroupId"),
                partition_key=(target.get("KinesisParameters") or {}).get("PartitionKey", ""),
                forward=lambda detail: self._put_event(target, detail, kept.key[0]),
                max_retries=target["RetryPolicy"]["MaximumRetryAttempts"],
                max_age_s=target["RetryPolicy"]["MaximumEventAgeInSeconds"],
                dead_letter_arn=(target.get("DeadLetterConfig") or {}).get("Arn"),
                dead_letter_role=target["RoleArn"],
                attributes={
                    "EXECUTION_ID": execution,
                    "IS_PAYLOAD_TRUNCATED": "false",
                    "SCHEDULED_TIME": instant(moment),
                    "SCHEDULE_ARN": kept.arn,
                },
            )
        )

    def _put_event(self, target: Mapping[str, Any], detail: str, region: str) -> None:
        parameters = target["EventBridgeParameters"]
        entry = {
            "Source": parameters["Source"],
            "DetailType": parameters["DetailType"],
            "Detail": detail,
            "EventBusName": target["Arn"],
        }
        self.buses.put([entry], region)


@dataclass(frozen=True, slots=True)
class SchedulerApi:
    """Answers EventBridge Scheduler's operations; lives with the cloud."""

    book: ScheduleBook
    alarms: AlarmClock
    firings: Firings
    authorizer: Authorizer
    now: Callable[[], float]
    knows: Callable[[str, str], bool]

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of Scheduler's."""
        return PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError, which the gateway renders."""
        match = PATH.fullmatch(request.path)
        assert match is not None
        name = unquote(match[2] or "")
        query = {key: values[0] for key, values in parse_qs(request.query).items()}
        kind = match[1]
        if kind == "tags":
            return json_answer(200, self._tags(request, name))
        if kind == "schedule-groups":
            return json_answer(200, self._groups(request, region, name, query))
        if not name:
            return json_answer(200, self._list(region, query))
        if request.method in ("POST", "PUT"):
            return json_answer(200, self._write(request, region, name))
        kept = self.book.get(region, query.get("groupName", DEFAULT), name)
        if request.method == "GET":
            return json_answer(200, kept.described())
        self._forget(kept)
        return json_answer(200, {})

    def _write(self, request: HttpRequest, region: str, name: str) -> dict[str, Any]:
        body = _body(request)
        members = schedule_members(name, body, now=self.now(), knows=self.knows)
        role = members["Target"]["RoleArn"]
        group = self.book.group(region, members["GroupName"])
        if request.method == "PUT":
            self.book.get(region, members["GroupName"], name)
        if self.authorizer.service_may(SERVICE, "sts:AssumeRole", role, group.arn) is not None:
            raise invalid(CANNOT_ASSUME)
        key = (region, members["GroupName"], name)
        token = str(body.get("ClientToken") or "")
        current = self.book.current(key)
        if request.method == "POST" and current is not None and current.repeated(token, members):
            return {"ScheduleArn": current.arn}
        keep = self.book.create if request.method == "POST" else self.book.update
        kept = keep(region, members, token)
        self._set(kept)
        return {"ScheduleArn": kept.arn}

    def _set(self, kept: ScheduleKept) -> None:
        """Set the alarm of a schedule; what changed meanwhile has the last word."""
        if kept.members["State"] == "ENABLED":
            self.alarms.set(self._alarm(kept))
        else:
            self.alarms.unset(kept.arn)
        current = self.book.current(kept.key)
        if current is None:
            self.alarms.unset(kept.arn)
        elif current is not kept:
            self._set(current)

    def _alarm(self, kept: ScheduleKept) -> Alarm:

        def completed() -> None:
            if kept.members["ActionAfterCompletion"] == "DELETE":
                self.book.delete(kept)

        def ring(moment: datetime) -> None:
            self.firings.fire(kept, moment)

        return Alarm(kept.arn, kept.plan(), ring, completed)

    def _forget(self, kept: ScheduleKept) -> None:
        self.book.delete(kept)
        self.alarms.unset(kept.arn)

    def _list(self, region: str, query: Mapping[str, str]) -> dict[str, Any]:
        group = query.get("ScheduleGroup")
        if group is not None:
            self.book.group(region, group)
        found = [
            kept.summary()
            for kept in self.book.schedules(region)
            if group in (None, kept.members["GroupName"])
            and query.get("State") in (None, kept.members["State"])
            and kept.members["Name"].startswith(query.get("NamePrefix", ""))
        ]
        return _page("Schedules", found, query)

    def _groups(
        self, request: HttpRequest, region: str, name: str, query: Mapping[str, str]
    ) -> dict[str, Any]:
        if not name:
            prefix = query.get("NamePrefix", "")
            groups = [g.described() for g in self.book.groups(region) if g.name.startswith(prefix)]
            return _page("ScheduleGroups", groups, query)
        if request.method == "POST":
            check_name("name", name)
            group = self.book.create_group(region, name, _tags_of(_body(request)))
            return {"ScheduleGroupArn": group.arn}
        if request.method == "GET":
            return self.book.group(region, name).described()
        if name == DEFAULT:
            raise invalid("The default schedule group cannot be deleted.")
        for kept in self.book.delete_group(region, name):
            self.alarms.unset(kept.arn)
        return {}

    def _tags(self, request: HttpRequest, arn: str) -> dict[str, Any]:
        if ":schedule-group/" not in arn:
            raise invalid(f"Only schedule groups have tags: {arn}")
        group = self.book.by_arn(arn)
        if request.method == "GET":
            tags = [{"Key": key, "Value": value} for key, value in group.tags.items()]
            return {"Tags": tags}
        if request.method == "POST":
            group.tags = {**group.tags, **_tags_of(_body(request))}
        else:
            gone = parse_qs(request.query).get("TagKeys", [])
            group.tags = {key: value for key, value in group.tags.items() if key not in gone}
        return {}


def _own_envelope(kept: ScheduleKept, moment: datetime) -> str:
    """Write what a target gets when its schedule says nothing: an event whose detail is text."""
    return compact(
        {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": kept.arn.split(":")[4],
            "time": instant(moment),
            "region": kept.key[0],
            "resources": [kept.arn],
            "detail": "{}",
        }
    )


def _with_context(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = read_json(request.body or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise invalid("The request body is not a JSON object.")
    return body


def _tags_of(body: Mapping[str, Any]) -> dict[str, str]:
    return {str(tag["Key"]): str(tag["Value"]) for tag in body.get("Tags") or ()}


def _page(member: str, found: list[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    try:
        first, size = int(query.get("NextToken", "0")), int(query.get("MaxResults", PAGE))
    except ValueError:
        raise invalid("Invalid NextToken.") from None
    if not 1 <= size <= PAGE or first < 0:
        raise invalid("MaxResults must be between 1 and 100.")
    following = {"NextToken": str(first + size)} if first + size < len(found) else {}
    return {member: found[first : first + size], **following}
