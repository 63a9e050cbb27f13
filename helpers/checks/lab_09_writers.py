"""Exercise 9.5: at most five writers from a queue of two hundred, and no job turned away.

The writers wait at a gate while the poller brings what it may bring: so the check sees how many
there are, however slow the machine is. Then the gate opens, and the jobs run to the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.gates import Gate, gate
from helpers.checks.outcome import NotYet
from helpers.checks.pool import undivided
from helpers.checks.queues import Queue, deleted, mapped, may_poll, queue
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-print-job"
WRITERS, JOBS, IN_A_CALL = 5, 200, 10
TIMEOUT_S, VISIBILITY_S = 60, 360
ALL_THERE_S, ONE_MORE_S, WITHIN_S = 15, 2, 60
HANDLER = """
import json
import socket

def handler(event, context):
    for record in event["Records"]:
        gate = ("127.0.0.1", json.loads(record["body"])["gate"])
        with socket.create_connection(gate, 60) as line:
            line.recv(1)
"""


def check_9_5(
    session: Session, did: Did, reserved: int | None, mapping_settings: Mapping[str, Any]
) -> None:
    """Send two hundred jobs through a queue with these settings, and count who is at work."""
    if not isinstance(mapping_settings, Mapping):
        raise NotYet(
            f"mapping_settings is {shown(mapping_settings)}.",
            expected='a dict of what create_event_source_mapping takes, such as {"BatchSize": 1}.',
            hint=2,
        )
    attributes = {"VisibilityTimeout": str(VISIBILITY_S)}
    with (
        undivided(session),
        queue(session, "check-print-jobs", attributes) as jobs,
        execution_role(session, FUNCTION, may_poll(jobs)) as role,
        gate() as writers,
    ):
        session.deploy(HANDLER, FUNCTION, Role=role, Timeout=TIMEOUT_S)
        _reserve(session, reserved)
        _fill(jobs, writers)
        with mapped(session, FUNCTION, jobs, mapping_settings, hint=3) as mapping:
            did(f"sent {JOBS} jobs through a queue with your settings")
            _expect_five(session, reserved, mapping_settings)
            writers.open()
            session.wait_until(
                lambda: deleted(session, mapping) >= JOBS,
                WITHIN_S,
                f"not all of the {JOBS} jobs were done.",
            )
    did(f"sent {JOBS} jobs through a queue: all done, {WRITERS} writers at most, no throttle")


def _reserve(session: Session, reserved: Any) -> None:
    if reserved is None:
        return
    try:
        session.client("lambda").put_function_concurrency(
            FunctionName=FUNCTION, ReservedConcurrentExecutions=reserved
        )
    except (ClientError, ParamValidationError) as refusal:
        raise NotYet(
            f"AWS refused to reserve {shown(reserved)}: {refusal}",
            expected="a whole number that leaves the minimum to the others, or None.",
            hint=2,
        ) from None


def _fill(jobs: Queue, writers: Gate) -> None:
    for first in range(0, JOBS, IN_A_CALL):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps({"job": number, **writers.event})}
            for number in range(first, first + IN_A_CALL)
        ]
        jobs.sqs.send_message_batch(QueueUrl=jobs.url, Entries=entries)


def _expect_five(session: Session, reserved: int | None, settings: Mapping[str, Any]) -> None:
    """Wait for five writers, then whether one more comes, or is turned away."""

    def writers() -> int:
        return len(session.records(kind="environment.created", function=FUNCTION))

    def throttled() -> bool:
        return bool(session.records(kind="invocation.throttled", function=FUNCTION))

    if _bound(settings) is None or _bound(settings) >= WRITERS:
        _wait(session, lambda: writers() >= WRITERS or throttled(), ALL_THERE_S)
    _wait(session, lambda: writers() > WRITERS or throttled(), ONE_MORE_S)
    if throttled():
        raise _turned_away(reserved, settings)
    if (count := writers()) > WRITERS:
        raise NotYet(
            f"{count} writers were at work at the same moment, and more were on their way.",
            expected=f"never more than {WRITERS}, however many jobs wait.",
            advice=_on_too_many(settings),
            hint=2,
        )
    if count < WRITERS:
        raise NotYet(
            f"{count} writers were at work at the same moment, with {JOBS} jobs waiting.",
            expected=f"{WRITERS}: the stock table can take five, and customers wait.",
            advice="Let the mapping have five invocations at once.",
            hint=3,
        )


def _wait(session: Session, condition: Callable[[], bool], at_most_s: float) -> None:
    with suppress(NotYet):  # that it never happens may be right
        session.wait_until(condition, at_most_s, "")


def _bound(settings: Mapping[str, Any]) -> Any:
    scaling = settings.get("ScalingConfig") or {}
    return scaling.get("MaximumConcurrency")


def _turned_away(reserved: int | None, settings: Mapping[str, Any]) -> NotYet:
    if reserved == 0:
        return NotYet(
            "Every job was turned away. Reserved 0 turns a function off.",
            expected="all jobs done.",
            hint=2,
        )
    bound = _bound(settings)
    advice = "The pollers know nothing of a reservation. Bound them where they take messages."
    if bound:
        advice = f"The mapping may bring {bound} at once, and the function has room for less."
    return NotYet(
        "A batch was turned away: the function was throttled. Each time that happens, its "
        "messages may lose a try, and healthy jobs end in the dead-letter queue.",
        expected="no throttle at all.",
        advice=advice,
        hint=1,
    )


def _on_too_many(settings: Mapping[str, Any]) -> str:
    if "ProvisionedPollerConfig" in settings:
        return (
            "Provisioned pollers are no bound for writers: each of them may have ten invocations "
            "at once."
        )
    if settings.get("BatchSize", 10) == WRITERS and "ScalingConfig" not in settings:
        return (
            "BatchSize is how many messages one event holds. How many events run is another thing."
        )
    return (
        "A mapping has a setting for its concurrency. Look at the last table before this exercise."
    )
