"""What API Gateway refuses of methods, integrations and responses, where moto takes it.

Source: docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html and its siblings.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from moto.apigateway import exceptions
from moto.apigateway.exceptions import BadRequestException, ConflictException, NotFoundException

from helpers.cloud.http_fronts.rest.deployment import MAX_TIMEOUT_MS

VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
AUTHORIZATIONS = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")
INTEGRATIONS = ("HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS")
NO_AUTHORIZER = (
    "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
    "COGNITO_USER_POOLS requires a valid authorizer."
)


def known_method(put_method: Any) -> Any:
    """Refuse a second method of one verb, and one that names what is not there."""

    @wraps(put_method)
    def put(
        backend: Any, function_id: str, resource_id: str, method_type: str, *args: Any, **given: Any
    ) -> Any:
        methods = backend.get_resource(function_id, resource_id).resource_methods
        if method_type not in VERBS:
            raise BadRequestException(
                f"Invalid HttpMethod specified. Valid options are {','.join(VERBS)}"
            )
        if method_type in methods:
            raise ConflictException("Method already exists for this resource")
        authorization = args[0] if args else given.get("authorization_type")
        _check_names(backend.get_rest_api(function_id), authorization, given)
        return put_method(backend, function_id, resource_id, method_type, *args, **given)

    return put


def _check_names(api: Any, authorization: Any, given: dict[str, Any]) -> None:
    if authorization not in AUTHORIZATIONS:
        raise BadRequestException(
            f"Invalid authorization type specified. Valid options are {', '.join(AUTHORIZATIONS)}"
        )
    wants = authorization in ("CUSTOM", "COGNITO_USER_POOLS")
    if wants and given.get("authorizer_id") not in api.authorizers:
        raise BadRequestException(NO_AUTHORIZER)
    validator = given.get("request_validator_id")
    if validator and validator not in api.request_validators:
        raise BadRequestException("Invalid Request Validator identifier specified")
    names = {model.name for model in api.models.values()}
    for model in (given.get("request_models") or {}).values():
        if model not in names:
            raise BadRequestException(f"Invalid model identifier specified: {model}")
    parameters = [name.rpartition(".")[2] for name in given.get("request_parameters") or ()]
    if len(parameters) != len({*parameters}):
        raise BadRequestException(
            "Parameter names must be unique across querystring, header and path"
        )


def callable_integration(put_integration: Any) -> Any:
    """Refuse what cannot be called, where moto would fail."""

    @wraps(put_integration)
    def put(backend: Any, *named: str, uri: str | None = None, **given: Any) -> Any:
        wanted, rest = named[:4], named[4:]  # API, resource, verb and type; then the URI
        backend.get_method(*wanted[:3])
        if wanted[3:] and wanted[3] not in INTEGRATIONS:
            raise exceptions.ValidationException(
                f"1 validation error detected: Value '{wanted[3]}' at 'putIntegrationInput.type' "
                "failed to satisfy constraint: Member must satisfy enum value set: "
                f"[{', '.join(INTEGRATIONS)}]"
            )
        timeout_ms = given.get("timeout_in_millis")
        if timeout_ms is not None and not 50 <= int(timeout_ms) <= MAX_TIMEOUT_MS:
            raise BadRequestException("Timeout should be between 50 ms and 29000 ms")
        return put_integration(backend, *wanted, (rest[0] if rest else uri) or "", **given)

    return put


def with_an_integration(of_integration: Any) -> Any:
    """Refuse to read or delete an integration of a method that has none."""

    def wanted(backend: Any, function_id: str, resource_id: str, verb: str, *more: str) -> Any:
        if backend.get_method(function_id, resource_id, verb).method_integration is None:
            raise NotFoundException("Invalid Integration identifier specified")
        return of_integration(backend, function_id, resource_id, verb, *more)

    return wanted


def with_a_response(of_response: Any) -> Any:
    """Refuse to read or delete a method's response that it does not have."""

    def wanted(backend: Any, function_id: str, resource_id: str, verb: str, code: str) -> Any:
        if code not in backend.get_method(function_id, resource_id, verb).method_responses:
            raise exceptions.NoIntegrationResponseDefined
        return of_response(backend, function_id, resource_id, verb, code)

    return wanted


def responding(put_integration_response: Any) -> Any:
    """Refuse to answer with a header that the method does not declare."""

    @wraps(put_integration_response)
    def put(
        backend: Any, function_id: str, resource_id: str, verb: str, code: Any, *rest: Any
    ) -> Any:
        method = backend.get_method(function_id, resource_id, verb)
        if method.method_integration is None:
            raise NotFoundException("Invalid Integration identifier specified")
        declared = method.method_responses.get(str(code))
        known = (declared.response_parameters or {}) if declared else {}
        parameters = rest[2] if len(rest) > 2 else None  # after the pattern and the templates
        for name in parameters or ():
            if name not in known:
                raise BadRequestException(
                    "Invalid mapping expression specified: Validation Result: warnings : [], "
                    f"errors : [Invalid mapping expression parameter specified: {name}]"
                )
        return put_integration_response(backend, function_id, resource_id, verb, code, *rest)

    return put


def first_response(put_method_response: Any) -> Any:
    """Refuse a second response of one status."""

    def put(
        backend: Any, function_id: str, resource_id: str, verb: str, code: str, *rest: Any
    ) -> Any:
        if code in backend.get_method(function_id, resource_id, verb).method_responses:
            raise ConflictException("Response already exists for this resource")
        return put_method_response(backend, function_id, resource_id, verb, code, *rest)

    return put


def existing_method(delete_method: Any) -> Any:
    """Refuse to delete a method that is not there."""

    def delete(backend: Any, function_id: str, resource_id: str, verb: str) -> Any:
        backend.get_method(function_id, resource_id, verb)
        return delete_method(backend, function_id, resource_id, verb)

    return delete
