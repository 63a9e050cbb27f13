"""The policy view: a call, what every policy said of it, what decided, and what would change it.

from helpers.views import decision_view
decision_view(lab.records(), action="dynamodb:GetItem")
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from helpers.cloud.errors import KitError
from helpers.views.decision_advice import OF_RESOURCE, advice, caller
from helpers.views.marks import Box, mark, stop
from helpers.views.names import named, statement_name
from helpers.views.panel import aligned, indented
from helpers.views.policy_picture import (
    MARGIN,
    WIDTH,
    PolicyPicture,
    Proposal,
    policy_picture,
    wrapped,
)
from helpers.views.svg import Svg, label, line, rectangle, shortened
from helpers.views.theme import SIGNS, Fill, Ink, Shape, shape

Decided = Mapping[str, Any]
LINE, VALUES, CHIP = 20.0, 110.0, 150.0
MOST_STATEMENTS = 12
YES, NO = (Shape.CIRCLE, Fill.GREEN), (Shape.CROSS, Fill.RED)


def decision_view(
    decision: Decided | Iterable[Mapping[str, Any]],
    *,
    action: str = "",
    principal: str = "",
    resource: str = "",
    allowed: bool | None = None,
) -> PolicyPicture:
    """Draw one decision of IAM: a record of it, or the last of these records that fits.

    Without further words that is the last denial, or the last decision where nothing was denied.
    `action`, `principal` and `resource` are parts of those of the call, in any case.

    >>> decision_view(lab.records(), action="GetItem")      # doctest: +SKIP
    """
    if isinstance(decision, Mapping):
        return _drawn(decision)
    wanted = {"action": action, "principal": principal, "resource": resource}
    fitting = [
        record
        for record in decision
        if record.get("kind") == "decision"
        and all(part.lower() in str(record[name]).lower() for name, part in wanted.items())
        and allowed in (None, record["allowed"])
    ]
    if not fitting:
        raise KitError(
            "The records hold no such decision.",
            why="Calls of the administrator are not asked about, so they leave none.",
            next_step="Invoke the function first, or ask for less: decision_view(lab.records()).",
            anchor="nothing-to-draw",
        )
    denied = [record for record in fitting if not record["allowed"]]
    return _drawn((denied or fitting)[-1])


def title_of(decision: Decided) -> str:
    """Return who may or may not do what, in one line."""
    verdict = "Allowed" if decision["allowed"] else "Denied"
    return f"{verdict}: {named(decision['action'])} by {caller(decision['principal'])}"


def _drawn(decision: Decided) -> PolicyPicture:
    advised = advice(decision)
    drawn, top = _facts(decision), LINE * 3 + 14
    drawn.append(label("What the policies said", MARGIN, top + 14, font_weight=600))
    top += 24
    for policy in decision.get("policies", ()):
        rows = _policy(decision, policy, top)
        drawn += rows
        top += LINE * len(rows) + 6
    if not decision.get("policies"):
        drawn.append(label("No policy bears on this call.", MARGIN + 8, top + 14))
        top += LINE + 6
    outline, fill = YES if decision["allowed"] else NO
    drawn.append(line(MARGIN, top + 2, WIDTH - MARGIN, top + 2, stroke=Ink.GRID))
    drawn.append(shape(outline, MARGIN + 6, top + 17, fill))
    drawn.append(label(_verdict(decision), MARGIN + 22, top + 21, font_weight=600))
    top += 28
    for sentence in advised.sentences:
        for part in wrapped(sentence, 112):
            drawn.append(label(part, MARGIN, top + 14))
            top += 17
        top += 3
    return policy_picture(
        title_of(decision),
        _text(decision, advised.sentences),
        top + 6,
        drawn,
        Proposal(advised.document, advised.hint),
    )


def _facts(decision: Decided) -> list[Svg]:
    facts = (
        ("who", str(decision["principal"])),
        ("action", str(decision["action"])),
        ("resource", str(decision["resource"])),
    )
    drawn = []
    for place, (name, value) in enumerate(facts):
        baseline = 16 + LINE * place
        drawn.append(label(name, MARGIN, baseline, font_weight=600))
        drawn.append(label(named(value, 96), VALUES, baseline))
    return drawn


def _verdict(decision: Decided) -> str:
    decided = decision["statement"]
    if decided is not None:
        effect = "allows it" if decision["allowed"] else "denies it explicitly"
        where = f"S{statement_name(decided['name'])[1:]} of {named(decided['policy'])}"
        return f"{where} {effect}."
    if decision["allowed"]:
        return "Allowed without a statement."
    kind = decision.get("policy_type") or "policy"
    return f"No {kind} allows it: what nothing allows is denied."


def _policy(decision: Decided, policy: Mapping[str, Any], top: float) -> list[Svg]:
    """Draw a policy's name and each of its statements about the action, a row each."""
    name = f"{named(policy['policy'], 60)} · {policy['policyType']}"
    said = policy["statements"]
    silent = "" if said else f": says nothing about {named(decision['action'])}"
    box = Box(MARGIN, top, WIDTH - 2 * MARGIN, LINE)
    head = shortened(f"{name}{silent}", 112)
    rows = [stop(f"{name} {top}", head, box, label(head, MARGIN + 8, top + 14))]
    for place, statement in enumerate(said[:MOST_STATEMENTS], 1):
        rows.append(_statement(decision, policy, statement, top + LINE * place))
    if len(said) > MOST_STATEMENTS:
        more = f"… and {len(said) - MOST_STATEMENTS:,} more statements"
        rows.append(label(more, MARGIN + 28, top + LINE * len(rows) + 14, fill=Ink.SOFT))
    return rows


