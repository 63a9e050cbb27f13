"""The API of event source mappings: states, validation, listing, and CloudFormation."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conformance.refusals import refused
from tests.conformance.roles import statement
from tests.conformance.sources import Sources, bodies, sources_in
from tests.waiting import until

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
INVALID = (400, "InvalidParameterValueException")
GONE = (404, "ResourceNotFoundException", "The resource you requested does not exist.")
ENUM = "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]"


@pytest.fixture
def lab(account_with: Callable[..., Any]) -> Sources:
    """An account in which a minute lasts a tenth of a second."""
    return sources_in(account_with)


@pytest.fixture
def slow(account_with: Callable[..., Any]) -> Sources:
    """An account in which a change of state takes long enough to be seen."""
    return sources_in(account_with, time_lapse=0.1)


def states(lab: Sources, mapping: str) -> list[str]:
    """Return the states of a mapping, as recorded."""
    found = [r for r in lab.batches(mapping) if r["kind"] == "mapping.state"]
    return [r["state"] for r in found]


def test_a_mapping_of_a_queue_is_shown_as_on_aws(lab: Sources):
    """Members of streams are absent; StateTransitionReason is USER_INITIATED."""
    (_, arn), name = lab.queue(), lab.deploy()
    made = lab.functions.create_event_source_mapping(FunctionName=name, EventSourceArn=arn)

    assert 202 == made.pop("ResponseMetadata")["HTTPStatusCode"]
    mapping = made.pop("UUID")
    made.pop("LastModified")
    assert {
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
        "EventSourceArn": arn,
        "EventSourceMappingArn": (
            f"arn:aws:lambda:us-east-1:123456789012:event-source-mapping:{mapping}"
        ),
        "FunctionArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}",
        "FunctionResponseTypes": [],
        "State": "Creating",
        "StateTransitionReason": "USER_INITIATED",
    } == made


def test_a_mapping_of_a_stream_is_shown_as_on_aws(lab: Sources):
    """Every option has its default; nothing was processed yet."""
    arn, name = lab.stream(), lab.deploy()
    made = lab.functions.create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, StartingPosition="LATEST"
    )

    for member in ("ResponseMetadata", "UUID", "EventSourceMappingArn", "LastModified"):
        made.pop(member)
    assert {
        "BatchSize": 100,
        "BisectBatchOnFunctionError": False,
        "DestinationConfig": {"OnFailure": {}},
        "EventSourceArn": arn,
        "FunctionArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}",
        "FunctionResponseTypes": [],
        "LastProcessingResult": "No records processed",
        "MaximumBatchingWindowInSeconds": 0,
        "MaximumRecordAgeInSeconds": -1,
        "MaximumRetryAttempts": -1,
        "ParallelizationFactor": 1,
        "StartingPosition": "LATEST",
        "State": "Creating",
        "StateTransitionReason": "User action",
        "TumblingWindowInSeconds": 0,
    } == made


def test_a_mapping_goes_through_its_states(lab: Sources):
    """Each change has a state of its own on the way, and a later LastModified."""
    (_, arn), name = lab.queue(), lab.deploy()
    mapping = lab.map(name, arn)
    created = lab.settled(mapping)["LastModified"]
    lab.change(mapping, BatchSize=5)
    lab.change(mapping, Enabled=False)
    lab.change(mapping, BatchSize=6)
    lab.change(mapping, Enabled=True)
    assert lab.settled(mapping)["LastModified"] > created
    deleting = lab.functions.delete_event_source_mapping(UUID=mapping)
    assert (202, "Deleting") == (
        deleting["ResponseMetadata"]["HTTPStatusCode"],
        deleting["State"],
    )
    until(lambda: "Deleting" in states(lab, mapping))
    assert [
        *("Creating", "Enabled", "Updating", "Enabled", "Disabling", "Disabled"),
        *("Updating", "Disabled", "Enabling", "Enabled", "Deleting"),
    ] == states(lab, mapping)
    until(lambda: _is_gone(lab, mapping))
    get, delete = lab.functions.get_event_source_mapping, lab.functions.delete_event_source_mapping
    update = lab.functions.update_event_source_mapping
    assert [GONE] * 3 == [refused(call, UUID=mapping) for call in (get, delete, update)]


def _is_gone(lab: Sources, mapping: str) -> bool:
    try:
        lab.functions.get_event_source_mapping(UUID=mapping)
    except ClientError:
        return True
    return False


def test_a_mapping_on_its_way_to_a_state_is_in_use(slow: Sources):
    """Neither change nor deletion is possible before it has settled."""
    (_, arn), name = slow.queue(), slow.deploy()
    made = slow.functions.create_event_source_mapping(FunctionName=name, EventSourceArn=arn)
    mapping = made["UUID"]

    change = refused(slow.functions.update_event_source_mapping, UUID=mapping, BatchSize=5)
    delete = refused(slow.functions.delete_event_source_mapping, UUID=mapping)
    in_use = "the event source mapping because it is in use."
    assert (400, "ResourceInUseException", f"Cannot update {in_use}") == change
    assert (400, "ResourceInUseException", f"Cannot delete {in_use}") == delete


def test_a_mapping_may_begin_disabled(lab: Sources):
    """Enabled False: it is Disabled at once, and Enabling when it is switched on."""
    (_, arn), name = lab.queue(), lab.deploy()
    made = lab.functions.create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, Enabled=False
    )

    assert "Disabled" == made["State"]
    lab.change(made["UUID"], Enabled=True)
    assert ["Disabled", "Enabling", "Enabled"] == states(lab, made["UUID"])


def test_a_function_has_one_mapping_per_source(lab: Sources):
    """A second one is a conflict that names the first; an alias counts on its own."""
    (_, arn), name, stream = lab.queue(), lab.deploy(), lab.stream()
    first, of_stream = lab.map(name, arn), lab.map(name, stream)
    create = lab.functions.create_event_source_mapping

    told = f"Please update or delete the existing mapping with UUID {first}"
    assert (
        409,
        "ResourceConflictException",
        f'An event source mapping with SQS arn (" {arn} ") and function (" {name} ") already '
        f"exists. {told}",
    ) == refused(create, FunctionName=name, EventSourceArn=arn)
    status, code, message = refused(
        create, FunctionName=name, EventSourceArn=stream, StartingPosition="LATEST"
    )
    assert (409, "ResourceConflictException") == (status, code)
    assert of_stream in message
    version = lab.functions.publish_version(FunctionName=name)["Version"]
    lab.map(f"{name}:{version}", arn, Enabled=False)


def test_two_at_once_make_one_mapping(lab: Sources):
    """Of several requests at the same moment one is served, the others conflict."""
    (_, arn), name = lab.queue(), lab.deploy()

    def create(_: int) -> int:
        try:
            answer = lab.functions.create_event_source_mapping(
                FunctionName=name, EventSourceArn=arn
            )
        except ClientError as error:
            answer = error.response
        return int(answer["ResponseMetadata"]["HTTPStatusCode"])

    with ThreadPoolExecutor(8) as pool:
        assert [202, *[409] * 7] == sorted(pool.map(create, range(8)))


def test_two_that_change_at_once_leave_one_mapping(lab: Sources):
    """Of two mappings that go to the same function one arrives, the other conflicts."""
    (_, arn), target = lab.queue(), lab.deploy()
    mappings = [lab.map(lab.deploy(), arn, Enabled=False) for _ in range(2)]

    def change(mapping: str) -> int:
        try:
            answer = lab.functions.update_event_source_mapping(UUID=mapping, FunctionName=target)
        except ClientError as error:
            answer = error.response
        return int(answer["ResponseMetadata"]["HTTPStatusCode"])

    with ThreadPoolExecutor(2) as pool:
        assert [202, 409] == sorted(pool.map(change, mappings))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"BatchSize": 0}, "'batchSize'"),
        ({"BatchSize": 10_001}, "'batchSize'"),
        ({"MaximumBatchingWindowInSeconds": 301}, "'maximumBatchingWindowInSeconds'"),
        ({"ParallelizationFactor": 11}, "'parallelizationFactor'"),
        ({"MaximumRetryAttempts": -2}, "'maximumRetryAttempts'"),
        ({"MaximumRecordAgeInSeconds": 604_801}, "'maximumRecordAgeInSeconds'"),
        ({"TumblingWindowInSeconds": 901}, "'tumblingWindowInSeconds'"),
        ({"ScalingConfig": {"MaximumConcurrency": 1}}, "'scalingConfig.maximumConcurrency'"),
        ({"ScalingConfig": {"MaximumConcurrency": 1001}}, "'scalingConfig.maximumConcurrency'"),
        ({"FunctionResponseTypes": ["Other"]}, "'functionResponseTypes'"),
        ({"StartingPosition": "0"}, f"Value '0' at 'startingPosition' failed to satisfy {ENUM}"),
        ({"FunctionName": "a b"}, "'functionName'"),
        ({"FunctionName": None}, "Value null at 'functionName'"),
        ({"EventSourceArn": "queue"}, "'eventSourceArn'"),
        ({"FilterCriteria": {"Filters": [{"Pattern": "x" * 4097}]}}, "pattern"),
        ({"KMSKeyArn": "key"}, "'kmsKeyArn'"),
        ({"MetricsConfig": {"Metrics": ["EventCount"] * 4}}, "'metricsConfig.metrics'"),
    ],
)
def test_values_outside_the_model_are_refused(lab: Sources, options: Any, message: str):
    """The sentence names the member, before anything is looked up."""
    call = {"FunctionName": "f", "EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:q"}
    status, code, told = refused(lab.raw.create_event_source_mapping, **{**call, **options})

    assert (400, "ValidationException") == (status, code)
    assert message.replace("satisfy M", "satisfy constraint: M") in told


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"StartingPosition": "LATEST"}, "StartingPosition is not valid for SQS event sources."),
        (
            {"BisectBatchOnFunctionError": True},
            "BisectBatchOnFunctionError is not valid for SQS event sources.",
        ),
        ({"Topics": ["t"]}, "Topics is not valid for SQS event sources."),
        (
            {"BatchSize": 11},
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10",
        ),
        (
            {"FilterCriteria": {"Filters": [{"Pattern": "{"}]}},
            "Invalid filter pattern definition.",
        ),
        (
            {"FilterCriteria": {"Filters": [{"Pattern": '{"body": [{"wildcard": "a*"}]}'}]}},
            "Invalid filter pattern definition.",
        ),
        (
            {"FilterCriteria": {"Filters": [{"Pattern": '{"a": ["b"]}'}] * 6}},
            "Number of filters in FilterCriteria must not exceed 5.",
        ),
        (
            {
                "ScalingConfig": {"MaximumConcurrency": 5},
                "ProvisionedPollerConfig": {"MinimumPollers": 2},
            },
            "Provisioned mode for SQS ESM does not support maximum concurrency feature. Use "
            "MaximumPollers as the control mechanism and remove maximum concurrency.",
        ),
        (
            {"ProvisionedPollerConfig": {"MinimumPollers": 1}},
            "MinimumPollers should be between [2, 200] and MaximumPollers should be between "
            "[MinimumPollers, 10000]",
        ),
    ],
)
def test_options_that_do_not_fit_a_queue_are_refused(lab: Sources, options: Any, message: str):
    """The function need not be asked for that."""
    (_, arn), name = lab.queue(), lab.deploy()
    call = {"FunctionName": name, "EventSourceArn": arn}

    assert (*INVALID, message) == refused(
        lab.functions.create_event_source_mapping, **call, **options
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 1},
            "Batching window is not supported for FIFO queues",
        ),
        (
            {"BatchSize": 11},
            "Batch size must not exceed 10 for FIFO queues",
        ),
    ],
)
def test_options_that_do_not_fit_a_fifo_queue_are_refused(lab: Sources, options: Any, message: str):
    """Batches of ten at most, and no window."""
    (_, arn), name = lab.queue(fifo=True), lab.deploy()
    call = {"FunctionName": name, "EventSourceArn": arn}

    assert (*INVALID, message) == refused(
        lab.functions.create_event_source_mapping, **call, **options
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {},
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
            "constraint: Member must not be null.",
        ),
        (
            {"StartingPosition": "LATEST", "StartingPositionTimestamp": 1741010802},
            "Timestamp only valid with StartingPosition AT_TIMESTAMP",
        ),
        (
            {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 1741010802},
            "Unsupported starting position for arn type: {arn}",
        ),
        (
            {"StartingPosition": "LATEST", "ScalingConfig": {"MaximumConcurrency": 2}},
            "ScalingConfig is not valid for DynamoDB event sources.",
        ),
        (
            {"StartingPosition": "LATEST", "MaximumRecordAgeInSeconds": 59},
            "MaximumRecordAgeInSeconds must be -1 or between 60 and 604800.",
        ),
        (
            {
                "StartingPosition": "LATEST",
                "DestinationConfig": {
                    "OnSuccess": {"Destination": "arn:aws:sqs:us-east-1:123456789012:q"}
                },
            },
            "Unsupported DestinationConfig parameter for given event source mapping type.",
        ),
    ],
)
def test_options_that_do_not_fit_a_table_are_refused(lab: Sources, options: Any, message: str):
    """AT_TIMESTAMP is for Kinesis, ScalingConfig for queues, OnSuccess for neither."""
    (_, arn), name = lab.table(), lab.deploy()
    call = {"FunctionName": name, "EventSourceArn": arn}

    assert (*INVALID, message.format(arn=arn)) == refused(
        lab.functions.create_event_source_mapping, **call, **options
    )


def test_sources_that_are_not_there_are_refused(lab: Sources):
    """A missing queue, stream or function, a table without a stream, and a foreign service."""
    name, create = lab.deploy(), lab.functions.create_event_source_mapping
    place = "us-east-1:123456789012"
    missing = f"arn:aws:kinesis:{place}:stream/none"

    def told(arn: str, **options: Any) -> str:
        call = {"FunctionName": name, "EventSourceArn": arn} | options
        status, code, message = refused(create, **call)
        assert INVALID == (status, code)
        return message

    assert "AWS.SimpleQueueService.NonExistentQueue" in told(f"arn:aws:sqs:{place}:none")
    assert f"Stream not found: {missing}" == told(missing, StartingPosition="LATEST")
    elsewhere = f"arn:aws:kinesis:eu-west-1:123456789012:stream/{name}"
    assert f"Stream not found: {elsewhere}" == told(elsewhere, StartingPosition="LATEST")
    table = f"arn:aws:dynamodb:{place}:table/none"
    assert f"Stream not found: {table}" == told(table, StartingPosition="LATEST")
    (_, arn) = lab.queue()
    assert "Function does not exist" == told(arn, FunctionName="none")
    assert "Function does not exist" == told(arn, FunctionName=f"{name}:none")
    assert told(f"arn:aws:sns:{place}:topic").startswith("Unrecognized event source")
    assert "no kafka event sources" in told(f"arn:aws:kafka:{place}:cluster/c/1")
    assert (*INVALID, "Unrecognized event source.") == refused(create, FunctionName=name)
    brokers = {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["broker:9092"]}}
    _, _, message = refused(create, FunctionName=name, SelfManagedEventSource=brokers)
    assert "no kafka event sources" in message


def test_the_queues_visibility_timeout_must_cover_the_functions_timeout(lab: Sources):
    """The sentence has both numbers."""
    (_, arn), name = lab.queue(), lab.deploy(Timeout=60)

    assert (
        *INVALID,
        "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
    ) == refused(lab.functions.create_event_source_mapping, FunctionName=name, EventSourceArn=arn)


def test_the_execution_role_must_be_allowed_to_read_the_source(lab: Sources):
    """Each missing action of a queue is named; a stream's are named together."""
    create, (_, arn) = lab.functions.create_event_source_mapping, lab.queue()
    told = "The provided execution role does not have permissions to call"
    given: list[str] = []
    for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        name = lab.deploy(Role=lab.role(*given))
        assert (*INVALID, f"{told} {action} on SQS") == refused(
            create, FunctionName=name, EventSourceArn=arn
        )
        given.append(f"sqs:{action}")
    lab.map(lab.deploy(Role=lab.role(*given, resource=arn)), arn, Enabled=False)
    stream = lab.stream()
    name = lab.deploy(Role=lab.role("kinesis:GetRecords"))
    assert (
        *INVALID,
        f"Cannot access stream {stream}. Please ensure the role can perform the GetRecords, "
        "GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in "
        "IAM.",
    ) == refused(create, FunctionName=name, EventSourceArn=stream, StartingPosition="LATEST")


