"""What API Gateway refuses of routes, integrations and authorizers of an HTTP API.

Source: docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html and siblings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.cloud.errors import AwsError
from helpers.cloud.http_fronts.routes import is_route_key

SHORTEST_MS, LONGEST_MS = 50, 30_000
MAX_TTL_S = 3600


def bad_request(message: str) -> AwsError:
    """Return the error of a value that API Gateway does not take."""
    return AwsError(message, code="BadRequestException", http_status=400)


def not_found(message: str) -> AwsError:
    """Return the error of something that is not there."""
    return AwsError(message, code="NotFoundException", http_status=404)


def conflict(message: str) -> AwsError:
    """Return the error of something that is there already."""
    return AwsError(message, code="ConflictException", http_status=409)


def check_route(api: Any, body: Mapping[str, Any], identifier: str) -> None:
    """Raise AWS's error about a route that is made or changed."""
    if identifier and identifier not in api.routes:
        raise not_found(f"Invalid Route identifier specified {identifier}")
    key = body.get("routeKey")
    if api.protocol_type != "HTTP" or (key is None and identifier):
        return
    if key is None or not is_route_key(key):
        raise bad_request(
            "The provided route key is not formatted properly for HTTP protocol. Format should be "
            '"<HTTP METHOD> /<RESOURCE PATH>" or "$default"'
        )
    if any(r.route_key == key for i, r in api.routes.items() if i != identifier):
        raise conflict(f"Route with key {key} already exists for this API")
    target = str(body.get("target") or "")
    name = target.removeprefix("integrations/")
    if target and (name == target or name not in api.integrations):
        raise not_found(f"Invalid Integration identifier specified {name}")
    asks = body.get("authorizationType") in ("JWT", "CUSTOM")
    if asks and body.get("authorizerId") not in api.authorizers:
        raise bad_request("A valid AuthorizerId must be specified")


def check_integration(api: Any, body: Mapping[str, Any], identifier: str) -> None:
    """Raise AWS's error about an integration that is made, changed or deleted."""
    if identifier and identifier not in api.integrations:
        raise not_found(f"Invalid Integration identifier specified {identifier}")
    if api.protocol_type != "HTTP" or not (body or not identifier):
        return
    kind = body.get("integrationType")
    if not identifier and kind not in ("AWS_PROXY", "HTTP_PROXY"):
        raise bad_request("HTTP APIs only support AWS_PROXY and HTTP_PROXY integrations")
    version = body.get("payloadFormatVersion")
    if kind == "AWS_PROXY" and not body.get("integrationSubtype"):
        if version not in ("1.0", "2.0"):
            raise bad_request(
                "PayloadFormatVersion is a required parameter for integration type AWS_PROXY. "
                "Valid values: [1.0, 2.0]"
            )
        if not body.get("integrationUri"):
            raise bad_request("IntegrationUri is a required parameter for AWS_PROXY")
    timeout = body.get("timeoutInMillis")
    if timeout is not None and not SHORTEST_MS <= int(timeout) <= LONGEST_MS:
        raise bad_request(f"Timeout should be between {SHORTEST_MS} ms and {LONGEST_MS} ms")


def check_authorizer(api: Any, body: Mapping[str, Any], identifier: str) -> None:
    """Raise AWS's error about an authorizer that is made, changed or deleted."""
    if identifier and identifier not in api.authorizers:
        raise not_found(f"Invalid Authorizer identifier specified {identifier}")
    if api.protocol_type != "HTTP" or not (body or not identifier):
        return
    kind = body.get("authorizerType")
    if not identifier and kind not in ("JWT", "REQUEST"):
        raise bad_request("Authorizer type should be JWT or REQUEST for HTTP APIs")
    if kind == "JWT" and not (body.get("jwtConfiguration") or {}).get("issuer"):
        raise bad_request("Issuer is required for JWT authorizers")
    if kind == "REQUEST" and not body.get("authorizerUri"):
        raise bad_request("AuthorizerUri is required for REQUEST authorizers")
    if kind == "REQUEST" and body.get("authorizerPayloadFormatVersion") not in ("1.0", "2.0"):
        raise bad_request("AuthorizerPayloadFormatVersion is a required parameter: [1.0, 2.0]")
    ttl = body.get("authorizerResultTtlInSeconds")
    if ttl is not None and not 0 <= int(ttl) <= MAX_TTL_S:
        raise bad_request(f"AuthorizerResultTtlInSeconds should be between 0 and {MAX_TTL_S}")


def check_unused(api: Any, noun: str, identifier: str) -> None:
    """Raise AWS's error about deleting what routes refer to."""
    referring = [
        route_id
        for route_id, route in api.routes.items()
        if (noun == "integrations" and route.target == f"integrations/{identifier}")
        or (noun == "authorizers" and route.authorizer_id == identifier)
    ]
    if referring:
        kind = {"integrations": "Integration", "authorizers": "Authorizer"}[noun]
        raise conflict(
            f"Cannot delete {kind} because it is referenced by the following Routes with Ids: "
            f"[{', '.join(referring)}]"
        )
