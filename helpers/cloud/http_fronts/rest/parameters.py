"""Parameter mappings: what goes from a request to an integration, and from its answer back.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.cloud.events.http_call import gathered, query_pairs
from helpers.cloud.http_fronts.rest.call import RestCall
from helpers.cloud.http_fronts.templates import TemplateError, read_path, text_of
from helpers.cloud.json_text import read_json

_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")
Pairs = Sequence[tuple[str, str]]


def with_stage_variables(text: str, variables: Mapping[str, str]) -> str:
    """Fill ${stageVariables.name} in an integration's URI or credentials.

    >>> with_stage_variables("f:${stageVariables.alias}/x", {"alias": "live"})
    'f:live/x'
    """
    return _VARIABLE.sub(lambda match: variables.get(match[1], ""), text)


def integration_parameters(call: RestCall) -> dict[str, dict[str, str]]:
    """Return the header, path and querystring parameters that an integration is given."""
    mapped: dict[str, dict[str, str]] = {"header": {}, "path": {}, "querystring": {}}
    for target, source in call.integration.parameters.items():
        where, _, name = target.removeprefix("integration.request.").partition(".")
        value = request_value(call, source)
        if value is not None and where in mapped:
            mapped[where][name] = value
    return mapped


def answer_headers(
    call: RestCall, parameters: Mapping[str, str], headers: Pairs, body: bytes
) -> list[tuple[str, str]]:
    """Return the headers of the answer that a response's parameters ask for."""
    mapped: list[tuple[str, str]] = []
    for target, source in parameters.items():
        name = target.removeprefix("method.response.header.")
        value = _answer_value(call, source, headers, body)
        if value is not None and name != target:
            mapped.append((name, re.sub(r"[\r\n\0]+", " ", value)))
    return mapped


def request_value(call: RestCall, source: str) -> str | None:  # noqa: PLR0911 - one per place
    """Return what a mapping expression names in the request; None where there is nothing."""
    if len(source) > 1 and source.startswith("'") and source.endswith("'"):
        return source[1:-1]
    space, _, rest = source.partition(".")
    if space == "context":
        return _found(call.context(), rest)
    if space == "stageVariables":
        return call.variables.get(rest)
    where, _, name = source.removeprefix("method.request.").partition(".")
    body = call.http.request.body
    if where == "body":
        return _found(_document(body), name) if name else body.decode(errors="replace")
    if where == "path":
        return (call.http.path_parameters or {}).get(name)
    pairs = _pairs(call, where)
    values = gathered(pairs).get(name)
    if not values:
        return None
    return ",".join(values) if where.startswith("multivalue") else values[-1]


def _pairs(call: RestCall, where: str) -> list[tuple[str, str]]:
    if where in ("header", "multivalueheader"):
        return call.http.header_pairs()
    if where in ("querystring", "multivaluequerystring"):
        return query_pairs(call.http.request.query)
    return []


def _answer_value(call: RestCall, source: str, headers: Pairs, body: bytes) -> str | None:
    if not source.startswith("integration.response."):
        return request_value(call, source)
    where, _, name = source.removeprefix("integration.response.").partition(".")
    if where == "body":
        return _found(_document(body), name) if name else body.decode(errors="replace")
    lowered = [(header.lower(), value) for header, value in headers]
    values = gathered(lowered).get(name.lower())
    if not values:
        return None
    return ",".join(values) if where == "multivalueheader" else values[-1]


def _document(body: bytes) -> Any:
    try:
        return read_json(body or b"{}")
    except ValueError:
        return {}


def _found(document: Any, path: str) -> str | None:
    try:
        found = read_path(document, f"$.{path}")
    except TemplateError:
        return None
    return None if found is None else text_of(found)