def test_a_failure_destination_must_exist_and_be_allowed(lab: Sources):
    """Its kind is checked, then the target, then the role."""
    stream, (_, queue) = lab.stream(), lab.queue()
    name = lab.deploy(Role=lab.role("kinesis:*"))

    def told(destination: str) -> str:
        status, code, message = refused(
            lab.functions.create_event_source_mapping,
            FunctionName=name,
            EventSourceArn=stream,
            StartingPosition="LATEST",
            DestinationConfig={"OnFailure": {"Destination": destination}},
        )
        assert INVALID == (status, code)
        return message

    assert "is invalid" in told("arn:aws:lambda:us-east-1:123456789012:function:f")
    assert "is invalid" in told(f"{queue}-none")
    assert (
        "The provided execution role does not have permissions to call SendMessage on SQS"
    ) == told(queue)


def test_an_update_changes_what_is_given_and_keeps_the_rest(lab: Sources):
    """Filters, report and destination can be taken away again."""
    stream, (_, queue), name = lab.stream(), lab.queue(), lab.deploy()
    pattern = json.dumps({"data": {"a": [1]}})
    mapping = lab.map(
        name,
        stream,
        FilterCriteria={"Filters": [{"Pattern": pattern}]},
        FunctionResponseTypes=["ReportBatchItemFailures"],
        DestinationConfig={"OnFailure": {"Destination": queue}},
        BisectBatchOnFunctionError=True,
    )
    changed = lab.change(mapping, BatchSize=7, MaximumRetryAttempts=3)
    assert (7, 3, True) == (
        changed["BatchSize"],
        changed["MaximumRetryAttempts"],
        changed["BisectBatchOnFunctionError"],
    )
    assert {"Filters": [{"Pattern": pattern}]} == changed["FilterCriteria"]
    assert queue == changed["DestinationConfig"]["OnFailure"]["Destination"]
    cleared = lab.change(
        mapping,
        FilterCriteria={"Filters": []},
        FunctionResponseTypes=[],
        DestinationConfig={"OnFailure": {}},
    )
    assert "FilterCriteria" not in cleared
    assert [] == cleared["FunctionResponseTypes"]
    assert {"OnFailure": {}} == cleared["DestinationConfig"]


