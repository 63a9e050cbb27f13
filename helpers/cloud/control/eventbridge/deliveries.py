"""How an event of EventBridge reaches a target: permission, retries, dead-letter queue.

A rule's targets are asked through their own policies (or the target's role), a schedule's through
its role. What cannot be delivered for want of permission or of the target itself is not retried.
Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html,
docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html and
docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html.
"""

from __future__ import annotations

import random
import threading
import traceback
from typing import Any

from helpers.cloud import records
from helpers.cloud.control.eventbridge.delivery import ACTIONS, UNIVERSAL, Delivery
from helpers.cloud.control.pushed_events import PushedEvent, PushedEvents
from helpers.cloud.errors import AccessDeniedException, AwsError
from helpers.cloud.json_text import read_json
from helpers.cloud.ports import Authorizer, EventTargets
from helpers.cloud.records import Waiting

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 3600.0


class Deliveries:
    """Delivers events in the caller's thread, and retries on timers; lives with the cloud."""

    def __init__(
        self,
        pushed: PushedEvents,
        targets: EventTargets,
        authorizer: Authorizer,
        waiting: Waiting,
    ) -> None:
        self._pushed = pushed
        self._targets = targets
        self._authorizer = authorizer
        self._clock = waiting.clock
        self._timers = waiting.timers
        self._recorder = waiting.recorder
        self._epoch = 0

    def deliver(self, delivery: Delivery) -> None:
        """Try once, and see to whatever follows. A call of any API takes a thread of its own."""
        if delivery.target_arn.startswith(UNIVERSAL):
            name = f"schedule-{delivery.source_arn.rsplit('/', 1)[1]}"
            arguments = (delivery, 1, self._clock.steady(), self._epoch)
            threading.Thread(target=self._try, args=arguments, name=name, daemon=True).start()
        else:
            self._try(delivery, 1, self._clock.steady(), self._epoch)

    def clear(self) -> None:
        """Forget what waits for another try."""
        self._epoch += 1

    def _try(self, delivery: Delivery, attempt: int, since: float, epoch: int) -> None:
        if epoch != self._epoch:
            return
        try:
            self._send(delivery, attempt)
        except AwsError as error:
            failure = error
        except Exception as error:  # other targets of the event still want it
            traceback.print_exc()
            failure = AwsError(f"{type(error).__name__}: {error}")
        else:
            self._record(delivery, attempt, delivered=True, reason="")
            return
        if epoch == self._epoch:
            self._failed(delivery, attempt, since, failure)

    def _send(self, delivery: Delivery, attempt: int) -> None:
        self._check_trust(delivery)
        payload = delivery.payload(attempt)
        if delivery.target_arn.startswith(UNIVERSAL):
            self._call(delivery, payload)
            return
        if delivery.to_service == "lambda":
            self._push(delivery, payload)
            return
        self._check_permission(delivery)
        if self._targets.missing(delivery.target_arn):
            raise AwsError(f"The target {delivery.target_arn} does not exist.", code="NO_RESOURCE")
        self._hand_over(delivery, payload)

    def _hand_over(self, delivery: Delivery, payload: str) -> None:
        arn, service = delivery.target_arn, delivery.to_service
        if service == "sqs":
            self._targets.send_to_group(arn, payload, {}, delivery.group_id)
        elif service == "sns":
            self._targets.publish(arn, payload, {})
        elif service == "logs":
            self._targets.put_log_event(arn, payload)
        elif service == "states":
            self._targets.start_execution(arn, _json(payload))
        elif service == "kinesis":
            self._targets.put_record(arn, payload, delivery.partition_key)
        elif delivery.forward is not None:
            delivery.forward(payload)

    def _push(self, delivery: Delivery, payload: str) -> None:
        refusal = self._pushed.accept(
            PushedEvent(
                service=delivery.service,
                source_arn=delivery.source_arn,
                function_arn=delivery.target_arn,
                event=_json(payload).encode(),
                role_arn=delivery.role_arn,
                trace_id=delivery.trace_id,
            )
        )
        if refusal is not None:
            raise refusal

    def _call(self, delivery: Delivery, payload: str) -> None:
        service, _, operation = delivery.target_arn.removeprefix(UNIVERSAL).partition(":")
        document = _document(payload)
        if not isinstance(document, dict):
            raise AwsError("The input is not a JSON object.", code="ValidationException")
        assert delivery.role_arn is not None
        region = delivery.source_arn.split(":")[3]
        self._targets.call(delivery.role_arn, (service, operation), document, region)

    def _check_trust(self, delivery: Delivery) -> None:
        if delivery.role_arn is not None:
            self._ask(
                self._authorizer.service_may(
                    delivery.service, "sts:AssumeRole", delivery.role_arn, delivery.trust_arn
                )
            )

    def _check_permission(self, delivery: Delivery) -> None:
        resource = delivery.target_arn
        if delivery.role_arn is None and delivery.to_service == "events":
            return  # a bus of the same account takes its rules' events
        if delivery.to_service == "logs":  # policies of log groups speak of their streams
            resource = resource.removesuffix(":*") + ":log-stream:" + delivery.service
        for action in ACTIONS[delivery.to_service]:
            self._may(delivery, delivery.role_arn, action, resource)

    def _may(self, delivery: Delivery, role_arn: str | None, action: str, resource: str) -> None:
        self._ask(
            self._authorizer.role_may(role_arn, action, resource)
            if role_arn is not None
            else self._authorizer.service_may(
                delivery.service, action, resource, delivery.source_arn
            )
        )

    def _ask(self, refusal: str | None) -> None:
        if refusal is not None:
            raise AccessDeniedException(refusal)

    def _failed(self, delivery: Delivery, attempt: int, since: float, error: AwsError) -> None:
        reason = f"{error.code}: {error.message}"
        if not _may_pass(error):
            self._give_up(delivery, attempt, error, exhausted=None)
            return
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (attempt - 1)) * random.uniform(0.5, 1)
        age_s = (self._clock.steady() - since) * self._clock.time_lapse
        if attempt > delivery.max_retries:
            self._give_up(delivery, attempt, error, exhausted="MaximumRetryAttempts")
        elif age_s + wait_s > delivery.max_age_s:
            self._give_up(delivery, attempt, error, exhausted="MaximumEventAgeInSeconds")
        else:
            self._recorder.add(
                records.TargetRetried(
                    source=delivery.source_arn,
                    target=delivery.target_arn,
                    attempts=attempt,
                    wait_s=wait_s,
                    reason=reason,
                )
            )
            again = (delivery, attempt + 1, since, self._epoch)
            self._timers.after(self._clock.lapsed(wait_s), lambda: self._retry(again))

    def _retry(self, again: tuple[Delivery, int, float, int]) -> None:
        if again[0].target_arn.startswith(UNIVERSAL):
            threading.Thread(target=self._try, args=again, name="schedule", daemon=True).start()
        else:
            self._try(*again)

    def _give_up(
        self, delivery: Delivery, attempt: int, error: AwsError, *, exhausted: str | None
    ) -> None:
        reason = f"{error.code}: {error.message}"
        kept = None
        if delivery.dead_letter_arn is not None:
            try:
                self._dead_letter(delivery, attempt, error, exhausted)
                kept = delivery.dead_letter_arn
            except AwsError as other:
                reason += f"; dead-letter queue: {other.code}: {other.message}"
        self._record(delivery, attempt, delivered=False, reason=reason, dead_letter=kept)

    def _dead_letter(
        self, delivery: Delivery, attempt: int, error: AwsError, exhausted: str | None
    ) -> None:
        assert delivery.dead_letter_arn is not None
        queue = delivery.dead_letter_arn
        self._may(delivery, delivery.dead_letter_role, "sqs:SendMessage", queue)
        attributes = {
            **delivery.attributes,
            "TARGET_ARN": delivery.target_arn,
            "ERROR_CODE": _error_code(error) if delivery.dead_letter_role is None else error.code,
            "ERROR_MESSAGE": error.message or error.code,
            "RETRY_ATTEMPTS": str(attempt - 1),
            **({"EXHAUSTED_RETRY_CONDITION": exhausted} if exhausted else {}),
        }
        body = delivery.dead_letter_body
        self._targets.send_message(
            queue,
            delivery.payload(attempt) if body is None else body,
            {name: ("String", value) for name, value in attributes.items()},
        )

    def _record(
        self,
        delivery: Delivery,
        attempt: int,
        *,
        delivered: bool,
        reason: str,
        dead_letter: str | None = None,
    ) -> None:
        self._recorder.add(
            records.TargetInvoked(
                source=delivery.source_arn,
                target=delivery.target_arn,
                delivered=delivered,
                attempts=attempt,
                reason=reason,
                dead_letter=dead_letter,
            )
        )


def _json(payload: str) -> str:
    """Return a payload that is JSON as it is; raises AwsError for others."""
    _document(payload)
    return payload


def _document(payload: str) -> Any:
    try:
        return read_json(payload)
    except ValueError:
        raise AwsError(f"The input is not valid JSON: {payload}", code="INVALID_JSON") from None


def _may_pass(error: AwsError) -> bool:
    """Tell whether another try may go better: throttled, or the service failed."""
    return error.http_status in (429, 503) or error.code.startswith(("Throttling", "TooMany"))


def _error_code(error: AwsError) -> str:
    """Give the code of a rule's dead letters."""
    code = error.code
    if code in ("NO_RESOURCE", "INVALID_JSON"):
        return code
    if code.startswith("AccessDenied"):
        return "NO_PERMISSIONS"
    if "NotFound" in code or "NonExistent" in code:
        return "NO_RESOURCE"
    return "THROTTLING" if _may_pass(error) else "SDK_CLIENT_ERROR"