def _statement(
    decision: Decided, policy: Mapping[str, Any], said: Mapping[str, Any], top: float
) -> Svg:
    middle = top + LINE / 2
    name = f"{said['effect']} · {named(said['name'], 20)}"
    chips = _chips(policy, said)
    decided = " decided" if _decided(decision, policy, said) else ""
    told = ", ".join(words for _, words in chips)
    frame = (
        [rectangle(MARGIN + 20, top, WIDTH - 2 * MARGIN - 20, LINE, rx=3, fill=Ink.SHADE)]
        if decided
        else []
    )
    return stop(
        f"{policy['policy']} {said['name']} {top}",
        f"{name}: {told}{',' * bool(decided)}{decided}",
        Box(MARGIN + 20, top, WIDTH - 2 * MARGIN - 20, LINE),
        *frame,
        label(f"{name}{' ◀ decided' if decided else ''}", MARGIN + 28, middle + 4, font_weight=600),
        *(
            mark(*(YES if met else NO), words, 282 + CHIP * place, middle)
            for place, (met, words) in enumerate(chips)
        ),
    )


def _chips(policy: Mapping[str, Any], said: Mapping[str, Any]) -> list[tuple[bool, str]]:
    """Return which parts of a statement matched the call, in words."""
    chips = [(True, "action matches")]
    resource = bool(said["resource"])
    chips.append((resource, "resource matches" if resource else "other resource"))
    if policy["policyType"] in OF_RESOURCE:
        principal = bool(said["principal"])
        chips[0] = (principal, "principal matches" if principal else "other principal")
    if "Condition" in said["statement"]:
        met = not said["unmet"]
        chips.append((met, "condition holds" if met else "condition not met"))
    return chips


def _decided(decision: Decided, policy: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    decided = decision["statement"]
    return decided is not None and (decided["policy"], decided["name"], decided["policyType"]) == (
        policy["policy"],
        said["name"],
        policy["policyType"],
    )


def _text(decision: Decided, sentences: tuple[str, ...]) -> str:
    facts = aligned(
        (name, named(decision[key], 200))
        for name, key in (("who", "principal"), ("action", "action"), ("resource", "resource"))
    )
    told = [facts]
    for policy in decision.get("policies", ()):
        name = f"{named(policy['policy'], 60)} ({policy['policyType']})"
        if not policy["statements"]:
            told.append(f"  {name} says nothing about the action")
        for said in policy["statements"]:
            parts = ", ".join(
                f"{SIGNS[(YES if met else NO)[0]]} {words}" for met, words in _chips(policy, said)
            )
            mine = " ◀ decided" if _decided(decision, policy, said) else ""
            told.append(f"  {name}, {said['effect']} {named(said['name'], 40)}: {parts}{mine}")
    told.append(_verdict(decision))
    told += [indented(sentence) for sentence in sentences]
    return "\n".join(told)
