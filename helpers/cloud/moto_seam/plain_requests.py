"""Who signed a request that is answered without moto's reading, as moto itself would read it."""

from __future__ import annotations

import re

from helpers.cloud.http_messages import HttpRequest

SIGNED = re.compile(r"Credential=([^/,\s]+)/[^/,\s]+/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request,")
OTHER_REGION = "region/"
"""What moto believes in a User-Agent, before the signature."""


def signer_of(request: HttpRequest, service: str) -> tuple[str, str] | None:
    """Return access key and Region of a request that was signed for a service; None for others."""
    signed = SIGNED.search(request.headers.get("authorization", ""))
    if signed is None or signed[3] != service:
        return None
    return None if OTHER_REGION in request.headers.get("user-agent", "") else (signed[1], signed[2])
