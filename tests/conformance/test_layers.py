"""Layers: what they bring to /opt, in which order, and what of them Lambda refuses."""

from __future__ import annotations

import io
import json
import secrets
import sys
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

SITE = "python/lib/python3.11/site-packages"
TELLER = "import which\ndef handler(event, context): return which.NAME\n"
MB = 1024 * 1024


def package(files: Mapping[str, str | bytes], mode: int = 0o755) -> bytes:
    """Return a zip whose files carry these permission bits."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def layer(account: Any, files: Mapping[str, str | bytes], **members: Any) -> str:
    """Publish a layer version with these files; return its ARN."""
    members = {"LayerName": f"l-{secrets.token_hex(6)}"} | members
    answer = account.functions.publish_layer_version(Content={"ZipFile": package(files)}, **members)
    return str(answer["LayerVersionArn"])


def refusal(call: Any, **members: Any) -> tuple[str, str, int]:
    """Return code, message and status of the error that a call ends with."""
    with pytest.raises(ClientError) as refused:
        call(**members)
    answer = refused.value.response
    error = answer["Error"]
    return error["Code"], error["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def status(answer: Any) -> int:
    """Return the HTTP status of an answer."""
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])


def test_a_later_layer_overwrites_an_earlier_one(account: Any) -> None:
    """Of two layers with the same file the last in the list wins."""
    one = layer(account, {"python/which.py": "NAME = 'one'"})
    two = layer(account, {"python/which.py": "NAME = 'two'"})
    assert account.run(TELLER, Layers=[one, two]).value == "two"
    assert account.run(TELLER, Layers=[two, one]).value == "one"


def test_the_function_comes_before_layers_and_layers_before_the_runtime(account: Any) -> None:
    """Its own module wins over a layer's; a layer's boto3 wins over the one Lambda brings."""
    brought = layer(
        account,
        {"python/which.py": "NAME = 'layer'", "python/boto3/__init__.py": "NAME = 'layer'"},
    )
    source = "import boto3, which\ndef handler(event, context): return [which.NAME, boto3.NAME]\n"
    name = account.deploy(source, files={"which.py": "NAME = 'function'"}, Layers=[brought])
    assert account.invoke(name).value == ["function", "layer"]


def test_both_import_roots_are_found(account: Any) -> None:
    """A layer's modules lie in python/ or in python/lib/python3.11/site-packages/."""
    brought = layer(account, {"python/plain.py": "HERE = 1", f"{SITE}/versioned.py": "HERE = 2"})
    source = "import plain, versioned\ndef handler(e, c): return [plain.HERE, versioned.HERE]\n"
    assert account.run(source, Layers=[brought]).value == [1, 2]


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_bin_is_on_the_path_and_lib_among_the_libraries(account: Any) -> None:
    """A layer's bin/ programs run by name, and lib/ is searched for shared libraries."""
    brought = layer(account, {"bin/greet": "#!/bin/sh\necho from the layer\n", "lib/x.so": "x"})
    source = (
        "import os, subprocess\n"
        "def handler(event, context):\n"
        "    said = subprocess.run(['greet'], capture_output=True, text=True, check=True).stdout\n"
        "    folders = os.environ['LD_LIBRARY_PATH'].split(':')\n"
        "    return [said, any(os.path.exists(f + '/x.so') for f in folders)]\n"
    )
    assert account.run(source, Layers=[brought]).value == ["from the layer\n", True]


def test_a_deleted_version_goes_on_working_for_who_has_it(cloud: Any) -> None:
    """Functions keep a deleted layer version; nobody can take it anew."""
    arn = layer(cloud, {"python/which.py": "NAME = 'kept'"})
    name = cloud.deploy(TELLER, Layers=[arn])
    layer_name = arn.split(":")[6]
    deleted = cloud.functions.delete_layer_version(LayerName=layer_name, VersionNumber=1)
    assert status(deleted) == 204
    again = cloud.functions.delete_layer_version(LayerName=layer_name, VersionNumber=1)
    assert status(again) == 204
    assert cloud.invoke(name).value == "kept"
    cloud.change(name, Timeout=9)
    assert cloud.invoke(name).value == "kept"
    code, message, _ = refusal(
        cloud.functions.update_function_configuration,
        FunctionName=cloud.deploy("def handler(e, c): pass\n"),
        Layers=[arn],
    )
    assert code == "InvalidParameterValueException"
    assert message == f"Layer version {arn} does not exist."
    published = layer(cloud, {"python/which.py": "NAME = 'new'"}, LayerName=layer_name)
    assert published.endswith(":2")


