"""Lab 02, The life of an execution environment: what starts, stays, freezes and ends."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_02_arrivals import check_2_6
from helpers.checks.lab_02_catalogue import check_2_1
from helpers.checks.lab_02_confirmations import check_2_3
from helpers.checks.lab_02_connection import check_2_2
from helpers.checks.lab_02_deadline import check_2_4
from helpers.checks.lab_02_lazy_import import check_2_5
from helpers.checks.lab_02_predictions import PREDICTIONS

LAB = LabChecks(
    slug="02-environments",
    can="say what an environment keeps and what it forgets, and find what a cold start costs",
    shows=frozenset(
        {
            Capability.RECORDS,
            Capability.FREEZE,
            Capability.MEMORY_LIMIT,
            Capability.REPORT_LINE,
            Capability.PROVISIONED,
        }
    ),
    exercises=(
        Exercise(
            id="2.1",
            title="Read the catalogue once",
            core=True,
            hints=(
                "Two places to choose from: above the handler, or inside it. Which of them runs "
                "once for each environment?",
                "A name that is bound above the handler is there for every event. "
                "`read_catalogue()` gives what it should hold.",
                'Above the handler: `catalogue = read_catalogue()`. In it: `return {"order_id": '
                'event["order_id"], "total_cents": sum(catalogue[item["sku"]] * item["qty"] '
                'for item in event["items"])}`.',
            ),
            check=check_2_1,
            needs=frozenset({Capability.RECORDS}),
        ),
        Exercise(
            id="2.2",
            title="When the other side hung up",
            core=False,
            hints=(
                "Keep the connection as it is. What changes is what happens when asking fails: "
                "ask once more.",
                "Every closed line is a ConnectionError. Catch that one, close your side with "
                "`warehouse.close()`, and call `stock_of` again; http.client opens a new line by "
                "itself.",
                '`try: return stock_of(event["sku"])`, then `except ConnectionError: '
                "warehouse.close()`, then, after the except, "
                '`return stock_of(event["sku"])`. A second failure leaves the handler by itself.',
            ),
            check=check_2_2,
            needs=frozenset({Capability.EXECUTION_ENVIRONMENTS, Capability.LOOPBACK}),
        ),
        Exercise(
            id="2.3",
            title="One customer, one confirmation",
            core=True,
            hints=(
                "Which names live longer than one event? Whatever an order writes into one of "
                "them is there for the next customer.",
                "Make the dict and its list inside the handler, anew for each event. "
                "`dict(TEMPLATE)` copies the outer dict only; the list inside stays shared.",
                'In the handler: `return {"currency": "EUR", "order_id": event["order_id"], '
                '"ship_to": event.get("ship_to", "pick up in the shop"), '
                '"notes": list(event.get("notes", [])), "total_cents": sum(…)}`.',
            ),
            check=check_2_3,
            needs=frozenset(
                {Capability.EXECUTION_ENVIRONMENTS, Capability.ENVIRONMENT_AFTER_ERROR}
            ),
        ),
        Exercise(
            id="2.4",
            title="Stop in time",
            core=False,
            hints=(
                "Ask before each page whether there is time for one more. Who tells how much time "
                "is left?",
                "`context.get_remaining_time_in_millis()` counts down to the timeout. Keep a "
                "reserve of 500 ms, and beside it the time of the slowest page so far.",
                "Before each page: `if context.get_remaining_time_in_millis() < slowest_ms + 500: "
                "break`. Around `print_page`: `began = time.monotonic()`, and afterwards "
                "`slowest_ms = max(slowest_ms, (time.monotonic() - began) * 1000)`.",
            ),
            check=check_2_4,
            needs=frozenset({Capability.TIMEOUT, Capability.LOG_TAIL, Capability.REPORT_LINE}),
        ),
        Exercise(
            id="2.5",
            title="Load it when it is needed",
            core=False,
            hints=(
                "An import may stand in any function. Where does only an order with an invoice "
                "come by?",
                "A function of its own imports boto3 and makes the client. Let it keep the client, "
                "so that the second invoice does not make another.",
                '`@functools.cache` above `def s3(): import boto3; return boto3.client("s3")`, '
                'on two lines, and in the handler, behind `if event.get("invoice"):`, '
                "`s3().generate_presigned_url(…)`.",
            ),
            check=check_2_5,
            needs=frozenset({Capability.ENVIRONMENT_AFTER_UPDATE, Capability.REPORT_LINE}),
        ),
        Exercise(
            id="2.6",
            title="The sale at six",
            core=True,
            hints=(
                "Play it with a list of environments: for each one, remember until when it is "
                "busy.",
                "Go through the requests in order. Is there an environment that is busy until "
                "`at_s` or less? Then it serves this one. If none is, one more starts, cold.",
                "`busy_until = [0.0] * provisioned` and `cold = 0`. For each request: find the "
                'first number in the list with `until <= request["at_s"]`; replace it by '
                "`at_s + lasts_s`, or append that sum and add 1 to cold.",
            ),
            check=check_2_6,
            needs=frozenset({Capability.RECORDS}),
        ),
    ),
    predictions=PREDICTIONS,
)
