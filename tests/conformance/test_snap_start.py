"""SnapStart: a version is initialised once, and its environments are copies of that moment."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from helpers.cloud.client import Cloud
from helpers.cloud.environment.forks import CAN_FORK
from helpers.cloud.server import CloudServer
from helpers.cloud.settings import Settings
from tests.conformance.conftest import Account
from tests.waiting import until

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="SnapStart needs fork")

ON = {"ApplyOn": "PublishedVersions"}
FINE = "def handler(event, context):\n    return 'fine'\n"
UNIQUE = """
import os, random, tempfile, time, uuid

MADE = str(uuid.uuid4())
GENERATOR = random.Random()
random.seed()


def handler(event, context):
    time.sleep(event)
    return {
        "made": MADE,
        "drawn": [GENERATOR.random(), random.random()],
        "fresh": str(uuid.uuid4()),
        "pid": os.getpid(),
    }
"""
HOOKS = """
import os
from snapshot_restore_py import register_after_restore, register_before_snapshot

calls = []


@register_before_snapshot
def close_pool():
    calls.append("before 1")


def note(word, *, number):
    calls.append(f"{word} {number}")


register_before_snapshot(note, "before", number=2)
register_after_restore(note, "after", number=1)


@register_after_restore
def reconnect():
    calls.append("after 2")


def handler(event, context):
    return [calls, os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"],
            sorted(name for name in os.environ if name.startswith("AWS_LAMBDA_LOG_")),
            context.log_group_name, context.log_stream_name]
"""


def state(account: Any, name: str) -> dict[str, Any]:
    """Return version 1's configuration once it is no longer Pending."""

    def decided() -> Any:
        answer = account.functions.get_function_configuration(FunctionName=name, Qualifier="1")
        return answer if answer["State"] != "Pending" else None

    return until(decided)


def published(account: Any, source: str, **settings: Any) -> str:
    """Deploy a function with SnapStart and publish it; return its name when it is Active."""
    name = account.deploy(source, **{"Runtime": "python3.13", "SnapStart": ON, **settings})
    account.functions.publish_version(FunctionName=name)
    assert state(account, name)["State"] == "Active"
    return str(name)


