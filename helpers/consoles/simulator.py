"""The simulator with controls: one load, two settings, and what becomes of every request.

Simulator()            AWS's default limits
Simulator(lab)         the limits of this lab's account
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from helpers.consoles.controls import ControlPanel, Errand, Still, Values
from helpers.consoles.experiment import AWS, Place, as_code, fields, scenario, values
from helpers.consoles.live import present, twin_bundle
from helpers.consoles.plain import plain_message
from helpers.consoles.work import Cancelled
from helpers.simulator import Result, Scenario, simulate
from helpers.views.concurrency import concurrency_view
from helpers.views.panel import code, details
from helpers.views.picture import Picture

RUN_A, RUN_BOTH = "Run A", "Run A and B"
HEADING = "Concurrency simulator"


class LabOfSimulator(Protocol):
    """What the simulator asks of a lab: its account's limits."""

    def settings(self, **changes: object) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one press of a button showed."""

    results: tuple[Result, ...]
    picture: Picture
    code: str


class Simulator:
    """Controls for `helpers.simulator`; `results` holds what was run last."""

    def __init__(self, lab: LabOfSimulator | None = None) -> None:
        self._place, notice = _place_of(lab)
        chosen = values(self._place)
        self.panel = ControlPanel(HEADING, fields(self._place), chosen)
        self.panel.when(RUN_A, partial(self._start, ("A",)))
        self.panel.when(RUN_BOTH, partial(self._start, ("A", "B")))
        self._handle: Any = None
        self._outcome = self._outcome_of(
            [simulate(self._plan(chosen, "A"), seed=chosen["seed"])], chosen
        )
        self._draw(self._outcome)
        self.panel.words = notice

    @property
    def results(self) -> tuple[Result, ...]:
        """The results of the last run: of A, or of A and B."""
        return self._outcome.results

    @property
    def picture(self) -> Picture:
        """The picture of the last run."""
        return self._outcome.picture

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return repr(self.picture)

    def _ipython_display_(self) -> None:
        self._handle = present(Still(self.picture), self.panel)

    def _plan(self, chosen: Values, setting: str) -> Scenario:
        return scenario(chosen, setting, self._place)

    def _start(self, settings: tuple[str, ...], chosen: Values) -> None:
        plans = [self._plan(chosen, setting) for setting in settings]
        words = f"Simulating about {_expected(plans):,.0f} requests …"
        self.panel.work(words, partial(self._run, plans, dict(chosen)), self._draw)

    def _run(self, plans: list[Scenario], chosen: Values, errand: Errand) -> Outcome:
        results: list[Result] = []
        for number, plan in enumerate(plans):

            def progress(share: float, before: int = number) -> None:
                errand.report((before + share) / len(plans))

            result = simulate(
                plan, seed=chosen["seed"], progress=progress, cancelled=lambda: errand.cancelled
            )
            if result.cancelled:
                raise Cancelled
            results.append(result)
        return self._outcome_of(results, chosen)

    def _outcome_of(self, results: list[Result], chosen: Values) -> Outcome:
        settings = "AB"[: len(results)]
        listing = as_code(chosen, settings, self._place)
        return Outcome(tuple(results), concurrency_view(*results), listing)

    def _draw(self, outcome: Outcome) -> None:
        self._outcome = outcome
        served = sum(result.counters.served for result in outcome.results)
        words = f"Done: {served:,} requests served."
        self.panel.show(outcome.picture.html() + details("As code", code(outcome.code)), words)
        if self._handle is not None:
            self._handle.update(twin_bundle(Still(outcome.picture)), raw=True)


def _place_of(lab: LabOfSimulator | None) -> tuple[Place, str]:
    if lab is None:
        return AWS, ""
    try:
        settings = lab.settings()
        return Place(int(settings["account_concurrency"]), int(settings["unreserved_minimum"])), ""
    except Exception as error:  # another endpoint has no such settings, a lost one none at all
        return AWS, f"{plain_message(error).heading}; AWS's default limits stand here."


def _expected(plans: list[Scenario]) -> float:
    return sum(plan.load.expected(plan.period_s) for plan in plans)
