"""What to add or remove so that a call is decided otherwise, from the record of its decision.

Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and
docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.views.names import named, statement_name
from helpers.views.policy_text import document, exact, statement, without_stream

Decided = Mapping[str, Any]
OF_RESOURCE = ("resource-based policy", "role trust policy", "key policy")
LIMITS = ("permissions boundary", "session policy")


@dataclass(frozen=True, slots=True)
class Advice:
    """Sentences to read, and the policy document to add; empty where none helps."""

    sentences: tuple[str, ...]
    document: str = ""
    hint: str = ""


def advice(decision: Decided) -> Advice:
    """Return what would change a decision."""
    decided = decision["statement"]
    if decision["allowed"]:
        return Advice(tuple(_how_to_take_away(decision)))
    if decided is not None:
        where = f"{statement_name(decided['name'])} of {named(decided['policy'])}"
        return Advice(
            (
                f"Remove {where}, or narrow it until it does not match this call.",
                "Adding an Allow changes nothing: an explicit deny beats every allow.",
            )
        )
    return _for_missing_allow(decision)


def caller(principal: str) -> str:
    """Name who called, as people do.

    >>> caller("arn:aws:sts::123456789012:assumed-role/thumb-role/thumbnail")
    'thumbnail, with the role thumb-role'
    """
    _, found, rest = principal.partition(":assumed-role/")
    if found:
        role, _, session = rest.rpartition("/")
        if session == "awslambda":
            return f"Lambda, with the role {named(role)}"
        return f"{named(session)}, with the role {named(role)}"
    if principal == "*":
        return "anybody"
    kind, _, name = principal.rpartition(":")[2].partition("/")
    return f"{named(kind)} {named(name)}" if name else named(principal)


def _how_to_take_away(decision: Decided) -> Iterator[str]:
    decided = decision["statement"]
    if decided is None:
        yield "No statement was needed: the account's root user may do everything."
        return
    where = f"{statement_name(decided['name'])} of {named(decided['policy'])}"
    yield f"Remove {where} to take this away, or add a Deny, which beats it."
    body = decided["statement"]
    wide = [
        f"{element} {_joined(body[element])}"
        for element in ("Action", "NotAction", "Resource", "NotResource")
        if element in body and not _is_this_call(element, body[element], decision)
    ]
    if wide:
        yield f"It allows more than this call: {'; '.join(wide)}."


def _is_this_call(element: str, value: object, decision: Decided) -> bool:
    if element == "Action":
        return str(value).lower() == str(decision["action"]).lower()
    return element == "Resource" and value in (
        exact(decision["resource"]),
        without_stream(decision["resource"]),
    )


def _for_missing_allow(decision: Decided) -> Advice:
    kind = str(decision.get("policy_type") or "identity-based policy")
    added = [statement([str(decision["action"])], [without_stream(str(decision["resource"]))])]
    near = tuple(_near_misses(decision, kind))
    if kind in OF_RESOURCE:
        added[0] = _naming(decision, added[0], trust=kind == "role trust policy")
        whose = (
            "the role's trust policy"
            if added[0].get("Resource") is None
            else ("the resource's own policy")
        )
        sentences = [f"No statement of {whose} lets {caller(decision['principal'])} do this."]
        if "Condition" in added[0]:
            sentences.append(
                f"The condition names the source: {decision['principal']} calls for every account."
            )
        return Advice((*sentences, *near), document(added), f"Add to {whose}:")
    if kind in LIMITS:
        sentence = (
            f"The {kind} does not allow it. It grants nothing, but what it leaves out is denied, "
            "whatever other policies allow."
        )
        return Advice((sentence, *near), document(added), f"Add to the {kind}:")
    return Advice(near, document(added), f"Add for {_owner(decision['principal'])}:")


def _near_misses(decision: Decided, kind: str) -> Iterator[str]:
    """Say which statements of the missing kind nearly allowed the call."""
    for policy in decision.get("policies", ()):
        for said in policy["statements"] if policy["policyType"] == kind else ():
            where = f"S{statement_name(said['name'])[1:]} of {named(policy['policy'])}"
            if said["effect"] != "Allow":
                continue
            body = said["statement"]
            if not said["resource"]:
                element = "Resource" if "Resource" in body else "NotResource"
                yield (
                    f"{where} allows the action, but its {element} is {_joined(body[element])}. "
                    "Is that a slip? Then correct it."
                )
            elif not said["principal"]:
                yield f"{where} names another principal."
            for unmet in said["unmet"]:
                was = _joined(unmet["was"]) if unmet["was"] else "no such key"
                yield (
                    f"{where} wants {named(unmet['key'])} {named(unmet['operator'])} "
                    f"{_joined(unmet['wanted'])}; the call had {was}. If that is meant, change "
                    "the call and not the policy."
                )


def _naming(decision: Decided, added: dict[str, Any], *, trust: bool) -> dict[str, Any]:
    principal = str(decision["principal"])
    kind = "Service" if principal.endswith(".amazonaws.com") else "AWS"
    named_one = {"Effect": "Allow", "Principal": {kind: principal}, "Action": added["Action"]}
    if trust:
        return named_one
    condition = _only_for(decision) if kind == "Service" else {}
    return {**named_one, "Resource": added["Resource"], **condition}


def _only_for(decision: Decided) -> dict[str, Any]:
    """Return the condition that keeps a service to the resource for which it called."""
    source = str(decision.get("source", ""))
    if not source:
        return {}
    condition: dict[str, Any] = {"ArnLike": {"aws:SourceArn": exact(source)}}
    owner = str(decision["resource"]).split(":")[4:5]
    if source.split(":")[4:5] == [""] and any(owner):  # a bucket's ARN holds no account
        condition["StringEquals"] = {"aws:SourceAccount": owner[0]}
    return {"Condition": condition}


def _owner(principal: str) -> str:
    _, found, rest = principal.partition(":assumed-role/")
    return f"the role {named(rest.rpartition('/')[0])}" if found else caller(principal)


def _joined(value: object) -> str:
    listed = value if isinstance(value, list | tuple) else [value]
    shown = ", ".join(named(one, 120) for one in listed[:3])
    return f"{shown}, …" if len(listed) > 3 else shown
