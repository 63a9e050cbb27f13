"""What $request, $context and $stageVariables mean for one call of an HTTP API.

Used by parameter mapping, identity sources and access logs. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html and
http-api-logging-variables.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.events.http_call import PROTOCOL, SOURCE_IP, HttpCall, combined, query_pairs
from helpers.cloud.json_text import read_json

REFERENCE = re.compile(r"\$\{?((?:request|context|stageVariables|response)(?:\.[\w$-]+)+)\}?")


@dataclass(slots=True)
class CallVariables:
    """The variables of one call; `known` are $context members that only its end tells."""

    call: HttpCall
    known: dict[str, str] = field(default_factory=dict)
    response: Mapping[str, Any] = field(default_factory=dict)

    def value(self, reference: str) -> str | None:
        """Return what a reference means, None for nothing: "request.header.x", without $."""
        kind, _, name = reference.partition(".")
        if kind == "stageVariables":
            return (self.call.stage_variables or {}).get(name)
        if kind == "context":
            return self._context(name)
        if kind == "response":
            return self._response(name)
        return self._request(name)

    def filled(self, text: str) -> str:
        """Return a text with each reference replaced; unknown ones become nothing."""
        return REFERENCE.sub(lambda found: self.value(found[1]) or "", text)

    def _request(self, name: str) -> str | None:
        place, _, member = name.partition(".")
        request = self.call.request
        if place == "header":
            return request.headers.get(member.lower())
        if place == "querystring":
            return combined(query_pairs(request.query)).get(member)
        if place == "path":
            return (self.call.path_parameters or {}).get(member) if member else self.call.path
        if place == "body":
            return body_member(request.body, member)
        return None

    def _response(self, name: str) -> str | None:
        place, _, member = name.partition(".")
        if place == "header":
            headers: Mapping[str, str] = self.response.get("header", {})
            return headers.get(member.lower())
        if place == "body":
            return body_member(self.response.get("body", b""), member)
        return None

    def _context(self, name: str) -> str | None:
        call = self.call
        values: dict[str, object] = {
            "accountId": call.account_id,
            "apiId": call.api_id,
            "domainName": call.domain_name,
            "domainPrefix": call.domain_prefix,
            "extendedRequestId": call.request_id,
            "httpMethod": call.request.method,
            "identity.sourceIp": SOURCE_IP,
            "identity.userAgent": call.user_agent,
            "path": call.path,
            "protocol": PROTOCOL,
            "requestId": call.request_id,
            "requestTime": call.time,
            "requestTimeEpoch": call.time_ms,
            "routeKey": call.route_key,
            "stage": call.stage,
        }
        if name.startswith("authorizer."):
            return self._authorizer(name.partition(".")[2])
        value = self.known.get(name, values.get(name))
        return None if value is None else str(value)

    def _authorizer(self, name: str) -> str | None:
        given = self.call.authorizer or {}
        if name.startswith("claims."):
            found = given.get("jwt", {}).get("claims", {}).get(name.partition(".")[2])
        else:
            found = given.get("lambda", {}).get(name, given.get(name))
        return None if found is None else str(found)


def body_member(body: bytes, path: str) -> str | None:
    """Return a member of a JSON body by its dotted path; the whole body for an empty path."""
    if not path:
        return body.decode(errors="replace")
    try:
        found: Any = read_json(body)
    except ValueError:
        return None
    for name in path.split("."):
        if not isinstance(found, dict) or name not in found:
            return None
        found = found[name]
    return found if isinstance(found, str) else json.dumps(found)
