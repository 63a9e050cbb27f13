"""What IAM answered, with the statement that decided it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from helpers.cloud.policy.message import denied_message

if TYPE_CHECKING:
    from helpers.cloud.policy.document import PolicyType, Statement
    from helpers.cloud.policy.request import Request


class Reason(StrEnum):
    """How a decision came about."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one request.

    ``policy_type`` is the type of the policy that allowed or denied, or whose Allow is missing;
    ``policy_name`` and ``statement`` are set where a statement decided; ``heard`` is what every
    policy said, where somebody wanted to know.
    """

    request: Request
    reason: Reason
    policy_type: PolicyType
    policy_name: str = ""
    statement: Statement | None = None
    heard: tuple[Mapping[str, object], ...] = field(default=(), repr=False, compare=False)

    @property
    def allowed(self) -> bool:
        """Whether the request may go on."""
        return self.reason is Reason.ALLOWED

    def deciding_statement(self) -> dict[str, object] | None:
        """Give the deciding statement as JSON with where it stands; None for an implicit deny."""
        if self.statement is None:
            return None
        return {
            "policy": self.policy_name,
            "policyType": str(self.policy_type),
            "name": self.statement.name,
            "statement": dict(self.statement.document),
        }

    def message(self) -> str:
        """Word the denial as AWS does; say what allowed it otherwise."""
        if self.allowed:
            place = f", {self.statement.name}" if self.statement else ""
            return f"{self.request.action} is allowed by {self.policy_name}{place}"
        explicit = self.reason is Reason.EXPLICIT_DENY
        return denied_message(self.request, self.policy_type, explicit=explicit)
