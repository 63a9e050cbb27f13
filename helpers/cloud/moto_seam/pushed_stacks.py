"""Resources of templates that moto does not know: subscriptions, and policies of topics and queues.

AWS::SNS::Subscription, AWS::SNS::TopicPolicy, AWS::SQS::QueuePolicy and
AWS::Logs::SubscriptionFilter, through the same checks as the API. An update puts the resource
anew. Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/ (aws-resource-sns-subscription
and its neighbours).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.logs.models import logs_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from helpers.cloud.moto_seam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.sns_subscriptions import ATTRIBUTES, check_attributes

Properties = Mapping[str, Any]


def install() -> None:
    """Let moto find the classes below: it asks for subclasses once, and keeps the answer."""
    parsing = sys.modules.get("moto.cloudformation.parsing")
    if parsing is not None:
        for kept in ("get_model_list", "get_model_map", "get_name_type_map"):
            getattr(parsing, kept).cache_clear()


def validation_error(message: str) -> Exception:
    """Return CloudFormation's error for a resource that its service refuses."""
    from moto.cloudformation.exceptions import ValidationError  # takes a second, and few need it

    error: Exception = ValidationError(message=message)
    return error


class _Resource:
    """A resource that a template puts; `physical_resource_id` is what Ref gives."""

    def __init__(self, name: str, region: str, properties: Properties) -> None:
        self.physical_resource_id = name
        self.region = region
        self.properties = properties

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return False

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> _Resource:
        resource = cls(resource_name, region_name, cloudformation_json["Properties"])
        try:
            resource.put()
        except (JsonRESTError, ServiceException) as error:
            raise validation_error(str(error.message)) from error
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: _Resource,
        new_resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> _Resource:
        original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(
            original_resource.physical_resource_id, cloudformation_json, account_id, region_name
        )

    def put(self) -> None:
        """Make it so; raises the service's own error."""
        raise NotImplementedError

    def delete(self, account_id: str, region_name: str) -> None:
        """Take it back; harmless when what it belongs to is gone."""
        raise NotImplementedError


class Subscription(_Resource, CloudFormationModel):  # type: ignore[misc]
    """AWS::SNS::Subscription."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SNS::Subscription"

    def put(self) -> None:
        given = self.properties
        backend = sns_backends[ACCOUNT_ID][given["TopicArn"].split(":")[3]]
        attributes = {name: _text(given[name]) for name in ATTRIBUTES if name in given}
        check_attributes(attributes, given["Protocol"], prefix="Attributes Reason: ")
        made = backend.subscribe(given["TopicArn"], given["Endpoint"], given["Protocol"])
        # the scope first: how the policy is read depends on it
        for name in sorted(attributes, key=lambda name: name != "FilterPolicyScope"):
            backend.set_subscription_attributes(made.arn, name, attributes[name])
        self.physical_resource_id = made.arn

    def delete(self, account_id: str, region_name: str) -> None:
        sns_backends[ACCOUNT_ID][self.region].unsubscribe(self.physical_resource_id)


class TopicPolicy(_Resource, CloudFormationModel):  # type: ignore[misc]
    """AWS::SNS::TopicPolicy."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SNS::TopicPolicy"

    def put(self) -> None:
        for arn in self.properties["Topics"]:
            topic = sns_backends[ACCOUNT_ID][arn.split(":")[3]].get_topic(arn)
            topic.policy = _text(self.properties["PolicyDocument"])

    def delete(self, account_id: str, region_name: str) -> None:
        for arn in self.properties["Topics"]:
            topic = sns_backends[ACCOUNT_ID][arn.split(":")[3]].topics.get(arn)
            if topic is not None:
                fresh = topic._create_default_topic_policy(self.region, ACCOUNT_ID, topic.name)
                topic.policy = json.dumps(fresh)


class QueuePolicy(_Resource, CloudFormationModel):  # type: ignore[misc]
    """AWS::SQS::QueuePolicy."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SQS::QueuePolicy"

    def put(self) -> None:
        self._set(_text(self.properties["PolicyDocument"]))

    def delete(self, account_id: str, region_name: str) -> None:
        with suppress(ServiceException):
            self._set("")

    def _set(self, policy: str) -> None:
        for url in self.properties["Queues"]:
            backend = sqs_backends[ACCOUNT_ID][self.region]
            backend.set_queue_attributes(url.rsplit("/", 1)[1], {"Policy": policy})


class SubscriptionFilter(_Resource, CloudFormationModel):  # type: ignore[misc]
    """AWS::Logs::SubscriptionFilter."""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Logs::SubscriptionFilter"

    @staticmethod
    def cloudformation_name_type() -> str:
        return "FilterName"

    def put(self) -> None:
        given = self.properties
        logs_backends[ACCOUNT_ID][self.region].put_subscription_filter(
            given["LogGroupName"],
            self.physical_resource_id,
            given.get("FilterPattern", ""),
            given["DestinationArn"],
            given.get("RoleArn"),
        )

    def delete(self, account_id: str, region_name: str) -> None:
        backend = logs_backends[ACCOUNT_ID][self.region]
        with suppress(JsonRESTError):
            backend.delete_subscription_filter(
                self.properties["LogGroupName"], self.physical_resource_id
            )


def _text(value: Any) -> str:
    """Return a property as the API takes it: objects as JSON, booleans in lower case."""
    if isinstance(value, (dict, list, bool)):
        return json.dumps(value)
    return str(value)
