"""Asynchronous invocation: the queue of events, its retries, and where failures go."""

from __future__ import annotations

import json
import time

from tools.fidelity.account import EMPTY, ProbedAccount, until
from tools.fidelity.rows import LAMBDA, Area

AREA = Area("Asynchronous invocation")
FAILS = "def handler(event, context):\n    raise ValueError('no stock')\n"


@AREA.row(
    "retry-waits",
    "After a function error, an asynchronous event is tried again after 1 and after 2 minutes.",
    f"{LAMBDA}invocation-async-error-handling.html",
    labs=("04", "10"),
)
def retry_waits(account: ProbedAccount) -> str:
    """Let an event fail where waits are short, and read the waits that were asked for."""
    name = account.lapsed.deploy(FAILS)
    account.lapsed.lambda_client.invoke(FunctionName=name, InvocationType="Event")
    until(lambda: account.lapsed.records(name, "event.dropped"))
    waits = [
        f"{record['wait_s']:.0f} s" for record in account.lapsed.records(name, "event.retried")
    ]
    return f"Exactly {' and '.join(waits)}, divided by the lab's time lapse."


@AREA.row(
    "duplicates",
    "The queue delivers at least once: an event may run twice without an error.",
    f"{LAMBDA}invocation-async.html",
    labs=("04", "10"),
)
def duplicates(account: ProbedAccount) -> str:
    """Send twenty events, and count the runs."""
    name = account.deploy(EMPTY)
    account.lambda_client.put_function_concurrency(
        FunctionName=name, ReservedConcurrentExecutions=10
    )
    for _ in range(20):
        account.lambda_client.invoke(FunctionName=name, InvocationType="Event")
    until(lambda: len(account.records(name, "invocation.finished")) >= 20)
    runs = len(account.records(name, "invocation.finished"))
    return f"Once: 20 events made {runs} runs. Write for duplicates all the same."


@AREA.row(
    "failure-record",
    "A destination's record names its condition; of the values, few are documented.",
    f"{LAMBDA}invocation-async-retain-records.html",
    labs=("10",),
)
def failure_record(account: ProbedAccount) -> str:
    """Let an event fail without retries, and read the record at its destination."""
    url, arn = account.queue()
    role = account.make_role(
        account.name(), {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    )
    name = account.deploy(FAILS, Role=role)
    account.lambda_client.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    account.lambda_client.invoke(FunctionName=name, InvocationType="Event")
    (message,) = account.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    context = json.loads(message["Body"])["requestContext"]
    return (
        f"{context['condition']} after {context['approximateInvokeCount']} attempt; an event too "
        "old gets EventAgeExceeded."
    )


@AREA.row(
    "queue-lifetime",
    "Events in the queue outlive any machine, for up to six hours.",
    f"{LAMBDA}invocation-async.html",
    labs=("10",),
)
def queue_lifetime(account: ProbedAccount) -> str:
    """Leave an event that waits for its retry in an account, and empty the account."""
    with account.other(time_lapse=60) as other:
        name = other.deploy(FAILS)
        other.lambda_client.invoke(FunctionName=name, InvocationType="Event")
        until(lambda: other.records(name, "event.retried"))
        other.cloud.reset()
        time.sleep(1.5)
        runs = len(other.all_records("invocation.started"))
    return (
        f"In memory: of an event that waited for its retry, {runs or 'no'} run came after a reset."
    )


@AREA.row(
    "move-task",
    "StartMessageMoveTask sends dead letters of a queue back, at a rate that SQS chooses.",
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/"
    "API_StartMessageMoveTask.html",
    labs=("10",),
)
def move_task(account: ProbedAccount) -> str:
    """Let three messages become dead letters, and send them back."""
    sqs = account.client("sqs")
    _, dead = account.queue()
    url, _ = account.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 1})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": redrive})
    for body in "abc":
        sqs.send_message(QueueUrl=url, MessageBody=body)
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    until(lambda: "Messages" not in sqs.receive_message(QueueUrl=url, VisibilityTimeout=0))
    sqs.start_message_move_task(SourceArn=dead)

    def moved() -> int:
        (move,) = sqs.list_message_move_tasks(SourceArn=dead)["Results"]
        return int(move["ApproximateNumberOfMessagesMoved"])

    until(lambda: moved() == 3)
    return (
        f"{moved()} of 3 went back, as new messages; up to 500 a second, unless you ask for less."
    )
