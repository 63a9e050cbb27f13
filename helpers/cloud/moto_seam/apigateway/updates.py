"""Updates of REST APIs that moto leaves out, bound where moto looks for them by name.

Source: docs.aws.amazon.com/apigateway/latest/api/API_Operations.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from moto.apigateway import exceptions
from moto.apigateway.responses import APIGatewayResponse
from moto.apigateway.utils import deserialize_body

from helpers.cloud.moto_seam.apigateway import patches
from helpers.cloud.moto_seam.apigateway.gateway_responses import document, own_response
from helpers.cloud.moto_seam.wrapping import first_time

STAGE_PATH = re.compile(
    r"/(deploymentId|description|cacheClusterEnabled|cacheClusterSize|clientCertificateId"
    r"|documentationVersion|tracingEnabled|accessLogSettings(/destinationArn|/format)?"
    r"|variables/[^/]+|canarySettings(/.*)?|webAclArn"
    r"|.+/(metrics|logging|throttling|caching)/\w+)"
)
STAGE_PATHS = (
    "Must be one of: [/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, "
    "/clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, "
    "/accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, "
    "/{resourcePath}/{httpMethod}/logging/dataTrace, "
    "/{resourcePath}/{httpMethod}/logging/loglevel, "
    "/{resourcePath}/{httpMethod}/throttling/burstLimit"
    "/{resourcePath}/{httpMethod}/throttling/rateLimit"
    "/{resourcePath}/{httpMethod}/caching/ttlInSeconds, "
    "/{resourcePath}/{httpMethod}/caching/enabled, "
    "/{resourcePath}/{httpMethod}/caching/dataEncrypted, "
    "/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, "
    "/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, "
    "/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, "
    "/*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, "
    "/*/*/caching/enabled, /*/*/caching/dataEncrypted, "
    "/*/*/caching/requireAuthorizationForCacheControl, "
    "/*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, "
    "/tracingEnabled]"
)
"""As AWS lists them, with the separators that it leaves out."""


def correct_responses() -> None:
    """Bind the updates; harmless when called again."""
    if not first_time(APIGatewayResponse, "coldstart_corrected"):
        return
    APIGatewayResponse.update_rest_api = _readable(APIGatewayResponse.update_rest_api)
    APIGatewayResponse.create_rest_api = _whole(APIGatewayResponse.create_rest_api)
    APIGatewayResponse.create_deployment = _with_stage(APIGatewayResponse.create_deployment)
    APIGatewayResponse.update_stage = _of_a_stage(APIGatewayResponse.update_stage)
    APIGatewayResponse.update_gateway_response = _update_gateway_response
    for name, patchable, find in _UPDATES:
        setattr(APIGatewayResponse, name, _update(_camel(name), patchable, find))


def _readable(update_rest_api: Any) -> Any:
    """Refuse patch operations that have no path, where moto would fail."""

    def update(response: Any) -> Any:
        operations = response._get_param("patchOperations")
        listed = isinstance(operations, list)
        if not listed or any(not isinstance(o, dict) or not o.get("path") for o in operations):
            raise exceptions.BadRequestException("Invalid patch operations specified")
        patches.check_verbs(operations, "UpdateRestApi")
        return update_rest_api(response)

    return update


def _whole(create_rest_api: Any) -> Any:
    """Refuse what AWS refuses, and keep what moto leaves out."""

    def create(response: Any) -> Any:
        made = bool(response._get_param("name")) and not response.querystring.get("mode")
        if made:
            _check_rest_api(response)
        elif "mode" in response.querystring and not _is_document(response.body):
            raise exceptions.BadRequestException("Unable to build importer with provided input.")
        answer = create_rest_api(response)
        if answer[0] != 200 or not made:
            return answer
        api = response.backend.get_rest_api(json.loads(answer[2])["id"])
        api.binaryMediaTypes = list(response._get_param("binaryMediaTypes") or ())
        api.version = response._get_param("version")
        return answer[0], answer[1], json.dumps(api.to_dict())

    return create


def _is_document(body: Any) -> bool:
    try:
        return bool(deserialize_body(body))
    except Exception:  # neither JSON nor YAML, in any of their ways
        return False


def _check_rest_api(response: Any) -> None:
    endpoint = response._get_param("endpointConfiguration") or {}
    types, address = endpoint.get("types"), endpoint.get("ipAddressType")
    problems = []
    if types and not {*types} <= {"PRIVATE", "EDGE", "REGIONAL"}:
        problems.append(
            f"Value '[{', '.join(types)}]' at 'createRestApiInput.endpointConfiguration.types' "
            "failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy "
            "enum value set: [PRIVATE, EDGE, REGIONAL]]"
        )
    if address is not None and address not in ("ipv4", "dualstack"):
        problems.append(
            f"Value '{address}' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed "
            "to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]"
        )
    patches.refuse_invalid(problems)
    if response._get_param("description") == "":
        raise exceptions.BadRequestException("Description cannot be an empty string")
    if types is not None and len(types) > 1:
        raise exceptions.BadRequestException("Cannot create an api with multiple Endpoint Types.")
    if types == ["PRIVATE"] and address == "ipv4":
        raise exceptions.BadRequestException(
            "Only dualstack ipAddressType is supported for Private APIs."
        )
    size = response._get_param("minimumCompressionSize")
    if size is not None:
        patches.compression_size(str(size))


def _with_stage(create_deployment: Any) -> Any:
    """Keep what a deployment says of its stage."""

    def create(response: Any) -> Any:
        answer = create_deployment(response)
        name = response._get_param("stageName")
        if name:
            stage = response.backend.get_stage(response.path.split("/")[2], name)
            stage.description = response._get_param("stageDescription") or stage.description
            if response._get_param("tracingEnabled") is not None:
                stage.tracing_enabled = bool(response._get_param("tracingEnabled"))
        return answer

    return create


def _of_a_stage(update_stage: Any) -> Any:
    """Refuse what no stage has."""

    def update(response: Any) -> Any:
        operations = response._get_param("patchOperations")
        patches.check_verbs(operations, "UpdateStage")
        for operation in operations or ():
            if STAGE_PATH.fullmatch(str(operation.get("path") or "")) is None:
                raise exceptions.BadRequestException(
                    f"Invalid method setting path: {operation.get('path')}. {STAGE_PATHS}"
                )
        return update_stage(response)

    return update


Find = Callable[[Any, list[str]], Any]


def _update(operation: str, patchable: patches.Patchable, find: Find) -> Any:
    def update(response: Any) -> str:
        target = find(response.backend, response.path.rstrip("/").split("/"))
        if target is None:
            raise exceptions.NotFoundException("Invalid identifier specified")
        operations = response._get_param("patchOperations")
        patches.check_verbs(operations, operation)
        if operation == "UpdateResource":
            _check_resource(target, operations)
        patchable.apply(target, operations)
        render = getattr(target, "to_json", None) or target.to_dict
        return json.dumps(render())

    return update


def _check_resource(target: Any, operations: Any) -> None:
    for each in operations or ():
        member = str(each.get("path") or "").removeprefix("/")
        if (
            each.get("op") == "replace"
            and member in ("pathPart", "parentId")
            and not target.parent_id
        ):
            raise exceptions.BadRequestException(f"Root resource cannot update its {member}.")


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _update_gateway_response(response: Any) -> str:
    path = response.path.rstrip("/").split("/")
    api = response.backend.get_rest_api(path[2])
    operations = response._get_param("patchOperations")
    patches.check_verbs(operations, "UpdateGatewayResponse")
    patches.GATEWAY_RESPONSE.apply(own_response(api, path[4]), operations)
    return json.dumps(document(api, path[4]))


def _integration(backend: Any, path: list[str]) -> Any:
    found = backend.get_integration(path[2], path[4], path[6])
    if found is None:
        raise exceptions.NotFoundException("Invalid Integration identifier specified")
    return found


_UPDATES: tuple[tuple[str, patches.Patchable, Find], ...] = (
    ("update_resource", patches.RESOURCE, lambda b, p: b.get_resource(p[2], p[4])),
    ("update_method", patches.METHOD, lambda b, p: b.get_method(p[2], p[4], p[6])),
    ("update_integration", patches.INTEGRATION, _integration),
    (
        "update_integration_response",
        patches.INTEGRATION_RESPONSE,
        lambda b, p: _integration(b, p).get_integration_response(p[9]),
    ),
    (
        "update_method_response",
        patches.METHOD_RESPONSE,
        lambda b, p: b.get_method_response(p[2], p[4], p[6], p[8]),
    ),
    ("update_model", patches.MODEL, lambda b, p: b.get_model(p[2], p[4])),
    (
        "update_deployment",
        patches.DEPLOYMENT,
        lambda b, p: b.get_rest_api(p[2]).deployments.get(p[4]),
    ),
)
