"""A group of processes is stopped, continued, measured and killed as one.

Both ways: with signals, and without them by way of psutil.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from helpers.cloud.environment import processes
from helpers.cloud.environment.processes import Command, ProcessGroup
from tests.waiting import until

Start = Callable[..., tuple[ProcessGroup, int]]
WAYS = pytest.mark.parametrize("signals", [True, False], ids=["signals", "psutil"])
TICK = "import time\nwhile True:\n    print('.', flush=True)\n    time.sleep(0.002)\n"
CHILD = (
    "import subprocess, sys, time\n"
    "subprocess.Popen([sys.executable, '-S', '-c', {0!r}], start_new_session={1})\n"
    "print('!', flush=True)\ntime.sleep(60)\n"
)
SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def start() -> Iterator[Start]:
    """Start processes of Python text; what is left of them is buried in the end."""
    groups: list[ProcessGroup] = []
    readers: list[int] = []

    def started(source: str, *, signals: bool = True, mark: str = "") -> tuple[ProcessGroup, int]:
        reader, writer = os.pipe()
        command = Command(
            arguments=[sys.executable, "-S", "-c", source],
            variables={"PATH": "/usr/bin:/bin", **({"MARK": mark} if mark else {})},
            directory="/",
            output=writer,
            mark="MARK" if mark else "",
        )
        group = ProcessGroup(command, signals=signals)
        os.close(writer)
        groups.append(group)
        readers.append(reader)
        return group, reader

    yield started
    for group in groups:
        group.bury()
    for reader in readers:
        os.close(reader)


@WAYS
def test_stop_and_resume(start: Start, signals: bool) -> None:
    """A stopped process is stopped when stop returns, and runs again after resume."""
    group, reader = start(TICK, signals=signals)
    assert os.read(reader, 1) == b"."
    group.stop()
    until(lambda: psutil.Process(group.pid).status() == psutil.STATUS_STOPPED)
    os.read(reader, 65536)
    os.set_blocking(reader, False)
    with pytest.raises(BlockingIOError):
        os.read(reader, 1)
    os.set_blocking(reader, True)
    group.resume()
    assert os.read(reader, 1) == b"."


@WAYS
def test_bury_reaches_stopped_processes(start: Start, signals: bool) -> None:
    """A stopped process is killed without being continued first."""
    group, reader = start(TICK, signals=signals)
    os.read(reader, 1)
    group.stop()
    group.bury()
    assert group.poll() == -signal.SIGKILL


@WAYS
@pytest.mark.parametrize("session", [False, True], ids=["child", "child in its own session"])
def test_bury_reaches_children(start: Start, signals: bool, session: bool) -> None:
    """Children die with the group, those too that made a session of their own."""
    group, reader = start(CHILD.format(SLEEP, session), signals=signals)
    os.read(reader, 1)
    leader, child = group.pids()
    group.bury()
    assert leader == group.pid
    until(lambda: not psutil.pid_exists(child) or _is_zombie(child))


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_bury_reaches_marked_orphans(start: Start) -> None:
    """A process whose parent has gone and that left the group is known by its mark."""
    middle = f"import subprocess, sys; subprocess.Popen([sys.executable, '-S', '-c', {SLEEP!r}])"
    source = (
        "import subprocess, sys, time\n"
        f"subprocess.run([sys.executable, '-S', '-c', {middle!r}], start_new_session=True)\n"
        "print('!', flush=True)\ntime.sleep(60)\n"
    )
    mark = f"test-{os.getpid()}-{time.monotonic_ns()}"
    group, reader = start(source, mark=mark)
    os.read(reader, 1)
    assert group.pids() == [group.pid]
    (orphan,) = set(_marked(mark)) - {group.pid}
    group.bury()
    until(lambda: not psutil.pid_exists(orphan) or _is_zombie(orphan))


@WAYS
def test_exit_code(start: Start, signals: bool) -> None:
    """The exit code is told, and the exit descriptor turns readable."""
    group, _ = start("raise SystemExit(7)", signals=signals)
    _wait_for_exit(group)
    assert group.wait() == 7


@pytest.fixture
def a_thousand_files() -> Iterator[None]:
    """Keep the descriptors to 1023 in use, as hundreds of environments do."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard not in (-1, resource.RLIM_INFINITY) and hard < 2048:
        pytest.skip("this machine gives a process fewer than 2048 files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    opened = [os.open(os.devnull, os.O_RDONLY)]
    while opened[-1] < 1024:
        opened.append(os.dup(opened[0]))
    yield
    for descriptor in opened:
        os.close(descriptor)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("a_thousand_files")
def test_exit_is_seen_among_a_thousand_open_files(start: Start) -> None:
    """Waiting for an exit works with descriptors that select(2) does not know."""
    group, _ = start("raise SystemExit(7)")
    assert group.exit_descriptor is None or group.exit_descriptor > 1023
    _wait_for_exit(group)


def test_memory_of_the_group(start: Start) -> None:
    """Resident memory counts the children; the peak stays when memory is freed."""
    hold = (
        "data = bytearray(b'x' * 50_000_000); print('!', flush=True); import time; time.sleep(60)"
    )
    group, reader = start(CHILD.format(hold, False))
    until(lambda: os.read(reader, 2) and group.resident_bytes() > 50_000_000)
    freed, reader = start(
        "d = bytearray(b'x' * 50_000_000); del d\nprint('!', flush=True)\n" + SLEEP
    )
    os.read(reader, 1)
    assert freed.resident_bytes() < 50_000_000 < freed.peak_bytes()


def test_processor_time(start: Start) -> None:
    """Processor seconds grow while the group works, and not while it is stopped."""
    group, _ = start("while True: pass")
    until(lambda: group.cpu_s() > 0.05)
    group.stop()
    used = group.cpu_s()
    end = time.monotonic() + 0.05
    until(lambda: time.monotonic() > end)
    assert used == group.cpu_s()


@contextmanager
def connection(start: Start) -> Iterator[tuple[ProcessGroup, int, int]]:
    """Give a group that has connected to a port of ours: the group, its port, and ours."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        connect = f"import socket, time; s = socket.create_connection(('127.0.0.1', {port}))\n"
        group, _ = start(connect + SLEEP)
        listener.settimeout(10)
        theirs, peer = listener.accept()
        with theirs:
            yield group, peer[1], port


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux can tell")
def test_owner_of_a_connection(start: Start) -> None:
    """A loopback connection is the group's when one of its processes made it."""
    with (
        connection(start) as (group, its_port, port),
        socket.create_connection(("127.0.0.1", port)) as ours,
    ):
        assert group.owns_peer(its_port, port)
        assert not group.owns_peer(ours.getsockname()[1], port)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux can tell")
def test_a_connection_that_the_table_left_out(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table changes while it is read: who is not found in it is looked for again."""
    misses = iter([None, None])
    look = processes.socket_inode
    monkeypatch.setattr(processes, "socket_inode", lambda *ports: next(misses, look(*ports)))
    with connection(start) as (group, its_port, port):
        assert group.owns_peer(its_port, port)


def test_program_that_does_not_exist() -> None:
    """A command that cannot be started raises at once."""
    command = Command(["/does/not/exist"], {}, "/", subprocess.DEVNULL)
    with pytest.raises(FileNotFoundError):
        ProcessGroup(command)


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _wait_for_exit(group: ProcessGroup) -> None:
    """Wait as an environment does: for the exit descriptor where there is one."""
    if group.exit_descriptor is not None:
        with selectors.DefaultSelector() as selector:  # select() knows descriptors to 1023 only
            selector.register(group.exit_descriptor, selectors.EVENT_READ)
            assert selector.select(10)
    until(lambda: group.poll() is not None)


def _marked(mark: str) -> Iterator[int]:
    for process in psutil.process_iter():
        try:
            if process.environ().get("MARK") == mark:
                yield process.pid
        except psutil.Error:
            continue


def test_a_child_of_a_thread_belongs_to_the_group(start: Start) -> None:
    """A process that another thread than the main one started is found, too."""
    source = (
        "import subprocess, sys, time\nfrom threading import Thread\n"
        "def start():\n"
        f"    subprocess.Popen([sys.executable, '-S', '-c', {SLEEP!r}])\n"
        "    print('!', flush=True)\n    time.sleep(60)\n"
        "Thread(target=start).start()\n"
    )
    group, reader = start(source)
    assert b"!" in os.read(reader, 16)

    assert 2 == len(group.pids())
