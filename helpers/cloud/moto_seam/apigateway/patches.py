"""Patch operations, as API Gateway's updates are written, on moto's objects.

Source: docs.aws.amazon.com/apigateway/latest/api/patch-operations.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moto.apigateway.exceptions import BadRequestException

Convert = Callable[[str], Any]


def flag(text: str) -> bool:
    """Read a boolean."""
    return str(text).lower() == "true"


def text(given: str) -> str:
    """Keep a text as it is."""
    return given


@dataclass(frozen=True, slots=True)
class Patchable:
    """What may be patched of one kind of object: by path, its attribute and how to read a value.

    `maps` are patched by entry (/requestTemplates/application~1json), `lists` by value.
    """

    scalars: Mapping[str, tuple[str, Convert]]
    maps: Mapping[str, tuple[str, Convert]] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)

    def apply(self, target: Any, operations: Sequence[Mapping[str, Any]] | None) -> None:
        """Apply patch operations in order; raises BadRequestException."""
        for operation in operations or ():
            self._one(target, operation)

    def _one(self, target: Any, operation: Mapping[str, Any]) -> None:
        verb, path = str(operation.get("op")), str(operation.get("path") or "")
        if verb not in ("add", "remove", "replace"):
            raise BadRequestException(
                f"Invalid patch operation '{verb}' specified. Must be one of: [add, remove, "
                "replace]"
            )
        _, _, rest = path.partition("/")
        member, _, key = rest.partition("/")
        key = key.replace("~1", "/").replace("~0", "~")
        value = operation.get("value")
        if member in self.scalars and not key:
            name, read = self.scalars[member]
            setattr(target, name, None if verb == "remove" or value is None else read(value))
        elif member in self.maps and key:
            self._entry(target, member, key, value if verb != "remove" else None)
        elif member in self.lists:
            self._item(target, self.lists[member], verb, key or str(value))
        else:
            known = ", ".join(f"/{n}" for n in (*self.scalars, *self.maps, *self.lists))
            raise BadRequestException(
                f"Invalid patch path  '{path}' specified for op '{verb}'. Must be one of: [{known}]"
            )

    def _entry(self, target: Any, member: str, key: str, value: Any) -> None:
        name, read = self.maps[member]
        held = dict(getattr(target, name) or {})
        if value is None:
            held.pop(key, None)
        else:
            held[key] = read(value)
        setattr(target, name, held)

    def _item(self, target: Any, name: str, verb: str, item: str) -> None:
        held = [one for one in getattr(target, name) or [] if one != item]
        setattr(target, name, held if verb == "remove" else [*held, item])


REST_API = Patchable(
    {
        "name": ("name", text),
        "description": ("description", text),
        "policy": ("policy", text),
        "apiKeySource": ("api_key_source", text),
        "disableExecuteApiEndpoint": ("disableExecuteApiEndpoint", flag),
        "minimumCompressionSize": ("minimum_compression_size", int),
        "version": ("version", text),
    },
    lists={"binaryMediaTypes": "binaryMediaTypes"},
)
METHOD = Patchable(
    {
        "authorizationType": ("authorization_type", text),
        "authorizerId": ("authorizer_id", text),
        "apiKeyRequired": ("api_key_required", flag),
        "requestValidatorId": ("request_validator_id", text),
        "operationName": ("operation_name", text),
    },
    {"requestParameters": ("request_parameters", flag), "requestModels": ("request_models", text)},
    {"authorizationScopes": "authorization_scopes"},
)
INTEGRATION = Patchable(
    {
        "uri": ("uri", text),
        "httpMethod": ("http_method", text),
        "passthroughBehavior": ("passthrough_behaviour", text),
        "timeoutInMillis": ("timeout_in_millis", int),
        "credentials": ("credentials", text),
        "contentHandling": ("content_handling", text),
        "cacheNamespace": ("cache_namespace", text),
        "connectionType": ("connection_type", text),
    },
    {
        "requestTemplates": ("request_templates", text),
        "requestParameters": ("request_parameters", text),
    },
    {"cacheKeyParameters": "cache_key_parameters"},
)
INTEGRATION_RESPONSE = Patchable(
    {
        "selectionPattern": ("selection_pattern", text),
        "contentHandling": ("content_handling", text),
    },
    {
        "responseTemplates": ("response_templates", text),
        "responseParameters": ("response_parameters", text),
    },
)
METHOD_RESPONSE = Patchable(
    {},
    {
        "responseModels": ("response_models", text),
        "responseParameters": ("response_parameters", flag),
    },
)
GATEWAY_RESPONSE = Patchable(
    {"statusCode": ("status_code", text)},
    {
        "responseTemplates": ("response_templates", text),
        "responseParameters": ("response_parameters", text),
    },
)
MODEL = Patchable({"schema": ("schema", text), "description": ("description", text)})
RESOURCE = Patchable({"pathPart": ("path_part", text), "parentId": ("parent_id", text)})
DEPLOYMENT = Patchable({"description": ("description", text)})
