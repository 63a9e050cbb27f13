"""SEARCH expressions of metric math: which metrics of a store are meant.

`SEARCH('{AWS/Lambda,FunctionName} MetricName="Errors" NOT demo', 'Sum', 300)`: a schema in braces
(namespace and exactly these dimensions), then terms joined by AND, OR, NOT and parentheses. A term
in quotes is the whole of a name or value; a bare one is a word in it.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable

from helpers.cloud.metrics.expressions import ExpressionError
from helpers.cloud.metrics.store import Metric

Wanted = Callable[[Metric], bool]
TOKEN = re.compile(r"\s*(\(|\)|(?:[\w.:/-]+\s*=\s*)?(?:\"[^\"]*\"|[^\s()\"=]+))")
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W_]+")


def parse_search(text: str) -> Wanted:
    """Return what tells the metrics that a search means; raises ExpressionError."""
    schema, rest = _schema(text)
    tokens = [found[1].strip() for found in TOKEN.finditer(rest)]
    if not tokens:
        return schema
    parser = _Terms(tokens)
    terms = parser.either()
    if parser.tokens:
        raise ExpressionError(f"Unexpected token '{parser.tokens[0]}' in SEARCH")
    return lambda metric: schema(metric) and terms(metric)


def _schema(text: str) -> tuple[Wanted, str]:
    text = text.strip()
    if not text.startswith("{"):
        return lambda _metric: True, text
    inside, closed, rest = text[1:].partition("}")
    if not closed:
        raise ExpressionError("SEARCH has an opening brace without a closing one")
    parts = [part.strip().strip('"') for part in inside.split(",")]
    namespace, names = parts[0], sorted(parts[1:])

    def wanted(metric: Metric) -> bool:
        same = [name for name, _ in metric.dimensions] == names
        return metric.namespace == namespace and same

    return wanted, rest


class _Terms:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def either(self) -> Wanted:
        found = [self._all()]
        while self.tokens and self.tokens[0].upper() == "OR":
            self.tokens.pop(0)
            found.append(self._all())
        return lambda metric: any(one(metric) for one in found)

    def _all(self) -> Wanted:
        found = [self._one()]
        while self.tokens and self.tokens[0] != ")" and self.tokens[0].upper() != "OR":
            if self.tokens[0].upper() == "AND":
                self.tokens.pop(0)
            found.append(self._one())
        return lambda metric: all(one(metric) for one in found)

    def _one(self) -> Wanted:
        if not self.tokens:
            raise ExpressionError("SEARCH ends where a term is expected")
        token = self.tokens.pop(0)
        if token.upper() == "NOT":
            other = self._one()
            return lambda metric: not other(metric)
        if token == "(":
            inner = self.either()
            if not self.tokens or self.tokens.pop(0) != ")":
                raise ExpressionError("SEARCH has an opening parenthesis without a closing one")
            return inner
        return _term(token)


def _term(token: str) -> Wanted:
    name, equals, value = token.partition("=")
    name, value = (name.strip(), value.strip()) if equals else ("", token)
    exact = value.startswith('"')
    value = value.strip('"')
    words = {word.lower() for word in WORDS.findall(value)}

    def fits(text: str) -> bool:
        if exact:
            return text == value
        return words <= {word.lower() for word in WORDS.findall(text)} or (
            value.lower() in text.lower().split()
        )

    def wanted(metric: Metric) -> bool:
        return any(fits(text) for key, text in _texts(metric) if name in ("", key))

    return wanted


def _texts(metric: Metric) -> list[tuple[str, str]]:
    return [
        ("Namespace", metric.namespace),
        ("MetricName", metric.name),
        *metric.dimensions,
        *((":", name) for name, _ in metric.dimensions),
    ]
