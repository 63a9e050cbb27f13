"""IAM's decisions for this account: moto keeps the policies, the kit's evaluator decides.

Every denial is recorded with the statement that decided it, and so is every allowed call of a
restricted principal. What Lambda itself does with an execution role is asked once until something
changes, and recorded as a call of that role's session `awslambda`. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from helpers.cloud import records
from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, CANNOT_ASSUME, Identities
from helpers.cloud.moto_seam.iam.kept_decisions import KeptDecisions, Key, depends_on_time
from helpers.cloud.moto_seam.iam.resource_policies import resource_policy
from helpers.cloud.policy import (
    Decision,
    Policies,
    Principal,
    PrincipalType,
    Request,
    evaluate,
    hear,
)
from helpers.cloud.records import Recorder

SESSION_OF_THE_SERVICE = "awslambda"
LAMBDA, ASSUME = "lambda.amazonaws.com", "sts:AssumeRole"


class MotoAuthorizer:
    """Implements Authorizer; `kept` are decisions that hold until something changes."""

    def __init__(self, identities: Identities, recorder: Recorder) -> None:
        self.kept = KeptDecisions()
        self._identities = identities
        self._recorder = recorder
        self._role_answers: dict[tuple[str, str, str], str | None] = {}

    def decide(self, request: Request, policies: Policies) -> Decision:
        """Decide one request and record the decision."""
        decision = replace(evaluate(request, policies), heard=hear(request, policies))
        self._recorder.add(_record(decision))
        return decision

    def keep(self, key: Key, generation: int, decisions: Sequence[Decision]) -> None:
        """Keep what was decided, unless something has changed since `generation`."""
        self.kept.keep(key, generation, [_record(decision) for decision in decisions])

    def known(self, key: Key | None) -> bool:
        """Record again what was allowed to the same request; tell whether it was."""
        known = self.kept.find(key)
        for record in known or ():
            self._recorder.add(record)
        return known is not None

    def role_may(self, role_arn: str, action: str, resource: str) -> str | None:
        """Return None when the role may, else AWS's sentence of refusal.

        Asked for every invocation (may it write its logs?), so answers are kept until IAM changes.
        """
        key, kept = (role_arn, action, resource), self._role_answers
        if key not in kept:  # what is asked while IAM changes goes with the older answers
            kept[key] = self._ask_role(*key)
        return kept[key]

    def service_may(self, service: str, action: str, resource: str, source_arn: str) -> str | None:
        """Return None when the resource's policy lets the service act for `source_arn`.

        The source belongs to this account, whether its ARN says so (a bucket's does not) or not.
        """
        key, generation = ("service", service, action, resource, source_arn), self.kept.generation
        if self.known(key):
            return None
        principal = Principal(service, ACCOUNT_ID, PrincipalType.SERVICE)
        context = {"aws:SourceArn": source_arn, "aws:SourceAccount": ACCOUNT_ID}
        request = Request(principal, action, resource, context)
        policies = Policies(resource=resource_policy(action, resource))
        decision = self.decide(request, policies)
        if not decision.allowed:
            return decision.message()
        if action.startswith("lambda:") and not depends_on_time(policies):
            self.keep(key, generation, [decision])
        return None

    def check_execution_role(self, role_arn: str, function_arn: str) -> None:
        """Raise unless the role trusts Lambda to assume it for this function."""
        principal = Principal(LAMBDA, ACCOUNT_ID, PrincipalType.SERVICE)
        context = {"aws:SourceArn": function_arn, "aws:SourceAccount": ACCOUNT_ID}
        request = Request(principal, ASSUME, role_arn, context)
        if not evaluate(request, Policies(resource=resource_policy(ASSUME, role_arn))).allowed:
            raise InvalidParameterValueException(CANNOT_ASSUME)

    def forget(self) -> None:
        """Forget kept answers: something in IAM may have changed."""
        self._role_answers = {}

    def _ask_role(self, role_arn: str, action: str, resource: str) -> str | None:
        principal = self._identities.session_principal(role_arn, SESSION_OF_THE_SERVICE)
        request = Request(principal, action, resource)
        decision = self.decide(request, self._identities.policies(principal))
        return None if decision.allowed else decision.message()


def _record(decision: Decision) -> records.Decided:
    """Return what was decided as the record that tells of it."""
    request = decision.request
    return records.Decided(
        principal=request.principal.arn,
        action=request.action,
        resource=request.resource,
        allowed=decision.allowed,
        reason=decision.message(),
        statement=decision.deciding_statement(),
        policies=decision.heard,
        policy_type=str(decision.policy_type),
        source=str(request.context.get("aws:SourceArn", "")),
    )
