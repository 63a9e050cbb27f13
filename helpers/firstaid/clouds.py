"""The account a lab or a terminal would reach: does it answer, is it this code, is its clock ours.

Source of the 15 minutes: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting
.html (a signature older than that is refused).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping

from helpers.cloud.edition import edition
from helpers.firstaid.addresses import is_local
from helpers.firstaid.endpoint import Answer, ask
from helpers.firstaid.finding import Finding, Mark
from helpers.firstaid.processes import Process

MODULE = "helpers.cloud.server"
SIGNATURE_S = 15 * 60
WORTH_TELLING_S = 10 * 60
SERVE = "python3 kit.py serve"
RESTART = "restart the kernel, and run the lab's cells from the top"


def joined(environ: Mapping[str, str]) -> list[Finding]:
    """Look at the endpoint that AWS_ENDPOINT_URL makes every lab join."""
    endpoint = environ.get("AWS_ENDPOINT_URL", "")
    if not endpoint:
        return [Finding(Mark.OK, "endpoint", "AWS_ENDPOINT_URL is not set; a lab starts its own")]
    if not is_local(endpoint):
        return [
            Finding(
                Mark.WARN,
                "endpoint",
                "AWS_ENDPOINT_URL names no place on this machine, and was not asked",
                "labs create and delete things, so they refuse an account elsewhere",
                "unset AWS_ENDPOINT_URL",
                "endpoint-elsewhere",
            )
        ]
    answer = ask(endpoint)
    restart = f"end it, then: {SERVE}"
    return [answers(answer), *about(answer, restart=restart)]


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


def left_over(processes: Iterable[Process], *, own: str | None = None) -> list[Finding]:
    """Look for clouds whose kernel has ended, and for served ones of other code."""
    listed = list(processes)
    by_number = {process.number: process for process in listed}
    clouds = [process for process in listed if process.runs(MODULE)]
    found = []
    for cloud in clouds:
        if "--child" in cloud.command:
            parent = by_number.get(cloud.parent)
            if parent is None or not parent.is_python:
                found.append(_orphan(cloud))
        else:
            stop = f"kill {cloud.number}, then: {SERVE}"
            answer = ask(f"http://127.0.0.1:{cloud.option('--port', '4566')}")
            found += [f for f in about(answer, restart=stop) if f.anchor == "stale-cloud"]
    return found or [Finding(Mark.OK, "running accounts", _counted(len(clouds)))]


def _counted(count: int) -> str:
    return f"{count} of the kit, all in use" if count else "none of the kit"


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
