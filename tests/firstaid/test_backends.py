"""A backend that was chosen and cannot be had is found, with the first thing that hinders it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from helpers.firstaid import backends
from helpers.firstaid.finding import Finding, Mark
from tests.firstaid.conftest import Stranger

needs_posix = pytest.mark.skipif(os.name == "nt", reason="shell scripts stand in for Docker")


@pytest.fixture
def dead() -> str:
    """Return a host and port where nothing listens."""
    return "localhost:1"


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a PATH's only folder; what a test puts there is all that is installed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "docker"


def chosen(host: str, **environ: str) -> Finding:
    """Return the finding when LocalStack is chosen at a host."""
    return backends.backend({"COLDSTART_BACKEND": "localstack", "LOCALSTACK_HOST": host, **environ})


def install(program: Path, script: str) -> None:
    """Make a program of a shell script."""
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_localstack_without_docker_is_found(dead: str, docker: Path):
    """With nothing installed, Docker is the first thing to get."""
    assert not docker.exists()
    found = chosen(dead)

    assert (Mark.FAIL, "localstack-docker") == (found.mark, found.anchor)
    assert "COLDSTART_BACKEND=localstack, and none answers at http://localhost:" in found.seen
    assert "LocalStack runs in Docker, which is not installed" == found.cause
    assert "unset COLDSTART_BACKEND" in found.command


@needs_posix
def test_docker_that_does_not_run_is_found(dead: str, docker: Path):
    """Docker without its daemon is told in Docker's own words."""
    install(docker, "echo 'Cannot connect to the Docker daemon.' >&2; exit 1")
    found = chosen(dead)

    assert (Mark.FAIL, "localstack-docker") == (found.mark, found.anchor)
    assert "Cannot connect to the Docker daemon." in found.cause
    assert "start Docker, or unset COLDSTART_BACKEND" == found.command


@needs_posix
def test_localstack_without_a_token_is_found(dead: str, docker: Path):
    """With Docker and without a token, the token is next."""
    install(docker, "echo 28.0")
    found = chosen(dead)

    assert (Mark.FAIL, "localstack-token") == (found.mark, found.anchor)
    assert "LOCALSTACK_AUTH_TOKEN is not set" in found.cause
    assert found.command.startswith("export LOCALSTACK_AUTH_TOKEN=")


@needs_posix
def test_localstack_that_was_not_started_is_found_and_its_token_kept_secret(
    dead: str, docker: Path
):
    """With both, what is left is to start it; the token's value is never told."""
    install(docker, "echo 28.0")
    found = chosen(dead, LOCALSTACK_AUTH_TOKEN="hush")

    assert (Mark.FAIL, "localstack-not-running") == (found.mark, found.anchor)
    assert found.command.startswith("docker run ")
    assert "hush" not in repr(found)


def test_localstack_that_answers_is_well(stranger: Stranger, docker: Path):
    """What answers needs neither Docker nor a token of ours."""
    stranger.answers["/_localstack/health"] = {"services": {"lambda": "running"}}

    assert Mark.OK is chosen(f"localhost:{stranger.port}").mark


def test_the_endpoint_goes_before_the_host(stranger: Stranger, dead: str):
    """AWS_ENDPOINT_URL says where LocalStack is, as for its client library and for a lab."""
    stranger.answers["/_localstack/health"] = {"services": {"lambda": "running"}}

    assert Mark.OK is chosen(dead, AWS_ENDPOINT_URL=f"http://localhost:{stranger.port}").mark
    found = chosen(dead, AWS_ENDPOINT_URL="http://classroom.example.com:4566")
    assert "unset AWS_ENDPOINT_URL" == found.command


@pytest.mark.parametrize("host", ["classroom.example.com:4566", "localhost.localstack.cloud"])
def test_localstack_elsewhere_is_not_asked(monkeypatch: pytest.MonkeyPatch, host: str):
    """A LOCALSTACK_HOST that is another computer, or a name of the internet's, is left alone."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("somebody was asked"))
    found = chosen(host)

    assert (Mark.WARN, "endpoint-elsewhere") == (found.mark, found.anchor)
    assert "unset LOCALSTACK_HOST" == found.command
    assert Mark.OK is chosen(host, COLDSTART_ALLOW_REMOTE="1").mark


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"COLDSTART_BACKEND": "moto"}, "COLDSTART_BACKEND='moto' names none"),
        ({"COLDSTART_BACKEND": "endpoint"}, "AWS_ENDPOINT_URL is not set"),
    ],
)
def test_a_backend_that_leads_nowhere_is_found(environ: dict[str, str], words: str):
    """A misspelt backend, and an endpoint without an address, are told with what to set."""
    found = backends.backend(environ)

    assert (Mark.FAIL, "backend") == (found.mark, found.anchor)
    assert words in found.seen
    assert "unset COLDSTART_BACKEND" in found.command


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"COLDSTART_BACKEND": ""},
        {"COLDSTART_BACKEND": "embedded"},
        {"COLDSTART_BACKEND": "endpoint", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
    ],
)
def test_the_kit_s_own_account_and_a_named_endpoint_are_well(environ: dict[str, str]):
    """By default labs start their own account; an endpoint has a finding of its own."""
    assert Mark.OK is backends.backend(environ).mark


def test_an_endpoint_that_is_set_is_what_labs_join():
    """Without COLDSTART_BACKEND, an endpoint that is set is the account, and not the kit's own."""
    endpoint = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}

    assert "the account that AWS_ENDPOINT_URL names" == backends.backend(endpoint).seen
    assert "own account" in backends.backend(endpoint | {"COLDSTART_BACKEND": "embedded"}).seen
