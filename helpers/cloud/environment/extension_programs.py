"""The programs of /opt/extensions: which there are, and with which variables they are started.

Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html,
docs.aws.amazon.com/lambda/latest/dg/extensions-configuration.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from helpers.cloud.environment.processes import HAS_SIGNALS
from helpers.cloud.environment.runtimes import CannotStart, why_not_executable

NOT_THEIRS = (
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_XRAY_CONTEXT_MISSING",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "PYTHONPATH",
    "_HANDLER",
)
"""Variables of the runtime that Lambda does not give to extensions."""


def find_extensions(opt: Path, *, seen_as: str) -> dict[str, str]:
    """Return the programs of /opt/extensions by name; raises CannotStart for one that is none."""
    folder = opt / "extensions"
    found: dict[str, str] = {}
    for program in sorted(folder.iterdir()) if folder.is_dir() else ():
        if program.is_dir():
            continue
        problem = why_not_executable(program) if HAS_SIGNALS else "not supported by this system"
        if problem is not None:
            how = f"fork/exec /opt/extensions/{program.name}: {problem}"
            raise CannotStart("Extension.LaunchError", how)
        found[program.name] = f"{seen_as}/extensions/{program.name}"
    return found


def extension_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Return what of the runtime's variables an extension gets."""
    return {name: value for name, value in variables.items() if name not in NOT_THEIRS}
