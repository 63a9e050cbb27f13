"""Custom::* and AWS::CloudFormation::CustomResource: resources that a function of yours makes.

The function, or a topic, gets a request with a link; the stack goes on when an answer was put
there. Source:
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref.html.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from helpers.cloud.moto_seam.around import Around
from helpers.cloud.moto_seam.cloudformation.events import AbandonedError
from helpers.cloud.moto_seam.cloudformation.intrinsics import as_text
from helpers.cloud.moto_seam.cloudformation.resource_types import (
    FailedRequestError,
    Made,
    Properties,
    ResourceType,
)

TIMEOUT_S = 3600
"""How long CloudFormation waits, unless ServiceTimeout says less."""
OF_THE_KIT = ("ServiceTimeout",)
NO_RESPONSE = (
    "CloudFormation did not receive a response from your Custom Resource. Please check your logs "
    "for requestId [{}]. If you are using the Python cfn-response module, you may need to update "
    "your Lambda function code so that CloudFormation can attach the updated version."
)


def custom_type(name: str, around: Around) -> ResourceType:
    """Return the row of a type of custom resources."""
    return ResourceType(
        name,
        "lambda",
        create="",
        ref="{PhysicalResourceId}",
        made=lambda made: _create(made, around),
        changed=lambda made, before: _update(made, before, around),
        removed=lambda made: _delete(
            made, made.properties, made.facts["PhysicalResourceId"], around
        ),
        fixed=("ServiceToken",),
        open_attributes=True,
    )


def _create(made: Made, around: Around) -> None:
    made.facts["PhysicalResourceId"] = ""
    _take(made, _ask(made, around, "Create", made.properties))


def _update(made: Made, before: Properties, around: Around) -> None:
    old_id = made.facts["PhysicalResourceId"]
    old = {"PhysicalResourceId": old_id, "OldResourceProperties": _as_sent(before)}
    _take(made, _ask(made, around, "Update", made.properties, **old))
    if made.facts["PhysicalResourceId"] != old_id:
        _delete(made, before, old_id, around)


def _delete(made: Made, properties: Properties, physical_id: str, around: Around) -> None:
    if physical_id:  # a resource that never got one was never made
        _ask(made, around, "Delete", properties, PhysicalResourceId=physical_id)


def _take(made: Made, answer: dict[str, Any]) -> None:
    made.facts["PhysicalResourceId"] = str(answer["PhysicalResourceId"])
    made.facts["Attributes"] = _flat(answer.get("Data") or {})


def _flat(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return attributes by their dotted names too."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        found[f"{prefix}{name}"] = value
        if isinstance(value, dict):
            found.update(_flat(value, f"{prefix}{name}."))
    return found


def _ask(
    made: Made, around: Around, kind: str, properties: Properties, **more: Any
) -> dict[str, Any]:
    """Send a request and wait for its answer; raises FailedRequestError in CloudFormation's words.

    A failed creation remembers the physical id, so that what is half made is deleted.
    """
    request_id, link = str(uuid.uuid4()), around.responses.expect()
    request = {
        "RequestType": kind,
        "ServiceToken": properties.get("ServiceToken"),
        "ResponseURL": link.url,
        "StackId": made.facts["StackId"],
        "RequestId": request_id,
        "LogicalResourceId": made.facts["LogicalId"],
        "ResourceType": made.row.name,
        "ResourceProperties": _as_sent(properties),
        **more,
    }
    limit_s = float(properties.get("ServiceTimeout", TIMEOUT_S))
    try:
        _send(made, str(properties.get("ServiceToken")), json.dumps(request))
        answer = link.wait(around.clock.lapsed(limit_s))
    finally:
        around.responses.forget(link)
    if link.forgotten:
        raise AbandonedError(made.facts["StackId"])
    if answer is None:
        raise FailedRequestError(NO_RESPONSE.format(request_id))
    return _checked(made, answer, request_id)


def _checked(made: Made, answer: dict[str, Any], request_id: str) -> dict[str, Any]:
    status, physical_id = answer.get("Status"), answer.get("PhysicalResourceId")
    if status not in ("SUCCESS", "FAILED"):
        reason = answer.get("Reason") if status == "INVALID" else "Invalid Status"
        raise FailedRequestError(f"Invalid Response object: {reason}")
    if physical_id and not made.facts["PhysicalResourceId"]:
        made.facts["PhysicalResourceId"] = str(physical_id)
    if status == "FAILED":
        raise FailedRequestError(
            "Received response status [FAILED] from custom resource. Message returned: "
            f"{answer.get('Reason') or ''} (RequestId: {request_id})"
        )
    if not physical_id:
        raise FailedRequestError("Invalid PhysicalResourceId")
    return answer


def _send(made: Made, token: str, request: str) -> None:
    service = token.split(":")[2] if token.count(":") > 2 else ""
    if service not in SENDERS:
        raise FailedRequestError("Invalid service token.")
    SENDERS[service](made, token, request)


def _invoke(made: Made, token: str, request: str) -> None:
    made.call("Invoke", FunctionName=token, InvocationType="Event", Payload=request.encode())


def _publish(made: Made, token: str, request: str) -> None:
    subject = "AWS CloudFormation custom resource request"
    client = made.calls.client("sns", made.facts["Region"])
    client.publish(TopicArn=token, Subject=subject, Message=request)


SENDERS: dict[str, Callable[[Made, str, str], None]] = {"lambda": _invoke, "sns": _publish}


def _as_sent(properties: Properties) -> Any:
    """Return properties as requests carry them: every number and truth value is text."""
    return _texts({name: each for name, each in properties.items() if name not in OF_THE_KIT})


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _texts(each) for name, each in value.items()}
    return [_texts(each) for each in value] if isinstance(value, list) else as_text(value)
