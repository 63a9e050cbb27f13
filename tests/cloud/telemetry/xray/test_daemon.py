"""The daemon's sockets: one per role, closed with the account."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest

from helpers.cloud.clock import Clock
from helpers.cloud.records import Recorder
from helpers.cloud.telemetry.xray.daemon import Daemon
from helpers.cloud.telemetry.xray.intake import Intake
from helpers.cloud.telemetry.xray.store import TraceStore
from tests.waiting import until

ROOT = "1-5759e988-bd862e3fe1be46a994272793"
GOOD = json.dumps({"id": "0" * 16, "trace_id": ROOT, "name": "s", "start_time": 1, "end_time": 2})
HEADER = '{"format": "json", "version": 1}\n'
REGION = "us-east-1"


class Allowing:
    """Lets every role do everything but one."""

    def role_may(self, role_arn: str, action: str, resource: str) -> str | None:
        return "no" if role_arn == "denied" else None

    def service_may(self, service: str, action: str, resource: str, source_arn: str) -> str | None:
        return None


@pytest.fixture
def recorder() -> Recorder:
    return Recorder(Clock())


@pytest.fixture
def store() -> TraceStore:
    return TraceStore()


@pytest.fixture
def daemon(recorder: Recorder, store: TraceStore) -> Iterator[Daemon]:
    running = Daemon(Intake(store, Allowing(), recorder))
    yield running
    running.close()


def send(address: str, *texts: str) -> None:
    host, port = address.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for text in texts:
            sender.sendto(text.encode(), (host, int(port)))


def test_a_datagram_becomes_a_segment(daemon: Daemon, store: TraceStore):
    """A header line and a document are all it takes."""
    send(daemon.address("role", REGION), HEADER + GOOD)

    until(lambda: store.get(REGION, ROOT))


def test_every_role_has_its_own_address(daemon: Daemon, recorder: Recorder, store: TraceStore):
    """Whoever may not send is known by the port, whatever the datagram says."""
    assert daemon.address("role", REGION) == daemon.address("role", REGION)
    assert daemon.address("role", REGION) != daemon.address("denied", REGION)
    send(daemon.address("denied", REGION), HEADER + GOOD)
    until(lambda: recorder.since(0)["records"])

    assert ["trace.withheld"] == [r["kind"] for r in recorder.since(0)["records"]]
    assert store.get(REGION, ROOT) is None


def test_a_flood_of_garbage_leaves_few_records(
    daemon: Daemon, recorder: Recorder, store: TraceStore
):
    """Only powers of two are told, and what is good still arrives."""
    address = daemon.address("role", REGION)
    for _ in range(20):
        send(address, *["garbage"] * 10)
        time.sleep(0.001)
    until(lambda: len(recorder.since(0)["records"]) >= 6)
    send(address, HEADER + GOOD)
    until(lambda: store.get(REGION, ROOT))

    counts = [r["count"] for r in recorder.since(0)["records"]]
    assert [2**n for n in range(len(counts))] == counts
    assert len(counts) <= 8


def test_addresses_end_with_the_account(daemon: Daemon, store: TraceStore):
    """After a reset a role gets a new address, and after the end none."""
    daemon.address("role", REGION)
    daemon.clear()
    send(daemon.address("role", REGION), HEADER + GOOD)
    until(lambda: store.get(REGION, ROOT))
    daemon.close()
    daemon.close()

    assert "" == daemon.address("role", REGION)
