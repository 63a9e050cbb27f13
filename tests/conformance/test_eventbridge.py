"""EventBridge: events on buses, rules, what targets receive, and what becomes of failures."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.roles import make_role
from tests.waiting import until

ACCOUNT = "123456789012"
SEES = "def handler(event, context):\n    print('SEEN', __import__('json').dumps(event))\n"
ANY_RULE = "arn:aws:events:*:*:rule/*"
BUS = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/"


class Bridge:
    """One account: rules of one source each, and queues and functions behind them."""

    def __init__(self, account: Any) -> None:
        self.account = account
        self.events = account.client("events")
        self.sqs = account.client("sqs")

    def name(self, kind: str = "x") -> str:
        """Return a name that nobody else uses."""
        return f"{kind}-{secrets.token_hex(4)}"

    def rule(self, bus: str = "default", **more: Any) -> tuple[str, str, str]:
        """Put a rule for a source of its own; return its name, its ARN and the source."""
        name = self.name("rule")
        pattern = more.pop("EventPattern", {"source": [name]})
        arn = self.events.put_rule(
            Name=name, EventBusName=bus, EventPattern=json.dumps(pattern), **more
        )["RuleArn"]
        return name, arn, name

    def queue(self, *, open_to: str | None = ANY_RULE, **attributes: str) -> tuple[str, str]:
        """Create a queue to which EventBridge may send for a rule; return its URL and ARN."""
        name = self.name("queue") + (".fifo" if "FifoQueue" in attributes else "")
        arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
        if open_to is not None:
            attributes["Policy"] = allows("sqs:SendMessage", arn, open_to)
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"], arn

    def target(self, rule: str, arn: str, bus: str = "default", **more: Any) -> str:
        """Add a target to a rule; return its id."""
        target_id = self.name("t")
        target = {"Id": target_id, "Arn": arn, **more}
        answer = self.events.put_targets(Rule=rule, EventBusName=bus, Targets=[target])
        assert 0 == answer["FailedEntryCount"]
        return target_id

    def put(self, source: str, detail: Any = None, bus: str = "default", **more: Any) -> str:
        """Put one event; return its id."""
        entry = {"Source": source, "DetailType": "order", "Detail": json.dumps(detail or {})}
        answer = self.events.put_events(Entries=[{**entry, "EventBusName": bus, **more}])
        assert 0 == answer["FailedEntryCount"], answer
        return str(answer["Entries"][0]["EventId"])

    def through(self, event_id: str) -> dict[str, Any]:
        """Wait until a bus has passed an event on; return the record."""
        return self.record(lambda r: r["kind"] == "bus.event" and r["event"] == event_id)

    def record(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a record."""

        def found() -> dict[str, Any] | None:
            return next(filter(wanted, self.account.cloud.records()["records"]), None)

        return dict(until(found, said=lambda: "no such record"))

    def outcome(self, rule_arn: str) -> dict[str, Any]:
        """Wait for what became of a rule's delivery."""
        return self.record(lambda r: r["kind"] == "target.invoked" and r["source"] == rule_arn)

    def message(self, url: str) -> dict[str, Any]:
        """Wait for a message and take it off its queue."""
        answer = self.sqs.receive_message(
            QueueUrl=url, WaitTimeSeconds=20, MessageAttributeNames=["All"], AttributeNames=["All"]
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

    def received(self, detail: Any = None, **target: Any) -> str:
        """Send an event through a rule to a queue; return the text that came out."""
        name, _, source = self.rule()
        url, arn = self.queue()
        self.target(name, arn, **target)
        self.put(source, detail)
        return str(self.message(url)["Body"])

    def function(self, rule_arn: str | None, source: str = SEES) -> tuple[str, str]:
        """Create a function that a rule may invoke; return its name and ARN."""
        name = self.account.deploy(source)
        arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
        if rule_arn is not None:
            self.account.functions.add_permission(
                FunctionName=name,
                StatementId="events",
                Action="lambda:InvokeFunction",
                Principal="events.amazonaws.com",
                SourceArn=rule_arn,
            )
        return name, arn

    def seen(self, name: str) -> dict[str, Any]:
        """Wait for the event a function was given."""
        self.record(lambda r: r["kind"] == "invocation.finished" and r["function"] == name)
        lines = [line for log in self.account.streams(name).values() for line in log]
        return dict(json.loads(next(line for line in lines if "SEEN" in line).split("SEEN ")[1]))


def allows(action: str | list[str], resource: str, source_arn: str = ANY_RULE) -> str:
    """Return a resource policy that lets EventBridge act for a rule."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": action,
        "Resource": resource,
        "Condition": {"ArnLike": {"aws:SourceArn": source_arn}},
    }
    return document(statement)


def document(statement: dict[str, Any]) -> str:
    """Return a policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """Return code and message of a call that is refused."""
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


@pytest.fixture(scope="module")
def bridge(account_with: Callable[..., Any]) -> Bridge:
    """One account for the whole module; retries of a second take a hundredth."""
    return Bridge(account_with(time_lapse=100))


# PutEvents


def test_an_events_envelope(bridge: Bridge):
    """A target receives version, id, detail-type, source, account, time, region, resources."""
    name, _, source = bridge.rule()
    url, arn = bridge.queue()
    bridge.target(name, arn)
    moment = datetime(2026, 3, 1, 12, 30, 15, 999, tzinfo=UTC)
    event_id = bridge.put(source, {"total": 12.5}, Time=moment, Resources=["arn:one", "two"])

    assert (
        json.dumps(
            {
                "version": "0",
                "id": event_id,
                "detail-type": "order",
                "source": source,
                "account": ACCOUNT,
                "time": "2026-03-01T12:30:15Z",
                "region": "us-east-1",
                "resources": ["arn:one", "two"],
                "detail": {"total": 12.5},
            },
            separators=(",", ":"),
        )
        == bridge.message(url)["Body"]
    )


def test_entries_fail_one_by_one(bridge: Bridge):
    """A malformed entry has an ErrorCode of its own; the others are accepted, in order."""
    good = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
    wrong = [
        {**good, "Source": ""},
        {"Source": "shop", "Detail": "{}"},
        {**good, "Detail": "{'x': 1}"},
        {**good, "Detail": "[1]"},
        {**good, "Source": "aws.shop"},
    ]
    answer = bridge.events.put_events(Entries=[good, *wrong, good])

    required = "Parameter {0} is not valid. Reason: {0} is a required argument."
    assert 5 == answer["FailedEntryCount"]
    assert [
        ("InvalidArgument", required.format("Source")),
        ("InvalidArgument", required.format("DetailType")),
        ("MalformedDetail", "Detail is malformed."),
        ("MalformedDetail", "Detail is malformed."),
        ("NotAuthorizedForSourceException", "Not authorized for the source."),
    ] == [(e["ErrorCode"], e["ErrorMessage"]) for e in answer["Entries"][1:-1]]
    assert {"EventId"} == answer["Entries"][0].keys() == answer["Entries"][-1].keys()


def test_ten_entries_at_most(bridge: Bridge):
    """An eleventh entry refuses the request."""
    entry = {"Source": "shop", "DetailType": "order", "Detail": "{}"}
    code, message = refusal(bridge.events.put_events, Entries=[entry] * 11)

    assert "ValidationException" == code
    assert message.endswith("Member must have length less than or equal to 10")


def test_one_mebibyte_at_most(bridge: Bridge):
    """Entries of more than 1 MB together are refused; of exactly that much, accepted."""
    detail = json.dumps({"x": "y" * (1024 * 1024 - len('{"x": ""}') - len("shop" + "order"))})
    entry = {"Source": "shop", "DetailType": "order", "Detail": detail}

    assert 0 == bridge.events.put_events(Entries=[entry])["FailedEntryCount"]
    assert (
        "ValidationException",
        "Total size of the entries in the request is over the limit.",
    ) == refusal(bridge.events.put_events, Entries=[{**entry, "Source": "shops"}])


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        (None, "ValidationException"),
        ([], "ValidationException"),
        ([1], "SerializationException"),
        ([{"Source": 1, "DetailType": "a", "Detail": "{}"}], "SerializationException"),
        ([{"Source": "a", "DetailType": "a", "Detail": {}}], "SerializationException"),
    ],
)
def test_malformed_requests_are_refused(bridge: Bridge, entries: Any, code: str):
    """Entries that are no entries are AWS's errors, never the kit's."""
    client = bridge.account.client("events", parameter_validation=False)
    body = json.dumps({"Entries": entries}).encode()

    def with_body(request: Any, **_kwargs: Any) -> None:
        request.data = body

    client.meta.events.register("before-sign.events.PutEvents", with_body)
    with pytest.raises(ClientError) as error:
        client.put_events(Entries=[])
    assert code == error.value.response["Error"]["Code"]


