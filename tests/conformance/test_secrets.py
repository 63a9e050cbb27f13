"""Configuration services: Parameter Store, rotation of secrets, customer keys of variables."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.roles import make_role
from tests.waiting import until

ROTATION = """\
import boto3, json, os
client = boto3.client("secretsmanager")

def handler(event, context):
    arn, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    versions = client.describe_secret(SecretId=arn)["VersionIdsToStages"]
    if step == os.environ.get("FAILS_AT"):
        raise RuntimeError(f"{step} went wrong")
    if "AWSCURRENT" in versions[token]:
        return
    if "AWSPENDING" not in versions[token]:
        raise ValueError("not staged")
    if step == "createSecret":
        old = client.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")["SecretString"]
        try:
            client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")
        except client.exceptions.ResourceNotFoundException:
            client.put_secret_value(
                SecretId=arn, ClientRequestToken=token, VersionStages=["AWSPENDING"],
                SecretString=json.dumps({"n": json.loads(old)["n"] + 1}))
    elif step == "testSecret":
        client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")
    elif step == "finishSecret":
        current = next(v for v, labels in versions.items() if "AWSCURRENT" in labels)
        client.update_secret_version_stage(
            SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token,
            RemoveFromVersionId=current)
        client.update_secret_version_stage(
            SecretId=arn, VersionStage="AWSPENDING", RemoveFromVersionId=token)
"""
VARIABLES = "import os\ndef handler(event, context):\n    return os.environ['GREETING']\n"
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]


class Stores:
    """An account, its configuration services, and roles that may use them."""

    def __init__(self, account: Any) -> None:
        self.account = account
        self.secrets = account.client("secretsmanager")
        self.kms = account.client("kms")

    def role(self, *actions: str) -> str:
        return make_role(self.account.client("iam"), ["logs:*", *actions])

    def rotation_function(self, *, permitted: bool = True, **variables: str) -> str:
        name = self.account.deploy(
            ROTATION,
            Role=self.role("secretsmanager:*"),
            Timeout=20,
            Environment={"Variables": variables},
        )
        if permitted:
            self.account.functions.add_permission(
                FunctionName=name, StatementId="rotation", Action="lambda:InvokeFunction",
                Principal="secretsmanager.amazonaws.com", SourceAccount="123456789012",
            )  # fmt: skip
        found = self.account.functions.get_function(FunctionName=name)
        return str(found["Configuration"]["FunctionArn"])

    def secret(self) -> str:
        return str(
            self.secrets.create_secret(
                Name=f"secret-{secrets.token_hex(4)}", SecretString='{"n": 1}'
            )["ARN"]
        )

    def value(self, arn: str, **which: str) -> Any:
        return json.loads(self.secrets.get_secret_value(SecretId=arn, **which)["SecretString"])

    def steps(self, arn: str) -> list[dict[str, Any]]:
        records = self.account.cloud.records()["records"]
        return [r for r in records if r["kind"] == "rotation.step" and r["secret"] == arn]


@pytest.fixture(scope="module")
def lab(cloud: Any) -> Stores:
    return Stores(cloud)


# -- rotation -------------------------------------------------------------------------------------


def test_rotation_calls_the_function_four_times(lab: Stores):
    """Each step is an invocation; at the end the new version is current, the old one previous."""
    arn, function = lab.secret(), lab.rotation_function()
    first = lab.secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]
    started = lab.secrets.rotate_secret(SecretId=arn, RotationLambdaARN=function)
    until(lambda: len(lab.steps(arn)) == 4)
    described = lab.secrets.describe_secret(SecretId=arn)

    assert STEPS == [step["step"] for step in lab.steps(arn)]
    assert {started["VersionId"]} == {step["version_id"] for step in lab.steps(arn)}
    assert ({"n": 2}, {"n": 1}) == (lab.value(arn), lab.value(arn, VersionStage="AWSPREVIOUS"))
    assert {started["VersionId"]: ["AWSCURRENT"], next(iter(first)): ["AWSPREVIOUS"]} == (
        described["VersionIdsToStages"]
    )
    assert (True, function) == (described["RotationEnabled"], described["RotationLambdaARN"])


def test_a_rotation_function_needs_the_permission_of_the_service(lab: Stores):
    """RotateSecret looks at the function's resource policy when rotation is configured."""
    arn = lab.secret()
    function = lab.rotation_function(permitted=False)
    for wrong in (function, function + "-gone"):
        with pytest.raises(
            ClientError, match=r"AccessDeniedException.*cannot invoke the specified"
        ):
            lab.secrets.rotate_secret(SecretId=arn, RotationLambdaARN=wrong)

    assert [] == lab.steps(arn)


