"""Who makes a request: IAM users, role sessions, services, the root user, strangers.

Models the principal of a request and the condition keys IAM derives from it. Leaves out web
identities. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PrincipalType(StrEnum):
    """The kinds of principals this account knows."""

    USER = "user"
    FEDERATED_USER = "federated-user"
    ROLE = "role"
    ASSUMED_ROLE = "assumed-role"
    SERVICE = "service"
    ROOT = "root"
    ANONYMOUS = "anonymous"


_AWS_NAME = {
    PrincipalType.USER: "User",
    PrincipalType.FEDERATED_USER: "FederatedUser",
    PrincipalType.ROLE: "AssumedRole",
    PrincipalType.ASSUMED_ROLE: "AssumedRole",
    PrincipalType.ROOT: "Account",
    PrincipalType.ANONYMOUS: "Anonymous",
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever calls: its ARN (for a service its name, like ``lambda.amazonaws.com``).

    ``role_arn`` is the role behind a session; give it where the role has a path, for the ARN of
    the session does not hold it.

    >>> Principal("arn:aws:sts::123456789012:assumed-role/r/s", "123456789012").role
    'arn:aws:iam::123456789012:role/r'
    """

    arn: str
    account: str
    type: PrincipalType = PrincipalType.ASSUMED_ROLE
    tags: Mapping[str, str] = field(default_factory=dict)
    role_arn: str | None = None

    @property
    def role(self) -> str | None:
        """The ARN of the role, for a role or a session of it."""
        if self.type is PrincipalType.ROLE:
            return self.arn
        if self.type is not PrincipalType.ASSUMED_ROLE:
            return None
        partition, name = self.arn.split(":")[1], self.arn.split("/")[1]
        return self.role_arn or f"arn:{partition}:iam::{self.account}:role/{name}"

    @property
    def session_name(self) -> str | None:
        """The name of a role session."""
        if self.type is not PrincipalType.ASSUMED_ROLE:
            return None
        return self.arn.rsplit("/", 1)[1]

    @property
    def account_root(self) -> str:
        """The ARN that stands for the principal's account."""
        return f"arn:aws:iam::{self.account}:root"


def principal_context(principal: Principal) -> dict[str, tuple[str, ...]]:
    """Give the condition keys that follow from the principal, names in lower case."""
    if principal.type is PrincipalType.SERVICE:
        return {
            "aws:principalisawsservice": ("true",),
            "aws:principalservicename": (principal.arn,),
        }
    keys: dict[str, tuple[str, ...]] = {
        "aws:principalisawsservice": ("false",),
        "aws:principaltype": (_AWS_NAME[principal.type],),
    }
    if principal.type is PrincipalType.ANONYMOUS:
        return keys | {"aws:userid": ("anonymous",)}
    keys["aws:principalarn"] = (principal.role or principal.arn,)
    keys["aws:principalaccount"] = (principal.account,)
    if principal.type is PrincipalType.USER:
        keys["aws:username"] = (principal.arn.rsplit("/", 1)[1],)
    for name, value in principal.tags.items():
        keys[f"aws:principaltag/{name.lower()}"] = (value,)
    return keys
