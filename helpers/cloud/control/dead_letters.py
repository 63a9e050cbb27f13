"""Whether a dead-letter target may be configured: it exists, and the role may send there.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html (DLQ).
"""

from __future__ import annotations

from collections.abc import Callable

from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.invoke.failure_path import ACTIONS
from helpers.cloud.ports import Authorizer, Targets


def dead_letter_check(targets: Targets, authorizer: Authorizer) -> Callable[[str, str], None]:
    """Return the check of a target ARN and a role ARN; it raises in AWS's words."""

    def check(arn: str, role_arn: str) -> None:
        service = arn.split(":")[2] if arn.count(":") >= 5 else ""
        if service not in ("sqs", "sns") or arn.endswith(".fifo"):
            raise InvalidParameterValueException(
                "The provided target ARN is not a standard SQS queue or a standard SNS topic: "
                f"{arn}"
            )
        action = ACTIONS[service]
        if targets.missing(arn) or authorizer.role_may(role_arn, action, arn) is not None:
            raise InvalidParameterValueException(
                "The provided execution role does not have permissions to call "
                f"{action.split(':')[1]} on {service.upper()}"
            )

    return check
