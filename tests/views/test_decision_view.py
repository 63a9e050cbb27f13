"""The policy view of one call: what every policy said, what decided, and what would change it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cloud.errors import KitError
from helpers.cloud.policy import PolicyType, Principal, PrincipalType
from helpers.views import decision_view
from tests.views.told import ACCOUNT, allow, decided, entries

ORDERS = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:thumbnail"
S3 = Principal("s3.amazonaws.com", ACCOUNT, PrincipalType.SERVICE)


def drawn(*told: Any, **wanted: Any) -> Any:
    """Return the picture of these decisions."""
    return decision_view(entries(*told), **wanted)


def test_a_slip_in_an_arn_is_shown_beside_the_call():
    """The statement that nearly allowed it is named, and the one to add is exact."""
    picture = drawn(
        decided("dynamodb:GetItem", ORDERS, allow("dynamodb:*", f"{ORDERS[:-1]}", Sid="Orders"))
    )

    assert "Denied: dynamodb:GetItem by thumbnail, with the role thumb-role" == picture.title
    assert "Allow Orders: ● action matches, ✖ other resource" in picture.text
    assert f"but its Resource is {ORDERS[:-1]}. Is that a slip?" in picture.text
    assert allow("dynamodb:GetItem", ORDERS) == json.loads(picture.document)["Statement"][0]


def test_a_condition_that_was_not_met_is_shown_with_what_the_call_had():
    """Key, operator, wanted and given value stand side by side."""
    only_public = allow("s3:ListBucket", "*", Condition={"StringLike": {"s3:prefix": "public/*"}})
    picture = drawn(
        decided("s3:ListBucket", "arn:aws:s3:::b", only_public, context={"s3:prefix": "private/"})
    )

    assert "✖ condition not met" in picture.text
    assert "wants s3:prefix StringLike public/*; the call had private/." in picture.text


def test_an_explicit_deny_names_its_statement_and_offers_nothing_to_add():
    """More allows would change nothing."""
    deny = {"Sid": "Never", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    picture = drawn(decided("s3:GetObject", "arn:aws:s3:::b/k", allow("*", "*"), deny))

    assert "Statement Never of work denies it explicitly." in picture.text
    assert "Deny Never: ● action matches, ● resource matches ◀ decided" in picture.text
    assert "an explicit deny beats every allow" in picture.text
    assert "" == picture.document


def test_an_allowed_call_says_what_allowed_it_and_how_much_more_that_is():
    """A wide statement is named with its width; an exact one is not."""
    wide = drawn(decided("s3:GetObject", "arn:aws:s3:::b/k", allow("s3:*", "arn:aws:s3:::b/*")))
    exact = allow("s3:GetObject", "arn:aws:s3:::b/k")
    narrow = drawn(decided("s3:GetObject", "arn:aws:s3:::b/k", exact))

    assert "Statement 1 of work allows it." in wide.text
    assert "It allows more than this call: Action s3:*; Resource arn:aws:s3:::b/*." in wide.text
    assert "more than this call" not in narrow.text


def test_a_service_that_may_not_call_needs_a_statement_of_the_resource():
    """The document to add names the service as principal."""
    picture = drawn(decided("lambda:InvokeFunction", FUNCTION, who=S3, kind=PolicyType.RESOURCE))

    assert "No resource-based policy allows it" in picture.text
    assert {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION,
    } == json.loads(picture.document)["Statement"][0]


@pytest.mark.parametrize(
    ("source", "condition"),
    [
        (
            "arn:aws:s3:::photos",
            {
                "ArnLike": {"aws:SourceArn": "arn:aws:s3:::photos"},
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
            },
        ),
        (
            f"arn:aws:sns:us-east-1:{ACCOUNT}:orders",
            {"ArnLike": {"aws:SourceArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:orders"}},
        ),
    ],
)
def test_the_statement_for_a_service_names_the_source_that_it_called_for(
    source: str, condition: dict[str, object]
):
    """And the account where the source's ARN has none; it lets this call in, and no other's."""
    asked = {"aws:SourceArn": source, "aws:SourceAccount": ACCOUNT}
    call = {"who": S3, "kind": PolicyType.RESOURCE}
    denied = decided("lambda:InvokeFunction", FUNCTION, **call, context=asked)
    picture = drawn(denied)
    (added,) = json.loads(picture.document)["Statement"]
    others = asked | {"aws:SourceArn": "arn:aws:s3:::somebody-elses"}

    assert condition == added["Condition"]
    assert "names the source: s3.amazonaws.com calls for every account." in picture.text
    assert decided("lambda:InvokeFunction", FUNCTION, added, **call, context=asked).allowed
    assert not decided("lambda:InvokeFunction", FUNCTION, added, **call, context=others).allowed


def test_silent_policies_and_missing_ones_are_told():
    """A policy without a statement about the action says nothing; no policy is no policy."""
    silent = drawn(decided("s3:GetObject", "arn:aws:s3:::b/k", allow("sqs:*", "*")))
    none = drawn(decided("s3:GetObject", "arn:aws:s3:::b/k"))

    assert "work (identity-based policy) says nothing about the action" in silent.text
    assert "No policy bears on this call." in none.drawing


def test_the_last_denial_is_drawn_unless_something_else_is_asked_for():
    """Actions, principals and resources are matched by a part of their names."""
    told = entries(
        decided("s3:GetObject", "arn:aws:s3:::b/k"),
        decided("s3:PutObject", "arn:aws:s3:::b/k"),
        decided("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q", allow("*", "*")),
    )

    assert "Denied: s3:PutObject" in decision_view(told).title
    assert "Denied: s3:GetObject" in decision_view(told, action="getobject").title
    assert "Allowed: sqs:SendMessage" in decision_view(told, allowed=True).title
    assert "Allowed: sqs:SendMessage" in decision_view(told[2]).title
    with pytest.raises(KitError, match="no such decision"):
        decision_view(told, action="kms:")


def test_a_record_without_what_policies_said_is_still_drawn():
    """Records of another time have less in them."""
    (record,) = entries(decided("s3:GetObject", "arn:aws:s3:::b/k"))
    del record["policies"], record["policy_type"]

    assert "Denied" in decision_view(record).title


@given(name=st.text(min_size=1), sid=st.text(), value=st.text())
@settings(deadline=None, derandomize=True, database=None, max_examples=60)
def test_hostile_names_never_break_the_picture(name: str, sid: str, value: str):
    """Whatever buckets, statements and conditions are called, the drawing is one SVG."""
    statement = allow("s3:*", "*", Sid=f"<u>{sid}", Condition={"StringEquals": {"k": value}})
    picture = drawn(
        decided("s3:GetObject", f"arn:aws:s3:::<u>{name}", statement, context={"k": name})
    )
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(picture.svg()).iter()}

    assert "u" not in tags
    assert "<u>" not in picture.html()