def test_a_mapping_can_go_to_another_function(lab: Sources):
    """From then on the other one gets the messages."""
    (url, arn), first, second = lab.queue(), lab.deploy(), lab.deploy()
    mapping = lab.map(first, arn)
    changed = lab.change(mapping, FunctionName=second)
    lab.send(url, "a")

    assert changed["FunctionArn"].endswith(f":{second}")
    assert ["a"] == bodies(lab.seen(second)[0])
    assert [] == lab.events(first)


def test_mappings_are_listed_by_source_and_function_in_pages(lab: Sources):
    """FunctionName takes every form; NextMarker leads on."""
    name, arns = lab.deploy(), [lab.queue()[1] for _ in range(3)]
    made = {lab.map(name, arn, Enabled=False) for arn in arns}
    listed = lab.functions.list_event_source_mappings

    full = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    for form in (name, full, f"123456789012:{name}"):
        found = listed(FunctionName=form)["EventSourceMappings"]
        assert made == {one["UUID"] for one in found}
    (one,) = listed(EventSourceArn=arns[0])["EventSourceMappings"]
    assert arns[0] == one["EventSourceArn"]
    pages = lab.functions.get_paginator("list_event_source_mappings").paginate(
        FunctionName=name, PaginationConfig={"PageSize": 2}
    )
    assert [2, 1] == [len(page["EventSourceMappings"]) for page in pages]
    status, code, message = refused(lab.raw.list_event_source_mappings, MaxItems=0)
    assert (400, "ValidationException") == (status, code)
    assert "'maxItems'" in message
    assert [] == listed(FunctionName="none")["EventSourceMappings"]
    status, code, message = refused(lab.raw.list_event_source_mappings, EventSourceArn="queue")
    assert (400, "ValidationException") == (status, code)
    assert "'eventSourceArn'" in message


