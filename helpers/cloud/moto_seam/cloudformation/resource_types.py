"""What a type of resource needs of the account's API: a row of the table, and the model it makes.

A row names the operations; property names are the parameters' names, in whatever case the service
writes them, and values are brought into the types of botocore's model, because a template's
parameters arrive as text. Names for `Ref` and `Fn::GetAtt` are formats over properties and answer.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.moto_seam.stack_calls import StackCalls

Properties = dict[str, Any]


@dataclass(slots=True)
class Made:
    """A resource of a stack: its row, its properties, and all that is known of it.

    `facts` are the properties and the members of the answer to its creation.
    """

    row: ResourceType
    client: Any
    properties: Properties
    facts: dict[str, Any]
    calls: StackCalls

    def named(self, formats: Mapping[str, str]) -> dict[str, str]:
        """Fill formats such as ``{"FunctionName": "{FunctionName}"}`` with facts."""
        filled = {}
        for name, template in formats.items():
            with contextlib.suppress(KeyError):  # an optional property that was not given
                filled[name] = template.format_map(self.facts)
        return filled

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call an operation of the type's service; parameters may be written as properties."""
        return call(self.client, operation, parameters)


Hook = Callable[[Made], None]
Change = Callable[[Made, Properties], None]


def _as_they_are(properties: Properties) -> Properties:
    return properties


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One row: how a type of resource is made, changed and removed.

    `identity` gives the parameters that name it in `update` and `delete`. `name_property` is what
    gets a generated name. `own` properties are handled by the hooks: `made` and `changed` run
    after the operations, `removed` before the deletion. Without `update` and `changed` a changed
    resource is replaced, as it is when a `fixed` property changes: the new one is made at once
    and the old one goes with the end of the update, or before it when not `deferred`, because both
    would have the same name; `shares_name` is for what has versions. With `open_attributes`
    Fn::GetAtt also finds what is in the fact "Attributes".
    """

    name: str
    service: str
    create: str
    ref: str
    identity: Mapping[str, str] = field(default_factory=dict)
    delete: str = ""
    update: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    name_property: str = ""
    own: tuple[str, ...] = ()
    prepare: Callable[[Properties], Properties] = _as_they_are
    made: Hook | None = None
    changed: Change | None = None
    removed: Hook | None = None
    fixed: tuple[str, ...] = ()
    shares_name: bool = False
    deferred: bool = True
    open_attributes: bool = False

    def make(self, calls: StackCalls, known: Properties, properties: Properties) -> Made:
        """Create the resource; raises ClientError as the service words it.

        `known` is what every resource knows: its account, Region, stack and logical id.
        """
        client = calls.client(self.service, known["Region"])
        answer = call(client, self.create, self._parameters(properties)) if self.create else {}
        resource = Made(self, client, properties, {**known, **properties, **_flat(answer)}, calls)
        try:
            if self.made is not None:
                self.made(resource)
        except Exception:
            with contextlib.suppress(Exception):
                self.remove(resource)  # nobody else knows of what is half made
            raise
        return resource

    def must_replace(self, resource: Made, properties: Properties) -> bool:
        """Tell whether new properties need a new resource; a name left out may stay generated."""
        before = resource.properties
        return any(
            properties.get(name) != before.get(name)
            for name in self.fixed
            if name in properties or name != self.name_property
        )

    def change(self, resource: Made, properties: Properties) -> None:
        """Bring the resource to new properties, in place."""
        before = resource.properties
        if self.update:
            identity = resource.named(self.identity)
            answer = call(
                resource.client,
                self.update,
                {**self._parameters(properties), **identity},
                loose=True,
            )
            resource.facts.update(_flat(answer))
        resource.properties = properties
        resource.facts.update(properties)
        if self.changed is not None:
            self.changed(resource, before)

    def remove(self, resource: Made) -> None:
        """Delete the resource; harmless when somebody deleted it already."""
        if self.removed is not None:
            self.removed(resource)
        if self.delete:
            identity = resource.named(self.identity)
            try:
                call(resource.client, self.delete, identity, loose=True)
            except resource.client.exceptions.ClientError as error:
                if not _is_gone(error):
                    raise

    def _parameters(self, properties: Properties) -> Properties:
        given = {name: value for name, value in properties.items() if name not in self.own}
        return self.prepare(given)


class FailedRequestError(ValueError):
    """A resource of its own kind failed; the text is the reason as it stands."""


class UnknownPropertyError(ValueError):
    """A property that the type does not have."""


def call(
    client: Any, operation: str, parameters: Mapping[str, Any], *, loose: bool = False
) -> dict[str, Any]:
    """Call an operation with parameters in any case; `loose` drops those it does not take."""
    model = client.meta.service_model.operation_model(operation)
    method = next(
        method for method, name in client.meta.method_to_api_mapping.items() if name == operation
    )
    shaped = _structure(parameters, model.input_shape, loose=loose)
    answer: dict[str, Any] = getattr(client, method)(**shaped)
    answer.pop("ResponseMetadata", None)
    return answer


def json_text(value: Any) -> str:
    """Return a document as text; text stays what it is."""
    return value if isinstance(value, str) else json.dumps(value)


def _structure(values: Mapping[str, Any], shape: Any, *, loose: bool) -> dict[str, Any]:
    members = {name.lower(): name for name in (shape.members if shape is not None else ())}
    shaped = {}
    for name, value in values.items():
        known = members.get(name.lower())
        if known is None and not loose:
            raise UnknownPropertyError(f"Encountered unsupported property {name}")
        if known is not None and value is not None:
            shaped[known] = _value(value, shape.members[known])
    return shaped


def _value(value: Any, shape: Any) -> Any:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, Mapping):
        return _structure(value, shape, loose=False)
    if kind == "list" and isinstance(value, list):
        return [_value(item, shape.member) for item in value]
    if kind == "map":
        if isinstance(value, list):  # templates write tags as a list
            value = {item["Key"]: item["Value"] for item in value}
        return {str(key): _value(item, shape.value) for key, item in value.items()}
    return _scalar(value, kind)


_READ: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": lambda text: text.lower() == "true",
    "blob": str.encode,
}


def _scalar(value: Any, kind: str) -> Any:
    """Read text as what the service wants, and write what it wants as text."""
    if isinstance(value, str):
        return _READ.get(kind, str)(value)
    if kind != "string":
        return value
    return value if value is None else _text(value)


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | list | bool) else str(value)


def _flat(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Give the members of an answer, and of structures in it, under their names as in templates."""
    facts: dict[str, Any] = {}
    for value in answer.values():
        if isinstance(value, Mapping):
            facts.update({f"{inner[:1].upper()}{inner[1:]}": each for inner, each in value.items()})
    facts.update({f"{name[:1].upper()}{name[1:]}": value for name, value in answer.items()})
    return facts


def _is_gone(error: Any) -> bool:
    code = str(error.response["Error"]["Code"])
    return "NotFound" in code or "NoSuch" in code or "NonExistent" in code
