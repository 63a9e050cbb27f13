"""The Python runtime of a version with SnapStart: initialised once, forked at each restore.

It runs inside the process that is the snapshot, in the place of awslambdaric's main program, and
leaves everything but the snapshot to awslambdaric: handler, hooks, the loop of events. After init
and the before-snapshot hooks it asks for `restore/next` and waits on a socket for forks to make;
the child goes on as an environment of its own: session, output, Runtime API, variables, /tmp.

What a snapshot of memory would do and a fork does not is done here: the global `random` keeps its
state, and connections made in init are cut. Threads started in init are gone in a child.

Source: docs.aws.amazon.com/lambda/latest/dg/snapstart.html, snapstart-runtime-hooks-python.html,
snapstart-uniqueness.html, snapstart-best-practices.html (connections); man fork(2), unshare(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import select
import shutil
import socket
import stat
import sys
import warnings
from pathlib import Path
from typing import Any

ADDRESS = "AWS_LAMBDA_RUNTIME_API"
NEW_MOUNTS = 0x00020000
BIND_ALL = 0x1000 | 0x4000
ENVIRONMENT_START, ENVIRONMENT_END = 47, 48
"""Places of env_start and env_end in /proc/self/stat, counted from the state."""


def main(handler: str, control: int, output: int) -> None:
    """Initialise the function, and go on as whatever environment this process was forked for."""
    # the native client keeps its address and connection; this one begins anew in each fork
    sys.modules["runtime_client"] = importlib.import_module("snapshot_runtime_client")
    client: Any = importlib.import_module("awslambdaric.lambda_runtime_client")
    bootstrap: Any = importlib.import_module("awslambdaric.bootstrap")

    class SnapshotClient(client.LambdaRuntimeClient):  # type: ignore[misc]
        """awslambdaric's client, whose `restore_next` returns once in every fork."""

        def restore_next(self) -> None:
            """Become a snapshot; return as a new environment."""
            request, its_output = _wait_for_restore(socket.socket(fileno=control))
            self.lambda_runtime_address = request["variables"][ADDRESS]
            _become(request, its_output, output)

    bootstrap.run(handler, SnapshotClient(os.environ[ADDRESS]))


def _wait_for_restore(control: socket.socket) -> tuple[dict[str, Any], int]:
    """Make forks until this process is one of them; return what it shall be, and its output."""
    ready = _say_ready()
    while not _is_asked(control, ready):
        ready.close()
        ready = _say_ready()
    while True:
        _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not descriptors:
            os._exit(0)
        with socket.socket(fileno=descriptors[0]) as asked:
            request, its_output = _receive(asked)
            if "wait" in request:
                _, status = os.waitpid(request["wait"], 0)
                asked.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
            elif _fork():
                os.close(its_output)
            else:
                os.setsid()
                asked.sendall(b"%d\n" % os.getpid())
                control.close()
                return request, its_output


def _say_ready() -> socket.socket:
    """Ask for `restore/next`; the answer never comes, since this process stays the snapshot."""
    host, port = os.environ[ADDRESS].split(":")
    ready = socket.create_connection((host, int(port)))
    with contextlib.suppress(ConnectionError):
        ready.sendall(b"GET /2018-06-01/runtime/restore/next HTTP/1.1\r\nHost: lambda\r\n\r\n")
    return ready


def _is_asked(control: socket.socket, ready: socket.socket) -> bool:
    """Wait for the first fork; False if the connection was dropped, its process not recognised."""
    both = select.poll()
    both.register(control, select.POLLIN)
    both.register(ready, select.POLLIN)
    return any(descriptor == control.fileno() for descriptor, _ in both.poll())


def _receive(asked: socket.socket) -> tuple[dict[str, Any], int]:
    text, descriptors, _, _ = socket.recv_fds(asked, 65536, 1)
    while not text.endswith(b"\n"):
        more = asked.recv(65536)
        if not more:
            break
        text += more
    return json.loads(text or b'{"wait": 0}'), descriptors[0] if descriptors else -1


def _fork() -> int:
    random = sys.modules.get("random")
    state = random.getstate() if random is not None else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of init; see the docstring
        pid = os.fork()
    if not pid and random is not None:
        random.setstate(state)
    return pid


