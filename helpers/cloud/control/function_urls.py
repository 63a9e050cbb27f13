"""The API of function URLs: create, get, update, delete, list.

Source: docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html and its siblings;
the API model's constraints.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from helpers.cloud.clock import Clock
from helpers.cloud.control.asked import asked_of, members_of
from helpers.cloud.control.constraints import Constraints
from helpers.cloud.errors import (
    InvalidParameterValueException,
    InvalidRequestContentException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from helpers.cloud.http_fronts.address import FrontKind, public_url
from helpers.cloud.http_fronts.cors import Cors
from helpers.cloud.http_fronts.function_urls import (
    AuthType,
    FunctionUrl,
    FunctionUrls,
    InvokeMode,
    new_url_id,
)
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.registry import Key, Registry

PATH = re.compile(r"/2021-10-31/functions/([^/]+)/(url|urls)")
QUALIFIER = r"((?!^\d+$)^[0-9a-zA-Z-_]+$)"
NO_FUNCTION = "Function does not exist"
NO_URL = "The resource you requested does not exist."
PAGE = 50
MAX_AGE_S = 86_400
LISTS = {
    # member of Cors: most entries, least and most characters of each
    "AllowHeaders": (100, 0, 1024),
    "AllowMethods": (6, 0, 6),
    "AllowOrigins": (100, 1, 253),
    "ExposeHeaders": (100, 0, 1024),
}


@dataclass(frozen=True, slots=True)
class FunctionUrlsApi:
    """Answers the function URL operations; `endpoint` is where this cloud listens."""

    urls: FunctionUrls
    registry: Registry
    clock: Clock
    endpoint: str
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError, which the gateway renders."""
        asked = asked_of(PATH, request, region=region, account_id=self.account_id)
        match, key, query = asked.match, asked.key, asked.arguments
        if match[2] == "urls":
            return self._list(key, query)
        qualifier = asked.agreed_qualifier()
        members = members_of(request.body) if request.method in ("POST", "PUT") else {}
        if request.method in ("GET", "DELETE"):
            _check_members({}, qualifier, creating=False)
        if request.method == "POST":
            document = self._document(self._create(key, qualifier, members), written=True)
            del document["LastModifiedTime"]
            return json_answer(201, document)
        if request.method == "PUT":
            updated = self._update(key, qualifier, members)
            return json_answer(200, self._document(updated, written=True))
        url = self.urls.get(key, qualifier)
        if url is None:
            raise ResourceNotFoundException(NO_URL)
        if request.method == "DELETE":
            self.urls.delete(key, qualifier)
            return HttpAnswer(204, [])
        return json_answer(200, self._document(url))

    def _create(self, key: Key, qualifier: str | None, members: Mapping[str, Any]) -> FunctionUrl:
        _check_members(members, qualifier, creating=True)
        self._check_function(key, qualifier)
        now = self.clock.now()
        url = FunctionUrl(
            id=new_url_id(),
            key=key,
            qualifier=qualifier,
            auth_type=AuthType(members["AuthType"]),
            invoke_mode=_mode(members),
            cors=_cors(members.get("Cors")),
            created=now,
            modified=now,
        )
        if not self.urls.put(url, new=True):
            raise ResourceConflictException(
                f"Failed to create function url config for [functionArn = {url.function_arn}]. "
                "Error message:  FunctionUrlConfig exists for this Lambda function"
            )
        try:
            self._check_function(key, qualifier)  # it may have been deleted meanwhile
        except ResourceNotFoundException:
            self.urls.delete(key, qualifier)
            raise
        return url

    def _update(self, key: Key, qualifier: str | None, members: Mapping[str, Any]) -> FunctionUrl:
        _check_members(members, qualifier, creating=False)
        self._check_function(key, qualifier)
        old = self.urls.get(key, qualifier)
        if old is None:
            raise ResourceNotFoundException(NO_URL)
        cors = members.get("Cors")
        url = replace(
            old,
            auth_type=AuthType(members.get("AuthType") or old.auth_type),
            invoke_mode=_mode(members) or old.invoke_mode,
            cors=old.cors if cors is None else _cors(cors),
            modified=self.clock.now(),
        )
        self.urls.put(url)
        return url

    def _list(self, key: Key, query: Mapping[str, str]) -> HttpAnswer:
        if self.registry.get(key) is None:
            raise ResourceNotFoundException(NO_FUNCTION)
        first, count = query.get("Marker", "0"), query.get("MaxItems", str(PAGE))
        if not first.isdecimal() or not count.isdecimal():
            raise InvalidParameterValueException(f"The Marker {first} is not valid.")
        constraints = Constraints()
        constraints.number("maxItems", int(count), at_least=1, at_most=PAGE)
        constraints.raise_if_broken()
        every = self.urls.of_function(key)
        until = int(first) + int(count)
        page = [self._document(url) for url in every[int(first) : until]]
        following = {"NextMarker": str(until)} if until < len(every) else {}
        return json_answer(200, {"FunctionUrlConfigs": page, **following})

    def _check_function(self, key: Key, qualifier: str | None) -> None:
        function = self.registry.get(key)
        if function is None or (qualifier and qualifier not in function.aliases):
            raise ResourceNotFoundException(NO_FUNCTION)

    def _document(self, url: FunctionUrl, *, written: bool = False) -> dict[str, Any]:
        """Return a URL as the API shows it; the default mode is told to who reads, not writes."""
        mode = url.invoke_mode or (None if written else InvokeMode.BUFFERED)
        cors = {} if url.cors is None else {"Cors": _cors_document(url.cors)}
        return {
            "FunctionUrl": public_url(self.endpoint, FrontKind.LAMBDA_URL, url.id),
            "FunctionArn": url.function_arn,
            "AuthType": str(url.auth_type),
            **cors,
            "CreationTime": _moment(url.created),
            "LastModifiedTime": _moment(url.modified),
            **({} if mode is None else {"InvokeMode": str(mode)}),
        }