def refusal(call: Callable[[], Any]) -> tuple[int, str, str]:
    """Return status, code and message of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


def children(account: Any) -> set[int]:
    """Return the processes of all environments and snapshots."""
    return {p.pid for p in psutil.Process(account.cloud.process.pid).children(recursive=True)}


def test_init_runs_once_for_all_environments(account: Any) -> None:
    """Events at once open several environments; init code ran in none of them."""
    name = published(account, "print('init')\nimport time\ntime.sleep(0.3)\n" + UNIQUE, Timeout=10)
    with ThreadPoolExecutor(3) as calls:
        answers = list(calls.map(lambda _: account.invoke(name, 1, Qualifier="1").value, range(3)))
    assert len({answer["pid"] for answer in answers}) == 3
    assert len({answer["made"] for answer in answers}) == 1
    (made,) = account.records(name, "snapshot.made")
    restored = account.records(name, "environment.restored")
    assert len(restored) == len(account.records(name, "environment.created")) == 3
    assert {record["snapshot"] for record in restored} == {made["snapshot"]}
    assert made["duration_ms"] > 300
    assert not account.records(name, "environment.init")
    lines = [line for stream in account.streams(name).values() for line in stream]
    assert lines.count("init\n") == 1


def test_what_init_drew_is_the_same_in_every_copy(account: Any) -> None:
    """A UUID and generators seeded in init repeat in all copies; what is drawn anew does not."""
    name = published(account, UNIQUE, Timeout=10)
    with ThreadPoolExecutor(2) as calls:
        one, other = calls.map(lambda _: account.invoke(name, 0.5, Qualifier="1").value, range(2))
    assert one["pid"] != other["pid"]
    assert (one["made"], one["drawn"]) == (other["made"], other["drawn"])
    assert one["fresh"] != other["fresh"]


def test_hooks_run_around_the_snapshot(account: Any) -> None:
    """Before-snapshot hooks run last in, first out; after-restore hooks first in, first out."""
    name = published(account, HOOKS)
    calls, kind, names, group, stream = account.invoke(name, Qualifier="1").value
    assert calls == ["before 2", "before 1", "after 1", "after 2"]
    assert kind == "snap-start"
    assert (names, group, stream) == ([], None, None)  # not told under SnapStart


def test_latest_runs_without_a_snapshot(cloud: Any) -> None:
    """$LATEST starts on demand: no hook runs, and its OptimizationStatus is Off."""
    name = published(cloud, HOOKS)
    calls, kind, *_ = cloud.invoke(name).value
    assert (calls, kind) == ([], "on-demand")
    shown = cloud.functions.get_function_configuration(FunctionName=name)["SnapStart"]
    assert shown == {**ON, "OptimizationStatus": "Off"}


def test_a_version_is_pending_until_its_snapshot_is_made(cloud: Any) -> None:
    """PublishVersion answers Pending; the version refuses events until it is Active and On."""
    name = cloud.deploy("import time\ntime.sleep(1)\n" + FINE, Runtime="python3.12", SnapStart=ON)
    answer = cloud.functions.publish_version(FunctionName=name)
    assert (answer["State"], answer["StateReasonCode"]) == ("Pending", "Creating")
    status, code, message = refusal(lambda: cloud.invoke(name, Qualifier="1"))
    assert (status, code) == (409, "SnapStartNotReadyException")
    assert message.startswith("Lambda is initializing your function.")
    active = state(cloud, name)
    assert (active["State"], active["SnapStart"]["OptimizationStatus"]) == ("Active", "On")
    assert "StateReason" not in active
    assert cloud.invoke(name, Qualifier="1").value == "fine"


def test_an_alias_leads_to_the_snapshot(cloud: Any) -> None:
    """An event for an alias of the version is served by a copy, under the alias's ARN."""
    name = published(
        cloud, "def handler(event, context):\n    return context.invoked_function_arn\n"
    )
    cloud.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    answer = cloud.invoke(name, Qualifier="live")
    assert (answer.value.endswith(f"{name}:live"), answer.executed_version) == (True, "1")
    assert len(cloud.records(name, "environment.restored")) == 1


def test_platform_lines_tell_of_init_and_restore(account: Any) -> None:
    """INIT_REPORT stands with the snapshot; RESTORE_REPORT and REPORT with each copy."""
    name = published(account, FINE)
    log = account.invoke(name, Qualifier="1").log
    found = re.search(
        r"Duration: ([\d.]+) ms\tBilled Duration: (\d+) ms\t.*\t"
        r"Restore Duration: ([\d.]+) ms\tBilled Restore Duration: (\d+) ms\t\n",
        log,
    )
    assert found is not None
    duration, billed, restore, billed_restore = map(float, found.groups())
    assert duration + billed_restore - 1 <= billed <= duration + billed_restore + 1
    assert billed_restore <= restore + 1
    assert "Init Duration" not in log
    assert "Restore Duration" not in account.invoke(name, Qualifier="1").log
    first = {stream[0].split(" ")[0]: stream for stream in account.streams(name).values()}
    assert re.match(r"INIT_REPORT Init Duration: [\d.]+ ms\n", first["INIT_START"][-1])
    assert re.match(r"RESTORE_REPORT Restore Duration: [\d.]+ ms\n", first["RESTORE_START"][1])


def test_platform_events_tell_of_init_and_restore(cloud: Any) -> None:
    """In JSON format the same is told by platform.restore* events, as documented."""
    logging = {"LogFormat": "JSON", "SystemLogLevel": "DEBUG"}
    name = published(cloud, FINE, LoggingConfig=logging)
    cloud.invoke(name, Qualifier="1")
    events = [json.loads(line) for lines in cloud.streams(name).values() for line in lines]
    kinds = {event["type"]: event["record"] for event in events}
    assert kinds["platform.initStart"]["initializationType"] == "snap-start"
    assert kinds["platform.restoreStart"]["functionVersion"] == "1"
    assert kinds["platform.restoreRuntimeDone"] == {"status": "success"}
    assert kinds["platform.restoreReport"]["status"] == "success"
    metrics = kinds["platform.report"]["metrics"]
    assert {"restoreDurationMs", "billedRestoreDurationMs"} <= metrics.keys()


