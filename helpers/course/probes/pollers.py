"""Probes of event source mappings on queues: what is read, what comes again, what is kept away.

Source: docs.aws.amazon.com/lambda/latest/dg/with-sqs.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.checks.capability import Capability
from helpers.course.probes.ground import Ground, Probe

TAKES = """
def handler(event, context):
    bad = [each["messageId"] for each in event["Records"] if each["body"] == '"bad"']
    for record in event["Records"]:
        print("took", record["body"], record["attributes"]["ApproximateReceiveCount"])
    return {"batchItemFailures": [{"itemIdentifier": one} for one in bad]}
"""
WITHIN_S = 30.0
INVISIBLE_S = 3
"""Long enough for a busy machine to run a warm function, or a message comes twice by itself."""
HOLDS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


@dataclass(frozen=True, slots=True)
class Mapped:
    """A function that reads a queue, and stands ready when the first message comes."""

    ground: Ground
    function: str
    url: str

    def send(self, *values: object) -> None:
        """Send messages that can be taken at once."""
        entries = [{"Id": str(n), "MessageBody": json.dumps(v)} for n, v in enumerate(values)]
        self.ground.client("sqs").send_message_batch(QueueUrl=self.url, Entries=entries)

    def holds(self) -> int:
        """Return how many messages there are, visible or not."""
        found = self.ground.client("sqs").get_queue_attributes(
            QueueUrl=self.url, AttributeNames=list(HOLDS)
        )
        return sum(int(found["Attributes"][name]) for name in HOLDS)

    def took(self) -> list[str]:
        """Return what the function says it took, each with its count of receipts."""
        lines = [line.strip() for line in self.ground.logs(self.function)]
        return sorted(line.removeprefix("took ") for line in lines if line.startswith("took "))


def queue_poller(ground: Ground) -> bool:
    """Messages reach the function once and are gone from the queue."""
    mapped = _mapped(ground, "reads")
    mapped.send("one", "two")
    emptied = ground.wait_for(lambda: mapped.holds() == 0, timeout_s=WITHIN_S)
    return bool(emptied and ground.wait_for(lambda: len(mapped.took()) > 1)) and (
        mapped.took() == ['"one" 1', '"two" 1']
    )


def partial_batches(ground: Ground) -> bool:
    """The message that the function names comes a second time, and the other one does not."""
    mapped = _mapped(ground, "reports", **REPORTS)
    mapped.send("good", "bad")
    return bool(
        ground.wait_for(lambda: '"bad" 2' in mapped.took(), timeout_s=WITHIN_S)
        and '"good" 1' in mapped.took()
        and '"good" 2' not in mapped.took()
    )


def event_filters(ground: Ground) -> bool:
    """Of three messages the filter lets one through; the others are deleted unseen."""
    wanted = {"kind": "wanted", "count": 2}
    pattern = {"kind": [{"equals-ignore-case": "WANTED"}], "count": [{"numeric": [">=", 1]}]}
    filters = {"Filters": [{"Pattern": json.dumps({"body": pattern})}]}
    mapped = _mapped(ground, "filters", FilterCriteria=filters)
    mapped.send({**wanted, "count": 0}, {**wanted, "kind": "other"}, wanted)
    emptied = ground.wait_for(lambda: mapped.holds() == 0, timeout_s=WITHIN_S)
    line = f"{json.dumps(wanted)} 1"
    return bool(emptied and ground.wait_for(lambda: line in mapped.took())) and (
        mapped.took() == [line]
    )


def _mapped(ground: Ground, what: str, **settings: Any) -> Mapped:
    sqs, client = ground.client("sqs"), ground.client("lambda")
    name = ground.name(what)
    may_poll = {
        "Effect": "Allow",
        "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        "Resource": ground.arn("sqs", name),
    }
    function = ground.function(TAKES, what, may_poll, Timeout=INVISIBLE_S)
    ground.invoke(function, {"Records": []})
    url = str(
        sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(INVISIBLE_S)})[
            "QueueUrl"
        ]
    )
    ground.later(lambda: sqs.delete_queue(QueueUrl=url))
    mapping = client.create_event_source_mapping(
        EventSourceArn=ground.arn("sqs", name), FunctionName=function, BatchSize=10, **settings
    )["UUID"]
    ground.later(lambda: client.delete_event_source_mapping(UUID=mapping))
    return Mapped(ground, function, url)


PROBES: Mapping[Capability, Probe] = {
    Capability.QUEUE_POLLER: queue_poller,
    Capability.PARTIAL_BATCHES: partial_batches,
    Capability.EVENT_FILTERS: event_filters,
}
