"""Load balancers in moto: read for their front, and corrected where functions are targets.

Source: docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from helpers.cloud.http_fronts.load_balancers.listeners import (
    Listener,
    LoadBalancer,
    Rule,
    TargetGroup,
)
from helpers.cloud.moto_seam.elbv2.creation import correct_creation
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID

SERVICE = "elasticloadbalancing.amazonaws.com"
MayInvoke = Callable[[str, str, str, str], str | None]
_DONE = "coldstart_corrected"


def install(service_may: MayInvoke) -> None:
    """Check targets as AWS does when functions are registered; before the first request."""
    from moto.elbv2.models import ELBv2Backend, FakeTargetGroup

    ELBv2Backend.register_targets = _registering(
        getattr(ELBv2Backend, _DONE, ELBv2Backend.register_targets), service_may
    )
    if not hasattr(FakeTargetGroup, _DONE):
        setattr(FakeTargetGroup, _DONE, FakeTargetGroup.health_for)
        FakeTargetGroup.health_for = _unchecked(FakeTargetGroup.health_for)
    correct_creation()


class MotoLoadBalancers:
    """Implements LoadBalancers; keeps nothing of its own."""

    def find(self, identifier: str) -> LoadBalancer | None:
        """Return the load balancer whose DNS name begins with this label."""
        known = getattr(sys.modules.get("moto.elbv2.models"), "elbv2_backends", None)
        if known is None:  # nobody has used load balancers yet
            return None
        for region, backend in [*known[ACCOUNT_ID].items()]:
            for found in [*backend.load_balancers.values()]:
                if found.dns_name.partition(".")[0].lower() == identifier.lower():
                    return _load_balancer(found, region, backend)
        return None


def _load_balancer(found: Any, region: str, backend: Any) -> LoadBalancer:
    return LoadBalancer(
        found.name,
        found.dns_name,
        region,
        tuple(_listener(listener) for listener in [*found.listeners.values()]),
        {arn: _target_group(group) for arn, group in [*backend.target_groups.items()]},
    )


def _listener(found: Any) -> Listener:
    ruled = [rule for rule in found.rules.values() if not rule.is_default]
    ruled.sort(key=lambda rule: int(rule.priority))
    rules = [Rule(rule.conditions, [a.data for a in rule.actions]) for rule in ruled]
    default = Rule((), [action.data for action in found.default_actions])
    return Listener(int(found.port), found.protocol or "HTTP", (*rules, default))


def _target_group(found: Any) -> TargetGroup:
    functions = [target for target in found.targets if ":lambda:" in target]
    many = found.attributes.get("lambda.multi_value_headers.enabled") == "true"
    return TargetGroup(
        found.arn, found.target_type, functions[0] if functions else None, multi_value_headers=many
    )


def _registering(register_targets: Any, service_may: MayInvoke) -> Any:
    def register(backend: Any, target_group_arn: str, instances: list[Any]) -> None:
        from moto.elbv2.exceptions import ELBClientError

        group = backend.target_groups.get(target_group_arn)
        if group is not None and group.target_type == "lambda":
            names = {target["Id"] for target in instances} | set(group.targets)
            if len(names) > 1:
                raise ELBClientError(
                    "TooManyTargets",
                    f"The maximum number of targets per target group '{target_group_arn}' is '1'",
                )
            for target in instances:
                function = target["Id"]
                denied = service_may(SERVICE, "lambda:InvokeFunction", function, target_group_arn)
                if denied is not None:
                    raise ELBClientError(
                        "AccessDenied",
                        f"elasticloadbalancing principal does not have permission to invoke "
                        f"{function} from target group {target_group_arn}",
                    )
        register_targets(backend, target_group_arn, instances)

    from moto.elbv2.models import ELBv2Backend

    setattr(ELBv2Backend, _DONE, register_targets)
    return register


def _unchecked(health_for: Any) -> Any:
    """Say that nobody checks a function's health, which is so unless it is asked for."""

    def health(group: Any, target: dict[str, Any], ec2_backend: Any) -> Any:
        found = health_for(group, target, ec2_backend)
        if group.target_type == "lambda" and target["Id"] in group.targets:
            found.port = None
            if not group.health_check_enabled:
                found.status = "unavailable"
                found.reason = "Target.HealthCheckDisabled"
                found.description = "Health checks are not enabled for this target"
        return found

    return health
