"""The local account that probes run in: deploy a handler, invoke it, read what came of it.

Probes share one account, and one in which waits are short; some ask for one with settings of its
own. Probes run side by side, so every resource has a name of its own.
"""

from __future__ import annotations

import base64
import contextlib
import io
import itertools
import json
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from helpers.cloud.client import NO_PROXY, Cloud, start_cloud

LOGS = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
EMPTY = "def handler(event, context):\n    return 'ok'\n"
ACCEPTED = "is accepted"
LAPSE = 3600
"""In the account with short waits, an hour of AWS takes a second."""
WITHIN_S = 20.0
ACCOUNT_ID = "123456789012"
CONFIG = Config(
    retries={"total_max_attempts": 1},
    proxies={},
    max_pool_connections=32,
    s3={"addressing_style": "path"},
)


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
        self._session = boto3.Session()
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._lapsed: ProbedAccount | None = None
        self._other: Cloud | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        self.lambda_client = self.client("lambda")
        self.role = self.make_role("probe", LOGS)

    def client(self, service: str, **credentials: str) -> Any:
        """Return a boto3 client of the account, as its administrator or with credentials."""
        keys = credentials or {
            "aws_access_key_id": self.cloud.access_key_id,
            "aws_secret_access_key": self.cloud.secret_access_key,
        }
        known = (service, keys["aws_access_key_id"])
        with self._lock:  # a session is for one thread at a time
            if known not in self._clients:
                self._clients[known] = self._session.client(
                    service,
                    endpoint_url=self.cloud.endpoint,
                    region_name=self.cloud.region,
                    config=CONFIG,
                    **keys,
                )
            return self._clients[known]

    @property
    def lapsed(self) -> ProbedAccount:
        """The account in which an hour of waiting takes a second."""
        with self._lock:
            if self._lapsed is None:
                self._lapsed = ProbedAccount(start_cloud(settings={"time_lapse": LAPSE}))
            return self._lapsed

    @contextlib.contextmanager
    def other(self, **settings: object) -> Iterator[ProbedAccount]:
        """Yield an empty account with these settings; there is one, for one probe at a time."""
        with self._one_at_a_time:
            if self._other is None:
                self._other = start_cloud()
            cloud = self._other
            usual = cloud.health()["settings"]
            cloud.config(**settings)
            try:
                yield ProbedAccount(cloud)
            finally:
                cloud.reset()
                cloud.config(**{name: usual[name] for name in settings})

    @contextlib.contextmanager
    def new(self, **settings: object) -> Iterator[ProbedAccount]:
        """Yield an account of a new cloud, which takes settings that others do not."""
        cloud = start_cloud(settings=settings)
        try:
            yield ProbedAccount(cloud)
        finally:
            cloud.stop()

    def stop(self) -> None:
        """End the cloud, and the others that were started for probes."""
        if self._lapsed is not None:
            self._lapsed.stop()
        if self._other is not None:
            self._other.stop()
        self.cloud.stop()

    def name(self) -> str:
        """Return a name that nothing else has."""
        with self._lock:
            return f"probe-{next(self._numbers)}"

    def make_role(self, name: str, *statements: Mapping[str, Any], service: str = "lambda") -> str:
        """Create a role that a service may assume, with these statements; return its ARN."""
        iam = self.client("iam")
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))
        for number, statement in enumerate(statements):
            self.grant(name, f"statement-{number}", statement)
        return str(role["Role"]["Arn"])

    def grant(self, role: str, policy: str, statement: Mapping[str, Any]) -> None:
        """Give a role one more statement."""
        self.client("iam").put_role_policy(
            RoleName=role, PolicyName=policy, PolicyDocument=document(statement)
        )

    def deploy(self, source: str, **settings: Any) -> str:
        """Create a function of this source text; return its name."""
        name = self.name()
        self.lambda_client.create_function(
            FunctionName=name,
            Handler="app.handler",
            Code={"ZipFile": _zipped({"app.py": source})},
            **{"Runtime": "python3.13", "Role": self.role, **settings},
        )
        return name

    def layer(self, files: Mapping[str, str]) -> str:
        """Publish a layer of these files, which are programs; return the version's ARN."""
        answer = self.lambda_client.publish_layer_version(
            LayerName=self.name(), Content={"ZipFile": _zipped(files)}
        )
        return str(answer["LayerVersionArn"])

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

    def permit(self, name: str, service: str) -> str:
        """Let a service invoke a function; return the function's ARN."""
        self.lambda_client.add_permission(
            FunctionName=name,
            StatementId=service,
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
        )
        return self.arn("lambda", f"function:{name}")

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of the account."""
        return f"arn:aws:{service}:{self.cloud.region}:{ACCOUNT_ID}:{resource}"

    def queue(self) -> tuple[str, str]:
        """Create a queue that everybody may send to; return its URL and ARN."""
        name = self.name()
        arn = self.arn("sqs", name)
        policy = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": arn}
        answer = self.client("sqs").create_queue(
            QueueName=name, Attributes={"Policy": document(policy)}
        )
        return str(answer["QueueUrl"]), arn

    def all_records(self, kind: str) -> list[dict[str, Any]]:
        """Return the records of one kind."""
        return [r for r in self.cloud.records()["records"] if r["kind"] == kind]

    def records(self, name: str, kind: str) -> list[dict[str, Any]]:
        """Return the records of one kind of a function."""
        return [r for r in self.all_records(kind) if r.get("function") == name]


def document(statement: Mapping[str, Any]) -> str:
    """Return a policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def outcome(call: Callable[..., Any], **parameters: Any) -> str:
    """Return what a call comes to: that it is accepted, or the error's code."""
    try:
        call(**parameters)
    except ClientError as error:
        return f"is refused ({error.response['Error']['Code']})"
    except BotoCoreError as error:
        return f"is refused by boto3 ({type(error).__name__})"
    return ACCEPTED


def until(condition: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    """Wait for a condition; return what it came to, or None."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if met := condition():
            return met
        time.sleep(0.02)
    return None


def fetch(url: str, **headers: str) -> tuple[int, bytes]:
    """Get a page of this machine; return status and body."""
    try:
        with NO_PROXY.open(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def _zipped(files: Mapping[str, str]) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, text)
    return package.getvalue()
