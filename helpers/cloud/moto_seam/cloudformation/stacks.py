"""Stacks as CloudFormation runs them: an event for each resource, and back again after a failure.

moto answers a failed resource with that resource's error and leaves half a stack; here the call is
answered, the stack's events say which resource failed and why, and what was made is removed.
Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from moto.cloudformation import models, parsing, responses
from moto.cloudformation.exceptions import ValidationError
from moto.core.responses import ActionResult

from helpers.cloud.moto_seam.cloudformation import changes
from helpers.cloud.moto_seam.cloudformation.models import ResourceError
from helpers.cloud.moto_seam.cloudformation.templates import (
    check_circles,
    read_template,
    transformed,
)
from helpers.cloud.moto_seam.stack_calls import StackCalls, with_role

_BOUND = "coldstart_bound"
_REFUSAL = "coldstart_refusal"


class _FailedError(Exception):
    """A resource of a stack failed; the first one, when several are nested."""

    def __init__(self, logical_id: str, reason: str) -> None:
        super().__init__(reason)
        self.logical_id = logical_id


def install(made_by_calls: frozenset[str], calls: Callable[[], StackCalls]) -> None:
    """Bind what stacks do; again for each cloud, whose calls are its own.

    `made_by_calls` are the types that the account's API makes, which asks IAM itself.
    """

    def refusal(kind: str, roles: Sequence[str]) -> str | None:
        return None if kind in made_by_calls else calls().refusal(kind, roles)

    setattr(parsing, _REFUSAL, refusal)
    # moto's loader lets a template run code in the cloud
    reader = SimpleNamespace(
        load=lambda text, Loader: read_template(text),  # noqa: N803 - PyYAML's name
        Loader=None,
        add_multi_constructor=lambda *_given: None,
    )
    vars(models)["yaml"] = vars(responses)["yaml"] = reader
    responses.CloudFormationResponse.validate_template = _validated
    if hasattr(models.Stack, _BOUND):
        return
    setattr(models.Stack, _BOUND, True)
    models.Stack.parse_template = staticmethod(read_template)
    models.ChangeSet._parse_template = _read_change_set
    models.Stack.create_resources = _created(models.Stack.create_resources)
    models.Stack.update = _update
    models.Stack.exports = property(_exports)
    backend = models.CloudFormationBackend
    backend.create_stack = _transforming(backend.create_stack)
    backend.create_change_set = _transforming(backend.create_change_set)
    backend.update_stack = _transforming_update(backend.update_stack)
    backend.execute_change_set = _execute
    backend.delete_stack = _deleted(backend.delete_stack)
    backend.get_template = _original_template
    parsing.ResourceMap.update = changes.update
    parsing.ResourceMap.delete = changes.delete
    parsing.parse_and_create_resource = _watched(
        parsing.parse_and_create_resource, "CREATE_IN_PROGRESS", "CREATE_COMPLETE"
    )
    parsing.parse_and_update_resource = _watched(
        parsing.parse_and_update_resource, "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"
    )


def _validated(response: Any) -> Any:
    """Answer ValidateTemplate; what only creation would find out stays unknown, as on AWS."""
    text, url = response._get_param("TemplateBody"), response._get_param("TemplateURL")
    template = read_template(response._get_stack_from_s3_url(url) if url else text or "")
    _check(template)
    kinds = {str(each.get("Type")) for each in template["Resources"].values()}
    needed = ["CAPABILITY_IAM"] if any(kind.startswith("AWS::IAM::") for kind in kinds) else []
    wanted = template.get("Transform") or []
    return ActionResult(
        {
            "Description": template.get("Description", ""),
            "Parameters": [
                {
                    "ParameterKey": name,
                    "DefaultValue": str(given.get("Default", "")),
                    "NoEcho": str(given.get("NoEcho")).lower() == "true",
                    "Description": str(given.get("Description", "")),
                }
                for name, given in (template.get("Parameters") or {}).items()
            ],
            "Capabilities": needed,
            "DeclaredTransforms": wanted if isinstance(wanted, list) else [wanted],
        }
    )


def _read_change_set(change_set: Any) -> None:
    change_set.template_dict = read_template(change_set.template)


def _watched(work: Callable[..., Any], before: str, after: str) -> Callable[..., Any]:
    """Write an event before and after a resource is made or changed, or when that fails."""

    def watched(
        logical_id: str, resource_json: Any, resources_map: Any, account_id: str, region_name: str
    ) -> Any:
        stack = models.cloudformation_backends[account_id][region_name].stacks.get(
            resources_map.stack_id
        )
        kind = resource_json["Type"]
        condition = resource_json.get("Condition")
        if condition and not resources_map.lazy_condition_map[condition]:
            return None
        _tell(stack, logical_id, kind, before)
        try:
            _permitted(resource_json, resources_map)
            made = work(logical_id, resource_json, resources_map, account_id, region_name)
        except _FailedError:
            raise
        except Exception as error:
            reason = getattr(error, "message", None) or str(error)
            _tell(
                stack, logical_id, kind, before.split("_", maxsplit=1)[0] + "_FAILED", reason=reason
            )
            raise _FailedError(logical_id, reason) from error
        named = getattr(made, "physical_resource_id", "") or ""
        _tell(stack, logical_id, kind, after, physical_id=str(named))
        return made

    return watched


def _permitted(resource_json: Any, resources_map: Any) -> None:
    """Ask IAM for a resource that no call of the account makes; raises ResourceError."""
    properties = resource_json.get("Properties") or {}
    given = [properties[name] for name in ("Role", "RoleArn") if properties.get(name)]
    roles = [str(parsing.clean_json(role, resources_map)) for role in given]
    refusal = getattr(parsing, _REFUSAL)(resource_json["Type"], roles)
    if refusal is not None:
        raise ResourceError(refusal)


def _tell(stack: Any, logical_id: str, kind: str, status: str, **more: str | None) -> None:
    if stack is not None:
        stack.events.append(
            models.Event(
                stack_id=stack.stack_id,
                stack_name=stack.name,
                logical_resource_id=logical_id,
                physical_resource_id=more.get("physical_id") or "",
                resource_type=kind,
                resource_status=status,
                resource_status_reason=more.get("reason"),
                resource_properties=None,
            )
        )


def _created(create_resources: Any) -> Any:
    def create(stack: Any) -> None:
        with with_role(getattr(stack, "role_arn", None)):
            try:
                create_resources(stack)
            except _FailedError as failed:
                _roll_back_creation(stack, failed)
                return
            _export(stack)

    return create


def _exports(stack: Any) -> list[Any]:
    """Give a stack's exports; none before its resources, which asking for a value would make."""
    return [] if stack.status == "CREATE_PENDING" else list(stack.output_map.exports)


