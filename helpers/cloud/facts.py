"""Facts of AWS that change with time, each with date and source: runtimes, quotas, prices, exams.

The values lie in facts.json, so that one file is re-read when AWS changes something. Quotas and
prices are those of default compute in US East (N. Virginia); task titles of exams are shortened.
Left out: Regions, Lambda Managed Instances, container-only runtimes, prices of other services.

Source: named in every entry.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """One value with its unit, when it was read (`2026-10` or `2026-10-20`) and where."""

    value: int | str
    unit: str
    date: str
    source: str


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime identifier and the days from which Lambda stops supporting it; None: not set."""

    id: str
    deprecated: datetime.date | None
    create_blocked: datetime.date | None
    update_blocked: datetime.date | None
    successor: str | None
    date: str
    source: str

    def can_create(self, today: datetime.date) -> bool:
        """Say whether a function may be created with this runtime."""
        return self.create_blocked is None or today < self.create_blocked

    def can_update(self, today: datetime.date) -> bool:
        """Say whether a function with this runtime may be changed."""
        return self.update_blocked is None or today < self.update_blocked


@dataclass(frozen=True, slots=True)
class Domain:
    """A content domain of an exam, and how many percent of the scored questions it has."""

    title: str
    weight: int


@dataclass(frozen=True, slots=True)
class Exam:
    """An exam code, the days it is offered (None: open), its domains and tasks by number."""

    code: str
    name: str
    first_day: datetime.date | None
    last_day: datetime.date | None
    domains: Mapping[str, Domain]
    tasks: Mapping[str, str]
    date: str
    source: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything in facts.json, by name."""

    runtimes: Mapping[str, Runtime]
    quotas: Mapping[str, Fact]
    prices: Mapping[str, Fact]
    exams: Mapping[str, Exam]

    def quota(self, name: str) -> int:
        """Return a quota's number: `load_facts().quota("timeout_max")` is 900."""
        return int(self.quotas[name].value)

    def price(self, name: str) -> Decimal:
        """Return a price as a Decimal: `load_facts().price("requests")` is 0.20."""
        return Decimal(self.prices[name].value)

    def exam_tasks(self) -> frozenset[str]:
        """Return every task as lessons and questions write it: `DVA-C03 1.2`."""
        return frozenset(
            f"{exam.code} {task}" for exam in self.exams.values() for task in exam.tasks
        )


@cache
def load_facts() -> Facts:
    """Read facts.json once per process."""
    text = files("helpers.cloud").joinpath("facts.json").read_text(encoding="utf-8")
    document: dict[str, dict[str, dict[str, Any]]] = json.loads(text)
    return Facts(
        runtimes=_by_name(document["runtimes"], _runtime),
        quotas=_by_name(document["quotas"], lambda _, entry: Fact(**entry)),
        prices=_by_name(document["prices"], lambda _, entry: Fact(**entry)),
        exams=_by_name(document["exams"], _exam),
    )


def _by_name(entries: dict[str, dict[str, Any]], build: Any) -> Mapping[str, Any]:
    return MappingProxyType({name: build(name, entry) for name, entry in entries.items()})


def _runtime(name: str, entry: dict[str, Any]) -> Runtime:
    days = {key: _day(entry[key]) for key in ("deprecated", "create_blocked", "update_blocked")}
    return Runtime(id=name, **{**entry, **days})


def _exam(code: str, entry: dict[str, Any]) -> Exam:
    days = {key: _day(entry[key]) for key in ("first_day", "last_day")}
    maps = {
        "domains": _by_name(entry["domains"], lambda _, domain: Domain(**domain)),
        "tasks": MappingProxyType(entry["tasks"]),
    }
    return Exam(code=code, **{**entry, **days, **maps})


def _day(text: str | None) -> datetime.date | None:
    return None if text is None else datetime.date.fromisoformat(text)
