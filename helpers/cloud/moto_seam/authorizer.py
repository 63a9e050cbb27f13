"""IAM's decisions for this account: moto keeps the policies, the kit's evaluator decides.

Every denial is recorded with the statement that decided it, and so is every allowed call of a
restricted principal. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from __future__ import annotations

from helpers.cloud import records
from helpers.cloud.moto_seam.identities import Identities
from helpers.cloud.policy import Decision, Policies, Request, evaluate
from helpers.cloud.records import Recorder

SESSION_OF_THE_SERVICE = "awslambda"


class MotoAuthorizer:
    """Implements Authorizer; remembers nothing of a decision but its record."""

    def __init__(self, identities: Identities, recorder: Recorder) -> None:
        self._identities = identities
        self._recorder = recorder
        self._role_answers: dict[tuple[str, str, str], str | None] = {}

    def decide(self, request: Request, policies: Policies) -> Decision:
        """Decide one request and record the decision."""
        decision = evaluate(request, policies)
        self._recorder.add(
            records.Decided(
                principal=request.principal.arn,
                action=request.action,
                resource=request.resource,
                allowed=decision.allowed,
                reason=decision.message(),
                statement=decision.deciding_statement(),
            )
        )
        return decision

    def role_may(self, role_arn: str, action: str, resource: str) -> str | None:
        """Return None when the role may, else AWS's sentence of refusal.

        Asked for every invocation (may it write its logs?), so answers are kept until IAM changes.
        """
        key = (role_arn, action, resource)
        if key not in self._role_answers:
            self._role_answers[key] = self._ask_role(*key)
        return self._role_answers[key]

    def forget(self) -> None:
        """Forget kept answers: something in IAM may have changed."""
        self._role_answers = {}

    def _ask_role(self, role_arn: str, action: str, resource: str) -> str | None:
        principal = self._identities.session_principal(role_arn, SESSION_OF_THE_SERVICE)
        request = Request(principal, action, resource)
        decision = evaluate(request, self._identities.policies(principal))
        return None if decision.allowed else decision.message()