@pytest.mark.parametrize(
    ("body", "code", "error_type"),
    [
        ("raise ValueError('no database')", "FunctionError.RuntimeInitError", "ValueError"),
        ("import os; os._exit(3)", "FunctionError.RuntimeInitError", "Runtime.ExitError"),
        (
            "from snapshot_restore_py import register_before_snapshot\n"
            "register_before_snapshot(lambda: 1 / 0)",
            "FunctionError.RuntimeInitError",
            "ZeroDivisionError",
        ),
    ],
)
def test_a_version_whose_init_fails_is_failed(
    body: str, code: str, error_type: str, cloud: Any
) -> None:
    """Failing init or before-snapshot hooks leave the version Failed, and it serves nothing."""
    name = cloud.deploy(f"{body}\n{FINE}", Runtime="python3.13", SnapStart=ON)
    cloud.functions.publish_version(FunctionName=name)
    failed = state(cloud, name)
    assert (failed["State"], failed["StateReasonCode"]) == ("Failed", code)
    (made,) = cloud.records(name, "snapshot.made")
    assert (made["status"], made["error_type"]) == ("error", error_type)
    status, refused, _ = refusal(lambda: cloud.invoke(name, Qualifier="1"))
    assert (status, refused) == (409, "ResourceConflictException")


def test_a_failing_hook_after_restore_fails_the_event(cloud: Any) -> None:
    """An error in an after-restore hook is a SnapStartException, and is in the log."""
    hook = "from snapshot_restore_py import register_after_restore\n"
    name = published(cloud, f"{hook}register_after_restore(lambda: 1 / 0)\n{FINE}")
    status, code, message = refusal(lambda: cloud.invoke(name, Qualifier="1"))
    assert (status, code) == (400, "SnapStartException")
    assert "afterRestore" in message
    lines = "".join(line for lines in cloud.streams(name).values() for line in lines)
    assert "[ERROR] ZeroDivisionError" in lines
    assert re.search(r"RESTORE_REPORT Restore Duration: .* ms\tStatus: error", lines)


def test_restore_has_ten_seconds(cloud: Any) -> None:
    """After-restore hooks that last longer end the event with SnapStartTimeoutException."""
    hook = "import time\nfrom snapshot_restore_py import register_after_restore\n"
    name = published(cloud, f"{hook}register_after_restore(time.sleep, 30)\n{FINE}")
    started = time.monotonic()
    status, code, _ = refusal(lambda: cloud.invoke(name, Qualifier="1"))
    assert (status, code) == (408, "SnapStartTimeoutException")
    assert 9.5 < time.monotonic() - started < 28


def test_each_copy_has_a_tmp_of_its_own(account: Any) -> None:
    """What init wrote to /tmp is in every copy; what a copy writes is in no other."""
    source = (
        "import os, tempfile, time\nfrom pathlib import Path\n\nTMP = tempfile.gettempdir\n"
        "(Path(TMP()) / 'from-init').write_text('x')\n\n\ndef handler(event, context):\n"
        "    time.sleep(1)\n    (Path(TMP()) / f'mine-{os.getpid()}').write_text('x')\n"
        "    return sorted(n for n in os.listdir(TMP()) if n.startswith(('from', 'mine')))\n"
    )
    name = published(account, source)
    with ThreadPoolExecutor(2) as calls:
        one, other = calls.map(lambda _: account.invoke(name, Qualifier="1").value, range(2))
    assert (len(one), len(other)) == (2, 2)
    assert set(one) & set(other) == {"from-init"}


def test_connections_of_init_are_cut(account: Any) -> None:
    """A connection that init opened has ended in every copy, and boto3 opens another."""
    source = (
        "import boto3, os, socket\nfrom urllib.parse import urlsplit\n\n"
        "sts = boto3.client('sts')\nsts.get_caller_identity()\n"
        "url = urlsplit(os.environ['AWS_ENDPOINT_URL'])\n"
        "opened = socket.create_connection((url.hostname, url.port))\n\n\n"
        "def handler(event, context):\n"
        "    return [opened.recv(1).decode(), sts.get_caller_identity()['Account']]\n"
    )
    name = published(account, source, MemorySize=256)
    assert account.invoke(name, Qualifier="1").value == ["", "123456789012"]


