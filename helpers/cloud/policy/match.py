"""Wildcards, policy variables and ARN patterns of IAM policies.

Models how IAM compares the strings of a policy with the strings of a request: ``*`` and ``?``,
``${key}``, ``${key, 'default'}``, ``${*} ${?} ${$}``. A variable's value is taken literally: a
``*`` in it is no wildcard. Patterns are compiled once and cached; matching takes no regular
expression with a quantifier, so no pattern can make it slow.

Leaves out: variables in policies of version 2008-10-17 (IAM takes them literally there too).
Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html and
reference_policies_elements_resource.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

Context = Mapping[str, tuple[str, ...]]
"""Condition keys of one request: names in lower case, values as tuples of strings."""


class Wild(Enum):
    """A wildcard of a pattern."""

    STAR = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """A policy variable, to be replaced by the request's value of a condition key."""

    key: str
    default: str | None = None


Token = str | Wild | Variable

_SPECIAL = re.compile(r"\$\{([^}]*)\}|[*?]")
_VARIABLE = re.compile(r"\s*([^,\s]+)\s*(?:,\s*'([^']*)')?\s*")


def tokenize(text: str, *, wildcards: bool = True, variables: bool = True) -> tuple[Token, ...]:
    """Split the text of a pattern into literals, wildcards and variables."""
    tokens: list[Token] = []
    end = 0
    for found in _SPECIAL.finditer(text):
        token = _token(found, wildcards=wildcards, variables=variables)
        _append(tokens, text[end : found.start()])
        _append(tokens, token)
        end = found.end()
    _append(tokens, text[end:])
    return tuple(tokens)


def _token(found: re.Match[str], *, wildcards: bool, variables: bool) -> Token:
    content = found.group(1)
    if content is None:
        return Wild(found.group()) if wildcards else found.group()
    if not variables:
        return found.group()
    if content in {"*", "?", "$"}:
        return content
    variable = _VARIABLE.fullmatch(content)
    if variable is None:
        return found.group()
    return Variable(variable.group(1).lower(), variable.group(2))


def _append(tokens: list[Token], token: Token) -> None:
    if token == "":
        return
    if isinstance(token, str) and tokens and isinstance(tokens[-1], str):
        tokens[-1] += token
    elif not (token is Wild.STAR and tokens and tokens[-1] is Wild.STAR):
        tokens.append(token)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What stands between two stars: text of a fixed length, perhaps with ``?`` in it."""

    length: int
    text: str | None
    regex: re.Pattern[str] | None

    def at(self, text: str, start: int) -> bool:
        """Whether the chunk stands at this place of the text."""
        if self.text is not None:
            return text.startswith(self.text, start)
        return self.regex is not None and self.regex.match(text, start) is not None

    def find(self, text: str, start: int, end: int) -> int:
        """Give the first place of the chunk between start and end, or -1."""
        if self.text is not None:
            return text.find(self.text, start, end)
        found = self.regex.search(text, start, end) if self.regex else None
        return found.start() if found else -1


def _chunk(tokens: list[str | Wild]) -> _Chunk:
    length = sum(len(token) if isinstance(token, str) else 1 for token in tokens)
    if Wild.ONE not in tokens:
        return _Chunk(length, "".join(token for token in tokens if isinstance(token, str)), None)
    pattern = "".join("." if token is Wild.ONE else re.escape(str(token)) for token in tokens)
    return _Chunk(length, None, re.compile(pattern, re.DOTALL))


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled pattern without variables; ``tail`` is None where it has no star."""

    head: _Chunk
    middle: tuple[_Chunk, ...]
    tail: _Chunk | None
    least: int

    def matches(self, text: str) -> bool:
        """Whether the whole text matches: each chunk at its leftmost place."""
        if self.tail is None:
            return len(text) == self.least and self.head.at(text, 0)
        if len(text) < self.least or not self.head.at(text, 0):
            return False
        place, end = self.head.length, len(text) - self.tail.length
        for chunk in self.middle:
            place = chunk.find(text, place, end)
            if place < 0:
                return False
            place += chunk.length
        return place <= end and self.tail.at(text, end)


