"""Load balancers, their listeners and rules, as facts; and which rule a request meets.

Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html
and rule-condition-types.html.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from helpers.cloud.events.alb import raw_query_pairs
from helpers.cloud.events.http_call import SOURCE_IP
from helpers.cloud.http_messages import HttpRequest


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """A target group: its function, if one is registered."""

    arn: str
    target_type: str
    function_arn: str | None
    multi_value_headers: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions that must all hold, and the actions that follow, in AWS's own form."""

    conditions: Sequence[Mapping[str, Any]]
    actions: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener; its rules in the order in which they are asked, the default last."""

    port: int
    protocol: str
    rules: Sequence[Rule]


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """A load balancer: its DNS name, listeners by the order of making, target groups by ARN."""

    name: str
    dns_name: str
    region: str
    listeners: Sequence[Listener]
    target_groups: Mapping[str, TargetGroup] = field(default_factory=dict)

    def listener(self, port: int | None) -> Listener | None:
        """Return the listener of a port, or the first one where no port is asked for."""
        if port is None:
            return self.listeners[0] if self.listeners else None
        return next((one for one in self.listeners if one.port == port), None)


class LoadBalancers(Protocol):
    """The load balancers of the account."""

    def find(self, identifier: str) -> LoadBalancer | None:
        """Return the load balancer whose DNS name begins with this label."""


def matching_rule(listener: Listener, request: HttpRequest, path: str, host: str) -> Rule | None:
    """Return the first rule whose conditions all hold."""
    asked = _Asked(request, path, host)
    for rule in listener.rules:
        if all(_holds(condition, asked) for condition in rule.conditions):
            return rule
    return None


@dataclass(frozen=True, slots=True)
class _Asked:
    request: HttpRequest
    path: str
    host: str


def _holds(condition: Mapping[str, Any], asked: _Asked) -> bool:
    check = _CHECKS.get(str(condition.get("Field")))
    return check is not None and check(condition, asked)


def _values(condition: Mapping[str, Any], config: str) -> list[Any]:
    return list((condition.get(config) or {}).get("Values") or condition.get("Values") or ())


def _fits(pattern: str, text: str, *, exact: bool = False) -> bool:
    """Match * and ?, in any case unless `exact`."""
    wanted = fnmatch.translate(pattern.replace("[", "[[]"))
    return re.match(wanted, text, 0 if exact else re.IGNORECASE) is not None


def _path(condition: Mapping[str, Any], asked: _Asked) -> bool:
    patterns = _values(condition, "PathPatternConfig")
    return any(_fits(pattern, asked.path, exact=True) for pattern in patterns)


def _host(condition: Mapping[str, Any], asked: _Asked) -> bool:
    return any(_fits(value, asked.host) for value in _values(condition, "HostHeaderConfig"))


def _header(condition: Mapping[str, Any], asked: _Asked) -> bool:
    config = condition.get("HttpHeaderConfig") or {}
    value = asked.request.headers.get(str(config.get("HttpHeaderName")).lower())
    wanted = config.get("Values") or ()
    return value is not None and any(_fits(pattern, value) for pattern in wanted)


def _method(condition: Mapping[str, Any], asked: _Asked) -> bool:
    return asked.request.method in _values(condition, "HttpRequestMethodConfig")


def _query(condition: Mapping[str, Any], asked: _Asked) -> bool:
    pairs = raw_query_pairs(asked.request.query)
    for wanted in _values(condition, "QueryStringConfig"):
        key, value = wanted.get("Key"), str(wanted.get("Value") or "")
        if any((not key or _fits(key, n)) and _fits(value, v) for n, v in pairs):
            return True
    return False


def _source_ip(condition: Mapping[str, Any], _asked: _Asked) -> bool:
    address = ipaddress.ip_address(SOURCE_IP)
    for block in _values(condition, "SourceIpConfig"):
        try:
            if address in ipaddress.ip_network(block, strict=False):
                return True
        except ValueError:
            continue
    return False


_CHECKS: dict[str, Callable[[Mapping[str, Any], _Asked], bool]] = {
    "path-pattern": _path,
    "host-header": _host,
    "http-header": _header,
    "http-request-method": _method,
    "query-string": _query,
    "source-ip": _source_ip,
}