def test_detail_nested_without_end_is_malformed(bridge: Bridge):
    """Nesting beyond all sense fails its entry, not the account."""
    detail = '{"a":' * 50_000 + "1" + "}" * 50_000
    entry = {"Source": "shop", "DetailType": "order", "Detail": detail}
    answer = bridge.events.put_events(Entries=[entry])

    assert "MalformedDetail" == answer["Entries"][0]["ErrorCode"]


def test_an_event_for_no_bus_is_accepted_and_lost(bridge: Bridge):
    """A bus that does not exist makes no error: the event has nowhere to go."""
    event_id = bridge.put("shop", bus="no-such-bus")

    assert [] == bridge.through(event_id)["rules"]


# rules and buses

MALFORMED_SCHEDULES = """rate(10 seconds)|rate(1 minutes)|rate(10 minute)|rate(0 minutes)|rate()
rate(10 MINUTES)| rate(10 minutes)|cron(0 1 * * * *)|cron(0 dummy ? * MON-FRI *)
cron(71 8 1 * ? *)|cron(INVALID)|at(2030-01-01T00:00:00)""".replace("\n", "|").split("|")


def test_a_rule_on_a_bus_of_its_own(bridge: Bridge):
    """Events meet the rules of the bus they are put on, and no others."""
    bus = bridge.name("bus")
    bridge.events.create_event_bus(Name=bus)
    there, _, source = bridge.rule(bus=bus)
    here = bridge.rule(EventPattern={"source": [source]})[0]

    assert [there] == bridge.through(bridge.put(source, bus=bus))["rules"]
    assert [there] == bridge.through(bridge.put(source, bus=BUS + bus))["rules"]
    assert [here] == bridge.through(bridge.put(source))["rules"]


