"""What a streamed answer becomes over HTTP: a prelude with status and headers, then the body.

A runtime that sends application/vnd.awslambda.http-integration-response begins with JSON
(statusCode, headers, cookies) and eight null bytes; any other stream is the body itself.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html and
docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html (response streaming).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from helpers.cloud.http_fronts.proxy_answers import MalformedAnswerError, answer_v2
from helpers.cloud.http_messages import HttpAnswer
from helpers.cloud.invoke.streaming import StreamedAnswer
from helpers.cloud.json_text import read_json

WITH_PRELUDE = "application/vnd.awslambda.http-integration-response"
END_OF_PRELUDE = b"\0" * 8
MAX_PRELUDE_BYTES = 1024 * 1024
STREAM_TYPE = "application/octet-stream"


class BrokenStreamError(Exception):
    """The function failed after its answer had begun: there is no way to say so but to stop."""


def streamed_answer(stream: StreamedAnswer) -> HttpAnswer:
    """Return the answer, its body still to come; raises MalformedAnswerError for its prelude."""
    body = _unbroken(stream)
    content_type = " ".join(stream.content_type.split())  # in one line, whatever a runtime sent
    if content_type.split(";")[0].strip().lower() != WITH_PRELUDE:
        return HttpAnswer(200, [("Content-Type", content_type or STREAM_TYPE)], stream=body)
    read = b""
    for piece in body:
        read += piece
        prelude, end, rest = read.partition(END_OF_PRELUDE)
        if end:
            return replace(_head(prelude), stream=_led_by(rest, body))
        if len(read) > MAX_PRELUDE_BYTES:
            break
    raise MalformedAnswerError("the prelude does not end")


def _head(prelude: bytes) -> HttpAnswer:
    try:
        told = read_json(prelude)
    except ValueError as error:
        raise MalformedAnswerError("the prelude is not JSON") from error
    if not isinstance(told, dict):
        raise MalformedAnswerError("the prelude is not an object")
    known = {name: told.get(name) for name in ("headers", "cookies")}
    status = told.get("statusCode", 200)
    document = json.dumps({"statusCode": status, **known}).encode()
    return answer_v2(document, default_type=STREAM_TYPE)


def _led_by(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _unbroken(stream: StreamedAnswer) -> Iterator[bytes]:
    yield from stream.pieces()
    if stream.end is not None and stream.end.result.function_error:
        raise BrokenStreamError
