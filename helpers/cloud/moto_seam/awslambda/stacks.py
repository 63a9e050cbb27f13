"""AWS::Lambda::Function of CloudFormation, through the same validation as the API.

moto forwards half of the properties on creation and none of its checks on an update, so both are
bound anew here, on moto's own class: CloudFormation knows that one, not its subclasses. A
property that a new template leaves out keeps its value.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-function.html.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.awslambda.utils import get_backend

NUMBERS = ("MemorySize", "Timeout", "ReservedConcurrentExecutions")
"""Numbers that arrive as text when a template takes them from a parameter."""
AT_CREATION_ONLY = ("FunctionName", "Code", "PackageType", "Tags", "ReservedConcurrentExecutions")


def install() -> None:
    """Bind creation and update where moto's CloudFormation looks for them."""
    LambdaFunction.create_from_cloudformation_json = staticmethod(_create)
    LambdaFunction.update_from_cloudformation_json = staticmethod(_update)


def _create(
    resource_name: str,
    cloudformation_json: Mapping[str, Any],
    account_id: str,
    region_name: str,
    **_: Any,
) -> Any:
    backend = get_backend(account_id, region_name)
    spec = {**_spec(cloudformation_json["Properties"]), "FunctionName": resource_name}
    function = backend.create_function(spec)
    reserved = spec.get("ReservedConcurrentExecutions")
    if reserved is not None:
        backend.put_function_concurrency(resource_name, reserved)
    return function


def _update(
    original_resource: Any,
    new_resource_name: str,
    cloudformation_json: Mapping[str, Any],
    account_id: str,
    region_name: str,
) -> Any:
    backend = get_backend(account_id, region_name)
    name, spec = original_resource.function_name, _spec(cloudformation_json["Properties"])
    settings = {key: value for key, value in spec.items() if key not in AT_CREATION_ONLY}
    backend.update_function_configuration(name, None, settings)
    backend.update_function_code(name, None, spec["Code"])
    reserved = spec.get("ReservedConcurrentExecutions")
    if reserved is not None:
        backend.put_function_concurrency(name, reserved)
    return backend.get_function(name)


def _spec(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties as CreateFunction takes them."""
    spec = {**properties, "Code": dict(properties["Code"])}
    for name in NUMBERS:
        if isinstance(spec.get(name), str):
            spec[name] = int(spec[name])
    if "ZipFile" in spec["Code"]:  # a template holds the source text of index.py
        package = LambdaFunction._create_zipfile_from_plaintext_code(spec["Code"]["ZipFile"])
        spec["Code"]["ZipFile"] = base64.b64encode(package).decode()
    if "KmsKeyArn" in spec:
        spec["KMSKeyArn"] = spec.pop("KmsKeyArn")
    if isinstance(spec.get("Tags"), list):
        spec["Tags"] = {tag["Key"]: tag["Value"] for tag in spec["Tags"]}
    return spec
