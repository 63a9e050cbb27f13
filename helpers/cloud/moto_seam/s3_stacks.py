"""NotificationConfiguration of AWS::S3::Bucket, which moto's CloudFormation overlooks.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
aws-properties-s3-bucket-notificationconfiguration.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import wraps
from inspect import unwrap
from typing import Any

from moto.s3.models import FakeBucket, s3_backends

from helpers.cloud.errors import AwsError
from helpers.cloud.moto_seam.identities import PARTITION
from helpers.cloud.moto_seam.pushed_stacks import validation_error
from helpers.cloud.moto_seam.s3_notification_api import NotificationsApi
from helpers.cloud.moto_seam.writers import Writer

BY_TEMPLATE = "coldstart_by_template"
"""Attribute of a bucket whose notifications a template has put, so that it may end them."""


def install(api: NotificationsApi) -> None:
    """Let templates configure notifications; moto overlooks that property of a bucket."""
    create = unwrap(FakeBucket.create_from_cloudformation_json)
    update = unwrap(FakeBucket.update_from_cloudformation_json)

    def configured(bucket: Any, template: Mapping[str, Any]) -> Any:
        given = (template.get("Properties") or {}).get("NotificationConfiguration")
        if given is not None or getattr(bucket, BY_TEMPLATE, False):
            document = _from_template(given or {})
            api.configure(bucket, document, skip_validation=False, writer=Writer())
            setattr(bucket, BY_TEMPLATE, given is not None)
        return bucket

    @wraps(create)
    def created(
        resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **more: Any
    ) -> Any:
        bucket = create(resource_name, cloudformation_json, account_id, region_name, **more)
        try:
            return configured(bucket, cloudformation_json)
        except AwsError as error:
            s3_backends[account_id][PARTITION].delete_bucket(bucket.name)
            raise validation_error(error.message) from error

    @wraps(update)
    def updated(
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        bucket = update(
            original_resource, new_resource_name, cloudformation_json, account_id, region_name
        )
        try:
            return configured(bucket, cloudformation_json)
        except AwsError as error:
            raise validation_error(error.message) from error

    FakeBucket.create_from_cloudformation_json = staticmethod(created)
    FakeBucket.update_from_cloudformation_json = staticmethod(updated)


def _from_template(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the property of AWS::S3::Bucket in the API's form."""
    document: dict[str, Any] = {
        name: [*_rules_from_template(given.get(short) or (), member, property_name)]
        for name, short, member, property_name in (
            ("TopicConfigurations", "TopicConfigurations", "TopicArn", "Topic"),
            ("QueueConfigurations", "QueueConfigurations", "QueueArn", "Queue"),
            (
                "LambdaFunctionConfigurations",
                "LambdaConfigurations",
                "LambdaFunctionArn",
                "Function",
            ),
        )
    }
    bridge = given.get("EventBridgeConfiguration")
    if bridge is not None and str(bridge.get("EventBridgeEnabled", True)).lower() == "true":
        document["EventBridgeConfiguration"] = {}
    return document


def _rules_from_template(given: Any, member: str, property_name: str) -> Iterator[dict[str, Any]]:
    for each in given:
        rules = ((each.get("Filter") or {}).get("S3Key") or {}).get("Rules") or []
        event = each.get("Event")
        yield {
            member: each.get(property_name),
            "Events": event if isinstance(event, list) else [event],
            "Filter": {"Key": {"FilterRules": rules}},
        }
