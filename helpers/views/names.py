"""Names from records, made harmless and short: users choose them, so they may hold anything."""

from __future__ import annotations

import re
from collections.abc import Iterable

from helpers.views.svg import shortened

UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
"""What breaks a line, turns the direction of its neighbours round, or cannot be seen."""
LONGEST = 48
BY_PLACE = re.compile(r"statement \d+")


def named(text: object, longest: int = LONGEST) -> str:
    r"""Return a name on one line, its unseen characters shown as one that is seen.

    >>> named("a\u202eb\nc")
    'a�b�c'
    """
    return shortened(UNSEEN.sub("\ufffd", str(text)), longest)


def statement_name(name: object) -> str:
    """Return what to call a statement of a policy, which has a Sid or only a place.

    >>> statement_name("ReadPhotos"), statement_name("statement 2")
    ('statement ReadPhotos', 'statement 2')
    """
    shown = named(name)
    return shown if BY_PLACE.fullmatch(shown) else f"statement {shown}"


def resource_name(arn: str) -> str:
    """Return what people call a resource: the last part of its ARN or URL.

    >>> resource_name("arn:aws:kinesis:us-east-1:123456789012:stream/clicks")
    'clicks'
    """
    if ":table/" in arn:
        return arn.split(":table/", 1)[1].split("/", 1)[0]
    return arn.rsplit(":", 1)[-1].rsplit("/", 1)[-1]


def spans(numbers: Iterable[int]) -> str:
    """Return numbers as people write them.

    >>> spans([1, 2, 3, 5, 7, 8])
    '1–3, 5, 7–8'
    """
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in found)


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "message"), counted(2000, "message")
    ('1 message', '2,000 messages')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
