"""A refused signature, or operation, as an answer, in the protocol the caller's SDK reads.

Which service was meant follows from the request alone, because nothing of it is believed yet:
the credential scope, X-Amz-Target, a query form, or a versioned REST path.
Source: smithy.io/2.0/aws/protocols; docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
"""

from __future__ import annotations

import json
import re
import uuid
from xml.sax.saxutils import escape

from helpers.cloud.errors import AwsError
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.signatures import Dialect, Fault, SignatureError

SCOPE = re.compile(r"/\d{8}/[^/]*/([^/,\s]+)/aws4_request|%2F\d{8}%2F[^%&]*%2F([^%&]+)%2Faws4")
FORM = "application/x-www-form-urlencoded"
BAD_REQUESTS = (Fault.MALFORMED, Fault.WRONG_TOKEN, Fault.EXPIRED_TOKEN)
"""Faults that S3 answers with 400."""
REST_XML = frozenset({"s3", "s3-object-lambda", "s3-outposts", "s3express"})


def dialect_of(request: HttpRequest) -> Dialect:
    """Return how the service that a request means names its errors."""
    service = service_of(request)
    if service is not None and service in REST_XML:
        return Dialect.S3
    headers = request.headers
    if "x-amz-target" in headers or "smithy-protocol" in headers:
        return Dialect.JSON
    if headers.get("content-type", "").startswith(FORM) or "Action=" in request.query:
        return Dialect.QUERY
    return Dialect.S3 if service is None else Dialect.JSON


def refusal(request: HttpRequest, error: SignatureError) -> HttpAnswer:
    """Render a refused signature as the service that was meant would."""
    dialect = dialect_of(request)
    code = error.code(dialect)
    if dialect is Dialect.JSON:
        return _json(request, code, error.message, str(uuid.uuid4()))
    if dialect is Dialect.S3:
        status = 400 if error.fault in BAD_REQUESTS else 403
    else:
        status = 400 if error.fault is Fault.MALFORMED else 403
    return _xml(request, code, error.message, status)


def answer_of(request: HttpRequest, error: AwsError) -> HttpAnswer:
    """Render an error that no service answered with, in the protocol the caller's SDK reads."""
    by_name = "x-amz-target" in request.headers or "smithy-protocol" in request.headers
    if dialect_of(request) is Dialect.JSON and by_name:
        answer = _json(request, error.code, error.message, str(uuid.uuid4()))
        return HttpAnswer(error.http_status, answer.headers, answer.body)
    if dialect_of(request) is Dialect.JSON:
        if {"x-amz-target", "smithy-protocol"} & request.headers.keys():
            return _json(request, error.code, error.message, str(uuid.uuid4()), error.http_status)
        rendered = error.rest_json()
        return HttpAnswer(rendered.http_status, [*rendered.headers.items()], rendered.body)
    return _xml(request, error.code, error.message, error.http_status)


def _xml(request: HttpRequest, code: str, message: str, status: int) -> HttpAnswer:
    told = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    request_id = str(uuid.uuid4())
    identifier = f"<RequestId>{request_id}</RequestId>"
    if dialect_of(request) is Dialect.S3:
        text = f"<Error>{told}{identifier}</Error>"
        headers = [("Content-Type", "application/xml"), ("x-amz-request-id", request_id)]
    else:
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type>{told}</Error>{identifier}</ErrorResponse>"
        )
        headers = [("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id)]
    body = b"" if request.method == "HEAD" else f'<?xml version="1.0"?>\n{text}'.encode()
    return HttpAnswer(status, headers, body)


def service_of(request: HttpRequest) -> str | None:
    """Return the service of the credential scope, as it is written; None without a signature."""
    found = SCOPE.search(request.headers.get("authorization", "")) or SCOPE.search(request.query)
    return (found[1] or found[2]) if found else None


def _json(
    request: HttpRequest, code: str, message: str, request_id: str, status: int = 400
) -> HttpAnswer:
    headers = [("x-amzn-RequestId", request_id), ("x-amzn-ErrorType", code)]
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        body = b"\xa2" + b"".join(map(_cbor_text, ("__type", code, "message", message)))
        extra = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
        return HttpAnswer(status, headers + extra, body)
    body = json.dumps({"__type": code, "message": message}, ensure_ascii=False).encode()
    by_target = "x-amz-target" in request.headers
    kind = "application/x-amz-json-1.1" if by_target else "application/json"
    return HttpAnswer(status if by_target else 403, [*headers, ("Content-Type", kind)], body)


def _cbor_text(text: str) -> bytes:
    """Encode a text of less than 64 KB: major type 3 and a two-byte length."""
    data = text.encode()
    return b"\x79" + len(data).to_bytes(2) + data
