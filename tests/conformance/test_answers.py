"""What handlers return and what arrives: the same bytes as under AWS's emulator."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Case:
    """A handler, the event it gets, and the bytes of its answer."""

    id: str
    source: str
    expected: str
    event: Any = None


def returning(title: str, expression: str, expected: str, *, imports: str = "json") -> Case:
    """Return the case of a handler that returns one expression."""
    source = f"import {imports}\n\n\ndef handler(event, context):\n    return {expression}\n"
    return Case(title, source, expected)


def echoing(title: str, event: Any, expected: str | None = None) -> Case:
    """Return the case of a handler that gives the event back."""
    source = "def handler(event, context):\n    return event\n"
    return Case(title, source, json.dumps(event) if expected is None else expected, event)


CASES = [
    returning("nothing", "None", "null"),
    returning("true", "True", "true"),
    returning("string", "'done'", '"done"'),
    returning("empty string", "''", '""'),
    returning("number", "3.5", "3.5"),
    returning("tuple", "(1, 'two')", '[1, "two"]'),
    returning(
        "integer keys", "{1: 'a', 2.5: 'b', None: 'c'}", '{"1": "a", "2.5": "b", "null": "c"}'
    ),
    returning("not a number", "{'value': float('nan')}", '{"value": NaN}'),
    returning("infinity", "[float('inf')]", "[Infinity]"),
    returning(
        "decimal", "{'price': decimal.Decimal('12.50')}", '{"price": 12.50}', imports="decimal"
    ),
    returning("huge integer", "2 ** 100", str(2**100)),
    returning("bytes", "b'{\"raw\": true}'", '{"raw": true}'),
    returning("bytes that are no JSON", "b'plain text'", "plain text"),
    returning(
        "named tuple",
        "C.namedtuple('Point', 'x y')(1, 2)",
        '{"x": 1, "y": 2}',
        imports="collections as C",
    ),
    returning("ordered keys", "{'z': 1, 'a': 2}", '{"z": 1, "a": 2}'),
    returning("empty dictionary", "{}", "{}"),
    returning("enum of strings", "[enum.StrEnum('Color', 'RED').RED]", '["red"]', imports="enum"),
    returning("unicode", "'Grüße, 世界 🚀'", json.dumps("Grüße, 世界 🚀")),
    returning("line separators", "'a\\u2028b\\nc'", json.dumps("a\u2028b\nc")),
    returning("one megabyte", "'x' * 1_000_000", json.dumps("x" * 1_000_000)),
    returning("event's type", "type(event).__name__", '"NoneType"'),
    echoing("no fields", {}),
    echoing("order", {"orderId": "A-17", "items": [{"sku": "tea", "quantity": 2}]}),
    echoing("list", [1, 2.5, None, True]),
    echoing("text", "just a string"),
    echoing("zero", 0),
    echoing("deep", json.loads("[" * 50 + "]" * 50)),
    echoing("control characters", {"text": "a\x00b\tc\r\nd"}),
    echoing("duplicate keys", b'{"a": 1, "a": 2}', '{"a": 2}'),
    echoing("white space", b' \n{"a" :1}\t ', '{"a": 1}'),
    echoing("escapes", b'"\\u00e9\\ud83d\\ude80"', json.dumps("é🚀")),
    echoing("large event", {"data": "y" * 500_000}),
    Case(
        "list of a generator",
        "def handler(event, context):\n    return list(n * n for n in range(event['n']))\n",
        "[0, 1, 4, 9]",
        {"n": 4},
    ),
    Case(
        "module of its own",
        "SEVEN = 7\n\n\ndef handler(event, context):\n    import app\n\n"
        "    return [__name__, app.SEVEN]\n",
        '["app", 7]',
    ),
    Case(
        "callable object",
        "class Handler:\n    def __call__(self, event, context):\n        return 'called'\n\n\n"
        "handler = Handler()\n",
        '"called"',
    ),
]


def of(cases: list[Case]) -> pytest.MarkDecorator:
    """Parametrize a test by cases."""
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.id)


RAW = "def handler(event, context):\n    return 'Grüße 🚀'\n"


def test_new_runtimes_return_raw_unicode(account: Any) -> None:
    """From python3.12 on, text arrives as UTF-8, not as escapes."""
    assert account.run(RAW, Runtime="python3.13").payload.decode() == '"Grüße 🚀"'


def test_emulator_returns_raw_unicode_too(emulator: Any) -> None:
    """Raw Unicode is what AWS's emulator gives when it says that it is python3.13."""
    variables = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}
    assert emulator.run(RAW, variables=variables).payload.decode() == '"Grüße 🚀"'


def test_no_payload_is_an_empty_object(account: Any) -> None:
    """An invocation without a payload reaches the handler as an empty dictionary."""
    name = account.deploy("def handler(event, context):\n    return event\n")
    assert account.functions.invoke(FunctionName=name)["Payload"].read() == b"{}"


@of(CASES)
def test_answer_is_as_documented(case: Case, account: Any) -> None:
    """A handler's result arrives as the runtime client marshals it, without a function error."""
    answer = account.run(case.source, case.event)
    assert (answer.payload.decode(), answer.function_error) == (case.expected, None)


@of(CASES)
def test_emulator_gives_the_same_answer(case: Case, emulator: Any) -> None:
    """The expected answers are those of AWS's emulator."""
    assert emulator.run(case.source, case.event).payload.decode() == case.expected
