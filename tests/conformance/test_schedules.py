"""Schedules: rules that fire by the clock, and EventBridge Scheduler with its roles."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.roles import make_role
from tests.waiting import until

ACCOUNT = "123456789012"
LAPSE = 240
"""A minute of AWS takes a quarter of a second here."""
SEES = "def handler(event, context):\n    print('SEEN', __import__('json').dumps(event))\n"
OFF = {"Mode": "OFF"}
CANNOT_ASSUME = (
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
)


class Timetable:
    """One account in which time flies: schedules, a role for them, and queues they send to."""

    def __init__(self, account: Any) -> None:
        self.account = account
        self.scheduler = account.client("scheduler")
        self.events = account.client("events")
        self.sqs = account.client("sqs")
        self.iam = account.client("iam")
        self.role = self.new_role(["lambda:InvokeFunction", "sqs:SendMessage", "events:PutEvents"])

    def name(self, kind: str = "s") -> str:
        """Return a name that nobody else uses."""
        return f"{kind}-{secrets.token_hex(4)}"

    def new_role(self, actions: list[str], trusted: str = "scheduler.amazonaws.com") -> str:
        """Create a role that a service may assume, and that may do these actions."""
        return make_role(self.iam, actions, service=trusted)

    def queue(self, *, open_to_rules: bool = False) -> tuple[str, str]:
        """Create a queue; return its URL and ARN."""
        name = self.name("queue")
        arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
        attributes = {}
        if open_to_rules:
            principal = {"Service": "events.amazonaws.com"}
            statement = {"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": arn}
            attributes["Policy"] = document(statement)
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"], arn

    def schedule(self, expression: str, target: dict[str, Any], **more: Any) -> str:
        """Create a schedule whose target has the role; return its name."""
        name = self.name()
        self.scheduler.create_schedule(
            **{
                "Name": name,
                "ScheduleExpression": expression,
                "FlexibleTimeWindow": OFF,
                "Target": {"RoleArn": self.role, **target},
                **more,
            }
        )
        return name

    def soon(self, minutes: float = 1) -> str:
        """Return a one-time expression for a moment soon."""
        moment = datetime.now(UTC) + timedelta(minutes=minutes)
        return f"at({moment.strftime('%Y-%m-%dT%H:%M:%S')})"

    def message(self, url: str) -> dict[str, Any]:
        """Wait for a message and take it off its queue."""
        answer = self.sqs.receive_message(
            QueueUrl=url, WaitTimeSeconds=20, MessageAttributeNames=["All"]
        )
        message = answer["Messages"][0]
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return dict(message)

    def body(self, url: str) -> Any:
        """Wait for a message; return its body as data."""
        return json.loads(self.message(url)["Body"])

    def attributes(self, message: dict[str, Any]) -> dict[str, str]:
        """Return the attributes of a message as text."""
        return {n: a["StringValue"] for n, a in message["MessageAttributes"].items()}

    def records(self, kind: str, source: str) -> list[dict[str, Any]]:
        """Return the records of a kind whose source has this name."""
        found = self.account.cloud.records()["records"]
        return [r for r in found if r["kind"] == kind and r["source"].endswith("/" + source)]

    def wait_for(self, kind: str, source: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until there are so many such records."""

        def found() -> list[dict[str, Any]] | None:
            records = self.records(kind, source)
            return records[:count] if len(records) >= count else None

        records: list[dict[str, Any]] = until(found, said=lambda: f"no {kind} of {source}")
        return records

    def seen(self, function: str) -> dict[str, Any]:
        """Wait for the event a function was given."""
        until(
            lambda: self.account.records(function, "invocation.finished"),
            said=lambda: "the function did not run",
        )
        lines = [line for log in self.account.streams(function).values() for line in log]
        return dict(json.loads(next(line for line in lines if "SEEN" in line).split("SEEN ")[1]))

    def function(self) -> tuple[str, str]:
        """Create a function; return its name and ARN."""
        name = self.account.deploy(SEES)
        return name, f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"

    def page(self, **query: Any) -> Any:
        """Return the page of coming moments."""
        url = f"{self.account.cloud.endpoint}/_kit/schedules?{urllib.parse.urlencode(query)}"
        headers = {"Authorization": f"Bearer {self.account.cloud.token}"}
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return json.load(answer)


