"""CloudWatch Logs: operations, actions and ARNs.

A log group is asked for as ``log-group:NAME:log-stream:``, so that a policy needs the ``:*`` at
the end that docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
asks for; the tagging operations take the ARN without it. Leaves out anomalies.
"""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import named, optional, param, regional
from helpers.cloud.moto_seam.operations.call import Call, everything, no_keys, pass_role, row, rows


def log_group_arn(call: Call, name: str) -> str:
    """Give a log group's ARN as its actions see it."""
    if name.startswith("arn:"):
        return f"{name.removesuffix(':*')}:log-stream:"
    return regional("logs", call, f"log-group:{name}:log-stream:")


def group(call: Call) -> str:
    """Give the log group of the call; none named means all of them."""
    params = call.params
    name = params.get("logGroupName") or params.get("logGroupIdentifier")
    return log_group_arn(call, name or params.get("logGroupNamePrefix") or "")


def stream(call: Call) -> str:
    """Give the ARN of the log stream."""
    return group(call) + str(call.params["logStreamName"])


def _groups(call: Call) -> list[str]:
    params = call.params
    names = [*params.get("logGroupNames", []), *params.get("logGroupIdentifiers", [])]
    return [log_group_arn(call, name) for name in names or [params.get("logGroupName", "")]]


def _destination(call: Call) -> str:
    return regional("logs", call, f"destination:{call.params['destinationName']}")


OPERATIONS = {
    "CreateLogStream": row("logs:CreateLogStream", group),
    "PutLogEvents": row("logs:PutLogEvents", stream),
    "GetLogEvents": row("logs:GetLogEvents", stream),
    "DeleteLogStream": row("logs:DeleteLogStream", stream),
    "StartQuery": row("logs:StartQuery", _groups),
    "StartLiveTail": row("logs:StartLiveTail", _groups),
    "PutSubscriptionFilter": row(
        "logs:PutSubscriptionFilter",
        group,
        lambda call: {"logs:DestinationArn": call.params.get("destinationArn", "")},
        pass_role("logs.amazonaws.com", optional("roleArn")),
    ),
    **rows(
        "logs",
        group,
        "CreateLogGroup DeleteLogGroup DescribeLogGroups DescribeLogStreams FilterLogEvents"
        " PutRetentionPolicy DeleteRetentionPolicy PutMetricFilter DeleteMetricFilter"
        " DescribeMetricFilters DeleteSubscriptionFilter DescribeSubscriptionFilters"
        " AssociateKmsKey DisassociateKmsKey GetLogGroupFields ListTagsLogGroup TagLogGroup"
        " UntagLogGroup",
    ),
    **rows("logs", param("resourceArn"), "ListTagsForResource TagResource UntagResource"),
    "PutDestination": row(
        "logs:PutDestination",
        _destination,
        no_keys,
        pass_role("logs.amazonaws.com", optional("roleArn")),
    ),
    **rows("logs", _destination, "DeleteDestination PutDestinationPolicy"),
    **rows(
        "logs",
        named("logs", "delivery-destination:{name}"),
        "GetDeliveryDestination DeleteDeliveryDestination PutDeliveryDestination",
    ),
    **rows(
        "logs",
        named("logs", "delivery-destination:{deliveryDestinationName}"),
        "PutDeliveryDestinationPolicy GetDeliveryDestinationPolicy DeleteDeliveryDestinationPolicy",
    ),
    **rows(
        "logs",
        named("logs", "delivery-source:{name}"),
        "PutDeliverySource GetDeliverySource DeleteDeliverySource",
    ),
    **rows("logs", named("logs", "delivery:{id}"), "GetDelivery DeleteDelivery"),
    "CreateDelivery": row(
        "logs:CreateDelivery", named("logs", "delivery-source:{deliverySourceName}")
    ),
    "CreateExportTask": row("logs:CreateExportTask", group),
    **rows(
        "logs",
        everything,
        "DescribeDeliveries DescribeDeliveryDestinations DescribeDeliverySources"
        " DescribeExportTasks CancelExportTask",
    ),
    **rows(
        "logs",
        everything,
        "GetQueryResults StopQuery DescribeQueries GetLogRecord TestMetricFilter"
        " DescribeDestinations PutResourcePolicy DeleteResourcePolicy DescribeResourcePolicies"
        " PutQueryDefinition DeleteQueryDefinition DescribeQueryDefinitions ListLogGroups",
    ),
}
