"""The AWS Parameters and Secrets extension: its layer, its port, its cache and its errors."""

from __future__ import annotations

import secrets
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.roles import make_role
from tools.ports import free_port

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="extensions are POSIX programs")

LAYER = "arn:aws:lambda:us-east-1:177933569100:layer:AWS-Parameters-and-Secrets-Lambda-Extension:{}"
HANDLER = """\
import json, os, time, urllib.error, urllib.request
PORT = os.environ["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"]

def get(path, token=None):
    headers = {"X-Aws-Parameters-Secrets-Token": token or os.environ["AWS_SESSION_TOKEN"]}
    request = urllib.request.Request(f"http://localhost:{PORT}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request) as got:
            return got.status, json.load(got)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()

AT_INIT = get("/secretsmanager/get?secretId=x") if "EARLY" in os.environ else None

def handler(event, context):
    if event.get("wait"):
        time.sleep(event["wait"])
    answers = [get(path, event.get("token")) for path in event["paths"]]
    return {"answers": answers, "init": AT_INIT, "port": PORT, "names": sorted(os.environ)}
"""


class Setup:
    """An account with a secret, parameters, and a role that may read them."""

    def __init__(self, account: Any) -> None:
        self.account = account
        self.name = f"cfg-{secrets.token_hex(4)}"
        self.role = self._role()
        self.secrets = account.client("secretsmanager")
        self.secrets.create_secret(Name=self.name, SecretString="one")
        ssm = account.client("ssm")
        for value in ("1", "2"):
            ssm.put_parameter(Name=f"/{self.name}", Value=value, Type="String", Overwrite=True)
        ssm.label_parameter_version(Name=f"/{self.name}", ParameterVersion=1, Labels=["old"])
        ssm.put_parameter(Name=f"/{self.name}/safe", Value="s3cret", Type="SecureString")

    def _role(self) -> str:
        actions = ["logs:*", "ssm:GetParameter", "secretsmanager:GetSecretValue", "kms:Decrypt"]
        return make_role(self.account.client("iam"), actions, name=self.name)

    def deploy(self, *, layer: int = 12, **variables: str) -> str:
        # a port of this test's own: 2773 may belong to another account on this machine
        port = variables.pop("port", None) or str(free_port())
        given = {"PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": port, **variables}
        return str(
            self.account.deploy(
                HANDLER,
                Role=self.role,
                Timeout=20,
                Layers=[LAYER.format(layer)],
                Environment={"Variables": given},
            )
        )

    def get(self, function: str, *paths: str, **event: Any) -> Any:
        return self.account.invoke(function, {"paths": paths, **event}).value


@pytest.fixture(scope="module")
def lab(cloud: Any) -> Setup:
    return Setup(cloud)


@pytest.fixture(scope="module")
def reader(lab: Setup) -> str:
    return lab.deploy()


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_the_extension_serves_secrets_and_parameters(lab: Setup, reader: str):
    """Answers are those of GetSecretValue and GetParameter, with version, label and decryption."""
    name = lab.name
    paths = [
        f"/secretsmanager/get?secretId={name}",
        f"/systemsmanager/parameters/get?name=%2F{name}",
        f"/systemsmanager/parameters/get/?name=%2F{name}&version=1",
        f"/systemsmanager/parameters/get?name=%2F{name}&label=old",
        f"/systemsmanager/parameters/get?name=%2F{name}%2Fsafe&withDecryption=true",
    ]
    answers = lab.get(reader, *paths)["answers"]

    assert [200] * 5 == [status for status, _ in answers]
    secret, *parameters = [value for _, value in answers]
    assert ("one", name) == (secret["SecretString"], secret["Name"])
    assert ["2", "1", "1", "s3cret"] == [p["Parameter"]["Value"] for p in parameters]


def test_without_the_session_token_nothing_is_served(lab: Setup, reader: str):
    """Another token, even a good one of another environment, opens nothing."""
    path = f"/secretsmanager/get?secretId={lab.name}"
    assert 401 == lab.get(reader, path, token="guessed")["answers"][0][0]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/secretsmanager/get", 400, "secretId"),
        ("/systemsmanager/parameters/get", 400, "name"),
        ("/systemsmanager/parameters/get?name=a&version=1&label=b", 400, "cannot both"),
        ("/elsewhere", 404, "not found"),
        ("/secretsmanager/get?secretId=nobody", 400, "ResourceNotFoundException"),
        ("/systemsmanager/parameters/get?name=nobody", 400, "ParameterNotFound"),
    ],
)
def test_what_the_extension_refuses(lab: Setup, reader: str, path: str, status: int, words: str):
    """Each wrong request has a status and a text that says what is wrong."""
    ((found, text),) = lab.get(reader, path)["answers"]

    assert status == found
    assert words in text


