"""Local accounts of every variant, and AWS's own emulator, to run the same handlers in.

`account` is each variant in turn: the native runtime client and the pure-Python one, both file
levels. `cloud` is one account for what does not depend on them. Clouds start when first asked
for, once per test process; every function has a name of its own, so tests may run in parallel.
"""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import re
import secrets
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from helpers.cloud.client import Cloud, CloudError, start_cloud
from helpers.cloud.environment.runtime_folder import build_runtime_folder, interpreter
from helpers.cloud.server.first_use import FirstUse
from tests.waiting import PATIENCE_S
from tools.emulator import ensure_emulator
from tools.ports import free_port

IDLE_AGE_S = 60.0
"""Hundreds of functions are invoked once: the machine has better uses for their processes."""
VARIANTS: Mapping[str, Mapping[str, object]] = {
    "native-B": {"idle_age_s": IDLE_AGE_S},
    "native-A": {"idle_age_s": IDLE_AGE_S, "file_level": "A"},
    "pure-A": {"idle_age_s": IDLE_AGE_S, "native_client": False, "file_level": "A"},
}
RUNTIME = "python3.11"
PLATFORM = re.compile(r"^(START|END|REPORT|INIT_START|INIT_REPORT) .*\n", re.MULTILINE)
DIARY = r"\d\d \w{3} \d{4} \S+ \[\w+\] \(rapid\) .*\n"
"""What the emulator says of itself; it may follow the function's words on the same line."""
VOLATILE = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"/[^\s\"]*?/(code/[0-9a-f]+|task)/"), "/var/task/"),
    (re.compile(r"\r"), "\n"),
)


QUICK = ("test_answers.py", "test_context.py", "test_custom_runtimes.py")
"""What `kit.py test --quick` runs of this folder; all of it takes minutes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the rest of this folder slow."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name not in QUICK:
            item.add_marker(pytest.mark.slow)


def stable(text: str) -> str:
    """Return a text without what differs from run to run: ids, moments, the task's folder."""
    for pattern, replacement in VOLATILE:
        text = pattern.sub(replacement, text)
    return text


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one invocation, and what was logged during it."""

    payload: bytes
    status: int = 200
    function_error: str | None = None
    request_id: str = ""
    executed_version: str = ""
    log: str = field(default="", repr=False)

    @property
    def value(self) -> Any:
        """The payload as Python data."""
        return json.loads(self.payload)

    @property
    def error(self) -> dict[str, Any]:
        """The error body, comparable: ids are <id>, and only the handler's own frames stay."""
        body = json.loads(stable(self.payload.decode()))
        if "stackTrace" in body:
            body["stackTrace"] = [line for line in body["stackTrace"] if "/var/task/" in line]
        return body

    @property
    def printed(self) -> str:
        """What the function itself logged, comparable: no platform lines, ids or moments."""
        log = re.sub("^" + DIARY, "", PLATFORM.sub("", self.log), flags=re.MULTILINE)
        return stable(re.sub(DIARY, "\n", log))


