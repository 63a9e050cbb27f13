"""The least policy of a function: what it did with its role, and what the role allows beyond it.

from helpers.views import least_policy
policy = least_policy(lab.records(), "thumbnail")
iam.put_role_policy(RoleName=..., PolicyName=..., PolicyDocument=policy.document)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from helpers.cloud.errors import KitError
from helpers.views.marks import Box, mark, stop
from helpers.views.names import counted, named
from helpers.views.panel import aligned
from helpers.views.policy_picture import MARGIN, WIDTH, PolicyPicture, Proposal, policy_picture
from helpers.views.policy_text import Call, document, least_statements
from helpers.views.role_use import Beyond, RoleUse, beyond, role_use
from helpers.views.svg import Svg, label, line, shortened
from helpers.views.theme import Fill, Ink, Shape

LINE, RESOURCES_LEFT = 20.0, 262.0
MOST_RESOURCES, MOST_BEYOND, MOST_DENIED, SHORT_ENOUGH = 5, 14, 8, 5
INLINE_LIMIT = 10_240
"""Characters of all inline policies of a role, spaces and line ends not counted.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""
WIDER, DENIED = (Shape.UP, Fill.ORANGE), (Shape.CROSS, Fill.RED)
HINT = "The policy, ready for put_role_policy:"


def least_policy(
    records: Iterable[Mapping[str, Any]],
    function: str,
    *,
    present: object = None,
    denied: bool = False,
) -> PolicyPicture:
    """Return the least policy that would have allowed what a function did; `.document` is its JSON.

    `present` is the role's policy, or a list of them, as documents or JSON text: the picture then
    shows what it allows beyond. Calls that were denied stay out unless `denied=True`: an attacker's
    attempts must not become permissions.

    >>> least_policy(lab.records(), "thumbnail").document   # doctest: +SKIP
    """
    use = role_use(records, function)
    calls = use.allowed + (use.denied if denied else ())
    if not calls:
        raise KitError(
            f"The records tell of no call that {named(function)} was allowed to make.",
            why="IAM is asked when a handler calls AWS, and when its logs are written.",
            next_step="Invoke the function, then run this cell again.",
            anchor="nothing-to-draw",
        )
    statements = least_statements(calls)
    too_much = [] if present is None else beyond(present, calls)
    left_out = () if denied else use.denied
    drawn, top = _statements(statements)
    notes = _notes(statements)
    for note in notes:
        drawn.append(label(note, MARGIN, top + 14, fill=Ink.SOFT))
        top += LINE
    sections = ([] if present is None else [_beyond_section(too_much)]) + (
        [_denied_section(left_out)] if left_out else []
    )
    for heading, rows in sections:
        section, top = _section(heading, rows, top)
        drawn += section
    title = _title(function, use, statements, calls)
    told = _text(statements, notes, sections)
    return policy_picture(title, told, top + 6, drawn, Proposal(document(statements), HINT))


Row = tuple[Shape, Fill, str, str]
Section = tuple[str, list[Row]]


def _title(
    function: str, use: RoleUse, statements: list[dict[str, Any]], calls: Iterable[Call]
) -> str:
    roles = ", ".join(named(role) for role in use.roles)
    return (
        f"Least policy for {named(function)}, role {roles}: "
        f"{counted(len(statements), 'statement')} for {counted(len(list(calls)), 'different call')}"
    )


def _statements(statements: list[dict[str, Any]]) -> tuple[list[Svg], float]:
    """Draw each statement: its actions, and the resources beside them."""
    drawn, top, before = [], 4.0, ""
    for statement in statements:
        actions, resources = _listed(statement["Action"]), _listed(statement["Resource"])
        service = actions[0].partition(":")[0]
        if service != before:
            drawn.append(line(MARGIN, top, WIDTH - MARGIN, top, stroke=Ink.GRID, stroke_width=0.6))
            drawn.append(label(named(service, 16), MARGIN, top + 14, font_weight=600))
            before = service
        shown = [named(resource, 74) for resource in resources[:MOST_RESOURCES]]
        if len(resources) > MOST_RESOURCES:
            shown.append(f"… and {len(resources) - MOST_RESOURCES:,} more")
        height = LINE * max(len(actions), len(shown))
        drawn.append(
            stop(
                statement["Sid"],
                f"{', '.join(actions)} on {', '.join(shown)}",
                Box(MARGIN + 88, top, WIDTH - 2 * MARGIN - 88, height),
                *(
                    mark(
                        Shape.CIRCLE,
                        Fill.GREEN,
                        shortened(action.partition(":")[2], 26),
                        MARGIN + 92,
                        top + LINE * place + LINE / 2,
                    )
                    for place, action in enumerate(actions)
                ),
                *(
                    label(text, RESOURCES_LEFT, top + LINE * place + 14, font_size=11)
                    for place, text in enumerate(shown)
                ),
            )
        )
        top += height
    return drawn, top + 4


