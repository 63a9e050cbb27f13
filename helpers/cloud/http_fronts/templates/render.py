"""Renders a parsed template with what it may see.

A reference that starts at something known and finds nothing prints nothing, as API Gateway's
$context does; one whose very name is unknown prints its own source, as Velocity does.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from helpers.cloud.http_fronts.templates.errors import TemplateError
from helpers.cloud.http_fronts.templates.parse import parse
from helpers.cloud.http_fronts.templates.syntax import (
    Call,
    Define,
    Expression,
    Foreach,
    If,
    Index,
    Interpolated,
    Leave,
    ListOf,
    Literal,
    MapOf,
    Node,
    Operation,
    Property,
    RangeOf,
    Reference,
    Set,
    Text,
)
from helpers.cloud.http_fronts.templates.values import (
    MAX_BITS,
    MAX_TEXT,
    are_equal,
    call_method,
    is_true,
    item_of,
    joined,
    property_of,
    text_of,
)

MAX_ITERATIONS = 1000
"""Of one #foreach, by API Gateway's quota."""
MAX_STEPS = 200_000
"""Of one template here, so that loops within loops end; AWS limits the time of a request."""
MAX_DEFINED = 20
MAX_S = 5.0
"""What one template may take, of the processor's time."""


class _Left(Exception):  # noqa: N818 - it is how #break and #stop leave, not an error
    """#break or #stop was met."""


def render(source: str, variables: dict[str, Any]) -> str:
    """Return a template's text; `variables` by name without the $, and #set adds to them.

    >>> render("#foreach($n in [1..3])$n#if($foreach.hasNext), #end#end", {})
    '1, 2, 3'
    """
    try:
        return _Renderer(variables).text(parse(source))
    except RecursionError as error:
        raise TemplateError("The template is nested too deeply.") from error
    except (ValueError, OverflowError, MemoryError) as error:
        raise TemplateError(f"The template asks for too much: {error}") from error


