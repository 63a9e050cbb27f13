"""AWS::Lambda::*, but for functions, whose creation the Lambda seam binds itself.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html.
"""

from __future__ import annotations

import time

from helpers.cloud.moto_seam.cloudformation.resource_types import Made, Properties, ResourceType

PROVISIONED = "ProvisionedConcurrencyConfig"
SETTLED_WITHIN_S = 20.0


def _alias(properties: Properties) -> Properties:
    routing = properties.get("RoutingConfig")
    if not routing:
        return properties
    weights = {
        each["FunctionVersion"]: float(each["FunctionWeight"])
        for each in routing.get("AdditionalVersionWeights", [])
    }
    return {**properties, "RoutingConfig": {"AdditionalVersionWeights": weights}}


def _provision_version(made: Made) -> None:
    _provision(made, "{Version}")


def _provision_alias(made: Made) -> None:
    _provision(made, "{Name}")


def _provision_alias_anew(made: Made, before: Properties) -> None:
    if PROVISIONED in before and PROVISIONED not in made.properties:
        names = made.named({"FunctionName": "{FunctionName}", "Qualifier": "{Name}"})
        made.call("DeleteProvisionedConcurrencyConfig", **names)
    _provision(made, "{Name}")


def _provision(made: Made, qualifier: str) -> None:
    if PROVISIONED in made.properties:
        names = made.named({"FunctionName": "{FunctionName}", "Qualifier": qualifier})
        made.call("PutProvisionedConcurrencyConfig", **names, **made.properties[PROVISIONED])


def _settle(made: Made) -> None:
    """Wait until a mapping may be changed: a stack is complete when its mappings are."""
    named, until = made.named({"UUID": "{UUID}"}), time.monotonic() + SETTLED_WITHIN_S
    while time.monotonic() < until:
        if made.call("GetEventSourceMapping", **named)["State"] in ("Enabled", "Disabled"):
            return
        time.sleep(SETTLED_WITHIN_S / 1000)


def _settle_again(made: Made, _before: Properties) -> None:
    _settle(made)


def _layer_version(properties: Properties) -> Properties:
    rest = dict(properties)
    name, _, number = str(rest.pop("LayerVersionArn")).rpartition(":")
    return {**rest, "LayerName": name, "VersionNumber": number, "StatementId": "stack"}


def _targeted(properties: Properties) -> Properties:
    rest = dict(properties)
    name = rest.pop("TargetFunctionArn")
    return {**rest, "FunctionName": name}


def _forget_layer_permission(made: Made) -> None:
    named = _layer_version(made.properties)
    made.call(
        "RemoveLayerVersionPermission",
        LayerName=named["LayerName"],
        VersionNumber=named["VersionNumber"],
        StatementId="stack",
    )


TYPES = (
    ResourceType(
        "AWS::Lambda::Version",
        "lambda",
        create="PublishVersion",
        delete="DeleteFunction",
        identity={"FunctionName": "{FunctionName}", "Qualifier": "{Version}"},
        ref="{FunctionArn}",
        attributes={"Version": "{Version}", "FunctionArn": "{FunctionArn}"},
        own=(PROVISIONED, "RuntimePolicy"),
        made=_provision_version,
    ),
    ResourceType(
        "AWS::Lambda::Alias",
        "lambda",
        create="CreateAlias",
        update="UpdateAlias",
        delete="DeleteAlias",
        identity={"FunctionName": "{FunctionName}", "Name": "{Name}"},
        ref="{AliasArn}",
        attributes={"AliasArn": "{AliasArn}"},
        own=(PROVISIONED,),
        prepare=_alias,
        made=_provision_alias,
        changed=_provision_alias_anew,
        fixed=("FunctionName", "Name"),
    ),
    ResourceType(
        "AWS::Lambda::Permission",
        "lambda",
        create="AddPermission",
        delete="RemovePermission",
        identity={"FunctionName": "{FunctionName}", "StatementId": "{StatementId}"},
        ref="{StatementId}",
        attributes={"Id": "{StatementId}"},
        name_property="StatementId",
    ),
    ResourceType(
        "AWS::Lambda::EventSourceMapping",
        "lambda",
        create="CreateEventSourceMapping",
        update="UpdateEventSourceMapping",
        delete="DeleteEventSourceMapping",
        identity={"UUID": "{UUID}"},
        ref="{UUID}",
        attributes={"Id": "{UUID}", "EventSourceMappingArn": "{EventSourceMappingArn}"},
        fixed=(
            "EventSourceArn",
            "StartingPosition",
            "StartingPositionTimestamp",
            "SelfManagedEventSource",
        ),
        made=_settle,
        changed=_settle_again,
        removed=_settle,
    ),
    ResourceType(
        "AWS::Lambda::LayerVersion",
        "lambda",
        create="PublishLayerVersion",
        delete="DeleteLayerVersion",
        identity={"LayerName": "{LayerName}", "VersionNumber": "{Version}"},
        ref="{LayerVersionArn}",
        attributes={"LayerVersionArn": "{LayerVersionArn}"},
        name_property="LayerName",
        shares_name=True,
    ),
    ResourceType(
        "AWS::Lambda::LayerVersionPermission",
        "lambda",
        create="AddLayerVersionPermission",
        ref="{LayerVersionArn}#stack",
        prepare=_layer_version,
        removed=_forget_layer_permission,
    ),
    ResourceType(
        "AWS::Lambda::Url",
        "lambda",
        create="CreateFunctionUrlConfig",
        update="UpdateFunctionUrlConfig",
        delete="DeleteFunctionUrlConfig",
        identity={"FunctionName": "{FunctionArn}"},
        ref="{FunctionArn}",
        attributes={"FunctionUrl": "{FunctionUrl}", "FunctionArn": "{FunctionArn}"},
        prepare=_targeted,
        fixed=("TargetFunctionArn", "Qualifier"),
    ),
    ResourceType(
        "AWS::Lambda::EventInvokeConfig",
        "lambda",
        create="PutFunctionEventInvokeConfig",
        update="PutFunctionEventInvokeConfig",
        delete="DeleteFunctionEventInvokeConfig",
        identity={"FunctionName": "{FunctionName}", "Qualifier": "{Qualifier}"},
        ref="{FunctionName}|{Qualifier}",
        fixed=("FunctionName", "Qualifier"),
    ),
)
