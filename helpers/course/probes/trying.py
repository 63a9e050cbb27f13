"""Trying out an account: several probes at a time, within a limit; whatever fails counts as no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from helpers.checks.capability import Capability
from helpers.course.account import Account
from helpers.course.probes import PROBES
from helpers.course.probes.ground import Ground

IN_PARALLEL = 6
LIMIT_S = 60.0
UNTRIED = "only the kit's own cloud has it"
TOO_LATE = f"no answer within {LIMIT_S:g} s"
UNLIKE_AWS = "it did not behave as AWS does"


def try_out(account: Account, wanted: Sequence[Capability]) -> Mapping[Capability, str]:
    """Run the probes of `wanted`; return what was seen where one is missing, and "" elsewhere."""
    pool = ThreadPoolExecutor(IN_PARALLEL, thread_name_prefix="probe")
    hurried = account.hurried()
    running = {pool.submit(_tried, hurried, each): each for each in wanted if each in PROBES}
    done, _ = wait(running, timeout=LIMIT_S)
    # a probe that hangs is ended by the timeouts of its clients; nobody waits for it
    pool.shutdown(wait=False, cancel_futures=True)
    untried = {each: UNTRIED for each in wanted if each not in PROBES}
    tried = {
        each: future.result() if future in done else TOO_LATE for future, each in running.items()
    }
    return untried | tried


def _tried(account: Account, capability: Capability) -> str:
    try:
        ground = Ground(account)
        try:
            able = PROBES[capability](ground)
        finally:
            ground.close()
    except Exception as error:
        # whatever a product answers instead is the finding
        return f"{type(error).__name__}: {error}"
    return "" if able else UNLIKE_AWS
