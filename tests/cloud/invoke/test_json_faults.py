"""What is said of events that are no JSON."""

from __future__ import annotations

import pytest

from helpers.cloud.invoke.json_faults import json_fault


@pytest.mark.parametrize(
    "event",
    [
        b"null",
        b"12",
        b'"word"',
        b'{"a": [1, {"b": "\xc3\xa9"}]}',
        b'\xef\xbb\xbf{"with": "a byte order mark"}',
    ],
)
def test_json_has_no_fault(event: bytes) -> None:
    """Whatever is JSON has no fault."""
    assert json_fault(event) == ""


def test_json_that_nests_too_deeply_is_refused_as_by_jackson() -> None:
    """The sentence is the same, whether Python could read it or not."""
    sentence = "Document nesting depth (1001) exceeds the maximum allowed (1000, from "

    for depth in (1001, 200_000):
        assert json_fault(b"[" * depth + b"]" * depth).startswith(sentence)


@pytest.mark.parametrize(
    ("event", "met", "column"),
    [
        (b"hello", "Unrecognized token 'hello': was expecting (JSON String, Number", 6),
        (b"Hello World", "Unrecognized token 'Hello': was expecting (JSON String", 7),
        (b"{client:1}", "Unexpected character ('c' (code 99)): was expecting double-quote", 2),
        (b"{'a': 1}", "Unexpected character (''' (code 39)): was expecting double-quote", 2),
        (b'{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon", 6),
        (b'{"a": 1 2}', "Unexpected character ('2' (code 50)): was expecting comma to sep", 9),
        (b"\x99\xeb,j", "Unexpected character ((CTRL-CHAR, code 153)): expected a valid", 1),
        (b"n\x87r\x9e", "Invalid UTF-8 start byte 0x87", 3),
        (b'"\xff"', "Invalid UTF-8 start byte 0xff", 3),
        (b'"\xc3("', "Invalid UTF-8 middle byte 0x28", 4),
    ],
)
def test_what_was_met_and_where(event: bytes, met: str, column: int) -> None:
    """The sentence names what was met, and the column."""
    fault = json_fault(event)
    assert fault.startswith(met)
    assert fault.endswith(f"; line: 1, column: {column}]")


@pytest.mark.parametrize(
    ("event", "container"),
    [(b"[1 2]", "Array"), (b'{"[": 1 2}', "Object"), (b'[{"a": 1} 2]', "Array")],
)
def test_missing_commas_name_what_is_open(event: bytes, container: str) -> None:
    """A missing comma names whether an array or an object is open."""
    assert f"was expecting comma to separate {container} entries" in json_fault(event)


@pytest.mark.parametrize(
    ("event", "how", "place"),
    [
        (b"{", ": expected close marker for Object (start", "line: 1, column: 2"),
        (b'{"a": 1', ": expected close marker for Object (start", "line: 1, column: 8"),
        (b'[{"a": "]"}', ": expected close marker for Array (start", "line: 1, column: 12"),
        (b'{"dsda"', " within/between Object entries\n", "line: 1, column: 8"),
        (b'{"a":', " within/between Object entries\n", "line: 1, column: 6"),
        (b'{"id": null,\n', " within/between Object entries\n", "line: 2, column: 1"),
        (b"[1,", " within/between Array entries\n", "line: 1, column: 4"),
    ],
)
def test_an_event_that_ends_too_early(event: bytes, how: str, place: str) -> None:
    """What is still open is named, and where the text ends."""
    fault = json_fault(event)
    assert fault.startswith(f"Unexpected end-of-input{how}")
    assert fault.endswith(f"; {place}]")


def test_what_is_still_open_is_named_with_its_place() -> None:
    """The bracket that is not closed is told by line and column."""
    opened = json_fault(b'{\n "a": [1').partition("(start marker at ")[2].partition(")\n")[0]
    assert opened.startswith("[Source: REDACTED ")
    assert opened.endswith("; line: 2, column: 7]")


def test_places_count_lines() -> None:
    """A place is a line and a column in it."""
    assert json_fault(b'{\n"a": word\n}').endswith("; line: 2, column: 11]")
    assert json_fault(b"{\n'a': 1}").endswith("; line: 2, column: 1]")


@pytest.mark.parametrize(
    "event",
    [
        *(b"[", b'{"a"', b'"open', b"{} {}", b"NaN", b'"\x01"', b"[" * 200_000),
        *(b"\xc3", b'"\xe2\x82"', b'["' + b"\\" * 9, b"9" * 5_000),
    ],
)
def test_other_faults_are_told_somehow(event: bytes) -> None:
    """No input makes the sentence itself fail."""
    assert json_fault(event)
