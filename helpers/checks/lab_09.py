"""Lab 09, Concurrency and scaling: how much, for whom, how warm, and how gentle."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_09_needed import check_9_1
from helpers.checks.lab_09_neighbour import check_9_2
from helpers.checks.lab_09_patience import check_9_3
from helpers.checks.lab_09_predictions import PREDICTIONS
from helpers.checks.lab_09_target import check_9_6
from helpers.checks.lab_09_warm import check_9_4
from helpers.checks.lab_09_writers import check_9_5

LAB = LabChecks(
    slug="09-concurrency",
    shows=frozenset({Capability.RECORDS, Capability.THROTTLES, Capability.SCALING_LIMIT}),
    exercises=(
        Exercise(
            id="9.1",
            title="How much is enough?",
            core=True,
            hints=(
                "There are two bounds, and both must hold. Fast functions meet the second one.",
                "Rate × duration in seconds is how many are busy. And each unit answers at most "
                "10 requests a second, however short they are.",
                "return math.ceil(max(requests_per_s * duration_ms / 1000, requests_per_s / 10))",
            ),
            check=check_9_1,
        ),
        Exercise(
            id="9.2",
            title="End the noisy neighbour",
            core=True,
            hints=(
                "Draw the pool as a bar of 20. Take the reservation away first; the rest is what "
                "all others share.",
                "cap: at least 8 for the report, and the rest must hold 4 orders and 2 photos. "
                "keep: at least 4 for the orders, and the rest must hold 8 reports.",
                'cap = {"nightly-report": n} with n from 8 to 14, keep = {"place-order": m} with m '
                "from 4 to 12, and left is 20 - n and 20 - m.",
            ),
            check=check_9_2,
            needs=frozenset({Capability.THROTTLES, Capability.SCALING_LIMIT, Capability.LOOPBACK}),
        ),
        Exercise(
            id="9.3",
            title="A patient caller",
            core=False,
            hints=(
                "A loop over the attempts, call() inside try, and sleep after it. Never wait by "
                "time.sleep.",
                'Catch ClientError, and look at refusal.response["Error"]["Code"]. The wait: '
                "random.uniform(0, longest), where longest doubles each time, up to 20 s.",
                "for attempt in range(5): try: return call() except ClientError as refusal: raise "
                "when it is no throttle or attempt == 4; then sleep(random.uniform(0, min(20, "
                "2**attempt))).",
            ),
            check=check_9_3,
        ),
        Exercise(
            id="9.4",
            title="Ten orders, nobody waits",
            core=False,
            hints=(
                "Which of the two starts environments before anybody calls?",
                "It wants a Qualifier, which is never $LATEST, and a number.",
                'warm = {"Qualifier": "live", "ProvisionedConcurrentExecutions": 10}',
            ),
            check=check_9_4,
            needs=frozenset({Capability.PROVISIONED, Capability.LOOPBACK}),
        ),
        Exercise(
            id="9.5",
            title="Five writers at most",
            core=True,
            hints=(
                "Who turns a job away? Bound the one who takes it from the queue.",
                "A mapping has a ScalingConfig. Without a reservation, or with one that is large "
                "enough, nothing is throttled.",
                'reserved = None and mapping_settings = {"BatchSize": 1, "ScalingConfig": '
                '{"MaximumConcurrency": 5}}.',
            ),
            check=check_9_5,
            needs=frozenset({Capability.RECORDS}),
        ),
        Exercise(
            id="9.6",
            title="Meet the target",
            core=False,
            hints=(
                "One knob is a ceiling and costs nothing, the other is warmth and costs money.",
                "Compute how many are busy on average: 200 a second × about 0.2 s. Keep at least "
                "as many warm, and let the ceiling be between that and 100.",
                "Reserve from 60 to 90, and provision from 45 to 60.",
            ),
            check=check_9_6,
        ),
    ),
    predictions=PREDICTIONS,
    can="size a function's concurrency, and bound it without losing work",
)
