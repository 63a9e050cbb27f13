"""Each command of a query, read and made a stage: events in, events out.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from helpers.cloud.logs.insights.aggregates import AGGREGATES, Aggregate, Numbers, percentile
from helpers.cloud.logs.insights.events import Event
from helpers.cloud.logs.insights.expressions import Evaluate, Expression, ExpressionReader
from helpers.cloud.logs.insights.scanner import (
    FIELD,
    NUMBER,
    REGEX,
    STRING,
    Scanner,
    regex_of,
    unquoted,
)
from helpers.cloud.logs.insights.values import number, shown, sort_key, text, truth
from helpers.cloud.regexes import Regex

Stage = Callable[[Iterable[Event]], Iterable[Event]]
MAX_LIMIT = 10_000


@dataclass(slots=True)
class Plan:
    """What a query does: its stages, the columns it shows, how many rows.

    `columns` None shows @timestamp and @message; `grouped` says that rows are no log events;
    events have matched after the first `matching` stages.
    """

    stages: list[Stage] = field(default_factory=list)
    columns: list[str] | None = None
    displayed: bool = False
    grouped: bool = False
    limit: int = MAX_LIMIT
    matching: int = 0


Reader = Callable[[Scanner, Plan], None]


def read_fields(scanner: Scanner, plan: Plan) -> None:
    """Read `fields a, b * 2 as c`."""
    named = _named_list(scanner)
    _compute(plan, named)
    if not plan.displayed:
        plan.columns = list(dict.fromkeys([*(plan.columns or ()), *(name for name, _ in named)]))


def read_display(scanner: Scanner, plan: Plan) -> None:
    """Read `display a, b`: only these are shown."""
    named = _named_list(scanner)
    _compute(plan, named)
    plan.columns, plan.displayed = [name for name, _ in named], True


def read_filter(scanner: Scanner, plan: Plan) -> None:
    """Read `filter <condition>`."""
    keeps = ExpressionReader(scanner).read().evaluate
    plan.stages.append(lambda events: (event for event in events if truth(keeps(event))))
    if not plan.grouped:
        plan.matching = len(plan.stages)


def read_limit(scanner: Scanner, plan: Plan) -> None:
    """Read `limit 20`."""
    start = scanner.at
    count = int(float(scanner.needs_match(NUMBER)[0]))
    if not 1 <= count <= MAX_LIMIT:
        raise scanner.refused(f"limit must be between 1 and {MAX_LIMIT}", start)
    plan.limit = count
    plan.stages.append(lambda events: islice(events, count))


def read_sort(scanner: Scanner, plan: Plan) -> None:
    """Read `sort a desc, b`."""
    orders: list[tuple[Evaluate, bool]] = []
    while not orders or scanner.takes(","):
        evaluate = ExpressionReader(scanner).read().evaluate
        orders.append((evaluate, scanner.takes_word("asc", "desc") == "desc"))

    def ordered(events: Iterable[Event]) -> Iterable[Event]:
        rows = list(events)
        for evaluate, descending in reversed(orders):
            valued = [(evaluate(event), event) for event in rows]
            there = [pair for pair in valued if pair[0] is not None]
            there.sort(key=lambda pair: sort_key(pair[0]), reverse=descending)
            rows = [event for _, event in there]
            rows += [event for value, event in valued if value is None]
        return rows

    plan.stages.append(ordered)


def read_dedup(scanner: Scanner, plan: Plan) -> None:
    """Read `dedup a, b`: the first event of each combination stays."""
    fields = [expression.evaluate for _, expression in _named_list(scanner)]

    def deduplicated(events: Iterable[Event]) -> Iterator[Event]:
        seen: set[tuple[str, ...]] = set()
        for event in events:
            values = [evaluate(event) for evaluate in fields]
            key = tuple("" if value is None else shown(value) for value in values)
            if key not in seen:
                seen.add(key)
                yield event

    plan.stages.append(deduplicated)


def read_parse(scanner: Scanner, plan: Plan) -> None:
    """Read `parse @message "user=*, took *" as user, took`, or with named groups of a regex."""
    source: Evaluate = lambda event: event.get("@message")  # noqa: E731
    if not (scanner.peeks("/") or scanner.peeks('"') or scanner.peeks("'")):
        name = scanner.needs_match(FIELD)[0].strip("`")
        source = lambda event: event.get(name)  # noqa: E731
    start = scanner.at
    literal = scanner.takes_match(REGEX)
    if literal is not None:
        pattern = regex_of(literal, scanner)
    else:
        glob = unquoted(scanner.needs_match(STRING))
        pattern = Regex(_glob(glob))
    names = list(pattern.names)
    if scanner.takes_word("as"):
        names = _names(scanner)
    if not names or pattern.groups < len(names):
        raise scanner.refused("parse has another number of wildcards than of names", start)
    if not plan.displayed and not plan.grouped and plan.columns is not None:
        plan.columns += [name for name in names if name not in plan.columns]

    def parsed(events: Iterable[Event]) -> Iterator[Event]:
        search, given = pattern.search, bool(pattern.names)
        for event in events:
            value = source(event)
            found = None if value is None else search(text(value))
            if found is not None:
                groups = list(found.groupdict().values()) if given else list(found.groups())
                event.fields.update(zip(names, groups, strict=False))
            yield event

    plan.stages.append(parsed)


def _glob(pattern: str) -> str:
    """Return a pattern with wildcards as a regex: each is as short as what follows lets it be."""
    parts = [re.escape(part) for part in pattern.split("*")]
    joined = "(.*?)".join(parts)
    return "(?s)" + (f"{joined[: -len('(.*?)')]}(.*)" if pattern.endswith("*") else joined)


def read_stats(scanner: Scanner, plan: Plan) -> None:
    """Read `stats count(*) as n, avg(@duration) by bin(5m), level`."""
    slots: list[_Slot] = []
    outputs: list[tuple[str, Expression]] = []
    while not outputs or scanner.takes(","):
        reader = ExpressionReader(scanner, lambda name, at: _aggregate(scanner, slots, name, at))
        expression = reader.read()
        outputs.append((_alias(scanner, expression), expression))
    groups = _named_list(scanner) if scanner.takes_word("by") else []
    plan.columns = [*(name for name, _ in groups), *(name for name, _ in outputs)]
    plan.grouped, plan.displayed = True, False
    plan.stages.append(lambda events: _grouped(events, slots, outputs, groups))


@dataclass(frozen=True, slots=True)
class _Slot:
    """An aggregate in an expression: where its result goes, how it is made, what it takes."""

    name: str
    make: Callable[[], Aggregate]
    argument: Evaluate


def _grouped(
    events: Iterable[Event],
    slots: list[_Slot],
    outputs: list[tuple[str, Expression]],
    groups: list[tuple[str, Expression]],
) -> Iterator[Event]:
    held: dict[tuple[str, ...], tuple[list[Any], list[Aggregate]]] = {}
    by = [expression.evaluate for _, expression in groups]
    arguments = [slot.argument for slot in slots]
    for event in events:
        values = [evaluate(event) for evaluate in by]
        key = tuple(["" if value is None else shown(value) for value in values])
        group = held.get(key)
        if group is None:
            group = held[key] = (values, [slot.make() for slot in slots])
        at = number(event.get("@timestamp")) or 0.0
        for aggregate, argument in zip(group[1], arguments, strict=True):
            aggregate.take(argument(event), at)
    if not held and not groups:
        held[()] = ([], [slot.make() for slot in slots])
    for values, aggregates in held.values():
        results = {
            slot.name: aggregate.result() for slot, aggregate in zip(slots, aggregates, strict=True)
        }
        row = Event(results, discover=False)
        fields = dict(zip((name for name, _ in groups), values, strict=True))
        fields |= {name: expression.evaluate(row) for name, expression in outputs}
        yield Event(fields, discover=False)


def _aggregate(scanner: Scanner, slots: list[_Slot], name: str, start: int) -> Evaluate | None:
    """Read the arguments of an aggregate function; None if the name is none."""
    if name not in AGGREGATES and name != "pct":
        return None
    make: Callable[[], Aggregate] = AGGREGATES.get(name, AGGREGATES["count"])
    argument: Evaluate = lambda _event: True  # noqa: E731
    if name == "count" and (scanner.takes("*") or scanner.peeks(")")):
        pass
    else:
        argument = ExpressionReader(scanner).read().evaluate
    if name == "pct":
        scanner.needs(",")
        share = float(scanner.needs_match(NUMBER)[0])
        if not 0 <= share <= 100:
            raise scanner.refused("the percentile must be between 0 and 100", start)
        make = lambda: Numbers(percentile(share))  # noqa: E731
    scanner.needs(")")
    slot = _Slot(f"#{len(slots)}", make, argument)
    slots.append(slot)
    return lambda event: event.fields.get(slot.name)


def _named_list(scanner: Scanner) -> list[tuple[str, Expression]]:
    """Read expressions with their names, `a, b as c`."""
    found: list[tuple[str, Expression]] = []
    while not found or scanner.takes(","):
        expression = ExpressionReader(scanner).read()
        found.append((_alias(scanner, expression), expression))
    return found


def _alias(scanner: Scanner, expression: Expression) -> str:
    if scanner.takes_word("as"):
        return scanner.needs_match(FIELD)[0].strip("`")
    return expression.text.strip("`")


def _names(scanner: Scanner) -> list[str]:
    names = [scanner.needs_match(FIELD)[0].strip("`")]
    while scanner.takes(","):
        names.append(scanner.needs_match(FIELD)[0].strip("`"))
    return names


def _compute(plan: Plan, named: list[tuple[str, Expression]]) -> None:
    """Add a stage for what is no plain field."""
    computed = [(name, each.evaluate) for name, each in named if not FIELD.fullmatch(each.text)]
    computed += [(n, e.evaluate) for n, e in named if FIELD.fullmatch(e.text) and n != e.text]
    if not computed:
        return

    def with_fields(events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            for name, evaluate in computed:
                event.fields[name] = evaluate(event)
            yield event

    plan.stages.append(with_fields)


COMMANDS: dict[str, Reader] = {
    "fields": read_fields,
    "display": read_display,
    "filter": read_filter,
    "parse": read_parse,
    "stats": read_stats,
    "sort": read_sort,
    "limit": read_limit,
    "head": read_limit,
    "dedup": read_dedup,
}
