"""A first look when something is odd: the account, the kernel, the packages, the record.

What `kit.py doctor` looks at too is in helpers/firstaid. Here stands what only a notebook knows:
its account, what the lab shielded, the progress file, and which JupyterLab started the kernel.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from helpers.cloud.errors import TROUBLESHOOTING
from helpers.course.account import Account
from helpers.course.progress import Progress
from helpers.firstaid import (
    backends,
    clouds,
    folders,
    moment,
    packages,
    processes,
    pythons,
    widgets,
)
from helpers.firstaid.addresses import is_local
from helpers.firstaid.endpoint import Answer, ask
from helpers.firstaid.finding import Finding, Mark
from helpers.views.findings import FindingTable

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = ("boto3", "moto", "awslambdaric", "jupyterlab", "ipykernel")


def examine(account: Account, progress: Progress, environ: Mapping[str, str]) -> FindingTable:
    """Look at everything a lab stands on and say what to do about what is not well."""
    home = folders.home()
    setting = widgets.Setting.of(Path(sys.prefix), environ, home)
    findings = (
        *_account(account),
        backends.backend(_as_asked(environ, joined=account.joined)),
        Finding(Mark.OK, "settings", str(account.shielded)),
        pythons.version(),
        pythons.kernel(CHECKOUT),
        *packages.packages(PACKAGES, CHECKOUT),
        widgets.widgets(setting),
        widgets.server(processes.process(os.getppid())),
        _progress(progress),
        folders.home_folder(home),
        folders.temporary_folder(),
        moment.clock(),
        *clouds.left_over(),
    )
    return FindingTable(findings, _way_to_page(Path.cwd()))


def _as_asked(environ: Mapping[str, str], *, joined: bool) -> Mapping[str, str]:
    """Return the variables without the endpoint that a lab set itself, for its own account."""
    return {n: v for n, v in environ.items() if joined or n != "AWS_ENDPOINT_URL"}


def _account(account: Account) -> Iterator[Finding]:
    endpoint = account.cloud.endpoint
    if not is_local(endpoint):
        yield Finding(Mark.OK, "account", f"{endpoint}, not on this machine and not asked")
        return
    answer = ask(endpoint)
    yield clouds.answers(answer) if account.joined else _own(answer)
    restart = f"end it, then: {clouds.SERVE}" if account.joined else clouds.RESTART
    yield from clouds.about(answer, restart=restart)
    if answer.is_kit:
        yield _files(str(answer.document["file_level"]))


def _own(answer: Answer) -> Finding:
    if answer.came:
        return Finding(Mark.OK, "account", f"{answer.endpoint} answers; it ends with this kernel")
    return Finding(
        Mark.FAIL,
        "account",
        f"{answer.endpoint} does not answer: {answer.complaint}",
        "its process has ended",
        clouds.RESTART,
        "account-gone",
    )


def _files(level: str) -> Finding:
    if level == "B":
        return Finding(Mark.OK, "handlers' files", "level B: real /var/task, /opt and /tmp")
    return Finding(
        Mark.NOTE,
        "handlers' files",
        "level A: folders of their own; python3 kit.py doctor tells why",
        "this system has no mount namespaces for users",
        "python3 kit.py doctor",
        "level-a",
    )


def _progress(progress: Progress) -> Finding:
    path = progress.path
    folder = next(parent for parent in path.parents if parent.is_dir())
    if not os.access(folder, os.W_OK) or progress.is_for_this_kernel_only:
        seen = f"Progress lasts for this kernel only: {folder} cannot be written"
        why = "it belongs to somebody else, is read-only, or the disk is full"
        command = "export COLDSTART_DATA=FOLDER, a folder of your own, and start JupyterLab again"
        return Finding(Mark.WARN, "progress", seen, why, command, "progress")
    if progress.note():
        why = "it was not written by the kit, or only half; a new one was begun"
        command = "lab.progress().import_from(...), with a file that you exported"
        return Finding(Mark.WARN, "progress", progress.note(), why, command, "progress")
    return Finding(Mark.OK, "progress", str(path))


def _way_to_page(folder: Path) -> str:
    """Return the relative link from a notebook's folder to the page, if JupyterLab can open it."""
    if CHECKOUT not in (folder, *folder.parents):
        return ""
    return Path(os.path.relpath(CHECKOUT / TROUBLESHOOTING, folder)).as_posix()
