"""The lines for a terminal, pasted into shells in which AWS's settings stand already."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from helpers.cloud.exports import exports
from helpers.firstaid.settings import OF_SERVE

LINES = exports(
    "http://127.0.0.1:4566", "us-east-1", access_key_id="AKIA", secret_access_key="a/b+c'd"
)
STOOD = {
    "AWS_PROFILE": "work",
    "AWS_SESSION_TOKEN": "old",
    "AWS_ENDPOINT_URL_S3": "https://s3.example.com",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
}


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "zsh"])
@pytest.mark.parametrize("stood", [STOOD, {}], ids=["settings stand", "a clean terminal"])
def test_a_terminal_has_these_settings_and_no_others(shell: str, stood: dict[str, str]):
    """Whatever stood there goes, and no shell says a word about it."""
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    done = subprocess.run(
        [shell, "-c", "\n".join([*LINES, "env"])],
        env={"PATH": os.environ["PATH"], **stood},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = dict(line.split("=", 1) for line in done.stdout.splitlines() if line[:4] == "AWS_")

    assert "" == done.stderr
    assert {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIA",
        "AWS_SECRET_ACCESS_KEY": "a/b+c'd",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    } == found


def test_the_doctors_know_what_is_printed():
    """First aid, which imports nothing of the cloud, expects just these variables."""
    names = {line.split()[1].split("=")[0] for line in LINES if line.startswith("export ")}

    assert OF_SERVE == names