def test_a_value_is_kept_for_its_time_to_live(lab: Setup):
    """Within the time to live the old value is served; refreshNow asks anew."""
    keeps, forgets = lab.deploy(), lab.deploy(SECRETS_MANAGER_TTL="1")
    name = f"{lab.name}-{secrets.token_hex(3)}"
    lab.secrets.create_secret(Name=name, SecretString="old")
    path = f"/secretsmanager/get?secretId={name}"
    lab.get(keeps, path)
    lab.get(forgets, path)
    lab.secrets.put_secret_value(SecretId=name, SecretString="new")

    def values(function: str, *paths: str, **event: Any) -> list[str]:
        return [v["SecretString"] for _, v in lab.get(function, *paths, **event)["answers"]]

    assert ["old", "new", "new"] == values(keeps, path, f"{path}&refreshNow=true", path)
    assert ["new"] == values(forgets, path, wait=1.05)


@pytest.mark.parametrize(
    "variables",
    [
        {"PARAMETERS_SECRETS_EXTENSION_CACHE_ENABLED": "false"},
        {"PARAMETERS_SECRETS_EXTENSION_CACHE_SIZE": "0"},
        {"SECRETS_MANAGER_TTL": "0"},
    ],
)
def test_the_cache_can_be_switched_off(lab: Setup, variables: dict[str, str]):
    """Then every request asks Secrets Manager."""
    function = lab.deploy(**variables)
    name = f"{lab.name}-{secrets.token_hex(3)}"
    lab.secrets.create_secret(Name=name, SecretString="old")
    path = f"/secretsmanager/get?secretId={name}"
    lab.get(function, path)
    lab.secrets.put_secret_value(SecretId=name, SecretString="new")

    assert "new" == lab.get(function, path)["answers"][0][1]["SecretString"]


def test_during_init_the_extension_is_not_ready(lab: Setup):
    """Only the first event opens it, as AWS's documentation says."""
    function = lab.deploy(EARLY="1")

    assert [400, "not ready to serve traffic, please wait"] == lab.get(function)["init"]


def test_environments_share_a_port_and_are_told_apart(lab: Setup):
    """Two functions with one port, running at the same time, each read with their own role."""
    port = str(free_port())
    first, second = lab.deploy(port=port), lab.deploy(port=port)
    path = f"/secretsmanager/get?secretId={lab.name}"
    with ThreadPoolExecutor(4) as threads:
        answers = list(
            threads.map(lambda f: lab.get(f, path, wait=0.3), (first, second, first, second))
        )

    assert {port} == {answer["port"] for answer in answers}
    assert ["one"] * 4 == [answer["answers"][0][1]["SecretString"] for answer in answers]
    assert not [n for n in answers[0]["names"] if n.startswith("_PARAMETERS")]


def test_a_port_that_is_taken_is_replaced_and_the_log_says_so(lab: Setup, taken: int):
    """The variable then holds the environment's own port, and it serves."""
    function = lab.deploy(port=str(taken))
    answer = lab.account.invoke(function, {"paths": [f"/secretsmanager/get?secretId={lab.name}"]})

    assert str(taken) != answer.value["port"]
    assert 200 == answer.value["answers"][0][0]
    lines = [line for stream in lab.account.streams(function).values() for line in stream]
    assert any(f"Port {taken} of this machine belongs to another program" in li for li in lines)


def test_the_layer_is_aws_s_and_others_accounts_stay_closed(lab: Setup):
    """The function shows AWS's ARN, whatever its version; any other foreign layer is refused."""
    function = lab.deploy(layer=4)
    found = lab.account.functions.get_function_configuration(FunctionName=function)["Layers"]

    assert [LAYER.format(4)] == [layer["Arn"] for layer in found]
    other = LAYER.format(4).replace("AWS-Parameters", "Other-Parameters")
    with pytest.raises(ClientError, match="GetLayerVersion"):
        lab.account.deploy(HANDLER, Layers=[other])


def test_the_role_decides_what_the_extension_may_read(lab: Setup):
    """Without the permission the extension answers with the denial."""
    function = lab.account.deploy(
        HANDLER,
        Layers=[LAYER.format(12)],
        Timeout=20,
        Environment={"Variables": {"PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": str(free_port())}},
    )
    ((status, text),) = lab.get(function, f"/secretsmanager/get?secretId={lab.name}")["answers"]

    assert 400 == status
    assert "AccessDeniedException" in text
