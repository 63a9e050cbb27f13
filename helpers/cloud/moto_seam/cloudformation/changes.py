"""How a stack comes to a template: what is made, changed, replaced and removed, in order.

Each resource comes after those it needs, so that a function has its new code before a version is
published; what is gone or replaced is removed last, so that the old version outlives the alias on
it. A resource changes when what its properties stand for changes, whatever the template's text.
Source:
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.cloudformation import parsing

from helpers.cloud.moto_seam.cloudformation.events import (
    AbandonedError,
    FailedError,
    check_alive,
    reason_of,
    tell,
)
from helpers.cloud.moto_seam.cloudformation.intrinsics import holds, resolve
from helpers.cloud.moto_seam.cloudformation.references import in_order

STAND_FOR = "coldstart_properties"
REFUSAL = "coldstart_refusal"
"""Attribute of moto's reader: why a resource of a type may not be made, or None."""
"""The attribute of a resource that keeps what its properties stood for."""
RETAINED = ("Retain", "RetainExceptOnCreate")


@dataclass(frozen=True, slots=True)
class Replaced:
    """A resource that an update replaced; the old one goes when the update is complete."""

    name: str
    definition: Mapping[str, Any]
    old: Any
    new: Any


def load(resource_map: Any) -> None:
    """Read parameters and conditions, and check the outputs; in place of ResourceMap.load."""
    resource_map.load_parameters()
    resource_map.load_conditions()
    resource_map.validate_outputs()


def load_conditions(resource_map: Any) -> None:
    """Read the conditions, which may use mappings; in place of ResourceMap.load_conditions."""
    conditions = parsing.LazyDict()
    for name, condition in (resource_map._template.get("Conditions") or {}).items():
        conditions[name] = functools.partial(
            parsing.parse_condition, condition, resource_map, conditions
        )
    resource_map.lazy_condition_map = conditions
    for name in conditions:
        _ = conditions[name]


def turn_to(resource_map: Any, template: dict[str, Any], parameters: Mapping[str, Any]) -> None:
    """Give a stack another template and other parameters; its resources stay what they are."""
    for name in resource_map.resolved_parameters:
        resource_map._parsed_resources.pop(name, None)
    resource_map._template = template
    resource_map._resource_json_map = template["Resources"]
    resource_map.input_parameters = dict(parameters)
    resource_map.resolved_parameters = {}
    load(resource_map)


def make(resource_map: Any) -> None:
    """Make every resource of the template."""
    definitions = resource_map._resource_json_map
    for name in in_order(definitions, definitions):
        _ = resource_map[name]  # looking a resource up makes it


def bring(resource_map: Any, replaced: list[Replaced]) -> None:
    """Make and change resources until they are as the template says; keeps what it replaces."""
    definitions, made = resource_map._resource_json_map, resource_map._parsed_resources
    for name in in_order(definitions, definitions):
        definition = definitions[name]
        if not is_wanted(resource_map, definition):
            continue
        if name not in made:
            _ = resource_map[name]
        elif _is_other(resource_map, made[name], definition):
            _change(resource_map, name, replaced)


def is_wanted(resource_map: Any, definition: Mapping[str, Any]) -> bool:
    """Tell whether a resource's condition holds; true when it has none."""
    condition = definition.get("Condition")
    return condition is None or holds(condition, resource_map)


def _is_other(resource_map: Any, resource: Any, definition: Mapping[str, Any]) -> bool:
    wanted = resolve(definition.get("Properties") or {}, resource_map)
    return bool(wanted != getattr(resource, STAND_FOR, None))


def _change(resource_map: Any, name: str, replaced: list[Replaced]) -> None:
    made, definition = resource_map._parsed_resources, resource_map._resource_json_map[name]
    old = made[name]
    new = parsing.parse_and_update_resource(
        name, definition, resource_map, resource_map._account_id, resource_map._region_name
    )
    if new is None:
        return
    made[name] = new
    if new is not old and hasattr(new, "kit_row"):
        replaced.append(Replaced(name, definition, old, new))


def remove(stack: Any, gone: Mapping[str, Mapping[str, Any]], *, fresh: bool = False) -> list[str]:
    """Remove resources, those that need others first; returns the names of those that would not.

    `fresh` is for the rollback of a creation, where RetainExceptOnCreate keeps nothing.
    """
    resource_map = stack.resource_map
    made, failed = resource_map._parsed_resources, []
    for name in reversed(in_order(gone, gone)):
        if name not in made:
            continue
        kept = gone[name].get("DeletionPolicy")
        if kept == "Retain" or (kept == "RetainExceptOnCreate" and not fresh):
            tell(stack, name, gone[name]["Type"], "DELETE_SKIPPED", physical_id=_id(made[name]))
        elif not delete(stack, name, gone[name], made[name]):
            failed.append(name)
            continue
        made.pop(name)
    return failed


def delete(stack: Any, name: str, definition: Mapping[str, Any], resource: Any) -> bool:
    """Delete one resource and tell about it; returns whether it is gone."""
    kind, physical_id = definition["Type"], _id(resource)
    tell(stack, name, kind, "DELETE_IN_PROGRESS", physical_id=physical_id)
    try:
        stack.resource_map._delete_resource(resource, definition)
    except AbandonedError:
        raise
    except Exception as error:
        reason = reason_of(error)
        tell(stack, name, kind, "DELETE_FAILED", physical_id=physical_id, reason=reason)
        return False
    tell(stack, name, kind, "DELETE_COMPLETE", physical_id=physical_id)
    return True


def watched(work: Callable[..., Any], verb: str) -> Callable[..., Any]:
    """Write an event before and after a resource is made or changed, or when that fails.

    `verb` is CREATE or UPDATE; wraps parse_and_create_resource and parse_and_update_resource.
    """

    def watching(
        logical_id: str, resource_json: Any, resources_map: Any, account_id: str, region_name: str
    ) -> Any:
        stack = check_alive(resources_map.stack_id, account_id, region_name)
        if not is_wanted(resources_map, resource_json):
            return None
        kind = resource_json["Type"]
        for name in _first(resource_json):
            _ = resources_map[name]
        tell(stack, logical_id, kind, f"{verb}_IN_PROGRESS")
        try:
            stands_for = resolve(resource_json.get("Properties") or {}, resources_map)
            _permitted(kind, stands_for)
            made = work(logical_id, resource_json, resources_map, account_id, region_name)
        except (FailedError, AbandonedError):
            raise
        except Exception as error:
            reason = reason_of(error)
            tell(stack, logical_id, kind, f"{verb}_FAILED", reason=reason)
            raise FailedError(logical_id, reason) from error
        with contextlib.suppress(AttributeError):
            setattr(made, STAND_FOR, stands_for)
        tell(stack, logical_id, kind, f"{verb}_COMPLETE", physical_id=_id(made))
        return made

    return watching


def _permitted(kind: str, properties: Mapping[str, Any]) -> None:
    """Ask IAM for a resource that no call of the account makes; raises PermissionError."""
    roles = [str(properties[name]) for name in ("Role", "RoleArn") if properties.get(name)]
    refusal = getattr(parsing, REFUSAL)(kind, roles)
    if refusal is not None:
        raise PermissionError(refusal)


def _first(definition: Mapping[str, Any]) -> list[str]:
    after = definition.get("DependsOn", [])
    return [after] if isinstance(after, str) else list(after)


def _id(resource: Any) -> str:
    return str(getattr(resource, "physical_resource_id", "") or "")
