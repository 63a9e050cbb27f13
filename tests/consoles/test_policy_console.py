"""The policy console over decisions made by hand."""

from __future__ import annotations

from typing import Any

from helpers.cloud.client import CloudLostError
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
            raise CloudLostError("gone")
        return self.told


DENIED = decided("s3:GetObject", "arn:aws:s3:::halftone-uploads/a.jpg")
ALLOWED = decided("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:q", allow("sqs:*", "*"))


def ask(console: PolicyConsole, menu: str, number: int) -> None:
    """Choose in a menu, as the page does."""
    console.view._on_message(None, {"menu": menu, "to": number}, None)


def calls(console: PolicyConsole) -> list[str]:
    """Return the calls that are offered."""
    (menu,) = (menu for menu in console.view.menus if menu["label"] == "Call")
    assert 0 == menu["chosen"]
    return list(menu["options"])


def test_the_newest_denial_is_shown_first_with_what_to_add():
    """Each different call is offered once."""
    console = PolicyConsole(Account(DENIED, ALLOWED, DENIED))

    assert [
        "✖ denied: s3:GetObject on halftone-uploads/a.jpg, thumbnail, with the role thumb-role"
    ] == calls(console)
    assert "Denied: s3:GetObject by thumbnail, with the role thumb-role" == console.view.heading
    assert "&quot;Action&quot;: &quot;s3:GetObject&quot;" in console.document.value


def test_another_choice_swaps_the_picture():
    """Allowed calls are a choice away, and have nothing to add."""
    console = PolicyConsole(Account(DENIED, ALLOWED))
    ask(console, "Show", 1)

    assert "Allowed: sqs:SendMessage by thumbnail, with the role thumb-role" == console.view.heading
    assert "" == console.document.value
    ask(console, "Show", 2)
    assert 2 == len(calls(console))
    ask(console, "Call", 1)
    assert "Denied: s3:GetObject" in repr(console)


def test_where_nothing_was_denied_all_calls_are_offered():
    """An empty choice would look broken."""
    assert "Allowed: sqs:SendMessage" in repr(PolicyConsole(Account(ALLOWED)))


def test_without_decisions_it_says_what_to_do_and_looks_again_when_asked():
    """The first denial appears after a look."""
    account = Account()
    console = PolicyConsole(account)
    assert "press Look again" in repr(console)
    assert [] == calls(console)

    account.told = entries(DENIED)
    console.refresh()
    assert 1 == len(calls(console))
    assert "Denied: s3:GetObject" in console.view.heading


def test_a_lost_account_is_a_sentence_and_not_a_traceback():
    """The card says what happened and the next step."""
    account = Account(DENIED)
    console = PolicyConsole(account)
    account.lost = True
    console.refresh()

    assert "" == console.view.heading + console.view.drawing
    assert "the account of this notebook is gone" in console.document.value
    assert "run the setup cell" in console.document.value
