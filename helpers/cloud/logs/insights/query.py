"""A whole query: read once, run over the events of log groups.

Without sort, the latest events come first. A query shows 10,000 rows unless it says less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from helpers.cloud.logs.insights.commands import COMMANDS, Plan
from helpers.cloud.logs.insights.events import Event
from helpers.cloud.logs.insights.scanner import WORD, Scanner
from helpers.cloud.logs.insights.values import shown

ELSEWHERE = frozenset(
    ("pattern", "diff", "anomaly", "unnest", "lookup", "filterindex", "unmask", "source", "join")
)
DEFAULT_COLUMNS = ("@timestamp", "@message")
Row = list[tuple[str, str]]


@dataclass(slots=True)
class Answer:
    """What a query found: rows of (field, value), and the statistics of its work so far."""

    rows: list[Row]
    matched: int = 0
    scanned: int = 0
    bytes_scanned: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read."""

    plan: Plan

    def run(self, events: Iterable[Event], stopped: Callable[[], bool] = lambda: False) -> Answer:
        """Run the query over events, the latest first; `stopped` ends it early."""
        plan, answer = self.plan, Answer([])
        rows: Iterable[Event] = _scanned(events, answer, stopped)
        for number, stage in enumerate(plan.stages):
            if number == plan.matching:
                rows = _matched(rows, answer)
            rows = stage(rows)
        if plan.matching == len(plan.stages):
            rows = _matched(rows, answer)
        columns = plan.columns or DEFAULT_COLUMNS
        for number, event in enumerate(rows):
            if number < plan.limit:
                answer.rows.append(_row(event, columns, grouped=plan.grouped))
        return answer


def parse_query(text: str) -> Query:
    """Read a query; raises MalformedQuery.

    >>> query = parse_query("filter ms > 5 | stats count(*) as slow, max(ms) by path | sort slow")
    >>> lines = ('{"path": "/a", "ms": 7}', '{"path": "/a", "ms": 9}', '{"path": "/b", "ms": 2}')
    >>> query.run(Event({"@message": line}) for line in lines).rows
    [[('path', '/a'), ('slow', '2'), ('max(ms)', '9')]]
    """
    scanner = Scanner(text)
    try:
        return _parsed(scanner, Plan())
    except RecursionError as error:
        raise scanner.refused("the expression is nested too deeply", scanner.at) from error


def _parsed(scanner: Scanner, plan: Plan) -> Query:
    scanner.takes("|")
    while True:
        start = scanner.at
        word = scanner.takes_match(WORD)
        if word is None:
            raise scanner.unexpected()
        name = word[0].lower()
        if name in ELSEWHERE:
            raise scanner.refused(
                f"the command {word[0]} is not available in the local account", start
            )
        if name not in COMMANDS:
            scanner.at = start
            raise scanner.unexpected()
        COMMANDS[name](scanner, plan)
        if scanner.at_end():
            return Query(plan)
        scanner.needs("|")


def _scanned(
    events: Iterable[Event], answer: Answer, stopped: Callable[[], bool]
) -> Iterator[Event]:
    for event in events:
        if stopped():
            return
        answer.scanned += 1
        answer.bytes_scanned += len(event.fields.get("@message", ""))
        yield event


def _matched(events: Iterable[Event], answer: Answer) -> Iterator[Event]:
    for event in events:
        answer.matched += 1
        yield event


def _row(event: Event, columns: Iterable[str], *, grouped: bool) -> Row:
    values = [(name, event.get(name)) for name in columns]
    row = [(name, shown(value)) for name, value in values if value is not None]
    pointer = None if grouped else event.fields.get("@ptr")
    return row if pointer is None else [*row, ("@ptr", pointer)]
