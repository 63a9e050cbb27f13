"""AddPermission at its edges: whom it knows, what it keeps, and how much."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest

from tests.conformance.refusals import refused

HELLO = "def handler(event, context):\n    return event\n"
INVOKE = {"Action": "lambda:InvokeFunction"}


@pytest.fixture(scope="module")
def name(cloud: Any) -> str:
    """Return a function that several tests add statements to, each under an id of its own."""
    return str(cloud.deploy(HELLO))


def test_a_token_of_an_alexa_skill_is_a_condition(cloud: Any, name: str):
    """EventSourceToken ends up in the statement, beside the account that is asked for too."""
    added = cloud.functions.add_permission(
        FunctionName=name,
        StatementId="skill",
        Principal="alexa-appkit.amazon.com",
        EventSourceToken="amzn1.ask.skill.1",
        SourceAccount="123456789012",
        **INVOKE,
    )

    asked = {"lambda:EventSourceToken": "amzn1.ask.skill.1", "AWS:SourceAccount": "123456789012"}
    assert {"StringEquals": asked} == json.loads(added["Statement"])["Condition"]


@pytest.mark.parametrize("principal", ["role/nobody-made-it", "user/nobody", "user/a/b/nobody"])
def test_a_principal_of_the_account_that_nobody_made_is_refused(
    cloud: Any, name: str, principal: str
):
    """IAM knows who is in the account; who is in another one, nobody here can tell."""
    call = {"FunctionName": name, "StatementId": f"s-{secrets.token_hex(4)}", **INVOKE}
    add = cloud.functions.add_permission

    status, code, message = refused(add, Principal=f"arn:aws:iam::123456789012:{principal}", **call)
    assert (400, "InvalidParameterValueException") == (status, code)
    assert (
        message == "The provided principal was invalid. Please check the principal and try again."
    )
    assert add(Principal=f"arn:aws:iam::111122223333:{principal}", **call)["Statement"]


def test_a_policy_has_at_most_20_kilobytes(cloud: Any):
    """The message tells how long the policy would be; what was there before stays."""
    name = cloud.deploy(HELLO)
    arn = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/*/GET/" + "x" * 1600
    call = {"FunctionName": name, "Principal": "apigateway.amazonaws.com", "SourceArn": arn}
    for number in range(10):
        cloud.functions.add_permission(StatementId=f"route-{number}", **call, **INVOKE)

    status, code, message = refused(
        cloud.functions.add_permission, StatementId="route-10", **call, **INVOKE
    )
    assert (400, "PolicyLengthExceededException") == (status, code)
    before, after = message.split(" is bigger than the limit ")
    assert (True, "(20480).") == (before.startswith("The final policy size (2"), after)
    kept = json.loads(cloud.functions.get_policy(FunctionName=name)["Policy"])
    assert 10 == len(kept["Statement"])


def test_the_policy_of_an_alias_goes_with_the_alias(cloud: Any):
    """An alias of the same name made later allows nobody; the function's own policy stays."""
    name, functions = cloud.deploy(HELLO), cloud.functions
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    for qualifier in ({}, {"Qualifier": "live"}):
        functions.add_permission(
            FunctionName=name, StatementId="s3", Principal="s3.amazonaws.com", **qualifier, **INVOKE
        )

    functions.delete_alias(FunctionName=name, Name="live")
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)

    gone = (404, "ResourceNotFoundException", "The resource you requested does not exist.")
    assert gone == refused(functions.get_policy, FunctionName=name, Qualifier="live")
    assert functions.get_policy(FunctionName=name)["Policy"]
