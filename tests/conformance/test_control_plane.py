"""The API of functions as boto3 shows it: documents, errors, pages, revisions, tags, downloads."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError

from tests.conformance.conftest import Account, zipped

FINE = "def handler(event, context):\n    return 'fine'\n"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"


def refusal(call: Callable[..., Any], **members: Any) -> tuple[int, str, str]:
    """Return status, code and message of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**members)
    response = caught.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


def test_a_new_function_is_pending_and_then_active(cloud: Account) -> None:
    """CreateFunction answers Pending; LastModified, hash, size and defaults are as documented."""
    name, package = f"f-{secrets.token_hex(6)}", zipped({"app.py": FINE})
    created = cloud.functions.create_function(
        FunctionName=name,
        Role=cloud.role_arn,
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": package},
    )
    assert (created["State"], created["StateReasonCode"]) == ("Pending", "Creating")
    assert "LastUpdateStatus" not in created
    cloud.functions.get_waiter("function_active_v2").wait(FunctionName=name)
    found = cloud.functions.get_function_configuration(FunctionName=name)
    assert (found["State"], found["LastUpdateStatus"]) == ("Active", "Successful")
    assert "StateReason" not in found
    assert found["CodeSize"] == len(package)
    digest = base64.b64encode(hashlib.sha256(package).digest()).decode()
    assert found["CodeSha256"] == digest
    defaults = {
        "MemorySize": 128, "Timeout": 3, "Architectures": ["x86_64"], "PackageType": "Zip",
        "EphemeralStorage": {"Size": 512}, "TracingConfig": {"Mode": "PassThrough"},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"}, "Version": "$LATEST",
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
    }  # fmt: skip
    assert {member: found[member] for member in defaults} == defaults
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", found["LastModified"])
    assert found["RuntimeVersionConfig"]["RuntimeVersionArn"].startswith("arn:aws:lambda:us-east-1")
    assert "Layers" not in found


def test_an_update_is_in_progress_and_then_successful(cloud: Account) -> None:
    """Updates answer InProgress with a new RevisionId; afterwards they were successful."""
    name = cloud.deploy(FINE)
    before = cloud.functions.get_function_configuration(FunctionName=name)["RevisionId"]
    updated = cloud.functions.update_function_configuration(FunctionName=name, Timeout=9)
    assert (updated["LastUpdateStatus"], updated["Timeout"]) == ("InProgress", 9)
    code = cloud.functions.update_function_code(
        FunctionName=name, ZipFile=zipped({"app.py": "# new\n" + FINE})
    )
    assert code["LastUpdateStatus"] == "InProgress"
    cloud.functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    found = cloud.functions.get_function_configuration(FunctionName=name)
    assert "Successful" == found["LastUpdateStatus"]
    revisions = {before, *(answer["RevisionId"] for answer in (updated, code, found))}
    assert 4 == len(revisions)  # the end of an update is a revision too


def test_a_dry_run_of_new_code_changes_nothing(cloud: Account) -> None:
    """UpdateFunctionCode with DryRun checks the package and keeps the old one."""
    name = cloud.deploy(FINE)
    before = cloud.functions.get_function_configuration(FunctionName=name)
    new = zipped({"app.py": "# new\n" + FINE})
    cloud.functions.update_function_code(FunctionName=name, ZipFile=new, DryRun=True)
    after = cloud.functions.get_function_configuration(FunctionName=name)
    assert (after["CodeSha256"], after["RevisionId"]) == (
        before["CodeSha256"], before["RevisionId"],
    )  # fmt: skip
    status, code, _ = refusal(
        lambda: cloud.functions.update_function_code(FunctionName=name, ZipFile=b"no", DryRun=True)
    )
    assert (status, code) == (400, "InvalidParameterValueException")


