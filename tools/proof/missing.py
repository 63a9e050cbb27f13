"""What a backend cannot do: declared by the kit's own cloud, tried out on any other."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.course.abilities import Abilities, Finding
from helpers.course.account import Account
from helpers.course.joined import ACCOUNT_ID, JoinedCloud
from helpers.course.probes import PROBES
from helpers.course.takeover import REGION, Shielded

KIT_ONLY = tuple(each for each in Capability if each not in PROBES)
"""What no probe looks for, because nothing but the kit's own cloud can have it."""


def account_at(endpoint: str) -> Account:
    """Return the account of an endpoint that takes any key, as a lab reaches it."""
    joined = JoinedCloud(endpoint, REGION, ACCOUNT_ID, "test")
    return Account(joined, Shielded(), joined=True)


def findings_at(endpoint: str) -> list[Finding]:
    """Return a finding for every capability, in their order."""
    return Abilities(account_at(endpoint)).look_at(Capability)


def missing_at(endpoint: str) -> tuple[str, ...]:
    """Return the names of what an endpoint cannot do."""
    return tuple(each.capability.value for each in findings_at(endpoint) if not each.able)