class Account:
    """One local account: deploys handlers, invokes them, reads their logs and records."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._functions = FirstUse(lambda: self.client("lambda"))
        self._role_arn = FirstUse(self._make_role)

    def client(self, service: str, **options: Any) -> Any:
        """Return a boto3 client that does not retry and takes nothing from the shell."""
        known = {"retries": {"total_max_attempts": 1}, "proxies": {}, "max_pool_connections": 32}
        return boto3.client(
            service,
            endpoint_url=self.cloud.endpoint,
            region_name=self.cloud.region,
            aws_access_key_id=self.cloud.access_key_id,
            aws_secret_access_key=self.cloud.secret_access_key,
            config=Config(**{**known, **options}),
        )

    @property
    def functions(self) -> Any:
        """The Lambda client."""
        return self._functions.get()

    @property
    def role_arn(self) -> str:
        """An execution role that may write its log, and use S3."""
        return self._role_arn.get()

    def reset(self) -> None:
        """Empty the account; its role is made anew when somebody needs one."""
        self.cloud.reset()
        self._role_arn = FirstUse(self._make_role)

    def _make_role(self) -> str:
        trust = {"Service": "lambda.amazonaws.com"}
        iam = self.client("iam")
        role = iam.create_role(
            RoleName="conformance",
            AssumeRolePolicyDocument=policy(Principal=trust, Action="sts:AssumeRole"),
        )
        iam.put_role_policy(
            RoleName="conformance",
            PolicyName="conformance",
            PolicyDocument=policy(Action=["logs:*", "s3:CreateBucket", "s3:*Object"], Resource="*"),
        )
        return str(role["Role"]["Arn"])

    def deploy(self, source: str, files: Mapping[str, str] | None = None, **settings: Any) -> str:
        """Create a function of this source text as app.py; return its name."""
        name = f"f-{secrets.token_hex(6)}"
        self.functions.create_function(
            FunctionName=name,
            **{"Role": self.role_arn, "Runtime": RUNTIME, "Handler": "app.handler"} | settings,
            Code={"ZipFile": zipped({"app.py": source, **(files or {})})},
        )
        return name

    def change(self, name: str, source: str | None = None, **settings: Any) -> None:
        """Update a function's code or configuration, and wait until the change is in force."""
        if source is not None:
            self.functions.update_function_code(
                FunctionName=name, ZipFile=zipped({"app.py": source})
            )
        if settings:
            self.functions.update_function_configuration(FunctionName=name, **settings)
        self.functions.get_waiter("function_updated_v2").wait(FunctionName=name)

    def invoke(self, name: str, event: Any = None, **call: Any) -> Answer:
        """Invoke a function with an event (bytes are sent as they are)."""
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        answer = self.functions.invoke(FunctionName=name, Payload=payload, LogType="Tail", **call)
        return Answer(
            payload=answer["Payload"].read(),
            status=answer["StatusCode"],
            function_error=answer.get("FunctionError"),
            request_id=answer["ResponseMetadata"]["RequestId"],
            executed_version=answer["ExecutedVersion"],
            log=base64.b64decode(answer["LogResult"]).decode(errors="replace"),
        )

    def run(self, source: str, event: Any = None, **settings: Any) -> Answer:
        """Deploy a function and invoke it once."""
        return self.invoke(self.deploy(source, **settings), event)

    def streams(self, name: str) -> dict[str, list[str]]:
        """Return the log events of a function, by log stream."""
        logs, group = self.client("logs"), f"/aws/lambda/{name}"
        names = [
            s["logStreamName"] for s in logs.describe_log_streams(logGroupName=group)["logStreams"]
        ]
        return {
            stream: [
                event["message"]
                for event in logs.get_log_events(
                    logGroupName=group, logStreamName=stream, startFromHead=True
                )["events"]
            ]
            for stream in names
        }

    def records(self, name: str, *kinds: str) -> list[dict[str, Any]]:
        """Return the records of a function, of these kinds or of all."""
        found = [r for r in self.cloud.records()["records"] if r.get("function") == name]
        return [record for record in found if not kinds or record["kind"] in kinds]


