"""Event source mappings: which sources are polled, how often, and how pollers grow."""

from __future__ import annotations

import time
from typing import Any

from tools.fidelity.account import EMPTY, ProbedAccount, outcome, until
from tools.fidelity.rows import LAMBDA, LAMBDA_API, Area

AREA = Area("Event source mappings")
POLLS = {"Effect": "Allow", "Action": ["sqs:*", "logs:*"], "Resource": "*"}
SLOW = "import time\ndef handler(event, context):\n    time.sleep(0.5)\n"


def _mapped(account: ProbedAccount, source: str = EMPTY, **settings: Any) -> tuple[str, str, str]:
    """Map a queue to a function; return the queue's URL, the function and the mapping's id."""
    url, arn = account.queue()
    role = account.make_role(account.name(), POLLS)
    name = account.deploy(source, Role=role, Timeout=10)
    made = account.lambda_client.create_event_source_mapping(
        FunctionName=name, EventSourceArn=arn, **settings
    )
    mapping = str(made["UUID"])
    until(
        lambda: account.lambda_client.get_event_source_mapping(UUID=mapping)["State"] == "Enabled"
    )
    return url, name, mapping


@AREA.row(
    "poll-delay",
    "A message waits for a poller: with little traffic, up to 20 seconds if there is a window.",
    f"{LAMBDA}services-sqs-configure.html",
    labs=("05",),
)
def poll_delay(account: ProbedAccount) -> str:
    """Send a message to an idle queue, and wait for the function's run."""
    url, name, _ = _mapped(account)
    account.client("sqs").send_message(QueueUrl=url, MessageBody="x")
    began = time.monotonic()
    until(lambda: account.records(name, "invocation.finished"))
    took = "within two seconds" if time.monotonic() - began < 2 else "later"
    return f"Taken {took}: pollers are told of new messages, so there are no empty polls."


@AREA.row(
    "poller-states",
    "A new mapping is Creating, then Enabled; how long that takes is not documented.",
    f"{LAMBDA_API}API_EventSourceMappingConfiguration.html",
    labs=("05",),
)
def poller_states(account: ProbedAccount) -> str:
    """Make a mapping, and read its states."""
    _, arn = account.queue()
    role = account.make_role(account.name(), POLLS)
    name = account.deploy(EMPTY, Role=role)
    client = account.lambda_client
    made = client.create_event_source_mapping(FunctionName=name, EventSourceArn=arn)
    enabled = until(
        lambda: client.get_event_source_mapping(UUID=made["UUID"])["State"] == "Enabled"
    )
    after = "Enabled after a few lapsed seconds" if enabled else "not Enabled"
    return f"{made['State']}, then {after}."


@AREA.row(
    "poller-ramp",
    "A queue's mapping starts with five batches at once, and adds 300 a minute, to 1,250.",
    f"{LAMBDA}services-sqs-scaling.html",
    labs=("05", "09"),
)
def poller_ramp(account: ProbedAccount) -> str:
    """Send thirty messages for slow batches of one, and count the first runs at once."""
    url, name, mapping = _mapped(account, SLOW, BatchSize=1)
    sqs = account.client("sqs")
    for start in range(0, 30, 10):
        entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(start, start + 10)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    until(lambda: len(account.records(name, "invocation.finished")) == 30)
    runs = account.cloud.records()["records"]
    now = most = first = 0
    for record in runs:
        if record.get("function") != name:
            continue
        now += {"invocation.started": 1, "invocation.finished": -1}.get(record["kind"], 0)
        most = max(most, now)
        if record["kind"] == "invocation.finished" and not first:
            first = most
    account.lambda_client.delete_event_source_mapping(UUID=mapping)
    grew = "more later" if most > first else "no more later"
    few = "a few" if first <= 15 else "many"
    return (
        f"The same numbers: of thirty messages {few} were worked on until the first was done, "
        f"{grew}. AWS's curve is not published."
    )