def test_a_published_version_keeps_its_layers(cloud: Any) -> None:
    """Layers are a part of the version's snapshot."""
    one = layer(cloud, {"python/which.py": "NAME = 'one'"})
    two = layer(cloud, {"python/which.py": "NAME = 'two'"})
    name = cloud.deploy(TELLER, Layers=[one])
    cloud.functions.publish_version(FunctionName=name)
    cloud.change(name, Layers=[two])
    assert cloud.invoke(name, Qualifier="1").value == "one"
    assert cloud.invoke(name).value == "two"


def test_a_function_takes_five_layers_of_one_version_each(cloud: Any) -> None:
    """A sixth layer is refused, and two versions of one layer as well."""
    arns = [layer(cloud, {f"python/m{number}.py": ""}) for number in range(6)]
    name = cloud.deploy("def handler(e, c): pass\n", Layers=arns[:5])
    change = cloud.functions.update_function_configuration
    code, message, _ = refusal(change, FunctionName=name, Layers=arns)
    assert (code, message) == (
        "InvalidParameterValueException",
        "Cannot reference more than 5 layers.",
    )
    second = layer(cloud, {"python/x.py": ""}, LayerName=arns[0].split(":")[6])
    code, message, _ = refusal(change, FunctionName=name, Layers=[arns[0], second])
    assert code == "InvalidParameterValueException"
    assert message.startswith("Two different versions of the same layer are not allowed")


def test_layers_of_other_accounts_and_regions_are_refused(cloud: Any) -> None:
    """Another account's layer needs its permission, another Region's never fits."""
    name = cloud.deploy("def handler(e, c): pass\n")
    change = cloud.functions.update_function_configuration
    foreign = "arn:aws:lambda:us-east-1:999999999999:layer:theirs:1"
    code, message, http = refusal(change, FunctionName=name, Layers=[foreign])
    assert (code, http) == ("AccessDeniedException", 403)
    assert f"lambda:GetLayerVersion on resource: {foreign}" in message
    far = "arn:aws:lambda:eu-west-1:123456789012:layer:far:1"
    code, message, _ = refusal(change, FunctionName=name, Layers=[far])
    assert message.startswith("Layers are not in the same region as the function.")


def test_code_and_layers_together_stay_below_the_limit(cloud: Any) -> None:
    """Two layers that fit alone exceed 250 MB together."""
    half = b"\0" * (130 * MB)
    arns = [layer(cloud, {f"data/{number}": half}) for number in range(2)]
    name = cloud.deploy("def handler(e, c): pass\n", Layers=arns[:1])
    code, message, _ = refusal(
        cloud.functions.update_function_configuration, FunctionName=name, Layers=arns
    )
    assert code == "InvalidParameterValueException"
    assert message.startswith(
        "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes."
    )


def test_a_layer_that_unzips_too_large_is_refused(cloud: Any) -> None:
    """A zip bomb is found out before it is unpacked, also when it comes from S3."""
    bomb = package({"data/zeros": b"\0" * (251 * MB)})
    too_large = ("InvalidParameterValueException", "Unzipped size must be smaller than", 400)

    def publish(content: Mapping[str, Any]) -> tuple[str, str, int]:
        name = f"l-{secrets.token_hex(4)}"
        code, message, http = refusal(
            cloud.functions.publish_layer_version, LayerName=name, Content=content
        )
        return code, message[: len(too_large[1])], http

    assert publish({"ZipFile": bomb}) == too_large
    s3, bucket = cloud.client("s3"), f"b-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="bomb.zip", Body=bomb)
    assert publish({"S3Bucket": bucket, "S3Key": "bomb.zip"}) == too_large
    assert publish({"ZipFile": b"no zip"})[1].startswith("Could not unzip uploaded file.")


