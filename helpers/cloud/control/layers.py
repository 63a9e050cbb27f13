"""What Lambda refuses of layers: as a version, as a permission, as a part of a function.

Source: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (deployment package);
botocore's lambda/2015-03-31/service-2.json; sentences as AWS's answers in public reports have them.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.cloud.control.constraints import Constraints
from helpers.cloud.control.packages import check_package, check_upload
from helpers.cloud.environment.local_extension import is_aws_layer
from helpers.cloud.errors import AccessDeniedException, InvalidParameterValueException
from helpers.cloud.facts import load_facts
from helpers.cloud.model import CodePackage

NAME = r"[a-zA-Z0-9-_]+"
LAYER_VERSION_ARN = (
    r"arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:"
    r"layer:[a-zA-Z0-9-_]+:[0-9]+"
)
LAYER_OF_FUNCTION = rf"({LAYER_VERSION_ARN})|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)"
PRINCIPAL = r"\d{12}|\*|arn:(aws[a-zA-Z-]*):iam::\d{12}:root"
MAX_RUNTIMES = 15
GET_VERSION = "lambda:GetLayerVersion"


def check_publication(name: str, members: Mapping[str, Any]) -> None:
    """Raise the AwsError that PublishLayerVersion answers with, if the request has a fault."""
    constraints = Constraints()
    constraints.pattern("layerName", name, NAME)
    constraints.length("layerName", name, at_least=1, at_most=140)
    constraints.required("content", members.get("Content"))
    constraints.length("description", members.get("Description"), at_most=256)
    constraints.length("licenseInfo", members.get("LicenseInfo"), at_most=512)
    for architecture in members.get("CompatibleArchitectures") or ():
        constraints.one_of("compatibleArchitectures", architecture, ("x86_64", "arm64"))
    runtimes = members.get("CompatibleRuntimes") or ()
    for runtime in runtimes:
        constraints.one_of("compatibleRuntimes", runtime, load_facts().runtimes)
    constraints.number("compatibleRuntimes", len(runtimes), at_least=0, at_most=MAX_RUNTIMES)
    constraints.raise_if_broken()
    content = dict(members["Content"])
    if isinstance(content.get("ZipFile"), str):
        content["ZipFile"] = base64.b64decode(content["ZipFile"])
    check_upload(content, operation="PublishLayerVersion")


def check_permission(members: Mapping[str, Any]) -> None:
    """Raise the AwsError that AddLayerVersionPermission answers with, if there is a fault."""
    constraints = Constraints()
    for member, pattern in (
        ("StatementId", NAME),
        ("Action", GET_VERSION),
        ("Principal", PRINCIPAL),
        ("OrganizationId", r"o-[a-z0-9]{10,32}"),
    ):
        camel = member[0].lower() + member[1:]
        if member != "OrganizationId":
            constraints.required(camel, members.get(member))
        constraints.pattern(camel, members.get(member), pattern)
    constraints.length("statementId", members.get("StatementId"), at_least=1, at_most=100)
    constraints.raise_if_broken()


def check_layer_arns(arns: Sequence[str], *, account_id: str, region: str) -> None:
    """Raise the AwsError that a function with these layers is answered with."""
    known: dict[str, str] = {}
    constraints = Constraints()
    constraints.each("layers", arns, LAYER_OF_FUNCTION, at_most=2048)
    constraints.raise_if_broken()
    for arn in arns:
        layer = arn.rpartition(":")[0]
        if layer in known:
            raise InvalidParameterValueException(
                "Two different versions of the same layer are not allowed to be referenced in the "
                f"same function. {known[layer]} and {arn} are versions of the same layer."
            )
        known[layer] = arn
        _, _, _, its_region, its_account, *_ = arn.split(":")
        if its_region != region:
            raise InvalidParameterValueException(
                "Layers are not in the same region as the function. Layers are expected to be in "
                f"region {region}."
            )
        if its_account != account_id and not is_aws_layer(arn):
            raise AccessDeniedException(
                f"User: arn:aws:iam::{account_id}:root is not authorized to perform: {GET_VERSION} "
                f"on resource: {arn} because no resource-based policy allows the {GET_VERSION} "
                "action"
            )


def check_total_size(code: CodePackage, layers: Sequence[CodePackage]) -> None:
    """Raise InvalidParameterValueException when code and layers unzip to more than the limit."""
    if not layers:
        return
    limit = load_facts().quota("package_unzipped_max")
    total = sum(check_package(package.zip_bytes) for package in (code, *layers))
    if total > limit:
        raise InvalidParameterValueException(
            "Function code combined with layers exceeds the maximum allowed size of "
            f"{limit} bytes. The actual size is {total} bytes."
        )
