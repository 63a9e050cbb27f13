"""Each finding of the doctor has a cause and a command, and none shows a secret."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from tools.launch import doctor
from tools.launch.doctor import Finding, Mark, examine, run_doctor
from tools.launch.installation import Installation


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Return a bare checkout of a user without AWS files."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).touch()
    return Installation(tmp_path)


def finding(installation: Installation, subject: str, port: int = 0, **environ: str) -> Finding:
    """Return the finding about one subject."""
    found = examine(installation, environ, port=port)
    return next(finding for finding in found if finding.subject == subject)


def test_a_bare_checkout_can_run_labs(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """On this machine nothing stands in the way of a first start."""
    assert 0 == run_doctor(installation, port=0)
    assert "Labs can run here." in capsys.readouterr().out


def test_names_of_aws_variables_are_shown_and_values_are_not(installation: Installation) -> None:
    """Credentials in the shell are noticed without being printed."""
    seen = finding(installation, "AWS variables", AWS_SECRET_ACCESS_KEY="hush", AWS_PROFILE="work")
    assert Mark.WARN is seen.mark
    assert "AWS_PROFILE, AWS_SECRET_ACCESS_KEY" in seen.seen
    assert "hush" not in repr(seen)
    assert "unset AWS_PROFILE AWS_SECRET_ACCESS_KEY" == seen.command


def test_real_credentials_are_noticed_and_left_alone(installation: Installation) -> None:
    """A credentials file of the user is named, with the promise that labs do not read it."""
    (installation.home / ".aws").mkdir()
    (installation.home / ".aws" / "credentials").write_text("[default]\naws_secret_access_key=hush")
    seen = finding(installation, "AWS files")
    assert "~/.aws/credentials" in seen.seen
    assert "hush" not in repr(seen)


@pytest.mark.parametrize(
    ("variables", "mark"),
    [
        ({}, Mark.OK),
        ({"HTTPS_PROXY": "http://proxy:3128"}, Mark.WARN),
        ({"https_proxy": "http://proxy:3128", "NO_PROXY": "127.0.0.1"}, Mark.OK),
    ],
)
def test_a_proxy_matters_only_without_an_exception_for_loopback(
    installation: Installation, variables: dict[str, str], mark: Mark
) -> None:
    """A proxy is worth a warning when the AWS CLI would send loopback requests to it."""
    assert mark is finding(installation, "proxies", **variables).mark


def test_a_taken_port_names_another(installation: Installation) -> None:
    """The port `serve` wants is tried."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        seen = finding(installation, f"port {port}", port)
    assert Mark.WARN is seen.mark
    assert f"python3 kit.py serve --port {port + 1}" == seen.command


def test_a_half_made_environment_is_seen(installation: Installation) -> None:
    """A `.venv` without a running Python is reported with the command that repairs it."""
    installation.folder.mkdir()
    seen = finding(installation, ".venv")
    assert Mark.WARN is seen.mark
    assert "python3 kit.py lab" == seen.command


@pytest.mark.skipif(doctor.sys.platform != "linux", reason="namespaces are Linux's")
def test_forbidden_namespaces_mean_level_a_with_the_reason(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where users may not make mount namespaces, the doctor names level A and the reason."""
    refused = subprocess.CompletedProcess([], 1, "", "unshare: Operation not permitted\n")
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_args, **_options: refused)
    seen = finding(installation, "handlers' files")
    assert seen.seen.startswith("level A")
    assert "Operation not permitted" in seen.cause
