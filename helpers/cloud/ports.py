"""What the data plane asks of the rest of the account, as Protocols.

The seam to moto implements them; tests implement them in a few lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.model import FunctionVersion


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of a log stream: Unix milliseconds and text."""

    timestamp_ms: int
    message: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary credentials of an assumed role."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDatum:
    """Values of one metric at one moment, as PutMetricData takes them.

    `dimensions` are (name, value) pairs in the order of their names, `at` is Unix seconds, and
    `values` are (value, count) pairs. `summary` stands in their place where only SampleCount, Sum,
    Minimum and Maximum are known.
    """

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    at: float
    values: Sequence[tuple[float, float]] = ()
    summary: tuple[float, float, float, float] | None = None
    unit: str = "None"


class FunctionLog(Protocol):
    """Where a function's log lines go: its log group, if its role may write there."""

    def put(self, function: FunctionVersion, stream: str, events: Sequence[LogEvent]) -> None:
        """Append events to a stream, creating group and stream where they are missing."""


class CredentialIssuer(Protocol):
    """Who hands a function the credentials of its execution role: STS."""

    def issue(self, role_arn: str, session_name: str) -> Credentials:
        """Return fresh temporary credentials; raises AwsError when the role cannot be assumed."""


class Authorizer(Protocol):
    """Who decides whether a role, or a service of AWS, may do something: IAM."""

    def role_may(self, role_arn: str, action: str, resource: str) -> str | None:
        """Return None when the role may, else AWS's sentence of refusal."""

    def service_may(self, service: str, action: str, resource: str, source_arn: str) -> str | None:
        """Return None when the resource's own policy lets a service act for `source_arn`.

        `service` is a service principal, such as s3.amazonaws.com. Else AWS's sentence.
        """


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed a request to a public front, in the words of requestContext.authorizer.iam."""

    access_key_id: str
    account_id: str
    user_id: str
    arn: str


@dataclass(frozen=True, slots=True)
class Permission:
    """What a caller of a public front needs: an action on a resource, and condition keys."""

    action: str
    resource: str
    context: Mapping[str, object] = field(default_factory=dict)


class FrontCallers(Protocol):
    """Who calls a public front, and whether IAM lets them: identity and resource policies.

    Both raise AwsError with status 403: AccessDeniedException, or what is wrong with a signature.
    """

    def signer(
        self, request: HttpRequest, service: str, region: str, permissions: Sequence[Permission]
    ) -> Signer:
        """Return who signed a request for `service`, when all permissions are given.

        Raises MissingAuthenticationTokenException for an unsigned request.
        """

    def check_anonymous(
        self, request: HttpRequest, region: str, permissions: Sequence[Permission]
    ) -> None:
        """Raise unless the resource's own policy gives everybody all permissions."""


class Targets(Protocol):
    """Where outcomes are sent: SQS, SNS, EventBridge, S3. Each raises AwsError when it cannot."""

    def send_message(
        self, queue_arn: str, body: str, attributes: Mapping[str, tuple[str, str]]
    ) -> None:
        """Send a message; attributes are name → (DataType, StringValue)."""

    def publish(
        self,
        topic_arn: str,
        message: str,
        attributes: Mapping[str, tuple[str, str]],
        subject: str = "",
    ) -> None:
        """Publish a message to a topic, with a subject where one is given."""

    def put_event(self, bus_arn: str, entry: Mapping[str, Any]) -> None:
        """Put an entry, in the form of PutEvents, on an event bus."""

    def put_object(self, bucket_arn: str, key: str, body: bytes) -> None:
        """Store an object."""

    def following(self, trace_id: str) -> AbstractContextManager[None]:
        """Return a context: what is sent in it belongs to the chain of this trace header."""

    def missing(self, arn: str) -> bool:
        """Tell whether the queue, topic, bus, bucket or function does not exist."""


class EventTargets(Targets, Protocol):
    """Where EventBridge and its Scheduler send events, beside functions; raises AwsError too."""

    def send_to_group(
        self,
        queue_arn: str,
        body: str,
        attributes: Mapping[str, tuple[str, str]],
        group_id: str | None,
    ) -> None:
        """Send a message to a queue; a FIFO queue wants its message group."""

    def put_log_event(self, log_group_arn: str, message: str) -> None:
        """Append an event to a stream of its own in a log group."""

    def start_execution(self, state_machine_arn: str, document: str) -> None:
        """Start an execution of a state machine with an input."""

    def put_record(self, stream_arn: str, data: str, partition_key: str) -> None:
        """Put a record on a data stream."""

    def call(
        self, role_arn: str, operation: tuple[str, str], document: Mapping[str, Any], region: str
    ) -> None:
        """Call an operation of a service, such as ("sqs", "sendMessage"), as a role."""


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """What a mapping must know of a queue: its visibility timeout in seconds, and its kind."""

    visibility_s: int
    fifo: bool


@dataclass(frozen=True, slots=True)
class QueueMessage:
    """A received message; `attributes` are those of the system, all as text.

    `message_attributes` is name → DataType and StringValue or BinaryValue (bytes).
    """

    message_id: str
    receipt_handle: str
    body: str = field(repr=False)
    attributes: Mapping[str, str]
    message_attributes: Mapping[str, Mapping[str, Any]]
    md5_of_body: str
    md5_of_attributes: str | None = None


class Queues(Protocol):
    """The account's queues, as a poller uses them: SQS. A queue is named by its ARN."""

    def facts(self, arn: str) -> QueueFacts | None:
        """Return what is known of a queue; None when there is none."""

    def receive(self, arn: str, count: int) -> Sequence[QueueMessage]:
        """Take up to `count` messages that are visible now; they stay invisible for a while."""

    def delete(self, arn: str, receipt_handles: Sequence[str]) -> None:
        """Delete received messages; harmless for those that are gone."""

    def next_visible_s(self, arn: str) -> float | None:
        """Return in how many seconds a message may become visible; None when there is none."""

    def watch(self, arn: str, ring: Callable[[], None]) -> Callable[[], None]:
        """Call `ring` when something may have become visible; returns what ends that."""


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """A record of a stream: what orders it, when it arrived (Unix seconds), and its own members.

    `key` is the partition key, or the item's key as JSON; `members` is the source's part of the
    event, without what Lambda adds.
    """

    shard_id: str
    sequence: int
    key: str
    arrived: float
    members: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StreamShard:
    """A shard: the shards it came from, and whether records may still be added to it."""

    shard_id: str
    parents: tuple[str, ...] = ()
    is_open: bool = True


class Streams(Protocol):
    """The account's streams, of Kinesis and of DynamoDB tables, by ARN."""

    def shards(self, arn: str) -> Sequence[StreamShard] | None:
        """Return a stream's shards, parents first; None when there is no such stream."""

    def read(self, arn: str, shard_id: str, after: int, count: int) -> Sequence[StreamRecord]:
        """Return up to `count` records whose sequence number is above `after`, in order."""

    def last_sequence(self, arn: str, shard_id: str, before: float | None = None) -> int:
        """Return the newest sequence number, of all or of what arrived before a Unix time; or 0."""

    def watch(self, arn: str, ring: Callable[[], None]) -> Callable[[], None]:
        """Call `ring` when there may be new records or shards; returns what ends that."""
