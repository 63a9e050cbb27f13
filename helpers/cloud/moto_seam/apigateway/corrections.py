"""What moto's REST APIs do otherwise than AWS, put right.

Source: docs.aws.amazon.com/apigateway/latest/api/API_Operations.html.
"""

from __future__ import annotations

import time
from functools import wraps
from typing import Any

from moto.apigateway import exceptions
from moto.apigateway.models import (
    APIGatewayBackend,
    IntegrationResponse,
    Resource,
    RestAPI,
    Stage,
)

from helpers.cloud.http_fronts.rest.deployment import MAX_TIMEOUT_MS
from helpers.cloud.moto_seam.apigateway import method_refusals, patches, refusals
from helpers.cloud.moto_seam.apigateway.openapi import import_document
from helpers.cloud.moto_seam.apigateway.rest_apis import DEPLOYED, deployment_of
from helpers.cloud.moto_seam.wrapping import first_time

CREATED, UPDATED = "coldstart_created", "coldstart_updated"
"""Attributes of moto's stages: Unix seconds."""
EMPTY = (
    '{\n  "$schema": "http://json-schema.org/draft-04/schema#",\n  "title" : "Empty Schema",\n'
    '  "type" : "object"\n}'
)
ERROR = (
    '{\n  "$schema" : "http://json-schema.org/draft-04/schema#",\n  "title" : "Error Schema",\n'
    '  "type" : "object",\n  "properties" : {\n    "message" : { "type" : "string" }\n  }\n}'
)


def correct_models() -> None:
    """Bind the corrections; harmless when called again."""
    if not first_time(APIGatewayBackend, "coldstart_corrected"):
        return
    exceptions.NotFoundException.code = 404
    for wrong, message in _WORDS.items():
        wrong.__init__ = _worded(wrong.code, message)
    RestAPI.create_deployment = _deploying(RestAPI.create_deployment)
    RestAPI.delete_deployment = _delete_deployment
    RestAPI.create_authorizer = _authorizing(RestAPI.create_authorizer)
    RestAPI.update_integration_mocks = lambda _api, _stage: None  # of a library for tests
    Resource.add_integration = _integrating(Resource.add_integration)
    Stage.__init__ = _dated(Stage.__init__)
    Stage._get_default_method_settings = lambda _stage: dict(METHOD_SETTINGS)
    Stage.to_json = _with_dates(Stage.to_json)
    IntegrationResponse.to_json = _with_pattern(IntegrationResponse.to_json)
    for name, correct in (
        ("create_rest_api", _with_models),
        ("create_resource", refusals.without_twins),
        ("delete_resource", _with_children),
        ("delete_rest_api", refusals.existing("get_rest_api")),
        ("create_stage", refusals.of_a_deployment),
        ("create_deployment", refusals.complete),
        ("update_stage", _to_a_deployment),
        ("put_method", method_refusals.known_method),
        ("put_integration", method_refusals.callable_integration),
        ("get_integration", method_refusals.with_an_integration),
        ("delete_integration", method_refusals.with_an_integration),
        ("delete_method", method_refusals.existing_method),
        ("get_deployment", refusals.existing_deployment),
        ("get_request_validator", refusals.existing_validator),
        ("update_request_validator", refusals.existing_validator),
        ("delete_request_validator", refusals.existing_validator),
        ("put_method_response", method_refusals.first_response),
        ("get_method_response", method_refusals.with_a_response),
        ("delete_method_response", method_refusals.with_a_response),
        ("put_integration_response", method_refusals.responding),
        ("create_authorizer", refusals.new_authorizer),
        ("delete_authorizer", refusals.existing("get_authorizer")),
        ("create_usage_plan", refusals.plan_of_stages),
        ("delete_usage_plan", refusals.existing("get_usage_plan")),
        ("delete_usage_plan_key", refusals.existing("get_usage_plan_key")),
        ("create_model", refusals.new_model),
        ("get_model", refusals.named_model),
        ("delete_model", refusals.named_model),
    ):
        setattr(APIGatewayBackend, name, correct(getattr(APIGatewayBackend, name)))
    APIGatewayBackend.update_rest_api = _update_rest_api
    APIGatewayBackend.put_rest_api = _put_rest_api
    APIGatewayBackend.import_rest_api = _import_rest_api


