"""AWS::Lambda::Function, by the calls of Lambda's API.

A property that a new template leaves out goes back to its default. Source:
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html.
"""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any

from helpers.cloud.moto_seam.cloudformation.resource_types import (
    FailedRequestError,
    Made,
    Properties,
    ResourceType,
)

RESERVED = "ReservedConcurrentExecutions"
OWN = (RESERVED, "RecursiveLoop", "RuntimeManagementConfig")
DEFAULTS: Properties = {
    "Description": "",
    "Timeout": 3,
    "MemorySize": 128,
    "Environment": {},
    "Layers": [],
    "TracingConfig": {"Mode": "PassThrough"},
    "DeadLetterConfig": {"TargetArn": ""},
    "EphemeralStorage": {"Size": 512},
    "SnapStart": {"ApplyOn": "None"},
    "KmsKeyArn": "",
}
_CODE = ("Code", "Architectures")
_AT_CREATION = ("FunctionName", "PackageType", "Tags", "Publish", *_CODE, *OWN)
SETTLES_WITHIN_S = 120.0
RESPONSE_MODULE = '''"""The module that CloudFormation puts beside a function's inline code."""

import json
import urllib.request

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(
    event, context, responseStatus, responseData,
    physicalResourceId=None, noEcho=False, reason=None,
):
    body = json.dumps({
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }).encode()
    request = urllib.request.Request(
        event["ResponseURL"], body, {"Content-Type": ""}, method="PUT"
    )
    try:
        with urllib.request.urlopen(request) as answer:
            print("Status code:", answer.status)
    except Exception as error:
        print("send(..) failed executing http.client.request(..):", error)
'''


def _function(properties: Properties) -> Properties:
    spec = {**properties, "Code": _code(properties["Code"])}
    return _renamed(spec)


def _renamed(spec: Properties) -> Properties:
    return {("KMSKeyArn" if name == "KmsKeyArn" else name): each for name, each in spec.items()}


def _code(code: Properties) -> Properties:
    """Return code as the API takes it: a template holds the text of index.py."""
    rest = {name: value for name, value in code.items() if name != "SourceKMSKeyArn"}
    if "ZipFile" in rest:
        rest["ZipFile"] = _packed(rest["ZipFile"])
    return rest


def _packed(text: str) -> bytes:
    buffer = io.BytesIO()
    files = {"index.py": text}
    if "cfnresponse" in text:
        files["cfnresponse.py"] = RESPONSE_MODULE
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # the same bytes at any time
    return buffer.getvalue()


def _made(made: Made) -> None:
    _settle(made)
    _concurrency(made, {})
    _recursion(made, {})
    _know(made)


def _changed(made: Made, before: Properties) -> None:
    name, now = made.facts["FunctionName"], made.properties
    settings = {k: v for k, v in now.items() if k not in _AT_CREATION}
    unset = {k: v for k, v in DEFAULTS.items() if k in before and k not in now}
    if unset or any(before.get(k) != v for k, v in settings.items()):
        wanted = _renamed({**unset, **settings})
        made.call("UpdateFunctionConfiguration", FunctionName=name, **wanted)
        _settle(made)
    if any(before.get(part) != now.get(part) for part in _CODE):
        architectures = {k: now[k] for k in ("Architectures",) if k in now}
        code = _code(now["Code"])
        made.call("UpdateFunctionCode", FunctionName=name, **code, **architectures)
        _settle(made)
    _concurrency(made, before)
    _recursion(made, before)
    _tag(made, before)
    _know(made)


def _concurrency(made: Made, before: Properties) -> None:
    name, wanted = made.facts["FunctionName"], made.properties.get(RESERVED)
    if wanted == before.get(RESERVED):
        return
    if wanted is None:
        made.call("DeleteFunctionConcurrency", FunctionName=name)
    else:
        limit = {RESERVED: wanted}
        made.call("PutFunctionConcurrency", FunctionName=name, **limit)


def _recursion(made: Made, before: Properties) -> None:
    wanted = made.properties.get("RecursiveLoop")
    if wanted != before.get("RecursiveLoop"):
        name, value = made.facts["FunctionName"], wanted or "Terminate"
        made.call("PutFunctionRecursionConfig", FunctionName=name, RecursiveLoop=value)


def _tag(made: Made, before: Properties) -> None:
    old, new = _tags(before), _tags(made.properties)
    gone = sorted(set(old) - set(new))
    arn = made.facts["Arn"]
    if gone:
        made.call("UntagResource", Resource=arn, TagKeys=gone)
    if new and new != old:
        made.call("TagResource", Resource=arn, Tags=new)


def _tags(properties: Properties) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in properties.get("Tags", [])}


def _settle(made: Made) -> None:
    """Wait until the function can be used and its last change is in force."""
    deadline = time.monotonic() + SETTLES_WITHIN_S
    while time.monotonic() < deadline:
        found = _configuration(made)
        if "Failed" in (found.get("State"), found.get("LastUpdateStatus")):
            reason = found.get("StateReason") or found.get("LastUpdateStatusReason")
            raise FailedRequestError(str(reason))
        if found.get("State") != "Pending" and found.get("LastUpdateStatus") != "InProgress":
            return
        time.sleep(0.02)


def _know(made: Made) -> None:
    made.facts["Arn"] = _configuration(made)["FunctionArn"]


def _configuration(made: Made) -> dict[str, Any]:
    return made.call("GetFunctionConfiguration", FunctionName=made.facts["FunctionName"])


TYPES = (
    ResourceType(
        "AWS::Lambda::Function",
        "lambda",
        create="CreateFunction",
        delete="DeleteFunction",
        identity={"FunctionName": "{FunctionName}"},
        ref="{FunctionName}",
        attributes={"Arn": "{Arn}"},
        name_property="FunctionName",
        own=OWN,
        prepare=_function,
        made=_made,
        changed=_changed,
        fixed=("FunctionName", "PackageType"),
    ),
)
