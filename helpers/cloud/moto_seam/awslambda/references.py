"""What a function refers to in other services: its package in S3, its subnets and groups in EC2.

moto deploys nothing and says nothing when the object is missing, overlooks its version, and takes
any network. Models that both lists of a network stand together and name what is there, and that the
execution role may make network interfaces. Left out: the caller's own permission to read the
object, and the interfaces themselves; code runs in this machine's network.

Source: docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html, API_VpcConfig.html;
docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html; sentences as in public reports.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends

from helpers.cloud.errors import InvalidParameterValueException

NO_OBJECT = "Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}"
NO_NETWORK = "Error occurred while {call}. EC2 Error Code: {code}. EC2 Error Message: {message}"


def fetched(code: Mapping[str, Any], account_id: str) -> dict[str, Any]:
    """Return a code's members with the package itself in place of where it lies in S3.

    Raises InvalidParameterValueException for a bucket, object or version that is not there.
    """
    place = {"S3Bucket", "S3Key", "S3ObjectVersion"}
    if not (code.get("S3Bucket") and code.get("S3Key")):
        return dict(code)
    version = code.get("S3ObjectVersion")
    try:
        found = s3_backends[account_id]["aws"].get_object(
            code["S3Bucket"], code["S3Key"], version_id=version
        )
    except MissingBucket as error:
        raise _no_object("NoSuchBucket", "The specified bucket does not exist") from error
    if found is None and version:
        raise _no_object("NoSuchVersion", "The specified version does not exist.")
    if found is None:
        raise _no_object("NoSuchKey", "The specified key does not exist.")
    rest = {name: value for name, value in code.items() if name not in place}
    return {**rest, "ZipFile": base64.b64encode(found.value).decode()}


def check_network(
    vpc: Mapping[str, Any],
    place: tuple[str, str],
    role_may: Callable[[str], bool],
) -> str | None:
    """Return the id of the VPC that a configuration names, None where it names none.

    Raises InvalidParameterValueException; `place` is account and Region, and `role_may` tells
    whether the execution role may take an action.
    """
    subnets, groups = vpc.get("SubnetIds") or [], vpc.get("SecurityGroupIds") or []
    if bool(subnets) != bool(groups):
        raise InvalidParameterValueException(
            "SubnetIds and SecurityIds must coexist or be both empty list."
        )
    if not subnets:
        return None
    if not role_may("ec2:CreateNetworkInterface"):
        raise InvalidParameterValueException(
            "The provided execution role does not have permissions to call "
            "CreateNetworkInterface on EC2"
        )
    from moto.ec2.exceptions import InvalidSubnetIdError  # 20 MB that few functions need
    from moto.ec2.models import ec2_backends

    account_id, region = place
    ec2 = ec2_backends[account_id][region]
    for subnet in subnets:
        try:
            vpc_id = str(ec2.get_subnet(subnet).vpc_id)
        except InvalidSubnetIdError as error:
            raise _no_network("Subnet", "InvalidSubnetID", "subnet ID", subnet) from error
    for group in groups:
        if ec2.get_security_group_from_id(group) is None:
            raise _no_network("SecurityGroup", "InvalidGroup", "security group", group)
    return vpc_id


def _no_object(code: str, message: str) -> InvalidParameterValueException:
    return InvalidParameterValueException(NO_OBJECT.format(code=code, message=message))


def _no_network(what: str, code: str, noun: str, name: str) -> InvalidParameterValueException:
    message = f"The {noun} '{name}' does not exist"
    return InvalidParameterValueException(
        NO_NETWORK.format(call=f"Describe{what}s", code=f"{code}.NotFound", message=message)
    )
