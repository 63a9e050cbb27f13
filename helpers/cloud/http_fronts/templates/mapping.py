"""What API Gateway's mapping templates see: $input, $context, $stageVariables and $util.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/
api-gateway-mapping-template-reference.html.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from helpers.cloud.http_fronts.templates.errors import TemplateError
from helpers.cloud.http_fronts.templates.json_path import read_path
from helpers.cloud.http_fronts.templates.render import render
from helpers.cloud.http_fronts.templates.values import HostObject, from_json, measured, text_of
from helpers.cloud.json_text import read_json

_ESCAPES = {"'": "\\'", '"': '\\"', "\\": "\\\\", "/": "\\/"} | {
    "\b": "\\b",
    "\n": "\\n",
    "\t": "\\t",
    "\f": "\\f",
    "\r": "\\r",
}


@dataclass(frozen=True, slots=True)
class MappingInput:
    """The body and the parameters of a request, as templates of both directions see them."""

    body: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    querystring: Mapping[str, str] = field(default_factory=dict)
    header: Mapping[str, str] = field(default_factory=dict)


def render_mapping(
    template: str,
    given: MappingInput,
    context: dict[str, Any],
    stage_variables: Mapping[str, str] | None = None,
) -> str:
    """Return what a mapping template makes of a body; raises TemplateError.

    A template may set $context.requestOverride and $context.responseOverride, where the caller
    put them as maps.

    >>> render_mapping('{"n": $input.json("$.name")}', MappingInput('{"name": "Rex"}'), {})
    '{"n": "Rex"}'
    """
    variables = {
        "input": _input(given),
        "util": _UTIL,
        "context": context,
        "stageVariables": dict(stage_variables or {}),
    }
    return render(template, variables)


def _input(given: MappingInput) -> HostObject:
    def read(path: Any) -> Any:
        return read_path(_document(given.body), text_of(path))

    def written(path: Any = "$") -> str:
        found = read(path)
        return _json("" if found is None else found)

    def params(name: Any = None) -> Any:
        parts = {"path": given.path, "querystring": given.querystring, "header": given.header}
        if name is None:
            return {part: dict(values) for part, values in parts.items()}
        held = (values[text_of(name)] for values in parts.values() if text_of(name) in values)
        return next(held, "")

    methods = {"path": lambda path: from_json(read(path)), "json": written, "params": params}
    return HostObject("input", methods, {"body": given.body or "{}"})


def _document(body: str) -> Any:
    try:
        return read_json(body) if body.strip() else {}
    except ValueError:
        return body  # a text is a document of its own, without members


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _escape(value: Any) -> str:
    """Escape for a JavaScript string: quotes of both kinds, slashes, and what is not ASCII."""
    return "".join(_ESCAPES.get(c) or _unicode(c) for c in text_of(value))


def _unicode(character: str) -> str:
    if " " <= character <= "~":
        return character
    units = character.encode("utf-16-be").hex().upper()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _parse_json(text: Any) -> Any:
    try:
        return from_json(read_json(text_of(text)))
    except ValueError as error:
        raise TemplateError(f"parseJson wants JSON: {error}") from error


def _decode(text: Any) -> str:
    return base64.b64decode(text_of(text)).decode("utf-8", "replace")


_UTIL = HostObject(
    "util",
    {
        "escapeJavaScript": _escape,
        "parseJson": _parse_json,
        "urlEncode": lambda text: quote_plus(text_of(text), safe="*-._"),
        "urlDecode": lambda text: unquote_plus(text_of(text)),
        "base64Encode": lambda text: base64.b64encode(text_of(text).encode()).decode(),
        "base64Decode": _decode,
        "toJson": lambda value: _json(measured(value)),
    },
)