def test_provisioned_pollers_are_kept_and_shown(lab: Sources):
    """What is not given has its default; an empty setting takes the mode away."""
    (_, arn), name = lab.queue(), lab.deploy()
    mapping = lab.map(name, arn, ProvisionedPollerConfig={"MinimumPollers": 5})

    found = lab.settled(mapping)["ProvisionedPollerConfig"]
    assert {"MinimumPollers": 5, "MaximumPollers": 200} == found
    assert "ProvisionedPollerConfig" not in lab.change(mapping, ProvisionedPollerConfig={})


def test_tags_of_a_mapping_are_listed(lab: Sources):
    """Tags of the creation are found under the mapping's ARN, and change like a function's."""
    (_, arn), name, functions = lab.queue(), lab.deploy(), lab.functions
    mapping = lab.map(name, arn, Tags={"team": "orders"}, Enabled=False)
    resource = lab.settled(mapping)["EventSourceMappingArn"]

    assert {"team": "orders"} == functions.list_tags(Resource=resource)["Tags"]
    functions.tag_resource(Resource=resource, Tags={"stage": "test"})
    functions.untag_resource(Resource=resource, TagKeys=["team"])
    assert {"stage": "test"} == functions.list_tags(Resource=resource)["Tags"]
    reserved = refused(functions.tag_resource, Resource=resource, Tags={"aws:x": "1"})
    assert INVALID == reserved[:2]
    functions.delete_event_source_mapping(UUID=mapping)
    until(lambda: _is_gone(lab, mapping))
    missing = f"Event source mapping not found: {resource}"
    assert (*GONE[:2], missing) == refused(functions.list_tags, Resource=resource)


