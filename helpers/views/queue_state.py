"""A queue, read from records: where each message is, and what every delivery of it came to.

Messages are numbered in the order in which they were sent, because their ids differ on each run.
Source: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html and, of SQS's
Developer Guide, sqs-visibility-timeout.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from helpers.cloud.errors import KitError
from helpers.views.names import named, resource_name

PARTIAL = "ReportBatchItemFailures"


class Place(StrEnum):
    """Where a message is."""

    DELAYED = "delayed"
    VISIBLE = "visible"
    IN_FLIGHT = "in flight"
    DELETED = "deleted"
    DEAD = "dead"


class Outcome(StrEnum):
    """What one delivery of a message came to."""

    RECEIVED = "received"
    RUNNING = "running"
    PROCESSED = "processed"
    FILTERED = "filtered out"
    REPORTED = "reported as failed"
    FAILED = "failed"
    THROTTLED = "throttled"


@dataclass(slots=True)
class Delivery:
    """One time a message was handed out: to which batch (0: none yet), and what came of it.

    `again` is set where a throttled batch was tried again, without the queue's doing. `run` is the
    request id of its invocation: a message that is handed out anew can run twice at once.
    """

    again: bool = False
    batch: int = 0
    run: str = ""
    outcome: Outcome = Outcome.RECEIVED
    error: str = ""

    @property
    def words(self) -> str:
        """The outcome, with the error's type where a handler raised one."""
        return f"{self.outcome}: {self.error}" if self.error else str(self.outcome)


@dataclass(slots=True)
class Message:
    """One message: its number, when it can be received (Unix seconds), and how it fared."""

    number: int
    ready_at: float
    was_received: bool = False
    place: Place | None = None
    deliveries: list[Delivery] = field(default_factory=list)

    def place_at(self, moment: float) -> Place:
        """Return where the message is at a moment."""
        if self.place is not None:
            return self.place
        if moment >= self.ready_at:
            return Place.VISIBLE
        return Place.IN_FLIGHT if self.was_received else Place.DELAYED

    def of_run(self, run: str) -> Delivery:
        """Return the delivery that an invocation ran with; the last, where none is known."""
        known = (delivery for delivery in self.deliveries if run and delivery.run == run)
        return next(known, self.deliveries[-1])


@dataclass(slots=True)
class QueueState:
    """One queue as its records left it; `moment` is the time of the last record."""

    arn: str
    messages: dict[str, Message] = field(default_factory=dict)
    functions: dict[str, None] = field(default_factory=dict)
    dead_letter_queue: str = ""
    batches: int = 0
    moment: float = 0.0

    def count(self, moment: float) -> dict[Place, int]:
        """Return how many messages are in each place."""
        counts = dict.fromkeys(Place, 0)
        for message in self.messages.values():
            counts[message.place_at(moment)] += 1
        return counts

    def add(self, record: Mapping[str, Any]) -> None:
        """Take in one record of this queue or of a mapping that reads it."""
        self.moment = max(self.moment, float(record["time"]))
        noun, _, verb = str(record["kind"]).partition(".")
        if noun == "batch":
            self.functions[str(record["function"])] = None
            self._add_batch(verb, record)
            return
        for identity in record["messages"]:
            self._add_message(verb, identity, record)

    def number_batches(self) -> None:
        """Number batches by delivery and message: those beside each other begin in any order."""
        numbers: dict[int, int] = {}
        most = max((len(message.deliveries) for message in self.messages.values()), default=0)
        for place in range(most):
            for message in self.messages.values():
                for delivery in message.deliveries[place : place + 1]:
                    if delivery.batch:
                        delivery.batch = numbers.setdefault(delivery.batch, len(numbers) + 1)

    def _add_message(self, verb: str, identity: str, record: Mapping[str, Any]) -> None:
        moment = float(record["time"])
        message = self.messages.get(identity)
        if message is None:
            message = Message(len(self.messages) + 1, moment)
            self.messages[identity] = message
        if verb == "sent":
            message.place, message.was_received = None, False
            message.ready_at = moment + float(record["delay_s"])
        elif verb == "received":
            message.was_received, message.ready_at = True, moment + float(record["hidden_s"])
            message.deliveries.append(Delivery())
        elif verb == "visibility":
            message.ready_at = moment + float(record["hidden_s"])
        elif verb == "deleted":
            message.place = Place.DELETED
        elif verb == "dead_lettered":
            message.place = Place.DEAD
            self.dead_letter_queue = str(record["target"])

    def _add_batch(self, verb: str, record: Mapping[str, Any]) -> None:
        if verb == "invoked":
            self.batches += 1
        for identity in record["messages"]:
            message = self.messages.get(identity)
            if message is None or not message.deliveries:
                continue
            run = str(record.get("request_id", ""))
            if verb != "invoked":
                _conclude(message.of_run(run), verb, str(record.get("reason", "")))
                continue
            delivery = message.deliveries[-1]
            if delivery.batch:  # throttled before, and tried again with the same receipt
                delivery = Delivery(again=True)
                message.deliveries.append(delivery)
            delivery.batch, delivery.outcome = self.batches, Outcome.RUNNING
            delivery.run = run


def _conclude(delivery: Delivery, verb: str, reason: str) -> None:
    if verb == "deleted":
        filtered = reason == "filtered"
        delivery.outcome = Outcome.FILTERED if filtered else Outcome.PROCESSED
    elif verb == "retried":
        delivery.outcome, delivery.error = Outcome.THROTTLED, ""
    elif verb == "returned":
        delivery.outcome = Outcome.REPORTED if reason == PARTIAL else Outcome.FAILED
        delivery.error = "" if reason == PARTIAL else reason


def read_queue(records: Iterable[Mapping[str, Any]], queue: str = "") -> QueueState:
    """Return a queue as the records tell it; `queue` is its name, ARN or URL.

    Without a name it is the one that a function reads; raises KitError when there are several.
    A queue that the records do not know has no messages.
    """
    listed = [r for r in records if _source(r)]
    arn = _chosen(listed, queue)
    state = QueueState(arn)
    for record in listed:
        if _source(record) == arn:
            state.add(record)
    state.number_batches()
    return state


def _source(record: Mapping[str, Any]) -> str:
    noun = str(record.get("kind", "")).partition(".")[0]
    if noun == "queue":
        return str(record["queue"])
    source = str(record["source"]) if noun == "batch" else ""
    return source if ":sqs:" in source else ""


def _chosen(records: Sequence[Mapping[str, Any]], name: str) -> str:
    seen = {_source(r): None for r in records}
    if name:
        same = (arn for arn in seen if resource_name(arn) == resource_name(name))
        return name if name in seen else next(same, name)
    read = {_source(r): None for r in records if str(r["kind"]).startswith("batch.")}
    found = list(read or seen)
    if len(found) <= 1:
        return "".join(found)
    names = ", ".join(named(resource_name(arn)) for arn in found)
    raise KitError(
        f"The records tell of {len(found)} queues.",
        why=f"They are {names}.",
        next_step=f"Name one: queue={resource_name(found[0])!r}.",
        anchor="which-one",
    )
