"""The bench compares fairly and judges by its bounds."""

from __future__ import annotations

import pytest

from tools.bench.__main__ import main
from tools.bench.measure import Measure, interleaved


@pytest.mark.parametrize(
    ("value", "verdict"), [(1.0, "ok"), (1.1, "ok"), (1.11, "OVER"), (None, "not measured")]
)
def test_a_measure_is_judged_by_its_bound(value: float | None, verdict: str) -> None:
    """A value at its bound passes, one above does not, and none at all is said."""
    assert verdict == Measure("warm invoke", value, 1.1, "ratio").verdict


def test_each_side_goes_first_equally_often_and_warm_up_does_not_count() -> None:
    """Runs alternate, so that neither side gains by its place; the first ones are dropped."""
    order: list[str] = []

    def ours() -> float:
        order.append("ours")
        return 100.0 if len(order) <= 4 else 1.0

    def theirs() -> float:
        order.append("theirs")
        return 100.0 if len(order) <= 4 else 2.0

    assert (1.0, 2.0) == interleaved(ours, theirs, runs=4, warm_up=2)
    firsts = order[::2]
    assert firsts.count("ours") == firsts.count("theirs") == 3


def test_a_group_that_does_not_exist_is_refused_with_those_that_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is measured for a name that nobody knows."""
    with pytest.raises(SystemExit):
        main(["trigers"])
    assert "choose from startup, emulator" in capsys.readouterr().err
