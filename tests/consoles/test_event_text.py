"""Whether a text is JSON, and where and why it is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.consoles.event_text import problem_in, tidy, verdict

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
PIECES = st.lists(
    st.sampled_from([*"{}[],:\"\\ \n'#1-.", "NaN", "Infinity", "True", "null", '"a"', "//", "é"]),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", (1, 1), "There is no event yet; {} is an empty one"),
        ("{'a': 1}", (1, 2), "double quotes, not in single ones"),
        ("{\"a\": 'x'}", (1, 7), "double quotes, not in single ones"),
        ('{\n  "a": 1,\n}', (2, 9), "Remove this comma: nothing follows it in the object"),
        ("[1, 2,]", (1, 6), "Remove this comma: nothing follows it in the array"),
        ('{"a": True}', (1, 7), "True is Python; JSON writes true"),
        ('{"a": None}', (1, 7), "None is Python; JSON writes null"),
        ('{"a": NaN}', (1, 7), "NaN is not JSON"),
        ('{"NaN": -Infinity}', (1, 9), "-Infinity is not JSON"),
        ("{a: 1}", (1, 2), "A name in double quotes belongs here, not 'a'"),
        ('{"a" 1}', (1, 6), "A colon belongs after the name, before '1'"),
        ('{"a": 1 "b": 2}', (1, 9), "A comma or the closing bracket is missing"),
        ('{"a": [1, 2}', (1, 12), "A comma or the closing bracket is missing"),
        ('{"a": [1, 2', (1, 12), "The text ends here, and ] } is still missing"),
        ('{"a":', (1, 6), "The text ends here, and } is still missing"),
        ('{"a": "x', (1, 7), "This text has no closing quote"),
        ('{"a": "x\ny"}', (1, 9), r"write \n"),
        (r'{"a": "\x"}', (1, 8), "After a backslash"),
        ('{"a": 1} {"b": 2}', (1, 10), "one event is one JSON value"),
        ('{"a": 1} # why', (1, 10), "JSON has no comments"),
        ('{"a": poster}', (1, 7), "A value belongs here, not 'poster'"),
        ('{"a": }', (1, 7), "A value belongs here, not '}'"),
        ("[" * 100_000, (1, 1), "nested too deeply"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, place: tuple[int, int], words: str):
    """Line, column and a sentence that says what to do."""
    problem = problem_in(text)

    assert problem is not None
    assert words in problem.sentence
    assert place == (problem.line, problem.column)
    assert str(problem).startswith(f"Line {place[0]}, column {place[1]}: ")


@given(JSON)
def test_every_json_value_is_one(value: Any):
    """Whatever Python writes as JSON is accepted, tidied or not, and stays the same value."""
    text = json.dumps(value, ensure_ascii=False)

    assert problem_in(text) is None
    assert value == json.loads(tidy(text))


@given(st.text() | PIECES)
def test_a_problem_is_found_when_and_only_when_the_text_is_no_json(text: str):
    """And its place is in the text, or directly behind it."""
    problem = problem_in(text)

    assert is_json(text) == (problem is None)
    if problem is not None:
        lines = text.split("\n")
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.sentence.endswith((".", "}", "\\n"))


def test_the_verdict_points_at_the_place():
    """The line is shown with an arrow below the column, cut where it is long; nothing is markup."""
    long = '{"a": "' + "x" * 200 + '", <b>}'

    assert "✓ JSON, 2 bytes" in verdict("{}")
    assert "{&quot;a&quot;: 1,}\n       ↑</pre>" in verdict('{"a": 1,}')
    assert "&lt;b&gt;" in verdict(long)
    assert "<b>" not in verdict(long)
    assert 90 > max(map(len, verdict(long).rpartition("<pre")[2].rpartition(">\n")[0].split("\n")))


def is_json(text: str) -> bool:
    """Ask Python, strictly."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        return False
    return True
