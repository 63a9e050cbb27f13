"""What PutMetricAlarm asks for, read and checked.

Left out, and refused by name: alarms on anomaly detection.
Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.cloud.errors import AwsError
from helpers.cloud.metrics.data_queries import DataQuery, MetricStat
from helpers.cloud.metrics.evaluation import COMPARISONS, Criteria, Missing
from helpers.cloud.metrics.statistics import SIMPLE, statistic
from helpers.cloud.metrics.store import Metric

MAX_ACTIONS = 5
WEEK_S, DAY_S = 604_800, 86_400
OF_BANDS = (
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
)
"""Comparisons with a band that CloudWatch learned."""
GROWING = ("Sum", "SampleCount", "Maximum")
"""Statistics that can only grow while a period lasts."""
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSettings:
    """A metric alarm as asked for; `early` says that a running period can decide already."""

    params: Params
    criteria: Criteria
    queries: Sequence[DataQuery]
    period: int
    early: bool

    @property
    def returned(self) -> DataQuery:
        """The query whose line is judged."""
        return next(query for query in self.queries if query.returns)


def invalid(message: str) -> AwsError:
    """Return CloudWatch's ValidationError."""
    return AwsError(message, code="ValidationError", http_status=400)


def metric_of(params: Params) -> Metric:
    """Return the metric that Namespace, MetricName and Dimensions name."""
    dimensions = sorted((d["Name"], d["Value"]) for d in params.get("Dimensions") or ())
    return Metric(params.get("Namespace", ""), params.get("MetricName", ""), tuple(dimensions))


def data_query(params: Params) -> DataQuery:
    """Read a MetricDataQuery; raises AwsError."""
    stat, expression = params.get("MetricStat"), params.get("Expression")
    if (stat is None) == (expression is None):
        raise invalid(
            f"Exactly one of MetricStat and Expression must be given for {params.get('Id')}."
        )
    if stat is not None and statistic(stat["Stat"]) is None:
        raise invalid(f"The value {stat['Stat']} for parameter Stat is not supported.")
    return DataQuery(
        id=params["Id"],
        stat=None
        if stat is None
        else MetricStat(
            metric_of(stat["Metric"]), stat["Stat"], int(stat["Period"]), stat.get("Unit")
        ),
        expression=expression,
        period=int(params["Period"]) if params.get("Period") else None,
        label=params.get("Label"),
        returns=params.get("ReturnData") is not False,
    )


def alarm_settings(params: Params) -> AlarmSettings:
    """Read the parameters of PutMetricAlarm; raises AwsError."""
    _check(params)
    if params.get("Metrics"):
        queries = [data_query(query) for query in params["Metrics"]]
        if sum(query.returns for query in queries) != 1:
            raise invalid("Exactly one element of the metrics list should return data.")
        period = max((q.stat.period for q in queries if q.stat), default=0)
        period = period or next((q.period for q in queries if q.period), 60)
    else:
        queries, period = [_only_query(params)], int(params["Period"])
    _check_length(int(params["EvaluationPeriods"]), period)
    comparison, first = params["ComparisonOperator"], queries[0].stat
    return AlarmSettings(
        params=params,
        criteria=Criteria(
            periods=int(params["EvaluationPeriods"]),
            datapoints=int(params.get("DatapointsToAlarm") or params["EvaluationPeriods"]),
            comparison=comparison,
            threshold=float(params["Threshold"]),
            missing=Missing(params.get("TreatMissingData") or "missing"),
        ),
        queries=queries,
        period=period,
        early=len(queries) == 1
        and first is not None
        and first.stat in GROWING
        and comparison.startswith("Greater"),
    )


def _check(params: Params) -> None:
    comparison = params["ComparisonOperator"]
    if comparison not in (*COMPARISONS, *OF_BANDS):
        listed = ", ".join((*COMPARISONS, *OF_BANDS))
        raise invalid(
            f"1 validation error detected: Value '{comparison}' at 'comparisonOperator' failed to "
            f"satisfy constraint: Member must satisfy enum value set: [{listed}]"
        )
    if comparison in OF_BANDS or params.get("ThresholdMetricId"):
        raise invalid(
            f"Alarms on anomaly detection ({comparison}) are not available in the local account."
        )
    if params.get("Threshold") is None:
        raise invalid("The parameter Threshold is required.")
    missing = params.get("TreatMissingData") or "missing"
    if missing not in tuple(Missing):
        raise invalid(
            f"Option {missing} is not supported. Supported options for parameter TreatMissingData "
            f"are {', '.join(sorted(Missing))}."
        )
    _check_periods(params)


def _check_periods(params: Params) -> None:
    low_samples = params.get("EvaluateLowSampleCountPercentile")
    if low_samples not in (None, "evaluate", "ignore"):
        raise invalid(
            f"Option {low_samples} is not supported. Supported options for parameter "
            "EvaluateLowSampleCountPercentile are evaluate and ignore."
        )
    periods, datapoints = params["EvaluationPeriods"], params.get("DatapointsToAlarm")
    if periods < 1 or (datapoints is not None and datapoints < 1):
        raise invalid("EvaluationPeriods and DatapointsToAlarm must be at least 1.")
    if datapoints is not None and datapoints > periods:
        raise invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods.")
    _check_actions(params)


def _check_actions(params: Params) -> None:
    for kind in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        actions = params.get(kind) or ()
        if len(actions) > MAX_ACTIONS:
            raise invalid(f"{kind} may hold {MAX_ACTIONS} actions at most.")
        for action in actions:
            if not action.startswith("arn:"):
                raise invalid(f"Invalid arn syntax: {action}")


def _only_query(params: Params) -> DataQuery:
    if not params.get("MetricName") or not params.get("Namespace"):
        raise invalid("Either Metrics, or MetricName and Namespace, must be given.")
    plain, extended = params.get("Statistic"), params.get("ExtendedStatistic")
    if (plain is None) == (extended is None):
        raise invalid("Must specify either Statistic or ExtendedStatistic.")
    if plain is not None and plain not in SIMPLE:
        raise invalid(f"The value {plain} for parameter Statistic is not supported.")
    if extended is not None and (extended in SIMPLE or statistic(extended) is None):
        raise AwsError(
            f"The value {extended} for parameter ExtendedStatistic is not supported.",
            code="InvalidParameterValue",
            http_status=400,
        )
    if not params.get("Period"):
        raise invalid("The parameter Period is required.")
    stat = MetricStat(
        metric_of(params), str(plain or extended), int(params["Period"]), params.get("Unit")
    )
    return DataQuery(id="m1", stat=stat)


def _check_length(periods: int, period: int) -> None:
    if period not in (1, 5, 10, 20, 30) and period % 60:
        raise invalid("Metric period must be 1, 5, 10, 20, 30 or a multiple of 60 seconds.")
    limit, words = (WEEK_S, "seven days") if period >= 3600 else (DAY_S, "one day")
    if periods * period > limit:
        raise invalid(
            f"Metrics cannot be checked across more than {words} (EvaluationPeriods * "
            f"Period must be <= {limit})."
        )
