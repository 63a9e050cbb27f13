"""The least policy: it allows what was done, and nothing that was not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cloud.errors import KitError
from helpers.cloud.policy import Policies, Principal, Request, evaluate, parse_policy
from helpers.views import least_policy
from helpers.views.policy_text import exact, least_statements
from tests.views.told import ACCOUNT, allow, decided, entries, session

ME = session("thumb-role", "thumbnail")
LAMBDA = session("thumb-role", "awslambda")
PHOTOS = "arn:aws:s3:::halftone-uploads/uploads"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/thumbnail"
ALL = allow("*", "*")

actions = st.sampled_from(
    ["s3:GetObject", "s3:PutObject", "s3:ListAllMyBuckets", "dynamodb:GetItem", "sqs:SendMessage"]
)
names = st.text(st.sampled_from("ab*?${}:/ .é"), max_size=8) | st.text(max_size=12)
resources = names.map(lambda name: f"arn:aws:s3:::b/{name}") | st.just("*")
calls = st.lists(st.tuples(actions, resources), min_size=1, max_size=8, unique=True)


def allows(document: str, action: str, resource: str, who: Principal = ME) -> bool:
    """Ask the account's own evaluator."""
    policy = ("least", parse_policy(document))
    return evaluate(Request(who, action, resource), Policies(identity=(policy,))).allowed


def recorded(told: list[tuple[str, str]], **more: Any) -> list[dict[str, Any]]:
    """Return the records of a function that made these calls."""
    return entries(*(decided(action, resource, ALL, who=ME, **more) for action, resource in told))


@given(made=calls, other=st.tuples(actions, resources))
@settings(deadline=None, derandomize=True, database=None, max_examples=100)
def test_the_policy_allows_what_was_done_and_denies_everything_else(
    made: list[tuple[str, str]], other: tuple[str, str]
):
    """Every recorded call is allowed; one with another action or resource is not."""
    document = least_policy(recorded(made), "thumbnail").document

    assert all(allows(document, *call) for call in made)
    for action in {action for action, _ in made} | {other[0]}:
        for resource in {resource for _, resource in made} | {other[1], f"{other[1]}x"}:
            done = (action, resource) in made or (action, "*") in made
            assert done is allows(document, action, resource)


@given(names)
@settings(deadline=None, derandomize=True, database=None)
def test_a_resource_is_written_so_that_it_matches_itself_alone(name: str):
    """Wildcards and variables in a name are taken literally."""
    arn = f"arn:aws:s3:::b/{name}"
    pattern = parse_policy({"Version": "2012-10-17", "Statement": allow("s3:*", exact(arn))})
    (statement,) = pattern.allows

    assert statement.resources[0].matches(arn, {})
    assert not statement.resources[0].matches(f"{arn}x", {})


def test_actions_share_a_statement_or_resources_do_whichever_is_shorter():
    """Statements are grouped by service."""
    both = [("s3:GetObject", "arn:a:s3:::b/1"), ("s3:GetObject", "arn:a:s3:::b/2")]
    both += [("s3:PutObject", "arn:a:s3:::b/1"), ("s3:PutObject", "arn:a:s3:::b/2")]
    both += [("sqs:SendMessage", "arn:a:sqs:::q")]

    assert [
        {
            "Sid": "S3Access",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": ["arn:a:s3:::b/1", "arn:a:s3:::b/2"],
        },
        {
            "Sid": "SqsSendMessage",
            "Effect": "Allow",
            "Action": "sqs:SendMessage",
            "Resource": "arn:a:sqs:::q",
        },
    ] == least_statements(both)


def test_what_lambda_does_with_the_role_is_in_it_and_log_streams_stay_open():
    """Without the logs, applying the policy would silence the function."""
    told = [
        decided("s3:GetObject", f"{PHOTOS}/a.jpg", ALL, who=ME),
        decided("logs:PutLogEvents", f"{GROUP}:log-stream:2026/01/01/[$LATEST]ab", ALL, who=LAMBDA),
        decided("logs:PutLogEvents", f"{GROUP}-2:log-stream:x", ALL, who=LAMBDA),
    ]
    document = least_policy(entries(*told), "thumbnail").document

    assert allows(document, "logs:PutLogEvents", f"{GROUP}:log-stream:2027/01/01/[$LATEST]cd")
    assert not allows(document, "logs:PutLogEvents", f"{GROUP}-2:log-stream:x")