def test_a_disabled_rule_matches_nothing(bridge: Bridge):
    """DisableRule takes effect at the next event, EnableRule too."""
    name, _, source = bridge.rule(State="DISABLED")
    before = bridge.through(bridge.put(source))["rules"]
    bridge.events.enable_rule(Name=name)
    enabled = bridge.through(bridge.put(source))["rules"]
    bridge.events.disable_rule(Name=name)

    assert ([], [name], []) == (before, enabled, bridge.through(bridge.put(source))["rules"])


def test_a_malformed_pattern_is_refused(bridge: Bridge):
    """PutRule and TestEventPattern refuse a pattern with AWS's reason and place."""
    pattern = '{"source": "shop"}'
    expected = (
        "InvalidEventPatternException",
        'Event pattern is not valid. Reason: "source" must be an object or an array\n'
        ' at [Source: (String)"{"source": "shop"}"; line: 1, column: 13]',
    )

    assert expected == refusal(bridge.events.put_rule, Name="r", EventPattern=pattern)
    assert expected == refusal(
        bridge.events.test_event_pattern, EventPattern=pattern, Event=json.dumps(EVENT)
    )


EVENT = {
    "id": "1",
    "source": "shop",
    "detail-type": "order",
    "account": ACCOUNT,
    "region": "us-east-1",
    "time": "2026-11-21T14:00:00Z",
    "detail": {"total": 12},
}


def test_an_event_pattern_is_tested(bridge: Bridge):
    """TestEventPattern tells whether a pattern takes an event."""

    def result(**detail: Any) -> bool:
        pattern = json.dumps({"source": ["shop"], "detail": detail})
        answer = bridge.events.test_event_pattern(EventPattern=pattern, Event=json.dumps(EVENT))
        return bool(answer["Result"])

    assert result(total=[{"numeric": [">", 10]}])
    assert not result(total=[{"numeric": [">", 20]}])
    assert ("ValidationException", "Parameter Event is not valid.") == refusal(
        bridge.events.test_event_pattern, EventPattern='{"a": [1]}', Event='{"id": "1"}'
    )


