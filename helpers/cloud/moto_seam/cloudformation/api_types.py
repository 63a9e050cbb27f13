"""AWS::ApiGateway::* and AWS::ApiGatewayV2::*: REST APIs and HTTP APIs.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApiGateway.html and
AWS_ApiGatewayV2.html.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.cloud.moto_seam.cloudformation.resource_types import Made, Properties, ResourceType

_INTEGRATION = "Integration"
_RESPONSES = "IntegrationResponses"
_METHOD = ("RestApiId", "ResourceId", "HttpMethod")


def _rest_api(properties: Properties) -> Properties:
    rest = {name: value for name, value in properties.items() if name not in ("Body", "Mode")}
    described = properties.get("Body", {}).get("info", {})
    return {"Name": described.get("title") or "api", **rest}


def _load_definition(made: Made, _before: Properties | None = None) -> None:
    body = made.properties.get("Body")
    if body:
        definition = json.dumps(body).encode()
        made.call("PutRestApi", restApiId=made.facts["Id"], mode="overwrite", body=definition)
    resources = made.call("GetResources", restApiId=made.facts["Id"])["items"]
    made.facts["RootResourceId"] = next(each["id"] for each in resources if each["path"] == "/")


def _method(properties: Properties) -> Properties:
    own = (_INTEGRATION, "MethodResponses")
    return {name: value for name, value in properties.items() if name not in own}


def _integrate(made: Made, before: Properties | None = None) -> None:
    names = {name: made.properties[name] for name in _METHOD}
    if before is not None:
        made.call("DeleteMethod", **names)
        made.call("PutMethod", **_method(made.properties))
    for each in made.properties.get("MethodResponses", []):
        made.call("PutMethodResponse", **names, **each)
    integration: dict[str, Any] = dict(made.properties.get(_INTEGRATION, {}))
    if not integration:
        return
    responses = integration.pop(_RESPONSES, [])
    made.call("PutIntegration", **names, **integration)
    for each in responses:
        made.call("PutIntegrationResponse", **names, **each)


def _deployment(properties: Properties) -> Properties:
    described = dict(properties)
    stage = described.pop("StageDescription", {})
    return {**described, **{k: v for k, v in stage.items() if k in ("Variables", "Description")}}


def _stage_change(made: Made, before: Properties) -> None:
    operations = [
        {"op": "replace", "path": f"/{name[:1].lower()}{name[1:]}", "value": str(value)}
        for name, value in made.properties.items()
        if name in ("DeploymentId", "Description") and value != before.get(name)
    ]
    for name, value in made.properties.get("Variables", {}).items():
        operations.append({"op": "replace", "path": f"/variables/{name}", "value": str(value)})
    if operations:
        names = {name: made.properties[name] for name in ("RestApiId", "StageName")}
        made.call("UpdateStage", **names, patchOperations=operations)


def _usage_plan(properties: Properties) -> Properties:
    return {("Name" if name == "UsagePlanName" else name): v for name, v in properties.items()}


def _http_api(properties: Properties) -> Properties:
    if "Body" not in properties:
        return {name: value for name, value in properties.items() if name != "FailOnWarnings"}
    described = properties["Body"].get("info", {})
    return {
        "Name": properties.get("Name") or described.get("title") or "api",
        "ProtocolType": "HTTP",
        "CorsConfiguration": properties.get("CorsConfiguration"),
        "Tags": properties.get("Tags"),
    }


def _load_http_definition(made: Made, _before: Properties | None = None) -> None:
    if "Body" in made.properties:
        body = json.dumps(made.properties["Body"])
        made.call("ReimportApi", ApiId=made.facts["ApiId"], Body=body)


def _v2(kind: str, ref: str, *more: str) -> ResourceType:
    """Return the row of a part of an HTTP API; its operations are all named alike."""
    identity = {"ApiId": "{ApiId}", **{name: f"{{{name}}}" for name in more}}
    updates = kind != "Deployment"
    return ResourceType(
        f"AWS::ApiGatewayV2::{kind}",
        "apigatewayv2",
        create=f"Create{kind}",
        update=f"Update{kind}" if updates else "",
        delete=f"Delete{kind}",
        identity=identity,
        ref=ref,
        own=("AccessLogSettings",) if kind == "Stage" else (),
        fixed=("ApiId", "StageName") if kind == "Stage" else ("ApiId",),
    )


def _v1(kind: str, *, name_property: str = "", **identity: str) -> ResourceType:
    """Return the row of a part of a REST API that is replaced when it changes."""
    return ResourceType(
        f"AWS::ApiGateway::{kind}",
        "apigateway",
        create=f"Create{kind}",
        delete=f"Delete{kind}",
        identity=identity,
        ref="{Id}",
        attributes={f"{kind}Id": "{Id}"},
        name_property=name_property,
    )


TYPES = (
    ResourceType(
        "AWS::ApiGateway::RestApi",
        "apigateway",
        create="CreateRestApi",
        delete="DeleteRestApi",
        identity={"restApiId": "{Id}"},
        ref="{Id}",
        attributes={"RootResourceId": "{RootResourceId}", "RestApiId": "{Id}"},
        own=("FailOnWarnings", "Parameters"),
        prepare=_rest_api,
        made=_load_definition,
        changed=_load_definition,
    ),
    _v1("Resource", restApiId="{RestApiId}", resourceId="{Id}"),
    ResourceType(
        "AWS::ApiGateway::Method",
        "apigateway",
        create="PutMethod",
        delete="DeleteMethod",
        identity={name[:1].lower() + name[1:]: f"{{{name}}}" for name in _METHOD},
        ref="{RestApiId}|{ResourceId}|{HttpMethod}",
        prepare=_method,
        made=_integrate,
        changed=_integrate,
        fixed=("RestApiId", "ResourceId", "HttpMethod"),
    ),
    ResourceType(
        "AWS::ApiGateway::Deployment",
        "apigateway",
        create="CreateDeployment",
        delete="DeleteDeployment",
        identity={"restApiId": "{RestApiId}", "deploymentId": "{Id}"},
        ref="{Id}",
        attributes={"DeploymentId": "{Id}"},
        prepare=_deployment,
    ),
    ResourceType(
        "AWS::ApiGateway::Stage",
        "apigateway",
        create="CreateStage",
        delete="DeleteStage",
        identity={"restApiId": "{RestApiId}", "stageName": "{StageName}"},
        ref="{StageName}",
        own=("MethodSettings", "AccessLogSetting"),
        changed=_stage_change,
        fixed=("RestApiId", "StageName"),
    ),
    _v1("Authorizer", restApiId="{RestApiId}", authorizerId="{Id}"),
    _v1("RequestValidator", restApiId="{RestApiId}", requestValidatorId="{Id}"),
    ResourceType(
        "AWS::ApiGateway::Model",
        "apigateway",
        create="CreateModel",
        delete="DeleteModel",
        identity={"restApiId": "{RestApiId}", "modelName": "{Name}"},
        ref="{Name}",
        name_property="Name",
    ),
    ResourceType(
        "AWS::ApiGateway::GatewayResponse",
        "apigateway",
        create="PutGatewayResponse",
        update="PutGatewayResponse",
        delete="DeleteGatewayResponse",
        identity={"restApiId": "{RestApiId}", "responseType": "{ResponseType}"},
        ref="{RestApiId}|{ResponseType}",
        fixed=("RestApiId", "ResponseType"),
    ),
    ResourceType(
        "AWS::ApiGateway::ApiKey",
        "apigateway",
        create="CreateApiKey",
        delete="DeleteApiKey",
        identity={"apiKey": "{Id}"},
        ref="{Id}",
        attributes={"APIKeyId": "{Id}"},
        name_property="Name",
    ),
    ResourceType(
        "AWS::ApiGateway::UsagePlan",
        "apigateway",
        create="CreateUsagePlan",
        delete="DeleteUsagePlan",
        identity={"usagePlanId": "{Id}"},
        ref="{Id}",
        attributes={"Id": "{Id}"},
        name_property="UsagePlanName",
        prepare=_usage_plan,
    ),
    ResourceType(
        "AWS::ApiGateway::UsagePlanKey",
        "apigateway",
        create="CreateUsagePlanKey",
        delete="DeleteUsagePlanKey",
        identity={"usagePlanId": "{UsagePlanId}", "keyId": "{KeyId}"},
        ref="{KeyId}:{UsagePlanId}",
    ),
    ResourceType(
        "AWS::ApiGatewayV2::Api",
        "apigatewayv2",
        create="CreateApi",
        delete="DeleteApi",
        identity={"ApiId": "{ApiId}"},
        ref="{ApiId}",
        attributes={"ApiId": "{ApiId}", "ApiEndpoint": "{ApiEndpoint}"},
        name_property="Name",
        prepare=_http_api,
        made=_load_http_definition,
        changed=_load_http_definition,
        fixed=("ProtocolType",),
    ),
    _v2("Stage", "{StageName}", "StageName"),
    _v2("Integration", "{IntegrationId}", "IntegrationId"),
    _v2("Route", "{RouteId}", "RouteId"),
    _v2("Authorizer", "{AuthorizerId}", "AuthorizerId"),
    _v2("Deployment", "{DeploymentId}", "DeploymentId"),
)
