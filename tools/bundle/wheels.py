"""Fetch the wheels of the lock for each target, and build what is published as source only.

pip checks every file that it fetches against the lock's hashes. What is built here has another
hash, so it is recorded with its source's (see tools.launch.built).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import parse_wheel_filename

from tools.bundle.lock import Pin, read_lock
from tools.bundle.target import THIS_PYTHON, THIS_SYSTEM, Target
from tools.launch.built import Built, lock_with_built, read_bundle
from tools.launch.installation import FOREIGN_SETTINGS, LEARNER_LOCK
from tools.launch.packages import explain_failure, wheels_options

# A build script asks platform.system() what to build; for another system it must hear that one's.
FOREIGN_SYSTEM = """\
import os, platform, sys
if any("_in_process" in word for word in sys.orig_argv):
    platform.system = lambda: os.environ["COLDSTART_TARGET_SYSTEM"]
"""
# The same source gives the same wheel, whenever it is built.
EPOCH = "315532800"
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where wheels are fetched and built: the checkout, and a folder that goes away afterwards."""

    home: Path
    folder: Path
    tell: Tell

    @property
    def wheels(self) -> Path:
        """Return the folder that the archive takes over."""
        return self.folder / "wheels"

    def collect(self, targets: Sequence[Target]) -> list[Built]:
        """Fill the folder of wheels for all targets; return what was built here."""
        text = (self.home / LEARNER_LOCK).read_text(encoding="utf-8")
        earlier = read_bundle(self.home)
        # a bundle made from a bundle: its built wheels are taken over with their record
        taken = earlier.built if earlier else ()
        pins = read_lock(lock_with_built(text, taken))
        self.wheels.mkdir(parents=True, exist_ok=True)
        built: dict[str, Built] = {}
        for target in targets:
            self._fetch(pins, target)
            built |= {made.wheel: made for made in self._build(target)}
        present = {path.name: sha256(path) for path in self.wheels.iterdir()}
        kept = [made for made in taken if present.get(made.wheel) == made.sha256]
        return [*built.values(), *(made for made in kept if made.wheel not in built)]

    def _fetch(self, pins: list[Pin], target: Target) -> None:
        sets = {
            patch: [pin for pin in pins if pin.wanted_in(target.markers(patch))]
            for patch in target.patches()
        }
        first, last = target.patches()
        known = {(pin.name, pin.version) for pin in sets[first]}
        sets[last] = [pin for pin in sets[last] if (pin.name, pin.version) not in known]
        for patch, wanted in sets.items():
            if wanted:
                self._download(wanted, target, patch)

    def _download(self, wanted: list[Pin], target: Target, patch: str) -> None:
        requirements = self.folder / "requirements.txt"
        requirements.write_text("".join(pin.text() for pin in wanted), encoding="utf-8")
        options = [*target.pip_options(patch), *wheels_options(self.home)]
        command = ["download", "--no-deps", "--require-hashes", *options]
        command += ["--dest", str(self.wheels), "--requirement", str(requirements)]
        self._pip(command, target, count=len(wanted))

    def _build(self, target: Target) -> list[Built]:
        """Build each source that lies among the wheels; leave one that fits no other computer."""
        made = []
        for source in sorted(self.wheels.iterdir()):
            if source.suffix == ".whl":
                continue
            self.tell(f"Building a wheel of {source.name}.")
            into = self.folder / "built"
            options = ["--no-deps", "--no-index", "--wheel-dir", str(into), str(source)]
            self._pip(["wheel", *options], target)
            wheel = next(into.glob("*.whl"))
            name, version, _build, tags = parse_wheel_filename(wheel.name)
            everywhere = all(tag.platform == "any" for tag in tags)
            if everywhere or target == Target(THIS_PYTHON, THIS_SYSTEM):
                wheel.replace(self.wheels / wheel.name)
                made.append(
                    Built(
                        name=str(name),
                        version=str(version),
                        wheel=wheel.name,
                        sha256=sha256(self.wheels / wheel.name),
                        source=source.name,
                        source_sha256=sha256(source),
                    )
                )
                source.unlink()
            else:  # the target has a compiler, or says that it has none
                wheel.unlink()
                self.tell(f"{source.name} is built on the target: it depends on the system.")
        return made

    def _pip(self, arguments: list[str], target: Target, *, count: int = 0) -> None:
        log = self.folder / "pip.log"
        log.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--log", str(log)]
        command += [*arguments, "--use-pep517", "--no-build-isolation", "--progress-bar", "off"]
        with subprocess.Popen(
            command,
            env=self._environment(target),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            close_fds=False,  # the set-up lock must reach pip: if we are killed, the next one waits
        ) as pip:
            try:
                self._follow(pip, target, count)
            except BaseException:
                pip.terminate()
                raise
        if pip.returncode != 0:
            text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            kept = self.home / ".venv" / "bundle.log"  # the folder of the log goes away
            kept.write_text(text, encoding="utf-8")
            raise explain_failure(text, lock=LEARNER_LOCK, log_path=kept)

    def _follow(self, pip: subprocess.Popen[str], target: Target, count: int) -> None:
        """Tell how far a download has come, a line for each quarter."""
        done, told = 0, 0
        for line in pip.stdout or ():
            done += line.startswith(("Collecting ", "Processing "))
            if count >= 4 and done * 4 // count > told:
                told = done * 4 // count
                self.tell(f"{done} of {count} packages for {target}")

    def _environment(self, target: Target) -> dict[str, str]:
        values = {k: v for k, v in os.environ.items() if k not in FOREIGN_SETTINGS}
        values |= {"SOURCE_DATE_EPOCH": EPOCH, "PYTHONUNBUFFERED": "1"}
        if target.system_name() != Target().system_name():
            disguise = self.folder / "disguise"
            disguise.mkdir(exist_ok=True)
            (disguise / "sitecustomize.py").write_text(FOREIGN_SYSTEM, encoding="utf-8")
            values["PYTHONPATH"] = str(disguise)
            values["COLDSTART_TARGET_SYSTEM"] = target.system_name()
        return values


def sha256(path: Path) -> str:
    """Return the hash of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
