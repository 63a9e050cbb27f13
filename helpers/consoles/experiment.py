"""What stands on the simulator's controls, as a scenario and as the code that makes it.

Shapes of the load keep the rate as their mean, but for a burst, which comes on top. Messages of a
queue are dead-lettered at their third receive; a queue is watched two minutes longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.consoles.controls import Field, choice, slider
from helpers.simulator import (
    Arrivals,
    Async,
    Burst,
    ClientRetries,
    DayCurve,
    Duration,
    Fixed,
    Lognormal,
    Poisson,
    Ramp,
    Scenario,
    Source,
    Sqs,
    Sync,
)

RATES = (1, 2, 5, 10, 20, 50, 100, 200, 278, 500, 1000, 2000, 5000)
PERIODS_S = (10, 30, 60, 300, 900, 3600)
DURATIONS_MS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
COLD_STARTS_MS = (0, 100, 250, 500, 1000, 2000, 5000)
MEMORIES_MB = (128, 256, 512, 1024, 1769, 3008)
RESERVED = (None, 0, 1, 2, 5, 10, 15, 20, 30, 50, 100, 200, 500, 900)
PROVISIONED = (0, 1, 2, 5, 10, 15, 20, 30, 50, 100, 200, 500)
LIMITS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
SCALING = (10, 50, 100, 500, 1000, 3000)
MAXIMUM = (None, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
SHAPES = {
    "steady": "steady, at random",
    "ramp": "rising",
    "burst": "with a burst",
    "day": "as a day",
}
SPREADS = {"fixed": "always the same", "usual": "p99 is 5 × the median"}
SOURCES = {
    "sync": "sync, no retries",
    "retry": "sync, retried as by boto3",
    "async": "asynchronous",
    "sqs": "SQS queue",
}
LOAD = "The load, the same for A and B"
SETTLE_S = 120.0
DEFAULTS: Mapping[str, Any] = {
    "rate": 50, "shape": "steady", "period": 60, "duration": 200, "spread": "usual",
    "cold": 500, "memory": 512, "source": "sync", "seed": 1,
    "A reserved": 10, "A provisioned": 0, "A limit": 1000, "A scaling": 1000, "A maximum": None,
    "B reserved": 20, "B provisioned": 0, "B limit": 1000, "B scaling": 1000, "B maximum": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """The account a scenario lives in: its limit, and what must stay unreserved."""

    limit: int = 1000
    unreserved_floor: int = 100


AWS = Place()
PLAIN = Scenario(rate_per_s=1)


def fields(place: Place = AWS) -> list[Field]:
    """Return the controls, the load first, then setting A and setting B."""
    limits = sorted({*LIMITS, place.limit})
    load = [
        slider("rate", "Requests", RATES, shown=lambda n: f"{n:,} / s", group=LOAD),
        choice("shape", "How they come", SHAPES, group=LOAD),
        slider("period", "For", PERIODS_S, shown=_long, group=LOAD),
        slider("duration", "Handler runs for", DURATIONS_MS, shown=_ms, group=LOAD),
        choice("spread", "Spread of that", SPREADS, group=LOAD),
        slider("cold", "Cold start takes", COLD_STARTS_MS, shown=_ms, group=LOAD),
        slider("memory", "Memory", MEMORIES_MB, shown=lambda n: f"{n:,} MB", group=LOAD),
        choice("source", "Who calls", SOURCES, group=LOAD),
        slider("seed", "Seed", range(1, 21), group=LOAD),
    ]
    return [*load, *_setting("A", limits), *_setting("B", limits)]


def values(place: Place = AWS) -> dict[str, Any]:
    """Return what the controls stand on at first: B reserves what A is short of."""
    most = max(0, place.limit - place.unreserved_floor)
    more = _at_most(min(DEFAULTS["B reserved"], most))
    reserved = {"A reserved": _at_most(more // 2), "B reserved": more}
    return {**DEFAULTS, **reserved, "A limit": place.limit, "B limit": place.limit}


def scenario(chosen: Mapping[str, Any], setting: str, place: Place = AWS) -> Scenario:
    """Return the scenario of setting "A" or "B"; raises KitError for an impossible one."""
    return Scenario(**_settings(chosen, setting, place))


def as_code(chosen: Mapping[str, Any], settings: str, place: Place = AWS) -> str:
    """Return the Python that does the same without the controls; `settings` is "A" or "AB"."""
    runs = [
        f"{name.lower()} = simulate(Scenario(\n{_arguments(chosen, name, place)}), "
        f"seed={chosen['seed']})"
        for name in settings
    ]
    shown = ", ".join(settings.lower())
    return "\n".join(
        [
            "from helpers.simulator import *",
            "from helpers.views import concurrency_view",
            "",
            *runs,
            f"concurrency_view({shown})",
        ]
    )


def _arguments(chosen: Mapping[str, Any], setting: str, place: Place) -> str:
    given = _settings(chosen, setting, place).items()
    return "".join(
        f"    {name}={value!r},\n" for name, value in given if value != getattr(PLAIN, name)
    )


def _setting(name: str, limits: list[int]) -> list[Field]:
    group = f"Setting {name}"
    return [
        slider(f"{name} reserved", "Reserved concurrency", RESERVED, shown=_or_none, group=group),
        slider(f"{name} provisioned", "Provisioned", PROVISIONED, shown=_or_none, group=group),
        slider(f"{name} limit", "Account limit", limits, shown=_or_none, group=group),
        slider(
            f"{name} scaling", "New environments", SCALING, shown=lambda n: f"{n:,} / 10 s",
            group=group,
        ),
        slider(
            f"{name} maximum", "Maximum concurrency", MAXIMUM, shown=_or_none, group=group,
            only={"source": ["sqs"]},
        ),
    ]  # fmt: skip


def _settings(chosen: Mapping[str, Any], setting: str, place: Place) -> dict[str, Any]:
    queued = chosen["source"] in ("async", "sqs")
    return {
        **_load(chosen),
        "period_s": float(chosen["period"]),
        "settle_s": SETTLE_S if queued else 0.0,
        "duration": _duration(chosen),
        "cold_start_ms": float(chosen["cold"]),
        "memory_mb": chosen["memory"],
        "source": _source(chosen, setting),
        "reserved": chosen[f"{setting} reserved"],
        "provisioned": chosen[f"{setting} provisioned"],
        "account_limit": chosen[f"{setting} limit"],
        "unreserved_floor": place.unreserved_floor,
        "scaling_per_10_s": chosen[f"{setting} scaling"],
    }


def _load(chosen: Mapping[str, Any]) -> dict[str, Any]:
    rate, period_s = float(chosen["rate"]), float(chosen["period"])
    shapes: dict[str, Arrivals] = {
        "steady": Poisson(rate),
        "ramp": Ramp(0.0, 2 * rate),
        "burst": Burst(round(rate * 5), at_s=period_s / 4, background_per_s=rate),
        "day": DayCurve(rate / 10, 1.9 * rate, day_s=period_s),
    }
    return {"arrivals": shapes[chosen["shape"]]}


def _duration(chosen: Mapping[str, Any]) -> Duration:
    ms = float(chosen["duration"])
    return Fixed(ms) if chosen["spread"] == "fixed" else Lognormal(ms, 5 * ms)


def _source(chosen: Mapping[str, Any], setting: str) -> Source:
    if chosen["source"] == "sqs":
        return Sqs(maximum_concurrency=chosen[f"{setting} maximum"], max_receives=3)
    sources: dict[str, Source] = {"sync": Sync(), "retry": Sync(ClientRetries()), "async": Async()}
    return sources[chosen["source"]]


def _at_most(most: int) -> int:
    return max(each for each in RESERVED if each is not None and each <= most)


def _or_none(value: int | None) -> str:
    return "none" if value is None else f"{value:,}"


def _ms(value: int) -> str:
    return f"{value:,} ms"


def _long(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h"
