"""The wording of AWS's access denied messages.

Source: docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html. S3 quotes the
resource; other services do not. Of a request without a resource, Lambda names "*", others nothing.
SQS writes its actions in small letters, and SNS its own name in capitals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.cloud.policy.document import PolicyType
from helpers.cloud.policy.principal import PrincipalType

if TYPE_CHECKING:
    from helpers.cloud.policy.request import Request

_SPOKEN = {
    PolicyType.IDENTITY: "an identity-based policy",
    PolicyType.BOUNDARY: "a permissions boundary",
    PolicyType.SESSION: "a session policy",
    PolicyType.RESOURCE: "a resource-based policy",
    PolicyType.TRUST: "the role trust policy",
    PolicyType.KEY: "a resource-based policy",
}


def denied_message(request: Request, policy_type: PolicyType, *, explicit: bool) -> str:
    """Say who may not do what, and which policy type denies it or lacks the Allow."""
    who, action = request.principal.arn, _written(request.action)
    if request.principal.type is PrincipalType.ANONYMOUS:
        who = "anonymous"
    text = f"User: {who} is not authorized to perform: {action}{_resource(request)}"
    spoken = _SPOKEN[policy_type]
    if explicit:
        return f"{text} with an explicit deny in {spoken}"
    return f"{text} because no {spoken.split(' ', 1)[1]} allows the {action} action"


def _resource(request: Request) -> str:
    if request.resource == "*" and not request.action.lower().startswith("lambda:"):
        return ""
    quote = '"' if request.action.lower().startswith("s3:") else ""
    return f" on resource: {quote}{request.resource}{quote}"


def _written(action: str) -> str:
    """Return an action as its service writes it in this message."""
    service, _, name = action.partition(":")
    if service == "sqs":
        return action.lower()
    return f"SNS:{name}" if service == "sns" else action
