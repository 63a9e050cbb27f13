"""Tags of functions and mappings: ListTags, TagResource and UntagResource, on moto's storage.

moto takes any ARN, key and number of tags; so these requests never reach it. What it stores stays
moto's, for the Resource Groups Tagging API to find. Tags of code signing configurations lie with
them.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html (restrictions) and the API
reference of the operations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from helpers.cloud.control.constraints import Constraints
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.control.tags import check_tags
from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.moto_seam.awslambda.backend import KitBackend
from helpers.cloud.registry import Registry

PATH = re.compile(r"/2017-03-31/tags/([^/]+)/?")
ARN = (
    r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:"
    r"(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|"
    r"code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:"
    r"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})"
)
MAPPING = ":event-source-mapping:"


@dataclass(frozen=True, slots=True)
class TagsApi:
    """Answers the operations of functions' tags; lives with the cloud."""

    registry: Registry
    backend: Callable[[str, str], KitBackend]
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is about these tags, or names nothing that has any."""
        match = PATH.fullmatch(request.path)
        return match is not None and ":code-signing-config:" not in unquote(match[1])

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError where AWS answers with one."""
        match = PATH.fullmatch(request.path)
        assert match is not None
        arn = unquote(match[1])
        constraints = Constraints()
        constraints.pattern("resource", arn, ARN)
        constraints.raise_if_broken()
        tags, revise = self._tags(arn, region)
        if request.method == "GET":
            return json_answer(200, {"Tags": tags})
        if request.method == "POST":
            tags |= check_tags(json.loads(request.body or b"{}").get("Tags"), tags)
        else:
            keys = parse_qs(request.query).get("tagKeys")
            constraints.required("tagKeys", keys)
            constraints.raise_if_broken()
            for name in keys or ():
                tags.pop(name, None)
        revise()
        return HttpAnswer(204, [])

    def _tags(self, arn: str, region: str) -> tuple[dict[str, str], Callable[[], None]]:
        """Return the tags of a resource, and what to do when they have changed."""
        if MAPPING in arn:
            return self.backend(self.account_id, region).tags_of_mapping(arn), lambda: None
        named = parse_function_name(arn)
        if named.qualifier is not None:
            raise InvalidParameterValueException(
                "Tags on function aliases and versions are not supported. Please specify a "
                "function ARN."
            )
        key = named.key(account_id=self.account_id, region=region)
        self.registry.resolve(key, None)
        function = self.backend(key[0], key[1]).get_function(key[2])
        return function.tags, function.revise
