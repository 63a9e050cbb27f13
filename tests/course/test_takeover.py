from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.utils import get_environ_proxies

from helpers.cloud.errors import KitError
from helpers.course.takeover import CONFIG_FILE, NOWHERE, Shielded, shut_off, takeover

ENDPOINT = "http://127.0.0.1:4566"
KEYS = ("AKIAKIT", "secret")

SCRIPT = """
import json, os, sys

addresses = []

def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        addresses.append(list(arguments[1])[:2] if isinstance(arguments[1], tuple) else "local")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        addresses.append([arguments[0], arguments[1] if len(arguments) > 1 else 0])
        if arguments[0] != "127.0.0.1":
            raise OSError("noted, and held back")
    elif event == "subprocess.Popen":
        addresses.append(["a process", str(arguments[0])])

sys.addaudithook(watch)
endpoint, order = sys.argv[1:]
import boto3
if order == "after":
    try:
        boto3.setup_default_session()
    except Exception:
        pass
from helpers.course.takeover import Shielded, takeover
if order == "without":
    os.environ["AWS_ENDPOINT_URL"] = endpoint
    shielded = Shielded()
else:
    shielded = takeover(os.environ, endpoint=endpoint, credentials=("AKIAKIT", "secret"))
outcomes = {}
calls = {"s3": "list_buckets", "sqs": "list_queues", "lambda": "list_functions",
         "dynamodb": "list_tables", "sts": "get_caller_identity"}
for service, operation in calls.items():
    client = boto3.client(service)
    try:
        getattr(client, operation)()
        outcomes[service] = "answered"
    except Exception as error:
        outcomes[service] = type(error).__name__ + ": " + str(error)
url = boto3.client("s3").generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
print(json.dumps({"addresses": addresses, "outcomes": outcomes, "shielded": shielded.names,
                  "text": str(shielded), "url": url}))
"""


class _Recorder(http.server.BaseHTTPRequestHandler):
    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        authorization = self.headers.get("Authorization", "")
        scope = authorization.partition("Credential=")[2].split("/")
        self.server.seen.append((scope[3], scope[0], self.path.startswith("http")))  # type: ignore[attr-defined]
        body = b"{}" if scope[3] not in ("s3", "sts") else XML
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        pass


XML = b"<R><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></R>"


@pytest.fixture
def recorder() -> Iterator[http.server.ThreadingHTTPServer]:
    """A server that notes (service, access key, came through a proxy) of each request."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Recorder)
    server.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


HOSTILE_CONFIG = """
[default]
endpoint_url = http://config.invalid:1
region = ap-south-1
services = elsewhere
credential_process = touch {marker}
[profile work]
sso_session = corp
endpoint_url = http://profile.invalid:1
role_arn = arn:aws:iam::999999999999:role/admin
source_profile = default
[sso-session corp]
sso_start_url = https://sso.invalid/start
sso_region = us-east-1
[services elsewhere]
s3 =
  endpoint_url = http://s3.invalid:1
sqs =
  endpoint_url = http://sqs.invalid:1
lambda =
  endpoint_url = http://lambda.invalid:1
"""

HOSTILITIES: dict[str, dict[str, str]] = {
    "nothing set": {},
    "a profile": {"AWS_PROFILE": "work", "AWS_DEFAULT_PROFILE": "work"},
    "a profile that is missing": {"AWS_PROFILE": "gone"},
    "service endpoints": {
        "AWS_ENDPOINT_URL_SQS": "http://sqs.invalid:1",
        "AWS_ENDPOINT_URL_S3": "http://s3.invalid:1",
        "AWS_ENDPOINT_URL_LAMBDA": "http://lambda.invalid:1",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://dynamodb.invalid:1",
        "AWS_ENDPOINT_URL_STS": "http://sts.invalid:1",
    },
    "endpoints ignored": {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    "proxies": {
        "HTTP_PROXY": "http://proxy.invalid:1",
        "HTTPS_PROXY": "http://proxy.invalid:1",
        "http_proxy": "http://proxy.invalid:1",
        "ALL_PROXY": "http://proxy.invalid:1",
        "no_proxy": "intranet.invalid",
    },
    "real keys": {
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real-secret",
        "AWS_SESSION_TOKEN": "real-token",
    },
    "web identity": {
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/dev/null",
        "AWS_ROLE_ARN": "arn:aws:iam::999999999999:role/admin",
    },
    "container credentials": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/c"},
    "odd modes": {
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "required",
        "AWS_DEFAULTS_MODE": "auto",
        "AWS_CA_BUNDLE": "/nowhere",
    },
}
QUICK_HOSTILITIES = ("service endpoints", "real keys")


@pytest.fixture
def kernel(
    tmp_path: Path, recorder: http.server.ThreadingHTTPServer
) -> Callable[..., dict[str, object]]:
    """Run the takeover and five calls in a process of its own, with a hostile home."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    marker = tmp_path / "credential_process_ran"
    (home / ".aws" / "config").write_text(HOSTILE_CONFIG.format(marker=marker))
    (home / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real-secret\n"
    )
    (home / ".boto").write_text("[Credentials]\naws_access_key_id = AKIAREAL\n")
    endpoint = f"http://127.0.0.1:{recorder.server_port}"

    def run(hostile: dict[str, str], *, order: str = "before") -> dict[str, object]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        environ = {**kept, "HOME": str(home), "USERPROFILE": str(home), **hostile}
        root = str(Path(__file__).resolve().parents[2])
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, endpoint, order],
            env={**environ, "PYTHONPATH": root},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert not marker.exists()
        return {**json.loads(done.stdout), "port": recorder.server_port}

    return run


