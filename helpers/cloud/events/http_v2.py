"""Payload format 2.0: what HTTP APIs and function URLs send to a function.

Header names are lower-case, repeated headers and query parameters are joined by commas, cookies
have a list of their own; members that a request does not have are left out. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html and
docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads.
"""

from __future__ import annotations

from typing import Any

from helpers.cloud.events.http_call import (
    PROTOCOL,
    SOURCE_IP,
    HttpCall,
    combined,
    cookies_of,
    query_pairs,
)


def http_v2_event(call: HttpCall) -> dict[str, Any]:
    """Return the event of a call."""
    request = call.request
    body, is_base64 = call.body()
    cookies, query = cookies_of(request), combined(query_pairs(request.query))
    optional = {
        "cookies": cookies or None,
        "queryStringParameters": query or None,
        "pathParameters": call.path_parameters or None,
        "stageVariables": call.stage_variables or None,
        "body": body,
    }
    event = {
        "version": "2.0",
        "routeKey": call.route_key,
        "rawPath": call.path,
        "rawQueryString": request.query,
        "cookies": None,
        "headers": event_headers(call),
        "queryStringParameters": None,
        "requestContext": request_context(call),
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": is_base64,
    }
    return {name: value for name, value in {**event, **optional}.items() if value is not None}


def event_headers(call: HttpCall) -> dict[str, str]:
    """Return the headers of a call, lower-case and joined, without cookies."""
    pairs = [(name.lower(), value) for name, value in call.header_pairs()]
    joined = combined([pair for pair in pairs if pair[0] != "cookie"])
    return dict(sorted(joined.items()))


def request_context(call: HttpCall) -> dict[str, Any]:
    """Return requestContext; `authorizer` only where somebody was authorized."""
    authorizer = {} if call.authorizer is None else {"authorizer": dict(call.authorizer)}
    return {
        "accountId": call.account_id,
        "apiId": call.api_id,
        **authorizer,
        "domainName": call.domain_name,
        "domainPrefix": call.domain_prefix,
        "http": {
            "method": call.request.method,
            "path": call.path,
            "protocol": PROTOCOL,
            "sourceIp": SOURCE_IP,
            "userAgent": call.user_agent,
        },
        "requestId": call.request_id,
        "routeKey": call.route_key,
        "stage": call.stage,
        "time": call.time,
        "timeEpoch": call.time_ms,
    }
