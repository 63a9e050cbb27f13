"""How AWS writes what moto keeps of a REST API: which members an answer has, and which it lacks.

Members without a value are left out; what a member is by default is told. Source: the output shapes
of docs.aws.amazon.com/apigateway/latest/api/API_Operations.html and the examples of
docs.aws.amazon.com/cli/latest/reference/apigateway/.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Document = dict[str, Any]
Shape = Callable[[Document], Document]
AUTH_TYPES = {
    "TOKEN": "custom",
    "REQUEST": "custom",
    "COGNITO_USER_POOLS": "cognito_user_pools",
}


def without_empty(document: Document, *members: str) -> Document:
    """Return a document without what is null, and without these members where they are empty."""
    return {
        name: value
        for name, value in document.items()
        if value is not None and not (name in members and value in ("", [], {}))
    }


def rest_api(document: Document) -> Document:
    """Write an API."""
    endpoint = document["endpointConfiguration"]
    private = "PRIVATE" in (endpoint.get("types") or ())
    told = {"ipAddressType": "dualstack" if private else "ipv4", **endpoint}
    shown = without_empty(document, "binaryMediaTypes", "description", "policy", "version")
    return {**shown, "endpointConfiguration": told}


def untagged(shape: Shape) -> Shape:
    """Return a shape that names tags only where there are some: of what was made, and of lists."""
    return lambda document: without_empty(shape(document), "tags")


def tagged(shape: Shape) -> Shape:
    """Return a shape that names tags in any case."""
    return lambda document: {"tags": {}, **shape(document)}


def resource(document: Document) -> Document:
    """Write a resource with the names of its methods."""
    if not document.get("resourceMethods"):
        return document
    return {**document, "resourceMethods": {verb: {} for verb in document["resourceMethods"]}}


def resource_with_methods(document: Document) -> Document:
    """Write a resource whose methods were asked for."""
    methods = document.get("resourceMethods")
    if not methods:
        return document
    return {**document, "resourceMethods": {v: method(one) for v, one in methods.items()}}


def method(document: Document) -> Document:
    """Write a method with its integration."""
    shown = without_empty(
        document, "methodResponses", "requestParameters", "requestModels", "authorizationScopes"
    )
    if "methodIntegration" in shown:
        shown["methodIntegration"] = integration(shown["methodIntegration"])
    if "methodResponses" in shown:
        kept = shown["methodResponses"].items()
        shown["methodResponses"] = {code: without_empty(one) for code, one in kept}
    return shown


def integration(document: Document) -> Document:
    """Write an integration."""
    maps = ("integrationResponses", "requestParameters", "requestTemplates")
    shown = without_empty(document, *maps, "uri")
    if shown.get("type") in ("HTTP", "HTTP_PROXY"):
        shown.setdefault("connectionType", "INTERNET")
    if "integrationResponses" in shown:
        responses = shown["integrationResponses"].items()
        shown["integrationResponses"] = {c: integration_response(one) for c, one in responses}
    return shown


def integration_response(document: Document) -> Document:
    """Write an integration response."""
    return without_empty(document, "responseTemplates")


def deployment(document: Document) -> Document:
    """Write a deployment; which stages serve it is theirs to say."""
    shown = without_empty(document, "description")
    shown.pop("stageName", None)
    return shown


def stage(document: Document) -> Document:
    """Write a stage."""
    defaults = {
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "tracingEnabled": False,
    }
    return {**defaults, **without_empty(document, "variables", "description", "tags")}


def authorizer(document: Document) -> Document:
    """Write an authorizer."""
    kind = AUTH_TYPES.get(document.get("type", ""))
    return without_empty({**({"authType": kind} if kind else {}), **document})


def request_validator(document: Document) -> Document:
    """Write a request validator."""
    defaults = {"validateRequestBody": False, "validateRequestParameters": False}
    return {**defaults, **without_empty(document)}


def usage_plan(document: Document) -> Document:
    """Write a usage plan."""
    shown = {"apiStages": [], **without_empty(document, "description")}
    if "throttle" in shown and "rateLimit" in shown["throttle"]:
        rate = float(shown["throttle"]["rateLimit"])
        shown["throttle"] = {**shown["throttle"], "rateLimit": rate}
    if "quota" in shown:
        shown["quota"] = {"offset": 0, **shown["quota"]}
    return shown
