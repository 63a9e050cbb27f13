"""The AWS Parameters and Secrets Lambda Extension: a cache at a local port, as an extension.

Runs inside execution environments, so it uses the standard library only. Serves GetSecretValue and
GetParameter to whoever shows the session token, from a cache, with the execution role's
credentials. Left out: log levels, timeouts and connection limits of AWS's own.

Source: docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html,
docs.aws.amazon.com/systems-manager/latest/userguide/ps-integration-lambda-extensions.html.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import socket
import sys
import threading
import time
import urllib.request
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

API = "http://{}/2020-01-01/extension/"
TOKEN = "X-Aws-Parameters-Secrets-Token"
NOT_READY = "not ready to serve traffic, please wait"
PREFIX = "PARAMETERS_SECRETS_EXTENSION_"
LISTENER = "_PARAMETERS_SECRETS_EXTENSION_LISTENER"
TAKEN = "_PARAMETERS_SECRETS_EXTENSION_TAKEN"
READY_WITHIN_S = 2.0
"""The first event may reach the function a little earlier; init is refused after this."""
SECRETS, PARAMETERS = "/secretsmanager/get", "/systemsmanager/parameters/get"
QUERY = dict[str, list[str]]


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """What the extension answers instead of a value."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Cache:
    """Answers by what was asked, each for its time to live; the oldest give way."""

    def __init__(self, environ: dict[str, str]) -> None:
        on = environ.get(PREFIX + "CACHE_ENABLED", "true").lower() != "false"
        self._size = _number(environ, PREFIX + "CACHE_SIZE", 1000, 1000) if on else 0
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, asked: str) -> bytes | None:
        """Return an answer that is not stale."""
        with self._lock:
            until, answer = self._kept.get(asked, (0.0, b""))
        return answer if time.monotonic() < until else None

    def put(self, asked: str, answer: bytes, ttl_s: int) -> None:
        """Keep an answer."""
        with self._lock:
            self._kept.pop(asked, None)
            if ttl_s and self._size:
                self._kept[asked] = (time.monotonic() + ttl_s, answer)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


class Handler(BaseHTTPRequestHandler):
    """Answers one request of the function."""

    ready = threading.Event()
    cache: Cache

    def do_GET(self) -> None:
        """Serve a secret or a parameter."""
        try:
            status, body = 200, self._value()
        except Refused as refused:
            status, body = refused.status, str(refused).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json" if status == 200 else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: what an extension prints is in the function's log."""

    def _value(self) -> bytes:
        if not hmac.compare_digest(
            self.headers.get(TOKEN, "").encode(), os.environ["AWS_SESSION_TOKEN"].encode()
        ):
            raise Refused(401, f"unauthorized: send AWS_SESSION_TOKEN as {TOKEN}")
        if not self.ready.wait(READY_WITHIN_S):
            raise Refused(400, NOT_READY)
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        path = url.path.rstrip("/")
        if path == SECRETS:
            target, members, ttl = (
                "secretsmanager.GetSecretValue",
                _secret(query),
                "SECRETS_MANAGER_TTL",
            )
        elif path == PARAMETERS:
            target, members, ttl = (
                "AmazonSSM.GetParameter",
                _parameter(query),
                "SSM_PARAMETER_STORE_TTL",
            )
        else:
            raise Refused(404, "404 page not found")
        asked = json.dumps([target, members])
        fresh = _first(query, "refreshNow").lower() == "true"
        kept = None if fresh else self.cache.get(asked)
        if kept is not None:
            return kept
        answer = json.dumps({**_call(target, members), "ResultMetadata": {}}).encode()
        self.cache.put(asked, answer, _number(dict(os.environ), ttl, 300, 300))
        return answer


def _secret(query: QUERY) -> dict[str, object]:
    names = {"SecretId": "secretId", "VersionId": "versionId", "VersionStage": "versionStage"}
    members: dict[str, object] = {
        member: _first(query, name) for member, name in names.items() if _first(query, name)
    }
    if "SecretId" not in members:
        raise Refused(400, "secretId is required")
    return members


def _parameter(query: QUERY) -> dict[str, object]:
    name, version, label = (_first(query, each) for each in ("name", "version", "label"))
    if not name:
        raise Refused(400, "name is required")
    if version and label:
        raise Refused(400, "version and label cannot both be given")
    selector = version or label
    decrypt = _first(query, "withDecryption").lower() == "true"
    return {"Name": f"{name}:{selector}" if selector else name, "WithDecryption": decrypt}


def _first(query: QUERY, name: str) -> str:
    return query.get(name, [""])[0]


def _number(environ: dict[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name, "")
    return min(int(text), most) if text.isdecimal() else default


def _call(target: str, members: dict[str, object]) -> dict[str, object]:
    """Call a service in the JSON protocol, signed with the role's credentials."""
    service = "ssm" if target.startswith("AmazonSSM") else "secretsmanager"
    host = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
    body = json.dumps(members).encode()
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request("POST", "/", body, _signed(service, host, target, body))
        response = connection.getresponse()
        document: dict[str, object] = json.loads(response.read())
    except (OSError, ValueError) as error:
        raise Refused(500, "an unexpected error occurred while executing request") from error
    finally:
        connection.close()
    if response.status == 200:
        return document
    code = str(document.get("__type", "")).rpartition("#")[2]
    message = document.get("message") or document.get("Message") or ""
    raise Refused(400 if response.status < 500 else 500, f"{code}: {message}")


def _signed(service: str, host: str, target: str, body: bytes) -> dict[str, str]:
    """Return the headers of a request, with its signature (version 4)."""
    region, moment = os.environ["AWS_REGION"], time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": host,
        "x-amz-date": moment,
        "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"],
        "x-amz-target": target,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    asked = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in (moment[:8], region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


def main() -> None:
    """Serve, and take part in the environment's life until it is shut down."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = socket.socket(fileno=int(os.environ[LISTENER]))
    server.daemon_threads = True
    Handler.cache = Cache(dict(os.environ))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if TAKEN in os.environ:
        print(
            f"Port {os.environ[TAKEN]} of this machine belongs to another program, so the "
            "extension listens where PARAMETERS_SECRETS_EXTENSION_HTTP_PORT says. Read the port "
            "from that variable.",
            flush=True,
        )
    api = API.format(os.environ["AWS_LAMBDA_RUNTIME_API"])
    name = os.path.basename(sys.argv[0])  # noqa: PTH119 - pathlib is slow to import
    identity = {"Lambda-Extension-Name": name}
    body = json.dumps({"events": ["INVOKE", "SHUTDOWN"]}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{api}register", body, identity)) as got:
        identity = {"Lambda-Extension-Identifier": got.headers["Lambda-Extension-Identifier"]}
    while True:
        asked = urllib.request.Request(f"{api}event/next", headers=identity)
        with urllib.request.urlopen(asked) as got:
            if json.load(got)["eventType"] == "SHUTDOWN":
                return
        Handler.ready.set()


if __name__ == "__main__":
    main()
