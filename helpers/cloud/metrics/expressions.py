"""Metric math read into a tree: numbers, names of queries, functions, operators.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")|(?P<symbol><=|>=|==|!=|&&|\|\||[-+*/^()<>,\[\]]))"
)
LEVELS = (
    ("||", "OR"),
    ("&&", "AND"),
    ("==", "!="),
    ("<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "/"),
)
"""Binary operators, the weakest first; ^ binds closer than these and to the right."""
MAX_DEPTH = 40


class ExpressionError(ValueError):
    """A metric math expression that cannot be read or computed; says why."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A string in quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """The Id of another query, or a word such as REPEAT."""

    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function, or an operator written as one (`+`, `neg`, `index`), and its arguments."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list in brackets."""

    items: tuple[Node, ...]


Node = Number | Text | Name | Function | Items


def parse_expression(text: str) -> Node:
    """Read an expression; raises ExpressionError.

    >>> parse_expression("errors / invocations * 100")  # doctest: +ELLIPSIS
    Function(name='*', arguments=(Function(name='/', ...), Number(value=100.0)))
    """
    return _Parser(text).whole()


def names_in(node: Node) -> set[str]:
    """Return the names that an expression mentions."""
    if isinstance(node, Name):
        return {node.name}
    parts = node.arguments if isinstance(node, Function) else ()
    parts = node.items if isinstance(node, Items) else parts
    return {name for part in parts for name in names_in(part)}


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._binary(0)
        if self._at < len(self._tokens):
            raise ExpressionError(f"Unexpected token '{self._tokens[self._at][1]}'")
        return node

    def _binary(self, level: int) -> Node:
        if level == len(LEVELS):
            return self._power()
        node = self._binary(level + 1)
        while (operator := self._peek().upper()) in LEVELS[level]:
            self._at += 1
            node = Function(
                {"OR": "||", "AND": "&&"}.get(operator, operator), (node, self._binary(level + 1))
            )
        return node

    def _power(self) -> Node:
        if self._peek() in ("-", "+"):
            sign = self._next()[1]
            operand = self._nested(self._power)
            return operand if sign == "+" else Function("neg", (operand,))
        node = self._indexed()
        if self._peek() == "^":
            self._at += 1
            return Function("^", (node, self._nested(self._power)))
        return node

    def _indexed(self) -> Node:
        node = self._primary()
        while self._peek() == "[":
            self._at += 1
            node = Function("index", (node, self._binary(0)))
            self._expect("]")
        return node

    def _primary(self) -> Node:
        kind, token = self._next()
        if kind == "number":
            return Number(float(token))
        if kind == "text":
            return Text(token[1:-1])
        if kind == "name":
            if self._peek() != "(":
                return Name(token)
            self._at += 1
            return Function(token.upper(), self._list(")"))
        if token == "(":
            node = self._nested(lambda: self._binary(0))
            self._expect(")")
            return node
        if token == "[":
            return Items(self._list("]"))
        raise ExpressionError(f"Unexpected token '{token}'")

    def _list(self, end: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while self._peek() != end:
            if items:
                self._expect(",")
            items.append(self._nested(lambda: self._binary(0)))
        self._at += 1
        return tuple(items)

    def _nested(self, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError("The expression is nested too deeply")
        node = read()
        self._depth -= 1
        return node

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise ExpressionError("Unexpected end of expression")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, symbol: str) -> None:
        if self._peek() != symbol:
            raise ExpressionError(f"Expected '{symbol}' but found '{self._peek() or 'the end'}'")
        self._at += 1


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if found is None:
            raise ExpressionError(f"Unexpected character '{text[at:].lstrip()[0]}'")
        at = found.end()
        tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
    return tokens
