"""The answers of API Gateway's API: status, members and pages, as AWS gives them.

Wraps moto's handlers by name: what they answer is written by `documents`, and lists are cut into
pages. Source: docs.aws.amazon.com/apigateway/latest/api/API_Operations.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.apigateway import exceptions
from moto.apigateway.responses import APIGatewayResponse

from helpers.cloud.moto_seam.apigateway import documents
from helpers.cloud.moto_seam.apigateway.documents import Shape, tagged, untagged, without_empty
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.wrapping import first_time

PAGE, LARGEST_PAGE = 25, 500
STATUS = {
    "create_rest_api": 201,
    "import_rest_api": 201,
    "update_method_response": 201,
    "delete_rest_api": 202,
    "delete_resource": 202,
    "delete_deployment": 202,
    "delete_integration": 204,
    "delete_integration_response": 204,
    "delete_method_response": 204,
}
"""Statuses where moto's is another, or where its answer has a body that AWS's has not."""
ONE: Mapping[str, Shape] = {
    "create_rest_api": untagged(documents.rest_api),
    "import_rest_api": untagged(documents.rest_api),
    "put_rest_api": tagged(documents.rest_api),
    "get_rest_api": tagged(documents.rest_api),
    "update_rest_api": tagged(documents.rest_api),
    "get_method": documents.method,
    "put_method": documents.method,
    "update_method": documents.method,
    "get_method_response": without_empty,
    "put_method_response": without_empty,
    "update_method_response": without_empty,
    "get_integration": documents.integration,
    "put_integration": documents.integration,
    "update_integration": documents.integration,
    "get_integration_response": documents.integration_response,
    "put_integration_response": documents.integration_response,
    "update_integration_response": documents.integration_response,
    "create_deployment": documents.deployment,
    "get_deployment": documents.deployment,
    "update_deployment": documents.deployment,
    "create_stage": documents.stage,
    "get_stage": documents.stage,
    "update_stage": documents.stage,
    "create_authorizer": documents.authorizer,
    "get_authorizer": documents.authorizer,
    "update_authorizer": documents.authorizer,
    "create_request_validator": documents.request_validator,
    "get_request_validator": documents.request_validator,
    "update_request_validator": documents.request_validator,
    "create_api_key": untagged(without_empty),
    "get_api_key": tagged(without_empty),
    "update_api_key": tagged(lambda key: without_empty({**key, "value": None})),
    "create_usage_plan": untagged(documents.usage_plan),
    "get_usage_plan": tagged(documents.usage_plan),
    "update_usage_plan": tagged(documents.usage_plan),
    "create_model": without_empty,
    "get_model": without_empty,
    "update_model": without_empty,
}
MANY: Mapping[str, Shape] = {
    "get_rest_apis": untagged(documents.rest_api),
    "get_resources": documents.resource,
    "get_deployments": documents.deployment,
    "get_authorizers": documents.authorizer,
    "get_request_validators": documents.request_validator,
    "get_models": without_empty,
    "get_api_keys": untagged(without_empty),
    "get_usage_plans": untagged(documents.usage_plan),
    "get_usage_plan_keys": without_empty,
    "get_domain_names": without_empty,
    "get_base_path_mappings": without_empty,
    "get_vpc_links": without_empty,
}


def correct_answers() -> None:
    """Bind the answers; harmless when called again."""
    if not first_time(APIGatewayResponse, "coldstart_answers"):
        return
    for name in {*ONE, *MANY, *STATUS, "get_resource", "get_stages", *_OF_AN_API}:
        setattr(APIGatewayResponse, name, _answering(name, getattr(APIGatewayResponse, name)))


_OF_AN_API = (
    "create_resource",
    "delete_method",
    "delete_request_validator",
    "delete_model",
    "delete_authorizer",
    "delete_stage",
    "put_gateway_response",
    "get_gateway_response",
    "get_gateway_responses",
    "delete_gateway_response",
    "update_gateway_response",
    "update_resource",
)
"""Handlers of which only the refusal of an unknown API is worded here."""


def _answering(name: str, handler: Any) -> Any:
    def answer(response: Any) -> Any:
        try:
            given = handler(response)
        except exceptions.RestAPINotFound as error:
            wrong, words = _unknown_api(name, response)
            raise wrong(words) from error
        status, headers, body = given if isinstance(given, tuple) else (200, {}, given)
        if status >= 400:
            return given
        status = STATUS.get(name, status)
        if name.startswith("delete_"):
            return status, {**headers, "status": status}, ""
        return status, {**headers, "status": status}, _written(name, response, body)

    return answer


def _written(name: str, response: Any, body: Any) -> str:
    if not body:
        return ""
    document = json.loads(body)
    if name in ONE:
        document = ONE[name](document)
    elif name == "get_resource":
        document = _resource_shape(response)(document)
    elif name == "get_stages":
        wanted = _query(response, "deploymentId")
        stages = [s for s in document["item"] if wanted in (None, s["deploymentId"])]
        document = {"item": [documents.stage(each) for each in stages]}
    elif name in MANY:
        shape = _resource_shape(response) if name == "get_resources" else MANY[name]
        document = _page(response, [shape(each) for each in document["item"]])
    return json.dumps(document)


def _page(response: Any, items: list[Any]) -> dict[str, Any]:
    """Return the page that was asked for."""
    asked, position = _query(response, "limit"), _query(response, "position")
    if (asked and not asked.lstrip("-").isdecimal()) or (position and not position.isdecimal()):
        raise exceptions.BadRequestException("Invalid position specified")
    size = min(int(asked or PAGE), LARGEST_PAGE)
    size = size if size > 0 else PAGE
    first = int(position or 0)
    following = {"position": str(first + size)} if first + size < len(items) else {}
    return {"item": items[first : first + size], **following}


def _resource_shape(response: Any) -> Shape:
    embedded = "methods" in (response.querystring.get("embed") or ())
    return documents.resource_with_methods if embedded else documents.resource


def _query(response: Any, name: str) -> str | None:
    values = response.querystring.get(name)
    return str(values[0]) if values else None


def _unknown_api(name: str, response: Any) -> tuple[Any, str]:
    """Return the exception that an unknown API is here, and its words."""
    path = response.path.split("/")
    if len(path) > 4 and path[3] == "resources":
        return exceptions.NotFoundException, "Invalid Resource identifier specified"
    if name == "create_request_validator":
        return exceptions.BadRequestException, "Invalid REST API identifier specified"
    words = f"Invalid API identifier specified {ACCOUNT_ID}:{path[2]}"
    return exceptions.NotFoundException, words