def _notes(statements: list[dict[str, Any]]) -> list[str]:
    """Return what one should know of these statements."""
    notes = []
    for statement in statements:
        resources = _listed(statement["Resource"])
        common = _shared_start(resources)
        if len(resources) > SHORT_ENOUGH and common.count(":") >= SHORT_ENOUGH:
            notes.append(
                f"{len(resources):,} resources of {named(statement['Sid'])} begin with "
                f"{named(common, 60)}: that and * would be shorter, and wider."
            )
    size = len("".join(document(statements).split()))
    if size > INLINE_LIMIT:
        notes.append(
            f"{size:,} characters are too many: inline policies of a role have {INLINE_LIMIT:,}."
        )
    return notes


def _shared_start(texts: list[str]) -> str:
    first, last = min(texts), max(texts)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


def _beyond_section(found: list[Beyond]) -> Section:
    rows = [
        (
            Shape.UP,
            Fill.ORANGE,
            f"{named(one.action, 30)} on {named(one.resource, 56)}",
            one.words(),
        )
        for one in found[:MOST_BEYOND]
    ]
    if len(found) > MOST_BEYOND:
        rows.append((*WIDER, f"… and {len(found) - MOST_BEYOND:,} more", ""))
    heading = "The role allows beyond it" if found else "The role allows nothing beyond it"
    return heading, rows


def _denied_section(calls: Iterable[Call]) -> Section:
    listed = list(calls)
    rows = [
        (*DENIED, f"{named(action, 30)} on {named(resource, 72)}", "")
        for action, resource in listed[:MOST_DENIED]
    ]
    if len(listed) > MOST_DENIED:
        rows.append((*DENIED, f"… and {len(listed) - MOST_DENIED:,} more", ""))
    return "Tried, denied, and not in it", rows


def _section(heading: str, rows: list[Row], top: float) -> tuple[list[Svg], float]:
    drawn = [
        line(MARGIN, top + 2, WIDTH - MARGIN, top + 2, stroke=Ink.GRID, stroke_width=0.6),
        label(heading, MARGIN, top + 20, font_weight=600),
    ]
    top += 28
    for place, (outline, fill, words, said) in enumerate(rows):
        middle = top + LINE * place + LINE / 2
        told = f"{words}: {said}" if said else words
        drawn.append(
            stop(
                f"{heading} {place}",
                told,
                Box(MARGIN, middle - LINE / 2, WIDTH - 2 * MARGIN, LINE),
                mark(outline, fill, shortened(words, 94), MARGIN + 4, middle),
                label(said, WIDTH - MARGIN - 4, middle + 4, text_anchor="end", font_size=11),
            )
        )
    return drawn, top + LINE * len(rows) + 4


def _text(statements: list[dict[str, Any]], notes: list[str], sections: list[Section]) -> str:
    pairs = []
    for statement in statements:
        resources = _listed(statement["Resource"])
        shown = [named(resource, 200) for resource in resources[:MOST_RESOURCES]]
        if len(resources) > MOST_RESOURCES:
            shown.append(f"… and {len(resources) - MOST_RESOURCES:,} more")
        pairs.append((", ".join(_listed(statement["Action"])), "\n".join(shown)))
    parts = [aligned(pairs), *notes]
    for heading, rows in sections:
        parts.append(heading)
        parts += [f"  {words}{f': {said}' if said else ''}" for _, _, words, said in rows]
    return "\n".join(parts)


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
