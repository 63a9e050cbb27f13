"""The arithmetic of an account's concurrency: what may be reserved, what may be provisioned.

A part of the account's concurrency must stay unreserved, 100 of 1,000 on AWS. What a function
provisions comes out of its own reservation, or else out of the unreserved rest.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html,
provisioned-concurrency.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.cloud.errors import InvalidParameterValueException, ValidationException


@dataclass(frozen=True, slots=True)
class AccountConcurrency:
    """One Region of an account: its limit, the unreserved minimum, and who has what by name."""

    limit: int
    minimum: int
    reserved: Mapping[str, int]
    provisioned: Mapping[str, int]

    @property
    def unreserved(self) -> int:
        """What no function has reserved: UnreservedConcurrentExecutions of GetAccountSettings."""
        return self.limit - sum(self.reserved.values())

    def check_reserved(self, name: str, wanted: object) -> None:
        """Raise AWS's error unless the function may reserve so much."""
        if not isinstance(wanted, int) or isinstance(wanted, bool):
            problem = "Member must not be null" if wanted is None else "Member must be an integer"
            raise _invalid("reservedConcurrentExecutions", wanted, problem)
        if wanted < 0:
            at_least = "Member must have value greater than or equal to 0"
            raise _invalid("reservedConcurrentExecutions", wanted, at_least)
        if self._left_without(name) - wanted < self.minimum:
            raise InvalidParameterValueException(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{self.minimum}]."
            ).without_type()
        provisioned = self.provisioned.get(name, 0)
        if provisioned > wanted:
            raise InvalidParameterValueException(
                f" ReservedConcurrentExecutions  {wanted} should not be lower than function's "
                f"total provisioned concurrency [{provisioned}]."
            ).without_type()

    def check_provisioned(self, name: str, wanted: int, *, others: int) -> None:
        """Raise AWS's error unless the function may provision so much beside its `others`."""
        reserved = self.reserved.get(name)
        if reserved is not None:
            if wanted + others > reserved:
                raise InvalidParameterValueException(
                    "Requested Provisioned Concurrency should not be greater than the "
                    "reservedConcurrentExecution for function"
                )
            return
        left = self._left_without(name) - others
        if wanted > left:
            raise InvalidParameterValueException(
                "Specified ConcurrentExecutions for function is greater than account's "
                f"unreserved concurrency [{left}]."
            ).without_type()
        if left - wanted < self.minimum:
            raise InvalidParameterValueException(
                "Specified ConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{self.minimum}]."
            ).without_type()

    def _left_without(self, name: str) -> int:
        """Return what is left when the named function has neither reserved nor provisioned."""
        reserved = sum(count for other, count in self.reserved.items() if other != name)
        provisioned = sum(
            count
            for other, count in self.provisioned.items()
            if other != name and other not in self.reserved
        )
        return self.limit - reserved - provisioned


def _invalid(member: str, value: object, problem: str) -> ValidationException:
    shown = "null" if value is None else value
    return ValidationException(
        f"1 validation error detected: Value '{shown}' at '{member}' failed to satisfy "
        f"constraint: {problem}"
    )


def check_provisioned_number(wanted: object) -> int:
    """Return ProvisionedConcurrentExecutions as a number of at least 1, or raise AWS's error."""
    member = "provisionedConcurrentExecutions"
    if not isinstance(wanted, int) or isinstance(wanted, bool):
        problem = "Member must not be null" if wanted is None else "Member must be an integer"
        raise _invalid(member, wanted, problem)
    if wanted < 1:
        raise _invalid(member, wanted, "Member must have value greater than or equal to 1")
    return wanted
