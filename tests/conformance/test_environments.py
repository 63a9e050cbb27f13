"""Execution environments: reuse, freezing, files, what a change makes cold, and the records."""

from __future__ import annotations

import errno
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

COUNTER = (
    "import os\n\ncount = 0\n\n\ndef handler(event, context):\n    global count\n    count += 1\n"
    "    return [count, os.getpid(), context.log_stream_name]\n"
)
FINE = "def handler(event, context):\n    return 'fine'\n"
KINDS = (
    "environment.created",
    "environment.init",
    "environment.thawed",
    "environment.frozen",
    "environment.timed_out",
    "environment.killed",
    "environment.reaped",
    "invocation.started",
    "invocation.finished",
)


def test_environment_is_reused(account: Any) -> None:
    """Events that come one after another meet the same process and its globals."""
    name = account.deploy(COUNTER)
    answers = [account.invoke(name).value for _ in range(3)]
    assert [count for count, _, _ in answers] == [1, 2, 3]
    assert len({(pid, stream) for _, pid, stream in answers}) == 1


def test_frozen_between_events(account: Any) -> None:
    """A thread does not tick while the environment is idle, and goes on with the next event."""
    source = (
        "import threading, time\n\nticks = 0\n\n\ndef tick():\n    global ticks\n"
        "    while True:\n        ticks += 1\n        time.sleep(0.002)\n\n\n"
        "threading.Thread(target=tick, daemon=True).start()\n\n\n"
        "def handler(event, context):\n    time.sleep(event)\n    return ticks\n"
    )
    name = account.deploy(source, Timeout=10)
    before = account.invoke(name, 0.4).value
    idle = threading.Event()
    idle.wait(1)  # what is shown is that nothing happens during a real while
    after = account.invoke(name, 0).value
    running = account.invoke(name, 0.4).value
    assert before > 10
    assert after - before < 250  # running on, it would be about 450
    assert running - after > 10


def test_events_at_once_open_environments(account: Any) -> None:
    """Each event in flight has an environment of its own; later ones reuse them."""
    source = (
        "import os, time\nfrom pathlib import Path\n\n\ndef handler(event, context):\n"
        "    time.sleep(event)\n    return [os.getpid(), context.log_stream_name]\n"
    )
    name = account.deploy(source, Timeout=20)
    with ThreadPoolExecutor(4) as callers:
        first = list(callers.map(lambda _: account.invoke(name, 1).value, range(4)))
        second = list(callers.map(lambda _: account.invoke(name, 0.2).value, range(4)))
    streams = {stream for _, stream in first}
    assert len(streams) == len({pid for pid, _ in first}) == 4
    assert {stream for _, stream in second} <= streams
    assert len(account.records(name, "environment.created")) == 4
    assert set(account.streams(name)) == streams


def test_tmp_survives_a_timeout_and_globals_do_not(account: Any) -> None:
    """After a timeout the next event meets a new process in the same environment."""
    source = (
        "import os, tempfile, time\nfrom pathlib import Path\n\ncount = 0\n\n\n"
        "def handler(event, context):\n    global count\n    count += 1\n"
        "    note = Path(tempfile.gettempdir(), 'note')\n"
        "    if event:\n        note.write_text('kept')\n        time.sleep(20)\n"
        "    return [count, note.read_text(), context.log_stream_name]\n"
    )
    name = account.deploy(source, Timeout=3)  # the next event repeats init, and has that long
    assert account.invoke(name, 1).value["errorType"] == "Sandbox.Timedout"
    count, note, stream = account.invoke(name, 0).value
    assert (count, note) == (1, "kept")
    assert list(account.streams(name)) == [stream]


def test_tmp_survives_an_exit_in_init(account: Any) -> None:
    """A process that exits while its module is imported leaves its /tmp to the next one."""
    source = (
        "import os, tempfile, time\nfrom pathlib import Path\n\n"
        "been = Path(tempfile.gettempdir()) / 'been'\nif not been.exists():\n"
        "    been.touch()\n    time.sleep(0.05)\n    os._exit(1)\n\n\n"
        "def handler(event, context):\n    return been.exists()\n"
    )
    assert account.run(source).value is True