def test_a_crashed_copy_is_replaced_by_another(account: Any) -> None:
    """After an exit the next event is served by a new copy; init is not repeated."""
    source = "import os\n\ndef handler(event, context):\n    os._exit(7) if event else 0\n"
    name = published(account, source)
    crashed = account.invoke(name, True, Qualifier="1")
    assert crashed.error["errorType"] == "Runtime.ExitError"
    assert crashed.error["errorMessage"].endswith("exit status 7")
    assert account.invoke(name, False, Qualifier="1").function_error is None
    assert len(account.records(name, "snapshot.made")) == 1
    assert len(account.records(name, "environment.restored")) == 2


def test_a_timeout_ends_a_copy(account: Any) -> None:
    """A copy that outlasts the timeout is killed; another one serves the next event."""
    source = "import time\n\ndef handler(event, context):\n    time.sleep(event)\n"
    name = published(account, source, Timeout=2)
    assert account.invoke(name, 20, Qualifier="1").error["errorType"] == "Sandbox.Timedout"
    assert account.invoke(name, 0, Qualifier="1").function_error is None


def test_a_snapshot_whose_process_was_not_recognised_says_so_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a busy machine the table of connections may lack one; it is Active all the same."""
    looks: list[int] = []

    def owns(self: Any, peer_port: int, own_port: int) -> bool:
        looks.append(peer_port)
        return len(looks) > 2

    monkeypatch.setattr("helpers.cloud.environment.processes.ProcessGroup.owns_peer", owns)
    server = CloudServer(Settings(file_level="A"))
    try:
        server.serve()
        account = Account(Cloud(**server.greeting()))
        name = published(account, FINE)
        assert "fine" == account.invoke(name, Qualifier="1").value
        assert len(set(looks[:3])) == 3
    finally:
        server.close()


def test_copies_are_frozen_between_events(cloud: Any) -> None:
    """A copy and its snapshot use no processor while nobody calls."""
    source = (
        "import threading, time\n\nticks = 0\n\ndef tick():\n    global ticks\n"
        "    while True:\n        ticks += 1\n        time.sleep(0.002)\n\n"
        "def handler(event, context):\n    if event:\n"
        "        threading.Thread(target=tick, daemon=True).start()\n    return ticks\n"
    )
    name = published(cloud, source)
    cloud.invoke(name, True, Qualifier="1")
    (frozen,) = [p for p in children(cloud) if _environ(p).get("AWS_LAMBDA_FUNCTION_NAME") == name][
        1:
    ]
    until(lambda: psutil.Process(frozen).status() == psutil.STATUS_STOPPED)
    before = cloud.invoke(name, False, Qualifier="1").value
    time.sleep(1)  # what is shown is that nothing happens during a real while
    assert cloud.invoke(name, False, Qualifier="1").value - before < 250  # else about 450


def _environ(pid: int) -> dict[str, str]:
    try:
        return psutil.Process(pid).environ()
    except psutil.Error:
        return {}


def test_a_killed_snapshot_is_made_again(cloud: Any) -> None:
    """When somebody kills the snapshot's process, the next cold event initialises it anew."""
    before = children(cloud)
    name = published(cloud, UNIQUE)
    (process,) = [
        p for p in children(cloud) - before if _environ(p).get("AWS_LAMBDA_FUNCTION_NAME") == name
    ]
    first = cloud.invoke(name, 0, Qualifier="1").value
    os.kill(process, signal.SIGKILL)
    assert cloud.invoke(name, 0, Qualifier="1").value["pid"] == first["pid"]  # it is warm
    os.kill(first["pid"], signal.SIGKILL)
    cloud.invoke(name, 0, Qualifier="1")  # its environment was killed
    assert cloud.invoke(name, 0, Qualifier="1").value["made"] != first["made"]
    assert len(cloud.records(name, "snapshot.made")) == 2


