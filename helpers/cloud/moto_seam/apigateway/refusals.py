"""What API Gateway refuses where moto takes it, or fails at it.

Wrappers of the backend's methods, so that stacks meet the same refusals. Source:
docs.aws.amazon.com/apigateway/latest/api/API_Operations.html and
docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
"""

from __future__ import annotations

import re
from functools import wraps
from typing import Any

from moto.apigateway import exceptions
from moto.apigateway.exceptions import BadRequestException, ConflictException, NotFoundException

PART = re.compile(r"[\w.:~$,+-]+|\{[\w.:-]+\+?\}|")
STAGE_NAME = re.compile(r"[a-zA-Z0-9_-]+")
VALIDATOR_PATHS = ("/name", "/validateRequestParameters", "/validateRequestBody")
MAX_TTL_S = 3600
VARIABLE = re.compile(r"[A-Za-z0-9._~:/?#&=,-]*")


def without_twins(create_resource: Any) -> Any:
    """Refuse a resource whose name its parent has, cannot have, or may not be told apart."""

    def create(backend: Any, function_id: str, parent_resource_id: str, path_part: str) -> Any:
        parent = backend.get_resource(function_id, parent_resource_id)
        if parent.path_part and parent.path_part.endswith("+}"):
            raise BadRequestException(
                "Cannot create a child of a resource with a greedy path variable: "
                f"{parent.path_part}"
            )
        if PART.fullmatch(str(path_part or "")) is None:
            raise exceptions.InvalidResourcePathException
        for other in backend.get_resources(function_id):
            if not path_part or other.parent_id != parent_resource_id:
                continue
            if other.path_part == path_part:
                raise ConflictException(
                    f"Another resource with the same parent already has this name: {path_part}"
                )
            if other.path_part.startswith("{") and path_part.startswith("{"):
                raise BadRequestException(
                    f"A sibling ({other.path_part}) of this resource already has a variable path "
                    "part -- only one is allowed"
                )
        return create_resource(backend, function_id, parent_resource_id, path_part)

    return create


def of_a_deployment(create_stage: Any) -> Any:
    """Refuse a stage whose name is taken or none, and one of a deployment that is not there."""

    @wraps(create_stage)
    def create(backend: Any, function_id: str, stage_name: str, *args: Any, **given: Any) -> Any:
        deployment_id = args[0] if args else given.get("deploymentId")
        api = backend.get_rest_api(function_id)
        check_stage(stage_name, given.get("variables"))
        deployment_must_exist(api, deployment_id)
        if stage_name in api.stages:
            raise ConflictException("Stage already exists")
        return create_stage(backend, function_id, stage_name, *args, **given)

    return create


def check_stage(name: Any, variables: Any) -> None:
    """Refuse a stage's name, or variables, with letters that it cannot have."""
    if STAGE_NAME.fullmatch(str(name)) is None:
        raise BadRequestException("Stage name only allows a-zA-Z0-9_-")
    for value in (variables or {}).values():
        if VARIABLE.fullmatch(str(value)) is None:
            raise BadRequestException(
                "Stage variable value should match regex [A-Za-z0-9-._~:/?#&=,]+"
            )


def deployment_must_exist(api: Any, deployment_id: Any) -> None:
    """Refuse a deployment that an API does not have."""
    if deployment_id not in api.deployments:
        raise exceptions.DeploymentNotFoundException


def complete(create_deployment: Any) -> Any:
    """Refuse to deploy an API without methods, and while a method lacks its integration."""

    def create(backend: Any, function_id: str, name: Any, *args: Any, **given: Any) -> Any:
        for resource in backend.get_resources(function_id):
            for method in resource.resource_methods.values():
                if method.method_integration is None:
                    raise BadRequestException("No integration defined for method")
        if name:
            check_stage(name, args[1] if len(args) > 1 else given.get("stage_variables"))
        return create_deployment(backend, function_id, name, *args, **given)

    return create


def new_model(create_model: Any) -> Any:
    """Refuse a model without a name or a schema, and a second one of a name."""

    def create(backend: Any, rest_api_id: str, name: str, *rest: Any, **given: Any) -> Any:
        schema = str((rest[2] if len(rest) > 2 else given.get("schema")) or "")
        if not name:
            raise BadRequestException("Model name must be non-empty")
        if "".join(schema.split()) in ("", "{}"):
            raise BadRequestException(
                "Model schema must have at least 1 property or array items defined"
            )
        if name in backend.get_rest_api(rest_api_id).models:
            raise ConflictException("Model name already exists for this REST API")
        return create_model(backend, rest_api_id, name, *rest, **given)

    return create