def test_a_step_that_fails_leaves_the_old_version_current(lab: Stores):
    """AWSPENDING stays where it was put, a record tells why, and the next call takes it up."""
    arn, function = lab.secret(), lab.rotation_function(FAILS_AT="testSecret")
    started = lab.secrets.rotate_secret(SecretId=arn, RotationLambdaARN=function)
    until(lambda: len(lab.steps(arn)) == 3)
    stages = lab.secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]

    assert [True, True, False] == [step["succeeded"] for step in lab.steps(arn)]
    assert "testSecret went wrong" in lab.steps(arn)[-1]["reason"]
    assert ["AWSPENDING"] == stages[started["VersionId"]]
    assert {"n": 1} == lab.value(arn)

    lab.account.change(function.rpartition(":")[2], Environment={"Variables": {}})
    with pytest.raises(ClientError, match="A previous rotation isn't complete"):
        lab.secrets.rotate_secret(SecretId=arn)
    until(lambda: len(lab.steps(arn)) == 7)
    assert {"n": 2} == lab.value(arn)


def test_only_the_test_step_runs_when_rotation_is_not_immediate(lab: Stores):
    """RotateImmediately False checks the configuration and leaves the secret as it is."""
    arn, function = lab.secret(), lab.rotation_function()
    lab.secrets.rotate_secret(
        SecretId=arn, RotationLambdaARN=function, RotateImmediately=False,
        RotationRules={"AutomaticallyAfterDays": 30},
    )  # fmt: skip
    until(lambda: lab.steps(arn))

    assert ["testSecret"] == [step["step"] for step in lab.steps(arn)]
    assert {"n": 1} == lab.value(arn)


def test_a_schedule_rotates_again_and_cancelling_ends_it(account_with: Any):
    """Days pass in lapsed time; after CancelRotateSecret nothing more is rotated."""
    lab = Stores(account_with(time_lapse=86_400))
    arn, function = lab.secret(), lab.rotation_function()
    lab.secrets.rotate_secret(
        SecretId=arn, RotationLambdaARN=function, RotationRules={"AutomaticallyAfterDays": 1}
    )
    until(lambda: lab.value(arn)["n"] >= 3)
    lab.secrets.cancel_rotate_secret(SecretId=arn)
    until(lambda: lab.steps(arn)[-1]["step"] == "finishSecret")
    described = lab.secrets.describe_secret(SecretId=arn)

    assert 1 == described["RotationRules"]["AutomaticallyAfterDays"]
    assert described["RotationEnabled"] is False
    assert "NextRotationDate" not in described


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"SecretId": "nothing"}, "ResourceNotFoundException"),
        ({}, "InvalidRequestException.*No Lambda rotation function"),
        ({"RotationRules": {"AutomaticallyAfterDays": 1001}}, "InvalidParameterException"),
        ({"RotationRules": {"ScheduleExpression": "rate(1 hour)"}}, "between 4 hours"),
        ({"RotationRules": {"ScheduleExpression": "often"}}, "InvalidParameterException"),
        (
            {"RotationRules": {"ScheduleExpression": "rate(4 hours)", "AutomaticallyAfterDays": 1}},
            "can't specify both",
        ),
    ],
)
def test_what_rotate_secret_refuses(lab: Stores, given: dict[str, Any], code: str):
    """Each wrong request gets an error of Secrets Manager, and nothing is rotated."""
    arn = lab.secret()
    if given and "SecretId" not in given:
        given = {**given, "RotationLambdaARN": lab.rotation_function()}
    with pytest.raises(ClientError, match=code):
        lab.secrets.rotate_secret(**{"SecretId": arn, **given})

    assert {"n": 1} == lab.value(arn)


def test_an_unknown_secret_is_a_bad_request(lab: Stores):
    """Secrets Manager answers with 400 where other services would say 404."""
    with pytest.raises(ClientError) as caught:
        lab.secrets.get_secret_value(SecretId="nobody")

    assert ("ResourceNotFoundException", 400) == (
        caught.value.response["Error"]["Code"],
        caught.value.response["ResponseMetadata"]["HTTPStatusCode"],
    )


# -- customer keys --------------------------------------------------------------------------------


