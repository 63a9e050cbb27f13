"""Timeout, memory, init's ten seconds, payload sizes, and calls that Lambda refuses."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.cloud.environment.processes import HAS_PRLIMIT

ECHO = "def handler(event, context):\n    return event\n"
SLEEP = "import time\n\n\ndef handler(event, context):\n    time.sleep(event)\n    return 'awake'\n"
LARGE = "def handler(event, context):\n    return 'x' * (event - 2)\n"
LIMIT = 6 * 1024 * 1024


def refusal(account: Any, name: str, payload: bytes = b"{}", **call: Any) -> tuple[int, str, str]:
    """Return status, code and message of a refused invocation."""
    with pytest.raises(ClientError) as caught:
        account.functions.invoke(FunctionName=name, Payload=payload, **call)
    answer: Any = caught.value.response
    return (
        answer["ResponseMetadata"]["HTTPStatusCode"],
        answer["Error"]["Code"],
        answer["Error"]["Message"],
    )


def test_timeout(account: Any) -> None:
    """At the timeout the invocation fails with Sandbox.Timedout and REPORT says so."""
    name = account.deploy(SLEEP, Timeout=1)
    answer = account.invoke(name, 20)
    sentence = f"RequestId: {answer.request_id} Error: Task timed out after 1.00 seconds"
    assert answer.value == {"errorType": "Sandbox.Timedout", "errorMessage": sentence}
    assert (answer.status, answer.function_error) == (200, "Unhandled")
    assert re.search(r"\tDuration: 1000\.00 ms\tBilled Duration: \d{4,5} ms\t", answer.log)
    assert answer.log.endswith("\tStatus: timeout\n")


def test_timeout_kills_whatever_was_started(account: Any) -> None:
    """A child process does not outlive the timeout, and printing stops."""
    source = (
        "import subprocess, sys\n\n\ndef handler(event, context):\n"
        "    print('started')\n"
        "    subprocess.run([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
    )
    name = account.deploy(source, Timeout=1)
    answer = account.invoke(name)
    assert answer.value["errorType"] == "Sandbox.Timedout"
    assert "started\n" in answer.log


def test_timeout_cannot_be_caught(cloud: Any) -> None:
    """A handler that catches everything is killed all the same."""
    source = (
        "import signal, time\n\n\ndef handler(event, context):\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    while True:\n        try:\n"
        "            time.sleep(1)\n        except BaseException:\n            pass\n"
    )
    assert cloud.run(source, Timeout=1).value["errorType"] == "Sandbox.Timedout"


def test_memory(account: Any) -> None:
    """Above MemorySize the environment is killed, and REPORT shows all of the memory used."""
    source = "def handler(event, context):\n    data = bytearray(event)\n    return len(data)\n"
    name = account.deploy(source, MemorySize=128, Timeout=20)
    assert account.invoke(name, 40_000_000).value == 40_000_000
    source = (
        "def handler(event, context):\n    data = []\n"
        "    while True:\n        data.append(bytearray(b'x' * 1_000_000))\n"
    )
    name = account.deploy(source, MemorySize=128, Timeout=20)
    answer = account.invoke(name)
    assert answer.value == {
        "errorType": "Runtime.OutOfMemory",
        "errorMessage": f"RequestId: {answer.request_id} Error: Runtime exited with error: "
        "signal: killed",
    }
    assert "\tMemory Size: 128 MB\tMax Memory Used: 128 MB\t" in answer.log
    assert answer.log.endswith("\tStatus: error\tError Type: Runtime.OutOfMemory\n")


def test_memory_of_children_counts(cloud: Any) -> None:
    """The memory of a process that the handler starts counts too."""
    source = (
        "import subprocess, sys\n\n\ndef handler(event, context):\n"
        "    hold = 'd = bytearray(b\"x\" * 200_000_000); import time; time.sleep(60)'\n"
        "    subprocess.run([sys.executable, '-S', '-c', hold])\n"
    )
    name = cloud.deploy(source, MemorySize=128, Timeout=20)
    assert cloud.invoke(name).value["errorType"] == "Runtime.OutOfMemory"
    (killed,) = cloud.records(name, "environment.killed")
    assert killed["reason"] == "memory"


def test_max_memory_used_is_the_peak(account: Any) -> None:
    """Max Memory Used is the highest of the environment so far, and stays when memory is freed."""
    source = "def handler(event, context):\n    len(bytearray(b'x' * event))\n"
    name = account.deploy(source, MemorySize=512)
    used = []
    for size in (1000, 150_000_000, 1000):
        log = account.invoke(name, size).log
        used.append(int(re.search(r"Max Memory Used: (\d+) MB", log)[1]))  # type: ignore[index]
    assert used[0] < 100
    assert 150 < used[1] <= used[2] < 512


@pytest.mark.slow
def test_init_has_ten_seconds(cloud: Any) -> None:
    """Init that takes longer is given up after 10 s and repeated inside the invocation."""
    source = "import time\n\ntime.sleep(11)\n\n\ndef handler(event, context):\n    return 'awake'\n"
    name = cloud.deploy(source, Timeout=20)
    answer = cloud.invoke(name)
    (events,) = cloud.streams(name).values()
    lines = [re.sub(r"[\d.]+ ms", "N ms", event) for event in events if "INIT_REPORT" in event]
    assert answer.value == "awake"
    assert lines == ["INIT_REPORT Init Duration: N ms\tPhase: init\tStatus: timeout\n"]
    first, second = cloud.records(name, "environment.init")
    assert (first["phase"], first["status"]) == ("init", "timeout")
    assert (second["phase"], second["status"]) == ("invoke", "success")
    assert 10_000 <= first["duration_ms"] < 11_000
    (report,) = cloud.records(name, "invocation.finished")
    assert report["duration_ms"] > 11_000
    assert report["init_ms"] is None


def test_timeout_covers_a_repeated_init(cloud: Any) -> None:
    """Init repeated inside the invocation is under the function's timeout."""
    source = (
        "import os, time\n\nfrom pathlib import Path\n\n"
        "mark = Path(os.environ['TMPDIR'], 'tried')\n"
        "if not mark.exists():\n    mark.touch()\n    raise RuntimeError('first')\n"
        "time.sleep(20)\n\n\ndef handler(event, context):\n    pass\n"
    )
    name = cloud.deploy(source, Timeout=1)
    answer = cloud.invoke(name)
    sentence = f"RequestId: {answer.request_id} Error: Task timed out after 1.00 seconds"
    assert answer.value == {"errorType": "Sandbox.Timedout", "errorMessage": sentence}
    (timed_out,) = cloud.records(name, "environment.timed_out")
    assert timed_out["request_id"] == answer.request_id


