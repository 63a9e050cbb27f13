"""AWS::Lambda::Url and AWS::Lambda::Permission of CloudFormation.

moto knows no URLs, and its permissions bypass AddPermission. Source:
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-url.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from moto.awslambda.models import Permission
from moto.awslambda.utils import get_backend
from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel

from helpers.cloud.control.function_urls import FunctionUrlsApi
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.errors import AwsError
from helpers.cloud.http_fronts.function_urls import FunctionUrl
from helpers.cloud.registry import Key

ATTRIBUTES = ("FunctionArn", "FunctionUrl")


class FunctionUrlResource(CloudFormationModel):  # type: ignore[misc]
    """A function URL that a stack made; `api` is bound by `install`."""

    api: ClassVar[FunctionUrlsApi]

    def __init__(self, url: FunctionUrl) -> None:
        self.url = url

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives: the ARN of the function or alias."""
        return self.url.function_arn

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return what Fn::GetAtt gives."""
        if attribute_name == "FunctionUrl":
            return self.api.address(self.url)
        return self.url.function_arn

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Lambda::Url"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in ATTRIBUTES

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> FunctionUrlResource:
        given = cloudformation_json["Properties"]
        key, qualifier = _place(given, account_id, region_name)
        try:
            return cls(cls.api.create(key, qualifier, given))
        except AwsError as error:
            raise ValidationError(resource_name, message=error.message) from error

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> FunctionUrlResource:
        given = cloudformation_json["Properties"]
        key, qualifier = _place(given, account_id, region_name)
        old: FunctionUrl = original_resource.url
        try:
            if (old.key, old.qualifier) == (key, qualifier):
                return cls(cls.api.update(key, qualifier, {"Cors": {}, **given}))
            made = cls(cls.api.create(key, qualifier, given))
        except AwsError as error:
            raise ValidationError(new_resource_name, message=error.message) from error
        cls.api.urls.delete(old.key, old.qualifier)
        return made

    @classmethod
    def delete_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> None:
        named = parse_function_name(resource_name)
        cls.api.urls.delete(named.key(account_id=account_id, region=region_name), named.qualifier)

    def is_created(self) -> bool:
        return True


def install(api: FunctionUrlsApi) -> None:
    """Bind URLs to their API, and permissions to AddPermission."""
    FunctionUrlResource.api = api
    Permission.create_from_cloudformation_json = staticmethod(_create_permission)


def _create_permission(
    resource_name: str,
    cloudformation_json: Mapping[str, Any],
    account_id: str,
    region_name: str,
    **_: Any,
) -> Permission:
    given = dict(cloudformation_json["Properties"])
    named = parse_function_name(given.pop("FunctionName"))
    if isinstance(given.get("InvokedViaFunctionUrl"), str):
        given["InvokedViaFunctionUrl"] = given["InvokedViaFunctionUrl"] == "true"
    backend = get_backend(account_id, region_name)
    backend.add_permission(
        named.name, named.qualifier, json.dumps({"StatementId": resource_name, **given})
    )
    return Permission(region=region_name)


def _place(given: Mapping[str, Any], account_id: str, region: str) -> tuple[Key, str | None]:
    named = parse_function_name(given["TargetFunctionArn"])
    return named.key(account_id=account_id, region=region), given.get("Qualifier", named.qualifier)
