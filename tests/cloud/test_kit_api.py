from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.cloud.clock import Clock
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.kit_api import KitApi
from helpers.cloud.moto_seam.faults import Faults
from helpers.cloud.records import InvocationThrottled, Recorder
from helpers.cloud.settings import Settings


class Kit:
    """The endpoints over real settings and records; notes resets and changes."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.recorder = Recorder(Clock())
        self.calls: list[str] = []
        self.api = KitApi(
            self.settings,
            self.recorder,
            lambda: {"status": "ready", "file_level": "A"},
            self.reset,
            lambda: self.calls.append("configured"),
            Faults(self.recorder),
        )

    def reset(self) -> None:
        self.calls.append("reset")
        self.recorder.start_epoch()

    def ask(self, method: str, path: str, body: bytes = b"", query: str = "") -> HttpAnswer:
        return self.api.answer(HttpRequest(method, f"/_kit/{path}", query, {}, (), body))

    def json(self, method: str, path: str, body: bytes = b"", query: str = "") -> dict[str, Any]:
        answer = self.ask(method, path, body, query)
        assert answer.status == 200
        document: dict[str, Any] = json.loads(answer.body)
        return document


@pytest.fixture
def kit() -> Kit:
    """The endpoints of a new cloud."""
    return Kit()


def test_health_says_what_this_cloud_is_and_how_it_is_set(kit: Kit):
    """Facts and settings stand in one document."""
    health = kit.json("GET", "health")

    assert ("ready", "A") == (health["status"], health["file_level"])
    assert 1.0 == health["settings"]["time_lapse"]


def test_records_are_given_from_a_number_on(kit: Kit):
    """Without `since` all come, with it those from that number on."""
    for name in "ab":
        kit.recorder.add(InvocationThrottled(function=name, version="1", reason="full"))

    assert 2 == len(kit.json("GET", "records")["records"])
    assert ["b"] == [r["function"] for r in kit.json("GET", "records", query="since=2")["records"]]


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "²"])
def test_a_since_that_is_no_number_is_refused(kit: Kit, since: str):
    """The answer says what `since` takes."""
    answer = kit.ask("GET", "records", query=f"since={since}")

    assert 400 == answer.status
    assert b"takes the number of a record" in answer.body


def test_reset_empties_the_account_and_tells_the_epoch(kit: Kit):
    """The answer's epoch is the new one."""
    assert {"status": "ready", "epoch": 2} == kit.json("POST", "reset")
    assert ["reset"] == kit.calls


def test_config_changes_settings_and_answers_with_all_of_them(kit: Kit):
    """Whoever depends on a setting is told; an empty body changes nothing."""
    assert 60 == kit.json("POST", "config", b'{"time_lapse": 60}')["time_lapse"]
    assert ["configured"] == kit.calls
    assert 60 == kit.json("POST", "config")["time_lapse"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[]", "Send a JSON object of settings."),
        (b"{", "Send a JSON object of settings: "),
        (b"\xff", "Send a JSON object of settings: "),
        (b'{"time_lapse": 0}', "The setting 'time_lapse' does not take 0."),
        (b'{"colour": 1}', "There is no setting 'colour'."),
        (b'{"file_level": "A"}', "file_level: only a new cloud takes that."),
        (b'{"open": true, "native_client": false}', "native_client, open: only a new cloud"),
    ],
)
def test_config_refuses_what_is_wrong_and_changes_nothing(kit: Kit, body: bytes, words: str):
    """The message says what to send instead."""
    answer = kit.ask("POST", "config", body)

    assert 400 == answer.status
    assert json.loads(answer.body)["message"].startswith(words)
    assert Settings() == kit.settings
    assert [] == kit.calls


@pytest.mark.parametrize(("method", "path"), [("GET", "reset"), ("POST", "health"), ("GET", "x")])
def test_nothing_else_is_there(kit: Kit, method: str, path: str):
    """A wrong method or path is a 404 that names both; reset never happens on a GET."""
    answer = kit.ask(method, path)

    assert 404 == answer.status
    assert f"There is no {method} /_kit/{path}." == json.loads(answer.body)["message"]
    assert [] == kit.calls
