"""References and expressions of Velocity, read from a template's text."""

from __future__ import annotations

import re

from helpers.cloud.http_fronts.templates.errors import TemplateError
from helpers.cloud.http_fronts.templates.syntax import (
    Call,
    Expression,
    Index,
    Interpolated,
    ListOf,
    Literal,
    MapOf,
    Node,
    Operation,
    Property,
    RangeOf,
    Reference,
)

_SPACE = re.compile(r"\s+")
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_BEGINNING = re.compile(r"\$(!?)(\{?)(?=[A-Za-z_])")
_NUMBER = re.compile(r"-?\d+(?:\.\d+(?:[eE][+-]?\d+)?)?")
_WORD = re.compile(r"[a-z]+\b")
_CONSTANTS = {"true": True, "false": False, "null": None}
_LEVELS = (
    ("||", "or"),
    ("&&", "and"),
    ("==", "!=", "eq", "ne"),
    ("<=", ">=", "<", ">", "le", "ge", "lt", "gt"),
    ("+", "-"),
    ("*", "/", "%"),
)
_SPELLED = {"or": "||", "and": "&&", "eq": "==", "ne": "!=", "le": "<=", "ge": ">="} | {
    "lt": "<",
    "gt": ">",
    "not": "!",
}
MAX_NESTING = 60


class ExpressionReader:
    """Reads at a place of a text; lives for one template."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self._nesting = 0

    def template(self, source: str) -> tuple[Node, ...]:
        """Read a string in double quotes."""
        raise NotImplementedError

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read what the pattern matches here."""
        match = pattern.match(self.source, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def skip_space(self) -> None:
        """Go on to the next character that is not space."""
        self.take(_SPACE)

    def expect(self, token: str) -> None:
        """Read a token, after space; raises TemplateError."""
        if not self.found(token):
            raise TemplateError(f"Expected {token} at {self.at}: {self.source[self.at :][:20]!r}")

    def found(self, token: str) -> bool:
        """Read a token after space if it is there."""
        self.skip_space()
        if not self.source.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

    def variable(self) -> str:
        """Read `$name`, as #foreach and #define declare it."""
        self.skip_space()
        reference = self.reference()
        if reference is None or reference.steps:
            raise TemplateError(f"Expected a variable at {self.at}")
        return reference.name

    def reference(self) -> Reference | None:
        """Read a reference; None, and nothing read, where there is none."""
        begin = self.at
        match = self.take(_BEGINNING)
        name = self.take(_NAME) if match else None
        if match is None or name is None:
            self.at = begin
            return None
        steps: list[Property | Call | Index] = []
        while step := self._step():
            steps.append(step)
        if match[2] and not self.source.startswith("}", self.at):
            self.at = begin
            return None
        self.at += len(match[2])
        source = self.source[begin : self.at]
        return Reference(source, name[0], tuple(steps), quiet=bool(match[1]))

    def expression(self, level: int = 0) -> Expression:
        """Read an expression; the first level binds least."""
        if level == len(_LEVELS):
            return self._operand()
        left = self.expression(level + 1)
        while operator := self._operator(_LEVELS[level]):
            left = Operation(operator, (left, self.expression(level + 1)))
        return left

    def _step(self) -> Property | Call | Index | None:
        begin = self.at
        if self.source.startswith("[", begin):
            self.at += 1
            index = self.expression()
            self.expect("]")
            return Index(index)
        if not self.source.startswith(".", begin):
            return None
        self.at += 1
        name = self.take(_NAME)
        if name is None:
            self.at = begin
            return None
        if not self.source.startswith("(", self.at):
            return Property(name[0])
        self.at += 1
        return Call(name[0], self._items(")"))

    def _operator(self, tokens: tuple[str, ...]) -> str:
        self.skip_space()
        for token in tokens:
            if not self.source.startswith(token, self.at):
                continue
            word = _WORD.match(self.source, self.at)
            if token.isalpha() and (word is None or word[0] != token):
                continue
            self.at += len(token)
            return _SPELLED.get(token, token)
        return ""

    def _operand(self) -> Expression:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise TemplateError("An expression is nested too deeply.")
        try:
            return self._primary()
        finally:
            self._nesting -= 1

    def _primary(self) -> Expression:  # noqa: PLR0911 - one per kind
        if self._operator(("!", "not")):
            return Operation("!", (self._operand(),))
        here = self.source[self.at : self.at + 1]
        if here == "(":
            self.at += 1
            inner = self.expression()
            self.expect(")")
            return inner
        if here == "$" and (reference := self.reference()):
            return reference
        if here and here in "'\"":
            return self._string(here)
        if here == "[":
            return self._list()
        if here == "{":
            return self._map()
        return self._constant()

    def _constant(self) -> Expression:
        if number := self.take(_NUMBER):
            return Literal(float(number[0]) if "." in number[0] else int(number[0]))
        word = self.take(_WORD)
        if word is None or word[0] not in _CONSTANTS:
            raise TemplateError(f"Cannot read {self.source[self.at :][:20]!r} at {self.at}")
        return Literal(_CONSTANTS[word[0]])

    def _string(self, quote: str) -> Expression:
        """Read a string; a doubled quote stands for one, a backslash for itself."""
        parts: list[str] = []
        while True:
            end = self.source.find(quote, self.at + 1)
            if end < 0:
                raise TemplateError(f"A string without its end at {self.at}")
            parts.append(self.source[self.at + 1 : end])
            self.at = end
            if not self.source.startswith(quote * 2, end):
                break
            self.at += 1
        self.at += 1
        text = quote.join(parts)
        plain = quote == "'" or not ("$" in text or "#" in text)
        return Literal(text) if plain else Interpolated(self.template(text))

    def _list(self) -> Expression:
        self.at += 1
        if self.found("]"):
            return ListOf(())
        first = self.expression()
        if self.found(".."):
            last = self.expression()
            self.expect("]")
            return RangeOf(first, last)
        if self.found("]"):
            return ListOf((first,))
        self.expect(",")
        return ListOf((first, *self._items("]")))

    def _items(self, closing: str) -> tuple[Expression, ...]:
        items: list[Expression] = []
        while not self.found(closing):
            if items:
                self.expect(",")
            items.append(self.expression())
        return tuple(items)

    def _map(self) -> Expression:
        self.at += 1
        pairs: list[tuple[Expression, Expression]] = []
        while not self.found("}"):
            if pairs:
                self.expect(",")
            key = self.expression()
            self.expect(":")
            pairs.append((key, self.expression()))
        return MapOf(tuple(pairs))