def test_variables_under_a_customer_key_are_opened_by_a_grant(lab: Stores):
    """The role needs no kms:Decrypt: Lambda gets a grant for it, for this function only."""
    key = lab.kms.create_key()["KeyMetadata"]["Arn"]
    settings = {"KMSKeyArn": key, "Environment": {"Variables": {"GREETING": "hello"}}}
    role = lab.role()
    name = lab.account.deploy(VARIABLES, Role=role, **settings)

    assert "hello" == lab.account.invoke(name).value
    [grant] = lab.kms.list_grants(KeyId=key)["Grants"]
    context = {"aws:lambda:FunctionArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}"}
    assert (role, context) == (
        grant["GranteePrincipal"],
        grant["Constraints"]["EncryptionContextEquals"],
    )
    other = lab.role()
    lab.account.change(name, Role=other)
    assert "hello" == lab.account.invoke(name).value
    assert {role, other} == {
        each["GranteePrincipal"] for each in lab.kms.list_grants(KeyId=key)["Grants"]
    }


def test_a_role_made_anew_has_not_the_grant_of_the_old_one(lab: Stores):
    """It has the same name and another id: 502 KMSAccessDeniedException, until it is set again."""
    iam, role = lab.account.client("iam"), lab.role()
    key = lab.kms.create_key()["KeyMetadata"]["Arn"]
    settings = {"KMSKeyArn": key, "Environment": {"Variables": {"GREETING": "hello"}}}
    name = lab.account.deploy(VARIABLES, Role=role, **settings)
    role_name = role.rsplit("/", 1)[1]
    trust = iam.get_role(RoleName=role_name)["Role"]["AssumeRolePolicyDocument"]
    for inline in iam.list_role_policies(RoleName=role_name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role_name, PolicyName=inline)
    iam.delete_role(RoleName=role_name)
    iam.create_role(RoleName=role_name, AssumeRolePolicyDocument=json.dumps(trust))

    with pytest.raises(ClientError) as caught:
        lab.account.invoke(name)
    assert ("KMSAccessDeniedException", 502) == (
        caught.value.response["Error"]["Code"],
        caught.value.response["ResponseMetadata"]["HTTPStatusCode"],
    )
    assert "not authorized to perform: kms:Decrypt" in str(caught.value)
    lab.account.change(name, KMSKeyArn=key)
    assert "hello" == lab.account.invoke(name).value


def test_a_grant_lets_code_use_a_key(lab: Stores):
    """Beside the key policy and the role's own; revoked, it lets nobody."""
    key = lab.kms.create_key()["KeyMetadata"]["KeyId"]
    role = lab.role()
    source = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    try:\n"
        "        boto3.client('kms').encrypt(**event, Plaintext=b'x')\n"
        "    except Exception as error:\n"
        "        return error.response['Error']['Code']\n"
        "    return 'encrypted'\n"
    )
    name = lab.account.deploy(source, Role=role, Timeout=30)
    event = {"KeyId": key, "EncryptionContext": {"shop": "one"}}

    assert "AccessDeniedException" == lab.account.invoke(name, event).value
    grant = lab.kms.create_grant(
        KeyId=key, GranteePrincipal=role, Operations=["Encrypt"],
        Constraints={"EncryptionContextSubset": {"shop": "one"}},
    )["GrantId"]  # fmt: skip
    assert "encrypted" == lab.account.invoke(name, event).value
    assert "AccessDeniedException" == lab.account.invoke(name, {"KeyId": key}).value
    lab.kms.revoke_grant(KeyId=key, GrantId=grant)
    assert "AccessDeniedException" == lab.account.invoke(name, event).value


def test_a_key_policy_may_deny_decryption(lab: Stores):
    """The key's own policy counts as much as the role's."""
    role = lab.role("kms:Decrypt")
    everything = {
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "kms:*", "Resource": "*",
    }  # fmt: skip
    denial = {
        "Effect": "Deny",
        "Principal": {"AWS": role},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything, denial]})
    key = lab.kms.create_key(Policy=document)["KeyMetadata"]["Arn"]
    name = lab.account.deploy(
        VARIABLES, Role=role, KMSKeyArn=key, Environment={"Variables": {"GREETING": "hello"}}
    )
    with pytest.raises(ClientError, match="KMSAccessDeniedException"):
        lab.account.invoke(name)


def test_a_key_that_is_switched_off_or_gone(lab: Stores):
    """Each state of the key has its own error."""
    key = lab.kms.create_key()["KeyMetadata"]["Arn"]
    name = lab.account.deploy(
        VARIABLES, Role=lab.role("kms:Decrypt"), KMSKeyArn=key,
        Environment={"Variables": {"GREETING": "hello"}},
    )  # fmt: skip
    lab.kms.disable_key(KeyId=key)
    with pytest.raises(ClientError, match="KMSDisabledException"):
        lab.account.invoke(name)
    lab.kms.schedule_key_deletion(KeyId=key)
    with pytest.raises(ClientError, match="KMSInvalidStateException"):
        lab.account.invoke(name)
    with pytest.raises(ClientError, match="KMS key is invalid for CreateGrant"):
        lab.account.deploy(VARIABLES, KMSKeyArn=key.replace(key[-36:], "0" * 36))


