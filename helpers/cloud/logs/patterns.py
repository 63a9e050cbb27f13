"""Filter patterns of CloudWatch Logs: terms, JSON selectors, space-delimited fields.

Used by FilterLogEvents, metric filters and subscription filters. A pattern that matches gives the
values that a metric filter may use: `$.latency` of JSON, `$bytes` of fields.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from helpers.cloud.json_text import read_json
from helpers.cloud.logs.pattern_conditions import (
    Condition,
    PatternError,
    conditions,
    field_value,
    found_by,
)

MAX_PATTERN = 1024
Extracted = Mapping[str, Any]
FIELD = re.compile(r'\[[^\]]*\]|"(?:[^"\\]|\\.)*"|\S+')
TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|([^\s"]+))')


class Pattern:
    """A pattern that was read; `match` tries a message."""

    def __init__(self, find: Callable[[str], Extracted | None]) -> None:
        self._find = find

    def match(self, message: str) -> Extracted | None:
        """Return what the pattern extracts from a message, or None if it does not match."""
        return self._find(message)


@lru_cache(maxsize=256)
def parse_pattern(text: str) -> Pattern:
    """Read a filter pattern; raises PatternError.

    >>> parse_pattern('{ $.level = "ERROR" && $.ms > 100 }').match('{"level":"ERROR","ms":250}')
    {'level': 'ERROR', 'ms': 250}
    >>> parse_pattern("[ip, user, ..., status=4*, bytes]").match("::1 ann x y 404 17")["$bytes"]
    '17'
    >>> parse_pattern("ERROR -timeout").match("ERROR: timeout") is None
    True
    """
    if len(text) > MAX_PATTERN:
        raise PatternError(
            "1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MAX_PATTERN}"
        )
    stripped = text.strip()
    if stripped.startswith("{"):
        return Pattern(_json_pattern(stripped))
    if stripped.startswith("["):
        return Pattern(_fields_pattern(stripped))
    return Pattern(_terms(stripped))


def _terms(text: str) -> Callable[[str], Extracted | None]:
    needed: list[Callable[[str], bool]] = []
    optional: list[Callable[[str], bool]] = []
    refused: list[Callable[[str], bool]] = []
    at = 0
    while text[at:].strip():
        found = TERM.match(text, at)
        if found is None:
            raise PatternError("Invalid filter pattern")
        at = found.end()
        {"": needed, "?": optional, "-": refused}[found[1]].append(_term(found))

    def find(message: str) -> Extracted | None:
        if optional and not needed:
            wanted = any(one(message) for one in optional)
        else:
            wanted = all(one(message) for one in needed)
        return {} if wanted and not any(one(message) for one in refused) else None

    return find


def _term(found: re.Match[str]) -> Callable[[str], bool]:
    if found[3] is not None:
        return found_by(found[3])
    text = found[4] if found[2] is None else re.sub(r"\\(.)", r"\1", found[2])
    return lambda message: text in message


def _json_pattern(text: str) -> Callable[[str], Extracted | None]:
    if not text.endswith("}"):
        raise PatternError("Invalid filter pattern")
    condition = conditions(text[1:-1])

    def find(message: str) -> Extracted | None:
        if not message.lstrip().startswith(("{", "[")):
            return None
        try:
            document = read_json(message)
        except ValueError:
            return None
        if not condition(lambda selector: field_value(document, selector)):
            return None
        return document if isinstance(document, dict) else {"": document}

    return find


def _fields_pattern(text: str) -> Callable[[str], Extracted | None]:
    if not text.endswith("]"):
        raise PatternError("Invalid filter pattern")
    parts = [part.strip() for part in _split(text[1:-1])]
    rules: list[tuple[str, Condition | None]] = []
    for position, part in enumerate(parts):
        name = re.match(r"[\w.]*", part)
        assert name is not None
        rest = part[name.end() :].strip()
        rules.append((name[0] or f"{position + 1}", conditions(part) if rest else None))
        if part == "...":
            rules[-1] = ("...", None)

    def find(message: str) -> Extracted | None:
        values = [_bare(field) for field in FIELD.findall(message)]
        placed = _placed(rules, values)
        if placed is None:
            return None
        fields = {f"${name}": value for name, value in placed.items()}
        for name, condition in rules:
            if condition is not None and not condition(lambda s: placed.get(s.lstrip("$"))):
                return None
            del name
        return fields

    return find


def _placed(rules: list[tuple[str, Condition | None]], values: list[str]) -> dict[str, str] | None:
    names = [name for name, _ in rules]
    if "..." not in names:
        return dict(zip(names, values, strict=True)) if len(names) == len(values) else None
    gap = names.index("...")
    after = len(names) - gap - 1
    if len(values) < gap + after:
        return None
    first = dict(zip(names[:gap], values, strict=False))
    last = dict(zip(names[gap + 1 :], values[len(values) - after :], strict=False))
    return {**first, **(last if after else {})}


def _split(text: str) -> list[str]:
    return re.findall(r'(?:"[^"]*"|%[^%]*%|[^,"%])+', text)


def _bare(field: str) -> str:
    return field[1:-1] if field[:1] in ('"', "[") and len(field) > 1 else field