def document(statement: dict[str, Any]) -> str:
    """Return a policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def moment_of(text: str) -> datetime:
    """Read a moment as events write it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """Return code and message of a call that is refused."""
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


@pytest.fixture(scope="module")
def timetable(account_with: Callable[..., Any]) -> Timetable:
    """One account for the whole module."""
    return Timetable(account_with(time_lapse=LAPSE))


# rules with a schedule


def test_a_scheduled_rules_event(timetable: Timetable):
    """A scheduled rule sends an event of aws.events, whose only resource is the rule itself."""
    url, arn = timetable.queue(open_to_rules=True)
    rule = timetable.name("rule")
    rule_arn = timetable.events.put_rule(Name=rule, ScheduleExpression="rate(1 minute)")["RuleArn"]
    timetable.events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn}])
    first, second = timetable.body(url), timetable.body(url)
    timetable.events.disable_rule(Name=rule)

    assert first.pop("id") != second["id"]
    minute = moment_of(second["time"]) - moment_of(first.pop("time"))
    assert timedelta(minutes=1) == minute
    assert {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "region": "us-east-1",
        "resources": [rule_arn],
        "detail": {},
    } == first


def test_a_cron_rule_fires_on_the_minute(timetable: Timetable):
    """cron() fires when a minute begins, once for each."""
    rule = timetable.name("rule")
    timetable.events.put_rule(Name=rule, ScheduleExpression="cron(* * * * ? *)")
    fired = [r["scheduled_time"] for r in timetable.wait_for("schedule.fired", rule, 3)]
    timetable.events.delete_rule(Name=rule)

    assert all(text.endswith(":00Z") for text in fired)
    assert all(
        timedelta(minutes=1) == moment_of(other) - moment_of(one) for one, other in pairwise(fired)
    )


def test_a_disabled_or_deleted_rule_does_not_fire(timetable: Timetable):
    """DisableRule stops the clock, EnableRule starts it, DeleteRule ends it."""
    rule, other = timetable.name("rule"), timetable.name("rule")
    put = timetable.events.put_rule
    put(Name=rule, ScheduleExpression="rate(1 minute)", State="DISABLED")
    put(Name=other, ScheduleExpression="rate(1 minute)")
    timetable.wait_for("schedule.fired", other, 2)
    assert [] == timetable.records("schedule.fired", rule)
    timetable.events.enable_rule(Name=rule)
    timetable.wait_for("schedule.fired", rule)
    timetable.events.delete_rule(Name=rule)
    fired = len(timetable.records("schedule.fired", rule))
    timetable.wait_for("schedule.fired", other, len(timetable.records("schedule.fired", other)) + 2)
    timetable.events.delete_rule(Name=other)

    assert fired == len(timetable.records("schedule.fired", rule))


def test_a_rule_put_again_with_another_schedule(timetable: Timetable):
    """PutRule replaces the schedule; targets stay."""
    rule, put = timetable.name("rule"), timetable.events.put_rule
    url, arn = timetable.queue(open_to_rules=True)
    put(Name=rule, ScheduleExpression="rate(365 days)")
    timetable.events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn}])
    put(Name=rule, ScheduleExpression="rate(1 minute)")

    assert "aws.events" == timetable.body(url)["source"]
    timetable.events.disable_rule(Name=rule)


# EventBridge Scheduler


