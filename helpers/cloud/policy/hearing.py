"""What every policy said about a call: which statements spoke of its action, and what they missed.

IAM answers with one decision. Whoever repairs a policy wants to know more: the statement that
nearly allowed the call, and the part of it that did not match.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from helpers.cloud.policy.evaluate import Asked, Policies, asked
from helpers.cloud.policy.principals import Naming

if TYPE_CHECKING:
    from helpers.cloud.policy.document import Statement
    from helpers.cloud.policy.evaluate import Named
    from helpers.cloud.policy.match import Context
    from helpers.cloud.policy.request import Request


def hear(request: Request, policies: Policies) -> tuple[Mapping[str, object], ...]:
    """Return each policy with its statements about the request's action, as JSON.

    A statement has its `name`, `effect` and JSON, whether `resource` and `principal` matched, and
    the conditions that did not hold (`unmet`), with what the request had instead. What is said
    again is the same object, for every decision is kept: do not change it.
    """
    call = asked(request, policies)
    return tuple(_heard(named, call) for named in policies.all())


def _heard(named: Named, call: Asked) -> Mapping[str, object]:
    name, policy = named
    about = [s for s in (*policy.denies, *policy.allows) if call.action_met(s)]
    said = tuple(_said(s, call) for s in sorted(about, key=lambda s: s.index))
    return _as_json(name, str(policy.type), said)


@dataclass(frozen=True, slots=True)
class _Said:
    """One statement and how it meets a request; equal to another of the very same document."""

    name: str
    effect: str
    resource: bool
    principal: bool
    unmet: str
    place: int
    document: Mapping[str, object] = field(compare=False)

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "effect": self.effect,
            "resource": self.resource,
            "principal": self.principal,
            "unmet": tuple(json.loads(self.unmet)),
            "statement": self.document,
        }


def _said(statement: Statement, call: Asked) -> _Said:
    return _Said(
        statement.name,
        str(statement.effect),
        call.resource_met(statement),
        call.naming(statement) is not Naming.NOT,
        json.dumps([*_unmet(statement, call.context)]) if statement.conditions else "[]",
        id(statement.document),
        statement.document,
    )


@lru_cache(maxsize=1024)
def _as_json(name: str, kind: str, said: tuple[_Said, ...]) -> Mapping[str, object]:
    statements = tuple(statement.as_json() for statement in said)
    return {"policy": name, "policyType": kind, "statements": statements}


def _unmet(statement: Statement, context: Context) -> Iterator[dict[str, object]]:
    written = statement.document.get("Condition") or {}
    assert isinstance(written, Mapping)
    operators = [
        (op, key, wanted) for op, block in written.items() for key, wanted in block.items()
    ]
    for (operator, key, wanted), condition in zip(operators, statement.conditions, strict=True):
        if not condition.holds(context):
            was = list(context.get(condition.key, ()))
            yield {"operator": operator, "key": key, "wanted": wanted, "was": was}
