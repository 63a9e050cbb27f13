"""Where each source keeps a fact: the paths that the side-by-side tables show.

A path is here only where an event has it; the tables read every value out of a sample event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from helpers.cloud.events.samples.place import ORDER
from helpers.cloud.events.samples.requests import BODY, METHOD, PATH, QUERY
from helpers.cloud.events.samples.uploads import BUCKET, KEY, SIZE

Kind = Literal["request", "upload", "message"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NOTHING = object()
"""The fact is not of the sender: a source made it up."""

V2 = ("function-url", "http-api")
V1 = ("http-api-v1", "rest-api")
ALB = ("load-balancer", "load-balancer-multi")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a handler wants to know, what was sent, and its path in each source's event."""

    name: str
    sent: Any
    paths: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that several sources deliver; `shown` are the sources of the plain table."""

    title: str
    sent: str
    sources: tuple[str, ...]
    shown: tuple[str, ...]
    facts: tuple[Fact, ...]


def _at(*groups: tuple[tuple[str, ...] | str, str]) -> dict[str, str]:
    """Spread a path over the sources that share it."""
    return {
        source: path
        for sources, path in groups
        for source in ((sources,) if isinstance(sources, str) else sources)
    }


REQUEST = Subject(
    title="One HTTP request, as each front delivers it",
    sent=f"{METHOD} {PATH}?{QUERY}, two X-Tag headers, two cookies, a JSON body",
    sources=(*V2, *V1, *ALB),
    shown=("function-url", "http-api", "rest-api", "load-balancer"),
    facts=(
        Fact("payload version", NOTHING, _at(((*V2, "http-api-v1"), "version"))),
        Fact("method", METHOD, _at((V2, "requestContext.http.method"), (V1 + ALB, "httpMethod"))),
        Fact("path", PATH, _at((V2, "rawPath"), (V1 + ALB, "path"))),
        Fact("path parameter id", "o-1007", _at((("http-api", *V1), "pathParameters.id"))),
        Fact("stage", NOTHING, _at((V2 + V1, "requestContext.stage"))),
        Fact(
            "query parameter note",
            "to go",
            _at(
                ((*V2, *V1, "load-balancer"), "queryStringParameters.note"),
                ("load-balancer-multi", "multiValueQueryStringParameters.note[0]"),
            ),
        ),
        Fact(
            "query parameter size, sent twice",
            ["a2", "a3"],
            _at((V2, "queryStringParameters.size"), ("load-balancer", "queryStringParameters.size"))
            | _at(((*V1, "load-balancer-multi"), "multiValueQueryStringParameters.size")),
        ),
        Fact(
            "header X-Tag, sent twice",
            ["gift", "express"],
            _at(
                (V2, "headers.x-tag"),
                (V1, "multiValueHeaders.X-Tag"),
                ("load-balancer", "headers.x-tag"),
                ("load-balancer-multi", "multiValueHeaders.x-tag"),
            ),
        ),
        Fact(
            "header Content-Type",
            "application/json",
            _at(
                (V2, "headers.content-type"),
                (V1, "headers.Content-Type"),
                ("load-balancer", "headers.content-type"),
                ("load-balancer-multi", "multiValueHeaders.content-type[0]"),
            ),
        ),
        Fact(
            "cookies",
            ["theme=dark", "cart=k-7"],
            _at(
                (V2, "cookies"),
                (V1, "headers.Cookie"),
                ("load-balancer", "headers.cookie"),
                ("load-balancer-multi", "multiValueHeaders.cookie"),
            ),
        ),
        Fact("body", BODY, _at((V2 + V1 + ALB, "body"))),
        Fact(
            "caller's address",
            "127.0.0.1",
            _at(
                (V2, "requestContext.http.sourceIp"),
                (V1, "requestContext.identity.sourceIp"),
                ("load-balancer", "headers.x-forwarded-for"),
                ("load-balancer-multi", "multiValueHeaders.x-forwarded-for[0]"),
            ),
        ),
        Fact(
            "moment, in milliseconds",
            NOTHING,
            _at((V2, "requestContext.timeEpoch"), (V1, "requestContext.requestTimeEpoch")),
        ),
    ),
)

_RECORD = {
    "s3": "Records[0].",
    "s3-sqs": "Records[0].body|json|Records[0].",
    "s3-sns": "Records[0].Sns.Message|json|Records[0].",
    "s3-sns-sqs": "Records[0].body|json|Message|json|Records[0].",
}


def _in_record(path: str, bus: str = "") -> dict[str, str]:
    """Return where S3's own record has something, and where EventBridge's event has it."""
    found = {source: start + path for source, start in _RECORD.items()}
    return found | ({"s3-eventbridge": bus} if bus else {})


UPLOAD = Subject(
    title="One upload to S3, as each way delivers it",
    sent=f"put_object(Bucket={BUCKET!r}, Key={KEY!r}), {SIZE:,} bytes",
    sources=(*_RECORD, "s3-eventbridge"),
    shown=("s3", "s3-sqs", "s3-sns", "s3-eventbridge"),
    facts=(
        Fact(
            "who hands it over",
            NOTHING,
            _at(
                (("s3", "s3-sqs", "s3-sns-sqs"), "Records[0].eventSource"),
                ("s3-sns", "Records[0].EventSource"),
                ("s3-eventbridge", "source"),
            ),
        ),
        Fact("what happened", NOTHING, _in_record("eventName", "detail-type")),
        Fact("bucket", BUCKET, _in_record("s3.bucket.name", "detail.bucket.name")),
        Fact("key, as it stands there", KEY, _in_record("s3.object.key", "detail.object.key")),
        Fact("key, decoded", KEY, _in_record("s3.object.key|unquote", "detail.object.key")),
        Fact("size in bytes", SIZE, _in_record("s3.object.size", "detail.object.size")),
        Fact("sequencer", NOTHING, _in_record("s3.object.sequencer", "detail.object.sequencer")),
        Fact("moment", NOTHING, _in_record("eventTime", "time")),
    ),
)

_ORDER = {
    "invoke": "",
    "sqs": "Records[0].body|json",
    "sns": "Records[0].Sns.Message|json",
    "eventbridge": "detail",
    "kinesis": "Records[0].kinesis.data|base64|json",
}


def _in_order(member: str, table: str) -> dict[str, str]:
    """Return where a member of the order is; `table` is its path in a stream's new image."""
    found = {
        source: f"{start}|{member}" if "|" in start else f"{start}.{member}"
        for source, start in _ORDER.items()
    }
    return found | {"dynamodb": f"Records[0].dynamodb.NewImage.{table}"}


