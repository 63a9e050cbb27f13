"""Exercise 4.2: events of objects that arrive late, twice, and with sequencers of any length.

Sequencers order the events of one key: pad the shorter with zeros at the left, compare as text
(docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.checks.buckets import Bucket, bucket
from helpers.checks.lab_01_uploads import s3_event
from helpers.checks.outcome import NotYet
from helpers.checks.pushes import new_environment
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of

BUCKET = "halftone-uploads"
FUNCTION = "check-index"


@dataclass(frozen=True, slots=True)
class Step:
    """One event, and the size that the index must hold for its key afterwards."""

    key: str
    size: int
    sequencer: str
    then: int
    story: str
    fresh: bool = False


CAT, DOG, SHORT = "uploads/my cat.jpg", "uploads/dog.jpg", "uploads/short.jpg"
STEPS = (
    Step(CAT, 100, "00A1", 100, "the first event of a key"),
    Step(CAT, 300, "00C3", 300, "a newer event"),
    Step(CAT, 200, "00B2", 300, "an older event that came late"),
    Step(DOG, 50, "0011", 50, "the first event of another key, with a smaller sequencer"),
    Step(CAT, 200, "00B2", 300, "the late event once more, in a new environment", fresh=True),
    Step(SHORT, 10, "9F", 10, "the first event of a third key, with a short sequencer"),
    Step(SHORT, 20, "10A", 20, "a newer event with a longer sequencer: 10A comes after 09F"),
    Step(SHORT, 10, "9F", 20, "the short one again: 09F comes before 10A"),
)


def check_4_2(session: Session, did: Did, handler: Callable[..., Any]) -> None:
    """Send eight events of three keys, out of order, and read the index after each."""
    with (
        bucket(session, BUCKET) as uploads,
        execution_role(session, FUNCTION, *_may(uploads)) as role,
    ):
        session.deploy(handler, FUNCTION, Role=role)
        for number, step in enumerate(STEPS, start=1):
            if step.fresh:
                new_environment(session, FUNCTION)
            event = _event(step)
            did(f"sent {number} of {len(STEPS)} events, the last one {step.story}")
            record = {"key": step.key, "size": step.size, "sequencer": step.sequencer}
            payload_of(session.invoke(FUNCTION, event), record, hint=1)
            _expect(uploads, step)


def _may(uploads: Bucket) -> list[dict[str, Any]]:
    objects = {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": f"{uploads.arn}/index/*",
    }
    return [objects, {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": uploads.arn}]


def _event(step: Step) -> dict[str, Any]:
    event = s3_event({step.key: step.size})
    event["Records"][0]["s3"]["object"]["sequencer"] = step.sequencer
    return event


def _expect(uploads: Bucket, step: Step) -> None:
    name = f"index/{step.key}.json"
    found = uploads.keys("index/")
    if name not in found:
        raise NotYet(
            f"There is no {name!r}. Under index/: {', '.join(map(repr, found)) or 'nothing'}.",
            expected="one entry per key, named after the key as it was stored.",
            hint=1,
        )
    entry = _entry(uploads, name)
    if entry.get("size") == step.then:
        return
    late = step.then != step.size
    advice = "Keep the sequencer in the entry, and leave the entry alone if the event's is smaller."
    if step.fresh:
        advice = (
            "What a function remembers in memory ends with its environment. Compare with what "
            "the entry itself says."
        )
    elif step.key == DOG:
        advice = "Sequencers order the events of one key. Each key needs its own."
    elif step.key == SHORT:
        advice = "Sequencers differ in length. Pad the shorter one with zeros at the left first."
    raise NotYet(
        f"After {step.story}, the index says {entry.get('size')} bytes for {step.key!r}.",
        expected=f"{step.then} bytes: "
        + ("what came late must not win." if late else "this event is the newest of its key."),
        advice=advice,
        hint=3 if step.key == SHORT else 2,
    )


def _entry(uploads: Bucket, name: str) -> dict[str, Any]:
    try:
        entry = json.loads(uploads.get(name))
    except ValueError:
        entry = None
    if not isinstance(entry, dict):
        raise NotYet(
            f"{name!r} is no JSON object.",
            expected='an entry such as {"size": 1024, "sequencer": "00A1"}.',
            hint=1,
        )
    return entry
