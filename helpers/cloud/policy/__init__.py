"""IAM policies: parse them, ask them, and word the answer. Pure: no clock, no network, no moto."""

from __future__ import annotations

from helpers.cloud.policy.decision import Decision, Reason
from helpers.cloud.policy.document import Effect, Policy, PolicyType, Statement, parse_policy
from helpers.cloud.policy.errors import MalformedPolicyDocument
from helpers.cloud.policy.evaluate import Policies, determining_statements, evaluate
from helpers.cloud.policy.hearing import hear
from helpers.cloud.policy.principal import Principal, PrincipalType
from helpers.cloud.policy.request import Request, pass_role_request

__all__ = [
    "Decision",
    "Effect",
    "MalformedPolicyDocument",
    "Policies",
    "Policy",
    "PolicyType",
    "Principal",
    "PrincipalType",
    "Reason",
    "Request",
    "Statement",
    "determining_statements",
    "evaluate",
    "hear",
    "parse_policy",
    "pass_role_request",
]
