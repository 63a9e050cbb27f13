from __future__ import annotations

import subprocess

import pytest

from helpers.cloud.errors import KitError
from helpers.course import localstack
from helpers.course.account import open_account
from helpers.course.localstack import (
    LocalStackSession,
    localstack_endpoint,
    silence_of_localstack,
)
from tests.course.endpoints import NOBODY

REFUSED = ConnectionRefusedError("Connection refused")
HERE = "http://localhost:4566"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library reads the process's own environment; nothing may stand in it."""
    for name in ("AWS_ENDPOINT_URL", "LOCALSTACK_HOST", "USE_SSL"):
        monkeypatch.delenv(name, raising=False)


def test_localstack_is_where_its_library_says():
    """Port 4566 of this machine, LOCALSTACK_HOST, or AWS_ENDPOINT_URL, which wins."""
    host = {"LOCALSTACK_HOST": "127.0.0.1:4600"}

    assert HERE == localstack_endpoint({})
    assert "http://127.0.0.1:4600" == localstack_endpoint(host)
    assert "http://127.0.0.1:4566" == localstack_endpoint({"LOCALSTACK_HOST": "127.0.0.1"})
    assert NOBODY == localstack_endpoint({**host, "AWS_ENDPOINT_URL": NOBODY})


def test_a_host_written_as_an_address_is_explained():
    """LOCALSTACK_HOST is read without http://, which the library's own error does not say."""
    with pytest.raises(KitError, match="is no host and port") as caught:
        localstack_endpoint({"LOCALSTACK_HOST": "http://localhost:4566"})

    assert "LOCALSTACK_HOST=localhost:4566" in caught.value.next_step


@pytest.mark.parametrize("service", ["lambda", "service-quotas"])
def test_clients_come_from_the_library_or_go_to_the_same_place(service: str):
    """A service that the library does not list is reached all the same."""
    session = LocalStackSession(HERE, region="eu-west-1", credentials=("k", "s"))

    client = session.client(service)

    assert HERE == client.meta.endpoint_url
    assert "eu-west-1" == client.meta.region_name


def test_a_silent_localstack_is_explained_by_what_is_missing(monkeypatch: pytest.MonkeyPatch):
    """No docker command and no token are both named, and the next step starts it."""
    monkeypatch.setattr(localstack.shutil, "which", lambda _name: None)

    error = silence_of_localstack(HERE, REFUSED, {})

    assert "no docker command here" in error.why
    assert "without LOCALSTACK_AUTH_TOKEN, which is not set here" in error.why
    assert "docker run" in error.next_step
    assert "-e LOCALSTACK_AUTH_TOKEN" in error.next_step


def docker_that(monkeypatch: pytest.MonkeyPatch, answers: int | Exception) -> None:
    """Put a docker command in reach that ends with a code, or with an error."""

    def run(command: list[str], **_settings: object) -> subprocess.CompletedProcess[bytes]:
        if isinstance(answers, Exception):
            raise answers
        return subprocess.CompletedProcess(command, answers)

    monkeypatch.setattr(localstack.shutil, "which", lambda _name: "/usr/bin/docker")
    monkeypatch.setattr(localstack.subprocess, "run", run)


def test_what_is_there_is_not_named_as_missing(monkeypatch: pytest.MonkeyPatch):
    """With docker and a token the connection's own error is left; elsewhere neither can be seen."""
    docker_that(monkeypatch, 0)
    token = {"LOCALSTACK_AUTH_TOKEN": "ls-x"}

    assert "Connection refused." == silence_of_localstack(HERE, REFUSED, token).why
    assert "Connection refused." == silence_of_localstack("http://10.0.0.5:4566", REFUSED, {}).why
    assert "ls-x" not in str(silence_of_localstack(HERE, REFUSED, token))


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (1, "which is not running here"),
        (subprocess.TimeoutExpired("docker", 10), "does not answer"),
        (PermissionError("no"), "does not answer"),
    ],
)
def test_a_docker_that_does_not_run_is_told(
    monkeypatch: pytest.MonkeyPatch, answers: int | Exception, said: str
):
    """The command alone is not enough."""
    docker_that(monkeypatch, answers)

    assert said in silence_of_localstack(HERE, REFUSED, {"LOCALSTACK_AUTH_TOKEN": "x"}).why


def test_a_lab_says_that_no_localstack_answers():
    """The error is LocalStack's own, not that of any endpoint."""
    environ = {"COLDSTART_BACKEND": "localstack", "LOCALSTACK_HOST": "127.0.0.1:9"}

    with pytest.raises(KitError, match=r"No LocalStack answers at http://127\.0\.0\.1:9"):
        open_account(environ)
