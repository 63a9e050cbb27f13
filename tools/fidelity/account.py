"""The local account that probes run in: deploy a handler, invoke it, read what came of it."""

from __future__ import annotations

import base64
import io
import itertools
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from helpers.cloud.client import Cloud

TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
LOGS = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One invocation's answer: the payload, the error type if it failed, and the log's end."""

    payload: Any
    error_type: str
    log: str


class ProbedAccount:
    """A cloud with one role; every function has a name of its own."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._numbers = itertools.count(1)
        self.lambda_client = self.client("lambda")
        self.role = self.make_role("probe", LOGS)

    def client(self, service: str) -> Any:
        """Return a boto3 client of the account."""
        return boto3.client(
            service,
            endpoint_url=self.cloud.endpoint,
            region_name=self.cloud.region,
            aws_access_key_id=self.cloud.access_key_id,
            aws_secret_access_key=self.cloud.secret_access_key,
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    def make_role(self, name: str, *statements: Mapping[str, Any]) -> str:
        """Create an execution role with these statements; return its ARN."""
        iam = self.client("iam")
        role = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=_document({**TRUST, "Action": "sts:AssumeRole"}),
        )
        for number, statement in enumerate(statements):
            self.grant(name, f"statement-{number}", statement)
        return str(role["Role"]["Arn"])

    def grant(self, role: str, policy: str, statement: Mapping[str, Any]) -> None:
        """Give a role one more statement."""
        self.client("iam").put_role_policy(
            RoleName=role, PolicyName=policy, PolicyDocument=_document(statement)
        )

    def deploy(self, source: str, **settings: Any) -> str:
        """Create a function of this source text; return its name."""
        name = f"probe-{next(self._numbers)}"
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("app.py", source)
        self.lambda_client.create_function(
            FunctionName=name,
            Handler="app.handler",
            Code={"ZipFile": package.getvalue()},
            **{"Runtime": "python3.13", "Role": self.role, **settings},
        )
        return name

    def invoke(self, name: str, event: Any = None) -> Answer:
        """Invoke a function and wait for its answer."""
        answer = self.lambda_client.invoke(
            FunctionName=name, LogType="Tail", Payload=json.dumps(event)
        )
        payload = json.loads(answer["Payload"].read())
        failed = "FunctionError" in answer
        return Answer(
            payload,
            str(payload.get("errorType", "")) if failed else "",
            base64.b64decode(answer["LogResult"]).decode(),
        )

    def run(self, source: str, event: Any = None, **settings: Any) -> Answer:
        """Deploy a function and invoke it once."""
        return self.invoke(self.deploy(source, **settings), event)

    def records(self, name: str, kind: str) -> list[dict[str, Any]]:
        """Return the records of one kind of a function."""
        records = self.cloud.records()["records"]
        return [r for r in records if r["kind"] == kind and r.get("function") == name]


def _document(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
