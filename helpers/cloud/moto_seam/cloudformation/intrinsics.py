"""Intrinsic functions: what a template's Ref, Fn::Sub and the others stand for.

In place of moto's reader, which takes any object with a member of that name for a function, keeps
AWS::NoValue in lists, and knows neither Fn::Cidr nor Fn::Length. Source:
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html.
"""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.cloudformation.exceptions import (
    ExportNotFound,
    UnformattedGetAttTemplateException,
    ValidationError,
)
from moto.cloudformation.models import cloudformation_backends

from helpers.cloud.moto_seam.cloudformation.references import IN_TEXT

ZONES = ("a", "b", "c")


def resolve(value: Any, resources: Any) -> Any:
    """Return a value with every function replaced; None stands for AWS::NoValue.

    `resources` is the stack's ResourceMap: looking a resource up makes it.
    """
    if isinstance(value, list):
        items = [resolve(item, resources) for item in value]
        return [item for item in items if item is not None]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        [(name, argument)] = value.items()
        if name in FUNCTIONS:
            return FUNCTIONS[name](argument, resources)
        if name.startswith("Fn::"):
            raise ValidationError(message=f"Template error: {name} is not supported")
    found = {key: resolve(inner, resources) for key, inner in value.items()}
    return {key: inner for key, inner in found.items() if inner is not None}


def as_text(value: Any) -> str:
    """Return a scalar as templates write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(as_text, value)) if isinstance(value, list) else str(value)


def _ref(name: Any, resources: Any) -> Any:
    try:
        found = resources[name]
    except (KeyError, TypeError) as error:
        raise _unresolved(name) from error
    return getattr(found, "physical_resource_id", found)


def _get_att(argument: Any, resources: Any) -> Any:
    name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
    attribute = resolve(attribute, resources)
    try:
        resource = resources[name]
    except KeyError as error:
        message = f"Template error: instance of Fn::GetAtt references undefined resource {name}"
        raise ValidationError(message=message) from error
    if resource is None:
        raise _unresolved(name)
    try:
        return resource.get_cfn_attribute(attribute)
    except (UnformattedGetAttTemplateException, NotImplementedError) as error:
        message = UnformattedGetAttTemplateException.description.format(name, attribute)
        raise ValidationError(message=message) from error


def _unresolved(name: Any) -> ValidationError:
    return ValidationError(
        message=f"Template format error: Unresolved resource dependencies [{name}] in the "
        "Resources block of the template"
    )


def _if(argument: Any, resources: Any) -> Any:
    condition, chosen, otherwise = _parts("Fn::If", argument, 3)
    return resolve(chosen if holds(condition, resources) else otherwise, resources)


def holds(condition: str, resources: Any) -> bool:
    """Tell whether a condition of the template holds."""
    try:
        return bool(resources.lazy_condition_map[condition])
    except KeyError as error:
        message = f"Template error: unresolved condition dependency {condition} in Fn::If"
        raise ValidationError(message=message) from error


def _join(argument: Any, resources: Any) -> str:
    delimiter, items = _parts("Fn::Join", argument, 2)
    return str(delimiter).join(map(as_text, _list(items, resources)))


def _split(argument: Any, resources: Any) -> list[str]:
    delimiter, text = _parts("Fn::Split", argument, 2)
    return as_text(resolve(text, resources)).split(delimiter)


def _select(argument: Any, resources: Any) -> Any:
    index, items = _parts("Fn::Select", argument, 2)
    number, found = int(resolve(index, resources)), _list(items, resources)
    if not 0 <= number < len(found):
        message = f"Template error: Fn::Select cannot select nonexistent value at index {number}"
        raise ValidationError(message=message)
    return found[number]


def _sub(argument: Any, resources: Any) -> str:
    text, own = (argument, {}) if isinstance(argument, str) else _parts("Fn::Sub", argument, 2)

    def replaced(match: Any) -> str:
        literal, name = match.groups()
        if literal:
            return f"${{{name}}}"
        if name in own:
            return as_text(resolve(own[name], resources))
        found = _get_att(name, resources) if "." in name else _ref(name, resources)
        return as_text(found)

    return IN_TEXT.sub(replaced, text)


def _find_in_map(argument: Any, resources: Any) -> Any:
    names = [resolve(name, resources) for name in argument[:3]]
    found: Any = resources._template.get("Mappings", {})
    for name in names:
        if not isinstance(found, Mapping) or str(name) not in {str(key) for key in found}:
            if len(argument) > 3:  # with the transform AWS::LanguageExtensions
                return resolve(argument[3]["DefaultValue"], resources)
            path = "::".join(map(str, names))
            message = f"Template error: Unable to get mapping for {path}"
            raise ValidationError(message=message)
        found = {str(key): inner for key, inner in found.items()}[str(name)]
    return found


def _import_value(argument: Any, resources: Any) -> Any:
    name = as_text(resolve(argument, resources))
    backend = cloudformation_backends[resources._account_id][resources._region_name]
    if name not in backend.exports:
        raise ExportNotFound(name)
    resources.imports = {*getattr(resources, "imports", ()), name}
    return backend.exports[name].value


def _zones(argument: Any, resources: Any) -> list[str]:
    region = resolve(argument, resources) or resources._region_name
    return [f"{region}{zone}" for zone in ZONES]


def _cidr(argument: Any, resources: Any) -> list[str]:
    block, count, *bits = [resolve(each, resources) for each in argument]
    network = ipaddress.ip_network(block)
    prefix = network.max_prefixlen - int(bits[0] if bits else 8)
    subnets = network.subnets(new_prefix=prefix)
    return [str(subnet) for subnet, _ in zip(subnets, range(int(count)), strict=False)]


def _list(value: Any, resources: Any) -> list[Any]:
    found = resolve(value, resources)
    if isinstance(found, str):  # a CommaDelimitedList that came as text
        return [item.strip() for item in found.split(",")]
    return list(found or [])


def _parts(name: str, argument: Any, count: int) -> list[Any]:
    if not isinstance(argument, list) or len(argument) != count:
        message = f"Template error: every {name} object requires {count} parameters."
        raise ValidationError(message=message)
    return argument


FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::Sub": _sub,
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": _import_value,
    "Fn::GetAZs": _zones,
    "Fn::Cidr": _cidr,
    "Fn::Base64": lambda value, resources: base64.b64encode(
        as_text(resolve(value, resources)).encode()
    ).decode(),
    "Fn::Length": lambda value, resources: len(_list(value, resources)),
    "Fn::ToJsonString": lambda value, resources: json.dumps(resolve(value, resources)),
}
