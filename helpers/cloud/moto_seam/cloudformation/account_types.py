"""Roles, secrets, alarms and log filters.

Source:
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.cloud.moto_seam.cloudformation.resource_types import (
    Made,
    Properties,
    ResourceType,
    json_text,
)


def _grant(made: Made, before: Properties | None = None) -> None:
    name, old = made.facts["RoleName"], before or {}
    if before is not None:
        trust = json_text(made.properties["AssumeRolePolicyDocument"])
        made.call("UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=trust)
    wanted = set(made.properties.get("ManagedPolicyArns", []))
    for arn in set(old.get("ManagedPolicyArns", [])) - wanted:
        made.call("DetachRolePolicy", RoleName=name, PolicyArn=arn)
    for arn in sorted(wanted):
        made.call("AttachRolePolicy", RoleName=name, PolicyArn=arn)
    inline = {each["PolicyName"]: each for each in made.properties.get("Policies", [])}
    for each in old.get("Policies", []):
        if each["PolicyName"] not in inline:
            made.call("DeleteRolePolicy", RoleName=name, PolicyName=each["PolicyName"])
    for each in inline.values():
        made.call(
            "PutRolePolicy",
            RoleName=name,
            PolicyName=each["PolicyName"],
            PolicyDocument=_with_version(each["PolicyDocument"]),
        )


def _with_version(document: Any) -> str:
    """Return a policy as text; SAM's policy templates leave the version out."""
    if isinstance(document, dict):
        document = {"Version": "2012-10-17", **document}
    return json_text(document)


def _revoke(made: Made) -> None:
    name = made.facts["RoleName"]
    for each in made.call("ListAttachedRolePolicies", RoleName=name)["AttachedPolicies"]:
        made.call("DetachRolePolicy", RoleName=name, PolicyArn=each["PolicyArn"])
    for policy in made.call("ListRolePolicies", RoleName=name)["PolicyNames"]:
        made.call("DeleteRolePolicy", RoleName=name, PolicyName=policy)


def _secret(properties: Properties) -> Properties:
    rest = dict(properties)
    rest.pop("GenerateSecretString", None)
    return rest


def _generate(made: Made) -> None:
    wanted: dict[str, Any] | None = made.properties.get("GenerateSecretString")
    if wanted is None:
        return
    rest = dict(wanted)
    template, key = rest.pop("SecretStringTemplate", None), rest.pop("GenerateStringKey", None)
    password = made.call("GetRandomPassword", **rest)["RandomPassword"]
    value = json.dumps({**json.loads(template), key: password}) if template and key else password
    made.call("PutSecretValue", SecretId=made.facts["ARN"], SecretString=value)


def _delete_alarm(made: Made) -> None:
    made.call("DeleteAlarms", AlarmNames=[made.facts["AlarmName"]])


TYPES = (
    ResourceType(
        "AWS::IAM::Role",
        "iam",
        create="CreateRole",
        delete="DeleteRole",
        identity={"RoleName": "{RoleName}"},
        ref="{RoleName}",
        attributes={"Arn": "{Arn}", "RoleId": "{RoleId}"},
        name_property="RoleName",
        own=("ManagedPolicyArns", "Policies"),
        made=_grant,
        changed=_grant,
        removed=_revoke,
        fixed=("RoleName", "Path"),
    ),
    ResourceType(
        "AWS::SecretsManager::Secret",
        "secretsmanager",
        create="CreateSecret",
        update="UpdateSecret",
        delete="DeleteSecret",
        identity={"SecretId": "{ARN}"},
        ref="{ARN}",
        attributes={"Id": "{ARN}"},
        name_property="Name",
        prepare=_secret,
        made=_generate,
        fixed=("Name",),
    ),
    ResourceType(
        "AWS::SecretsManager::RotationSchedule",
        "secretsmanager",
        create="RotateSecret",
        update="RotateSecret",
        delete="CancelRotateSecret",
        identity={"SecretId": "{SecretId}"},
        ref="{ARN}",
        prepare=lambda properties: {
            name: value for name, value in properties.items() if name != "HostedRotationLambda"
        },
        fixed=("SecretId",),
    ),
    ResourceType(
        "AWS::SecretsManager::ResourcePolicy",
        "secretsmanager",
        create="PutResourcePolicy",
        update="PutResourcePolicy",
        delete="DeleteResourcePolicy",
        identity={"SecretId": "{SecretId}"},
        ref="{SecretId}",
        fixed=("SecretId",),
    ),
    ResourceType(
        "AWS::CloudWatch::Alarm",
        "cloudwatch",
        create="PutMetricAlarm",
        update="PutMetricAlarm",
        identity={"AlarmName": "{AlarmName}"},
        ref="{AlarmName}",
        attributes={"Arn": "arn:aws:cloudwatch:{Region}:{Account}:alarm:{AlarmName}"},
        name_property="AlarmName",
        removed=_delete_alarm,
        fixed=("AlarmName",),
    ),
    ResourceType(
        "AWS::CloudWatch::CompositeAlarm",
        "cloudwatch",
        create="PutCompositeAlarm",
        update="PutCompositeAlarm",
        identity={"AlarmName": "{AlarmName}"},
        ref="{AlarmName}",
        attributes={"Arn": "arn:aws:cloudwatch:{Region}:{Account}:alarm:{AlarmName}"},
        name_property="AlarmName",
        removed=_delete_alarm,
        fixed=("AlarmName",),
    ),
    ResourceType(
        "AWS::Logs::SubscriptionFilter",
        "logs",
        create="PutSubscriptionFilter",
        update="PutSubscriptionFilter",
        delete="DeleteSubscriptionFilter",
        identity={"logGroupName": "{LogGroupName}", "filterName": "{FilterName}"},
        ref="{FilterName}",
        name_property="FilterName",
        fixed=("LogGroupName", "FilterName"),
    ),
    ResourceType(
        "AWS::Logs::MetricFilter",
        "logs",
        create="PutMetricFilter",
        update="PutMetricFilter",
        delete="DeleteMetricFilter",
        identity={"logGroupName": "{LogGroupName}", "filterName": "{FilterName}"},
        ref="{FilterName}",
        name_property="FilterName",
        fixed=("LogGroupName", "FilterName"),
    ),
)
