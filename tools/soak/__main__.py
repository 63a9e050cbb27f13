"""`python -m tools.soak --minutes 10`: load on every source, then the balance of every event.

Three rounds, the first a short one to warm up; after each the account is emptied, and what the
cloud is larger after the third than after the second is growth.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.cloud.client import Cloud, start_cloud
from tools.fronts import Fronts
from tools.ledger import ledger_folder
from tools.soak.balance import HEADING, Account, Row, sort_dead
from tools.soak.gauge import Gauge, Size
from tools.soak.routes import build_routes, dead_letters, produce
from tools.triggers import Triggers

SETTINGS = {"time_lapse": 60, "account_concurrency": 1000, "file_level": "A"}
"""At file level B a handler may write to its own /tmp only, and ledgers are read out here."""
SHARES = (0.2, 0.4, 0.4)
SETTLED_WITHIN_S = 120.0
LATE_S = 3.0
"""How long to wait for what comes although everything has come."""
MAY_GROW = Size(12.0, 3, 5, 0)


@dataclass(frozen=True, slots=True)
class Round:
    """One round: its rows, letters of nobody, and the size before and after emptying."""

    rows: tuple[Row, ...]
    strays: tuple[str, ...]
    settled_s: float
    full: Size
    empty: Size

    @property
    def problems(self) -> list[str]:
        """Say what is wrong."""
        found = [problem for row in self.rows for problem in row.problems]
        return found + [f"dead letter of nobody: {body[:200]}" for body in self.strays]

    def __str__(self) -> str:
        """Return the balance as a table."""
        lines = [HEADING, *map(str, self.rows), *(f"stray: {body[:200]}" for body in self.strays)]
        return "\n".join(
            [
                *lines,
                f"settled in {self.settled_s:.0f} s",
                f"then {self.full}; emptied: {self.empty}",
            ]
        )


def soak(seconds: float, *, pause_s: float, shares: Sequence[float] = SHARES) -> list[str]:
    """Run a round for each share of the time, print what they show; return what is wrong."""
    cloud = start_cloud(settings=SETTINGS)
    try:
        gauge = Gauge(cloud)
        print(f"At first {gauge.size()}")
        rounds = []
        for number, share in enumerate(shares, 1):
            print(f"Round {number} of {len(shares)}: {seconds * share:.0f} s", flush=True)
            rounds.append(_round(cloud, gauge, seconds * share, pause_s))
            print(rounds[-1], flush=True)
    finally:
        cloud.stop()
    peak = max((size.rss_mb for size in gauge.samples), default=0.0)
    print(f"peak {peak:.0f} MB; records dropped before they were read: {gauge.dropped}")
    problems = [problem for each in rounds for problem in each.problems]
    if len(rounds) > 1:
        problems += _growth(rounds[-2].empty, rounds[-1].empty)
    return problems


def _round(cloud: Cloud, gauge: Gauge, seconds: float, pause_s: float) -> Round:
    gauge.forget()
    with ledger_folder() as folder:
        triggers = Triggers(cloud, folder)
        fronts = Fronts(triggers)
        routes = build_routes(triggers, fronts)
        accounts = [Account(route) for route in routes]
        with gauge.watching():
            produce(routes, seconds, pause_s)
            ended = time.monotonic()
            strays = _settle(triggers, accounts)
            settled_s = time.monotonic() - ended
        rows = tuple(account.row(gauge.invocations) for account in accounts)
        full = gauge.size()
        triggers.close()
        fronts.close()
    cloud.reset()
    time.sleep(LATE_S)
    return Round(rows, tuple(strays), settled_s, full, gauge.size())


def _settle(triggers: Triggers, accounts: Sequence[Account]) -> list[str]:
    """Wait until every event is accounted for, and a little longer; return letters of nobody."""
    deadline, strays = time.monotonic() + SETTLED_WITHIN_S, []
    settled_at = None
    while time.monotonic() < deadline:
        for account in accounts:
            account.read()
        strays += sort_dead(accounts, dead_letters(triggers))
        if any(account.missing for account in accounts):
            settled_at = None
        elif settled_at is None:
            settled_at = time.monotonic()
        elif time.monotonic() > settled_at + LATE_S:
            break
        time.sleep(0.2)
    return strays


def _growth(before: Size, after: Size) -> list[str]:
    """Say what has grown more than measuring varies."""
    figures = {
        "MB": (before.rss_mb, after.rss_mb, MAY_GROW.rss_mb),
        "threads": (before.threads, after.threads, MAY_GROW.threads),
        "open files": (before.files, after.files, MAY_GROW.files),
        "environments": (before.environments, after.environments, MAY_GROW.environments),
    }
    return [
        f"the cloud grew from {first:.0f} to {last:.0f} {unit}"
        for unit, (first, last, allowed) in figures.items()
        if last - first > allowed
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak for so many minutes; 1 if an event is missing or the cloud grew."""
    parser = argparse.ArgumentParser(prog="tools.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of load, in all")
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between two events")
    options = parser.parse_args(arguments)
    problems = soak(options.minutes * 60, pause_s=options.pause)
    print("\n".join(problems) or "Every event is accounted for, and nothing grew.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
