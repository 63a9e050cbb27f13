"""The files of one execution environment: /var/task, /opt and a /tmp of its own size.

Level B gives the real paths, in an unprivileged mount namespace made with the `unshare` program:
the code and the runtime read-only, /tmp as a file system of EphemeralStorage's size, and the rest
of the machine's root read-only where it lets itself be. The namespace is kept open for the
environment's life, so that /tmp survives a killed process.
Level A, everywhere else, gives folders of the environment's own and names them in LAMBDA_TASK_ROOT
and TMPDIR; there, /tmp is the machine's and its size is not limited.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (file system, reset
keeps /tmp), man pages unshare(1), nsenter(1), mount(8).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from helpers.cloud.environment.variables import Places

# by full path: a function may set a PATH of its own
UNSHARE, NSENTER, SHELL, MOUNT = (
    shutil.which(n) or "" for n in ("unshare", "nsenter", "sh", "mount")
)
HIDDEN = ("/tmp", "/opt", "/var")
SHARED_MEMORY = Path("/dev/shm")
"""Lambda has none, so that semaphores, and with them multiprocessing.Queue and Pool, fail."""


class FileLevel(StrEnum):
    """How close the files of an environment come to Lambda's."""

    FOLDERS = "A"
    NAMESPACE = "B"


@dataclass(frozen=True, slots=True)
class Sources:
    """What a workspace shows: code, merged layers, the runtime folder, host folders to keep."""

    code: Path
    opt: Path
    runtime: Path
    keep: Sequence[Path] = ()


class Workspace:
    """One environment's folder; lives from its creation until the environment is reaped."""

    def __init__(
        self, folder: Path, sources: Sources, *, level: FileLevel, ephemeral_mb: int
    ) -> None:
        self.folder = folder
        self.sources = sources
        self._level = level
        self._ephemeral_mb = ephemeral_mb
        self._namespace: tuple[int, int] | None = None
        try:
            for name in ("tmp", "stage"):
                (folder / name).mkdir(parents=True)
            if level is FileLevel.NAMESPACE:
                (folder / "fstab").write_text(self._fstab())
        except OSError:
            remove_tree(folder)
            raise

    @property
    def places(self) -> Places:
        """Where the handler finds its files."""
        if self._level is FileLevel.NAMESPACE:
            return Places(task="/var/task", runtime="/var/runtime", opt="/opt", tmp="/tmp")
        return Places(
            task=str(self.sources.code),
            runtime=str(self.sources.runtime),
            opt=str(self.sources.opt),
            tmp=str(self.folder / "tmp"),
        )

    @property
    def working_directory(self) -> str:
        """Where a process must be started."""
        if self._level is FileLevel.NAMESPACE:
            return "/"
        return str(self.sources.code)

    @property
    def descriptors(self) -> tuple[int, ...]:
        """The namespace's descriptors, which a process that enters it must inherit."""
        return self._namespace or ()

    def wrap(self, command: Sequence[str]) -> list[str]:
        """Return the command line that runs `command` among these files."""
        if self._level is FileLevel.FOLDERS:
            return list(command)
        if self._namespace is not None:
            user, mount = self._namespace
            # credentials stay: they are mapped already, and only root outside may set groups there
            enter = [NSENTER, "--preserve-credentials"]
            enter += [f"--user=/proc/self/fd/{user}", f"--mount=/proc/self/fd/{mount}"]
            return [*enter, SHELL, "-c", f'{AT_HOME} && exec "$@"', "sh", *command]
        make = [UNSHARE, "--user", "--map-root-user", "--mount", SHELL, "-c", MOUNTS, "sh"]
        return [*make, MOUNT, str(self.folder), *command]

    def open(self) -> None:
        """Make the namespace ahead of the runtime, for processes that start before it."""
        if self._level is FileLevel.FOLDERS or self._namespace is not None:
            return
        with subprocess.Popen(
            self.wrap([SHELL, "-c", "echo && read _"]),
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            self.hold(process.pid)

    def hold(self, pid: int) -> None:
        """Keep the namespace that process `pid` made, so that a later process can enter it."""
        if self._level is FileLevel.FOLDERS or self._namespace is not None:
            return
        held: list[int] = []
        try:
            for kind in ("user", "mnt"):
                path = f"/proc/{pid}/ns/{kind}"
                if os.readlink(path) == os.readlink(f"/proc/self/ns/{kind}"):
                    raise FileNotFoundError(path)
                held.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        except OSError:  # the process ended before it had files of its own
            for descriptor in held:
                os.close(descriptor)
        else:
            self._namespace = (held[0], held[1])

    def remove(self) -> None:
        """Let go of the namespace and delete the folder."""
        for descriptor in self._namespace or ():
            os.close(descriptor)
        self._namespace = None
        remove_tree(self.folder)

    def _fstab(self) -> str:
        stage = self.folder / "stage"
        lines = [
            _line("tmpfs", stage, "tmpfs", "mode=755"),
            _line("tmpfs", f"{stage}/tmp", "tmpfs", f"size={self._ephemeral_mb}m,mode=1777"),
            _line(self.sources.opt, f"{stage}/opt", "none", "bind,ro"),
            _line(self.sources.code, f"{stage}/var/task", "none", "bind,ro"),
            _line(self.sources.runtime, f"{stage}/var/runtime", "none", "bind,ro"),
        ]
        for path in self.sources.keep:
            if any(Path(hidden) in path.parents for hidden in HIDDEN):
                lines.append(_line(path, f"{stage}{path}", "none", "rbind,ro"))
        if SHARED_MEMORY.is_dir():
            lines.append(_line("none", SHARED_MEMORY, "tmpfs", "ro,size=4k"))
        # whichever of them hides the stage itself comes last
        for hidden in sorted(HIDDEN, key=lambda hidden: Path(hidden) in stage.parents):
            lines.append(_line(f"{stage}{hidden}", hidden, "none", "rbind"))
        return "".join(lines)


AT_HOME = "cd /var/task && unset OLDPWD"
# --no-mtab: root's mounts would queue for one lock on /run/mount/utab, a second under load
READ_ONLY = '{ "$1" --no-mtab --options remount,bind,ro / 2>/dev/null || true; }'
MOUNTS = (
    f'"$1" --all --no-mtab --fstab "$2/fstab" && {READ_ONLY} && {AT_HOME} && shift 2 && exec "$@"'
)


def opt_mounts(keep: Sequence[Path]) -> list[Path]:
    """Return the folders, relative to /opt, on which kept host folders will be mounted."""
    return [path.relative_to("/opt") for path in keep if Path("/opt") in path.parents]


def remove_tree(folder: Path) -> None:
    """Delete a folder even where a learner's package or handler took away the right to."""

    def force(function: object, path: str, error: object) -> None:
        with contextlib.suppress(OSError):
            Path(path).parent.chmod(stat.S_IRWXU)
            Path(path).chmod(stat.S_IRWXU)
            shutil.rmtree(path) if Path(path).is_dir() else Path(path).unlink()

    shutil.rmtree(folder, onerror=force)


def _line(source: object, target: object, kind: str, options: str) -> str:
    escaped = [str(p).replace("\\", r"\134").replace(" ", r"\040") for p in (source, target)]
    return f"{escaped[0]} {escaped[1]} {kind} {options},x-mount.mkdir 0 0\n"
