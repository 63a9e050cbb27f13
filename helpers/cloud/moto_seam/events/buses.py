"""moto's EventBridge, corrected: what it keeps is the account's, what happens is the kit's.

moto keeps buses, rules, targets, archives and replays; the kit reads patterns and schedules before
they are kept, sends events through the rules, and replays. API destinations, and targets of
services that the kit does not deliver to, are refused.
Source: docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html, API_PutTargets.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any

from moto.core.utils import unix_time
from moto.events import notifications
from moto.events.models import EventsBackend, Replay, ReplayState, events_backends

from helpers.cloud.control.constraints import Constraints
from helpers.cloud.control.eventbridge.buses import EventBuses
from helpers.cloud.control.eventbridge.buses_api import MAX_PATTERN, compiled
from helpers.cloud.control.eventbridge.target_requests import NAME, check_targets
from helpers.cloud.errors import AwsError, ValidationException
from helpers.cloud.events.eventbridge import Event, Rule
from helpers.cloud.events.patterns import Pattern, compile_pattern
from helpers.cloud.moto_seam.events.rules import check_rule
from helpers.cloud.moto_seam.failures import as_moto
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.schedules.expressions import InvalidSchedule, parse_schedule

MAX_TARGETS = 5
STATES = ("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
ARCHIVES = "prod.vhs.events.aws.internal"
"""Who manages the rules that fill archives."""
_ORIGINAL = "coldstart_original"


@dataclass(frozen=True, slots=True)
class EventHooks:
    """The running cloud, as moto's classes reach it: its buses, and who is told of changed rules.

    `changed` takes the Region.
    """

    buses: EventBuses
    changed: Callable[[str], None]


class MotoRules:
    """Implements Rules on moto's memory; lives with the cloud."""

    def of(self, region: str, bus: str) -> Sequence[Rule]:
        """Return the rules of a bus."""
        found = events_backends[ACCOUNT_ID][region].event_buses.get(bus)
        return [_rule(kept) for kept in list(found.rules.values())] if found else []

    def scheduled(self, region: str) -> list[tuple[Rule, str]]:
        """Return the rules of a Region that have a schedule, with its expression."""
        bus = events_backends[ACCOUNT_ID][region].event_buses["default"]
        kept = list(bus.rules.values())
        return [(_rule(r), r.scheduled_expression) for r in kept if r.scheduled_expression]

    def keep(self, region: str, archive: str, event: Event) -> None:
        """Put an event into an archive, if it is still there."""
        found = events_backends[ACCOUNT_ID][region].archives.get(archive)
        if found is not None:
            found.events.append(dict(event))


def install(hooks: EventHooks) -> None:
    """Bind the kit's behaviour to moto's classes; harmless when called again."""
    EventsBackend.put_events = _put_events(hooks)
    Replay.replay_events = _replay(hooks)
    notifications._send_safe_notification = lambda *_given: None  # the kit sends S3's events
    _wrap("put_rule", _checked_rule, hooks)
    _wrap("put_targets", _checked_targets, hooks)
    _wrap("create_archive", _checked_archive, hooks)
    _wrap("update_archive", _checked_archive, hooks)
    for name in ("enable_rule", "disable_rule"):
        _wrap(name, _checked_switch, hooks)
    for name in ("delete_rule", "remove_targets"):
        _wrap(name, _nothing, hooks)


def _wrap(name: str, check: Callable[[EventsBackend, dict[str, Any]], None], hooks: Any) -> None:
    current = getattr(EventsBackend, name)
    original = getattr(current, _ORIGINAL, current)
    parameters = original.__code__.co_varnames[1 : original.__code__.co_argcount]

    @wraps(original)
    def wrapped(backend: EventsBackend, *args: Any, **kwargs: Any) -> Any:
        given = {**dict(zip(parameters, args, strict=False)), **kwargs}
        with as_moto():
            check(backend, given)
        answer = original(backend, *args, **kwargs)
        hooks.changed(backend.region_name)
        return answer

    setattr(wrapped, _ORIGINAL, original)
    setattr(EventsBackend, name, wrapped)


def _nothing(_backend: EventsBackend, _given: dict[str, Any]) -> None:
    """Check nothing."""


def _checked_switch(backend: EventsBackend, given: dict[str, Any]) -> None:
    check_rule(backend, given["name"], given.get("event_bus_arn"))


def _put_events(hooks: EventHooks) -> Any:
    def put(backend: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, str]]:
        """Take events of services inside the account."""
        return hooks.buses.put(events, backend.region_name, trusted=True)

    return put


def _checked_rule(_backend: EventsBackend, given: dict[str, Any]) -> None:
    constraints = Constraints()
    constraints.pattern("name", given.get("name"), NAME)
    constraints.length("name", given.get("name"), at_least=1, at_most=64)
    constraints.length("eventPattern", given.get("event_pattern"), at_most=MAX_PATTERN)
    constraints.one_of("state", given.get("state"), STATES)
    constraints.raise_if_broken()
    if given.get("event_pattern") and given.get("managed_by") is None:
        compiled(given["event_pattern"])
    expression = given.get("scheduled_expression")
    if expression:
        if str(given.get("event_bus_arn") or "default").rsplit("/", 1)[-1] != "default":
            raise ValidationException(
                "ScheduleExpression is supported only on the default event bus."
            )
        try:
            parse_schedule(expression, rule=True)
        except InvalidSchedule:
            raise ValidationException("Parameter ScheduleExpression is not valid.") from None


def _checked_archive(_backend: EventsBackend, given: dict[str, Any]) -> None:
    if given.get("event_pattern"):
        compiled(given["event_pattern"])


def _checked_targets(backend: EventsBackend, given: dict[str, Any]) -> None:
    bus = str(given.get("event_bus_arn") or "default").rsplit("/", 1)[-1]
    found = backend.event_buses.get(bus)
    rule = found.rules.get(given["name"]) if found else None
    if rule is None:
        return  # moto refuses it
    if rule.managed_by == ARCHIVES:
        return
    check_targets(given["targets"])
    ids = {t["Id"] for t in rule.targets} | {t["Id"] for t in given["targets"]}
    if len(ids) > MAX_TARGETS:
        raise AwsError(
            "The requested resource exceeds the maximum number allowed.",
            code="LimitExceededException",
            http_status=400,
        )


def _rule(kept: Any) -> Rule:
    text = kept.event_pattern.dump()
    keeps = re.sub("^Events-Archive-", "", kept.name) if kept.managed_by == ARCHIVES else None
    return Rule(
        name=kept.name,
        arn=kept.arn,
        pattern=_pattern(text) if text else None,
        enabled=kept.state != "DISABLED",
        targets=tuple(kept.targets),
        keeps=keeps,
    )


@lru_cache(maxsize=1024)
def _pattern(text: str) -> Pattern:
    return compile_pattern(text)


def _replay(hooks: EventHooks) -> Any:
    def replay(self: Replay, archive: Any) -> None:
        """Send the archived events of the period through the bus again."""
        first, last = (_seconds(moment) for moment in (self.event_start_time, self.event_end_time))
        wanted = self.destination.get("FilterArns")
        for event in list(archive.events):
            if first <= _seconds(event["time"]) <= last:
                again = {**event, "replay-name": self.name}
                hooks.buses.publish(again, self.destination["Arn"], only=wanted)
        self.state = ReplayState.COMPLETED
        self.end_time = unix_time()

    return replay


def _seconds(moment: Any) -> float:
    if isinstance(moment, (int, float)):
        return float(moment)
    return datetime.fromisoformat(str(moment).replace("Z", "+00:00")).timestamp()