@pytest.mark.parametrize(
    "expression",
    MALFORMED_SCHEDULES,
)
def test_a_malformed_schedule_is_refused(bridge: Bridge, expression: str):
    """PutRule takes rate() and cron() as AWS writes them, and nothing else."""
    assert ("ValidationException", "Parameter ScheduleExpression is not valid.") == refusal(
        bridge.events.put_rule, Name="r", ScheduleExpression=expression
    )


def test_schedules_are_for_the_default_bus(bridge: Bridge):
    """A rule of another bus has no schedule."""
    bus = bridge.name("bus")
    bridge.events.create_event_bus(Name=bus)

    assert (
        "ValidationException",
        "ScheduleExpression is supported only on the default event bus.",
    ) == refusal(
        bridge.events.put_rule, Name="r", EventBusName=bus, ScheduleExpression="rate(1 minute)"
    )


def test_a_rule_with_targets_is_not_deleted(bridge: Bridge):
    """DeleteRule wants the targets gone first; ListRuleNamesByTarget finds the rule by them."""
    name, _, _ = bridge.rule()
    arn = bridge.queue()[1]
    target = bridge.target(name, arn)

    assert [name] == bridge.events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]
    assert (
        "ValidationException",
        "Rule can't be deleted since it has targets.",
    ) == refusal(bridge.events.delete_rule, Name=name)
    bridge.events.remove_targets(Rule=name, Ids=[target])
    bridge.events.delete_rule(Name=name)
    assert [] == bridge.events.list_rules(NamePrefix=name)["Rules"]


def test_five_targets_per_rule(bridge: Bridge):
    """A sixth target is over the limit; one of the five may be replaced."""
    name, _, _ = bridge.rule()
    arn = bridge.queue()[1]
    bridge.events.put_targets(Rule=name, Targets=[{"Id": str(n), "Arn": arn} for n in range(5)])
    bridge.events.put_targets(Rule=name, Targets=[{"Id": "4", "Arn": arn}])

    assert (
        "LimitExceededException",
        "The requested resource exceeds the maximum number allowed.",
    ) == refusal(bridge.events.put_targets, Rule=name, Targets=[{"Id": "5", "Arn": arn}])


QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
LAMBDA = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
STATES = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            {"Arn": "queue"},
            "Parameter queue is not valid. Reason: Provided Arn is not in correct format.",
        ),
        (
            {"Arn": QUEUE + ".fifo"},
            "Parameter(s) SqsParameters must be specified for target: t.",
        ),
        (
            {"Arn": QUEUE, "Input": "{}", "InputPath": "$.detail"},
            "Only one of Input, InputPath, or InputTransformer must be provided for target t.",
        ),
        ({"Arn": LAMBDA, "RoleArn": ROLE}, f"RoleArn is not supported for target {LAMBDA}."),
        ({"Arn": STATES}, f"RoleArn is required for target {STATES}."),
        ({"Arn": QUEUE, "InputPath": "detail"}, "Invalid JsonPath: detail for target t."),
    ],
)
def test_a_malformed_target_is_refused(bridge: Bridge, target: Any, message: str):
    """PutTargets refuses what could never be delivered."""
    name = bridge.rule()[0]

    assert ("ValidationException", message) == refusal(
        bridge.events.put_targets, Rule=name, Targets=[{"Id": "t", **target}]
    )


def test_a_target_of_a_kind_that_is_not_delivered_is_refused(bridge: Bridge):
    """What the account cannot deliver to is refused when the target is made, not later."""
    arn = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/c"
    code, message = refusal(
        bridge.events.put_targets, Rule=bridge.rule()[0], Targets=[{"Id": "t", "Arn": arn}]
    )

    assert "ValidationException" == code
    assert "does not deliver to targets of this kind" in message


# targets


def test_a_function_as_target(bridge: Bridge):
    """A function is invoked asynchronously with the event, once its policy lets the rule."""
    name, rule_arn, source = bridge.rule()
    function, arn = bridge.function(rule_arn)
    bridge.target(name, arn)
    bridge.put(source, {"id": 7})

    assert (source, {"id": 7}) == (
        bridge.seen(function)["source"],
        bridge.seen(function)["detail"],
    )
    assert bridge.account.records(function, "event.queued")


