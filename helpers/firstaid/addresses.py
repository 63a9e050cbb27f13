"""Which addresses can only mean this machine; nothing else is ever asked."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_local(url: str) -> bool:
    """Say whether a URL's host can only be this machine.

    >>> is_local("http://127.0.0.1:4566"), is_local("https://sqs.us-east-1.amazonaws.com")
    (True, False)
    """
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and is_loopback(parts.hostname or "")
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Say whether a host name or address can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
