from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from helpers.cloud.errors import KitError
from helpers.simulator import Fixed, Scenario, Target, simulate

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = Scenario(rate_per_s=20, duration=Fixed(500), period_s=20)


def test_a_result_within_every_limit_misses_nothing():
    """An empty tuple says that the target is met."""
    generous = Target(p99_ms=10_000, lost=0, throttled_share=0, cold_share=1, usd_per_hour=100)

    assert () == generous.misses(simulate(SCENARIO))


def test_each_exceeded_limit_has_a_sentence_with_both_numbers():
    """What was and what may be stand beside each other."""
    result = simulate(SCENARIO.changed(reserved=5))
    strict = Target(p99_ms=1, lost=0, throttled_share=0, cold_share=0, usd_per_hour=0)

    misses = strict.misses(result)

    assert 5 == len(misses)
    assert f"{result.counters.refused:,} requests are lost, and 0 is the most." in misses
    assert any("is the most." in sentence and "throttled" in sentence for sentence in misses)


def test_without_an_answer_there_is_no_p99_to_meet():
    """A function that is switched off meets no latency target."""
    assert ("Nothing was served, so there is no p99.",) == Target(p99_ms=300).misses(
        simulate(SCENARIO.changed(reserved=0))
    )


@pytest.mark.parametrize("limits", [{}, {"p99_ms": -1}, {"cold_share": 2}])
def test_an_impossible_target_is_refused(limits: dict[str, float]):
    """A target names at least one limit, each within its range."""
    with pytest.raises(KitError):
        Target(**limits)  # type: ignore[arg-type]


def test_a_changed_scenario_meets_the_same_requests():
    """Only the setting makes the difference."""
    one, other = (simulate(SCENARIO.changed(reserved=n), seed=3) for n in (5, 50))

    assert one.counters.requests == other.counters.requests
    with pytest.raises(KitError, match="reserved=-1"):
        SCENARIO.changed(reserved=-1)


def test_a_result_shows_its_text():
    """A cell that ends with a result says what happened."""
    result = simulate(SCENARIO)

    assert str(result) == repr(result)


def test_the_examples_of_the_page_are_true():
    """Documentation that can be run is run."""
    page = doctest.testfile(str(ROOT / "docs" / "simulator.md"), module_relative=False)

    assert 0 == page.failed
