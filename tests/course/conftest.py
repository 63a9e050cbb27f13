from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.course.account import Account, open_account


@pytest.fixture(scope="module")
def running_account() -> Iterator[Account]:
    """One real local account for a module; the test process's own environment stays as it is."""
    account = open_account({}, settings={"time_lapse": 60})
    yield account
    account.cloud.stop()  # type: ignore[attr-defined]


@pytest.fixture
def account(running_account: Account) -> Account:
    """The module's account, emptied."""
    running_account.reset()
    return running_account
