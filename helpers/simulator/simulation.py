"""`simulate`: run a scenario to its end, or until it is cancelled.

The same scenario and seed give the same result.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

from simpy import Event

from helpers.simulator.flows import AsyncFlow, Flow, SyncFlow
from helpers.simulator.queue_flow import SqsFlow
from helpers.simulator.result import Result
from helpers.simulator.scenario import Scenario
from helpers.simulator.sources import Async, Sqs
from helpers.simulator.tally import Series
from helpers.simulator.validation import require_number
from helpers.simulator.world import World

INTERVALS = 600
MOST_INTERVALS = 100_000
ARRIVALS_BETWEEN_LOOKS = 4096

Progress = Callable[[float], None]
Cancelled = Callable[[], bool]


def simulate(
    scenario: Scenario,
    *,
    seed: int = 0,
    resolution_s: float | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Result:
    """Return what a scenario comes to; `resolution_s` None: 600 intervals.

    `progress` gets the share that is done, from 0 to 1; `cancelled` is asked as often, and True
    ends the simulation with what it has. Raises KitError for an impossible resolution.

    >>> simulate(Scenario(rate_per_s=10, reserved=0)).counters.served
    0
    """
    total_s = scenario.total_s
    resolution_s = total_s / INTERVALS if resolution_s is None else resolution_s
    require_number("resolution_s", resolution_s, at_least=total_s / MOST_INTERVALS)
    simulation = _Simulation(scenario, seed, Series(resolution_s))
    return simulation.run(progress or _ignore, cancelled or _never)


class _Simulation:
    """One run: requests that come, and someone who looks at fixed intervals."""

    def __init__(self, scenario: Scenario, seed: int, series: Series) -> None:
        self._scenario = scenario
        self._seed = seed
        self._series = series
        self._world = World(scenario, seed)
        self._flow = _flow(self._world)
        self._over = self._world.environment.event()
        self._cancelled = False

    def run(self, progress: Progress, cancelled: Cancelled) -> Result:
        """Run to the end and return the result."""
        environment, world = self._world.environment, self._world

        def look() -> bool:
            progress(min(1.0, environment.now / self._scenario.total_s))
            if not self._cancelled and cancelled():
                self._cancelled = True
                self._over.succeed()
            return not self._cancelled

        environment.process(self._requests(look))
        environment.process(self._intervals(look))
        with _uncollected():
            environment.run(until=self._over)
        world.counters.throttled = world.capacity.refusals
        world.counters.in_flight = self._flow.in_flight
        world.counters.waiting = self._flow.waiting
        return Result(
            scenario=self._scenario,
            seed=self._seed,
            cancelled=self._cancelled,
            elapsed_s=world.now,
            counters=world.counters,
            latencies=world.latencies,
            series=self._series,
            peak_concurrency=world.capacity.peak_concurrency,
            peak_environments=world.capacity.peak_environments,
            cost=world.meter.cost(self._scenario, world.now),
        )

    def _requests(self, look: Callable[[], bool]) -> Generator[Event, None, None]:
        environment, counters = self._world.environment, self._world.counters
        arrive = self._flow.arrive
        times = self._scenario.load.times(self._world.arrivals, self._scenario.period_s)
        for number, at in enumerate(times, start=1):
            if at > environment.now:
                yield environment.timeout(at - environment.now)
            counters.requests += 1
            arrive()
            if not number % ARRIVALS_BETWEEN_LOOKS and not look():
                return

    def _intervals(self, look: Callable[[], bool]) -> Generator[Event, None, None]:
        environment, total_s = self._world.environment, self._scenario.total_s
        length_s = self._series.resolution_s
        capacity = self._world.capacity
        for number in range(1, math.ceil(total_s / length_s - 1e-9) + 1):
            end_s = min(total_s, number * length_s)
            yield environment.timeout(max(0.0, end_s - environment.now))
            environments = capacity.environments(environment.now)
            levels = (capacity.look(), environments, self._flow.waiting)
            self._series.add(end_s, levels, self._world.counters)
            if not look():
                return
        self._over.succeed()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking all that is pending, again and again.

    Nothing here refers to itself in circles; a third of the time would go there.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _flow(world: World) -> Flow:
    source = world.scenario.source
    if isinstance(source, Sqs):
        return SqsFlow(world, source)
    if isinstance(source, Async):
        return AsyncFlow(world, source)
    return SyncFlow(world, source)


def _ignore(share: float) -> None:
    """Take no notice of progress."""


def _never() -> bool:
    return False
