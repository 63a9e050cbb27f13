"""The IAM decision: may this principal do this action on this resource?

Models IAM's evaluation logic: everything is denied by default and an explicit deny anywhere
wins. In one account identity-based and resource-based policies add up; boundary and session
policies limit what identities and role ARNs are granted, but not what a resource's policy grants
directly to a user, a session, or everyone. Across accounts both sides must allow. Role trust
policies and key policies always have to allow. The root user may do everything in its account.

Leaves out: service and resource control policies. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.cloud.policy.decision import Decision, Reason
from helpers.cloud.policy.document import Effect, Policy, PolicyType, Statement
from helpers.cloud.policy.principal import PrincipalType, principal_context
from helpers.cloud.policy.principals import Naming

if TYPE_CHECKING:
    from helpers.cloud.policy.match import Context
    from helpers.cloud.policy.request import Request

Named = tuple[str, Policy]
"""A policy and the name it is shown under: an inline policy's name, a managed one's ARN."""


@dataclass(frozen=True, slots=True)
class Policies:
    """Every policy that bears on one request.

    ``session`` is empty where the session was made without session policies.
    """

    identity: tuple[Named, ...] = ()
    boundary: Named | None = None
    session: tuple[Named, ...] = ()
    resource: Named | None = None

    def all(self) -> Iterator[Named]:
        """Give each policy once, in the order in which denies are looked for."""
        if self.resource:
            yield self.resource
        yield from self.identity
        if self.boundary:
            yield self.boundary
        yield from self.session


@dataclass(frozen=True, slots=True)
class Asked:
    """A request made ready for many comparisons."""

    request: Request
    context: Context
    bounded: bool

    def allowed_by(self, policies: Iterable[Named]) -> tuple[str, Statement] | None:
        """Find the first Allow of policies without principals that matches."""
        for name, policy in policies:
            for statement in policy.allows:
                if self.meets(statement):
                    return name, statement
        return None

    def meets(self, statement: Statement) -> bool:
        """Whether action, resource, principal and conditions of a statement match."""
        return (
            self.action_met(statement)
            and self.resource_met(statement)
            and self.naming(statement) is not Naming.NOT
            and all(condition.holds(self.context) for condition in statement.conditions)
        )

    def action_met(self, statement: Statement) -> bool:
        """Whether a statement is about the action."""
        action, context = self.request.action, self.context
        named = any(pattern.matches(action, context) for pattern in statement.actions)
        return named is not statement.not_action

    def resource_met(self, statement: Statement) -> bool:
        """Whether a statement is about the resource; one without resources is."""
        if not statement.resources:
            return True
        globs = [pattern.resolve(self.context) for pattern in statement.resources]
        if any(glob is not None and glob.matches(self.request.resource) for glob in globs):
            return not statement.not_resource
        if not statement.not_resource:
            return False
        # A variable without a value must neither widen an Allow nor weaken a Deny.
        return None not in globs or statement.effect is Effect.DENY

    def naming(self, statement: Statement) -> Naming:
        """Give how directly a statement names who asks; identity policies name nobody else."""
        named, principal = statement.principals, self.request.principal
        if named is None:
            return Naming.DIRECT
        if not named.negated:
            return named.naming(principal)
        if statement.effect is Effect.ALLOW:
            return Naming.NOT if named.naming(principal) else Naming.DIRECT
        # AWS: with a boundary, Deny and NotPrincipal always deny.
        return Naming.NOT if named.spares(principal) and not self.bounded else Naming.DIRECT


def evaluate(request: Request, policies: Policies) -> Decision:
    """Decide one request.

    >>> from helpers.cloud.policy import Principal, Request
    >>> me = Principal("arn:aws:iam::123456789012:user/ana", "123456789012", PrincipalType.USER)
    >>> evaluate(Request(me, "s3:GetObject", "arn:aws:s3:::b/k"), Policies()).allowed
    False
    """
    call = asked(request, policies)
    for name, policy in policies.all():
        for statement in policy.denies:
            if call.meets(statement):
                return Decision(request, Reason.EXPLICIT_DENY, policy.type, name, statement)
    return _allow(call, policies)


def asked(request: Request, policies: Policies) -> Asked:
    """Make a request ready to be compared with the statements of these policies."""
    context = principal_context(request.principal) | normalized(request.context)
    return Asked(request, context, policies.boundary is not None)


def determining_statements(request: Request, policies: Policies) -> list[tuple[str, Statement]]:
    """Give every statement that determines the decision, with its policy's name.

    With an explicit deny these are the denies only; an implicit one has none.
    """
    decision = evaluate(request, policies)
    if decision.reason is Reason.IMPLICIT_DENY:
        return []
    call = asked(request, policies)
    effect = Effect.ALLOW if decision.allowed else Effect.DENY
    return [
        (name, statement)
        for name, policy in policies.all()
        for statement in (policy.allows if effect is Effect.ALLOW else policy.denies)
        if call.meets(statement)
    ]


def normalized(context: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Bring condition keys into lower case and their values into tuples of strings."""
    return {key.lower(): _values(value) for key, value in context.items()}


