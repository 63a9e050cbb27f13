"""The routes of the soak: a source, its function, and what is expected of the events sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from tools.fronts import Fronts, RefusedError
from tools.ledger import Ledger
from tools.triggers import Send, Triggers

ONCE_EVERY, NEVER_EVERY = 20, 30
MOST_EVENTS = 100_000
THROTTLED = 429
VISIBILITY_S = 5
DEAD = "dead"
Wire = Callable[[str], Send]
"""Puts a source before the function of this ARN."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What is particular about a route.

    `fails` and `dies` let some events fail once, or always until they are in the dead-letter
    queue. `ordered` routes keep the order of each key. `senders` threads send at once.
    """

    fails: bool = False
    dies: bool = False
    ordered: bool = False
    senders: int = 1


@dataclass(slots=True)
class Route:
    """One way of events: who sends, to which function, and the producers' own ledger."""

    name: str
    send: Send
    ledger: Ledger
    traits: Traits
    sent: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def produce(self, sender: int, until: float, pause_s: float) -> None:
        """Send events until a steady moment, and write down what became of each call."""
        number = 0
        while time.monotonic() < until and number < MOST_EVENTS:
            number += 1
            self._send(self._id(sender, number))
            time.sleep(pause_s)

    def _id(self, sender: int, number: int) -> str:
        mark = ""
        if self.traits.dies and number % NEVER_EVERY == 0:
            mark = "-never"
        elif self.traits.fails and number % ONCE_EVERY == 0:
            mark = "-once"
        key = number % 4 + 4 * sender
        return f"{self.name}.k{key}--{number:06d}{mark}"

    def _send(self, one: str) -> None:
        try:
            self.send(one)
        except RefusedError as error:
            self._note(one, throttled=error.status == THROTTLED, error=error)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            self._note(one, throttled=status == THROTTLED, error=error)
        except (BotoCoreError, HTTPError, OSError) as error:
            self._note(one, throttled=False, error=error)
        else:
            self.sent.append(one)

    def _note(self, one: str, *, throttled: bool, error: Exception) -> None:
        if throttled:
            self.refused.append(one)
        else:
            self.problems.append(f"{one}: {error}")


def build_routes(triggers: Triggers, fronts: Fronts) -> list[Route]:
    """Wire every source of the soak to a function of its own."""
    triggers.new_queue(DEAD)
    return [
        *_pushed(triggers),
        *_polled(triggers),
        *_requested(triggers, fronts),
    ]


def dead_letters(triggers: Triggers) -> list[str]:
    """Take what is in the dead-letter queue; return the bodies."""
    sqs = triggers.client("sqs")
    url = sqs.get_queue_url(QueueName=DEAD)["QueueUrl"]
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def _pushed(triggers: Triggers) -> list[Route]:
    """Return what invokes asynchronously; failures are retried and end in the queue."""
    sources: dict[str, Wire] = {
        "bucket": lambda arn: triggers.bucket("soak", arn),
        "topic": lambda arn: triggers.topic("soak", arn),
        "bus": lambda arn: triggers.bus("soak", arn),
        "schedule": triggers.schedule,
        "event": triggers.invoke,
    }
    dead, mortal = triggers.arn("sqs", DEAD), Traits(fails=True, dies=True)
    config = {"TargetArn": dead}
    routes = [
        _route(triggers, name, wire, mortal, DeadLetterConfig=config)
        for name, wire in sources.items()
    ]
    destination = _route(triggers, "destination", triggers.invoke, mortal)
    functions = triggers.client("lambda")
    functions.put_function_event_invoke_config(
        FunctionName="destination",
        DestinationConfig={"OnFailure": {"Destination": dead}},
    )
    slow = {"HOLDS": "0.05"}
    narrow = _route(triggers, "narrow", triggers.invoke, Traits(senders=2), variables=slow)
    functions.put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=1)
    return [*routes, destination, narrow]


def _polled(triggers: Triggers) -> list[Route]:
    """Return what a mapping polls; failed batches are tried again, in their order."""
    ordered, timeout = Traits(fails=True, ordered=True), {"Timeout": VISIBILITY_S}

    def queue(arn: str) -> Send:
        reports = ["ReportBatchItemFailures"]
        return triggers.queue(
            "soak", arn, dead=DEAD, visibility_s=VISIBILITY_S, FunctionResponseTypes=reports
        )

    def fifo(arn: str) -> Send:
        return triggers.queue("soak.fifo", arn, visibility_s=VISIBILITY_S)

    traits = Traits(fails=True, dies=True, senders=2)
    return [
        _route(triggers, "queue", queue, traits, variables={"REPORTS": "1"}, **timeout),
        _route(triggers, "fifo", fifo, ordered, **timeout),
        _route(triggers, "table", lambda arn: triggers.table("soak", arn), ordered),
        _route(triggers, "stream", lambda arn: triggers.stream("soak", arn), ordered),
    ]


def _requested(triggers: Triggers, fronts: Fronts) -> list[Route]:
    """Return what waits for the answer; nobody retries, and 429 is for the producer to count."""
    sources: dict[str, Wire] = {
        "url": fronts.url,
        "httpapi": lambda arn: fronts.http_api("soak", arn),
        "restapi": lambda arn: fronts.rest_api("soak", arn),
        "balancer": lambda arn: fronts.load_balancer("soak", arn),
    }
    routes = [_route(triggers, name, wire, Traits()) for name, wire in sources.items()]

    def invoke(arn: str) -> Send:
        return triggers.invoke(arn, kind="RequestResponse")

    slow = {"HOLDS": "0.1"}
    throttled = _route(triggers, "throttled", invoke, Traits(senders=3), variables=slow)
    triggers.client("lambda").put_function_concurrency(
        FunctionName="throttled", ReservedConcurrentExecutions=2
    )
    return [*routes, throttled]


def _route(triggers: Triggers, name: str, wire: Wire, traits: Traits, **settings: Any) -> Route:
    arn = triggers.function(name, **settings)
    return Route(name, wire(arn), Ledger(triggers.folder / name), traits)


def produce(routes: list[Route], seconds: float, pause_s: float) -> None:
    """Send along every route at once, each from threads of its own."""
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=route.produce, args=(sender, until, pause_s), daemon=True)
        for route in routes
        for sender in range(route.traits.senders)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
