"""Exercise 10.2: settings for an event that must not run late.

One event fails each time; then one is throttled for longer than it may wait. A minute of AWS's is
a second here, so the check first makes the environment warm: its start would count as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.lab_10_failures import QUEUE_ARN, shop_queue
from helpers.checks.outcome import NotYet
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-flash-sale"
WITHIN_S = 30
BUSY_S = 3
LATE_S = 2
"""Two minutes of AWS's, here."""
ALLOWED_S, LONGEST_S = 120, 21_600
"""Two minutes, and how long an event may wait unless somebody says less."""
ATTEMPTS = 3
TRIES = 2
ENDS = ("event.sent_on", "event.dropped")
SEND = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE_ARN}
TO_QUEUE = {"OnFailure": {"Destination": QUEUE_ARN}}
SOURCE = """
import time

def handler(event, context):
    if event["how"] == "fails":
        raise ConnectionError("the shop window does not answer")
    time.sleep(event["busy_s"])
"""


def check_10_2(session: Session, did: Did, settings: Mapping[str, Any]) -> None:
    """Put the settings; let one event fail each time, and one wait behind a busy function."""
    if not isinstance(settings, Mapping):
        raise NotYet(f"settings is {shown(settings)}", expected="a dict.", hint=2)
    with shop_queue(session) as failed, execution_role(session, FUNCTION, SEND) as role:
        session.deploy(SOURCE, FUNCTION, Role=role, MemorySize=1769, Timeout=30)
        session.invoke(FUNCTION, {"how": "waits", "busy_s": 0})
        age_s = _configure(session, settings)
        did("sent an event that fails each time")
        _expect_tries(session)
        did(f"sent one that fails each time, and one while the function was busy for {BUSY_S} s")
        _wait_behind_a_busy_function(session)
        _expect_age(age_s)
        session.wait_until(lambda: failed.holds() >= TRIES, WITHIN_S, "a record was missing.")


def _configure(session: Session, settings: Mapping[str, Any]) -> int:
    """Put the settings; return how many seconds old an event may be when it runs."""
    client = session.client("lambda")
    # today's configuration: the destination is there, and waits and tries are Lambda's own
    client.put_function_event_invoke_config(FunctionName=FUNCTION, DestinationConfig=TO_QUEUE)
    try:
        put = client.put_function_event_invoke_config(**{**settings, "FunctionName": FUNCTION})
    except (ClientError, ParamValidationError) as refusal:
        words = refusal.response["Error"]["Message"] if isinstance(refusal, ClientError) else None
        raise NotYet(
            f"AWS refused {shown(settings)}: {words or refusal}",
            expected="tries from 0 to 2, and an age from 60 to 21,600 seconds, both whole numbers.",
            hint=3,
        ) from None
    if put["DestinationConfig"].get("OnFailure") != TO_QUEUE["OnFailure"]:
        raise NotYet(
            "With your settings the destination is gone: what is given up would be lost.",
            expected="the destination that was there, beside what you change.",
            advice="Put replaces all settings of the function. Name the destination again.",
            hint=2,
        )
    return int(put.get("MaximumEventAgeInSeconds", LONGEST_S))


def _expect_age(age_s: int) -> None:
    if age_s > ALLOWED_S:
        raise NotYet(
            f"With your settings a run may begin when the event is {age_s} s old.",
            expected=f"no run after two minutes: {ALLOWED_S} s.",
            advice="MaximumEventAgeInSeconds counts from the moment when Lambda took the event.",
            hint=2,
        )


def _tries(session: Session) -> int:
    """Return how often an event was tried that fails each time."""
    request_id = _send(session, {"how": "fails"})
    session.wait_until(
        lambda: _ended(session, request_id), WITHIN_S, "the event was still waiting."
    )
    return len(session.records(kind="invocation.started", request_id=request_id))


def _send(session: Session, event: Mapping[str, Any]) -> str:
    answer = session.client("lambda").invoke(
        FunctionName=FUNCTION, InvocationType="Event", Payload=json.dumps(event)
    )
    return str(answer["ResponseMetadata"]["RequestId"])


def _ended(session: Session, request_id: str) -> Mapping[str, Any] | None:
    return next((r for r in session.records(request_id=request_id) if r["kind"] in ENDS), None)


def _expect_tries(session: Session) -> None:
    for _ in range(ATTEMPTS):  # a retry that a busy machine delays finds the event too old
        tries = _tries(session)
        if tries >= TRIES:
            break
    if tries > TRIES:
        raise NotYet(
            f"The event was tried {tries} times, the last time three minutes after it was sent: "
            "one minute, then two.",
            expected="a second try, and none after two minutes.",
            advice="Bound the tries, or the age of the event.",
            hint=2,
        )
    if tries < TRIES:
        raise NotYet(
            "The event was tried once.",
            expected="a second try, which comes one minute after the first has failed.",
            advice="The event must be allowed one retry, and be allowed to grow older than that "
            "minute.",
            hint=2,
        )


def _wait_behind_a_busy_function(session: Session) -> None:
    client = session.client("lambda")
    client.put_function_concurrency(FunctionName=FUNCTION, ReservedConcurrentExecutions=1)
    for attempt in range(1, ATTEMPTS + 1):
        waited_s = _waited_before_it_ran(session, BUSY_S * attempt)
        if waited_s is None or waited_s > LATE_S:
            break  # else the machine was so busy that the event came when the function was not
    client.delete_function_concurrency(FunctionName=FUNCTION)
    if waited_s is not None:
        raise NotYet(
            "The function was busy for three minutes, 3 s here. The event waited, and then it ran: "
            "it was more than two minutes old.",
            expected="an event that is given up when it is two minutes old.",
            advice="Throttles do not count as tries. Only the age ends them: "
            "MaximumEventAgeInSeconds.",
            hint=2,
        )


def _waited_before_it_ran(session: Session, busy_s: int) -> float | None:
    """Send an event to the busy function; return how long it waited, None if it never ran."""
    with ThreadPoolExecutor(1) as callers:
        began = len(session.records(kind="invocation.started", function=FUNCTION))
        busy = callers.submit(session.invoke, FUNCTION, {"how": "waits", "busy_s": busy_s})
        session.wait_until(
            lambda: len(session.records(kind="invocation.started", function=FUNCTION)) > began,
            WITHIN_S,
            "the function did not start.",
        )
        request_id = _send(session, {"how": "waits", "busy_s": 0})
        session.wait_until(
            lambda: _ended(session, request_id) or _ran_at(session, request_id),
            WITHIN_S,
            "the event was still waiting.",
        )
        busy.result()
    ran_at = _ran_at(session, request_id)
    if ran_at is None:
        return None
    (queued,) = session.records(kind="event.queued", request_id=request_id)
    return ran_at - float(queued["time"])


def _ran_at(session: Session, request_id: str) -> float | None:
    started = session.records(kind="invocation.started", request_id=request_id)
    return float(started[0]["time"]) if started else None
