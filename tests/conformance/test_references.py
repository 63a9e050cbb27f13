"""What a function refers to must be there: its role, its package in S3, its network, its Region."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.conformance.conftest import Account, policy, zipped
from tests.conformance.test_control_plane import ARN, FINE, refusal

CANNOT_ASSUME = "The role defined for the function cannot be assumed by Lambda."
INVALID = "InvalidParameterValueException"
NO_KEY = (
    "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: "
    "The specified key does not exist."
)


def members(cloud: Account, **more: Any) -> dict[str, Any]:
    """Return what CreateFunction takes, with these members in place of good ones."""
    return {
        "FunctionName": f"f-{secrets.token_hex(6)}",
        "Role": cloud.role_arn,
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Code": {"ZipFile": zipped({"app.py": FINE})},
    } | more


def role(cloud: Account, service: str, *actions: str) -> str:
    """Return the ARN of a new role that a service may assume, with these permissions."""
    iam, name = cloud.client("iam"), f"r-{secrets.token_hex(6)}"
    trust = policy(Principal={"Service": service}, Action="sts:AssumeRole")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    if actions:
        document = policy(Action=list(actions), Resource="*")
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
    return str(arn)


@pytest.fixture(scope="module")
def bucket(cloud: Account) -> Iterator[str]:
    """A bucket that keeps versions."""
    s3, name = cloud.client("s3"), f"packages-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    yield name
    for version in s3.list_object_versions(Bucket=name).get("Versions", []):
        s3.delete_object(Bucket=name, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=name)


def test_a_role_that_does_not_trust_lambda_is_refused(cloud: Account) -> None:
    """CreateFunction and UpdateFunctionConfiguration want a role that Lambda may assume."""
    create, update = cloud.functions.create_function, cloud.functions.update_function_configuration
    name = cloud.deploy(FINE)
    for arn in (role(cloud, "ec2.amazonaws.com"), f"{cloud.role_arn}-missing"):
        expected = (400, INVALID, CANNOT_ASSUME)
        assert expected == refusal(create, **members(cloud, Role=arn))
        assert expected == refusal(update, FunctionName=name, Role=arn)
    trusted = role(cloud, "lambda.amazonaws.com", "logs:*")
    assert trusted == update(FunctionName=name, Role=trusted)["Role"]


def test_a_package_that_is_not_in_s3_is_refused(cloud: Account, bucket: str) -> None:
    """A missing object or version is named by S3's own error; nothing is created or changed."""
    s3, functions, name = cloud.client("s3"), cloud.functions, cloud.deploy(FINE)
    missing = {"S3Bucket": bucket, "S3Key": "none.zip"}
    expected = (400, INVALID, NO_KEY)
    assert expected == refusal(functions.create_function, **members(cloud, Code=missing))
    assert expected == refusal(functions.update_function_code, FunctionName=name, **missing)
    s3.put_object(Bucket=bucket, Key="text.zip", Body=b"text")
    status, code, message = refusal(
        functions.update_function_code, FunctionName=name, S3Bucket=bucket, S3Key="text.zip"
    )
    assert (400, INVALID) == (status, code)
    assert message.startswith("Could not unzip uploaded file.")
    assert cloud.invoke(name).value == "fine"


def test_a_package_comes_from_the_version_of_the_object(cloud: Account, bucket: str) -> None:
    """S3ObjectVersion chooses among the versions of an object; without it the newest is taken."""
    s3, versions = cloud.client("s3"), []
    for word in ("old", "new"):
        body = zipped({"app.py": f"def handler(event, context):\n    return {word!r}\n"})
        versions.append(s3.put_object(Bucket=bucket, Key="app.zip", Body=body)["VersionId"])
    place = {"S3Bucket": bucket, "S3Key": "app.zip"}
    created = members(cloud, Code={**place, "S3ObjectVersion": versions[0]})
    cloud.functions.create_function(**created)
    assert cloud.invoke(created["FunctionName"]).value == "old"
    cloud.functions.update_function_code(FunctionName=created["FunctionName"], **place)
    assert cloud.invoke(created["FunctionName"]).value == "new"


