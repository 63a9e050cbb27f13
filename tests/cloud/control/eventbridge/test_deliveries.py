"""Deliveries of EventBridge: what is tried again, for how long, and what is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from helpers.cloud.control.eventbridge.deliveries import Deliveries
from helpers.cloud.control.eventbridge.delivery import Delivery
from helpers.cloud.errors import AwsError
from helpers.cloud.records import Recorder, Waiting

RULE = "arn:aws:events:us-east-1:123456789012:rule/orders"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
LETTERS = "arn:aws:sqs:us-east-1:123456789012:letters"
THROTTLED = AwsError("Rate exceeded", code="ThrottlingException", http_status=400)


class World:
    """Targets that fail as told, IAM that agrees, and timers that run when asked to."""

    def __init__(self, *failures: Exception, time_lapse: float = 1.0) -> None:
        self.failures = list(failures)
        self.time_lapse = time_lapse
        self.passed_s = 0.0
        self.waits: list[float] = []
        self.actions: list[Callable[[], None]] = []
        self.sent: list[str] = []
        self.letters: list[tuple[str, Mapping[str, tuple[str, str]]]] = []
        self.recorder = Recorder(self)  # type: ignore[arg-type]
        waiting = Waiting(self, self, self.recorder)  # type: ignore[arg-type]
        self.deliveries = Deliveries(self, self, self, waiting)  # type: ignore[arg-type]

    def now(self) -> float:
        return 0.0

    def steady(self) -> float:
        return self.passed_s

    def lapsed(self, wait_s: float) -> float:
        return wait_s / self.time_lapse

    def after(self, wait_s: float, action: Callable[[], None]) -> None:
        self.waits.append(wait_s)
        self.actions.append(action)

    def service_may(self, *_question: str) -> None:
        return None

    role_may = service_may

    def missing(self, _arn: str) -> bool:
        return False

    def send_to_group(self, _queue: str, body: str, *_more: Any) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(body)

    def send_message(
        self, _queue: str, body: str, attributes: Mapping[str, tuple[str, str]]
    ) -> None:
        self.letters.append((body, attributes))

    def run(self, **more: Any) -> list[dict[str, Any]]:
        """Deliver, and let all waits pass; return the records."""
        facts: dict[str, Any] = {
            "service": "events.amazonaws.com",
            "source_arn": RULE,
            "trust_arn": RULE,
            "target_arn": QUEUE,
            "payload": lambda attempt: f"try {attempt}",
            "dead_letter_arn": LETTERS,
            "dead_letter_body": "the event",
            "attributes": {"RULE_ARN": RULE},
        }
        self.deliveries.deliver(Delivery(**{**facts, **more}))
        while self.actions:
            self.passed_s += self.waits[-1]
            self.actions.pop(0)()
        return list(self.recorder.since(0)["records"])


def test_a_throttled_target_is_tried_again():
    """Waits double, with jitter, from a second; the try that succeeds is the last."""
    world = World(*[THROTTLED] * 4)
    records = world.run()

    assert ["try 5"] == world.sent
    assert ["target.retried"] * 4 + ["target.invoked"] == [r["kind"] for r in records]
    assert (True, 5) == (records[-1]["delivered"], records[-1]["attempts"])
    for wait_s, longest in zip(world.waits, (1, 2, 4, 8), strict=True):
        assert longest / 2 <= wait_s <= longest


def test_retries_are_lapsed():
    """With a time lapse of 60 the waits are a sixtieth."""
    world = World(THROTTLED, time_lapse=60)
    world.run()

    assert 0.5 / 60 <= world.waits[0] <= 1 / 60


@pytest.mark.parametrize(
    ("limits", "condition"),
    [
        ({"max_retries": 3}, "MaximumRetryAttempts"),
        ({"max_age_s": 60}, "MaximumEventAgeInSeconds"),
    ],
)
def test_retries_end(limits: dict[str, Any], condition: str):
    """When retries or age are used up, the event goes to the dead-letter queue and says so."""
    world = World(*[THROTTLED] * 200)
    records = world.run(**limits)
    body, attributes = world.letters[0]

    assert ("the event", condition) == (body, attributes["EXHAUSTED_RETRY_CONDITION"][1])
    assert str(len(world.waits)) == attributes["RETRY_ATTEMPTS"][1]
    assert ("THROTTLING", "Rate exceeded") == (
        attributes["ERROR_CODE"][1],
        attributes["ERROR_MESSAGE"][1],
    )
    assert (False, LETTERS) == (records[-1]["delivered"], records[-1]["dead_letter"])
    assert [] == world.sent


def test_185_retries_in_a_day_at_most():
    """Without a policy of its own a target is tried for 24 hours."""
    world = World(*[THROTTLED] * 1000)
    world.run()

    assert len(world.waits) <= 185
    assert world.passed_s <= 86_400


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AwsError("no", code="AccessDeniedException", http_status=403), "NO_PERMISSIONS"),
        (
            AwsError("no", code="AWS.SimpleQueueService.NonExistentQueue", http_status=400),
            "NO_RESOURCE",
        ),
        (AwsError("no", code="InvalidParameterValue", http_status=400), "SDK_CLIENT_ERROR"),
    ],
)
def test_what_no_retry_can_mend_is_given_up_at_once(error: AwsError, code: str):
    """Want of permission or of the target ends the delivery at the first try."""
    world = World(error)
    world.run()

    assert [] == world.waits
    assert (code, "0") == tuple(
        world.letters[0][1][name][1] for name in ("ERROR_CODE", "RETRY_ATTEMPTS")
    )
    assert "EXHAUSTED_RETRY_CONDITION" not in world.letters[0][1]


def test_a_fault_of_the_kit_is_a_failed_delivery(capsys: pytest.CaptureFixture[str]):
    """Whatever goes wrong, the caller goes on, and the record says what happened."""
    records = World(KeyError("oops")).run()

    assert "KeyError: 'oops'" in records[-1]["reason"]
    assert "Traceback" in capsys.readouterr().err


def test_a_reset_drops_what_waits():
    """What waited for another try when the account was emptied is not tried again."""
    world = World(THROTTLED)
    world.after = lambda _wait_s, action: (world.deliveries.clear(), action())  # type: ignore
    world.run()

    assert [] == world.sent
