"""Lab 03's checks, where the course's own rehearsal of wrong answers does not reach."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest

from helpers.checks.lab_03 import LAB
from helpers.checks.lab_03_complaints import BAD, _fields
from helpers.checks.lab_03_samples import SIGNATURE, colour_of
from helpers.checks.lab_03_tickets import bad_headers, ticket

LATER = 1_900_000_000


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a file of chunks, their checksums left empty."""
    parts = [struct.pack(">I", len(data)) + kind + data + bytes(4) for kind, data in chunks]
    return SIGNATURE + b"".join(parts)


def test_a_pictures_colour_is_read_from_its_first_pixel():
    """Width, order of other chunks and compression level do not matter."""
    for level in (0, 9):
        pixels = zlib.compress(b"\0" + bytes.fromhex("00ff7f") * 3, level)
        picture = png((b"IHDR", bytes(13)), (b"tEXt", b"hi"), (b"IDAT", pixels), (b"IEND", b""))
        assert "00ff7f" == colour_of(picture)


@pytest.mark.parametrize(
    "picture",
    [b"", b"iVBORw0KGgo=", SIGNATURE, SIGNATURE + b"\0\0", png((b"IDAT", b"no zlib"))],
)
def test_what_is_no_picture_has_no_colour(picture: bytes):
    """Cut, encoded and empty files are told apart from pictures without an error."""
    assert colour_of(picture) is None


def test_no_bad_ticket_is_a_good_one():
    """Each bad header differs from the good one of its customer, and from the others."""
    headers = bad_headers(LATER)

    assert f"Bearer {ticket('c-42', LATER)}" not in headers.values()
    assert len(headers) == len(set(headers.values()))


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ({"errors": [{"field": "body", "problem": "is no JSON"}]}, {"body"}),
        ({"errors": []}, set()),
        ({"errors": [{"field": "body", "problem": " "}]}, None),
        ({"errors": [{"field": 7, "problem": "x"}]}, None),
        ({"errors": ["body"]}, None),
        ({"errors": "body"}, None),
        ("body", None),
    ],
)
def test_complaints_have_one_shape(value: Any, fields: set[str] | None):
    """A field and a sentence for each fault; anything else is no list of complaints."""
    assert fields == _fields(value)


def test_every_bad_order_names_a_fault():
    """No bad order is good by oversight."""
    assert all(bad.fields for bad in BAD)


def test_core_exercises_close_the_lab_and_stretch_exercises_master_it():
    """Three exercises are core, three stretch, as in the curriculum."""
    core = {"3.1": True, "3.2": True, "3.3": False, "3.4": False, "3.5": False, "3.6": True}

    assert core == {exercise.id: exercise.core for exercise in LAB.exercises}
