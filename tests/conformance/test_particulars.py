"""Particulars of Lambda's answers: which members are there, which revision, whose words.

Tools that compare answers stumble over them: a member that should be absent, a status too early,
a condition that got lost.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.conftest import Account, zipped
from tests.conformance.refusals import refused
from tests.conformance.roles import make_role

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
LAYER = "arn:aws:lambda:us-east-1:123456789012:layer:"
FINE = "def handler(event, context):\n    return 'fine'\n"
CALLER = "import boto3\ndef handler(event, context):\n    "
CALLER += "return boto3.client('sts').get_caller_identity()['Arn']\n"
STALE = "The Revision Id provided does not match the latest Revision Id. Call the "
MISMATCH = "The derived qualifier from the function name does not match the specified qualifier."


def test_new_code_that_is_published_is_pending_at_first(cloud: Account) -> None:
    """The answer is a version's that is being created; once Active it is another revision."""
    f, name = cloud.functions, cloud.deploy(FINE)
    other = zipped({"app.py": FINE + "# other\n"})
    answer = f.update_function_code(FunctionName=name, ZipFile=other, Publish=True)
    assert ("1", f"{ARN}{name}:1") == (answer["Version"], answer["FunctionArn"])
    assert ("Pending", "Creating") == (answer["State"], answer["StateReasonCode"])
    assert "LastUpdateStatus" not in answer

    f.get_waiter("published_version_active").wait(FunctionName=name, Qualifier="1")
    version = f.get_function_configuration(FunctionName=name, Qualifier="1")
    assert ("Active", "Successful") == (version["State"], version["LastUpdateStatus"])
    assert answer["RevisionId"] != version["RevisionId"]
    again = f.update_function_code(FunctionName=name, ZipFile=other, Publish=True)
    assert ("1", "Active") == (again["Version"], again["State"])


def test_a_function_that_was_published_at_once_has_three_revisions(cloud: Account) -> None:
    """CreateFunction's answer, the function when it is Active, and version 1 differ."""
    f, name = cloud.functions, f"f-{secrets.token_hex(6)}"
    created = f.create_function(
        FunctionName=name, Role=cloud.role_arn, Runtime="python3.13", Handler="app.handler",
        Code={"ZipFile": zipped({"app.py": FINE})}, Publish=True,
    )  # fmt: skip
    assert ("1", ARN + name) == (created["Version"], created["FunctionArn"])
    active = f.get_function_configuration(FunctionName=name)
    version = f.get_function_configuration(FunctionName=name, Qualifier="1")
    assert 3 == len({answer["RevisionId"] for answer in (created, active, version)})


def test_a_stale_revision_is_told_alike_by_updates_and_permissions(cloud: Account) -> None:
    """412, of the user's fault, with one sentence for all."""
    f, name = cloud.functions, cloud.deploy(FINE)
    grant = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"}
    f.add_permission(FunctionName=name, **grant)
    for call, members in (
        (f.update_function_configuration, {"Timeout": 5}),
        (f.update_function_code, {"ZipFile": zipped({"app.py": FINE})}),
        (f.publish_version, {}),
        (f.add_permission, {**grant, "StatementId": "t"}),
        (f.remove_permission, {"StatementId": "s"}),
    ):
        with pytest.raises(ClientError) as caught:
            call(FunctionName=name, RevisionId="wrong", **members)
        answer: Any = caught.value.response
        assert "PreconditionFailedException" == answer["Error"]["Code"]
        words = STALE + "GetFunction/GetAlias API to retrieve the latest Revision Id"
        assert ("User", words) == (answer["Type"], answer["message"])


def test_an_organization_is_named_beside_other_conditions(cloud: Account) -> None:
    """None of a permission's conditions takes another's place."""
    added = cloud.functions.add_permission(
        FunctionName=cloud.deploy(FINE), StatementId="org", Principal="*",
        Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE",
        PrincipalOrgID="o-1234567890", SourceAccount="123456789012", SourceArn="arn:aws:s3:::b",
    )  # fmt: skip
    assert {
        "StringEquals": {
            "AWS:SourceAccount": "123456789012",
            "lambda:FunctionUrlAuthType": "NONE",
            "aws:PrincipalOrgID": "o-1234567890",
        },
        "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"},
    } == json.loads(added["Statement"])["Condition"]


