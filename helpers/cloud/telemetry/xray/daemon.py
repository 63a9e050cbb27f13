"""The X-Ray daemon: a UDP address that functions send their subsegments to.

Each execution role has a port of its own on the loopback address, so that whose data a datagram
is does not depend on what it says. Leaves out the TCP side, which fetches sampling rules.

Source: docs.aws.amazon.com/xray/latest/devguide/xray-daemon.html.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading

from helpers.cloud.telemetry.xray.datagrams import BadDatagram, documents
from helpers.cloud.telemetry.xray.intake import Intake

MAX_DATAGRAM = 65_535
RECEIVE_BUFFER = 1 << 20


class Daemon:
    """One thread, and one socket per role and Region; lives with the cloud."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._selector = selectors.DefaultSelector()
        self._sockets: dict[tuple[str, str], socket.socket] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._bell, self._ear = socket.socketpair()
        self._ear.setblocking(False)
        self._selector.register(self._ear, selectors.EVENT_READ, None)

    def address(self, role_arn: str, region: str) -> str:
        """Return host and port for functions of a role, opened when first asked for."""
        key = (role_arn, region)
        with self._lock:
            if self._closed:
                return ""
            if key not in self._sockets:
                self._sockets[key] = self._open(key)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="x-ray", daemon=True)
                self._thread.start()
            host, port = self._sockets[key].getsockname()
        return f"{host}:{port}"

    def clear(self) -> None:
        """Close every role's address; the roles are gone."""
        with self._lock:
            self._forget()

    def close(self) -> None:
        """Close everything and end the thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._forget()
        self._bell.close()  # wakes the thread
        if self._thread is not None:
            self._thread.join(2.0)
        self._selector.close()
        self._ear.close()

    def _open(self, key: tuple[str, str]) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with contextlib.suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        opened.bind(("127.0.0.1", 0))
        opened.setblocking(False)
        self._selector.register(opened, selectors.EVENT_READ, key)
        with contextlib.suppress(OSError):
            self._bell.send(b"!")  # some selectors do not see what is added while they wait
        return opened

    def _forget(self) -> None:
        for opened in self._sockets.values():
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(opened)
            opened.close()
        self._sockets.clear()

    def _run(self) -> None:
        while not self._closed:
            try:
                ready = self._selector.select()
            except (OSError, RuntimeError):  # an address came or went meanwhile
                continue
            for key, _ in ready:
                assert isinstance(key.fileobj, socket.socket)
                with contextlib.suppress(OSError, ValueError):
                    data = key.fileobj.recv(MAX_DATAGRAM)
                    if key.data is not None:
                        self._receive(key.data, data)

    def _receive(self, sender: tuple[str, str], data: bytes) -> None:
        role_arn, region = sender
        try:
            texts = documents(data)
        except BadDatagram as error:
            self._intake.ignore(role_arn, str(error))
            return
        for text in texts:
            self._intake.put(role_arn, region, text)
