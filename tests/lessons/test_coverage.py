"""The inventory asks for everything that the course of part one promised."""

from __future__ import annotations

import pytest

from helpers.cloud.facts import load_facts
from tools.coverage.inventory import Inventory, read_inventory
from tools.lint.coverage import untaught
from tools.notebooks.checkout import ROOT, Checkout
from tools.notebooks.source import read_lesson

PART_ONE = {
    "00": {"U01", "U25", "U26"},
    "01": {"U02", "U03"},
    "02": {"U04"},
    "03": {"U05"},
    "04": {"U06", "U08", "U10"},
    "05": {"U07"},
    "06": {"U09"},
    "07": {"U11", "U12"},
    "08": {"U13", "U14"},
    "09": {"U15"},
    "10": {"U20"},
    "11": {"U18"},
}
PART_TWO = {"U16", "U17", "U19", "U21", "U22", "U23", "U24", "U27"}
SIZES = {"U01": 26, "U04": 26, "U05": 13, "U18": 24, "U20": 16, "U26": 11}


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    """The course's own inventory."""
    return read_inventory(ROOT)


def test_units(inventory):
    """Every unit belongs to a lab: those of part one to labs 00 to 11, the others to later ones."""
    labs = {unit.id: unit.lab for unit in inventory.units}
    sizes = {unit.id: len(unit.rows) for unit in inventory.units}

    assert {unit: lab for lab, units in PART_ONE.items() for unit in units} == {
        unit: lab for unit, lab in labs.items() if lab <= "11"
    }
    assert PART_TWO == {unit for unit, lab in labs.items() if lab > "11"}
    assert SIZES == {unit: sizes[unit] for unit in SIZES}
    assert 305 == sum(sizes.values())


def test_rows(inventory):
    """Rows carry the number of their unit, count up without a gap, none twice or left out."""
    for unit in inventory.units:
        number = unit.id.removeprefix("U")
        wanted = [f"{number}-{count:02}" for count in range(1, len(unit.rows) + 1)]

        assert wanted == [row.id for row in unit.rows]
        assert not {row.id for row in unit.rows} & set(inventory.left_out)
        assert all(row.topic.strip() for row in unit.rows)


def test_claims(inventory):
    """There are 41 claims, each with what is right, a source, and a lab of part one or two."""
    assert [f"claim {number}" for number in range(1, 42)] == [c.id for c in inventory.claims]
    assert all(claim.right and claim.source.startswith("https://") for claim in inventory.claims)
    assert {unit.lab for unit in inventory.units} >= {claim.lab for claim in inventory.claims}


def test_exam_tasks(inventory):
    """The exam map has every task that AWS lists, and units name only such tasks."""
    facts = load_facts()
    mapped = {f"{exam.code} {task.task}" for exam in inventory.exams for task in exam.tasks}
    codes = {exam.code for exam in inventory.exams}

    assert {"DVA-C03", "SAA-C03", "SOA-C03"} == codes
    assert {task for task in facts.exam_tasks() if task.split()[0] in codes} == mapped
    assert mapped >= {task for unit in inventory.units for task in unit.exam_tasks}
    for exam in inventory.exams:
        assert 100 == sum(domain.weight for domain in exam.domains)


def test_nothing_owed_is_missing(inventory):
    """Every topic and claim of the labs that are there is taught by some cell."""
    lessons = [read_lesson(path) for path in Checkout().lesson_paths()]

    assert [] == [str(problem) for problem in untaught(lessons, inventory)]
