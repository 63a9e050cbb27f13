"""CloudFormation's calls that only read: templates, their summaries, and a stack's resources.

moto's own let a template run code, and want a linter that is not here. Source:
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.responses import CloudFormationResponse, StackResourceDTO
from moto.core.responses import ActionResult

from helpers.cloud.moto_seam.cloudformation import life
from helpers.cloud.moto_seam.cloudformation.checks import IAM_NAMES, capabilities
from helpers.cloud.moto_seam.cloudformation.intrinsics import as_text
from helpers.cloud.moto_seam.cloudformation.requests import stack_of
from helpers.cloud.moto_seam.cloudformation.templates import read_template
from helpers.cloud.moto_seam.cloudformation.wanted import template_text

MAYBE_IAM = "AWS::Serverless::"


def install() -> None:
    """Bind the calls."""
    for call in (
        get_template,
        get_template_summary,
        validate_template,
        list_stack_resources,
        list_imports,
    ):
        setattr(CloudFormationResponse, call.__name__, call)


def get_template(response: Any) -> ActionResult:
    """GetTemplate: as it was given, or as its transforms made it."""
    backend, name = response.cloudformation_backend, response._get_param("StackName")
    stack = backend.get_stack(name)
    change_set = response._get_param("ChangeSetName")
    if change_set:
        wanted = backend.describe_change_set(change_set, name).wanted
        original, processed = wanted.original, wanted.text
    else:
        original, processed = stack.original_template, stack.template
    stage = response._get_param("TemplateStage") or "Original"
    body = processed if stage == "Processed" else original
    return ActionResult({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]})


def get_template_summary(response: Any) -> ActionResult:
    """GetTemplateSummary of a stack or of a template."""
    name = response._get_param("StackName")
    if name:
        stack = stack_of(response.cloudformation_backend, name)
        if stack.status == "REVIEW_IN_PROGRESS":
            message = "GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."
            raise ValidationError(message=message)
        template = read_template(stack.original_template)
    else:
        template = _readable(response)
    resources: Mapping[str, Any] = template["Resources"]
    metadata = template.get("Metadata")
    return ActionResult(
        {
            "Parameters": [_parameter(k, v) for k, v in _slots(template).items()],
            "ResourceTypes": [str(each.get("Type")) for each in resources.values()],
            "Description": template.get("Description"),
            "Version": template.get("AWSTemplateFormatVersion"),
            "Metadata": json.dumps(metadata) if metadata else None,
            **_needs(template),
        }
    )


def validate_template(response: Any) -> ActionResult:
    """ValidateTemplate: whether it can be read, what it takes and what it needs."""
    template = _readable(response)
    return ActionResult(
        {
            "Description": template.get("Description"),
            "Parameters": [
                {
                    "ParameterKey": name,
                    "DefaultValue": _default(slot),
                    "NoEcho": _no_echo(slot),
                    "Description": slot.get("Description"),
                }
                for name, slot in _slots(template).items()
            ],
            **_needs(template),
        }
    )


def list_stack_resources(response: Any) -> ActionResult:
    """ListStackResources, each with the status of its newest event."""
    stack = response.cloudformation_backend.get_stack(response._get_param("StackName"))
    shown = [StackResourceDTO(stack, resource) for resource in stack.stack_resources]
    return ActionResult({"StackResourceSummaries": shown})


def list_imports(response: Any) -> ActionResult:
    """ListImports: the stacks that use an export."""
    name = response._get_param("ExportName")
    users = life.importers(response.cloudformation_backend, name)
    if not users:
        raise ValidationError(message=f"Export '{name}' is not imported by any stack.")
    return ActionResult({"Imports": users})


def _readable(response: Any) -> dict[str, Any]:
    template = read_template(template_text(response))
    if not isinstance(template.get("Resources"), Mapping):
        message = "Template format error: At least one Resources member must be defined."
        raise ValidationError(message=message)
    return template


def _slots(template: Mapping[str, Any]) -> Mapping[str, Any]:
    return template.get("Parameters") or {}


def _parameter(name: str, slot: Mapping[str, Any]) -> dict[str, Any]:
    allowed = slot.get("AllowedValues")
    return {
        "ParameterKey": name,
        "DefaultValue": _default(slot),
        "ParameterType": slot.get("Type", "String"),
        "NoEcho": _no_echo(slot),
        "Description": slot.get("Description"),
        "ParameterConstraints": {"AllowedValues": [*map(as_text, allowed)]} if allowed else {},
    }


def _default(slot: Mapping[str, Any]) -> str | None:
    return as_text(slot["Default"]) if "Default" in slot else None


def _no_echo(slot: Mapping[str, Any]) -> bool:
    return str(slot.get("NoEcho", False)).lower() == "true"


def _needs(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return capabilities, with a reason, and the transforms."""
    transform = template.get("Transform") or []
    transforms = transform if isinstance(transform, list) else [transform]
    kinds = {str(each.get("Type")) for each in template["Resources"].values()}
    found = capabilities(template)
    if not found and any(kind.startswith(MAYBE_IAM) for kind in kinds):
        found = ["CAPABILITY_IAM"]
    if transforms:
        found = [*found, "CAPABILITY_AUTO_EXPAND"]
    listed = ", ".join(sorted(kind for kind in kinds if kind in IAM_NAMES))
    reason = f"The following resource(s) require capabilities: [{listed}]" if listed else None
    return {"Capabilities": found, "CapabilitiesReason": reason, "DeclaredTransforms": transforms}
