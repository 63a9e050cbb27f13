"""The state of an alarm, by AWS's own tables of missing data."""

from __future__ import annotations

import pytest

from helpers.cloud.metrics.evaluation import Criteria, Datapoint, Missing, State, evaluate
from helpers.cloud.metrics.rules import RuleError, parse_rule

OK, ALARM, UNKNOWN, RETAIN = State.OK, State.ALARM, State.INSUFFICIENT_DATA, None
ORDER = (Missing.MISSING, Missing.IGNORE, Missing.BREACHING, Missing.NOT_BREACHING)


def judged(points: str, missing: Missing, *, m: int, n: int = 3) -> State | None:
    """Judge datapoints written as `0 - X`: fine, missing, breaching."""
    value = {"0": 0.0, "X": 9.0, "-": None}
    evaluation_range = [Datapoint(at, value[p]) for at, p in enumerate(points.split())]
    comparison = "GreaterThanThreshold"
    criteria = Criteria(
        periods=n, datapoints=m, comparison=comparison, threshold=5.0, missing=missing
    )
    return evaluate(criteria, evaluation_range).state


@pytest.mark.parametrize(
    ("points", "m", "expected"),
    [
        ("0 - X - X", 3, (OK, OK, OK, OK)),
        ("- - - - 0", 3, (OK, OK, OK, OK)),
        ("- - - - -", 3, (UNKNOWN, RETAIN, ALARM, OK)),
        ("0 X X - X", 3, (ALARM, ALARM, ALARM, ALARM)),
        ("- - X - -", 3, (ALARM, RETAIN, ALARM, OK)),
        ("0 - X - X", 2, (ALARM, ALARM, ALARM, ALARM)),
        ("0 0 X 0 X", 2, (ALARM, ALARM, ALARM, ALARM)),
        ("0 - X - -", 2, (OK, OK, ALARM, OK)),
        ("- - - - 0", 2, (OK, OK, ALARM, OK)),
        ("- - - X -", 2, (ALARM, RETAIN, ALARM, OK)),
        ("- - - - X", 3, (RETAIN, RETAIN, ALARM, OK)),
    ],
)
def test_missing_data_is_treated_as_the_alarm_says(
    points: str, m: int, expected: tuple[State | None, ...]
):
    """Each row of AWS's tables, for the four ways to treat missing data."""
    assert expected == tuple(judged(points, missing, m=m) for missing in ORDER)


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanThreshold", (False, False, True)),
        ("GreaterThanOrEqualToThreshold", (False, True, True)),
        ("LessThanThreshold", (True, False, False)),
        ("LessThanOrEqualToThreshold", (True, True, False)),
    ],
)
def test_comparison_operators(comparison: str, breaching: tuple[bool, ...]):
    """Each operator compares the value with the threshold."""
    criteria = Criteria(periods=1, datapoints=1, comparison=comparison, threshold=5.0)

    assert breaching == tuple(criteria.breaches(value) for value in (4, 5, 6))


@pytest.mark.parametrize(
    ("points", "missing", "reason"),
    [
        (
            (7.0,),
            Missing.MISSING,
            "Threshold Crossed: 1 out of the last 1 datapoints [7.0 (01/01/70 00:00:00)] was "
            "greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).",
        ),
        (
            (2.0,),
            Missing.MISSING,
            "Threshold Crossed: 1 out of the last 1 datapoints [2.0 (01/01/70 00:00:00)] was not "
            "greater than the threshold (5.0) (minimum 1 datapoint for ALARM -> OK transition).",
        ),
        ((None,), Missing.MISSING, "Insufficient Data: 1 datapoint was unknown."),
        (
            (None,),
            Missing.NOT_BREACHING,
            "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint "
            "was treated as [NonBreaching].",
        ),
        (
            (None,),
            Missing.BREACHING,
            "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint "
            "was treated as [Breaching].",
        ),
    ],
)
def test_reasons_have_the_words_of_cloudwatch(
    points: tuple[float | None, ...], missing: Missing, reason: str
):
    """StateReason says how many datapoints crossed the threshold, or that there were none."""
    criteria = Criteria(
        periods=1,
        datapoints=1,
        comparison="GreaterThanThreshold",
        threshold=5.0,
        missing=missing,
    )

    said = evaluate(criteria, [Datapoint(at, value) for at, value in enumerate(points)])

    assert reason == said.reason


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(a)", True),
        ('ALARM("a") AND OK("b")', True),
        ("NOT ALARM(a) OR INSUFFICIENT_DATA(b)", False),
        ("(ALARM(a) OR ALARM(b)) AND NOT OK(a)", True),
        ("TRUE AND NOT FALSE", True),
        ("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a)", True),
        ("ALARM(gone)", False),
    ],
)
def test_rules_of_composite_alarms(rule: str, expected: bool):
    """A rule joins the states of other alarms; AND binds closer than OR."""
    assert expected == parse_rule(rule).truth({"a": ALARM, "b": OK}.get)


@pytest.mark.parametrize(
    "rule", ["", "ALARM", "ALARM()", "ALARM(a", "ALARM(a) ALARM(b)", "(ALARM(a)", "NOT", "x(a)"]
)
def test_a_rule_that_cannot_be_read_is_refused(rule: str):
    """A malformed rule raises RuleError, however it is malformed."""
    with pytest.raises(RuleError):
        parse_rule(rule)
    with pytest.raises(RuleError):
        parse_rule("(" * 200 + "TRUE" + ")" * 200)
