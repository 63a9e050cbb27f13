"""Runs the probes, some side by side, all in one account."""

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
    account = ProbedAccount(start_cloud())
    chosen = list(rows)
    try:
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            seen = pool.map(lambda row: _seen(account, row, committed), chosen)
            return {row.id: here for row, here in zip(chosen, seen, strict=True)}
    finally:
        account.stop()


def _seen(account: ProbedAccount, row: Row, committed: Mapping[str, str]) -> str:
    try:
        return row.probe(account)
    except NotHereError as reason:
        print(f"{row.id}: not measured, because {reason}", file=sys.stderr)
        return committed.get(row.id, "")
    except Exception as error:
        error.add_note(f"while the probe of {row.id!r} ran")
        raise
