"""Patterns of IAM policies: wildcards, variables, ARNs."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.cloud.policy.match import (
    action_pattern,
    arn_pattern,
    pattern_of,
    resource_pattern,
    tokenize,
)

ALPHABET = st.text(alphabet="ab.*?$[", max_size=9)
TEXT = st.text(alphabet="ab.$[", max_size=9)


def naive(pattern: str, text: str) -> bool:
    """Match by definition: a star eats nothing, or one character and goes on."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return naive(pattern[1:], text) or (bool(text) and naive(pattern, text[1:]))
    return bool(text) and pattern[0] in {"?", text[0]} and naive(pattern[1:], text[1:])


@given(ALPHABET, TEXT)
@example("a*a", "a")
@example("*?b*", "ab")
@example("a?*?a", "aaa")
def test_wildcards_agree_with_their_definition(pattern: str, text: str) -> None:
    """A compiled pattern matches exactly what the recursive definition matches."""
    assert naive(pattern, text) is pattern_of(tokenize(pattern)).matches(text, {})


@given(st.text(max_size=12))
def test_every_text_without_specials_matches_itself_only(text: str) -> None:
    """Characters that mean something to regular expressions mean nothing to a policy."""
    literal = pattern_of(tokenize(text, wildcards=False, variables=False))

    assert literal.matches(text, {})
    assert not literal.matches(text + "x", {})


def test_a_hostile_pattern_stays_fast() -> None:
    """Thirty stars against a text that almost matches are answered at once."""
    pattern, text = pattern_of(tokenize("a*" * 30 + "b")), "a" * 5000
    began = time.thread_time()

    assert not pattern.matches(text, {})
    assert time.thread_time() - began < 1  # of the processor: others may have it meanwhile


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("dynamodb:GetItem", "DynamoDB:getitem", True),
        ("DYNAMODB:get*", "dynamodb:GetItem", True),
        ("dynamodb:Get?tem", "dynamodb:GetItem", True),
        ("dynamodb:Get.tem", "dynamodb:GetItem", False),
        ("*", "iam:PassRole", True),
        ("s3:*Object", "s3:PutObjectAcl", False),
        ("s3:${aws:username}", "s3:ana", False),
    ],
)
def test_actions_ignore_case(pattern: str, action: str, expected: bool) -> None:
    """An action matches whatever its case, with wildcards and without variables."""
    assert expected is action_pattern(pattern).matches(action, {})


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("arn:aws:s3:::halftone-uploads/*", "arn:aws:s3:::halftone-uploads/a/b.jpg", True),
        ("arn:aws:s3:::halftone-uploads/*", "arn:aws:s3:::halftone-uploads", False),
        ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/2/test/3/object.jpg", True),
        ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1-test/object.jpg", False),
        ("arn:aws:s3:::Bucket/*", "arn:aws:s3:::bucket/a", False),
        ("arn:aws:sqs", "arn:aws:sqs:us-east-1:123456789012:print-jobs", True),
        ("arn:aws:sqs:us-*", "arn:aws:sqs:us-east-1:123456789012:print-jobs", True),
        ("arn:aws:sqs:eu-*", "arn:aws:sqs:us-east-1:123456789012:print-jobs", False),
        ("arn:aws:logs:*:*:log-group:/a:*", "arn:aws:logs:r:1:log-group:/a:log-stream:s", True),
        ("arn:aws:lambda:r:1:function:f", "arn:aws:lambda:r:1:function:f:live", False),
        ("arn:aws:lambda:r:1:function:f*", "arn:aws:lambda:r:1:function:f:live", True),
        ("*", "arn:aws:s3:::b", True),
    ],
)
def test_resources(pattern: str, arn: str, expected: bool) -> None:
    """Resources keep their case; missing fields of an ARN stand for anything."""
    assert expected is resource_pattern(pattern).matches(arn, {})


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("arn:aws:s3:::halftone-*", "arn:aws:s3:::halftone-uploads", True),
        ("arn:aws:sns:*:123456789012:orders", "arn:aws:sns:us-east-1:123456789012:orders", True),
        ("arn:aws:sns:*:orders", "arn:aws:sns:us-east-1:123456789012:orders", False),
        ("arn:aws:lambda:*:*:function:f:*", "arn:aws:lambda:r:1:function:f:1", True),
        ("*", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::b", "b", False),
        ("arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/ana", True),
    ],
)
def test_arn_operators_compare_field_by_field(pattern: str, arn: str, expected: bool) -> None:
    """No star of an ARN operator reaches beyond its own field, but for the last one."""
    assert expected is arn_pattern(pattern).matches(arn, {"aws:username": ("ana",)})


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("home/${aws:username}/*", "home/ana/x", True),
        ("home/${AWS:UserName}/*", "home/ana/x", True),
        ("home/${aws:username}/*", "home/bob/x", False),
        ("${aws:PrincipalTag/team, 'print'}", "print", True),
        ("${aws:PrincipalTag/team}", "print", False),
        ("${aws:username, 'other'}", "other", False),
        ("a${*}b", "a*b", True),
        ("a${*}b", "axb", False),
        ("a${?}b", "a?b", True),
        ("a${?}b", "axb", False),
        ("${$}{x}", "${x}", True),
        ("${tags}", "a", False),
        ("${star}", "*", True),
        ("${star}", "anything", False),
    ],
)
def test_variables(pattern: str, text: str, expected: bool) -> None:
    """A variable takes the request's single value, literally; else its default; else nothing."""
    context = {"aws:username": ("ana",), "tags": ("a", "b"), "star": ("*",)}

    assert expected is pattern_of(tokenize(pattern)).matches(text, context)


def test_old_policies_have_no_variables() -> None:
    """A pattern of version 2008-10-17 takes a variable for plain text."""
    pattern = resource_pattern("arn:aws:s3:::b/${aws:username}", variables=False)

    assert pattern.matches("arn:aws:s3:::b/${aws:username}", {"aws:username": ("ana",)})
    assert not pattern.matches("arn:aws:s3:::b/ana", {"aws:username": ("ana",)})