def test_a_schedule_is_kept_with_its_defaults(timetable: Timetable):
    """GetSchedule gives what was asked for, and AWS's defaults for the rest."""
    target = {"Arn": timetable.queue()[1], "Input": "{}"}
    name = timetable.schedule("rate(5 days)", target, Description="five days")
    found = timetable.scheduler.get_schedule(Name=name)
    created = found.pop("CreationDate")

    assert created == found.pop("LastModificationDate")
    del found["ResponseMetadata"]
    assert {
        "Arn": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/{name}",
        "Name": name,
        "GroupName": "default",
        "Description": "five days",
        "ScheduleExpression": "rate(5 days)",
        "ScheduleExpressionTimezone": "UTC",
        "State": "ENABLED",
        "ActionAfterCompletion": "NONE",
        "FlexibleTimeWindow": OFF,
        "Target": {
            **target,
            "RoleArn": timetable.role,
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185},
        },
    } == found


def test_a_schedule_invokes_a_function_as_its_role(timetable: Timetable):
    """A schedule needs no function policy: its role may invoke. The input is sent as it is."""
    function, arn = timetable.function()
    name = timetable.schedule(timetable.soon(), {"Arn": arn, "Input": '{"job": "report"}'})

    assert {"job": "report"} == timetable.seen(function)
    assert timetable.wait_for("target.invoked", name)[0]["delivered"]
    assert timetable.account.records(function, "event.queued")


def test_the_envelope_of_a_schedule_without_input(timetable: Timetable):
    """Without an input a target gets an event of aws.scheduler, whose detail is the text {}."""
    url, arn = timetable.queue()
    name = timetable.schedule(timetable.soon(), {"Arn": arn})
    schedule_arn = timetable.scheduler.get_schedule(Name=name)["Arn"]
    event = timetable.body(url)

    assert ("Scheduled Event", "aws.scheduler", [schedule_arn], "{}") == (
        event["detail-type"],
        event["source"],
        event["resources"],
        event["detail"],
    )


def test_context_attributes(timetable: Timetable):
    """<aws.scheduler.…> in an input name schedule, moment, execution and attempt."""
    url, arn = timetable.queue()
    names = ("schedule-arn", "scheduled-time", "execution-id", "attempt-number")
    text = json.dumps({name: f"<aws.scheduler.{name}>" for name in names})
    expression = timetable.soon()
    name = timetable.schedule(expression, {"Arn": arn, "Input": text})
    body = timetable.body(url)

    assert timetable.scheduler.get_schedule(Name=name)["Arn"] == body["schedule-arn"]
    assert expression == f"at({body['scheduled-time'].removesuffix('Z')})"
    assert (36, "1") == (len(body["execution-id"]), body["attempt-number"])


def test_a_role_that_does_not_trust_the_scheduler_is_refused(timetable: Timetable):
    """CreateSchedule wants a role that exists and trusts scheduler.amazonaws.com."""
    for role in (
        timetable.new_role(["sqs:*"], trusted="events.amazonaws.com"),
        f"arn:aws:iam::{ACCOUNT}:role/nobody",
    ):
        assert ("ValidationException", CANNOT_ASSUME) == refusal(
            timetable.scheduler.create_schedule,
            Name="s",
            ScheduleExpression="rate(1 minute)",
            FlexibleTimeWindow=OFF,
            Target={"Arn": timetable.queue()[1], "RoleArn": role},
        )


def test_a_role_without_permission_goes_to_the_dead_letter_queue(timetable: Timetable):
    """What the role may not do is not retried; the dead letter says why, and when it was meant."""
    function, arn = timetable.function()
    url, queue = timetable.queue()
    role = timetable.new_role(["sqs:SendMessage"])
    expression = timetable.soon()
    target = {"Arn": arn, "RoleArn": role, "Input": "{}", "DeadLetterConfig": {"Arn": queue}}
    name = timetable.schedule(expression, target)
    message = timetable.message(url)
    attributes = timetable.attributes(message)
    schedule_arn = timetable.scheduler.get_schedule(Name=name)["Arn"]

    assert "{}" == message["Body"]
    assert (schedule_arn, arn, "AccessDeniedException", "0", "false") == (
        attributes["SCHEDULE_ARN"],
        attributes["TARGET_ARN"],
        attributes["ERROR_CODE"],
        attributes["RETRY_ATTEMPTS"],
        attributes["IS_PAYLOAD_TRUNCATED"],
    )
    assert expression == f"at({attributes['SCHEDULED_TIME'].removesuffix('Z')})"
    assert "lambda:InvokeFunction" in attributes["ERROR_MESSAGE"]
    assert [] == timetable.account.records(function, "event.queued")


