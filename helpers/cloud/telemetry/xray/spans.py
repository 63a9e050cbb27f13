"""Spans of OpenTelemetry as X-Ray's segments and subsegments.

A server's span, and one without a parent, is a segment; all others are subsegments of their
parents. Attributes are metadata, except those that `aws.xray.annotations` lists. Models the
members that a function's spans have: names, HTTP, AWS calls, SQL, causes, links. Leaves out the
origins and resources of other computing services, and spans of Application Signals that are both
a local root and a call, which AWS splits into two.

Source: docs.aws.amazon.com/xray/latest/devguide/xray-sdk-migration.html (Working with span
attributes); aws-otel.github.io/docs/getting-started/x-ray (data model translation).
"""

from __future__ import annotations

import json
from typing import Any

from helpers.cloud.json_text import read_json
from helpers.cloud.telemetry.xray.otlp import Attributes, Kind, Span
from helpers.cloud.telemetry.xray.segments import MAX_NAME
from helpers.cloud.telemetry.xray.span_causes import cause_of
from helpers.cloud.telemetry.xray.span_http import HTTP_KEYS, http_of_span, status_of

ANNOTATIONS = "aws.xray.annotations"
METADATA = "aws.xray.metadata."
LOCAL_ROOT = "LOCAL_ROOT"
SYMBOLS = frozenset(" _.:/%&#=+-@")
AWS_MEMBERS = {
    "operation": ("aws.operation", "rpc.method"),
    "account_id": ("aws.account_id",),
    "region": ("aws.region",),
    "request_id": ("aws.request_id", "aws.requestId"),
    "queue_url": ("messaging.url", "aws.queue_url", "aws.queue.url"),
    "table_name": ("aws.table_name", "aws.table.name"),
}
"""Members of a segment's `aws` and the attributes that they come from."""
SQL_MEMBERS = {"database_type": "db.system", "sanitized_query": "db.statement", "user": "db.user"}
SQL_SYSTEMS = {
    "db2", "derby", "firebirdsql", "h2", "hsqldb", "mariadb", "mssql", "mysql", "oracle",
    "other_sql", "postgresql", "redshift", "sqlite",
}  # fmt: skip
TAKEN = {
    *HTTP_KEYS,
    *(key for member, keys in AWS_MEMBERS.items() for key in keys if key != "messaging.url"),
    ANNOTATIONS,
    "enduser.id",
}
"""Attributes that a segment has a member for: they are not repeated as metadata."""


def segment_of(span: Span) -> dict[str, Any]:
    """Return the document of a span; whether X-Ray takes it, is for its reader to say."""
    is_segment = _is_segment(span)
    sql = _sql(span.attributes)
    members = {
        "parent_id": span.parent_id,
        "type": "" if is_segment else "subsegment",
        "namespace": "" if is_segment else _namespace(span),
        "user": _text(span.attributes, "enduser.id"),
        "http": http_of_span(span),
        "aws": _aws(span),
        "service": _given(version=_text(span.resource, "service.version")),
        "sql": sql,
        "cause": cause_of(span),
        "annotations": _annotations(span, is_segment=is_segment),
        "metadata": _metadata(span, is_segment=is_segment, has_sql=bool(sql)),
        "links": [_link(link.trace_id, link.span_id, link.attributes) for link in span.links],
        **_flags(span),
    }
    return {
        "id": span.span_id,
        "trace_id": _trace_id(span.trace_id),
        "name": _name(span),
        "start_time": span.start,
        "end_time": span.end,
        **{name: value for name, value in members.items() if value},
    }


def _is_segment(span: Span) -> bool:
    if span.kind is Kind.SERVER or not span.parent_id:
        return True
    # Application Signals marks the first span of a service
    local_root = span.attributes.get("aws.span.kind") == LOCAL_ROOT
    return local_root and span.kind is Kind.INTERNAL


def _trace_id(digits: str) -> str:
    return f"1-{digits[:8]}-{digits[8:]}"


def _name(span: Span) -> str:
    """Return a segment's name: of whom is called or serves; a span's own name is of its work."""
    attributes = span.attributes
    local_root = attributes.get("aws.span.kind") == LOCAL_ROOT
    serves = span.kind is Kind.SERVER
    candidates = [
        _text(attributes, "aws.local.service")
        if serves or (local_root and span.kind is Kind.INTERNAL)
        else "",
        _remote_service(span) if span.kind >= Kind.CLIENT else "",
        _text(attributes, "peer.service"),
        _text(attributes, "aws.service"),
        _text(attributes, "db.name"),
        _text(span.resource, "service.name") if serves else "",
        _text(attributes, "rpc.service"),
        _text(attributes, "http.host"),
        _text(attributes, "net.peer.name"),
        span.name,
    ]
    chosen = next((name for name in candidates if name), "")
    allowed = "".join(c for c in chosen if c.isalpha() or c.isdecimal() or c in SYMBOLS)
    return allowed[:MAX_NAME] or "span"


