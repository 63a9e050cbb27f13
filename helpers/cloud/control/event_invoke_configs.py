"""The API of asynchronous invocation's settings: put, update, get, list and delete.

Put replaces all settings, update changes those given. A destination must exist, and the execution
role must be allowed to send there, when it is configured.

Source: docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from helpers.cloud.clock import Clock
from helpers.cloud.control.asked import asked_of, members_of
from helpers.cloud.errors import (
    InvalidParameterValueException,
    InvalidRequestContentException,
    ResourceNotFoundException,
    ValidationException,
)
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.invoke import EventInvokeConfig, EventInvokeConfigs
from helpers.cloud.invoke.failure_path import ACTIONS, destination_resource
from helpers.cloud.model import LATEST, FunctionVersion
from helpers.cloud.ports import Authorizer, Targets
from helpers.cloud.registry import Key, Registry, function_arn

PATH = re.compile(r"/2019-09-25/functions/([^/]+)/event-invoke-config(/list)?")
ARN = re.compile(r"arn:aws[a-z-]*:(sqs|sns|lambda|events|s3):[a-z0-9-]*:\d*:.+")
DESTINATION = (
    r"$|kafka://([^.]([a-zA-Z0-9\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:"
    r"((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)"
)
PAGE = 50


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
        """Answer one request; raises AwsError, which the gateway renders."""
        asked = asked_of(PATH, request, region=region, account_id=self.account_id)
        match, key, query = asked.match, asked.key, asked.arguments
        qualifier = asked.agreed_qualifier()
        if request.method == "DELETE":
            if not self.configs.delete(key, qualifier):
                raise _missing(key, qualifier)
            return HttpAnswer(204, [])
        if match[2] or request.method in ("PUT", "POST"):
            function = self._function(key, None if match[2] else qualifier)
            if match[2]:
                return self._list(key, function, query)
            return self._change(request, key, qualifier, function)
        config = self.configs.get(key, qualifier)
        if config is None:
            raise _missing(key, qualifier)
        return json_answer(200, _document(self._function(key, qualifier), qualifier, config))

    def _function(self, key: Key, qualifier: str | None) -> FunctionVersion:
        try:
            return self.registry.resolve(key, qualifier)
        except ResourceNotFoundException as error:
            raise ResourceNotFoundException("The function doesn't exist.") from error

    def _list(self, key: Key, function: FunctionVersion, query: Mapping[str, str]) -> HttpAnswer:
        first, count = query.get("Marker", "0"), query.get("MaxItems", str(PAGE))
        if not first.isdecimal():
            raise InvalidParameterValueException(f"The Marker {first} is not valid.")
        _between("maxItems", int(count) if count.isdecimal() else count, 1, PAGE)
        every = sorted(self.configs.of_function(key).items())
        until = int(first) + int(count)
        page = [_document(function, q, config) for q, config in every[int(first) : until]]
        following = {"NextMarker": str(until)} if until < len(every) else {}
        return json_answer(200, {"FunctionEventInvokeConfigs": page, **following})

    def _change(
        self, request: HttpRequest, key: Key, qualifier: str | None, function: FunctionVersion
    ) -> HttpAnswer:
        old = self.configs.get(key, qualifier)
        if request.method == "POST" and old is None:
            raise _missing(key, qualifier)
        base = old if request.method == "POST" and old is not None else EventInvokeConfig()
        config = replace(_changed(base, _settings(request.body)), modified=self.clock.now())
        _check_kinds(config)
        for arn in (config.on_success, config.on_failure):
            if arn:
                self._check_destination(function, arn)
        self.configs.put(key, qualifier, config)
        return json_answer(200, _document(function, qualifier, config))

    def _check_destination(self, function: FunctionVersion, arn: str) -> None:
        if arn == function.arn or arn.startswith(f"{function.arn}:"):
            raise InvalidParameterValueException(
                "You can't specify the function as a destination for itself."
            )
        if self.targets.missing(arn):
            raise InvalidParameterValueException(f"The destination ARN {arn} is invalid.")
        action = ACTIONS[arn.split(":")[2]]
        resource = destination_resource(arn, function.name)
        if self.authorizer.role_may(function.role_arn, action, resource) is not None:
            raise InvalidParameterValueException(
                f"The function's execution role does not have permissions to call "
                f"{action.split(':')[1]} on {arn}"
            )


def _settings(body: bytes) -> Mapping[str, Any]:
    """Return the request's settings; raises AWS's error unless there is at least one."""
    members = members_of(body)
    names = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    if all(members.get(name) is None for name in names):
        raise InvalidParameterValueException(
            "You must specify at least one of error handling or destination setting."
        )
    return members


def _check_kinds(config: EventInvokeConfig) -> None:
    """Raise AWS's error unless both destinations are of a kind that may be one."""
    given = {"onSuccess": config.on_success, "onFailure": config.on_failure}
    for member, arn in given.items():
        if arn and not re.fullmatch(DESTINATION, arn):
            raise ValidationException(
                f"1 validation error detected: Value '{arn}' at 'destinationConfig.{member}."
                "destination' failed to satisfy constraint: Member must satisfy regular "
                f"expression pattern: {DESTINATION}"
            )
    kinds = {member: ARN.fullmatch(arn) for member, arn in given.items() if arn}
    if any(kind is None or kind[0].endswith(".fifo") for kind in kinds.values()) or (
        (success := kinds.get("onSuccess")) is not None and success[1] == "s3"
    ):
        shown = ", ".join(
            f"{member}=" + (f"O{member[1:]}(destination={arn})" if arn else "null")
            for member, arn in given.items()
        )
        raise InvalidParameterValueException(
            f"The provided destination config DestinationConfig({shown}) is invalid."
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
    if not isinstance(given, dict):
        raise InvalidRequestContentException("Could not parse request body into json.")
    return replace(
        changed,
        on_success=_destination(given, "OnSuccess", base.on_success),
        on_failure=_destination(given, "OnFailure", base.on_failure),
    )


def _destination(given: Mapping[str, Any], member: str, before: str | None) -> str | None:
    """Return the ARN given for OnSuccess or OnFailure; what is not named stays as it was."""
    if member not in given:
        return before
    arn = (given[member] or {}).get("Destination")
    return str(arn) if arn else None


def _between(member: str, value: Any, least: int, most: int) -> None:
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidRequestContentException(
            f"Could not parse request body into json: '{member}' must be an integer, not {value!r}"
        )
    if least <= value <= most:
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


def _missing(key: Key, qualifier: str | None) -> ResourceNotFoundException:
    arn = function_arn(key, qualifier or LATEST)
    return ResourceNotFoundException(f"The function {arn} doesn't have an EventInvokeConfig")
