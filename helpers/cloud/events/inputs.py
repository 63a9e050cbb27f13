"""What a target of a rule receives: the event, a part of it, a constant, or a template's text.

Models Input, InputPath and InputTransformer. Of JSON paths it knows members, quoted members,
indices and `[*]`. Source:
docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.cloud.events.eventbridge import Event, compact

MISSING = object()
_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\['(?P<quoted>[^']+)'\]|\[(?P<index>\d+|\*)\]")
_VARIABLE = re.compile(r"<([^<>]+)>")
RESERVED = (
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    "aws.events.event.json",
)
"""Variables that a template may name without a path of its own."""
_ENVELOPE = ("id", "account", "detail-type", "time", "source", "region", "resources", "version")


@dataclass(frozen=True, slots=True)
class Ruled:
    """The rule an event goes through, for the variables that name it."""

    rule_arn: str
    rule_name: str
    ingestion_time: str


def target_input(target: Mapping[str, Any], event: Event, ruled: Ruled) -> str:
    """Return the text that a target receives for an event."""
    if target.get("Input"):
        return str(target["Input"])
    if target.get("InputPath"):
        found = at_path(event, str(target["InputPath"]))
        return compact(None if found is MISSING else found)
    if target.get("InputTransformer"):
        transformer = target["InputTransformer"]
        values = {
            name: at_path(event, path)
            for name, path in (transformer.get("InputPathsMap") or {}).items()
        }
        return _filled(str(transformer["InputTemplate"]), values | _reserved(event, ruled))
    return compact(event)


def at_path(document: Any, path: str) -> Any:
    """Return what a JSON path such as $.detail.items[0] leads to, or MISSING."""
    if not path.startswith("$"):
        return MISSING
    at, found = 1, document
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return MISSING
        found = _follow(found, step)
        if found is MISSING:
            return MISSING
        at = step.end()
        if step["index"] == "*":
            rest = [at_path(item, "$" + path[at:]) for item in found]
            return [item for item in rest if item is not MISSING]
    return found


def is_path(path: str) -> bool:
    """Tell whether a text is a JSON path that the kit knows."""
    return re.fullmatch(rf"\$(?:{_STEP.pattern})*", re.sub(r"\?P<\w+>", "", path)) is not None


def _follow(value: Any, step: re.Match[str]) -> Any:
    name = step["name"] or step["quoted"]
    if name is not None:
        return value.get(name, MISSING) if isinstance(value, Mapping) else MISSING
    if not isinstance(value, list):
        return MISSING
    if step["index"] == "*":
        return value
    index = int(step["index"])
    return value[index] if index < len(value) else MISSING


def _reserved(event: Event, ruled: Ruled) -> dict[str, Any]:
    """Return the values of RESERVED, in its order; the bare event spells detailType otherwise."""
    bare = {name.replace("-t", "T"): event[name] for name in _ENVELOPE if name in event}
    values = (ruled.rule_arn, ruled.rule_name, ruled.ingestion_time, bare, event)
    return dict(zip(RESERVED, values, strict=True))


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """Put values where a template names them: as JSON, or as bare text inside quotes."""
    written, at = [], 0
    for variable in _VARIABLE.finditer(template):
        written.append(template[at : variable.start()])
        at = variable.end()
        if variable[1] not in values:
            written.append(variable[0])
        elif _inside_quotes(template[: variable.start()]):
            written.append(_bare(values[variable[1]]))
        else:
            value = values[variable[1]]
            written.append(compact("" if value is MISSING else value))
    return "".join([*written, template[at:]])


def variables(template: str) -> list[str]:
    """Return the names of the variables of a template, in order.

    >>> variables('{"who": <who>}')
    ['who']
    """
    return _VARIABLE.findall(template)


def _inside_quotes(before: str) -> bool:
    return len(re.findall(r'(?<!\\)"', before)) % 2 == 1


def _bare(value: Any) -> str:
    """Write a value inside a string: its own text; objects and lists lose their quotes."""
    if value is MISSING:
        return ""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)[1:-1]
    return compact(value).replace('"', "") if isinstance(value, (dict, list)) else compact(value)
