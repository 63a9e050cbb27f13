"""Alarms and metric filters of CloudFormation, which moto does not make.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudwatch-alarm.html,
aws-resource-cloudwatch-compositealarm.html, aws-resource-logs-metricfilter.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel
from moto.logs.models import logs_backends

from helpers.cloud.errors import AwsError
from helpers.cloud.telemetry.cloudwatch.alarms import Alarms

INTEGERS = ("Period", "EvaluationPeriods", "DatapointsToAlarm")
TRANSFORMATION = {
    "MetricName": "metricName",
    "MetricNamespace": "metricNamespace",
    "MetricValue": "metricValue",
    "DefaultValue": "defaultValue",
    "Unit": "unit",
}


def install(alarms: Alarms) -> None:
    """Let CloudFormation know where alarms are kept."""
    AlarmResource.alarms = CompositeAlarmResource.alarms = alarms


class _Named:
    """What a stack holds of a resource: its name, and its ARN where it has one."""

    def __init__(self, name: str, region: str, account_id: str) -> None:
        self.name = name
        self.arn = f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{name}"

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.name

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Tell whether GetAtt gives this."""
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return what GetAtt gives."""
        return self.arn


class _AlarmOfAStack(_Named):
    alarms: Alarms

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Any:
        """Create an alarm."""
        cls._put(region_name, {"AlarmName": resource_name, **cloudformation_json["Properties"]})
        name = cloudformation_json["Properties"].get("AlarmName", resource_name)
        return cls(name, region_name, account_id)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> Any:
        """Replace an alarm's settings."""
        properties = {**cloudformation_json["Properties"], "AlarmName": original_resource.name}
        cls._put(region_name, properties)
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> None:
        """Delete an alarm."""
        cls.alarms.delete(region_name, [resource_name])

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names the alarm."""
        return "AlarmName"

    @classmethod
    def _put(cls, region: str, properties: Mapping[str, Any]) -> None:
        with _refused():
            cls.alarms.put_metric_alarm(region, _numbered(properties))


class AlarmResource(_AlarmOfAStack, CloudFormationModel):  # type: ignore[misc]
    """AWS::CloudWatch::Alarm."""

    @staticmethod
    def cloudformation_type() -> str:
        """Return the type."""
        return "AWS::CloudWatch::Alarm"


class CompositeAlarmResource(_AlarmOfAStack, CloudFormationModel):  # type: ignore[misc]
    """AWS::CloudWatch::CompositeAlarm."""

    @staticmethod
    def cloudformation_type() -> str:
        """Return the type."""
        return "AWS::CloudWatch::CompositeAlarm"

    @classmethod
    def _put(cls, region: str, properties: Mapping[str, Any]) -> None:
        with _refused():
            cls.alarms.put_composite_alarm(region, dict(properties))


class MetricFilterResource(_Named, CloudFormationModel):  # type: ignore[misc]
    """AWS::Logs::MetricFilter; its physical id holds the log group too."""

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names the filter."""
        return "FilterName"

    @staticmethod
    def cloudformation_type() -> str:
        """Return the type."""
        return "AWS::Logs::MetricFilter"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> Any:
        """Create or replace a filter."""
        properties = cloudformation_json["Properties"]
        logs_backends[account_id][region_name].put_metric_filter(
            resource_name,
            properties["FilterPattern"],
            properties["LogGroupName"],
            [_transformation(one) for one in properties["MetricTransformations"]],
        )
        return cls(resource_name, region_name, account_id)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> Any:
        """Replace a filter."""
        name = original_resource.name
        return cls.create_from_cloudformation_json(
            name, cloudformation_json, account_id, region_name
        )

    @classmethod
    def delete_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> None:
        """Delete a filter; its log group may be gone already."""
        backend = logs_backends[account_id][region_name]
        for one in list(backend.filters.metric_filters):
            if one["filterName"] == resource_name:
                backend.delete_metric_filter(resource_name, one["logGroupName"])


@contextmanager
def _refused() -> Iterator[None]:
    """Turn an error of the alarms into one of the stack."""
    try:
        yield
    except AwsError as error:
        raise ValidationError(message=error.message) from error


def _numbered(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties as PutMetricAlarm takes them: parameters of a template are text."""
    spec = {name: value for name, value in properties.items() if value is not None}
    for name in INTEGERS:
        if name in spec:
            spec[name] = int(spec[name])
    if "Threshold" in spec:
        spec["Threshold"] = float(spec["Threshold"])
    if isinstance(spec.get("ActionsEnabled"), str):
        spec["ActionsEnabled"] = spec["ActionsEnabled"].lower() == "true"
    return spec


def _transformation(given: Mapping[str, Any]) -> dict[str, Any]:
    shown = {ours: given[theirs] for theirs, ours in TRANSFORMATION.items() if theirs in given}
    if given.get("Dimensions"):
        shown["dimensions"] = {one["Key"]: one["Value"] for one in given["Dimensions"]}
    return shown