def _values(value: object) -> tuple[str, ...]:
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(text for item in value for text in _values(item))
    return (str(value),)


def _allow(call: Asked, policies: Policies) -> Decision:
    """Decide a request that nothing denies explicitly."""
    request = call.request
    principal = request.principal
    naming, granted = _resource_grant(call, policies.resource)
    if principal.type in {PrincipalType.SERVICE, PrincipalType.ANONYMOUS}:
        return granted or _implicit(request, _type_of(policies.resource))
    if granted and naming is Naming.DIRECT and not request.crosses:
        return granted
    if granted and naming is Naming.ROLE and not request.crosses:
        return _limited(call, policies, granted)
    by_identity = _identity_grant(call, policies)
    if by_identity.allowed and not granted and (request.crosses or _must_allow(policies.resource)):
        return _implicit(request, _type_of(policies.resource))
    return _limited(call, policies, by_identity)


def _limited(call: Asked, policies: Policies, grant: Decision) -> Decision:
    """Let boundary and session policies take back what identity or role were granted."""
    if not grant.allowed:
        return grant
    if policies.boundary and not call.allowed_by([policies.boundary]):
        return _implicit(call.request, PolicyType.BOUNDARY)
    if policies.session and not call.allowed_by(policies.session):
        return _implicit(call.request, PolicyType.SESSION)
    return grant


def _resource_grant(call: Asked, named: Named | None) -> tuple[Naming, Decision | None]:
    """Find the Allow of the resource's policy that names the principal most directly."""
    best, granted = Naming.NOT, None
    if named is not None:
        name, policy = named
        for statement in policy.allows:
            if call.meets(statement) and call.naming(statement) > best:
                best = call.naming(statement)
                granted = Decision(call.request, Reason.ALLOWED, policy.type, name, statement)
    return best, granted


def _identity_grant(call: Asked, policies: Policies) -> Decision:
    request = call.request
    if request.principal.type is PrincipalType.ROOT:
        return Decision(request, Reason.ALLOWED, PolicyType.IDENTITY, "account root user")
    found = call.allowed_by(policies.identity)
    if found is None:
        return _implicit(request, PolicyType.IDENTITY)
    return Decision(request, Reason.ALLOWED, PolicyType.IDENTITY, *found)


def _implicit(request: Request, missing: PolicyType) -> Decision:
    return Decision(request, Reason.IMPLICIT_DENY, missing)


def _must_allow(named: Named | None) -> bool:
    return named is not None and named[1].type in {PolicyType.TRUST, PolicyType.KEY}


def _type_of(named: Named | None) -> PolicyType:
    return named[1].type if named else PolicyType.RESOURCE
