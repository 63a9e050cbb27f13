"""Stages and deployments of one HTTP API, kept on moto's objects.

A deployment holds the routes of its moment; a stage without autoDeploy shows the deployment that
it was given. Source: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from helpers.cloud.clock import Clock
from helpers.cloud.moto_seam.http_apis.catalog import (
    DEPLOYED,
    Deployment,
    deployments_of,
    routes_of,
)
from helpers.cloud.moto_seam.http_apis.checks import bad_request, conflict, not_found

NAME = re.compile(r"\$default|[A-Za-z0-9_-]{1,128}")
SETTINGS = {
    "accessLogSettings": "access_log_settings",
    "autoDeploy": "auto_deploy",
    "defaultRouteSettings": "default_route_settings",
    "description": "description",
    "routeSettings": "route_settings",
    "stageVariables": "stage_variables",
}
"""Members that UpdateStage changes, and moto's attributes."""

Document = dict[str, Any]


class Stages:
    """Answers about the stages and deployments of one of moto's APIs, for one request."""

    def __init__(self, api: Any, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    def create(self, _: str, body: Mapping[str, Any]) -> Document:
        """Create a stage."""
        name = body.get("stageName")
        if not isinstance(name, str) or NAME.fullmatch(name) is None:
            raise bad_request("Stage name only allows a-zA-Z0-9_- and $default")
        if name in self._api.stages:
            raise conflict(f"Stage {name} already exists")
        deployment_id = self._known(body.get("deploymentId"))
        stage = self._api.create_stage(dict(body))
        setattr(stage, DEPLOYED, deployment_id)
        if stage.auto_deploy:
            self._deploy_to(stage, "Automatic deployment triggered by changes to the Api")
        return self._document(stage)

    def update(self, name: str, body: Mapping[str, Any]) -> Document:
        """Change a stage's settings, or give it another deployment."""
        stage = self._stage(name)
        deployment_id = self._known(body.get("deploymentId"))
        if deployment_id and (body.get("autoDeploy") or stage.auto_deploy):
            raise bad_request("Deployment ID cannot be set on a stage with autoDeploy enabled")
        if body.get("autoDeploy") is False and stage.auto_deploy:
            self._deploy_to(stage, "")  # what was live stays live
        for member, attribute in SETTINGS.items():
            if member in body:
                setattr(stage, attribute, body[member])
        if deployment_id:
            setattr(stage, DEPLOYED, deployment_id)
        stage.updated = self._clock.today().replace(tzinfo=None)  # moto's moments have no zone
        return self._document(stage)

    def show(self, name: str, _: Mapping[str, Any]) -> Document:
        """Return one stage, or all of them."""
        if name:
            return self._document(self._stage(name))
        return {"items": [self._document(stage) for stage in self._api.stages.values()]}

    def delete(self, name: str, _: Mapping[str, Any]) -> Document:
        """Delete a stage."""
        self._stage(name)
        self._api.delete_stage(name)
        return {}

    def delete_setting(self, name: str, rest: str) -> None:
        """Delete the access log settings or one route's settings of a stage."""
        stage = self._stage(name)
        if rest == "/accesslogsettings":
            stage.access_log_settings = None
        elif rest.startswith("/routesettings/"):
            stage.route_settings.pop(unquote(rest.removeprefix("/routesettings/")), None)
        else:
            raise not_found(f"Unknown resource {rest}")

    def deploy(self, _: str, body: Mapping[str, Any]) -> Document:
        """Create a deployment, and make it live at a stage if one is named."""
        name = body.get("stageName")
        stage = self._stage(name) if name else None
        if stage is not None and stage.auto_deploy:
            raise bad_request("Deployments cannot be made to a stage with autoDeploy enabled")
        deployment = self._new(str(body.get("description") or ""))
        if stage is not None:
            setattr(stage, DEPLOYED, deployment.id)
        return _shown(deployment)

    def redescribe(self, identifier: str, body: Mapping[str, Any]) -> Document:
        """Change a deployment's description."""
        deployment = self._deployment(identifier)
        deployment.description = str(body.get("description") or "")
        return _shown(deployment)

    def show_deployment(self, identifier: str, _: Mapping[str, Any]) -> Document:
        """Return one deployment, or all of them, the newest first."""
        if identifier:
            return _shown(self._deployment(identifier))
        every = reversed(deployments_of(self._api).values())
        return {"items": [_shown(deployment) for deployment in every]}

    def forget_deployment(self, identifier: str, _: Mapping[str, Any]) -> Document:
        """Delete a deployment that no stage shows."""
        self._deployment(identifier)
        if any(getattr(s, DEPLOYED, None) == identifier for s in self._api.stages.values()):
            raise bad_request("Active stages pointing to this deployment must be moved or deleted")
        del deployments_of(self._api)[identifier]
        return {}

    def _deploy_to(self, stage: Any, description: str) -> None:
        if self._api.routes:
            setattr(stage, DEPLOYED, self._new(description).id)

    def _new(self, description: str) -> Deployment:
        if not self._api.routes:
            raise bad_request("At least one route is required before deploying the Api.")
        created = self._clock.today().strftime("%Y-%m-%dT%H:%M:%SZ")
        identifier = secrets.token_hex(3)
        deployment = Deployment(identifier, created, description, routes_of(self._api))
        deployments_of(self._api)[identifier] = deployment
        return deployment

    def _known(self, identifier: Any) -> str | None:
        if identifier is None:
            return None
        return self._deployment(str(identifier)).id

    def _deployment(self, identifier: str) -> Deployment:
        found = deployments_of(self._api).get(identifier)
        if found is None:
            raise not_found(f"Invalid Deployment identifier specified {identifier}")
        return found

    def _stage(self, name: str) -> Any:
        stage = self._api.stages.get(name)
        if stage is None:
            raise not_found("Invalid stage identifier specified")
        return stage

    def _document(self, stage: Any) -> Document:
        deployment_id = getattr(stage, DEPLOYED, None)
        identified = {"deploymentId": deployment_id} if deployment_id else {}
        shown = {"apiGatewayManaged": None, **stage.to_json(), **identified}
        return {name: value for name, value in shown.items() if value is not None}


def _shown(deployment: Deployment) -> Document:
    return {
        "autoDeployed": deployment.description.startswith("Automatic deployment"),
        "createdDate": deployment.created,
        "deploymentId": deployment.id,
        "deploymentStatus": "DEPLOYED",
        "description": deployment.description,
    }
