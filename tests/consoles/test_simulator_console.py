from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cloud.client import CloudLostError
from helpers.cloud.errors import KitError
from helpers.consoles import experiment
from helpers.consoles.simulator import RUN_A, RUN_BOTH, Simulator
from helpers.simulator import Result
from helpers.views.picture import Picture

PATIENCE_S = 60
FIELDS = experiment.fields()
CHOSEN = st.fixed_dictionaries(
    {
        field["name"]: st.sampled_from(
            field["stops"]
            if field["kind"] == "slider"
            else [value for value, _ in field["options"]]
        )
        for field in FIELDS
    }
)


class SmallAccount:
    """The lab of an account with the limits that labs set."""

    def settings(self, **changes: object) -> dict[str, Any]:
        return {"account_concurrency": 20, "unreserved_minimum": 4}


class LostAccount:
    """The lab of an account that is gone."""

    def settings(self, **changes: object) -> dict[str, Any]:
        raise CloudLostError("gone") from ConnectionRefusedError()


def test_one_button_runs_a_and_one_compares():
    """The console keeps what it showed, for whoever wants to go on in code."""
    simulator = Simulator()
    assert 1 == len(simulator.results)

    simulator.panel.press(RUN_BOTH, {"rate": 10, "B reserved": 1})

    assert simulator.panel.wait(PATIENCE_S)
    assert [10, 1] == [result.scenario.reserved for result in simulator.results]
    assert "Two settings" in simulator.panel.result
    assert "A " in repr(simulator)


def test_the_code_below_the_picture_makes_the_same_results():
    """What one leaves the console with is what one saw in it."""
    simulator = Simulator()
    simulator.panel.press(RUN_A, {"shape": "burst", "source": "sqs", "A maximum": 5, "rate": 5})
    assert simulator.panel.wait(PATIENCE_S)
    names: dict[str, Any] = {}

    exec(simulator._outcome.code, names)  # the listing is the kit's own

    again: Result = names["a"]
    assert str(simulator.results[0]) == str(again)


def test_a_lab_gives_its_account_s_limits():
    """What simulates a lab's account has its ceiling and its floor."""
    simulator = Simulator(SmallAccount())

    assert 20 == simulator.results[0].scenario.account_limit
    simulator.panel.press(RUN_BOTH)
    assert simulator.panel.wait(PATIENCE_S)
    assert [5, 15] == [result.scenario.reserved for result in simulator.results]
    assert 4 == simulator.results[0].scenario.unreserved_floor
    limits = next(f for f in simulator.panel.fields if f["name"] == "A limit")
    assert 20 in limits["stops"]


def test_a_lost_account_leaves_aws_s_default_limits():
    """The simulator needs no account; it says that there is none."""
    simulator = Simulator(LostAccount())

    assert 1000 == simulator.results[0].scenario.account_limit
    assert "account of this notebook is gone" in simulator.panel.words


@settings(max_examples=60, deadline=None)
@given(CHOSEN)
def test_every_position_of_the_controls_is_a_scenario_or_a_sentence(chosen: dict[str, Any]):
    """No combination ends in a traceback; impossible ones are the kit's own errors."""
    with contextlib.suppress(KitError):
        scenario = experiment.scenario(chosen, "A")
        assert chosen["A provisioned"] == scenario.provisioned
        compile(experiment.as_code(chosen, "A"), "listing", "exec")


def test_every_control_stands_on_one_of_its_stops():
    """What is shown at first is what is run at first."""
    values = experiment.values()

    assert {field["name"] for field in FIELDS} == set(values)
    for field in FIELDS:
        stops = field.get("stops") or [value for value, _ in field["options"]]
        assert values[field["name"]] in stops


@pytest.mark.parametrize("way", ["picture", "results"])
def test_before_any_press_there_is_something_to_see(way: str):
    """The twin of an untouched console is the picture of its first values."""
    assert isinstance(Simulator().picture, Picture)
    assert getattr(Simulator(), way)
