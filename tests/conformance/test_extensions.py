"""External and internal extensions: the Extensions API, and their part in an environment's life."""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import socket
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.cloud.client import start_cloud
from helpers.cloud.environment.runtime_folder import interpreter
from tests.waiting import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="extensions are POSIX programs")

PRELUDE = (
    f"#!{interpreter()} -S\n"
    + """\
import json, os, pathlib, sys, time, urllib.error, urllib.request

NAME = os.path.basename(sys.argv[0])
API = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2020-01-01/extension/"

def call(method, path, body=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(API + path, data, named, method=method)
    with urllib.request.urlopen(request) as got:
        return got.headers, json.loads(got.read() or b"null")

def register(*events, **headers):
    headers["Lambda_Extension_Name"] = NAME
    got, answer = call("POST", "register", {"events": events}, **headers)
    return got["Lambda-Extension-Identifier"], answer

def following(identifier):
    return call("GET", "event/next", Lambda_Extension_Identifier=identifier)[1]
"""
)
DIARY = (
    PRELUDE
    + """\
me, answer = register("INVOKE", "SHUTDOWN", Lambda_Extension_Accept_Feature="accountId")
print("registered", json.dumps(answer), flush=True)
while True:
    event = following(me)
    print(event["eventType"], json.dumps(event), flush=True)
    if event["eventType"] == "SHUTDOWN":
        break
"""
)
HANDLER = """\
import os, time
started = time.time()
def handler(event, context):
    arn = context.invoked_function_arn
    return {"request": context.aws_request_id, "arn": arn, "pid": os.getpid()}
"""


class Deployed:
    """A function with an extension in a layer."""

    def __init__(
        self, account: Any, extensions: dict[str, str], source: str, **settings: Any
    ) -> None:
        mode = settings.pop("mode", 0o755)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, text in extensions.items():
                entry = zipfile.ZipInfo(f"extensions/{name}")
                entry.external_attr = (0o100000 | mode) << 16
                archive.writestr(entry, text)
        layer = account.functions.publish_layer_version(
            LayerName=f"l-{secrets.token_hex(4)}", Content={"ZipFile": buffer.getvalue()}
        )
        self.account = account
        self.name = account.deploy(source, Layers=[layer["LayerVersionArn"]], **settings)

    def invoke(self, event: Any = None) -> Any:
        """Invoke the function."""
        return self.account.invoke(self.name, event)

    def lines(self) -> list[str]:
        """Return everything in the function's log, in order."""
        return [line for stream in self.account.streams(self.name).values() for line in stream]

    def wait_for(self, holds: Callable[[list[str]], bool]) -> list[str]:
        """Wait until the log is as wanted; return it."""

        def found() -> list[str] | None:
            lines = self.lines()
            return lines if holds(lines) else None

        lines: list[str] = until(found, said=lambda: str(self.lines()))
        return lines


def event_of(lines: list[str], kind: str) -> Any:
    """Return the first event of this type that the extension printed."""
    return next(json.loads(line[len(kind) :]) for line in lines if line.startswith(f"{kind} "))


def test_an_extension_registers_and_hears_of_each_invocation(account: Any) -> None:
    """Register answers with the function; INVOKE has the request, deadline, ARN and trace."""
    deployed = Deployed(account, {"diary": DIARY}, HANDLER)
    answers = [deployed.invoke().value for _ in range(2)]
    lines = deployed.lines()
    assert event_of(lines, "registered") == {
        "functionName": deployed.name,
        "functionVersion": "$LATEST",
        "handler": "app.handler",
        "accountId": "123456789012",
    }
    heard = [json.loads(line[6:]) for line in lines if line.startswith("INVOKE")]
    assert [event["requestId"] for event in heard] == [answer["request"] for answer in answers]
    assert heard[0]["invokedFunctionArn"] == answers[0]["arn"]
    assert heard[0]["deadlineMs"] > time.time() * 1000 - 60_000
    assert heard[0]["tracing"]["type"] == "X-Amzn-Trace-Id"
    assert answers[0]["pid"] == answers[1]["pid"]
    assert "EXTENSION\tName: diary\tState: Ready\tEvents: [INVOKE,SHUTDOWN]\n" in lines


def test_extensions_start_before_the_runtime(account: Any) -> None:
    """The module's code runs only after every extension has registered."""
    slow = (
        PRELUDE
        + """\
time.sleep(0.3)
print("registers at", time.time(), flush=True)
me, _ = register("INVOKE")
while True:
    following(me)
"""
    )
    source = "import time\nprint('loaded at', time.time())\ndef handler(event, context): pass\n"
    deployed = Deployed(account, {"slow": slow}, source)
    deployed.invoke()
    moments = dict(re.findall(r"(registers|loaded) at (\S+)", "".join(deployed.lines())))
    assert float(moments["registers"]) < float(moments["loaded"])


