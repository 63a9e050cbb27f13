"""`kit.py bench`: how fast and how small the local account is, against bounds; writes bench.json.

Times are medians of interleaved runs with one warmed boto3 client each. The yardstick is AWS's
Runtime Interface Emulator, with the same handler, interpreter and runtime folder.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from helpers.cloud.client import Cloud, start_cloud
from tools.bench.account import measure_account
from tools.bench.learners import add_options, measure_learners
from tools.bench.load import TRIVIAL, measure_load
from tools.bench.measure import Measure, interleaved, ratio
from tools.bench.simulator import measure_simulator
from tools.bench.target import Target, connect, deploy
from tools.bench.triggers import measure_triggers
from tools.bench.views import measure_views
from tools.emulator import ensure_emulator
from tools.yardstick import running_emulator

HOME = Path(__file__).resolve().parents[2]
LAB = "01-handlers"
ONE_SECOND = "import time\n\n\ndef handler(event, context):\n    time.sleep(1)\n    return event\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the groups asked for, or all; print the table, write bench.json; 1 if one missed."""
    parser = argparse.ArgumentParser(prog="kit.py bench", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    add_options(parser)
    options = parser.parse_args(arguments)
    chosen = options.groups or ([] if options.learners else [*GROUPS])
    unknown = [name for name in chosen if name not in GROUPS]
    if unknown:
        parser.error(f"there is no group {unknown[0]!r}; choose from {', '.join(GROUPS)}")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # every start would measure the compiler
    groups = {name: GROUPS[name] for name in chosen}
    if options.learners:
        groups["learners"] = lambda: measure_learners(options)
    measures: list[Measure] = []
    for measured in groups.values():
        for measure in measured():
            measures.append(measure)
            print(measure, flush=True)
    machine = f"{platform.platform(terse=True)}, {os.cpu_count()} cores"
    document = {
        "machine": machine,
        "python": platform.python_version(),
        "groups": [*groups],
        "measures": [asdict(measure) | {"verdict": measure.verdict} for measure in measures],
    }
    (HOME / "bench.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"{machine}, Python {document['python']}; written to bench.json")
    return 1 if any(measure.missed for measure in measures) else 0


@contextmanager
def _running_cloud() -> Iterator[Cloud]:
    cloud = start_cloud()
    try:
        yield cloud
    finally:
        cloud.stop()


def _startup() -> list[Measure]:
    times = []
    for _ in range(5):
        started = time.perf_counter()
        with _running_cloud():
            times.append(time.perf_counter() - started)
    return [Measure("cloud ready after its command", statistics.median(times), 2.0, "s")]


def _against_emulator() -> list[Measure]:
    """Compare warm and first invokes with the emulator's."""
    binary = ensure_emulator()
    warm_name, first_name = (
        "warm invoke, against the emulator",
        "first invoke, against the emulator",
    )
    if binary is None:
        detail = "no Runtime Interface Emulator here (Linux; needs a network once)"
        return [
            Measure(warm_name, None, 1.1, "ratio", detail),
            Measure(first_name, None, 1.5, "ratio", detail),
        ]
    with _running_cloud() as cloud, tempfile.TemporaryDirectory() as folder:
        ours = deploy(cloud, "warm", TRIVIAL)
        with running_emulator(binary, TRIVIAL, folder=Path(folder) / "warm") as endpoint:
            theirs = Target(connect(cloud, "lambda", endpoint=endpoint), "function")
            warm = interleaved(ours.invoke_ms, theirs.invoke_ms, runs=400, warm_up=20)
        first = interleaved(
            _first_invokes_here(cloud, ours.client),
            _first_invokes_there(cloud, binary, Path(folder)),
            runs=15,
            warm_up=1,
        )
    return [ratio(warm_name, warm, 1.1), ratio(first_name, first, 1.5)]


def _first_invokes_here(cloud: Cloud, client: Any) -> Callable[[], float]:
    numbers = iter(range(1_000))

    def measure() -> float:
        name = f"first-{next(numbers)}"
        deploy(cloud, name, TRIVIAL)
        return Target(client, name).invoke_ms()

    return measure


def _first_invokes_there(cloud: Cloud, binary: Path, folder: Path) -> Callable[[], float]:
    numbers = iter(range(1_000))

    def measure() -> float:
        home = folder / f"first-{next(numbers)}"
        with running_emulator(binary, TRIVIAL, folder=home) as endpoint:
            client = connect(cloud, "lambda", endpoint=endpoint)
            return Target(client, "function").invoke_ms()

    return measure


def _memory() -> list[Measure]:
    """Measure resident memory: one idle environment, then the cloud after lab 01."""
    with _running_cloud() as cloud:
        environment = _environment_mb(cloud)
        detail = _play_lab(cloud)
        assert cloud.process is not None
        process = psutil.Process(cloud.process.pid)
        resident, unique = _megabytes(process)
    lab_row = Measure(
        f"memory: cloud after lab {LAB[:2]}", resident, 130, "MB", f"USS {unique:.0f}"
    )
    if detail:
        lab_row = Measure(lab_row.what, None, 130, "MB", detail)
    return [lab_row, environment]


def _environment_mb(cloud: Cloud) -> Measure:
    assert cloud.process is not None
    before = _descendants(cloud.process.pid)
    deploy(cloud, "small", TRIVIAL).invoke_ms()
    added = [pid for pid in _descendants(cloud.process.pid) if pid not in before]
    figures = [_megabytes(psutil.Process(pid)) for pid in added]
    resident, unique = max(figures, default=(0.0, 0.0))
    what = "memory: one trivial environment"
    return Measure(what, resident or None, 25, "MB", f"USS {unique:.0f}")


def _descendants(pid: int) -> set[int]:
    return {child.pid for child in psutil.Process(pid).children(recursive=True)}


def _megabytes(process: psutil.Process) -> tuple[float, float]:
    """Return a process's resident and unique memory."""
    memory = process.memory_full_info()
    return memory.rss / 1e6, memory.uss / 1e6


def _play_lab(cloud: Cloud) -> str:
    """Run the solved lab against this cloud; return why that was not possible, if so."""
    import nbformat  # noqa: PLC0415 - slow to import, and not part of what is timed
    from nbclient import NotebookClient  # noqa: PLC0415

    solved = HOME / "solutions" / f"{LAB}.ipynb"
    if not solved.exists():
        return f"solutions/{LAB}.ipynb is not there: python3 kit.py build"
    with tempfile.TemporaryDirectory() as data:
        variables = os.environ | {
            "AWS_ENDPOINT_URL": cloud.endpoint,
            "AWS_DEFAULT_REGION": cloud.region,
            "AWS_ACCESS_KEY_ID": cloud.access_key_id,
            "AWS_SECRET_ACCESS_KEY": cloud.secret_access_key,
            "COLDSTART_DATA": data,
        }
        notebook = nbformat.read(solved, as_version=4)
        NotebookClient(
            notebook, timeout=300, extra_arguments=["--Application.log_level=ERROR"]
        ).execute(env=variables, cwd=str(HOME / "solutions"))
    return ""


def _eight_at_once() -> list[Measure]:
    what = "8 events at once of a 1 s handler"
    with _running_cloud() as cloud:
        target = deploy(cloud, "second", ONE_SECOND)
        target.client.get_function(FunctionName=target.name)  # connects and warms the client
        started = time.perf_counter()
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: target.invoke_ms(), range(8)))
        elapsed = time.perf_counter() - started
        records = cloud.records()["records"]
    environments = sum(record["kind"] == "environment.created" for record in records)
    return [Measure(what, elapsed, 1.5, "s", f"{environments} environments")]


GROUPS: Mapping[str, Callable[[], Iterable[Measure]]] = {
    "startup": _startup,
    "emulator": _against_emulator,
    "memory": _memory,
    "eight": _eight_at_once,
    "load": measure_load,
    "account": measure_account,
    "triggers": measure_triggers,
    "simulator": measure_simulator,
    "views": measure_views,
}
"""What can be measured by itself: `kit.py bench triggers`."""


if __name__ == "__main__":
    sys.exit(main())
