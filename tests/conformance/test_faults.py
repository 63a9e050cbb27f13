"""Bad input and faults: what handlers, machines and callers do wrong stays contained."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import resource
import secrets
import signal
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.waiting import until

PID = "import os\n\n\ndef handler(event, context):\n    return os.getpid()\n"
QUIET_MS = 1000
"""What a warm event of another function may take at most while somebody misbehaves."""


def kill(pid: int) -> None:
    """End a process as the kernel's memory killer would."""
    os.kill(pid, signal.SIGKILL)


def gone(pid: int) -> bool:
    """Tell whether a process has ended."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def slept(pid: int) -> bool:
    """Tell whether a process has gone to sleep for long: it used no processor for a while."""
    before = psutil.Process(pid).cpu_times()
    time.sleep(0.2)
    return psutil.Process(pid).cpu_times() == before


def processes(name: str, word: str) -> list[int]:
    """Return the processes of a function's environments whose command line has this word."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if any(word in part for part in process.cmdline()) and (
                process.environ().get("AWS_LAMBDA_FUNCTION_NAME") == name
            ):
                found.append(process.pid)
    return found


def runtime_pid(name: str) -> int:
    """Wait until a function has its runtime's process; return its id."""
    pids: list[int] = until(lambda: processes(name, "awslambdaric"))
    return pids[0]


# -- kill -9 --------------------------------------------------------------------------------------


def test_killed_in_init(cloud: Any) -> None:
    """A process killed in init costs its event nothing: init is repeated inside the invocation."""
    name = cloud.deploy(
        "import os, time\nfrom pathlib import Path\n\n"
        "been = Path(os.environ['TMPDIR'], 'been')\n"
        "if not been.exists():\n    been.touch()\n    time.sleep(9)\n\n\n"
        "def handler(event, context):\n    return 'served'\n",
        Timeout=20,
    )
    with ThreadPoolExecutor(1) as clients:
        answer = clients.submit(cloud.invoke, name)
        pid = runtime_pid(name)
        until(lambda: slept(pid))  # it has made its mark
        kill(pid)

        assert "served" == answer.result().value

    inits = cloud.records(name, "environment.init")
    assert [("init", "error"), ("invoke", "success")] == [(r["phase"], r["status"]) for r in inits]


SLEEPS = (
    "import os, tempfile, time\n\n\ndef handler(event, context):\n"
    "    been = os.path.join(tempfile.gettempdir(), context.aws_request_id)\n"
    "    if event and not os.path.exists(been):\n"
    "        open(been, 'w').close()\n        time.sleep(60)\n    return os.getpid()\n"
)


def test_killed_in_flight(cloud: Any) -> None:
    """An event whose process is killed fails with Runtime.ExitError; the next one is served."""
    name = cloud.deploy(SLEEPS, Timeout=60)
    with ThreadPoolExecutor(1) as clients:
        running = clients.submit(cloud.invoke, name, 1)
        until(lambda: cloud.records(name, "invocation.started"))
        kill(pid := runtime_pid(name))
        failed = running.result()

    assert ("Unhandled", "Runtime.ExitError") == (
        failed.function_error,
        failed.value["errorType"],
    )
    assert failed.value["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")
    assert pid != cloud.invoke(name).value


def test_killed_in_flight_is_retried(account_with: Callable[..., Any]) -> None:
    """The same in an asynchronous event: it is tried again, under its request id."""
    account = account_with(time_lapse=600)
    name = account.deploy(SLEEPS, Timeout=60)
    account.functions.invoke(FunctionName=name, InvocationType="Event", Payload=b"1")
    until(lambda: account.records(name, "invocation.started"))
    pid = runtime_pid(name)
    until(lambda: slept(pid))  # it has made its mark
    kill(pid)

    until(lambda: len(account.records(name, "invocation.finished")) == 2)
    ended = account.records(name, "invocation.finished")
    assert ["error", "success"] == [r["status"] for r in ended]
    assert 1 == len({r["request_id"] for r in ended})


@pytest.mark.parametrize("count", [1, 5])
def test_killed_while_frozen(cloud: Any, count: int) -> None:
    """One event per dead process fails as if it had exited; all others are served."""
    name = cloud.deploy(
        "import os, time\n\n\ndef handler(event, context):\n    time.sleep(0.3)\n"
        "    return os.getpid()\n"
    )
    with ThreadPoolExecutor(count) as clients:
        pids = {a.value for a in clients.map(lambda _: cloud.invoke(name), range(count))}
        until(lambda: len(cloud.records(name, "environment.frozen")) >= len(pids))
        for pid in pids:
            kill(pid)
        until(lambda: all(gone(pid) for pid in pids))
        answers = list(clients.map(lambda _: cloud.invoke(name), range(5 * count)))

    failed = [a.value["errorType"] for a in answers if a.function_error]
    assert ["Runtime.ExitError"] * len(pids) == failed
    assert not pids & {a.value for a in answers if not a.function_error}