def test_what_is_missing_is_named_by_its_arn(cloud: Account) -> None:
    """Every operation on a function that does not exist answers 404 with the function's ARN."""
    name, f = f"f-{secrets.token_hex(6)}", cloud.functions
    for call in (
        lambda: f.get_function(FunctionName=name),
        lambda: f.get_function_configuration(FunctionName=name),
        lambda: f.get_function_concurrency(FunctionName=name),
        lambda: f.get_function_code_signing_config(FunctionName=name),
        lambda: f.get_runtime_management_config(FunctionName=name),
        lambda: f.get_policy(FunctionName=name),
        lambda: f.update_function_configuration(FunctionName=name, Timeout=5),
        lambda: f.update_function_code(FunctionName=name, ZipFile=zipped({})),
        lambda: f.publish_version(FunctionName=name),
        lambda: f.list_versions_by_function(FunctionName=name),
        lambda: f.list_aliases(FunctionName=name),
        lambda: f.list_tags(Resource=ARN + name),
        lambda: f.delete_function(FunctionName=name),
    ):
        assert refusal(call) == (
            404, "ResourceNotFoundException", f"Function not found: {ARN}{name}",
        )  # fmt: skip
    for call in (  # these would run $LATEST, and say so
        lambda: f.invoke(FunctionName=name),
        lambda: f.invoke_async(FunctionName=name, InvokeArgs=b"{}"),
        lambda: f.invoke_with_response_stream(FunctionName=name),
    ):
        message = f"Function not found: {ARN}{name}:$LATEST"
        assert (404, "ResourceNotFoundException", message) == refusal(call)


def test_a_missing_version_or_alias_is_named_too(cloud: Account) -> None:
    """The qualifier is part of the ARN; to delete a version twice does no harm."""
    name = cloud.deploy(FINE)
    for qualifier in ("99", "live"):
        for call in (cloud.functions.get_function, cloud.functions.get_function_configuration):
            message = refusal(call, FunctionName=name, Qualifier=qualifier)[2]
            assert message == f"Function not found: {ARN}{name}:{qualifier}"
    cloud.functions.delete_function(FunctionName=name, Qualifier="99")


def test_a_function_is_shown_under_the_arn_it_was_asked_for(cloud: Account) -> None:
    """With a qualifier the answer's FunctionArn has it: version, alias or $LATEST."""
    name = cloud.deploy(FINE)
    cloud.functions.publish_version(FunctionName=name)
    cloud.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    for qualifier, version in (("1", "1"), ("live", "1"), ("$LATEST", "$LATEST")):
        for text, more in ((name, {"Qualifier": qualifier}), (f"{name}:{qualifier}", {})):
            found = cloud.functions.get_function(FunctionName=text, **more)["Configuration"]
            assert found["FunctionArn"] == f"{ARN}{name}:{qualifier}"
            assert found["Version"] == version
    assert (
        cloud.functions.get_function_configuration(FunctionName=name)["FunctionArn"] == ARN + name
    )


@pytest.mark.parametrize("name", ["f", "function", "lambda", "us"])
def test_a_name_may_be_a_part_of_its_own_arn(name: str, account_with: Any) -> None:
    """A function whose name occurs in its ARN has aliases like any other."""
    account = account_with()
    account.functions.create_function(
        FunctionName=name,
        Role=account.role_arn,
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": zipped({"app.py": FINE})},
        Publish=True,
    )
    account.functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert account.invoke(name, Qualifier="live").value == "fine"


def test_a_function_that_exists_is_not_created_again(cloud: Account) -> None:
    """A second CreateFunction of the same name is a conflict."""
    name = cloud.deploy(FINE)
    status, code, message = refusal(
        lambda: cloud.functions.create_function(
            FunctionName=name,
            Role=cloud.role_arn,
            Runtime="python3.13",
            Handler="app.handler",
            Code={"ZipFile": zipped({"app.py": FINE})},
        )
    )
    assert (status, code) == (409, "ResourceConflictException")
    assert message == f"Function already exist: {name}"


