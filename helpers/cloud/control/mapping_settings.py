"""An event source mapping's settings, read from a request: defaults, and what fits which source.

Where AWS's own sentence about an option of another source is not known, it is modelled on the one
about StartingPosition.

Source: docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html,
services-kinesis-parameters.html, services-ddb-params.html, invocation-eventfiltering.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.events.patterns import FILTERS, compile_pattern
from helpers.cloud.events.tokens import InvalidPattern
from helpers.cloud.pollers import MappingSettings, Source

MAX_FILTERS = 5
NAMES = {Source.SQS: "SQS", Source.KINESIS: "Kinesis", Source.DYNAMODB: "DynamoDB"}
OF_STREAMS = (
    "StartingPosition",
    "StartingPositionTimestamp",
    "ParallelizationFactor",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "TumblingWindowInSeconds",
    "DestinationConfig",
)
OF_QUEUES = ("ScalingConfig", "ProvisionedPollerConfig")
OF_OTHERS = (
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "SelfManagedEventSource",
    "AmazonManagedKafkaEventSourceConfig",
    "SelfManagedKafkaEventSourceConfig",
    "DocumentDBEventSourceConfig",
    "LoggingConfig",
)
KEPT = ("KMSKeyArn", "MetricsConfig", "Tags")
DEFAULT_POLLERS = (2, 200)


def source_of(arn: str | None, self_managed: object = None) -> Source:
    """Return the kind of a source; raises AWS's error, or says what this account lacks."""
    if not arn and self_managed:
        raise _missing("kafka")
    if not arn:
        raise InvalidParameterValueException("Unrecognized event source.")
    service = arn.split(":")[2]
    if service in tuple(Source):
        return Source(service)
    if service in ("kafka", "mq", "rds"):
        raise _missing(service)
    raise InvalidParameterValueException(
        "Unrecognized event source, must be kinesis, dynamodb stream or sqs. "
        f"Unsupported source arn : {arn}"
    )


def _missing(service: str) -> InvalidParameterValueException:
    return InvalidParameterValueException(
        f"This local account has no {service} event sources (Kafka, Amazon MQ, DocumentDB). "
        "Use an SQS queue, a Kinesis stream or a DynamoDB stream."
    )


def created_settings(members: Mapping[str, Any], source: Source, arn: str) -> MappingSettings:
    """Return the settings of a new mapping; `members` fulfil the API's model."""
    _check_position(members, source, arn)
    start = MappingSettings(
        batch_size=100 if source.is_stream else 10,
        starting_position=members.get("StartingPosition"),
        starting_timestamp=members.get("StartingPositionTimestamp"),
    )
    return changed_settings(start, members, source, is_fifo=arn.endswith(".fifo"))