# -- handlers that misbehave ----------------------------------------------------------------------


def test_forked_children_are_frozen_and_end_with_the_environment(cloud: Any) -> None:
    """A child that a handler leaves behind stops with it, and dies with the function."""
    name = cloud.deploy(
        "import os\n\n\ndef handler(event, context):\n    child = os.fork()\n"
        "    if child == 0:\n        while True:\n            pass\n    return child\n"
    )
    child = cloud.invoke(name).value
    until(lambda: psutil.Process(child).status() == psutil.STATUS_STOPPED)

    cloud.functions.delete_function(FunctionName=name)

    until(lambda: gone(child))


def test_daemons_end_with_the_environment(cloud: Any) -> None:
    """A process that left session, group and parent dies with its environment all the same."""
    name = cloud.deploy(
        "import os, sys, time\n\n\ndef handler(event, context):\n"
        "    begun, ends = os.pipe()  # closed by the program that begins\n    if os.fork():\n"
        "        os.close(ends)\n        os.wait()\n        os.read(begun, 1)\n"
        "        return 'left'\n    os.setsid()\n    if os.fork():\n"
        "        os._exit(0)\n    os.execv(sys.executable, [sys.executable, '-c',\n"
        "        'import time; time.sleep(3600)'])\n"
    )
    assert "left" == cloud.invoke(name).value
    (daemon,) = until(lambda: processes(name, "sleep(3600)"))

    cloud.functions.delete_function(FunctionName=name)

    until(lambda: gone(daemon))


def test_daemons_are_frozen_with_the_environment(cloud: Any) -> None:
    """A process that left session and group stops between events, and its memory counts."""
    name = cloud.deploy(
        "import os, sys, time\n\n\ndef handler(event, context):\n"
        "    if event == 'wait':\n        time.sleep(1.5)\n    if event:\n        return 'waited'\n"
        "    begun, ends = os.pipe()  # closed by the program that begins\n    if os.fork():\n"
        "        os.close(ends)\n        os.wait()\n        os.read(begun, 1)\n"
        "        return 'left'\n    os.setsid()\n"
        "    if os.fork():\n        os._exit(0)\n"
        "    os.execv(sys.executable, [sys.executable, '-c',\n"
        "        'import time; kept = b\"x\" * 60_000_000; time.sleep(3601)'])\n",
        Timeout=10,
        MemorySize=256,
    )
    cloud.invoke(name)
    (pid,) = until(lambda: processes(name, "sleep(3601)"))
    daemon = psutil.Process(pid)
    until(lambda: daemon.status() == psutil.STATUS_STOPPED)

    with ThreadPoolExecutor(1) as clients:
        waiting = clients.submit(cloud.invoke, name, "wait")
        until(lambda: daemon.status() != psutil.STATUS_STOPPED)
        used = int(re.search(r"Max Memory Used: (\d+) MB", waiting.result().log)[1])

    until(lambda: daemon.status() == psutil.STATUS_STOPPED)
    assert used > 70
    cloud.functions.delete_function(FunctionName=name)
    until(lambda: gone(pid))


def test_full_tmp(cloud: Any) -> None:
    """A full /tmp is ENOSPC for the handler, at its size, and harms no other environment."""
    if cloud.cloud.health()["file_level"] != "B":
        pytest.skip("the size of /tmp is enforced at file level B only")
    fill = (
        "import errno\n\n\ndef handler(event, context):\n    written = 0\n    try:\n"
        "        with open('/tmp/big', 'ab', buffering=0) as file:\n            while True:\n"
        "                written += file.write(bytes(1 << 20))\n"
        "    except OSError as error:\n"
        "        return [errno.errorcode[error.errno], written >> 20]\n"
    )
    name, other = cloud.deploy(fill, Timeout=30, MemorySize=2048), cloud.deploy(PID)

    first, again = cloud.invoke(name), cloud.invoke(name)

    code, written_mb = first.value
    assert "ENOSPC" == code
    assert 500 <= written_mb <= 512
    assert ["ENOSPC", 0] == again.value
    assert cloud.invoke(other).function_error is None


