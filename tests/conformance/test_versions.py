"""Versions and aliases: immutable snapshots, names that move between them, shares of traffic."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.cloud.client import start_cloud

SOURCE = """\
import os
def handler(event, context):
    stage = os.environ.get("STAGE")
    return [{number}, context.function_version, context.invoked_function_arn, stage]
"""


def source(number: int) -> str:
    """Return a handler that tells its number."""
    return SOURCE.replace("{number}", str(number))


def published(account: Any, count: int = 2) -> str:
    """Return the name of a function with so many versions, each of its own code."""
    name = account.deploy(source(1))
    account.functions.publish_version(FunctionName=name)
    for number in range(2, count + 1):
        account.change(name, source(number))
        account.functions.publish_version(FunctionName=name)
    return name


def refusal(call: Any, **members: Any) -> tuple[str, str, int]:
    """Return code, message and status of the error that a call ends with."""
    with pytest.raises(ClientError) as refused:
        call(**members)
    answer = refused.value.response
    error = answer["Error"]
    return error["Code"], error["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_a_version_keeps_code_and_configuration(cloud: Any) -> None:
    """What is changed later does not reach a published version."""
    name = cloud.deploy(source(1), Environment={"Variables": {"STAGE": "old"}})
    version = cloud.functions.publish_version(FunctionName=name, Description="first")
    assert (version["Version"], version["Description"]) == ("1", "first")
    assert version["FunctionArn"].endswith(f":{name}:1")
    cloud.change(name, source(2), Environment={"Variables": {"STAGE": "new"}})
    old, new = cloud.invoke(name, Qualifier="1"), cloud.invoke(name)
    assert (old.value[0], old.value[1], old.value[3]) == (1, "1", "old")
    assert (new.value[0], new.value[1], new.value[3]) == (2, "$LATEST", "new")
    assert (old.executed_version, new.executed_version) == ("1", "$LATEST")


def test_publishing_without_a_change_returns_the_last_version(cloud: Any) -> None:
    """Neither a new description, nor an alias, nor an update to the same value makes a version."""
    functions, name = cloud.functions, cloud.deploy(source(1))
    cloud.change(name, source(2))
    first = functions.publish_version(FunctionName=name)
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    functions.update_alias(FunctionName=name, Name="live", Description="moved")
    cloud.change(name, source(2), Timeout=3)
    again = functions.publish_version(FunctionName=name, Description="another")
    assert (again["Version"], again["RevisionId"]) == ("1", first["RevisionId"])
    cloud.change(name, MemorySize=256)
    assert functions.publish_version(FunctionName=name)["Version"] == "2"
    assert functions.publish_version(FunctionName=name)["Version"] == "2"


def test_the_number_of_a_deleted_version_is_not_used_again(cloud: Any) -> None:
    """Numbers grow, also after versions, or the function itself, were deleted."""
    name = published(cloud, 2)
    cloud.functions.delete_function(FunctionName=name, Qualifier="2")
    cloud.change(name, source(3))
    assert cloud.functions.publish_version(FunctionName=name)["Version"] == "3"
    code = {"ZipFile": packed(source(1))}
    cloud.functions.delete_function(FunctionName=name)
    again = cloud.functions.create_function(
        FunctionName=name,
        Role=cloud.role_arn,
        Runtime="python3.11",
        Handler="app.handler",
        Code=code,
        Publish=True,
    )
    assert again["Version"] == "4"


def packed(text: str) -> bytes:
    """Return a package of this source."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", text)
    return buffer.getvalue()


def test_publishing_is_guarded_by_hash_and_revision(cloud: Any) -> None:
    """A CodeSha256 or RevisionId that is not the latest one is refused."""
    name = cloud.deploy(source(1))
    latest = cloud.functions.get_function_configuration(FunctionName=name)
    publish = cloud.functions.publish_version
    code, message, status = refusal(publish, FunctionName=name, CodeSha256="abc")
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert message == (
        f"CodeSHA256 (abc) is different from current CodeSHA256 in $LATEST "
        f"({latest['CodeSha256']}). Please try again with the CodeSHA256 in $LATEST."
    )
    assert refusal(publish, FunctionName=name, RevisionId="x")[::2] == (
        "PreconditionFailedException",
        412,
    )
    version = publish(
        FunctionName=name, CodeSha256=latest["CodeSha256"], RevisionId=latest["RevisionId"]
    )
    assert version["Version"] == "1"


