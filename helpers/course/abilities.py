"""What the account at hand can do: declared by the kit's own cloud, tried out anywhere else.

Each capability is tried once in a kernel, and only when a lab's exercises need it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from helpers.checks.capability import Capability
from helpers.course.account import Account


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
        # a dozen modules that a lab on the kit's own cloud never needs
        from helpers.course.probes.trying import try_out  # noqa: PLC0415

        seen = try_out(self.account, unknown)
        return [Finding(each, not seen[each], seen[each]) for each in unknown]

    def _declaration(self) -> frozenset[str]:
        if self._declared is None:
            self._declared = frozenset(self.account.cloud.health().get("capabilities", ()))
        return self._declared
