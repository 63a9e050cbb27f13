"""What tags of a function may be: AWS's restrictions on keys, values and their number.

AWS documents the restrictions without all of their sentences; the words about lengths and prefix
are the kit's.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.cloud.control.constraints import Constraints
from helpers.cloud.errors import InvalidParameterValueException

MAX_KEY, MAX_VALUE, MAX_TAGS = 128, 256, 50


def check_tags(given: Any, held: Mapping[str, str]) -> dict[str, str]:
    """Return the tags of a request; raises AwsError where they break AWS's restrictions."""
    constraints = Constraints()
    constraints.required("tags", given)
    constraints.raise_if_broken()
    if not given:
        raise InvalidParameterValueException(
            "An error occurred and the request cannot be processed."
        )
    if any(str(name).lower().startswith("aws:") for name in given):
        raise InvalidParameterValueException("Tag keys cannot start with the prefix aws:")
    if any(
        not 1 <= len(name) <= MAX_KEY or len(value) > MAX_VALUE for name, value in given.items()
    ):
        raise InvalidParameterValueException(
            f"A tag's key has 1 to {MAX_KEY} characters, and its value {MAX_VALUE} at most."
        )
    if len({*held, *given}) > MAX_TAGS:
        raise InvalidParameterValueException("Number of tags exceeds resource tag limit.")
    return dict(given)
