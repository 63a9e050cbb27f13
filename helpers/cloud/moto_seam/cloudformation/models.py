"""The rows as classes that moto's CloudFormation makes resources of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.core.common_models import CloudFormationModel

from helpers.cloud.moto_seam.cloudformation.resource_types import Made, ResourceType
from helpers.cloud.moto_seam.stack_calls import StackCalls


class ResourceError(Exception):
    """A resource could not be made or changed; the text is the reason that events show."""


def model_of(row: ResourceType, calls: Callable[[], StackCalls]) -> type[Any]:
    """Return the class of one type of resource."""

    class OfRow(Resource):
        kit_row = row

        @classmethod
        def calls(cls) -> StackCalls:
            return calls()

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
        return attr in cls.kit_row.attributes

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Any:
        properties = dict(cloudformation_json["Properties"])
        if cls.kit_row.name_property:
            properties.setdefault(cls.kit_row.name_property, resource_name)
        known = {"Account": account_id, "Region": region_name, "LogicalId": kwargs["LogicalId"]}
        made = with_reason(lambda: cls.kit_row.make(cls.calls(), region_name, properties))
        made.facts = {**known, "StackName": _stack_name(kwargs["StackId"]), **made.facts}
        return cls(made)

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
        if row.name_property:
            properties.setdefault(row.name_property, made.properties.get(row.name_property))
        if row.update or row.changed is not None:
            with_reason(lambda: row.change(made, properties))
            return original_resource
        replaced = with_reason(lambda: row.make(cls.calls(), region_name, properties))
        with_reason(lambda: row.remove(made))
        replaced.facts = {**made.facts, **replaced.facts}
        return cls(replaced)

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

    def get_cfn_attribute(self, attribute_name: str) -> str:
        template = self.kit_row.attributes.get(attribute_name)
        if template is None:
            raise UnformattedGetAttTemplateException()
        return template.format_map(self.made.facts)


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
        text = f"{error.args[0]!r} is required" if isinstance(error, KeyError) else str(error)
        raise ResourceError(f"Properties validation failed: {text}") from error


def _stack_name(stack_id: str) -> str:
    return stack_id.split("/")[1]