def test_a_version_cannot_be_changed(cloud: Any) -> None:
    """Code and configuration can be updated of the function only."""
    name = published(cloud, 1)
    for call, members in (
        (cloud.functions.update_function_configuration, {"Timeout": 9}),
        (cloud.functions.update_function_code, {"ZipFile": packed(source(2))}),
    ):
        code, message, _ = refusal(call, FunctionName=f"{name}:1", **members)
        assert code == "InvalidParameterValueException"
        assert message.startswith("This operation is permitted on Lambda functions only.")


def test_versions_are_listed_with_latest_first(cloud: Any) -> None:
    """The list has $LATEST and each version with its ARN, in pages."""
    name = published(cloud, 2)
    listed = cloud.functions.list_versions_by_function(FunctionName=name)["Versions"]
    assert [version["Version"] for version in listed] == ["$LATEST", "1", "2"]
    assert listed[2]["FunctionArn"].endswith(f":{name}:2")
    pages = cloud.functions.get_paginator("list_versions_by_function")
    got = []
    for page in pages.paginate(FunctionName=name, PaginationConfig={"PageSize": 1}):
        got += [version["Version"] for version in page["Versions"]]
    assert got == ["$LATEST", "1", "2"]
    code, _, status = refusal(cloud.functions.list_versions_by_function, FunctionName="nobody")
    assert (code, status) == ("ResourceNotFoundException", 404)


def test_an_alias_is_made_read_moved_and_deleted(cloud: Any) -> None:
    """Statuses are 201, 200, 200 and 204; each change has a revision of its own."""
    functions, name = cloud.functions, published(cloud, 2)

    def status(answer: Any) -> int:
        return answer["ResponseMetadata"]["HTTPStatusCode"]

    made = functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert (status(made), made["FunctionVersion"], made["Description"]) == (201, "1", "")
    assert made["AliasArn"].endswith(f":{name}:live")
    assert "RoutingConfig" not in made
    assert cloud.invoke(name, Qualifier="live").value[1] == "1"
    moved = functions.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert (status(moved), moved["FunctionVersion"]) == (200, "2")
    assert moved["RevisionId"] != made["RevisionId"]
    answer = cloud.invoke(name, Qualifier="live")
    assert (answer.executed_version, answer.value[1]) == ("2", "2")
    assert answer.value[2].endswith(f":{name}:live")
    read = functions.get_alias(FunctionName=name, Name="live")
    assert (status(read), read["RevisionId"]) == (200, moved["RevisionId"])
    stale = refusal(
        functions.update_alias, FunctionName=name, Name="live", RevisionId=made["RevisionId"]
    )
    assert stale[::2] == ("PreconditionFailedException", 412)
    assert status(functions.delete_alias(FunctionName=name, Name="live")) == 204
    assert status(functions.delete_alias(FunctionName=name, Name="live")) == 204
    code, message, _ = refusal(functions.get_alias, FunctionName=name, Name="live")
    assert code == "ResourceNotFoundException"
    assert message.startswith("Cannot find alias arn: arn:aws:lambda:")


def test_an_alias_may_point_to_latest(cloud: Any) -> None:
    """Without weights an alias may name $LATEST, and follows it."""
    name = cloud.deploy(source(1))
    cloud.functions.create_alias(FunctionName=name, Name="dev", FunctionVersion="$LATEST")
    cloud.change(name, source(2))
    assert cloud.invoke(name, Qualifier="dev").value[:2] == [2, "$LATEST"]