def test_tmp_belongs_to_one_environment(account: Any) -> None:
    """An environment does not see another one's temporary files."""
    source = (
        "import os, tempfile, time\nfrom pathlib import Path\n\n\ndef handler(event, context):\n"
        "    folder = Path(tempfile.gettempdir())\n"
        "    seen = [name for name in os.listdir(folder) if len(name) == 36]\n"
        "    (folder / context.aws_request_id).touch()\n    time.sleep(1)\n    return seen\n"
    )
    name = account.deploy(source)
    with ThreadPoolExecutor(2) as callers:
        assert list(callers.map(lambda _: account.invoke(name).value, range(2))) == [[], []]


def test_tmp_has_the_size_that_was_asked_for(open_account: Any) -> None:
    """At file level B /tmp is full at EphemeralStorage's size."""
    account = open_account("native-B")
    source = (
        "import os\n\n\ndef handler(event, context):\n    stat = os.statvfs('/tmp')\n"
        "    return stat.f_blocks * stat.f_frsize // 2**20\n"
    )
    assert account.run(source, EphemeralStorage={"Size": 600}).value == 600


def test_code_is_read_only(account: Any) -> None:
    """A handler cannot write into its own package."""
    source = (
        "import os\n\n\ndef handler(event, context):\n"
        "    open(os.path.join(os.environ['LAMBDA_TASK_ROOT'], 'new'), 'w')\n"
    )
    answer = account.run(source)
    if answer.function_error is None:
        pytest.skip("this user may write everywhere (root), and folders do not stop him")
    assert answer.value["errorType"] in ("OSError", "PermissionError")


def test_only_tmp_can_be_written(cloud: Any) -> None:
    """Outside /tmp nothing can be made, wherever a handler tries; one level's folders aside."""
    source = (
        "import os\n\n\ndef handler(event, context):\n    met = {}\n    for folder in event:\n"
        "        try:\n            open(os.path.join(folder, 'made'), 'w').close()\n"
        "        except OSError as error:\n            met[folder] = error.errno\n    return met\n"
    )
    folders = ["/", "/etc", "/home", "/var/task", "/var/runtime", "/opt"]
    met = cloud.invoke(cloud.deploy(source), [*folders, "/tmp"]).value
    if cloud.cloud.health()["file_level"] == "B":
        assert folders == list(met)
        assert set(met.values()) <= {errno.EROFS, errno.EACCES}
    assert "/tmp" not in met


def test_there_is_no_shared_memory(cloud: Any) -> None:
    """multiprocessing.Queue needs /dev/shm, which Lambda has not; Process and Pipe do without."""
    source = (
        "import multiprocessing\n\n\ndef handler(event, context):\n"
        "    ours, theirs = multiprocessing.Pipe()\n"
        "    process = multiprocessing.Process(target=theirs.send, args=(event,))\n"
        "    process.start()\n    came = ours.recv()\n    process.join()\n    try:\n"
        "        multiprocessing.Queue()\n    except OSError:\n        return [came, 'none']\n"
        "    return [came, 'shared memory']\n"
    )
    here = "none" if cloud.cloud.health()["file_level"] == "B" else "shared memory"
    assert [7, here] == cloud.run(source, 7, Timeout=10).value


def test_new_code_starts_cold(account: Any) -> None:
    """After UpdateFunctionCode the next event meets the new code in a new environment."""
    name = account.deploy("def handler(event, context):\n    return 'old'\n")
    assert account.invoke(name).value == "old"
    account.change(name, source="def handler(event, context):\n    return 'new'\n")
    answer = account.invoke(name)
    assert (answer.value, "Init Duration" in answer.log) == ("new", True)
    (reaped,) = account.records(name, "environment.reaped")
    assert reaped["reason"] == "updated"


