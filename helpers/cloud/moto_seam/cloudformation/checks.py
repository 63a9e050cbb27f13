"""What CloudFormation refuses before it makes anything: templates, parameters and capabilities.

Source:
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html (Capabilities)
and docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import CloudFormationError, ValidationError

from helpers.cloud.moto_seam.cloudformation.references import in_order, mentioned, needs

IAM_NAMES = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::Policy": "",
    "AWS::IAM::AccessKey": "",
    "AWS::IAM::UserToGroupAddition": "",
}
"""Types that need a capability, and the property that makes it the one for names."""
CUSTOM = "AWS::CloudFormation::CustomResource"
_DECLARATIONS = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
    "Globals",
]


class InsufficientCapabilitiesError(CloudFormationError):  # type: ignore[misc]
    """The call does not acknowledge what the template does."""

    code = "InsufficientCapabilitiesException"


def check_template(template: Mapping[str, Any]) -> None:
    """Raise ValidationError for a template without its transform that cannot become a stack."""
    resources = template.get("Resources")
    if not isinstance(resources, Mapping) or not resources:
        raise _refused("Template format error: At least one Resources member must be defined.")
    unknown = [name for name in template if name not in _DECLARATIONS]
    if unknown:
        raise _refused(f"Invalid template property or properties [{', '.join(unknown)}]")
    for name, resource in resources.items():
        _check_resource(name, resource, template)
    _check_types(resources)
    _check_references(template)
    in_order(resources, resources)


def check_parameters(template: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise ValidationError for parameters that are missing, unknown or not allowed."""
    slots: Mapping[str, Any] = template.get("Parameters") or {}
    unknown = [name for name in given if name not in slots]
    if unknown:
        raise _refused(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name, slot in slots.items() if name not in given and "Default" not in slot]
    if missing:
        raise _refused(f"Parameters: [{', '.join(missing)}] must have values")
    for name, slot in slots.items():
        value = str(given.get(name, slot.get("Default")))
        listed = "List" in str(slot.get("Type", ""))
        for item in [each.strip() for each in value.split(",")] if listed else [value]:
            reason = _not_allowed(name, slot, item)
            if reason:
                raise _refused(slot.get("ConstraintDescription") or reason)


def check_capabilities(
    original: Mapping[str, Any], template: Mapping[str, Any], given: Sequence[str], *, direct: bool
) -> None:
    """Raise InsufficientCapabilitiesError; `direct` is for calls without a change set."""
    wanted = []
    if direct and original.get("Transform") and "CAPABILITY_AUTO_EXPAND" not in given:
        wanted.append("CAPABILITY_AUTO_EXPAND")
    needed = capabilities(template)
    if needed and not {*needed, "CAPABILITY_NAMED_IAM"} & {*given}:
        wanted = [*needed, *wanted]
    if wanted:
        raise InsufficientCapabilitiesError(f"Requires capabilities : [{', '.join(wanted)}]")


def capabilities(template: Mapping[str, Any]) -> list[str]:
    """Return the capability that a template's IAM resources need: none or one."""
    found = [each for each in template["Resources"].values() if each.get("Type") in IAM_NAMES]
    named = [each for each in found if IAM_NAMES[each["Type"]] in each.get("Properties", {})]
    if not found:
        return []
    return ["CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"]


def _check_resource(name: str, resource: Any, template: Mapping[str, Any]) -> None:
    if not re.fullmatch(r"[A-Za-z0-9]+", name):
        message = f"Template format error: Resource name {name} is non alphanumeric."
        raise _refused(message)
    if not isinstance(resource, Mapping) or not isinstance(resource.get("Type"), str):
        message = f"Template format error: [/Resources/{name}] Every Resources object must "
        raise _refused(message + "contain a Type member.")
    condition = resource.get("Condition")
    if condition is not None and condition not in template.get("Conditions", {}):
        message = f"Template format error: Unresolved condition dependency [{condition}] in the "
        raise _refused(message + "Resources block of the template")


def _check_types(resources: Mapping[str, Any]) -> None:
    kinds = {each["Type"] for each in resources.values()}
    unknown = sorted(
        kind
        for kind in kinds
        if not kind.startswith("Custom::")
        and kind not in parsing.NULL_MODELS
        and kind not in parsing.get_model_map()
    )
    if unknown:
        listed = ", ".join(unknown)
        raise _refused(f"Template format error: Unrecognized resource types: [{listed}]")


def _check_references(template: Mapping[str, Any]) -> None:
    resources, parameters = template["Resources"], template.get("Parameters") or {}
    for block, values in (("Resources", resources), ("Outputs", template.get("Outputs") or {})):
        named = (
            {name for each in values.values() for name in needs(each)}
            if block == "Resources"
            else {*mentioned(values)}
        )
        unknown = sorted(
            name
            for name in named
            if name not in resources and name not in parameters and not name.startswith("AWS::")
        )
        if unknown:
            message = f"Template format error: Unresolved resource dependencies {_listed(unknown)} "
            raise _refused(f"{message}in the {block} block of the template")


def _not_allowed(name: str, slot: Mapping[str, Any], value: str) -> str:
    allowed = slot.get("AllowedValues")
    if allowed is not None and value not in map(str, allowed):
        return f"Parameter '{name}' must be one of AllowedValues"
    return next(_broken_bounds(name, slot, value), "")


def _broken_bounds(name: str, slot: Mapping[str, Any], value: str) -> Iterator[str]:
    pattern = slot.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        yield f"Parameter '{name}' must match pattern {pattern}"
    if "MinLength" in slot and len(value) < int(slot["MinLength"]):
        yield f"Parameter '{name}' must contain at least {slot['MinLength']} characters"
    if "MaxLength" in slot and len(value) > int(slot["MaxLength"]):
        yield f"Parameter '{name}' must contain at most {slot['MaxLength']} characters"
    if "Number" not in str(slot.get("Type")):
        return
    try:
        number = float(value)
    except ValueError:
        yield f"Parameter '{name}' must be a number"
        return
    if "MinValue" in slot and number < float(slot["MinValue"]):
        yield f"Parameter '{name}' must be a number not less than {slot['MinValue']}"
    if "MaxValue" in slot and number > float(slot["MaxValue"]):
        yield f"Parameter '{name}' must be a number not greater than {slot['MaxValue']}"


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]"


def _refused(message: str) -> ValidationError:
    return ValidationError(message=message)
