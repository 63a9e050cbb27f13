"""The public front of load balancers: listener, rule, action.

One listener answers at an address: that of the port which `Host` or X-Forwarded-Port names, else
the first that was made. Left out: TLS, sticky sessions, health checks, authentication actions, and
targets other than functions. Source:
docs.aws.amazon.com/elasticloadbalancing/latest/application/introduction.html.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud import records
from helpers.cloud.errors import AwsError, RequestTooLargeException
from helpers.cloud.events.alb import AlbCall, alb_event
from helpers.cloud.http_fronts.address import FrontKind, PublicAddress
from helpers.cloud.http_fronts.functions import FrontFunctions, Invoking
from helpers.cloud.http_fronts.load_balancers.answers import (
    MalformedAnswerError,
    fixed_response,
    function_answer,
    page,
    redirect,
)
from helpers.cloud.http_fronts.load_balancers.listeners import (
    Listener,
    LoadBalancer,
    LoadBalancers,
    matching_rule,
)
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.records import Recorder

SERVICE = "elasticloadbalancing.amazonaws.com"
MAX_BODY_BYTES = 1024 * 1024


@dataclass(slots=True)
class _Reply:
    """An answer on its way, and what its record says."""

    answer: HttpAnswer
    function: str | None = None
    request_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LoadBalancerFront:
    """Answers callers of load balancers; lives with the cloud."""

    balancers: LoadBalancers
    functions: FrontFunctions
    recorder: Recorder
    chance: random.Random = field(default_factory=random.Random)

    def takes(self, address: PublicAddress) -> bool:
        """Tell whether the address names a load balancer."""
        known = address.kind is FrontKind.LOAD_BALANCER
        return known and self.balancers.find(address.id) is not None

    def answer(self, request: HttpRequest, address: PublicAddress) -> HttpAnswer:
        """Answer one request, from whomever it may come."""
        balancer = self.balancers.find(address.id)
        listener = balancer.listener(_port(request)) if balancer else None
        if balancer is None or listener is None:
            return page(503)
        by_path = request.path.startswith("/_aws/")
        host = balancer.dns_name if by_path else request.headers.get("host", "").partition(":")[0]
        rule = matching_rule(listener, request, address.path, host)
        action = _last_action(rule.actions) if rule is not None else {}
        reply = self._act(_Asked(request, address.path, host, balancer, listener), action)
        self.recorder.add(
            records.HttpAnswered(
                front="load-balancer",
                id=balancer.name,
                method=request.method,
                path=address.path,
                status=reply.answer.status,
                route=str(action.get("Type", "")) or None,
                function=reply.function,
                request_id=reply.request_id,
                reason=reply.reason,
            )
        )
        shown = reply.answer
        return HttpAnswer(shown.status, shown.headers, b"") if request.method == "HEAD" else shown

    def _act(self, asked: _Asked, action: Mapping[str, Any]) -> _Reply:
        kind = action.get("Type")
        if kind == "fixed-response":
            return _Reply(fixed_response(action.get("FixedResponseConfig") or {}))
        if kind == "redirect":
            return _Reply(redirect(action.get("RedirectConfig") or {}, asked.parts()))
        if kind == "forward":
            return self._forward(asked, self._target_group_arn(action))
        return _Reply(page(503), reason=f"there is no {kind} here")

    def _target_group_arn(self, action: Mapping[str, Any]) -> str:
        groups = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
        weights = [int(group.get("Weight", 1)) for group in groups]
        if not groups or not any(weights):
            return str(action.get("TargetGroupArn") or "")
        return str(self.chance.choices(groups, weights)[0]["TargetGroupArn"])

    def _forward(self, asked: _Asked, target_group_arn: str) -> _Reply:
        group = asked.balancer.target_groups.get(target_group_arn)
        if group is None or group.function_arn is None:
            return _Reply(page(503), reason="no function is registered")
        if len(asked.request.body) > MAX_BODY_BYTES:
            return _Reply(page(413), reason="the body is larger than 1 MB")
        call = AlbCall(
            request=asked.request,
            path=asked.path,
            target_group_arn=group.arn,
            port=asked.listener.port,
            protocol=asked.listener.protocol,
            trace=self.functions.new_trace(asked.request.headers.get("x-amzn-trace-id", "")),
        )
        event = alb_event(call, multi_value=group.multi_value_headers)
        whom = Invoking(SERVICE, group.arn, trace=call.trace)
        try:
            came = self.functions.invoke(group.function_arn, event, whom)
        except RequestTooLargeException as error:
            return _Reply(page(413), reason=str(error))
        except AwsError as error:
            return _Reply(page(502), reason=f"{error.code}: {error.message}")
        reply = _Reply(page(502), came.function, came.request_id)
        if came.failed:
            reply.reason = "the function failed"
            return reply
        try:
            reply.answer = function_answer(came.payload, multi_value=group.multi_value_headers)
        except MalformedAnswerError as error:
            reply.reason = str(error)
        return reply


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request where it came in."""

    request: HttpRequest
    path: str
    host: str
    balancer: LoadBalancer
    listener: Listener

    def parts(self) -> dict[str, str]:
        """Return what redirects may name."""
        return {
            "protocol": self.listener.protocol,
            "host": self.host,
            "port": str(self.listener.port),
            "path": self.path.removeprefix("/"),
            "query": self.request.query,
        }


def _port(request: HttpRequest) -> int | None:
    """Return the port that was asked for, where the request tells it."""
    if not request.path.startswith("/_aws/"):
        port = request.headers.get("host", "").partition(":")[2]
        if port.isdecimal():
            return int(port)
    forwarded = request.headers.get("x-forwarded-port", "")
    return int(forwarded) if forwarded.isdecimal() else None


def _last_action(actions: Any) -> Mapping[str, Any]:
    """Return the action that answers; those before it only authenticate."""
    ordered = sorted(actions, key=lambda action: int(action.get("Order") or 0))
    kinds = [str(action.get("Type", "")) for action in ordered]
    if any(kind.startswith("authenticate") for kind in kinds):
        return {"Type": "authenticate"}
    return ordered[-1] if ordered else {}
