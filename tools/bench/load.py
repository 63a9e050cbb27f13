"""The data plane under load: throughput, cold starts with boto3, many environments, CPU share.

Throughput is counted by client processes apart; MiniStack gets the same load where it can be had.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

import psutil

from helpers.cloud.client import Cloud, start_cloud
from tools.bench.client import Task
from tools.bench.measure import Measure, interleaved, ratio
from tools.bench.target import Target, connect, deploy
from tools.emulator import ensure_emulator
from tools.ministack import ensure_ministack, running_ministack
from tools.yardstick import running_emulator

HOME = Path(__file__).resolve().parents[2]
TRIVIAL = "def handler(event, context):\n    return event\n"
FIFTY_MS = "import time\n\n\ndef handler(event, context):\n    time.sleep(0.05)\n    return event\n"
TWO_SECONDS = "import time\n\n\ndef handler(event, context):\n    time.sleep(2)\n"
WITH_BOTO3 = (
    'import boto3\n\ns3 = boto3.client("s3")\n\n\ndef handler(event, context):\n    return event\n'
)
WORK = (
    "import time\n\n\ndef handler(event, context):\n    started = time.perf_counter()\n"
    "    total = 0\n    for number in range(event['steps']):\n        total += number * number\n"
    "    return time.perf_counter() - started\n"
)
FULL_CORE_MB = 1769
SECONDS = 4.0
ROUNDS = 10
ROUNDS_OF_WORK = 4
"""The best counts: whatever else the machine does can only make work slower."""


def measure_load() -> list[Measure]:
    """Measure everything of this module."""
    return [
        _cold_with_boto3(),
        *_throughput(),
        _fifty_ms_rounds(),
        _fifty_environments(),
        *_cpu_share(),
    ]


def _cold_with_boto3() -> Measure:
    what = "cold start with boto3 imported, against the emulator"
    binary = ensure_emulator()
    if binary is None:
        return Measure(what, None, 1.5, "ratio", "no Runtime Interface Emulator here")
    with ExitStack() as stack:
        cloud = _cloud(stack)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        numbers = iter(range(1000))

        def here() -> float:
            return deploy(cloud, f"cold-{next(numbers)}", WITH_BOTO3).invoke_ms()

        def there() -> float:
            place = folder / str(next(numbers))
            with running_emulator(binary, WITH_BOTO3, folder=place) as endpoint:
                client = connect(cloud, "lambda", endpoint=endpoint)
                return Target(client, "function").invoke_ms()

        return ratio(what, interleaved(here, there, runs=7, warm_up=1), 1.5)


def _throughput() -> list[Measure]:
    """Count answers per second of a trivial handler, with 8 and with 32 clients."""
    measures = []
    with ExitStack() as stack:
        cloud = _cloud(stack)
        deploy(cloud, "busy", TRIVIAL)
        task = _task(cloud, "busy")
        eight, many = _rate(task, clients=8), _rate(task, clients=32)
        peer = _peer_rate(stack, clients=8)
        detail = f"{eight:.0f}/s against {peer:.0f}/s" if peer else "MiniStack is not here"
        measures.append(
            Measure(
                "8 clients, trivial handler, against MiniStack",
                eight / peer if peer else None,
                2.0,
                "times",
                detail,
                at_least=True,
            )
        )
        measures.append(Measure("32 clients, trivial handler", many, 0, "/s", at_least=True))
    return measures


def _peer_rate(stack: ExitStack, *, clients: int) -> float | None:
    python = ensure_ministack()
    if python is None:
        return None
    endpoint = stack.enter_context(running_ministack(python))
    peer = Cloud(endpoint, "us-east-1", "test", "test", "")
    deploy(peer, "busy", TRIVIAL)
    return _rate(_task(peer, "busy"), clients=clients)


def _fifty_ms_rounds() -> Measure:
    """Run 32 events at once of a 50 ms handler, ten times over, with warm environments."""
    with ExitStack() as stack:
        cloud = _cloud(stack)
        deploy(cloud, "fifty", FIFTY_MS)
        task = replace(_task(cloud, "fifty"), rounds=ROUNDS)
        _run(task, clients=32)  # opens the 32 environments
        elapsed = _run(task, clients=32)[1]
    ideal = ROUNDS * 0.05
    what = "32 events at once of a 50 ms handler, 10 rounds: share of the ideal rate"
    return Measure(what, ideal / elapsed, 0.6, "", f"{elapsed:.2f} s", at_least=True)


def _fifty_environments() -> Measure:
    with ExitStack() as stack:
        cloud = _cloud(stack)
        target = deploy(cloud, "crowd", TWO_SECONDS)
        clients = [connect(cloud, "lambda") for _ in range(50)]
        with ThreadPoolExecutor(50) as threads:
            list(threads.map(lambda c: c.invoke(FunctionName=target.name), clients))
        assert cloud.process is not None
        process = psutil.Process(cloud.process.pid)
        family = [process, *process.children(recursive=True)]
        unique = sum(member.memory_full_info().uss for member in family) / 1e6
        count = cloud.health()["environments"]
    return Measure("memory: cloud and 50 environments (USS)", unique, 1000, "MB", f"{count} alive")


def _cpu_share() -> list[Measure]:
    """Compare a fixed piece of work at each memory size with memory/1769 of a core.

    The sizes take turns, after one round that starts the environments.
    """
    measures = []
    with ExitStack() as stack:
        cloud = _cloud(stack, cpu_share=True)
        sizes = (128, 256, 512, 1024, 1769)
        client = connect(cloud, "lambda")
        for size in sizes:
            deploy(cloud, f"work-{size}", WORK)
            client.update_function_configuration(FunctionName=f"work-{size}", MemorySize=size)
        rounds = [
            {size: _work_s(client, size) for size in sizes} for _ in range(1 + ROUNDS_OF_WORK)
        ]
        seconds = {size: min(each[size] for each in rounds[1:]) for size in sizes}
        for size in sizes[:-1]:
            off = seconds[size] / (seconds[FULL_CORE_MB] * FULL_CORE_MB / size) - 1
            what = f"CPU share at {size} MB: off from memory/1769"
            measures.append(Measure(what, abs(off) * 100, 12, "%", f"{seconds[size]:.2f} s"))
    return measures


def _work_s(client: object, size: int) -> float:
    event = json.dumps({"steps": 1_500_000}).encode()
    answer = client.invoke(FunctionName=f"work-{size}", Payload=event)  # type: ignore[attr-defined]
    return float(json.load(answer["Payload"]))


def _cloud(stack: ExitStack, **settings: object) -> Cloud:
    cloud = start_cloud(settings=settings)
    stack.callback(cloud.stop)
    return cloud


def _task(cloud: Cloud, function: str) -> Task:
    return Task(
        cloud.endpoint, cloud.access_key_id, cloud.secret_access_key, function, 1, seconds=SECONDS
    )


def _rate(task: Task, *, clients: int) -> float:
    answers, elapsed = _run(task, clients=clients)
    return answers / elapsed


def _run(task: Task, *, clients: int) -> tuple[int, float]:
    """Run a task with so many clients in four processes; return answers and seconds."""
    line = json.dumps(asdict(replace(task, threads=clients // 4))).encode() + b"\n"
    command = [sys.executable, "-m", "tools.bench.client"]
    processes = [
        subprocess.Popen(command, cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(line)
        process.stdin.flush()
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    started = time.perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    outputs = [process.communicate()[0] for process in processes]
    elapsed = time.perf_counter() - started
    return sum(int(output or 0) for output in outputs), elapsed
