"""One local account, from its start to its end."""

from __future__ import annotations

import platform
import random
import secrets
import string
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from helpers.cloud.clock import Clock, Timers
from helpers.cloud.environment.keeper import Keeper
from helpers.cloud.environment.workspace import remove_tree
from helpers.cloud.gateway import REGION
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.http_server import HttpServer
from helpers.cloud.kit_api import KitApi
from helpers.cloud.records import Recorder
from helpers.cloud.registry import Registry
from helpers.cloud.server.data_plane import build_data_plane
from helpers.cloud.server.foundation import Foundation, Part
from helpers.cloud.settings import Settings

VERSION = "0.1.0"
ALPHABET = string.ascii_uppercase + "234567"


class CloudServer:
    """One local account, from its start to `close`."""

    def __init__(self, settings: Settings, *, port: int = 0) -> None:
        self.settings = settings
        self.access_key_id = "AKIA" + "".join(secrets.choice(ALPHABET) for _ in range(16))
        self.secret_access_key = secrets.token_hex(20)
        self.token = secrets.token_urlsafe(32)
        self.http = HttpServer(port, self._answer)
        self.endpoint = f"http://127.0.0.1:{self.http.port}"
        self.keeper = Keeper()
        self.folder = Path(tempfile.mkdtemp(prefix="coldstart-"))
        self.keeper.inherit(self.folder)
        self.clock = Clock(time_lapse=settings.time_lapse)
        self.timers = Timers(self.clock)
        self.recorder = Recorder(self.clock)
        self.registry = Registry()
        self._seed = 0
        self._parts: list[Part] = []
        self._closing = threading.Lock()
        try:
            self._compose()
        except BaseException:
            self.close()
            raise

    def serve(self) -> None:
        """Answer requests on a thread of their own; returns at once."""
        threading.Thread(target=self.http.serve_forever, name="gateway", daemon=True).start()

    def reset(self) -> None:
        """Empty the account: every environment, every service, every record."""
        for part in self._parts:
            part.clear()
        self.recorder.start_epoch()

    def close(self) -> None:
        """End every process and delete every file; harmless when called twice."""
        if not self._closing.acquire(blocking=False):
            return
        for part in self._parts:
            part.close()
        self.timers.close()
        self.http.server_close()
        remove_tree(self.folder)
        self.keeper.close()

    def greeting(self) -> dict[str, str]:
        """Return what a client needs: endpoint and keys."""
        return {
            "endpoint": self.endpoint,
            "region": REGION,
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
            "token": self.token,
        }

    def facts(self) -> dict[str, Any]:
        """Return what health says."""
        return {
            "status": "ready",
            "version": VERSION,
            "python": platform.python_version(),
            "file_level": str(self.file_level),
            "environments": len(self._plane.pool.environments()),
        }

    def _compose(self) -> None:
        from helpers.cloud.moto_seam import application

        application.prepare(self.http.port)
        from helpers.cloud.moto_seam.rotation import RotationApi
        from helpers.cloud.server import http_fronts as the_fronts
        from helpers.cloud.server import pushes as the_pushes
        from helpers.cloud.server import services as the_services
        from helpers.cloud.server.events import build_events
        from helpers.cloud.server.pollers import build_pollers
        from helpers.cloud.server.telemetry import build_telemetry

        foundation = Foundation(
            settings=self.settings,
            clock=self.clock,
            timers=self.timers,
            recorder=self.recorder,
            registry=self.registry,
            keeper=self.keeper,
            folder=self.folder,
            endpoint=self.endpoint,
            port=self.http.port,
        )
        key = the_services.AdministratorKey(self.access_key_id, self.secret_access_key, self.token)
        services = the_services.build_services(foundation, key)
        self._plane = build_data_plane(foundation, services.ports)
        self.file_level = self._plane.file_level
        callers = the_services.build_callers(foundation, services, key)
        http = the_fronts.build_http_fronts(
            foundation, self._plane, callers, services.authorizer, services.moto
        )
        pushes = the_pushes.build_pushes(foundation, services.writers, services.ports, self._plane)
        telemetry = build_telemetry(foundation, self._plane, services.ports.targets)
        events = build_events(foundation, services, self._plane.pushed_events)
        rotation = RotationApi(self._plane.invoker, services.authorizer, foundation.waiting)
        pollers = build_pollers(foundation, services.ports, self._plane)
        # in the order in which they are emptied
        self._parts += [pollers, events, self._plane, telemetry, rotation, services, pushes, http]
        self._configured()
        gateway = the_services.build_gateway(
            services,
            self._plane,
            http,
            {"lambda": (pollers.api,), "secretsmanager": (rotation,)},
            KitApi(
                self.settings,
                self.recorder,
                self.facts,
                self.reset,
                self._configured,
                services.faults,
                {"schedules": events.upcoming.page},
            ),
        )
        gateway = replace(gateway, is_closing=self._closing.locked)
        self._gateway = events.joined(pushes.joined(gateway))
        the_services.warm_up()

    def _configured(self) -> None:
        self.clock.time_lapse = self.settings.time_lapse
        if self.settings.seed != self._seed:
            self._seed = self.settings.seed
            self.registry.draw_from(random.Random(self._seed))
            self._plane.sampler.draw_from(random.Random(self._seed))
        self._plane.configured()

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        return self._gateway.answer(request)
