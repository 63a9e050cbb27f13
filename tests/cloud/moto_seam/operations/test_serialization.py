"""Bodies whose JSON has other types than the API model are told apart from those that fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from helpers.cloud.errors import AwsError
from helpers.cloud.moto_seam.operations import TABLES, ScopedRequest, check_types
from tests.cloud.moto_seam.operations.conftest import captured, client

CREATE = "/2015-03-31/functions"


def checked(document: Any, *, method: str = "POST", path: str = CREATE) -> None:
    """Check one body."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    check_types(ScopedRequest(method, path, "lambda", "us-east-1", body=body))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Timeout": "30"}, "STRING_VALUE can not be converted to an Integer"),
        ({"Timeout": 1.5}, "NUMBER_VALUE can not be converted to an Integer"),
        ({"Timeout": True}, "TRUE_VALUE can not be converted to an Integer"),
        ({"Handler": 5}, "NUMBER_VALUE can not be converted to a String"),
        ({"Handler": {"a": 1}}, "Start of structure or map found where not expected."),
        ({"Handler": ["a"]}, "Start of list found where not expected"),
        ({"Publish": "yes"}, "STRING_VALUE can not be converted to a Boolean"),
        ({"Environment": {"Variables": {"AB": 1}}}, "NUMBER_VALUE can not be converted"),
        ({"Environment": {"Variables": ["AB"]}}, "Expected a map"),
        ({"Environment": 5}, "Expected a structure"),
        ({"Layers": "arn"}, "Unrecognized collection type"),
        ({"Code": {"ZipFile": "abc"}}, "A Blob must be in base64"),
    ],
)
def test_a_wrong_type_is_a_serialization_exception(members: Any, message: str) -> None:
    """Whatever the member: number, text, flag, bytes, list, map or structure."""
    with pytest.raises(AwsError, match="SerializationException") as caught:
        checked({"FunctionName": "orders", **members})
    assert caught.value.message.startswith(message)
    assert ("SerializationException", 400) == (caught.value.code, caught.value.http_status)


def test_null_is_nothing_but_in_a_list_or_map() -> None:
    """A member may be null; an item may not, and is named by its member."""
    checked({"FunctionName": None, "Environment": {"Variables": None}})
    for members, member in (
        ({"Layers": [None]}, "layers"),
        ({"Environment": {"Variables": {"AB": None}}}, "environment.variables"),
    ):
        with pytest.raises(AwsError) as caught:
            checked(members)
        assert "ValidationException" == caught.value.code
        assert f"Value null at '{member}'" in caught.value.message


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"5", b"{", b"\xff"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    """JSON of another kind, or none at all."""
    with pytest.raises(AwsError) as caught:
        checked(body)
    assert ("InvalidRequestContentException", 400) == (caught.value.code, caught.value.http_status)


def test_what_the_model_does_not_know_passes() -> None:
    """Unknown members, members of the path, unknown paths, and raw payloads."""
    checked({"Novelty": 5})
    checked({"FunctionName": 5}, method="PUT", path=f"{CREATE}/orders/configuration")
    checked([], path="/2099-01-01/nothing")
    checked(b"no JSON", path="/2015-03-31/functions/orders/invocations")


def test_what_botocore_sends_fits(minimal: Callable[[str, str], dict[str, Any]]) -> None:
    """The smallest call of every operation of Lambda that has a body."""
    api, checks = client("lambda"), 0
    for operation in TABLES["lambda"]:
        request = captured(api, operation, minimal("lambda", operation))
        if request.body:
            check_types(request)
            checks += 1
    assert checks > 20
