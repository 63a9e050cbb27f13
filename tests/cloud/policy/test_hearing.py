"""What every policy said about a call, beside the decision itself."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from helpers.cloud.policy import (
    Policies,
    PolicyType,
    Principal,
    PrincipalType,
    Request,
    evaluate,
    hear,
    parse_policy,
)
from tests.cloud.policy.test_properties import (
    ACCOUNT,
    SESSION,
    USER,
    actions,
    resources,
    statements,
)

S3 = Principal("s3.amazonaws.com", ACCOUNT, PrincipalType.SERVICE)
LIST = Request(USER, "s3:ListBucket", "arn:aws:s3:::b", {"s3:prefix": "private/"})


def said(request: Request, *elements: dict[str, object]) -> list[dict[str, Any]]:
    """Return what one identity-based policy with these statements says."""
    policy = parse_policy({"Version": "2012-10-17", "Statement": [*elements]})
    (heard,) = hear(request, Policies(identity=(("work", policy),)))
    assert ("work", "identity-based policy") == (heard["policy"], heard["policyType"])
    return list(heard["statements"])  # type: ignore[call-overload]


def test_statements_about_other_actions_are_left_out():
    """A policy that does not speak of the action has no statement in the answer."""
    assert [] == said(LIST, {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})


def test_a_statement_about_another_resource_says_so():
    """The action matched, the resource did not."""
    element = {"Sid": "Own", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::c"}
    (heard,) = said(LIST, element)

    assert ("Own", "Allow", False, True, ()) == tuple(
        heard[name] for name in ("name", "effect", "resource", "principal", "unmet")
    )
    assert element == heard["statement"]


def test_conditions_that_do_not_hold_are_told_with_what_the_request_had():
    """Each unmet key has its operator, the wanted value and the given one."""
    heard = said(
        LIST,
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": "*",
            "Condition": {
                "StringLike": {"s3:prefix": ["public/*", "shared/*"], "aws:PrincipalArn": "*"},
                "Bool": {"aws:SecureTransport": "true"},
            },
        },
    )

    assert (
        {
            "operator": "StringLike",
            "key": "s3:prefix",
            "wanted": ["public/*", "shared/*"],
            "was": ["private/"],
        },
        {"operator": "Bool", "key": "aws:SecureTransport", "wanted": "true", "was": []},
    ) == heard[0]["unmet"]


def test_a_statement_that_names_another_principal_says_so():
    """Resource-based policies are asked for the principal too."""
    element = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": "*",
    }
    policy = parse_policy({"Version": "2012-10-17", "Statement": element}, PolicyType.RESOURCE)
    request = Request(S3, "lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f")
    (heard,) = hear(request, Policies(resource=("function", policy)))

    assert [False] == [s["principal"] for s in heard["statements"]]  # type: ignore[attr-defined]


@given(statements(), statements(named=True), actions, resources)
def test_what_is_heard_agrees_with_the_decision(
    mine: dict[str, object], of_bucket: dict[str, object], action: str, resource: str
):
    """The deciding statement is among those heard, matched in every part."""
    version = {"Version": "2012-10-17"}
    policies = Policies(
        identity=(("mine", parse_policy({**version, "Statement": mine})),),
        resource=("bucket", parse_policy({**version, "Statement": of_bucket}, PolicyType.RESOURCE)),
    )
    request = Request(SESSION, action, resource)
    decision = evaluate(request, policies)
    heard = {
        (policy["policy"], said["name"]): said
        for policy in hear(request, policies)
        for said in policy["statements"]  # type: ignore[attr-defined]
    }

    assert {"mine", "bucket"} == {policy["policy"] for policy in hear(request, policies)}
    if decision.statement is not None:
        found = heard[decision.policy_name, decision.statement.name]
        assert (True, True, ()) == (found["resource"], found["principal"], found["unmet"])
        assert str(decision.statement.effect) == found["effect"]