@AREA.row(
    "poller-sources",
    "Kafka, Amazon MQ and DocumentDB can be polled too.",
    f"{LAMBDA}invocation-eventsourcemapping.html",
    labs=("06",),
)
def poller_sources(account: ProbedAccount) -> str:
    """Ask for a mapping of each."""
    name = account.deploy(EMPTY)
    arns = {
        "Kafka": (
            account.arn("kafka", "cluster/c/4f1b2c3d-0000-1111-2222-333344445555-1"),
            "topic",
        ),
        "MQ": (account.arn("mq", "broker:b:b-4f1b2c3d-0000-1111-2222-333344445555"), "queue"),
        "DocumentDB": (account.arn("rds", "cluster:c"), ""),
    }
    more: dict[str, dict[str, Any]] = {
        "Kafka": {"Topics": ["t"], "StartingPosition": "LATEST"},
        "MQ": {"Queues": ["q"]},
        "DocumentDB": {"DocumentDBEventSourceConfig": {"DatabaseName": "d"}},
    }
    answers = {
        source: outcome(
            account.lambda_client.create_event_source_mapping,
            FunctionName=name,
            EventSourceArn=arn,
            **more[source],
        )
        for source, (arn, _) in arns.items()
    }
    if len(set(answers.values())) == 1:
        return f"SQS, Kinesis and DynamoDB only; a mapping of each other {answers['MQ']}."
    return "; ".join(f"{source}: {answer}" for source, answer in answers.items())


@AREA.row(
    "provisioned-pollers",
    "Pollers of a queue can be provisioned, for a price.",
    f"{LAMBDA}services-sqs-configure.html",
    labs=("05",),
)
def provisioned_pollers(account: ProbedAccount) -> str:
    """Ask for a mapping with provisioned pollers."""
    _, arn = account.queue()
    name = account.deploy(EMPTY, Role=account.make_role(account.name(), POLLS))
    answer = outcome(
        account.lambda_client.create_event_source_mapping,
        FunctionName=name,
        EventSourceArn=arn,
        ProvisionedPollerConfig={"MinimumPollers": 2, "MaximumPollers": 4},
    )
    return f"A mapping with ProvisionedPollerConfig {answer}; pollers are the same without."


@AREA.row(
    "filter-key",
    "Filter criteria under a customer key are encrypted; without the key they cannot be read.",
    f"{LAMBDA}invocation-eventfiltering.html",
)
def filter_key(account: ProbedAccount) -> str:
    """Map a queue with criteria under a key, switch the key off, and read the mapping."""
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]
    _, _, mapping = _mapped(
        account,
        KMSKeyArn=key["Arn"],
        FilterCriteria={"Filters": [{"Pattern": '{"body": ["x"]}'}]},
    )
    kms.disable_key(KeyId=key["KeyId"])
    found = account.lambda_client.get_event_source_mapping(UUID=mapping)
    shown = "shows them" if "FilterCriteria" in found else "does not show them"
    listed = account.lambda_client.list_event_source_mappings(
        EventSourceArn=found["EventSourceArn"]
    )
    hidden = "show" if "FilterCriteria" in listed["EventSourceMappings"][0] else "hide"
    return (
        f"Lists {hidden} them, as on AWS; KMS is not asked: with the key switched off "
        f"GetEventSourceMapping {shown}."
    )


def _streamed(account: ProbedAccount, source: str) -> str:
    """Map a table's stream to a function, put an item, and return the function's name."""
    table = account.name()
    made = account.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    role = account.make_role(
        account.name(), {"Effect": "Allow", "Action": ["dynamodb:*", "logs:*"], "Resource": "*"}
    )
    name = account.deploy(source, Role=role)
    account.lambda_client.create_event_source_mapping(
        FunctionName=name, EventSourceArn=made["LatestStreamArn"], StartingPosition="TRIM_HORIZON"
    )
    account.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "1"}})
    return name


@AREA.row(
    "stream-polling",
    "Lambda reads a shard of a DynamoDB stream four times a second, of a Kinesis stream once.",
    f"{LAMBDA}with-ddb.html",
    labs=("06",),
)
def stream_polling(account: ProbedAccount) -> str:
    """Put an item in a table whose stream is mapped, and wait for the function's run."""
    far = account.lapsed
    name = _streamed(far, EMPTY)
    done = until(lambda: far.records(name, "invocation.finished"))
    seen = "was seen" if done else "was not seen"
    return f"The poller is woken by the write: an item {seen} without waiting for the next look."


@AREA.row(
    "stream-waits",
    "A failed batch of a stream is tried again; how long Lambda waits in between is not published.",
    f"{LAMBDA}kinesis-on-failure-destination.html",
    labs=("06",),
)
def stream_waits(account: ProbedAccount) -> str:
    """Map a table's stream to a function that fails, and read the waits of its retries."""
    far = account.lapsed
    name = _streamed(far, "def handler(event, context):\n    raise ValueError\n")
    until(lambda: len(far.records(name, "batch.retried")) >= 9)
    waits = [f"{record['wait_s']:g}" for record in far.records(name, "batch.retried")[:9]]
    return f"Seconds before each retry: {', '.join(waits)}; a lab's time lapse shortens them."
