"""Stacks as CloudFormation runs them: what is bound on moto's stacks, change sets and reader.

moto answers a failed resource with that resource's error and leaves half a stack, makes resources
when somebody looks at them, and reads templates in a way that lets them run code.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from moto.cloudformation import models, parsing, responses

from helpers.cloud.moto_seam.cloudformation import changes, life, requests, summaries
from helpers.cloud.moto_seam.cloudformation.events import last_event
from helpers.cloud.moto_seam.cloudformation.intrinsics import as_text, resolve
from helpers.cloud.moto_seam.cloudformation.templates import read_template
from helpers.cloud.moto_seam.stack_calls import StackCalls
from helpers.cloud.moto_seam.wrapping import first_time


def install(made_by_calls: frozenset[str], calls: StackCalls) -> None:
    """Bind what stacks do; again for each cloud, whose calls are its own.

    `made_by_calls` are the types that the account's API makes, which asks IAM itself.
    """

    def refusal(kind: str, roles: Sequence[str]) -> str | None:
        by_calls = kind in made_by_calls or kind.startswith("Custom::")
        return None if by_calls else calls.refusal(kind, roles)

    setattr(parsing, changes.REFUSAL, refusal)
    # moto's loader lets a template run code in the cloud
    reader = SimpleNamespace(
        load=lambda text, Loader: read_template(text),  # noqa: N803 - PyYAML's name
        Loader=None,
        add_multi_constructor=lambda *_given: None,
    )
    vars(models)["yaml"] = vars(responses)["yaml"] = reader
    if not first_time(models.Stack):
        return
    parsing.clean_json = resolve
    parsing.ResourceMap.load = changes.load
    parsing.ResourceMap.load_conditions = changes.load_conditions
    parsing.parse_and_create_resource = changes.watched(parsing.parse_and_create_resource, "CREATE")
    parsing.parse_and_update_resource = changes.watched(parsing.parse_and_update_resource, "UPDATE")
    models.Stack.parse_template = staticmethod(read_template)
    models.ChangeSet._parse_template = _read_change_set
    models.Stack.__init__ = _with_exports(models.Stack.__init__)
    models.Stack.create_resources = life.create
    models.Stack.exports = property(lambda stack: list(stack.kit_exports))
    models.Stack.outputs = property(_outputs)
    models.Stack.parameter_list = property(_parameters)
    models.Stack.stack_resources = property(_resources)
    models.CloudFormationBackend.delete_stack = _delete_stack
    models.CloudFormationBackend.describe_change_set = _describe_change_set
    responses.StackResourceDTO.__init__ = _describe_resource
    requests.install()
    summaries.install()


def _read_change_set(change_set: Any) -> None:
    change_set.template_dict = read_template(change_set.template)


def _with_exports(init: Any) -> Any:
    def initialise(stack: Any, *args: Any, **named: Any) -> None:
        stack.kit_exports, stack.kit_outputs, stack.status_reason = [], [], None
        init(stack, *args, **named)

    return initialise


def _outputs(stack: Any) -> list[dict[str, Any]] | None:
    """Give the outputs, each with the name of its own export."""
    defined = stack.template_dict.get("Outputs") or {}
    shown = []
    for each in stack.kit_outputs:
        export = defined.get(each.key, {}).get("Export", {}).get("Name")
        name = as_text(resolve(export, stack.resource_map)) if export else None
        described = each.description
        shown.append(
            {
                "OutputKey": each.key,
                "OutputValue": as_text(each.value),
                "Description": described,
                "ExportName": name,
            }
        )
    return shown or None


def _parameters(stack: Any) -> list[dict[str, Any]]:
    """Give the parameters, hidden where the template wants it; SSM's with what they stood for."""
    slots, hidden = stack.template_dict.get("Parameters") or {}, "****"
    given = stack.resource_map.input_parameters
    shown = []
    for name, value in stack.resource_map.resolved_parameters.items():
        slot = slots.get(name, {})
        no_echo = str(slot.get("NoEcho", False)).lower() == "true"
        resolved = str(slot.get("Type")).startswith("AWS::SSM::Parameter::")
        plain = given.get(name, slot.get("Default")) if resolved else value
        shown.append(
            {
                "ParameterKey": name,
                "ParameterValue": hidden if no_echo else as_text(plain),
                "ResolvedValue": as_text(value) if resolved else None,
            }
        )
    return shown


def _resources(stack: Any) -> list[Any]:
    """Give the resources that were made; asking for others would make them."""
    made = dict(stack.resource_map._parsed_resources)
    names = stack.resource_map._resource_json_map
    return [made[name] for name in names if made.get(name) is not None]


def _describe_resource(shown: Any, stack: Any, resource: Any) -> None:
    name = getattr(resource, "logical_resource_id", "")
    event = last_event(stack, name)
    shown.stack_id, shown.stack_name = stack.stack_id, stack.name
    shown.logical_resource_id = name
    shown.physical_resource_id = getattr(resource, "physical_resource_id", None)
    shown.resource_type = getattr(resource, "cf_resource_type", None)
    shown.resource_status = event.resource_status if event else stack.status
    shown.timestamp = event.timestamp if event else stack.creation_time
    shown.last_updated_timestamp = shown.timestamp


def _delete_stack(backend: Any, name_or_stack_id: str) -> None:
    """Delete a stack by name or id; one that does not exist is deleted already."""
    for stack in list(backend.stacks.values()):
        if name_or_stack_id in (stack.name, stack.stack_id):
            requests.start_deletion(stack)


def _describe_change_set(backend: Any, change_set_name: str, stack_name: str = "") -> Any:
    for each in reversed([*backend.change_sets.values()]):
        of_stack = stack_name in ("", each.stack_name, each.stack_id)
        named = of_stack and each.change_set_name == change_set_name
        if named or each.change_set_id == change_set_name:
            return each
    if stack_name:
        requests.stack_of(backend, stack_name)
    raise requests.ChangeSetNotFoundError(f"ChangeSet [{change_set_name}] does not exist")
