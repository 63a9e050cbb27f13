"""What API Gateway answers by itself: gateway responses, the defaults and the API's own.

Source: docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from helpers.cloud.http_fronts.rest.deployment import GatewayResponse
from helpers.cloud.http_fronts.templates import (
    MappingInput,
    TemplateError,
    read_path,
    render_mapping,
    text_of,
)
from helpers.cloud.http_messages import HttpAnswer

JSON_TYPE = "application/json"
DEFAULT = '{"message":$context.error.messageString}'
_CAPITAL = '{"Message":$context.error.messageString}'

TYPES = {
    "ACCESS_DENIED": (403, "AccessDeniedException"),
    "API_CONFIGURATION_ERROR": (500, "InternalServerErrorException"),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": (500, "AuthorizerFailureException"),
    "BAD_REQUEST_BODY": (400, "BadRequestException"),
    "BAD_REQUEST_PARAMETERS": (400, "BadRequestException"),
    "EXPIRED_TOKEN": (403, "ExpiredTokenException"),
    "INTEGRATION_FAILURE": (504, "InternalServerErrorException"),
    "INTEGRATION_TIMEOUT": (504, "InternalServerErrorException"),
    "INVALID_API_KEY": (403, "ForbiddenException"),
    "INVALID_SIGNATURE": (403, "InvalidSignatureException"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "MissingAuthenticationTokenException"),
    "QUOTA_EXCEEDED": (429, "LimitExceededException"),
    "REQUEST_TOO_LARGE": (413, "RequestTooLargeException"),
    "RESOURCE_NOT_FOUND": (404, "NotFoundException"),
    "THROTTLED": (429, "TooManyRequestsException"),
    "UNAUTHORIZED": (401, "UnauthorizedException"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "BadRequestException"),
    "WAF_FILTERED": (403, "ForbiddenException"),
    "DEFAULT_4XX": (400, "BadRequestException"),
    "DEFAULT_5XX": (500, "InternalServerErrorException"),
}
"""By response type: the status it has by default, and what x-amzn-ErrorType says."""


class RefusedError(Exception):
    """API Gateway answers by itself: one of TYPES, with a message (None is JSON's null).

    `status` and `error_type` are set where the type's own do not fit.
    """

    def __init__(
        self,
        type: str,  # noqa: A002
        message: str | None,
        *,
        status: int | None = None,
        error_type: str | None = None,
        detail: str = "",
    ) -> None:
        """Keep them; `detail` says why, for records and test logs, never for callers."""
        super().__init__(detail or message or type)
        own = TYPES[type]
        self.type = type
        self.message = message
        self.status = status or own[0]
        self.error_type = error_type or own[1]
        self.detail = detail or message or type


def internal_error(detail: str, status: int = 500) -> RefusedError:
    """Return the refusal that says no more than "Internal server error"."""
    return RefusedError("DEFAULT_5XX", "Internal server error", status=status, detail=detail)


def render_refusal(
    refused: RefusedError,
    responses: Mapping[str, GatewayResponse],
    context: Mapping[str, Any],
    given: MappingInput,
    stage_variables: Mapping[str, str],
) -> HttpAnswer:
    """Return the answer: the API's own response of this type, of all 4XX or 5XX, or AWS's."""
    wide = "DEFAULT_4XX" if refused.status < 500 else "DEFAULT_5XX"
    own = responses.get(refused.type)
    chosen = own or responses.get(wide) or GatewayResponse()
    error = {
        "message": refused.message,
        "messageString": json.dumps(refused.message, ensure_ascii=False),
        "responseType": refused.type,
    }
    seen = {**context, "error": error}
    template = DEFAULT if refused.type != "ACCESS_DENIED" else _CAPITAL
    kind = JSON_TYPE
    if chosen.templates:
        kind = _accepted(chosen.templates, given.header)
        template = chosen.templates[kind]
    try:
        body = render_mapping(template, given, {**seen}, stage_variables)
    except TemplateError:
        body = ""
    headers = [("Content-Type", kind), ("x-amzn-ErrorType", refused.error_type)]
    for name, source in chosen.parameters.items():
        value = _parameter(source, seen, given, stage_variables)
        if name.startswith("gatewayresponse.header.") and value is not None:
            headers = [pair for pair in headers if pair[0].lower() != name[23:].lower()]
            headers.append((name.removeprefix("gatewayresponse.header."), value))
    return HttpAnswer(chosen.status_code or refused.status, headers, body.encode())


def _accepted(templates: Mapping[str, str], header: Mapping[str, str]) -> str:
    accept = {name.lower(): value for name, value in header.items()}.get("accept", "")
    wanted = [kind.partition(";")[0].strip() for kind in accept.split(",")]
    known = [kind for kind in (*wanted, JSON_TYPE) if kind in templates]
    return known[0] if known else next(iter(templates))


def _parameter(
    source: str, context: Mapping[str, Any], given: MappingInput, variables: Mapping[str, str]
) -> str | None:
    if source.startswith("'") and source.endswith("'"):
        return source[1:-1]
    space, _, rest = source.partition(".")
    if space == "context":
        found = read_path(dict(context), f"$.{rest}")
        return None if found is None else text_of(found)
    if space == "stageVariables":
        return variables.get(rest)
    _, _, rest = rest.partition(".")  # method.request.header.Name
    where, _, name = rest.partition(".")
    return dict(getattr(given, where, {})).get(name) if where in _PLACES else None


_PLACES = ("header", "querystring", "path")
