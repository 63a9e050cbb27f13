"""The costs of a function: measured at several memory sizes, and reckoned for a month.

CostConsole(lab)       measures this account's functions; prices are AWS's of a date
"""

from __future__ import annotations

from functools import partial
from typing import Any

from helpers.cloud.billing import Architecture
from helpers.consoles.controls import (
    ControlPanel,
    Errand,
    Field,
    Still,
    Values,
    checks,
    choice,
    slider,
    switch,
    text,
)
from helpers.consoles.live import present, twin_bundle
from helpers.consoles.measuring import LabOfCost, Plan, measure
from helpers.consoles.plain import plain_message
from helpers.views.bill import bill_view
from helpers.views.card import Card
from helpers.views.cost import SHORT, cost_view
from helpers.views.month import Month
from helpers.views.panel import Tone, code, details
from helpers.views.picture import Picture

MEASURE = "Measure"
SIZES_MB = (128, 256, 512, 1024, 1769, 3008)
RUNS = (1, 3, 5, 10, 20)
REQUESTS = (1000, 10_000, 100_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000,
            1_000_000_000)  # fmt: skip
DURATIONS_MS = (1, 5, 10, 20, 50, 100, 200, 500, 1000, 3000, 10_000, 60_000)
MEMORIES_MB = (128, 256, 512, 1024, 1769, 3008, 5120, 10_240)
INITS_MS = (0, 50, 100, 200, 500, 1000, 3000, 10_000)
COLD_SHARES = (0.0, 0.001, 0.005, 0.01, 0.05, 0.2, 1.0)
MONTH: Values = {
    "requests": 10_000_000, "duration": 200, "memory": 512, "init": 200, "cold": 0.01,
    "architecture": Architecture.X86_64.value, "free": True,
}  # fmt: skip


class CostConsole:
    """Cost against time of a function, measured, and a month's bill; lives with its output."""

    def __init__(self, lab: LabOfCost) -> None:
        self._lab = lab
        functions, notice = _functions(lab)
        self.measuring = ControlPanel(
            "What a function costs at each memory size",
            _measure_fields(functions),
            {
                "function": next(iter(functions), ""),
                "event": "{}",
                "sizes": [str(size) for size in SIZES_MB],
                "runs": 5,
            },
        )
        self.measuring.when(MEASURE, self._measure)
        self.measuring.show("", notice)
        self.month = ControlPanel("What a month costs", _month_fields(), MONTH)
        self.bill = bill_view(_month(MONTH))
        self.month.show(self.bill.html())
        self.month.observe(self._reckon, "values")
        self.measured: Picture | None = None
        self._handles: list[Any] = []

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return f"{self.measured or NOT_MEASURED}\n\n{self.bill}"

    def _ipython_display_(self) -> None:
        self._handles = [
            present(Still(self.measured or NOT_MEASURED), self.measuring),
            present(Still(self.bill), self.month),
        ]

    def _measure(self, values: Values) -> None:
        sizes = sorted(int(size) for size in values["sizes"])
        plan = Plan(values["function"], values["event"], sizes, values["runs"])
        self.measuring.work(
            f"Measuring {plan.function} …", partial(self._run, plan), self._draw_measured
        )

    def _run(self, plan: Plan, errand: Errand) -> tuple[Plan, Picture]:
        records = measure(self._lab, plan, errand)
        return plan, cost_view(records, function=plan.function)

    def _draw_measured(self, done: tuple[Plan, Picture]) -> None:
        plan, self.measured = done
        listing = details("The calls that were made", code(plan.code()))
        words = f"Done: {len(plan.sizes_mb)} sizes measured; the function's memory is as it was."
        if SHORT in self.measured.text:
            words = f"{words} {SHORT}"
        self.measuring.show(self.measured.html() + listing, words)
        if self._handles:
            self._handles[0].update(twin_bundle(Still(self.measured)), raw=True)

    def _reckon(self, _: object) -> None:
        self.bill = bill_view(_month(self.month.values))
        self.month.result = self.bill.html()
        if self._handles:
            self._handles[1].update(twin_bundle(Still(self.bill)), raw=True)


NOT_MEASURED = Card(
    Tone.QUIET,
    "○ nothing is measured yet",
    closing=f"Choose a function and memory sizes, and press {MEASURE}.",
)


def _functions(lab: LabOfCost) -> tuple[dict[str, str], str]:
    """Return the account's functions, and what to say when there are none."""
    try:
        pages = lab.client("lambda").get_paginator("list_functions").paginate()
        names = [each["FunctionName"] for page in pages for each in page["Functions"]]
    except Exception as error:  # a lost account: the bill below needs none
        return {}, plain_message(error).heading
    return {name: name for name in names}, "" if names else "There is no function in the account."


def _measure_fields(functions: dict[str, str]) -> list[Field]:
    group = "Measure"
    sizes = {str(size): f"{size:,} MB" for size in SIZES_MB}
    return [
        choice("function", "Function", functions, group=group),
        slider("runs", "Warm runs of each", RUNS, group=group),
        text("event", "Event, as JSON", lines=2, group=group),
        checks("sizes", "Memory sizes", sizes, group=group, inline=True),
    ]


def _month_fields() -> list[Field]:
    group = "A month"
    kinds = {each.value: each.value for each in Architecture}
    return [
        slider("requests", "Requests", REQUESTS, shown=lambda n: f"{n:,}", group=group),
        slider("duration", "Duration", DURATIONS_MS, shown=_ms, group=group),
        slider("memory", "Memory", MEMORIES_MB, shown=lambda n: f"{n:,} MB", group=group),
        slider("cold", "Cold starts", COLD_SHARES, shown=lambda n: f"{n * 100:g} %", group=group),
        slider("init", "Init of a cold start", INITS_MS, shown=_ms, group=group),
        choice("architecture", "Architecture", kinds, group=group),
        switch("free", "The free tier applies", group=group),
    ]


def _month(values: Values) -> Month:
    return Month(
        requests=values["requests"],
        duration_ms=float(values["duration"]),
        memory_mb=values["memory"],
        cold_share=float(values["cold"]),
        init_ms=float(values["init"]),
        architecture=Architecture(values["architecture"]),
        free_tier=bool(values["free"]),
    )


def _ms(value: int) -> str:
    return f"{value:,} ms"
