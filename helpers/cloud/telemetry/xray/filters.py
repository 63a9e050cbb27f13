"""Filter expressions: which traces GetTraceSummaries returns.

Models keywords about flags, times, HTTP, users, annotations, services and edges, the comparisons,
AND, OR and NOT. Leaves out root causes, groups and coverage.

Source: docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from helpers.cloud.telemetry.xray.reading import (
    annotations_of,
    duration_s,
    flag,
    http_of,
    response_time_s,
    service_of,
)
from helpers.cloud.telemetry.xray.segments import Document, every_part

TOKEN = re.compile(
    r"\s*(?:(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<sign>&&|\|\||!=|>=|<=|[=<>!(){},:\[\]])|(?P<word>[A-Za-z_][\w.\-]*))"
)
MAX_LENGTH = 2000
MAX_DEPTH = 20

Segments = Sequence[Document]
Test = Callable[[Segments], bool]
FLAGS: dict[str, Test] = {
    "fault": lambda segments: flag(segments, "fault"),
    "error": lambda segments: flag(segments, "error"),
    "throttle": lambda segments: flag(segments, "throttle"),
    "partial": lambda segments: flag(segments, "in_progress"),
    "ok": lambda segments: not any(flag(segments, f) for f in ("fault", "error", "throttle")),
}
HTTP = {
    "http.url": "HttpURL",
    "http.status": "HttpStatus",
    "http.method": "HttpMethod",
    "http.useragent": "UserAgent",
    "http.clientip": "ClientIp",
}
VALUES: dict[str, Callable[[Segments], list[Any]]] = {
    "responsetime": lambda segments: [response_time_s(segments)],
    "duration": lambda segments: [duration_s(segments)],
    "user": lambda segments: [s["user"] for s in segments if s.get("user")],
    "name": lambda segments: [s.get("name") for s in segments],
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "BEGINSWITH": lambda a, b: str(a).startswith(str(b)),
    "ENDSWITH": lambda a, b: str(a).endswith(str(b)),
    "CONTAINS": lambda a, b: str(b) in str(a),
}


class BadFilter(ValueError):  # noqa: N818 - what it is
    """An expression that cannot be read; the message says where."""


def parse_filter(expression: str) -> Test:
    """Return the test that an expression is; raises BadFilter.

    >>> parse_filter('service("shop") AND NOT fault')([{"name": "shop", "start_time": 1}])
    True
    """
    if len(expression) > MAX_LENGTH:
        raise BadFilter(f"the expression is longer than {MAX_LENGTH} characters")
    parser = _Parser(_tokens(expression))
    test = parser.alternatives()
    parser.end()
    return test


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, expression.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise BadFilter(f"unexpected {text[at : at + 10]!r} at character {at}")
        kind = str(match.lastgroup)
        word = match[kind]
        found.append((kind, re.sub(r"\\(.)", r"\1", word[1:-1]) if kind == "string" else word))
        at = match.end()
    return found


class _Parser:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise BadFilter(f"unexpected {self._tokens[self._at][1]!r}")

    def alternatives(self) -> Test:
        tests = [self._conjunction()]
        while self._take("OR", "||"):
            tests.append(self._conjunction())
        return lambda segments: any(test(segments) for test in tests)

    def _conjunction(self) -> Test:
        tests = [self._negation()]
        while self._take("AND", "&&"):
            tests.append(self._negation())
        return lambda segments: all(test(segments) for test in tests)

    def _negation(self) -> Test:
        if self._take("NOT", "!"):
            self._deeper()
            test = self._negation()
            self._depth -= 1
            return lambda segments: not test(segments)
        if self._take("("):
            self._deeper()
            test = self.alternatives()
            self._depth -= 1
            self._expect(")")
            return test
        return self._term()

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadFilter("too many brackets")

    def _term(self) -> Test:
        word = self._word()
        if word == "service":
            return self._service()
        if word == "edge":
            return self._edge()
        if word in FLAGS:
            return self._flag(FLAGS[word])
        if word in HTTP:
            member = HTTP[word]
            return self._comparison(
                lambda segments: [v for v in [http_of(segments).get(member)] if v is not None]
            )
        if word.startswith("annotation"):
            key = self._annotation_key(word)
            return self._comparison(
                lambda segments: [value for value, _ in annotations_of(segments).get(key, [])]
            )
        if word in VALUES:
            return self._comparison(VALUES[word])
        raise BadFilter(f"there is no keyword {word!r}")

    def _annotation_key(self, word: str) -> str:
        if self._take("["):
            key = self._value()
            self._expect("]")
            return str(key)
        if not word.startswith("annotation."):
            raise BadFilter("write annotation.KEY or annotation[KEY]")
        return word.removeprefix("annotation.")

    def _flag(self, test: Test) -> Test:
        sign = self._take("=", "!=")
        if sign is None:
            return test
        wanted = (self._word() == "true") == (sign == "=")
        return lambda segments: test(segments) == wanted

    def _comparison(self, values: Callable[[Segments], list[Any]]) -> Test:
        sign = self._take(*COMPARISONS)
        if sign is None:
            return lambda segments: bool(values(segments))
        wanted, compare = self._value(), COMPARISONS[sign]
        return lambda segments: any(_holds(compare, v, wanted) for v in values(segments))

    def _service(self) -> Test:
        matches = self._named()
        inner: Test = bool
        if self._take("{"):
            self._deeper()
            inner = self.alternatives()
            self._depth -= 1
            self._expect("}")
        return lambda segments: any(inner([s]) for s in segments if matches(s))

    def _edge(self) -> Test:
        self._expect("(")
        source = self._identity()
        self._expect(",")
        target = self._identity()
        self._expect(")")

        def test(segments: Segments) -> bool:
            callers = {str(part.get("id")) for s in segments if source(s) for part in every_part(s)}
            return any(target(s) and str(s.get("parent_id")) in callers for s in segments)

        return test

    def _named(self) -> Callable[[Document], bool]:
        if not self._take("("):
            return lambda segment: True
        if self._take(")"):
            return lambda segment: True
        matches = self._identity()
        self._expect(")")
        return matches

    def _identity(self) -> Callable[[Document], bool]:
        """Read a service's name, or id(name: "...", type: "...")."""
        if self._peek() != ("word", "id"):
            name = str(self._value())
            return lambda segment: service_of(segment)[0] == name
        self._at += 1
        self._expect("(")
        wanted: dict[str, str] = {}
        while not self._take(")"):
            member = self._word()
            self._expect(":")
            wanted[member] = str(self._value())
            self._take(",")
        return lambda segment: (
            wanted.get("name", segment.get("name")) == segment.get("name")
            and wanted.get("type", segment.get("origin")) == segment.get("origin")
        )

    def _peek(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self, *words: str) -> str | None:
        token = self._peek()
        if token is None or token[0] == "string":
            return None
        for word in words:
            if token[1].upper() == word.upper():
                self._at += 1
                return word
        return None

    def _expect(self, word: str) -> None:
        if self._take(word) is None:
            token = self._peek()
            raise BadFilter(f"expected {word!r}, found {token[1] if token else 'the end'!r}")

    def _word(self) -> str:
        token = self._peek()
        if token is None or token[0] != "word":
            raise BadFilter(f"expected a keyword, found {token[1] if token else 'the end'!r}")
        self._at += 1
        return token[1]

    def _value(self) -> Any:
        token = self._peek()
        if token is None or token[0] == "sign":
            raise BadFilter(f"expected a value, found {token[1] if token else 'the end'!r}")
        self._at += 1
        if token[0] == "number":
            return float(token[1])
        return (
            {"true": True, "false": False}.get(token[1], token[1])
            if token[0] == "word"
            else (token[1])
        )


def _holds(compare: Callable[[Any, Any], bool], value: Any, wanted: Any) -> bool:
    try:
        return compare(value, wanted)
    except TypeError:
        return False
