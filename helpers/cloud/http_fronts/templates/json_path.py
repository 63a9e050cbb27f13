"""JSONPath as mapping templates use it: members, indices, wildcards, slices, descent, length().

A definite path gives one value; one with a wildcard, slice, union or descent gives a list. Left
out: filter expressions. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from helpers.cloud.http_fronts.templates.errors import TemplateError

_STEP = re.compile(
    r"""\.\.(?P<descend>\w[\w-]*|\*)
      | \.(?P<length>length\(\))
      | \.(?P<name>[\w$@][\w$@ -]*|\*)
      | \[\s*(?P<inside>'(?:[^'\\]|\\.)*'(?:\s*,\s*'(?:[^'\\]|\\.)*')*
                       |"(?:[^"\\]|\\.)*"|\*|-?\d*:-?\d*|-?\d+(?:\s*,\s*-?\d+)*)\s*\]
    """,
    re.VERBOSE,
)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
Step = Callable[[Any], Iterator[Any]]


def read_path(document: Any, path: str) -> Any:
    """Return what a path finds in a JSON document; None where nothing is there.

    >>> read_path({"pets": [{"name": "Rex"}, {"name": "Tom"}]}, "$.pets[0].name")
    'Rex'
    >>> read_path({"pets": [{"name": "Rex"}, {"name": "Tom"}]}, "$.pets[*].name")
    ['Rex', 'Tom']
    """
    if not path.startswith("$"):
        path = f"$.{path}"
    found, definite, at = [document], True, 1
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise TemplateError(f"Invalid JSONPath expression: {path}")
        step, one = _step(match)
        definite = definite and one
        found = [value for each in found for value in step(each)]
        at = match.end()
    return (found[0] if found else None) if definite else found


def _step(match: re.Match[str]) -> tuple[Step, bool]:
    """Return what a step does, and whether it finds one value at most."""
    if match["descend"] is not None:
        return _descendants(match["descend"]), False
    if match["length"] is not None:
        return _length, True
    name = match["name"]
    if name is not None:
        return (_every, False) if name == "*" else (_members([name.strip()]), True)
    return _bracket(match["inside"])


def _bracket(inside: str) -> tuple[Step, bool]:
    if inside == "*":
        return _every, False
    if inside[0] in "'\"":
        names = [re.sub(r"\\(.)", r"\1", one or two) for one, two in _QUOTED.findall(inside)]
        return _members(names), len(names) == 1
    if ":" in inside:
        start, _, stop = inside.partition(":")
        wanted = slice(int(start) if start else None, int(stop) if stop else None)
        return lambda value: iter(value[wanted] if isinstance(value, list) else ()), False
    indices = [int(index) for index in inside.split(",")]
    return _items(indices), len(indices) == 1


def _members(names: list[str]) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, dict):
            yield from (value[name] for name in names if name in value)

    return step


def _items(indices: list[int]) -> Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, list):
            yield from (value[i] for i in indices if -len(value) <= i < len(value))

    return step


def _every(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _length(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list | str):
        yield len(value)


def _descendants(name: str) -> Step:
    def step(value: Any) -> Iterator[Any]:
        waiting = [value]
        while waiting:
            here = waiting.pop(0)
            yield from _every(here) if name == "*" else _members([name])(here)
            waiting.extend(_every(here))

    return step
