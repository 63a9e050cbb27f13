"""EventBridge and its Scheduler: when schedules fire, which targets there are, and retries."""

from __future__ import annotations

import json
from typing import Any

from tools.fidelity.account import EMPTY, ProbedAccount, outcome, until
from tools.fidelity.rows import Area

AREA = Area("EventBridge and its Scheduler")
GUIDE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/"
SCHEDULER = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/"


def _rule(account: ProbedAccount, bus: str = "default", **more: str) -> str:
    """Put a rule for events of a source named like it."""
    name = account.name()
    pattern = {} if more else {"EventPattern": json.dumps({"source": [name]})}
    account.client("events").put_rule(Name=name, EventBusName=bus, **pattern, **more)
    return name


@AREA.row(
    "rate-first",
    "A rate starts counting when its schedule is made; when it first fires is not documented.",
    f"{SCHEDULER}schedule-types.html",
)
def rate_first(account: ProbedAccount) -> str:
    """Make a rule of a rate of an hour where hours take seconds, and wait for its firing."""
    far = account.lapsed
    name = _rule(far, ScheduleExpression="rate(1 hour)")
    early = [r for r in far.all_records("schedule.fired") if r["source"].endswith(name)]
    late = until(
        lambda: [r for r in far.all_records("schedule.fired") if r["source"].endswith(name)]
    )
    far.client("events").delete_rule(Name=name)
    first = "at once" if early else "one rate after it is made" if late else "never"
    return f"It fires first {first}."


@AREA.row(
    "schedule-clock",
    "Schedules follow the wall clock, to the minute.",
    f"{SCHEDULER}what-is-scheduler.html",
    labs=("04",),
)
def schedule_clock(account: ProbedAccount) -> str:
    """Let an hourly rule fire twice where hours take seconds; compare its moments."""
    far = account.lapsed
    name = _rule(far, ScheduleExpression="rate(1 hour)")

    def fired() -> list[str]:
        records = [r for r in far.all_records("schedule.fired") if r["source"].endswith(name)]
        return [str(r["scheduled_time"]) for r in records]

    until(lambda: len(fired()) >= 2)
    far.client("events").delete_rule(Name=name)
    minutes = {moment[14:19] for moment in fired()[:2]}
    apart = "an hour apart" if len(minutes) == 1 else "not an hour apart"
    return (
        f"The same without a time lapse. With one, waits are short and moments keep apart: two "
        f"firings of an hourly rule, a second after another, said they were {apart}."
    )


@AREA.row(
    "event-targets",
    "Rules deliver to more than 20 kinds of targets.",
    f"{GUIDE}eb-targets.html",
)
def event_targets(account: ProbedAccount) -> str:
    """Put targets of several kinds, and see which are taken."""
    rule = _rule(account)
    role = account.make_role(account.name(), service="events")
    resources = {
        "Lambda": (account.arn("lambda", f"function:{account.deploy(EMPTY)}"), {}),
        "SQS": (account.queue()[1], {}),
        "ECS": (account.arn("ecs", "cluster/c"), {"RoleArn": role}),
        "Batch": (account.arn("batch", "job-queue/q"), {"RoleArn": role}),
        "an API destination": (
            account.arn("events", "api-destination/d/0a1b2c3d-0000-1111-2222-333344445555"),
            {"RoleArn": role},
        ),
    }
    events = account.client("events")
    answers = {
        kind: outcome(events.put_targets, Rule=rule, Targets=[{"Id": str(n), "Arn": arn, **more}])
        for n, (kind, (arn, more)) in enumerate(resources.items())
    }
    taken = [kind for kind, answer in answers.items() if "refused" not in answer]
    refused = [kind for kind in answers if kind not in taken]
    return (
        f"Functions, queues, topics, streams, log groups, state machines and buses: of those "
        f"asked for, {' and '.join(taken)} were taken; {', '.join(refused)} were refused."
    )


