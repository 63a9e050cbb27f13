"""What a resource of a template mentions, and the order that follows from it.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from moto.cloudformation.exceptions import ValidationError

IN_TEXT = re.compile(r"\$\{(!?)([^{}]+)\}")
"""What Fn::Sub replaces: a mark for text that only looks like it, and a name."""


def in_order(names: Iterable[str], resources: Mapping[str, Any]) -> list[str]:
    """Sort so that each resource comes after those it needs; raises ValidationError."""
    wanted = set(names)
    graph = {name: needs(resources[name]) & wanted for name in sorted(wanted)}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        listed = ", ".join(sorted(set(error.args[1])))
        message = f"Circular dependency between resources: [{listed}]"
        raise ValidationError(message=message) from error


def needs(resource: Mapping[str, Any]) -> set[str]:
    """Return every name that a resource depends on, by a reference or by DependsOn."""
    after = resource.get("DependsOn", [])
    return {*([after] if isinstance(after, str) else after), *mentioned(resource)}


def mentioned(value: Any) -> Iterator[str]:
    """Yield what Ref, Fn::GetAtt and Fn::Sub name in a value: resources, parameters and more."""
    if isinstance(value, list):
        for item in value:
            yield from mentioned(item)
    if not isinstance(value, Mapping):
        return
    match [*value.items()]:
        case [("Ref", str(name))]:
            yield name
        case [("Fn::GetAtt", str(name))]:
            yield name.split(".", 1)[0]
        case [("Fn::GetAtt", [str(name), attribute])]:
            yield name
            yield from mentioned(attribute)
        case [("Fn::Sub", str(text))]:
            yield from _named(text, {})
        case [("Fn::Sub", [str(text), dict(own)])]:
            yield from _named(text, own)
            yield from mentioned(own)
        case _:
            for inner in value.values():
                yield from mentioned(inner)


def _named(text: str, own: Mapping[str, Any]) -> Iterator[str]:
    for literal, name in IN_TEXT.findall(text):
        if not literal and name not in own:
            yield name.split(".", 1)[0]