def test_an_invocation_lasts_until_every_extension_is_done(account: Any) -> None:
    """Duration counts what an extension does after the handler's answer."""
    slow = (
        PRELUDE
        + """\
me, _ = register("INVOKE")
while following(me):
    time.sleep(0.4)
"""
    )
    answer = Deployed(account, {"slow": slow}, HANDLER, Timeout=5).invoke()
    assert answer.function_error is None
    assert float(re.search(r"Duration: (\S+) ms", answer.log)[1]) >= 400


def test_an_extension_that_goes_on_too_long_times_the_invocation_out(cloud: Any) -> None:
    """The function's timeout is for the extensions too."""
    endless = (
        PRELUDE
        + """\
me, _ = register("INVOKE")
following(me)
time.sleep(60)
"""
    )
    answer = Deployed(cloud, {"endless": endless}, HANDLER, Timeout=1).invoke()
    assert answer.value["errorType"] == "Sandbox.Timedout"


def test_an_extension_shares_files_with_the_function(account: Any) -> None:
    """What an extension writes to its temporary folder before init, the module finds."""
    writer = (
        PRELUDE
        + """\
import tempfile
me, _ = register("INVOKE")
pathlib.Path(os.environ["TMPDIR"], "note").write_text("from " + NAME)
while True:
    following(me)
"""
    )
    source = (
        "import os, pathlib\n"
        "def handler(event, context):\n"
        "    return pathlib.Path(os.environ['TMPDIR'], 'note').read_text()\n"
    )
    assert Deployed(account, {"writer": writer}, source).invoke().value == "from writer"


def test_an_extension_gets_no_variables_of_the_runtime(cloud: Any) -> None:
    """Handler, task root, log stream and PYTHONPATH are the runtime's alone."""
    teller = (
        PRELUDE
        + """\
print("variables", json.dumps(dict(os.environ)), flush=True)
me, _ = register()
following(me)
"""
    )
    deployed = Deployed(cloud, {"teller": teller}, HANDLER)
    deployed.invoke()
    variables = event_of(deployed.lines(), "variables")
    assert (
        not {"_HANDLER", "LAMBDA_TASK_ROOT", "PYTHONPATH", "AWS_EXECUTION_ENV"} & variables.keys()
    )
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == deployed.name
    assert {"AWS_LAMBDA_RUNTIME_API", "AWS_SESSION_TOKEN", "AWS_REGION"} <= variables.keys()


def test_shutdown_is_announced_when_an_environment_is_reaped(account: Any) -> None:
    """A changed function ends its environment with SHUTDOWN, reason spindown."""
    deployed = Deployed(account, {"diary": DIARY}, HANDLER)
    deployed.invoke()
    account.change(deployed.name, HANDLER + "# changed\n")
    lines = deployed.wait_for(lambda lines: any(line.startswith("SHUTDOWN") for line in lines))
    event = event_of(lines, "SHUTDOWN")
    assert event["shutdownReason"] == "spindown"
    assert 0 < event["deadlineMs"] / 1000 - time.time() + 10 <= 12


def test_shutdown_is_announced_after_a_timeout(cloud: Any) -> None:
    """After a timeout the extensions hear SHUTDOWN, reason timeout, before the reset."""
    source = "import time\ndef handler(event, context): time.sleep(60)\n"
    deployed = Deployed(cloud, {"diary": DIARY}, source, Timeout=1)
    assert deployed.invoke().value["errorType"] == "Sandbox.Timedout"
    assert event_of(deployed.lines(), "SHUTDOWN")["shutdownReason"] == "timeout"


def test_an_extension_that_ignores_shutdown_is_killed(cloud: Any) -> None:
    """Two seconds after SHUTDOWN nothing of the environment is left."""
    stubborn = (
        PRELUDE
        + """\
me, _ = register("INVOKE", "SHUTDOWN")
print("stubborn", os.getpid(), flush=True)
while following(me)["eventType"] == "INVOKE":
    pass
time.sleep(600)
"""
    )
    deployed = Deployed(cloud, {"stubborn": stubborn}, HANDLER)
    deployed.invoke()
    pid = int(re.search(r"stubborn (\d+)", "".join(deployed.lines()))[1])
    before = time.monotonic()
    cloud.functions.delete_function(FunctionName=deployed.name)
    until(lambda: cloud.records(deployed.name, "environment.reaped"))
    assert 1.9 <= time.monotonic() - before
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("ending", "error_type", "words"),
    [
        ("sys.exit(3)", "Extension.Crash", "exit status 3"),
        (
            "call('POST', 'exit/error', {}, Lambda_Extension_Identifier=me,"
            " Lambda_Extension_Function_Error_Type='Mine.Failed')",
            "Extension.ExitError",
            "exit code 0",
        ),
    ],
)
def test_an_extension_that_fails_takes_the_invocation_with_it(
    cloud: Any, ending: str, error_type: str, words: str
) -> None:
    """A crash or a reported exit during an invocation fails it; the next one starts afresh."""
    fragile = PRELUDE + f'me, _ = register("INVOKE")\nfollowing(me)\n{ending}\ntime.sleep(60)\n'
    source = "import time\ndef handler(event, context): time.sleep(event)\n"
    deployed = Deployed(cloud, {"fragile": fragile}, source, Timeout=10)
    answer = deployed.invoke(5)
    assert answer.error == {
        "errorType": error_type,
        "errorMessage": f"RequestId: <id> Error: {words}",
    }
    assert f"Status: error\tError Type: {error_type}" in answer.log


