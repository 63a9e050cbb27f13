"""Values inside templates: how they print, compare, and which of Java's methods they have.

Templates see strings, numbers, booleans, maps and lists, and the objects that API Gateway gives
them; nothing of Python can be reached. Source: velocity.apache.org/engine/1.7/user-guide.html,
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.http_fronts.templates.errors import TemplateError
from helpers.cloud.regexes import Match, Regex

MAX_TEXT = 10 * 1024 * 1024
MAX_ITEMS = 200_000
MAX_BITS = 4096
"""Of a whole number, as long as text can be made of it in no time."""
Method = Callable[..., Any]


class JsonList(list[Any]):
    """A list that came from JSON: it prints as JSON, where Velocity's own lists do not."""


@dataclass(frozen=True, slots=True)
class HostObject:
    """An object that API Gateway gives to templates, such as $input."""

    name: str
    methods: Mapping[str, Method]
    properties: Mapping[str, Any] = field(default_factory=dict)


def from_json(value: Any) -> Any:
    """Return a JSON value whose lists, at every depth, print as JSON."""
    if isinstance(value, list):
        return JsonList(from_json(item) for item in value)
    if isinstance(value, dict):
        return {name: from_json(item) for name, item in value.items()}
    return value


def measured(value: Any) -> Any:
    """Return a value that is small enough to be walked; raises TemplateError.

    A template can hold one map in another twice, and that one twice again: sixty such steps take
    no room, and their text would fill the world.
    """
    if not isinstance(value, dict | list):
        return value
    left, items, text = [value], 0, 0
    while left:
        one = left.pop()
        items += 1
        if isinstance(one, str):
            text += len(one)
        elif isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one
        if items + len(left) > MAX_ITEMS or text > MAX_TEXT:
            raise TemplateError("A value is too large.")
    return value


def text_of(value: Any) -> str:
    """Return what a value prints as: maps as {a=1}, lists from JSON as JSON, nothing for null."""
    return _text(measured(value))


def _text(value: Any) -> str:  # noqa: PLR0911 - one per kind
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case JsonList():
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        case dict():
            return "{" + ", ".join(f"{k}={_inside(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(_inside(item) for item in value) + "]"
        case HostObject():
            return f"${value.name}"
    return str(value)


def is_true(value: Any) -> bool:
    """Tell whether a condition holds: everything does but false and null."""
    return value is not None and value is not False


def are_equal(left: Any, right: Any) -> bool:
    """Compare as Velocity does: values of different kinds by what they print as."""
    if left is None or right is None:
        return left is right
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    if numbers or type(left) is type(right):
        return bool(measured(left) == measured(right))
    return text_of(left) == text_of(right)


def joined(left: str, right: str) -> str:
    """Return two texts as one; raises TemplateError where it gets too long."""
    if len(left) + len(right) > MAX_TEXT:
        raise TemplateError("The template makes too long a text.")
    return left + right


def property_of(value: Any, name: str) -> Any:
    """Return a property: a map's entry, or what API Gateway's objects have; else None."""
    if isinstance(value, HostObject):
        return value.properties.get(name)
    return value.get(name) if isinstance(value, dict) else None


def item_of(value: Any, index: Any) -> Any:
    """Return value[index]; None where there is none."""
    if isinstance(value, dict):
        return value.get(text_of(index))
    inside = isinstance(value, list) and isinstance(index, int) and -len(value) <= index
    return value[index] if inside and index < len(value) else None


