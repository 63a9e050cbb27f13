"""SimulateCustomPolicy and SimulatePrincipalPolicy: the evaluator's answers, without a call.

Leaves out positions inside a policy's text, pagination, and the cross-account details. Source:
docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from moto.iam.exceptions import InvalidInput, NoSuchEntity

from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, Identities
from helpers.cloud.policy import (
    MalformedPolicyDocument,
    Policies,
    Policy,
    PolicyType,
    Principal,
    PrincipalType,
    Reason,
    Request,
    determining_statements,
    evaluate,
    parse_policy,
)
from helpers.cloud.policy.principal import principal_context

PARAMETERS = (
    "PolicyInputList",
    "PermissionsBoundaryPolicyInputList",
    "ActionNames",
    "ResourceArns",
    "ResourcePolicy",
    "ResourceOwner",
    "CallerArn",
    "ContextEntries",
)
_WORDS = {
    Reason.ALLOWED: "allowed",
    Reason.EXPLICIT_DENY: "explicitDeny",
    Reason.IMPLICIT_DENY: "implicitDeny",
}
_VARIABLE = re.compile(r"\$\{\s*([^},\s]+)\s*\}")
_ACCOUNT = re.compile(r"arn:aws:iam::(\d{12}):")
_SOMEBODY = f"arn:aws:iam::{ACCOUNT_ID}:user/somebody"


@dataclass(frozen=True, slots=True)
class _Simulation:
    """What every simulated call has in common."""

    principal: Principal
    policies: Policies
    context: Mapping[str, object]
    owner: str | None

    def answer(self, actions: Iterable[str], resources: Iterable[str]) -> dict[str, Any]:
        """Evaluate every action on every resource."""
        results = [self._result(action, arn) for action in actions for arn in resources]
        return {"EvaluationResults": results, "IsTruncated": False}

    def _result(self, action: str, resource: str) -> dict[str, Any]:
        request = Request(self.principal, action, resource, self.context, self.owner)
        decision = evaluate(request, self.policies)
        result: dict[str, Any] = {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": _WORDS[decision.reason],
            "MatchedStatements": _matched(request, self.policies),
            "MissingContextValues": sorted(self._missing()),
        }
        if self.policies.boundary:
            alone = Policies(identity=(self.policies.boundary,))
            inside = evaluate(request, alone).allowed
            result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": inside}
        return result

    def _missing(self) -> set[str]:
        known = {key.lower() for key in self.context} | principal_context(self.principal).keys()
        asked = (key for _, policy in self.policies.all() for key in _keys_of(policy))
        return {key for key in asked if key.lower() not in known}


def custom(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Answer SimulateCustomPolicy."""
    identity = _inputs(parameters, "PolicyInputList", PolicyType.IDENTITY)
    caller = _principal(parameters.get("CallerArn") or _SOMEBODY)
    return _simulate(parameters, caller, Policies(identity=identity))


def principal(parameters: Mapping[str, Any], identities: Identities) -> dict[str, Any]:
    """Answer SimulatePrincipalPolicy: the policies of a user, group or role, and those given."""
    source = str(parameters["PolicySourceArn"])
    own = identities.policies_of_arn(source)
    if own is None:
        raise NoSuchEntity(f"The entity with ARN {source} cannot be found.")
    more = _inputs(parameters, "PolicyInputList", PolicyType.IDENTITY)
    caller = _SOMEBODY if ":group/" in source else source
    policies = replace(own, identity=(*own.identity, *more))
    return _simulate(parameters, _principal(parameters.get("CallerArn") or caller), policies)


def _simulate(
    parameters: Mapping[str, Any], caller: Principal, policies: Policies
) -> dict[str, Any]:
    boundaries = _inputs(parameters, "PermissionsBoundaryPolicyInputList", PolicyType.BOUNDARY)
    text = parameters.get("ResourcePolicy")
    if text and not parameters.get("CallerArn"):
        raise InvalidInput("CallerArn is required when you use ResourcePolicy.")
    resource = ("ResourcePolicy", _parsed(text, PolicyType.RESOURCE)) if text else None
    policies = replace(
        policies, boundary=boundaries[0] if boundaries else policies.boundary, resource=resource
    )
    context = {
        entry["ContextKeyName"]: entry.get("ContextKeyValues") or []
        for entry in parameters.get("ContextEntries") or ()
    }
    owner = _ACCOUNT.match(parameters.get("ResourceOwner") or "")
    simulation = _Simulation(caller, policies, context, owner[1] if owner else None)
    return simulation.answer(parameters["ActionNames"], parameters.get("ResourceArns") or ["*"])


def _inputs(
    parameters: Mapping[str, Any], name: str, kind: PolicyType
) -> tuple[tuple[str, Policy], ...]:
    given = parameters.get(name) or ()
    return tuple(
        (f"{name}.{place}", _parsed(text, kind)) for place, text in enumerate(given, start=1)
    )


def _parsed(text: str, kind: PolicyType) -> Policy:
    try:
        return parse_policy(text, kind)
    except MalformedPolicyDocument as error:
        raise InvalidInput(str(error)) from error


def _principal(arn: str) -> Principal:
    account = _ACCOUNT.match(arn)
    if account is None:
        raise InvalidInput(f"Invalid ARN: {arn}")
    kind = PrincipalType.ROLE if ":role/" in arn else PrincipalType.USER
    return Principal(arn, account[1], kind)


def _matched(request: Request, policies: Policies) -> list[dict[str, str]]:
    return [
        {"SourcePolicyId": name.rsplit("/", 1)[-1], "SourcePolicyType": "IAM Policy"}
        for name, _ in determining_statements(request, policies)
    ]


def _keys_of(policy: Policy) -> Iterator[str]:
    """Give the condition keys that a policy asks for, in conditions and in variables."""
    for statement in (*policy.denies, *policy.allows):
        conditions = statement.document.get("Condition")
        for block in conditions.values() if isinstance(conditions, Mapping) else ():
            yield from map(str, block)
        yield from _VARIABLE.findall(str(statement.document))