def test_a_function_deleted_under_its_schedule(timetable: Timetable):
    """The schedule goes on; each firing is recorded as not delivered."""
    function, arn = timetable.function()
    name = timetable.schedule("rate(1 minute)", {"Arn": arn})
    timetable.account.functions.delete_function(FunctionName=function)
    outcomes = timetable.wait_for("target.invoked", name, 2)
    timetable.scheduler.delete_schedule(Name=name)

    assert "ResourceNotFoundException" in outcomes[1]["reason"]
    assert not outcomes[1]["delivered"]


def test_a_universal_target_calls_any_api_as_the_role(timetable: Timetable):
    """arn:aws:scheduler:::aws-sdk:sqs:sendMessage sends the message that the input says."""
    url, _ = timetable.queue()
    timetable.schedule(
        timetable.soon(),
        {
            "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
            "Input": json.dumps({"QueueUrl": url, "MessageBody": "tick"}),
        },
    )

    assert "tick" == timetable.message(url)["Body"]


def test_a_universal_target_invokes_a_function(timetable: Timetable):
    """lambda:invoke takes the parameters of Invoke."""
    function, _ = timetable.function()
    parameters = {"FunctionName": function, "InvocationType": "Event", "Payload": '{"n": 1}'}
    arn = "arn:aws:scheduler:::aws-sdk:lambda:invoke"
    timetable.schedule(timetable.soon(), {"Arn": arn, "Input": json.dumps(parameters)})

    assert {"n": 1} == timetable.seen(function)


def test_a_universal_target_is_denied_what_the_role_may_not(timetable: Timetable):
    """The call is refused as the role's call would be, and goes to the dead-letter queue."""
    url, queue = timetable.queue()
    target = {
        "Arn": "arn:aws:scheduler:::aws-sdk:sns:publish",
        "Input": json.dumps({"TopicArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:t", "Message": "m"}),
        "DeadLetterConfig": {"Arn": queue},
    }
    timetable.schedule(timetable.soon(), target)
    attributes = timetable.attributes(timetable.message(url))

    assert attributes["ERROR_CODE"].startswith("AuthorizationError")
    assert "is not authorized to perform: SNS:Publish" in attributes["ERROR_MESSAGE"].replace(
        "sns:Publish", "SNS:Publish"
    )


def test_a_bus_as_target(timetable: Timetable):
    """A schedule puts an event with the source and type of its target on a bus."""
    source = timetable.name("source")
    url, arn = timetable.queue(open_to_rules=True)
    rule = timetable.name("rule")
    timetable.events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    timetable.events.put_targets(Rule=rule, Targets=[{"Id": "1", "Arn": arn}])
    timetable.schedule(
        timetable.soon(),
        {
            "Arn": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default",
            "EventBridgeParameters": {"Source": source, "DetailType": "tick"},
            "Input": '{"n": 1}',
        },
    )
    event = timetable.body(url)

    assert (source, "tick", {"n": 1}) == (event["source"], event["detail-type"], event["detail"])


def test_a_one_time_schedule_may_delete_itself(timetable: Timetable):
    """ActionAfterCompletion DELETE removes the schedule once it has fired; NONE keeps it."""
    url, arn = timetable.queue()
    kept = timetable.schedule(timetable.soon(), {"Arn": arn})
    gone = timetable.schedule(timetable.soon(), {"Arn": arn}, ActionAfterCompletion="DELETE")
    timetable.message(url)
    timetable.message(url)

    def is_gone() -> bool:
        names = [s["Name"] for s in timetable.scheduler.list_schedules()["Schedules"]]
        return gone not in names

    until(is_gone)
    assert "ENABLED" == timetable.scheduler.get_schedule(Name=kept)["State"]
    assert (
        "ResourceNotFoundException",
        f"Schedule {gone} does not exist.",
    ) == refusal(timetable.scheduler.get_schedule, Name=gone)


