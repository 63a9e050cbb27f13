"""Exercise 10.1: what fails for good reaches a queue, and a consumer that can read it.

The learner's settings and statement go onto a function of the check, which fails as it is told.
It also tries what its role should not allow. The consumer then gets what the queue holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.outcome import NotYet
from helpers.checks.queues import Queue, queue
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

FUNCTION, CONSUMER = "check-charge-fails", "check-failed-charges"
QUEUE = "failed-charges-demo"
QUEUE_ARN = f"arn:aws:sqs:us-east-1:123456789012:{QUEUE}"
WITHIN_S = 30
TRIES = 2
FAILS = {"o-1101": "ConnectionError", "o-1102": "LookupError"}
GOOD, NEVER_RAN = "o-1103", "o-1104"
SOURCE = f"""
import json

FAILS = {FAILS!r}

def handler(event, context):
    if "queues" in event:
        return allowed(event["queues"])
    if event["order_id"] in FAILS:
        raise {{"ConnectionError": ConnectionError, "LookupError": LookupError}}[
            FAILS[event["order_id"]]](event["order_id"])
    return "charged"

def allowed(queues):
    import boto3
    from botocore.exceptions import ClientError
    sqs, did = boto3.client("sqs"), []
    calls = {{
        "sqs:SendMessage": lambda url: sqs.send_message(QueueUrl=url, MessageBody="probe"),
        "sqs:ReceiveMessage": lambda url: sqs.receive_message(QueueUrl=url),
    }}
    for action, url in queues:
        try:
            calls[action](url)
            did.append([action, url])
        except ClientError:
            pass
    return did
"""


def check_10_1(
    session: Session,
    did: Did,
    handler: Callable[..., Any],
    settings: Mapping[str, Any],
    statement: Mapping[str, Any],
) -> None:
    """Send events that fail with these settings, and give the consumer what is in the queue."""
    _expect_dicts(settings, statement)
    with (
        shop_queue(session) as failed,
        execution_role(session, FUNCTION, statement) as role,
    ):
        session.deploy(SOURCE, FUNCTION, Role=role, MemorySize=1769, Timeout=15)
        _configure(session, settings)
        _send(session, did)
        session.client("lambda").delete_function_concurrency(FunctionName=FUNCTION)
        reports = _reports(failed)
        _expect_least(session, failed)
    _consume(session, did, handler, reports)


def _expect_dicts(settings: Any, statement: Any) -> None:
    for name, value in (("settings", settings), ("statement", statement)):
        if not isinstance(value, Mapping):
            raise NotYet(
                f"{name} is {shown(value)}", expected=f"a dict: see {name} in the exercise.", hint=2
            )


@contextmanager
def shop_queue(session: Session) -> Iterator[Queue]:
    """Yield the learner's queue, made by the cell above the exercise; empty before and after."""
    sqs = session.client("sqs")
    failed = Queue(sqs, sqs.create_queue(QueueName=QUEUE)["QueueUrl"], QUEUE_ARN)
    failed.bodies()
    try:
        yield failed
    finally:
        failed.bodies()


def _configure(session: Session, settings: Mapping[str, Any]) -> None:
    client = session.client("lambda")
    try:
        client.put_function_event_invoke_config(**{**settings, "FunctionName": FUNCTION})
    except ParamValidationError as refusal:
        raise NotYet(
            f"boto3 refused settings: {refusal}",
            expected="what put_function_event_invoke_config takes besides FunctionName.",
            hint=3,
        ) from None
    except ClientError as refusal:
        raise _refused(settings, refusal) from None


def _refused(settings: Mapping[str, Any], refusal: ClientError) -> NotYet:
    words = str(refusal.response["Error"]["Message"])
    if "does not have permissions" in words:
        return NotYet(
            f"Lambda refused the destination: {words}",
            expected="a role that may put messages into that queue. Lambda sends as the function.",
            advice="The statement needs the action sqs:SendMessage and the queue's ARN.",
            hint=2,
        )
    return NotYet(
        f"Lambda refused {shown(settings)}: {words}",
        expected="a DestinationConfig that Lambda takes.",
        advice="Destination is an ARN. A queue's URL is for those who send and receive."
        if "http" in words
        else "",
        hint=3,
    )


