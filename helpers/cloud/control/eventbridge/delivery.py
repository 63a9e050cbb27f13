"""One event of EventBridge or its Scheduler on its way to one target.

Source: docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html and
docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MAX_RETRIES, MAX_AGE_S = 185, 86_400
UNIVERSAL = "arn:aws:scheduler:::aws-sdk:"
ACTIONS = {
    "lambda": ("lambda:InvokeFunction",),
    "sqs": ("sqs:SendMessage",),
    "sns": ("sns:Publish",),
    "events": ("events:PutEvents",),
    "logs": ("logs:CreateLogStream", "logs:PutLogEvents"),
    "states": ("states:StartExecution",),
    "kinesis": ("kinesis:PutRecord",),
}
"""What each service's targets need; a target of another service is refused when it is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one target.

    `service` is the principal that sends, for its rule or schedule `source_arn`; `trust_arn` is
    what a role's trust may be limited to. `payload` gives the text of an attempt (1, 2, …);
    `partition_key` is for a stream, `forward` is the entry for another bus. `attributes` and
    `dead_letter_role` are for the dead-letter queue: its messages' attributes, and the role that
    sends there instead of the service itself.
    """

    service: str
    source_arn: str
    trust_arn: str
    target_arn: str
    payload: Callable[[int], str] = field(repr=False)
    role_arn: str | None = None
    group_id: str | None = None
    partition_key: str = ""
    forward: Callable[[str], None] | None = field(default=None, repr=False)
    max_retries: int = MAX_RETRIES
    max_age_s: float = MAX_AGE_S
    dead_letter_arn: str | None = None
    dead_letter_body: str | None = field(default=None, repr=False)
    dead_letter_role: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    trace_id: str = ""

    @property
    def to_service(self) -> str:
        """The service of the target, as its ARN names it."""
        return self.target_arn.split(":")[2]
