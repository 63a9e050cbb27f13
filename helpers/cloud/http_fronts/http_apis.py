"""What an HTTP API is when a request arrives: stages with their routes, as facts.

Names are API Gateway's own. Source: docs.aws.amazon.com/apigatewayv2/latest/api-reference/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from helpers.cloud.http_fronts.cors import Cors

DEFAULT = "$default"
"""The stage without a prefix, and the route for what no other takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """Where a route leads: AWS_PROXY to a function, or HTTP_PROXY to an address.

    `subtype` names another service's operation, such as SQS-SendMessage. `request_parameters` map a
    request, `response_parameters` an answer by its status;
    `timeout_s` are real seconds.
    """

    type: str
    uri: str
    subtype: str = ""
    method: str = "POST"
    payload_version: str = "1.0"
    timeout_s: float = 30.0
    credentials_arn: str | None = None
    request_parameters: Mapping[str, str] = field(default_factory=dict)
    response_parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorizer:
    """Who is asked about a request: a function (REQUEST), or a token's issuer (JWT)."""

    id: str
    type: str
    uri: str = ""
    payload_version: str = "1.0"
    identity_sources: Sequence[str] = ()
    simple_responses: bool = False
    ttl_s: int = 0
    credentials_arn: str | None = None
    issuer: str = ""
    audience: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A route: "GET /pets/{id}" or $default, who may take it, and where it leads."""

    key: str
    integration: Integration | None
    authorization: str = "NONE"
    authorizer: Authorizer | None = None
    scopes: Sequence[str] = ()

    @property
    def method(self) -> str:
        """The method, or ANY."""
        return self.key.partition(" ")[0] if " " in self.key else "ANY"

    @property
    def path(self) -> str:
        """The path with its variables; $default for that route."""
        return self.key.partition(" ")[2] or self.key


@dataclass(frozen=True, slots=True)
class Throttle:
    """Requests per second and burst of a route."""

    rate: float
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage: the routes that are live there, and its settings."""

    name: str
    routes: Sequence[Route] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    throttles: Mapping[str, Throttle] = field(default_factory=dict)
    log_group_arn: str = ""
    log_format: str = ""

    def throttle(self, route_key: str) -> Throttle | None:
        """Return the limit of a route: its own, or the stage's."""
        return self.throttles.get(route_key) or self.throttles.get("")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpApi:
    """An HTTP API as it is now; `disabled` when its own endpoint was switched off."""

    id: str
    region: str
    account_id: str
    stages: Mapping[str, Stage]
    cors: Cors | None = None
    disabled: bool = False

    def stage_of(self, path: str) -> tuple[Stage | None, str, str]:
        """Return the stage that a raw path means, the path its routes see, and the event's.

        The first segment names a stage, if there is one of that name; else it is $default.
        """
        first, _, rest = path.lstrip("/").partition("/")
        if first in (DEFAULT, "%24default"):
            return self.stages.get(DEFAULT), f"/{rest}", f"/{rest}"
        stage = self.stages.get(first)
        if stage is not None:
            return stage, f"/{rest}", path
        return self.stages.get(DEFAULT), path, path


class HttpApis(Protocol):
    """Who knows the HTTP APIs of the account."""

    def exists(self, api_id: str) -> bool:
        """Tell whether an HTTP API has this id."""

    def find(self, api_id: str) -> HttpApi | None:
        """Return an API as it is now, or None."""