def _send(session: Session, did: Did) -> None:
    client = session.client("lambda")
    did("sent two events that fail and one that succeeds")
    for order_id in (*FAILS, GOOD):
        _invoke(client, order_id)
    session.wait_until(lambda: _ended(session) >= len(FAILS), WITHIN_S, "the events still ran.")
    did("sent two events that fail, one that succeeds, and one that could not run")
    before = _ended(session)
    client.put_function_concurrency(FunctionName=FUNCTION, ReservedConcurrentExecutions=0)
    _invoke(client, NEVER_RAN)
    session.wait_until(lambda: _ended(session) > before, WITHIN_S, "the last event still waited.")


def _invoke(client: Any, order_id: str) -> None:
    payload = f'{{"order_id": "{order_id}"}}'
    client.invoke(FunctionName=FUNCTION, InvocationType="Event", Payload=payload)


def _ended(session: Session) -> int:
    ends = ("event.sent_on", "event.dropped")
    return sum(
        len([r for r in session.records(kind=kind, function=FUNCTION) if not _is_success(r)])
        for kind in ends
    )


def _is_success(record: Mapping[str, Any]) -> bool:
    return record.get("condition") == "Success"


def _reports(failed: Queue) -> dict[str, str]:
    """Return what the queue holds, by the order it is about."""
    bodies = failed.bodies()
    found = {i: b for b in bodies for i in (*FAILS, GOOD, NEVER_RAN) if f'"{i}"' in b}
    if GOOD in found:
        raise NotYet(
            f"The queue holds a record of {GOOD}, which was charged without a fault.",
            expected="records of failures only.",
            advice="The key for failures is OnFailure. OnSuccess is for the others.",
            hint=2,
        )
    missing = [order_id for order_id in (*FAILS, NEVER_RAN) if order_id not in found]
    if missing:
        raise NotYet(
            f"{', '.join(missing)} failed for good, and the queue holds nothing of it.",
            expected=f"a record of each in {QUEUE}.",
            advice='settings needs "DestinationConfig": {"OnFailure": {"Destination": …}}.',
            hint=2,
        )
    tries = f'"approximateInvokeCount": {TRIES}'
    if tries not in found["o-1101"] and tries.replace(" ", "") not in found["o-1101"]:
        raise NotYet(
            "o-1101 fails each time, and its record does not tell of exactly two tries.",
            expected="two tries: the first, and one more.",
            advice="MaximumRetryAttempts counts the tries after the first.",
            hint=2,
        )
    return found


def _expect_least(session: Session, failed: Queue) -> None:
    with queue(session, "check-other-queue", {}) as other:
        probes = [["sqs:SendMessage", other.url], ["sqs:ReceiveMessage", failed.url]]
        answer = session.invoke(FUNCTION, {"queues": probes})
        if answer.payload:
            action, url = answer.payload[0]
            which = "another queue" if url == other.url else "this queue"
            raise NotYet(
                f"The records arrive, but the role may also {action} on {which}.",
                expected="one action on one queue: a function that only reports needs no more.",
                advice="Name sqs:SendMessage, and failed_arn as Resource.",
                hint=2,
            )


def _consume(
    session: Session, did: Did, handler: Callable[..., Any], reports: Mapping[str, str]
) -> None:
    session.deploy(handler, CONSUMER)
    wanted = [
        {"order_id": order_id, "error": error, "tries": TRIES} for order_id, error in FAILS.items()
    ]
    wanted.append({"order_id": NEVER_RAN, "error": "never ran", "tries": 0})
    event = {"Records": [{"messageId": i, "body": reports[i]} for i in (*FAILS, NEVER_RAN)]}
    did("let three events fail, and gave your consumer their records as one batch")
    payload = payload_of(
        session.invoke(CONSUMER, event),
        {"Records": [f"the record of {order_id}" for order_id in (*FAILS, NEVER_RAN)]},
        expected="an answer. The body of a message is text, and that of an event that never ran "
        "has no responsePayload.",
        hint=3,
    )
    if not isinstance(payload, list) or len(payload) != len(wanted):
        raise NotYet(
            f"The batch has {len(wanted)} records, and the answer is {shown(payload)}",
            expected="a list with one dict per record.",
            advice="Go through event['Records'].",
            hint=3,
        )
    for seen, right in zip(payload, wanted, strict=True):
        if seen != right:
            raise NotYet(
                f"For {right['order_id']} the answer is {shown(seen)}",
                expected=f"{shown(right)}",
                advice="requestPayload is the event, responsePayload what the function answered, "
                "and requestContext knows the number of tries.",
                hint=3,
            )
