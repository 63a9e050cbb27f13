"""What requests of API Gateway's own API hold, and its errors."""

from __future__ import annotations

from typing import Any

from helpers.cloud.errors import AwsError
from helpers.cloud.json_text import read_json


def members(body: bytes) -> dict[str, Any]:
    """Return the members of a request; raises AwsError."""
    try:
        found = read_json(body or b"{}")
    except ValueError as error:
        raise bad_request("Invalid request input") from error
    if not isinstance(found, dict):
        raise bad_request("Invalid request input")
    for name in ("headers", "multiValueHeaders", "stageVariables"):
        if not isinstance(found.get(name) or {}, dict):
            raise bad_request("Invalid request input")
    if not all(isinstance(v, list) for v in (found.get("multiValueHeaders") or {}).values()):
        raise bad_request("Invalid request input")
    operations = found.get("patchOperations") or []
    if not isinstance(operations, list) or not all(isinstance(o, dict) for o in operations):
        raise bad_request("Invalid request input")
    return found


def bad_request(message: str) -> AwsError:
    """Return the error of a request that makes no sense."""
    return AwsError(message, code="BadRequestException", http_status=400)


def not_found(message: str) -> AwsError:
    """Return the error of a name that means nothing."""
    return AwsError(message, code="NotFoundException", http_status=404)
