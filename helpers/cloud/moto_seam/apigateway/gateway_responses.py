"""GetGatewayResponse and its siblings: the types that an API words itself, and AWS's defaults.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
and docs.aws.amazon.com/apigateway/latest/api/API_GatewayResponse.html.
"""

from __future__ import annotations

import json
from typing import Any

from moto.apigateway import exceptions
from moto.apigateway.models import GatewayResponse
from moto.apigateway.responses import APIGatewayResponse

from helpers.cloud.http_fronts.rest.refusals import DEFAULT, JSON_TYPE, TYPES

WIDE = ("DEFAULT_4XX", "DEFAULT_5XX")
ORDER = (
    "REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, "
    "MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, "
    "BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, "
    "ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, "
    "API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN"
)
"""The types, as AWS's refusal lists them."""


def correct_gateway_responses() -> None:
    """Bind the operations; harmless when called again."""
    APIGatewayResponse.get_gateway_response = _get
    APIGatewayResponse.get_gateway_responses = _list
    APIGatewayResponse.put_gateway_response = _put
    APIGatewayResponse.delete_gateway_response = _delete


def document(api: Any, kind: str) -> dict[str, Any]:
    """Write a gateway response: the API's own, else that of all 4XX or 5XX, else AWS's."""
    status = None if kind in WIDE else TYPES[kind][0]
    wide = f"DEFAULT_{str(TYPES[kind][0])[0]}XX"
    own = api.gateway_responses.get(kind)
    kept = own or api.gateway_responses.get(wide)
    told = (kept.status_code if kept else None) or status
    return {
        "responseType": kind,
        "defaultResponse": own is None,
        **({} if told is None else {"statusCode": str(told)}),
        "responseParameters": (kept.response_parameters if kept else None) or {},
        "responseTemplates": (kept.response_templates if kept else None) or {JSON_TYPE: DEFAULT},
    }


def own_response(api: Any, kind: str) -> Any:
    """Return the API's own response of a type, made when it has none."""
    _check(kind)
    return api.gateway_responses.setdefault(kind, GatewayResponse(kind, None, None, None))


def _get(response: Any) -> Any:
    api, kind = _named(response)
    return 200, {}, json.dumps(document(api, kind))


def _list(response: Any) -> Any:
    api = response.backend.get_rest_api(response.path.split("/")[2])
    return 200, {}, json.dumps({"item": [document(api, kind) for kind in sorted(TYPES)]})


def _put(response: Any) -> Any:
    api, kind = _named(response)
    given = json.loads(response.body or "{}")
    api.put_gateway_response(
        kind,
        given.get("statusCode"),
        given.get("responseParameters"),
        given.get("responseTemplates"),
    )
    return 201, {"status": 201}, json.dumps(document(api, kind))


def _delete(response: Any) -> Any:
    api, kind = _named(response)
    if kind not in api.gateway_responses:
        raise exceptions.NotFoundException("Gateway response type not defined on api")
    api.delete_gateway_response(kind)
    return 202, {"status": 202}, ""


def _named(response: Any) -> tuple[Any, str]:
    path = response.path.rstrip("/").split("/")
    _check(path[4])
    return response.backend.get_rest_api(path[2]), path[4]


def _check(kind: str) -> None:
    if kind not in TYPES:
        raise exceptions.ValidationException(
            f"1 validation error detected: Value '{kind}' at 'responseType' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{ORDER}]"
        )