def test_a_layer_from_s3_is_served(cloud: Any) -> None:
    """Content may name an object."""
    s3, bucket = cloud.client("s3"), f"b-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="l.zip", Body=package({"python/which.py": "NAME = 's3'"}))
    arn = cloud.functions.publish_layer_version(
        LayerName=f"l-{secrets.token_hex(4)}", Content={"S3Bucket": bucket, "S3Key": "l.zip"}
    )["LayerVersionArn"]
    assert cloud.run(TELLER, Layers=[arn]).value == "s3"


def test_a_version_is_described_by_number_and_by_arn(cloud: Any) -> None:
    """Runtimes, architectures, license, description, size and hash are stored with a version."""
    described = {
        "Description": "shared code",
        "LicenseInfo": "MIT",
        "CompatibleRuntimes": ["python3.13", "python3.11"],
        "CompatibleArchitectures": ["x86_64"],
    }
    arn = layer(cloud, {"python/a.py": ""}, **described)
    name = arn.split(":")[6]
    version = cloud.functions.get_layer_version(LayerName=name, VersionNumber=1)
    assert {member: version[member] for member in described} == described
    assert version["LayerVersionArn"] == arn
    assert version["Content"]["CodeSize"] > 0
    assert version["Content"]["CodeSha256"]
    by_arn = cloud.functions.get_layer_version_by_arn(Arn=arn)
    assert by_arn["Version"] == 1
    assert by_arn["Content"]["CodeSha256"] == version["Content"]["CodeSha256"]
    for missing in (
        {"LayerName": name, "VersionNumber": 7},
        {"LayerName": "no", "VersionNumber": 1},
    ):
        assert refusal(cloud.functions.get_layer_version, **missing) == (
            "ResourceNotFoundException",
            "The resource you requested does not exist.",
            404,
        )


def test_layers_are_listed_with_the_newest_matching_version(cloud: Any) -> None:
    """Lists go by runtime and architecture, newest first, in pages."""
    name = f"l-{secrets.token_hex(6)}"
    layer(cloud, {"a": "1"}, LayerName=name, CompatibleRuntimes=["python3.11"])
    layer(cloud, {"a": "2"}, LayerName=name, CompatibleRuntimes=["python3.13"])
    functions = cloud.functions

    def newest(**members: Any) -> dict[str, Any]:
        pages = functions.get_paginator("list_layers").paginate(**members)
        found = [each for page in pages for each in page["Layers"]]
        return {each["LayerName"]: each["LatestMatchingVersion"] for each in found}

    assert newest()[name]["Version"] == 2
    assert newest(CompatibleRuntime="python3.11")[name]["Version"] == 1
    assert name not in newest(CompatibleRuntime="python3.12")
    versions = functions.list_layer_versions(LayerName=name)["LayerVersions"]
    assert [version["Version"] for version in versions] == [2, 1]
    one = functions.list_layer_versions(LayerName=name, MaxItems=1)
    assert [version["Version"] for version in one["LayerVersions"]] == [2]
    assert one["NextMarker"]


@pytest.mark.parametrize(
    ("members", "member"),
    [
        ({"CompatibleRuntimes": ["cobol"]}, "compatibleRuntimes"),
        ({"CompatibleArchitectures": ["m68k"]}, "compatibleArchitectures"),
        ({"LayerName": "no spaces"}, "layerName"),
    ],
)
def test_a_malformed_publication_is_refused(
    cloud: Any, members: Mapping[str, Any], member: str
) -> None:
    """The API model's constraints come first."""
    given = {"LayerName": "l", "Content": {"ZipFile": package({"a": "b"})}} | members
    code, message, _ = refusal(cloud.functions.publish_layer_version, **given)
    assert code == "ValidationException"
    assert f"at '{member}' failed to satisfy constraint" in message