def test_repeated_init_may_succeed(account: Any) -> None:
    """An init that fails once is repeated inside the invocation, without Init Duration."""
    source = (
        "import os\nfrom pathlib import Path\n\n"
        "mark = Path(os.environ['TMPDIR'], 'tried')\n"
        "if not mark.exists():\n    mark.touch()\n    raise RuntimeError('first')\n"
        "\n\ndef handler(event, context):\n    return 'second'\n"
    )
    answer = account.run(source)
    assert (answer.value, answer.function_error) == ("second", None)
    assert "Init Duration" not in answer.log


def test_response_up_to_the_limit(account: Any) -> None:
    """A response of 6 MB passes."""
    answer = account.run(LARGE, LIMIT, MemorySize=512, Timeout=30)
    assert (len(answer.payload), answer.function_error) == (LIMIT, None)


def test_response_above_the_limit(account: Any) -> None:
    """A larger response is refused with 413: an error that names the limit, and the runtime ends.

    AWS's emulator says the same: the client gets the error, the runtime client gives up.
    """
    name = account.deploy(LARGE, MemorySize=512, Timeout=30)
    answer = account.invoke(name, 6_291_557)
    assert answer.value == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size "
        "(6291556 bytes).",
    }
    assert answer.function_error == "Unhandled"
    assert "LAMBDA_RUNTIME Failed to post handler success response. Http response code: 413." in (
        answer.log
    )
    assert "RuntimeError: Failed to post invocation response\n" in answer.log
    assert answer.log.endswith("\tStatus: error\tError Type: Runtime.ExitError\n")
    assert account.invoke(name, 10).value == "x" * 8
    assert ["init", "invoke"] == [
        record["phase"] for record in account.records(name, "environment.init")
    ]


def test_request_up_to_the_limit(account: Any) -> None:
    """An event of exactly 6 MB reaches the handler."""
    source = "def handler(event, context):\n    return len(event)\n"
    event = b'"' + b"y" * (LIMIT - 2) + b'"'
    assert account.run(source, event, MemorySize=512, Timeout=30).value == LIMIT - 2


def test_request_above_the_limit(account: Any) -> None:
    """A larger event is refused with 413 before anything runs."""
    name = account.deploy(ECHO)
    status, code, message = refusal(account, name, b'"' + b"y" * (LIMIT - 1) + b'"')
    assert (status, code) == (413, "RequestTooLargeException")
    assert message == "Request must be smaller than 6291456 bytes for the InvokeFunction operation"
    assert account.records(name) == []


