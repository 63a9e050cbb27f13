"""The REST APIs of the account, read from moto: what each stage serves, keys and usage plans."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from helpers.cloud.http_fronts.rest.deployment import (
    MAX_TIMEOUT_MS,
    ApiKey,
    Authorizer,
    Deployment,
    GatewayResponse,
    Integration,
    IntegrationResponse,
    Method,
    Resource,
    RestApi,
    Stage,
    Throttle,
    UsagePlan,
)
from helpers.cloud.json_text import read_json
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID

DEPLOYED = "coldstart_deployed"
"""Attribute of moto's deployments: the API as it was."""


class MotoRestApis:
    """Implements RestApis; keeps nothing of its own."""

    def find(self, api_id: str) -> RestApi | None:
        """Return an API with what its stages serve; None when there is no such REST API."""
        found = find_api(api_id)
        if found is None:
            return None
        stages = {
            name: _stage(stage, deployed)
            for name, stage in [*found.stages.items()]
            if (deployed := _deployed(found, stage)) is not None
        }
        return RestApi(
            id=found.id, region=found.region_name, account_id=found.account_id, stages=stages
        )

    def undeployed(self, api_id: str) -> Deployment | None:
        """Return an API as it would be deployed now."""
        found = find_api(api_id)
        return None if found is None else deployment_of(found, "")

    def api_key(self, region: str, value: str) -> ApiKey | None:
        """Return the API key with this value."""
        backend = _backend(region)
        for key in [*backend.keys.values()]:
            if key.value == value:
                plans = tuple(
                    usage_plan(plan)
                    for plan in [*backend.usage_plans.values()]
                    if key.id in backend.usage_plan_keys.get(plan.id, {})
                )
                return ApiKey(key.id, key.value, _true(key.enabled), plans)
        return None

    def usage_plan(self, region: str, plan_id: str) -> UsagePlan | None:
        """Return a usage plan."""
        plan = _backend(region).usage_plans.get(plan_id)
        return None if plan is None else usage_plan(plan)


def find_api(api_id: str) -> Any:
    """Return moto's REST API of this id in any Region, or None."""
    for backend in _backends():
        if api_id in backend.apis:
            return backend.apis[api_id]
    return None


def deployment_of(api: Any, deployment_id: str) -> Deployment:
    """Return an API as it is now, as a fact."""
    validators = api.request_validators
    resources = tuple(
        Resource(
            resource.id,
            resource.get_path(),
            {name: _method(m, validators) for name, m in [*resource.resource_methods.items()]},
        )
        for resource in [*api.resources.values()]
    )
    return Deployment(
        id=deployment_id,
        resources=resources,
        authorizers={id_: _authorizer(one) for id_, one in [*api.authorizers.items()]},
        models={name: _schema(model.schema) for name, model in [*api.models.items()]},
        gateway_responses={n: _response(one) for n, one in [*api.gateway_responses.items()]},
        binary_media_types=tuple(api.binaryMediaTypes or ()),
        policy=api.policy or "",
        key_from_authorizer=api.api_key_source == "AUTHORIZER",
        disabled=_true(api.disableExecuteApiEndpoint),
    )


def usage_plan(plan: Any) -> UsagePlan:
    """Return a usage plan as a fact."""
    stages = {
        f"{stage['apiId']}:{stage['stage']}": {
            route: _throttle(limits) for route, limits in (stage.get("throttle") or {}).items()
        }
        for stage in plan.api_stages
    }
    quota = plan.quota or {}
    limit = quota.get("limit")
    return UsagePlan(
        id=plan.id,
        stages=stages,
        throttle=_throttle(plan.throttle or {}),
        quota_limit=None if limit is None else int(limit),
        quota_period=quota.get("period") or "DAY",
        quota_offset=int(quota.get("offset") or 0),
    )


def _backends() -> list[Any]:
    """Return the backends of all Regions; none while nobody has used API Gateway."""
    models = sys.modules.get("moto.apigateway.models")
    known = getattr(models, "apigateway_backends", None)  # None while it is being imported, too
    return [] if known is None else [*known[ACCOUNT_ID].values()]


