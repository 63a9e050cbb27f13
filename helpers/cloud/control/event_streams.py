"""Event streams: the framing in which InvokeWithResponseStream answers.

Each message is its length, the headers' length, a checksum of the two, headers, payload, and a
checksum of all. Each piece of an answer is a PayloadChunk; InvokeComplete ends the stream.

Source: docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html; the framing of
application/vnd.amazon.eventstream as smithy.io describes it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping

CONTENT_TYPE = "application/vnd.amazon.eventstream"
STRING = 7
CHUNK_BYTES = 1024 * 1024


def message(kind: str, payload: bytes, content_type: str) -> bytes:
    """Return one event message."""
    headers = _headers(
        {":event-type": kind, ":content-type": content_type, ":message-type": "event"}
    )
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    prelude += struct.pack(">I", zlib.crc32(prelude))
    text = prelude + headers + payload
    return text + struct.pack(">I", zlib.crc32(text))


def response_stream(payload: bytes, *, error: str | None, log_result: str | None) -> bytes:
    """Return the whole stream of an invocation: its payload in chunks, and the end.

    `error` is None or AWS's function error word; the payload then tells of the error.
    """
    chunks = [payload[at : at + CHUNK_BYTES] for at in range(0, len(payload), CHUNK_BYTES)]
    stream = b"".join(payload_chunk(chunk) for chunk in (() if error else chunks))
    return stream + invoke_complete(payload, error=error, log_result=log_result)


def payload_chunk(data: bytes) -> bytes:
    """Return the message of a part of the answer."""
    return message("PayloadChunk", data, "application/octet-stream")


def invoke_complete(payload: bytes, *, error: str | None, log_result: str | None) -> bytes:
    """Return the message that ends the stream; the payload tells of an error, if there is one."""
    complete: dict[str, str] = {}
    if error:
        complete = {"ErrorCode": error, "ErrorDetails": payload.decode(errors="replace")}
    if log_result is not None:
        complete["LogResult"] = log_result
    return message("InvokeComplete", json.dumps(complete).encode(), "application/json")


def _headers(headers: Mapping[str, str]) -> bytes:
    encoded = b""
    for name, value in headers.items():
        encoded += bytes([len(name)]) + name.encode() + bytes([STRING])
        encoded += struct.pack(">H", len(value)) + value.encode()
    return encoded
