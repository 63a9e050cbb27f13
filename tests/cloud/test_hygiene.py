"""Whoever dies, nothing is left: no process and no file; and an interrupt disturbs nobody."""

from __future__ import annotations

import io
import json
import math
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from helpers.cloud.client import Cloud, start_cloud
from helpers.cloud.environment.keeper import end_marked
from tests.waiting import PATIENCE_S, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

SERVE_ENDS_WITHIN_S = 2.0
"""The contract of `serve`; of three ends one has to keep it, for others use the machine too."""
IDLE = "def handler(event, context):\n    return 'ok'\n"
BUSY = "import time\ndef handler(event, context):\n    time.sleep(60)\n"
IN_INIT = "import time\ntime.sleep(60)\ndef handler(event, context):\n    pass\n"
DAEMON = """
import os, time

def handler(event, context):
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()  # away from the group
        if os.fork() == 0:  # and from the parent
            os.write(writer, str(os.getpid()).encode())
            time.sleep(60)
        os._exit(0)
    os.wait()
    print("daemon", os.read(reader, 16).decode(), flush=True)
    time.sleep(event["sleep_s"])
"""
KERNEL = """
import json, sys
from helpers.cloud.client import start_cloud

cloud = start_cloud()
names = ("endpoint", "region", "access_key_id", "secret_access_key", "token")
facts = {name: getattr(cloud, name) for name in names}
print(json.dumps({**facts, "pid": cloud.process.pid}), flush=True)
while True:
    try:
        sys.stdin.readline()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


class Account:
    """A local account under test, the folder its files lie in, and its server's process."""

    def __init__(self, cloud: Cloud, pid: int, folder: Path) -> None:
        self.cloud = cloud
        self.server = psutil.Process(pid)
        self.folder = folder
        self._calls = ThreadPoolExecutor()

    def client(self, service: str) -> Any:
        """Return a boto3 client that does not retry."""
        return boto3.client(
            service,
            endpoint_url=self.cloud.endpoint,
            region_name=self.cloud.region,
            aws_access_key_id=self.cloud.access_key_id,
            aws_secret_access_key=self.cloud.secret_access_key,
            config=Config(retries={"total_max_attempts": 1}, proxies={}, read_timeout=90),
        )

    def deploy(self, name: str, source: str, **settings: Any) -> None:
        """Create a function and, for the first, its role."""
        iam = self.client("iam")
        with suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust())
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("app.py", source)
        self.client("lambda").create_function(
            FunctionName=name,
            Role="arn:aws:iam::123456789012:role/r",
            Runtime="python3.13",
            Handler="app.handler",
            Code={"ZipFile": package.getvalue()},
            **settings,
        )

    def invoke(self, name: str, event: Any = None) -> dict[str, Any]:
        """Invoke a function and return boto3's answer."""
        return self.client("lambda").invoke(
            FunctionName=name, LogType="Tail", Payload=json.dumps(event)
        )

    def begin(self, name: str) -> Future[dict[str, Any]]:
        """Invoke a function on a thread; the call may well fail."""
        return self._calls.submit(self.invoke, name)

    def kinds(self, name: str) -> list[str]:
        """Return the kinds of a function's records, oldest first."""
        records = self.cloud.records()["records"]
        return [record["kind"] for record in records if record.get("function") == name]

    def fill(self) -> None:
        """Bring environments to their moments: frozen, restored, in an invocation, in init."""
        self.deploy("snapped", IDLE, SnapStart={"ApplyOn": "PublishedVersions"})
        self.client("lambda").publish_version(FunctionName="snapped")
        until(lambda: "snapshot.made" in self.kinds("snapped"))
        until(lambda: self.state("snapped:1") == "Active")
        self.invoke("snapped:1")
        self.deploy("frozen", IDLE)
        self.invoke("frozen")
        self.deploy("busy", BUSY, Timeout=90)
        self.deploy("in-init", IN_INIT, Timeout=90)
        for name in ("busy", "in-init"):
            self.begin(name)
        until(lambda: "invocation.started" in self.kinds("busy"))
        until(lambda: "environment.created" in self.kinds("in-init"))
        until(lambda: len(self.processes()) >= 7)

    def state(self, name: str) -> str:
        """Return the State of a function."""
        answer = self.client("lambda").get_function_configuration(FunctionName=name)
        return str(answer["State"])

    def processes(self) -> list[psutil.Process]:
        """Return the server, its keeper and its environments."""
        return [self.server, *self.server.children(recursive=True)]

    def keeper(self) -> psutil.Process | None:
        """Return the keeper's process."""
        for child in self.server.children():
            with suppress(psutil.Error):
                if "".join(child.cmdline()[-1:]).endswith("keeper.py"):  # none while it starts
                    return child
        return None


