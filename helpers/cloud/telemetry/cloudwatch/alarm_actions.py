"""What follows from a change of an alarm's state: an event, and the actions of the new state.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from helpers.cloud.clock import Clock
from helpers.cloud.errors import AwsError
from helpers.cloud.ports import Targets
from helpers.cloud.telemetry.cloudwatch.alarm import Alarm, Standing
from helpers.cloud.telemetry.cloudwatch.alarm_messages import (
    bus_entry,
    function_event,
    subject,
    topic_message,
)

Invoke = Callable[[str, str, bytes], AwsError | None]
"""Hands an event to a function: the alarm's ARN, the function's ARN, the event."""


@dataclass(frozen=True, slots=True)
class AlarmActions:
    """Sends what changes set off; actions other than topics and functions are refused in words."""

    targets: Targets
    invoke: Invoke
    clock: Clock
    account_id: str

    def perform(self, alarm: Alarm, before: Standing) -> None:
        """Send the event of a change, and perform the actions of the new state.

        `alarm` is the alarm as it was at the change, whatever became of it since.
        """
        with suppress(AwsError):  # a bus that is gone loses its events, as on AWS
            self.targets.put_event(
                f"arn:aws:events:{alarm.region}:{self.account_id}:event-bus/default",
                bus_entry(alarm, before),
            )
        for action in alarm.actions(alarm.standing.state):
            problem = self._performed(action, alarm, before)
            words = (
                f"Successfully executed action {action}"
                if problem is None
                else f'Failed to execute action {action}. Received error: "{problem}"'
            )
            data = {
                "actionState": "Succeeded" if problem is None else "Failed",
                "stateUpdateTimestamp": int(alarm.standing.at * 1000),
                "notificationResource": action,
                "error": problem,
            }
            alarm.note(self.clock.now(), "Action", words, data)

    def _performed(self, action: str, alarm: Alarm, before: Standing) -> str | None:
        """Perform one action; return why it could not be."""
        service = action.split(":")[2]
        try:
            if service == "sns":
                message = topic_message(alarm, before, self.account_id)
                self.targets.publish(action, message, {}, subject=subject(alarm))
                return None
            if service == "lambda":
                event = json.dumps(function_event(alarm, before, self.account_id)).encode()
                refusal = self.invoke(alarm.arn, action, event)
                return None if refusal is None else f"{refusal.code}: {refusal.message}"
        except AwsError as error:
            return f"{error.code}: {error.message}"
        return f"The local account has no alarm actions of the service {service}."
