"""CORS as a front answers for a function: preflights, and the headers of other answers.

A front with a CORS configuration answers preflights itself, whoever asks, and its headers replace
those that the function sent. Source:
docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors and
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpers.cloud.http_messages import HttpAnswer, HttpRequest

PREFIX = "access-control-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """A CORS configuration; None is what was not given: `max_age_s` is then the browser's."""

    origins: Sequence[str] = ()
    methods: Sequence[str] = ()
    headers: Sequence[str] = ()
    expose: Sequence[str] = ()
    credentials: bool | None = None
    max_age_s: int | None = None

    def preflight(self, request: HttpRequest, *, status: int) -> HttpAnswer:
        """Return the answer to a preflight; it allows nothing to an origin that is not listed."""
        headers = self._origin_headers(request)
        if headers:
            headers += self._lists()
            if self.max_age_s is not None:
                headers.append(("Access-Control-Max-Age", str(self.max_age_s)))
        return HttpAnswer(status, headers)

    def applied(self, request: HttpRequest, answer: HttpAnswer) -> HttpAnswer:
        """Return a function's answer with this configuration's headers instead of its own."""
        kept = [pair for pair in answer.headers if not pair[0].lower().startswith(PREFIX)]
        headers = self._origin_headers(request)
        if headers and self.expose:
            headers.append(("Access-Control-Expose-Headers", ",".join(self.expose)))
        return replace(answer, headers=kept + headers)

    def _origin_headers(self, request: HttpRequest) -> list[tuple[str, str]]:
        origin = request.headers.get("origin", "")
        if not any(_matches(allowed, origin) for allowed in self.origins):
            return []
        anyone = "*" in self.origins and not self.credentials
        headers = [("Access-Control-Allow-Origin", "*" if anyone else origin)]
        if not anyone:
            headers.append(("Vary", "Origin"))
        if self.credentials:
            headers.append(("Access-Control-Allow-Credentials", "true"))
        return headers

    def _lists(self) -> list[tuple[str, str]]:
        lists = (
            ("Access-Control-Allow-Methods", self.methods),
            ("Access-Control-Allow-Headers", self.headers),
        )
        return [(name, ",".join(values)) for name, values in lists if values]


def is_preflight(request: HttpRequest) -> bool:
    """Tell whether a browser asks what it may send."""
    return (
        request.method == "OPTIONS"
        and "origin" in request.headers
        and "access-control-request-method" in request.headers
    )


def _matches(allowed: str, origin: str) -> bool:
    if not origin:
        return False
    if allowed.endswith("*"):  # everything, or every host of a scheme: https://*
        return origin.lower().startswith(allowed[:-1].lower())
    return origin.lower() == allowed.lower()
