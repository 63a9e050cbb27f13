from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.notebooks.watching import Watch

ROOT = Path(__file__).resolve().parents[3]


def run(watch: Watch, code: str) -> None:
    """Run code in a watched Python of its own."""
    environment = {**os.environ, **watch.variables(ROOT)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)


@pytest.mark.parametrize(
    ("call", "noted"),
    [
        ("'socket.connect', None, ('192.0.2.1', 443)", ["socket.connect 192.0.2.1"]),
        ("'socket.connect', None, ('2001:db8::1', 443, 0, 0)", ["socket.connect 2001:db8::1"]),
        ("'socket.sendto', None, ('192.0.2.1', 53)", ["socket.sendto 192.0.2.1"]),
        (
            "'socket.getaddrinfo', 's3.amazonaws.com', 443, 0, 0, 0",
            ["socket.getaddrinfo s3.amazonaws.com"],
        ),
        (
            "'socket.gethostbyname', b'sts.amazonaws.com'",
            ["socket.gethostbyname sts.amazonaws.com"],
        ),
        ("'socket.connect', None, ('127.0.0.1', 443)", []),
        ("'socket.connect', None, ('::1', 443, 0, 0)", []),
        ("'socket.connect', None, '/run/some.socket'", []),
        ("'socket.getaddrinfo', None, 443, 0, 0, 0", []),
        ("'socket.getaddrinfo', 'api.localhost', 443, 0, 0, 0", []),
        ("'socket.bind', None, ('192.0.2.1', 443)", []),
    ],
)
def test_what_leaves_this_machine_is_noted(tmp_path: Path, call: str, noted: list[str]):
    """Connections, datagrams and names to look up count; loopback and Unix sockets do not."""
    watch = Watch(tmp_path / "connections")

    run(watch, f"import sys; sys.audit({call})")

    assert noted == watch.departures()
    assert 1 == len(watch.processes())


def test_a_process_that_is_not_watched_has_no_ledger(tmp_path: Path):
    """Nobody watched means nothing noted, which a test must not take for nothing left."""
    assert [] == Watch(tmp_path / "connections").processes()
