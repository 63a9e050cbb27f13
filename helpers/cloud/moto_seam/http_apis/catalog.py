"""What a request to an HTTP API finds, read from moto's objects.

A stage that deploys by itself shows the API as it is; another shows what was deployed to it last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.cloud.http_fronts.cors import Cors
from helpers.cloud.http_fronts.http_apis import (
    Authorizer,
    HttpApi,
    Integration,
    Route,
    Stage,
    Throttle,
)
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID

DEPLOYMENTS = "kit_deployments"
"""Attribute of moto's APIs: Deployment by id."""
DEPLOYED = "kit_deployment_id"
"""Attribute of moto's stages: which deployment is live there."""
LIMIT_S = 30.0


@dataclass(slots=True)
class Deployment:
    """The routes of an API as they were at one moment; `created` is ISO 8601."""

    id: str
    created: str
    description: str
    routes: tuple[Route, ...]


class MotoHttpApis:
    """Implements HttpApis."""

    def exists(self, api_id: str) -> bool:
        """Tell whether an HTTP API has this id."""
        return _find(api_id) is not None

    def find(self, api_id: str) -> HttpApi | None:
        """Return an API as it is now, or None."""
        found = _find(api_id)
        if found is None:
            return None
        region, api = found
        return HttpApi(
            id=api_id,
            region=region,
            account_id=ACCOUNT_ID,
            stages={name: _stage(api, stage) for name, stage in list(api.stages.items())},
            cors=_cors(api.cors_configuration),
            disabled=bool(api.disable_execute_api_endpoint),
        )


def routes_of(api: Any) -> tuple[Route, ...]:
    """Return the routes of one of moto's APIs as they are now."""
    return tuple(_route(api, route) for route in list(api.routes.values()))


def deployments_of(api: Any) -> dict[str, Deployment]:
    """Return the deployments of one of moto's APIs; a new one has none."""
    held: dict[str, Deployment] = api.__dict__.setdefault(DEPLOYMENTS, {})
    return held


def _find(api_id: str) -> tuple[str, Any] | None:
    from moto.apigatewayv2.models import apigatewayv2_backends

    backends = apigatewayv2_backends[ACCOUNT_ID]
    for region in list(backends):
        api = backends[region].apis.get(api_id)
        if api is not None and api.protocol_type == "HTTP":
            return region, api
    return None


def _stage(api: Any, stage: Any) -> Stage:
    if stage.auto_deploy:
        routes = routes_of(api)
    else:
        deployment = deployments_of(api).get(getattr(stage, DEPLOYED, None) or "")
        routes = deployment.routes if deployment else ()
    log = stage.access_log_settings or {}
    group_arn = str(log.get("destinationArn") or "").removesuffix(":*")
    return Stage(
        name=stage.name,
        routes=routes,
        variables=dict(stage.stage_variables or {}),
        throttles=_throttles(stage),
        log_group_arn=group_arn,
        log_format=str(log.get("format") or ""),
    )


def _throttles(stage: Any) -> dict[str, Throttle]:
    settings = {"": stage.default_route_settings or {}, **(stage.route_settings or {})}
    found = {}
    for key, given in settings.items():
        rate, burst = given.get("throttlingRateLimit"), given.get("throttlingBurstLimit")
        if rate is not None or burst is not None:
            found[key] = Throttle(float(rate or burst or 0), int(burst or rate or 0))
    return found


def _route(api: Any, route: Any) -> Route:
    identifier = str(route.target or "").partition("integrations/")[2]
    integration = api.integrations.get(identifier)
    authorizer = api.authorizers.get(route.authorizer_id) if route.authorizer_id else None
    return Route(
        key=route.route_key,
        integration=_integration(integration) if integration else None,
        authorization=route.authorization_type or "NONE",
        authorizer=_authorizer(authorizer) if authorizer else None,
        scopes=tuple(route.authorization_scopes or ()),
    )


def _integration(integration: Any) -> Integration:
    return Integration(
        type=integration.integration_type,
        uri=integration.integration_uri or "",
        subtype=integration.integration_subtype or "",
        method=integration.integration_method or "POST",
        payload_version=integration.payload_format_version or "1.0",
        timeout_s=min((integration.timeout_in_millis or 30_000) / 1000, LIMIT_S),
        credentials_arn=integration.credentials_arn or None,
        request_parameters=dict(integration.request_parameters or {}),
        response_parameters={
            str(status): dict(mapping)
            for status, mapping in (integration.response_parameters or {}).items()
        },
    )


def _authorizer(authorizer: Any) -> Authorizer:
    token: Mapping[str, Any] = authorizer.jwt_config or {}
    sources = authorizer.identity_source or ()
    return Authorizer(
        id=authorizer.id,
        type=authorizer.authorizer_type,
        uri=authorizer.authorizer_uri or "",
        payload_version=authorizer.auth_payload_format_version or "1.0",
        identity_sources=(sources,) if isinstance(sources, str) else tuple(sources),
        simple_responses=bool(authorizer.enable_simple_response),
        ttl_s=int(authorizer.auth_result_ttl or 0),
        credentials_arn=authorizer.auth_creds_arn or None,
        issuer=str(token.get("issuer") or token.get("Issuer") or ""),
        audience=tuple(token.get("audience") or token.get("Audience") or ()),
    )


def _cors(given: Mapping[str, Any] | None) -> Cors | None:
    if not given:
        return None
    return Cors(
        origins=tuple(given.get("allowOrigins") or ()),
        methods=tuple(given.get("allowMethods") or ()),
        headers=tuple(given.get("allowHeaders") or ()),
        expose=tuple(given.get("exposeHeaders") or ()),
        credentials=bool(given.get("allowCredentials")),
        max_age_s=given.get("maxAge"),
    )
