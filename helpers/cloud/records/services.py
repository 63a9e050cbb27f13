"""Records of the services around the data plane: IAM, faults on demand, rotation, HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """IAM allowed or denied a call; `statement` is the one that decided, or None.

    `policy_type` is that of the policy that decided, or whose Allow is missing.
    `policies` are all that were asked, each with its statements about the action: which parts of
    a statement matched the call, and which conditions did not hold. `source` is the ARN of the
    bucket, topic, rule … for which a service called, empty where it names none.
    """

    kind: ClassVar[str] = "decision"
    principal: str
    action: str
    resource: str
    allowed: bool
    reason: str
    statement: Mapping[str, Any] | None
    policies: tuple[Mapping[str, Any], ...] = ()
    policy_type: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultInjected:
    """Somebody asked that the next `times` calls of an action fail."""

    kind: ClassVar[str] = "fault.injected"
    action: str
    error: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRaised:
    """A call failed because it was asked to; `remaining` more will."""

    kind: ClassVar[str] = "fault.raised"
    action: str
    error: str
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationStep:
    """Secrets Manager called a rotation function for one step; `reason` says why it failed."""

    kind: ClassVar[str] = "rotation.step"
    secret: str
    function: str
    step: str
    version_id: str
    succeeded: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswered:
    """A public front answered a request; `function` and `request_id` are None when none ran.

    `front` is lambda-url, http-api, rest-api or load-balancer, `id` the URL's or API's; `path` is
    the path as its event shows it, `route` the route or resource that was chosen.
    """

    kind: ClassVar[str] = "http.answered"
    front: str
    id: str
    method: str
    path: str
    status: int
    route: str | None = None
    function: str | None = None
    request_id: str | None = None
    reason: str = ""
