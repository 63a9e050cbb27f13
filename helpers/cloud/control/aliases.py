"""What CreateAlias and UpdateAlias refuse, before an alias is stored.

Models constraints of the API model, versions that do not exist, and the rules of weighted aliases:
two versions, weights from 0 to 1, never $LATEST, the same execution role and dead-letter queue.
AWS documents the last rule without its sentence; the words here are the kit's.

Source: docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html; botocore's
lambda/2015-03-31/service-2.json; sentences as AWS's answers in public reports have them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.cloud.control.constraints import Constraints
from helpers.cloud.errors import (
    InvalidParameterValueException,
    ResourceNotFoundException,
    ValidationException,
)
from helpers.cloud.model import LATEST
from helpers.cloud.registry import Key, PublishedFunction, function_arn

NAME_PATTERN = r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)"
VERSION_PATTERN = r"(\$LATEST|[0-9]+)"
WEIGHTS = "routingConfig.additionalVersionWeights"
EACH_VERSION = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member "
    "must have length greater than or equal to 1, Member must satisfy regular expression pattern: "
    "[0-9]+, Member must not be null]"
)
EACH_WEIGHT = (
    "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member "
    "must have value greater than or equal to 0.0, Member must not be null]"
)


@dataclass(frozen=True, slots=True)
class WantedAlias:
    """An alias as it shall be: where it points, and the weights of further versions."""

    name: str
    version: str
    weights: Mapping[str, float] = field(default_factory=dict)


def check_members(name: str | None, version: str | None, description: str | None) -> None:
    """Raise ValidationException for members that break the API model."""
    constraints = Constraints()
    constraints.required("name", name)
    constraints.pattern("name", name, NAME_PATTERN)
    constraints.length("name", name, at_least=1, at_most=128)
    constraints.required("functionVersion", version)
    constraints.pattern("functionVersion", version, VERSION_PATTERN)
    constraints.length("description", description, at_most=256)
    constraints.raise_if_broken()


def weights_of(routing: Any) -> dict[str, float]:
    """Return the weights of a RoutingConfig; raises ValidationException for wrong ones."""
    weights = (routing or {}).get("AdditionalVersionWeights") or {}
    shown = (
        "{" + ", ".join(f"{version}={_shown(weight)}" for version, weight in weights.items()) + "}"
    )
    for version, weight in weights.items():
        if re.fullmatch("[0-9]+", version) is None:
            raise _broken(shown, EACH_VERSION)
        number = isinstance(weight, (int, float)) and not isinstance(weight, bool)
        if not number or not 0.0 <= weight <= 1.0:
            raise _broken(shown, EACH_WEIGHT)
    return {version: float(weight) for version, weight in weights.items()}


def check_alias(wanted: WantedAlias, function: PublishedFunction, key: Key) -> None:
    """Raise the AwsError that an alias with these versions and weights is answered with."""
    main = _version(function, key, wanted.version)
    if not wanted.weights:
        return
    if len(wanted.weights) > 1:
        raise InvalidParameterValueException(
            "Number of items in AdditionalVersionWeights cannot be greater than 1"
        )
    (other,) = wanted.weights
    if other == wanted.version:
        raise InvalidParameterValueException(
            f"Invalid function version {other}. Function version {other} is already included in "
            "routing configuration."
        )
    if wanted.version == LATEST:
        raise InvalidParameterValueException(
            "$LATEST is not supported for an alias pointing to more than 1 version"
        ).without_type()
    second = _version(function, key, other)
    for what, one, two in (
        ("execution role", main.role_arn, second.role_arn),
        ("dead-letter queue configuration", main.dead_letter_arn, second.dead_letter_arn),
    ):
        if one != two:
            raise InvalidParameterValueException(
                f"The function versions {wanted.version} and {other} of a weighted alias must have "
                f"the same {what}."
            )


def _version(function: PublishedFunction, key: Key, version: str) -> Any:
    found = function.versions.get(version)
    if found is None:
        raise ResourceNotFoundException(f"Function not found: {function_arn(key, version)}")
    return found


def _shown(weight: Any) -> str:
    """Return a weight as AWS repeats it: a whole number has a point too."""
    return str(float(weight) if isinstance(weight, int) else weight)


def _broken(shown: str, constraint: str) -> ValidationException:
    return ValidationException(
        f"1 validation error detected: Value '{shown}' at '{WEIGHTS}' failed to satisfy "
        f"constraint: {constraint}"
    )
