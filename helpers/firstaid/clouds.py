"""The account a lab or a terminal would reach: does it answer, is it this code, is its clock ours.

Source of the 15 minutes: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting
.html (a signature older than that is refused).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from helpers.cloud.edition import edition
from helpers.firstaid.addresses import is_local
from helpers.firstaid.endpoint import Answer, ask
from helpers.firstaid.finding import Finding, Mark
from helpers.firstaid.processes import Process, processes

MODULE = "helpers.cloud.server"
SIGNATURE_S = 15 * 60
WORTH_TELLING_S = 10 * 60
ENDS_WITHIN_S = 3.0
ALLOW_REMOTE = "COLDSTART_ALLOW_REMOTE"
SERVE = "python3 kit.py serve"
RESTART = "restart the kernel, and run the lab's cells from the top"


def joined(environ: Mapping[str, str]) -> list[Finding]:
    """Look at the endpoint that AWS_ENDPOINT_URL makes every lab join."""
    endpoint = environ.get("AWS_ENDPOINT_URL", "")
    if not endpoint:
        return [Finding(Mark.OK, "endpoint", "AWS_ENDPOINT_URL is not set; a lab starts its own")]
    if environ.get("COLDSTART_BACKEND", "").strip() == "embedded":
        seen = "AWS_ENDPOINT_URL is set, and COLDSTART_BACKEND=embedded goes before it"
        return [Finding(Mark.OK, "endpoint", seen)]
    if not is_local(endpoint):
        return [elsewhere("endpoint", "AWS_ENDPOINT_URL", environ)]
    answer = ask(endpoint)
    restart = f"end it, then: {SERVE}"
    return [answers(answer), *about(answer, restart=restart)]


def elsewhere(subject: str, variable: str, environ: Mapping[str, str]) -> Finding:
    """Return the finding that a variable names another machine, which is never asked."""
    seen = f"{variable} names no place on this machine, and was not asked"
    if environ.get(ALLOW_REMOTE) == "1":
        return Finding(Mark.OK, subject, f"{seen}; {ALLOW_REMOTE}=1 allows it")
    why = "labs create and delete things, so they refuse an account elsewhere"
    return Finding(Mark.WARN, subject, seen, why, f"unset {variable}", "endpoint-elsewhere")


def answers(answer: Answer) -> Finding:
    """Say whether anything answers where AWS_ENDPOINT_URL points."""
    if answer.came:
        whose = "the kit's account" if answer.is_kit else "an account that is not the kit's"
        return Finding(Mark.OK, "endpoint", f"{answer.endpoint} answers: {whose}")
    return Finding(
        Mark.FAIL,
        "endpoint",
        f"nothing answers at AWS_ENDPOINT_URL={answer.endpoint!r}: {answer.complaint}",
        "the variable makes every lab join that account instead of starting its own",
        f"unset AWS_ENDPOINT_URL, or start it: {SERVE}",
        "endpoint-dead",
    )


def about(answer: Answer, *, restart: str, now_s: float | None = None) -> list[Finding]:
    """Look at what an endpoint that answered says of its clock and of its code."""
    if not answer.came:
        return []
    found = [clock(answer, now_s=now_s)]
    return [*found, code(answer, restart=restart)] if answer.is_kit else found


def clock(answer: Answer, *, now_s: float | None = None) -> Finding:
    """Compare the endpoint's clock with ours: signatures carry the time."""
    now_s = time.time() if now_s is None else now_s
    apart = 0.0 if answer.date_s is None else abs(answer.date_s - now_s)
    if apart < WORTH_TELLING_S:
        return Finding(Mark.OK, "clocks", "the endpoint's clock agrees with this one")
    return Finding(
        Mark.FAIL if apart > SIGNATURE_S else Mark.WARN,
        "clocks",
        f"the endpoint's clock is {apart / 60:.0f} minutes from this one",
        "a signature holds for 15 minutes, so calls end in SignatureDoesNotMatch",
        "set both clocks by the network (Linux: sudo timedatectl set-ntp true)",
        "clock-skew",
    )


def code(answer: Answer, *, restart: str, own: str | None = None) -> Finding:
    """Say whether a running cloud has the code that lies in this checkout."""
    if answer.document.get("edition") == (own or edition()):
        return Finding(Mark.OK, "its code", f"{answer.endpoint} runs this checkout's code")
    return Finding(
        Mark.WARN,
        "its code",
        f"{answer.endpoint} runs other code than lies here",
        "it was started before the kit changed, or from another copy of the kit",
        restart,
        "stale-cloud",
    )


def served(listed: Iterable[Process]) -> list[Finding]:
    """Look for accounts that `kit.py serve` runs with other code than lies here."""
    found = []
    for cloud in listed:
        if cloud.runs(MODULE) and "--child" not in cloud.command:
            answer = ask(f"http://127.0.0.1:{cloud.option('--port', '4566')}")
            finding = code(answer, restart=f"kill {cloud.number}, then: {SERVE}")
            if answer.is_kit and not finding.is_well:
                found.append(replace(finding, subject="kit.py serve"))
    return found


def left_over(
    listing: Callable[[], list[Process]] = processes, *, patience_s: float = ENDS_WITHIN_S
) -> list[Finding]:
    """Look for accounts whose kernel has ended and that do not end themselves within moments."""
    deadline = time.monotonic() + patience_s
    while True:
        listed = listing()
        orphans = list(_orphans(listed))
        if not orphans or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    if orphans:
        return [_orphan(cloud) for cloud in orphans]
    count = sum(process.runs(MODULE) for process in listed)
    seen = f"{count} of the kit, all in use" if count else "none of the kit"
    return [Finding(Mark.OK, "running accounts", seen)]


def _orphans(listed: Iterable[Process]) -> Iterator[Process]:
    """Yield the clouds of kernels that now belong to whoever takes in orphans."""
    by_number = {process.number: process for process in listed}
    for cloud in by_number.values():
        parent = by_number.get(cloud.parent)
        # number 1 can be a Python too, where a container starts JupyterLab
        held = parent is not None and parent.number != 1 and parent.is_python
        if cloud.runs(MODULE) and "--child" in cloud.command and not held:
            yield cloud


def _orphan(cloud: Process) -> Finding:
    end = f"taskkill /PID {cloud.number} /F" if os.name == "nt" else f"kill {cloud.number}"
    return Finding(
        Mark.WARN,
        "running accounts",
        f"process {cloud.number} is the account of a notebook that has ended",
        "another process of that notebook still holds its pipe",
        end,
        "stale-cloud",
    )
