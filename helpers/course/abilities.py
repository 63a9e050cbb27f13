"""What the account at hand can do: declared by the kit's own cloud, tried out anywhere else.

Each capability is tried once in a kernel, and only when a lab's exercises need it. Probes run in
parallel and have a time limit; whatever goes wrong in one counts as no.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from helpers.checks.capability import Capability
from helpers.course.account import Account
from helpers.course.probes import PROBES
from helpers.course.probes.ground import Ground

IN_PARALLEL = 6
LIMIT_S = 60.0
UNTRIED = "only the kit's own cloud has it"
TOO_LATE = f"no answer within {LIMIT_S:g} s"
UNLIKE_AWS = "it did not behave as AWS does"


@dataclass(frozen=True, slots=True)
class Finding:
    """One capability, whether the account has it, and what was seen when it has not."""

    capability: Capability
    able: bool
    seen: str = ""


@dataclass(slots=True)
class Abilities:
    """What one account can do; remembers what was found for the life of the kernel."""

    account: Account
    _found: dict[Capability, Finding] = field(default_factory=dict)
    _declared: frozenset[str] | None = None

    def missing(self, needs: Iterable[Capability]) -> tuple[Capability, ...]:
        """Return what of `needs` the account cannot do, in the order of `Capability`."""
        return tuple(finding.capability for finding in self.look_at(needs) if not finding.able)

    def untried(self, needs: Iterable[Capability]) -> tuple[Capability, ...]:
        """Return what of `needs` nothing is known about yet."""
        wanted = frozenset(needs)
        return tuple(each for each in Capability if each in wanted and each not in self._found)

    def look_at(self, needs: Iterable[Capability]) -> list[Finding]:
        """Return a finding for each need, trying what was not tried before."""
        wanted = frozenset(needs)
        unknown = self.untried(wanted)
        if unknown:
            self._found |= {finding.capability: finding for finding in self._findings(unknown)}
        return [self._found[each] for each in Capability if each in wanted]

    def _findings(self, unknown: tuple[Capability, ...]) -> list[Finding]:
        declared = self._declaration()
        if declared:
            return [Finding(each, each.value in declared) for each in unknown]
        return try_out(self.account, unknown)

    def _declaration(self) -> frozenset[str]:
        if self._declared is None:
            self._declared = frozenset(self.account.cloud.health().get("capabilities", ()))
        return self._declared


def try_out(account: Account, wanted: Sequence[Capability]) -> list[Finding]:
    """Run the probes of `wanted` against an account, several at a time."""
    pool = ThreadPoolExecutor(IN_PARALLEL, thread_name_prefix="probe")
    hurried = account.hurried()
    running = {pool.submit(_tried, hurried, each): each for each in wanted if each in PROBES}
    done, late = wait(running, timeout=LIMIT_S)
    # a probe that hangs is ended by the timeouts of its clients; nobody waits for it
    pool.shutdown(wait=False, cancel_futures=True)
    return [
        *(future.result() for future in done),
        *(Finding(running[future], able=False, seen=TOO_LATE) for future in late),
        *(Finding(each, able=False, seen=UNTRIED) for each in wanted if each not in PROBES),
    ]


def _tried(account: Account, capability: Capability) -> Finding:
    try:
        ground = Ground(account)
        try:
            able = PROBES[capability](ground)
        finally:
            ground.close()
    except Exception as error:
        # whatever a product answers instead is the finding
        return Finding(capability, able=False, seen=f"{type(error).__name__}: {error}")
    return Finding(capability, able, "" if able else UNLIKE_AWS)