@pytest.mark.parametrize(
    ("body", "error_type", "words"),
    [
        ("sys.exit(0)\n", "Extension.Crash", "exit code 0"),
        (
            'me, _ = register("INVOKE")\n'
            "call('POST', 'init/error', {}, Lambda_Extension_Identifier=me,"
            " Lambda_Extension_Function_Error_Type='Mine.Failed')\ntime.sleep(60)\n",
            "Extension.InitError",
            "exit code 0",
        ),
    ],
    ids=["exits", "reports"],
)
def test_an_extension_that_fails_in_init_fails_init(
    cloud: Any, body: str, error_type: str, words: str
) -> None:
    """Init fails with the extension's error, also when it is repeated in the invocation."""
    deployed = Deployed(cloud, {"broken": PRELUDE + body}, HANDLER)
    answer = deployed.invoke()
    assert answer.error == {
        "errorType": error_type,
        "errorMessage": f"RequestId: <id> Error: {words}",
    }
    reports = [line for line in deployed.lines() if line.startswith("INIT_REPORT")]
    assert [re.search(r"Phase: (\w+)", line)[1] for line in reports] == ["init", "invoke"]


def test_an_extension_that_is_not_executable_is_a_launch_error(cloud: Any) -> None:
    """A file in /opt/extensions that cannot be executed fails init by name."""
    answer = Deployed(cloud, {"plain": DIARY}, HANDLER, mode=0o644).invoke()
    assert answer.error == {
        "errorType": "Extension.LaunchError",
        "errorMessage": "RequestId: <id> Error: fork/exec /opt/extensions/plain: permission denied",
    }


def test_several_extensions_share_one_environment(account: Any) -> None:
    """Each of several extensions hears of the invocation, and all are ready before it."""
    deployed = Deployed(account, {"one": DIARY, "two": DIARY}, HANDLER)
    answer = deployed.invoke()
    lines = deployed.lines()
    assert sum(line.startswith("INVOKE") for line in lines) == 2
    ready = [line.split("\t")[1] for line in lines if line.startswith("EXTENSION")]
    assert ready == ["Name: one", "Name: two"]
    assert answer.function_error is None


def test_an_internal_extension_registers_from_the_runtime(account: Any) -> None:
    """Code of the function's own process may register for INVOKE, and not for SHUTDOWN."""
    source = """\
import json, os, threading, urllib.error, urllib.request

API = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2020-01-01/extension/"
heard = []

def register(*events):
    body = json.dumps({"events": events}).encode()
    return urllib.request.urlopen(
        urllib.request.Request(API + "register", body, {"Lambda-Extension-Name": "inner"})
    ).headers["Lambda-Extension-Identifier"]

try:
    register("SHUTDOWN")
except urllib.error.HTTPError as error:
    refused = error.code
me = register("INVOKE")

def listen():
    while True:
        named = {"Lambda-Extension-Identifier": me}
        request = urllib.request.Request(API + "event/next", headers=named)
        heard.append(json.load(urllib.request.urlopen(request))["requestId"])

threading.Thread(target=listen, daemon=True).start()

def handler(event, context):
    return [refused, heard[:-1] if context.aws_request_id in heard else heard]
"""
    name = account.deploy(source)
    first = account.invoke(name)
    second = account.invoke(name)
    assert first.value == [403, []]
    assert second.value == [403, [first.request_id]]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks /proc who runs")
def test_extensions_end_with_the_account(cloud: Any) -> None:
    """When the account goes, frozen extensions go at once, without a shutdown phase."""
    own = start_cloud()
    with socket.create_server(("127.0.0.1", 0)) as ear:
        tell = f"__import__('socket').create_connection(('127.0.0.1', {ear.getsockname()[1]}))"
        diary = DIARY.replace("        break\n", f"        {tell}\n        time.sleep(60)\n")
        try:
            deployed = Deployed(type(cloud)(own), {"diary": diary}, HANDLER)
            pid = deployed.invoke().value["pid"]
            deployed.invoke()
            server = int(Path(f"/proc/{pid}/stat").read_text().split()[3])
            siblings = Path(f"/proc/{server}/task").glob("*/children")
            pids = {int(each) for file in siblings for each in file.read_text().split()}
            assert len(pids) >= 3, "the keeper, the runtime, the extension"
        finally:
            own.stop()
        ear.setblocking(False)
        with pytest.raises(BlockingIOError):  # the extension would have told of a SHUTDOWN
            ear.accept()
    assert [each for each in pids if Path(f"/proc/{each}").exists()] == []
