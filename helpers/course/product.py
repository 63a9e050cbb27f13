"""Another product at the end of AWS_ENDPOINT_URL: what it says of itself, and how it is emptied.

LocalStack tells its version, edition and services at /_localstack/health, and more at
/_localstack/info; others imitate the first. Nothing here decides what a product can do.

Source: docs.localstack.cloud/aws/configuration/networking/internal-endpoints.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from helpers.course.guard import is_remote

TIMEOUT_S = 10
RESETS = ("/_localstack/state/reset", "/_ministack/reset")
"""Where products empty themselves; the first that answers has done it."""


@dataclass(frozen=True, slots=True)
class Product:
    """What an endpoint that is not the kit's own cloud says of itself; "" where it says nothing."""

    version: str = ""
    edition: str = ""
    services: int = 0
    is_licensed: bool | None = None
    is_localstack: bool = False

    def __str__(self) -> str:
        """Return it as the status card says it."""
        if not self.version:
            return "it says nothing of itself at /_localstack/health"
        name = "LocalStack" if self.is_localstack else "it answers where LocalStack does:"
        told = [self.edition and f"edition {self.edition}", f"{self.services} services"]
        licence = ", no license activated" if self.is_licensed is False else ""
        return f"{name} version {self.version}, {', '.join(filter(None, told))}{licence}"


def product_at(endpoint: str) -> Product:
    """Ask an endpoint what it is; OSError where nothing answers."""
    health = _ask(endpoint, "GET", "/_localstack/health") or {}
    # only LocalStack itself has this page
    info = _ask(endpoint, "GET", "/_localstack/info") or {}
    services = health.get("services")
    licensed = info.get("is_license_activated")
    return Product(
        version=str(info.get("version") or health.get("version") or ""),
        edition=str(info.get("edition") or health.get("edition") or ""),
        services=len(services) if isinstance(services, dict) else 0,
        is_licensed=licensed if isinstance(licensed, bool) else None,
        is_localstack="is_license_activated" in info,
    )


def reset_product(endpoint: str) -> str:
    """Have a product empty itself; return the address that did it, or "" where none answers."""
    for path in RESETS:
        if _ask(endpoint, "POST", path) is not None:
            return path
    return ""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Lets a redirect be the error that it is: where it leads, the guard has not allowed."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def opener_for(endpoint: str) -> urllib.request.OpenerDirector:
    """Return what opens requests: no proxy stands before this machine, yours before others.

    It stays with the endpoint that was asked, whatever that answers.
    """
    if is_remote(endpoint):
        return urllib.request.build_opener(_NoRedirects)
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


def said_by(error: OSError) -> str:
    """Return why a connection failed, without urllib's wrapping."""
    return str(getattr(error, "reason", error))


def _ask(endpoint: str, method: str, path: str) -> dict[str, Any] | None:
    """Return an answer's JSON object, {} for another 2xx answer, None for a refusal."""
    request = urllib.request.Request(f"{endpoint}{path}", method=method)
    try:
        with opener_for(endpoint).open(request, timeout=TIMEOUT_S) as response:
            text = response.read()
    except urllib.error.HTTPError:
        return None
    try:
        answer = json.loads(text)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
