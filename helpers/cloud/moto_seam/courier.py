"""Carries what a service of the account delivers: to functions, queues, topics and the event bus.

Each asks the receiver's own policy, as AWS does, and never fails whoever caused the delivery: a
refusal is recorded and returned, for those who keep such messages.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.core.exceptions import ServiceException
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from werkzeug.exceptions import HTTPException

from helpers.cloud import records
from helpers.cloud.clock import Clock
from helpers.cloud.control.pushed_events import PushedEvent, PushedEvents
from helpers.cloud.errors import AccessDeniedException, AwsError
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.writers import Writers
from helpers.cloud.ports import Authorizer, Targets
from helpers.cloud.records import Recorder


@dataclass(frozen=True, slots=True)
class Sender:
    """On whose behalf: a service principal, and the ARN of its bucket, topic or log group."""

    service: str
    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMessage:
    """A message for a queue; attributes are in the form of SendMessage."""

    body: str
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    group_id: str | None = None
    deduplication_id: str | None = None


@dataclass(frozen=True, slots=True)
class Courier:
    """Delivers, in the writer's thread, and returns at once; lives with the cloud."""

    events: PushedEvents
    authorizer: Authorizer
    targets: Targets
    recorder: Recorder
    clock: Clock
    writers: Writers

    def to_function(
        self, sender: Sender, arn: str, event: Mapping[str, Any], request_id: str = ""
    ) -> AwsError | None:
        """Hand an event to a function's queue."""
        pushed = PushedEvent(
            service=sender.service,
            source_arn=sender.arn,
            function_arn=arn,
            event=json.dumps(event).encode(),
            trace_id=self.writers.trace_id,
            request_id=request_id,
        )
        try:
            return self.events.accept(pushed)
        except Exception as error:  # what a service pushes never breaks a writer's call
            traceback.print_exc()
            return self.refused(sender, arn, _fault(error))

    def to_queue(self, sender: Sender, arn: str, message: QueueMessage) -> AwsError | None:
        """Send a message to a queue."""

        def send() -> None:
            sqs_backends[ACCOUNT_ID][arn.split(":")[3]].send_message(
                arn.rsplit(":", 1)[1],
                message.body,
                message_attributes={name: dict(v) for name, v in message.attributes.items()},
                group_id=message.group_id,
                deduplication_id=message.deduplication_id,
                system_attributes=self.writers.message_attributes(),
                validate_group_id=False,
            )

        return self._deliver(sender, arn, "sqs:SendMessage", send)

    def to_topic(self, sender: Sender, arn: str, text: str, subject: str) -> AwsError | None:
        """Publish a message to a topic."""

        def publish() -> None:
            sns_backends[ACCOUNT_ID][arn.split(":")[3]].publish(text, arn, subject=subject)

        return self._deliver(sender, arn, "sns:Publish", publish)

    def to_bus(self, sender: Sender, arn: str, entry: Mapping[str, Any]) -> AwsError | None:
        """Put an entry on an event bus, which needs nobody's permission inside the account."""
        return self._guarded(sender, arn, lambda: self.targets.put_event(arn, entry))

    def forbidden(self, sender: Sender, arn: str, action: str) -> str | None:
        """Return None when the receiver's policy lets the sender deliver, else why not."""
        return self.authorizer.service_may(sender.service, action, arn, sender.arn)

    def refused(self, sender: Sender, arn: str, error: AwsError) -> AwsError:
        """Record that a delivery was not accepted, and return why."""
        reason = f"{error.code}: {error.message}"
        self.recorder.add(records.PushRefused(source=sender.arn, function=arn, reason=reason))
        return error

    def _deliver(
        self, sender: Sender, arn: str, action: str, send: Callable[[], None]
    ) -> AwsError | None:
        refusal = self.forbidden(sender, arn, action)
        if refusal is not None and not self.targets.missing(arn):
            return self.refused(sender, arn, AccessDeniedException(refusal))
        return self._guarded(sender, arn, send)

    def _guarded(self, sender: Sender, arn: str, send: Callable[[], None]) -> AwsError | None:
        try:
            send()
        except AwsError as error:
            return self.refused(sender, arn, error)
        except (HTTPException, ServiceException) as error:
            code = getattr(error, "error_type", None) or getattr(error, "code", "InternalFailure")
            message = str(getattr(error, "message", None) or error)
            return self.refused(sender, arn, AwsError(message, code=str(code), http_status=400))
        except Exception as error:  # what a service pushes never breaks a writer's call
            traceback.print_exc()
            return self.refused(sender, arn, _fault(error))
        return None


def _fault(error: Exception) -> AwsError:
    text = f"{type(error).__name__}: {error}"
    return AwsError(text, code="InternalFailure", http_status=500)
