"""The endpoint that COLDSTART_BACKEND asks labs to use: is it there, and what does it lack.

LocalStack runs in Docker and since March 2026 starts only with an account's token. Names of
variables are told, never values.

Source: docs.localstack.cloud/aws/getting-started/auth-token/.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping

from helpers.firstaid.addresses import is_local
from helpers.firstaid.clouds import elsewhere
from helpers.firstaid.endpoint import LOCALSTACK, ask
from helpers.firstaid.finding import Finding, Mark

CHOICES = ("embedded", "localstack", "endpoint")
TOKENS = ("LOCALSTACK_AUTH_TOKEN", "LOCALSTACK_API_KEY")
PORT = 4566
SUBJECT = "backend"
START = (
    "docker run --rm -p 127.0.0.1:4566:4566 -p 127.0.0.1:4510-4559:4510-4559 "
    f"-e {TOKENS[0]} -v /var/run/docker.sock:/var/run/docker.sock localstack/localstack"
)


def backend(environ: Mapping[str, str]) -> Finding:
    """Say whether the chosen backend can be reached, and the first thing that hinders it."""
    chosen = environ.get("COLDSTART_BACKEND", "").strip()
    if not chosen and environ.get("AWS_ENDPOINT_URL"):
        return Finding(Mark.OK, SUBJECT, "the account that AWS_ENDPOINT_URL names")
    if chosen == "localstack":
        return localstack(environ)
    if chosen and chosen not in CHOICES:
        return Finding(
            Mark.FAIL,
            SUBJECT,
            f"COLDSTART_BACKEND={chosen!r} names none",
            f"it is one of {', '.join(CHOICES)}",
            "unset COLDSTART_BACKEND",
            "backend",
        )
    if chosen == "endpoint" and not environ.get("AWS_ENDPOINT_URL"):
        return Finding(
            Mark.FAIL,
            SUBJECT,
            "COLDSTART_BACKEND=endpoint, and AWS_ENDPOINT_URL is not set",
            "labs would not know which endpoint to join",
            "export AWS_ENDPOINT_URL=http://127.0.0.1:4566, or unset COLDSTART_BACKEND",
            "backend",
        )
    return Finding(Mark.OK, SUBJECT, _own(chosen))


def localstack(environ: Mapping[str, str]) -> Finding:
    """Say whether LocalStack answers, and if not, what it lacks: Docker, a token, a start."""
    variable, address = _place(environ)
    if not is_local(address):
        return elsewhere(SUBJECT, variable, environ)
    answer = ask(address, LOCALSTACK)
    if answer.status == 200 and "services" in answer.document:
        return Finding(Mark.OK, SUBJECT, f"LocalStack answers at {address}")
    seen = f"COLDSTART_BACKEND=localstack, and none answers at {address}"
    why, command, anchor = _hindrance(environ)
    return Finding(Mark.FAIL, SUBJECT, seen, why, command, anchor)


def _hindrance(environ: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the first thing that keeps LocalStack from starting: cause, command, anchor."""
    if shutil.which("docker") is None:
        install = "install Docker (docs.docker.com/get-started), or unset COLDSTART_BACKEND"
        return "LocalStack runs in Docker, which is not installed", install, "localstack-docker"
    refusal = _docker_refusal()
    if refusal:
        start = "start Docker, or unset COLDSTART_BACKEND"
        return f"Docker does not run: {refusal}", start, "localstack-docker"
    if not any(environ.get(name) for name in TOKENS):
        token = f"export {TOKENS[0]}=YOUR-TOKEN, from app.localstack.cloud"
        return f"it starts only with a token, and {TOKENS[0]} is not set", token, "localstack-token"
    return "it is not running, or listens elsewhere", START, "localstack-not-running"


def _docker_refusal() -> str:
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if result.returncode == 0:
        return ""
    return (result.stderr.strip().splitlines() or ["it gave no reason"])[-1]


def _place(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return which variable says where LocalStack is, as its client library reads them, and what.

    Source: github.com/localstack/localstack-python-client, config.py.
    """
    standing = environ.get("AWS_ENDPOINT_URL", "").strip()
    if standing:
        return "AWS_ENDPOINT_URL", standing
    host, _, port = (environ.get("LOCALSTACK_HOST") or f"localhost:{PORT}").partition(":")
    return "LOCALSTACK_HOST", f"http://{host}:{port or PORT}"


def _own(chosen: str) -> str:
    if chosen == "endpoint":
        return "COLDSTART_BACKEND=endpoint: the one that AWS_ENDPOINT_URL names"
    return "the kit's own account, on this machine"