def test_a_function_whose_policy_names_another_rule_is_not_invoked(bridge: Bridge):
    """SourceArn binds the permission to one rule; another rule's event goes nowhere."""
    name, rule_arn, source = bridge.rule()
    function, arn = bridge.function(rule_arn + "-other")
    bridge.target(name, arn)
    bridge.put(source)
    outcome = bridge.outcome(rule_arn)

    assert (False, 1) == (outcome["delivered"], outcome["attempts"])
    assert "AccessDeniedException" in outcome["reason"]
    assert [] == bridge.account.records(function, "event.queued")


def test_a_deleted_function_goes_to_the_dead_letter_queue(bridge: Bridge):
    """A target that is gone is not retried: NO_RESOURCE, and the event itself as the message."""
    name, rule_arn, source = bridge.rule()
    function, arn = bridge.function(rule_arn)
    url, queue = bridge.queue(open_to=rule_arn)
    bridge.target(name, arn, DeadLetterConfig={"Arn": queue})
    bridge.account.functions.delete_function(FunctionName=function)
    event_id = bridge.put(source, {"id": 7})
    message = bridge.message(url)
    attributes = bridge.attributes(message)

    assert (event_id, {"id": 7}) == (
        json.loads(message["Body"])["id"],
        json.loads(message["Body"])["detail"],
    )
    assert {
        "RULE_ARN": rule_arn,
        "TARGET_ARN": arn,
        "ERROR_CODE": "NO_RESOURCE",
        "RETRY_ATTEMPTS": "0",
    } == {n: v for n, v in attributes.items() if n != "ERROR_MESSAGE"}
    assert "Function not found" in attributes["ERROR_MESSAGE"]


def test_a_dead_letter_queue_needs_a_policy_too(bridge: Bridge):
    """Without permission on the dead-letter queue the event is lost, and the record says why."""
    name, rule_arn, source = bridge.rule()
    _, target = bridge.queue(open_to=None)
    url, queue = bridge.queue(open_to=None)
    bridge.target(name, target, DeadLetterConfig={"Arn": queue})
    bridge.put(source)
    outcome = bridge.outcome(rule_arn)

    assert (False, None) == (outcome["delivered"], outcome["dead_letter"])
    assert "dead-letter queue: AccessDeniedException" in outcome["reason"]
    assert "Messages" not in bridge.sqs.receive_message(QueueUrl=url)


def test_a_queue_needs_a_policy(bridge: Bridge):
    """A queue whose policy does not name EventBridge gets nothing: NO_PERMISSIONS."""
    name, rule_arn, source = bridge.rule()
    _, target = bridge.queue(open_to=rule_arn + "-other")
    url, queue = bridge.queue()
    bridge.target(name, target, DeadLetterConfig={"Arn": queue})
    bridge.put(source)

    assert "NO_PERMISSIONS" == bridge.attributes(bridge.message(url))["ERROR_CODE"]


def test_a_fifo_queue_with_a_message_group(bridge: Bridge):
    """SqsParameters give the group; deduplication is by content."""
    name, _, source = bridge.rule()
    url, arn = bridge.queue(FifoQueue="true", ContentBasedDeduplication="true")
    bridge.target(name, arn, SqsParameters={"MessageGroupId": "orders"})
    bridge.put(source)

    assert "orders" == bridge.message(url)["Attributes"]["MessageGroupId"]


def test_a_topic_as_target(bridge: Bridge):
    """A topic passes the event on to its subscribers, when its policy lets EventBridge."""
    name, _, source = bridge.rule()
    sns = bridge.account.client("sns")
    topic = sns.create_topic(Name=bridge.name("topic"))["TopicArn"]
    policy = allows("sns:Publish", topic)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    url, queue = bridge.queue()
    sns_may = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}}
    sns_may |= {"Action": "sqs:SendMessage", "Resource": queue}
    bridge.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(sns_may)})
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=queue,
        Attributes={"RawMessageDelivery": "true"},
    )
    bridge.target(name, topic)
    event_id = bridge.put(source)

    assert event_id == bridge.body(url)["id"]