def test_a_policy_may_name_the_function_of_a_mapping(lab: Sources):
    """The condition key lambda:FunctionArn is the mapping's function, in the request or not."""
    mine, others, user = lab.deploy(), lab.deploy(), f"user-{secrets.token_hex(4)}"
    own, foreign = (lab.map(name, lab.queue()[1], Enabled=False) for name in (mine, others))
    only_mine = {"ArnEquals": {"lambda:FunctionArn": f"{FUNCTION}{mine}"}}
    lab.iam.create_user(UserName=user)
    lab.iam.put_user_policy(
        UserName=user,
        PolicyName="mine",
        PolicyDocument=statement(Action="lambda:*", Resource="*", Condition=only_mine),
    )
    key = lab.iam.create_access_key(UserName=user)["AccessKey"]
    client = boto3.client(
        "lambda",
        endpoint_url=lab.cloud.endpoint,
        region_name=lab.cloud.region,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )

    assert own == client.get_event_source_mapping(UUID=own)["UUID"]
    denied = (403, "AccessDeniedException")
    assert denied == refused(client.get_event_source_mapping, UUID=foreign)[:2]
    assert denied == refused(client.delete_event_source_mapping, UUID=foreign)[:2]
    (_, arn) = lab.queue()
    create = client.create_event_source_mapping
    assert denied == refused(create, FunctionName=others, EventSourceArn=arn)[:2]
    lab.change(foreign, FunctionName=mine)
    assert foreign == client.delete_event_source_mapping(UUID=foreign)["UUID"]


