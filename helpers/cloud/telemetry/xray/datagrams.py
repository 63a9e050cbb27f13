"""What functions send to the X-Ray daemon: a header line, then a segment or OpenTelemetry's spans.

Of the AWS Distro for OpenTelemetry, which sends its protocol's bytes after `T1S` (sampled) or
`T1U` (not sampled), only sampled spans become segments: others are none of X-Ray's traces. Leaves
out its metrics (`M1`).

Source: docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html (the header line);
github.com/aws-observability/aws-otel-python-instrumentation (the exporter over UDP).
"""

from __future__ import annotations

import base64
import binascii
import json

from helpers.cloud.json_text import read_json
from helpers.cloud.telemetry.xray.otlp import read_spans
from helpers.cloud.telemetry.xray.protobuf import BadMessage
from helpers.cloud.telemetry.xray.spans import segment_of

SAMPLED = "T1S"
UNSAMPLED = "T1U"
METRICS = "M1"


class BadDatagram(ValueError):  # noqa: N818 - what it is
    """A datagram that holds nothing for X-Ray; its text is the reason."""


def documents(datagram: bytes) -> list[str]:
    """Return the segment documents of a datagram, unchecked; raises BadDatagram."""
    head, separator, body = datagram.partition(b"\n")
    try:
        header = read_json(head)
        text = body.decode()
    except ValueError:
        raise BadDatagram("no header line") from None
    known = isinstance(header, dict) and header.get("format") == "json"
    if not separator or not known or header.get("version") != 1:
        raise BadDatagram("no header line")
    if text.startswith(METRICS):
        raise BadDatagram("OpenTelemetry metrics")
    if not text.startswith((SAMPLED, UNSAMPLED)):
        return [text]
    try:
        request = base64.b64decode(text[len(SAMPLED) :].strip(), validate=True)
        spans = read_spans(request)
        return [json.dumps(segment_of(span)) for span in spans if text.startswith(SAMPLED)]
    except (binascii.Error, BadMessage, RecursionError, ValueError):
        raise BadDatagram("no OpenTelemetry spans") from None