def _become(request: dict[str, Any], its_output: int, output: int) -> None:
    """Turn a fresh fork into an execution environment of its own."""
    for target in (1, 2, output):
        os.dup2(its_output, target, inheritable=True)
    os.close(its_output)
    _cut_connections()
    _mark(os.environ[ADDRESS], request["variables"][ADDRESS])
    if request["tmp"]:
        _copy_tmp(request["tmp"])
    else:
        _mount_tmp(request["ephemeral_mb"])
    os.environ.update(request["variables"])


def _cut_connections() -> None:
    """Put a closed connection in the place of each that was made in init."""
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - a folder of numbers
        descriptor = int(name)
        with contextlib.suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                continue
            with socket.socket(fileno=os.dup(descriptor)) as connected:
                if connected.family not in (socket.AF_INET, socket.AF_INET6):
                    continue
                connected.getpeername()
            ours, theirs = socket.socketpair()
            theirs.close()
            os.dup2(ours.fileno(), descriptor, inheritable=False)
            ours.close()


def _mark(old: str, new: str) -> None:
    """Show the environment's own address in /proc, by which its strays are found and ended."""
    wanted, instead = f"{ADDRESS}={old}".encode(), f"{ADDRESS}={new}".encode()
    with contextlib.suppress(OSError):
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        start, end = int(fields[ENVIRONMENT_START]), int(fields[ENVIRONMENT_END])
        place = ctypes.string_at(start, end - start).find(wanted + b"\0")
        if place >= 0 and len(wanted) == len(instead):
            ctypes.memmove(start + place, instead, len(instead))


def _copy_tmp(tmp: str) -> None:
    """Give this environment a folder with what init left in the snapshot's."""
    old = os.environ["TMPDIR"]
    shutil.copytree(old, tmp, symlinks=True, dirs_exist_ok=True)
    os.environ["TMPDIR"] = tmp
    tempfile: Any = sys.modules.get("tempfile")
    if tempfile is not None and tempfile.tempdir == old:
        tempfile.tempdir = tmp


def _mount_tmp(size_mb: int) -> None:
    """Mount a /tmp of this environment's own, with what init left in the snapshot's."""
    libc = ctypes.CDLL(None, use_errno=True)
    _checked(libc.unshare(NEW_MOUNTS))
    old = os.open("/tmp", os.O_RDONLY)
    device = os.fstat(old).st_dev
    # the interpreter or its packages may lie below /tmp, and are mounted there
    within = {path: os.open(path, os.O_RDONLY) for path in _mounts_below("/tmp/", device)}
    options = f"size={size_mb}m,mode=1777".encode()
    _checked(libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, options))

    def elsewhere(folder: str, names: list[str]) -> list[str]:
        return [n for n in names if os.lstat(f"{folder}/{n}").st_dev != device]

    left = f"/proc/self/fd/{old}"
    shutil.copytree(left, "/tmp", symlinks=True, ignore=elsewhere, dirs_exist_ok=True)
    for path, descriptor in within.items():
        Path(path).mkdir(parents=True, exist_ok=True)
        source = f"/proc/self/fd/{descriptor}".encode()
        _checked(libc.mount(source, path.encode(), None, BIND_ALL, None))
        os.close(descriptor)
    os.close(old)


def _mounts_below(folder: str, device: int) -> list[str]:
    """Return where file systems other than `device` are seen below a folder, the outermost."""
    table = Path("/proc/self/mountinfo").read_text().splitlines()
    places = {line.split(" ")[4].replace("\\040", " ").replace("\\134", "\\") for line in table}
    found: list[str] = []
    for place in sorted(place for place in places if place.startswith(folder)):
        if any(place.startswith(outer + "/") for outer in found):  # bound along with it
            continue
        with contextlib.suppress(OSError):  # hidden by what was mounted later
            if os.lstat(place).st_dev != device:
                found.append(place)
    return found


def _checked(answer: int) -> None:
    if answer:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    _, the_handler, the_control, the_output = sys.argv
    del sys.argv[2:]
    main(the_handler, int(the_control), int(the_output))
