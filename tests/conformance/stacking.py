"""Stacks for tests: made, changed, looked at and deleted through boto3."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

ALLOWED = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


class Stack:
    """One stack of the account."""

    def __init__(self, cloud: Any, name: str) -> None:
        self.cloud = cloud
        self.name = name
        self.client = cloud.client("cloudformation")

    def create(self, template: Any, **more: Any) -> str:
        """Create the stack and return its status."""
        more = {"Capabilities": ALLOWED, **more}
        self.client.create_stack(StackName=self.name, TemplateBody=text(template), **more)
        return self.status

    def update(self, template: Any, **more: Any) -> str:
        """Update the stack and return its status."""
        more = {"Capabilities": ALLOWED, **more}
        self.client.update_stack(StackName=self.name, TemplateBody=text(template), **more)
        return self.status

    @property
    def status(self) -> str:
        """The stack's status."""
        [described] = self.client.describe_stacks(StackName=self.name)["Stacks"]
        return str(described["StackStatus"])

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        [described] = self.client.describe_stacks(StackName=self.name)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}

    def events(self) -> list[tuple[str, str]]:
        """Every event, oldest first: logical id and status."""
        return [
            (event["LogicalResourceId"], event["ResourceStatus"])
            for event in reversed(self._events())
        ]

    def reason(self, status: str) -> str:
        """Return why the event with this status happened."""
        return next(
            event["ResourceStatusReason"]
            for event in self._events()
            if event["ResourceStatus"] == status
        )

    def physical_id(self, logical_id: str) -> str:
        """Return the name that a resource of the stack has."""
        found = self.client.describe_stack_resource(
            StackName=self.name, LogicalResourceId=logical_id
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def _events(self) -> list[dict[str, Any]]:
        events = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        return sorted(events, key=lambda event: event["Timestamp"], reverse=True)

    def invoke(self, function: str, event: Any = None) -> Any:
        """Invoke a function of the stack."""
        answer = self.cloud.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(event or {}).encode()
        )
        return json.load(answer["Payload"])


def text(template: Any) -> str:
    """Return a template as text."""
    return template if isinstance(template, str) else json.dumps(template)


def post(url: str, body: Any) -> tuple[int, Any]:
    """Post JSON; return status and JSON."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, json.load(answer)
