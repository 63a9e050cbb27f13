"""The state of a metric alarm, from its latest datapoints: M out of N, and missing data.

CloudWatch looks at a few periods more than EvaluationPeriods. If enough of them have data, the
latest ones that have decide; only then missing ones are treated as TreatMissingData says.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

MORE_PERIODS = 2
"""How many periods beyond EvaluationPeriods the evaluation range has here; AWS gives no number."""


class State(StrEnum):
    """StateValue of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Missing(StrEnum):
    """TreatMissingData."""

    MISSING = "missing"
    IGNORE = "ignore"
    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A ComparisonOperator: what it computes, and its words in a StateReason."""

    breaches: Callable[[float, float], bool]
    words: str


COMPARISONS: Mapping[str, Comparison] = {
    "GreaterThanOrEqualToThreshold": Comparison(operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": Comparison(operator.gt, "greater than"),
    "LessThanThreshold": Comparison(operator.lt, "less than"),
    "LessThanOrEqualToThreshold": Comparison(operator.le, "less than or equal to"),
}


@dataclass(frozen=True, slots=True)
class Datapoint:
    """The value of one period, None when it is missing; `at` is its start in Unix seconds."""

    at: float
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What makes an alarm: N periods, M of them breaching, the comparison, missing data."""

    periods: int
    datapoints: int
    comparison: str
    threshold: float
    missing: Missing = Missing.MISSING

    def breaches(self, value: float) -> bool:
        """Tell whether a value is on the wrong side of the threshold."""
        return COMPARISONS[self.comparison].breaches(value, self.threshold)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state that the data says, why in CloudWatch's words, and the datapoints looked at.

    `state` None leaves the alarm as it is.
    """

    state: State | None
    reason: str = ""
    datapoints: Sequence[Datapoint] = ()


def evaluate(criteria: Criteria, evaluation_range: Sequence[Datapoint]) -> Verdict:
    """Judge the datapoints of the evaluation range, the oldest first."""
    n, m = criteria.periods, criteria.datapoints
    real = [point for point in evaluation_range if point.value is not None]
    used = real[-n:]
    breaching = [p for p in used if p.value is not None and criteria.breaches(p.value)]
    fine = [p for p in used if p not in breaching]
    filled = n - len(used)
    if criteria.missing is Missing.BREACHING and filled:
        return _with_filled(criteria, used, breaching, fine, filled)
    if len(breaching) >= m:
        return _crossed(criteria, used, breaching, State.ALARM)
    if criteria.missing is Missing.NOT_BREACHING and filled:
        return _with_filled(criteria, used, breaching, fine, filled)
    if criteria.missing is Missing.MISSING and filled and breaching and not fine:
        age = len(evaluation_range) - evaluation_range.index(breaching[0])
        if age >= m:
            return _crossed(criteria, used, breaching, State.ALARM)
    return _crossed(criteria, used, fine, State.OK) if fine else _unknown(criteria, used)


def _unknown(criteria: Criteria, used: Sequence[Datapoint]) -> Verdict:
    """Judge where the data says nothing: insufficient if there is none, else as it was."""
    if used or criteria.missing is not Missing.MISSING:
        return Verdict(None)
    n = criteria.periods
    plural = "datapoint was" if n == 1 else "datapoints were"
    return Verdict(State.INSUFFICIENT_DATA, f"Insufficient Data: {n} {plural} unknown.")


def _with_filled(
    criteria: Criteria,
    used: Sequence[Datapoint],
    breaching: Sequence[Datapoint],
    fine: Sequence[Datapoint],
    filled: int,
) -> Verdict:
    breaks = criteria.missing is Missing.BREACHING
    count = len(breaching) + (filled if breaks else 0)
    state = State.ALARM if count >= criteria.datapoints else State.OK
    treated = "Breaching" if breaks else "NonBreaching"
    times = "datapoint was" if filled == 1 else "datapoints were"
    addition = f"{filled} missing {times} treated as [{treated}]."
    if not used:
        periods = "1 period" if criteria.periods == 1 else f"{criteria.periods} periods"
        reason = f"Threshold Crossed: no datapoints were received for {periods} and {addition}"
        return Verdict(state, reason, used)
    shown = breaching if state is State.ALARM else fine or breaching
    verdict = _crossed(criteria, used, shown, state)
    return Verdict(state, f"{verdict.reason[:-1]} and {addition}", used)


def _crossed(
    criteria: Criteria, used: Sequence[Datapoint], shown: Sequence[Datapoint], state: State
) -> Verdict:
    values = ", ".join(f"{p.value} ({_moment(p.at)})" for p in reversed(shown))
    verb = "was" if len(shown) == 1 else "were"
    negation = "" if state is State.ALARM else "not "
    words = COMPARISONS[criteria.comparison].words
    needed = (
        criteria.datapoints if state is State.ALARM else criteria.periods - criteria.datapoints + 1
    )
    change = "OK -> ALARM" if state is State.ALARM else "ALARM -> OK"
    plural = "datapoint" if needed == 1 else "datapoints"
    reason = (
        f"Threshold Crossed: {len(shown)} out of the last {len(used)} datapoints [{values}] {verb} "
        f"{negation}{words} the threshold ({criteria.threshold}) "
        f"(minimum {needed} {plural} for {change} transition)."
    )
    return Verdict(state, reason, used)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%d/%m/%y %H:%M:%S")
