"""Constraints of the API model, and AWS's sentence about values that break them.

Models the validation every AWS API does before a service sees the request: all broken constraints
of a request are told at once, as one ValidationException.

Source: constraints (pattern, min, max, enum) in botocore's lambda/2015-03-31/service-2.json; the
sentences as AWS's answers in public reports have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from helpers.cloud.errors import AwsError, ValidationException

ARN_PATTERN = (
    r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?"
    r"-[a-z]+-\d{1})?:(\d{12})?:(.*)"
)
"""What the model wants of the ARN of another service's resource."""
KMS_KEY_PATTERN = r"(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()"
HIDDEN = object()
"""A value AWS does not repeat in its answer, because the model marks it as sensitive."""


def sentence(member: str, value: object, constraint: str) -> str:
    """Return AWS's sentence: `Value '0' at 'timeout' failed to satisfy constraint: ...`."""
    if value is HIDDEN:
        shown = "Value"
    elif value is None:
        shown = "Value null"
    else:
        shown = f"Value '{value}'"
    return f"{shown} at '{member}' failed to satisfy constraint: {constraint}"


def detected(sentences: Sequence[str]) -> str:
    """Return the whole message: `2 validation errors detected: ...; ...`."""
    plural = "" if len(sentences) == 1 else "s"
    return f"{len(sentences)} validation error{plural} detected: {'; '.join(sentences)}"


class Constraints:
    """Collects what one request breaks; each check passes over members that are absent."""

    def __init__(self) -> None:
        self._broken: list[str] = []

    def broken(self, member: str, value: object, constraint: str) -> None:
        """Note a constraint that the caller found broken."""
        self._broken.append(sentence(member, value, constraint))

    def required(self, member: str, value: object) -> None:
        """Want a value."""
        if value is None:
            self.broken(member, None, "Member must not be null")

    def pattern(self, member: str, value: str | None, pattern: str) -> None:
        """Want the whole value to match."""
        if value is not None and re.fullmatch(pattern, value) is None:
            text = f"Member must satisfy regular expression pattern: {pattern}"
            self.broken(member, value, text)

    def length(
        self, member: str, value: str | None, *, at_least: int = 0, at_most: int | None = None
    ) -> None:
        """Want so many characters."""
        if value is None:
            return
        if at_most is not None and len(value) > at_most:
            self.broken(member, value, f"Member must have length less than or equal to {at_most}")
        if len(value) < at_least:
            self.broken(
                member, value, f"Member must have length greater than or equal to {at_least}"
            )

    def number(self, member: str, value: int | str | None, *, at_least: int, at_most: int) -> None:
        """Want a number between the two, inclusive; CloudFormation templates write it as text."""
        if value is None:
            return
        try:
            value = int(value)
        except ValueError:
            raise AwsError(
                "STRING_VALUE can not be converted to an Integer",
                code="SerializationException",
                http_status=400,
            ) from None
        if value > at_most:
            self.broken(member, value, f"Member must have value less than or equal to {at_most}")
        if value < at_least:
            self.broken(
                member, value, f"Member must have value greater than or equal to {at_least}"
            )

    def one_of(self, member: str, value: str | None, allowed: Iterable[str]) -> None:
        """Want one of the values of an enum."""
        names = list(allowed)
        if value is not None and value not in names:
            listed = ", ".join(names)
            self.broken(member, value, f"Member must satisfy enum value set: [{listed}]")

    def single(self, member: str, values: Sequence[str] | None, allowed: Iterable[str]) -> None:
        """Want a list of exactly one value of an enum."""
        if values is None:
            return
        shown, listed = f"[{', '.join(values)}]", ", ".join(allowed)
        if len(values) > 1:
            self.broken(member, shown, "Member must have length less than or equal to 1")
        elif not values:
            self.broken(member, shown, "Member must have length greater than or equal to 1")
        if any(value not in listed.split(", ") for value in values):
            each = f"Member must satisfy enum value set: [{listed}], Member must not be null"
            self.broken(member, shown, f"Member must satisfy constraint: [{each}]")

    def items(
        self, member: str, values: Sequence[str] | None, *, at_least: int = 0, at_most: int
    ) -> None:
        """Want a list of so many items."""
        if values is None or at_least <= len(values) <= at_most:
            return
        word, bound = ("less", at_most) if len(values) > at_most else ("greater", at_least)
        problem = f"Member must have length {word} than or equal to {bound}"
        self.broken(member, f"[{', '.join(values)}]", problem)

    def each(
        self, member: str, values: Sequence[str], pattern: str, *, at_least: int = 1, at_most: int
    ) -> None:
        """Want every item of a list to match, with so many characters; AWS shows all of them."""
        if any(re.fullmatch(pattern, value) is None or len(value) > at_most for value in values):
            each = (
                f"Member must have length less than or equal to {at_most}, Member must have length "
                f"greater than or equal to {at_least}, Member must satisfy regular expression "
                f"pattern: {pattern}" + (", Member must not be null" if at_least else "")
            )
            self.broken(
                member, f"[{', '.join(values)}]", f"Member must satisfy constraint: [{each}]"
            )

    def keys(self, member: str, mapping: Iterable[str], pattern: str) -> None:
        """Want every key of a map to match; the map is sensitive, so AWS names no key."""
        if any(re.fullmatch(pattern, key) is None for key in mapping):
            each = f"Member must satisfy regular expression pattern: {pattern}"
            self.broken(member, HIDDEN, f"Map keys must satisfy constraint: [{each}]")

    def raise_if_broken(self) -> None:
        """Raise one ValidationException with every sentence, if there is any."""
        if self._broken:
            raise ValidationException(detected(self._broken))