def _export(stack: Any) -> None:
    backend = models.cloudformation_backends[stack.account_id][stack.region_name]
    for export in stack.exports:
        if export.name in backend.exports:
            reason = f"Export with name {export.name} is already exported by another stack."
            _roll_back_creation(stack, _FailedError(export.name, reason))
            return
    backend.exports.update({export.name: export for export in stack.exports})


def _roll_back_creation(stack: Any, failed: _FailedError) -> None:
    _move(
        stack,
        "ROLLBACK_IN_PROGRESS",
        f"The following resource(s) failed to create: [{failed.logical_id}]. "
        "Rollback requested by user.",
    )
    stack.resource_map.delete()
    stack.resource_map._resource_json_map = {}  # moto would make again whatever is looked at
    stack.output_map = parsing.OutputMap(stack.resource_map, {}, stack.stack_id)
    _move(stack, "ROLLBACK_COMPLETE")


def _move(stack: Any, status: str, reason: str | None = None) -> None:
    stack.status = status
    stack._add_stack_event(status, resource_status_reason=reason)


def _update(
    stack: Any,
    template: str,
    role_arn: str | None = None,
    parameters: dict[str, Any] | None = None,
    tags: dict[str, str] | None = None,
) -> None:
    """Bring a stack to a template, or back to the old one when a resource fails."""
    before = (stack.template, stack.template_dict, dict(stack.resource_map.input_parameters))
    _move(stack, "UPDATE_IN_PROGRESS", "User Initiated")
    stack.template = template
    stack.template_dict = read_template(template)
    try:
        with with_role(role_arn or stack.role_arn):
            stack.resource_map.update(stack.template_dict, parameters)
    except _FailedError as failed:
        reason = f"The following resource(s) failed to update: [{failed.logical_id}]. "
        _move(stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
        stack.template, stack.template_dict, given = before
        with with_role(role_arn or stack.role_arn):
            stack.resource_map.update(stack.template_dict, given)
        stack.output_map = stack._create_output_map()
        _move(stack, "UPDATE_ROLLBACK_COMPLETE")
        return
    stack.output_map = stack._create_output_map()
    stack.role_arn = role_arn or stack.role_arn
    stack.parameters = parameters or stack.parameters
    stack.tags = stack.tags if tags is None else tags
    _move(stack, "UPDATE_COMPLETE")


def _execute(backend: Any, change_set_name: str, stack_name: str | None = None) -> None:
    """Carry out a change set; in place of moto's, which cannot fail."""
    change_set = backend.describe_change_set(change_set_name)
    stack = backend.stacks[change_set.stack_id]
    change_set.execution_status = "EXECUTE_COMPLETE"
    stack.original_template = getattr(change_set, "original_template", change_set.template)
    if change_set.change_set_type != "CREATE":
        stack.update(change_set.template, change_set.role_arn, change_set.parameters)
        return
    _move(stack, "CREATE_IN_PROGRESS", "User Initiated")
    stack.template, stack.template_dict = change_set.template, change_set.template_dict
    stack.description = stack.template_dict.get("Description")
    with with_role(change_set.role_arn):
        try:
            change_set.apply()
        except _FailedError as failed:
            _roll_back_creation(stack, failed)
            return
    stack.output_map = stack._create_output_map()
    _move(stack, "CREATE_COMPLETE")
    _export(stack)


@contextmanager
def _readable() -> Iterator[None]:
    """Say so when a template cannot be understood; raises ValidationError."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        message = f"Template format error: {type(error).__name__}: {error}"
        raise ValidationError(message=message) from error


def _transforming(make: Any) -> Any:
    def transforming(backend: Any, *args: Any, **named: Any) -> Any:
        original = named["template"]
        named["template"] = transformed(original, named["parameters"], backend.region_name)
        _check(read_template(named["template"]))
        with _readable():
            answer = make(backend, *args, **named)
        made = backend.change_sets[answer[0]] if isinstance(answer, tuple) else answer
        made.original_template = original
        return answer

    return transforming


def _transforming_update(update: Any) -> Any:
    def transforming(backend: Any, name: str, template: str, **named: Any) -> Any:
        stack = backend.get_stack(name)
        given = backend._resolve_update_parameters(
            instance=stack, incoming_params=named["parameters"]
        )
        text = transformed(template, given, backend.region_name)
        _check(read_template(text))
        if stack.has_template(text) and all(stack.parameters.get(k) == v for k, v in given.items()):
            raise ValidationError(message="No updates are to be performed.")
        answer = update(backend, name=name, template=text, **named)
        stack.original_template = template
        return answer

    return transforming


def _check(template: dict[str, Any]) -> None:
    """Refuse a template that no stack can be made of; raises ValidationError."""
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not resources:
        message = "Template format error: At least one Resources member must be defined."
        raise ValidationError(message=message)
    for name, each in resources.items():
        if not isinstance(each, dict) or not isinstance(each.get("Type"), str):
            message = f"Template format error: [/Resources/{name}] must have a Type."
            raise ValidationError(message=message)
    check_circles(template)
    kinds = {str(each.get("Type")) for each in (template.get("Resources") or {}).values()}
    unknown = sorted(
        kind
        for kind in kinds
        if not kind.startswith("AWS::Serverless::")
        and kind not in parsing.NULL_MODELS
        and kind not in parsing.get_model_map()
    )
    if unknown:
        listed = ", ".join(unknown)
        message = f"Template format error: Unrecognized resource types: [{listed}]"
        raise ValidationError(message=message)


def _deleted(delete_stack: Any) -> Any:
    def delete(backend: Any, name_or_stack_id: str) -> None:
        if name_or_stack_id not in backend.stacks:
            delete_stack(backend, name_or_stack_id)  # finds the id and comes back
            return
        stack = backend.stacks[name_or_stack_id]
        try:
            with with_role(stack.role_arn):
                delete_stack(backend, name_or_stack_id)
        except Exception as error:
            backend.stacks[stack.stack_id] = stack
            _move(stack, "DELETE_FAILED", getattr(error, "message", None) or str(error))

    return delete


def _original_template(backend: Any, name_or_stack_id: str) -> Any:
    stack = backend.get_stack(name_or_stack_id)
    return getattr(stack, "original_template", None) or stack.template
