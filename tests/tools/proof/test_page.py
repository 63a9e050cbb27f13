"""docs/backends.md tells what the last proof found, and exercises declare what it shows."""

from __future__ import annotations

import pytest

from helpers.checks.capability import Capability
from helpers.checks.exercise import all_labs
from tools.ministack import VERSION
from tools.proof.document import FILE, PAGE, document, stale
from tools.proof.missing import KIT_ONLY
from tools.proof.tables import read_proof
from tools.proof.targets import STARTED_HERE, Backend

PROOF = read_proof(FILE)
WRITE = "prove it anew: .venv/bin/python -m tools.proof --jobs 2 --write"


def test_page_is_current():
    """The page is made of the committed proof and of the labs as they are."""
    assert not stale(PAGE, document(PROOF, all_labs(), KIT_ONLY)), WRITE
    assert VERSION in PAGE.read_text("utf-8")


@pytest.mark.parametrize("backend", STARTED_HERE)
@pytest.mark.parametrize("lab", all_labs(), ids=lambda lab: lab.slug)
def test_declared_needs_are_what_was_seen(lab, backend):
    """An exercise is limited where something of its needs is missing, and passes elsewhere."""
    found = PROOF.of(lab.slug, backend)
    missing = set(PROOF.missing.get(backend, ()))
    limited = tuple(e.id for e in lab.exercises if {need.value for need in e.needs} & missing)
    passed = {exercise.id for exercise in lab.exercises} - set(limited)

    assert found is not None, WRITE
    assert (set(limited), passed, ()) == (set(found.limited), set(found.passed), found.failed), (
        WRITE
    )


def test_the_kit_lacks_nothing():
    """The kit's own cloud has every capability, also when it is reached as if it were another."""
    assert () == PROOF.missing[Backend.SERVED]
    assert {each.value for each in KIT_ONLY} <= set(PROOF.missing[Backend.MINISTACK])


def test_every_capability_is_needed():
    """No capability stands in the list that no lab asks for."""
    asked = {need for lab in all_labs() for need in lab.needs | lab.shows}

    assert set(Capability) == asked
