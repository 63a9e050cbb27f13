"""The short way to moto's services: past Flask, to the same function that Flask would call.

Flask makes two contexts, a session and a form parser of its own around each call, which took a
third of a small request's time and changes nothing in the answer. Its map of paths still decides
which function answers. What only Flask knows how to treat goes through it as before: requests of a
web page (CORS), OPTIONS, and paths that the map does not know or redirects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import ClientError
from moto.core.request import EnvironHeaders, Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter
from werkzeug.wrappers import Response

PLAIN_HOST = re.compile(r"(?:127\.0\.0\.1|localhost):\d{3,5}")
FORM, UPLOAD = "application/x-www-form-urlencoded", "multipart/form-data"
FORM_BYTES = 65_536
"""Longer bodies are werkzeug's business, which has limits for them."""
TO_ALL = ("Access-Control-Allow-Origin", "*")
"""What Flask's extension for CORS adds to an answer that no web page asked for."""


class ShortWay:
    """A WSGI application before moto's, which it asks for a service's functions; lives with it."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._maps: dict[int, MapAdapter] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        service = self._application.get_application(environ)
        function = self._function(service, environ)
        if function is None:
            answer: Iterable[bytes] = service(environ, start_response)
            return answer
        try:
            response = _called(function, ServerRequest(environ))
        except HTTPException as error:
            response = Response.force_type(error.get_response(environ), environ)
        response.headers.add(*TO_ALL)
        return response(environ, start_response)

    def _function(self, service: Any, environ: dict[str, Any]) -> Callable[..., Any] | None:
        """Return moto's function for a request, or None when Flask is to answer it."""
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS" or "HTTP_ORIGIN" in environ:
            return None
        known = self._maps.get(id(service))
        if known is None:  # a service's application lives as long as the cloud
            known = self._maps[id(service)] = service.url_map.bind("localhost")
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        try:
            endpoint, _ = known.match(path, method)
        except HTTPException:  # a redirect, too
            return None
        found: Callable[..., Any] = service.view_functions[endpoint].callback
        return found


class ServerHeaders(EnvironHeaders):  # type: ignore[misc]
    """The headers of a request, spelled out once, however often moto goes through them."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._spelled)

    @cached_property
    def _spelled(self) -> tuple[tuple[str, str], ...]:
        return tuple(super().__iter__())


class ServerRequest(Request):  # type: ignore[misc]
    """A request as moto's server makes it, which works out its URL and its form once, and simply.

    What an SDK sends to this machine is simple: a plain host, and a body that is no upload.
    """

    from_wsgi_server = True

    def __init__(self, environ: dict[str, Any]) -> None:
        super().__init__(environ)
        self.headers = ServerHeaders(environ)

    raw_path = cached_property(Request.raw_path.fget)

    @cached_property
    def raw_url(self) -> str:
        """The full URL as it arrived."""
        host, target = self.environ.get("HTTP_HOST", ""), self.environ.get("RAW_URI", "")
        if PLAIN_HOST.fullmatch(host) is not None and target.startswith("/"):
            return f"http://{host}{target}"
        url: str = Request.raw_url.fget(self)
        return url

    def _load_form_data(self) -> None:
        known, body = self.__dict__, self.environ["wsgi.input"]
        kind = self.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        is_simple = kind != UPLOAD and "stream" not in known and isinstance(body, BytesIO)
        if "form" in known or not is_simple or (self.content_length or 0) > FORM_BYTES:
            super()._load_form_data()
            return
        pairs: list[tuple[str, str]] = []
        if kind == FORM:
            text = body.read().decode(errors="replace")
            pairs = parse_qsl(text, keep_blank_values=True, errors="werkzeug.url_quote")
        known.update(form=ImmutableMultiDict(pairs), files=ImmutableMultiDict(), stream=body)


class ServerResponse(Response):
    """An answer with the content type that moto's server gives to one that names none."""

    default_mimetype = "text/html"


def _called(function: Callable[..., Any], request: ServerRequest) -> Response:
    """Call one of moto's functions; return its answer as moto's `convert_to_flask_response`."""
    try:
        result = function(request, request.raw_url, dict(iter(request.headers)))
    except ClientError as error:
        result = 400, {}, error.response["Error"]["Message"]
    status, headers, content = result if len(result) == 3 else (200, {}, result)
    response = ServerResponse(content, status, headers)
    if request.method == "HEAD" and "content-length" in headers:
        response.headers["Content-Length"] = headers["content-length"]
    return response
