"""Policy documents: what is refused, and in whose words."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.policy import MalformedPolicyDocument, PolicyType, parse_policy

GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}


def refusal(document: object, kind: PolicyType = PolicyType.IDENTITY) -> str:
    """Parse a bad document and give the message of its refusal."""
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(MalformedPolicyDocument) as refused:
        parse_policy(text, kind)
    return str(refused.value)


def version(*statements: object) -> dict[str, object]:
    """Make a document of the current version."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "Syntax errors in policy."),
        ("[]", "Syntax errors in policy."),
        ({"Version": "2012-10-17"}, "Syntax errors in policy."),
        (version(), "Syntax errors in policy."),
        (version(GOOD) | {"Comment": "x"}, "Syntax errors in policy."),
        (version(GOOD | {"Note": "x"}), "Syntax errors in policy."),
        (version(GOOD | {"Effect": "allow"}), "Syntax errors in policy."),
        (version(GOOD | {"NotAction": "s3:*"}), "Syntax errors in policy."),
        (version(GOOD | {"Resource": [1]}), "Syntax errors in policy."),
        (
            {"Version": "2020-01-01", "Statement": [GOOD]},
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (version(GOOD | {"Action": []}), "Policy statement must contain actions."),
        (
            version({"Effect": "Allow", "Action": "s3:*"}),
            "Policy statement must contain resources.",
        ),
        (
            version(GOOD | {"Principal": "*"}),
            "Policy document should not specify a principal.",
        ),
        (
            version(GOOD | {"Action": "GetObject"}),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        (
            version(GOOD | {"Action": "a:b:c"}),
            "Actions/Condition can contain only one colon.",
        ),
        (version(GOOD | {"Action": "a b:c"}), "Vendor a b is not valid"),
        (
            version(GOOD | {"Resource": "halftone-uploads"}),
            'Resource halftone-uploads must be in ARN format or "*".',
        ),
        (
            version(GOOD | {"Resource": "arn:aqs:s3:::b"}),
            'Partition "aqs" is not valid for resource "arn:aqs:s3:::b".',
        ),
        (
            version(GOOD | {"Sid": "One"}, GOOD | {"Sid": "One"}),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
    ],
)
def test_malformed_identity_policies(document: object, message: str) -> None:
    """IAM refuses a malformed identity policy and says what is wrong."""
    assert message == refusal(document)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ({"Effect": "Allow", "Action": "sts:AssumeRole"}, "Missing required field Principal"),
        (TRUST | {"Resource": "*"}, "Has prohibited field Resource"),
        (TRUST | {"Principal": {"Aws": "*"}}, "Syntax errors in policy."),
        (TRUST | {"Principal": {}}, "Syntax errors in policy."),
        (TRUST | {"NotPrincipal": "*"}, "Syntax errors in policy."),
        (
            TRUST | {"Principal": {"AWS": "arn:aws:iam::123456789012:user/*"}},
            'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/*"',
        ),
    ],
)
def test_malformed_trust_policies(statement: dict[str, object], message: str) -> None:
    """A trust policy needs a principal, in one of the known forms, and no resource."""
    assert message == refusal(version(statement), PolicyType.TRUST)


def test_one_statement_needs_no_list() -> None:
    """A single statement may stand without its list, and no Sid is needed."""
    policy = parse_policy({"Version": "2012-10-17", "Statement": GOOD})

    assert "statement 1" == policy.allows[0].name


def test_a_policy_is_parsed_once() -> None:
    """Parsing the same text again gives the same compiled policy."""
    text = json.dumps(version(GOOD))

    assert parse_policy(text) is parse_policy(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
ELEMENTS = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource"]


@given(
    st.dictionaries(st.sampled_from([*ELEMENTS, "NotResource", "Condition", "Note"]), JSON),
    st.dictionaries(st.sampled_from(["Version", "Id", "Statement"]), JSON),
    st.sampled_from(PolicyType),
)
def test_any_json_is_parsed_or_refused(
    changes: dict[str, object], top: dict[str, object], kind: PolicyType
) -> None:
    """Whatever stands in a document, the answer is a policy or MalformedPolicyDocument."""
    for document in (version(GOOD | changes), version(TRUST | changes), version(GOOD) | top):
        with suppress(MalformedPolicyDocument):
            parse_policy(document, kind)


def test_a_bottomless_document_is_refused() -> None:
    """Nesting beyond reason is a syntax error, not a crash."""
    assert refusal("[" * 100_000) == "Syntax errors in policy."