VALUE = "1 validation error detected: Value "


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"KMSKeyArn": "key"}, f"{VALUE}'key' at 'kmsKeyArn' failed to satisfy"),
        ({"EphemeralStorage": {}}, f"{VALUE}null at 'ephemeralStorage.size' failed to satisfy"),
        (
            {"VpcConfig": {"SubnetIds": ["s"] * 17, "SecurityGroupIds": ["g"]}},
            "'vpcConfig.subnetIds' failed to satisfy constraint: Member must have length less",
        ),
        (
            {"VpcConfig": {"SubnetIds": ["s"], "SecurityGroupIds": ["g"] * 6}},
            "'vpcConfig.securityGroupIds' failed to satisfy constraint: Member must have length",
        ),
        ({"Tags": {"aws:owner": "me"}}, "aws:"),
        ({"Tags": {f"k{n}": "v" for n in range(51)}}, "Number of tags exceeds"),
        (
            {"Code": {"ZipFile": b"zip", "S3Bucket": "b", "S3Key": "k"}},
            "Please do not provide other FunctionCode parameters when providing a ZipFile.",
        ),
        ({"Code": {"ImageUri": "i"}}, "Please don't provide ImageUri when creating a function"),
        (
            {"Code": {"S3Bucket": "nobody-has-this-bucket", "S3Key": "k"}},
            "Error occurred while GetObject. S3 Error Code: NoSuchBucket.",
        ),
        ({"Timeout": "long"}, "can not be converted to an Integer"),
    ],
)
def test_a_malformed_function_is_refused(settings: Any, message: str, raw: Any) -> None:
    """CreateFunction says in AWS's words which member is wrong, and stores nothing."""
    name = f"f-{secrets.token_hex(6)}"
    whole = {
        "FunctionName": name, "Role": "arn:aws:iam::123456789012:role/conformance",
        "Runtime": "python3.13", "Handler": "app.handler",
        "Code": {"ZipFile": zipped({"app.py": FINE})},
    }  # fmt: skip
    status, _, said = refusal(lambda: raw.create_function(**{**whole, **settings}))
    assert status == 400
    assert message in said
    assert refusal(lambda: raw.get_function(FunctionName=name))[0] == 404


def test_all_broken_constraints_are_told_at_once(raw: Any) -> None:
    """One ValidationException lists every member that breaks the API model."""
    status, code, message = refusal(
        raw.create_function, FunctionName="a b", Role="r", Handler="a b", Timeout=0, MemorySize=1,
        Runtime="python3.13", Code={"ZipFile": zipped({"app.py": FINE})},
    )  # fmt: skip
    assert (status, code) == (400, "ValidationException")
    assert message.startswith("5 validation errors detected: Value 'a b' at 'functionName'")
    assert "Value null at 'functionName'" in refusal(raw.create_function, Role="r")[2]


def test_a_function_may_be_created_by_its_arn(cloud: Account) -> None:
    """An ARN or partial ARN names the function that is created."""
    for form in (ARN, "123456789012:function:"):
        name = f"f-{secrets.token_hex(6)}"
        created = cloud.functions.create_function(
            FunctionName=form + name, Role=cloud.role_arn, Runtime="python3.13",
            Handler="app.handler", Code={"ZipFile": zipped({"app.py": FINE})},
        )  # fmt: skip
        assert (created["FunctionName"], created["FunctionArn"]) == (name, ARN + name)
        assert cloud.invoke(name).value == "fine"


def test_a_zip_function_takes_no_image(cloud: Account) -> None:
    """The package type of a function cannot be changed by new code."""
    name = cloud.deploy(FINE)
    message = refusal(
        lambda: cloud.functions.update_function_code(FunctionName=name, ImageUri="repository:tag")
    )[2]
    assert message == "Please don't provide ImageUri when updating a function with packageType Zip."


def test_functions_are_listed_in_pages(account_with: Any, raw: Any) -> None:
    """ListFunctions pages by MaxItems and Marker; FunctionVersion ALL lists versions as well."""
    account = account_with()
    first, second = account.deploy(FINE), account.deploy(FINE)
    account.functions.publish_version(FunctionName=first)
    pages = account.functions.get_paginator("list_functions").paginate(
        PaginationConfig={"PageSize": 1}
    )
    names = [[f["FunctionName"] for f in page["Functions"]] for page in pages]
    assert all(len(page) == 1 for page in names)
    assert {first, second} <= {name for (name,) in names}
    every = account.functions.list_functions(FunctionVersion="ALL")["Functions"]
    arns = [f["FunctionArn"] for f in every if f["FunctionName"] == first]
    assert arns == [f"{ARN}{first}:$LATEST", f"{ARN}{first}:1"]
    listed = account.functions.list_functions()["Functions"][0]
    assert not {"State", "LastUpdateStatus", "RuntimeVersionConfig"} & listed.keys()
    for call, member in (
        ({"FunctionVersion": "SOME"}, "functionVersion"),
        ({"MaxItems": 0}, "maxItems"),
        ({"MaxItems": 10_001}, "maxItems"),
    ):
        status, code, message = refusal(raw.list_functions, **call)
        assert (status, code) == (400, "ValidationException")
        assert f"at '{member}' failed to satisfy constraint" in message
    assert refusal(lambda: raw.list_functions(Marker="x"))[1] == "InvalidParameterValueException"


