"""Which operation of which service an HTTP request calls.

Models botocore's service models read backwards: the X-Amz-Target header (json), the Action
parameter (query), the path (CBOR), and method, path, query and headers (REST). Source:
botocore's service-2.json files and smithy.io/2.0/spec/http-bindings.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import unquote

from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel, ServiceModel
from moto.core.utils import get_service_model

# Services that sign with another name than botocore's, or share one.
_SIGNING_NAMES: dict[str, tuple[str, ...]] = {
    "apigateway": ("apigateway", "apigatewayv2"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticloadbalancing": ("elbv2", "elb"),
    "email": ("ses",),
    "monitoring": ("cloudwatch",),
    "ses": ("sesv2", "ses"),
    "states": ("stepfunctions",),
}
_BUCKET_HOST = re.compile(
    r"(?P<bucket>[a-z0-9][a-z0-9.-]*?)\.(?:s3[.-][a-z0-9.-]*amazonaws\.com|(?:s3\.)?localhost)(?::\d+)?",
    re.IGNORECASE,
)
_MOTOS_OWN = frozenset({"BucketCORSPreflightCheck", "ObjectCORSPreflightCheck", "PostObject"})
"""What moto adds to S3's model: no SDK calls it, and no policy is asked about it by that name."""
_CBOR_PATH = re.compile(r"/service/(?P<target>[^/]+)/operation/(?P<operation>[^/]+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """The parts of a request that tell the operation; ``path`` as it came, percent-encoded.

    ``arguments`` are the query string's parameters, for a form those of the body too.
    """

    method: str
    path: str
    arguments: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Match:
    """An operation and the values of the labels in its path."""

    model: ServiceModel
    operation: OperationModel
    labels: Mapping[str, str]
    protocol: str


@cache
def service_model(name: str) -> ServiceModel | None:
    """Load botocore's model of a service, in the form moto's parsers read; moto has the same."""
    try:
        return get_service_model(name)
    except UnknownServiceError:
        return None


def service_of(signing_name: str) -> ServiceModel | None:
    """Load the first model of the services that sign with this name."""
    return service_model(_SIGNING_NAMES.get(signing_name, (signing_name,))[0])


def find_operation(signing_name: str, asked: Asked) -> Match | None:
    """Find the operation a request calls; None if no model has it."""
    for name in _SIGNING_NAMES.get(signing_name, (signing_name,)):
        model = service_model(name)
        if model is not None:
            match = _rpc(model, asked) or _rest(model, asked)
            if match is not None:
                return match
    return None


def _rpc(model: ServiceModel, asked: Asked) -> Match | None:
    """Match the protocols that name the operation."""
    prefix = model.metadata.get("targetPrefix")
    target = asked.headers.get("x-amz-target")
    cbor = _CBOR_PATH.fullmatch(asked.path)
    if target:
        name, protocol = target.removeprefix(f"{prefix}."), "json"
    elif cbor and cbor["target"] == prefix:
        name, protocol = cbor["operation"], "smithy-rpc-v2-cbor"
    else:
        name, protocol = asked.arguments.get("Action", ""), "query"
        if asked.arguments.get("Version", model.api_version) != model.api_version:
            return None
        if model.protocol == "ec2":
            protocol = "ec2"
    if not name or name not in model.operation_names or model.protocol.startswith("rest"):
        return None
    return Match(model, model.operation_model(name), {}, protocol)


def _rest(model: ServiceModel, asked: Asked) -> Match | None:
    """Match the protocols in which method, path, query and headers make the operation."""
    if not model.protocol.startswith("rest"):
        return None
    path = asked.path
    if model.service_name == "s3":
        path = _path_style(path, asked.headers.get("host", ""))
    routes = _routes(model.service_name).get(asked.method, ())
    for candidate in (path, path.rstrip("/") or "/"):
        segments = tuple(candidate.split("/")[1:])
        for route in routes:
            labels = route.labels_of(segments)
            if labels is not None and route.fits(asked):
                return Match(model, model.operation_model(route.name), labels, model.protocol)
    return None


def _path_style(path: str, host: str) -> str:
    """Put a bucket that stands in the host name into the path."""
    found = _BUCKET_HOST.fullmatch(host)
    if found is None or found["bucket"] == "s3":
        return path
    return f"/{found['bucket']}{path if path != '/' else ''}"


@dataclass(frozen=True, slots=True)
class _Route:
    """One REST operation: its path, and what else must be in the request."""

    name: str
    segments: tuple[str, ...]
    arguments: tuple[tuple[str, str | None], ...]
    headers: tuple[str, ...]
    deprecated: bool

    def labels_of(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """Give the labels' values if the path matches."""
        greedy = self.segments[-1].endswith("+}")
        if greedy and len(segments) > len(self.segments):
            last = len(self.segments) - 1
            segments = (*segments[:last], "/".join(segments[last:]))
        if len(segments) != len(self.segments):
            return None
        labels: dict[str, str] = {}
        for mine, given in zip(self.segments, segments, strict=True):
            if mine.startswith("{") and given:
                labels[mine.strip("{+}")] = unquote(given)
            elif mine != given:
                return None
        return labels

    def fits(self, asked: Asked) -> bool:
        """Whether the query string and headers that tell this operation are there."""
        return all(
            name in asked.arguments and value in {None, "", asked.arguments[name]}
            for name, value in self.arguments
        ) and all(name in asked.headers for name in self.headers)

    @property
    def order(self) -> tuple[int, int, bool]:
        """Sort the most particular operation first."""
        literal = sum(not segment.startswith("{") for segment in self.segments)
        return -literal, -len(self.arguments) - len(self.headers), self.deprecated


@lru_cache(maxsize=64)
def _routes(service: str) -> dict[str, tuple[_Route, ...]]:
    """Give a service's REST operations by HTTP method, the most particular first."""
    model = service_model(service)
    by_method: dict[str, list[_Route]] = {}
    if model is not None:
        names = [name for name in model.operation_names if name not in _MOTOS_OWN]
        for operation in map(model.operation_model, names):
            by_method.setdefault(operation.http_trait.method, []).append(_route(operation))
    return {
        method: tuple(sorted(routes, key=lambda route: route.order))
        for method, routes in by_method.items()
    }


def _route(operation: OperationModel) -> _Route:
    trait = operation.http_trait
    arguments: dict[str, str | None] = dict.fromkeys(_required(operation, "querystring"))
    return _Route(
        operation.name,
        tuple(trait.path.split("/")[1:]),
        tuple((arguments | trait.query_args).items()),
        tuple(_required(operation, "header")),
        operation.deprecated,
    )


def _required(operation: OperationModel, location: str) -> Iterator[str]:
    """Give the query arguments or headers that an operation cannot be without."""
    shape = operation.input_shape
    for name in shape.required_members if shape else ():
        serialization = shape.members[name].serialization
        if serialization.get("location") == location:
            wire = serialization.get("name", name)
            yield wire.lower() if location == "header" else wire