@pytest.mark.slow
def test_flood_of_output(cloud: Any) -> None:
    """A hundred megabytes on stdout are taken; the log's tail stays four kilobytes."""
    name = cloud.deploy(
        "import sys\n\n\ndef handler(event, context):\n    line = 'x' * 1023 + '\\n'\n"
        "    for _ in range(100):\n        sys.stdout.write(line * 1024)\n"
        "    print('end')\n    return 'done'\n",
        Timeout=120,
        MemorySize=1024,
    )

    answer = cloud.invoke(name)

    assert ("done", None) == (answer.value, answer.function_error)
    assert len(answer.log) <= 4096
    assert "end\n" in answer.log


def test_binary_output(cloud: Any) -> None:
    """Bytes that are no text, even such as begin like a log frame, become log lines."""
    name = cloud.deploy(
        "import os\n\n\ndef handler(event, context):\n"
        "    os.write(1, bytes(range(256)) * 16 + b'\\n')\n"
        "    os.write(1, b'\\xa5\\x5a\\x00\\x01\\xff\\xff\\xff\\xff' + bytes(8) + b'\\n')\n"
        "    os.write(2, b'\\xff\\xfe\\n')\n    print('after', flush=True)\n    return 1\n"
    )

    first, second = cloud.invoke(name), cloud.invoke(name)

    assert [1, 1] == [first.value, second.value]
    assert "after" in second.log


def test_closed_descriptors(cloud: Any) -> None:
    """A handler that closes every descriptor harms its own event at most; the next is served."""
    name = cloud.deploy(
        "import os\n\n\ndef handler(event, context):\n    if event:\n"
        "        os.closerange(0, 1024)\n    return 'served'\n",
        Timeout=3,
    )

    harmed, served = cloud.invoke(name, 1), cloud.invoke(name, 0)

    assert harmed.function_error is None or harmed.value["errorType"] in (
        "Runtime.ExitError",
        "Sandbox.Timedout",
    )
    assert "served" == served.value


@pytest.mark.parametrize("event", ["spins", "sleeps"])
def test_handler_that_ignores_signals(cloud: Any, event: str) -> None:
    """SIGTERM, SIGINT and SIGALRM ignored: the timeout ends the process nevertheless, in time."""
    name = cloud.deploy(
        "import os, signal, time\n\n"
        "for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):\n"
        "    signal.signal(number, signal.SIG_IGN)\n\n\n"
        "def handler(event, context):\n    if event == 'pid':\n        return os.getpid()\n"
        "    while True:\n        time.sleep(60 if event == 'sleeps' else 0)\n",
        Timeout=3,  # the event after the timeout repeats init
    )
    pid = cloud.invoke(name, "pid").value
    started = time.monotonic()

    answer = cloud.invoke(name, event)

    assert time.monotonic() - started < 30
    assert "Sandbox.Timedout" == answer.value["errorType"]
    until(lambda: gone(pid))
    assert pid != cloud.invoke(name, "pid").value


