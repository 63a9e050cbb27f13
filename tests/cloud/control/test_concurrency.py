from __future__ import annotations

import pytest

from helpers.cloud.control.concurrency import AccountConcurrency, check_provisioned_number
from helpers.cloud.errors import InvalidParameterValueException, ValidationException

BELOW = "decreases account's UnreservedConcurrentExecution below its minimum value of [100]."


def account(
    reserved: dict[str, int] | None = None, provisioned: dict[str, int] | None = None
) -> AccountConcurrency:
    """Return an account of 1,000 of which 100 stay unreserved."""
    return AccountConcurrency(1000, 100, reserved or {}, provisioned or {})


def test_nine_hundred_of_a_thousand_can_be_reserved():
    """900 is fine, 901 is not."""
    account().check_reserved("a", 900)

    with pytest.raises(InvalidParameterValueException) as refused:
        account().check_reserved("a", 901)

    assert refused.value.message.endswith(BELOW)


def test_a_reservation_replaces_the_functions_old_one():
    """What the function had does not count against it; what others have does."""
    account({"a": 900}).check_reserved("a", 900)

    with pytest.raises(InvalidParameterValueException):
        account({"a": 900}).check_reserved("b", 1)


def test_zero_can_always_be_reserved():
    """Switching a function off takes nothing from the others."""
    account({"a": 900}).check_reserved("b", 0)


@pytest.mark.parametrize("wanted", [-1, None, "5", True, 2.5])
def test_a_reservation_is_a_whole_number(wanted: object):
    """Anything else breaks the API's constraints."""
    with pytest.raises(ValidationException) as refused:
        account().check_reserved("a", wanted)

    assert "at 'reservedConcurrentExecutions'" in refused.value.message


def test_provisioned_takes_from_the_unreserved():
    """Unreserved minus 100 is the most, with what others provisioned taken off."""
    account({"a": 200}, {"b": 100}).check_provisioned("c", 600, others=0)

    with pytest.raises(InvalidParameterValueException) as refused:
        account({"a": 200}, {"b": 100}).check_provisioned("c", 601, others=0)

    assert refused.value.message.endswith(BELOW)


def test_provisioned_inside_a_reservation_costs_the_others_nothing():
    """It only has to fit into what its function reserved."""
    account({"a": 900}).check_provisioned("a", 900, others=0)
    account({"a": 900}, {"a": 900}).check_reserved("b", 0)

    with pytest.raises(InvalidParameterValueException):
        account({"a": 900}).check_provisioned("a", 100, others=801)


def test_a_reservation_is_not_below_what_is_provisioned():
    """AWS's message names both numbers."""
    with pytest.raises(InvalidParameterValueException) as refused:
        account({"a": 5}, {"a": 3}).check_reserved("a", 2)

    assert "[3]" in refused.value.message


def test_unreserved_is_the_limit_without_reservations():
    """What is provisioned without a reservation still counts as unreserved."""
    assert 700 == account({"a": 200, "b": 100}, {"c": 50}).unreserved


@pytest.mark.parametrize("wanted", [0, -3, None, "2", True])
def test_provisioned_is_a_number_of_at_least_one(wanted: object):
    """Anything else breaks the API's constraints."""
    with pytest.raises(ValidationException):
        check_provisioned_number(wanted)


def test_a_good_number_is_returned():
    """One is enough."""
    assert 1 == check_provisioned_number(1)