METHOD_SETTINGS = {
    "metricsEnabled": False,
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
"""What a method's settings are beside the one that was set."""
_WORDS = {
    exceptions.ResourceIdNotFoundException: "Invalid Resource identifier specified",
    exceptions.VpcLinkNotFound: "Invalid Vpc Link identifier specified",
    exceptions.GatewayResponseNotFound: "Gateway response type not defined on api",
}


def _worded(code: int, message: str) -> Any:
    def init(error: Any) -> None:
        exceptions.NotFoundException.__init__(error, message)
        error.code = code

    return init


def _dated(init: Any) -> Any:
    """Note when a stage was made."""

    @wraps(init)
    def dated(stage: Any, *args: Any, **given: Any) -> None:
        init(stage, *args, **given)
        setattr(stage, CREATED, int(time.time()))
        setattr(stage, UPDATED, getattr(stage, CREATED))

    return dated


def _with_dates(to_json: Any) -> Any:
    def document(stage: Any) -> dict[str, Any]:
        dates = {"createdDate": getattr(stage, CREATED), "lastUpdatedDate": getattr(stage, UPDATED)}
        return {**to_json(stage), **dates}

    return document


def _with_pattern(to_json: Any) -> Any:
    """Name the pattern of an integration response also where it is empty."""

    def document(response: Any) -> dict[str, Any]:
        pattern = response.selection_pattern
        told = {} if pattern is None else {"selectionPattern": pattern}
        return {**to_json(response), **told}

    return document


def _deploying(create_deployment: Any) -> Any:
    """Keep what is deployed, and the settings of a stage that is deployed to again."""

    def create(api: Any, name: str, description: str, stage_variables: Any = None) -> Any:
        before = api.stages.get(name) if name else None
        made = create_deployment(api, name, description, stage_variables)
        setattr(made, DEPLOYED, deployment_of(api, made.id))
        if before is not None:
            before.deployment_id = made.id
            setattr(before, UPDATED, int(time.time()))
            before.variables = {**(before.variables or {}), **(stage_variables or {})}
            api.stages[name] = before
        return made

    return create


def _delete_deployment(api: Any, deployment_id: str) -> Any:
    if deployment_id not in api.deployments:
        raise exceptions.DeploymentNotFoundException
    if any(stage.deployment_id == deployment_id for stage in api.stages.values()):
        raise exceptions.StageStillActive
    return api.deployments.pop(deployment_id)


def _authorizing(create_authorizer: Any) -> Any:
    """Keep the validation expression, which moto loses to a misspelling."""

    @wraps(create_authorizer)
    def create(api: Any, *args: Any, **given: Any) -> Any:
        made = create_authorizer(api, *args, **given)
        made.identity_validation_expression = given.get("identiy_validation_expression")
        return made

    return create


def _integrating(add_integration: Any) -> Any:
    """Fill what AWS fills."""

    def add(resource: Any, *args: Any, **given: Any) -> Any:
        made = add_integration(resource, *args, **given)
        made.passthrough_behaviour = made.passthrough_behaviour or "WHEN_NO_MATCH"
        made.timeout_in_millis = int(made.timeout_in_millis or MAX_TIMEOUT_MS)
        made.cache_namespace = made.cache_namespace or resource.id
        return made

    return add


def _with_models(create_rest_api: Any) -> Any:
    """Give every API the models Empty and Error."""

    def create(backend: Any, *args: Any, **given: Any) -> Any:
        api = create_rest_api(backend, *args, **given)
        api.version = None  # AWS knows none unless it is told one
        api.add_model("Empty", "This is a default empty schema model", EMPTY, "application/json")
        api.add_model("Error", "This is a default error schema model", ERROR, "application/json")
        return api

    return create


def _with_children(delete_resource: Any) -> Any:
    def delete(backend: Any, function_id: str, resource_id: str) -> Any:
        found = backend.get_resource(function_id, resource_id)
        if not found.parent_id:
            raise exceptions.BadRequestException("Root resource can't be deleted")
        for other in backend.get_resources(function_id):
            if other.parent_id == resource_id:
                delete(backend, function_id, other.id)
        return delete_resource(backend, function_id, resource_id)

    return delete


def _to_a_deployment(update_stage: Any) -> Any:
    def update(backend: Any, function_id: str, stage_name: str, patch_operations: Any) -> Any:
        api = backend.get_rest_api(function_id)
        for operation in patch_operations or ():
            if operation.get("path") == "/deploymentId":
                refusals.deployment_must_exist(api, operation.get("value"))
            if "variables/" in operation.get("path", "") and operation.get("op") == "add":
                operation["op"] = "replace"  # AWS takes both
        stage = update_stage(backend, function_id, stage_name, patch_operations)
        setattr(stage, UPDATED, int(time.time()))
        return stage

    return update


def _update_rest_api(backend: Any, function_id: str, patch_operations: Any) -> Any:
    api = backend.get_rest_api(function_id)
    rest = []
    for operation in patch_operations or ():
        if operation.get("path", "").startswith("/endpointConfiguration/types"):
            if operation.get("value") not in ("REGIONAL", "EDGE", "PRIVATE"):
                raise exceptions.BadRequestException(
                    "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE"
                )
            api.endpoint_configuration = {"types": [operation.get("value")]}
        else:
            rest.append(operation)
    patches.REST_API.apply(api, rest)
    return api


def _import_rest_api(backend: Any, api_doc: Any, fail_on_warnings: bool) -> Any:
    info = api_doc.get("info") or {}
    api = backend.create_rest_api(name=info.get("title"), description=info.get("description", ""))
    return _put_rest_api(backend, api.id, api_doc, fail_on_warnings, "overwrite")


def _put_rest_api(
    backend: Any, function_id: str, api_doc: Any, fail_on_warnings: bool, mode: str = "merge"
) -> Any:
    if mode not in ("merge", "overwrite"):
        raise exceptions.InvalidOpenApiModeException
    import_document(backend, function_id, api_doc, overwrite=mode == "overwrite")
    return backend.get_rest_api(function_id)
