"""The virtual environment beside kit.py: made once, from a lock file, and known to be whole.

`.venv/coldstart.json` tells what is installed: the Python version and the hash of each lock file.
It says `complete: false` from before the first package until after the last one, so that whatever
interrupts a set-up, the next start knows. `helpers` is made importable by a path file rather than
an editable install: that needs no network, and it survives moving the checkout.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from helpers.firstaid.folders import SET_UP_BYTES
from tools.launch.errors import LaunchError
from tools.launch.packages import explain_failure, pip_commands
from tools.launch.setup_lock import setup_lock

LEARNER_LOCK = "requirements.lock"
DEVELOPER_LOCK = "requirements-dev.lock"  # the learner's packages in the same versions, and more
# Settings of other Pythons and of pip that would lead packages or imports astray.
FOREIGN_SETTINGS = frozenset(
    [
        "PYTHONHOME",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "__PYVENV_LAUNCHER__",
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_REQUIRE_VIRTUALENV",
    ]
)
# No question about news at the first start, and no request that asks for newer versions.
QUIET_NOTIFICATIONS = {
    "@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"}
}

Run = Callable[[Sequence[str], Mapping[str, str]], int]


@dataclass(frozen=True, slots=True)
class State:
    """What a virtual environment says it holds."""

    complete: bool
    python: str
    locks: dict[str, str] = field(default_factory=dict)


def run_command(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command on this terminal and return its exit status."""
    # close_fds: the set-up lock must reach pip (see setup_lock)
    return subprocess.run(command, env=environment, close_fds=False, check=False).returncode