def test_code_location_downloads_the_package(cloud: Account) -> None:
    """GetFunction's Code.Location needs no credentials, and gives the package as uploaded."""
    package = zipped({"app.py": FINE, "data.txt": secrets.token_hex(16)})
    name = cloud.deploy(FINE)
    cloud.functions.update_function_code(FunctionName=name, ZipFile=package)
    code = cloud.functions.get_function(FunctionName=name)["Code"]
    assert code["RepositoryType"] == "S3"
    assert urllib.request.urlopen(code["Location"], timeout=10).read() == package
    cloud.change(name, FINE)
    newer = cloud.functions.get_function(FunctionName=name)["Code"]["Location"]
    assert urllib.request.urlopen(code["Location"], timeout=10).read() == package  # still its own
    assert urllib.request.urlopen(newer, timeout=10).read() != package


def test_layer_content_location_downloads_the_layer(cloud: Account) -> None:
    """GetLayerVersion and GetLayerVersionByArn link to the layer's archive."""
    package, name = zipped({"python/a.py": ""}), f"l-{secrets.token_hex(6)}"
    made = cloud.functions.publish_layer_version(LayerName=name, Content={"ZipFile": package})
    for answer in (
        made,
        cloud.functions.get_layer_version(LayerName=name, VersionNumber=1),
        cloud.functions.get_layer_version_by_arn(Arn=made["LayerVersionArn"]),
    ):
        link = answer["Content"]["Location"]
        assert urllib.request.urlopen(link, timeout=10).read() == package


def test_a_guessed_link_downloads_nothing(cloud: Account) -> None:
    """A link that nobody was given is refused, whoever asks; so is writing to one."""
    link = cloud.functions.get_function(FunctionName=cloud.deploy(FINE))["Code"]["Location"]
    token = link.split("/")[-2]
    guessed = link.replace(token, "0" * len(token))
    writing = urllib.request.Request(link, data=b"x", method="PUT")
    for request, status in ((guessed, 403), (writing, 405)):
        with pytest.raises(HTTPError) as caught:
            urllib.request.urlopen(request, timeout=10)
        assert caught.value.code == status
        caught.value.close()
    assert len(token) == 64


def test_tags_are_added_replaced_and_removed(cloud: Account, raw: Any) -> None:
    """TagResource adds and replaces, UntagResource removes; versions have no tags of their own."""
    arn = ARN + cloud.deploy(FINE, Tags={"team": "shop", "stage": "test"})
    cloud.functions.tag_resource(Resource=arn, Tags={"stage": "live", "cost": "1"})
    cloud.functions.untag_resource(Resource=arn, TagKeys=["team", "never"])
    assert cloud.functions.list_tags(Resource=arn)["Tags"] == {"stage": "live", "cost": "1"}
    assert cloud.functions.get_function(FunctionName=arn)["Tags"] == {"stage": "live", "cost": "1"}
    many = {f"k{n}": "v" for n in range(49)}
    for call, code in (
        (lambda: raw.tag_resource(Resource=arn, Tags=many), "InvalidParameterValueException"),
        (lambda: raw.tag_resource(Resource=arn, Tags={"aws:x": "1"}), "InvalidParameterValue"),
        (lambda: raw.tag_resource(Resource=f"{arn}:1", Tags={}), "InvalidParameterValue"),
        (lambda: raw.tag_resource(Resource="function", Tags={}), "ValidationException"),
        (lambda: raw.untag_resource(Resource=arn, TagKeys=[]), "ValidationException"),
    ):
        status, said, _ = refusal(call)
        assert status == 400
        assert said.startswith(code)


def test_permissions_are_checked_before_they_are_stored(cloud: Account, raw: Any) -> None:
    """AddPermission refuses malformed members and an id that is in use; removal a missing one."""
    name = cloud.deploy(FINE)
    good = {
        "FunctionName": name, "StatementId": "s3", "Action": "lambda:InvokeFunction",
        "Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::uploads",
    }  # fmt: skip
    for member, value, code in (
        ("StatementId", "a b", "ValidationException"),
        ("StatementId", "x" * 101, "ValidationException"),
        ("Action", "s3:GetObject", "ValidationException"),
        ("SourceArn", "uploads", "ValidationException"),
        ("SourceAccount", "12", "ValidationException"),
        ("Principal", "nobody", "InvalidParameterValueException"),
    ):
        assert refusal(raw.add_permission, **{**good, member: value})[1] == code
    cloud.functions.add_permission(**good)
    assert refusal(lambda: raw.add_permission(**good)) == (
        409,
        "ResourceConflictException",
        "The statement id (s3) provided already exists. Please provide a new statement id, or "
        "remove the existing statement.",
    )
    assert refusal(lambda: raw.remove_permission(FunctionName=name, StatementId="sns")) == (
        404, "ResourceNotFoundException", "Statement sns is not found in resource policy.",
    )  # fmt: skip
    cloud.functions.remove_permission(FunctionName=name, StatementId="s3")
    assert refusal(lambda: raw.get_policy(FunctionName=name))[0] == 404