NOISE: Mapping[str, str] = {
    "spins": "        while True:\n            pass\n",
    "prints": "        while True:\n            print('x' * 200)\n",
    "forks": (
        "        import os\n        for _ in range(8):\n            if os.fork() == 0:\n"
        "                while True:\n                    pass\n        while True:\n"
        "            pass\n"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", NOISE)
def test_neighbours_stay_fast(cloud: Any, kind: str) -> None:
    """While a function misbehaves until its timeout, another one's warm events stay fast."""
    name = cloud.deploy(f"def handler(event, context):\n    if event:\n{NOISE[kind]}", Timeout=3)
    quiet = cloud.deploy(PID)
    cloud.invoke(quiet)
    cloud.invoke(name)
    took_ms = []
    with ThreadPoolExecutor(1) as clients:
        noise = clients.submit(cloud.invoke, name, 1)
        until(lambda: len(cloud.records(name, "invocation.started")) == 2)
        while not noise.done():
            started = time.perf_counter()
            assert cloud.invoke(quiet).function_error is None
            took_ms.append((time.perf_counter() - started) * 1000)

    assert "Sandbox.Timedout" == noise.result().value["errorType"]
    assert statistics.median(took_ms) < QUIET_MS


@pytest.mark.slow
def test_environments_frozen_mid_request_pin_nothing(cloud: Any) -> None:
    """Fifty handlers that return while a thread still talks to the cloud hold up nobody else."""
    name = cloud.deploy(
        "import os, socket, threading, time\nfrom urllib.parse import urlsplit\n\n\n"
        "def ask(half):\n    host = urlsplit(os.environ['AWS_ENDPOINT_URL'])\n"
        "    with socket.create_connection((host.hostname, host.port)) as connection:\n"
        "        request = b'GET /_kit/health HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n'\n"
        "        connection.sendall(request[:20] if half else request)\n"
        "        time.sleep(60)\n\n\n"
        "def handler(event, context):\n"
        "    threading.Thread(target=ask, args=(event % 2,), daemon=True).start()\n"
        "    time.sleep(0.5)\n    return event\n",
        Timeout=60,
    )
    with ThreadPoolExecutor(10) as clients:
        answers = list(clients.map(lambda n: cloud.invoke(name, n), range(50)))
    other = cloud.deploy(PID)

    assert list(range(50)) == [a.value for a in answers]
    started = time.monotonic()
    assert cloud.invoke(other).function_error is None
    assert cloud.invoke(name, 1).value == 1
    cloud.functions.delete_function(FunctionName=name)
    assert time.monotonic() - started < 30


# -- the machine ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="prlimit is Linux's")
def test_exhausted_file_descriptors(account_with: Callable[..., Any]) -> None:
    """Without descriptors left a cold start is a 500 that says why; afterwards all is well."""
    account = account_with(idle_age_s=300.0)
    name, warm = account.deploy(PID), account.deploy(PID)
    account.invoke(warm)
    server = server_of(account)
    limits = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (server.num_fds() + 3, limits[1]))
    try:
        with pytest.raises(account.functions.exceptions.ServiceException) as caught:
            account.invoke(name)
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, limits)

    assert "Too many open files" in str(caught.value)
    assert account.invoke(warm).function_error is None
    assert account.invoke(name).function_error is None


def test_a_full_disk_of_the_server(account_with: Callable[..., Any]) -> None:
    """A package that cannot be unpacked is a 500 that says why; with room again, it runs."""
    account = account_with(idle_age_s=302.0)
    data = secrets.token_hex(1 << 20)
    name, warm = account.deploy(PID, {"data.txt": data}), account.deploy(PID)
    account.invoke(warm)
    server = server_of(account)
    limits = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
    try:
        with pytest.raises(account.functions.exceptions.ServiceException) as caught:
            account.invoke(name)
        assert account.invoke(warm).function_error is None
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, limits)

    assert "File too large" in str(caught.value)
    assert "free some" in str(caught.value)
    assert account.invoke(name).function_error is None


@pytest.mark.slow
def test_a_thousand_functions(account_with: Callable[..., Any]) -> None:
    """A thousand functions are created and listed, and one of them answers as ever."""
    account = account_with(idle_age_s=301.0)
    with ThreadPoolExecutor(4) as clients:
        names = set(clients.map(lambda _: account.deploy(PID), range(1000)))

    pages = account.functions.get_paginator("list_functions").paginate()
    listed = {f["FunctionName"] for page in pages for f in page["Functions"]}
    account.invoke(name := next(iter(names)))
    took_ms = []
    for _ in range(5):
        started = time.perf_counter()
        account.invoke(name)
        took_ms.append((time.perf_counter() - started) * 1000)

    assert names == listed
    assert min(took_ms) < QUIET_MS


def test_event_of_six_megabytes(cloud: Any) -> None:
    """The largest event arrives whole."""
    name = cloud.deploy(
        "def handler(event, context):\n    return len(event)\n", MemorySize=512, Timeout=30
    )
    text = "x" * (6 * 1024 * 1024 - 2)

    assert len(text) == cloud.invoke(name, text).value


# -- malformed requests ---------------------------------------------------------------------------


def test_qualifiers_that_contradict(cloud: Any) -> None:
    """A qualifier in the name and another one beside it are refused."""
    name = cloud.deploy(PID)

    assert (
        400,
        "InvalidParameterValueException",
        "The derived qualifier from the function name does not match the specified qualifier.",
    ) == post(cloud, f"{name}:1", query="?Qualifier=2")


