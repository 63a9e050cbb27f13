"""Patch operations, as API Gateway's updates are written, on moto's objects.

Source: docs.aws.amazon.com/apigateway/latest/api/patch-operations.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moto.apigateway.exceptions import (
    BadRequestException,
    NotFoundException,
    ValidationException,
)

Convert = Callable[[str], Any]
VERBS = ("add", "remove", "replace")
ALL_VERBS = ("add", "remove", "move", "test", "replace", "copy")
LARGEST_COMPRESSION = 10_485_760


def flag(text: str) -> bool:
    """Read a boolean."""
    return str(text).lower() == "true"


def text(given: str) -> str:
    """Keep a text as it is."""
    return given


def compression_size(text: str) -> int:
    """Read a minimum compression size; raises BadRequestException."""
    if not text.isdecimal() or int(text) > LARGEST_COMPRESSION:
        raise BadRequestException(
            f"Invalid minimum compression size, must be between 0 and {LARGEST_COMPRESSION}"
        )
    return int(text)


def refuse_invalid(problems: Sequence[str]) -> None:
    """Raise ValidationException when values break the API model's constraints."""
    if problems:
        errors = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected"
        raise ValidationException(f"{errors}: {'; '.join(problems)}")


def check_verbs(operations: Sequence[Mapping[str, Any]] | None, operation: str) -> None:
    """Refuse verbs that no patch has; `operation` is the update's name."""
    place = f"{operation[0].lower()}{operation[1:]}Input.patchOperations"
    refuse_invalid(
        [
            f"Value '{each.get('op')}' at '{place}.{number}.member.op' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{', '.join(ALL_VERBS)}]"
            for number, each in enumerate(operations or (), start=1)
            if each.get("op") not in ALL_VERBS
        ]
    )


@dataclass(frozen=True, slots=True)
class Patchable:
    """What may be patched of one kind of object: by path, its attribute and how to read a value.

    `maps` are patched by entry (/requestTemplates/application~1json), `lists` by value. Members of
    `replaced` are replaced only. Some kinds are `listed`: their refusals name what may be patched.
    `missing` says, by map, what is told of an entry that is not there.
    """

    scalars: Mapping[str, tuple[str, Convert]]
    maps: Mapping[str, tuple[str, Convert]] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    listed: bool = False
    missing: Mapping[str, str] = field(default_factory=dict)

    def apply(self, target: Any, operations: Sequence[Mapping[str, Any]] | None) -> None:
        """Apply patch operations in order; raises BadRequestException, NotFoundException."""
        for operation in operations or ():
            self._one(target, operation)

    def _one(self, target: Any, operation: Mapping[str, Any]) -> None:
        verb, path = str(operation.get("op")), str(operation.get("path") or "null")
        _, _, rest = path.partition("/")
        member, _, key = rest.partition("/")
        key = key.replace("~1", "/").replace("~0", "~")
        value = operation.get("value")
        self._check(verb, path, member)
        if member in self.scalars and not key:
            name, read = self.scalars[member]
            setattr(target, name, None if verb == "remove" or value is None else read(value))
        elif member in self.maps and key:
            self._entry(target, member, key, value if verb != "remove" else None)
        elif member in self.lists and (key or value):
            self._item(target, self.lists[member], verb, key or str(value))
        else:
            raise self._invalid(verb, path)

    def _check(self, verb: str, path: str, member: str) -> None:
        if self.listed and verb != "replace":
            raise BadRequestException(
                f"Invalid patch path  '{path}' specified for op '{verb}'. Please choose supported "
                "operations"
            )
        if verb not in VERBS or (member in self.replaced and verb != "replace"):
            raise BadRequestException(
                "Invalid patch operation specified. Must be one of: "
                f"[{'replace' if member in self.replaced else ', '.join(VERBS)}]"
            )

    def _invalid(self, verb: str, path: str) -> BadRequestException:
        if not self.listed:
            return BadRequestException(f"Invalid patch path {path}")
        known = ", ".join(f"/{n}" for n in (*self.scalars, *self.maps, *self.lists))
        return BadRequestException(
            f"Invalid patch path  '{path}' specified for op '{verb}'. Must be one of: [{known}]"
        )

    def _entry(self, target: Any, member: str, key: str, value: Any) -> None:
        name, read = self.maps[member]
        held = dict(getattr(target, name) or {})
        if value is not None:
            held[key] = read(value)
        elif member in self.missing and key not in held:
            raise NotFoundException(self.missing[member])
        else:
            held.pop(key, None)
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
        "minimumCompressionSize": ("minimum_compression_size", compression_size),
        "version": ("version", text),
    },
    lists={"binaryMediaTypes": "binaryMediaTypes"},
    replaced=frozenset({"minimumCompressionSize", "apiKeySource", "disableExecuteApiEndpoint"}),
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
    replaced=frozenset({"apiKeyRequired", "authorizationType"}),
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
    missing={
        "responseModels": "Content-Type specified was not found",
        "responseParameters": "Invalid parameter name specified",
    },
)
GATEWAY_RESPONSE = Patchable(
    {"statusCode": ("status_code", text)},
    {
        "responseTemplates": ("response_templates", text),
        "responseParameters": ("response_parameters", text),
    },
)
MODEL = Patchable({"description": ("description", text), "schema": ("schema", text)}, listed=True)
RESOURCE = Patchable(
    {"parentId": ("parent_id", text), "pathPart": ("path_part", text)}, listed=True
)
DEPLOYMENT = Patchable({"description": ("description", text)})