def test_the_runtime_update_mode_is_kept(cloud: Account, raw: Any) -> None:
    """A function starts with Auto; Manual names the runtime version, the other modes none."""
    name = cloud.deploy(FINE)
    f, build = cloud.functions, f"arn:aws:lambda:us-east-1::runtime:{'a' * 64}"
    assert f.get_runtime_management_config(FunctionName=name)["UpdateRuntimeOn"] == "Auto"
    f.put_runtime_management_config(
        FunctionName=name, UpdateRuntimeOn="Manual", RuntimeVersionArn=build
    )
    kept = f.get_runtime_management_config(FunctionName=name)
    assert (kept["UpdateRuntimeOn"], kept["RuntimeVersionArn"]) == ("Manual", build)
    for call, code in (
        ({"UpdateRuntimeOn": "Manual"}, "InvalidParameterValueException"),
        ({"UpdateRuntimeOn": "Auto", "RuntimeVersionArn": build}, "InvalidParameterValueException"),
        ({"UpdateRuntimeOn": "Never"}, "ValidationException"),
    ):
        refused = refusal(raw.put_runtime_management_config, FunctionName=name, **call)
        assert refused[1] == code


def test_a_buffered_answer_is_streamed_in_one_piece(cloud: Account) -> None:
    """InvokeWithResponseStream of a Python handler sends its answer, then InvokeComplete."""
    name = cloud.deploy("def handler(event, context):\n    return event\n")
    answer = cloud.functions.invoke_with_response_stream(
        FunctionName=name, Payload=b'{"city": "Bologna"}', LogType="Tail"
    )
    chunk, complete = answer["EventStream"]
    assert chunk["PayloadChunk"]["Payload"] == b'{"city": "Bologna"}'
    log = base64.b64decode(complete["InvokeComplete"]["LogResult"]).decode()
    assert log.startswith("START RequestId: ")
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")


def test_a_large_answer_is_streamed_in_pieces(cloud: Account) -> None:
    """An answer of some megabytes arrives whole."""
    name = cloud.deploy(
        "def handler(event, context):\n    return 'x' * 3_000_000\n", MemorySize=256
    )
    stream = cloud.functions.invoke_with_response_stream(FunctionName=name)["EventStream"]
    pieces = [event["PayloadChunk"]["Payload"] for event in stream if "PayloadChunk" in event]
    assert len(pieces) == 3
    assert b"".join(pieces) == b'"' + b"x" * 3_000_000 + b'"'


def test_a_failed_handler_ends_its_stream_with_the_error(cloud: Account) -> None:
    """An exception is told by InvokeComplete, in a stream that began with status 200."""
    name = cloud.deploy("def handler(event, context):\n    raise ValueError('no')\n")
    (complete,) = cloud.functions.invoke_with_response_stream(FunctionName=name)["EventStream"]
    assert complete["InvokeComplete"]["ErrorCode"] == "Unhandled"
    assert '"errorType": "ValueError"' in complete["InvokeComplete"]["ErrorDetails"]


def test_invoke_async_queues_an_event(cloud: Account, raw: Any) -> None:
    """The old InvokeAsync accepts JSON of up to 256 KB and answers 202 at once."""
    name = cloud.deploy(FINE)
    assert cloud.functions.invoke_async(FunctionName=name, InvokeArgs=b"{}")["Status"] == 202
    assert refusal(lambda: raw.invoke_async(FunctionName=name, InvokeArgs=b"{"))[:2] == (
        400, "InvalidRequestContentException",
    )  # fmt: skip
    large = b'"' + b"x" * 256 * 1024 + b'"'
    assert refusal(lambda: raw.invoke_async(FunctionName=name, InvokeArgs=large))[0] == 413


