"""The Condition element, one row per rule."""

from __future__ import annotations

import pytest

from helpers.cloud.policy import MalformedPolicyDocument
from helpers.cloud.policy.conditions import parse_conditions
from helpers.cloud.policy.evaluate import normalized

REQUEST = normalized(
    {
        "aws:SourceIp": "203.0.113.77",
        "aws:username": "ana",
        "aws:SecureTransport": True,
        "aws:CurrentTime": "2026-11-21T08:00:00Z",
        "aws:EpochTime": 1795248000,
        "aws:SourceArn": "arn:aws:s3:::halftone-uploads",
        "aws:TagKeys": ["team", "cost"],
        "s3:max-keys": "10",
        "s3:prefix": "home/ana/",
        "kms:blob": "aGk=",
        "v6": "2001:db8::1",
    }
)

HOLDS = [
    ({"StringEquals": {"aws:username": "ana"}}, True),
    ({"StringEquals": {"AWS:UserName": ["bob", "ana"]}}, True),
    ({"StringEquals": {"aws:username": "Ana"}}, False),
    ({"StringEquals": {"aws:username": "a*"}}, False),
    ({"StringEquals": {"aws:username": "${aws:username}"}}, True),
    ({"StringEqualsIgnoreCase": {"aws:username": "ANA"}}, True),
    ({"StringNotEqualsIgnoreCase": {"aws:username": "ANA"}}, False),
    ({"StringNotEquals": {"aws:username": ["ana", "bob"]}}, False),
    ({"StringNotEquals": {"aws:username": ["eve", "bob"]}}, True),
    ({"StringLike": {"s3:prefix": "home/${aws:username}/*"}}, True),
    ({"StringLike": {"s3:prefix": ["", "home/bob/*"]}}, False),
    ({"StringNotLike": {"s3:prefix": "home/*"}}, False),
    ({"NumericEquals": {"s3:max-keys": 10}}, True),
    ({"NumericEquals": {"s3:max-keys": "10.0"}}, True),
    ({"NumericNotEquals": {"s3:max-keys": "10"}}, False),
    ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, True),
    ({"NumericLessThan": {"s3:max-keys": "10"}}, False),
    ({"NumericGreaterThan": {"s3:max-keys": "9"}}, True),
    ({"NumericGreaterThanEquals": {"s3:max-keys": "11"}}, False),
    ({"NumericLessThan": {"aws:username": "10"}}, False),
    ({"DateGreaterThan": {"aws:CurrentTime": "2026-11-21T00:00:00Z"}}, True),
    ({"DateLessThan": {"aws:CurrentTime": "2026-11-21T09:00:00+02:00"}}, False),
    ({"DateLessThan": {"aws:EpochTime": "2026-11-22"}}, True),
    ({"DateEquals": {"aws:CurrentTime": "2026-11-21T08:00:00Z"}}, True),
    ({"DateNotEquals": {"aws:CurrentTime": "2026-11-21T08:00:00Z"}}, False),
    ({"DateGreaterThanEquals": {"aws:CurrentTime": "1"}}, True),
    ({"DateLessThanEquals": {"aws:CurrentTime": "1"}}, False),
    ({"Bool": {"aws:SecureTransport": "true"}}, True),
    ({"Bool": {"aws:SecureTransport": False}}, False),
    ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, False),
    ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, True),
    ({"BinaryEquals": {"kms:blob": "aGk="}}, True),
    ({"BinaryEquals": {"kms:blob": "aGo="}}, False),
    ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, True),
    ({"IpAddress": {"aws:SourceIp": "203.0.113.7"}}, False),
    ({"IpAddress": {"v6": "2001:db8::/32"}}, True),
    ({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}}, False),
    ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, True),
    ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:halftone-*"}}, True),
    ({"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::halftone-*"}}, True),
    ({"ArnNotLike": {"aws:SourceArn": "arn:aws:s3:::halftone-*"}}, False),
    ({"ArnNotEquals": {"aws:SourceArn": "arn:aws:s3:::other"}}, True),
    ({"Null": {"aws:username": "false"}}, True),
    ({"Null": {"aws:username": "true"}}, False),
    ({"Null": {"aws:TokenIssueTime": True}}, True),
    # a missing key
    ({"StringEquals": {"missing": "x"}}, False),
    ({"StringNotEquals": {"missing": "x"}}, True),
    ({"ArnNotLike": {"missing": "arn:aws:s3:::b"}}, True),
    ({"NotIpAddress": {"missing": "10.0.0.0/8"}}, True),
    ({"StringEqualsIfExists": {"missing": "x"}}, True),
    ({"StringEqualsIfExists": {"aws:username": "x"}}, False),
    ({"IpAddress": {"missing": "0.0.0.0/0"}}, False),
    # several values
    ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost", "stage"]}}, True),
    ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}, False),
    ({"ForAllValues:StringEquals": {"missing": ["team"]}}, True),
    ({"ForAllValues:StringNotEquals": {"aws:TagKeys": ["team"]}}, False),
    ({"ForAllValues:StringNotLike": {"aws:TagKeys": ["x*"]}}, True),
    ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}}, True),
    ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["stage"]}}, False),
    ({"ForAnyValue:StringEquals": {"missing": ["team"]}}, False),
    ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["team"]}}, True),
    ({"ForAnyValue:StringNotEquals": {"missing": ["team"]}}, False),
    ({"ForAnyValue:StringEqualsIfExists": {"missing": ["team"]}}, True),
    # AND of operators and of keys
    ({"StringEquals": {"aws:username": "ana", "s3:prefix": "home/ana/"}}, True),
    ({"StringEquals": {"aws:username": "ana", "s3:prefix": "x"}}, False),
    ({"StringEquals": {"aws:username": "ana"}, "Bool": {"aws:SecureTransport": "false"}}, False),
    ({}, True),
]


