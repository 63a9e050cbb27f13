"""Payload format 1.0: what REST APIs send to a function, and HTTP APIs when told to.

Each header and query parameter comes twice: with its last value, and with all of them. Members
without a value are null. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html and
docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.cloud.events.http_call import (
    PROTOCOL,
    SOURCE_IP,
    HttpCall,
    gathered,
    query_pairs,
)

IDENTITY = [
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "sourceIp",
    "user",
    "userAgent",
    "userArn",
]


def http_v1_event(
    call: HttpCall,
    *,
    resource: str,
    identity: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the event of a REST API's call; `resource` is the resource's path with its braces.

    `call.path` goes without the stage. `identity` and `context` fill or add members of
    requestContext.identity and of requestContext.
    """
    pairs = call.header_pairs()
    query = gathered(query_pairs(call.request.query))
    headers = gathered(pairs)
    body, is_base64 = call.body()
    return {
        "resource": resource,
        "path": call.path,
        "httpMethod": call.request.method,
        "headers": _last(headers),
        "multiValueHeaders": headers or None,
        "queryStringParameters": _last(query),
        "multiValueQueryStringParameters": query or None,
        "pathParameters": dict(call.path_parameters) if call.path_parameters else None,
        "stageVariables": dict(call.stage_variables) if call.stage_variables else None,
        "requestContext": {
            **_context(call, resource, identity or {}),
            **(context or {}),
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }


def http_api_v1_event(
    call: HttpCall, *, resource: str, identity: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the event of an HTTP API's call in format 1.0.

    `version` is added, the route's key stands for the resource's id, and identity has cognitoAmr.
    """
    told = {"cognitoAmr": None, **(identity or {})}
    context = {"resourceId": call.route_key}
    event = http_v1_event(call, resource=resource, identity=told, context=context)
    return {"version": "1.0", **event}


def _context(call: HttpCall, resource: str, identity: Mapping[str, Any]) -> dict[str, Any]:
    authorizer = {} if call.authorizer is None else {"authorizer": dict(call.authorizer)}
    return {
        "accountId": call.account_id,
        "apiId": call.api_id,
        **authorizer,
        "domainName": call.domain_name,
        "domainPrefix": call.domain_prefix,
        "extendedRequestId": call.request_id,
        "httpMethod": call.request.method,
        "identity": {
            **dict.fromkeys(IDENTITY),
            "sourceIp": SOURCE_IP,
            "userAgent": call.user_agent or None,
            **identity,
        },
        "path": call.path,
        "protocol": PROTOCOL,
        "requestId": call.request_id,
        "requestTime": call.time,
        "requestTimeEpoch": call.time_ms,
        "resourceId": None,
        "resourcePath": resource,
        "stage": call.stage,
    }


def _last(values: Mapping[str, list[str]]) -> dict[str, str] | None:
    return {name: given[-1] for name, given in values.items()} or None
