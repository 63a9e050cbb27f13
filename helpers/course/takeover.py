"""The takeover of the kernel's AWS settings: no request reaches a real account by accident.

boto3 and the AWS CLI look for endpoints, keys and profiles in many places, and AWS_ENDPOINT_URL
alone loses against several of them. So every AWS_* variable goes, the two configuration files are
the kit's own, instance metadata is off and loopback never passes a proxy. So it is on every
backend; where a lab may work at all, `guard` says.

Left out: code that names another endpoint or key itself. Source: docs.aws.amazon.com/sdkref/latest/
guide/settings-reference.html, feature-ss-endpoints.html; botocore/configprovider.py.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import boto3

from helpers.course.guard import require_allowed
from helpers.firstaid.addresses import is_loopback

REGION = "us-east-1"
SETTINGS = Path(__file__).resolve().parent / "aws"
CONFIG_FILE = SETTINGS / "config"
CREDENTIALS_FILE = SETTINGS / "credentials"
NOWHERE = "http://127.0.0.1:9"
"""The port of the discard service, which no machine of today runs."""
NO_PROXY = ("127.0.0.1", "localhost", ".localhost")
OWN_FILES = ("~/.aws/config", "~/.aws/credentials", "~/.boto")


@dataclass(frozen=True, slots=True)
class Shielded:
    """What was put out of reach, by name and never by value."""

    variables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The variables and files that no longer count."""
        return (*self.variables, *self.files)

    def __str__(self) -> str:
        if not self.names:
            return "No AWS settings of yours were in reach; the lab uses its own."
        return f"Shielded while this lab runs: {', '.join(self.names)}."


def takeover(
    environ: MutableMapping[str, str],
    *,
    endpoint: str,
    credentials: tuple[str, str],
    region: str = REGION,
) -> Shielded:
    """Replace every AWS setting in `environ` by the lab's; KitError where `endpoint` is refused.

    `credentials` are access key id and secret.

    >>> settings = {"AWS_PROFILE": "work"}
    >>> takeover(settings, endpoint="http://127.0.0.1:4566", credentials=("k", "s")).variables
    ('AWS_PROFILE',)
    """
    require_allowed(endpoint, environ)
    taken_before = environ.get("AWS_CONFIG_FILE") == str(CONFIG_FILE)
    ours = _settings(endpoint, credentials, region)
    standing = list(_aws_settings(environ))
    shielded = [
        name
        for name in standing
        if environ[name] != ours.get(name) and not (taken_before and name in ours)
    ]
    for name in standing:
        del environ[name]
    environ.update(ours)
    _keep_loopback_off_proxies(environ, endpoint)
    # a session made earlier has read the learner's own files already
    boto3.DEFAULT_SESSION = None
    files = tuple(file for file in OWN_FILES if _is_in_reach(file))
    return Shielded(tuple(sorted(shielded)), files)


@dataclass(frozen=True, slots=True)
class ShutOff:
    """AWS settings while no account is open: they lead nowhere, and what stood is kept."""

    stood: Mapping[str, str]
    ours: Mapping[str, str]

    def restore(self, environ: MutableMapping[str, str]) -> None:
        """Put back what stood, but for what was set since."""
        for name, value in self.ours.items():
            if environ.get(name) == value:
                del environ[name]
        environ.update({name: value for name, value in self.stood.items() if name not in environ})


def shut_off(environ: MutableMapping[str, str]) -> ShutOff:
    """Let AWS settings lead nowhere, because the lab's account could not be opened.

    Whoever runs the next cells all the same must not do so in a real account.
    """
    stood = _aws_settings(environ)
    takeover(environ, endpoint=NOWHERE, credentials=("nobody", "nobody"))
    return ShutOff(stood, _aws_settings(environ))


def _aws_settings(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name.upper().startswith("AWS_")}


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


def _is_in_reach(file: str) -> bool:
    try:
        return Path(file).expanduser().is_file()
    except (OSError, RuntimeError):  # a folder that only root may read, or no home at all
        return False


def _keep_loopback_off_proxies(environ: MutableMapping[str, str], endpoint: str) -> None:
    standing = ",".join(environ.get(name, "") for name in ("no_proxy", "NO_PROXY"))
    hosts = [host.strip() for host in standing.split(",") if host.strip()]
    # tools differ in which spelling they read, and the lower-case one wins in Python
    value = ",".join(dict.fromkeys([*hosts, *NO_PROXY, *_spellings(endpoint)]))
    environ["NO_PROXY"] = environ["no_proxy"] = value


def _spellings(endpoint: str) -> tuple[str, ...]:
    """Return how lists of hosts write the endpoint's, where it is of this machine: ::1 as [::1]."""
    host = urlsplit(endpoint).hostname or ""
    if not is_loopback(host):
        return ()
    return (host, f"[{host}]") if ":" in host else (host,)
