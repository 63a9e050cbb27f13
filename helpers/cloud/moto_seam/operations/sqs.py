"""SQS: operations, actions and ARNs. A batch needs the permission of its single call."""

from __future__ import annotations

from urllib.parse import urlsplit

from helpers.cloud.moto_seam.operations.arns import named, optional, param, regional
from helpers.cloud.moto_seam.operations.call import Call, everything, no_keys, row, rows


def queue(call: Call) -> str:
    """Give the ARN of the queue that a URL like ``http://host/account/name`` names."""
    account, name = urlsplit(str(call.params["QueueUrl"])).path.strip("/").split("/")[-2:]
    return f"arn:aws:sqs:{call.region}:{account}:{name}"


def _listed(call: Call) -> str:
    return regional("sqs", call, "*")


_named, _source = named("sqs", "{QueueName}"), param("SourceArn")

OPERATIONS = {
    "CreateQueue": row("sqs:CreateQueue", _named),
    "GetQueueUrl": row("sqs:GetQueueUrl", _named),
    "ListQueues": row("sqs:ListQueues", _listed),
    "SendMessageBatch": row("sqs:SendMessage", queue),
    "DeleteMessageBatch": row("sqs:DeleteMessage", queue),
    "ChangeMessageVisibilityBatch": row("sqs:ChangeMessageVisibility", queue),
    **rows(
        "sqs",
        queue,
        "SendMessage ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes"
        " SetQueueAttributes DeleteQueue PurgeQueue AddPermission RemovePermission"
        " ListDeadLetterSourceQueues ListQueueTags TagQueue UntagQueue",
    ),
    "StartMessageMoveTask": row(
        "sqs:StartMessageMoveTask",
        _source,
        no_keys,
        row("sqs:ReceiveMessage", _source),
        row("sqs:DeleteMessage", _source),
        row("sqs:GetQueueAttributes", _source),
        row("sqs:SendMessage", optional("DestinationArn")),
    ),
    "ListMessageMoveTasks": row("sqs:ListMessageMoveTasks", _source),
    **rows("sqs", everything, "CancelMessageMoveTask"),
}
