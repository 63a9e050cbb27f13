"""As whom a stack makes its resources: its service role, else whoever asked CloudFormation.

Without this a stack would be a way around IAM: who may create stacks could make any role.
Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.moto_seam.account_calls import AccountCalls
from helpers.cloud.moto_seam.iam.authorizer import MotoAuthorizer
from helpers.cloud.moto_seam.iam.identities import Identities, RoleCredentials
from helpers.cloud.policy import Request
from helpers.cloud.ports import Credentials

SESSION = "AWSCloudFormation"
KEY = re.compile(r"Credential=([A-Za-z0-9]+)(?:/|%2F)", re.IGNORECASE)
ASKED_BY: ContextVar[str] = ContextVar("asked_by", default="")
"""The access key of the call that is being answered."""
ROLE: ContextVar[str] = ContextVar("role", default="")
"""The service role of the stack that is being changed, if it has one."""
PREFIXES = {
    "StepFunctions": "states",
    "ElasticLoadBalancingV2": "elasticloadbalancing",
    "Cognito": "cognito-idp",
}
ACTIONS = {
    "AWS::IAM::Policy": "iam:PutRolePolicy",
    "AWS::IAM::ManagedPolicy": "iam:CreatePolicy",
    "AWS::SSM::Parameter": "ssm:PutParameter",
}
"""What making a resource of these types is called; others are made by Create and their name."""


@contextmanager
def asked_by(request: HttpRequest) -> Iterator[None]:
    """Keep who asks, while a request is answered."""
    found = KEY.search(request.headers.get("authorization", "")) or KEY.search(request.query)
    kept = ASKED_BY.set(found[1] if found else "")
    try:
        yield
    finally:
        ASKED_BY.reset(kept)


@contextmanager
def with_role(role_arn: str | None) -> Iterator[None]:
    """Act as a stack's service role meanwhile, if it has one."""
    kept = ROLE.set(role_arn or "")
    try:
        yield
    finally:
        ROLE.reset(kept)


@dataclass(frozen=True, slots=True)
class StackCalls:
    """Makes clients for the resources of stacks; lives with the cloud."""

    calls: AccountCalls
    issuer: RoleCredentials
    identities: Identities
    authorizer: MotoAuthorizer

    def client(self, service: str, region: str) -> Any:
        """Return a client of whoever the stack acts as."""
        actor = self._actor()
        if actor is None:
            return self.calls.client(service, region)
        return self.calls.client_of(actor, service, region)

    def refusal(self, kind: str, roles: Sequence[str]) -> str | None:
        """Return why a resource may not be made that no call of the account makes.

        `roles` are handed to the service.
        """
        actor = self._actor()
        identity = self.identities.find(actor.access_key_id) if actor is not None else None
        if identity is None:
            return None
        _, service, name = [*kind.split("::"), "", ""][:3]
        prefix = PREFIXES.get(service, service.lower())
        asked = [(ACTIONS.get(kind, f"{prefix}:Create{name}"), "*")]
        asked += [("iam:PassRole", str(role)) for role in roles]
        policies = self.identities.policies_of(identity)
        for action, resource in asked:
            request = Request(identity.principal, action, resource, {})
            decision = self.authorizer.decide(request, policies)
            if not decision.allowed:
                return decision.message()
        return None

    def _actor(self) -> Credentials | None:
        """Return whose credentials to use; None is the administrator."""
        if ROLE.get():
            return self.issuer.issue_to_service(ROLE.get(), SESSION)
        key = ASKED_BY.get()
        identity = self.identities.find(key) if key else None
        if identity is None:
            return None
        return Credentials(key, identity.secret_access_key, identity.session_token or "")
