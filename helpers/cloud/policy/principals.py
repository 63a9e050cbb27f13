"""The Principal and NotPrincipal elements: whom a statement of a resource's policy names.

Models the forms ``"*"``, account id, account root, user, role and session ARNs, and services;
how directly a statement names a principal decides whether boundaries and session policies still
limit it. Leaves out federated principals and canonical users, which match nobody here. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
reference_policies_elements_notprincipal.html and reference_policies_evaluation-logic.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from helpers.cloud.policy.errors import MalformedPolicyDocument
from helpers.cloud.policy.principal import Principal, PrincipalType


class Naming(IntEnum):
    """How directly a statement names a principal; the higher, the less can limit the grant."""

    NOT = 0
    ACCOUNT = 1  # delegates to the account: its identity policies decide
    ROLE = 2  # boundary and session policies still limit it
    DIRECT = 3  # user, session, service or everyone: no implicit deny limits it


_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}
_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root")


@dataclass(frozen=True, slots=True)
class Principals:
    """The principals of one statement; ``negated`` for NotPrincipal."""

    aws: frozenset[str]
    services: frozenset[str]
    negated: bool = False

    def naming(self, principal: Principal) -> Naming:
        """Give how directly this element (not the negated one) names the principal."""
        if "*" in self.aws:
            return Naming.DIRECT
        if principal.type is PrincipalType.SERVICE:
            return Naming.DIRECT if principal.arn in self.services else Naming.NOT
        layers = (
            (principal.arn, Naming.ROLE if principal.arn == principal.role else Naming.DIRECT),
            (principal.role, Naming.ROLE),
            (principal.account_root, Naming.ACCOUNT),
        )
        if principal.type is PrincipalType.ANONYMOUS:
            return Naming.NOT
        return next((naming for arn, naming in layers if arn in self.aws), Naming.NOT)

    def spares(self, principal: Principal) -> bool:
        """Whether a Deny with NotPrincipal leaves the principal out.

        Every layer of it must be listed, as AWS's page asks: account, role and session.
        """
        if principal.type in {PrincipalType.SERVICE, PrincipalType.ANONYMOUS}:
            return self.naming(principal) is not Naming.NOT
        layers = {principal.arn, principal.role or principal.arn, principal.account_root}
        return "*" in self.aws or layers <= self.aws


def parse_principals(element: Mapping[str, object]) -> Principals:
    """Read Principal or NotPrincipal of a statement, or raise MalformedPolicyDocument."""
    negated = "NotPrincipal" in element
    value = element["NotPrincipal" if negated else "Principal"]
    if negated and "Principal" in element:
        raise MalformedPolicyDocument("Syntax errors in policy.")
    if value == "*":
        return Principals(frozenset("*"), frozenset(), negated)
    if not isinstance(value, Mapping) or not value or not value.keys() <= _KINDS:
        raise MalformedPolicyDocument("Syntax errors in policy.")
    named = {kind: _strings(value.get(kind, [])) for kind in _KINDS}
    aws = frozenset(_canonical(name) for name in named["AWS"])
    return Principals(aws, frozenset(named["Service"]), negated)


def _strings(value: object) -> list[str]:
    strings = [value] if isinstance(value, str) else value
    if not isinstance(strings, list) or not all(isinstance(name, str) for name in strings):
        raise MalformedPolicyDocument("Syntax errors in policy.")
    return strings


def _canonical(name: str) -> str:
    """Write an account in one form; refuse wildcards inside a name, as IAM does."""
    if _ACCOUNT.fullmatch(name):
        return f"arn:aws:iam::{name}:root"
    root = _ROOT.fullmatch(name)
    if root:
        return f"arn:aws:iam::{root.group(1)}:root"
    if name != "*" and ("*" in name or "?" in name):
        raise MalformedPolicyDocument(f'Invalid principal in policy: "AWS":"{name}"')
    return name
