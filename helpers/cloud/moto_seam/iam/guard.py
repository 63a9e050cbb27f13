"""Whether a caller may make a call: the table of operations asks, IAM answers.

An operation that the table does not map is refused to a restricted caller with a message that
names the gap; every decision is recorded. The administrator may do everything, but assumes only
roles that trust the account and calls no function of another one, and what a bucket policy denies
to all it denies to the administrator too, as on AWS. Leaves out MFA and organizations. Source:
docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from helpers.cloud.clock import Clock
from helpers.cloud.errors import AwsError
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam import operations
from helpers.cloud.moto_seam.facts_of_services import MotoFacts
from helpers.cloud.moto_seam.iam.authorizer import MotoAuthorizer
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, ADMINISTRATOR, Identities, Identity
from helpers.cloud.moto_seam.iam.kept_decisions import CHANGING, Key, depends_on_time, key_of
from helpers.cloud.moto_seam.iam.policy_documents import (
    Malformed,
    malformed_policy,
    stores_policies,
)
from helpers.cloud.moto_seam.iam.resource_policies import (
    ASSUMING,
    bucket_policies_exist,
    owner_of,
    resource_policy,
)
from helpers.cloud.moto_seam.iam.resource_tags import resource_tags
from helpers.cloud.moto_seam.member_constraints import broken_members, is_checked
from helpers.cloud.moto_seam.model_breaches import breach_of
from helpers.cloud.moto_seam.operations import Call, Requirement, ScopedRequest
from helpers.cloud.moto_seam.s3.owners import expects_an_owner, unexpected_owner
from helpers.cloud.policy import Decision, Policies, Principal, PrincipalType, Request
from helpers.cloud.ports import Permission

ANONYMOUS = Principal("*", "anonymous", PrincipalType.ANONYMOUS)


@dataclass(frozen=True, slots=True)
class _Who:
    """The caller as IAM sees it, the policies that speak for it, and what is known of it."""

    principal: Principal
    policies: Policies
    context: Mapping[str, object] = field(default_factory=dict)


class Guard:
    """Asks IAM before a call goes on, and reads policies before they are stored."""

    def __init__(
        self, identities: Identities, authorizer: MotoAuthorizer, clock: Clock | None = None
    ) -> None:
        self._identities = identities
        self._authorizer = authorizer
        self._clock = clock or Clock()
        self._facts = MotoFacts()
        self._kept = authorizer.kept
        self._administrator = _Who(ADMINISTRATOR, identities.policies(ADMINISTRATOR))

    def refusal(
        self, request: HttpRequest, *, access_key_id: str | None, service: str, region: str
    ) -> HttpAnswer | None:
        """Return None when the call may go on, else the denial in the service's own protocol.

        Without an access key the caller is anonymous.
        """
        key, generation = key_of(request, access_key_id, service, region), self._kept.generation
        if self._authorizer.known(key):
            return None
        asked = ScopedRequest.of(request, service, region)
        call = self._recognise(asked)
        who = self._who(access_key_id)
        if call is None:
            unknown = operations.unrecognised(asked)
            message = operations.unmapped_message(unknown, who.principal.arn)
            return _denied(unknown, message, request)
        needed = operations.requirements(call)
        if needed is None:
            return _denied(call, operations.unmapped_message(call, who.principal.arn), request)
        refusal, decisions = self._first_refusal(request, call, who, needed)
        if key is not None and refusal is None and not _changes_by_itself(who, needed):
            self._authorizer.keep(key, generation, decisions)
        return refusal

    def changed(self, service: str) -> None:
        """Forget what a call of this service may have changed."""
        if service in ("iam", "cloudformation"):
            self._authorizer.forget()
        if service in CHANGING:
            self._kept.forget()

    def forget(self) -> None:
        """Forget everything: the account is being emptied."""
        self._authorizer.forget()
        self._kept.forget()

    def administrator_refusal(
        self, request: HttpRequest, service: str, region: str
    ) -> HttpAnswer | None:
        """Return the denial of a role that does not trust the administrator, or of a bucket."""
        if service == "s3" and not bucket_policies_exist():
            return None
        call = self._recognise(ScopedRequest.of(request, service, region))
        needed = operations.requirements(call) if call is not None else None
        if call is None or needed is None:
            return None
        if service == "sts" and (broken := _not_as_modelled(call)) is not None:
            return broken
        asked = [requirement for requirement in needed if _binds_administrators(requirement)]
        return self._first_refusal(request, call, self._administrator, asked)[0]

    def malformed(self, request: HttpRequest, service: str, region: str) -> HttpAnswer | None:
        """Return the error of a call that breaks its model, or stores a policy that breaks its.

        Or that of one that expects another owner of its bucket. Raises AwsError for a call of
        Lambda whose body has other types than the API model.
        """
        if service == "lambda" and request.body:
            operations.check_types(ScopedRequest.of(request, service, region))
        stores, owned = (
            stores_policies(request, service),
            expects_an_owner(service, request.headers),
        )
        if not (stores or owned or is_checked(service, request.headers, request.body)):
            return None
        call = self._recognise(ScopedRequest.of(request, service, region))
        if call is None:
            return None
        other = unexpected_owner(call, request.headers) if owned else None
        if other is not None:
            return _failed(call, other, head=request.method == "HEAD")
        return _not_as_modelled(call)

    def breach(self, request: HttpRequest, service: str, region: str) -> AwsError | None:
        """Return what a call that its service stumbled over breaks of its model, if it does."""
        return breach_of(ScopedRequest.of(request, service, region))

    def permission_refusal(
        self,
        request: HttpRequest,
        region: str,
        permissions: Sequence[Permission],
        *,
        access_key_id: str | None,
        administrator: bool = False,
    ) -> str | None:
        """Return None when a caller of a public front has all permissions, else AWS's sentence."""
        key = _key_of_front(request, region, permissions, access_key_id, administrator)
        generation = self._kept.generation
        if self._authorizer.known(key):
            return None
        who = self._administrator if administrator else self._who(access_key_id)
        around = self._circumstances(request, region, who)
        asked = [Requirement(each.action, each.resource, each.context) for each in permissions]
        decisions: list[Decision] = []
        for requirement in asked:
            decisions.append(self._ask(who, requirement, around))
            if not decisions[-1].allowed:
                return decisions[-1].message()
        if not _changes_by_itself(who, asked):
            self._authorizer.keep(key, generation, decisions)
        return None

    def _first_refusal(
        self, request: HttpRequest, call: Call, who: _Who, needed: list[Requirement]
    ) -> tuple[HttpAnswer | None, list[Decision]]:
        """Return the first denial, if there is one, and what was decided until then."""
        around = self._circumstances(request, call.region, who)
        decisions: list[Decision] = []
        for requirement in needed:
            decisions.append(self._ask(who, requirement, around))
            if not decisions[-1].allowed:
                return _denied(call, decisions[-1].message(), request), decisions
        return None, decisions

    def _recognise(self, asked: ScopedRequest) -> Call | None:
        try:
            return operations.recognise(asked, account=ACCOUNT_ID, facts=self._facts)
        except operations.UnreadableRequest:
            return None

    def _who(self, access_key_id: str | None) -> _Who:
        identity = self._identities.find(access_key_id) if access_key_id else None
        if identity is None:
            return _Who(ANONYMOUS, Policies())
        policies = self._identities.policies_of(identity)
        return _Who(identity.principal, policies, _of_function(identity))

    def _circumstances(self, request: HttpRequest, region: str, who: _Who) -> dict[str, object]:
        """Give the condition keys of every request, as AWS sees them: by TLS."""
        now = self._clock.now()
        return {
            "aws:SourceIp": "127.0.0.1",
            "aws:SecureTransport": "true",
            "aws:CurrentTime": _iso(self._clock.today()),
            "aws:EpochTime": int(now),
            "aws:RequestedRegion": region,
            "aws:UserAgent": request.headers.get("user-agent", ""),
            **who.context,
        }

    def _ask(self, who: _Who, requirement: Requirement, around: Mapping[str, object]) -> Decision:
        named = resource_policy(requirement.action, requirement.resource)
        owner = owner_of(requirement.resource)
        told = {**_account_of(requirement.resource, owner), **resource_tags(requirement.resource)}
        request = Request(
            who.principal,
            requirement.action,
            requirement.resource,
            {**around, **told, **requirement.context},
            owner,
        )
        policies = Policies(
            who.policies.identity, who.policies.boundary, who.policies.session, named
        )
        return self._authorizer.decide(request, policies)


