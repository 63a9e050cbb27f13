"""An event source mapping as the API shows it: EventSourceMappingConfiguration; pure.

Source: docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html, and answers
of AWS in public reports.
"""

from __future__ import annotations

from typing import Any

from helpers.cloud.pollers import Mapping


def mapping_document(mapping: Mapping) -> dict[str, Any]:
    """Return the configuration; members that a source does not have are left out."""
    settings = mapping.settings
    document: dict[str, Any] = {
        "UUID": mapping.uuid,
        "BatchSize": settings.batch_size,
        "MaximumBatchingWindowInSeconds": settings.window_s,
        "EventSourceArn": mapping.source_arn,
        "EventSourceMappingArn": mapping.arn,
        "FunctionArn": mapping.function_arn,
        "FunctionResponseTypes": ["ReportBatchItemFailures"] if settings.report_failures else [],
        "LastModified": mapping.modified,
        "State": str(mapping.state),
        "StateTransitionReason": mapping.source.reason,
        **{name: value for name, value in settings.others.items() if value and name != "Tags"},
    }
    if settings.filters:
        document["FilterCriteria"] = {"Filters": [{"Pattern": p} for p in settings.filters]}
    return document | (_of_stream(mapping) if mapping.source.is_stream else _of_queue(mapping))


def listed_document(mapping: Mapping) -> dict[str, Any]:
    """Return the configuration in a list, where criteria under a customer's key stay hidden."""
    document = mapping_document(mapping)
    if document.get("KMSKeyArn"):
        document.pop("FilterCriteria", None)
    return document


def _of_queue(mapping: Mapping) -> dict[str, Any]:
    settings, shown = mapping.settings, dict[str, Any]()
    if settings.max_concurrency is not None:
        shown["ScalingConfig"] = {"MaximumConcurrency": settings.max_concurrency}
    if settings.pollers is not None:
        least, most = settings.pollers
        shown["ProvisionedPollerConfig"] = {"MinimumPollers": least, "MaximumPollers": most}
    if mapping.result.startswith("PROBLEM"):
        shown["LastProcessingResult"] = mapping.result
    return shown


def _of_stream(mapping: Mapping) -> dict[str, Any]:
    settings = mapping.settings
    destination = {"Destination": settings.on_failure} if settings.on_failure else {}
    shown: dict[str, Any] = {
        "StartingPosition": settings.starting_position,
        "ParallelizationFactor": settings.lanes,
        "LastProcessingResult": mapping.result,
        "DestinationConfig": {"OnFailure": destination},
        "MaximumRecordAgeInSeconds": settings.age_s,
        "BisectBatchOnFunctionError": settings.bisect,
        "MaximumRetryAttempts": settings.retries,
        "TumblingWindowInSeconds": settings.tumbling_s,
    }
    if settings.starting_timestamp is not None:
        shown["StartingPositionTimestamp"] = settings.starting_timestamp
    return shown