@lru_cache(maxsize=8192)
def compile_glob(tokens: tuple[str | Wild, ...]) -> Glob:
    """Compile literals and wildcards; cached, for variables give new tokens on each request."""
    groups: list[list[str | Wild]] = [[]]
    for token in tokens:
        if token is Wild.STAR:
            groups.append([])
        else:
            groups[-1].append(token)
    chunks = [_chunk(group) for group in groups]
    tail = chunks[-1] if len(chunks) > 1 else None
    middle = tuple(chunk for chunk in chunks[1:-1] if chunk.length)
    return Glob(chunks[0], middle, tail, sum(chunk.length for chunk in chunks))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One string of a policy, compiled; ``glob`` is None while it holds a variable."""

    tokens: tuple[Token, ...]
    glob: Glob | None
    fold: bool = False

    def resolve(self, context: Context) -> Glob | None:
        """Replace the variables; None where the request has no single value for one."""
        if self.glob is not None:
            return self.glob
        plain: list[Token] = []
        for token in self.tokens:
            value = _value(token, context) if isinstance(token, Variable) else token
            if value is None:
                return None
            _append(plain, value.lower() if self.fold and isinstance(value, str) else value)
        return compile_glob(tuple(t for t in plain if not isinstance(t, Variable)))

    def matches(self, text: str, context: Context) -> bool:
        """Whether the text matches in this request."""
        glob = self.resolve(context)
        return glob is not None and glob.matches(text.lower() if self.fold else text)


def _value(variable: Variable, context: Context) -> str | None:
    values = context.get(variable.key)
    if values is None:
        return variable.default
    return values[0] if len(values) == 1 else None


def pattern_of(tokens: tuple[Token, ...], *, fold: bool = False) -> Pattern:
    """Make a pattern of tokens; ``fold`` ignores case."""
    if fold:
        tokens = tuple(token.lower() if isinstance(token, str) else token for token in tokens)
    plain = tuple(token for token in tokens if not isinstance(token, Variable))
    return Pattern(tokens, compile_glob(plain) if len(plain) == len(tokens) else None, fold)


def action_pattern(text: str) -> Pattern:
    """Compile an action: case never matters, and variables have no meaning."""
    return pattern_of(tokenize(text, variables=False), fold=True)


def resource_pattern(text: str, *, variables: bool = True) -> Pattern:
    """Compile a Resource: an ARN with missing fields stands for any value of them.

    A ``*`` may match beyond the colons, as IAM lets it where it ends a segment.
    """
    tokens = tokenize(text, variables=variables)
    missing = 5 - sum(token.count(":") for token in tokens if isinstance(token, str))
    if text.startswith("arn:") and missing > 0:
        tokens = tokenize(text + ":*" * missing, variables=variables)
    return pattern_of(tokens)


@dataclass(frozen=True, slots=True)
class ArnPattern:
    """The six fields of an ARN, each compared on its own, as the ARN operators do."""

    fields: tuple[Pattern, ...]

    def matches(self, text: str, context: Context) -> bool:
        """Whether the text is an ARN each of whose fields matches."""
        values = text.split(":", 5)
        if len(values) != len(self.fields):
            return False
        return all(p.matches(v, context) for p, v in zip(self.fields, values, strict=True))


def arn_pattern(text: str, *, variables: bool = True) -> ArnPattern:
    """Compile the value of ArnLike or ArnEquals (IAM treats both alike)."""
    return ArnPattern(
        tuple(pattern_of(field) for field in _fields(tokenize(text, variables=variables)))
    )


def _fields(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    field: list[Token] = []
    made = 0
    for token in tokens:
        if not isinstance(token, str):
            field.append(token)
            continue
        first, *rest = token.split(":", 5 - made)
        _append(field, first)
        for part in rest:
            yield tuple(field)
            made += 1
            field = [part] if part else []
    yield tuple(field)