@pytest.mark.parametrize(
    "hostility",
    [
        name if name in QUICK_HOSTILITIES else pytest.param(name, marks=pytest.mark.slow)
        for name in HOSTILITIES
    ],
)
def test_no_request_leaves_loopback(kernel, recorder, hostility):
    """Whatever the shell and the home folder say, each call reaches the lab's endpoint only."""
    seen = kernel(HOSTILITIES[hostility])

    assert {"127.0.0.1"} == {host for host, _ in seen["addresses"]}
    assert {seen["port"]} == {port for _, port in seen["addresses"]}
    assert {"answered"} == set(seen["outcomes"].values())
    services = {(service, "AKIAKIT", False) for service in seen["outcomes"]}
    assert services == set(recorder.seen)


@pytest.mark.slow
@pytest.mark.parametrize("hostility", ["service endpoints", "endpoints ignored", "proxies"])
def test_an_endpoint_alone_would_not_be_enough(kernel, hostility):
    """With AWS_ENDPOINT_URL and no takeover requests do leave, so the watch is worth something."""
    hostile = HOSTILITIES["real keys"] | HOSTILITIES[hostility] | {"AWS_MAX_ATTEMPTS": "1"}

    seen = kernel({**hostile, "AWS_REGION": "xx-invalid-1"}, order="without")

    assert {"127.0.0.1"} < {host for host, _ in seen["addresses"]} | {"127.0.0.1"}


def test_a_default_session_of_earlier_is_dropped(kernel, recorder):
    """boto3 may have read the learner's own profile before the lab began."""
    hostile = HOSTILITIES["service endpoints"] | HOSTILITIES["real keys"]

    seen = kernel(hostile, order="after")

    assert {"127.0.0.1"} == {host for host, _ in seen["addresses"]}
    assert {"AKIAKIT"} == {key for _, key, _ in recorder.seen}


def test_what_was_shielded_is_told_by_name_and_never_by_value(kernel):
    """The sentence may stand in a notebook that is shared."""
    hostile = HOSTILITIES["real keys"] | {"AWS_PROFILE": "work"}

    seen = kernel(hostile)

    files = ["~/.aws/config", "~/.aws/credentials", "~/.boto"]
    assert [*sorted(hostile), *files] == seen["shielded"]
    assert "AWS_PROFILE" in seen["text"]
    assert not any(value in seen["text"] for value in hostile.values())


def test_presigned_urls_are_version_4(kernel):
    """The kit's configuration file asks for it, because boto3's default is the retired one."""
    assert "X-Amz-Signature=" in kernel({})["url"]


def test_every_aws_variable_goes_and_the_labs_own_come():
    """What is not AWS's stays as it was."""
    environ = {"AWS_PROFILE": "work", "aws_odd": "x", "AWS_SOMETHING_NEW": "y", "PATH": "/bin"}

    shielded = takeover(environ, endpoint=ENDPOINT, credentials=KEYS)

    assert ("AWS_PROFILE", "AWS_SOMETHING_NEW", "aws_odd") == shielded.variables
    assert "/bin" == environ["PATH"]
    assert "true" == environ["AWS_EC2_METADATA_DISABLED"]
    assert ("AKIAKIT", "secret", ENDPOINT) == (
        environ["AWS_ACCESS_KEY_ID"],
        environ["AWS_SECRET_ACCESS_KEY"],
        environ["AWS_ENDPOINT_URL"],
    )
    assert str(CONFIG_FILE) == environ["AWS_CONFIG_FILE"]


