"""How a function's runtime is started: Python's own client, or the bootstrap of a custom runtime.

Models the OS-only runtimes (`provided.al2023`, `provided.al2`): an executable file `bootstrap` at
the root of the package or of a layer is the runtime, and speaks the Runtime API itself. What Linux
would refuse to execute is found before it is started, so that the error is Lambda's. A managed
runtime is started by the script that AWS_LAMBDA_EXEC_WRAPPER names, if it does, with the
interpreter and its arguments as the script's own. Left out: Amazon Linux around the file; it runs
on this machine's system.

Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html, runtimes-provided.html and
runtimes-modify.html; sentences as AWS's answers in public reports have them.
"""

from __future__ import annotations

import os
import platform
import struct
from pathlib import Path

from helpers.cloud.environment.processes import HAS_SIGNALS
from helpers.cloud.environment.runtime_folder import interpreter
from helpers.cloud.environment.variables import Places
from helpers.cloud.environment.workspace import Workspace
from helpers.cloud.model import FunctionVersion

BOOTSTRAP = "bootstrap"
SHELL = "/bin/sh"
ELF = b"\x7fELF"
MACHINES = {62: ("x86_64", "amd64"), 183: ("aarch64", "arm64")}
"""e_machine of an ELF file, and what this machine may call it."""
WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
RUN_WRAPPER = """\
[ -f "$0" ] || { echo "$0: does not exist"; exit 127; }
[ -x "$0" ] || { echo "$0: is not an executable"; exit 126; }
exec "$0" "$@"
"""
"""What a managed runtime does with the wrapper's path; the rest is the original command."""
MACH_O = (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


class CannotStart(Exception):  # noqa: N818 - it ends as an error of the function, in AWS's words
    """A program of the function cannot be started: AWS's error type, and how it failed."""

    def __init__(self, error_type: str, how: str) -> None:
        super().__init__(how)
        self.error_type = error_type
        self.how = how


def is_managed(runtime: str) -> bool:
    """Tell whether the runtime comes with Python and awslambdaric."""
    return runtime.startswith("python")


def is_runnable(runtime: str) -> bool:
    """Tell whether functions of this runtime run here."""
    return is_managed(runtime) or (HAS_SIGNALS and runtime.startswith("provided.al"))


def runtime_command(function: FunctionVersion, workspace: Workspace) -> list[str]:
    """Return the program that is the runtime, and its arguments; raises CannotStart."""
    if is_managed(function.runtime):
        return _managed_command(function, workspace.places)
    sources, places = workspace.sources, workspace.places
    for folder, shown, seen in (
        (sources.code, "/var/task", places.task),
        (sources.opt, "/opt", places.opt),
    ):
        program = folder / BOOTSTRAP
        if program.exists():
            problem = why_not_executable(program)
            if problem is not None:
                how = f"fork/exec {shown}/{BOOTSTRAP}: {problem}"
                raise CannotStart("Runtime.InvalidEntrypoint", how)
            return [f"{seen}/{BOOTSTRAP}"]
    raise CannotStart(
        "Runtime.InvalidEntrypoint",
        f"Couldn't find valid bootstrap(s): [/var/task/{BOOTSTRAP} /opt/{BOOTSTRAP}]",
    )


def _managed_command(function: FunctionVersion, places: Places) -> list[str]:
    wrapper = function.variables.get(WRAPPER, "")
    if not wrapper:
        return [interpreter(), "-S", "-m", "awslambdaric", function.handler]
    if not HAS_SIGNALS:
        how = f"{wrapper}: wrapper scripts are POSIX programs, which do not run on this system"
        raise CannotStart("Runtime.InvalidEntrypoint", how)
    for shown, seen in (("/opt/", places.opt), ("/var/task/", places.task)):
        if wrapper.startswith(shown):
            wrapper = f"{seen}/{wrapper.removeprefix(shown)}"
    runtime = [interpreter(), "-S", f"{places.runtime}/{BOOTSTRAP}.py"]
    return [SHELL, "-c", RUN_WRAPPER, wrapper, *runtime]


def snapshot_command(function: FunctionVersion, control: int, output: int) -> list[str]:
    """Return the Python runtime that is initialised to be forked, told by its descriptors."""
    program = [interpreter(), "-S", "-m", "snapshot_runtime"]
    return [*program, function.handler, str(control), str(output)]


def why_not_executable(program: Path) -> str | None:
    """Return Linux's words for why this file cannot be executed, or None when it can.

    Asked before the start: a shell on the way there would run a text file without `#!`.
    """
    if not program.is_file() or not program.stat().st_mode & 0o111:
        return "permission denied"
    if not os.access(program, os.R_OK):  # executable, but nothing to look at
        return None
    with program.open("rb") as file:
        head = file.read(256)
    if head.startswith(b"#!"):
        words = head.partition(b"\n")[0][2:].strip(b" \t").split(b" ")
        named = Path(os.fsdecode(words[0]))
        # a line that ends in \r names a program that ends in \r
        return None if named.is_file() else "no such file or directory"
    if head.startswith(ELF) and len(head) >= 20:
        (machine,) = struct.unpack_from("<H", head, 18)
        fits = platform.machine().lower() in MACHINES.get(machine, ())
        return None if fits else "exec format error"
    return None if head.startswith(MACH_O) else "exec format error"