def test_aliases_are_listed_by_version(cloud: Any) -> None:
    """ListAliases takes a version to filter by."""
    functions, name = cloud.functions, published(cloud, 2)
    for alias, version in (("b", "1"), ("a", "1"), ("c", "2")):
        functions.create_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    every = functions.list_aliases(FunctionName=name)["Aliases"]
    assert [alias["Name"] for alias in every] == ["a", "b", "c"]
    first = functions.list_aliases(FunctionName=name, FunctionVersion="1")["Aliases"]
    assert [alias["Name"] for alias in first] == ["a", "b"]


@pytest.mark.parametrize(
    ("version", "weights", "code", "message"),
    [
        ("9", {}, "ResourceNotFoundException", "Function not found: arn:aws:lambda:"),
        ("1", {"9": 0.5}, "ResourceNotFoundException", "Function not found: arn:aws:lambda:"),
        (
            "1",
            {"2": 2},
            "ValidationException",
            "1 validation error detected: Value '{2=2.0}' at 'routingConfig."
            "additionalVersionWeights' failed to satisfy constraint: Map value must satisfy",
        ),
        (
            "1",
            {"$LATEST": 0.5},
            "ValidationException",
            "1 validation error detected: Value '{$LATEST=0.5}' at",
        ),
        (
            "1",
            {"1": 0.5},
            "InvalidParameterValueException",
            "Invalid function version 1. Function version 1 is already included in routing",
        ),
        (
            "$LATEST",
            {"1": 0.5},
            "InvalidParameterValueException",
            "$LATEST is not supported for an alias pointing to more than 1 version",
        ),
        (
            "1",
            {"2": 0.1, "3": 0.1},
            "InvalidParameterValueException",
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ),
        ("x", {}, "ValidationException", "1 validation error detected: Value 'x' at 'function"),
    ],
)
def test_a_wrong_alias_is_refused(
    cloud: Any, version: str, weights: dict[str, float], code: str, message: str
) -> None:
    """Missing versions, weights out of range, and pairs that may not be weighted."""
    name = published(cloud, 3)
    members = {"FunctionName": name, "Name": "live", "FunctionVersion": version}
    routing = {"RoutingConfig": {"AdditionalVersionWeights": weights}} if weights else {}
    got = refusal(cloud.functions.create_alias, **members, **routing)
    assert got[0] == code
    assert got[1].startswith(message)


def test_an_alias_has_one_name_and_no_number(cloud: Any) -> None:
    """A second alias of the name conflicts; a number is no name."""
    name = published(cloud, 1)
    make = cloud.functions.create_alias
    make(FunctionName=name, Name="live", FunctionVersion="1")
    code, message, status = refusal(make, FunctionName=name, Name="live", FunctionVersion="1")
    assert (code, status) == ("ResourceConflictException", 409)
    assert message.startswith("Alias already exists: arn:aws:lambda:")
    assert refusal(make, FunctionName=name, Name="12", FunctionVersion="1")[0] == (
        "ValidationException"
    )


@pytest.mark.parametrize("difference", ["role", "dead letters"])
def test_weighted_versions_share_role_and_dead_letters(cloud: Any, difference: str) -> None:
    """Two versions with another role, or another dead-letter queue, cannot share an alias."""
    name = published(cloud, 1)
    iam, sqs = cloud.client("iam"), cloud.client("sqs")
    if difference == "role":
        trust = iam.get_role(RoleName="conformance")["Role"]["AssumeRolePolicyDocument"]
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        cloud.change(name, Role=role["Role"]["Arn"])
    else:
        sending = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [sending]})
        iam.put_role_policy(RoleName="conformance", PolicyName=name, PolicyDocument=document)
        sqs.create_queue(QueueName=name)
        queue = f"arn:aws:sqs:us-east-1:123456789012:{name}"
        cloud.change(name, DeadLetterConfig={"TargetArn": queue})
    cloud.functions.publish_version(FunctionName=name)
    code, message, _ = refusal(
        cloud.functions.create_alias,
        FunctionName=name,
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )
    assert code == "InvalidParameterValueException"
    assert "must have the same" in message


