"""Exercise 5.4: a queue's visibility timeout and redrive policy, tried with a slow function.

First the check receives a job again and again without deleting it, which is all that a failed or
throttled batch does to a message. Then a job meets a function that is throttled for a while: its
batch is tried again as long as it is invisible, and when that ends, a try is gone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from helpers.checks.lab_05_jobs import printed
from helpers.checks.outcome import NotYet
from helpers.checks.queues import mapped, may_poll, queue, wait_until_empty
from helpers.checks.recorded import recorded
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-slow-printer"
NAME = "check-print-jobs"
DEAD_LETTERS = "arn:aws:sqs:us-east-1:123456789012:print-jobs-dlq"
TIMEOUT_S = 1
TIMES = 6
LONGEST_S = 60
FEWEST_TRIES, MOST_TRIES = 5, 10
JOB = "o-6001"
BUSY_S = 2.5
ATTEMPTS = 3
WITHIN_S = 40
SLOW = """
import time

def handler(event, context):
    for record in event["Records"]:
        time.sleep(0.1)
        tries = record["attributes"]["ApproximateReceiveCount"]
        print("printed " + record["body"] + " at try " + tries)
"""


def check_5_4(
    session: Session,
    did: Did,
    queue_settings: Mapping[str, Any],
    function_settings: Mapping[str, Any],
) -> None:
    """Receive a job over and over, then send one to a function that is throttled for a while."""
    _expect_text(queue_settings)
    policy = _redrive_policy(queue_settings, function_settings)
    with queue(session, "check-dead-letters", {}) as dead:
        policy = {**policy, "deadLetterTargetArn": dead.arn}
        attributes = {**queue_settings, "RedrivePolicy": json.dumps(policy)}
        _receive_again_and_again(session, did, attributes)
        _wait_through_throttling(session, did, attributes)
    _expect_range(int(queue_settings["VisibilityTimeout"]))


def _expect_text(settings: Any) -> None:
    if not isinstance(settings, Mapping) or not all(isinstance(v, str) for v in settings.values()):
        raise NotYet(
            f"queue_settings is {shown(settings)}",
            expected="a dict of attributes of a queue, and each of them is text.",
            advice='Write "6" instead of 6, and wrap the redrive policy in json.dumps(...).',
            hint=2,
        )
    if not settings.get("VisibilityTimeout", "").isdecimal():
        raise NotYet(
            f"VisibilityTimeout is {shown(settings.get('VisibilityTimeout'))}",
            expected="a number of seconds, as text.",
            hint=2,
        )


def _redrive_policy(settings: Mapping[str, str], function: Any) -> dict[str, Any]:
    text = settings.get("RedrivePolicy")
    if not text:
        advice = "Give the queue a RedrivePolicy: where to, and after how many tries."
        if isinstance(function, Mapping) and "DeadLetterConfig" in function:
            advice = (
                "DeadLetterConfig of a function is for its asynchronous invokes. Lambda invokes "
                "synchronously for a queue, so here the queue needs a RedrivePolicy."
            )
        raise NotYet(
            "The queue has no way out: a job that always fails comes back until its retention "
            "ends, after 4 days by default.",
            expected="a redrive policy on the queue.",
            advice=advice,
            hint=2,
        )
    try:
        policy = json.loads(text)
        target, most = policy["deadLetterTargetArn"], int(policy["maxReceiveCount"])
    except (ValueError, TypeError, KeyError):
        raise NotYet(
            f"RedrivePolicy is {text!r}",
            expected="JSON text of an object with deadLetterTargetArn and maxReceiveCount.",
            hint=3,
        ) from None
    if target != DEAD_LETTERS:
        raise NotYet(
            f"Jobs that always fail would go to {target}.",
            expected=f"{DEAD_LETTERS}: a queue of their own, where somebody looks at them.",
            advice="The exercise's cell names the ARN: dead_letters_arn.",
            hint=3,
        )
    return {"deadLetterTargetArn": target, "maxReceiveCount": most}


def _receive_again_and_again(session: Session, did: Did, attributes: Mapping[str, str]) -> None:
    with queue(session, NAME, attributes) as jobs:
        jobs.send("o-6000")
        tries = jobs.tries(MOST_TRIES + 1)
    did(f"received a job without deleting it: it came {min(tries, MOST_TRIES)} times")
    if tries > MOST_TRIES:
        raise NotYet(
            f"After {MOST_TRIES} tries the job still came back.",
            expected=f"a job that never works in print-jobs-dlq after {MOST_TRIES} tries or fewer.",
            advice="Every try is an invocation that you pay for. Lower maxReceiveCount.",
            hint=3,
        )
    if tries < FEWEST_TRIES:
        raise NotYet(
            f"After {tries} {'try' if tries == 1 else 'tries'} the job was in print-jobs-dlq. "
            "A job that jams four times and would print at the fifth never gets there.",
            expected=f"at least {FEWEST_TRIES} tries.",
            advice="A throttled batch can use up a try too, and no line of your code runs for it.",
            hint=3,
        )


def _wait_through_throttling(session: Session, did: Did, attributes: Mapping[str, str]) -> None:
    """Throttle for BUSY_S; once more where a busy machine made it much longer, and a try went."""
    for _ in range(ATTEMPTS):
        lines, throttled_s = _throttle(session, did, attributes)
        if lines == [f"{JOB} at try 1"]:
            return
        if throttled_s <= BUSY_S + 1:
            break
    raise _try_lost(lines)


def _throttle(session: Session, did: Did, attributes: Mapping[str, str]) -> tuple[list[str], float]:
    """Return what the log says of the job, and for how long it met throttles."""
    with (
        queue(session, NAME, attributes) as jobs,
        execution_role(session, FUNCTION, may_poll(jobs)) as role,
    ):
        session.deploy(SLOW, FUNCTION, Role=role, Timeout=TIMEOUT_S)
        functions = session.client("lambda")
        functions.put_function_concurrency(FunctionName=FUNCTION, ReservedConcurrentExecutions=0)
        with mapped(session, FUNCTION, jobs, {"BatchSize": 1}, hint=2) as mapping:
            jobs.send(JOB)
            did(f"received a job over and over, then throttled the function for {BUSY_S} s")
            free_at = time.monotonic() + BUSY_S
            session.wait_until(
                lambda: _gave_up(session, mapping) or time.monotonic() > free_at,
                WITHIN_S,
                "the job was still waiting.",
            )
            functions.delete_function_concurrency(FunctionName=FUNCTION)
            throttled_s = BUSY_S + time.monotonic() - free_at
            wait_until_empty(session, jobs, WITHIN_S, "the job was not printed.")
        return printed(session.logs(FUNCTION)), throttled_s


def _gave_up(session: Session, mapping: str) -> bool:
    return bool(recorded(session, kind="batch.returned", mapping=mapping))


def _try_lost(lines: list[str]) -> NotYet:
    return NotYet(
        f"The log says: {', '.join(lines) or 'nothing'}. While the function was throttled, the "
        "visibility timeout ended: a try was gone, and no line of code had run for it.",
        expected=f"{JOB} at try 1: a visibility timeout of at least {TIMES} times the function's.",
        advice="Raise VisibilityTimeout. It runs from the receive, waiting included.",
        hint=2,
    )


def _expect_range(visibility_s: int) -> None:
    if visibility_s < TIMES * TIMEOUT_S:
        raise NotYet(
            f"A short rush went well with {visibility_s} s. On a busier day a batch waits longer.",
            expected=f"{TIMES} times the function's timeout or more, as AWS recommends: "
            f"{TIMES * TIMEOUT_S} s.",
            advice="Lambda tries a throttled batch again as long as its messages are invisible.",
            hint=2,
        )
    if visibility_s > LONGEST_S:
        raise NotYet(
            f"A job that fails comes back after {visibility_s:,} s, for that is when it becomes "
            "visible again.",
            expected="a second try within a minute.",
            advice="The visibility timeout is the wait between two tries as well.",
            hint=2,
        )