def test_a_log_group_as_target(bridge: Bridge):
    """A log group gets each event in a stream of its own, when a resource policy lets it."""
    name, rule_arn, source = bridge.rule()
    logs, group = bridge.account.client("logs"), f"/aws/events/{bridge.name()}"
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"
    logs.create_log_group(logGroupName=group)
    bridge.target(name, arn)
    bridge.put(source)
    assert not bridge.outcome(rule_arn)["delivered"]

    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    logs.put_resource_policy(
        policyName=bridge.name(), policyDocument=allows(actions, arn + ":*", rule_arn)
    )
    event_id = bridge.put(source)
    bridge.record(
        lambda r: r["kind"] == "target.invoked" and r["source"] == rule_arn and r["delivered"]
    )
    found = logs.filter_log_events(logGroupName=group)["events"]
    assert [event_id] == [json.loads(event["message"])["id"] for event in found]


def test_another_bus_as_target_but_not_a_third(bridge: Bridge):
    """An event goes on to another bus as it is; from there to no third one, so no loop is made."""
    buses = [bridge.name("bus") for _ in range(2)]
    for bus in buses:
        bridge.events.create_event_bus(Name=bus)
    first, _, source = bridge.rule()
    second, _, _ = bridge.rule(bus=buses[0], EventPattern={"source": [source]})
    url, queue = bridge.queue()
    bridge.target(first, BUS + buses[0])
    bridge.target(second, queue, bus=buses[0])
    bridge.target(second, BUS + "default", bus=buses[0])
    bridge.target(second, BUS + buses[1], bus=buses[0])
    event_id = bridge.put(source)

    assert event_id == bridge.body(url)["id"]
    bridge.through(bridge.put("something-later"))
    records = bridge.account.cloud.records()["records"]
    passed = [r["bus"] for r in records if r["kind"] == "bus.event" and r["event"] == event_id]
    assert [BUS + "default", BUS + buses[0]] == passed


def test_a_state_machine_as_target(bridge: Bridge):
    """A state machine starts with the event as its input, as the role of the target may."""
    name, rule_arn, source = bridge.rule()
    machine, role = state_machine(bridge, "events.amazonaws.com")
    bridge.target(name, machine, RoleArn=role)
    event_id = bridge.put(source)

    assert bridge.outcome(rule_arn)["delivered"]
    states = bridge.account.client("stepfunctions")
    execution = states.list_executions(stateMachineArn=machine)["executions"][0]
    described = states.describe_execution(executionArn=execution["executionArn"])
    assert event_id == json.loads(described["input"])["id"]


def test_a_role_that_does_not_trust_eventbridge(bridge: Bridge):
    """The role of a target must let events.amazonaws.com assume it."""
    name, rule_arn, source = bridge.rule()
    machine, role = state_machine(bridge, "lambda.amazonaws.com")
    bridge.target(name, machine, RoleArn=role)
    bridge.put(source)
    outcome = bridge.outcome(rule_arn)

    assert not outcome["delivered"]
    assert "sts:AssumeRole" in outcome["reason"]


def state_machine(bridge: Bridge, trusted: str) -> tuple[str, str]:
    """Create a state machine, and a role for starting it."""
    iam = bridge.account.client("iam")
    role = make_role(iam, ["states:StartExecution"], service=trusted)
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    machine = bridge.account.client("stepfunctions").create_state_machine(
        name=bridge.name("machine"), definition=json.dumps(definition), roleArn=role
    )
    return machine["stateMachineArn"], role


def test_a_target_deleted_and_made_again(bridge: Bridge):
    """A queue that is missing at one event is served again once it is back."""
    name, rule_arn, source = bridge.rule()
    url, arn = bridge.queue()
    bridge.target(name, arn)
    bridge.sqs.delete_queue(QueueUrl=url)
    bridge.put(source)
    assert not bridge.outcome(rule_arn)["delivered"]

    bridge.sqs.create_queue(
        QueueName=arn.rsplit(":", 1)[1], Attributes={"Policy": allows("sqs:SendMessage", arn)}
    )
    assert bridge.put(source) == bridge.body(url)["id"]


# what a target receives


def test_a_constant_input(bridge: Bridge):
    """Input is sent as it is, whatever the event."""
    assert '{ "a": [1, 2] }' == bridge.received({"x": 1}, Input='{ "a": [1, 2] }')


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.detail", {"x": {"y-z": ["a", {"b": 2}]}}),
        ("$.detail.x.y-z[1].b", 2),
        ("$.detail['x']['y-z'][0]", "a"),
        ("$.detail-type", "order"),
    ],
)
def test_a_part_of_the_event_as_input(bridge: Bridge, path: str, expected: Any):
    """InputPath sends the part of the event that the path leads to, as JSON."""
    detail = {"x": {"y-z": ["a", {"b": 2}]}}

    assert expected == json.loads(bridge.received(detail, InputPath=path))


