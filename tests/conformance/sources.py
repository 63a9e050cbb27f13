"""Queues, streams and mappings of one account, and what the functions behind them have seen."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.conformance.conftest import zipped
from tests.conformance.roles import make_role, may_only
from tests.waiting import until

LAPSE = 600
SHOWS = "import json\n\n\ndef handler(event, context):\n    print('SEEN ' + json.dumps(event))\n"
"""A handler that succeeds; what is written after it decides otherwise."""


class Sources:
    """One account in which a minute lasts a tenth of a second, and a role that may do anything."""

    def __init__(self, account: Any) -> None:
        self.account = account
        self.cloud = account.cloud
        self.functions = account.client("lambda")
        self.sqs = account.client("sqs")
        self.kinesis = account.client("kinesis")
        self.dynamodb = account.client("dynamodb")
        self.iam = account.client("iam")
        self.role_arn = self.role("*")

    def role(self, *actions: str, resource: str = "*") -> str:
        """Create an execution role that may do these actions."""
        return make_role(self.iam, ["logs:*", *actions], resource=resource)

    def allow(self, role_name: str, *actions: str, resource: str = "*") -> None:
        """Let a role do these actions, and nothing else."""
        may_only(self.iam, role_name, ["logs:*", *actions], resource=resource)

    def deploy_again(self, name: str) -> None:
        """Create a function of a name that a deleted one had."""
        self.functions.create_function(
            FunctionName=name,
            Role=self.role_arn,
            Runtime="python3.13",
            Handler="app.handler",
            Code={"ZipFile": zipped({"app.py": SHOWS})},
        )

    def deploy(self, tail: str = "", **settings: Any) -> str:
        """Create a function that shows its event and goes on with `tail`; return its name."""
        settings = {"Role": self.role_arn, "Timeout": 10} | settings
        return str(self.account.deploy(SHOWS + tail, **settings))

    def queue(self, *, fifo: bool = False, **attributes: str) -> tuple[str, str]:
        """Create a queue; return its URL and ARN."""
        name = f"q-{secrets.token_hex(4)}" + (".fifo" if fifo else "")
        if fifo:
            attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} | attributes
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, f"arn:aws:sqs:us-east-1:123456789012:{name}"

    def send(self, url: str, *bodies: str, **more: Any) -> list[str]:
        """Send messages; return their ids."""
        sent = [self.sqs.send_message(QueueUrl=url, MessageBody=body, **more) for body in bodies]
        return [one["MessageId"] for one in sent]

    def left(self, url: str) -> int:
        """Return how many messages a queue holds, visible or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def messages(self, url: str) -> list[dict[str, Any]]:
        """Wait for messages of a queue, and take them."""

        def receive() -> Any:
            answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            return answer.get("Messages")

        found = until(receive)
        for message in found:
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return list(found)

    def stream(self, shards: int = 1) -> str:
        """Create a Kinesis stream; return its ARN."""
        name = f"s-{secrets.token_hex(4)}"
        self.kinesis.create_stream(StreamName=name, ShardCount=shards)
        return f"arn:aws:kinesis:us-east-1:123456789012:stream/{name}"

    def put(self, stream_arn: str, *data: Any, key: str = "k") -> list[str]:
        """Put records, each as JSON; return their sequence numbers."""
        put = [
            self.kinesis.put_record(
                StreamARN=stream_arn, Data=json.dumps(one).encode(), PartitionKey=key
            )
            for one in data
        ]
        return [one["SequenceNumber"] for one in put]

    def table(self, view: str = "NEW_AND_OLD_IMAGES") -> tuple[str, str]:
        """Create a table with a stream; return its name and the stream's ARN."""
        name = f"t-{secrets.token_hex(4)}"
        made = self.dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
        )
        return name, made["TableDescription"]["LatestStreamArn"]

    def item(self, table: str, name: str, **attributes: Any) -> None:
        """Put an item."""
        self.dynamodb.put_item(TableName=table, Item={"id": {"S": name}, **attributes})

    def map(self, function: str, source_arn: str, **options: Any) -> str:
        """Create a mapping and wait until it is settled; return its UUID."""
        if ":sqs:" not in source_arn:
            options = {"StartingPosition": "TRIM_HORIZON"} | options
        made = self.functions.create_event_source_mapping(
            FunctionName=function, EventSourceArn=source_arn, **options
        )
        self.settled(made["UUID"])
        return str(made["UUID"])

    def settled(self, mapping: str) -> dict[str, Any]:
        """Wait until a mapping is Enabled or Disabled; return it."""
        return dict(
            until(
                lambda: (
                    (found := self.functions.get_event_source_mapping(UUID=mapping))["State"]
                    in ("Enabled", "Disabled")
                    and found
                )
            )
        )

    def change(self, mapping: str, **options: Any) -> dict[str, Any]:
        """Update a mapping and wait until it is settled; return it."""
        self.functions.update_event_source_mapping(UUID=mapping, **options)
        return self.settled(mapping)

    def events(self, function: str) -> list[dict[str, Any]]:
        """Return the events that a function has seen, in order."""
        logs, group = self.account.client("logs"), f"/aws/lambda/{function}"
        try:
            found = logs.filter_log_events(logGroupName=group, limit=10_000)["events"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        found.sort(key=lambda event: event["timestamp"])  # moto gives them by stream
        lines = [event["message"] for event in found if event["message"].startswith("SEEN ")]
        return [json.loads(line.removeprefix("SEEN ")) for line in lines]

    def seen(self, function: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until a function has seen so many events; return them."""
        return list(until(lambda: len(found := self.events(function)) >= count and found))

    def batches(self, mapping: str, *kinds: str) -> list[dict[str, Any]]:
        """Return the records of a mapping, of these kinds (without their first word) or of all."""
        wanted = [f"batch.{kind}" for kind in kinds]
        found = self.cloud.records()["records"]
        return [
            r for r in found if r.get("mapping") == mapping and (not wanted or r["kind"] in wanted)
        ]

    def told(self, mapping: str, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until records of this kind tell of so many items; return them."""

        def enough() -> list[dict[str, Any]]:
            found = self.batches(mapping, kind)
            return found if sum(r["count"] for r in found) >= count else []

        return list(until(enough))

    @contextmanager
    def at_pace(self, time_lapse: float) -> Iterator[None]:
        """Make pollers that start meanwhile wait longer: for windows that must not pass."""
        self.cloud.config(time_lapse=time_lapse)
        try:
            yield
        finally:
            self.cloud.config(time_lapse=LAPSE)

    @property
    def raw(self) -> Any:
        """A Lambda client that sends what the API's model does not allow."""
        return self.account.client("lambda", parameter_validation=False)


def sources_in(account_with: Callable[..., Any], **settings: Any) -> Sources:
    """Return the sources of an account with these settings, made once."""
    account = account_with(**{"time_lapse": LAPSE, **settings})
    if not hasattr(account, "sources"):
        account.sources = Sources(account)
    found: Sources = account.sources
    return found


def bodies(event: Mapping[str, Any]) -> list[str]:
    """Return the bodies of an SQS event."""
    return [record["body"] for record in event["Records"]]
