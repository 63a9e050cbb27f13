"""`kit.py doctor`: what on this machine helps or hinders, with causes, commands and where to read.

Needs nothing installed. Most findings are those of helpers/firstaid, which `lab.doctor()` looks
with as well; here stands what only a launcher knows: its `.venv`, the port of `serve`, Chromium.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from helpers.firstaid import (
    backends,
    clouds,
    folders,
    moment,
    namespaces,
    packages,
    ports,
    processes,
    pythons,
    settings,
    widgets,
)
from helpers.firstaid.finding import Finding, Mark
from tools.launch.browser import find_chromium
from tools.launch.installation import Installation

AGAIN = "python3 kit.py lab"


@dataclass(frozen=True, slots=True)
class Machine:
    """What the doctor looks at: a checkout, the user's variables and home, the port of `serve`."""

    installation: Installation
    environ: Mapping[str, str]
    home: Path
    port: int

    @classmethod
    def this(cls, installation: Installation, *, port: int) -> Machine:
        """Return the machine that this process runs on."""
        return cls(installation, os.environ, folders.home(), port)


Look = Callable[[Machine], Finding | Iterable[Finding]]


def run_doctor(installation: Installation, *, port: int) -> int:
    """Print the findings; the exit status is 1 if labs cannot run here."""
    findings = examine(Machine.this(installation, port=port))
    for finding in findings:
        print(told(finding), flush=True)
    failed = sum(finding.mark is Mark.FAIL for finding in findings)
    print("Labs can run here." if not failed else f"{failed} of these must be put right first.")
    return 1 if failed else 0


def examine(machine: Machine) -> list[Finding]:
    """Look at everything the kit depends on."""
    found: list[Finding] = []
    for look in LOOKS:
        seen = look(machine)
        found += [seen] if isinstance(seen, Finding) else seen
    return found


def told(finding: Finding) -> str:
    """Return a finding as the terminal shows it."""
    parts = (("why", finding.cause), ("next", finding.command), ("more", finding.more))
    lines = [f"        {name + ':':<5} {words}" for name, words in parts if words]
    return "\n".join([f"{finding.mark:<5} {finding.subject}: {finding.seen}", *lines])


def environment(machine: Machine) -> Finding:
    """Say whether `.venv` is there, whole, and of this version of the kit."""
    installation = machine.installation
    state, version = installation.state(), installation.python_version()
    if not installation.folder.exists():
        return Finding(Mark.OK, ".venv", "not made yet; the first lab makes it (needs a network)")
    if version is None:
        return _unfit("its Python does not run", "it was deleted or half made")
    if state is None or not state.complete:
        why = "its set-up did not finish, or something else made it"
        return _unfit("not known to be whole", why)
    if not installation.is_current(developer=False):
        return _unfit("not current", "requirements.lock or its Python has changed since")
    extent = "labs and tests" if installation.is_current(developer=True) else "labs"
    return Finding(Mark.OK, ".venv", f"whole, for {extent}, with Python {version}")


def kernel_spec(machine: Machine) -> Finding:
    """Say whether notebooks opened by `kit.py lab` get the Python of `.venv`."""
    installation = machine.installation
    file = installation.folder / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    if not file.exists():
        return Finding(Mark.OK, "kernel", "comes with .venv")
    try:
        program = Path(json.loads(file.read_text("utf-8"))["argv"][0])
    except (OSError, ValueError, LookupError, TypeError) as error:
        return _other_kernel(installation, f"{str(file)!r} cannot be read: {error}")
    # a bare `python` means the Python that JupyterLab runs in
    if program.is_absolute() and installation.folder.resolve() not in program.parents:
        return _other_kernel(installation, f"{str(file)!r} starts {str(program)!r}")
    return Finding(Mark.OK, "kernel", "the Python of .venv")


def chromium(_machine: Machine) -> Finding:
    """Say whether the browser tests can run; learners use whatever browser they like."""
    found = find_chromium()
    if found:
        return Finding(Mark.OK, "Chromium", f"{found!r}, for browser tests")
    return Finding(
        Mark.NOTE,
        "Chromium",
        "none; labs do not want it",
        "only the browser tests of kit.py test drive it, and are left out",
        "sudo apt install chromium, or set COLDSTART_CHROMIUM to its path",
        "chromium",
    )


def _unfit(seen: str, why: str) -> Finding:
    return Finding(Mark.WARN, ".venv", seen, why, AGAIN, "environment")


def _other_kernel(installation: Installation, seen: str) -> Finding:
    why = "the environment was moved or copied, or the kernel was installed by hand"
    command = f'"{installation.python}" -m ipykernel install --sys-prefix'
    return Finding(Mark.WARN, "kernel", seen, why, command, "kernel")


def _pip(machine: Machine) -> Finding:
    installation = machine.installation
    found = packages.pip(installation.folder, machine.environ, installation.home)
    if not found.is_well and installation.is_current(developer=False):
        return replace(found, mark=Mark.NOTE)  # nothing is left to install
    return found


def _widgets(machine: Machine) -> list[Finding]:
    folder = machine.installation.folder
    if packages.site_packages(folder) is None:
        return []
    setting = widgets.Setting.of(folder, machine.environ, machine.home)
    return [widgets.widgets(setting)]


def _disk(machine: Machine) -> Finding:
    installation = machine.installation
    return folders.disk(installation.home, needed=not installation.is_current(developer=False))


LOOKS: tuple[Look, ...] = (
    lambda _: pythons.version(),
    lambda _: pythons.venv_modules(),
    environment,
    _pip,
    _widgets,
    kernel_spec,
    _disk,
    lambda m: folders.kit_folder(m.installation.home),
    lambda m: folders.home_folder(m.home),
    lambda _: folders.temporary_folder(),
    lambda m: ports.port(m.port),
    lambda m: clouds.joined(m.environ),
    lambda _: clouds.served(processes.processes()),
    lambda _: clouds.left_over(),
    lambda m: backends.backend(m.environ),
    lambda _: moment.clock(),
    lambda _: namespaces.file_level(),
    lambda m: settings.proxies(m.environ),
    lambda m: settings.aws_variables(m.environ),
    lambda m: settings.aws_files(m.home),
    lambda m: pythons.python_path(m.environ),
    chromium,
)