MESSAGE = Subject(
    title="One order, as each source delivers it",
    sent=f"the order {ORDER['order_id']}, with an attribute priority where a source has attributes",
    sources=(*_ORDER, "dynamodb"),
    shown=(*_ORDER, "dynamodb"),
    facts=(
        Fact(
            "who hands it over",
            NOTHING,
            _at(
                (("sqs", "kinesis", "dynamodb"), "Records[0].eventSource"),
                ("sns", "Records[0].EventSource"),
                ("eventbridge", "source"),
            ),
        ),
        Fact(
            "the order, as it stands there",
            ORDER,
            _at(
                ("invoke", ""),
                ("sqs", "Records[0].body"),
                ("sns", "Records[0].Sns.Message"),
                ("eventbridge", "detail"),
                ("kinesis", "Records[0].kinesis.data"),
                ("dynamodb", "Records[0].dynamodb.NewImage"),
            ),
        ),
        Fact("order_id", ORDER["order_id"], _in_order("order_id", "order_id.S")),
        Fact("total_cents", ORDER["total_cents"], _in_order("total_cents", "total_cents.N")),
        Fact(
            "attribute priority",
            "express",
            _at(
                ("sqs", "Records[0].messageAttributes.priority.stringValue"),
                ("sns", "Records[0].Sns.MessageAttributes.priority.Value"),
            ),
        ),
        Fact(
            "id of the message",
            NOTHING,
            _at(
                ("sqs", "Records[0].messageId"),
                ("sns", "Records[0].Sns.MessageId"),
                ("eventbridge", "id"),
                (("kinesis", "dynamodb"), "Records[0].eventID"),
            ),
        ),
        Fact(
            "moment",
            NOTHING,
            _at(
                ("sqs", "Records[0].attributes.SentTimestamp"),
                ("sns", "Records[0].Sns.Timestamp"),
                ("eventbridge", "time"),
                ("kinesis", "Records[0].kinesis.approximateArrivalTimestamp"),
                ("dynamodb", "Records[0].dynamodb.ApproximateCreationDateTime"),
            ),
        ),
        Fact(
            "where it came from",
            NOTHING,
            _at(
                (("sqs", "kinesis", "dynamodb"), "Records[0].eventSourceARN"),
                ("sns", "Records[0].Sns.TopicArn"),
            ),
        ),
        Fact(
            "what keeps order",
            NOTHING,
            _at(
                ("kinesis", "Records[0].kinesis.partitionKey"),
                ("dynamodb", "Records[0].dynamodb.Keys"),
            ),
        ),
    ),
)

SUBJECTS: Mapping[Kind, Subject] = {"request": REQUEST, "upload": UPLOAD, "message": MESSAGE}
