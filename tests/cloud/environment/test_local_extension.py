"""The ports at which AWS's extension is known, shared by environments."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from helpers.cloud.environment.local_extension import (
    LISTENER,
    PORT,
    PROGRAM,
    TAKEN,
    TOKEN,
    LocalPorts,
    is_aws_layer,
    layer_zip,
)
from tools.ports import free_port

ARN = "arn:aws:lambda:{}:{}:layer:AWS-Parameters-and-Secrets-Lambda-Extension{}:{}"


class Echo(BaseHTTPRequestHandler):
    """Answers with the path and the token it was shown."""

    def do_GET(self) -> None:
        body = f"{self.path} {self.headers[TOKEN]}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def ports() -> Iterator[LocalPorts]:
    opened = LocalPorts()
    yield opened
    opened.close()


def ask(port: int, token: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/a?b=c", headers={TOKEN: token})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as got:
            return got.status, got.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (ARN.format("us-east-1", "177933569100", "", 1), True),
        (ARN.format("eu-west-1", "015030872274", "-Arm64", 24), True),
        (ARN.format("us-east-1", "177933569101", "", 1), False),
        (ARN.format("us-east-1", "177933569100", "-Mine", 1), False),
    ],
)
def test_the_layer_is_known_by_its_arn(arn: str, expected: bool):
    """Account and name must be AWS's; Region and version may be any."""
    assert expected is is_aws_layer(arn)


@pytest.mark.skipif(sys.platform == "win32", reason="extensions are POSIX programs")
def test_the_layer_holds_a_program(tmp_path: Path):
    """It starts under any interpreter path, and fails only for want of an environment."""
    with zipfile.ZipFile(io.BytesIO(layer_zip())) as archive:
        (entry,) = archive.infolist()
        program = tmp_path / "program"
        program.write_bytes(archive.read(entry))
    program.chmod(0o755)
    ran = subprocess.run([program], capture_output=True, text=True, env={}, check=False)

    assert (f"extensions/{PROGRAM}", 0o755) == (entry.filename, entry.external_attr >> 16 & 0o777)
    assert f"KeyError: '{LISTENER}'" in ran.stderr


def test_a_request_reaches_the_extension_of_its_token(ports: LocalPorts):
    """One port for two environments; an unknown token reaches none."""
    port = free_port()
    given = {PORT: str(port)}
    listeners = [ports.open({**given, "AWS_SESSION_TOKEN": name}) for name in ("one", "two")]
    servers = []
    for listener in listeners:
        server = HTTPServer(("127.0.0.1", 0), Echo, bind_and_activate=False)
        server.socket.close()
        server.socket = listener.socket
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
    try:
        assert [port, port] == [listener.port for listener in listeners]
        assert [(200, "/a?b=c one"), (200, "/a?b=c two")] == [
            ask(port, name) for name in ("one", "two")
        ]
        assert 401 == ask(port, "three")[0]
        ports.clear()
        assert 401 == ask(port, "one")[0]
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def test_an_extension_that_is_gone_is_a_bad_gateway(ports: LocalPorts):
    """The environment ended, and its token with it."""
    port = free_port()
    ports.open({PORT: str(port), "AWS_SESSION_TOKEN": "one"}).socket.close()

    assert 502 == ask(port, "one")[0]


def test_a_port_of_another_program_is_not_taken(ports: LocalPorts):
    """The environment is told its extension's own port, and which one it could not have."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = taken.getsockname()[1]
        listener = ports.open({PORT: str(wanted), "AWS_SESSION_TOKEN": "one"})
        with listener.socket:
            assert listener.socket.getsockname()[1] == listener.port != wanted
            assert str(wanted) == listener.variables[TAKEN]
