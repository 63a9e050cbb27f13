"""Deploying, invoking and reading a function: boto3's calls, each one said aloud.

Models nothing: every line here is a call that a learner can type. Left out: layers, versions
and aliases, which later labs teach with plain boto3.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.checks.session import Source
from helpers.course.narration import Call, Say
from helpers.course.packaging import Package, package
from helpers.course.roles import Place, ensure_role
from helpers.views.invocation import Answer

RUNTIME = "python3.13"


@dataclass(frozen=True, slots=True)
class Functions:
    """The functions of one account, reached through boto3 clients."""

    client: Callable[[str], Any]
    place: Place
    say: Say

    def deploy(self, source: Source, name: str, configuration: dict[str, Any]) -> str:
        """Create the function, or bring code and configuration up to date; return its ARN."""
        built = package(source)
        if self.exists(name):
            return self._update(built, name, configuration)
        return self._create(built, name, configuration)

    def exists(self, name: str) -> bool:
        """Say whether there is a function of this name."""
        aws = self.client("lambda")
        try:
            aws.get_function(FunctionName=name)
        except aws.exceptions.ResourceNotFoundException:
            return False
        return True

    def _create(self, built: Package, name: str, configuration: dict[str, Any]) -> str:
        role = configuration.get("Role") or ensure_role(
            self.client("iam"), name, self.place, say=self.say
        )
        defaults = {"Runtime": RUNTIME, "Handler": built.handler}
        # what the caller chose stands first, where a short line shows it
        settings = {"FunctionName": name, **configuration, **(defaults | configuration)}
        settings["Role"] = role
        answer = self._call("create_function", {**settings, "Code": {"ZipFile": built.content}})
        self._wait("function_active_v2", name)
        return str(answer["FunctionArn"])

    def _update(self, built: Package, name: str, configuration: dict[str, Any]) -> str:
        answer = self._call(
            "update_function_code", {"FunctionName": name, "ZipFile": built.content}
        )
        self._wait("function_updated_v2", name)
        settings = {"FunctionName": name, **configuration}
        settings.setdefault("Handler", built.handler)
        self._call("update_function_configuration", settings)
        self._wait("function_updated_v2", name)
        return str(answer["FunctionArn"])

    def invoke(self, name: str, event: Any, *, qualifier: str | None = None) -> Answer:
        """Invoke synchronously with the log's tail; bytes are sent as they are."""
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        parameters: dict[str, Any] = {"FunctionName": name, "Payload": payload, "LogType": "Tail"}
        if qualifier is not None:
            parameters["Qualifier"] = qualifier
        spoken = {**parameters, "Payload": payload.decode("utf-8", "replace")}
        self.say(Call("lambda", "invoke", spoken))
        return Answer.from_response(self.client("lambda").invoke(**parameters))

    def delete(self, name: str) -> None:
        """Delete the function; a missing one is fine."""
        aws = self.client("lambda")
        try:
            aws.delete_function(FunctionName=name)
        except aws.exceptions.ResourceNotFoundException:
            return
        self.say(Call("lambda", "delete_function", {"FunctionName": name}))

    def logs(self, name: str) -> list[str]:
        """Return the messages of the function's log group, oldest first; none before a run."""
        logs = self.client("logs")
        parameters: dict[str, Any] = {"logGroupName": f"/aws/lambda/{name}"}
        self.say(Call("logs", "filter_log_events", parameters))
        messages: list[str] = []
        try:
            for page in logs.get_paginator("filter_log_events").paginate(**parameters):
                messages += [event["message"].rstrip("\n") for event in page["events"]]
        except logs.exceptions.ResourceNotFoundException:
            return []
        return messages

    def delete_logs(self, name: str) -> None:
        """Delete the function's log group; a missing one is fine."""
        logs = self.client("logs")
        try:
            logs.delete_log_group(logGroupName=f"/aws/lambda/{name}")
        except logs.exceptions.ResourceNotFoundException:
            return

    def _call(self, operation: str, parameters: dict[str, Any]) -> Any:
        self.say(Call("lambda", operation, parameters))
        return getattr(self.client("lambda"), operation)(**parameters)

    def _wait(self, waiter: str, name: str) -> None:
        self.say(Call("lambda", f'get_waiter("{waiter}").wait', {"FunctionName": name}))
        self.client("lambda").get_waiter(waiter).wait(
            FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 600}
        )
