"""Whether active tracing may be configured: the execution role may send segments to X-Ray.

Source: docs.aws.amazon.com/lambda/latest/dg/services-xray.html (execution role permissions); the
sentence as AWS's answers in public reports have it.
"""

from __future__ import annotations

from collections.abc import Callable

from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.ports import Authorizer


def tracing_check(authorizer: Authorizer) -> Callable[[str], None]:
    """Return the check of a role ARN; it raises in AWS's words."""

    def check(role_arn: str) -> None:
        if authorizer.role_may(role_arn, "xray:PutTraceSegments", "*") is not None:
            raise InvalidParameterValueException(
                "The provided execution role does not have permissions to call PutTraceSegments "
                "on XRAY"
            )

    return check
