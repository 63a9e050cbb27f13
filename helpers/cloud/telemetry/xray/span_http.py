"""The `http` member of a span's segment, from either generation of OpenTelemetry's conventions.

Source: opentelemetry.io/docs/specs/semconv/http/http-spans;
docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html (HTTP request data).
"""

from __future__ import annotations

from typing import Any

from helpers.cloud.telemetry.xray.otlp import Attributes, Kind, Span

METHOD = ("http.method", "http.request.method")
STATUS = ("http.status_code", "http.response.status_code")
AGENT = ("http.user_agent", "user_agent.original")
CLIENT = ("http.client_ip", "client.address")
PEER_ADDRESS = ("net.peer.ip", "network.peer.address")
URL = ("http.url", "url.full")
SCHEME = ("http.scheme", "url.scheme")
TARGET = ("http.target", "url.path")
QUERY = "url.query"
SERVING = ("http.host", "http.server_name", "net.host.name", "server.address")
SERVING_PORT = ("net.host.port", "server.port")
CALLED = ("http.host", "net.peer.name", "server.address", "net.peer.ip")
CALLED_PORT = ("net.peer.port", "server.port")
USUAL_PORTS = {"http": "80", "https": "443"}
TELLING = {*METHOD, *STATUS, *AGENT, *CLIENT, *URL, *SCHEME, *TARGET, "http.host"}
"""Attributes of which one is enough to say that a span is about HTTP."""
HTTP_KEYS = {
    *TELLING, *PEER_ADDRESS, QUERY, *SERVING, *SERVING_PORT, *CALLED, *CALLED_PORT,
}  # fmt: skip


def http_of_span(span: Span) -> dict[str, Any]:
    """Return request and response, empty for a span that is not about HTTP."""
    given = span.attributes
    if not TELLING & given.keys():
        return {}
    forwarded = _first(given, CLIENT)
    request = {
        "method": _first(given, METHOD),
        "url": _url(span),
        "user_agent": _first(given, AGENT),
        "client_ip": forwarded or _first(given, PEER_ADDRESS),
        "x_forwarded_for": bool(forwarded),
    }
    parts = {
        "request": {name: value for name, value in request.items() if value},
        "response": {"status": status} if (status := status_of(given)) else {},
    }
    return {name: part for name, part in parts.items() if part}


def status_of(attributes: Attributes) -> int:
    """Return the HTTP status of a response, 0 where none is told."""
    value = next((attributes[key] for key in STATUS if key in attributes), 0)
    return value if isinstance(value, int) and 100 <= value <= 999 else 0


def _url(span: Span) -> str:
    given = span.attributes
    whole = _first(given, URL)
    serves = span.kind is Kind.SERVER
    host = _first(given, SERVING if serves else CALLED)
    if whole or not host:
        return whole
    scheme = _first(given, SCHEME) or "http"
    port = "" if "http.host" in given else _first(given, SERVING_PORT if serves else CALLED_PORT)
    unusual = port and port != USUAL_PORTS.get(scheme) and not host.endswith(f":{port}")
    place = f"{host}:{port}" if unusual else host
    query = _first(given, (QUERY,))
    return f"{scheme}://{place}{_first(given, TARGET) or '/'}{'?' + query if query else ''}"


def _first(attributes: Attributes, keys: tuple[str, ...]) -> str:
    """Return the first of the attributes that is text or a whole number."""
    found = (attributes.get(key) for key in keys)
    return next((str(v) for v in found if v and isinstance(v, str | int) and v is not True), "")