def _mode(members: Mapping[str, Any]) -> InvokeMode | None:
    given = members.get("InvokeMode")
    return InvokeMode(given) if given else None


def _check_members(members: Mapping[str, Any], qualifier: str | None, *, creating: bool) -> None:
    broken = Constraints()
    broken.pattern("qualifier", qualifier, QUALIFIER)
    broken.length("qualifier", qualifier, at_least=1, at_most=128)
    if creating:
        broken.required("authType", members.get("AuthType"))
    broken.one_of("authType", members.get("AuthType"), (AuthType.NONE, AuthType.AWS_IAM))
    modes = (InvokeMode.RESPONSE_STREAM, InvokeMode.BUFFERED)
    broken.one_of("invokeMode", members.get("InvokeMode"), modes)
    broken.raise_if_broken()
    cors = members.get("Cors")
    if cors is not None:
        _check_cors(cors)


def _check_cors(cors: Any) -> None:
    if not isinstance(cors, dict):
        raise InvalidRequestContentException("Could not parse request body into json: Cors")
    broken = Constraints()
    for member, (most, shortest, longest) in LISTS.items():
        values = cors.get(member)
        if values is None:
            continue
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            raise InvalidRequestContentException(
                f"Could not parse request body into json: {member}"
            )
        place = f"cors.{member[0].lower()}{member[1:]}"
        broken.items(place, values, at_most=most)
        for number, value in enumerate(values, start=1):
            broken.length(f"{place}.{number}.member", value, at_least=shortest, at_most=longest)
    if not isinstance(cors.get("AllowCredentials"), bool | None):
        raise InvalidRequestContentException("Could not parse request body into json: Cors")
    age = cors.get("MaxAge")
    if age is not None and (isinstance(age, bool) or not isinstance(age, int)):
        raise InvalidRequestContentException("Could not parse request body into json: MaxAge")
    broken.number("cors.maxAge", age, at_least=0, at_most=MAX_AGE_S)
    broken.raise_if_broken()


def _cors(given: Mapping[str, Any] | None) -> Cors | None:
    """Return a configuration; an empty one takes it away."""
    if not given:
        return None
    return Cors(
        origins=tuple(given.get("AllowOrigins") or ()),
        methods=tuple(given.get("AllowMethods") or ()),
        headers=tuple(given.get("AllowHeaders") or ()),
        expose=tuple(given.get("ExposeHeaders") or ()),
        credentials=given.get("AllowCredentials"),
        max_age_s=given.get("MaxAge"),
    )


def _cors_document(cors: Cors) -> dict[str, Any]:
    document = {
        "AllowCredentials": cors.credentials,
        "AllowHeaders": list(cors.headers) or None,
        "AllowMethods": list(cors.methods) or None,
        "AllowOrigins": list(cors.origins) or None,
        "ExposeHeaders": list(cors.expose) or None,
        "MaxAge": cors.max_age_s,
    }
    return {name: value for name, value in document.items() if value is not None}


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
