"""What became of every event: the producers' ledgers, the handlers', and the records compared."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tools.ledger import Line
from tools.ledger_handler import ids_in
from tools.soak.routes import Route

EXAMPLES = 3


@dataclass(slots=True)
class Account:
    """The events of one route as its function saw them, and those that were given up."""

    route: Route
    lines: list[Line] = field(default_factory=list)
    dead: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)

    def read(self) -> None:
        """Take in what handlers wrote since the last look."""
        for line in self.route.ledger.news():
            self.lines.append(line)
            self.done.update(one for one in line.ids if one not in line.failed)

    @property
    def missing(self) -> list[str]:
        """What was sent and has neither been processed nor given up as it should."""
        return [
            one
            for one in self.route.sent
            if not (self.dead if one.endswith("-never") else self.done)[one]
        ]

    def row(self, records: Mapping[str, int]) -> Row:
        """Draw the balance; `records` counts the invocations of each function."""
        sent = {*self.route.sent}
        seen = Counter(one for line in self.lines for one in line.ids)
        wrong = [one for one in seen if one not in sent]
        wrong += [one for one in self.dead if not (one in sent and one.endswith("-never"))]
        twice = [one for one, count in self.done.items() if count > 1]
        twice += [one for one, count in self.dead.items() if count > 1]
        return Row(
            name=self.route.name,
            sent=len(sent),
            refused=len(self.route.refused),
            done=len(self.done),
            given_up=len(self.dead),
            again=sum(count - 1 for count in seen.values()),
            invocations=len(self.lines),
            recorded=records.get(self.route.name, 0),
            wrongs={
                "lost": self.missing,
                "in the wrong place": wrong,
                "done twice": twice,
                "out of order": self._out_of_order() if self.route.traits.ordered else [],
                "not sent": self.route.problems,
            },
        )

    def _out_of_order(self) -> list[str]:
        """Return what was first done after a later event of its key."""
        newest: dict[str, int] = defaultdict(int)
        found, done = [], set()
        for line in sorted(self.lines, key=lambda line: line.began):
            for one in line.ids:
                if one in line.failed or one in done:
                    continue
                done.add(one)
                key, _, rest = one.partition("--")
                number = int(rest[:6])
                if number < newest[key]:
                    found.append(one)
                newest[key] = max(newest[key], number)
        return found


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the balance; `again` counts repeats of events whose earlier attempts failed."""

    name: str
    sent: int
    refused: int
    done: int
    given_up: int
    again: int
    invocations: int
    recorded: int
    wrongs: Mapping[str, Sequence[str]]

    @property
    def problems(self) -> list[str]:
        """Say what is wrong, nothing when every event is accounted for."""
        found = [
            f"{self.name}: {len(ids)} {what}: {', '.join(ids[:EXAMPLES])}"
            for what, ids in self.wrongs.items()
            if ids
        ]
        if self.invocations != self.recorded:
            found.append(
                f"{self.name}: {self.invocations} invocations in ledgers, {self.recorded} recorded"
            )
        return found

    def __str__(self) -> str:
        """Return the row as the table shows it."""
        figures = (self.sent, self.refused, self.done, self.given_up, self.again, self.invocations)
        verdict = "; ".join(self.problems) or "ok"
        return f"{self.name:<12}" + "".join(f"{figure:>9}" for figure in figures) + f"  {verdict}"


HEADING = f"{'route':<12}" + "".join(
    f"{word:>9}" for word in ("sent", "refused", "done", "given up", "again", "invoked")
)


def sort_dead(accounts: Sequence[Account], bodies: Sequence[str]) -> list[str]:
    """Give each dead letter to the route whose event it is; return those of nobody."""
    by_name = {account.route.name: account for account in accounts}
    strays = []
    for body in bodies:
        ids = ids_in(body)
        if len(ids) != 1 or ids[0].partition(".")[0] not in by_name:
            strays.append(body)
        else:
            by_name[ids[0].partition(".")[0]].dead[ids[0]] += 1
    return strays
