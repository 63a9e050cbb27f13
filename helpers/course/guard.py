"""Which endpoint a lab may work on: this machine, or another one that was allowed by name of rule.

Labs create and delete resources. A real account of AWS is refused whatever is set; an endpoint on
another machine wants COLDSTART_ALLOW_REMOTE=1, and the status card then says what will be touched.

Left out: a name of one's own that leads to AWS. Source of AWS's host names: botocore's
partitions.json; docs.aws.amazon.com/general/latest/gr/rande.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from helpers.cloud.errors import KitError
from helpers.firstaid.addresses import is_loopback

ALLOW_REMOTE = "COLDSTART_ALLOW_REMOTE"
AWS_HOSTS = (
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu",
    "aws.dev",
    "on.aws",
    "aws.amazon.com",
    "amazoncognito.com",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.ic.gov",
    "api.aws.scloud",
    "api.cloud-aws.adc-e.uk",
    "api.aws.hci.ic.gov",
)
MEANT_HERE = ("localhost.localstack.cloud", "0.0.0.0")
"""Names that people write for this machine: LocalStack's public one, which a name server somewhere
answers, and the address where a server listens."""


def require_allowed(endpoint: str, environ: Mapping[str, str]) -> None:
    """Raise KitError unless a lab may create and delete resources at this endpoint.

    >>> require_allowed("http://127.0.0.1:4566", {})
    """
    host = _host(endpoint)
    if host is not None and is_aws(host):
        raise KitError(
            f"The endpoint {endpoint!r} is AWS itself.",
            why="Labs create and delete resources, and never do so in a real account.",
            next_step="Unset AWS_ENDPOINT_URL and restart the kernel. No setting allows this.",
            anchor="aws-itself",
        )
    if host is not None and (is_loopback(host) or environ.get(ALLOW_REMOTE) == "1"):
        return
    if host is None:
        raise KitError(
            f"The endpoint {endpoint!r} is no address.",
            why="An address begins with http:// or https:// and names a host.",
            next_step="Write AWS_ENDPOINT_URL as http://127.0.0.1:4566 and restart the kernel.",
            anchor="no-address",
        )
    raise KitError(
        f"The endpoint {endpoint!r} is not on this machine.",
        why="Labs create and delete resources, and must not do so in an account elsewhere.",
        next_step=_way_out(host),
        anchor="endpoint-elsewhere",
    )


def is_remote(endpoint: str) -> bool:
    """Tell whether an endpoint is on another machine, as far as its name shows."""
    return not is_loopback(_host(endpoint) or "")


def is_aws(host: str) -> bool:
    """Tell whether a host name is one of AWS's own."""
    name = host.lower().rstrip(".")
    return any(name == suffix or name.endswith(f".{suffix}") for suffix in AWS_HOSTS)


def _host(endpoint: str) -> str | None:
    """Return the host of an http or https URL, or None where there is none.

    Other letters than ASCII's, and a backslash, are read differently by those who send requests.
    """
    if not endpoint.isascii() or "\\" in endpoint:
        return None
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return None
    return (parts.hostname or None) if parts.scheme in ("http", "https") else None


def _way_out(host: str) -> str:
    if host.endswith(MEANT_HERE):
        return "Write localhost instead, such as http://localhost:4566, and restart the kernel."
    return (
        "Unset AWS_ENDPOINT_URL and LOCALSTACK_HOST and restart the kernel, or set the first to "
        "the address that python3 kit.py serve prints. If that machine is meant: set "
        f"{ALLOW_REMOTE}=1 as well."
    )