@AREA.row(
    "event-retries",
    "A target that fails is tried again for 24 hours, up to 185 times, with back-off and jitter.",
    f"{GUIDE}eb-rule-retry-policy.html",
    labs=("04",),
)
def event_retries(account: ProbedAccount) -> str:
    """Let a call of a schedule be throttled three times, and read the waits."""
    far = account.lapsed
    far.cloud.fault(action="sqs:TagQueue", error="ThrottlingException", times=3)
    url, _ = far.queue()
    role = far.make_role(
        far.name(),
        {"Effect": "Allow", "Action": "sqs:TagQueue", "Resource": "*"},
        service="scheduler",
    )
    name = far.name()
    far.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression="rate(1 hours)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:sqs:tagQueue",
            "RoleArn": role,
            "Input": json.dumps({"QueueUrl": url, "Tags": {"a": "b"}}),
        },
    )

    def of(kind: str) -> list[dict[str, Any]]:
        return [r for r in far.all_records(kind) if r["source"].endswith(name)]

    until(lambda: of("target.invoked"))
    far.client("scheduler").delete_schedule(Name=name)
    waits = [record["wait_s"] for record in of("target.retried")]
    doubling = all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(waits))
    shape = "about 1, 2 and 4 s, each shortened by chance" if doubling else "of another shape"
    return f"The same limits. {len(waits)} waits were {shape}; AWS's curve is not published."


@AREA.row(
    "bus-to-bus",
    "An event that a bus sent to another bus goes no further: one hop only.",
    f"{GUIDE}eb-bus-to-bus.html",
)
def bus_to_bus(account: ProbedAccount) -> str:
    """Chain three buses, put an event on the first, and see how far it comes."""
    events = account.client("events")
    role = account.make_role(
        account.name(),
        {"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*"},
        service="events",
    )
    buses = [account.name() for _ in range(3)]
    arns = [events.create_event_bus(Name=bus)["EventBusArn"] for bus in buses]
    source = account.name()
    for bus, arn in zip(buses[:2], arns[1:], strict=True):
        pattern = json.dumps({"source": [source]})
        events.put_rule(Name="on", EventBusName=bus, EventPattern=pattern)
        events.put_targets(
            Rule="on", EventBusName=bus, Targets=[{"Id": "t", "Arn": arn, "RoleArn": role}]
        )
    entry = {"Source": source, "DetailType": "x", "Detail": "{}", "EventBusName": buses[0]}
    events.put_events(Entries=[entry])

    def reached() -> set[str]:
        records = account.all_records("bus.event")
        return {r["bus"] for r in records if r["source"] == source}

    until(lambda: len(reached()) >= 3, within_s=1.5)
    return f"The same: of three buses in a chain, the event came to {len(reached())}."


@AREA.row(
    "partner-events",
    "Partners and AWS services send events of their own, through CloudTrail among others.",
    f"{GUIDE}eb-service-event.html",
)
def partner_events(account: ProbedAccount) -> str:
    """Make a queue and a function, and look for their events on the default bus."""
    before = len(account.all_records("bus.event"))
    account.queue()
    account.deploy(EMPTY)
    s3, bucket = account.client("s3"), account.name()
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    s3.put_object(Bucket=bucket, Key="k")

    def sources() -> set[str]:
        return {r["source"] for r in account.all_records("bus.event")[before:]}

    came = "comes" if until(lambda: "aws.s3" in sources()) else "does not come"
    calls = "events" if {"aws.sqs", "aws.lambda"} & sources() else "no events"
    return f"API calls make {calls}; that of a new object {came} (from S3, with EventBridge on)."


@AREA.row(
    "scheduler-window",
    "A flexible window fires a schedule at a moment of AWS's choice.",
    f"{SCHEDULER}managing-schedule-flexible-time-windows.html",
)
def scheduler_window(account: ProbedAccount) -> str:
    """Make a schedule with a window where hours take seconds, and wait for it."""
    far = account.lapsed
    url, arn = far.queue()
    role = far.make_role(
        far.name(),
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"},
        service="scheduler",
    )
    name = far.name()
    far.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression="rate(1 hours)",
        FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 30},
        Target={"Arn": arn, "RoleArn": role, "Input": "x"},
    )
    answer = far.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)
    far.client("scheduler").delete_schedule(Name=name)
    came = "fired" if answer.get("Messages") else "did not fire"
    return f"At a random moment within the window: a schedule with 30 minutes {came}."