def _remote_service(span: Span) -> str:
    name = _text(span.attributes, "aws.remote.service")
    return name.removeprefix("AWS.SDK.").removeprefix("AWS::") if _calls_aws(span) else name


def _calls_aws(span: Span) -> bool:
    return span.attributes.get("rpc.system") == "aws-api"


def _namespace(span: Span) -> str:
    if _calls_aws(span) or (
        _text(span.attributes, "aws.service") and not _text(span.attributes, "peer.service")
    ):
        return "aws"
    called = span.kind >= Kind.CLIENT and _text(span.attributes, "aws.remote.service")
    return "remote" if span.kind is Kind.CLIENT or called else ""


def _flags(span: Span) -> dict[str, bool]:
    """Tell whose fault it was: by the HTTP status where there is one, else by the span's own."""
    status = status_of(span.attributes)
    if 400 <= status <= 499:
        return {"error": True, "throttle": status == 429}
    return {"fault": 500 <= status <= 599 or span.failed}


def _aws(span: Span) -> dict[str, Any]:
    given = span.resource
    if given.get("cloud.provider", "aws") != "aws":
        return {}
    tables = span.attributes.get("aws.dynamodb.table_names")
    named = [each for each in tables if isinstance(each, str)] if isinstance(tables, list) else []
    sdk = [_text(given, f"telemetry.sdk.{part}") for part in ("name", "language")]
    members = {
        "account_id": _text(given, "cloud.account.id"),
        **{
            member: found
            for member, keys in AWS_MEMBERS.items()
            if (found := next((v for key in keys if (v := _text(span.attributes, key))), ""))
        },
        "xray": _given(
            sdk=" for ".join(part for part in sdk if part),
            sdk_version=_text(given, "telemetry.sdk.version"),
            auto_instrumentation=bool(_text(given, "telemetry.auto.version")),
        ),
    }
    if len(named) == 1:
        members["table_name"] = named[0]
    elif named:
        members |= {"table_names": named, "table_name": ""}
    return {name: value for name, value in members.items() if value}


def _sql(attributes: Attributes) -> dict[str, Any]:
    if _text(attributes, "db.system") not in SQL_SYSTEMS:
        return {}
    address, name = _text(attributes, "db.connection_string"), _text(attributes, "db.name")
    url = "/".join([address or "localhost", *([name] if name else [])])
    return {
        "url": url,
        **_given(**{member: _text(attributes, key) for member, key in SQL_MEMBERS.items()}),
    }


def _indexed(span: Span) -> set[str]:
    wanted = span.attributes.get(ANNOTATIONS)
    return {key for key in wanted if isinstance(key, str)} if isinstance(wanted, list) else set()


def _annotations(span: Span, *, is_segment: bool) -> dict[str, Any]:
    given = _with_resource(span, is_segment=is_segment)
    return {
        "".join(c if c.isascii() and (c.isalnum() or c == ".") else "_" for c in key): given[key]
        for key in given
        if key in _indexed(span) and isinstance(given[key], str | int | float)
    }


def _metadata(span: Span, *, is_segment: bool, has_sql: bool) -> dict[str, Any]:
    """Return what nothing else holds, in the namespace `default` or one that an attribute names."""
    indexed = _indexed(span)
    taken = TAKEN | {*SQL_MEMBERS.values(), "db.connection_string", "db.name"} if has_sql else TAKEN
    default: dict[str, Any] = {}
    named: dict[str, Any] = {}
    for key, value in _with_resource(span, is_segment=is_segment).items():
        if value is None or key in taken or (key in indexed and not isinstance(value, list | dict)):
            continue
        namespace = key.removeprefix(METADATA)
        told = _object(value) if namespace != key else None
        if told is None:
            default[key] = value
        elif namespace.lower() == "default":
            default |= told
        else:
            named[namespace] = told
    return {**named, **({"default": default} if default else {})}


def _with_resource(span: Span, *, is_segment: bool) -> dict[str, Any]:
    """Return a span's attributes; a segment also tells of the resource."""
    about = {f"otel.resource.{key}": value for key, value in span.resource.items()}
    return {**(about if is_segment else {}), **span.attributes}


def _object(value: Any) -> dict[str, Any] | None:
    """Return the object that an attribute's text is, None for anything else or NaN in it."""
    try:
        document = read_json(value) if isinstance(value, str) else None
        json.dumps(document, allow_nan=False)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _link(trace_id: str, span_id: str, attributes: Attributes) -> dict[str, Any]:
    told = {"attributes": dict(attributes)} if attributes else {}
    return {"trace_id": _trace_id(trace_id), "id": span_id, **told}


def _text(attributes: Attributes, key: str) -> str:
    value = attributes.get(key)
    return value if isinstance(value, str) else ""


def _given(**members: Any) -> dict[str, Any]:
    return members if any(members.values()) else {}
