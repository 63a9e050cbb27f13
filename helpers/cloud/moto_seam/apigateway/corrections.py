"""What moto's REST APIs do otherwise than AWS, put right.

Source: docs.aws.amazon.com/apigateway/latest/api/API_Operations.html.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from moto.apigateway import exceptions
from moto.apigateway.models import APIGatewayBackend, Resource, RestAPI

from helpers.cloud.http_fronts.rest.deployment import MAX_TIMEOUT_MS
from helpers.cloud.moto_seam.apigateway import patches
from helpers.cloud.moto_seam.apigateway.openapi import import_document
from helpers.cloud.moto_seam.apigateway.rest_apis import DEPLOYED, deployment_of

_DONE = "coldstart_corrected"
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
    if hasattr(APIGatewayBackend, _DONE):
        return
    setattr(APIGatewayBackend, _DONE, True)
    exceptions.NotFoundException.code = 404
    RestAPI.create_deployment = _deploying(RestAPI.create_deployment)
    RestAPI.delete_deployment = _delete_deployment
    RestAPI.create_authorizer = _authorizing(RestAPI.create_authorizer)
    RestAPI.update_integration_mocks = lambda _api, _stage: None  # of a library for tests
    Resource.add_integration = _integrating(Resource.add_integration)
    for name, correct in (
        ("create_rest_api", _with_models),
        ("create_resource", _without_twins),
        ("delete_resource", _with_children),
        ("delete_rest_api", _existing),
        ("create_stage", _of_a_deployment),
        ("create_deployment", _complete),
        ("update_stage", _to_a_deployment),
        ("put_method", _once),
        ("put_integration", _callable),
    ):
        setattr(APIGatewayBackend, name, correct(getattr(APIGatewayBackend, name)))
    APIGatewayBackend.update_rest_api = _update_rest_api
    APIGatewayBackend.put_rest_api = _put_rest_api
    APIGatewayBackend.import_rest_api = _import_rest_api


def _deploying(create_deployment: Any) -> Any:
    """Keep what is deployed, and the settings of a stage that is deployed to again."""

    def create(api: Any, name: str, description: str, stage_variables: Any = None) -> Any:
        before = api.stages.get(name) if name else None
        made = create_deployment(api, name, description, stage_variables)
        setattr(made, DEPLOYED, deployment_of(api, made.id))
        if before is not None:
            before.deployment_id = made.id
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
        api.add_model("Empty", "This is a default empty schema model", EMPTY, "application/json")
        api.add_model("Error", "This is a default error schema model", ERROR, "application/json")
        return api

    return create


def _without_twins(create_resource: Any) -> Any:
    def create(backend: Any, function_id: str, parent_resource_id: str, path_part: str) -> Any:
        backend.get_resource(function_id, parent_resource_id)
        for other in backend.get_resources(function_id):
            if not path_part or other.parent_id != parent_resource_id:
                continue
            if other.path_part == path_part:
                raise exceptions.ConflictException(
                    f"Another resource with the same parent already has this name: {path_part}"
                )
            if other.path_part.startswith("{") and path_part.startswith("{"):
                raise exceptions.BadRequestException(
                    f"A sibling ({other.path_part}) of this resource already has a variable path "
                    "part -- only one is allowed"
                )
        return create_resource(backend, function_id, parent_resource_id, path_part)

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


def _existing(delete_rest_api: Any) -> Any:
    def delete(backend: Any, function_id: str) -> Any:
        backend.get_rest_api(function_id)
        return delete_rest_api(backend, function_id)

    return delete


def _of_a_deployment(create_stage: Any) -> Any:
    @wraps(create_stage)
    def create(backend: Any, function_id: str, stage_name: str, *args: Any, **given: Any) -> Any:
        deployment_id = args[0] if args else given.get("deploymentId")
        _must_exist(backend.get_rest_api(function_id), deployment_id)
        return create_stage(backend, function_id, stage_name, *args, **given)

    return create


def _to_a_deployment(update_stage: Any) -> Any:
    def update(backend: Any, function_id: str, stage_name: str, patch_operations: Any) -> Any:
        api = backend.get_rest_api(function_id)
        for operation in patch_operations or ():
            if operation.get("path") == "/deploymentId":
                _must_exist(api, operation.get("value"))
            if "variables/" in operation.get("path", "") and operation.get("op") == "add":
                operation["op"] = "replace"  # AWS takes both
        return update_stage(backend, function_id, stage_name, patch_operations)

    return update


def _must_exist(api: Any, deployment_id: Any) -> None:
    if deployment_id not in api.deployments:
        raise exceptions.DeploymentNotFoundException


def _complete(create_deployment: Any) -> Any:
    """Refuse to deploy while a method lacks its integration."""

    def create(backend: Any, function_id: str, *args: Any, **given: Any) -> Any:
        for resource in backend.get_resources(function_id):
            for method in resource.resource_methods.values():
                if method.method_integration is None:
                    raise exceptions.BadRequestException("No integration defined for method")
        return create_deployment(backend, function_id, *args, **given)

    return create


def _once(put_method: Any) -> Any:
    """Refuse a second method of one verb, and an authorizer that is not there."""

    @wraps(put_method)
    def put(
        backend: Any, function_id: str, resource_id: str, method_type: str, *args: Any, **given: Any
    ) -> Any:
        if method_type in backend.get_resource(function_id, resource_id).resource_methods:
            raise exceptions.ConflictException("Method already exists for this resource")
        authorization = args[0] if args else given.get("authorization_type")
        known = backend.get_rest_api(function_id).authorizers
        wants = authorization in ("CUSTOM", "COGNITO_USER_POOLS")
        if wants and given.get("authorizer_id") not in known:
            raise exceptions.BadRequestException(
                "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
                "COGNITO_USER_POOLS requires a valid authorizer."
            )
        return put_method(backend, function_id, resource_id, method_type, *args, **given)

    return put


def _callable(put_integration: Any) -> Any:
    """Refuse what cannot be called, where moto would fail."""

    @wraps(put_integration)
    def put(backend: Any, *named: str, uri: str | None = None, **given: Any) -> Any:
        wanted, rest = named[:4], named[4:]  # API, resource, verb and type; then the URI
        timeout_ms = given.get("timeout_in_millis")
        if timeout_ms is not None and not 50 <= int(timeout_ms) <= MAX_TIMEOUT_MS:
            raise exceptions.BadRequestException("Timeout should be between 50 ms and 29000 ms")
        backend.get_method(*wanted[:3])
        return put_integration(backend, *wanted, (rest[0] if rest else uri) or "", **given)

    return put


def _update_rest_api(backend: Any, function_id: str, patch_operations: Any) -> Any:
    api = backend.get_rest_api(function_id)
    rest = []
    for operation in patch_operations or ():
        if operation.get("path", "").startswith("/endpointConfiguration/types"):
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
