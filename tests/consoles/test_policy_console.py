"""The policy console over decisions made by hand."""

from __future__ import annotations

from typing import Any

from helpers.consoles import PolicyConsole
from tests.views.told import allow, decided, entries


class Account:
    """An account whose decisions are given; `lost` makes it answer no more."""

    def __init__(self, *told: Any) -> None:
        self.told = entries(*told)
        self.lost = False

    def records(self, **equals: Any) -> list[dict[str, Any]]:
        """Return the decisions."""
        assert {"kind": "decision"} == equals
        if self.lost:
            raise ConnectionRefusedError("nobody listens")
        return self.told


DENIED = decided("s3:GetObject", "arn:aws:s3:::halftone-uploads/a.jpg")
ALLOWED = decided("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:q", allow("sqs:*", "*"))


def test_the_newest_denial_is_shown_first_with_what_to_add():
    """Each different call is offered once."""
    console = PolicyConsole(Account(DENIED, ALLOWED, DENIED))

    assert 1 == len(console.call.options)
    assert (
        "✖ denied: s3:GetObject on halftone-uploads/a.jpg, thumbnail"
        in (console.call.options[0][0])
    )
    assert "Denied: s3:GetObject by thumbnail, with the role thumb-role" == console.view.heading
    assert "&quot;Action&quot;: &quot;s3:GetObject&quot;" in console.document.value


def test_another_choice_swaps_the_picture():
    """Allowed calls are a choice away, and have nothing to add."""
    console = PolicyConsole(Account(DENIED, ALLOWED))
    console.show.value = "allowed calls"

    assert "Allowed: sqs:SendMessage by thumbnail, with the role thumb-role" == console.view.heading
    assert "" == console.document.value
    console.show.value = "all calls"
    console.call.value = 1
    assert "Denied: s3:GetObject" in repr(console)


def test_without_decisions_it_says_what_to_do_and_looks_again_when_asked():
    """The first denial appears after a look."""
    account = Account()
    console = PolicyConsole(account)
    assert "press Look again" in repr(console)
    assert console.call.disabled

    account.told = entries(DENIED)
    console.refresh()
    assert not console.call.disabled
    assert "Denied: s3:GetObject" in console.view.heading


def test_a_lost_account_is_a_sentence_and_not_a_traceback():
    """The card says what happened and the next step."""
    account = Account(DENIED)
    console = PolicyConsole(account)
    account.lost = True
    console.refresh()

    assert "the account of this notebook is gone" in console.view.heading
    assert "run the setup cell" in console.document.value
