"""Builds EventBridge and its Scheduler: buses, deliveries, and the clock of every schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from helpers.cloud.control.eventbridge.buses import EventBuses
from helpers.cloud.control.eventbridge.buses_api import EventBusesApi
from helpers.cloud.control.eventbridge.deliveries import Deliveries
from helpers.cloud.control.eventbridge.schedule_book import ScheduleBook
from helpers.cloud.control.eventbridge.scheduler import Firings, SchedulerApi
from helpers.cloud.control.eventbridge.upcoming import Upcoming
from helpers.cloud.control.pushed_events import PushedEvents
from helpers.cloud.events.eventbridge import Rule
from helpers.cloud.gateway import Gateway, ServiceApi
from helpers.cloud.moto_seam import events
from helpers.cloud.moto_seam.events.buses import EventHooks, MotoRules
from helpers.cloud.moto_seam.events.targets import MotoEventTargets, known_operation
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.schedules.alarm_clock import Alarm, AlarmClock, Plan
from helpers.cloud.schedules.expressions import parse_schedule
from helpers.cloud.server.foundation import Foundation
from helpers.cloud.server.services import Services


@dataclass(frozen=True, slots=True)
class Events:
    """EventBridge and its Scheduler; a Part of the cloud."""

    buses: EventBuses
    deliveries: Deliveries
    alarms: AlarmClock
    book: ScheduleBook
    scheduler: SchedulerApi
    upcoming: Upcoming

    def joined(self, gateway: Gateway) -> Gateway:
        """Return the gateway with the parts of both services that are answered here."""
        mine: dict[str, Sequence[ServiceApi]] = {
            "events": (EventBusesApi(self.buses),),
            "scheduler": (self.scheduler,),
        }
        return replace(gateway, apis={**gateway.apis, **mine})

    def clear(self) -> None:
        """Forget schedules, and events that wait for another try; moto forgets the rules."""
        self.alarms.clear()
        self.deliveries.clear()
        self.book.clear()

    def close(self) -> None:
        """Ring no more."""
        self.clear()


def build_events(foundation: Foundation, services: Services, pushed: PushedEvents) -> Events:
    """Build EventBridge and its Scheduler, and bind moto's EventBridge to them."""
    waiting, clock, authorizer = foundation.waiting, foundation.clock, services.authorizer
    targets = MotoEventTargets(foundation.registry, services.writers, clock, foundation.endpoint)
    deliveries = Deliveries(pushed, targets, authorizer, waiting)
    rules = MotoRules()
    buses = EventBuses(rules, deliveries, waiting, ACCOUNT_ID)
    alarms = AlarmClock(waiting)
    follower = _ScheduledRules(rules, buses, alarms)
    events.install(EventHooks(buses, follower.changed))
    book = ScheduleBook(ACCOUNT_ID, clock.now)
    scheduler = SchedulerApi(
        book=book,
        alarms=alarms,
        firings=Firings(deliveries, buses),
        authorizer=authorizer,
        now=clock.now,
        knows=known_operation,
    )
    return Events(buses, deliveries, alarms, book, scheduler, Upcoming(alarms, clock))


@dataclass(frozen=True, slots=True)
class _ScheduledRules:
    """Keeps an alarm for each enabled rule that has a schedule."""

    rules: MotoRules
    buses: EventBuses
    alarms: AlarmClock

    def changed(self, region: str) -> None:
        """Compare the rules of a Region with the alarms that are set."""
        wanted = {
            rule.arn: (rule, expression)
            for rule, expression in self.rules.scheduled(region)
            if rule.enabled
        }
        prefix = f"arn:aws:events:{region}:"
        for arn in self.alarms.arns():
            if arn.startswith(prefix) and arn not in wanted:
                self.alarms.unset(arn)
        for arn, (rule, expression) in wanted.items():
            plan = self.alarms.plan_of(arn)
            if plan is None or plan.schedule.expression != expression:
                self._set(rule, expression, region)

    def _set(self, rule: Rule, expression: str, region: str) -> None:
        plan = Plan(parse_schedule(expression, rule=True))

        def ring(moment: datetime) -> None:
            found = [r for r, _ in self.rules.scheduled(region) if r.arn == rule.arn and r.enabled]
            if not found:
                self.alarms.unset(rule.arn)
            for current in found:
                self.buses.fire(current, region, moment)

        self.alarms.set(Alarm(rule.arn, plan, ring))
