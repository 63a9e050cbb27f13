"""Which account a lab is to work in, as the learner's environment says.

COLDSTART_BACKEND=embedded starts the kit's own cloud, `localstack` goes where localstack-client
finds LocalStack, and `endpoint` joins whatever AWS_ENDPOINT_URL names. Without the variable, an
AWS_ENDPOINT_URL is joined, and the kit's own cloud is started where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from helpers.cloud.errors import KitError

VARIABLE = "COLDSTART_BACKEND"


class Backend(StrEnum):
    """What answers a lab's calls."""

    EMBEDDED = "embedded"
    LOCALSTACK = "localstack"
    ENDPOINT = "endpoint"


def chosen_backend(environ: Mapping[str, str]) -> Backend:
    """Return the backend that the environment asks for; KitError for a name that is none.

    >>> chosen_backend({})
    <Backend.EMBEDDED: 'embedded'>
    """
    name = environ.get(VARIABLE, "").strip()
    if not name:
        return Backend.ENDPOINT if environ.get("AWS_ENDPOINT_URL") else Backend.EMBEDDED
    try:
        return Backend(name)
    except ValueError:
        raise KitError(
            f"{VARIABLE}={name!r} is no backend.",
            why=f"They are {', '.join(Backend)}.",
            next_step=f"Correct or unset {VARIABLE} and restart the kernel.",
            anchor="backend",
        ) from None


def endpoint_of(environ: Mapping[str, str]) -> str:
    """Return the endpoint to join; KitError where COLDSTART_BACKEND asks for one and none is."""
    endpoint = environ.get("AWS_ENDPOINT_URL", "").strip()
    if not endpoint:
        raise KitError(
            f"{VARIABLE}=endpoint needs AWS_ENDPOINT_URL, which is not set.",
            why="It names the account that the lab joins.",
            next_step="Set it, for example to http://127.0.0.1:4566, and restart the kernel; or "
            f"unset {VARIABLE} for the kit's own account.",
            anchor="backend",
        )
    return endpoint