@pytest.mark.parametrize("payload", [b"{", b"not json", b"{'a': 1}", b"NaN", b'{"a": 1}}', b"\xff"])
def test_payload_that_is_no_json(payload: bytes, cloud: Any) -> None:
    """An event that is not JSON is refused with 400 before anything runs."""
    name = cloud.deploy(ECHO)
    status, code, message = refusal(cloud, name, payload)
    assert (status, code) == (400, "InvalidRequestContentException")
    assert message.startswith("Could not parse request body into json: ")
    assert cloud.records(name) == []


def test_why_a_payload_is_no_json(cloud: Any) -> None:
    """AWS tells the token that it met, what it wanted instead, and the place."""
    _, _, message = refusal(cloud, cloud.deploy(ECHO), b"hello")
    assert message.startswith(
        "Could not parse request body into json: Could not parse payload into json: "
        "Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token "
    )
    assert message.endswith("; line: 1, column: 6]")


def test_function_that_does_not_exist(account: Any) -> None:
    """A missing function is a 404 that names its ARN."""
    assert refusal(account, "nobody") == (
        404,
        "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody:$LATEST",
    )


@pytest.mark.parametrize("qualifier", ["7", "live"])
def test_qualifier_that_does_not_exist(qualifier: str, cloud: Any) -> None:
    """A missing version or alias is a 404 that names the qualified ARN."""
    name = cloud.deploy(ECHO)
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}:{qualifier}"
    expected = (404, "ResourceNotFoundException", f"Function not found: {arn}")
    assert refusal(cloud, name, Qualifier=qualifier) == expected


def test_dry_run_runs_nothing(account: Any) -> None:
    """DryRun answers 204 and starts no environment."""
    name = account.deploy(ECHO)
    answer = account.functions.invoke(FunctionName=name, InvocationType="DryRun")
    assert (answer["StatusCode"], answer["Payload"].read()) == (204, b"")
    assert account.records(name) == []


def test_dry_run_checks(cloud: Any) -> None:
    """DryRun refuses what a real call would refuse."""
    assert refusal(cloud, "nobody", InvocationType="DryRun")[0] == 404


@pytest.mark.parametrize(
    "form", ["{0}", "123456789012:function:{0}", "function:{0}:1", "{1}", "{1}:1"]
)
def test_forms_of_a_function_name(form: str, cloud: Any) -> None:
    """A function may be named by name, partial ARN or ARN, with its version."""
    if form.startswith("function:"):
        form = "123456789012:" + form
    name = cloud.deploy(ECHO)
    cloud.functions.publish_version(FunctionName=name)
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    answer = cloud.invoke(form.format(name, arn), {"a": 1})
    assert (answer.value, answer.executed_version) == (
        {"a": 1},
        "1" if form.endswith(":1") else "$LATEST",
    )


def test_published_version_keeps_code_and_configuration(account: Any) -> None:
    """A version is what was published, whatever happens to $LATEST later."""
    source = (
        "import os\n\n\ndef handler(event, context):\n    return [{0!r}, os.environ.get('STAGE')]\n"
    )
    name = account.deploy(
        source.replace("{0!r}", "'old'"), Environment={"Variables": {"STAGE": "first"}}
    )
    account.functions.publish_version(FunctionName=name)
    account.change(name, source=source.replace("{0!r}", "'new'"))
    account.change(name, Environment={"Variables": {"STAGE": "second"}})
    answers = [account.invoke(name, Qualifier=q) for q in ("1", "$LATEST")]
    assert [answer.value for answer in answers] == [["old", "first"], ["new", "second"]]
    assert [answer.executed_version for answer in answers] == ["1", "$LATEST"]
    assert json.dumps([a.function_error for a in answers]) == "[null, null]"


def test_file_descriptors(account: Any) -> None:
    """A function has 1,024 file descriptors, and may not ask for more."""
    if not HAS_PRLIMIT:
        pytest.skip("descriptors are limited on Linux only")
    source = (
        "import resource\n\ndef handler(event, context):\n    files = []\n    try:\n"
        "        while True:\n            files.append(open('/dev/null'))\n"
        "    except OSError as error:\n"
        "        return [len(files), error.strerror, resource.getrlimit(resource.RLIMIT_NOFILE)]\n"
    )
    opened, problem, limits = account.run(source).value
    assert 900 < opened < 1024
    assert problem == "Too many open files"
    assert limits == [1024, 1024]