def named_model(of_model: Any) -> Any:
    """Refuse to read or delete a model that is not there, and to delete one that is used."""

    def wanted(backend: Any, rest_api_id: str, model_name: str) -> Any:
        if model_name not in backend.get_rest_api(rest_api_id).models:
            raise NotFoundException(f"Invalid model name specified: {model_name}")
        if of_model.__name__ == "delete_model":
            _check_unused(backend, rest_api_id, model_name)
        return of_model(backend, rest_api_id, model_name)

    return wanted


def _check_unused(backend: Any, rest_api_id: str, model_name: str) -> None:
    for resource in backend.get_resources(rest_api_id):
        for verb, method in resource.resource_methods.items():
            if model_name in (method.request_models or {}).values():
                raise ConflictException(
                    f"Cannot delete model '{model_name}', is referenced in method request: "
                    f"{resource.get_path()}/{verb}"
                )


def existing_deployment(get_deployment: Any) -> Any:
    """Refuse to read a deployment that is not there."""

    def get(backend: Any, function_id: str, deployment_id: str) -> Any:
        deployment_must_exist(backend.get_rest_api(function_id), deployment_id)
        return get_deployment(backend, function_id, deployment_id)

    return get


def existing_validator(of_validator: Any) -> Any:
    """Refuse to read, change or delete a request validator that is not there."""

    def wanted(backend: Any, restapi_id: str, validator_id: str, *rest: Any) -> Any:
        api = backend.apis.get(restapi_id)
        if api is None or validator_id not in api.request_validators:
            raise NotFoundException("Invalid Request Validator identifier specified")
        for operation in rest[0] if rest else ():
            _check_validator_patch(operation)
        return of_validator(backend, restapi_id, validator_id, *rest)

    return wanted


def _check_validator_patch(operation: dict[str, Any]) -> None:
    verb, path = operation.get("op"), operation.get("path")
    if verb != "replace":
        raise BadRequestException(
            f"Invalid patch path  '{path}' specified for op '{verb}'. Please choose supported "
            "operations"
        )
    if path not in VALIDATOR_PATHS:
        raise BadRequestException(
            f"Invalid patch path  '{path}' specified for op '{verb}'. Must be one of: "
            f"[{', '.join(VALIDATOR_PATHS)}]"
        )
    if path == "/name" and not operation.get("value"):
        raise BadRequestException("Request Validator name cannot be blank")
    operation.setdefault("value", "false")


def new_authorizer(create_authorizer: Any) -> Any:
    """Refuse a second authorizer of a name, and one that remembers for too long."""

    @wraps(create_authorizer)
    def create(backend: Any, restapi_id: str, name: str, *rest: Any, **given: Any) -> Any:
        known = backend.get_rest_api(restapi_id).authorizers.values()
        if any(authorizer.name == name for authorizer in known):
            raise ConflictException(
                f"Authorizer name must be unique. Authorizer {name} already exists in this RestApi."
            )
        ttl = given.get("authorizer_result_ttl")
        if ttl is not None and not 0 <= int(ttl) <= MAX_TTL_S:
            raise BadRequestException(
                f"Authorizer result TTL should be between 0 and {MAX_TTL_S} seconds"
            )
        return create_authorizer(backend, restapi_id, name, *rest, **given)

    return create


def existing(find: str) -> Any:
    """Return what refuses to delete something that is not there; `find` is how moto looks it up."""

    def checked(deletion: Any) -> Any:
        def delete(backend: Any, *ids: Any, **named: Any) -> Any:
            getattr(backend, find)(*ids, **named)
            return deletion(backend, *ids, **named)

        return delete

    return checked


def plan_of_stages(create_usage_plan: Any) -> Any:
    """Refuse a usage plan for a stage that is not there."""

    def create(backend: Any, payload: dict[str, Any]) -> Any:
        for stage in payload.get("apiStages") or ():
            api = backend.apis.get(stage.get("apiId"))
            if api is None or stage.get("stage") not in api.stages:
                raise BadRequestException(
                    f"API Stage not found: {stage.get('apiId')}:{stage.get('stage')}"
                )
        return create_usage_plan(backend, payload)

    return create
