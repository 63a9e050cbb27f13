"""The cloud's own endpoints under /_kit/: health, reset, config, records, fault, and more pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs

from helpers.cloud.errors import KitError
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.json_text import read_json
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
    """Answers /_kit/*; `facts` says what this cloud is, `reset` empties the account.

    `pages` answer further names from the query's arguments, or raise KitError.
    """

    settings: Settings
    recorder: Recorder
    facts: Callable[[], dict[str, Any]]
    reset: Callable[[], None]
    configured: Callable[[], None]
    faults: FaultPlan
    pages: Mapping[str, Callable[[Mapping[str, str]], Any]] = field(default_factory=dict)

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request; errors say what to send instead."""
        call = (request.method, request.path.removeprefix(PREFIX))
        if call[1] == "fault" and call[0] in ("GET", "POST", "DELETE"):
            return self._fault(request)
        if request.method == "GET":
            return self._read(call[1], request)
        if call == ("POST", "reset"):
            return self._reset()
        if call == ("POST", "config"):
            return self._configure(request.body)
        return _unknown(request)

    def _read(self, page: str, request: HttpRequest) -> HttpAnswer:
        query = parse_qs(request.query)
        if page == "health":
            return json_answer(200, {**self.facts(), "settings": self.settings.as_json()})
        if page == "records":
            since = query.get("since", ["0"])[0]
            if not since.isdecimal():
                return _refused("'since' takes the number of a record.")
            return json_answer(200, self.recorder.since(int(since)))
        if page in self.pages:
            try:
                asked = {name: values[0] for name, values in query.items()}
                return json_answer(200, self.pages[page](asked))
            except KitError as error:
                return _refused(str(error))
        return _unknown(request)

    def _reset(self) -> HttpAnswer:
        self.reset()
        return json_answer(200, {"status": "ready", "epoch": self.recorder.epoch})

    def _fault(self, request: HttpRequest) -> HttpAnswer:
        if request.method == "DELETE":
            self.faults.clear()
        elif request.method == "POST":
            try:
                given = read_json(request.body or b"{}")
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
            changes = read_json(body or b"{}")
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


def _unknown(request: HttpRequest) -> HttpAnswer:
    return json_answer(404, {"message": f"There is no {request.method} {request.path}."})


def _refused(message: str) -> HttpAnswer:
    return json_answer(400, {"message": message})
