"""The API of asynchronous invocation's settings: put, update, get, list and delete.

Put replaces all settings, update changes those given. A destination must exist, and the execution
role must be allowed to send there, when it is configured.

Source: docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, unquote

from helpers.cloud.clock import Clock
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.errors import (
    AwsError,
    InvalidParameterValueException,
    ResourceNotFoundException,
    ValidationException,
)
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.invoke import EventInvokeConfig, EventInvokeConfigs
from helpers.cloud.invoke.failure_path import ACTIONS
from helpers.cloud.model import LATEST, FunctionVersion
from helpers.cloud.ports import Authorizer, Targets
from helpers.cloud.registry import Key, Registry

PATH = re.compile(r"/2019-09-25/functions/([^/]+)/event-invoke-config(/list)?")
ARN = re.compile(r"arn:aws[a-z-]*:(sqs|sns|lambda|events|s3):[a-z0-9-]*:\d*:.+")


@dataclass(frozen=True, slots=True)
class EventInvokeConfigsApi:
    """Answers the event-invoke-config operations; lives with the cloud."""

    configs: EventInvokeConfigs
    registry: Registry
    targets: Targets
    authorizer: Authorizer
    clock: Clock
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; AWS's errors are answers too."""
        try:
            return self._answer(request, region)
        except AwsError as error:
            rendered = error.rest_json()
            return HttpAnswer(rendered.http_status, [*rendered.headers.items()], rendered.body)

    def _answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        match = PATH.fullmatch(request.path)
        assert match is not None
        named = parse_function_name(unquote(match[1]))
        key = (named.account_id or self.account_id, named.region or region, named.name)
        qualifier = parse_qs(request.query).get("Qualifier", [named.qualifier])[0]
        function = self.registry.resolve(key, None if match[2] else qualifier)
        if match[2]:
            every = self.configs.of_function(key)
            listed = [_document(function, q, config) for q, config in sorted(every.items())]
            return json_answer(200, {"FunctionEventInvokeConfigs": listed})
        if request.method in ("PUT", "POST"):
            return self._change(request, key, qualifier, function)
        if request.method == "DELETE":
            if not self.configs.delete(key, qualifier):
                raise _missing(function, qualifier)
            return HttpAnswer(204, [])
        config = self.configs.get(key, qualifier)
        if config is None:
            raise _missing(function, qualifier)
        return json_answer(200, _document(function, qualifier, config))

    def _change(
        self, request: HttpRequest, key: Key, qualifier: str | None, function: FunctionVersion
    ) -> HttpAnswer:
        old = self.configs.get(key, qualifier)
        if request.method == "POST" and old is None:
            raise _missing(function, qualifier)
        base = old if request.method == "POST" and old is not None else EventInvokeConfig()
        config = replace(
            _changed(base, json.loads(request.body or b"{}")), modified=self.clock.now()
        )
        for member, arn in (("OnSuccess", config.on_success), ("OnFailure", config.on_failure)):
            if arn:
                self._check_destination(function, member, arn)
        self.configs.put(key, qualifier, config)
        return json_answer(200, _document(function, qualifier, config))

    def _check_destination(self, function: FunctionVersion, member: str, arn: str) -> None:
        match = ARN.fullmatch(arn)
        if match is None or arn.endswith(".fifo") or (match[1] == "s3" and member == "OnSuccess"):
            raise InvalidParameterValueException(
                f"The provided destination config DestinationConfig({member.lower()}="
                f"{member}(destination={arn})) is invalid."
            )
        if self.targets.missing(arn):
            raise InvalidParameterValueException(
                f"The destination ARN {arn} is invalid: it does not exist."
            )
        action = ACTIONS[match[1]]
        resource = f"{arn}/*" if match[1] == "s3" else arn
        if self.authorizer.role_may(function.role_arn, action, resource) is not None:
            raise InvalidParameterValueException(
                f"The function's execution role does not have permissions to call "
                f"{action.split(':')[1]} on {arn}"
            )


def _changed(base: EventInvokeConfig, members: Mapping[str, Any]) -> EventInvokeConfig:
    retries, age_s = members.get("MaximumRetryAttempts"), members.get("MaximumEventAgeInSeconds")
    _between("maximumRetryAttempts", retries, 0, 2)
    _between("maximumEventAgeInSeconds", age_s, 60, 21_600)
    changed = replace(
        base,
        retries=base.retries if retries is None else retries,
        age_s=base.age_s if age_s is None else age_s,
    )
    if members.get("DestinationConfig") is None:
        return changed
    given = members["DestinationConfig"]
    return replace(
        changed,
        on_success=(given.get("OnSuccess") or {}).get("Destination") or None,
        on_failure=(given.get("OnFailure") or {}).get("Destination") or None,
    )


def _between(member: str, value: Any, least: int, most: int) -> None:
    if value is None or least <= value <= most:
        return
    word, bound = ("greater", least) if value < least else ("less", most)
    raise ValidationException(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
        f"constraint: Member must have value {word} than or equal to {bound}"
    )


def _document(
    function: FunctionVersion, qualifier: str | None, config: EventInvokeConfig
) -> dict[str, Any]:
    destinations = {"OnSuccess": config.on_success, "OnFailure": config.on_failure}
    document: dict[str, Any] = {
        "LastModified": config.modified,
        "FunctionArn": f"{function.arn}:{qualifier or LATEST}",
        "DestinationConfig": {
            member: {"Destination": arn} if arn else {} for member, arn in destinations.items()
        },
    }
    if config.retries is not None:
        document["MaximumRetryAttempts"] = config.retries
    if config.age_s is not None:
        document["MaximumEventAgeInSeconds"] = config.age_s
    return document


def _missing(function: FunctionVersion, qualifier: str | None) -> ResourceNotFoundException:
    return ResourceNotFoundException(
        f"The function {function.arn}:{qualifier or LATEST} doesn't have an EventInvokeConfig"
    )
