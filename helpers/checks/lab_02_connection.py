"""Exercise 2.2: one connection for every event, and a new one when the other side closed it.

The check is the other side: a small HTTP server that keeps its connections, closes them between
two events, and at last goes away.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown
from helpers.views.invocation import Answer

FUNCTION = "check-stock"
STOCK = {"poster-a2": 12, "canvas-60": 3, "mug-photo": 0}
RESET_AT_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
LOOK_EVERY_S = 0.01
HANG_UP_WITHIN_S = 5.0


class Warehouse:
    """A server that counts connections and requests; lives as long as a check."""

    def __init__(self) -> None:
        self.connections: list[socket.socket] = []
        self.requests = 0
        self._over: set[socket.socket] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it listens, or listened."""
        return f"127.0.0.1:{self._server.server_port}"

    def hang_up(self, *, reset: bool) -> None:
        """Close every connection: with a goodbye, or as a network that broke."""
        opened = [connection for connection in self.connections if connection.fileno() != -1]
        for connection in opened:
            with suppress(OSError):  # closed by the other side in this moment
                if reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        self._over.update(opened)
        end = time.monotonic() + HANG_UP_WITHIN_S
        while any(c.fileno() != -1 for c in opened) and time.monotonic() < end:
            time.sleep(LOOK_EVERY_S)

    def leave(self) -> None:
        """Stop listening, and hang up."""
        self._server.shutdown()
        self._server.server_close()
        self.hang_up(reset=False)
        self._thread.join()

    def serve(self, connection: socket.socket, answer_one: Callable[[], bool]) -> None:
        """Answer what comes over a connection, until one side has had enough."""
        self.connections.append(connection)
        is_open = True
        while is_open and connection not in self._over:
            if select.select([connection], [], [], LOOK_EVERY_S)[0]:
                is_open = answer_one()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        warehouse = self

        class Clerk(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                warehouse.serve(self.connection, self.answer_one)

            def answer_one(self) -> bool:
                with suppress(OSError):  # hung up by the other side
                    self.handle_one_request()
                    return not self.close_connection
                return False

            def do_GET(self) -> None:
                warehouse.requests += 1
                sku = self.path.rpartition("/")[2]
                body = json.dumps({"sku": sku, "left": STOCK.get(sku)}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        return Clerk


def check_2_2(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Ask three times, hang up, ask again, break the line, ask again, then go away."""
    with _warehouse() as warehouse:
        variables = {"Variables": {"WAREHOUSE": warehouse.address}}
        session.deploy(handler, FUNCTION, Timeout=3, Environment=variables)
        did("asked for the stock of 3 products")
        for sku in STOCK:
            _expect_stock(session.invoke(FUNCTION, {"sku": sku}), sku, "")
        _expect_one_connection(warehouse)
        for reset, how in ((False, "closed the connection"), (True, "reset the connection")):
            warehouse.hang_up(reset=reset)
            did(f"asked for the stock, then {how} between two events, and asked again")
            for _ in range(2):
                sku = "canvas-60"
                _expect_stock(session.invoke(FUNCTION, {"sku": sku}), sku, how)
        _expect_three_connections(warehouse)
        warehouse.leave()
        did("closed the connection, reset it, and at last switched the warehouse off")
        _expect_failure(session.invoke(FUNCTION, {"sku": "poster-a2"}))


@contextmanager
def _warehouse() -> Iterator[Warehouse]:
    warehouse = Warehouse()
    try:
        yield warehouse
    finally:
        warehouse.leave()


def _expect_stock(answer: Answer, sku: str, how: str) -> None:
    expected = {"sku": sku, "left": STOCK[sku]}
    if how and answer.function_error is not None:
        raise NotYet(
            f"The warehouse {how} between two events, and the next event failed with "
            f"{answer.error_type}: {answer.error_message}",
            expected=f"{shown(expected)}, over a new connection.",
            advice="A closed line shows in several exceptions: RemoteDisconnected, "
            "ConnectionResetError, BrokenPipeError. They are all kinds of ConnectionError.",
            hint=2,
        )
    payload = payload_of(answer, {"sku": sku}, expected=f"{shown(expected)}.", hint=1)
    if payload != expected:
        raise NotYet(
            f"For {sku} the answer was {shown(payload)}",
            expected=f"{shown(expected)}, as the warehouse answers it.",
            advice="Return what stock_of returns, also after the second try.",
            hint=3,
        )


def _expect_one_connection(warehouse: Warehouse) -> None:
    if warehouse.requests > len(STOCK):
        raise NotYet(
            f"{len(STOCK)} events made {warehouse.requests} requests.",
            expected="one request for each event, while all is well.",
            advice="Asking first whether the line is open costs a request each time, and the "
            "line may close right after it. Try, and try again when it fails.",
            hint=1,
        )
    if len(warehouse.connections) > 1:
        raise NotYet(
            f"{len(STOCK)} events opened {len(warehouse.connections)} connections.",
            expected="one: an open connection serves the next event too.",
            advice="Keep the connection above the handler, and make a new one only when the old "
            "one turns out to be closed.",
            hint=1,
        )


def _expect_three_connections(warehouse: Warehouse) -> None:
    if len(warehouse.connections) <= 3:
        return
    raise NotYet(
        f"The warehouse hung up twice, and you opened {len(warehouse.connections)} connections.",
        expected="three: the first, and one after each time.",
        advice="Is the new connection kept for the next event?",
        hint=2,
    )


def _expect_failure(answer: Answer) -> None:
    if answer.function_error is not None and answer.error_type != "Sandbox.Timedout":
        return
    if answer.function_error is None:
        seen, advice = (
            f"The warehouse is off, and the answer was {shown(answer.payload)}.",
            "Whoever reads this takes it for an answer. Let the second failure leave the handler.",
        )
    else:
        seen, advice = (
            "The warehouse is off, and the function ran into its timeout.",
            "Try a second time, and not a third. Three seconds of trying are billed too.",
        )
    raise NotYet(seen, expected="an exception, after one more try.", advice=advice, hint=3)
