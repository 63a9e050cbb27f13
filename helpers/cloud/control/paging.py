"""Pages of a list: MaxItems, Marker and NextMarker.

A marker is only good for going on where a page ended; here it is the number of the next item.

Source: docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html (50 items at most in a page).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from helpers.cloud.control.constraints import Constraints
from helpers.cloud.errors import InvalidParameterValueException

MAX_ITEMS = 10_000
PAGE = 50


def page(
    name: str,
    every: Sequence[Any],
    query: Mapping[str, str],
    *,
    show: Callable[[Any], Any] = lambda item: item,
) -> dict[str, Any]:
    """Return one page as an answer's document; raises AwsError for a wrong size or marker.

    `show` renders what is on the page.
    """
    count = query.get("MaxItems", str(PAGE))
    wanted = int(count) if count.lstrip("-").isdecimal() else 0
    constraints = Constraints()
    constraints.number("maxItems", wanted, at_least=1, at_most=MAX_ITEMS)
    constraints.raise_if_broken()
    marker = query.get("Marker") or "0"
    if not marker.isdecimal():
        raise InvalidParameterValueException("Invalid pagination token")
    first = int(marker)
    until = first + min(wanted, PAGE)
    document: dict[str, Any] = {name: [show(item) for item in every[first:until]]}
    if until < len(every):
        document["NextMarker"] = str(until)
    return document