def trust() -> str:
    """Return a trust policy for Lambda."""
    principal = {"Service": "lambda.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def living(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that live; a zombie waits for its parent and does nothing any more."""
    alive = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive


def assert_nothing_left(processes: list[psutil.Process], folder: Path) -> None:
    """Wait until no process lives and no file is left."""
    with suppress(AssertionError):
        until(lambda: not living(processes) and not [*folder.iterdir()])

    assert [] == living(processes)
    assert [] == [*folder.iterdir()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where clouds of this test put their files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


@pytest.fixture
def account(folder: Path) -> Iterator[Account]:
    """An account started by this process."""
    cloud = start_cloud()
    assert cloud.process is not None
    yield Account(cloud, cloud.process.pid, folder)
    cloud.stop()


@pytest.fixture
def kernel(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that starts a cloud as a notebook's kernel does; its first line is JSON."""
    process = subprocess.Popen(
        [sys.executable, "-c", KERNEL],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    with process:
        yield process
        process.kill()


def joined(kernel: subprocess.Popen[str], folder: Path) -> Account:
    """Return the account that a kernel started."""
    assert kernel.stdout is not None
    facts = json.loads(kernel.stdout.readline())
    pid = facts.pop("pid")
    return Account(Cloud(**facts), pid, folder)


def test_an_interrupt_of_the_kernel_does_not_touch_the_cloud(
    kernel: subprocess.Popen[str], folder: Path
):
    """JupyterLab's ■ interrupts the kernel's group; account and warm environment stay."""
    account = joined(kernel, folder)
    account.deploy("frozen", IDLE)
    account.invoke("frozen")

    os.killpg(kernel.pid, signal.SIGINT)
    assert kernel.stdout is not None
    assert "interrupted\n" == kernel.stdout.readline()

    assert "ready" == account.cloud.health()["status"]
    assert b'"ok"' == account.invoke("frozen")["Payload"].read()
    assert 1 == account.kinds("frozen").count("environment.created")


def test_nothing_is_left_of_a_killed_kernel(kernel: subprocess.Popen[str], folder: Path):
    """kill -9 of the kernel ends cloud, keeper and environments, whatever they were doing."""
    account = joined(kernel, folder)
    account.fill()
    processes = account.processes()

    kernel.kill()

    assert_nothing_left(processes, folder)


def test_nothing_is_left_of_a_killed_cloud(account: Account):
    """kill -9 of the server: the keeper kills environments, frozen ones too, and deletes files."""
    account.fill()
    processes = account.processes()

    account.server.kill()

    assert_nothing_left(processes, account.folder)


@pytest.mark.slow
def test_a_killed_keeper_is_replaced_and_knows_all_that_the_first_knew(account: Account):
    """After kill -9 of the keeper the account answers, and a new keeper cleans up in the end."""
    account.fill()
    first = account.keeper()
    assert first is not None

    first.kill()
    until(lambda: account.keeper() not in (None, first))

    assert "ready" == account.cloud.health()["status"]
    assert b'"ok"' == account.invoke("frozen")["Payload"].read()
    processes = account.processes()
    account.server.kill()
    assert_nothing_left(processes, account.folder)


def test_nothing_is_left_after_stop(account: Account):
    """stop() ends what is frozen, busy or in init, and calls that wait for an answer return."""
    account.fill()
    call = account.begin("busy")
    until(lambda: account.kinds("busy").count("invocation.started") == 2)
    processes = account.processes()

    account.cloud.stop()

    assert_nothing_left(processes, account.folder)
    with suppress(BotoCoreError, ClientError):
        assert "Unhandled" == call.result(PATIENCE_S)["FunctionError"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_serve_and_everything_in_it(folder: Path, number: int):
    """`serve` in the foreground ends within 2 s, with status 0, and leaves nothing."""
    took_s = []
    while len(took_s) < 3 and min(took_s, default=math.inf) > SERVE_ENDS_WITHIN_S:
        took_s.append(end_of_serve(folder, number))

    assert min(took_s) <= SERVE_ENDS_WITHIN_S


def end_of_serve(folder: Path, number: int) -> float:
    """Start `serve`, fill its account, end it by a signal; return how long that took."""
    with subprocess.Popen(
        [sys.executable, "-m", "helpers.cloud.server", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as serve:
        assert serve.stdout is not None
        exports = {}
        for line in serve.stdout:
            if found := re.match(r"\s+export (\w+)=(\S+)", line):
                exports[found[1]] = found[2]
            if "Ctrl-C" in line:
                break
        names = ("AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID")
        names += ("AWS_SECRET_ACCESS_KEY", "COLDSTART_TOKEN")
        account = Account(Cloud(*(exports[name] for name in names)), serve.pid, folder)
        account.fill()
        processes = account.processes()

        began = time.monotonic()
        serve.send_signal(number)

        assert 0 == serve.wait(PATIENCE_S)
        took_s = time.monotonic() - began
        assert_nothing_left(processes, folder)
        assert serve.stderr is not None
        assert "" == serve.stderr.read()
    return took_s


def test_a_taken_port_is_refused_with_the_next_step(folder: Path):
    """`serve` on a port in use says so, names a command that helps, and leaves nothing."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        serve = subprocess.run(
            [sys.executable, "-m", "helpers.cloud.server", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
        )

    assert 1 == serve.returncode
    assert f"Port {port} cannot be used" in serve.stderr
    assert f"python3 kit.py serve --port {port + 1}" in serve.stderr
    assert "Traceback" not in serve.stderr
    assert [] == [*folder.iterdir()]


def daemon_in(log: bytes) -> psutil.Process:
    """Return the process whose id a handler printed."""
    found = re.search(rb"daemon (\d+)", log)
    assert found is not None
    return psutil.Process(int(found[1]))


def printed_daemon(account: Account, name: str) -> psutil.Process:
    """Return the process whose id is in a function's log group."""
    events = account.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return daemon_in("".join(event["message"] for event in events).encode())


def allow_logs(account: Account) -> None:
    """Let the role write its log."""
    statement = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    account.client("iam").put_role_policy(
        RoleName="r",
        PolicyName="logs",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only /proc tells whose a daemon is")
def test_a_daemon_of_a_handler_dies_with_its_environment(account: Account):
    """A process that left group and parent is killed at the timeout, by stop() and by the keeper.

    The keeper is asked in the end by killing the server.
    """
    account.deploy("daemon", DAEMON, Timeout=2)
    allow_logs(account)
    account.invoke("daemon", {"sleep_s": 60})
    timed_out = printed_daemon(account, "daemon")
    until(lambda: not living([timed_out]))

    account.deploy("updated", DAEMON)
    account.invoke("updated", {"sleep_s": 0})
    updated = printed_daemon(account, "updated")
    assert [updated] == living([updated])
    account.client("lambda").delete_function(FunctionName="updated")
    until(lambda: not living([updated]))

    account.deploy("orphaned", DAEMON)
    account.invoke("orphaned", {"sleep_s": 0})
    orphaned = printed_daemon(account, "orphaned")
    assert [orphaned] == living([orphaned])
    account.server.kill()
    assert_nothing_left([orphaned], account.folder)


def test_no_variable_marks_no_process():
    """Without NAME=value nobody is looked for: an empty mark must not hit strangers."""
    end_marked(["", "no-equals-sign"])

    assert psutil.Process().is_running()


@pytest.mark.slow
def test_two_clouds_side_by_side_do_not_disturb_each_other(account: Account, folder: Path):
    """Each account has its own functions, and the end of one leaves the other as it was."""
    account.deploy("frozen", IDLE)
    account.invoke("frozen")
    other = start_cloud()
    assert other.process is not None
    second = Account(other, other.process.pid, folder)

    assert [] == second.client("lambda").list_functions()["Functions"]
    assert account.cloud.endpoint != other.endpoint
    second.deploy("frozen", IDLE)
    second.invoke("frozen")
    other.stop()

    assert b'"ok"' == account.invoke("frozen")["Payload"].read()
    assert 1 == account.kinds("frozen").count("environment.created")


@pytest.mark.slow
def test_reset_empties_everything_and_kills_every_environment(account: Account):
    """After reset there is no function, role, bucket, record or process, and deploying works."""
    account.fill()
    account.client("s3").create_bucket(Bucket="orders")
    before = account.cloud.records()
    environments = [p for p in account.processes() if p not in (account.server, account.keeper())]

    account.cloud.reset()

    until(lambda: not living(environments))
    after = account.cloud.records()
    assert before["epoch"] + 1 == after["epoch"]
    assert before["next"] <= after["next"]
    assert [] == account.client("lambda").list_functions()["Functions"]
    assert [] == account.client("iam").list_roles()["Roles"]
    assert [] == account.client("s3").list_buckets()["Buckets"]
    until(lambda: account.cloud.health()["environments"] == 0)
    account.deploy("frozen", IDLE)
    assert b'"ok"' == account.invoke("frozen")["Payload"].read()


@pytest.mark.slow
def test_an_event_that_a_reset_ends_leaves_no_trace_in_the_new_account(account: Account):
    """The event fails, and neither records nor log groups of the old account appear."""
    account.deploy("busy", BUSY)
    running = account.begin("busy")
    until(lambda: "invocation.started" in account.kinds("busy"))

    account.cloud.reset()
    answer = running.result()

    assert "shut down (reset)" in json.load(answer["Payload"])["errorMessage"]
    until(lambda: account.cloud.health()["environments"] == 0)
    assert [] == account.cloud.records()["records"]
    assert [] == account.client("logs").describe_log_groups()["logGroups"]
