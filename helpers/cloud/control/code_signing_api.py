"""The API of code signing configurations, and of which function has which.

Source: docs.aws.amazon.com/lambda/latest/api/API_CreateCodeSigningConfig.html and its neighbours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from helpers.cloud.control.asked import arguments_of, asked_of, members_of
from helpers.cloud.control.code_signing import CodeSigning
from helpers.cloud.control.constraints import Constraints
from helpers.cloud.control.paging import page
from helpers.cloud.control.tags import check_tags
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.registry import Registry

CONFIGS = re.compile(r"/2020-04-22/code-signing-configs(?:/([^/]+)(/functions)?)?/?")
TAGS = re.compile(r"/2017-03-31/tags/([^/]+(?::|%3A)code-signing-config(?::|%3A)[^/]+)/?")
OF_FUNCTION = re.compile(r"/2020-06-30/functions/([^/]+)/code-signing-config/?")
ARN = (
    r"arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:"
    r"code-signing-config:csc-[a-z0-9]{17}"
)


@dataclass(frozen=True, slots=True)
class CodeSigningApi:
    """Answers the operations of code signing; lives with the cloud."""

    signing: CodeSigning
    registry: Registry
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return any(path.fullmatch(request.path) for path in (CONFIGS, OF_FUNCTION, TAGS))

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError where AWS answers with one."""
        tagged = TAGS.fullmatch(request.path)
        if tagged is not None:
            return self._tags(request, unquote(tagged[1]))
        match = CONFIGS.fullmatch(request.path)
        if match is None:
            return self._of_function(request, region)
        if match[1] is None:
            return self._all(request, (self.account_id, region))
        arn = unquote(match[1])
        _check_arn(arn)
        if match[2]:
            self.signing.get(arn)
            functions = self.signing.functions_of(arn)
            return json_answer(200, page("FunctionArns", functions, arguments_of(request.query)))
        if request.method == "DELETE":
            self.signing.delete(arn)
            return HttpAnswer(204, [])
        if request.method == "PUT":
            held = self.signing.update(arn, members_of(request.body))
        else:
            held = self.signing.get(arn)
        return json_answer(200, {"CodeSigningConfig": held.document()})

    def _tags(self, request: HttpRequest, arn: str) -> HttpAnswer:
        tags = self.signing.tags(arn)
        if request.method == "GET":
            return json_answer(200, {"Tags": tags})
        if request.method == "POST":
            tags |= check_tags(members_of(request.body).get("Tags"), tags)
        for name in parse_qs(request.query).get("tagKeys", ()):
            tags.pop(name, None)
        return HttpAnswer(204, [])

    def _all(self, request: HttpRequest, place: tuple[str, str]) -> HttpAnswer:
        if request.method == "POST":
            made = self.signing.create(place, members_of(request.body))
            return json_answer(201, {"CodeSigningConfig": made.document()})
        shown = [held.document() for held in self.signing.of_region(place)]
        return json_answer(200, page("CodeSigningConfigs", shown, arguments_of(request.query)))

    def _of_function(self, request: HttpRequest, region: str) -> HttpAnswer:
        asked = asked_of(OF_FUNCTION, request, region=region, account_id=self.account_id)
        if request.method == "PUT":
            arn = members_of(request.body).get("CodeSigningConfigArn")
            _check_arn(arn)
            self.signing.check_known(str(arn))  # which AWS tells before it misses the function
            self.registry.resolve(asked.key, None)
            self.signing.attach(asked.key, str(arn))
        else:
            self.registry.resolve(asked.key, None)
        if request.method == "DELETE":
            self.signing.detach(asked.key)
            return HttpAnswer(204, [])
        held = self.signing.of(asked.key)
        shown = {"CodeSigningConfigArn": held, "FunctionName": asked.key[2]} if held else {}
        return json_answer(200, shown)


def _check_arn(arn: str | None) -> None:
    constraints = Constraints()
    constraints.required("codeSigningConfigArn", arn)
    constraints.pattern("codeSigningConfigArn", arn, ARN)
    constraints.raise_if_broken()
