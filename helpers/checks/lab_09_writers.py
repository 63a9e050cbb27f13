"""Exercise 9.5: at most five writers from a queue of two hundred, and no job turned away."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.outcome import NotYet
from helpers.checks.pool import undivided
from helpers.checks.queues import Queue, deleted, mapped, may_poll, queue
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-print-job"
WRITERS, JOBS, IN_A_CALL = 5, 200, 10
TIMEOUT_S, VISIBILITY_S = 20, 120
WITHIN_S = 45
HANDLER = """
import time

def handler(event, context):
    for record in event["Records"]:
        time.sleep(0.05)
"""


def check_9_5(
    session: Session, did: Did, reserved: int | None, mapping_settings: Mapping[str, Any]
) -> None:
    """Send two hundred jobs through a queue with these settings, and read who ran when."""
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
    ):
        session.deploy(HANDLER, FUNCTION, Role=role, Timeout=TIMEOUT_S)
        _reserve(session, reserved)
        _fill(jobs)
        with mapped(session, FUNCTION, jobs, mapping_settings, hint=3) as mapping:
            did(f"sent {JOBS} jobs through a queue with your settings")
            session.wait_until(
                lambda: _is_decided(session, mapping),
                WITHIN_S,
                f"{deleted(session, mapping)} of the {JOBS} jobs were done.",
            )
            _judge(session, reserved, mapping_settings)
    did(f"sent {JOBS} jobs through a queue: all done, {WRITERS} writers at most, no throttle")


def most_at_once(records: Sequence[Mapping[str, Any]]) -> int:
    """Return the highest number of invocations in flight."""
    steps = {"invocation.started": 1, "invocation.finished": -1}
    moments = [(r["time"], steps[r["kind"]]) for r in records if r["kind"] in steps]
    level = highest = 0
    for _, step in sorted(moments):
        level += step
        highest = max(highest, level)
    return highest


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


def _fill(jobs: Queue) -> None:
    for first in range(0, JOBS, IN_A_CALL):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps({"order_id": f"o-{3000 + number}"})}
            for number in range(first, first + IN_A_CALL)
        ]
        jobs.sqs.send_message_batch(QueueUrl=jobs.url, Entries=entries)


def _is_decided(session: Session, mapping: str) -> bool:
    records = session.records(function=FUNCTION)
    return (
        any(record["kind"] == "invocation.throttled" for record in records)
        or most_at_once(records) > WRITERS
        or deleted(session, mapping) >= JOBS
    )


def _judge(session: Session, reserved: int | None, settings: Mapping[str, Any]) -> None:
    records = session.records(function=FUNCTION)
    if any(record["kind"] == "invocation.throttled" for record in records):
        raise _turned_away(reserved, settings)
    writers = most_at_once(records)
    if writers > WRITERS:
        raise NotYet(
            f"{writers} writers were at work at the same moment.",
            expected=f"never more than {WRITERS}, however many jobs wait.",
            advice=_on_too_many(settings),
            hint=2,
        )
    if writers < WRITERS:
        raise NotYet(
            f"At the busiest moment {writers} writers were at work, with {JOBS} jobs waiting.",
            expected=f"{WRITERS}: the stock table can take five, and customers wait.",
            advice="Let the mapping have five invocations at once.",
            hint=3,
        )


def _turned_away(reserved: int | None, settings: Mapping[str, Any]) -> NotYet:
    if reserved == 0:
        return NotYet(
            "Every job was turned away. Reserved 0 turns a function off.",
            expected="all jobs done.",
            hint=2,
        )
    bound = (settings.get("ScalingConfig") or {}).get("MaximumConcurrency")
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