def test_start_and_end_dates(timetable: Timetable):
    """A recurring schedule fires from its start to its end."""
    _, arn = timetable.queue()
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=2)
    name = timetable.schedule(
        "rate(1 minute)",
        {"Arn": arn},
        StartDate=start,
        EndDate=start + timedelta(minutes=3),
        ActionAfterCompletion="DELETE",
    )
    until(lambda: not timetable.scheduler.list_schedules(NamePrefix=name)["Schedules"])

    assert [start + timedelta(minutes=n) for n in range(3)] == [
        moment_of(record["scheduled_time"]) for record in timetable.records("schedule.fired", name)
    ]


def test_a_flexible_time_window(timetable: Timetable):
    """A flexible schedule fires within its window; a mode without its minutes is refused."""
    _, arn = timetable.queue()
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1}
    name = timetable.schedule(timetable.soon(), {"Arn": arn}, FlexibleTimeWindow=window)

    assert timetable.wait_for("target.invoked", name)[0]["delivered"]
    code, _ = refusal(
        timetable.schedule,
        expression="rate(1 minute)",
        target={"Arn": arn},
        FlexibleTimeWindow={"Mode": "FLEXIBLE"},
    )
    assert "ValidationException" == code


def test_a_disabled_schedule_does_not_fire_until_it_is_updated(timetable: Timetable):
    """UpdateSchedule replaces everything: state, expression, target."""
    url, arn = timetable.queue()
    name = timetable.schedule("rate(1 minute)", {"Arn": arn}, State="DISABLED", Description="d")
    assert not any(name in key for key in timetable.page())
    timetable.scheduler.update_schedule(
        Name=name,
        ScheduleExpression=timetable.soon(),
        FlexibleTimeWindow=OFF,
        Target={"Arn": arn, "RoleArn": timetable.role, "Input": '"later"'},
    )

    assert '"later"' == timetable.message(url)["Body"]
    assert "Description" not in timetable.scheduler.get_schedule(Name=name)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"ScheduleExpression": "rate(10 seconds)"},
            "Invalid Schedule Expression rate(10 seconds).",
        ),
        (
            {"ScheduleExpression": "cron(0 1 * * * *)"},
            "Invalid Schedule Expression cron(0 1 * * * *).",
        ),
        (
            {"ScheduleExpressionTimezone": "Mars/Olympus"},
            "Invalid Schedule Expression Timezone Mars/Olympus.",
        ),
        (
            {"StartDate": datetime(2020, 1, 1, tzinfo=UTC)},
            "The StartDate you specify cannot be earlier than 5 minutes ago.",
        ),
        (
            {"State": "PAUSED"},
            "1 validation error detected: Value 'PAUSED' at 'state' failed to satisfy constraint:"
            " Member must satisfy enum value set: [ENABLED, DISABLED]",
        ),
        (
            {"Name": "a b"},
            "1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint:"
            " Member must satisfy regular expression pattern: [0-9a-zA-Z-_.]+",
        ),
    ],
)
def test_a_malformed_schedule_is_refused(
    timetable: Timetable, changes: dict[str, Any], message: str
):
    """CreateSchedule refuses in AWS's words."""
    assert ("ValidationException", message) == refusal(
        timetable.schedule,
        **{"expression": "rate(1 minute)", "target": {"Arn": timetable.queue()[1]}, **changes},
    )


@pytest.mark.parametrize(
    "arn",
    [
        "queue",
        f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/c",
        "arn:aws:scheduler:::aws-sdk:sqs:receiveMessage",
        "arn:aws:scheduler:::aws-sdk:sqs:noSuchThing",
        "arn:aws:scheduler:::aws-sdk:nosuchservice:do",
        "arn:aws:scheduler:::aws-sdk:sqs",
    ],
)
def test_a_target_that_could_never_be_called_is_refused(timetable: Timetable, arn: str):
    """Unknown services and operations, and operations that only read, are no targets."""
    code, _ = refusal(timetable.schedule, expression="rate(1 minute)", target={"Arn": arn})

    assert "ValidationException" == code