@pytest.mark.parametrize(
    "change",
    [
        {"MemorySize": 256},
        {"Timeout": 9},
        {"Environment": {"Variables": {"A1": "b"}}},
        {"Description": "x"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_new_configuration_starts_cold(change: dict[str, Any], cloud: Any) -> None:
    """After UpdateFunctionConfiguration the next event meets a new environment."""
    name = cloud.deploy(COUNTER)
    cloud.invoke(name)
    cloud.change(name, **change)
    assert cloud.invoke(name).value[0] == 1
    assert len(cloud.records(name, "environment.created")) == 2


def test_unchanged_code_stays_warm(cloud: Any) -> None:
    """Uploading the same code again changes nothing."""
    name = cloud.deploy(COUNTER)
    cloud.invoke(name)
    cloud.change(name, source=COUNTER)
    assert cloud.invoke(name).value[0] == 2


def test_versions_have_environments_of_their_own(cloud: Any) -> None:
    """$LATEST and a published version never share an environment."""
    name = cloud.deploy(COUNTER)
    cloud.functions.publish_version(FunctionName=name)
    streams = {q: cloud.invoke(name, Qualifier=q).value[2] for q in ("$LATEST", "1")}
    assert "[$LATEST]" in streams["$LATEST"]
    assert "[1]" in streams["1"]


def test_deleting_ends_the_environments(cloud: Any) -> None:
    """DeleteFunction shuts the function's environments down."""
    name = cloud.deploy(FINE)
    cloud.invoke(name)
    cloud.functions.delete_function(FunctionName=name)
    (reaped,) = cloud.records(name, "environment.reaped")
    assert reaped["reason"] == "deleted"


def test_environment_lives_on_after_an_exception(account: Any) -> None:
    """An exception of the handler is no reason for a new process."""
    source = COUNTER.replace("    count += 1\n", "    count += 1\n    1 / (count - 1)\n")
    name = account.deploy(source)
    assert account.invoke(name).value["errorType"] == "ZeroDivisionError"
    assert account.invoke(name).value[0] == 2


def test_handler_finds_its_own_files(account: Any) -> None:
    """Modules and data of the package are found, also from a folder and by a relative path."""
    source = (
        "import json\nfrom shop import prices\n\n\ndef handler(event, context):\n"
        "    return [prices.PRICE, json.load(open('data/stock.json'))]\n"
    )
    files = {"shop/prices.py": "PRICE = 3\n", "data/stock.json": '{"tea": 2}'}
    assert account.run(source, files=files).value == [3, {"tea": 2}]


def test_package_may_shadow_the_runtime(account: Any) -> None:
    """A module in the package wins over the runtime's own of that name."""
    source = "import boto3\n\n\ndef handler(event, context):\n    return boto3.MINE\n"
    assert account.run(source, files={"boto3.py": "MINE = True\n"}).value is True


def test_records_of_a_cold_and_a_warm_event(account: Any) -> None:
    """Each step of an environment's life is one record, in order."""
    name = account.deploy(FINE)
    account.invoke(name)
    account.invoke(name)
    kinds = [record["kind"] for record in account.records(name, *KINDS)]
    assert kinds == [
        "environment.created", "environment.init", "invocation.started", "environment.frozen",
        "invocation.finished", "environment.thawed", "invocation.started", "environment.frozen",
        "invocation.finished",
    ]  # fmt: skip
    first, second = account.records(name, "invocation.finished")
    assert (first["status"], first["error_type"], second["init_ms"]) == ("success", None, None)
    assert first["init_ms"] > 0


@pytest.mark.parametrize(
    ("body", "status", "error_type", "happened"),
    [
        ("raise ValueError", "error", "ValueError", "environment.frozen"),
        ("import time; time.sleep(20)", "timeout", None, "environment.timed_out"),
        ("import os; os._exit(1)", "error", "Runtime.ExitError", "environment.killed"),
    ],
)
def test_records_of_a_failure(
    body: str, status: str, error_type: str | None, happened: str, cloud: Any
) -> None:
    """A failed event is recorded with its status and type, and what became of the environment."""
    name = cloud.deploy(f"def handler(event, context):\n    {body}\n", Timeout=1)
    answer = cloud.invoke(name)
    (finished,) = cloud.records(name, "invocation.finished")
    assert (finished["status"], finished["request_id"]) == (status, answer.request_id)
    assert finished["error_type"] == (error_type or "Sandbox.Timedout")
    kinds = [record["kind"] for record in cloud.records(name, *KINDS)]
    assert kinds[2:] == ["invocation.started", happened, "invocation.finished"]
