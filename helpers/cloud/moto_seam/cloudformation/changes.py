"""How a stack moves from one template to the next: what is added, changed and removed, in order.

Each resource comes after those it mentions, so that a function has its new code before a version
is published; what is gone is removed last, so that the old version outlives the alias on it.
Source:
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Any

from moto.cloudformation import parsing

_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9]+)[.}]")


def update(resource_map: Any, template: dict[str, Any], parameters: Any = None) -> None:
    """Bring a stack's resources to a template; in place of ResourceMap.update."""
    actions = resource_map.build_resource_diff(template, parameters)
    before = resource_map._resource_json_map
    resource_map._template = template
    if parameters:
        resource_map.input_parameters = parameters
    resource_map.load_mapping()
    resource_map.load_parameters()
    resource_map.load_conditions()
    resource_map._resource_json_map = template["Resources"]
    for name in _in_order([*actions["Add"], *actions["Modify"]], template["Resources"]):
        _change(resource_map, name, template["Resources"][name])
    _remove(resource_map, {name: before[name] for name in actions["Remove"]})


def _change(resource_map: Any, name: str, resource: dict[str, Any]) -> None:
    if name not in resource_map._parsed_resources:
        _ = resource_map[name]  # looking a resource up makes it
        return
    changed = parsing.parse_and_update_resource(
        name, resource, resource_map, resource_map._account_id, resource_map._region_name
    )
    if changed is not None:
        resource_map._parsed_resources[name] = changed


def _remove(resource_map: Any, gone: Mapping[str, dict[str, Any]]) -> None:
    made = resource_map._parsed_resources
    for name in reversed(_in_order(gone, gone)):
        if name in made and gone[name].get("DeletionPolicy") != "Retain":
            resource_map._delete_resource(made[name], gone[name])
        made.pop(name, None)


def delete(resource_map: Any) -> None:
    """Remove a stack's resources, those that need others first; in place of ResourceMap.delete."""
    made = {
        name: resource
        for name, resource in resource_map._resource_json_map.items()
        if name in resource_map._parsed_resources
    }
    _remove(resource_map, made)


def _in_order(names: Iterable[str], resources: Mapping[str, Any]) -> list[str]:
    """Sort so that each resource comes after those it mentions."""
    wanted = set(names)
    graph = {name: (_mentioned(resources[name]) & wanted) - {name} for name in sorted(wanted)}
    return list(TopologicalSorter(graph).static_order())


def _mentioned(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return set().union(*(_mentioned(each) for each in value.values()), set())
    if isinstance(value, list):
        return set().union(*(_mentioned(each) for each in value), set())
    return {value, *_IN_TEXT.findall(value)} if isinstance(value, str) else set()