def _key_of_front(
    request: HttpRequest,
    region: str,
    permissions: Sequence[Permission],
    access_key_id: str | None,
    administrator: bool,
) -> Key:
    """Name everything that the decision about a call of a public front follows from."""
    asked = [
        f"{each.action} {each.resource} {sorted(each.context.items())}" for each in permissions
    ]
    agent = request.headers.get("user-agent", "")
    return ("front", str(administrator), access_key_id or "", region, agent, *asked)


def _of_function(identity: Identity) -> dict[str, object]:
    # docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html: aws:SourceArn is
    # for services that call a function, not for calls of its code
    arn = identity.function_arn
    return {"lambda:SourceFunctionArn": arn} if arn else {}


def _changes_by_itself(who: _Who, needed: Sequence[Requirement]) -> bool:
    """Tell whether the same question may get another answer without a change."""
    named = [resource_policy(each.action, each.resource) for each in needed]
    return any(depends_on_time(replace(who.policies, resource=each)) for each in named)


def _binds_administrators(requirement: Requirement) -> bool:
    # as the root user can on AWS, the administrator can undo a bucket policy that locks it out
    if requirement.action.startswith("s3:"):
        return not requirement.action.endswith("BucketPolicy")
    if requirement.action.startswith("lambda:") and ":function:" in requirement.resource:
        return requirement.resource.split(":")[4] != ACCOUNT_ID  # whose policies are not here
    return requirement.action in ASSUMING


def _account_of(resource: str, owner: str | None) -> dict[str, object]:
    fields = resource.split(":")
    account = owner or (fields[4] if len(fields) > 5 else "")
    return {"aws:ResourceAccount": account} if account else {}


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _not_as_modelled(call: Call) -> HttpAnswer | None:
    found: Malformed | None = malformed_policy(call)
    broken = broken_members(call) or ((found.code, found.message) if found else None)
    if broken is None:
        return None
    return _failed(call, operations.Failure(*broken))


def _failed(call: Call, failure: operations.Failure, *, head: bool = False) -> HttpAnswer:
    request_id = str(uuid.uuid4())
    rendered = operations.render(call.service, call.protocol, failure, request_id=request_id)
    return _answer(rendered, head=head)


def _denied(call: Call, message: str, request: HttpRequest) -> HttpAnswer:
    rendered = operations.render_denied(call, message, request_id=str(uuid.uuid4()))
    return _answer(rendered, head=request.method == "HEAD")


def _answer(rendered: operations.Rendered, *, head: bool = False) -> HttpAnswer:
    status, headers, body = rendered
    return HttpAnswer(status, list(headers.items()), b"" if head else body)
