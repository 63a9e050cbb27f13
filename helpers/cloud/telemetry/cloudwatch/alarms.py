"""Every alarm of the account: kept, judged when a period ends or data decides it, and acted upon.

Under time-lapse an alarm's Period lasts `Period / time_lapse` real seconds, one at least: with 60,
an alarm with Period 60 judges the sums of single seconds. A running period counts as soon as it
can no longer end otherwise (a Sum already above the threshold), so that a deployment need not
wait; AWS waits for its end. Metrics of an invocation carry its start, so at least the last
`LOOK_BACK_S` real seconds are looked at.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from helpers.cloud.clock import Clock
from helpers.cloud.errors import AwsError
from helpers.cloud.metrics.data_queries import TimeRange, queried
from helpers.cloud.metrics.evaluation import MORE_PERIODS, Datapoint, State, Verdict, evaluate
from helpers.cloud.metrics.expressions import ExpressionError
from helpers.cloud.metrics.rules import RuleError, parse_rule
from helpers.cloud.telemetry.cloudwatch.alarm import Alarm, Standing, moment
from helpers.cloud.telemetry.cloudwatch.alarm_messages import change_data, change_summary
from helpers.cloud.telemetry.cloudwatch.alarm_settings import (
    AlarmSettings,
    alarm_settings,
    invalid,
)
from helpers.cloud.telemetry.cloudwatch.metrics import Metrics

LOOK_BACK_S = 5
NEW = "Unchecked: Initial alarm creation"
Key = tuple[str, str]
Changed = Callable[[Alarm, Standing], None]
"""Told of each change: the alarm as it is now, and how it stood before."""


class Alarms:
    """Lives with the cloud; `changed` must not wait, for it may be a request's thread."""

    def __init__(self, metrics: Metrics, clock: Clock, account_id: str, changed: Changed) -> None:
        self._metrics = metrics
        self._clock = clock
        self._account_id = account_id
        self._changed = changed
        self._alarms: dict[Key, Alarm] = {}
        self._lock = threading.RLock()

    def __bool__(self) -> bool:
        return bool(self._alarms)

    def put_metric_alarm(self, region: str, params: Mapping[str, Any]) -> None:
        """Create or replace a metric alarm; raises AwsError."""
        settings = alarm_settings(params)
        with self._lock:
            alarm = self._put(region, params)
            alarm.settings, alarm.rule, alarm.next_check = settings, None, 0.0

    def put_composite_alarm(self, region: str, params: Mapping[str, Any]) -> None:
        """Create or replace a composite alarm; raises AwsError."""
        if params.get("ActionsSuppressor"):
            raise invalid("ActionsSuppressor is not available in the local account.")
        try:
            rule = parse_rule(params["AlarmRule"])
        except RuleError as error:
            raise invalid(f"AlarmRule must not contain invalid expressions: {error}") from error
        with self._lock:
            unknown = [name for name in rule.children if (region, name) not in self._alarms]
            if unknown or params["AlarmName"] in rule.children:
                names = ", ".join(unknown or [params["AlarmName"]])
                raise invalid(
                    f"Could not save the composite alarm as alarms [{names}] in the alarm rule do "
                    "not exist"
                )
            alarm = self._put(region, params)
            alarm.settings, alarm.rule = None, rule

    def delete(self, region: str, names: Iterable[str]) -> None:
        """Delete alarms; those that do not exist do not matter."""
        with self._lock:
            for name in names:
                self._alarms.pop((region, name), None)

    def enable_actions(self, region: str, names: Iterable[str], *, enabled: bool) -> None:
        """Let changes of these alarms set off their actions, or not."""
        with self._lock:
            for name in names:
                alarm = self._alarms.get((region, name))
                if alarm is not None:
                    alarm.actions_enabled = enabled

    def every(self, region: str) -> list[Alarm]:
        """Return a Region's alarms, by name."""
        with self._lock:
            return sorted(
                (a for key, a in self._alarms.items() if key[0] == region), key=lambda a: a.name
            )

    def set_state(self, region: str, name: str, state: State, reason: str, data: str) -> None:
        """Change a state by hand, for a whole period at least; raises AwsError."""
        with self._lock:
            alarm = self._alarms.get((region, name))
            if alarm is None:
                raise AwsError("", code="ResourceNotFound", http_status=404)
            if state is not alarm.standing.state:
                self._change(alarm, Verdict(state, reason), data)
            if alarm.settings is not None:
                window = self.window_s(alarm.settings)
                alarm.next_check = (math.floor(self._clock.now() / window) + 2) * window
            self._judge_composites()

    def evaluate(self) -> None:
        """Judge every alarm whose time has come, or which the data decides already."""
        now = self._clock.now()
        with self._lock:
            for alarm in [a for a in self._alarms.values() if a.settings is not None]:
                assert alarm.settings is not None
                jumped_back = alarm.next_check - now > 2 * self.window_s(alarm.settings)
                if now >= alarm.next_check or jumped_back:
                    self._judge(alarm, alarm.settings, now)
                if alarm.settings.early and alarm.standing.state is not State.ALARM:
                    self._judge_early(alarm, alarm.settings, now)
            self._judge_composites()

    def clear(self) -> None:
        """Forget every alarm."""
        with self._lock:
            self._alarms.clear()

    def window_s(self, settings: AlarmSettings) -> int:
        """Return how many real seconds a period of an alarm lasts."""
        return max(1, round(self._clock.lapsed(settings.period)))

    def _put(self, region: str, params: Mapping[str, Any]) -> Alarm:
        name, now = params["AlarmName"], self._clock.now()
        known = self._alarms.get((region, name))
        enabled = params.get("ActionsEnabled") is not False
        if known is not None:
            known.params, known.updated, known.actions_enabled = params, now, enabled
            known.note(now, "ConfigurationUpdate", f'Alarm "{name}" updated', _update("Update"))
            return known
        arn = f"arn:aws:cloudwatch:{region}:{self._account_id}:alarm:{name}"
        standing = Standing(State.INSUFFICIENT_DATA, NEW, "", now)
        alarm = Alarm(region, name, arn, params, now, standing, actions_enabled=enabled)
        alarm.note(now, "ConfigurationUpdate", f'Alarm "{name}" created', _update("Create"))
        self._alarms[region, name] = alarm
        return alarm

    def _judge(self, alarm: Alarm, settings: AlarmSettings, now: float) -> None:
        window = self.window_s(settings)
        end = math.floor(now / window) * window
        alarm.next_check = end + window
        self._conclude(alarm, settings, self._verdict(alarm, settings, end))

    def _judge_early(self, alarm: Alarm, settings: AlarmSettings, now: float) -> None:
        window = self.window_s(settings)
        end = math.floor(now / window) * window + window
        verdict = self._verdict(alarm, settings, end)
        running = verdict.datapoints[-1] if verdict.datapoints else None
        if (
            verdict.state is State.ALARM
            and running is not None
            and running.at == end - window
            and running.value is not None
            and settings.criteria.breaches(running.value)
        ):
            self._conclude(alarm, settings, verdict)

    def _verdict(self, alarm: Alarm, settings: AlarmSettings, end: int) -> Verdict:
        window = self.window_s(settings)
        count = settings.criteria.periods + MORE_PERIODS
        count = max(count, settings.criteria.periods + math.ceil(LOOK_BACK_S / window))
        start = end - count * window
        scale = self._clock.lapsed
        time = TimeRange(start, end, lambda period: max(1, round(scale(period))))
        try:
            lines = queried(self._metrics.of(alarm.region), settings.queries, time)
        except ExpressionError:
            lines = {}
        found = lines.get(settings.returned.id) or []
        points = found[0].points if len(found) == 1 else {}
        return evaluate(
            settings.criteria,
            [Datapoint(at, points.get(at)) for at in range(start, end, window)],
        )

    def _conclude(self, alarm: Alarm, settings: AlarmSettings, verdict: Verdict) -> None:
        if verdict.state is not None and verdict.state is not alarm.standing.state:
            self._change(alarm, verdict, _reason_data(settings, verdict, self._clock.now()))

    def _judge_composites(self) -> None:
        """Judge composite alarms until nothing changes; as often as there are alarms at most."""
        composites = [a for a in self._alarms.values() if a.rule is not None]
        for _ in composites:
            if not sum(self._judge_composite(alarm) for alarm in composites):
                return

    def _judge_composite(self, alarm: Alarm) -> bool:
        assert alarm.rule is not None
        known = {name: self._alarms.get((alarm.region, name)) for name in alarm.rule.children}
        children = {name: child for name, child in known.items() if child is not None}
        standing = {name: child.standing.state for name, child in children.items()}
        state = State.ALARM if alarm.rule.truth(standing.get) else State.OK
        if state is alarm.standing.state:
            return False
        cause = max(children.values(), key=lambda child: child.standing.at, default=alarm)
        at = moment(cause.standing.at)
        reason = f"{cause.arn} transitioned to {cause.standing.state} at {at}"
        triggering = {"arn": cause.arn, "state": {"value": cause.standing.state, "timestamp": at}}
        self._change(alarm, Verdict(state, reason), json.dumps({"triggeringAlarms": [triggering]}))
        return True

    def _change(self, alarm: Alarm, verdict: Verdict, data: str) -> None:
        assert verdict.state is not None
        before = alarm.standing
        alarm.standing = Standing(verdict.state, verdict.reason, data, self._clock.now())
        summary = change_summary(before.state, verdict.state)
        alarm.note(alarm.standing.at, "StateUpdate", summary, change_data(before, alarm.standing))
        self._changed(replace(alarm), before)


def _update(kind: str) -> dict[str, str]:
    return {"version": "1.0", "type": kind}


def _reason_data(settings: AlarmSettings, verdict: Verdict, now: float) -> str:
    stat = settings.queries[0].stat if len(settings.queries) == 1 else None
    real = [point for point in verdict.datapoints if point.value is not None]
    data: dict[str, Any] = {"version": "1.0", "queryDate": moment(now)}
    if real:
        data["startDate"] = moment(real[0].at)
    if stat is not None:
        data["statistic"] = stat.stat
    return json.dumps(
        {
            **data,
            "period": settings.period,
            "recentDatapoints": [point.value for point in real],
            "threshold": settings.criteria.threshold,
            "evaluatedDatapoints": [
                {"timestamp": moment(point.at), "value": point.value} for point in reversed(real)
            ],
        }
    )
