"""Which resource a path means: literal names before {parameters} before {proxy+}.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/
api-gateway-method-settings-method-request.html.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from helpers.cloud.http_fronts.rest.deployment import Resource


@dataclass(frozen=True, slots=True)
class Routed:
    """The resource that a path means, and the values of its parameters."""

    resource: Resource
    parameters: dict[str, str]


def route(resources: Iterable[Resource], path: str, verb: str = "") -> Routed | None:
    """Return what a raw path means; None where no resource is.

    A resource that has the verb, or ANY, goes before one that has not. Parameters stay as they
    came, percent-encoded.

    >>> pets = [Resource("1", "/pets/{id}", {}), Resource("2", "/pets/mine", {})]
    >>> route(pets, "/pets/mine").resource.id, route(pets, "/pets/a%20b").parameters
    ('2', {'id': 'a%20b'})
    """
    parts = _parts(path)
    found = [
        (rank, resource, parameters)
        for resource in resources
        if (match := _match(_parts(resource.path), parts)) is not None
        for rank, parameters in [match]
    ]
    if not found:
        return None
    able = [each for each in found if not verb or each[1].method(verb)]
    _, resource, parameters = min(able or found, key=lambda each: each[0])
    return Routed(resource, parameters)


def _parts(path: str) -> list[str]:
    stripped = path.partition("?")[0].strip("/")
    return stripped.split("/") if stripped else []


def _match(template: list[str], parts: list[str]) -> tuple[tuple[int, ...], dict[str, str]] | None:
    """Return how exactly a path matches (the smaller, the better), and the parameters."""
    rank: list[int] = []
    parameters: dict[str, str] = {}
    for at, wanted in enumerate(template):
        if at >= len(parts):
            return None
        if wanted.startswith("{") and wanted.endswith("+}"):
            parameters[wanted[1:-2]] = "/".join(parts[at:])
            return (*rank, 2), parameters
        if wanted.startswith("{") and wanted.endswith("}"):
            parameters[wanted[1:-1]] = parts[at]
            rank.append(1)
        elif wanted == unquote(parts[at]):
            rank.append(0)
        else:
            return None
    return (tuple(rank), parameters) if len(template) == len(parts) else None