def policy(**statement: Any) -> str:
    """Return a policy document with one statement that allows."""
    statements = [{"Effect": "Allow", **statement}]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def zipped(files: Mapping[str, str]) -> bytes:
    """Return a deployment package of text files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)  # the same bytes at any time
    return buffer.getvalue()


PORTS_TRIED, PORT_TAKEN = 5, "address already in use"


class Emulator:
    """AWS's Runtime Interface Emulator around the kit's interpreter and runtime folder."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self._binary = binary
        self._folder = folder
        self._runtime = build_runtime_folder(folder / "runtime")

    def run(
        self,
        source: str,
        event: Any = None,
        *,
        handler: str = "app.handler",
        files: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Answer:
        """Run one invocation in an emulator of its own, at ports that nobody took meanwhile."""
        logs = []
        for _ in range(PORTS_TRIED):
            answer = self._run(source, event, handler, files or {}, variables or {})
            if PORT_TAKEN not in answer.log:
                return answer
            logs.append(answer.log)
        raise AssertionError(f"the emulator found no free port, time and again: {logs}")

    def _run(
        self,
        source: str,
        event: Any,
        handler: str,
        files: Mapping[str, str],
        variables: Mapping[str, str],
    ) -> Answer:
        folder = self._folder / secrets.token_hex(6)
        task = folder / "task"
        task.mkdir(parents=True)
        for name, text in {"app.py": source, **files}.items():
            (task / name).parent.mkdir(parents=True, exist_ok=True)
            (task / name).write_text(text)
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        front, runtime_api = free_port(), free_port()
        address = ["--runtime-interface-emulator-address", f"127.0.0.1:{front}"]
        address += ["--runtime-api-address", f"127.0.0.1:{runtime_api}"]
        command = [interpreter(), "-S", "-m", "awslambdaric", handler]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [self._binary, *address, *command],
                env={
                    "PATH": "/usr/bin:/bin",
                    "PYTHONPATH": str(self._runtime),
                    "LAMBDA_TASK_ROOT": str(task),
                    **variables,
                },
                cwd=task,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            answer = _post(process, front, payload)
        except OSError:
            if PORT_TAKEN not in (folder / "log").read_text(errors="replace"):
                raise
            answer = b""
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        # the emulator's answer has no X-Amz-Function-Error and no request id
        return Answer(payload=answer, log=(folder / "log").read_bytes().decode(errors="replace"))


def _post(process: subprocess.Popen[bytes], port: int, payload: bytes) -> bytes:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.connect()
            break
        except ConnectionRefusedError:
            if process.poll() is not None:
                raise
            assert time.monotonic() < deadline, "the emulator does not listen"
            time.sleep(0.005)
    connection.request("POST", "/2015-03-31/functions/function/invocations", payload)
    body = connection.getresponse().read()
    connection.close()
    return body


@pytest.fixture(scope="session")
def open_account() -> Iterator[Callable[[str], Account]]:
    """Return the account of a variant, started when first asked for."""
    opened: dict[str, Account] = {}
    failed: dict[str, CloudError] = {}

    def account(variant: str) -> Account:
        if variant in failed:  # once is enough to know
            raise failed[variant]
        try:
            if variant not in opened:
                opened[variant] = Account(start_cloud(settings=VARIANTS[variant]))
        except CloudError as error:
            failed[variant] = error
            raise
        if variant.endswith("B") and opened[variant].cloud.health()["file_level"] != "B":
            pytest.skip("this machine gives no unprivileged mount namespaces (file level B)")
        return opened[variant]

    yield account
    for one in opened.values():
        one.cloud.stop()


FIRST, *OTHERS = VARIANTS


@pytest.fixture(params=[FIRST, *(pytest.param(one, marks=pytest.mark.slow) for one in OTHERS)])
def account(request: pytest.FixtureRequest, open_account: Callable[[str], Account]) -> Account:
    """Each variant's account in turn."""
    return open_account(request.param)


@pytest.fixture(scope="session")
def cloud(open_account: Callable[[str], Account]) -> Account:
    """One account, with this machine's best file level."""
    try:
        return open_account("native-B")
    except pytest.skip.Exception:
        return open_account("native-A")


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Emulator:
    """AWS's emulator; tests that ask for it are skipped where it cannot be had."""
    binary = ensure_emulator()
    if binary is None:
        pytest.skip("AWS's Runtime Interface Emulator cannot be had (Linux and a download needed)")
    return Emulator(binary, tmp_path_factory.mktemp("emulator"))


@pytest.fixture(scope="module")
def account_with() -> Iterator[Callable[..., Account]]:
    """Return accounts with settings of their own, each started when first asked for."""
    opened: dict[str, Account] = {}

    def account(**settings: object) -> Account:
        name = json.dumps(settings, sort_keys=True)
        if name not in opened:
            opened[name] = Account(start_cloud(settings=settings))
        return opened[name]

    yield account
    for one in opened.values():
        one.cloud.stop()


@pytest.fixture(scope="module")
def raw(cloud: Account) -> Any:
    """A Lambda client that sends what boto3 itself would refuse."""
    return boto3.client(
        "lambda",
        endpoint_url=cloud.cloud.endpoint,
        region_name=cloud.cloud.region,
        aws_access_key_id=cloud.cloud.access_key_id,
        aws_secret_access_key=cloud.cloud.secret_access_key,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, proxies={}),
    )