class Installation:
    """The `.venv` of one checkout."""

    def __init__(self, home: Path, *, run: Run = run_command) -> None:
        self.home = home
        self.folder = home / ".venv"
        scripts = "Scripts" if os.name == "nt" else "bin"
        self.scripts = self.folder / scripts
        self.python = self.scripts / ("python.exe" if os.name == "nt" else "python")
        self._state_file = self.folder / "coldstart.json"
        self._log = self.folder / "setup.log"
        self._run = run

    def environment(self) -> dict[str, str]:
        """Return the variables for programs of this environment, aws and python first on PATH."""
        variables = {k: v for k, v in os.environ.items() if k not in FOREIGN_SETTINGS}
        variables["VIRTUAL_ENV"] = str(self.folder)
        variables["PATH"] = os.pathsep.join([str(self.scripts), variables.get("PATH", os.defpath)])
        return variables

    def state(self) -> State | None:
        """Return what `.venv` says it holds; None if it says nothing that can be read."""
        try:
            return State(**json.loads(self._state_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def lock_hash(self, lock: str) -> str:
        """Return the hash of a lock file of this checkout."""
        return hashlib.sha256((self.home / lock).read_bytes()).hexdigest()

    def python_version(self) -> str | None:
        """Return the version `.venv`'s Python answers with, None if it does not run."""
        ask = "import sys; print('%d.%d' % sys.version_info[:2])"
        try:
            answer = subprocess.run(
                [str(self.python), "-I", "-S", "-c", ask],
                capture_output=True,
                text=True,
                check=True,
                timeout=30,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return answer.stdout.strip()

    def is_current(self, *, developer: bool) -> bool:
        """Say whether `.venv` is whole and holds what the lock files name."""
        state = self.state()
        if state is None or not state.complete:
            return False
        lock = DEVELOPER_LOCK if developer else LEARNER_LOCK
        if state.locks.get(lock) != self.lock_hash(lock):
            return False
        return state.python == self.python_version()

    def ensure(self, *, developer: bool = False) -> None:
        """Set `.venv` up if it is not: idempotent, safe in two terminals, offline once done."""
        if self.is_current(developer=developer):
            return
        with setup_lock(self.home / ".venv.lock"):
            if not self.is_current(developer=developer):
                self._set_up(DEVELOPER_LOCK if developer else LEARNER_LOCK)

    def _set_up(self, lock: str) -> None:
        self._check_machine()
        reason = self._set_aside_if_broken()
        print(
            f"Setting up {str(self.folder)!r}: {reason}. Once, about 400 MB, 1 to 4 minutes.",
            flush=True,
        )
        updating = self.python_version() is not None
        if not updating:
            self._create()
        version, before = self.python_version() or "", self.state()
        self._write_state(State(complete=False, python=version))
        try:
            self._install(lock, quiet=updating)
        except LaunchError:
            if updating and not self._pip_changed_packages():
                self._restore_state(before)
            raise
        self._connect_checkout()
        # The developer's lock is made with the learner's as a constraint, so it covers both.
        hashes = {name: self.lock_hash(name) for name in {lock, LEARNER_LOCK}}
        self._write_state(State(complete=True, python=version, locks=hashes))
        print("Set up. From now on this works without a network.", flush=True)

    def _check_machine(self) -> None:
        if (
            importlib.util.find_spec("ensurepip") is None
            or importlib.util.find_spec("venv") is None
        ):
            name = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
            raise LaunchError(
                "This Python cannot make a virtual environment.",
                "the modules venv and ensurepip are missing; Debian and Ubuntu ship them apart.",
                f"sudo apt install {name}, then run the same command again.",
                anchor="no-venv",
            )
        free = shutil.disk_usage(self.home).free
        if free < SET_UP_BYTES:
            raise LaunchError(
                f"Only {free // 1_000_000} MB are free where {str(self.home)!r} lies.",
                "the packages need about 400 MB, and twice that while they are unpacked.",
                "free 1 GB, then run the same command again.",
                anchor="disk",
            )

    def _set_aside_if_broken(self) -> str:
        """Move a `.venv` that cannot be completed out of the way; return why there is work."""
        for old in self.home.glob(".venv.old-*"):
            shutil.rmtree(old, ignore_errors=True)
        if not self.folder.exists():
            return "the packages this kit needs"
        state, version = self.state(), self.python_version()
        if version is not None and state is None:
            return "the packages this kit needs, into the environment found there"
        if version is not None and state is not None and state.complete:
            if state.python == version:
                return "the packages named by this version of the kit"
            reason = f"made again, it was made for Python {state.python}"
        else:
            reason = "made again, an earlier set-up did not finish"
        # Renamed first: a deletion that is interrupted must not leave a half-empty `.venv`.
        old = self.home / f".venv.old-{os.getpid()}"
        try:
            self.folder.rename(old)
        except OSError as error:
            raise LaunchError(
                f"{str(self.folder)!r} has to be made again and cannot be moved: {error}.",
                "some program still uses it.",
                "close JupyterLab and other Pythons of this kit, then run the same command again.",
                anchor="venv-in-use",
            ) from None
        shutil.rmtree(old, ignore_errors=True)
        return reason

    def _create(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self._write_state(State(complete=False, python=""))
        # The base interpreter: kit.py may itself run from the environment that is being replaced.
        base = getattr(sys, "_base_executable", sys.executable)
        if self._run([base, "-m", "venv", str(self.folder)], self._base_environment()) != 0:
            raise LaunchError(
                f"Creating {str(self.folder)!r} failed.",
                "`python -m venv` stopped; its message stands above.",
                "python3 kit.py doctor, then run the same command again.",
                anchor="venv-failed",
            )

    def _base_environment(self) -> dict[str, str]:
        return {k: v for k, v in os.environ.items() if k not in FOREIGN_SETTINGS}

    def _install(self, lock: str, *, quiet: bool) -> None:
        self._log.unlink(missing_ok=True)
        for command in pip_commands(self.python, self.home, lock, log=self._log, quiet=quiet):
            if self._run(command, self.environment()) != 0:
                raise explain_failure(self._log_text(), lock=lock, log_path=self._log)

    def _restore_state(self, before: State | None) -> None:
        """Let a `.venv` in which nothing changed count as what it was, not as half-made."""
        if before is None:
            self._state_file.unlink()
        else:
            self._write_state(before)

    def _pip_changed_packages(self) -> bool:
        """Say whether pip got past downloading, which is where it fails without a network."""
        return "Installing collected packages" in self._log_text()

    def _log_text(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def _connect_checkout(self) -> None:
        """Make the checkout importable and JupyterLab quiet about news."""
        packages = next(
            self.folder.glob("Lib/site-packages" if os.name == "nt" else "lib/*/site-packages")
        )
        relative = os.path.relpath(self.home, packages)
        (packages / "coldstart.pth").write_text(f"{relative}\n", encoding="utf-8")
        settings = self.folder / "share" / "jupyter" / "lab" / "settings"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "overrides.json").write_text(json.dumps(QUIET_NOTIFICATIONS), encoding="utf-8")

    def _write_state(self, state: State) -> None:
        """Write the state whole: no reader ever sees half a file."""
        draft = self._state_file.with_suffix(".new")
        draft.write_text(json.dumps(asdict(state)), encoding="utf-8")
        draft.replace(self._state_file)
