from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from helpers.checks.outcome import NotAvailable
from helpers.cloud.errors import KitError
from helpers.course.joined import JoinedCloud


class Endpoint(BaseHTTPRequestHandler):
    """Answers like the kit's cloud, or like another product; remembers what it was sent."""

    known = True
    seen: ClassVar[list[tuple[str, str, str]]]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        type(self).seen.append((self.command, self.path, body))
        signed = self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential=k/")
        self.send_response(200 if self.known and signed else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"records": [], "next": 1}).encode())

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture
def endpoint() -> Iterator[tuple[type[Endpoint], JoinedCloud]]:
    class Own(Endpoint):
        seen: ClassVar[list[tuple[str, str, str]]] = []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    environ = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1"}
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    yield Own, JoinedCloud.from_environment(url, environ)
    server.shutdown()
    server.server_close()
    thread.join()


def test_region_and_key_come_from_the_environment(endpoint: tuple[type[Endpoint], JoinedCloud]):
    """What stands beside AWS_ENDPOINT_URL is used, and its trailing slash is not."""
    _, cloud = endpoint

    assert ("eu-west-1", "k", "s") == (
        cloud.region,
        cloud.access_key_id,
        cloud.secret_access_key,
    )
    assert not cloud.endpoint.endswith("/")


def test_kit_calls_are_signed(endpoint: tuple[type[Endpoint], JoinedCloud]):
    """Records, reset and config go to /_kit with SigV4 of the key."""
    own, cloud = endpoint

    assert [] == cloud.records(3)["records"]
    cloud.reset()
    cloud.config(time_lapse=2)

    assert [
        ("GET", "/_kit/records?since=3", ""),
        ("POST", "/_kit/reset", ""),
        ("POST", "/_kit/config", '{"time_lapse": 2}'),
    ] == own.seen


def test_another_product_has_no_health_and_no_records(
    endpoint: tuple[type[Endpoint], JoinedCloud],
):
    """A foreign endpoint is joined all the same; what only the kit knows is not available."""
    own, cloud = endpoint
    own.known = False

    assert {} == cloud.health()
    with pytest.raises(NotAvailable, match="not the kit's cloud"):
        cloud.records()


def test_an_endpoint_where_nothing_listens_says_what_to_do():
    """A forgotten AWS_ENDPOINT_URL is named, with both ways out."""
    cloud = JoinedCloud("http://127.0.0.1:9", "us-east-1", "k", "s")

    with pytest.raises(KitError, match=r"kit\.py serve"):
        cloud.health()
