"""EventBridge's API: what is said of rules, targets and buses; and streams as targets."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest

from tests.conformance.pushing import ACCOUNT, Stage, refused
from tests.conformance.roles import make_role

ABSENT = "ResourceNotFoundException"


@pytest.fixture(scope="module")
def stage(cloud: Any) -> Stage:
    """The account that needs no settings of its own."""
    return Stage(cloud)


@pytest.fixture(scope="module")
def events(stage: Stage) -> Any:
    """EventBridge of that account."""
    return stage.account.client("events")


def new_rule(events: Any, bus: str = "default") -> str:
    """Put a rule for a source of its own name; return the name."""
    name = f"rule-{secrets.token_hex(4)}"
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"source": [name]}))
    return name


@pytest.mark.parametrize("operation", ["describe_rule", "enable_rule", "disable_rule"])
def test_a_rule_that_is_missing_is_named_with_its_bus(events: Any, operation: str):
    """So do ListTargetsByRule, PutTargets and RemoveTargets; to delete it is no error."""
    sentence = "Rule absent does not exist on EventBus default."
    assert (ABSENT, sentence) == refused(getattr(events, operation), Name="absent")
    assert (ABSENT, sentence) == refused(events.list_targets_by_rule, Rule="absent")
    assert (ABSENT, sentence) == refused(events.remove_targets, Rule="absent", Ids=["a"])
    events.delete_rule(Name="absent")


@pytest.mark.parametrize(
    ("target_id", "expected"),
    [
        ("!@#$", "Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+"),
        ("x" * 65, "Member must have length less than or equal to 64"),
    ],
)
def test_the_id_of_a_target_has_its_form(stage: Stage, events: Any, target_id: str, expected: str):
    """ValidationException, which names the member by its place in the list."""
    targets = [{"Id": "fine", "Arn": stage.queue()[1]}, {"Id": target_id, "Arn": stage.queue()[1]}]

    code, message = refused(events.put_targets, Rule=new_rule(events), Targets=targets)

    assert ("ValidationException", True) == (code, message.endswith(expected))
    assert f"Value '{target_id}' at 'targets.2.member.id'" in message


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"InputTransformer": {"InputPathsMap": {"a": "$.id"}, "InputTemplate": '"<a> <b>"'}},
            "InputTemplate for target t contains invalid placeholder b.",
        ),
        (
            {"InputTransformer": {"InputTemplate": "x" * 8193}},
            f"1 validation error detected: Value '{'x' * 8193}' at 'targets.1.member."
            "inputTransformer.inputTemplate' failed to satisfy constraint: Member must have length "
            "less than or equal to 8192",
        ),
        (
            {"RetryPolicy": {"MaximumRetryAttempts": 186}},
            "1 validation error detected: Value '186' at 'targets.1.member.retryPolicy."
            "maximumRetryAttempts' failed to satisfy constraint: Member must have value less than "
            "or equal to 185",
        ),
    ],
)
def test_what_a_target_asks_for_is_checked(
    stage: Stage, events: Any, given: dict[str, Any], expected: str
):
    """A variable that nothing gives, a template too long, too many retries."""
    target = {"Id": "t", "Arn": stage.queue()[1], **given}

    assert ("ValidationException", expected) == refused(
        events.put_targets, Rule=new_rule(events), Targets=[target]
    )


def test_targets_come_in_pages_even_when_they_are_one_queue(stage: Stage, events: Any):
    """NextToken goes on with the next target."""
    rule, (_, queue) = new_rule(events), stage.queue()
    events.put_targets(Rule=rule, Targets=[{"Id": f"t{n}", "Arn": queue} for n in range(5)])

    first = events.list_targets_by_rule(Rule=rule, Limit=3)
    second = events.list_targets_by_rule(Rule=rule, Limit=3, NextToken=first["NextToken"])

    assert ["t0", "t1", "t2"] == [target["Id"] for target in first["Targets"]]
    assert ["t3", "t4"] == [target["Id"] for target in second["Targets"]]
    assert "NextToken" not in second


def test_a_bus_is_listed_as_it_is_described_and_goes_after_its_rules(events: Any):
    """DeleteEventBus is refused while there are rules; a bus that is missing is no error."""
    name = f"bus-{secrets.token_hex(4)}"
    events.create_event_bus(Name=name, Description="orders")
    rule = new_rule(events, name)

    (listed,) = events.list_event_buses(NamePrefix=name)["EventBuses"]
    described = events.describe_event_bus(Name=name)
    assert {key: described[key] for key in described if key != "ResponseMetadata"} == listed
    assert {"Arn", "CreationTime", "Description", "LastModifiedTime", "Name"} == set(listed)
    assert ("ValidationException", "EventBus can't be deleted since it has rules.") == refused(
        events.delete_event_bus, Name=name
    )
    events.delete_rule(Name=rule, EventBusName=name)
    events.delete_event_bus(Name=name)
    events.delete_event_bus(Name=name)
    assert ("ValidationException", "Cannot delete event bus default.") == refused(
        events.delete_event_bus, Name="default"
    )


def test_archives_of_a_bus_that_is_missing_are_not_listed(events: Any):
    """ResourceNotFoundException, not an empty list."""
    arn = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/absent"

    assert (ABSENT, "Event bus absent does not exist.") == refused(
        events.list_archives, EventSourceArn=arn
    )


def test_too_many_entries_are_told_back(events: Any):
    """The complaint of PutEvents lists all that was sent."""
    entry = {"Source": "shop", "DetailType": "order", "Detail": "{}", "Resources": ["r"]}
    shown = (
        "PutEventsRequestEntry(time=null, source=shop, resources=[r], detailType=order, detail={}, "
        "eventBusName=null, traceHeader=null, kmsKeyIdentifier=null, internalMetadata=null)"
    )

    code, message = refused(events.put_events, Entries=[entry] * 11)

    assert "ValidationException" == code
    assert (
        f"1 validation error detected: Value '[{', '.join([shown] * 11)}]' at 'entries' failed to "
        "satisfy constraint: Member must have length less than or equal to 10"
    ) == message


def test_an_operation_that_is_not_there_says_so_by_its_code(events: Any):
    """NotImplementedException, in the protocol of EventBridge."""
    assert "NotImplementedException" == refused(events.list_endpoints)[0]


@pytest.mark.parametrize(
    ("path", "expected"), [({"PartitionKeyPath": "$.detail.customer"}, "c-7"), ({}, None)]
)
def test_a_stream_gets_the_event_under_a_key_of_it(
    stage: Stage, events: Any, path: dict[str, str], expected: str | None
):
    """PartitionKeyPath leads to the key, which else is the event's id; a role is wanted."""
    kinesis, name = stage.account.client("kinesis"), f"s-{secrets.token_hex(4)}"
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    arn = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/{name}"
    rule = new_rule(events)
    iam = stage.account.client("iam")
    role = make_role(iam, ["kinesis:PutRecord"], service="events.amazonaws.com")
    target = {"Id": "a", "Arn": arn, **({"KinesisParameters": path} if path else {})}
    assert ("ValidationException", f"RoleArn is required for target {arn}.") == refused(
        events.put_targets, Rule=rule, Targets=[target]
    )
    events.put_targets(Rule=rule, Targets=[{**target, "RoleArn": role}])

    entry = {"Source": rule, "DetailType": "order", "Detail": '{"customer": "c-7"}'}
    (answer,) = events.put_events(Entries=[entry])["Entries"]

    shard = kinesis.get_shard_iterator(
        StreamName=name, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )
    (record,) = kinesis.get_records(ShardIterator=shard["ShardIterator"])["Records"]
    event = json.loads(record["Data"])
    assert (answer["EventId"], {"customer": "c-7"}) == (event["id"], event["detail"])
    assert (expected or event["id"]) == record["PartitionKey"]