def call_method(value: Any, name: str, arguments: list[Any]) -> Any:
    """Call one of a value's methods; None where it has no such method."""
    method = _method(value, name)
    if method is None:
        return None
    if name in _REPLACING and isinstance(value, str) and arguments:
        longest = len(value) * max(1, len(text_of(arguments[-1])))
        if longest > MAX_TEXT * 10:
            raise TemplateError("The template makes too long a text.")
    try:
        result = method(*arguments)
    except (TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise TemplateError(f"{name} cannot do this: {error}") from error
    if isinstance(result, str) and len(result) > MAX_TEXT:
        raise TemplateError("The template makes too long a text.")
    return result


def _method(value: Any, name: str) -> Method | None:
    if isinstance(value, HostObject):
        return value.methods.get(name)
    kinds = ((str, _STRING), (dict, _MAP), (list, _LIST))
    table = next((methods for kind, methods in kinds if isinstance(value, kind)), {})
    found = table.get(name) or _ANY.get(name)
    if found is None or value is None:
        return None
    return lambda *arguments: found(value, *arguments)


def _inside(value: Any) -> str:
    return "null" if value is None else _text(value)


def _java(replacement: str) -> Callable[[Match], str]:
    """Return what replaces a match: $1 is its first group, and a backslash quotes."""

    def replaced(match: Match) -> str:
        def one(token: re.Match[str]) -> str:
            return token[2] if token[2] is not None else (match[int(token[1])] or "")

        return re.sub(r"\$(\d)|\\(.)", one, replacement)

    return replaced


def _put(value: dict[str, Any], name: Any, item: Any) -> Any:
    before = value.get(text_of(name))
    value[text_of(name)] = item
    return before


def _put_all(value: dict[str, Any], other: Mapping[str, Any]) -> None:
    value.update(other)


def _append(value: list[Any], item: Any) -> bool:
    return _extend(value, [item])


def _extend(value: list[Any], items: list[Any]) -> bool:
    if len(value) + len(items) > MAX_ITEMS:
        raise TemplateError("A list is too long.")
    value.extend(items)
    return bool(items)


def _holds(items: Collection[Any], item: Any) -> bool:
    return any(are_equal(one, item) for one in items)


def _index(value: list[Any], item: Any) -> int:
    return next((at for at, one in enumerate(value) if are_equal(one, item)), -1)


def _split(text: str, pattern: str) -> list[str]:
    parts = Regex(pattern).split(text)
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def _entry(name: str, item: Any) -> HostObject:
    got = {"getKey": lambda: name, "getValue": lambda: item}
    return HostObject("entry", got, {"key": name, "value": item})


_REPLACING = ("replace", "replaceAll", "replaceFirst")
_ANY: dict[str, Method] = {
    "toString": text_of,
    "equals": are_equal,
    "intValue": int,
    "longValue": int,
    "doubleValue": float,
}
_STRING: dict[str, Method] = {
    "length": len,
    "isEmpty": lambda text: not text,
    "contains": lambda text, part: part in text,
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
    "indexOf": lambda text, part: text.find(part),
    "lastIndexOf": lambda text, part: text.rfind(part),
    "substring": lambda text, start, end=None: text[start:end],
    "charAt": lambda text, at: text[at],
    "toLowerCase": lambda text: text.lower(),
    "toUpperCase": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "concat": joined,
    "replace": lambda text, old, new: text.replace(old, new),
    "replaceAll": lambda text, old, new: Regex(old).replace(_java(new), text),
    "replaceFirst": lambda text, old, new: Regex(old).replace(_java(new), text, count=1),
    "matches": lambda text, pattern: Regex(pattern).fullmatch(text) is not None,
    "split": _split,
    "equalsIgnoreCase": lambda text, other: text.lower() == text_of(other).lower(),
}
_MAP: dict[str, Method] = {
    "get": lambda value, name: value.get(text_of(name)),
    "put": _put,
    "putAll": _put_all,
    "remove": lambda value, name: value.pop(text_of(name), None),
    "size": len,
    "isEmpty": lambda value: not value,
    "containsKey": lambda value, name: text_of(name) in value,
    "containsValue": lambda value, item: _holds(value.values(), item),
    "keySet": list,
    "values": lambda value: list(value.values()),
    "entrySet": lambda value: [_entry(name, item) for name, item in value.items()],
}
_LIST: dict[str, Method] = {
    "get": lambda value, at: value[at],
    "size": len,
    "isEmpty": lambda value: not value,
    "contains": _holds,
    "indexOf": _index,
    "add": _append,
    "addAll": _extend,
    "remove": lambda value, at: value.pop(at),
}
