"""AWS::Lambda::EventSourceMapping of CloudFormation, and the tags of mappings, on the kit's own.

moto's mappings push events at once and wrongly, so none of moto's is ever made: its backend keeps a
`KitMapping` for each of the kit's, without which CloudFormation and ListTags would not find them.
A template's resource is complete when its mapping has settled.

Source:
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventsourcemapping.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import moto.awslambda.models as lambda_models

from helpers.cloud.control.event_source_mappings import MappingRequests
from helpers.cloud.control.mapping_document import mapping_document
from helpers.cloud.moto_seam.awslambda.moto_errors import as_moto_error

NUMBERS = (
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "ParallelizationFactor",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "TumblingWindowInSeconds",
    "StartingPositionTimestamp",
    "MaximumConcurrency",
    "MinimumPollers",
    "MaximumPollers",
)
BOOLEANS = ("Enabled", "BisectBatchOnFunctionError")
AT_CREATION_ONLY = ("EventSourceArn", "StartingPosition", "StartingPositionTimestamp", "Tags")


class KitMapping(lambda_models.EventSourceMapping):  # type: ignore[misc]
    """A mapping as moto's services see it: by its id, its source, its function and its tags."""

    def __init__(self, requests: MappingRequests, mapping_id: str) -> None:
        mapping = requests.mappings.get(mapping_id)
        self._requests = requests
        self.uuid = mapping_id
        self.arn = mapping.arn
        self.function_name = mapping.function_arn
        self.event_source_arn = mapping.source_arn
        self.tags = dict(mapping.settings.others.get("Tags") or {})

    def get_configuration(self) -> dict[str, Any]:
        """Return what the API shows."""
        return mapping_document(self._requests.mappings.get(self.uuid))

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Tell what Fn::GetAtt knows."""
        return attr in ("Id", "EventSourceMappingArn")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return what Fn::GetAtt asks for."""
        return self.arn if attribute_name == "EventSourceMappingArn" else self.uuid


class MappingsBackend(lambda_models.LambdaBackend):  # type: ignore[misc]
    """The part of moto's Lambda backend that has to do with mappings."""

    hooks: Any

    def create_event_source_mapping(self, spec: dict[str, Any]) -> KitMapping:
        with as_moto_error():
            created = self.hooks.mappings.create(spec, self.region_name)
            return self.keep_event_source_mapping(created.uuid)

    def update_event_source_mapping(self, uuid: str, spec: dict[str, Any]) -> KitMapping:
        with as_moto_error():
            self.hooks.mappings.update(uuid, spec, self.region_name)
            return self.keep_event_source_mapping(uuid)

    def delete_event_source_mapping(self, uuid: str) -> KitMapping | None:
        with as_moto_error():
            self.hooks.mappings.mappings.delete(uuid)
        return self.forget_event_source_mapping(uuid)

    def settle_event_source_mapping(self, uuid: str) -> None:
        """Wait until a mapping is between no two states."""
        self.hooks.mappings.mappings.wait_until_settled(uuid)

    def keep_event_source_mapping(self, uuid: str) -> KitMapping:
        """Let moto's other operations find a mapping."""
        kept = self._event_source_mappings[uuid] = KitMapping(self.hooks.mappings, uuid)
        return kept

    def forget_event_source_mapping(self, uuid: str) -> KitMapping | None:
        """Let moto's other operations no longer find a mapping."""
        kept: KitMapping | None = self._event_source_mappings.pop(uuid, None)
        return kept


def install() -> None:
    """Bind creation, update and deletion where moto's CloudFormation looks for them."""
    original = lambda_models.EventSourceMapping
    original.create_from_cloudformation_json = staticmethod(_create)
    original.update_from_cloudformation_json = staticmethod(_update)
    original.delete_from_cloudformation_json = staticmethod(_delete)


def _create(
    resource_name: str,
    cloudformation_json: Mapping[str, Any],
    account_id: str,
    region_name: str,
    **_: Any,
) -> Any:
    backend = lambda_models.get_backend(account_id, region_name)
    created = backend.create_event_source_mapping(_members(cloudformation_json["Properties"]))
    backend.settle_event_source_mapping(created.uuid)
    return created


def _update(
    original_resource: Any,
    new_resource_name: str,
    cloudformation_json: Mapping[str, Any],
    account_id: str,
    region_name: str,
) -> Any:
    backend = lambda_models.get_backend(account_id, region_name)
    members = _members(cloudformation_json["Properties"])
    changes = {name: value for name, value in members.items() if name not in AT_CREATION_ONLY}
    updated = backend.update_event_source_mapping(original_resource.uuid, changes)
    backend.settle_event_source_mapping(original_resource.uuid)
    return updated


def _delete(
    resource_name: str,
    cloudformation_json: Mapping[str, Any],
    account_id: str,
    region_name: str,
) -> None:
    backend = lambda_models.get_backend(account_id, region_name)
    backend.settle_event_source_mapping(resource_name)
    backend.delete_event_source_mapping(resource_name)


def _members(properties: Any) -> Any:
    """Return a template's properties as the API takes them; numbers may come as text."""
    if isinstance(properties, list):
        return [_members(one) for one in properties]
    if not isinstance(properties, dict):
        return properties
    members = {name: _members(value) for name, value in properties.items()}
    for name in NUMBERS:
        if isinstance(members.get(name), str) and members[name].lstrip("-").isdecimal():
            members[name] = int(members[name])
    for name in BOOLEANS:
        if isinstance(members.get(name), str):
            members[name] = members[name].lower() == "true"
    if isinstance(members.get("Tags"), list):
        members["Tags"] = {tag["Key"]: tag["Value"] for tag in members["Tags"]}
    return members
