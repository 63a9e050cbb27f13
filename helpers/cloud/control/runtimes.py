"""Which runtimes a function may be created or updated with on a given day.

Models the ladder after deprecation: a deprecated runtime can still be used for a while, then
creating is blocked, then updating; existing functions keep running. Left out: runtime versions
pinned by ARN, customer-managed runtimes.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html (days in facts.json); messages as
AWS's answers in public reports have them.
"""

from __future__ import annotations

from datetime import date

from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.facts import Runtime, load_facts


def check_creatable(runtime: str, *, today: date) -> None:
    """Raise InvalidParameterValueException if no function may be created with this runtime."""
    if not _known(runtime, today).can_create(today):
        raise _no_longer_supported(runtime)


def check_updatable(runtime: str, *, today: date) -> None:
    """Raise InvalidParameterValueException if functions with this runtime may not be changed."""
    if not _known(runtime, today).can_update(today):
        raise _no_longer_supported(runtime)


def _known(runtime: str, today: date) -> Runtime:
    runtimes = load_facts().runtimes
    if runtime in runtimes:
        return runtimes[runtime]
    usable = ", ".join(name for name, each in runtimes.items() if each.can_create(today))
    raise InvalidParameterValueException(
        f"Value {runtime} at 'runtime' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{usable}] or be a valid ARN"
    )


def _no_longer_supported(runtime: str) -> InvalidParameterValueException:
    return InvalidParameterValueException(
        f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS "
        "Lambda functions. We recommend you use a supported runtime while creating or updating "
        "functions."
    )
