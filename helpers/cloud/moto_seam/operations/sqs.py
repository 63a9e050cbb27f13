"""SQS: operations, actions and ARNs. A batch needs the permission of its single call."""

from __future__ import annotations

from urllib.parse import urlsplit

from helpers.cloud.moto_seam.operations.arns import named, param, regional
from helpers.cloud.moto_seam.operations.call import Call, everything, row, rows


def queue(call: Call) -> str:
    """Give the ARN of the queue that a URL like ``http://host/account/name`` names."""
    account, name = urlsplit(str(call.params["QueueUrl"])).path.strip("/").split("/")[-2:]
    return f"arn:aws:sqs:{call.region}:{account}:{name}"


def _listed(call: Call) -> str:
    return regional("sqs", call, "*")


_named = named("sqs", "{QueueName}")

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
    **rows("sqs", param("SourceArn"), "StartMessageMoveTask ListMessageMoveTasks"),
    **rows("sqs", everything, "CancelMessageMoveTask"),
}
