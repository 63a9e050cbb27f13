"""What a console says when it cannot go on."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from helpers.cloud.client import Cloud, CloudLostError
from helpers.cloud.errors import KitError
from helpers.consoles.plain import LOST, is_lost, plain_message


def test_a_lost_account_is_said_plainly_however_it_is_noticed():
    """boto3 cannot connect, or the records cannot be read: the next step is the setup cell."""
    gone = Cloud("http://127.0.0.1:1", "us-east-1", "key", "secret", "token")
    with pytest.raises(CloudLostError) as unread:
        gone.records()

    assert LOST == plain_message(unread.value)
    assert LOST == plain_message(EndpointConnectionError(endpoint_url="http://127.0.0.1:1"))
    assert "lab = Lab(…)" in repr(LOST)


def test_an_answer_of_aws_keeps_its_code_and_words():
    """What AWS refused is shown as AWS says it."""
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "Invoke")

    assert "✗ AWS answered AccessDenied\n  Message  not you" == repr(plain_message(error))


def test_an_error_of_the_kit_keeps_its_parts():
    """What happened, why, and what to do next; a part that is missing leaves no empty line."""
    whole = plain_message(KitError("No lab.", why="It has a number.", next_step="Run it."))
    short = plain_message(KitError("No lab."))

    assert "! No lab.\n  Why   It has a number.\n  Next  Run it." == repr(whole)
    assert "! No lab." == repr(short)


def test_whatever_else_happens_is_one_sentence():
    """A defect of the kit is named, and not taken for a lost account."""
    message = plain_message(ValueError("odd"))

    assert repr(message).startswith("✗ ValueError: odd")
    assert not is_lost(ValueError("odd"))