def test_a_network_has_subnets_and_security_groups_that_exist(cloud: Account) -> None:
    """VpcConfig names both, and the role may make network interfaces; the VPC is shown."""
    ec2, create = cloud.client("ec2"), cloud.functions.create_function
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    arn = role(cloud, "lambda.amazonaws.com", "logs:*", "ec2:*")
    good = {"SubnetIds": [subnet["SubnetId"]], "SecurityGroupIds": [group]}
    together = "SubnetIds and SecurityIds must coexist or be both empty list."
    for vpc, who, message in (
        ({"SubnetIds": good["SubnetIds"]}, arn, together),
        ({"SecurityGroupIds": [group]}, arn, together),
        (
            good,
            cloud.role_arn,
            "The provided execution role does not have permissions to call CreateNetworkInterface "
            "on EC2",
        ),
        (
            {**good, "SubnetIds": ["subnet-1"]},
            arn,
            "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. "
            "EC2 Error Message: The subnet ID 'subnet-1' does not exist",
        ),
        (
            {**good, "SecurityGroupIds": ["sg-1"]},
            arn,
            "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. "
            "EC2 Error Message: The security group 'sg-1' does not exist",
        ),
    ):
        asked = members(cloud, VpcConfig=vpc, Role=who)
        assert (400, INVALID, message) == refusal(create, **asked)
    made = create(**members(cloud, VpcConfig=good, Role=arn))
    shown = {**good, "VpcId": subnet["VpcId"], "Ipv6AllowedForDualStack": False}
    assert shown == made["VpcConfig"]
    nothing: dict[str, list[str]] = {"SubnetIds": [], "SecurityGroupIds": []}
    left = cloud.functions.update_function_configuration(
        FunctionName=made["FunctionName"], VpcConfig=nothing
    )
    assert "" == left["VpcConfig"]["VpcId"]
    assert cloud.invoke(made["FunctionName"]).value == "fine"


def test_functions_of_other_regions_and_accounts_are_out_of_reach(cloud: Account) -> None:
    """An ARN of another Region is not found from here, one of another account is forbidden."""
    name = cloud.deploy(FINE)
    elsewhere = f"{ARN}{name}".replace("us-east-1", "eu-west-1")
    far = "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"
    stranger = f"{ARN}{name}".replace("123456789012", "210987654321")
    for call in (cloud.functions.get_function, cloud.functions.invoke):
        assert (404, "ResourceNotFoundException", far) == refusal(call, FunctionName=elsewhere)
        status, code, message = refusal(call, FunctionName=stranger)
        assert (403, "AccessDeniedException") == (status, code)
        assert "no resource-based policy allows" in message


def test_a_code_signing_configuration_that_does_not_exist_is_refused(cloud: Account) -> None:
    """A function is not created unsigned when it was asked to be signed."""
    arn = "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdef0"
    asked = members(cloud, CodeSigningConfigArn=arn)
    status, code, _ = refusal(cloud.functions.create_function, **asked)
    assert (404, "CodeSigningConfigNotFoundException") == (status, code)


def test_a_tenant_is_refused_by_a_function_without_tenant_isolation(cloud: Account) -> None:
    """Invoke with TenantId asks for a function that was created for tenants."""
    status, code, message = refusal(
        cloud.functions.invoke, FunctionName=cloud.deploy(FINE), TenantId="blue"
    )
    assert (400, INVALID) == (status, code)
    assert "tenancy configuration" in message


def test_functions_are_listed_while_others_come_and_go(cloud: Account) -> None:
    """ListFunctions with all versions never meets a function that is only half made or gone."""

    def come_and_go(_: int) -> None:
        name = cloud.deploy(FINE)
        cloud.functions.publish_version(FunctionName=name)
        cloud.functions.delete_function(FunctionName=name)

    with ThreadPoolExecutor(4) as others:
        made = others.map(come_and_go, range(24))
        for _ in range(24):
            listed = cloud.functions.list_functions(FunctionVersion="ALL")["Functions"]
            assert all(one["FunctionArn"].endswith(f":{one['Version']}") for one in listed)
        assert [None] * 24 == list(made)
