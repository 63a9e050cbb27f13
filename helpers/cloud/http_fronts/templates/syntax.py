"""The parts of a Velocity template, as facts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """What is printed as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A string in single quotes, a number, a boolean or null."""

    value: object


@dataclass(frozen=True, slots=True)
class Interpolated:
    """A string in double quotes: a template of its own."""

    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """[a, b, c]."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class RangeOf:
    """[1..5], both ends included."""

    first: Expression
    last: Expression


@dataclass(frozen=True, slots=True)
class MapOf:
    """{"name": value}."""

    pairs: tuple[tuple[Expression, Expression], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator and its one or two operands."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Property:
    """.name."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """.name(arguments)."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """[expression]."""

    index: Expression


@dataclass(frozen=True, slots=True)
class Reference:
    """$name and the steps from there; `source` is printed where nothing is found."""

    source: str
    name: str
    steps: tuple[Property | Call | Index, ...]
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Set:
    """#set($target = value)."""

    target: Reference
    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    """#if, its #elseif branches, and #else."""

    branches: tuple[tuple[Expression, tuple[Node, ...]], ...]
    otherwise: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Foreach:
    """#foreach($name in items)."""

    name: str
    items: Expression
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Define:
    """#define($name): a block that is rendered where it is named."""

    name: str
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """#break or #stop."""

    what: str


Node = Text | Reference | Set | If | Foreach | Define | Leave
Expression = Literal | Interpolated | ListOf | RangeOf | MapOf | Operation | Reference