def test_weights_share_the_traffic(cloud: Any) -> None:
    """A weight of 1 sends everything to the other version, 0 nothing; without weights all stays."""
    functions, name = cloud.functions, published(cloud, 2)

    def serve(weights: dict[str, float]) -> set[str]:
        routing = {"AdditionalVersionWeights": weights}
        functions.update_alias(FunctionName=name, Name="live", RoutingConfig=routing)
        return {cloud.invoke(name, Qualifier="live").executed_version for _ in range(20)}

    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert serve({"2": 1.0}) == {"2"}
    assert serve({"2": 0.0}) == {"1"}
    assert serve({"2": 0.5}) == {"1", "2"}
    assert "RoutingConfig" in functions.get_alias(FunctionName=name, Name="live")
    assert serve({}) == {"1"}
    assert "RoutingConfig" not in functions.get_alias(FunctionName=name, Name="live")


def test_the_choice_is_repeatable_with_a_seed(cloud: Any) -> None:
    """Two accounts with one seed serve the same versions in the same order."""
    runs = []
    for _ in range(2):
        seeded = start_cloud(settings={"seed": 7})
        try:
            account = type(cloud)(seeded)
            name = published(account, 2)
            account.functions.create_alias(
                FunctionName=name,
                Name="live",
                FunctionVersion="1",
                RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
            )
            runs.append(
                [account.invoke(name, Qualifier="live").executed_version for _ in range(12)]
            )
        finally:
            seeded.stop()
    assert runs[0] == runs[1]
    assert set(runs[0]) == {"1", "2"}


def test_a_qualifier_may_stand_in_the_name_the_arn_or_the_parameter(cloud: Any) -> None:
    """All three reach the version; two that differ are refused."""
    functions, name = cloud.functions, published(cloud, 2)
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    arn = functions.get_function_configuration(FunctionName=name)["FunctionArn"]
    for named in (f"{name}:1", f"{arn}:1", f"{name}:live", f"123456789012:function:{name}:live"):
        assert cloud.invoke(named).executed_version == "1"
    assert cloud.invoke(f"{name}:1", Qualifier="1").executed_version == "1"
    assert functions.get_function(FunctionName=f"{arn}:2")["Configuration"]["Version"] == "2"
    mismatch = (
        "InvalidParameterValueException",
        "The derived qualifier from the function name does not match the specified qualifier.",
        400,
    )
    assert refusal(functions.invoke, FunctionName=f"{name}:1", Qualifier="2") == mismatch
    assert refusal(functions.get_function, FunctionName=f"{name}:1", Qualifier="2") == mismatch
    code, message, status = refusal(functions.invoke, FunctionName=name, Qualifier="nobody")
    assert (code, status) == ("ResourceNotFoundException", 404)
    assert message.endswith(f"function:{name}:nobody")


def test_a_version_in_use_by_an_alias_cannot_be_deleted(cloud: Any) -> None:
    """Neither an alias's main version nor its weighted one; $LATEST never, the rest at once."""
    functions, name = cloud.functions, published(cloud, 3)
    functions.create_alias(
        FunctionName=name,
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )
    for version in ("1", "2"):
        code, message, status = refusal(
            functions.delete_function, FunctionName=name, Qualifier=version
        )
        assert (code, status) == ("ResourceConflictException", 409)
        assert message == (
            "Unable to delete version because the following aliases reference it: [live]"
        )
    code, message, _ = refusal(functions.delete_function, FunctionName=name, Qualifier="$LATEST")
    assert message == "$LATEST version cannot be deleted without deleting the function."
    functions.delete_function(FunctionName=name, Qualifier="3")
    assert refusal(functions.invoke, FunctionName=name, Qualifier="3")[0] == (
        "ResourceNotFoundException"
    )
    functions.delete_alias(FunctionName=name, Name="live")
    functions.delete_function(FunctionName=f"{name}:1")
    left = functions.list_versions_by_function(FunctionName=name)["Versions"]
    assert [version["Version"] for version in left] == ["$LATEST", "2"]
