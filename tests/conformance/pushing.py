"""What tests of pushed events share: a function that tells its events, queues, topics, buckets."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.roles import make_role
from tests.waiting import until

TELLS = "import json\n\n\ndef handler(event, context):\n    print('EVENT ' + json.dumps(event))\n"
ACCOUNT = "123456789012"
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


class Stage:
    """One account in which services push: to functions, queues and topics of its own making."""

    def __init__(self, account: Any) -> None:
        self.account = account
        self.functions = account.functions
        self.s3 = account.client("s3")
        self.sns = account.client("sns")
        self.sqs = account.client("sqs")
        self.logs = account.client("logs")

    def function(self, source: str = TELLS, **settings: Any) -> tuple[str, str]:
        """Create a function; return its name and ARN."""
        name = self.account.deploy(source, **{"Timeout": 30} | settings)
        return name, f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"

    def role(self, *actions: str) -> str:
        """Create a role that may log and do these actions; return its ARN."""
        return make_role(self.account.client("iam"), ["logs:*", *actions])

    def permit(self, function: str, service: str, source_arn: str, **more: str) -> None:
        """Let a service invoke a function for a source."""
        self.functions.add_permission(
            FunctionName=function,
            StatementId=f"s-{secrets.token_hex(4)}",
            Action="lambda:InvokeFunction",
            Principal=service,
            SourceArn=source_arn,
            **more,
        )

    def events(self, function: str, count: int = 1) -> list[Any]:
        """Wait until a function has told of so many events; return them as they came."""
        return until(lambda: len(found := self.told(function)) >= count and found)

    def told(self, function: str) -> list[Any]:
        """Return the events that a function has told of so far."""
        try:
            found = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        lines = [event["message"] for event in found if event["message"].startswith("EVENT ")]
        return [json.loads(line.removeprefix("EVENT ")) for line in lines]

    def bucket(self) -> tuple[str, str]:
        """Create a bucket; return its name and ARN."""
        name = f"b-{secrets.token_hex(6)}"
        self.s3.create_bucket(Bucket=name)
        return name, f"arn:aws:s3:::{name}"

    def queue(
        self, *allowed: tuple[str, str], suffix: str = "", **attributes: str
    ) -> tuple[str, str]:
        """Create a queue that services may send to for these sources; return URL and ARN."""
        name = f"q-{secrets.token_hex(4)}{suffix}"
        arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
        given = {"Policy": receiving("sqs:SendMessage", arn, *allowed)} if allowed else {}
        url = self.sqs.create_queue(QueueName=name, Attributes=given | attributes)["QueueUrl"]
        return url, arn

    def messages(self, url: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for so many messages and take them."""
        found: list[dict[str, Any]] = []

        def receive() -> Any:
            answer = self.sqs.receive_message(
                QueueUrl=url,
                MessageAttributeNames=["All"],
                AttributeNames=["All"],
                MaxNumberOfMessages=10,
            )
            found.extend(answer.get("Messages", ()))
            return len(found) >= count

        until(receive)
        return found

    def topic(self, *allowed: tuple[str, str], suffix: str = "", **attributes: str) -> str:
        """Create a topic that services may publish to for these sources; return its ARN."""
        name = f"t-{secrets.token_hex(4)}{suffix}"
        arn = f"arn:aws:sns:us-east-1:{ACCOUNT}:{name}"
        self.sns.create_topic(Name=name, Attributes=attributes)
        if allowed:
            policy = receiving("sns:Publish", arn, *allowed)
            self.sns.set_topic_attributes(
                TopicArn=arn, AttributeName="Policy", AttributeValue=policy
            )
        return arn

    def notify(self, bucket: str, kind: str, *rules: dict[str, Any], **call: Any) -> None:
        """Put a bucket's notifications: Queue, Topic or LambdaFunction, and the rules."""
        self.s3.put_bucket_notification_configuration(
            Bucket=bucket,
            NotificationConfiguration={f"{kind}Configurations": list(rules)} if rules else {},
            **call,
        )

    def refusals(self, source_arn: str) -> list[dict[str, Any]]:
        """Return what was recorded of pushes that were not accepted."""
        records = self.account.cloud.records()["records"]
        return [r for r in records if r["kind"] == "push.refused" and r["source"] == source_arn]

    def stack(self, template: dict[str, Any]) -> str:
        """Create a stack of resources and wait for its end; return why it failed, if it did."""
        cloudformation, name = self.account.client("cloudformation"), f"s-{secrets.token_hex(4)}"
        body = json.dumps({"Resources": template})
        cloudformation.create_stack(StackName=name, TemplateBody=body)

        def ended() -> bool:
            (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
            return not str(stack["StackStatus"]).endswith("IN_PROGRESS")

        until(ended)
        events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        failed = [e for e in events if e["ResourceStatus"] == "CREATE_FAILED"]
        return str(failed[-1]["ResourceStatusReason"]) if failed else ""


def group_with_stream(stage: Stage) -> tuple[str, str]:
    """Create a log group with a stream `s`; return its name and the ARN that policies name."""
    name = f"g-{secrets.token_hex(4)}"
    stage.logs.create_log_group(logGroupName=name)
    stage.logs.create_log_stream(logGroupName=name, logStreamName="s")
    return name, f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{name}:*"


def write(stage: Stage, group: str, *messages: str) -> int:
    """Write log events; return their timestamp."""
    now = int(time.time() * 1000)
    stage.logs.put_log_events(
        logGroupName=group,
        logStreamName="s",
        logEvents=[{"timestamp": now, "message": message} for message in messages],
    )
    return now


def receiving(action: str, arn: str, *allowed: tuple[str, str]) -> str:
    """Return the policy of a receiver: services that may send, each for a source."""
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": action,
            "Resource": arn,
            "Condition": {"ArnLike": {"aws:SourceArn": source}},
        }
        for service, source in allowed
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def refused(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """Return code and message of a refused call."""
    error = error_of(call, **parameters)
    return error["Code"], error["Message"]


def error_of(call: Callable[..., Any], **parameters: Any) -> dict[str, Any]:
    """Return all that a refused call says."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error: dict[str, Any] = caught.value.response["Error"]
    return error