PATHS = {
    "state": "$.detail.state",
    "count": "$.detail.count",
    "items": "$.detail.items",
    "detail": "$.detail",
    "gone": "$.detail.gone",
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"s": <state>, "n": <count>}', {"s": 'it "runs"', "n": 2}),
        ('"The state is <state>, <count> times"', 'The state is it "runs", 2 times'),
        ('{"l": <items>, "t": "<items>"}', {"l": ["a", "b"], "t": "[a,b]"}),
        ('"<detail>"', "{state:it \\runs\\,count:2,items:[a,b]}"),
        ('{"g": "<gone>"}', {"g": ""}),
    ],
)
def test_a_template_as_input(bridge: Bridge, template: str, expected: Any):
    """InputTransformer puts JSON where a variable stands alone, and bare text inside quotes."""
    detail = {"state": 'it "runs"', "count": 2, "items": ["a", "b"]}
    transformer = {"InputPathsMap": PATHS, "InputTemplate": template}
    text = bridge.received(detail, InputTransformer=transformer)
    if template == '"<detail>"':
        text = text.replace("\\", "\\\\")

    assert expected == json.loads(text)


def test_the_reserved_variables_of_a_template(bridge: Bridge):
    """A template can name the rule, the moment, and the event with and without its detail."""
    name, rule_arn, source = bridge.rule()
    url, arn = bridge.queue()
    template = (
        '{"arn": <aws.events.rule-arn>, "name": "<aws.events.rule-name>",'
        ' "at": <aws.events.event.ingestion-time>, "without": <aws.events.event>,'
        ' "with": <aws.events.event.json>}'
    )
    bridge.target(name, arn, InputTransformer={"InputTemplate": template})
    event_id = bridge.put(source, {"x": 1})
    body = bridge.body(url)

    assert (rule_arn, name, event_id) == (body["arn"], body["name"], body["with"]["id"])
    assert {"x": 1} == body["with"].pop("detail")
    body["with"]["detailType"] = body["with"].pop("detail-type")
    assert body["with"] == body["without"]
    assert datetime.now(UTC) >= datetime.fromisoformat(body["at"].replace("Z", "+00:00"))


def test_a_template_that_makes_no_json_fails_a_function(bridge: Bridge):
    """A function's event must be JSON: INVALID_JSON."""
    name, rule_arn, source = bridge.rule()
    url, queue = bridge.queue()
    _, arn = bridge.function(rule_arn)
    transformer = {"InputTemplate": "not json"}
    bridge.target(name, arn, InputTransformer=transformer, DeadLetterConfig={"Arn": queue})
    bridge.put(source)

    assert "INVALID_JSON" == bridge.attributes(bridge.message(url))["ERROR_CODE"]


# templates, events of services, archives


def test_a_rule_of_a_template(bridge: Bridge):
    """A stack's rule invokes its function, once AWS::Lambda::Permission lets it."""
    function, arn = bridge.function(None)
    source = bridge.name("source")
    rule = {"EventPattern": {"source": [source]}, "Targets": [{"Id": "f", "Arn": arn}]}
    permission = {
        "FunctionName": function,
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": ["Rule", "Arn"]},
    }
    template = {
        "Resources": {
            "Rule": {"Type": "AWS::Events::Rule", "Properties": rule},
            "May": {"Type": "AWS::Lambda::Permission", "Properties": permission},
        }
    }
    stacks, stack = bridge.account.client("cloudformation"), bridge.name("stack")
    stacks.create_stack(StackName=stack, TemplateBody=json.dumps(template))
    event_id = bridge.put(source)

    assert event_id == bridge.seen(function)["id"]
    stacks.delete_stack(StackName=stack)
    assert [] == bridge.through(bridge.put(source))["rules"]


