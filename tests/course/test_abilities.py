from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from helpers.checks.capability import Capability
from helpers.cloud.server.capabilities import capabilities
from helpers.course.abilities import Abilities, Finding
from helpers.course.account import Account
from helpers.course.probes import PROBES, trying
from helpers.course.probes.ground import Ground
from helpers.course.session import LAB_SETTINGS

NEEDS = (Capability.LAYERS, Capability.TIMEOUT)


class Cloud:
    """An endpoint that says of itself what it is told to."""

    endpoint = "http://127.0.0.1:1"
    region = "us-east-1"
    access_key_id = secret_access_key = "x"

    def __init__(self, **said: Any) -> None:
        self.said = said

    def health(self) -> dict[str, Any]:
        return self.said


def account_of(cloud: Cloud) -> Account:
    return Account(cloud, None, True, _account_id="123456789012")  # type: ignore[arg-type]


def test_a_cloud_that_declares_what_it_can_do_is_believed():
    """What it names is there and the rest is missing; nothing is tried out."""
    found = Abilities(account_of(Cloud(capabilities=["layers"])))

    assert (Capability.TIMEOUT,) == found.missing(NEEDS)


def test_another_endpoint_is_tried_once(monkeypatch: pytest.MonkeyPatch):
    """A probe's yes counts and is remembered; a no, an error and no probe are missing."""
    tried: list[Capability] = []

    def saying(capability: Capability, answer: bool) -> Any:
        def probe(_ground: Ground) -> bool:
            tried.append(capability)
            return answer

        return probe

    def failing(_ground: Ground) -> bool:
        raise ValueError("no such operation")

    probes = {
        Capability.LAYERS: saying(Capability.LAYERS, True),
        Capability.TIMEOUT: saying(Capability.TIMEOUT, False),
        Capability.THROTTLES: failing,
    }
    monkeypatch.setattr(trying, "PROBES", probes)
    found = Abilities(account_of(Cloud()))

    first = found.look_at([*probes, Capability.RECORDS])
    again = found.look_at(probes)

    assert [
        Finding(Capability.RECORDS, False, trying.UNTRIED),
        Finding(Capability.TIMEOUT, False, trying.UNLIKE_AWS),
        Finding(Capability.THROTTLES, False, "ValueError: no such operation"),
        Finding(Capability.LAYERS, True),
    ] == first
    assert first[1:] == again
    assert sorted([Capability.LAYERS, Capability.TIMEOUT]) == sorted(tried)


def test_a_probe_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    """Connecting to a lab has a time limit, whatever a product does with a call."""
    released = threading.Event()
    monkeypatch.setattr(trying, "PROBES", {Capability.TIMEOUT: lambda _g: released.wait(60)})
    monkeypatch.setattr(trying, "LIMIT_S", 0.05)

    (finding,) = Abilities(account_of(Cloud())).look_at([Capability.TIMEOUT])
    released.set()

    assert Finding(Capability.TIMEOUT, False, trying.TOO_LATE) == finding


def test_the_kit_s_own_cloud_declares_every_capability():
    """On POSIX nothing is missing; on Windows no bootstrap program starts."""
    everything = {each.value for each in Capability}

    assert everything == set(capabilities(system="posix"))
    assert {Capability.CUSTOM_RUNTIME} == everything - set(capabilities(system="nt"))


class Timed:
    """Ground whose functions take as long as they are told to, by their memory."""

    def __init__(self, took: dict[int, float]) -> None:
        self._took = took

    def function(self, _source: str, _what: str, **configuration: int) -> float:
        return self._took[configuration["MemorySize"]]

    def invoke(self, function: float, _event: object) -> Any:
        return SimpleNamespace(payload=function)

    def wait_for(self, condition: Callable[[], Any], **_: float) -> Any:
        return condition()


@pytest.mark.parametrize(
    ("took", "able"), [({128: 0.7, 1769: 0.05}, True), ({128: 0.06, 1769: 0.05}, False)]
)
def test_the_processor_s_share_is_told_by_two_sizes(took: dict[int, float], able: bool):
    """Whether more memory is faster decides; a busy machine could not run this for a test."""
    assert able is PROBES[Capability.CPU_SHARE](Timed(took))  # type: ignore[arg-type]


@pytest.mark.parametrize("capability", sorted(PROBES.keys() - {Capability.CPU_SHARE}))
def test_the_kit_s_own_cloud_passes_every_probe(account: Account, capability: Capability):
    """What the list declares is true: each probe finds it, and leaves nothing behind."""
    account.configure(LAB_SETTINGS)
    ground = Ground(account)
    try:
        assert PROBES[capability](ground)
    finally:
        ground.close()

    assert [] == account.client("lambda").list_functions()["Functions"]
    assert [] == account.client("iam").list_roles()["Roles"]
    assert [] == account.client("sqs").list_queues().get("QueueUrls", [])