def test_each_qualifier_has_a_policy_of_its_own(cloud: Account, raw: Any) -> None:
    """GetPolicy shows the statements of the resource it names; ids are unique in each only."""
    name, f = cloud.deploy(FINE), cloud.functions
    f.publish_version(FunctionName=name)
    f.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    for scope in ({}, {"Qualifier": "1"}, {"Qualifier": "live"}):
        made = f.add_permission(
            FunctionName=name, StatementId="same", Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com", **scope,
        )  # fmt: skip
        arn = ":".join([ARN + name, *scope.values()])
        statement = {
            "Sid": "same", "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
            "Action": "lambda:InvokeFunction", "Resource": arn,
        }  # fmt: skip
        assert json.loads(made["Statement"]) == statement
        policy = json.loads(f.get_policy(FunctionName=name, **scope)["Policy"])
        assert policy == {"Version": "2012-10-17", "Id": "default", "Statement": [statement]}
    f.remove_permission(FunctionName=name, StatementId="same", Qualifier="live")
    assert refusal(f.get_policy, FunctionName=name, Qualifier="live")[0] == 404
    assert f.get_policy(FunctionName=name, Qualifier="1")["RevisionId"]
    message = refusal(
        raw.add_permission, FunctionName=name, Qualifier="$LATEST", StatementId="x",
        Action="lambda:InvokeFunction", Principal="*",
    )[2]  # fmt: skip
    assert message == "We currently do not support adding policies for $LATEST."


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("123456789012", {"AWS": "arn:aws:iam::123456789012:root"}),
        ("arn:aws:iam::111122223333:user/ann", {"AWS": "arn:aws:iam::111122223333:user/ann"}),
        ("s3.amazonaws.com", {"Service": "s3.amazonaws.com"}),
        ("*", "*"),
    ],
)
def test_principals_are_written_in_full(given: str, written: object, cloud: Account) -> None:
    """An account is written as its root user, a service as a service."""
    statement = cloud.functions.add_permission(
        FunctionName=cloud.deploy(FINE), StatementId="s", Action="lambda:InvokeFunction",
        Principal=given,
    )["Statement"]  # fmt: skip
    assert json.loads(statement)["Principal"] == written


def test_a_whole_policy_is_put_read_and_deleted(cloud: Account) -> None:
    """PutResourcePolicy replaces all statements, may deny, and is guarded by the RevisionId."""
    f = cloud.functions
    arn = ARN + cloud.deploy(FINE)
    f.add_permission(
        FunctionName=arn, StatementId="old", Action="lambda:InvokeFunction", Principal="*"
    )
    old = f.get_policy(FunctionName=arn)["RevisionId"]
    deny = {
        "Sid": "NoBilling", "Effect": "Deny", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": arn,
    }  # fmt: skip
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    put = f.put_resource_policy(ResourceArn=arn, Policy=document, RevisionId=old)
    assert json.loads(put["Policy"])["Statement"] == [deny]
    assert json.loads(f.get_policy(FunctionName=arn)["Policy"])["Statement"] == [deny]
    assert refusal(f.put_resource_policy, ResourceArn=arn, Policy=document, RevisionId=old)[:2] == (
        412, "PreconditionFailedException",
    )  # fmt: skip
    for wrong in ("{}", document.replace(arn, arn + "x"), "no policy"):
        refused = refusal(f.put_resource_policy, ResourceArn=arn, Policy=wrong)
        assert refused[1] == "InvalidParameterValueException"
    f.delete_resource_policy(ResourceArn=arn)
    assert refusal(f.get_resource_policy, ResourceArn=arn)[0] == 404


def test_an_update_completes_what_it_leaves_open(cloud: Account) -> None:
    """LoggingConfig keeps what is not given; Environment is replaced as a whole."""
    name, f = cloud.deploy(FINE, Environment={"Variables": {"CITY": "Bologna"}}), cloud.functions
    update = f.update_function_configuration
    assert update(FunctionName=name, Timeout=4)["Environment"]["Variables"] == {"CITY": "Bologna"}
    assert update(FunctionName=name, Environment={})["Environment"] == {"Variables": {}}
    update(FunctionName=name, LoggingConfig={"LogFormat": "JSON"})
    logging = update(FunctionName=name, LoggingConfig={"ApplicationLogLevel": "DEBUG"})
    assert logging["LoggingConfig"] == {
        "LogFormat": "JSON", "ApplicationLogLevel": "DEBUG", "SystemLogLevel": "INFO",
        "LogGroup": f"/aws/lambda/{name}",
    }  # fmt: skip
    text = update(FunctionName=name, LoggingConfig={"LogFormat": "Text"})["LoggingConfig"]
    assert text == {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}


