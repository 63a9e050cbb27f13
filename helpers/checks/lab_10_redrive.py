"""Exercise 10.5: the dead letters of a function are sent to it again, once it has been repaired.

The letters are events of orders; one fails again, and one is a note that is no event at all. A
charge is counted by the log of the function that gets them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from helpers.checks.lab_10_charges import CHARGED
from helpers.checks.outcome import NotYet
from helpers.checks.queues import Queue, queue
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

FUNCTION = "check-redrive"
TARGET = "check-charge-repaired"
TARGET_ARN = f"arn:aws:lambda:us-east-1:123456789012:function:{TARGET}"
GOOD = tuple(f"o-50{number:02}" for number in range(21))
DECLINED = "o-5099"
NOTE = "ask Mia about these (Tom)"
NOTE_AT = 4
WITHIN_S = 20
REPAIRED = f"""
def handler(event, context):
    if event["order_id"] == "{DECLINED}":
        raise PermissionError("the card was declined")
    print("{CHARGED}" + event["order_id"])
"""


def check_10_5(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Fill a queue with dead letters, invoke the redrive, and see where each of them went."""
    with (
        queue(session, "check-dead-letters", {"VisibilityTimeout": "30"}) as letters,
        queue(session, "check-failed-again", {}) as failed,
        execution_role(session, TARGET, _may_send(failed)) as target_role,
        execution_role(session, FUNCTION, _may_redrive(letters)) as role,
    ):
        session.deploy(REPAIRED, TARGET, Role=target_role)
        session.client("lambda").put_function_event_invoke_config(
            FunctionName=TARGET,
            MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": failed.arn}},
        )
        session.deploy(handler, FUNCTION, Role=role, MemorySize=1769)
        letters.send(*_bodies())
        did(f"put {len(_bodies())} letters into a queue and invoked your redrive once")
        sent = _redrive(session, letters)
        _expect_left(session, letters)
        _expect_charged(session)
        _expect_failed_again(session, letters, failed)
        _expect_counted(session, sent)


def _bodies() -> list[str]:
    bodies = [json.dumps({"order_id": order_id}) for order_id in (*GOOD, DECLINED)]
    bodies.insert(NOTE_AT, NOTE)
    return bodies


def _may_send(target: Queue) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": target.arn}


def _may_redrive(letters: Queue) -> dict[str, Any]:
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "lambda:InvokeFunction"]
    return {"Effect": "Allow", "Action": actions, "Resource": [letters.arn, TARGET_ARN]}


def _redrive(session: Session, letters: Queue) -> int:
    """Invoke the redrive once; return how many events it says it has sent."""
    event = {"queue_url": letters.url, "function": TARGET}
    answer = session.invoke(FUNCTION, event)
    if answer.error_type == "InvalidRequestContentException":
        raise NotYet(
            f"Lambda refused the letter {NOTE!r}, which is no JSON, and your redrive ended there: "
            f"{letters.holds()} letters are still in the queue.",
            expected="a bad letter stays in the queue, and the others go on.",
            advice="Put try and except ClientError around the invoke of one letter.",
            hint=3,
        )
    if answer.error_type == "JSONDecodeError":
        raise NotYet(
            f"Your redrive ended at the letter {NOTE!r}, which is no JSON: {letters.holds()} "
            "letters are still in the queue.",
            expected="a bad letter stays in the queue, and the others go on.",
            advice="Send the Body as it is. Lambda refuses what is no JSON with a ClientError.",
            hint=2,
        )
    payload = payload_of(answer, event, expected='an answer such as {"sent": 7}.', hint=2)
    sent = payload.get("sent") if isinstance(payload, dict) else None
    if type(sent) is not int:
        raise NotYet(
            f"The answer is {shown(payload)}",
            expected='{"sent": …} with the number of events that Lambda accepted.',
            hint=3,
        )
    return sent


def _expect_left(session: Session, letters: Queue) -> None:
    left = letters.holds()
    queued = len(session.records(kind="event.queued", function=TARGET))
    if queued == len(_bodies()):
        raise NotYet(
            "Lambda accepted every letter, even the note: what you sent was JSON made of JSON, "
            "a text and no order.",
            expected="the letter's Body as it is.",
            advice="The Body is JSON text already. Send it as Payload, unchanged.",
            hint=3,
        )
    if left == (1 if queued else 2):
        return
    if left == 1:
        raise NotYet(
            f"The order {DECLINED} failed again, its letter is deleted, and nothing of it is left. "
            "You invoked synchronously: such a call uses no failure path.",
            expected="what fails again to be found again.",
            advice="Send with InvocationType Event, or look at FunctionError before you delete.",
            hint=2,
        )
    if left == 0:
        raise NotYet(
            f"The queue is empty. One letter, {NOTE!r}, was no event: Lambda refused it, and now "
            "it is nowhere.",
            expected="a letter that was not accepted stays in the queue.",
            advice="Delete a letter after the invoke, and only when Lambda has accepted it.",
            hint=2,
        )
    if left == len(_bodies()):
        raise NotYet(
            f"All {left} letters are still in the queue. After the visibility timeout they come "
            "back, and the next redrive sends them once more.",
            expected="the letters that Lambda accepted to be deleted.",
            advice="delete_message needs QueueUrl and the letter's ReceiptHandle.",
            hint=2,
        )
    raise NotYet(
        f"{left} letters are still in the queue.",
        expected="one, the note that is no event.",
        advice="receive_message returns ten letters at most. Ask again until none comes.",
        hint=2,
    )


def _expect_charged(session: Session) -> None:
    session.wait_until(
        lambda: len(_finished(session)) >= len(GOOD) + 1,
        WITHIN_S,
        f"{TARGET} had not run {len(GOOD) + 1} times. Was every letter sent?",
    )
    lines = [line.strip() for line in session.logs(TARGET)]
    counts = Counter(line.removeprefix(CHARGED) for line in lines if line.startswith(CHARGED))
    for order_id in GOOD:
        if counts[order_id] != 1:
            errors = {str(record["error_type"]) for record in _finished(session)} - {"None"}
            raise NotYet(
                f"The order {order_id} was charged {counts[order_id]} times. The function failed "
                f"with: {', '.join(sorted(errors))}.",
                expected="each order charged once: its event is the letter's Body, unchanged.",
                advice="The Body is JSON text already. Send it as Payload as it is.",
                hint=3,
            )


def _expect_failed_again(session: Session, letters: Queue, failed: Queue) -> None:
    session.wait_until(
        lambda: letters.holds() + failed.holds() == 2,
        WITHIN_S,
        f"the order {DECLINED} failed again, and nothing of it is left.",
    )


def _expect_counted(session: Session, sent: int) -> None:
    # whoever waits for each answer may leave out the one that failed
    right = (len(GOOD) + 1, len(GOOD))
    queued = bool(session.records(kind="event.queued", function=TARGET))
    if sent == right[0] or (not queued and sent in right):
        return
    raise NotYet(
        f"Every letter is where it belongs, and the answer says sent: {sent}.",
        expected=f"{right[0]}: the events that Lambda accepted. It did not accept the note.",
        advice="Count after the invoke has succeeded, once for each letter.",
        hint=3,
    )


def _finished(session: Session) -> list[Any]:
    return list(session.records(kind="invocation.finished", function=TARGET))
