"""Updates of REST APIs that moto leaves out, bound where moto looks for them by name.

Source: docs.aws.amazon.com/apigateway/latest/api/API_Operations.html.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.apigateway import exceptions
from moto.apigateway.responses import APIGatewayResponse

from helpers.cloud.moto_seam.apigateway import patches

_DONE = "coldstart_corrected"


def correct_responses() -> None:
    """Bind the updates; harmless when called again."""
    if hasattr(APIGatewayResponse, _DONE):
        return
    setattr(APIGatewayResponse, _DONE, True)
    APIGatewayResponse.update_rest_api = _readable(APIGatewayResponse.update_rest_api)
    APIGatewayResponse.create_rest_api = _with_media_types(APIGatewayResponse.create_rest_api)
    for name, patchable, find in _UPDATES:
        setattr(APIGatewayResponse, name, _update(patchable, find))


def _readable(update_rest_api: Any) -> Any:
    """Refuse patch operations that have no path, where moto would fail."""

    def update(response: Any) -> Any:
        operations = response._get_param("patchOperations")
        listed = isinstance(operations, list)
        if not listed or any(not isinstance(o, dict) or not o.get("path") for o in operations):
            raise exceptions.BadRequestException("Invalid patch operations specified")
        return update_rest_api(response)

    return update


def _with_media_types(create_rest_api: Any) -> Any:
    def create(response: Any) -> Any:
        answer = create_rest_api(response)
        given = response._get_param("binaryMediaTypes")
        if answer[0] != 200 or not given or response.querystring.get("mode"):
            return answer
        api = response.backend.get_rest_api(json.loads(answer[2])["id"])
        api.binaryMediaTypes = list(given)
        return answer[0], answer[1], json.dumps(api.to_dict())

    return create


Find = Callable[[Any, list[str]], Any]


def _update(patchable: patches.Patchable, find: Find) -> Any:
    def update(response: Any) -> str:
        target = find(response.backend, response.path.rstrip("/").split("/"))
        if target is None:
            raise exceptions.NotFoundException("Invalid identifier specified")
        patchable.apply(target, response._get_param("patchOperations"))
        render = getattr(target, "to_json", None) or target.to_dict
        return json.dumps(render())

    return update


def _integration(backend: Any, path: list[str]) -> Any:
    found = backend.get_integration(path[2], path[4], path[6])
    if found is None:
        raise exceptions.NotFoundException("Invalid Integration identifier specified")
    return found


_UPDATES: tuple[tuple[str, patches.Patchable, Find], ...] = (
    ("update_resource", patches.RESOURCE, lambda b, p: b.get_resource(p[2], p[4])),
    ("update_method", patches.METHOD, lambda b, p: b.get_method(p[2], p[4], p[6])),
    ("update_integration", patches.INTEGRATION, _integration),
    (
        "update_integration_response",
        patches.INTEGRATION_RESPONSE,
        lambda b, p: _integration(b, p).get_integration_response(p[9]),
    ),
    (
        "update_method_response",
        patches.METHOD_RESPONSE,
        lambda b, p: b.get_method_response(p[2], p[4], p[6], p[8]),
    ),
    (
        "update_gateway_response",
        patches.GATEWAY_RESPONSE,
        lambda b, p: b.get_gateway_response(p[2], p[4]),
    ),
    ("update_model", patches.MODEL, lambda b, p: b.get_model(p[2], p[4])),
    (
        "update_deployment",
        patches.DEPLOYMENT,
        lambda b, p: b.get_rest_api(p[2]).deployments.get(p[4]),
    ),
)
