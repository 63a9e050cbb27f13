"""How a function may be named in a call: its name, a partial ARN, or a full ARN.

Source: docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (FunctionName).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpers.cloud.control.constraints import Constraints
from helpers.cloud.errors import ResourceNotFoundException
from helpers.cloud.registry import Key

FUNCTION_NAME_PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?"
    r"(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?"
)
QUALIFIER = r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"
MAX_LENGTH, MAX_QUALIFIER = 256, 128
NAME = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:)?"
    r"(?:(?P<region>[a-z]{2}(?:-gov|-iso[a-z]?)?-(?:central|north|south|east|west)+-\d):)?"
    r"(?:(?P<account>\d{12}):)?"
    r"(?:function:)?(?P<name>[a-zA-Z0-9_.-]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9_-]+))?"
)


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A function name taken apart; None where the caller's own Region or account is meant."""

    name: str
    region: str | None = None
    account_id: str | None = None
    qualifier: str | None = None

    def key(self, *, account_id: str, region: str) -> Key:
        """Return the function's key; a part that was not named is the caller's own.

        Raises ResourceNotFoundException for a function of another Region than `region`, which is
        empty where any will do.
        """
        if region and self.region not in (None, region):
            raise ResourceNotFoundException(
                f"Functions from '{self.region}' are not reachable in this region ('{region}')"
            )
        return (self.account_id or account_id, self.region or region, self.name)


def parse_function_name(text: str, qualifier: str | None = None) -> FunctionName:
    """Take a name or ARN apart; raises ValidationException in AWS's words.

    `qualifier` is the argument beside it, whose faults are told together with the name's.

    >>> parse_function_name("123456789012:function:charge-card:live").qualifier
    'live'
    """
    constraints = Constraints()
    constraints.length("qualifier", qualifier, at_most=MAX_QUALIFIER)
    constraints.pattern("qualifier", qualifier, QUALIFIER)
    constraints.length("functionName", text, at_most=MAX_LENGTH)
    match = NAME.fullmatch(text)
    if match is None:
        constraints.broken(
            "functionName",
            text,
            f"Member must satisfy regular expression pattern: {FUNCTION_NAME_PATTERN}",
        )
    constraints.raise_if_broken()
    assert match is not None
    return FunctionName(match["name"], match["region"], match["account"], match["qualifier"])
