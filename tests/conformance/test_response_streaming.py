"""Response streaming: a custom runtime's answer goes out while it is still being made."""

from __future__ import annotations

import http.client
import io
import json
import secrets
import socket
import sys
import urllib.parse
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from helpers.cloud.environment.runtime_folder import interpreter

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="bootstraps are POSIX programs")

BOOTSTRAP = (
    f"#!{interpreter()} -S\n"
    + """\
import base64, json, os, socket, urllib.request

host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].partition(":")
api = f"http://{host}:{port}/2018-06-01/runtime/invocation/"

def chunk(data):
    return b"%x\\r\\n%b\\r\\n" % (len(data), data)

while True:
    with urllib.request.urlopen(api + "next") as got:
        event, me = json.load(got), got.headers["Lambda-Runtime-Aws-Request-Id"]
    asked = json.loads(event["body"]) if "body" in event else event
    with socket.create_connection((host, int(port))) as line:
        line.sendall(
            f"POST /2018-06-01/runtime/invocation/{me}/response HTTP/1.1\\r\\n"
            "Lambda-Runtime-Function-Response-Mode: streaming\\r\\n"
            f"Content-Type: {asked.get('type', 'text/plain')}\\r\\n"
            "Transfer-Encoding: chunked\\r\\n"
            "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body"
            "\\r\\n\\r\\n".encode()
        )
        for piece in asked["pieces"]:
            line.sendall(chunk(piece.encode()))
        if "wait" in asked:
            with socket.create_connection(("127.0.0.1", asked["wait"])) as gate:
                gate.recv(1)
            line.sendall(chunk(b"after"))
        line.sendall(b"0\\r\\n")
        if "error" in asked:
            told = {"errorType": asked["error"], "errorMessage": "half way"}
            body = base64.b64encode(json.dumps(told).encode()).decode()
            line.sendall(f"Lambda-Runtime-Function-Error-Type: {asked['error']}\\r\\n".encode())
            line.sendall(f"Lambda-Runtime-Function-Error-Body: {body}\\r\\n".encode())
        line.sendall(b"\\r\\n")
        line.recv(1024)
    if asked.get("exit"):
        os._exit(1)
"""
)
PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response"
HALF_WAY = {"errorType": "Half.Way", "errorMessage": "half way"}


