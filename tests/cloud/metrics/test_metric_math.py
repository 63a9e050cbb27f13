"""Metric math: expressions over series."""

from __future__ import annotations

import pytest

from helpers.cloud.metrics.data_queries import DataQuery, MetricStat, TimeRange, queried
from helpers.cloud.metrics.expressions import ExpressionError
from helpers.cloud.metrics.store import Metric, MetricStore

ERRORS = Metric("AWS/Lambda", "Errors", (("FunctionName", "charge"),))
INVOCATIONS = Metric("AWS/Lambda", "Invocations", (("FunctionName", "charge"),))
HOUR = TimeRange(0, 240)


@pytest.fixture
def store() -> MetricStore:
    """Return four minutes: 10, 20, 40 invocations with 1, 0, 10 errors; then none."""
    store = MetricStore()
    for minute, (invocations, errors) in enumerate(((10, 1), (20, 0), (40, 10))):
        at = 60 * minute + 1
        store.observe([(INVOCATIONS, "Count", at, 1.0)] * invocations)
        if errors:
            store.observe([(ERRORS, "Count", at, 1.0)] * errors)
    return store


def values(store: MetricStore, expression: str) -> list[float]:
    """Return the values of an expression over e (errors) and i (invocations)."""
    queries = [
        DataQuery(id="e", stat=MetricStat(ERRORS, "Sum", 60), returns=False),
        DataQuery(id="i", stat=MetricStat(INVOCATIONS, "Sum", 60), returns=False),
        DataQuery(id="q", expression=expression),
    ]
    (line,) = queried(store, queries, HOUR)["q"]
    return list(line.points.values())


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("e / i * 100", [10, 25]),
        ("FILL(e, 0) / i * 100", [10, 0, 25]),
        ("FILL(e, REPEAT)", [1, 1, 10, 10]),
        ("FILL(e, LINEAR)", [1, 5.5, 10, 10]),
        ("IF(i > 15, e, 0)", [0, 10]),
        ("IF(i >= 20, 1, 0)", [0, 1, 1]),
        ("IF(i == 20 OR i == 40, i)", [20, 40]),
        ("SUM(METRICS())", [11, 20, 50]),
        ('SUM(METRICS("Err"))', [1, 10]),
        ("AVG([i, FILL(e, 0)])", [5.5, 10, 25, 0]),
        ("i - AVG(i)", [10 - 70 / 3, 20 - 70 / 3, 40 - 70 / 3]),
        ("RATE(i)", [10 / 60, 20 / 60]),
        ("DIFF(i)", [10, 20]),
        ("RUNNING_SUM(i)", [10, 30, 70]),
        ("MAX([e, i])", [10, 20, 40]),
        ("MIN(i, 15)", [10, 15, 15]),
        ("CEIL(i / 3)", [4, 7, 14]),
        ("-i + 2^3", [-2, -12, -32]),
        ("i / (i - 20)", [-1, 2]),
        ("PERIOD(i)", [60, 60, 60, 60]),
        ("TIME_SERIES(7)", [7, 7, 7, 7]),
        ("MINUTE(i)", [0, 1, 2]),
        ("SORT([e, i], SUM, DESC)[0]", [10, 20, 40]),
        ("FIRST([i, e])", [10, 20, 40]),
        ("SUM(SEARCH('{AWS/Lambda,FunctionName} MetricName=\"Errors\"', 'Sum', 60))", [1, 10]),
        ("SUM(SEARCH('{AWS/Lambda,FunctionName} Inv OR charge', 'Sum'))", [11, 20, 50]),
    ],
)
def test_an_expression_is_computed(store: MetricStore, expression: str, expected: list[float]):
    """Functions and operators give the values that AWS documents."""
    assert expected == pytest.approx(values(store, expression))


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("", "Unexpected end of expression"),
        ("e +", "Unexpected end"),
        ("(e", "Expected ')'"),
        ("e e", "Unexpected token 'e'"),
        ("nobody * 2", "Undefined variable 'nobody'"),
        ("q + 1", "refers to itself"),
        ("FROB(e)", "Unsupported function: FROB"),
        ("e / 'x'", "A number or a time series is needed"),
        ("e # 2", "Unexpected character '#'"),
        ("FILL(e)", "The arguments of FILL are not valid"),
        ("ANOMALY_DETECTION_BAND(e, 2)", "not available in the local account"),
        ('SELECT AVG(Duration) FROM "AWS/Lambda"', "Metrics Insights is not available"),
        ("SEARCH('{AWS/Lambda', 'Sum', 60)", "opening brace"),
        ("(" * 100 + "e" + ")" * 100, "nested too deeply"),
        ("METRICS()", "does not come"),
    ],
)
def test_a_wrong_expression_is_told(store: MetricStore, expression: str, words: str):
    """What cannot be read or computed is refused with the query's Id and the reason."""
    if words == "does not come":
        queries = [DataQuery(id="q", expression=expression)]
        assert [] == queried(store, queries, HOUR)["q"]
        return
    with pytest.raises(ExpressionError, match="Error in expression 'q': ") as refused:
        values(store, expression)
    assert words in str(refused.value)


def test_a_search_gives_a_line_for_each_metric(store: MetricStore):
    """SEARCH returns the metrics that fit, and none that has no data."""
    text = "SEARCH('{AWS/Lambda,FunctionName} NOT Throttles', 'Sum', 120)"

    lines = queried(store, [DataQuery(id="q", expression=text)], HOUR)["q"]

    assert ["charge Invocations", "charge Errors"] == [line.label for line in lines]