def test_a_functions_destination_on_a_bus(bridge: Bridge):
    """The outcome of an asynchronous event goes through the rules like any other event."""
    url, queue = bridge.queue()
    function, arn = bridge.function(None, "def handler(event, context):\n    return 1\n")
    name, _, _ = bridge.rule(EventPattern={"source": ["lambda"], "resources": [{"prefix": arn}]})
    bridge.target(name, queue)
    bridge.account.client("iam").put_role_policy(
        RoleName="conformance",
        PolicyName="events",
        PolicyDocument=document({"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*"}),
    )
    bridge.account.functions.put_function_event_invoke_config(
        FunctionName=function, DestinationConfig={"OnSuccess": {"Destination": BUS + "default"}}
    )
    bridge.account.functions.invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")
    event = bridge.body(url)

    assert "Lambda Function Invocation Result - Success" == event["detail-type"]
    assert 1 == event["detail"]["responsePayload"]


def test_an_archive_is_replayed(bridge: Bridge):
    """A replay sends the archived events of a period through the rules, with the replay's name."""
    name, _, source = bridge.rule()
    url, queue = bridge.queue()
    bridge.target(name, queue)
    archive, replay = bridge.name("archive"), bridge.name("replay")
    arn = bridge.events.create_archive(
        ArchiveName=archive,
        EventSourceArn=BUS + "default",
        EventPattern=json.dumps({"source": [source]}),
    )["ArchiveArn"]
    event_id = bridge.put(source, {"n": 1}, Time=datetime(2026, 1, 1, 12, tzinfo=UTC))
    bridge.put(source, {"n": 2}, Time=datetime(2026, 1, 2, 12, tzinfo=UTC))
    assert {1, 2} == {bridge.body(url)["detail"]["n"] for _ in range(2)}

    bridge.events.start_replay(
        ReplayName=replay,
        EventSourceArn=arn,
        EventStartTime=datetime(2026, 1, 1, tzinfo=UTC),
        EventEndTime=datetime(2026, 1, 2, tzinfo=UTC),
        Destination={"Arn": BUS + "default"},
    )
    again = bridge.body(url)

    assert (event_id, {"n": 1}, replay) == (again["id"], again["detail"], again["replay-name"])
    assert 2 == bridge.events.describe_archive(ArchiveName=archive)["EventCount"]
    assert "COMPLETED" == bridge.events.describe_replay(ReplayName=replay)["State"]


# many at once, restricted callers, reset


def test_many_writers_at_once(bridge: Bridge):
    """Events of concurrent writers all arrive, each once."""
    name, _, source = bridge.rule()
    url, queue = bridge.queue()
    bridge.target(name, queue)
    with ThreadPoolExecutor(8) as writers:
        ids = list(writers.map(lambda n: bridge.put(source, {"n": n}), range(40)))

    assert sorted(ids) == sorted(bridge.body(url)["id"] for _ in ids)


def test_putting_events_needs_permission(bridge: Bridge):
    """A restricted caller puts events only from the sources its policy names."""
    iam, user = bridge.account.client("iam"), bridge.name("user")
    iam.create_user(UserName=user)
    statement = {
        "Effect": "Allow",
        "Action": "events:PutEvents",
        "Resource": BUS + "default",
        "Condition": {"StringEquals": {"events:source": "shop"}},
    }
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document(statement))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    client = type(bridge.account)(bridge.account.cloud).client("events")
    client._request_signer._credentials.access_key = key["AccessKeyId"]
    client._request_signer._credentials.secret_key = key["SecretAccessKey"]
    entry = {"Source": "shop", "DetailType": "order", "Detail": "{}"}

    assert 0 == client.put_events(Entries=[entry])["FailedEntryCount"]
    code, message = refusal(client.put_events, Entries=[{**entry, "Source": "other"}])
    assert "AccessDeniedException" == code
    assert "is not authorized to perform: events:PutEvents" in message


def test_a_reset_forgets_rules_and_events_on_their_way(account_with: Callable[..., Any]):
    """After a reset nothing of the old account is delivered or fires."""
    bridge = Bridge(account_with(time_lapse=100))
    bridge.events.put_rule(Name="ticks", ScheduleExpression="rate(1 minute)")
    bridge.record(lambda r: r["kind"] == "schedule.fired")
    bridge.account.reset()
    bridge.events.put_rule(Name="later", ScheduleExpression="rate(2 minutes)")
    fired = bridge.record(lambda r: r["kind"] == "schedule.fired")

    assert fired["source"].endswith("rule/later")
    assert [["later"]] == [
        r["rules"] for r in bridge.account.cloud.records()["records"] if r["kind"] == "bus.event"
    ][:1]