def test_permissions_of_a_layer_version_are_kept_and_shown(cloud: Any) -> None:
    """Add, read and remove statements, guarded by RevisionId; no other account uses it."""
    name = layer(cloud, {"a": "b"}).split(":")[6]
    functions, place = cloud.functions, {"LayerName": name, "VersionNumber": 1}
    get_action = {"Action": "lambda:GetLayerVersion"}
    none = refusal(functions.get_layer_version_policy, **place)
    assert none[::2] == ("ResourceNotFoundException", 404)
    added = functions.add_layer_version_permission(
        **place, **get_action, StatementId="one", Principal="999999999999"
    )
    assert status(added) == 201
    assert json.loads(added["Statement"]) == {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
        "Action": "lambda:GetLayerVersion",
        "Resource": f"arn:aws:lambda:us-east-1:123456789012:layer:{name}:1",
    }
    twice = refusal(
        functions.add_layer_version_permission,
        **place,
        **get_action,
        StatementId="one",
        Principal="*",
    )
    assert twice[::2] == ("ResourceConflictException", 409)
    assert twice[1].startswith("The statement id (one) provided already exists.")
    functions.add_layer_version_permission(
        **place, **get_action, StatementId="org", Principal="*", OrganizationId="o-abcdefghij"
    )
    policy = functions.get_layer_version_policy(**place)
    statements = json.loads(policy["Policy"])["Statement"]
    assert [statement["Sid"] for statement in statements] == ["one", "org"]
    assert statements[1]["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    stale = refusal(
        functions.remove_layer_version_permission,
        **place,
        StatementId="one",
        RevisionId=added["RevisionId"],
    )
    assert stale[::2] == ("PreconditionFailedException", 412)
    removed = functions.remove_layer_version_permission(
        **place, StatementId="one", RevisionId=policy["RevisionId"]
    )
    assert status(removed) == 204
    gone = refusal(functions.remove_layer_version_permission, **place, StatementId="one")
    assert gone[:2] == (
        "ResourceNotFoundException",
        "Statement one is not found in resource policy.",
    )
    wrong = refusal(
        functions.add_layer_version_permission,
        **place,
        StatementId="x",
        Action="lambda:InvokeFunction",
        Principal="*",
    )
    assert wrong[0] == "ValidationException"


def test_a_layer_is_shown_with_a_description_and_no_licence_it_lacks(cloud: Any) -> None:
    """Description is a text even where none was given; LicenseInfo is left out."""
    functions, arn = cloud.functions, layer(cloud, {"a": "b"})
    name = arn.split(":")[6]
    shown = functions.get_layer_version(LayerName=name, VersionNumber=1)
    (listed,) = functions.list_layer_versions(LayerName=name)["LayerVersions"]
    for document in (shown, listed):
        assert ("", False) == (document["Description"], "LicenseInfo" in document)


def test_versions_begin_at_1_and_filters_are_checked(cloud: Any) -> None:
    """Version 0 is a wrong value, not a missing layer; so are unknown runtimes."""
    functions = cloud.functions
    zero = refusal(functions.get_layer_version, LayerName="any", VersionNumber=0)
    assert ("InvalidParameterValueException", "Layer Version Cannot be less than 1", 400) == zero
    for call, members in (
        (functions.list_layers, {"CompatibleRuntime": "python9"}),
        (functions.list_layer_versions, {"LayerName": "any", "CompatibleArchitecture": "mips"}),
    ):
        code, message, _ = refusal(call, **members)
        assert "ValidationException" == code
        assert "Member must satisfy enum value set" in message


def test_a_layer_needs_its_version(cloud: Any) -> None:
    """AWS shows the whole list and every constraint on its items."""
    arn = "arn:aws:lambda:us-east-1:123456789012:layer:tools"
    name = cloud.deploy("def handler(event, context): pass")
    update = cloud.functions.update_function_configuration
    code, message, _ = refusal(update, FunctionName=name, Layers=[arn])
    assert "ValidationException" == code
    start = f"1 validation error detected: Value '[{arn}]' at 'layers' failed to satisfy"
    assert message.startswith(f"{start} constraint: Member must satisfy constraint: [Member must")
    assert message.endswith("Member must not be null]")
