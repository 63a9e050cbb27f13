"""One alarm, metric or composite: its settings, its state, and its history."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from helpers.cloud.metrics.evaluation import State
from helpers.cloud.metrics.rules import Rule
from helpers.cloud.telemetry.cloudwatch.alarm_settings import AlarmSettings

HISTORY = 500
ACTIONS_OF = {
    State.OK: "OKActions",
    State.ALARM: "AlarmActions",
    State.INSUFFICIENT_DATA: "InsufficientDataActions",
}
Params = Mapping[str, Any]


def moment(at: float) -> str:
    """Return a moment as CloudWatch writes it in its messages."""
    written = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return written.replace("+00:00", "+0000")


@dataclass(frozen=True, slots=True)
class Standing:
    """A state, why, and since when."""

    state: State
    reason: str
    data: str
    at: float

    def as_event(self) -> dict[str, str]:
        """Return it as events and Lambda actions show it."""
        shown = {"value": str(self.state), "reason": self.reason, "timestamp": moment(self.at)}
        return {**shown, "reasonData": self.data} if self.data else shown


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One line of an alarm's history; `type` is ConfigurationUpdate, StateUpdate or Action."""

    at: float
    type: str
    summary: str
    data: str


@dataclass(slots=True)
class Alarm:
    """An alarm of a Region; `rule` makes it a composite one, `settings` a metric one."""

    region: str
    name: str
    arn: str
    params: Params
    updated: float
    standing: Standing
    settings: AlarmSettings | None = None
    rule: Rule | None = None
    actions_enabled: bool = True
    next_check: float = 0.0
    history: deque[HistoryItem] = field(default_factory=lambda: deque(maxlen=HISTORY))

    @property
    def type(self) -> str:
        """AlarmType: MetricAlarm or CompositeAlarm."""
        return "MetricAlarm" if self.rule is None else "CompositeAlarm"

    def actions(self, state: State) -> list[str]:
        """Return the ARNs of what a change to this state sets off."""
        return list(self.params.get(ACTIONS_OF[state]) or ()) if self.actions_enabled else []

    def all_actions(self) -> list[str]:
        """Return every ARN that any change may set off."""
        return [arn for kind in ACTIONS_OF.values() for arn in self.params.get(kind) or ()]

    def note(self, at: float, kind: str, summary: str, data: Mapping[str, Any]) -> None:
        """Add a line to the history."""
        self.history.append(HistoryItem(at, kind, summary, json.dumps(data)))

    def described(self) -> dict[str, Any]:
        """Return the alarm as DescribeAlarms shows it."""
        since = datetime.fromtimestamp(self.standing.at, UTC)
        defaults: dict[str, Any] = {kind: [] for kind in ACTIONS_OF.values()}
        if self.rule is None and not self.params.get("Metrics"):
            defaults["Dimensions"] = []
        return {
            **defaults,
            **{k: v for k, v in self.params.items() if k != "Tags" and v is not None},
            "ActionsEnabled": self.actions_enabled,
            "AlarmArn": self.arn,
            "AlarmConfigurationUpdatedTimestamp": datetime.fromtimestamp(self.updated, UTC),
            "StateValue": str(self.standing.state),
            "StateReason": self.standing.reason,
            "StateReasonData": self.standing.data or None,
            "StateUpdatedTimestamp": since,
            "StateTransitionedTimestamp": since,
        }