def test_a_urls_default_mode_is_told_to_who_reads(cloud: Account) -> None:
    """InvokeMode stands in answers to writers only if it was given, once."""
    f, name = cloud.functions, cloud.deploy(FINE)
    assert "InvokeMode" not in f.create_function_url_config(FunctionName=name, AuthType="NONE")
    assert "InvokeMode" not in f.update_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    assert "BUFFERED" == f.get_function_url_config(FunctionName=name)["InvokeMode"]
    f.update_function_url_config(FunctionName=name, InvokeMode="RESPONSE_STREAM")
    later = f.update_function_url_config(FunctionName=name, AuthType="NONE")
    assert "RESPONSE_STREAM" == later["InvokeMode"]


def test_a_url_is_asked_for_by_one_qualifier(cloud: Account) -> None:
    """An alias in the name and another one as argument are refused."""
    f, named = cloud.functions, f"{cloud.deploy(FINE)}:live"
    for call, members in (
        (f.create_function_url_config, {"AuthType": "NONE"}),
        (f.get_function_url_config, {}),
        (f.update_function_url_config, {"AuthType": "NONE"}),
    ):
        refusal = refused(call, FunctionName=named, Qualifier="beta", **members)
        assert (400, "InvalidParameterValueException", MISMATCH) == refusal


def test_deleting_knows_versions_only(cloud: Account) -> None:
    """$LATEST and aliases are refused, a version that is not there is not missed."""
    f, name = cloud.functions, cloud.deploy(FINE)
    for members, words in (
        ({"Qualifier": "$LATEST"}, "$LATEST version cannot be deleted without deleting the functi"),
        ({"FunctionName": f"{name}:$LATEST"}, "$LATEST version cannot be deleted without deletin"),
        ({"Qualifier": "live"}, "Deletion of aliases is not currently supported."),
        ({"FunctionName": f"{name}:1", "Qualifier": "2"}, MISMATCH),
    ):
        status, code, message = refused(f.delete_function, **{"FunctionName": name, **members})
        assert (400, "InvalidParameterValueException") == (status, code)
        assert message.startswith(words)
    for qualifier in ("7", "$latest"):
        f.delete_function(FunctionName=name, Qualifier=qualifier)
    assert name == f.get_function_configuration(FunctionName=name)["FunctionName"]


def test_a_missing_alias_is_told_in_the_operations_own_words(cloud: Account) -> None:
    """Reading, changing and provisioning say it differently, also without the function."""
    f, name = cloud.functions, cloud.deploy(FINE)

    def said(call: Any, function: str = name, **members: Any) -> str:
        return str(refused(call, FunctionName=function, **members)[2])

    assert f"Cannot find alias arn: {ARN}{name}:live" == said(f.get_alias, Name="live")
    assert f"Alias not found: {ARN}{name}:live" == said(f.update_alias, Name="live")
    nobody = f"Cannot find alias arn: {ARN}nobody:live"
    get, put = f.get_provisioned_concurrency_config, f.put_provisioned_concurrency_config
    assert nobody == said(get, "nobody", Qualifier="live")
    assert nobody == said(put, "nobody", Qualifier="live", ProvisionedConcurrentExecutions=1)
    assert f"Function not found: {ARN}nobody:7" == said(get, "nobody", Qualifier="7")


def test_faults_of_name_and_qualifier_are_told_together(raw: Any, cloud: Account) -> None:
    """The qualifier's come first, and lengths before patterns."""
    long, wrong = "a" * 129, "!" * 257
    for call in (raw.get_function, raw.delete_function, raw.invoke):
        status, code, message = refused(call, FunctionName=wrong, Qualifier=long)
        assert (400, "ValidationException") == (status, code)
        start, *rest = message.split("; ")
        assert start == (
            f"3 validation errors detected: Value '{long}' at 'qualifier' failed to satisfy "
            "constraint: Member must have length less than or equal to 128"
        )
        assert rest[0].endswith("Member must have length less than or equal to 256")
        assert rest[1].startswith(f"Value '{wrong}' at 'functionName' failed to satisfy")
        status, code, message = refused(call, FunctionName="mine", Qualifier="live!")
        assert message.startswith("1 validation error detected: Value 'live!' at 'qualifier' ")
    vpc = {"SubnetIds": ["mine"], "SecurityGroupIds": ["sg-1"]}
    name = cloud.deploy(FINE)
    message = refused(raw.update_function_configuration, FunctionName=name, VpcConfig=vpc)[2]
    assert message.startswith(
        "1 validation error detected: Value '[mine]' at 'vpcConfig.subnetIds'"
    )


