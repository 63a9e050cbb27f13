"""Exercise 5.1: ten jobs in one event, three of them bad; then the same through a queue.

The event first, for it decides most answers at once. The queue of the check lets a message go to
its dead-letter queue after one try, so that what was not deleted can be read there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.lab_05_jobs import expect_answer, printed, reported, sqs_event
from helpers.checks.outcome import NotYet
from helpers.checks.queues import mapped, may_poll, queue, wait_until_empty
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-print-job"
VISIBILITY_S = 4
WITHIN_S = 30


def _job(order_id: str, photo: str = "cat.jpg") -> str:
    return json.dumps({"order_id": order_id, "photo": photo})


GOOD = [_job(f"o-20{number:02}") for number in range(7)]
BAD = {
    "o-2090, whose photo is a GIF": _job("o-2090", "banner.gif"),
    "the one that is no JSON": "print me",
    "o-2092, which names no photo": json.dumps({"order_id": "o-2092"}),
}
MIXED = [*GOOD[:3], *list(BAD.values())[:2], *GOOD[3:6], list(BAD.values())[2], GOOD[6]]


def check_5_1(
    session: Session, did: Did, handler: Callable[..., Any], mapping_settings: Mapping[str, Any]
) -> None:
    """Send one event of ten jobs, then ten messages through a mapping with these settings."""
    if not isinstance(mapping_settings, Mapping):
        raise NotYet(
            f"mapping_settings is {shown(mapping_settings)}",
            expected='a dict of what create_event_source_mapping takes, such as {"BatchSize": 10}.',
            hint=3,
        )
    with queue(session, "check-dead-letters", {}) as dead:
        redrive = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1}
        attributes = {
            "VisibilityTimeout": str(VISIBILITY_S),
            "RedrivePolicy": json.dumps(redrive),
        }
        with (
            queue(session, "check-print-jobs", attributes) as jobs,
            execution_role(session, FUNCTION, may_poll(jobs)) as role,
        ):
            session.deploy(handler, FUNCTION, Role=role, Timeout=VISIBILITY_S)
            _one_event(session, did)
            jobs.send(*MIXED)
            with mapped(session, FUNCTION, jobs, mapping_settings, hint=3):
                did("sent ten jobs in one event, and ten through a queue with your mapping")
                wait_until_empty(
                    session,
                    jobs,
                    WITHIN_S,
                    "not all of the ten messages were deleted or had come back.",
                )
        _expect_left(dead.bodies())


def _one_event(session: Session, did: Did) -> None:
    event = sqs_event(MIXED)
    answer = session.invoke(FUNCTION, event)
    did("sent one event with ten jobs, three of them bad")
    expect_answer(
        answer,
        expected="an answer: an exception fails the whole batch, and all ten jobs come back.",
    )
    failed = reported(answer.payload, event, hint=2)
    wanted = {r["messageId"] for r in event["Records"] if r["body"] in BAD.values()}
    lines = printed(answer.log_tail.splitlines())
    for record in event["Records"]:
        is_listed = record["messageId"] in failed
        if record["messageId"] in wanted and not is_listed:
            raise _not_listed(record["body"], lines)
        if record["messageId"] not in wanted:
            _expect_printed_once(json.loads(record["body"])["order_id"], lines, listed=is_listed)


def _not_listed(body: str, lines: list[str]) -> NotYet:
    which = next(name for name, bad in BAD.items() if bad == body)
    if len(lines) < len(GOOD):
        return NotYet(
            f"The report leaves out {which}, and {len(GOOD) - len(lines)} good jobs were not "
            "printed. Lambda deletes what is not listed: they are lost.",
            expected="every record tried, and every failed one listed.",
            advice="Does the loop go on after the first failure? This is no FIFO queue.",
            hint=2,
        )
    return NotYet(
        f"The report leaves out {which}. Lambda deletes it, and nobody will hear of it.",
        expected="every failed record in the report.",
        advice="An exception that you catch must leave its record's messageId in the report.",
        hint=2,
    )


def _expect_printed_once(order_id: str, lines: list[str], *, listed: bool) -> None:
    times = lines.count(order_id)
    if times == 1 and not listed:
        return
    if listed and times:
        seen = f"Job {order_id} was printed, and the report lists it: it comes back and is printed"
        raise NotYet(
            f"{seen} again.", expected="a report of the failed jobs and no others.", hint=2
        )
    raise NotYet(
        f"Job {order_id} is good, and was printed {times} times.",
        expected="each good job printed once, whatever stands before it in the batch.",
        advice="Call print_poster(job) once per record, inside the loop.",
        hint=1,
    )


def _expect_left(left: list[str]) -> None:
    if sorted(left) == sorted(BAD.values()):
        return
    if not left:
        raise NotYet(
            "Your handler's report is right, and the mapping deleted all ten messages: "
            "nobody read the report.",
            expected="a mapping that deletes seven and leaves three.",
            advice="A mapping reads reports only when its FunctionResponseTypes say so.",
            hint=3,
        )
    raise NotYet(
        f"{len(left)} of the ten messages came back.",
        expected="the three bad ones, and no others.",
        advice="The event alone went well. Is the handler's answer the same on every run?",
        hint=3,
    )
