"""The rows as classes that moto's CloudFormation makes resources of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.core.common_models import CloudFormationModel

from helpers.cloud.moto_seam.cloudformation.resource_types import (
    FailedRequestError,
    Made,
    ResourceType,
)
from helpers.cloud.moto_seam.stack_calls import StackCalls

KNOWN = ("Account", "Region", "LogicalId", "StackId", "StackName", "ResourceName")
"""What every resource knows, beside its properties and the answer to its creation."""


class ResourceError(Exception):
    """A resource could not be made or changed; the text is the reason that events show."""


def model_of(row: ResourceType, calls: StackCalls) -> type[Any]:
    """Return the class of one type of resource."""

    class OfRow(Resource):
        kit_row = row

        @classmethod
        def calls(cls) -> StackCalls:
            return calls

    OfRow.__name__ = row.name.replace("::", "")
    return OfRow


class Resource(CloudFormationModel):  # type: ignore[misc]
    """A resource made by the account's own API."""

    kit_row: ResourceType
    logical_resource_id: str
    cf_resource_type: str

    def __init__(self, made: Made) -> None:
        self.made = made

    @classmethod
    def calls(cls) -> StackCalls:
        """Return who calls the account."""
        raise NotImplementedError

    @classmethod
    def act(cls, made: Made) -> None:
        """Go on with a resource as whoever asks now."""
        region = made.client.meta.region_name
        made.client = cls.calls().client(cls.kit_row.service, region)

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.kit_row.name

    @classmethod
    def cloudformation_name_type(cls) -> str:
        return cls.kit_row.name_property

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr in cls.kit_row.attributes or cls.kit_row.open_attributes

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Any:
        stack_id = kwargs["StackId"]
        known = {
            "Account": account_id,
            "Region": region_name,
            "LogicalId": kwargs["LogicalId"],
            "StackId": stack_id,
            "StackName": stack_id.split("/")[1],
            "ResourceName": resource_name,
        }
        return cls(cls._make(resource_name, dict(cloudformation_json["Properties"]), known))

    @classmethod
    def _make(cls, name: str, properties: dict[str, Any], known: dict[str, Any]) -> Made:
        row = cls.kit_row
        if row.name_property:
            properties.setdefault(row.name_property, name)
        made: Made = with_reason(lambda: row.make(cls.calls(), known, properties))
        return made

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Any:
        row, made = cls.kit_row, original_resource.made
        cls.act(made)
        properties = dict(cloudformation_json["Properties"])
        name = row.name_property
        given = properties.get(name)
        current = made.properties.get(name)
        if (row.update or row.changed is not None) and not row.must_replace(made, properties):
            if name:
                properties.setdefault(name, current)
            with_reason(lambda: row.change(made, properties))
            return original_resource
        if name and given is not None and given == current and not row.shares_name:
            raise ResourceError(
                f"CloudFormation cannot update a stack when a custom-named resource requires "
                f"replacing. Rename {current} and update the stack again."
            )
        known = {key: made.facts[key] for key in KNOWN}
        if not row.deferred:
            with_reason(lambda: row.remove(made))
            row_made = cls._make(new_resource_name, properties, known)
            original_resource.made = row_made
            return original_resource
        return cls(cls._make(new_resource_name, properties, known))

    @classmethod
    def delete_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> None:
        raise NotImplementedError("resources of the kit delete themselves")

    def delete(self, _account_id: str, _region: str) -> None:
        """Delete the resource of a stack that goes, or no longer names it."""
        self.act(self.made)
        with_reason(lambda: self.kit_row.remove(self.made))

    def is_created(self) -> bool:
        return True

    @property
    def physical_resource_id(self) -> str:
        return self.kit_row.ref.format_map(self.made.facts)

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        template = self.kit_row.attributes.get(attribute_name)
        if template is not None:
            return template.format_map(self.made.facts)
        open_ones: dict[str, Any] = self.made.facts.get("Attributes", {})
        if not self.kit_row.open_attributes or attribute_name not in open_ones:
            raise UnformattedGetAttTemplateException()
        return open_ones[attribute_name]


def with_reason(action: Callable[[], Any]) -> Any:
    """Do something with the API; raises ResourceError in the words that stack events use."""
    try:
        return action()
    except ClientError as error:
        answer = error.response
        facts, status = answer["Error"], answer["ResponseMetadata"]["HTTPStatusCode"]
        raise ResourceError(
            f'Resource handler returned message: "{facts.get("Message", "")} '
            f'(Service: {error.operation_name}, Status Code: {status})" '
            f"(HandlerErrorCode: {facts.get('Code', 'GeneralServiceException')})"
        ) from error
    except (ParamValidationError, ValueError, KeyError) as error:
        if isinstance(error, FailedRequestError):
            raise ResourceError(str(error)) from error
        text = f"{error.args[0]!r} is required" if isinstance(error, KeyError) else str(error)
        raise ResourceError(f"Properties validation failed: {text}") from error
