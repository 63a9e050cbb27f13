"""IAM decisions: the rules of AWS's evaluation logic, one row each."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import pytest

from helpers.cloud.policy import (
    Decision,
    Policies,
    PolicyType,
    Principal,
    PrincipalType,
    Reason,
    Request,
    evaluate,
    parse_policy,
    pass_role_request,
)

HERE, THERE = "123456789012", "210987654321"
ANA = Principal(f"arn:aws:iam::{HERE}:user/ana", HERE, PrincipalType.USER, {"team": "print"})
SESSION = Principal(f"arn:aws:sts::{HERE}:assumed-role/thumbnail/env-1", HERE)
STRANGER = Principal(f"arn:aws:sts::{THERE}:assumed-role/theirs/s", THERE)
ROOT = Principal(f"arn:aws:iam::{HERE}:root", HERE, PrincipalType.ROOT)
S3 = Principal("s3.amazonaws.com", HERE, PrincipalType.SERVICE)
NOBODY = Principal("", "", PrincipalType.ANONYMOUS)

ROLE = f"arn:aws:iam::{HERE}:role/thumbnail"
OBJECT = "arn:aws:s3:::halftone-uploads/a.jpg"
TABLE = f"arn:aws:dynamodb:us-east-1:{HERE}:table/orders"


def statement(effect: str, action: str, **more: object) -> dict[str, object]:
    """Write a statement; Resource is everything unless given."""
    element: dict[str, object] = {"Effect": effect, "Action": action, "Resource": "*"}
    return {key: value for key, value in (element | more).items() if value is not None}


@dataclass
class Ask:
    """One row of a table: a request, its policies as statements, and the answer."""

    who: Principal
    expected: str  # "yes", or the start of the reason and the policy type
    identity: list[dict[str, object]] = field(default_factory=list)
    boundary: list[dict[str, object]] | None = None
    session: list[dict[str, object]] | None = None
    resource: list[dict[str, object]] | None = None
    kind: PolicyType = PolicyType.RESOURCE
    action: str = "s3:GetObject"
    on: str = OBJECT
    owner: str | None = HERE
    context: dict[str, object] = field(default_factory=dict)

    def decide(self) -> Decision:
        """Evaluate the row."""

        def named(statements: list[dict[str, object]] | None, kind: PolicyType) -> object:
            if not statements:
                return None
            document = {"Version": "2012-10-17", "Statement": statements}
            return (str(kind), parse_policy(document, kind))

        identity, session = (
            named(self.identity, PolicyType.IDENTITY),
            named(self.session, PolicyType.SESSION),
        )
        policies = Policies(
            identity=(identity,) if identity else (),  # type: ignore[arg-type]
            boundary=named(self.boundary, PolicyType.BOUNDARY),  # type: ignore[arg-type]
            session=(session,) if session else (),  # type: ignore[arg-type]
            resource=named(self.resource, self.kind),  # type: ignore[arg-type]
        )
        return evaluate(Request(self.who, self.action, self.on, self.context, self.owner), policies)


def answer(decision: Decision) -> str:
    """Shorten a decision to what the tables say."""
    return "yes" if decision.allowed else f"{decision.reason}: {decision.policy_type}"


ALLOW = statement("Allow", "s3:*")
DENY = statement("Deny", "s3:*")
GRANT_ANA = statement("Allow", "s3:*", Principal={"AWS": ANA.arn})
GRANT_ROLE = statement("Allow", "s3:*", Principal={"AWS": ROLE})
GRANT_SESSION = statement("Allow", "s3:*", Principal={"AWS": SESSION.arn})
GRANT_ACCOUNT = statement("Allow", "s3:*", Principal={"AWS": HERE})
GRANT_ALL = statement("Allow", "s3:*", Principal="*")
OTHER = statement("Allow", "sqs:*")
TRUST_ROLE = {"Effect": "Allow", "Action": "sts:AssumeRole"}
TRUST_HERE = TRUST_ROLE | {"Principal": {"AWS": HERE}}
NO_IDENTITY = "implicit deny: identity-based policy"
NO_RESOURCE = "implicit deny: resource-based policy"
NO_TRUST = "implicit deny: role trust policy"

EVALUATION = {
    "nothing allows": Ask(ANA, NO_IDENTITY),
    "identity allows": Ask(ANA, "yes", [ALLOW]),
    "another action": Ask(ANA, NO_IDENTITY, [OTHER]),
    "another resource": Ask(
        ANA, NO_IDENTITY, [statement("Allow", "s3:*", Resource="arn:aws:s3:::b/*")]
    ),
    "deny beats allow": Ask(ANA, "explicit deny: identity-based policy", [ALLOW, DENY]),
    "resource deny beats identity": Ask(
        ANA,
        "explicit deny: resource-based policy",
        [ALLOW],
        resource=[statement("Deny", "s3:*", Principal="*")],
    ),
    "boundary deny": Ask(ANA, "explicit deny: permissions boundary", [ALLOW], [ALLOW, DENY]),
    "session deny": Ask(
        SESSION, "explicit deny: session policy", [ALLOW], session=[ALLOW, DENY]
    ),
    "deny reaches a direct grant": Ask(
        ANA, "explicit deny: permissions boundary", boundary=[DENY], resource=[GRANT_ANA]
    ),
    "boundary intersects": Ask(ANA, "implicit deny: permissions boundary", [ALLOW], [OTHER]),
    "boundary grants nothing": Ask(ANA, NO_IDENTITY, [], [ALLOW]),
    "inside the boundary": Ask(ANA, "yes", [ALLOW], [ALLOW]),
    "session intersects": Ask(
        SESSION, "implicit deny: session policy", [ALLOW], session=[OTHER]
    ),
    "session grants nothing": Ask(SESSION, NO_IDENTITY, session=[ALLOW]),
    "resource alone suffices": Ask(ANA, "yes", resource=[GRANT_ANA]),
    "user grant passes the boundary": Ask(ANA, "yes", boundary=[OTHER], resource=[GRANT_ANA]),
    "role grant needs no identity": Ask(SESSION, "yes", resource=[GRANT_ROLE]),
    "role grant stays in the boundary": Ask(
        SESSION,
        "implicit deny: permissions boundary",
        boundary=[OTHER],
        resource=[GRANT_ROLE],
    ),
    "role grant stays in the session": Ask(
        SESSION, "implicit deny: session policy", session=[OTHER], resource=[GRANT_ROLE]
    ),
    "session grant passes both": Ask(
        SESSION, "yes", boundary=[OTHER], session=[OTHER], resource=[GRANT_SESSION]
    ),
    "account grant delegates": Ask(ANA, NO_IDENTITY, resource=[GRANT_ACCOUNT]),
    "account grant with identity": Ask(ANA, "yes", [ALLOW], resource=[GRANT_ACCOUNT]),
    "everyone": Ask(ANA, "yes", resource=[GRANT_ALL]),
    "everyone, by PrincipalArn": Ask(
        SESSION,
        "yes",
        boundary=[OTHER],
        resource=[GRANT_ALL | {"Condition": {"ArnEquals": {"aws:PrincipalArn": ROLE}}}],
    ),
    "someone else is named": Ask(SESSION, NO_IDENTITY, resource=[GRANT_ANA]),
    "root may": Ask(ROOT, "yes"),
    "root is stopped by a resource's deny": Ask(
        ROOT,
        "explicit deny: resource-based policy",
        resource=[statement("Deny", "s3:*", Principal="*")],
    ),
    "anonymous may not": Ask(NOBODY, NO_RESOURCE),
    "anonymous and a public bucket": Ask(NOBODY, "yes", resource=[GRANT_ALL]),
    "anonymous is nobody's account": Ask(NOBODY, NO_RESOURCE, resource=[GRANT_ACCOUNT]),
    "cross-account needs the identity": Ask(
        STRANGER,
        NO_IDENTITY,
        resource=[statement("Allow", "s3:*", Principal={"AWS": STRANGER.arn})],
    ),
    "cross-account needs the resource": Ask(STRANGER, NO_RESOURCE, [ALLOW]),
    "cross-account with both": Ask(
        STRANGER,
        "yes",
        [ALLOW],
        resource=[statement("Allow", "s3:*", Principal={"AWS": THERE})],
    ),
    "cross-account keeps its boundary": Ask(
        STRANGER,
        "implicit deny: permissions boundary",
        [ALLOW],
        [OTHER],
        resource=[statement("Allow", "s3:*", Principal={"AWS": STRANGER.arn})],
    ),
    "the account of an ARN counts": Ask(
        STRANGER, NO_RESOURCE, [statement("Allow", "dynamodb:*")],
        action="dynamodb:GetItem", on=TABLE, owner=None,
    ),
}  # fmt: skip

TRUSTS = {
    "admin and a Lambda-only trust": Ask(
        ANA, NO_TRUST, [statement("Allow", "*")], kind=PolicyType.TRUST,
        resource=[TRUST_ROLE | {"Principal": {"Service": "lambda.amazonaws.com"}}],
    ),
    "the service itself": Ask(
        Principal("lambda.amazonaws.com", HERE, PrincipalType.SERVICE), "yes",
        kind=PolicyType.TRUST,
        resource=[TRUST_ROLE | {"Principal": {"Service": "lambda.amazonaws.com"}}],
    ),
    "another service": Ask(
        S3, NO_TRUST, kind=PolicyType.TRUST,
        resource=[TRUST_ROLE | {"Principal": {"Service": "lambda.amazonaws.com"}}],
    ),
    "user named, no identity policy": Ask(
        ANA, "yes", kind=PolicyType.TRUST, resource=[TRUST_ROLE | {"Principal": {"AWS": ANA.arn}}]
    ),
    "account named, no identity policy": Ask(
        ANA, NO_IDENTITY, kind=PolicyType.TRUST, resource=[TRUST_HERE]
    ),
    "account named and allowed": Ask(
        ANA, "yes", [statement("Allow", "sts:AssumeRole", Resource=ROLE)], kind=PolicyType.TRUST,
        resource=[TRUST_HERE],
    ),
    "external id missing": Ask(
        STRANGER, NO_TRUST, [statement("Allow", "sts:*")], kind=PolicyType.TRUST,
        resource=[TRUST_ROLE | {"Principal": {"AWS": THERE},
                  "Condition": {"StringEquals": {"sts:ExternalId": "x"}}}],
    ),
    "external id given": Ask(
        STRANGER, "yes", [statement("Allow", "sts:*")], kind=PolicyType.TRUST,
        resource=[TRUST_ROLE | {"Principal": {"AWS": THERE},
                  "Condition": {"StringEquals": {"sts:ExternalId": "x"}}}],
        context={"sts:ExternalId": "x"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", EVALUATION.values(), ids=EVALUATION.keys())
def test_evaluation_logic(row: Ask) -> None:
    """Each rule of the evaluation logic gives the documented answer."""
    assert row.expected == answer(row.decide())


@pytest.mark.parametrize("row", TRUSTS.values(), ids=TRUSTS.keys())
def test_trust_policies_always_have_to_allow(row: Ask) -> None:
    """A role is assumed only by whom its trust policy lets in."""
    row.action, row.on = "sts:AssumeRole", ROLE

    assert row.expected == answer(row.decide())


def test_a_key_policy_has_to_allow() -> None:
    """An administrator may not use a key whose policy does not let the account in."""
    key = f"arn:aws:kms:us-east-1:{HERE}:key/k"
    admin = [statement("Allow", "*")]
    closed = [statement("Allow", "kms:*", Principal={"AWS": SESSION.arn})]
    opened = [statement("Allow", "kms:*", Principal={"AWS": HERE})]
    asks = [
        Ask(ANA, "", admin, resource=policy, kind=PolicyType.KEY, action="kms:Decrypt", on=key)
        for policy in (closed, opened)
    ]

    assert ["implicit deny: key policy", "yes"] == [answer(ask.decide()) for ask in asks]


QUEUE = f"arn:aws:sqs:us-east-1:{HERE}:print-jobs"
HOME = {
    "Action": "s3:ListBucket",
    "Resource": "arn:aws:s3:::b",
    "Condition": {"StringLike": {"s3:prefix": "home/${aws:username}/*"}},
}
TAGGED = "arn:aws:s3:::b/${aws:PrincipalTag/"
OWN_ROWS = {
    "Action": "dynamodb:GetItem",
    "Resource": TABLE,
    "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["c-42"]}},
}
QUESTIONS = [
    # least privilege, as the course asks it
    ("dynamodb:getitem", {}, {"Action": "dynamodb:GetItem", "Resource": TABLE}, TABLE, True),
    ("dynamodb:GetItem", {}, {"Action": "dynamodb:Get?tem", "Resource": TABLE}, TABLE, True),
    ("dynamodb:Query", {}, {"Action": "dynamodb:*", "Resource": TABLE}, TABLE + "/index/i", False),
    ("dynamodb:Query", {}, {"Action": "dynamodb:Query", "Resource": TABLE + "/index/*"},
     TABLE + "/index/i", True),
    ("iam:CreateUser", {}, {"NotAction": "iam:*", "Resource": "*"}, "*", False),
    ("s3:GetObject", {}, {"NotAction": "iam:*", "Resource": "*"}, OBJECT, True),
    ("s3:GetObject", {}, {"Action": "s3:*", "NotResource": OBJECT}, OBJECT, False),
    ("s3:GetObject", {}, {"Action": "s3:*", "NotResource": OBJECT}, OBJECT + "x", True),
    ("s3:ListBucket", {}, {"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b/*"},
     "arn:aws:s3:::b", False),
    ("s3:ListBucket", {"s3:prefix": "home/ana/"}, HOME, "arn:aws:s3:::b", True),
    ("s3:ListBucket", {"s3:prefix": "home/bob/"}, HOME, "arn:aws:s3:::b", False),
    ("s3:ListBucket", {}, HOME, "arn:aws:s3:::b", False),
    ("s3:GetObject", {}, {"Action": "s3:*", "Resource": TAGGED + "team}/*"},
     "arn:aws:s3:::b/print/x", True),
    ("s3:GetObject", {}, {"Action": "s3:*", "Resource": TAGGED + "org}/*"},
     "arn:aws:s3:::b//x", False),
    ("dynamodb:GetItem", {"dynamodb:LeadingKeys": ["c-42"]}, OWN_ROWS, TABLE, True),
    ("dynamodb:GetItem", {"dynamodb:LeadingKeys": ["c-42", "c-1"]}, OWN_ROWS, TABLE, False),
    ("lambda:InvokeFunction", {}, {"Action": "lambda:Invoke", "Resource": "*"}, "*", False),
    ("sqs:SendMessage", {}, {"Action": "sqs:SendMessage", "Resource": QUEUE}, QUEUE, True),
    ("sqs:SendMessage", {}, {"Action": "sqs:SendMessage", "Resource": QUEUE[:-1]}, QUEUE, False),
]  # fmt: skip


@pytest.mark.parametrize(("action", "context", "element", "on", "expected"), QUESTIONS)
def test_least_privilege_questions(
    action: str, context: dict[str, object], element: dict[str, object], on: str, expected: bool
) -> None:
    """One Allow, one request: does it reach?"""
    row = Ask(ANA, "", [{"Effect": "Allow"} | element], action=action, on=on, context=context)

    assert expected is row.decide().allowed


def test_the_confused_deputy_is_stopped() -> None:
    """S3 invokes a function for the bucket its policy names, and for no other."""
    function = f"arn:aws:lambda:us-east-1:{HERE}:function:thumbnail"
    permission = {
        "Sid": "uploads",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": function,
        "Condition": {
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::halftone-uploads"},
            "StringEquals": {"AWS:SourceAccount": HERE},
        },
    }

    def ask(bucket: str, account: str, on: str = function) -> bool:
        context = {"aws:SourceArn": f"arn:aws:s3:::{bucket}", "aws:SourceAccount": account}
        row = Ask(
            S3, "", resource=[permission], action="lambda:InvokeFunction", on=on, context=context
        )
        return row.decide().allowed

    assert ask("halftone-uploads", HERE)
    assert not ask("halftone-other", HERE)
    assert not ask("halftone-uploads", THERE)
    assert not ask("halftone-uploads", HERE, function + ":live")


@pytest.mark.parametrize(
    ("listed", "boundary", "expected"),
    [
        ([SESSION.arn, ROLE, HERE], False, True),
        ([ROLE, HERE], False, False),
        ([SESSION.arn, ROLE], False, False),
        ([SESSION.arn, ROLE, HERE], True, False),
    ],
)
def test_not_principal_spares_only_whom_it_lists_whole(
    listed: list[str], boundary: bool, expected: bool
) -> None:
    """Deny with NotPrincipal spares a session only if account, role and session are listed."""
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "NotPrincipal": {"AWS": listed}}
    row = Ask(SESSION, "", [ALLOW], [ALLOW] if boundary else None, resource=[deny])

    assert expected is row.decide().allowed


def test_not_resource_with_an_unknown_variable_neither_allows_nor_spares() -> None:
    """A variable without a value does not widen an Allow and does not weaken a Deny."""
    scope = {"Action": "s3:*", "Resource": None, "NotResource": "arn:aws:s3:::${missing}/*"}
    allow, deny = statement("Allow", "s3:*", **scope), statement("Deny", "s3:*", **scope)

    assert NO_IDENTITY == answer(Ask(ANA, "", [allow]).decide())
    assert "explicit deny: identity-based policy" == answer(Ask(ANA, "", [ALLOW, deny]).decide())


def test_pass_role_names_the_service() -> None:
    """A role may be passed to the service the policy names, and to no other."""
    only_lambda = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": ROLE,
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    }
    policy = parse_policy({"Version": "2012-10-17", "Statement": only_lambda})

    def may(service: str) -> bool:
        request = pass_role_request(ANA, ROLE, service)
        return evaluate(request, Policies(identity=(("p", policy),))).allowed

    assert may("lambda.amazonaws.com")
    assert not may("ec2.amazonaws.com")


def test_the_deciding_statement_is_told() -> None:
    """A decision carries the policy's name, the statement's name and its JSON."""
    deny = statement("Deny", "s3:*", Sid="KeepOut")
    deciding = Ask(ANA, "", [ALLOW, deny]).decide().deciding_statement()

    assert deciding is not None
    assert ("identity-based policy", "KeepOut", deny) == (
        deciding["policy"],
        deciding["name"],
        deciding["statement"],
    )
    assert Ask(ANA, "").decide().deciding_statement() is None


MESSAGES = [
    (Ask(ANA, "", action="s3:GetObject"),
     f'User: {ANA.arn} is not authorized to perform: s3:GetObject on resource: "{OBJECT}"'
     " because no identity-based policy allows the s3:GetObject action"),
    (Ask(ANA, "", [DENY]),
     f'User: {ANA.arn} is not authorized to perform: s3:GetObject on resource: "{OBJECT}"'
     " with an explicit deny in an identity-based policy"),
    (Ask(SESSION, "", action="dynamodb:GetItem", on=TABLE),
     f"User: {SESSION.arn} is not authorized to perform: dynamodb:GetItem on resource: {TABLE}"
     " because no identity-based policy allows the dynamodb:GetItem action"),
    (Ask(ANA, "", [statement("Allow", "*")], [OTHER], action="lambda:ListFunctions", on="*"),
     f"User: {ANA.arn} is not authorized to perform: lambda:ListFunctions on resource: *"
     " because no permissions boundary allows the lambda:ListFunctions action"),
    (Ask(ANA, "", action="s3:ListAllMyBuckets", on="*"),
     f"User: {ANA.arn} is not authorized to perform: s3:ListAllMyBuckets"
     " because no identity-based policy allows the s3:ListAllMyBuckets action"),
    (Ask(SESSION, "", [ALLOW], session=[OTHER]),
     f'User: {SESSION.arn} is not authorized to perform: s3:GetObject on resource: "{OBJECT}"'
     " because no session policy allows the s3:GetObject action"),
    (Ask(STRANGER, "", [ALLOW]),
     f'User: {STRANGER.arn} is not authorized to perform: s3:GetObject on resource: "{OBJECT}"'
     " because no resource-based policy allows the s3:GetObject action"),
    (Ask(ANA, "", [statement("Allow", "*")], action="sts:AssumeRole", on=ROLE,
         kind=PolicyType.TRUST,
         resource=[TRUST_ROLE | {"Effect": "Deny", "Principal": "*"}]),
     f"User: {ANA.arn} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
     " with an explicit deny in the role trust policy"),
    (Ask(NOBODY, ""),
     f'User: anonymous is not authorized to perform: s3:GetObject on resource: "{OBJECT}"'
     " because no resource-based policy allows the s3:GetObject action"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "message"), MESSAGES)
def test_messages_are_worded_as_aws_words_them(row: Ask, message: str) -> None:
    """A denial names who, what, where, and which policy type denied or was missing."""
    assert message == row.decide().message()


def test_an_allowed_decision_says_by_what() -> None:
    """The message of an allowed request names the policy and the statement."""
    decision = Ask(ANA, "", [ALLOW]).decide()

    assert Reason.ALLOWED is decision.reason
    assert "s3:GetObject is allowed by identity-based policy, statement 1" == decision.message()


def test_a_decision_with_ten_policies_is_quick() -> None:
    """The median decision over ten policies of three statements takes at most 200 µs."""
    filler = [
        statement(
            "Allow", f"service{n}:Do*", Resource=f"arn:aws:service{n}:*:*:thing/${{aws:username}}/*"
        )
        for n in range(27)
    ]
    guard = DENY | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    documents = [
        {"Version": "2012-10-17", "Statement": [*filler[n : n + 2], guard]} for n in range(9)
    ]
    named = tuple((f"p{n}", parse_policy(document)) for n, document in enumerate(documents))
    last = ("last", parse_policy({"Version": "2012-10-17", "Statement": ALLOW}))
    policies = Policies(identity=(*named, last))
    request = Request(ANA, "s3:GetObject", OBJECT, {"aws:SecureTransport": True})
    taken = []
    for _ in range(300):
        began = time.thread_time()
        decision = evaluate(request, policies)
        taken.append(time.thread_time() - began)

    assert decision.allowed
    assert min(taken) <= 200e-6  # of the processor, undisturbed
