"""LocalStack, reached as its own client library does: where it is, its session, why it is silent.

localstack-client reads AWS_ENDPOINT_URL, then LOCALSTACK_HOST and USE_SSL; the default is port 4566
of this machine. LocalStack runs in Docker, starts functions as containers, and since March 2026
its images end at once without an auth token.

Source: github.com/localstack/localstack-python-client; docs.localstack.cloud/aws/getting-started/
auth-token.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

import boto3
from localstack_client.config import get_service_endpoint
from localstack_client.session import Session

from helpers.cloud.errors import KitError
from helpers.course.guard import is_remote
from helpers.course.product import said_by
from helpers.firstaid.backends import START

HOST = "LOCALSTACK_HOST"
TOKEN = "LOCALSTACK_AUTH_TOKEN"
DOCKER_ANSWERS_WITHIN_S = 10


def localstack_endpoint(environ: Mapping[str, str]) -> str:
    """Return where LocalStack is to be found; KitError for a LOCALSTACK_HOST that is no host."""
    standing = environ.get("AWS_ENDPOINT_URL", "").strip()
    if standing:
        return standing
    host = environ.get(HOST)
    try:
        return str(get_service_endpoint("lambda", localstack_host=host))
    except RuntimeError:
        raise KitError(
            f"{HOST}={host!r} is no host and port.",
            why="localstack-client reads it without http:// and without a path.",
            next_step=f"Write {HOST}=localhost:4566 and restart the kernel.",
            anchor="localstack-host",
        ) from None


class LocalStackSession:
    """A boto3 session that is localstack-client's, for every service that it knows."""

    def __init__(self, endpoint: str, *, region: str, credentials: tuple[str, str]) -> None:
        self._endpoint = endpoint
        self._region = region
        self._credentials = credentials
        self._session = Session(
            aws_access_key_id=credentials[0],
            aws_secret_access_key=credentials[1],
            region_name=region,
            localstack_host=endpoint.partition("://")[2].rstrip("/"),
        )

    def client(self, service: str, **settings: Any) -> Any:
        """Return a boto3 client; a service that the library does not list is at the same place."""
        if get_service_endpoint(service) is not None:
            return self._session.client(service, **settings)
        return boto3.client(
            service,
            aws_access_key_id=self._credentials[0],
            aws_secret_access_key=self._credentials[1],
            region_name=self._region,
            **settings | {"endpoint_url": self._endpoint},
        )


def silence_of_localstack(endpoint: str, error: OSError, environ: Mapping[str, str]) -> KitError:
    """Return the error for a LocalStack that does not answer: what is missing on this machine."""
    reasons = [said_by(error)]
    if not is_remote(endpoint):
        reasons += filter(None, [_trouble_with_docker()])
        if not environ.get(TOKEN):
            reasons.append(f"its images end at once without {TOKEN}, which is not set here")
    return KitError(
        f"No LocalStack answers at {endpoint}.",
        why=f"{'; '.join(reasons)}.",
        next_step=f"Get a token at app.localstack.cloud, export {TOKEN}, and start it: {START}. "
        "Or unset COLDSTART_BACKEND and restart the kernel: the kit's own account needs neither.",
        anchor="no-localstack",
    )


def _trouble_with_docker() -> str:
    """Return what keeps Docker from running containers here, or nothing."""
    docker = shutil.which("docker")
    if docker is None:
        return "LocalStack runs in Docker, and there is no docker command here"
    try:
        asked = subprocess.run(
            [docker, "version", "--format", "{{.Server.Version}}"],
            capture_output=True,
            timeout=DOCKER_ANSWERS_WITHIN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "LocalStack runs in Docker, and the docker command here does not answer"
    return "" if asked.returncode == 0 else "LocalStack runs in Docker, which is not running here"