def test_criteria_under_a_key_are_hidden_in_lists(lab: Sources):
    """KMSKeyArn is shown with them elsewhere; an empty one takes the key away."""
    (_, arn), name = lab.queue(), lab.deploy()
    key = lab.account.client("kms").create_key()["KeyMetadata"]["Arn"]
    criteria = {"Filters": [{"Pattern": '{"body": ["a"]}'}]}
    mapping = lab.map(name, arn, FilterCriteria=criteria, KMSKeyArn=key, Enabled=False)

    found = lab.settled(mapping)
    assert (criteria, key) == (found["FilterCriteria"], found["KMSKeyArn"])
    (listed,) = lab.functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    assert (None, key) == (listed.get("FilterCriteria"), listed["KMSKeyArn"])
    opened = lab.change(mapping, KMSKeyArn="")
    assert (criteria, None) == (opened["FilterCriteria"], opened.get("KMSKeyArn"))
    (listed,) = lab.functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    assert criteria == listed["FilterCriteria"]


def test_event_counts_are_for_mappings_that_ask_for_them(lab: Sources):
    """MetricsConfig with EventCount; without it there is no metric of the mapping."""
    name, metrics = lab.deploy(), lab.account.client("cloudwatch")
    (quiet_url, quiet_arn), (url, arn) = lab.queue(), lab.queue()
    quiet = lab.map(name, quiet_arn)
    counted = lab.map(name, arn, MetricsConfig={"Metrics": ["EventCount"]})
    lab.send(quiet_url, "a")
    lab.told(quiet, "deleted")
    lab.send(url, "b")

    def names(mapping: str) -> set[str]:
        dimension = {"Name": "EventSourceMappingUUID", "Value": mapping}
        found = metrics.list_metrics(Namespace="AWS/Lambda", Dimensions=[dimension])["Metrics"]
        return {one["MetricName"] for one in found}

    until(lambda: "DeletedEventCount" in names(counted))
    assert {
        "PolledEventCount",
        "FilteredOutEventCount",
        "InvokedEventCount",
        "DeletedEventCount",
    } == names(counted)
    assert set() == names(quiet)


