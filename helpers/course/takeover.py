"""The takeover of the kernel's AWS settings: no request reaches a real account by accident.

boto3 and the AWS CLI look for endpoints, keys and profiles in many places, and AWS_ENDPOINT_URL
alone loses against several of them. So every AWS_* variable goes, the two configuration files are
the kit's own, instance metadata is off and loopback never passes a proxy.

Left out: code that names another endpoint or key itself. Source: docs.aws.amazon.com/sdkref/latest/
guide/settings-reference.html, feature-ss-endpoints.html; botocore/configprovider.py.
"""

from __future__ import annotations

import ipaddress
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import boto3

from helpers.cloud.errors import KitError

REGION = "us-east-1"
SETTINGS = Path(__file__).resolve().parent / "aws"
CONFIG_FILE = SETTINGS / "config"
CREDENTIALS_FILE = SETTINGS / "credentials"
NO_PROXY = ("127.0.0.1", "localhost", ".localhost")
OWN_FILES = ("~/.aws/config", "~/.aws/credentials", "~/.boto")


@dataclass(frozen=True, slots=True)
class Shielded:
    """What was put out of reach, by name and never by value; `joined` is an endpoint that stood."""

    variables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    joined: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The variables and files that no longer count."""
        return (*self.variables, *self.files)

    def __str__(self) -> str:
        if not self.names:
            return "No AWS settings of yours were in reach; the lab uses its own."
        return f"Shielded while this lab runs: {', '.join(self.names)}."


def takeover(
    environ: MutableMapping[str, str], *, endpoint: str, credentials: tuple[str, str]
) -> Shielded:
    """Replace every AWS setting in `environ` by the lab's; KitError unless `endpoint` is loopback.

    `credentials` are access key id and secret. An AWS_ENDPOINT_URL that stood before the first
    takeover comes back as `joined`, and its region is kept.

    >>> settings = {"AWS_PROFILE": "work"}
    >>> takeover(settings, endpoint="http://127.0.0.1:4566", credentials=("k", "s")).variables
    ('AWS_PROFILE',)
    """
    require_loopback(endpoint)
    taken_before = environ.get("AWS_CONFIG_FILE") == str(CONFIG_FILE)
    joined = None if taken_before else environ.get("AWS_ENDPOINT_URL") or None
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") if joined else None
    ours = _settings(endpoint, credentials, region or REGION)
    standing = [name for name in environ if name.upper().startswith("AWS_")]
    shielded = [
        name
        for name in standing
        if environ[name] != ours.get(name) and not (taken_before and name in ours)
    ]
    for name in standing:
        del environ[name]
    environ.update(ours)
    _keep_loopback_off_proxies(environ)
    # a session made earlier has read the learner's own files already
    boto3.DEFAULT_SESSION = None
    files = tuple(file for file in OWN_FILES if Path(file).expanduser().is_file())
    return Shielded(tuple(sorted(shielded)), files, joined)


def require_loopback(endpoint: str) -> None:
    """Raise KitError unless the endpoint's host can only be this machine."""
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        local = parts.scheme in ("http", "https") and is_loopback(host)
    except ValueError:
        local = False
    if not local:
        raise KitError(
            f"The endpoint {endpoint!r} is not on this machine.",
            why="Labs create and delete resources, and must not do so in an account elsewhere.",
            next_step="Unset AWS_ENDPOINT_URL and restart the kernel, or set it to the address "
            "that python3 kit.py serve prints.",
            anchor="endpoint-elsewhere",
        )


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _settings(endpoint: str, credentials: tuple[str, str], region: str) -> dict[str, str]:
    access_key_id, secret_access_key = credentials
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": access_key_id,
        "AWS_SECRET_ACCESS_KEY": secret_access_key,
        "AWS_CONFIG_FILE": str(CONFIG_FILE),
        "AWS_SHARED_CREDENTIALS_FILE": str(CREDENTIALS_FILE),
        "AWS_EC2_METADATA_DISABLED": "true",
        # botocore reads the old ~/.boto as well
        "BOTO_CONFIG": str(CREDENTIALS_FILE),
    }


def _keep_loopback_off_proxies(environ: MutableMapping[str, str]) -> None:
    standing = ",".join(environ.get(name, "") for name in ("no_proxy", "NO_PROXY"))
    hosts = [host.strip() for host in standing.split(",") if host.strip()]
    # tools differ in which spelling they read, and the lower-case one wins in Python
    value = ",".join(dict.fromkeys([*hosts, *NO_PROXY]))
    environ["NO_PROXY"] = environ["no_proxy"] = value
