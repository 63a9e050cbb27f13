"""The error bodies Lambda's API answers with, as botocore reads them."""

from __future__ import annotations

import json

import botocore.parsers
import botocore.session
import pytest

from helpers.cloud import errors
from helpers.cloud.errors import (
    AccessDeniedException,
    AwsError,
    InvalidParameterValueException,
    KitError,
    ResourceNotFoundException,
    ServiceException,
    ThrottleReason,
    TooManyRequestsException,
)

LAMBDA = botocore.session.get_session().get_service_model("lambda")
MODELLED = [
    each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, AwsError) and each.__name__ in LAMBDA.shape_names
]


def parsed(error: AwsError) -> dict[str, object]:
    """Return what boto3 makes of the rendered error."""
    response = error.rest_json()
    parser = botocore.parsers.create_parser("rest-json")
    raw = {
        "status_code": response.http_status,
        "headers": {name.lower(): value for name, value in response.headers.items()},
        "body": response.body,
    }
    # as botocore's endpoint does: the error first, then the members of its own shape
    answer = parser.parse(raw, LAMBDA.operation_model("GetFunction").output_shape)
    return {**answer, **parser.parse(raw, LAMBDA.shape_for(error.code))}


@pytest.mark.parametrize("kind", MODELLED)
def test_status_follows_the_api_model(kind: type[AwsError]) -> None:
    """Every exception of Lambda's API has the HTTP status of the model."""
    assert LAMBDA.shape_for(kind.__name__).metadata["error"]["httpStatusCode"] == kind.http_status


@pytest.mark.parametrize("kind", MODELLED)
def test_members_are_spelled_as_in_the_api_model(kind: type[AwsError]) -> None:
    """Every member of a rendered body exists in the model, down to `Message` or `message`."""
    error = TooManyRequestsException() if kind is TooManyRequestsException else kind("why")
    assert set(error.body()) <= set(LAMBDA.shape_for(kind.__name__).members)


def test_boto3_reads_code_and_message() -> None:
    """A missing function arrives as AWS's code and words."""
    error = parsed(ResourceNotFoundException("Function not found: arn:x"))
    expected = {"Code": "ResourceNotFoundException", "Message": "Function not found: arn:x"}
    assert expected == error["Error"]
    assert error["Type"] == "User"


def test_throttle_carries_reason_and_retry_after() -> None:
    """A 429 tells which limit was hit, and when to come back."""
    error = TooManyRequestsException(
        reason=ThrottleReason.RESERVED_CONCURRENCY, retry_after_s=1
    ).rest_json()
    assert error.http_status == 429
    assert error.headers["Retry-After"] == "1"
    assert json.loads(error.body) == {
        "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
        "Type": "User",
        "message": "Rate Exceeded.",
    }


def test_throttle_reasons_are_those_of_the_model() -> None:
    """The Reason member takes no other value than the model's."""
    assert [reason.value for reason in ThrottleReason] == LAMBDA.shape_for("ThrottleReason").enum


def test_access_denied_is_403_without_type() -> None:
    """IAM's refusal is no Lambda exception: it has only a Message."""
    assert AccessDeniedException("no").body() == {"Message": "no"}
    assert AccessDeniedException("no").http_status == 403


def test_service_fault_names_the_service() -> None:
    """A failure of the service is not the user's."""
    assert ServiceException("oops").body() == {"Type": "Service", "Message": "oops"}


def test_errors_of_other_services_take_code_and_status() -> None:
    """The class itself stands for any service's error."""
    error = AwsError("The bucket does not exist", code="NoSuchBucket", http_status=404)
    assert (error.code, error.http_status) == ("NoSuchBucket", 404)
    assert error.rest_json().headers["x-amzn-ErrorType"] == "NoSuchBucket"


def test_text_beyond_ascii_survives() -> None:
    """Messages go over the wire in UTF-8."""
    assert "Größe" in InvalidParameterValueException("Größe").rest_json().body.decode()


def test_kit_error_says_what_why_and_next() -> None:
    """A kit error reads as one text and keeps its three parts."""
    error = KitError("port 4566 is taken.", why="Another server uses it.", next_step="Run: x")
    assert str(error) == "port 4566 is taken. Another server uses it. Run: x"
    assert error.next_step == "Run: x"


def test_a_kit_error_is_shown_in_a_notebook_without_the_lines_of_the_kit() -> None:
    """IPython asks the error how it is drawn; parts that are empty are left out."""
    error = KitError("There is no run.", next_step="Invoke the function.")
    assert ["✗ There is no run.", "  Next  Invoke the function."] == error._render_traceback_()