def test_a_source_that_only_another_function_reads_is_left_out():
    """Two functions may share a role; a queue belongs to whoever a mapping brings it to."""
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:print-jobs"
    told = entries(
        decided("logs:CreateLogGroup", GROUP, ALL, who=LAMBDA),
        decided("sqs:ReceiveMessage", queue, ALL, who=LAMBDA),
    )
    mine = {"kind": "mapping.state", "function": "thumbnail", "source": queue, "time": 0.0}

    assert "sqs:" not in least_policy([*told, {**mine, "function": "print-job"}], "thumbnail").text
    assert "sqs:ReceiveMessage" in least_policy([*told, mine], "thumbnail").text


def test_calls_that_were_denied_stay_out_unless_they_are_asked_for():
    """An attacker's attempts must not become permissions."""
    told = [*recorded([("s3:GetObject", f"{PHOTOS}/a")])]
    told += entries(decided("dynamodb:DeleteTable", "arn:aws:dynamodb:::table/orders", who=ME))
    picture = least_policy(told, "thumbnail")

    assert "DeleteTable" not in picture.document
    assert "Tried, denied, and not in it\n  dynamodb:DeleteTable on" in picture.text
    assert "DeleteTable" in least_policy(told, "thumbnail", denied=True).document


def test_what_the_present_role_allows_beyond_is_listed():
    """Wildcards, unused grants and Not forms are too much; what is exact and used is not."""
    present = [
        {"Statement": [allow(["s3:*", "s3:GetObject"], f"{PHOTOS}/a")]},
        json.dumps({"Statement": allow("kms:Decrypt", "*")}),
        {"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}},
        {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}},
    ]
    text = least_policy(
        recorded([("s3:GetObject", f"{PHOTOS}/a")]), "thumbnail", present=present
    ).text

    assert (
        "The role allows beyond it\n"
        f"  s3:* on {PHOTOS}/a: used for 1 call only\n"
        "  kms:Decrypt on *: never used\n"
        "  everything but iam:* on *: used for 1 call only\n"
    ) in text


def test_a_role_with_the_least_policy_allows_nothing_beyond_it():
    """Comparing the proposal with itself finds nothing, logs and wildcard names included."""
    told = [("s3:GetObject", f"{PHOTOS}/a*?${{x}}.jpg"), ("s3:ListAllMyBuckets", "*")]
    stream = f"{GROUP}:log-stream:x"
    records = recorded(told) + entries(decided("logs:PutLogEvents", stream, ALL, who=LAMBDA))
    document = least_policy(records, "thumbnail").document

    assert "The role allows nothing beyond it" in (
        least_policy(records, "thumbnail", present=document).text
    )


def test_many_resources_are_cut_in_the_picture_and_complete_in_the_document():
    """The picture says what a prefix would save, and when the document is too long."""
    picture = least_policy(
        recorded([("s3:GetObject", f"{PHOTOS}/{number:04}.jpg") for number in range(400)]),
        "thumbnail",
    )

    assert 400 == len(json.loads(picture.document)["Statement"][0]["Resource"])
    assert f"400 resources of S3GetObject begin with {PHOTOS}/0" in picture.text
    assert re.search(r"[\d,]+ characters are too many", picture.text)
    assert len(picture.text.splitlines()) < 90
    assert len(picture.drawing) < 10_000


def test_a_function_without_calls_is_told_what_to_do():
    """There is nothing to propose, and the next step is named."""
    with pytest.raises(KitError, match=r"no call that thumbnail was allowed.*Invoke the function"):
        least_policy(entries(decided("s3:GetObject", "arn:aws:s3:::b/k", who=ME)), "thumbnail")


def test_the_text_twin_is_the_same_on_each_run():
    """Neither the order of calls nor ids of log streams and moments show."""
    told = [("s3:GetObject", f"{PHOTOS}/a"), ("dynamodb:GetItem", "arn:aws:dynamodb:::table/t")]
    streams = [
        entries(
            *(decided("logs:PutLogEvents", f"{GROUP}:log-stream:{n}", ALL, who=LAMBDA) for n in ns)
        )
        for ns in ("x", "yz")
    ]
    orders = zip((told, told[::-1]), streams, strict=True)
    pictures = {least_policy([*recorded(o), *s], "thumbnail").html() for o, s in orders}

    assert 1 == len(pictures)
