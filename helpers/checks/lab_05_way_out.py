"""Exercise 5.4: a queue's visibility timeout and redrive policy, tried with a slow function.

First the check receives a job again and again without deleting it, which is all that a failed or
throttled batch does to a message. Then it sends four slow jobs to a function that may run once at
a time: three of them wait as throttled batches while their visibility timeout runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from helpers.checks.lab_05_jobs import printed
from helpers.checks.outcome import NotYet
from helpers.checks.queues import mapped, may_poll, queue
from helpers.checks.roles import role_for
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-slow-printer"
NAME = "check-print-jobs"
DEAD_LETTERS = "arn:aws:sqs:us-east-1:123456789012:print-jobs-dlq"
TIMEOUT_S = 1
TIMES = 6
LONGEST_S = 60
FEWEST_TRIES, MOST_TRIES = 5, 10
JOBS = ["o-6001", "o-6002", "o-6003", "o-6004"]
WITHIN_S = 40
SLOW = """
import time

def handler(event, context):
    for record in event["Records"]:
        time.sleep(0.6)
        print("printed " + record["body"])
"""


def check_5_4(
    session: Session,
    did: Did,
    queue_settings: Mapping[str, Any],
    function_settings: Mapping[str, Any],
) -> None:
    """Receive a job over and over, then run four slow jobs through a busy function."""
    _expect_text(queue_settings)
    policy = _redrive_policy(queue_settings, function_settings)
    with queue(session, "check-dead-letters", {}) as dead:
        policy = {**policy, "deadLetterTargetArn": dead.arn}
        attributes = {**queue_settings, "RedrivePolicy": json.dumps(policy)}
        _receive_again_and_again(session, did, attributes)
        _run_slowly(session, did, attributes)
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


def _run_slowly(session: Session, did: Did, attributes: Mapping[str, str]) -> None:
    with (
        queue(session, NAME, attributes) as jobs,
        role_for(session, FUNCTION, may_poll(jobs)) as role,
    ):
        session.deploy(SLOW, FUNCTION, Role=role, Timeout=TIMEOUT_S)
        session.client("lambda").put_function_concurrency(
            FunctionName=FUNCTION, ReservedConcurrentExecutions=1
        )
        jobs.send(*JOBS)
        did("received a job over and over, then sent four slow jobs to a busy function")
        with mapped(session, FUNCTION, jobs, {"BatchSize": 1}, hint=2):
            session.wait_until(
                lambda: _twice(session) or (set(_runs(session)) == {*JOBS} and jobs.holds() == 0),
                WITHIN_S,
                "not every job was printed.",
            )
    twice = _twice(session)
    if twice:
        raise NotYet(
            f"Job {twice} was printed {_runs(session).count(twice)} times. It waited as a "
            "throttled batch, and its visibility timeout ended while it was being printed.",
            expected=f"a visibility timeout of at least {TIMES} times the function's timeout.",
            advice="Raise VisibilityTimeout. It runs from the receive, waiting included.",
            hint=2,
        )


def _runs(session: Session) -> list[str]:
    return printed(session.logs(FUNCTION))


def _twice(session: Session) -> str | None:
    runs = _runs(session)
    return next((job for job in JOBS if runs.count(job) > 1), None)


def _expect_range(visibility_s: int) -> None:
    if visibility_s < TIMES * TIMEOUT_S:
        raise NotYet(
            f"Four jobs went well with {visibility_s} s. On a busier day a batch waits longer.",
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