def test_names_conflict_and_groups(timetable: Timetable):
    """A name is unique in its group; a group is deleted with its schedules."""
    _, arn = timetable.queue()
    group, scheduler = timetable.name("group"), timetable.scheduler
    scheduler.create_schedule_group(Name=group, Tags=[{"Key": "team", "Value": "a"}])
    name = timetable.schedule("rate(1 day)", {"Arn": arn}, GroupName=group)
    same = {"expression": "rate(1 day)", "target": {"Arn": arn}, "Name": name}
    timetable.schedule(**same)

    assert ("ConflictException", f"Schedule {name} already exists.") == refusal(
        timetable.schedule, **same
    )
    assert ("ResourceNotFoundException", "Schedule group none does not exist.") == refusal(
        timetable.schedule, **{**same, "GroupName": "none"}
    )
    group_arn = scheduler.get_schedule_group(Name=group)["Arn"]
    assert [{"Key": "team", "Value": "a"}] == scheduler.list_tags_for_resource(
        ResourceArn=group_arn
    )["Tags"]
    scheduler.untag_resource(ResourceArn=group_arn, TagKeys=["team"])
    assert [] == scheduler.list_tags_for_resource(ResourceArn=group_arn)["Tags"]
    found = scheduler.list_schedules(GroupName=group)["Schedules"]
    assert [(name, {"Arn": arn})] == [(s["Name"], s["Target"]) for s in found]
    groups = [g["Name"] for g in scheduler.list_schedule_groups()["ScheduleGroups"]]
    assert "default" == groups[0]
    assert group in groups
    scheduler.delete_schedule_group(Name=group)
    assert ("ResourceNotFoundException", f"Schedule group {group} does not exist.") == refusal(
        scheduler.list_schedules, GroupName=group
    )
    scheduler.delete_schedule(Name=name)


def test_lists_come_in_pages(timetable: Timetable):
    """MaxResults limits a page, NextToken leads to the next one."""
    _, arn = timetable.queue()
    prefix = timetable.name("page")
    for number in range(5):
        timetable.schedule("rate(1 day)", {"Arn": arn}, Name=f"{prefix}-{number}")
    pages = timetable.scheduler.get_paginator("list_schedules").paginate(
        NamePrefix=prefix, PaginationConfig={"PageSize": 2}
    )

    assert [2, 2, 1] == [len(page["Schedules"]) for page in pages]


def test_passing_a_role_needs_permission(timetable: Timetable):
    """A restricted caller needs iam:PassRole for the role of the target."""
    user = timetable.name("user")
    timetable.iam.create_user(UserName=user)
    may = {"Effect": "Allow", "Action": "scheduler:*", "Resource": "*"}
    timetable.iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document(may))
    key = timetable.iam.create_access_key(UserName=user)["AccessKey"]
    client = timetable.account.client("scheduler")
    credentials = client._request_signer._credentials
    credentials.access_key, credentials.secret_key = key["AccessKeyId"], key["SecretAccessKey"]
    code, message = refusal(
        client.create_schedule,
        Name="s",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow=OFF,
        Target={"Arn": timetable.queue()[1], "RoleArn": timetable.role},
    )

    assert "AccessDeniedException" == code
    assert f"is not authorized to perform: iam:PassRole on resource: {timetable.role}" in message


def test_concurrent_creators_and_deleters(timetable: Timetable):
    """One creator of a name wins, one deleter too; nothing is left on the clock."""
    _, arn = timetable.queue()
    name = timetable.name()

    def outcome(call: Callable[..., Any], **parameters: Any) -> str:
        try:
            call(**parameters)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "done"

    target = {"Arn": arn}
    with ThreadPoolExecutor(8) as callers:
        creations = callers.map(
            lambda _: outcome(
                timetable.schedule, expression="rate(1 day)", target=target, Name=name
            ),
            range(8),
        )
        assert ["ConflictException"] * 7 + ["done"] == sorted(creations)
        deletions = callers.map(
            lambda _: outcome(timetable.scheduler.delete_schedule, Name=name), range(8)
        )
        assert {"done"} <= {*deletions} <= {"done", "ResourceNotFoundException"}
    assert not any(name in key for key in timetable.page())


