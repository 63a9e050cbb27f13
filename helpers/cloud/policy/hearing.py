"""What every policy said about a call: which statements spoke of its action, and what they missed.

IAM answers with one decision. Whoever repairs a policy wants to know more: the statement that
nearly allowed the call, and the part of it that did not match.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from helpers.cloud.policy.evaluate import Asked, Policies, asked
from helpers.cloud.policy.principals import Naming

if TYPE_CHECKING:
    from helpers.cloud.policy.document import Statement
    from helpers.cloud.policy.evaluate import Named
    from helpers.cloud.policy.match import Context
    from helpers.cloud.policy.request import Request


def hear(request: Request, policies: Policies) -> tuple[dict[str, object], ...]:
    """Return each policy with its statements about the request's action, as JSON.

    A statement has its `name`, `effect` and JSON, whether `resource` and `principal` matched, and
    the conditions that did not hold (`unmet`), with what the request had instead.
    """
    call = asked(request, policies)
    return tuple(_heard(named, call) for named in policies.all())


def _heard(named: Named, call: Asked) -> dict[str, object]:
    name, policy = named
    about = [s for s in (*policy.denies, *policy.allows) if call.action_met(s)]
    return {
        "policy": name,
        "policyType": str(policy.type),
        "statements": tuple(
            {
                "name": statement.name,
                "effect": str(statement.effect),
                "resource": call.resource_met(statement),
                "principal": call.naming(statement) is not Naming.NOT,
                "unmet": tuple(_unmet(statement, call.context)),
                "statement": dict(statement.document),
            }
            for statement in sorted(about, key=lambda statement: statement.index)
        ),
    }


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
