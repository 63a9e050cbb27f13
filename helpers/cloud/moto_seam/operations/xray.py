"""X-Ray: operations and actions; almost none knows a resource. Leaves out insights."""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import param
from helpers.cloud.moto_seam.operations.call import everything, rows

OPERATIONS = {
    **rows(
        "xray",
        everything,
        "PutTraceSegments PutTelemetryRecords GetSamplingRules GetSamplingTargets"
        " GetSamplingStatisticSummaries BatchGetTraces GetTraceSummaries GetTraceGraph"
        " GetServiceGraph GetTimeSeriesServiceStatistics CreateGroup GetGroup GetGroups"
        " UpdateGroup DeleteGroup CreateSamplingRule UpdateSamplingRule DeleteSamplingRule"
        " GetEncryptionConfig PutEncryptionConfig",
    ),
    **rows("xray", param("ResourceARN"), "TagResource UntagResource ListTagsForResource"),
}
