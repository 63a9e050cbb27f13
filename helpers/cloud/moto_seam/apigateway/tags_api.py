"""Tags of REST APIs, usage plans and API keys; moto has those of stages.

Source: docs.aws.amazon.com/apigateway/latest/api/API_TagResource.html.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, unquote

from helpers.cloud.http_fronts.rest.requests import bad_request, members, not_found
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID

TAGGED = re.compile(r"/tags/arn:aws:apigateway:([\w-]+)::/(restapis|usageplans|apikeys)/([^/]+)")
KEPT_IN = {"restapis": "apis", "usageplans": "usage_plans", "apikeys": "keys"}


class TagsApi:
    """Answers GetTags, TagResource and UntagResource; keeps nothing of its own."""

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is about tags of one of these."""
        return TAGGED.fullmatch(unquote(request.path)) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError, which the gateway renders."""
        match = TAGGED.fullmatch(unquote(request.path))
        assert match is not None
        target = _target(match[1], match[2], match[3])
        if target is None or match[1] != region:
            raise not_found("Invalid resource specified in the ARN")
        if request.method == "GET":
            return json_answer(200, {"tags": dict(target.tags or {})})
        if request.method == "PUT":
            given = members(request.body).get("tags")
            if not isinstance(given, dict):
                raise bad_request("Invalid request input")
            target.tags = {**(target.tags or {}), **given}
        else:
            gone = parse_qs(request.query).get("tagKeys", [])
            target.tags = {n: v for n, v in (target.tags or {}).items() if n not in gone}
        return HttpAnswer(204, [])


def _target(region: str, kind: str, identifier: str) -> Any:
    from moto.apigateway.models import apigateway_backends

    return getattr(apigateway_backends[ACCOUNT_ID][region], KEPT_IN[kind]).get(identifier)
