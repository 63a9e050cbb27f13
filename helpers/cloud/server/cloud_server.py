"""One local account, from its start to its end."""

from __future__ import annotations

import gc
import platform
import random
import secrets
import string
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from helpers.cloud.clock import Clock, Timers
from helpers.cloud.edition import edition
from helpers.cloud.environment.keeper import Keeper
from helpers.cloud.environment.workspace import remove_tree
from helpers.cloud.gateway import REGION
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.http_server import HttpServer
from helpers.cloud.records import Recorder
from helpers.cloud.registry import Registry
from helpers.cloud.server.capabilities import capabilities
from helpers.cloud.server.foundation import AdministratorKey, Foundation, Part
from helpers.cloud.settings import Settings

VERSION = "0.1.0"
ALPHABET = string.ascii_uppercase + "234567"


class CloudServer:
    """One local account, from its start to `close`."""

    def __init__(self, settings: Settings, *, port: int = 0) -> None:
        self.settings = settings
        self.access_key_id, self.secret_access_key = _new_key()
        self.guest_access_key_id, self.guest_secret_access_key = _new_key()
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
        self._edition = edition()
        self._parts: Sequence[Part] = ()
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
        # what was emptied holds itself in circles; unsearched, it stood beside the next account
        gc.collect()

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
            "guest_access_key_id": self.guest_access_key_id,
            "guest_secret_access_key": self.guest_secret_access_key,
        }

    def facts(self) -> dict[str, Any]:
        """Return what health says."""
        return {
            "status": "ready",
            "version": VERSION,
            "edition": self._edition,
            "python": platform.python_version(),
            "file_level": str(self.file_level),
            "environments": len(self._plane.pool.environments()),
            "capabilities": capabilities(),
        }

    def _compose(self) -> None:
        from helpers.cloud.moto_seam import application

        application.prepare(self.http.port)
        from helpers.cloud.server.composition import Kit, compose

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
        key = AdministratorKey(
            self.access_key_id,
            self.secret_access_key,
            self.token,
            self.guest_access_key_id,
            self.guest_secret_access_key,
        )
        made = compose(foundation, key, Kit(self.facts, self.reset, self._configured))
        self._plane, self._parts = made.plane, made.parts
        self._gateway = replace(made.gateway, is_closing=self._closing.locked)
        self.file_level = made.plane.file_level
        self._configured()

    def _configured(self) -> None:
        self.clock.time_lapse = self.settings.time_lapse
        if self.settings.seed != self._seed:
            self._seed = self.settings.seed
            self.registry.draw_from(random.Random(self._seed))
            self._plane.sampler.draw_from(random.Random(self._seed))
        self._plane.configured()

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        return self._gateway.answer(request)


def _new_key() -> tuple[str, str]:
    """Make an access key: its id and its secret."""
    return "AKIA" + "".join(secrets.choice(ALPHABET) for _ in range(16)), secrets.token_hex(20)
