"""Models of REST APIs: JSON schema draft 4, which may name each other.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft4Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource, Unresolvable
from referencing.jsonschema import DRAFT4

from helpers.cloud.http_fronts.rest.refusals import internal_error
from helpers.cloud.regexes import Regex

MODELS = "https://apigateway.amazonaws.com/restapis/"


def problem_of(document: Any, name: str, models: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what is wrong with a document, or nothing."""
    try:
        error = next(
            VALIDATOR(models[name], registry=_registry(models)).iter_errors(document), None
        )
    except (SchemaError, Unresolvable, RecursionError, TypeError, ValueError) as wrong:
        raise internal_error(f"The model {name} cannot be used: {wrong}") from wrong
    return "" if error is None else f"{name}: {error.message}"


def _pattern(
    _validator: Any, pattern: str, value: Any, _schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if isinstance(value, str) and not Regex(pattern).search(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], value: Any, _schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    for pattern, schema in patterns.items() if isinstance(value, dict) else ():
        for name in _matching(pattern, value):
            yield from validator.descend(value[name], schema, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, allowed: Any, value: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if not isinstance(value, dict):
        return
    known = set(schema.get("properties", ()))
    for pattern in schema.get("patternProperties", ()):
        known |= _matching(pattern, value)
    extras = [name for name in value if name not in known]
    if isinstance(allowed, dict):
        for name in extras:
            yield from validator.descend(value[name], allowed, path=name)
    elif not allowed and extras:
        named = ", ".join(repr(name) for name in extras)
        verb = "was" if len(extras) == 1 else "were"
        yield ValidationError(f"Additional properties are not allowed ({named} {verb} unexpected)")


def _unique_items(
    _validator: Any, wanted: Any, value: Any, _schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if not wanted or not isinstance(value, list):
        return
    if len({json.dumps(item, sort_keys=True) for item in value}) < len(value):
        yield ValidationError(f"{value!r} has non-unique elements")


def _matching(pattern: str, value: Mapping[str, Any]) -> set[str]:
    return {name for name in value if Regex(pattern).search(name)}


VALIDATOR = extend(
    Draft4Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "uniqueItems": _unique_items,
    },
)
"""Draft 4, bounded in time: by patterns, and by the length of lists."""


def _registry(models: Mapping[str, Mapping[str, Any]]) -> Registry[Any]:
    """Return the API's models, as they name each other by `.../restapis/<id>/models/<name>`."""

    def retrieve(uri: str) -> Resource[Any]:
        name = uri.rpartition("/")[2]
        if not uri.startswith(MODELS) or name not in models:
            raise NoSuchResource(uri)
        return Resource.from_contents(models[name], default_specification=DRAFT4)

    return Registry(retrieve=retrieve)  # type: ignore[call-arg]
