"""AWS::CloudFormation::Stack: a stack in a stack.

Source:
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html.
"""

from __future__ import annotations

import time
from typing import Any

from helpers.cloud.moto_seam.cloudformation.intrinsics import as_text
from helpers.cloud.moto_seam.cloudformation.resource_types import (
    FailedRequestError,
    Made,
    Properties,
    ResourceType,
)

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_AT_CREATION = ("TimeoutInMinutes",)


def _asked(properties: Properties) -> Properties:
    given = properties.get("Parameters", {})
    return {
        **{name: value for name, value in properties.items() if name not in _AT_CREATION},
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": as_text(value)}
            for name, value in given.items()
        ],
        "Capabilities": CAPABILITIES,  # whoever made the outer stack has acknowledged them
    }


def _created(made: Made) -> None:
    _settle(made, "CREATE_COMPLETE", "created")


def _changed(made: Made, _before: Properties) -> None:
    parameters = _asked(made.properties)
    try:
        made.call("UpdateStack", **{**parameters, "StackName": made.facts["StackId"]})
    except made.client.exceptions.ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
        return
    _settle(made, "UPDATE_COMPLETE", "updated")


def _deleted(made: Made) -> None:
    made.call("DeleteStack", StackName=made.facts["StackId"])
    found = _ended(made)
    if found["StackStatus"] == "DELETE_FAILED":
        raise FailedRequestError(f"Embedded stack {made.facts['StackId']} was not deleted.")


def _settle(made: Made, wanted: str, verb: str) -> None:
    found = _ended(made)
    if found["StackStatus"] != wanted:
        reason = _reason(made)
        message = f"Embedded stack {found['StackId']} was not successfully {verb}: {reason}"
        raise FailedRequestError(message)
    outputs = found.get("Outputs", [])
    made.facts["Attributes"] = {
        f"Outputs.{each['OutputKey']}": each["OutputValue"] for each in outputs
    }


def _reason(made: Made) -> str:
    events = made.call("DescribeStackEvents", StackName=made.facts["StackId"])["StackEvents"]
    reasons = [each.get("ResourceStatusReason", "") for each in events]
    return next((reason for reason in reasons if reason.startswith("The following")), "")


def _ended(made: Made) -> dict[str, Any]:
    while True:
        [found] = made.call("DescribeStacks", StackName=made.facts["StackId"])["Stacks"]
        if not found["StackStatus"].endswith("_IN_PROGRESS"):
            return dict(found)
        time.sleep(0.1)


TYPES = (
    ResourceType(
        "AWS::CloudFormation::Stack",
        "cloudformation",
        create="CreateStack",
        ref="{StackId}",
        name_property="StackName",
        own=_AT_CREATION,
        prepare=_asked,
        made=_created,
        changed=_changed,
        removed=_deleted,
        open_attributes=True,
    ),
)
