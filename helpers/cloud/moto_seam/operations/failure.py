"""Errors in a service's own protocol, so that every SDK reads code and message.

Models the wire form of query, json, rest-json, rest-xml, ec2 and CBOR errors, and which code and
status each service gives a denial. Source: smithy.io/2.0/aws/protocols and botocore/parsers.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

from helpers.cloud.moto_seam.operations.call import Call
from helpers.cloud.moto_seam.operations.routing import service_model

Rendered = tuple[int, dict[str, str], bytes]
"""Status, headers and body of a response."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An error to be rendered: code, message, HTTP status."""

    code: str
    message: str
    status: int = 400


# Former query services keep their codes behind a header; SNS has a code of its own.
_FORMER_QUERY = {"sqs", "cloudwatch"}
_DENIED = {"sns": ("AuthorizationError", 403), "ec2": ("UnauthorizedOperation", 403)}


def denied(call: Call, message: str) -> Failure:
    """Give the denial as the service of a call names it."""
    if call.service in _DENIED:
        code, status = _DENIED[call.service]
        return Failure(code, message, status)
    if call.service in _FORMER_QUERY or call.protocol in {"query", "rest-xml"}:
        return Failure("AccessDenied", message, 403)
    return Failure("AccessDeniedException", message, 403 if call.protocol == "rest-json" else 400)


def render_denied(call: Call, message: str, *, request_id: str) -> Rendered:
    """Render a denial of a call: status, headers and body."""
    return render(call.service, call.protocol, denied(call, message), request_id=request_id)


def render(service: str, protocol: str, failure: Failure, *, request_id: str) -> Rendered:
    """Render a failure in a protocol. A HEAD request's answer drops the body."""
    if protocol in {"query", "ec2", "rest-xml"}:
        headers, body = _xml(service, protocol, failure, request_id)
    elif protocol == "smithy-rpc-v2-cbor":
        headers, body = _cbor(failure)
    else:
        headers, body = _json(protocol, failure)
    if service in _FORMER_QUERY:
        headers["x-amzn-query-error"] = f"{failure.code};Sender"
    if service == "s3":
        return failure.status, headers | {"x-amz-request-id": request_id}, body
    return failure.status, headers | {"x-amzn-RequestId": request_id}, body


def _json(protocol: str, failure: Failure) -> tuple[dict[str, str], bytes]:
    if protocol == "rest-json":
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": failure.code}
        return headers, json.dumps({"Message": failure.message}).encode()
    body = {"__type": failure.code, "message": failure.message}
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": failure.code}
    return headers, json.dumps(body).encode()


def _xml(
    service: str, protocol: str, failure: Failure, request_id: str
) -> tuple[dict[str, str], bytes]:
    code, message = escape(failure.code), escape(failure.message)
    error = f"<Code>{code}</Code><Message>{message}</Message>"
    if service == "s3":
        document = f"<Error>{error}<RequestId>{request_id}</RequestId></Error>"
    elif protocol == "ec2":
        document = (
            f"<Response><Errors><Error>{error}</Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    else:
        model = service_model(service)
        space = (model.metadata.get("xmlNamespace") if model else None) or ""
        document = (
            f'<ErrorResponse xmlns="{space}"><Error><Type>Sender</Type>{error}</Error>'
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode()
    return {"Content-Type": "application/xml" if service == "s3" else "text/xml"}, body


def _cbor(failure: Failure) -> tuple[dict[str, str], bytes]:
    pairs = (("__type", failure.code), ("message", failure.message))
    body = bytes([0xA0 + len(pairs)]) + b"".join(_text(k) + _text(v) for k, v in pairs)
    return {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, body


def _text(text: str) -> bytes:
    """Write a CBOR text string with a two-byte length."""
    encoded = text.encode()[:0xFFFF]
    return b"\x79" + len(encoded).to_bytes(2, "big") + encoded
