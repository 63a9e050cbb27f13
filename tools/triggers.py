"""Every way an event reaches a function, wired with boto3 alone, so that any endpoint will do.

Each method of `Triggers` puts a source before a function and returns what sends one event, given
an id; ids look like `name.key--000001`, and sources that keep an order keep it per key.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from helpers.cloud.client import Cloud
from tools.ledger import HANDLER
from tools.yardstick import RUNTIME

REGION = "us-east-1"
Send = Callable[[str], None]
NONE: Mapping[str, str] = {}


class Triggers:
    """One account whose functions write ledgers below `folder`, and the sources before them."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.cloud, self.folder = cloud, folder
        self._clients: dict[str, Any] = {}
        self._account = self.client("sts").get_caller_identity()["Account"]
        self._permissions = 0
        self.role = self._role("lambda.amazonaws.com")

    def client(self, service: str) -> Any:
        """Return the one client of a service; it does not retry."""
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                endpoint_url=self.cloud.endpoint,
                region_name=REGION,
                aws_access_key_id=self.cloud.access_key_id,
                aws_secret_access_key=self.cloud.secret_access_key,
                config=Config(
                    retries={"total_max_attempts": 1},
                    max_pool_connections=32,
                    s3={"addressing_style": "path"},
                ),
            )
        return self._clients[service]

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            client.close()

    def function(self, name: str, variables: Mapping[str, str] = NONE, **settings: Any) -> str:
        """Create a function that writes a ledger; return its ARN."""
        (self.folder / name).mkdir()
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("app.py", HANDLER.read_text(encoding="utf-8"))
        functions = self.client("lambda")
        functions.create_function(
            FunctionName=name,
            Runtime=RUNTIME,
            Role=self.role,
            Handler="app.handler",
            Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": {"LEDGER": str(self.folder / name), **variables}},
            **{"Timeout": 30} | settings,
        )
        functions.get_waiter("function_active_v2").wait(FunctionName=name)
        return self.arn("lambda", f"function:{name}")

    def arn(self, service: str, resource: str) -> str:
        """Return an ARN of this account."""
        return f"arn:aws:{service}:{REGION}:{self._account}:{resource}"

    def permit(self, function: str, service: str, source_arn: str | None = None) -> None:
        """Let a service invoke a function."""
        self._permissions += 1
        self.client("lambda").add_permission(
            FunctionName=function,
            StatementId=f"s{self._permissions}",
            Action="lambda:InvokeFunction",
            Principal=service,
            **({"SourceArn": source_arn} if source_arn else {}),
        )

    def invoke(self, function: str, *, kind: str = "Event") -> Send:
        """Invoke the function itself: Event or RequestResponse."""
        functions = self.client("lambda")

        def send(one: str) -> None:
            payload = json.dumps({"id": one}).encode()
            functions.invoke(FunctionName=function, InvocationType=kind, Payload=payload)

        return send

    def bucket(self, name: str, function: str) -> Send:
        """Tell the function of each new object."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket=name)
        self.permit(function, "s3.amazonaws.com", f"arn:aws:s3:::{name}")
        rule = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={"LambdaFunctionConfigurations": [rule]}
        )
        return lambda one: s3.put_object(Bucket=name, Key=one, Body=b"x") and None

    def topic(self, name: str, function: str) -> Send:
        """Subscribe the function to a topic."""
        sns = self.client("sns")
        topic = sns.create_topic(Name=name)["TopicArn"]
        self.permit(function, "sns.amazonaws.com", topic)
        sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
        return lambda one: sns.publish(TopicArn=topic, Message=one) and None

    def new_queue(self, name: str, **attributes: str) -> str:
        """Create a queue; return its URL."""
        made = self.client("sqs").create_queue(QueueName=name, Attributes=attributes)
        return str(made["QueueUrl"])

    def queue(
        self, name: str, function: str, *, dead: str = "", visibility_s: int = 30, **options: Any
    ) -> Send:
        """Map a queue to the function; a failed message goes to the queue `dead` in the end."""
        sqs, is_fifo = self.client("sqs"), name.endswith(".fifo")
        attributes = {"VisibilityTimeout": str(visibility_s)}
        if is_fifo:
            attributes |= {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        if dead:
            policy = {"deadLetterTargetArn": self.arn("sqs", dead), "maxReceiveCount": 3}
            attributes["RedrivePolicy"] = json.dumps(policy)
        url = self.new_queue(name, **attributes)
        self.map(function, self.arn("sqs", name), **options)

        def send(one: str) -> None:
            group = {"MessageGroupId": _key(one)} if is_fifo else {}
            sqs.send_message(QueueUrl=url, MessageBody=one, **group)

        return send

    def bus(self, name: str, function: str) -> Send:
        """Send events of one source to the function by a rule of the default bus."""
        events = self.client("events")
        pattern = json.dumps({"source": [f"bench.{name}"]})
        rule = events.put_rule(Name=name, EventPattern=pattern)["RuleArn"]
        self.permit(function, "events.amazonaws.com", rule)
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": function}])

        def send(one: str) -> None:
            detail = json.dumps({"id": one})
            entry = {"Source": f"bench.{name}", "DetailType": "sent", "Detail": detail}
            events.put_events(Entries=[entry])

        return send

    def schedule(self, function: str) -> Send:
        """Make a schedule per event, that fires once in a minute and goes."""
        scheduler, role = self.client("scheduler"), self._role("scheduler.amazonaws.com")

        def send(one: str) -> None:
            moment = datetime.now(UTC) + timedelta(minutes=1)
            scheduler.create_schedule(
                Name=one,
                ScheduleExpression=f"at({moment.strftime('%Y-%m-%dT%H:%M:%S')})",
                FlexibleTimeWindow={"Mode": "OFF"},
                Target={"Arn": function, "RoleArn": role, "Input": json.dumps({"id": one})},
                ActionAfterCompletion="DELETE",
            )

        return send

    def table(self, name: str, function: str, **options: Any) -> Send:
        """Map a table's stream to the function; an event is a write to the item of its key."""
        dynamodb = self.client("dynamodb")
        made = dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        stream = made["TableDescription"]["LatestStreamArn"]
        self.map(function, stream, StartingPosition="TRIM_HORIZON", **options)

        def send(one: str) -> None:
            dynamodb.put_item(TableName=name, Item={"pk": {"S": _key(one)}, "event": {"S": one}})

        return send

    def stream(self, name: str, function: str, **options: Any) -> Send:
        """Map a stream of two shards to the function."""
        kinesis = self.client("kinesis")
        kinesis.create_stream(StreamName=name, ShardCount=2)
        kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
        arn = self.arn("kinesis", f"stream/{name}")
        self.map(function, arn, StartingPosition="TRIM_HORIZON", **options)

        def send(one: str) -> None:
            kinesis.put_record(StreamName=name, Data=one.encode(), PartitionKey=_key(one))

        return send

    def map(self, function: str, source_arn: str, **options: Any) -> str:
        """Create an event source mapping, and wait until it is enabled; return its UUID."""
        functions = self.client("lambda")
        uuid = functions.create_event_source_mapping(
            FunctionName=function, EventSourceArn=source_arn, **options
        )["UUID"]
        while functions.get_event_source_mapping(UUID=uuid)["State"] != "Enabled":
            time.sleep(0.05)
        return str(uuid)

    def _role(self, service: str) -> str:
        iam, name = self.client("iam"), f"bench-{service.partition('.')[0]}"
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        may = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        version = {"Version": "2012-10-17"}
        made = iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(version | {"Statement": [trust]})
        )
        iam.put_role_policy(
            RoleName=name,
            PolicyName="all",
            PolicyDocument=json.dumps(version | {"Statement": [may]}),
        )
        return str(made["Role"]["Arn"])


def _key(one: str) -> str:
    """Return the part of an id whose events keep their order."""
    return one.partition("--")[0]