def test_a_body_that_is_no_request_is_refused(lab: Sources):
    """Members of a wrong kind never reach a poller."""
    call = {"FunctionName": "f", "EventSourceArn": "arn:aws:sqs:us-east-1:123456789012:q"}
    for options in (
        {"BatchSize": "ten"},
        {"FilterCriteria": "x"},
        {"FilterCriteria": {"Filters": ["x"]}},
        {"Enabled": "yes"},
        {"DestinationConfig": {"OnFailure": "x"}},
        {"FunctionResponseTypes": "ReportBatchItemFailures"},
        {"MetricsConfig": {"Metrics": 5}},
        {"KMSKeyArn": 5},
        {"Tags": ["x"]},
        {"FunctionName": 5},
    ):
        status, code, _ = refused(_unchecked(lab), **{**call, **options})
        assert (400, "SerializationException") == (status, code)


def _unchecked(lab: Sources) -> Callable[..., Any]:
    """Return a call of CreateEventSourceMapping with a body of one's own."""
    client = lab.account.client("lambda")

    def call(**members: Any) -> Any:
        def give(request: Any, **_: Any) -> None:
            request.data = json.dumps(members).encode()

        client.meta.events.register_first("before-sign.lambda.CreateEventSourceMapping", give)
        return client.create_event_source_mapping(FunctionName="f")

    return call


def test_a_template_makes_changes_and_deletes_a_mapping(lab: Sources):
    """CloudFormation comes through the same checks and the same pollers."""
    stacks, name = lab.account.client("cloudformation"), lab.deploy()
    url, arn = lab.queue()
    resource = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": name,
            "EventSourceArn": arn,
            "BatchSize": {"Ref": "Size"},
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        },
    }
    template = {
        "Parameters": {"Size": {"Type": "Number", "Default": 3}},
        "Resources": {"Mapping": resource},
        "Outputs": {"Id": {"Value": {"Ref": "Mapping"}}},
    }
    stack = f"stack-{secrets.token_hex(4)}"
    stacks.create_stack(StackName=stack, TemplateBody=json.dumps(template))
    (output,) = stacks.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    mapping = output["OutputValue"]
    found = lab.functions.get_event_source_mapping(UUID=mapping)
    assert (3, "Enabled") == (found["BatchSize"], found["State"])
    lab.send(url, "a")
    assert ["a"] == bodies(lab.seen(name)[0])
    stacks.update_stack(
        StackName=stack,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "Size", "ParameterValue": "4"}],
    )
    assert 4 == lab.functions.get_event_source_mapping(UUID=mapping)["BatchSize"]
    stacks.delete_stack(StackName=stack)
    stacks.create_stack(StackName=f"{stack}-again", TemplateBody=json.dumps(template))

    until(lambda: _is_gone(lab, mapping))
    (left,) = lab.functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    assert mapping != left["UUID"]


def test_a_reset_ends_every_mapping(account_with: Callable[..., Any]):
    """Nothing polls an emptied account, and nothing of the old one is recorded."""
    account = account_with(time_lapse=601)
    lab = Sources(account)
    (url, arn), name = lab.queue(), lab.deploy("    import time\n    time.sleep(5)\n", Timeout=10)
    mapping = lab.map(name, arn)
    lab.send(url, "a")
    lab.told(mapping, "invoked")
    account.reset()

    again = Sources(account)
    url, arn = again.queue()
    name = again.deploy()
    again.map(name, arn)
    again.send(url, "b")
    assert ["b"] == bodies(again.seen(name)[0])
    assert [] == again.batches(mapping)
