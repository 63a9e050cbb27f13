"""AWS's layer with the Parameters and Secrets extension, and the port that functions know it by.

On AWS every environment has a network of its own, so that each extension has port 2773 for itself.
Here environments share the machine's. Each extension listens at a port of its own; the cloud
listens at 2773 (or the port that the function's configuration names) and hands every request to the
extension whose session token it shows. Where that port is taken, the environment is told its
extension's own port in PARAMETERS_SECRETS_EXTENSION_HTTP_PORT, which is where code should look.

Source: docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import shlex
import socket
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from helpers.cloud.environment.runtime_folder import interpreter
from helpers.cloud.environment.secrets_extension import LISTENER, TAKEN, TOKEN

PROGRAM = "AWSParametersAndSecretsLambdaExtension"
LAYER = re.compile(
    r"arn:aws:lambda:[a-z0-9-]+:(?:177933569100|590474943231|345057560386|997803712105|"
    r"015030872274|187925254637):layer:AWS-Parameters-and-Secrets-Lambda-Extension(?:-Arm64)?:[0-9]+"
)
"""The layer in the accounts of some Regions; us-east-1's is taken in any."""
PORT = "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"
DEFAULT_PORT = 2773
MAX_TOKENS = 10_000


def is_aws_layer(arn: str) -> bool:
    """Tell whether an ARN names AWS's layer with the extension."""
    return LAYER.fullmatch(arn) is not None


@cache
def layer_zip() -> bytes:
    """Return the layer: the extension as a program of this machine."""
    source = Path(__file__).with_name("secrets_extension.py").read_text(encoding="utf-8")
    # the interpreter's path may be too long, or hold a space, for a line that begins with #!
    start = f"#!/bin/sh\n''':'\nexec {shlex.quote(interpreter())} -S \"$0\" \"$@\"\n'''\n"
    text = start + source.partition('"""\n\n')[2].replace(
        "from __future__ import annotations\n", ""
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(f"extensions/{PROGRAM}")
        entry.external_attr = (0o100755) << 16
        archive.writestr(entry, text)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Listener:
    """The socket that an extension is started with, and where the function finds it.

    `variables` are for the extension alone.
    """

    socket: socket.socket
    port: int
    variables: Mapping[str, str]


class LocalPorts:
    """The ports at which extensions are known, each shared by all of them; lives with the cloud."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[int, ThreadingHTTPServer] = {}
        self._extensions: OrderedDict[str, int] = OrderedDict()

    def open(self, variables: Mapping[str, str]) -> Listener:
        """Return a socket for an extension of an environment with these variables."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        port = int(listener.getsockname()[1])
        given = variables.get(PORT, "")
        wanted = int(given) if given.isdecimal() and 0 < int(given) < 65_536 else DEFAULT_PORT
        told = {LISTENER: str(listener.fileno())}
        with self._lock:
            self._extensions[variables["AWS_SESSION_TOKEN"]] = port
            while len(self._extensions) > MAX_TOKENS:
                self._extensions.popitem(last=False)
            if wanted in self._servers or self._serve(wanted):
                return Listener(listener, wanted, told)
        return Listener(listener, port, {**told, TAKEN: str(wanted)})

    def extension_of(self, token: str) -> int | None:
        """Return the port of the extension whose environment has this session token."""
        return self._extensions.get(token)

    def clear(self) -> None:
        """Forget every extension; the ports are kept for those to come."""
        with self._lock:
            self._extensions.clear()

    def close(self) -> None:
        """Give the ports back."""
        with self._lock:
            servers, self._servers = list(self._servers.values()), {}
        ends = [threading.Thread(target=server.shutdown) for server in servers]
        for end in ends:
            end.start()
        for end in ends:
            end.join()
        for server in servers:
            server.server_close()

    def _serve(self, port: int) -> bool:
        ports = self

        class Relay(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                extension = ports.extension_of(self.headers.get(TOKEN, ""))
                if extension is None:
                    self._answer(
                        401, {}, f"unauthorized: send AWS_SESSION_TOKEN as {TOKEN}".encode()
                    )
                    return
                connection = http.client.HTTPConnection("127.0.0.1", extension, timeout=60)
                try:
                    token = {TOKEN: self.headers[TOKEN]}
                    connection.request("GET", self.path, headers=token)
                    response = connection.getresponse()
                    body = response.read()
                    kind = {"Content-Type": response.headers.get("Content-Type", "")}
                    self._answer(response.status, kind, body)
                except (OSError, http.client.HTTPException):
                    self._answer(502, {}, b"the extension of this environment does not answer")
                finally:
                    connection.close()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

            def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body)

        try:
            server = _OwnServer(("127.0.0.1", port), Relay)
        except OSError:
            return False
        self._servers[port] = server
        threading.Thread(
            target=server.serve_forever, args=(0.05,), name=f"extensions-{port}", daemon=True
        ).start()
        return True


class _OwnServer(ThreadingHTTPServer):
    """A server that never shares its port with another program."""

    daemon_threads = True
    request_queue_size = 64
    allow_reuse_port = False
