"""Mappings of integrations that are no proxies: the body there, and the answer back.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/
api-gateway-integration-settings-integration-response.html and
integration-passthrough-behaviors.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.http_fronts.rest.call import RestCall
from helpers.cloud.http_fronts.rest.deployment import Integration, IntegrationResponse
from helpers.cloud.http_fronts.rest.parameters import answer_headers
from helpers.cloud.http_fronts.rest.refusals import RefusedError, internal_error
from helpers.cloud.http_fronts.templates import TemplateError, render_mapping
from helpers.cloud.http_messages import HttpAnswer
from helpers.cloud.json_text import read_json
from helpers.cloud.regexes import InvalidRegexError, Regex, SlowRegexError

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What came back from an integration that is not a proxy, before it is mapped."""

    selection: str
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)


def request_body(call: RestCall) -> bytes:
    """Return the body that an integration gets: mapped, or passed through where that may be."""
    integration, request = call.integration, call.http.request
    call.context()  # overrides start empty
    kind = request.headers.get("content-type", JSON_TYPE).partition(";")[0].strip()
    template = integration.templates.get(kind) or integration.templates.get("$default")
    if template is None:
        never = integration.passthrough == "NEVER"
        if never or (integration.passthrough == "WHEN_NO_TEMPLATES" and integration.templates):
            raise RefusedError("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type")
        return request.body
    return _rendered(call, template, None).encode()


def _rendered(call: RestCall, template: str, body: str | None) -> str:
    try:
        return render_mapping(template, call.given(body), call.context(), call.variables)
    except TemplateError as error:
        raise internal_error(f"The mapping template failed: {error}") from error


def mapped(call: RestCall, endpoint: Endpoint) -> HttpAnswer:
    """Choose the integration response, and map body, headers and status by it."""
    chosen = _chosen(call.integration, endpoint.selection)
    headers = answer_headers(call, chosen.parameters, endpoint.headers, endpoint.body)
    kind, body = JSON_TYPE, endpoint.body
    if chosen.templates:
        accept = call.http.request.headers.get("accept", "").partition(",")[0].strip()
        kind = next((k for k in (accept, JSON_TYPE) if k in chosen.templates), "")
        kind = kind or next(iter(chosen.templates))
        text = endpoint.body.decode(errors="replace")
        body = _rendered(call, chosen.templates[kind], text).encode()
    override = call.context()["responseOverride"]
    for name, value in header_texts(override.get("header")).items():
        headers = [pair for pair in headers if pair[0].lower() != name.lower()]
        headers.append((name, value))
    if all(name.lower() != "content-type" for name, _ in headers):
        headers.append(("Content-Type", kind))
    return HttpAnswer(_status(override.get("status")) or chosen.status_code, headers, body)


def _chosen(integration: Integration, selection: str) -> IntegrationResponse:
    default = None
    for response in integration.responses:
        if not response.selection_pattern:
            default = default or response
            continue
        try:
            fits = Regex(response.selection_pattern).fullmatch(selection)
        except (InvalidRegexError, SlowRegexError):
            fits = None
        if fits is not None:
            return response
    if default is None:
        raise RefusedError(
            "API_CONFIGURATION_ERROR",
            "Internal server error",
            detail="No match for output mapping and no default output mapping configured.",
        )
    return default


def mocked(body: bytes) -> Endpoint:
    """Return what a MOCK integration answers: the statusCode of its request template."""
    document = loaded(body)
    status = document.get("statusCode") if isinstance(document, dict) else None
    if _status(status) is None:
        raise internal_error("A MOCK integration's request template must give a statusCode.")
    return Endpoint(str(status))


def _status(given: Any) -> int | None:
    try:
        status = int(given)
    except (TypeError, ValueError):
        return None
    return status if 100 <= status <= 599 else None


def header_texts(values: Any) -> dict[str, str]:
    """Return the headers that a template set, each in one line."""
    if not isinstance(values, Mapping):
        return {}
    kept = {}
    for name, value in values.items():
        if re.fullmatch(r"[\w-]+", str(name)) and isinstance(value, str | int | float):
            kept[str(name)] = re.sub(r"[\r\n\0]+", " ", str(value))
    return kept


def loaded(payload: bytes) -> Any:
    """Return a JSON document; None where it is none."""
    try:
        return read_json(payload)
    except ValueError:
        return None
