"""Kinesis Data Streams: operations, actions and ARNs."""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import named, param
from helpers.cloud.moto_seam.operations.call import Call, everything, row, rows

_by_name = named("kinesis", "stream/{StreamName}")


def stream(call: Call) -> str:
    """Give the ARN of the stream, by ARN or name."""
    return str(call.params.get("StreamARN") or _by_name(call))


def _read(call: Call) -> str:
    """Give the stream that a shard iterator reads."""
    iterator = str(call.params["ShardIterator"])
    known = call.params.get("StreamARN") or call.facts.arn_of(
        "shard-iterator", iterator, call.region
    )
    return str(known or "*")


def _consumer(call: Call) -> str:
    return str(call.params.get("ConsumerARN") or f"{stream(call)}/consumer/*")


OPERATIONS = {
    "GetRecords": row("kinesis:GetRecords", _read),
    "SubscribeToShard": row("kinesis:SubscribeToShard", _consumer),
    "DescribeStreamConsumer": row("kinesis:DescribeStreamConsumer", _consumer),
    "DeregisterStreamConsumer": row("kinesis:DeregisterStreamConsumer", _consumer),
    **rows(
        "kinesis",
        stream,
        "CreateStream DeleteStream DescribeStream DescribeStreamSummary PutRecord PutRecords"
        " GetShardIterator ListShards SplitShard MergeShards UpdateShardCount"
        " IncreaseStreamRetentionPeriod DecreaseStreamRetentionPeriod RegisterStreamConsumer"
        " ListStreamConsumers AddTagsToStream RemoveTagsFromStream ListTagsForStream"
        " StartStreamEncryption StopStreamEncryption UpdateStreamMode"
        " EnableEnhancedMonitoring DisableEnhancedMonitoring",
    ),
    **rows(
        "kinesis",
        param("ResourceARN"),
        "GetResourcePolicy PutResourcePolicy DeleteResourcePolicy TagResource UntagResource"
        " ListTagsForResource",
    ),
    **rows("kinesis", everything, "ListStreams DescribeLimits"),
}
