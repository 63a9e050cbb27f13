"""Tables, log groups, state machines and event buses, changed in place so that they keep data.

Source:
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html.
"""

from __future__ import annotations

import json
import re
from typing import Any

from helpers.cloud.moto_seam.cloudformation.intrinsics import as_text
from helpers.cloud.moto_seam.cloudformation.resource_types import (
    Made,
    Properties,
    ResourceType,
    json_text,
)

_TTL = "TimeToLiveSpecification"
_TABLE_OWN = (
    _TTL,
    "PointInTimeRecoverySpecification",
    "ContributorInsightsSpecification",
    "KinesisStreamSpecification",
    "ResourcePolicy",
    "ImportSourceSpecification",
)
_STREAM = "StreamSpecification"
_TABLE_UPDATES = ("BillingMode", "ProvisionedThroughput", "DeletionProtectionEnabled")
_SUBSTITUTED = re.compile(r"\$\{(\w+)\}")
_DEFINITIONS = (
    "Definition",
    "DefinitionString",
    "DefinitionS3Location",
    "DefinitionSubstitutions",
)
_MACHINE_OWN = ("Tags",)


def _table(properties: Properties) -> Properties:
    rest = dict(properties)
    if _STREAM in rest:
        rest[_STREAM] = {"StreamEnabled": True, **_view(rest[_STREAM])}
    encryption = rest.get("SSESpecification")
    if encryption:
        kept = {name: value for name, value in encryption.items() if name != "SSEEnabled"}
        rest["SSESpecification"] = {**kept, "Enabled": encryption.get("SSEEnabled")}
    return rest


def _view(stream: Properties) -> Properties:
    return {"StreamViewType": stream["StreamViewType"]}


def _expire(made: Made, before: Properties | None = None) -> None:
    name, wanted = made.facts["TableName"], made.properties.get(_TTL)
    if wanted and wanted != (before or {}).get(_TTL):
        made.call("UpdateTimeToLive", TableName=name, TimeToLiveSpecification=wanted)
    table = made.call("DescribeTable", TableName=name)["Table"]
    made.facts["TableArn"] = table["TableArn"]
    made.facts["StreamArn"] = table.get("LatestStreamArn", "")


def _change_table(made: Made, before: Properties) -> None:
    name, now = made.facts["TableName"], made.properties
    settings = {k: now[k] for k in _TABLE_UPDATES if k in now and now[k] != before.get(k)}
    if settings:
        made.call("UpdateTable", TableName=name, **settings)
    if now.get(_STREAM) != before.get(_STREAM):
        if _STREAM in before:
            made.call("UpdateTable", TableName=name, StreamSpecification={"StreamEnabled": False})
        if _STREAM in now:
            stream = {"StreamEnabled": True, **_view(now[_STREAM])}
            made.call("UpdateTable", TableName=name, StreamSpecification=stream)
    _change_indexes(made, before)
    _expire(made, before)


def _change_indexes(made: Made, before: Properties) -> None:
    old = {each["IndexName"]: each for each in before.get("GlobalSecondaryIndexes", [])}
    new = {each["IndexName"]: each for each in made.properties.get("GlobalSecondaryIndexes", [])}
    for index in sorted({*old, *new}):
        if old.get(index) == new.get(index):
            continue
        update = {"Create": new[index]} if index in new else {"Delete": {"IndexName": index}}
        made.call(
            "UpdateTable",
            TableName=made.facts["TableName"],
            AttributeDefinitions=made.properties["AttributeDefinitions"],
            GlobalSecondaryIndexUpdates=[update],
        )


def _keep(made: Made, before: Properties | None = None) -> None:
    name, days = made.facts["LogGroupName"], made.properties.get("RetentionInDays")
    if days:
        made.call("PutRetentionPolicy", logGroupName=name, retentionInDays=days)
    elif (before or {}).get("RetentionInDays"):
        made.call("DeleteRetentionPolicy", logGroupName=name)


def _machine(properties: Properties) -> Properties:
    rest = {name: value for name, value in properties.items() if name not in _DEFINITIONS}
    name = rest.pop("StateMachineName")
    kind = rest.pop("StateMachineType", "STANDARD")
    return {"name": name, "type": kind, **rest}


def _define(made: Made, _before: Properties | None = None) -> None:
    """Give a state machine its definition, which may be text, an object or an object in S3."""
    made.call("UpdateStateMachine", **_definition(made))


def _create_machine(made: Made) -> None:
    given = {k: v for k, v in made.properties.items() if k not in _MACHINE_OWN}
    tags = [{"key": t["Key"], "value": t["Value"]} for t in made.properties.get("Tags", [])]
    text = _text_of(made)
    answer = made.call("CreateStateMachine", **_machine(given), definition=text, tags=tags)
    made.facts["StateMachineArn"] = answer["stateMachineArn"]


def _definition(made: Made) -> dict[str, Any]:
    known = ("RoleArn", "LoggingConfiguration", "TracingConfiguration")
    settings = {name: made.properties[name] for name in known if name in made.properties}
    arn = made.facts["StateMachineArn"]
    return {"stateMachineArn": arn, "definition": _text_of(made), **settings}


def _text_of(made: Made) -> str:
    given = made.properties
    place = given.get("DefinitionS3Location")
    if place:
        named = {key: place[key] for key in ("Bucket", "Key")}
        if "Version" in place:
            named["VersionId"] = place["Version"]
        client = made.calls.client("s3", made.facts["Region"])
        text = client.get_object(**named)["Body"].read().decode()
    elif "Definition" in given:
        text = json.dumps(given["Definition"])
    else:
        text = json_text(given["DefinitionString"])
    values = given.get("DefinitionSubstitutions", {})
    return _SUBSTITUTED.sub(
        lambda found: as_text(values[found[1]]) if found[1] in values else found[0], text
    )


TYPES = (
    ResourceType(
        "AWS::DynamoDB::Table",
        "dynamodb",
        create="CreateTable",
        delete="DeleteTable",
        identity={"TableName": "{TableName}"},
        ref="{TableName}",
        attributes={"Arn": "{TableArn}", "StreamArn": "{StreamArn}"},
        name_property="TableName",
        own=_TABLE_OWN,
        prepare=_table,
        made=_expire,
        changed=_change_table,
        fixed=("TableName", "KeySchema", "LocalSecondaryIndexes"),
    ),
    ResourceType(
        "AWS::Logs::LogGroup",
        "logs",
        create="CreateLogGroup",
        delete="DeleteLogGroup",
        identity={"logGroupName": "{LogGroupName}"},
        ref="{LogGroupName}",
        attributes={"Arn": "arn:aws:logs:{Region}:{Account}:log-group:{LogGroupName}:*"},
        name_property="LogGroupName",
        own=("RetentionInDays", "DataProtectionPolicy"),
        made=_keep,
        changed=_keep,
        fixed=("LogGroupName",),
    ),
    ResourceType(
        "AWS::StepFunctions::StateMachine",
        "stepfunctions",
        create="",
        delete="DeleteStateMachine",
        identity={"stateMachineArn": "{StateMachineArn}"},
        ref="{StateMachineArn}",
        attributes={"Arn": "{StateMachineArn}", "Name": "{StateMachineName}"},
        name_property="StateMachineName",
        own=_MACHINE_OWN,
        made=_create_machine,
        changed=_define,
        fixed=("StateMachineName", "StateMachineType"),
    ),
)