def test_deleting_ends_snapshot_and_copies(cloud: Any) -> None:
    """With the version go its snapshot and its environments; with the function everything."""
    name = published(cloud, UNIQUE)
    pid = cloud.invoke(name, 0, Qualifier="1").value["pid"]
    cloud.functions.delete_function(FunctionName=name, Qualifier="1")
    until(lambda: not psutil.pid_exists(pid))
    (deleted,) = cloud.records(name, "snapshot.deleted")
    assert deleted["reason"] == "deleted"
    until(lambda: not [p for p in children(cloud) if name in _environ(p).values()])


def test_deleting_while_the_snapshot_is_made(cloud: Any) -> None:
    """A function that is deleted during its init leaves no process."""
    name = cloud.deploy(f"import time\ntime.sleep(30)\n{FINE}", Runtime="python3.13", SnapStart=ON)
    cloud.functions.publish_version(FunctionName=name)
    until(lambda: [p for p in children(cloud) if name in _environ(p).values()])
    cloud.functions.delete_function(FunctionName=name)
    until(lambda: not [p for p in children(cloud) if name in _environ(p).values()])


def test_reset_ends_snapshots(account_with: Any) -> None:
    """A reset of the account kills what is being made and what was made."""
    account = account_with()
    before = children(account)
    name = published(account, FINE)
    account.invoke(name, Qualifier="1")
    slow = account.deploy(
        f"import time\ntime.sleep(30)\n{FINE}", Runtime="python3.13", SnapStart=ON
    )
    account.functions.publish_version(FunctionName=slow)
    until(lambda: len(children(account) - before) >= 3)
    account.reset()
    until(lambda: children(account) <= before)


def test_strays_of_a_copy_end_with_it_alone(cloud: Any) -> None:
    """A daemon of one copy dies with that copy; the other copies and the snapshot go on."""
    source = (
        "import os, time\n\ndef handler(event, context):\n"
        "    if event == 'exit':\n        os._exit(1)\n    time.sleep(1)\n"
        "    reader, writer = os.pipe()\n    if os.fork() == 0:\n        os.setsid()\n"
        "        if os.fork() == 0:\n            os.write(writer, str(os.getpid()).encode())\n"
        "            time.sleep(60)\n        os._exit(0)\n    os.wait()\n"
        "    return [os.getpid(), int(os.read(reader, 16))]\n"
    )
    name = published(cloud, source)
    with ThreadPoolExecutor(2) as calls:
        answers = list(calls.map(lambda _: cloud.invoke(name, Qualifier="1").value, range(2)))
    daemons = dict(answers)
    cloud.invoke(name, "exit", Qualifier="1")
    until(lambda: sum(psutil.pid_exists(pid) for pid in daemons) == 1)
    (living,) = [pid for pid in daemons if psutil.pid_exists(pid)]
    until(lambda: sum(map(psutil.pid_exists, daemons.values())) == 1)
    assert psutil.pid_exists(daemons[living])


def test_provisioned_concurrency_excludes_snap_start(cloud: Any) -> None:
    """A version with SnapStart cannot have provisioned concurrency."""
    name = published(cloud, FINE)
    assert refusal(
        lambda: cloud.functions.put_provisioned_concurrency_config(
            FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=1
        )
    ) == (
        400,
        "InvalidParameterValueException",
        "Provisioned Concurrency is not supported for SnapStart enabled functions.",
    )


def test_a_configuration_that_excludes_snap_start_is_refused(cloud: Any) -> None:
    """Neither creation nor an update may join SnapStart with what it does not go with."""
    status, code, message = refusal(lambda: cloud.deploy(FINE, Runtime="python3.11", SnapStart=ON))
    assert (status, code) == (400, "InvalidParameterValueException")
    assert message == "python3.11 is not supported for SnapStart enabled functions."
    name = cloud.deploy(FINE, Runtime="python3.13", SnapStart=ON)
    assert (
        "Ephemeral storage"
        in refusal(
            lambda: cloud.functions.update_function_configuration(
                FunctionName=name, EphemeralStorage={"Size": 1024}
            )
        )[2]
    )
    status, code, message = refusal(
        lambda: cloud.deploy(FINE, Runtime="python3.13", SnapStart={"ApplyOn": "Always"})
    )
    assert code == "ValidationException"
    assert "enum value set: [PublishedVersions, None]" in message
