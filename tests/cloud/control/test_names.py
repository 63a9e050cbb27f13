from __future__ import annotations

import pytest

from helpers.cloud.control.names import FunctionName, parse_function_name
from helpers.cloud.errors import ValidationException

ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("charge-card", FunctionName("charge-card")),
        ("charge-card:live", FunctionName("charge-card", qualifier="live")),
        ("card-1:live", FunctionName("card-1", qualifier="live")),
        ("my-card-1:7", FunctionName("my-card-1", qualifier="7")),
        ("us-isob-east-1:card", FunctionName("card", "us-isob-east-1")),
        ("ap-southeast-2:card:7", FunctionName("card", "ap-southeast-2", None, "7")),
        ("charge-card:$LATEST", FunctionName("charge-card", qualifier="$LATEST")),
        ("function:charge-card", FunctionName("charge-card")),
        (f"{ACCOUNT}:function:charge-card", FunctionName("charge-card", account_id=ACCOUNT)),
        (f"{ACCOUNT}:charge-card:7", FunctionName("charge-card", None, ACCOUNT, "7")),
        (
            f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:charge-card",
            FunctionName("charge-card", "eu-west-1", ACCOUNT),
        ),
        (
            f"arn:aws:lambda:us-gov-west-1:{ACCOUNT}:function:a_b:live",
            FunctionName("a_b", "us-gov-west-1", ACCOUNT, "live"),
        ),
    ],
)
def test_a_function_can_be_named_in_every_form_that_aws_takes(text: str, expected: FunctionName):
    """Name, partial ARN and full ARN, each with or without a qualifier."""
    assert expected == parse_function_name(text)


@pytest.mark.parametrize("text", ["", "a b", "a:b:c:d", "arn:aws:s3:::bucket", "ä", "a:", "a:$NEW"])
def test_anything_else_is_refused_in_the_words_of_aws(text: str):
    """The message quotes the value, names the member, and shows the pattern."""
    with pytest.raises(ValidationException) as refused:
        parse_function_name(text)

    assert (
        f"1 validation error detected: Value '{text}' at 'functionName' failed to satisfy "
        "constraint: Member must satisfy regular expression pattern: (arn:" in refused.value.message
    )