class _Renderer:
    """Renders once."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self._variables = variables
        self._steps = 0
        self._size = 0
        self._defined = 0
        self._until = time.thread_time() + MAX_S

    def text(self, nodes: tuple[Node, ...]) -> str:
        """Render a whole template."""
        out: list[str] = []
        with suppress(_Left):
            self._block(nodes, out)
        return "".join(out)

    def _block(self, nodes: tuple[Node, ...], out: list[str]) -> None:
        for node in nodes:
            self._step()
            match node:
                case Text(text):
                    self._print(text, out)
                case Reference():
                    self._print(self._shown(node), out)
                case Set(target, value):
                    self._assign(target, self._value(value))
                case If(branches, otherwise):
                    held = (body for condition, body in branches if is_true(self._value(condition)))
                    self._block(next(held, otherwise), out)
                case Foreach():
                    self._foreach(node, out)
                case Define(name):
                    self._variables[name] = node
                case Leave(what):
                    raise _Left(what)

    def _print(self, text: str, out: list[str]) -> None:
        self._size += len(text)
        if self._size > MAX_TEXT:
            raise TemplateError("The template makes too long a text.")
        out.append(text)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TemplateError("The template takes too many steps.")
        if time.thread_time() > self._until:
            raise TemplateError("The template takes too long.")

    def _foreach(self, node: Foreach, out: list[str]) -> None:
        items = [*_items(self._value(node.items))]
        if len(items) > MAX_ITERATIONS:
            raise TemplateError(f"#foreach goes {len(items)} times; {MAX_ITERATIONS} is the most.")
        names = (node.name, "foreach", "velocityCount")
        before = {name: self._variables[name] for name in names if name in self._variables}
        for index, item in enumerate(items):
            place = {"index": index, "count": index + 1, "hasNext": index + 1 < len(items)}
            place |= {"first": index == 0, "last": index + 1 == len(items)}
            self._variables |= {node.name: item, "foreach": place, "velocityCount": index + 1}
            try:
                self._block(node.body, out)
            except _Left as left:
                if left.args == ("stop",):
                    raise
                break
        for name in names:
            self._variables.pop(name, None)
        self._variables |= before

    def _shown(self, reference: Reference) -> str:
        if reference.name not in self._variables:
            return "" if reference.quiet else reference.source
        return self._text_of(self._value(reference))

    def _text_of(self, value: Any) -> str:
        if not isinstance(value, Define):
            return text_of(value)
        self._defined += 1
        if self._defined > MAX_DEFINED:
            raise TemplateError("A #define names itself.")
        out: list[str] = []
        self._block(value.body, out)
        self._defined -= 1
        text = "".join(out)
        self._size -= len(text)  # it is printed, and counted, where it was named
        return text

    def _assign(self, target: Reference, value: Any) -> None:
        if not target.steps:
            if value is not None:  # Velocity 1.7 leaves a variable as it was
                self._variables[target.name] = value
            return
        *steps, last = target.steps
        holder = self._walk(Reference(target.source, target.name, tuple(steps)))
        key = last.name if isinstance(last, Property) else None
        if isinstance(last, Index):
            key = self._value(last.index)
        if isinstance(holder, dict) and key is not None:
            holder[text_of(key)] = value
        elif isinstance(holder, list) and isinstance(key, int) and 0 <= key < len(holder):
            holder[key] = value

    def _walk(self, reference: Reference) -> Any:
        value = self._variables.get(reference.name)
        for step in reference.steps:
            self._step()
            match step:
                case Property(name):
                    value = property_of(value, name)
                case Index(index):
                    value = item_of(value, self._value(index))
                case Call(name, arguments):
                    given = [self._value(argument) for argument in arguments]
                    value = call_method(value, name, given)
        return value

    def _value(self, expression: Expression) -> Any:  # noqa: PLR0911 - one per kind
        self._step()
        match expression:
            case Literal(value):
                return value
            case Reference():
                return self._walk(expression)
            case Interpolated(body):
                return self._interpolated(body)
            case ListOf(items):
                return [self._value(item) for item in items]
            case MapOf(pairs):
                return {text_of(self._value(key)): self._value(value) for key, value in pairs}
            case RangeOf(first, last):
                return _range(self._value(first), self._value(last))
            case Operation(operator, operands):
                return self._operation(operator, operands)

    def _interpolated(self, body: tuple[Node, ...]) -> str:
        out: list[str] = []
        self._block(body, out)
        return "".join(out)

    def _operation(self, operator: str, operands: tuple[Expression, ...]) -> Any:
        left = self._value(operands[0])
        if operator == "!":
            return not is_true(left)
        if operator in ("&&", "||"):
            decided = is_true(left) is (operator == "||")
            return is_true(left) if decided else is_true(self._value(operands[1]))
        right = self._value(operands[1])
        if operator in ("==", "!="):
            return are_equal(left, right) is (operator == "==")
        if operator == "+" and (isinstance(left, str) or isinstance(right, str)):
            return joined(text_of(left), text_of(right))
        able = _is_number(left) and _is_number(right)
        return _bounded(_ARITHMETIC[operator](left, right)) if able else None


def _bounded(number: Any) -> Any:
    if isinstance(number, int) and number.bit_length() > MAX_BITS:
        raise TemplateError("A number is too large.")
    return number


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _range(first: Any, last: Any) -> list[int] | None:
    if not (isinstance(first, int) and isinstance(last, int)):
        return None
    if abs(last - first) >= MAX_ITERATIONS * 10:
        raise TemplateError("A range is too long.")
    step = 1 if first <= last else -1
    return [*range(first, last + step, step)]


def _divide(left: float, right: float) -> float | None:
    """Divide as Java: whole numbers towards zero, and nothing by zero."""
    if right == 0:
        return None
    whole = isinstance(left, int) and isinstance(right, int)
    if not whole:
        return left / right
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) is (right < 0) else -quotient


def _remainder(left: float, right: float) -> float | None:
    if right == 0:
        return None
    whole = isinstance(left, int) and isinstance(right, int)
    if not whole:
        return math.fmod(left, right)
    remainder = abs(left) % abs(right)
    return -remainder if left < 0 else remainder


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
    "%": _remainder,
}
