"""An HTTP request becomes a `Call`: service, operation and parameters, in every protocol.

Uses botocore's models, moto's request parsers, and botocore's CBOR reader. An upload by an HTML
form to S3, which no model describes, is a PutObject. Leaves out event streams of requests.
Source: docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html for the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Self
from urllib.parse import parse_qsl

from botocore.parsers import RpcV2CBORParser
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.moto_seam.operations.call import Call, Facts, NoFacts, Params
from helpers.cloud.moto_seam.operations.routing import Asked, Match, find_operation


class UnreadableRequest(ValueError):  # noqa: N818 - what it is, not an error of ours
    """A request whose operation is known but whose parameters cannot be read."""


@dataclass(frozen=True, slots=True)
class ScopedRequest:
    """A request as it came: raw path and query, and the credential scope's service and Region.

    >>> request = ScopedRequest(
    ...     "GET", "/uploads/a.jpg", service="s3", region="us-east-1", headers={"host": "127.0.0.1"}
    ... )
    >>> recognise(request).operation
    'GetObject'
    """

    method: str
    path: str
    service: str
    region: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(cls, request: HttpRequest, service: str, region: str) -> Self:
        """Return a request of the gateway with the scope that its signature names."""
        return cls(
            request.method,
            request.path,
            service,
            region,
            query=request.query,
            headers=request.headers,
            body=request.body,
        )


def recognise(
    request: ScopedRequest, *, account: str = "123456789012", facts: Facts | None = None
) -> Call | None:
    """Read a request; None if no model knows its operation. Raise UnreadableRequest."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    pairs = parse_qsl(request.query, keep_blank_values=True)
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = request.body.decode("utf-8", "replace")
        pairs += parse_qsl(form, keep_blank_values=True)
    arguments = MultiDict(pairs) if pairs else _NO_ARGUMENTS
    asked = Asked(request.method, request.path, arguments, headers)
    match = find_operation(request.service, asked)
    if match is None:
        return _form_upload(request, headers.get("content-type", ""), account, facts)
    return Call(
        service=match.model.service_name,
        operation=match.operation.name,
        params=_params(match, asked, request.body),
        region=request.region,
        account=account,
        protocol=match.protocol,
        facts=facts or NoFacts(),
    )


def _form_upload(
    request: ScopedRequest, content_type: str, account: str, facts: Facts | None
) -> Call | None:
    """Read a browser's upload: the bucket is the path, key and file stand in the form."""
    kind, options = parse_options_header(content_type)
    bucket = request.path.strip("/")
    if (request.service, request.method, kind) != ("s3", "POST", "multipart/form-data"):
        return None
    try:
        boundary = options["boundary"].encode("ascii")
        form, files = MultiPartParser().parse(BytesIO(request.body), boundary, len(request.body))
        filename = files["file"].filename if "file" in files else ""
        key = form["key"].replace("${filename}", filename or "")
    except (KeyError, ValueError) as error:
        raise UnreadableRequest(f"the form sent to {bucket!r} cannot be read: {error!r}") from error
    params = {"Bucket": bucket, "Key": key} | {
        parameter: form[field] for field, parameter in _FORM_FIELDS.items() if field in form
    }
    return Call("s3", "PutObject", params, request.region, account, "rest-xml", facts or NoFacts())


_FORM_FIELDS = {"acl": "ACL", "tagging": "Tagging", "x-amz-storage-class": "StorageClass"}


def _params(match: Match, asked: Asked, body: bytes) -> Params:
    """Read the parameters in the protocol of the request."""
    try:
        if match.protocol == "smithy-rpc-v2-cbor":
            return _cbor(body)
        parser = PROTOCOL_PARSERS[match.protocol](match.operation)
        params: Params = parser.parse(
            {
                "body": body,
                "headers": _Headers(asked.headers),
                "method": asked.method,
                "url_params": dict(match.labels),
                "url_path": asked.path,
                "values": asked.arguments,
            }
        )
    except (RequestParserError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise UnreadableRequest(
            f"the body of {match.model.service_name}:{match.operation.name} cannot be read:"
            f" {error!r}"
        ) from error
    return params


class _Headers(dict[str, str]):
    """Headers in lower case, found in any: werkzeug's take ten times as long to make and ask."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())


class _NoArguments(dict[str, str]):
    """No query string, for parsers that ask for each argument: werkzeug's raises at each."""

    def getlist(self, _name: str) -> list[str]:
        return []

    def to_dict(self, *, flat: bool) -> dict[str, list[str]]:
        return {}


_NO_ARGUMENTS = _NoArguments()


def _cbor(body: bytes) -> Params:
    reader = _cbor_reader()
    params: Params = reader.parse_data_item(reader.get_peekable_stream_from_bytes(body or b"\xa0"))
    return params


@cache
def _cbor_reader() -> RpcV2CBORParser:
    return RpcV2CBORParser()
