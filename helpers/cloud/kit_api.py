"""The cloud's own endpoints: health, reset, config, records and fault, under /_kit/."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs

from helpers.cloud.errors import KitError
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.records import Recorder
from helpers.cloud.settings import FIXED, Settings

PREFIX = "/_kit/"


class FaultPlan(Protocol):
    """The faults that are to come."""

    def plan(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Plan a fault and return all; raises KitError."""

    def planned(self) -> list[dict[str, Any]]:
        """Return all."""

    def clear(self) -> None:
        """Take all back."""


@dataclass(frozen=True, slots=True)
class KitApi:
    """Answers /_kit/*; `facts` says what this cloud is, `reset` empties the account."""

    settings: Settings
    recorder: Recorder
    facts: Callable[[], dict[str, Any]]
    reset: Callable[[], None]
    configured: Callable[[], None]
    faults: FaultPlan

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request; errors say what to send instead."""
        call = (request.method, request.path.removeprefix(PREFIX))
        if call == ("GET", "health"):
            return json_answer(200, {**self.facts(), "settings": self.settings.as_json()})
        if call == ("GET", "records"):
            since = parse_qs(request.query).get("since", ["0"])[0]
            if not since.isdecimal():
                return _refused("'since' takes the number of a record.")
            return json_answer(200, self.recorder.since(int(since)))
        if call in (("POST", "reset"), ("POST", "config")):
            return self._configure(request.body) if call[1] == "config" else self._reset()
        if call[1] == "fault" and call[0] in ("GET", "POST", "DELETE"):
            return self._fault(request)
        return json_answer(404, {"message": f"There is no {request.method} {request.path}."})

    def _reset(self) -> HttpAnswer:
        self.reset()
        return json_answer(200, {"status": "ready", "epoch": self.recorder.epoch})

    def _fault(self, request: HttpRequest) -> HttpAnswer:
        if request.method == "DELETE":
            self.faults.clear()
        elif request.method == "POST":
            try:
                given = json.loads(request.body or b"{}")
                if not isinstance(given, dict):
                    return _refused("Send a JSON object: action, error, times.")
                self.faults.plan(given)
            except ValueError as error:
                return _refused(f"Send a JSON object: action, error, times: {error}")
            except KitError as error:
                return _refused(str(error))
        return json_answer(200, {"faults": self.faults.planned()})

    def _configure(self, body: bytes) -> HttpAnswer:
        try:
            changes = json.loads(body or b"{}")
            if not isinstance(changes, dict):
                return _refused("Send a JSON object of settings.")
            fixed = sorted(FIXED & changes.keys())
            if fixed:
                return _refused(f"{', '.join(fixed)}: only a new cloud takes that.")
            self.settings.update(changes)
        except ValueError as error:
            return _refused(f"Send a JSON object of settings: {error}")
        except KitError as error:
            return _refused(str(error))
        self.configured()
        return json_answer(200, self.settings.as_json())


def _refused(message: str) -> HttpAnswer:
    return json_answer(400, {"message": message})
