"""Linux namespaces for code that nobody trusts: its own files, processes and network.

A process started by `unshare` builds a root of its own here, in which only Python, the kit and the
system's programs are to be seen, all read-only, and goes into it for good. Left out: other
systems, where `confinement` says that there is none.

Source: man pages unshare(1), user_namespaces(7), mount(2), mount_setattr(2), pivot_root(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.grade.limits import kernel_version

ROOT = Path(__file__).resolve().parents[2]
KIT = ("helpers", "tools", "lessons", "solutions")
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix")
SETTINGS = ("ld.so.cache", "localtime", "passwd", "group", "nsswitch.conf", "hosts", "mime.types")
DEVICES = ("null", "zero", "full", "random", "urandom")
OUTER = ("--user", "--map-root-user", "--mount", "--pid", "--net", "--ipc", "--fork")
APART = Path("/python-apart")
"""In an examiner's root: Python for what a check starts with a learner's words."""
INNER = ("--user", "--map-root-user", "--mount", "--pid", "--ipc", "--fork")

MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1
SYS_MOUNT_SETATTR = 442
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
LAST_CAPABILITY = 63
IFF_UP, SIOCSIFFLAGS = 1, 0x8914
PROBE_WITHIN_S = 120
PID_MAX_PER_NAMESPACE_SINCE = (6, 14)


class _Attributes(ctypes.Structure):
    _fields_ = (
        ("attr_set", ctypes.c_uint64),
        ("attr_clr", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


def confined(command: Sequence[str], namespaces: Sequence[str]) -> list[str]:
    """Return the command line that runs `command` in new namespaces, all of which end with it."""
    return [shutil.which("unshare") or "unshare", *namespaces, "--kill-child", *command]


def confinement() -> str:
    """Return why programs cannot be confined here, or "": tried with real processes.

    Raises TimeoutError on a machine too busy to tell, which must not pass for one that cannot.
    """
    if sys.platform != "linux":
        return f"{sys.platform} has no namespaces"
    if shutil.which("unshare") is None:
        return "the program unshare is not installed"
    trial = [sys.executable, "-P", "-m", "tools.grade.namespaces"]
    with tempfile.TemporaryDirectory(prefix="coldstart-trial-") as stage:
        try:
            answer = subprocess.run(
                confined([*trial, stage], OUTER),
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=PROBE_WITHIN_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"no answer within {PROBE_WITHIN_S} s") from None
        except OSError as error:
            return str(error)
    if answer.returncode == 0 and "confined" in answer.stdout:
        return ""
    said = answer.stderr.strip().splitlines()
    return said[-1] if said else f"the trial ended with status {answer.returncode}"


def enter_root(stage: Path, sizes: Mapping[str, str]) -> None:
    """Make a root at `stage`, with Python, the kit and `sizes` of memory for files; go into it.

    The caller is alone in its mount and process namespaces, and root of its user namespace.
    """
    _mount(None, "/", None, MS_REC | MS_PRIVATE)
    # without nosuid and nodev: what is locked on here could not be mounted read-only below
    _mount("tmpfs", stage, "tmpfs", 0, "size=1m,mode=755")
    for folder in ("proc", "dev", "etc", "opt", "var", "old"):
        (stage / folder).mkdir()
    for place, size in sizes.items():
        _made_folder(stage, Path(place))
        _mount("tmpfs", _under(stage, Path(place)), "tmpfs", 0, f"size={size},mode=1777")
    for path in _shown():
        _show(stage, path)
    _mount("proc", stage / "proc", "proc", 0)
    os.chdir(stage)
    if _libc().pivot_root(b".", b"old"):
        raise _failure("pivot_root", stage)
    os.chdir("/")
    if _libc().umount2(b"/old", MNT_DETACH):
        raise _failure("umount2", "/old")
    Path("/old").rmdir()


def raise_loopback() -> None:
    """Switch the loopback interface on; a new network namespace has nothing else."""
    with socket.socket() as any_socket:
        import fcntl  # noqa: PLC0415 - there is none on Windows

        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def seal_root() -> None:
    """Let nobody below write beside what is shown: to /etc, or in the place of /bin.

    Folders with memory of their own stay writable. In namespaces below this one, it is for good.
    """
    _mount(None, "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY)


def seal_settings() -> None:
    """Let nobody below write the machine's settings, which root may do without any capability.

    No process file system can be mounted below, after this.
    """
    _mount("/proc/sys", "/proc/sys", None, MS_BIND)
    _mount(None, "/proc/sys", None, MS_REMOUNT | MS_BIND | MS_RDONLY)


def give_up_rights(*, processes: int) -> None:
    """Keep this process and its children from ever having a capability, once they exec."""
    # older kernels have one bound for the whole machine, which root could set; there the limits do
    if kernel_version() >= PID_MAX_PER_NAMESPACE_SINCE:
        with contextlib.suppress(OSError):
            Path("/proc/sys/kernel/pid_max").write_text(str(processes))
    with contextlib.suppress(OSError):
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
    libc = _libc()
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise _failure("prctl", "no_new_privs")


def _shown() -> list[Path]:
    """Return what is to be seen in the root, each path once, outer folders first."""
    wanted = [Path(each) for each in SYSTEM]
    wanted += [Path("/etc", name) for name in SETTINGS]
    wanted += [Path("/dev", name) for name in DEVICES]
    wanted += [Path(sys.base_prefix), Path(sys.prefix), Path(sys.executable).resolve().parents[1]]
    wanted += [ROOT / name for name in KIT]
    found: list[Path] = []
    for path in sorted({path for path in wanted if path.exists()}, key=lambda p: len(p.parts)):
        if not any(outer in path.parents and not outer.is_symlink() for outer in found):
            found.append(path)
    return found


def _show(stage: Path, path: Path) -> None:
    target = _under(stage, path)
    if path.is_symlink() and path.parent == Path("/"):  # /bin is usr/bin on most systems
        target.symlink_to(path.readlink())
        return
    if path.is_dir():
        _made_folder(stage, path)
    else:
        _made_folder(stage, path.parent)
        target.touch()
    _mount(path.resolve(), target, None, MS_BIND | MS_REC)
    attributes = _Attributes(MOUNT_ATTR_RDONLY, 0, 0, 0)
    size = ctypes.sizeof(attributes)
    where = os.fsencode(target)
    if _libc().syscall(
        SYS_MOUNT_SETATTR, AT_FDCWD, where, AT_RECURSIVE, ctypes.byref(attributes), size
    ):
        raise _failure("mount_setattr", target)


def _under(stage: Path, path: Path) -> Path:
    return stage / path.relative_to("/")


def _made_folder(stage: Path, path: Path) -> None:
    _under(stage, path).mkdir(parents=True, exist_ok=True)


def _mount(
    source: object, target: object, kind: str | None, flags: int, data: str | None = None
) -> None:
    encoded = [None if each is None else os.fsencode(str(each)) for each in (source, kind, data)]
    where = os.fsencode(str(target))
    if _libc().mount(encoded[0], where, encoded[1], ctypes.c_ulong(flags), encoded[2]):
        raise _failure("mount", target)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _failure(call: str, about: object) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{call}: {os.strerror(number)}", str(about))


def _trial(stage: Path) -> None:
    """Build a root in which another program is confined once more, as an examiner and a desk."""
    enter_root(stage, {"/tmp": "8m", "/dev/shm": "1m"})
    raise_loopback()
    command = [sys.executable, "-P", "-m", "tools.grade.namespaces"]
    inner = Path(tempfile.mkdtemp())
    seal_root()
    environment = {"PYTHONPATH": str(ROOT), "PATH": os.defpath}
    subprocess.run(
        confined([*command, str(inner), "inner"], INNER), env=environment, cwd="/", check=True
    )
    seal_settings()


if __name__ == "__main__":
    if sys.argv[2:] == ["inner"]:
        enter_root(Path(sys.argv[1]), {"/tmp": "1m"})
        give_up_rights(processes=512)
        seal_settings()
        print("confined")
    else:
        _trial(Path(sys.argv[1]))
