"""What a function did with its execution role, from records, and what the role allows beyond it.

Two kinds of calls count: those of the handler, and those that Lambda makes with the role on the
function's behalf: writing its logs, polling its queue, telling its destination. The latter are
recorded for the role, which other functions may share; what clearly belongs to one is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.cloud.policy.match import Context, action_pattern, resource_pattern
from helpers.views.policy_text import Call, without_stream

SERVICE_SESSION = "awslambda"
LOG_GROUPS = ":log-group:/aws/lambda/"
NO_CONTEXT: Context = {}
Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class RoleUse:
    """The calls of a function: its roles, what was allowed, and what was not."""

    roles: tuple[str, ...]
    allowed: tuple[Call, ...]
    denied: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Beyond:
    """One grant of a role that is wider than what was used; `used` counts the calls within it."""

    action: str
    resource: str
    used: int

    def words(self) -> str:
        """Say what is too much about it."""
        if not self.used:
            return "never used"
        return f"used for {self.used:,} {'call' if self.used == 1 else 'different calls'} only"


def role_use(records: Iterable[Mapping[str, Any]], function: str) -> RoleUse:
    """Return what the records tell of a function's calls, each once, in their order."""
    listed = list(records)
    decisions = [r for r in listed if r.get("kind") == "decision"]
    roles = dict.fromkeys(_session(r)[0] for r in decisions if _tells_role(r, function))
    own = _own(listed, function)
    calls: dict[bool, dict[Call, None]] = {True: {}, False: {}}
    for decision in decisions:
        role, session = _session(decision)
        resource = str(decision["resource"])
        by_lambda = session == SERVICE_SESSION and own.takes(resource)
        if role in roles and (session == function or by_lambda):
            calls[bool(decision["allowed"])][str(decision["action"]), resource] = None
    denied = [call for call in calls[False] if call not in calls[True]]
    return RoleUse(tuple(roles), _apart(calls[True]), _apart(denied))


def _apart(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Return the first of the calls that need the same statement: streams of a log are alike."""
    found: dict[Call, Call] = {}
    for action, resource in calls:
        found.setdefault((action, without_stream(resource)), (action, resource))
    return tuple(found.values())


def _tells_role(decision: Mapping[str, Any], function: str) -> bool:
    role, session = _session(decision)
    about_logs = _group_owner(str(decision["resource"])) == function
    return bool(role) and (session == function or (session == SERVICE_SESSION and about_logs))


def _group_owner(resource: str) -> str:
    """Return the function whose log group a resource is or lies in; empty for others."""
    return resource.partition(LOG_GROUPS)[2].partition(":")[0]


@dataclass(frozen=True, slots=True)
class _Own:
    """Resources that Lambda uses for this function, and for others."""

    function: str
    mine: frozenset[str]
    others: frozenset[str]

    def takes(self, resource: str) -> bool:
        owner = _group_owner(resource)
        if owner:
            return owner == self.function
        return resource in self.mine or resource not in self.others


def _own(records: Iterable[Mapping[str, Any]], function: str) -> _Own:
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for record in records:
        if "function" in record:
            named = (record.get("source"), record.get("target"))
            found[record["function"] == function].update(str(arn) for arn in named if arn)
    return _Own(function, frozenset(found[True]), frozenset(found[False]))


def _session(decision: Mapping[str, Any]) -> tuple[str, str]:
    """Return the role and session of who called; empty for others than roles."""
    _, found, rest = str(decision["principal"]).partition(":assumed-role/")
    role, _, session = rest.rpartition("/")
    return (role, session) if found else ("", "")


def documents(present: object) -> list[Mapping[str, Any]]:
    """Return policy documents from what is at hand: JSON text, a document, or a list of them."""
    if isinstance(present, str):
        return documents(json.loads(present))
    if isinstance(present, Mapping):
        return [present]
    return [document for one in _listed(present) for document in documents(one)]


def beyond(present: object, calls: Iterable[Call]) -> list[Beyond]:
    """Return the grants of present policies that allow more than these calls."""
    used = list(calls)
    return [
        found
        for document in documents(present)
        for statement in _listed(document.get("Statement"))
        if statement.get("Effect") == "Allow"
        for found in _wider(statement, used)
    ]


def _wider(statement: Mapping[str, Any], calls: list[Call]) -> Iterator[Beyond]:
    precise = {(action.lower(), without_stream(resource)) for action, resource in calls}
    for action, covers_action in _patterns(statement, "Action"):
        for resource, covers_resource in _patterns(statement, "Resource"):
            within = sum(covers_action(a) and covers_resource(r) for a, r in calls)
            if (action.lower(), resource) not in precise:
                yield Beyond(action, resource, within)


def _patterns(statement: Mapping[str, Any], element: str) -> list[tuple[str, Test]]:
    """Return each pattern of an element with its test; the Not form is one pattern."""
    negated = f"Not{element}" in statement
    texts = [str(text) for text in _listed(statement.get(f"Not{element}" if negated else element))]
    tests = [_test(text, is_action=element == "Action") for text in texts]
    if negated:
        name = f"everything but {', '.join(texts)}"
        return [(name, lambda value: not any(test(value) for test in tests))]
    return list(zip(texts, tests, strict=True))


def _test(text: str, *, is_action: bool) -> Test:
    pattern = action_pattern(text) if is_action else resource_pattern(text)
    return lambda value: pattern.matches(value, NO_CONTEXT)


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
