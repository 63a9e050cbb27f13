"""What a deployment of a REST API holds: the whole API as it was at that moment.

Changes of resources, methods, authorizers, models, gateway responses and the resource policy are
seen by callers after the next deployment only; stage variables, usage plans and API keys at once.
Source: docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Texts = Mapping[str, str]
MAX_TIMEOUT_MS = 29_000
ANY = "ANY"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationResponse:
    """One answer of an integration: chosen by `selection_pattern`, the default has none."""

    status_code: int
    selection_pattern: str = ""
    templates: Texts = field(default_factory=dict)
    parameters: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """What a method calls: AWS_PROXY, AWS, MOCK, HTTP_PROXY or HTTP."""

    type: str
    uri: str = ""
    http_method: str = "POST"
    credentials: str | None = None
    passthrough: str = "WHEN_NO_MATCH"
    templates: Texts = field(default_factory=dict)
    parameters: Texts = field(default_factory=dict)
    timeout_ms: int = MAX_TIMEOUT_MS
    responses: tuple[IntegrationResponse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorizer:
    """Who decides on callers: TOKEN, REQUEST or COGNITO_USER_POOLS; `ttl_s` 0 keeps nothing."""

    id: str
    name: str
    type: str
    uri: str = ""
    credentials: str | None = None
    identity_source: str = ""
    validation: str = ""
    ttl_s: int = 300
    provider_arns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method of a resource; `parameters` tells which request parameters are required."""

    http_method: str
    authorization: str = "NONE"
    authorizer_id: str | None = None
    scopes: tuple[str, ...] = ()
    api_key_required: bool = False
    parameters: Mapping[str, bool] = field(default_factory=dict)
    models: Texts = field(default_factory=dict)
    validates_body: bool = False
    validates_parameters: bool = False
    integration: Integration | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its path with braces, and its methods by name."""

    id: str
    path: str
    methods: Mapping[str, Method]

    def method(self, name: str) -> Method | None:
        """Return the method for a verb: its own, or ANY."""
        return self.methods.get(name) or self.methods.get(ANY)


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """What API Gateway answers by itself in one case; None and empty leave the default."""

    status_code: int | None = None
    parameters: Texts = field(default_factory=dict)
    templates: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A REST API as it was deployed; models are JSON schemas by name."""

    id: str
    resources: tuple[Resource, ...]
    authorizers: Mapping[str, Authorizer] = field(default_factory=dict)
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    gateway_responses: Mapping[str, GatewayResponse] = field(default_factory=dict)
    binary_media_types: tuple[str, ...] = ()
    policy: str = ""
    key_from_authorizer: bool = False
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Throttle:
    """A rate and burst; None where nothing was set."""

    rate: float | None = None
    burst: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage: the deployment it serves, its variables, and throttles by `path/METHOD`.

    `log_group_arn` is where its access logs go, in `log_format`; without one there are none.
    """

    name: str
    deployment: Deployment
    variables: Texts = field(default_factory=dict)
    throttles: Mapping[str, Throttle] = field(default_factory=dict)
    log_group_arn: str = ""
    log_format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestApi:
    """A REST API and its stages by name."""

    id: str
    region: str
    account_id: str
    stages: Mapping[str, Stage]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePlan:
    """Who may call how much: `stages` are "api:stage", quota counts requests in a period."""

    id: str
    stages: Mapping[str, Mapping[str, Throttle]]
    throttle: Throttle = field(default_factory=Throttle)
    quota_limit: int | None = None
    quota_period: str = "DAY"
    quota_offset: int = 0


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key and the usage plans it belongs to."""

    id: str
    value: str = field(repr=False)
    enabled: bool
    plans: tuple[UsagePlan, ...]


class RestApis(Protocol):
    """The REST APIs of the account, as their control plane keeps them."""

    def find(self, api_id: str) -> RestApi | None:
        """Return an API with what its stages serve; None when there is no such REST API."""

    def undeployed(self, api_id: str) -> Deployment | None:
        """Return an API as it would be deployed now."""

    def api_key(self, region: str, value: str) -> ApiKey | None:
        """Return the API key with this value."""

    def usage_plan(self, region: str, plan_id: str) -> UsagePlan | None:
        """Return a usage plan."""
