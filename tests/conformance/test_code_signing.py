"""Code signing configurations, and what they let be deployed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conformance.conftest import Account, zipped
from tests.conformance.refusals import refused

SIGNER = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/orders/abcdefghij"
NOBODY = "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdef0"
FINE = "def handler(event, context):\n    return 'fine'\n"


@pytest.fixture
def configuration(cloud: Account) -> Iterator[Callable[..., dict[str, Any]]]:
    """Make configurations that are deleted when the test ends."""
    made: list[str] = []

    def create(**members: Any) -> dict[str, Any]:
        publishers = {"SigningProfileVersionArns": [SIGNER]}
        answer = cloud.functions.create_code_signing_config(AllowedPublishers=publishers, **members)
        made.append(answer["CodeSigningConfig"]["CodeSigningConfigArn"])
        return dict(answer["CodeSigningConfig"])

    yield create
    for arn in made:
        for function in cloud.functions.list_functions_by_code_signing_config(
            CodeSigningConfigArn=arn
        )["FunctionArns"]:
            cloud.functions.delete_function_code_signing_config(FunctionName=function)
        cloud.functions.delete_code_signing_config(CodeSigningConfigArn=arn)


def policy(name: str) -> dict[str, str]:
    """Return CodeSigningPolicies."""
    return {"UntrustedArtifactOnDeployment": name}


def test_a_configuration_is_made_changed_listed_and_deleted(
    cloud: Account, configuration: Callable[..., dict[str, Any]]
) -> None:
    """It warns unless told otherwise; an update changes what is given; a missing one is a 404."""
    functions, made = cloud.functions, configuration(Description="orders only")
    arn = made["CodeSigningConfigArn"]
    assert made["CodeSigningConfigId"] == arn.rpartition(":")[2]
    assert policy("Warn") == made["CodeSigningPolicies"]
    assert {"SigningProfileVersionArns": [SIGNER]} == made["AllowedPublishers"]

    changed = functions.update_code_signing_config(
        CodeSigningConfigArn=arn, CodeSigningPolicies=policy("Enforce")
    )["CodeSigningConfig"]
    assert (policy("Enforce"), "orders only") == (
        changed["CodeSigningPolicies"], changed["Description"],
    )  # fmt: skip
    read = functions.get_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"]
    assert changed == read
    pages = functions.get_paginator("list_code_signing_configs").paginate()
    assert changed in [one for page in pages for one in page["CodeSigningConfigs"]]

    sentence = f"The Lambda code signing configuration {NOBODY} can not be found."
    for call in (
        functions.get_code_signing_config,
        functions.update_code_signing_config,
        functions.delete_code_signing_config,
        functions.list_functions_by_code_signing_config,
    ):
        assert (404, "ResourceNotFoundException", sentence) == refused(
            call, CodeSigningConfigArn=NOBODY
        )


def test_a_function_has_a_configuration_until_it_is_taken_away(
    cloud: Account, configuration: Callable[..., dict[str, Any]]
) -> None:
    """Put, get and delete; a configuration that a function has is not deleted."""
    functions, name = cloud.functions, cloud.deploy(FINE)
    arn = configuration()["CodeSigningConfigArn"]
    has = functions.get_function_code_signing_config
    assert "CodeSigningConfigArn" not in has(FunctionName=name)

    functions.put_function_code_signing_config(FunctionName=name, CodeSigningConfigArn=arn)

    assert arn == has(FunctionName=name)["CodeSigningConfigArn"]
    users = functions.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)
    assert [f"arn:aws:lambda:us-east-1:123456789012:function:{name}"] == users["FunctionArns"]
    status, code, _ = refused(functions.delete_code_signing_config, CodeSigningConfigArn=arn)
    assert (409, "ResourceConflictException") == (status, code)
    functions.delete_function_code_signing_config(FunctionName=name)
    functions.delete_function_code_signing_config(FunctionName=name)  # harmless
    assert "CodeSigningConfigArn" not in has(FunctionName=name)
    for missing in (name, f"no-{name}"):  # the configuration is missed before the function
        assert (
            "CodeSigningConfigNotFoundException"
            == (
                refused(
                    functions.put_function_code_signing_config,
                    FunctionName=missing,
                    CodeSigningConfigArn=NOBODY,
                )[1]
            )
        )


def test_unsigned_code_is_refused_where_signatures_are_enforced(
    cloud: Account, configuration: Callable[..., dict[str, Any]]
) -> None:
    """Neither created nor updated; with Warn both are, and a deleted function has none."""
    functions = cloud.functions
    arn = configuration(CodeSigningPolicies=policy("Enforce"))["CodeSigningConfigArn"]
    with pytest.raises(functions.exceptions.CodeVerificationFailedException):
        cloud.deploy(FINE, CodeSigningConfigArn=arn)
    name = cloud.deploy(FINE)
    functions.put_function_code_signing_config(FunctionName=name, CodeSigningConfigArn=arn)
    package = zipped({"app.py": FINE + "# new\n"})
    status, code, message = refused(
        functions.update_function_code, FunctionName=name, ZipFile=package
    )
    assert (400, "CodeVerificationFailedException") == (status, code)
    assert message.startswith("Lambda cannot deploy the function.")

    functions.update_code_signing_config(
        CodeSigningConfigArn=arn, CodeSigningPolicies=policy("Warn")
    )
    functions.update_function_code(FunctionName=name, ZipFile=package)
    other = cloud.deploy(FINE, CodeSigningConfigArn=arn)
    assert "fine" == cloud.invoke(other).value
    functions.delete_function(FunctionName=other)
    users = functions.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)
    assert [f"arn:aws:lambda:us-east-1:123456789012:function:{name}"] == users["FunctionArns"]


def test_a_configuration_has_tags(
    cloud: Account, configuration: Callable[..., dict[str, Any]]
) -> None:
    """Given when it is made, added and removed later."""
    functions, arn = cloud.functions, configuration(Tags={"team": "a"})["CodeSigningConfigArn"]
    functions.tag_resource(Resource=arn, Tags={"stage": "test"})
    assert {"team": "a", "stage": "test"} == functions.list_tags(Resource=arn)["Tags"]
    functions.untag_resource(Resource=arn, TagKeys=["team", "none"])
    assert {"stage": "test"} == functions.list_tags(Resource=arn)["Tags"]
    status, code, _ = refused(functions.list_tags, Resource=NOBODY)
    assert (404, "ResourceNotFoundException") == (status, code)


def test_a_configuration_names_its_publishers(cloud: Account) -> None:
    """One to twenty, each an ARN; the policy is Warn or Enforce."""
    create = cloud.client("lambda", parameter_validation=False).create_code_signing_config
    for members in (
        {},
        {"AllowedPublishers": {"SigningProfileVersionArns": []}},
        {"AllowedPublishers": {"SigningProfileVersionArns": ["me"]}},
        {"AllowedPublishers": {"SigningProfileVersionArns": [SIGNER] * 21}},
        {
            "AllowedPublishers": {"SigningProfileVersionArns": [SIGNER]},
            "CodeSigningPolicies": policy("Maybe"),
        },
    ):
        status, code, _ = refused(create, **members)
        assert (400, "ValidationException") == (status, code)
