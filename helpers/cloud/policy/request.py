"""One question to IAM: who wants to do what, on which resource, under which circumstances.

Also the PassRole question that accompanies calls which hand a role to a service. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpers.cloud.policy.principal import Principal, PrincipalType


@dataclass(frozen=True, slots=True)
class Request:
    """A request as IAM sees it.

    ``context`` maps condition keys (in any case) to a string, number, boolean, or a list of
    them; the keys that follow from the principal are added by the evaluator.
    ``resource_account`` is the owner of the resource where its ARN does not tell (S3).
    """

    principal: Principal
    action: str
    resource: str = "*"
    context: Mapping[str, object] = field(default_factory=dict)
    resource_account: str | None = None

    @property
    def crosses(self) -> bool:
        """Whether principal and resource belong to different accounts."""
        if self.principal.type is PrincipalType.SERVICE:
            return False
        owner = self.resource_account or _account_in(self.resource)
        return bool(owner) and owner != self.principal.account


def pass_role_request(
    principal: Principal, role_arn: str, service: str, *, resource: str = ""
) -> Request:
    """Ask whether the principal may hand the role to a service, for the resource if given.

    >>> caller = Principal("arn:aws:iam::123456789012:user/ana", "123456789012")
    >>> role = "arn:aws:iam::123456789012:role/r"
    >>> pass_role_request(caller, role, "lambda.amazonaws.com").action
    'iam:PassRole'
    """
    context: dict[str, object] = {"iam:PassedToService": service}
    if resource:
        context["iam:AssociatedResourceArn"] = resource
    return Request(principal, "iam:PassRole", role_arn, context)


def _account_in(arn: str) -> str:
    fields = arn.split(":", 5)
    return fields[4] if len(fields) == 6 and fields[0] == "arn" and fields[4].isdigit() else ""
