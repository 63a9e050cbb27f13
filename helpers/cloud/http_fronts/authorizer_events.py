"""What a Lambda authorizer of an HTTP API gets, in both payload formats.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from helpers.cloud.events.http_call import HttpCall
from helpers.cloud.events.http_v1 import http_api_v1_event
from helpers.cloud.events.http_v2 import http_v2_event
from helpers.cloud.http_fronts.functions import execute_api_arn
from helpers.cloud.http_fronts.http_apis import Authorizer, HttpApi, Route


def authorizer_event(
    api: HttpApi, route: Route, authorizer: Authorizer, call: HttpCall, identities: list[str]
) -> dict[str, Any]:
    """Return what a Lambda authorizer gets, in its own payload format."""
    arn = request_arn(api, call)
    call = replace(call, path=unquote(call.path))
    if authorizer.payload_version == "2.0":
        event = http_v2_event(call)
        for member in ("body", "isBase64Encoded"):
            event.pop(member, None)
        first = {"version": "2.0", "type": "REQUEST", "routeArn": arn, "identitySource": identities}
        return {**first, **{k: v for k, v in event.items() if k != "version"}}
    event = http_api_v1_event(call, resource=route.path)
    for member in ("body", "isBase64Encoded", "multiValueHeaders"):
        event.pop(member, None)
    event.pop("multiValueQueryStringParameters", None)
    source = ",".join(identities)
    first = {
        "version": "1.0",
        "type": "REQUEST",
        "methodArn": arn,
        "identitySource": source,
        "authorizationToken": source,
    }
    return {**first, **event}


def request_arn(api: HttpApi, call: HttpCall) -> str:
    """Return the ARN of a request, as execute-api:Invoke and authorizers know it."""
    path = call.path
    if call.stage != "$default":
        path = path.removeprefix(f"/{call.stage}")
    return execute_api_arn(
        api.region, api.account_id, api.id, call.stage, call.request.method, path
    )
