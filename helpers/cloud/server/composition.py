"""Builds one account: every part, in the order in which one needs another.

Import it when moto's settings are made: nearly everything here imports moto.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

from helpers.cloud.gateway import Gateway
from helpers.cloud.kit_api import KitApi
from helpers.cloud.moto_seam.secretsmanager.rotation import RotationApi
from helpers.cloud.server.data_plane import DataPlane, build_data_plane
from helpers.cloud.server.events import build_events
from helpers.cloud.server.first_requests import warm_up
from helpers.cloud.server.foundation import AdministratorKey, Foundation, Part
from helpers.cloud.server.front_door import build_callers, build_gateway
from helpers.cloud.server.http_fronts import build_http_fronts
from helpers.cloud.server.pollers import build_pollers
from helpers.cloud.server.pushes import build_pushes
from helpers.cloud.server.services import build_services
from helpers.cloud.server.telemetry import build_telemetry

Built = TypeVar("Built", bound=Part)


@dataclass(frozen=True, slots=True)
class Kit:
    """What the kit's own endpoints ask of the account as a whole."""

    facts: Callable[[], dict[str, Any]]
    reset: Callable[[], None]
    configured: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Composition:
    """A whole account. `parts` stand in the order in which they are emptied, and ended."""

    plane: DataPlane
    parts: Sequence[Part]
    gateway: Gateway


def compose(foundation: Foundation, key: AdministratorKey, kit: Kit) -> Composition:
    """Build an account on its foundation; what was built is ended again when a part fails."""
    with ExitStack() as built:

        def part(one: Built) -> Built:
            built.callback(one.close)
            return one

        services = part(build_services(foundation, key))
        ports, authorizer = services.ports, services.authorizer
        plane = part(build_data_plane(foundation, ports))
        callers = build_callers(foundation, services, key)
        http = part(build_http_fronts(foundation, plane, callers, authorizer, services.moto))
        pushes = part(build_pushes(foundation, services.writers, ports, plane))
        telemetry = part(build_telemetry(foundation, plane, ports.targets))
        events = part(build_events(foundation, services, plane.pushed_events))
        rotation = part(RotationApi(plane.invoker, authorizer, foundation.waiting))
        pollers = part(build_pollers(foundation, ports, plane))
        gateway = build_gateway(
            services,
            plane,
            http,
            {"lambda": (pollers.api,), "secretsmanager": (rotation,)},
            KitApi(
                foundation.settings,
                foundation.recorder,
                kit.facts,
                kit.reset,
                kit.configured,
                services.faults,
                {"schedules": events.upcoming.page, "http-event": http.functions.recent.page},
            ),
        )
        built.pop_all()
    warm_up()
    return Composition(
        plane,
        (pollers, events, plane, telemetry, rotation, services, pushes, http),
        events.joined(pushes.joined(gateway)),
    )
