"""lab.fault's card: what will fail now, and what else still will."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.cloud.client import CloudError
from helpers.cloud.errors import KitError
from helpers.course.faults import inject


class Account:
    """Notes faults; refuses an unknown action."""

    def __init__(self) -> None:
        self.planned: list[dict[str, Any]] = []

    def fault(self, **fault: Any) -> list[dict[str, Any]]:
        if ":" not in fault["action"]:
            raise CloudError("There is no action 'x' here.")
        self.planned = [f for f in self.planned if f["action"] != fault["action"]]
        self.planned += [fault] if fault["times"] else []
        return self.planned


def test_the_card_says_what_will_fail_and_what_else_is_to_come():
    """Action, error and number stand in the heading, other faults below it."""
    account = Account()
    inject(account, "sqs:SendMessage", "Throttled", 2)
    card = str(inject(account, "ssm:GetParameter", "ThrottlingException", 3))

    assert "The next 3 calls of ssm:GetParameter will fail with ThrottlingException" in card
    assert "sqs:SendMessage" in card
    assert "Throttled, 2 to come" in card


def test_zero_times_takes_it_back():
    """Then the action works again, and no number is named."""
    account = Account()
    inject(account, "ssm:GetParameter", "ThrottlingException", 1)

    assert "ssm:GetParameter works again" == str(inject(account, "ssm:GetParameter", "", 0))


def test_a_wrong_action_is_the_kits_own_error():
    """The cloud's sentence reaches the learner without a traceback of the kit."""
    with pytest.raises(KitError, match="no action 'x'"):
        inject(Account(), "x", "Boom", 1)
