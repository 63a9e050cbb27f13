"""Runs the probes: areas side by side, the probes of one area in turn, all in one account."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from helpers.cloud.client import start_cloud
from tools.fidelity.account import ProbedAccount
from tools.fidelity.rows import NotHereError, Row

SIDE_BY_SIDE = 4


def measure(rows: Iterable[Row], committed: Mapping[str, str]) -> dict[str, str]:
    """Run the rows' probes in a fresh account; what cannot be seen here stays as committed."""
    by_area: dict[str, list[Row]] = {}
    for row in rows:
        by_area.setdefault(row.area, []).append(row)
    account = ProbedAccount(start_cloud())
    try:
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            seen = pool.map(lambda area: _measured(account, area, committed), by_area.values())
            return {id_: here for area in seen for id_, here in area.items()}
    finally:
        account.stop()


def _measured(
    account: ProbedAccount, rows: Iterable[Row], committed: Mapping[str, str]
) -> dict[str, str]:
    seen = {}
    for row in rows:
        try:
            seen[row.id] = row.probe(account)
        except NotHereError as reason:
            print(f"{row.id}: not measured, because {reason}", file=sys.stderr)
            seen[row.id] = committed.get(row.id, "")
        except Exception as error:
            error.add_note(f"while the probe of {row.id!r} ran")
            raise
    return seen