def _backend(region: str) -> Any:
    from moto.apigateway.models import apigateway_backends

    return apigateway_backends[ACCOUNT_ID][region]


def _deployed(api: Any, stage: Any) -> Deployment | None:
    deployment = api.deployments.get(stage.deployment_id)
    return getattr(deployment, DEPLOYED, None)


def _stage(stage: Any, deployed: Deployment) -> Stage:
    logs = stage.access_log_settings or {}
    return Stage(
        log_group_arn=str(logs.get("destinationArn") or ""),
        log_format=str(logs.get("format") or ""),
        name=stage.name,
        deployment=deployed,
        variables=dict(stage.variables or {}),
        throttles=dict(_stage_throttles(stage.method_settings)),
    )


def _stage_throttles(settings: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Throttle]]:
    """Give the throttles of a stage by `path/METHOD`; moto keeps `~1path/METHOD`."""
    for name, values in [*settings.items()]:
        path, _, verb = name.rpartition("/")
        plain = path.replace("~1", "/").replace("~0", "~")
        plain = plain if plain == "*" or plain.startswith("/") else f"/{plain}"
        rate, burst = values.get("throttlingRateLimit"), values.get("throttlingBurstLimit")
        yield f"{plain}/{verb}", _throttle({"rateLimit": rate, "burstLimit": burst})


def _throttle(limits: Mapping[str, Any]) -> Throttle:
    rate, burst = limits.get("rateLimit"), limits.get("burstLimit")
    return Throttle(None if rate is None else float(rate), None if burst is None else float(burst))


def _method(method: Any, validators: Mapping[str, Any]) -> Method:
    validator = validators.get(method.request_validator_id)
    return Method(
        http_method=method.http_method,
        authorization=method.authorization_type or "NONE",
        authorizer_id=method.authorizer_id,
        scopes=tuple(method.authorization_scopes or ()),
        api_key_required=_true(method.api_key_required),
        parameters={n: _true(v) for n, v in (method.request_parameters or {}).items()},
        models=dict(method.request_models or {}),
        validates_body=validator is not None and _true(validator.validate_request_body),
        validates_parameters=(
            validator is not None and _true(validator.validate_request_parameters)
        ),
        integration=_integration(method.method_integration),
    )


def _integration(found: Any) -> Integration | None:
    if found is None:
        return None
    responses = (found.integration_responses or {}).values()
    return Integration(
        type=found.integration_type,
        uri=found.uri or "",
        http_method=found.http_method or "POST",
        credentials=found.credentials,
        passthrough=found.passthrough_behaviour or "WHEN_NO_MATCH",
        templates={n: v or "" for n, v in (found.request_templates or {}).items()},
        parameters=dict(found.request_parameters or {}),
        timeout_ms=int(found.timeout_in_millis or MAX_TIMEOUT_MS),
        responses=tuple(
            IntegrationResponse(
                status_code=int(one.status_code),
                selection_pattern=one.selection_pattern or "",
                templates={n: v for n, v in (one.response_templates or {}).items() if v},
                parameters=dict(one.response_parameters or {}),
            )
            for one in responses
        ),
    )


def _authorizer(found: Any) -> Authorizer:
    ttl = found.authorizer_result_ttl
    return Authorizer(
        id=found.id,
        name=found.name,
        type=found.type,
        uri=found.authorizer_uri or "",
        credentials=found.authorizer_credentials,
        identity_source=found.identity_source or "",
        validation=found.identity_validation_expression or "",
        ttl_s=300 if ttl is None else int(ttl),
        provider_arns=tuple(found.provider_arns or ()),
    )


def _response(found: Any) -> GatewayResponse:
    return GatewayResponse(
        int(found.status_code) if found.status_code else None,
        dict(found.response_parameters or {}),
        dict(found.response_templates or {}),
    )


def _schema(text: Any) -> Mapping[str, Any]:
    try:
        schema = read_json(text) if isinstance(text, str) else text
    except ValueError:
        return {}
    return schema if isinstance(schema, dict) else {}


def _true(value: Any) -> bool:
    return value.lower() == "true" if isinstance(value, str) else bool(value)