def test_an_operation_that_is_not_built_says_so(cloud: Account) -> None:
    """What this account does not have is an error of its own, not a page of HTML."""
    status, code, message = refusal(cloud.functions.list_capacity_providers)
    assert (status, code) == (501, "NotImplementedException")
    assert "does not have" in message


def test_a_service_that_nobody_imitates_is_refused_by_name(cloud: Any):
    """A call to a service unknown to moto is an error of its own, not a fault of the kit."""
    with pytest.raises(ClientError) as caught:
        cloud.client("braket").search_devices(filters=[])

    assert "NotImplementedException" == caught.value.response["Error"]["Code"]


def test_every_answer_has_a_request_id(cloud: Account) -> None:
    """A support case starts with it: answers and errors alike."""
    f, name = cloud.functions, cloud.deploy(FINE)
    answers = [
        f.list_functions(), f.get_function(FunctionName=name), f.get_account_settings(),
        f.publish_version(FunctionName=name), f.invoke(FunctionName=name), f.list_layers(),
    ]  # fmt: skip
    ids = [answer["ResponseMetadata"]["RequestId"] for answer in answers]
    with pytest.raises(ClientError) as caught:
        f.get_alias(FunctionName=name, Name="live")
    ids.append(caught.value.response["ResponseMetadata"]["RequestId"])
    assert 7 == len({*filter(None, ids)})


def test_revisions_follow_the_states_tags_versions_and_permissions(cloud: Account) -> None:
    """Each is a new revision, an alias is none; none of them costs a warm environment."""
    f, name = cloud.functions, cloud.deploy(FINE)

    def revision() -> str:
        return str(f.get_function_configuration(FunctionName=name)["RevisionId"])

    cloud.invoke(name)
    seen = [revision()]
    f.tag_resource(Resource=ARN + name, Tags={"team": "orders"})
    seen.append(revision())
    f.publish_version(FunctionName=name)
    seen.append(revision())
    f.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    assert seen[-1] == revision()
    permission = {"StatementId": "s3", "Action": "lambda:InvokeFunction"}
    permission |= {"Principal": "s3.amazonaws.com"}
    stale = refusal(f.add_permission, FunctionName=name, RevisionId=seen[0], **permission)
    assert (412, "PreconditionFailedException") == stale[:2]
    f.add_permission(FunctionName=name, RevisionId=seen[-1], **permission)
    seen.append(revision())
    assert seen[-1] == f.get_policy(FunctionName=name)["RevisionId"]

    assert 4 == len({*seen})
    assert "Init Duration" not in cloud.invoke(name).log


def test_an_empty_environment_is_shown_to_whoever_gave_one(cloud: Account) -> None:
    """Variables stay an empty map; a function that never had any shows no Environment."""
    asked = cloud.functions.get_function_configuration
    without, with_none = cloud.deploy(FINE), cloud.deploy(FINE, Environment={"Variables": {}})
    assert "Environment" not in asked(FunctionName=without)
    assert {"Variables": {}} == asked(FunctionName=with_none)["Environment"]


def test_an_alexa_skill_is_named_in_a_condition(cloud: Account) -> None:
    """EventSourceToken becomes the condition key lambda:EventSourceToken."""
    added = cloud.functions.add_permission(
        FunctionName=cloud.deploy(FINE), StatementId="alexa", Action="lambda:InvokeFunction",
        Principal="alexa-appkit.amazon.com", EventSourceToken="amzn1.ask.skill.123",
    )  # fmt: skip
    condition = json.loads(added["Statement"])["Condition"]
    assert {"StringEquals": {"lambda:EventSourceToken": "amzn1.ask.skill.123"}} == condition


def test_an_update_of_more_than_5120_bytes_is_too_large(cloud: Account) -> None:
    """UpdateFunctionConfiguration has a limit of its own, before variables are measured."""
    assert refusal(
        cloud.functions.update_function_configuration,
        FunctionName=cloud.deploy(FINE),
        Environment={"Variables": {"NAMES": "x" * 6000}},
    ) == (
        413, "RequestEntityTooLargeException",
        "Request must be smaller than 5120 bytes for the UpdateFunctionConfiguration operation",
    )  # fmt: skip