MALFORMED: Mapping[str, tuple[dict[str, Any], int, str, str]] = {
    "bad JSON": (
        {"body": b"{oops"},
        400,
        "InvalidRequestContentException",
        "Could not parse request body into json: ",
    ),
    "bad UTF-8": (
        {"body": b'"\xff"'},
        400,
        "InvalidRequestContentException",
        "Could not parse request body into json: ",
    ),
    "deep JSON": (
        {"body": b"[" * 200_000},
        400,
        "InvalidRequestContentException",
        "Could not parse request body into json: Could not parse payload into json: Document "
        "nesting depth (1001) exceeds the maximum",
    ),
    "bad qualifier": (
        {"query": "?Qualifier=a%20b"},
        400,
        "ValidationException",
        "1 validation error detected: Value 'a b' at 'qualifier' failed to satisfy constraint: ",
    ),
    "bad invocation type": (
        {"headers": {"X-Amz-Invocation-Type": "Later"}},
        400,
        "InvalidParameterValueException",
        "Unsupported invocation type: Later",
    ),
    "bad log type": (
        {"headers": {"X-Amz-Log-Type": "Head"}},
        400,
        "ValidationException",
        "1 validation error detected: Value 'Head' at 'logType' failed to satisfy constraint: "
        "Member must satisfy enum value set: [None, Tail]",
    ),
    "content type": (
        {"headers": {"Content-Type": "text/xml; charset=utf-8"}},
        415,
        "UnsupportedMediaTypeException",
        "Unsupported content type: text/xml",
    ),
    "context not base64": (
        {"headers": {"X-Amz-Client-Context": "{}"}},
        400,
        "InvalidRequestContentException",
        "Client context must be a valid Base64-encoded JSON object.",
    ),
    "context not JSON": (
        {"headers": {"X-Amz-Client-Context": base64.b64encode(b"{oops").decode()}},
        400,
        "InvalidRequestContentException",
        "Client context must be a valid Base64-encoded JSON object.",
    ),
    "context no object": (
        {"headers": {"X-Amz-Client-Context": base64.b64encode(b"[1]").decode()}},
        400,
        "InvalidRequestContentException",
        "Client context must be a valid Base64-encoded JSON object.",
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_invocation(cloud: Any, case: str) -> None:
    """A malformed call of Invoke gets AWS's own error, and nothing runs."""
    parts, status, code, message = MALFORMED[case]
    name = cloud.deploy(PID)

    seen_status, seen_code, seen = post(cloud, name, **parts)

    assert (status, code) == (seen_status, seen_code)
    assert seen.startswith(message)
    assert [] == cloud.records(name)


def test_malformed_function_name(cloud: Any) -> None:
    """A name outside the pattern is a ValidationException that shows it."""
    status, code, message = post(cloud, "no%20name")

    assert (400, "ValidationException") == (status, code)
    assert message.startswith(
        "1 validation error detected: Value 'no name' at 'functionName' failed to satisfy "
    )


@pytest.mark.parametrize(
    "path",
    [
        "/2019-09-25/functions/{}/event-invoke-config",
        "/2024-08-31/functions/{}/recursion-config",
    ],
)
def test_malformed_configuration(cloud: Any, path: str) -> None:
    """A configuration that is no JSON is a 400 of AWS's, never a 500."""
    name = cloud.deploy(PID)

    for body, wanted in ((b"{oops", "InvalidRequestContentException"), (b"[]", None), (b"7", None)):
        status, code, _ = call(cloud, "PUT", path.format(name), body=body)
        assert 400 == status
        assert wanted in (None, code)


def post(account: Any, name: str, *, query: str = "", **parts: Any) -> tuple[int, str, str]:
    """Call Invoke over bare HTTP; return status, error type and message."""
    return call(account, "POST", f"/2015-03-31/functions/{name}/invocations{query}", **parts)


def call(
    account: Any,
    method: str,
    path: str,
    *,
    body: bytes = b"{}",
    headers: Mapping[str, str] | None = None,
) -> tuple[int, str, str]:
    """Send a signed request as it is; return status, error type and message."""
    cloud = account.cloud
    request = AWSRequest(method, cloud.endpoint + path, data=body, headers=dict(headers or {}))
    key = Credentials(cloud.access_key_id, cloud.secret_access_key)
    SigV4Auth(key, "lambda", cloud.region).add_auth(request)
    address = urlsplit(cloud.endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    try:
        connection.request(method, path, body, dict(request.headers.items()))
        answer = connection.getresponse()
        said = json.loads(answer.read() or b"{}")
    finally:
        connection.close()
    message = said.get("message") or said.get("Message", "")
    return answer.status, answer.headers.get("x-amzn-ErrorType", ""), message


def server_of(account: Any) -> psutil.Process:
    """Return the process that listens on an account's port."""
    port = urlsplit(account.cloud.endpoint).port
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            for connection in child.net_connections("tcp"):
                if connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                    return child
    raise AssertionError("nobody listens on the account's port")