def changed_settings(
    base: MappingSettings, members: Mapping[str, Any], source: Source, *, is_fifo: bool
) -> MappingSettings:
    """Return the settings with what a request gives in place of what was there."""
    _check_belongs(members, source)
    given = {
        "enabled": members.get("Enabled"),
        "batch_size": members.get("BatchSize"),
        "window_s": members.get("MaximumBatchingWindowInSeconds"),
        "lanes": members.get("ParallelizationFactor"),
        "bisect": members.get("BisectBatchOnFunctionError"),
        "retries": members.get("MaximumRetryAttempts"),
        "age_s": _age(members.get("MaximumRecordAgeInSeconds")),
        "tumbling_s": members.get("TumblingWindowInSeconds"),
        "filters": _filters(members.get("FilterCriteria")),
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if members.get("FunctionResponseTypes") is not None:
        changes["report_failures"] = bool(members["FunctionResponseTypes"])
    if members.get("ScalingConfig") is not None:
        changes["max_concurrency"] = members["ScalingConfig"].get("MaximumConcurrency")
    if members.get("ProvisionedPollerConfig") is not None:
        changes["pollers"] = _pollers(members["ProvisionedPollerConfig"], base.pollers)
    if members.get("DestinationConfig") is not None:
        changes["on_failure"] = _on_failure(members["DestinationConfig"])
    kept = {name: members[name] for name in KEPT if members.get(name) is not None}
    settings = replace(base, **changes, others={**base.others, **kept})
    _check_together(settings, is_fifo=is_fifo)
    return settings


def _check_belongs(members: Mapping[str, Any], source: Source) -> None:
    foreign = (*OF_OTHERS, *(OF_QUEUES if source.is_stream else OF_STREAMS))
    for name in foreign:
        if members.get(name) not in (None, [], {}):
            raise _not_valid(name, source)


def _not_valid(name: str, source: Source) -> InvalidParameterValueException:
    return InvalidParameterValueException(f"{name} is not valid for {NAMES[source]} event sources.")


def _check_position(members: Mapping[str, Any], source: Source, arn: str) -> None:
    position, timestamp = members.get("StartingPosition"), members.get("StartingPositionTimestamp")
    if not source.is_stream:
        if position is not None or timestamp is not None:
            raise _not_valid("StartingPosition", source)
        return
    if position is None:
        raise InvalidParameterValueException(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
            "constraint: Member must not be null."
        )
    if position != "AT_TIMESTAMP" and timestamp is not None:
        raise InvalidParameterValueException(
            "Timestamp only valid with StartingPosition AT_TIMESTAMP"
        )
    if position == "AT_TIMESTAMP" and source is Source.DYNAMODB:
        raise InvalidParameterValueException(f"Unsupported starting position for arn type: {arn}")
    if position != "AT_TIMESTAMP":
        return
    if timestamp is None:
        raise InvalidParameterValueException(
            "StartingPositionTimestamp must not be null with StartingPosition AT_TIMESTAMP."
        )
    if not isinstance(timestamp, (int, float)) or timestamp < 0:
        raise InvalidParameterValueException(
            "Received Exception while reading from provided stream. class java.lang.Long can not "
            "be converted to a Timestamp"
        )


def _check_together(settings: MappingSettings, *, is_fifo: bool) -> None:
    if is_fifo and settings.window_s > 0:
        raise InvalidParameterValueException("Batching window is not supported for FIFO queues")
    if is_fifo and settings.batch_size > 10:
        raise InvalidParameterValueException("Batch size must not exceed 10 for FIFO queues")
    is_queue = settings.starting_position is None
    if is_queue and settings.batch_size > 10 and settings.window_s == 0:
        raise InvalidParameterValueException(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
        )
    if settings.pollers is not None and settings.max_concurrency is not None:
        raise InvalidParameterValueException(
            "Provisioned mode for SQS ESM does not support maximum concurrency feature. Use "
            "MaximumPollers as the control mechanism and remove maximum concurrency."
        )


def _age(value: int | None) -> int | None:
    if value is not None and 0 <= value < 60:
        raise InvalidParameterValueException(
            "MaximumRecordAgeInSeconds must be -1 or between 60 and 604800."
        )
    return value


def _filters(criteria: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    if criteria is None:
        return None
    patterns = [one.get("Pattern") for one in criteria.get("Filters") or ()]
    if len(patterns) > MAX_FILTERS:
        raise InvalidParameterValueException(
            f"Number of filters in FilterCriteria must not exceed {MAX_FILTERS}."
        )
    for pattern in patterns:
        try:
            compile_pattern(pattern or "", rules=FILTERS)
        except InvalidPattern as error:
            raise InvalidParameterValueException("Invalid filter pattern definition.") from error
    return tuple(patterns)


def _pollers(given: Mapping[str, Any], before: tuple[int, int] | None) -> tuple[int, int] | None:
    least, most = given.get("MinimumPollers"), given.get("MaximumPollers")
    if least is None and most is None:
        return None
    base = before or DEFAULT_POLLERS
    pollers = (least or base[0], most or max(base[1], least or 0))
    if not (2 <= pollers[0] <= 200 and pollers[0] <= pollers[1] <= 10_000):
        raise InvalidParameterValueException(
            "MinimumPollers should be between [2, 200] and MaximumPollers should be between "
            "[MinimumPollers, 10000]"
        )
    return pollers


def _on_failure(given: Mapping[str, Any]) -> str | None:
    if (given.get("OnSuccess") or {}).get("Destination"):
        raise InvalidParameterValueException(
            "Unsupported DestinationConfig parameter for given event source mapping type."
        )
    destination = (given.get("OnFailure") or {}).get("Destination")
    if not destination:
        return None
    service = destination.split(":")[2] if destination.startswith("arn:") else ""
    if service not in ("sqs", "sns", "s3") or destination.endswith(".fifo"):
        raise InvalidParameterValueException(
            "The provided destination config DestinationConfig(onSuccess=null, "
            f"onFailure=OnFailure(destination={destination})) is invalid."
        )
    return str(destination)
