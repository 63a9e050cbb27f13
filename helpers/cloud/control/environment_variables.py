"""Environment variables of a function: reserved names and the 4 KB limit.

Models what CreateFunction and UpdateFunctionConfiguration refuse. The pattern of names is a
constraint of the API model and checked before (functions.py). Left out: encryption with a KMS key.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (reserved names, limit);
troubleshooting-deployment.html (what counts towards 4 KB); messages as in public reports.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.facts import load_facts

NAME_PATTERN = "[a-zA-Z]([a-zA-Z0-9_])+"

RESERVED_NAMES = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_MAX_CONCURRENCY",
        "AWS_LAMBDA_METADATA_API",
        "AWS_LAMBDA_METADATA_TOKEN",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    }
)

REFUSAL = (
    "Lambda was unable to configure your environment variables because the environment variables "
    "you have provided "
)


def check_environment_variables(variables: Mapping[str, str]) -> None:
    """Raise InvalidParameterValueException for reserved names or more than 4 KB."""
    reserved = [name for name in variables if name in RESERVED_NAMES]
    if reserved:
        message = "contains reserved keys that are currently not supported for modification. "
        listed = f"Reserved keys used in this request: {', '.join(reserved)}"
        raise InvalidParameterValueException(REFUSAL + message + listed)
    size = measured_bytes(variables)
    if size > load_facts().quota("environment_variables_max"):
        message = f"exceeded the 4KB limit. Measured size: {size} bytes"
        raise InvalidParameterValueException(REFUSAL + message)


def measured_bytes(variables: Mapping[str, str]) -> int:
    """Return what counts towards 4 KB: the map as JSON, with its quotes, commas and brackets."""
    text = json.dumps(dict(variables), separators=(",", ":"), ensure_ascii=False)
    return len(text.encode())
