"""NotificationConfiguration of AWS::S3::Bucket, which moto's CloudFormation overlooks.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
aws-properties-s3-bucket-notificationconfiguration.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moto.s3.models import FakeBucket

from helpers.cloud.moto_seam.s3_notification_api import NotificationsApi
from helpers.cloud.moto_seam.writers import Writer

ORIGINAL = "coldstart_original"
"""Attribute of what is bound into moto: what it stands for, so that binding again is harmless."""


def install(api: NotificationsApi) -> None:
    """Let templates configure notifications; moto overlooks that property of a bucket."""
    create, update = (
        getattr(method, ORIGINAL, method)
        for method in (
            FakeBucket.create_from_cloudformation_json,
            FakeBucket.update_from_cloudformation_json,
        )
    )

    def configured(bucket: Any, template: Mapping[str, Any]) -> Any:
        given = (template.get("Properties") or {}).get("NotificationConfiguration")
        document = _from_template(given or {})
        api.configure(bucket, document, skip_validation=False, writer=Writer())
        return bucket

    def created(
        resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **more: Any
    ) -> Any:
        bucket = create(resource_name, cloudformation_json, account_id, region_name, **more)
        return configured(bucket, cloudformation_json)

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
        return configured(bucket, cloudformation_json)

    for bound, original in ((created, create), (updated, update)):
        setattr(bound, ORIGINAL, original)
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
