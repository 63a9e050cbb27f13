"""CONTRIBUTING.md names every room, every row of the import table and every command there is."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.cloud.test_import_table import ROOMS, ROWS
from tools.launch.commands import parser

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> set[str]:
    """Return the words of the first column of the table under this heading cell."""
    _, _, rest = PAGE.partition(f"| {heading} |")
    assert rest, f"CONTRIBUTING.md has no table that begins with {heading!r}"
    table, _, _ = rest.partition("\n\n")
    rows = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    return {word for row in rows for word in re.split(r", ", row)}


def folders(parent: str) -> Iterator[str]:
    """Give the folders that hold modules or templates."""
    for path in (ROOT / parent).iterdir():
        if path.name[0] not in "._" and any(path.glob("*.[pt]*")):
            yield path.name


@pytest.mark.parametrize("parent", ["helpers", "tools"])
def test_every_room_has_a_line(parent: str) -> None:
    """A folder of helpers/ or tools/ says in its table what it is."""
    assert set() == set(folders(parent)) - first_cells(f"room of `{parent}/`")


def test_every_folder_of_tests_has_a_line() -> None:
    """A folder of tests/ says what its tests ask."""
    named = set(re.findall(r"[\w/.]+", " ".join(first_cells("folder"))))

    assert set() == {name for name in folders("tests") if not {name, f"tests/{name}"} & named}


def test_the_import_table_is_the_one_that_is_enforced() -> None:
    """Each row has the modules that tests/cloud/test_import_table.py gives it, and each room."""
    told = re.findall(r"^\| (\d) \| ([^|]+) \|", PAGE, re.MULTILINE)

    assert [set(row) for row in ROWS] == [set(modules.split(", ")) for _, modules in told]
    assert {"cloud", *ROOMS} <= first_cells("room")


def test_every_command_is_told() -> None:
    """CONTRIBUTING.md or the README shows each command of kit.py."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [commands] = [a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)]

    assert [] == [name for name in commands.choices if f"kit.py {name}" not in PAGE + readme]


def test_every_path_is_there() -> None:
    """What looks like a path leads to a file or a folder, short forms too."""
    spans = re.findall(r"`([\w.-]+(?:/[\w.*-]*)+|\w+\.py)`", PAGE)
    places = [ROOT, *(ROOT / name for name in ("helpers", "helpers/cloud", "tools", "tests"))]
    lost = {
        span
        for span in spans
        if not re.search("NN|12-", span)
        and not any(found for place in places for found in _there(place, span.rstrip("/")))
    }

    assert set() == lost


def test_every_variable_is_told() -> None:
    """Each COLDSTART_ variable stands on a page, but for two that the kit passes to itself."""
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "TROUBLESHOOTING.md")]
    pages += (ROOT / "docs").glob("*.md")
    code = [file for room in ("helpers", "tools") for file in (ROOT / room).rglob("*.py")]
    passed_on = {"COLDSTART_CONNECTIONS", "COLDSTART_TARGET_SYSTEM"}

    assert set() == _variables(code) - _variables(pages) - passed_on


def _variables(files: Iterable[Path]) -> set[str]:
    texts = (file.read_text(encoding="utf-8") for file in files)
    return {name for text in texts for name in re.findall(r"COLDSTART_[A-Z_]+", text)}


def _there(place: Path, span: str) -> list[Path]:
    return [*place.glob(span), *place.glob(f"{span}.py"), *place.glob(f"*/{span}")]
