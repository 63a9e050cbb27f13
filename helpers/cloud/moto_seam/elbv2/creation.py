"""Load balancers, target groups and listeners as they are made, and target groups in pages.

Made again with the same settings, each is the one that is there; with others the name, or the
port, is taken. Source:
docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html and its
siblings for target groups and listeners.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

SETTINGS = "coldstart_settings"
"""Attribute of what moto made: what it was made of."""
NAME = re.compile(r"[a-zA-Z0-9-]+")
LONGEST_NAME, FEWEST_ZONES, PAGE = 32, 2, 400
ENCRYPTED = ("HTTPS", "TLS")
Settings = Mapping[str, Any]
Find = Callable[[Any, Settings], Any]
Refusal = Callable[[Settings], tuple[str, str]]


def correct_creation() -> None:
    """Bind the corrections; harmless when called again."""
    from moto.elbv2.models import ELBv2Backend
    from moto.elbv2.responses import ELBV2Response

    if not hasattr(ELBV2Response.describe_target_groups, SETTINGS):
        ELBV2Response.describe_target_groups = _paged(ELBV2Response.describe_target_groups)
    for name, find, refusal in (
        ("create_load_balancer", _load_balancer, _other_load_balancer),
        ("create_target_group", _target_group, _other_target_group),
        ("create_listener", _listener, _other_listener),
    ):
        create = getattr(ELBv2Backend, name)
        if not hasattr(create, SETTINGS):
            setattr(ELBv2Backend, name, _once(create, find, refusal))


def _once(create: Any, find: Find, refusal: Refusal) -> Any:
    signature = inspect.signature(create)

    @wraps(create)
    def make(backend: Any, *args: Any, **given: Any) -> Any:
        from moto.elbv2.exceptions import ELBClientError

        bound = signature.bind(backend, *args, **given).arguments
        bound = {**bound, **bound.pop("kwargs", {})}
        settings = {n: v for n, v in bound.items() if n not in ("self", "tags") and v is not None}
        if "load_balancer_arn" not in settings and "subnet_ids" in settings:
            _check_load_balancer(backend, settings)
        existing = find(backend, settings)
        if existing is None:
            made = _defaulted(create(backend, *args, **given))
            setattr(made, SETTINGS, settings)
            return made
        if getattr(existing, SETTINGS, None) != settings:
            raise ELBClientError(*refusal(settings))
        return existing

    setattr(make, SETTINGS, True)
    return make


def _check_load_balancer(backend: Any, settings: Settings) -> None:
    from moto.elbv2.exceptions import ELBClientError

    name = str(settings["name"])
    wrong = f"The load balancer name '{name}' "
    if len(name) > LONGEST_NAME:
        raise ELBClientError("ValidationError", f"{wrong}cannot be longer than '32' characters")
    if NAME.fullmatch(name) is None:
        raise ELBClientError(
            "ValidationError",
            f"{wrong}can only contain characters that are alphanumeric characters and hyphens(-)",
        )
    if name.startswith("-") or name.endswith("-"):
        raise ELBClientError("ValidationError", f"{wrong}cannot begin or end with a hyphen(-)")
    subnets = [*settings["subnet_ids"]]
    subnets += [each["SubnetId"] for each in settings.get("subnet_mappings") or ()]
    known = [backend.ec2_backend.get_subnet(subnet) for subnet in subnets]
    zones = {subnet.availability_zone for subnet in known if subnet}
    plain = settings.get("loadbalancer_type") in (None, "application")
    if plain and subnets and all(known) and len(zones) < FEWEST_ZONES:
        raise ELBClientError(
            "ValidationError",
            "At least two subnets in two different Availability Zones must be specified",
        )


def _paged(describe_target_groups: Any) -> Any:
    """Give target groups a page at a time, when a page's size is asked for."""

    @wraps(describe_target_groups)
    def describe(response: Any) -> Any:
        answer = describe_target_groups(response)
        groups = list(answer.result["TargetGroups"])
        marker, size = response._get_param("Marker"), response._get_int_param("PageSize", PAGE)
        arns = [group.arn for group in groups]
        first = arns.index(marker) + 1 if marker in arns else 0
        page = groups[first : first + size]
        following = page[-1].arn if len(groups) > first + size else None
        return type(answer)({"TargetGroups": page, "NextMarker": following})

    setattr(describe, SETTINGS, True)
    return describe


def _defaulted(made: Any) -> Any:
    """Fill what AWS fills, and take what only encrypted listeners have."""
    if hasattr(made, "scheme"):
        made.scheme = made.scheme or "internet-facing"
    if hasattr(made, "ssl_policy") and made.protocol not in ENCRYPTED:
        made.ssl_policy = made.alpn_policy = None
    return made


def _load_balancer(backend: Any, settings: Settings) -> Any:
    named = (b for b in backend.load_balancers.values() if b.name == settings["name"])
    return next(named, None)


def _other_load_balancer(settings: Settings) -> tuple[str, str]:
    return (
        "DuplicateLoadBalancerName",
        f"A load balancer with the same name '{settings['name']}' exists, but with different "
        "settings",
    )


def _target_group(backend: Any, settings: Settings) -> Any:
    named = (g for g in backend.target_groups.values() if g.name == settings["name"])
    return next(named, None)


def _other_target_group(settings: Settings) -> tuple[str, str]:
    return (
        "DuplicateTargetGroupName",
        f"A target group with the same name '{settings['name']}' exists, but with different "
        "settings",
    )


def _listener(backend: Any, settings: Settings) -> Any:
    balancer = backend.load_balancers.get(settings["load_balancer_arn"])
    if balancer is None or settings.get("port") is None:
        return None
    port = str(settings["port"])
    return next((one for one in balancer.listeners.values() if str(one.port) == port), None)


def _other_listener(_settings: Settings) -> tuple[str, str]:
    return "DuplicateListener", "A listener already exists on this port for this load balancer"