def test_a_layer_version_that_is_not_there_has_no_policy(cloud: Account) -> None:
    """Every operation on policies names the version; a stale revision points to GetLayerPolicy."""
    f, name = cloud.functions, f"layer-{secrets.token_hex(4)}"
    f.publish_layer_version(LayerName=name, Content={"ZipFile": zipped({"a": "b"})})
    grant = {"StatementId": "all", "Action": "lambda:GetLayerVersion", "Principal": "*"}
    second = {"LayerName": name, "VersionNumber": 2}
    for call, members in (
        (f.add_layer_version_permission, grant),
        (f.get_layer_version_policy, {}),
        (f.remove_layer_version_permission, {"StatementId": "all"}),
    ):
        missing = f"Layer version {LAYER}{name}:2 does not exist."
        assert (404, "ResourceNotFoundException", missing) == refused(call, **second, **members)
    stale = refused(
        f.add_layer_version_permission, LayerName=name, VersionNumber=1, RevisionId="x", **grant
    )
    words = STALE + "GetLayerPolicy API to retrieve the latest Revision Id"
    assert (412, "PreconditionFailedException", words) == stale


def test_a_layers_empty_lists_are_shown_to_whoever_gave_them(cloud: Account) -> None:
    """Runtimes and architectures are left out only where nobody spoke of them."""
    f, name = cloud.functions, f"layer-{secrets.token_hex(4)}"
    content = {"ZipFile": zipped({"a": "b"})}
    plain = f.publish_layer_version(LayerName=name, Content=content)
    assert not {"CompatibleRuntimes", "CompatibleArchitectures"} & plain.keys()
    listed = f.publish_layer_version(
        LayerName=name, Content=content, CompatibleRuntimes=[], CompatibleArchitectures=["arm64"]
    )
    assert ([], ["arm64"]) == (listed["CompatibleRuntimes"], listed["CompatibleArchitectures"])
    shown = f.get_layer_version(LayerName=name, VersionNumber=2)
    assert [] == shown["CompatibleRuntimes"]


def test_tags_of_a_missing_mapping_are_told_by_its_arn(cloud: Account) -> None:
    """The words are of the mapping, for reading as for writing."""
    arn = "arn:aws:lambda:us-east-1:123456789012:event-source-mapping:"
    arn += "12345678-1234-1234-1234-123456789012"
    missing = (404, "ResourceNotFoundException", f"Event source mapping not found: {arn}")
    assert missing == refused(cloud.functions.list_tags, Resource=arn)
    assert missing == refused(cloud.functions.tag_resource, Resource=arn, Tags={"a": "b"})


def test_limits_of_concurrency_are_told_without_a_type(cloud: Account) -> None:
    """Lambda's count of the account's concurrency does not say whose fault it is."""
    with pytest.raises(ClientError) as caught:
        cloud.functions.put_function_concurrency(
            FunctionName=cloud.deploy(FINE), ReservedConcurrentExecutions=1_000
        )
    answer: Any = caught.value.response
    assert "InvalidParameterValueException" == answer["Error"]["Code"]
    assert "Type" not in answer


def test_a_name_of_one_letter_makes_a_longer_session(cloud: Account) -> None:
    """A session's name needs two characters, a function's one."""
    f, role = cloud.functions, make_role(cloud.client("iam"), ["sts:GetCallerIdentity"])
    for name, session in (("z", "z@lambda_function"), ("zz", "zz")):
        f.create_function(
            FunctionName=name, Role=role, Runtime="python3.13", Handler="app.handler",
            Code={"ZipFile": zipped({"app.py": CALLER})},
        )  # fmt: skip
        try:
            assert str(json.loads(cloud.invoke(name).payload)).endswith(f"/{session}")
        finally:
            f.delete_function(FunctionName=name)
