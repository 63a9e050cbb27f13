"""lab.next_firings: what is asked of the cloud, and how a refusal reads."""

from __future__ import annotations

import pytest

from helpers.cloud.client import CloudError
from helpers.cloud.errors import KitError
from helpers.course.firings import firings_of


class Clockwork:
    """Notes what it is asked; refuses an expression of five fields."""

    def __init__(self) -> None:
        self.asked: dict[str, object] = {}

    def schedules(self, **query: object) -> dict[str, list[str]]:
        self.asked = query
        if query["expression"] == "cron(30 2 * * *)":
            raise CloudError("'cron(30 2 * * *)' in 'UTC' is no schedule.")
        return {str(query["expression"]): ["2027-03-27T01:30:00Z"]}


@pytest.mark.parametrize("after", ["", "2027-03-26"])
def test_moments_of_an_expression(after: str):
    """Expression, zone and number are asked for; a day only where one is named."""
    cloud = Clockwork()
    moments = firings_of(
        cloud, "cron(30 2 * * ? *)", timezone="Europe/Berlin", after=after, count=1
    )

    assert ["2027-03-27T01:30:00Z"] == moments
    assert (after or None) == cloud.asked.get("after")
    assert ("Europe/Berlin", 1) == (cloud.asked["timezone"], cloud.asked["count"])


def test_what_is_no_schedule_is_the_kits_own_error():
    """The cloud's sentence reaches the learner without a traceback of the kit."""
    with pytest.raises(KitError, match="is no schedule"):
        firings_of(Clockwork(), "cron(30 2 * * *)", timezone="UTC", after="", count=1)
