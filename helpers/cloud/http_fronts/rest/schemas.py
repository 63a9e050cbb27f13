"""Models of REST APIs: JSON schema draft 4, which may name each other.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft4Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource, Unresolvable
from referencing.jsonschema import DRAFT4

from helpers.cloud.http_fronts.rest.refusals import internal_error

MODELS = "https://apigateway.amazonaws.com/restapis/"


def problem_of(document: Any, name: str, models: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what is wrong with a document, or nothing."""
    try:
        error = next(
            Draft4Validator(models[name], registry=_registry(models)).iter_errors(document), None
        )
    except (SchemaError, Unresolvable, RecursionError, TypeError, ValueError) as wrong:
        raise internal_error(f"The model {name} cannot be used: {wrong}") from wrong
    return "" if error is None else f"{name}: {error.message}"


def _registry(models: Mapping[str, Mapping[str, Any]]) -> Registry[Any]:
    """Return the API's models, as they name each other by `.../restapis/<id>/models/<name>`."""

    def retrieve(uri: str) -> Resource[Any]:
        name = uri.rpartition("/")[2]
        if not uri.startswith(MODELS) or name not in models:
            raise NoSuchResource(uri)
        return Resource.from_contents(models[name], default_specification=DRAFT4)

    return Registry(retrieve=retrieve)  # type: ignore[call-arg]
