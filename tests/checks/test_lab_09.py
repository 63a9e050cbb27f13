"""Lab 09's checks: what is needed, whose waits are patient, who waits at a gate."""

from __future__ import annotations

import random
import socket
from collections.abc import Sequence

import pytest

from helpers.checks.gates import gate
from helpers.checks.lab_09_needed import WORKLOADS, Workload, throttles
from helpers.checks.lab_09_patience import CALLERS, judge_waits
from helpers.checks.lab_09_target import SALE, TARGET
from helpers.checks.outcome import NotYet
from helpers.simulator import simulate
from tests.waiting import until


@pytest.mark.parametrize("workload", WORKLOADS, ids=str)
def test_what_is_needed_is_what_the_simulator_serves(workload: Workload) -> None:
    """Nothing is throttled with what is needed, and something with one less."""
    assert throttles(workload, workload.needed) == 0
    assert throttles(workload, workload.needed - 1) > 0


def waits(longest: Sequence[float], *, seed: int = 1, at_random: bool = True) -> list[list[float]]:
    """Return the waits of many callers."""
    chance = random.Random(seed)
    return [
        [chance.uniform(0, most) if at_random else most for most in longest] for _ in range(CALLERS)
    ]


def test_waits_that_grow_and_differ_are_patient() -> None:
    """Full jitter with a doubling bound passes, whatever chance chooses."""
    for seed in range(50):
        judge_waits(waits([1, 2, 4, 8], seed=seed))


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (waits([0, 0]), "waits for 0 s"),
        (waits([100, 200]), "longest wait"),
        (waits([1, 2, 4], at_random=False), "they come back together"),
        (waits([1, 1, 1, 1]), "The first wait"),
    ],
)
def test_waits_that_are_not_patient(chosen: list[list[float]], words: str) -> None:
    """No wait, an endless one, no chance in it, and no growth each get a sentence."""
    with pytest.raises(NotYet, match=words):
        judge_waits(chosen)


def test_a_gate_holds_who_comes_and_counts_them() -> None:
    """Two wait until it opens; who comes later passes at once."""
    with gate() as made:
        lines = [socket.create_connection(("127.0.0.1", made.port), 30) for _ in range(2)]
        until(lambda: made.arrived == 2)
        made.open()
        lines.append(socket.create_connection(("127.0.0.1", made.port), 30))
        assert [line.recv(1) for line in lines] == [b""] * 3
        for line in lines:
            line.close()


def test_the_sale_needs_both_knobs() -> None:
    """Only a ceiling is cold, only warmth has no ceiling, and both meet the target."""
    cold = simulate(SALE.changed(reserved=90, provisioned=0), seed=1)
    assert any("cold starts" in miss for miss in TARGET.misses(cold))
    unbounded = simulate(SALE.changed(provisioned=60), seed=1)
    assert unbounded.peak_concurrency > 100
    assert TARGET.misses(simulate(SALE.changed(reserved=80, provisioned=60), seed=1)) == ()
