"""Event buses: from PutEvents to a bus, and from a bus through its rules to their targets.

Events pass the rules in the thread of whoever puts them, and wait from there on: each target takes
what it gets at once, into a queue of its own, so nobody who puts an event waits for a target to
work. An event that came from another bus goes to no third one.
Source: docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html and
docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from helpers.cloud import records
from helpers.cloud.control.eventbridge.deliveries import Deliveries
from helpers.cloud.control.eventbridge.delivery import MAX_AGE_S, MAX_RETRIES, Delivery
from helpers.cloud.events import eventbridge
from helpers.cloud.events.eventbridge import Event, Rule, compact, instant
from helpers.cloud.events.inputs import MISSING, Ruled, at_path, target_input
from helpers.cloud.records import Waiting

SERVICE = "events.amazonaws.com"


class Rules(Protocol):
    """What the account knows of buses: their rules, and archives that keep events."""

    def of(self, region: str, bus: str) -> Sequence[Rule]:
        """Return the rules of a bus, by its name; none where there is no such bus."""

    def keep(self, region: str, archive: str, event: Event) -> None:
        """Put an event into an archive."""


@dataclass(frozen=True, slots=True)
class _Passing:
    """An event on one bus; `forwarded` when another bus sent it, `only` for rules of these ARNs."""

    event: Event = field(repr=False)
    bus_arn: str
    trace_id: str = ""
    forwarded: bool = False
    only: Sequence[str] | None = None

    @property
    def region(self) -> str:
        return self.bus_arn.split(":")[3]


class EventBuses:
    """Takes events and sends them through the rules; lives with the cloud."""

    def __init__(
        self, rules: Rules, deliveries: Deliveries, waiting: Waiting, account_id: str
    ) -> None:
        self._rules = rules
        self._deliveries = deliveries
        self._clock = waiting.clock
        self._recorder = waiting.recorder
        self._account = account_id

    def put(
        self,
        entries: Sequence[Mapping[str, Any]],
        region: str,
        *,
        trace_id: str = "",
        trusted: bool = False,
    ) -> list[dict[str, str]]:
        """Take the entries of PutEvents; return what became of each.

        `trusted` entries come from a service of AWS, and their source may be one.
        """
        results = []
        for entry in entries:
            refused = eventbridge.refusal(entry, trusted=trusted)
            if refused is not None:
                results.append({"ErrorCode": refused.code, "ErrorMessage": refused.message})
                continue
            bus_arn = self.bus_arn(str(entry.get("EventBusName") or "default"), region)
            event = eventbridge.envelope(
                entry,
                account=self._account,
                region=bus_arn.split(":")[3],
                now=self._clock.now(),
            )
            self.publish(event, bus_arn, trace_id=str(entry.get("TraceHeader") or trace_id))
            results.append({"EventId": event["id"]})
        return results

    def publish(
        self,
        event: Event,
        bus_arn: str,
        *,
        trace_id: str = "",
        forwarded: bool = False,
        only: Sequence[str] | None = None,
    ) -> None:
        """Send an event through a bus, past all rules or `only` some (ARNs); returns at once."""
        try:
            self._pass(_Passing(event, bus_arn, trace_id, forwarded, only or None))
        except Exception:  # the event is taken: what becomes of it is not its sender's business
            traceback.print_exc()

    def fire(self, rule: Rule, region: str, when: datetime) -> None:
        """Send the event of a scheduled rule to its targets."""
        event = eventbridge.scheduled_event(rule.arn, when, account=self._account, region=region)
        passing = _Passing(event, self.bus_arn("default", region))
        self._record(passing, [rule])
        self._deliver(passing, rule)

    def bus_arn(self, name: str, region: str) -> str:
        """Return the ARN of a bus, given its name or ARN."""
        if name.startswith("arn:"):
            return name
        return f"arn:aws:events:{region}:{self._account}:event-bus/{name}"

    def _pass(self, passing: _Passing) -> None:
        rules = self._rules.of(passing.region, passing.bus_arn.rsplit("/", 1)[1])
        matching = [
            rule
            for rule in rules
            if (passing.only is None or rule.arn in passing.only)
            and (rule.enabled and rule.pattern is not None)
            and rule.pattern.matches(passing.event)
        ]
        self._record(passing, [rule for rule in matching if rule.keeps is None])
        for rule in matching:
            if rule.keeps is not None:
                self._rules.keep(passing.region, rule.keeps, passing.event)
            else:
                self._deliver(passing, rule)

    def _deliver(self, passing: _Passing, rule: Rule) -> None:
        ruled = Ruled(rule.arn, rule.name, instant(self._clock.today()))
        for target in rule.targets:
            to_bus = str(target["Arn"]).split(":")[2] == "events"
            if not (to_bus and passing.forwarded):
                text = target_input(target, passing.event, ruled)
                self._deliveries.deliver(self._delivery(passing, rule, target, text))

    def _delivery(
        self, passing: _Passing, rule: Rule, target: Mapping[str, Any], text: str
    ) -> Delivery:
        retries = target.get("RetryPolicy") or {}
        arn = str(target["Arn"])
        return Delivery(
            service=SERVICE,
            source_arn=rule.arn,
            trust_arn=rule.arn,
            target_arn=arn,
            payload=lambda _attempt: text,
            role_arn=target.get("RoleArn"),
            group_id=(target.get("SqsParameters") or {}).get("MessageGroupId"),
            partition_key=_partition_key(target, passing.event),
            forward=lambda _text: self.publish(
                passing.event, arn, trace_id=passing.trace_id, forwarded=True
            ),
            max_retries=retries.get("MaximumRetryAttempts", MAX_RETRIES),
            max_age_s=retries.get("MaximumEventAgeInSeconds", MAX_AGE_S),
            dead_letter_arn=(target.get("DeadLetterConfig") or {}).get("Arn"),
            dead_letter_body=compact(passing.event),
            attributes={"RULE_ARN": rule.arn},
            trace_id=passing.trace_id,
        )

    def _record(self, passing: _Passing, matching: Sequence[Rule]) -> None:
        self._recorder.add(
            records.EventPut(
                bus=passing.bus_arn,
                event=passing.event["id"],
                source=passing.event["source"],
                detail_type=passing.event["detail-type"],
                rules=tuple(rule.name for rule in matching),
            )
        )


def _partition_key(target: Mapping[str, Any], event: Event) -> str:
    """Return what a stream gets as partition key: what the target's path leads to, else the id."""
    path = (target.get("KinesisParameters") or {}).get("PartitionKeyPath")
    found = at_path(event, str(path)) if path else MISSING
    if found is MISSING:
        return str(event["id"])
    return found if isinstance(found, str) else compact(found)
