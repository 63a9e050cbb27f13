"""Write the fidelity table, or check that it is what the probes say.

python -m tools.fidelity              run every probe, write helpers/cloud/fidelity.json
python -m tools.fidelity --check      run them, compare, and say what differs
python -m tools.fidelity freeze       the same for the rows named
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from helpers.cloud.client import start_cloud
from tools.fidelity.account import ProbedAccount
from tools.fidelity.probes import NotHereError
from tools.fidelity.rows import ROWS, Row

FILE = Path(__file__).resolve().parents[2] / "helpers" / "cloud" / "fidelity.json"


def main(arguments: list[str] | None = None) -> int:
    """Run the probes; return 0 when the table is written or right."""
    parser = argparse.ArgumentParser(prog="python -m tools.fidelity", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="ids of rows (all without)")
    options = parser.parse_args(arguments)
    chosen = [row for row in ROWS if not options.rows or row.id in options.rows]
    committed = read_table(FILE)
    measured = measure(chosen, committed)
    table = [entry_of(row, {**committed, **measured}.get(row.id, "")) for row in ROWS]
    if options.check:
        return _report(differences(table, FILE))
    FILE.write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(measured)} rows measured, {FILE.name} written.")
    return 0


def read_table(file: Path) -> dict[str, str]:
    """Return what the table says of each row's "here"."""
    entries = json.loads(file.read_text("utf-8")) if file.exists() else []
    return {entry["id"]: entry["here"] for entry in entries}


def measure(rows: Iterable[Row], committed: Mapping[str, str]) -> dict[str, str]:
    """Run the rows' probes in a fresh account; what cannot be seen here stays as committed."""
    cloud = start_cloud()
    try:
        account = ProbedAccount(cloud)
        seen: dict[str, str] = {}
        for row in rows:
            try:
                seen[row.id] = row.probe(account)
            except NotHereError as reason:
                print(f"{row.id}: not measured, because {reason}", file=sys.stderr)
                seen[row.id] = committed.get(row.id, "")
        return seen
    finally:
        cloud.stop()


def entry_of(row: Row, here: str) -> dict[str, Any]:
    """Return the row as the table holds it."""
    return {
        "id": row.id,
        "labs": list(row.labs),
        "aws": row.aws,
        "source": row.source,
        "here": here,
    }


def differences(table: list[dict[str, Any]], file: Path) -> list[str]:
    """Return how a fresh table differs from the committed one, row by row."""
    committed = {entry["id"]: entry for entry in json.loads(file.read_text("utf-8"))}
    fresh = {entry["id"]: entry for entry in table}
    found = [f"{id_}: has no probe" for id_ in committed.keys() - fresh.keys()]
    for id_, entry in fresh.items():
        for member, value in entry.items():
            before = committed.get(id_, {}).get(member)
            if before != value:
                found.append(f"{id_}: {member} is {value!r}, {file.name} has {before!r}")
    return found


def _report(found: list[str]) -> int:
    for difference in found:
        print(difference)
    if found:
        print("Write the table anew: .venv/bin/python -m tools.fidelity")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