def test_the_hosts_that_skip_the_proxy_are_kept():
    """Loopback is added to either spelling, once."""
    environ = {"NO_PROXY": "a.example, localhost", "no_proxy": "b.example"}

    takeover(environ, endpoint=ENDPOINT, credentials=KEYS)

    expected = "b.example,a.example,localhost,127.0.0.1,.localhost"
    assert expected == environ["NO_PROXY"] == environ["no_proxy"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "[::1]", "a.localhost"])
def test_no_spelling_of_this_machine_passes_a_proxy(host, monkeypatch):
    """Also one that lists of hosts do not name by habit."""
    environ = {"http_proxy": "http://proxy.example:1"}
    takeover(environ, endpoint=f"http://{host}:4566", credentials=KEYS)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert {} == get_environ_proxies(f"http://{host}:4566/")
    assert {} != get_environ_proxies("http://elsewhere.example/")


def test_a_folder_that_may_not_be_read_is_out_of_reach(monkeypatch):
    """What root left in ~/.aws stops no lab; nor does a user without a home."""

    def refuse(_: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "is_file", refuse)

    assert () == takeover({}, endpoint=ENDPOINT, credentials=KEYS).files

    def have_none(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", have_none)

    assert () == takeover({}, endpoint=ENDPOINT, credentials=KEYS).files


def test_the_region_of_the_account_is_the_only_one():
    """Both variables say where the account at hand works."""
    environ = {"AWS_DEFAULT_REGION": "us-west-2"}

    takeover(environ, endpoint=ENDPOINT, credentials=KEYS, region="eu-west-1")

    assert "eu-west-1" == environ["AWS_REGION"] == environ["AWS_DEFAULT_REGION"]


def test_a_second_takeover_shields_nothing_new():
    """The lab's own settings are nobody's to shield."""
    environ = {"AWS_PROFILE": "work"}
    takeover(environ, endpoint=ENDPOINT, credentials=KEYS)

    second = takeover(environ, endpoint="http://127.0.0.1:1", credentials=("AKIANEW", "new"))

    assert () == second.variables
    assert "AKIANEW" == environ["AWS_ACCESS_KEY_ID"]


def test_an_endpoint_elsewhere_is_refused_and_nothing_changes():
    """What the guard refuses is refused before a single setting is touched."""
    environ = {"AWS_PROFILE": "work"}

    with pytest.raises(KitError, match="not on this machine"):
        takeover(environ, endpoint="http://192.168.1.2:4566", credentials=KEYS)

    assert {"AWS_PROFILE": "work"} == environ


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "[::1]", "a.localhost"])
def test_endpoints_on_this_machine_are_taken(host):
    """Every spelling of loopback."""
    environ: dict[str, str] = {}

    takeover(environ, endpoint=f"http://{host}:4566", credentials=KEYS)

    assert f"http://{host}:4566" == environ["AWS_ENDPOINT_URL"]


def test_a_clean_machine_is_told_so():
    """Nothing shielded is said, too."""
    assert "No AWS settings of yours" in str(Shielded())


def test_settings_of_an_account_that_did_not_open_lead_nowhere():
    """A cell that is run all the same reaches nobody; the next try finds what stood."""
    stood = {"AWS_PROFILE": "work", "AWS_ENDPOINT_URL": ENDPOINT, "AWS_ACCESS_KEY_ID": "AKIAREAL"}
    environ = {**stood, "PATH": "/bin"}

    shut = shut_off(environ)

    assert NOWHERE == environ["AWS_ENDPOINT_URL"]
    assert "AWS_PROFILE" not in environ
    assert "nobody" == environ["AWS_ACCESS_KEY_ID"]

    shut.restore(environ)

    assert stood == {name: value for name, value in environ.items() if name.startswith("AWS_")}


def test_what_is_set_after_that_counts():
    """Whoever corrects the endpoint in the notebook is heard."""
    environ = {"AWS_ENDPOINT_URL": ENDPOINT, "AWS_REGION": "eu-west-1"}
    shut = shut_off(environ)

    environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:4599"
    shut.restore(environ)

    assert {"AWS_ENDPOINT_URL": "http://127.0.0.1:4599", "AWS_REGION": "eu-west-1"} == {
        name: value for name, value in environ.items() if name.startswith("AWS_")
    }
