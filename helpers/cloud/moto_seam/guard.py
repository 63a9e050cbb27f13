"""Whether a restricted caller may make a call: the table of operations asks, IAM answers.

An operation that the table does not map is refused with a message that names the gap; every
decision is recorded. Anonymous callers are let through to S3 objects that are public.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.models import iam_backends
from moto.s3.models import s3_backends

from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam import operations
from helpers.cloud.moto_seam.authorizer import MotoAuthorizer
from helpers.cloud.moto_seam.identities import ACCOUNT_ID, PARTITION, Identities
from helpers.cloud.moto_seam.operations import Call, Requirement
from helpers.cloud.policy import (
    MalformedPolicyDocument,
    Policies,
    Policy,
    PolicyType,
    Principal,
    PrincipalType,
    parse_policy,
)

ANONYMOUS = Principal("*", "anonymous", PrincipalType.ANONYMOUS)


class MotoFacts:
    """What a request does not tell, looked up in moto: ARNs with paths, partition keys."""

    def arn_of(self, kind: str, name: str, region: str) -> str | None:
        """Return the ARN of a role or user by its name, or None."""
        backend = iam_backends[ACCOUNT_ID][PARTITION]
        holders = {"role": backend.roles.values(), "user": backend.users.values()}.get(kind, ())
        return next((str(holder.arn) for holder in holders if holder.name == name), None)

    def hash_key(self, table_arn: str) -> str | None:
        """Return the partition key of a DynamoDB table, or None."""
        from moto.dynamodb.models import dynamodb_backends

        region, name = table_arn.split(":")[3], table_arn.rsplit("/", 1)[-1]
        table = dynamodb_backends[ACCOUNT_ID][region].tables.get(name)
        return None if table is None else str(table.hash_key_attr)


@dataclass(frozen=True, slots=True)
class _Who:
    """The caller as IAM sees it, with the policies that speak for it."""

    principal: Principal
    policies: Policies


class Guard:
    """Asks IAM before a call of a restricted caller goes on; lives with the cloud."""

    def __init__(self, identities: Identities, authorizer: MotoAuthorizer) -> None:
        self._identities = identities
        self._authorizer = authorizer
        self._facts = MotoFacts()

    def refusal(
        self, request: HttpRequest, *, access_key_id: str | None, service: str, region: str
    ) -> HttpAnswer | None:
        """Return None when the call may go on, else the denial in the service's own protocol.

        Without an access key the caller is anonymous.
        """
        call = self._recognise(request, service, region)
        who = self._who(access_key_id)
        if call is None:
            unknown = Call(service, request.method, {}, region, protocol="rest-json")
            return _denied(unknown, operations.unmapped_message(unknown, who.principal.arn))
        needed = operations.requirements(call)
        if needed is None:
            return _denied(call, operations.unmapped_message(call, who.principal.arn))
        for requirement in needed:
            message = self._ask(who, call, requirement)
            if message is not None:
                return _denied(call, message, head=request.method == "HEAD")
        return None

    def _recognise(self, request: HttpRequest, service: str, region: str) -> Call | None:
        asked = operations.HttpRequest(
            request.method,
            request.path,
            service,
            region,
            query=request.query,
            headers=request.headers,
            body=request.body,
        )
        try:
            return operations.recognise(asked, account=ACCOUNT_ID, facts=self._facts)
        except operations.UnreadableRequest:
            return None

    def _who(self, access_key_id: str | None) -> _Who:
        identity = self._identities.find(access_key_id) if access_key_id else None
        if identity is None:
            return _Who(ANONYMOUS, Policies())
        policies = self._identities.policies(identity.principal, identity.session_policy)
        return _Who(identity.principal, policies)

    def _ask(self, who: _Who, call: Call, requirement: Requirement) -> str | None:
        resource = _bucket_policy(call)
        policies = Policies(
            identity=who.policies.identity,
            boundary=who.policies.boundary,
            session=who.policies.session,
            resource=resource,
        )
        if who.principal is ANONYMOUS and _public_by_acl(call):
            return None
        decision = self._authorizer.decide(
            who.principal,
            requirement.action,
            requirement.resource,
            context=_context(requirement.context),
            policies=policies,
        )
        return None if decision.allowed else decision.message()


def _context(keys: Mapping[str, object]) -> dict[str, object]:
    return {"aws:SourceIp": "127.0.0.1", "aws:SecureTransport": "false", **keys}


def _bucket(call: Call) -> Any | None:
    if call.service != "s3" or "Bucket" not in call.params:
        return None
    return s3_backends[ACCOUNT_ID][PARTITION].buckets.get(call.params["Bucket"])


def _bucket_policy(call: Call) -> tuple[str, Policy] | None:
    bucket = _bucket(call)
    if bucket is None or not bucket.policy:
        return None
    text = bucket.policy.decode() if isinstance(bucket.policy, bytes) else str(bucket.policy)
    try:
        return "bucket policy", parse_policy(text, PolicyType.RESOURCE)
    except MalformedPolicyDocument:
        return None


def _public_by_acl(call: Call) -> bool:
    bucket = _bucket(call)
    if bucket is None or call.operation not in ("GetObject", "HeadObject"):
        return False
    key = bucket.keys.get(call.params.get("Key", ""))
    return key is not None and key.acl is not None and bool(key.acl.public_read)


def _denied(call: Call, message: str, *, head: bool = False) -> HttpAnswer:
    status, headers, body = operations.render_denied(call, message, request_id=str(uuid.uuid4()))
    return HttpAnswer(status, list(headers.items()), b"" if head else body)
