"""Exercise 9.1: how much concurrency a steady load needs, confirmed by the simulator."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown
from helpers.simulator import Constant, Fixed, Scenario, simulate

FUNCTION = "check-concurrency-needed"
TIMEOUT_S = 3
PERIODS = 20
SHORTEST_S = 60.0
# The learner's file is app.py. This one stands beside it, so that an endless loop comes to an end.
CALLER = """
import app

def handler(event, context):
    return app.{name}(event["requests_per_s"], event["duration_ms"])
"""


@dataclass(frozen=True, slots=True)
class Workload:
    """So many requests a second, evenly, each as long as the other."""

    requests_per_s: float
    duration_ms: int

    def __str__(self) -> str:
        return f"{self.requests_per_s:g} requests a second of {self.duration_ms:,} ms"

    @property
    def busy(self) -> float:
        """How many are at work at the same moment."""
        return self.requests_per_s * self.duration_ms / 1000

    @property
    def needed(self) -> int:
        """The smallest concurrency without a throttle."""
        return math.ceil(max(self.busy, self.requests_per_s / 10))


WORKLOADS = (
    Workload(40, 250),
    Workload(7, 300),
    Workload(300, 10),
    Workload(0.05, 300_000),
    Workload(2, 50),
)


def check_9_1(session: Session, did: Did, concurrency_needed: Callable[..., Any]) -> None:
    """Ask for five workloads, and let the simulator run each with the answer and with one less."""
    caller = CALLER.format(name=getattr(concurrency_needed, "__name__", "concurrency_needed"))
    package = session.zip(concurrency_needed, files={"caller.py": caller})
    session.deploy(package, FUNCTION, Handler="caller.handler", Timeout=TIMEOUT_S)
    for number, workload in enumerate(WORKLOADS, start=1):
        did(f"asked for {number} workload{'s' if number > 1 else ''}")
        _expect(_answer(session, workload), workload)
    did(
        f"asked for {len(WORKLOADS)} workloads; the simulator served each with your number, "
        "and none with one less"
    )


def throttles(workload: Workload, concurrency: int) -> int:
    """Return how many requests of a steady load the simulator throttles; nobody starts cold."""
    scenario = Scenario(
        arrivals=Constant(workload.requests_per_s),
        duration=Fixed(workload.duration_ms),
        period_s=max(SHORTEST_S, PERIODS * workload.duration_ms / 1000),
        timeout_s=900,
        cold_start_ms=0,
        reserved=concurrency,
    )
    return simulate(scenario, seed=1).counters.throttles


def _answer(session: Session, workload: Workload) -> Any:
    event = {"requests_per_s": workload.requests_per_s, "duration_ms": workload.duration_ms}
    answer = session.invoke(FUNCTION, event)
    if answer.error_type == "Sandbox.Timedout":
        raise NotYet(
            f"For {workload} your function did not end within {TIMEOUT_S} s.",
            expected="a whole number.",
            advice="Two divisions and a maximum are enough; no loop is needed.",
            hint=2,
        )
    return payload_of(answer, event, expected="a whole number.", hint=2)


def _expect(given: Any, workload: Workload) -> None:
    if not _is_whole(given):
        nothing = "The function returned nothing. Does it end with return?"
        raise NotYet(
            f"For {workload} the answer is {shown(given)}.",
            expected="a whole number: nobody can give you a part of an environment.",
            advice=nothing if given is None else "Round up, with math.ceil.",
            hint=3,
        )
    if given == workload.needed:
        return
    raise NotYet(
        f"For {workload} the answer is {given:,.0f}. {_in_the_simulator(int(given), workload)}",
        expected=f"{workload.needed}.",
        advice=_advice(int(given), workload),
        hint=2,
    )


def _is_whole(given: Any) -> bool:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return is_number and math.isfinite(given) and given == int(given)


def _in_the_simulator(given: int, workload: Workload) -> str:
    if given >= workload.needed:
        return "You pay nothing for unused concurrency, but others cannot have it."
    refused = throttles(workload, max(0, given))
    return f"In the simulator {refused:,} requests were throttled."


def _advice(given: int, workload: Workload) -> str:
    rate = math.ceil(workload.requests_per_s)
    if given in (workload.busy * 1000, math.ceil(workload.busy * 1000)):
        return "The duration is in milliseconds. Divide by 1,000."
    if given == rate:
        return "That is the rate. Who stays half as long needs half as many environments."
    if given == max(1, math.floor(max(workload.busy, workload.requests_per_s / 10))):
        return "You rounded down: the last request finds no room. Round up."
    if given == math.ceil(workload.busy):
        return "Rate × duration is one bound. The other: 10 requests a second for each unit."
    return "Take the larger of rate × duration, in seconds, and a tenth of the rate."
