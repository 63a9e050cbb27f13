"""Whether the JSON of a request has the types of the API model: numbers where numbers belong.

AWS answers a body with wrong types by a SerializationException, before anything looks at values.
boto3 refuses such calls itself; other SDKs, and whoever writes requests by hand, send them. What
the model does not know is passed over, as on AWS. AWS does not document the sentences: two are as
its answers in public reports have them, the others in their manner.

Source: botocore's service-2.json files; smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from helpers.cloud.control.asked import json_object
from helpers.cloud.errors import AwsError, ValidationException
from helpers.cloud.moto_seam.operations.recognise import ScopedRequest
from helpers.cloud.moto_seam.operations.routing import Asked, find_operation

NAMES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "string": (str, "a String"),
    "timestamp": ((int, float, str), "a Timestamp"),
    "boolean": (bool, "a Boolean"),
    "integer": (int, "an Integer"),
    "long": (int, "a Long"),
    "float": ((int, float), "a Float"),
    "double": ((int, float), "a Double"),
    "blob": (str, "a Blob"),
}
"""The types of JSON that a shape's type takes, and what it is called."""


def check_types(request: ScopedRequest) -> None:
    """Raise the AwsError of a rest-json request whose body breaks the types of its operation.

    Requests that no model knows pass: others refuse them.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    arguments = MultiDict(parse_qsl(request.query, keep_blank_values=True))
    match = find_operation(request.service, Asked(request.method, request.path, arguments, headers))
    shape = match.operation.input_shape if match is not None else None
    if shape is None or shape.serialization.get("payload"):
        return
    _check_structure(shape, json_object(request.body), "", top=True)


def _check(shape: Any, value: Any, member: str) -> None:
    if shape.type_name == "structure":
        _check_structure(shape, value, member)
    elif shape.type_name == "list":
        if not isinstance(value, list):
            raise _wrong("Unrecognized collection type", value)
        for item in value:
            _check_present(shape.member, item, member)
    elif shape.type_name == "map":
        if not isinstance(value, dict):
            raise _wrong("Expected a map", value)
        for item in value.values():
            _check_present(shape.value, item, member)
    else:
        _check_scalar(shape.type_name, value)


def _check_structure(shape: Any, value: Any, member: str, *, top: bool = False) -> None:
    if not isinstance(value, dict):
        raise _wrong("Expected a structure", value)
    for name, inner in shape.members.items():
        found = value.get(inner.serialization.get("name", name))
        in_body = not (top and inner.serialization.get("location"))
        if found is not None and in_body:
            path = f"{member}.{name[0].lower()}{name[1:]}" if member else name[0].lower() + name[1:]
            _check(inner, found, path)


def _check_present(shape: Any, value: Any, member: str) -> None:
    """Check an item of a list or map, which may not be null."""
    if value is None:
        raise ValidationException(
            f"1 validation error detected: Value null at '{member}' failed to satisfy constraint: "
            "Member must not be null"
        )
    _check(shape, value, member)


def _check_scalar(type_name: str, value: Any) -> None:
    kinds, called = NAMES.get(type_name, (object, ""))
    is_flag = isinstance(value, bool)
    if is_flag != (type_name == "boolean") or not isinstance(value, kinds):
        if isinstance(value, dict):
            raise _error("Start of structure or map found where not expected.")
        if isinstance(value, list):
            raise _error("Start of list found where not expected")
        raise _error(f"{_kind(value)} can not be converted to {called}")
    if type_name == "blob":
        try:
            base64.b64decode(str(value))
        except (binascii.Error, ValueError) as error:
            raise _error(f"A Blob must be in base64: {error}") from error


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return f"{str(value).upper()}_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"


def _wrong(problem: str, value: Any) -> AwsError:
    return _error(f"{problem}: {type(value).__name__}")


def _error(message: str) -> AwsError:
    return AwsError(message, code="SerializationException", http_status=400)