@pytest.mark.parametrize(("element", "expected"), HOLDS, ids=str)
def test_conditions(element: dict[str, dict[str, object]], expected: bool) -> None:
    """Each operator holds, or not, of the one request above."""
    conditions = parse_conditions(element, variables=True)

    assert expected is all(condition.holds(REQUEST) for condition in conditions)


@pytest.mark.parametrize(
    ("element", "message"),
    [
        ({"StringEqualss": {"a": "b"}}, "Invalid Condition type : StringEqualss"),
        ({"stringequals": {"a": "b"}}, "Invalid Condition type : stringequals"),
        ({"ForSome:StringEquals": {"a": "b"}}, "Invalid Condition type : ForSome:StringEquals"),
        ({"NullIfExists": {"a": "true"}}, "Invalid Condition type : NullIfExists"),
        ({"NumericEquals": {"a": "ten"}}, "Invalid value in NumericEquals of a: ['ten']"),
        ({"IpAddress": {"a": "300.1.1.1"}}, "Invalid value in IpAddress of a: ['300.1.1.1']"),
        ({"DateEquals": {"a": "noon"}}, "Invalid value in DateEquals of a: ['noon']"),
        ({"Bool": {"a": "yes"}}, "Invalid value in Bool of a: ['yes']"),
        ({"StringEquals": "a"}, "Syntax errors in policy."),
        ({"StringEquals": {"a": {"b": "c"}}}, "Syntax errors in policy."),
    ],
)
def test_malformed_conditions_are_refused(element: dict[str, object], message: str) -> None:
    """A condition that IAM could not evaluate is refused when the policy is stored."""
    with pytest.raises(MalformedPolicyDocument) as refused:
        parse_conditions(element, variables=True)

    assert message == str(refused.value)


@pytest.mark.parametrize("value", ["not-a-date", "nan", "", "203.0.113.7", "*", "aGk"])
def test_a_strange_value_never_raises(value: str) -> None:
    """A request's value of the wrong kind fails a condition instead of breaking the decision."""
    context = normalized({"k": value})
    for operator, bound in {
        "DateLessThan": "2026-01-01",
        "NumericLessThan": "5",
        "BinaryEquals": "aGk=",
        "IpAddress": "10.0.0.0/8",
        "ArnLike": "arn:aws:s3:::b",
        "Bool": "true",
    }.items():
        (condition,) = parse_conditions({operator: {"k": bound}}, variables=True)

        assert not condition.holds(context)