@pytest.fixture(scope="module")
def name(cloud: Any) -> str:
    """A function with a bootstrap that streams what its event says."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o100755 << 16
        archive.writestr(entry, BOOTSTRAP)
    name = f"f-{secrets.token_hex(6)}"
    cloud.functions.create_function(
        FunctionName=name,
        Role=cloud.role_arn,
        Runtime="provided.al2023",
        Handler="any.handler",
        Timeout=30,
        Code={"ZipFile": buffer.getvalue()},
    )
    return name


@pytest.fixture(scope="module")
def url(cloud: Any, name: str) -> urllib.parse.SplitResult:
    """The function's public URL in RESPONSE_STREAM mode."""
    made = cloud.functions.create_function_url_config(
        FunctionName=name, AuthType="NONE", InvokeMode="RESPONSE_STREAM"
    )
    for action, condition in (
        ("lambda:InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
        ("lambda:InvokeFunction", {"InvokedViaFunctionUrl": True}),
    ):
        cloud.functions.add_permission(
            FunctionName=name,
            StatementId=secrets.token_hex(4),
            Action=action,
            Principal="*",
            **condition,
        )
    return urllib.parse.urlsplit(made["FunctionUrl"])


@pytest.fixture
def gate() -> Iterator[socket.socket]:
    """A port at which the function waits until somebody lets it go on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        yield server


def pass_through(gate: socket.socket) -> None:
    """Let the function go on."""
    waiting, _ = gate.accept()
    waiting.sendall(b"!")
    waiting.close()


def stream(cloud: Any, name: str, event: dict[str, Any], **call: Any) -> Any:
    """Invoke the function; return its answer, whose stream is still to be read."""
    return cloud.functions.invoke_with_response_stream(
        FunctionName=name, Payload=json.dumps(event).encode(), **call
    )


def post(url: urllib.parse.SplitResult, event: dict[str, Any]) -> http.client.HTTPResponse:
    """Call the URL; return the response, whose body is still to be read."""
    connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=30)
    body = json.dumps(event).encode()
    connection.request("POST", url.path, body, {"Content-Type": "application/json"})
    return connection.getresponse()


def test_pieces_come_while_the_function_runs(cloud: Any, name: str, gate: socket.socket) -> None:
    """The first chunk is there before the function goes on; the end tells of the log."""
    event = {"pieces": ["one"], "wait": gate.getsockname()[1]}
    answer = stream(cloud, name, event, LogType="Tail")
    events = iter(answer["EventStream"])
    assert {"PayloadChunk": {"Payload": b"one"}} == next(events)
    assert (200, "$LATEST") == (answer["StatusCode"], answer["ExecutedVersion"])
    pass_through(gate)
    after, end = list(events)
    assert {"PayloadChunk": {"Payload": b"after"}} == after
    assert ["LogResult"] == list(end["InvokeComplete"])


def test_an_error_on_the_way_ends_the_stream(cloud: Any, name: str) -> None:
    """What came stays; the end has the error that the runtime told of in its trailers."""
    chunk, end = stream(cloud, name, {"pieces": ["part"], "error": "Half.Way"})["EventStream"]
    assert {"PayloadChunk": {"Payload": b"part"}} == chunk
    assert "Unhandled" == end["InvokeComplete"]["ErrorCode"]
    assert HALF_WAY == json.loads(end["InvokeComplete"]["ErrorDetails"])


def test_invoke_collects_what_is_streamed(cloud: Any, name: str) -> None:
    """A plain Invoke answers with the whole, or with the error; the runtime goes on."""
    whole = cloud.invoke(name, {"pieces": ["[1,", "2]"]})
    assert ([1, 2], None) == (whole.value, whole.function_error)
    failed = cloud.invoke(name, {"pieces": ["part"], "error": "Half.Way"})
    assert (HALF_WAY, "Unhandled") == (failed.value, failed.function_error)
    assert "after all" == cloud.invoke(name, {"pieces": ['"after all"']}).value


def test_a_url_streams(url: urllib.parse.SplitResult, gate: socket.socket) -> None:
    """The body comes in chunks, the first of them before the function goes on."""
    response = post(url, {"pieces": ["one"], "wait": gate.getsockname()[1]})
    assert (200, "text/plain") == (response.status, response.getheader("Content-Type"))
    assert "chunked" == response.getheader("Transfer-Encoding")
    assert b"one" == response.read1()
    pass_through(gate)
    assert b"after" == response.read()


def test_a_prelude_sets_status_headers_and_cookies(url: urllib.parse.SplitResult) -> None:
    """What stands before eight null bytes is the head, wherever its pieces are cut."""
    head = {"statusCode": 201, "headers": {"Content-Type": "text/html", "X-A": "b"}}
    text = json.dumps({**head, "cookies": ["c=1", "d=2"]})
    pieces = [text[:9], text[9:] + "\0\0\0", "\0\0\0\0\0<p>", "</p>"]
    response = post(url, {"type": PRELUDE_TYPE, "pieces": pieces})
    assert (201, b"<p></p>") == (response.status, response.read())
    assert ("text/html", "b") == (response.getheader("Content-Type"), response.getheader("X-A"))
    assert ["c=1", "d=2"] == response.headers.get_all("Set-Cookie")


def test_a_prelude_that_is_none_is_a_502(url: urllib.parse.SplitResult) -> None:
    """A head that cannot be read makes a bad gateway."""
    response = post(url, {"type": PRELUDE_TYPE, "pieces": ["no JSON" + "\0" * 8 + "body"]})
    assert (502, b"Internal Server Error") == (response.status, response.read())


def test_a_broken_stream_is_cut(url: urllib.parse.SplitResult) -> None:
    """After an error on the way the last chunk never comes, so that nobody takes it for whole."""
    response = post(url, {"pieces": ["part"], "error": "Half.Way"})
    assert 200 == response.status
    with pytest.raises(http.client.IncompleteRead) as cut:
        response.read()
    assert b"part" == cut.value.partial


def test_a_runtime_may_exit_after_its_answer(cloud: Any, name: str) -> None:
    """The answer stays whole, and the next event meets a fresh runtime."""
    assert 1 == cloud.invoke(name, {"pieces": ["1"], "exit": True}).value
    assert 2 == cloud.invoke(name, {"pieces": ["2"]}).value