def test_the_coming_moments_can_be_asked_for(timetable: Timetable):
    """/_kit/schedules tells the next moments of a schedule, or of any expression."""
    _, arn = timetable.queue()
    name = timetable.schedule(
        "cron(0 9 * * ? 2031-2032)", {"Arn": arn}, ScheduleExpressionTimezone="Europe/Berlin"
    )
    schedule_arn = timetable.scheduler.get_schedule(Name=name)["Arn"]
    expected = ["2031-01-01T08:00:00Z", "2031-01-02T08:00:00Z"]

    assert expected == timetable.page(count=2)[schedule_arn]
    asked = {"expression": "cron(0 9 * * ? 2031-2032)", "timezone": "Europe/Berlin", "count": 2}
    assert {asked["expression"]: expected} == timetable.page(**asked)
    later = {**asked, "after": "2031-12-30T12:00"}
    assert ["2031-12-31T08:00:00Z", "2032-01-01T08:00:00Z"] == timetable.page(**later)[
        asked["expression"]
    ]
    wrong_after = {**asked, "after": "soon"}
    for wrong in ({"count": "x"}, {"count": "0"}, {"expression": "cron(x)"}, wrong_after):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            timetable.page(**wrong)


def test_a_reset_forgets_schedules(account_with: Callable[..., Any]):
    """After a reset there is only the default group, and nothing fires."""
    timetable = Timetable(account_with(time_lapse=LAPSE))
    name = timetable.schedule("rate(1 minute)", {"Arn": timetable.queue()[1]})
    timetable.wait_for("schedule.fired", name)
    timetable.account.reset()

    assert {} == timetable.page()
    assert [] == timetable.scheduler.list_schedules()["Schedules"]
    groups = timetable.scheduler.list_schedule_groups()["ScheduleGroups"]
    assert ["default"] == [group["Name"] for group in groups]
    assert [] == timetable.records("schedule.fired", name)


def test_a_request_sent_again_with_its_token_is_one_schedule(timetable: Timetable):
    """The same token and members get the same ARN; anything else is a conflict."""
    _, queue = timetable.queue()
    request = {
        "Name": timetable.name(),
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": OFF,
        "Target": {"Arn": queue, "RoleArn": timetable.new_role(["sqs:SendMessage"])},
        "ClientToken": "once",
    }
    create = timetable.scheduler.create_schedule

    first = create(**request)["ScheduleArn"]

    assert first == create(**request)["ScheduleArn"]
    for other in ({"ScheduleExpression": "rate(2 days)"}, {"ClientToken": "twice"}):
        with pytest.raises(timetable.scheduler.exceptions.ConflictException):
            create(**request | other)


def test_a_schedule_feeds_a_stream(timetable: Timetable):
    """KinesisParameters name the partition key, and are wanted."""
    kinesis, name = timetable.account.client("kinesis"), timetable.name("stream")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    stream = {"Arn": f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/{name}", "Input": "tick"}
    stream["RoleArn"] = timetable.new_role(["kinesis:PutRecord"])
    with pytest.raises(ClientError, match="KinesisParameters must be specified"):
        timetable.schedule("rate(1 minute)", stream)

    key = {"KinesisParameters": {"PartitionKey": "k"}}
    schedule = timetable.schedule("rate(1 minute)", {**stream, **key})

    timetable.wait_for("target.invoked", schedule)
    shard = kinesis.get_shard_iterator(
        StreamName=name, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )
    record = kinesis.get_records(ShardIterator=shard["ShardIterator"])["Records"][0]
    assert ("k", b"tick") == (record["PartitionKey"], record["Data"])
