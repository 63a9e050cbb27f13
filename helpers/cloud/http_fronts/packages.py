"""Links that download a deployment package: Code.Location and Content.Location.

Models the presigned S3 links of GetFunction and GetLayerVersion: whoever has one may read that one
package for ten minutes, without credentials. Here the link leads to this cloud, and its secret is
a random number instead of a signature.

Source: docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html ("valid for 10 minutes"),
API_GetLayerVersion.html.
"""

from __future__ import annotations

import secrets
import threading

from helpers.cloud.clock import Clock
from helpers.cloud.http_fronts.address import FrontKind, PublicAddress, public_url
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.model import CodePackage

VALID_FOR_S = 600.0
TOKEN_BYTES = 32


class PackageLinks:
    """All links that are still valid; lives with the cloud. A Front of the gateway."""

    def __init__(self, clock: Clock, endpoint: str) -> None:
        self._clock = clock
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._links: dict[str, tuple[float, CodePackage]] = {}

    def link(self, package: CodePackage, name: str) -> str:
        """Return a link to a package; it names the file `name`.zip."""
        token = secrets.token_hex(TOKEN_BYTES)
        now = self._clock.steady()
        with self._lock:
            for old, (until, _) in list(self._links.items()):
                if until > now:
                    break  # they stand in the order in which they expire
                del self._links[old]
            self._links[token] = (now + VALID_FOR_S, package)
        return public_url(self._endpoint, FrontKind.LAMBDA_PACKAGE, token) + f"{name}.zip"

    def clear(self) -> None:
        """Forget every link: the account is being emptied."""
        with self._lock:
            self._links.clear()

    def takes(self, address: PublicAddress) -> bool:
        """Tell whether the address is a link to a package."""
        return address.kind is FrontKind.LAMBDA_PACKAGE

    def answer(self, request: HttpRequest, address: PublicAddress) -> HttpAnswer:
        """Answer with the package, or as S3 answers to a link that is no longer valid."""
        if request.method not in ("GET", "HEAD"):
            return _refusal(405, "MethodNotAllowed", "The method is not allowed.")
        with self._lock:
            until, package = self._links.get(address.id, (0.0, None))
        if package is None or until <= self._clock.steady():
            return _refusal(403, "AccessDenied", "Request has expired")
        headers = [("Content-Type", "application/zip")]
        if request.method == "HEAD":
            headers.append(("Content-Length", str(len(package.zip_bytes))))
            return HttpAnswer(200, headers)
        return HttpAnswer(200, headers, package.zip_bytes)


def _refusal(status: int, code: str, message: str) -> HttpAnswer:
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return HttpAnswer(status, [("Content-Type", "application/xml")], body.encode())
