"""The table of operations: which permissions each API call of the course needs.

A call that no row describes is refused to a restricted principal, with a message that says so:
a gap in this table is never an open door.
"""

from __future__ import annotations

from helpers.cloud.moto_seam.operations import (
    apigateway,
    awslambda,
    cloudformation,
    cloudwatch,
    dynamodb,
    elbv2,
    events,
    iam,
    kinesis,
    kms,
    logs,
    s3,
    scheduler,
    secretsmanager,
    sns,
    sqs,
    ssm,
    stepfunctions,
    sts,
    xray,
)
from helpers.cloud.moto_seam.operations.call import Call, Requirement, Table

TABLES: dict[str, Table] = {
    "apigateway": apigateway.REST,
    "apigatewayv2": apigateway.HTTP,
    "cloudformation": cloudformation.OPERATIONS,
    "cloudwatch": cloudwatch.OPERATIONS,
    "dynamodb": dynamodb.OPERATIONS,
    "dynamodbstreams": dynamodb.STREAM_OPERATIONS,
    "elbv2": elbv2.OPERATIONS,
    "events": events.OPERATIONS,
    "iam": iam.OPERATIONS,
    "kinesis": kinesis.OPERATIONS,
    "kms": kms.OPERATIONS,
    "lambda": awslambda.OPERATIONS,
    "logs": logs.OPERATIONS,
    "s3": s3.OPERATIONS,
    "scheduler": scheduler.OPERATIONS,
    "secretsmanager": secretsmanager.OPERATIONS,
    "sns": sns.OPERATIONS,
    "sqs": sqs.OPERATIONS,
    "ssm": ssm.OPERATIONS,
    "stepfunctions": stepfunctions.OPERATIONS,
    "sts": sts.OPERATIONS,
    "xray": xray.OPERATIONS,
}


def requirements(call: Call) -> list[Requirement] | None:
    """Give what IAM must be asked about a call: all must be allowed; None for an unmapped call."""
    found = TABLES.get(call.service, {}).get(call.operation)
    return None if found is None else found.requirements(call)


def unmapped_message(call: Call, principal_arn: str) -> str:
    """Say that a restricted principal is refused because the table has a gap."""
    return (
        f"User: {principal_arn} is not authorized to perform: {call.service}:{call.operation}:"
        " the local account does not know which permission this operation needs, so it refuses"
        " it to anyone but an administrator. Call it with the administrator's credentials,"
        f" or add a row for {call.operation!r} to"
        f" helpers/cloud/moto_seam/operations ({call.service})."
    )
