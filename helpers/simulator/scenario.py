"""What is simulated: arrivals, a function, its concurrency settings, the account, and the caller.

One function of default compute in one Region. `account_limit` is the account's concurrency, of
which `unreserved_floor` may not be reserved; `neighbours` is what other functions use of the
unreserved part all the time. Provisioned environments are ready before the first request.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html, scaling-behavior.html,
configuration-concurrency.html, provisioned-concurrency.html.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.cloud.billing import Architecture
from helpers.cloud.errors import KitError
from helpers.simulator.arrivals import Arrivals, Poisson
from helpers.simulator.durations import Duration, Fixed
from helpers.simulator.sources import Source, Sqs, Sync
from helpers.simulator.validation import require, require_count, require_number

MOST_REQUESTS = 5_000_000
LONGEST_S = 31 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One experiment; wrong or impossible settings raise KitError.

    Requests come for `period_s`; the simulation goes on for `settle_s` more. `error_share` of the
    invocations fail in the handler. A cold start takes `cold_start_ms` before the handler runs,
    and an environment that was idle for `idle_age_s` is gone.

    >>> Scenario(rate_per_s=100, duration=Fixed(200), reserved=10).concurrency_needed
    20.0
    """

    rate_per_s: float | None = None
    arrivals: Arrivals | None = None
    period_s: float = 60.0
    settle_s: float = 0.0
    duration: Duration = field(default_factory=lambda: Fixed(100.0))
    cold_start_ms: float = 250.0
    error_share: float = 0.0
    timeout_s: float = 30.0
    memory_mb: int = 128
    architecture: Architecture = Architecture.X86_64
    reserved: int | None = None
    provisioned: int = 0
    account_limit: int = 1000
    unreserved_floor: int = 100
    neighbours: int = 0
    scaling_per_10_s: int = 1000
    idle_age_s: float = 600.0
    source: Source = field(default_factory=Sync)

    def __post_init__(self) -> None:
        self._check_kinds()
        self._check_load()
        self._check_numbers()
        self._check_concurrency()
        if isinstance(self.source, Sqs):
            require(
                self.source.visibility_s >= self.timeout_s,
                f"visibility_s={self.source.visibility_s:g} with timeout_s={self.timeout_s:g} "
                "is impossible.",
                why="Lambda refuses a mapping whose queue shows a message again while it runs.",
                next_step="Raise visibility_s to six times the timeout, as AWS advises.",
            )

    @property
    def load(self) -> Arrivals:
        """How requests come."""
        return self.arrivals or Poisson(self.rate_per_s or 0.0)

    @property
    def total_s(self) -> float:
        """How long is simulated."""
        return self.period_s + self.settle_s

    @property
    def on_demand_room(self) -> int:
        """The concurrency that is left for environments made on demand, neighbours included."""
        ceiling = self.account_limit if self.reserved is None else self.reserved
        return ceiling - self.provisioned

    @property
    def concurrency_needed(self) -> float:
        """Rate times duration, where both are one number; else not a number."""
        if self.rate_per_s is None or not isinstance(self.duration, Fixed):
            return math.nan
        return self.rate_per_s * self.duration.ms / 1000

    def changed(self, **settings: Any) -> Scenario:
        """Return the same experiment with other settings; its requests stay the same.

        >>> Scenario(rate_per_s=100).changed(reserved=20).reserved
        20
        """
        return replace(self, **settings)

    def _check_kinds(self) -> None:
        for name, value, kinds, example in (
            ("arrivals", self.arrivals, Arrivals | None, "arrivals=Burst(500)"),
            ("duration", self.duration, Duration, "duration=Fixed(200), in milliseconds"),
            ("source", self.source, Source, "source=Async()"),
        ):
            require(
                isinstance(value, kinds),
                f"{name}={value!r} cannot be simulated.",
                why=f"It is not one of the simulator's {name if name[-1] == 's' else name + 's'}.",
                next_step=f"Write, for example, {example}.",
            )
        require(
            self.architecture in list(Architecture),
            f"architecture={self.architecture!r} cannot be simulated.",
            why="Lambda has two.",
            next_step=f"Give one of {', '.join(Architecture)}.",
        )

    def _check_load(self) -> None:
        require(
            (self.rate_per_s is None) is not (self.arrivals is None),
            f"rate_per_s={self.rate_per_s!r} with arrivals={self.arrivals!r} is not one load.",
            why="A scenario has either a rate (requests at random) or a shape of arrivals.",
            next_step="Give rate_per_s=20, or arrivals=Burst(500), and not both.",
        )
        if self.rate_per_s is not None:
            require_number("rate_per_s", self.rate_per_s, at_least=0)
        require_number("period_s", self.period_s, at_least=0.001, at_most=LONGEST_S)
        require_number("settle_s", self.settle_s, at_least=0, at_most=LONGEST_S)
        expected = self.load.expected(self.period_s)
        require(
            expected <= MOST_REQUESTS,
            f"About {expected:,.0f} requests are too many.",
            why=f"The simulator takes {MOST_REQUESTS:,}, which last a minute.",
            next_step="Shorten period_s or lower the rate: a steady state shows in minutes.",
        )

    def _check_numbers(self) -> None:
        require_number("cold_start_ms", self.cold_start_ms, at_least=0, at_most=900_000)
        require_number("error_share", self.error_share, at_least=0, at_most=1)
        require_number("timeout_s", self.timeout_s, at_least=1, at_most=900)
        require_count("memory_mb", self.memory_mb, at_least=128, at_most=10_240)
        require_count("account_limit", self.account_limit, at_least=1, at_most=1_000_000)
        require_count("scaling_per_10_s", self.scaling_per_10_s, at_least=1)
        require_number("idle_age_s", self.idle_age_s, at_least=0)

    def _check_concurrency(self) -> None:
        limit = self.account_limit
        require_count("unreserved_floor", self.unreserved_floor, at_least=0)
        require_count("provisioned", self.provisioned, at_least=0)
        require_count("neighbours", self.neighbours, at_least=0)
        most = max(0, limit - self.unreserved_floor)
        if self.reserved is not None:
            require_count("reserved", self.reserved, at_least=0)
            if self.reserved > most:
                raise _too_much("reserved", self.reserved, most, self.unreserved_floor)
            require(
                self.provisioned <= self.reserved,
                f"provisioned={self.provisioned} with reserved={self.reserved} is impossible.",
                why="Provisioned concurrency is part of what the function has reserved.",
                next_step=f"Reserve at least {self.provisioned}, or provision less.",
            )
        elif self.provisioned > most:
            raise _too_much("provisioned", self.provisioned, most, self.unreserved_floor)
        unreserved = limit - (self.provisioned if self.reserved is None else self.reserved)
        require(
            self.neighbours <= unreserved,
            f"neighbours={self.neighbours} is impossible.",
            why=f"Other functions share the {unreserved} that nobody has reserved.",
            next_step=f"Give neighbours from 0 to {unreserved}, or raise account_limit.",
        )


def _too_much(name: str, value: int, most: int, floor: int) -> KitError:
    return KitError(
        f"{name}={value} is impossible.",
        why=f"{floor} of the account's concurrency must stay unreserved, which leaves {most}.",
        next_step=f"Give {name} at most {most}, or raise account_limit.",
        anchor="simulator",
    )
