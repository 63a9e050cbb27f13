"""Write the fidelity table, or check that it is what the probes say.

python -m tools.fidelity              run every probe; write helpers/cloud/fidelity.json,
                                      docs/fidelity.md and README.md's block
python -m tools.fidelity --check      run them, compare, and say what differs
python -m tools.fidelity freeze       the same for the rows named
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.fidelity.areas import AREAS, rows_in_order
from tools.fidelity.document import document, readme_with
from tools.fidelity.measuring import measure
from tools.fidelity.rows import Row

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "helpers" / "cloud" / "fidelity.json"
PAGE = ROOT / "docs" / "fidelity.md"
README = ROOT / "README.md"


def main(arguments: list[str] | None = None) -> int:
    """Run the probes; return 0 when the table is written or right."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.fidelity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="ids of rows (all without)")
    options = parser.parse_args(arguments)
    rows = rows_in_order()
    unknown = set(options.rows) - {row.id for row in rows}
    if unknown:
        parser.error(f"There is no row {', '.join(sorted(unknown))}.")
    chosen = [row for row in rows if not options.rows or row.id in options.rows]
    committed = read_table(FILE)
    measured = measure(chosen, committed)
    here = {row.id: {**committed, **measured}.get(row.id, "") for row in rows}
    table = [entry_of(row, here[row.id]) for row in rows]
    if options.check:
        return _report([*differences(table, FILE), *stale_pages(here)])
    FILE.write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    for page, text in pages(here).items():
        page.write_text(text, encoding="utf-8")
    print(f"{len(measured)} rows measured; {FILE.name}, {PAGE.name} and {README.name} written.")
    return 0


def read_table(file: Path) -> dict[str, str]:
    """Return what the table says of each row's "here"."""
    entries = json.loads(file.read_text("utf-8")) if file.exists() else []
    return {entry["id"]: entry["here"] for entry in entries}


def entry_of(row: Row, here: str) -> dict[str, Any]:
    """Return the row as the table holds it."""
    return {
        "id": row.id,
        "area": row.area,
        "labs": list(row.labs),
        "aws": row.aws,
        "source": row.source,
        "here": here,
    }


def pages(here: Mapping[str, str]) -> dict[Path, str]:
    """Return the generated pages, by file, from what was seen of each row."""
    readme = readme_with(README.read_text("utf-8"), rows_in_order(), here)
    return {PAGE: document(AREAS, here), README: readme}


def stale_pages(here: Mapping[str, str]) -> list[str]:
    """Return a sentence for each generated page that is not what it should be."""
    return [
        f"{page.name} is not what the table says"
        for page, text in pages(here).items()
        if not page.exists() or page.read_text("utf-8") != text
    ]


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
