"""What an HTTP API hands to an integration: the source it names, the event, the address.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations.html.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from helpers.cloud.events.http_call import HttpCall
from helpers.cloud.events.http_v1 import http_api_v1_event
from helpers.cloud.events.http_v2 import http_v2_event
from helpers.cloud.http_fronts.functions import execute_api_arn
from helpers.cloud.http_fronts.http_apis import HttpApi, Integration, Route


def source_arn(api: HttpApi, route: Route, call: HttpCall) -> str:
    """Return what the function's policy sees: stage, method and the route's path."""
    place = [call.stage, "$default"]
    if route.key != "$default":
        place = [call.stage, call.request.method, route.path]
    return execute_api_arn(api.region, api.account_id, api.id, *place)


def integration_event(integration: Integration, route: Route, call: HttpCall) -> dict[str, Any]:
    """Return the event of a function, in the integration's payload format.

    HTTP APIs decode the path, in both formats and in rawPath too; REST APIs and URLs do not.
    """
    call = replace(call, path=unquote(call.path))
    given = call.authorizer or {}
    if integration.payload_version == "2.0":
        told = {name: value for name, value in given.items() if name != "principalId"}
        return http_v2_event(replace(call, authorizer=told or None))
    flat, token = given.get("lambda"), given.get("jwt")
    if flat is not None or token is not None:  # format 1.0 has what they say at the top
        principal = {k: v for k, v in given.items() if k == "principalId"}
        claims = {"claims": None, "scopes": None, **(token or {})}
        call = replace(call, authorizer={**claims, **principal, **(flat or {})})
    iam = given.get("iam")
    identity = {}
    if iam is not None:
        call = replace(call, authorizer=None)
        identity = {
            "accessKey": iam["accessKey"],
            "accountId": iam["accountId"],
            "caller": iam["callerId"],
            "user": iam["userId"],
            "userArn": iam["userArn"],
        }
    return http_api_v1_event(call, resource=route.path, identity=identity)


def proxied_uri(integration: Integration, call: HttpCall) -> str:
    """Return where an HTTP_PROXY goes: its address, with the mapped path if there is one."""
    uri = filled_uri(integration.uri, call)
    if "overwrite:path" not in integration.request_parameters:
        return uri
    return urlsplit(uri)._replace(path=call.path, query="").geturl()


def filled_uri(uri: str, call: HttpCall) -> str:
    """Return an integration's URI with its stage variables, as in ...:${stageVariables.alias}."""
    for name, value in (call.stage_variables or {}).items():
        uri = uri.replace(f"${{stageVariables.{name}}}", value)
    return uri