# -- Parameter Store ------------------------------------------------------------------------------


def test_parameters_by_path_come_ten_at_a_time(lab: Stores):
    """GetParametersByPath gives at most ten and a token, below the path, deeper if asked."""
    ssm, root = lab.account.client("ssm"), f"/shop-{secrets.token_hex(3)}"
    for number in range(12):
        ssm.put_parameter(Name=f"{root}/p{number:02}", Value=str(number), Type="String")
    ssm.put_parameter(Name=f"{root}/deep/er", Value="x", Type="String")
    first = ssm.get_parameters_by_path(Path=root)
    second = ssm.get_parameters_by_path(Path=root, NextToken=first["NextToken"])
    everything = ssm.get_paginator("get_parameters_by_path").paginate(Path=root, Recursive=True)

    assert (10, 2) == (len(first["Parameters"]), len(second["Parameters"]))
    assert "NextToken" not in second
    assert 13 == sum(len(page["Parameters"]) for page in everything)
    with pytest.raises(ClientError, match="ValidationException"):
        ssm.get_parameters_by_path(Path=root, MaxResults=11)


def test_versions_and_labels_of_a_parameter(lab: Stores):
    """name:3 and name:label choose a version; the history keeps them all."""
    ssm, name = lab.account.client("ssm"), f"/price-{secrets.token_hex(3)}"
    for value in ("1", "2", "3"):
        ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    ssm.label_parameter_version(Name=name, ParameterVersion=2, Labels=["live"])

    def value(which: str) -> str:
        return str(ssm.get_parameter(Name=name + which)["Parameter"]["Value"])

    assert ("3", "1", "2") == (value(""), value(":1"), value(":live"))
    history = ssm.get_parameter_history(Name=name)["Parameters"]
    assert [(1, []), (2, ["live"]), (3, [])] == [(p["Version"], p["Labels"]) for p in history]
    with pytest.raises(ClientError, match="ParameterVersionNotFound"):
        value(":9")
    with pytest.raises(ClientError, match="ParameterAlreadyExists"):
        ssm.put_parameter(Name=name, Value="4", Type="String")


def test_a_secure_string_is_given_in_clear_only_when_asked(lab: Stores):
    """WithDecryption decides; the ciphertext is not the value."""
    ssm, name = lab.account.client("ssm"), f"/token-{secrets.token_hex(3)}"
    ssm.put_parameter(Name=name, Value="s3cret", Type="SecureString")

    assert "s3cret" == ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    assert "s3cret" != ssm.get_parameter(Name=name)["Parameter"]["Value"]


READER = """\
import boto3
def handler(event, context):
    if event["store"] == "ssm":
        found = boto3.client("ssm").get_parameter(Name=event["name"], WithDecryption=True)
        return found["Parameter"]["Value"]
    return boto3.client("secretsmanager").get_secret_value(SecretId=event["name"])["SecretString"]
"""


@pytest.mark.parametrize("store", ["ssm", "secretsmanager"])
def test_a_value_under_a_customer_key_needs_kms_decrypt(lab: Stores, store: str):
    """With AWS's own key the store's permission is enough; with yours, kms:Decrypt comes too."""
    name, key = f"/own-{secrets.token_hex(3)}", lab.kms.create_key()["KeyMetadata"]["Arn"]
    if store == "ssm":
        put = lab.account.client("ssm").put_parameter
        put(Name=f"{name}/aws", Value="safe", Type="SecureString")
        put(Name=f"{name}/own", Value="safe", Type="SecureString", KeyId=key)
    else:
        lab.secrets.create_secret(Name=f"{name}/aws", SecretString="safe")
        lab.secrets.create_secret(Name=f"{name}/own", SecretString="safe", KmsKeyId=key)
    reads = f"{store}:*"
    may = lab.account.deploy(READER, Role=lab.role(reads, "kms:Decrypt"), Timeout=20)
    may_not = lab.account.deploy(READER, Role=lab.role(reads), Timeout=20)

    def read(function: str, which: str) -> Any:
        return lab.account.invoke(function, {"store": store, "name": f"{name}/{which}"})

    assert "safe" == read(may, "own").value
    assert "safe" == read(may_not, "aws").value
    refusal = "not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1"
    assert refusal in read(may_not, "own").error["errorMessage"]
