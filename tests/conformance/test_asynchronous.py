"""Asynchronous invocation: retries, ages, throttles, dead letters, destinations, and recursion."""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.refusals import refused
from tests.conformance.roles import make_role, may_only, statement
from tests.waiting import until

LAPSE = 600
OK = "def handler(event, context):\n    return {'seen': event}\n"
FAILS = "def handler(event, context):\n    raise ValueError('no such order')\n"
SLOW = "import time\n\n\ndef handler(event, context):\n    time.sleep(event)\n"
SELF = (
    "import boto3\n\n\ndef handler(event, context):\n    boto3.client('lambda').invoke("
    "FunctionName=context.function_name, InvocationType='{kind}', Payload=b'{{}}')\n"
)
SENDS = ["sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction", "events:PutEvents", "s3:*"]
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
ENDS = ("event.dropped", "event.sent_on")


class Setup:
    """One account with fast waits, and a role that may send anywhere."""

    def __init__(self, account: Any) -> None:
        self.account = account
        self.functions = account.functions
        self.role = self.new_role()

    def new_role(self, actions: list[str] | None = None) -> str:
        """Create a role that may log and do these actions; return its ARN."""
        may = SENDS if actions is None else actions
        return make_role(self.account.client("iam"), ["logs:*", *may])

    def allow(self, role: str, actions: list[str]) -> None:
        """Replace what a role may do."""
        may_only(self.account.client("iam"), role, ["logs:*", *actions])

    def deploy(self, source: str, **settings: Any) -> str:
        """Create a function with the role that may send anywhere."""
        return str(self.account.deploy(source, **({"Role": self.role} | settings)))

    def raw(self) -> Any:
        """Return a client that sends what the API's model does not allow."""
        return self.account.client("lambda", parameter_validation=False)

    def configure(self, name: str, **config: Any) -> Any:
        """Put the configuration of asynchronous invocation."""
        return self.functions.put_function_event_invoke_config(FunctionName=name, **config)

    def send(self, name: str, event: Any = None, **call: Any) -> str:
        """Invoke asynchronously; return the request id."""
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        answer = self.functions.invoke(
            FunctionName=name, InvocationType="Event", Payload=payload, **call
        )
        assert (202, b"") == (answer["StatusCode"], answer["Payload"].read())
        return str(answer["ResponseMetadata"]["RequestId"])

    def of(self, request_id: str, *kinds: str) -> list[dict[str, Any]]:
        """Return the records of one event, of these kinds or of all."""
        found = self.account.cloud.records()["records"]
        return [
            r
            for r in found
            if r.get("request_id") == request_id and (not kinds or r["kind"] in kinds)
        ]

    def end_of(self, request_id: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until an event was dropped or sent on; return the records that say so."""
        return until(lambda: len(found := self.of(request_id, *ENDS)) >= count and found)

    def queue(self, **attributes: str) -> tuple[str, str]:
        """Create a queue; return its URL and ARN."""
        sqs = self.account.client("sqs")
        url = sqs.create_queue(QueueName=f"q-{secrets.token_hex(4)}", Attributes=attributes)
        attributes = sqs.get_queue_attributes(
            QueueUrl=url["QueueUrl"], AttributeNames=["QueueArn"]
        )["Attributes"]
        return url["QueueUrl"], attributes["QueueArn"]

    def message(self, url: str) -> dict[str, Any]:
        """Wait for one message and take it."""
        sqs = self.account.client("sqs")

        def receive() -> Any:
            answer = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
            return answer.get("Messages")

        (message,) = until(receive)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return dict(message)


@pytest.fixture
def lab(account_with: Callable[..., Any]) -> Setup:
    """An account in which a minute lasts a tenth of a second."""
    account = account_with(time_lapse=LAPSE, account_concurrency=40, unreserved_minimum=4)
    if not hasattr(account, "setup"):
        account.setup = Setup(account)
    return account.setup  # type: ignore[no-any-return]


def to(success: str | None = None, failure: str | None = None) -> dict[str, Any]:
    """Return a DestinationConfig."""
    given = {"OnSuccess": success, "OnFailure": failure}
    return {member: {"Destination": arn} for member, arn in given.items() if arn}


# -- the queue ------------------------------------------------------------------------------------


def test_a_client_context_stays_behind(lab: Setup) -> None:
    """Lambda hands a client context to the function in synchronous calls only."""
    name = lab.deploy("def handler(event, context):\n    print('GIVEN', context.client_context)\n")
    context = base64.b64encode(b'{"custom": {"a": "b"}}').decode()
    request_id = lab.send(name, ClientContext=context)
    until(lambda: lab.of(request_id, "invocation.finished"))
    log = [line for lines in lab.account.streams(name).values() for line in lines]
    assert ["GIVEN None\n"] == [line for line in log if line.startswith("GIVEN")]


def test_event_is_accepted_and_run(lab: Setup) -> None:
    """Event gets 202 and nothing else; the function runs once, under the same request id."""
    name = lab.deploy(OK)

    request_id = lab.send(name, {"order": 1})

    until(lambda: lab.of(request_id, "invocation.finished"))
    assert [
        "event.queued", "invocation.started", "invocation.finished",
    ] == [r["kind"] for r in lab.of(request_id)]  # fmt: skip


def test_function_errors_are_retried_after_one_minute_and_two(lab: Setup) -> None:
    """A failed event runs three times in all, one and then two minutes later, under one id."""
    request_id = lab.send(lab.deploy(FAILS))

    (dropped,) = lab.end_of(request_id)

    started = [r["time"] for r in lab.of(request_id, "invocation.started")]
    finished = [r["time"] for r in lab.of(request_id, "invocation.finished")]
    waits = [r["wait_s"] for r in lab.of(request_id, "event.retried")]
    assert ("event.dropped", 3, "RetriesExhausted") == (
        dropped["kind"], dropped["attempts"], dropped["reason"],
    )  # fmt: skip
    assert [60, 120] == waits
    assert started[1] - finished[0] >= 60 / LAPSE - 0.01
    assert started[2] - finished[1] >= 120 / LAPSE - 0.01


@pytest.mark.slow
def test_timeouts_and_crashes_are_retried_too(lab: Setup) -> None:
    """A timeout counts as a function error."""
    name = lab.deploy(SLOW, Timeout=1)
    lab.configure(name, MaximumRetryAttempts=1)
    request_id = lab.send(name, 30)

    (dropped,) = lab.end_of(request_id)

    assert 2 == dropped["attempts"]
    assert ["timeout"] * 2 == [r["status"] for r in lab.of(request_id, "invocation.finished")]


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_maximum_retry_attempts(lab: Setup, retries: int) -> None:
    """MaximumRetryAttempts bounds the retries after the first attempt."""
    name = lab.deploy(FAILS)
    lab.configure(name, MaximumRetryAttempts=retries)

    (dropped,) = lab.end_of(request_id := lab.send(name))

    assert retries + 1 == dropped["attempts"]
    assert retries + 1 == len(lab.of(request_id, "invocation.started"))


def test_maximum_event_age(lab: Setup) -> None:
    """An event older than MaximumEventAgeInSeconds is not tried again."""
    url, arn = lab.queue()
    name = lab.deploy(FAILS)
    lab.configure(name, MaximumEventAgeInSeconds=60, DestinationConfig=to(failure=arn))

    request_id = lab.send(name)

    record = json.loads(lab.message(url)["Body"])
    assert ("EventAgeExceeded", 1) == (
        record["requestContext"]["condition"],
        record["requestContext"]["approximateInvokeCount"],
    )
    assert 1 == len(lab.of(request_id, "invocation.started"))


def test_throttles_back_off_and_do_not_count(lab: Setup) -> None:
    """A throttled event waits one second, then twice as long each time, and is no attempt."""
    name = lab.deploy("import time\n\n\ndef handler(event, context):\n    time.sleep(event)\n")
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(1) as clients:
        busy = clients.submit(lab.account.invoke, name, 1.5)
        until(lambda: lab.account.records(name, "invocation.started"))
        request_id = lab.send(name, 0)
        busy.result()

    until(lambda: lab.of(request_id, "invocation.finished"))
    retried = lab.of(request_id, "event.retried")
    lab.functions.delete_function(FunctionName=name)
    assert {("TooManyRequestsException", 0)} == {(r["reason"], r["attempts"]) for r in retried}
    waits = [min(2.0**n, 300.0) for n in range(len(retried))]
    assert waits == [r["wait_s"] for r in retried]
    assert len(retried) >= 3


def test_throttled_for_too_long(lab: Setup) -> None:
    """An event that is throttled until it is too old never ran: its record has no response."""
    dead_url, dead = lab.queue()
    url, arn = lab.queue()
    name = lab.deploy(SLOW, DeadLetterConfig={"TargetArn": dead}, Timeout=10)
    lab.configure(name, MaximumEventAgeInSeconds=60, DestinationConfig=to(failure=arn))
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(1) as clients:
        busy = clients.submit(lab.account.invoke, name, 1)
        until(lambda: lab.account.records(name, "invocation.started"))
        lab.send(name, 0)
        record = json.loads(lab.message(url)["Body"])
        attributes = lab.message(dead_url)["MessageAttributes"]
        busy.result()

    lab.functions.delete_function(FunctionName=name)
    assert ("EventAgeExceeded", 0) == (
        record["requestContext"]["condition"],
        record["requestContext"]["approximateInvokeCount"],
    )
    assert not record.keys() & {"responseContext", "responsePayload"}
    assert ("429", "Rate Exceeded.") == (
        attributes["ErrorCode"]["StringValue"], attributes["ErrorMessage"]["StringValue"],
    )  # fmt: skip


def test_reserved_zero_sends_events_on_at_once(lab: Setup) -> None:
    """With reserved concurrency 0 an event goes to both failure paths without an attempt."""
    dead_url, dead = lab.queue()
    url, arn = lab.queue()
    name = lab.deploy(OK, DeadLetterConfig={"TargetArn": dead})
    lab.configure(name, DestinationConfig=to(failure=arn))
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    request_id = lab.send(name, {"n": 1})

    record, dead_letter = json.loads(lab.message(url)["Body"]), lab.message(dead_url)
    assert ("ZeroReservedConcurrency", 0) == (
        record["requestContext"]["condition"],
        record["requestContext"]["approximateInvokeCount"],
    )
    assert {"n": 1} == json.loads(dead_letter["Body"])
    assert [] == lab.of(request_id, "invocation.started", "event.retried")


@pytest.mark.slow
@pytest.mark.slow
def test_many_events_at_once_lose_nothing(lab: Setup) -> None:
    """Two hundred events at once on ten environments: each runs, each is reported once."""
    url, arn = lab.queue()
    name = lab.deploy(OK)
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=10)
    lab.configure(name, DestinationConfig=to(success=arn))

    with ThreadPoolExecutor(16) as clients:
        sent = set(clients.map(lambda n: lab.send(name, n), range(200)))

    until(lambda: 200 == len(lab.account.records(name, "event.sent_on")))
    sqs, got = lab.account.client("sqs"), Counter[str]()
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            got[json.loads(message["Body"])["requestContext"]["requestId"]] += 1
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    lab.functions.delete_function(FunctionName=name)
    assert Counter(sent) == got


def test_payload_limit(lab: Setup) -> None:
    """An event may have one megabyte; one byte more is refused with 413."""
    name = lab.deploy("def handler(event, context):\n    return len(event)\n")
    fits = b'"' + b"x" * (1024 * 1024 - 2) + b'"'

    request_id = lab.send(name, fits)

    until(lambda: lab.of(request_id, "invocation.finished"))
    assert (
        413,
        "RequestTooLargeException",
        "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
    ) == refused(
        lab.functions.invoke, FunctionName=name, InvocationType="Event", Payload=fits + b" "
    )


def test_payload_that_is_no_json(lab: Setup) -> None:
    """What is no JSON is refused at once, not queued."""
    status, code, _ = refused(
        lab.functions.invoke, FunctionName=lab.deploy(OK), InvocationType="Event", Payload=b"{"
    )

    assert (400, "InvalidRequestContentException") == (status, code)


def test_events_of_a_deleted_function_are_dropped(account_with: Callable[..., Any]) -> None:
    """Deleting a function drops what is still queued for it."""
    lab = Setup(account_with(time_lapse=60))  # a minute is long enough to delete it
    name = lab.deploy(FAILS)
    request_id = lab.send(name)
    until(lambda: lab.of(request_id, "event.retried"))

    lab.functions.delete_function(FunctionName=name)

    (dropped,) = lab.end_of(request_id)
    assert "event.dropped" == dropped["kind"]
    assert dropped["reason"].startswith("Function not found: ")


@pytest.mark.slow
def test_reset_drops_queued_events(account_with: Callable[..., Any]) -> None:
    """After a reset nothing of the events before it is heard, not even for a namesake."""
    account = account_with(time_lapse=LAPSE + 1)
    lab = Setup(account)
    for _ in range(5):
        lab.send(lab.deploy(FAILS))
    until(
        lambda: (
            len([r for r in account.cloud.records()["records"] if r["kind"] == "event.retried"])
            >= 5
        )
    )

    account.reset()
    again = Setup(account)
    again.end_of(again.send(again.deploy(FAILS)))

    kinds = Counter(r["kind"] for r in account.cloud.records()["records"])
    assert (1, 2, 3) == (
        kinds["event.queued"], kinds["event.retried"], kinds["invocation.started"],
    )  # fmt: skip


# -- dead letters ---------------------------------------------------------------------------------


def test_dead_letter_queue(lab: Setup) -> None:
    """A dead letter is the event itself, byte for byte, with three attributes."""
    url, arn = lab.queue()
    name = lab.deploy(FAILS, DeadLetterConfig={"TargetArn": arn})
    lab.configure(name, MaximumRetryAttempts=0)
    event = b'{"b": 1,   "a": "\xc3\xbc"}'

    request_id = lab.send(name, event)

    message = lab.message(url)
    assert event.decode() == message["Body"]
    assert {
        "RequestID": {"StringValue": request_id, "DataType": "String"},
        "ErrorCode": {"StringValue": "200", "DataType": "Number"},
        "ErrorMessage": {"StringValue": "no such order", "DataType": "String"},
    } == message["MessageAttributes"]


def test_dead_letter_message_is_cut(lab: Setup) -> None:
    """ErrorMessage holds the first kilobyte."""
    url, arn = lab.queue()
    source = "def handler(event, context):\n    raise ValueError('x' * 5000)\n"
    name = lab.deploy(source, DeadLetterConfig={"TargetArn": arn})
    lab.configure(name, MaximumRetryAttempts=0)

    lab.send(name)

    text = lab.message(url)["MessageAttributes"]["ErrorMessage"]["StringValue"]
    assert "x" * 1024 == text


def test_dead_letter_topic(lab: Setup) -> None:
    """A topic gets the event as its message, and the attributes as message attributes."""
    url, queue = lab.queue()
    topic = subscribed_topic(lab, queue)
    name = lab.deploy(FAILS, DeadLetterConfig={"TargetArn": topic})
    lab.configure(name, MaximumRetryAttempts=0)

    request_id = lab.send(name, {"n": 1})

    note = json.loads(lab.message(url)["Body"])
    assert {"n": 1} == json.loads(note["Message"])
    assert {
        "RequestID": {"Type": "String", "Value": request_id},
        "ErrorCode": {"Type": "Number", "Value": "200"},
        "ErrorMessage": {"Type": "String", "Value": "no such order"},
    } == note["MessageAttributes"]


def test_dead_letter_queue_is_part_of_the_version(lab: Setup) -> None:
    """A published version keeps the dead-letter queue it was published with."""
    url, arn = lab.queue()
    name = lab.deploy(FAILS, DeadLetterConfig={"TargetArn": arn})
    version = lab.functions.publish_version(FunctionName=name)["Version"]
    lab.account.change(name, DeadLetterConfig={"TargetArn": ""})
    for qualifier in (version, "$LATEST"):
        lab.configure(name, Qualifier=qualifier, MaximumRetryAttempts=0)

    (latest,) = lab.end_of(lab.send(name, 1))
    lab.send(name, 2, Qualifier=version)

    assert "event.dropped" == latest["kind"]
    assert "2" == lab.message(url)["Body"]


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_dead_letter_target_needs_a_permission(lab: Setup, service: str) -> None:
    """A role that may not send cannot be given a dead-letter target."""
    arn = lab.queue()[1] if service == "sqs" else subscribed_topic(lab, lab.queue()[1])
    verb = "SendMessage on SQS" if service == "sqs" else "Publish on SNS"

    with pytest.raises(ClientError) as caught:
        lab.deploy(OK, Role=lab.new_role([]), DeadLetterConfig={"TargetArn": arn})

    assert "InvalidParameterValueException" == caught.value.response["Error"]["Code"]
    assert (
        f"The provided execution role does not have permissions to call {verb}"
        == caught.value.response["Error"]["Message"]
    )


# -- destinations ---------------------------------------------------------------------------------


def test_failure_record(lab: Setup) -> None:
    """OnFailure gets the documented record: context, event, response, and nothing else."""
    url, arn = lab.queue()
    name = lab.deploy(FAILS)
    lab.configure(name, MaximumRetryAttempts=1, DestinationConfig=to(failure=arn))

    request_id = lab.send(name, {"n": 1})

    record = json.loads(lab.message(url)["Body"])
    assert re.fullmatch(STAMP, record.pop("timestamp"))
    payload = record.pop("responsePayload")
    assert {"errorMessage", "errorType", "requestId", "stackTrace"} == payload.keys()
    assert ("ValueError", "no such order") == (payload["errorType"], payload["errorMessage"])
    assert {
        "version": "1.0",
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{arn_of(lab, name)}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 2,
        },
        "requestPayload": {"n": 1},
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
    } == record


def test_success_record(lab: Setup) -> None:
    """OnSuccess gets the same record without functionError; OnFailure gets nothing."""
    url, arn = lab.queue()
    other_url, other = lab.queue()
    name = lab.deploy(OK)
    lab.configure(name, DestinationConfig=to(success=arn, failure=other))

    request_id = lab.send(name, {"n": 1})

    record = json.loads(lab.message(url)["Body"])
    assert re.fullmatch(STAMP, record.pop("timestamp"))
    assert {
        "version": "1.0",
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{arn_of(lab, name)}:$LATEST",
            "condition": "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"n": 1},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"seen": {"n": 1}},
    } == record
    assert "Messages" not in lab.account.client("sqs").receive_message(QueueUrl=other_url)


def test_destination_topic(lab: Setup) -> None:
    """A topic gets the record as its message."""
    url, queue = lab.queue()
    name = lab.deploy(OK)
    lab.configure(name, DestinationConfig=to(success=subscribed_topic(lab, queue)))

    request_id = lab.send(name)

    record = json.loads(json.loads(lab.message(url)["Body"])["Message"])
    assert request_id == record["requestContext"]["requestId"]


def test_destination_function(lab: Setup) -> None:
    """A function gets the record as its event, asynchronously."""
    url, arn = lab.queue()
    sink, name = lab.deploy(OK), lab.deploy(OK)
    lab.configure(sink, DestinationConfig=to(success=arn))
    lab.configure(name, DestinationConfig=to(success=arn_of(lab, sink)))

    request_id = lab.send(name, {"n": 1})

    record = json.loads(lab.message(url)["Body"])
    assert request_id == record["requestPayload"]["requestContext"]["requestId"]
    assert {"seen": {"n": 1}} == record["requestPayload"]["responsePayload"]


@pytest.mark.parametrize(("source", "word"), [(OK, "Success"), (FAILS, "Failure")])
def test_destination_event_bus(lab: Setup, source: str, word: str) -> None:
    """A bus gets an event of source lambda, with the record as its detail."""
    url, queue = lab.queue()
    bus = watched_bus(lab, queue)
    name = lab.deploy(source)
    lab.configure(name, MaximumRetryAttempts=0, DestinationConfig=to(bus, bus))

    request_id = lab.send(name)

    event = json.loads(lab.message(url)["Body"])
    assert ("lambda", f"Lambda Function Invocation Result - {word}") == (
        event["source"],
        event["detail-type"],
    )
    assert [f"{arn_of(lab, name)}:$LATEST", bus] == event["resources"]
    assert request_id == event["detail"]["requestContext"]["requestId"]
    assert "1.0" == event["detail"]["version"]


def test_destination_bucket(lab: Setup) -> None:
    """A bucket gets the record of a failure as an object under the function's name and the day."""
    s3, bucket = lab.account.client("s3"), f"b-{secrets.token_hex(6)}"
    s3.create_bucket(Bucket=bucket)
    name = lab.deploy(FAILS)
    config = to(failure=f"arn:aws:s3:::{bucket}")
    lab.configure(name, MaximumRetryAttempts=0, DestinationConfig=config)

    request_id = lab.send(name)

    (found,) = until(lambda: s3.list_objects_v2(Bucket=bucket).get("Contents"))
    body = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
    record = json.loads(body)
    day = datetime.fromisoformat(record["timestamp"]).strftime("%Y/%m/%d")
    stamp = r"\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(f"aws/lambda/async/{name}/{day}/{stamp}", found["Key"])
    assert request_id == record["requestContext"]["requestId"]


def test_each_qualifier_has_its_own_configuration(lab: Setup) -> None:
    """$LATEST, a version and an alias are configured apart; the record names what was called."""
    url, arn = lab.queue()
    name = lab.deploy(OK)
    version = lab.functions.publish_version(FunctionName=name)["Version"]
    lab.functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    lab.configure(name, Qualifier="live", DestinationConfig=to(success=arn))

    for qualifier in ("$LATEST", version):
        quiet = lab.send(name, Qualifier=qualifier)
        finished(lab, quiet)
    request_id = lab.send(name, Qualifier="live")

    record = json.loads(lab.message(url)["Body"])
    assert (request_id, f"{arn_of(lab, name)}:live", version) == (
        record["requestContext"]["requestId"],
        record["requestContext"]["functionArn"],
        record["responseContext"]["executedVersion"],
    )


def test_permission_is_checked_again_at_delivery(lab: Setup) -> None:
    """A role that has lost its permission delivers nothing, and a record says why."""
    role, (url, arn) = lab.new_role(), lab.queue()
    name = lab.deploy(FAILS, Role=role, DeadLetterConfig={"TargetArn": arn})
    lab.configure(name, MaximumRetryAttempts=0, DestinationConfig=to(failure=arn))
    lab.allow(role, [])

    sent = lab.end_of(lab.send(name), 2)

    assert [False, False] == [r["delivered"] for r in sent]
    assert all("is not authorized to perform: sqs:sendmessage" in r["reason"] for r in sent)
    assert "Messages" not in lab.account.client("sqs").receive_message(QueueUrl=url)


@pytest.mark.parametrize("service", ["sqs", "sns", "lambda", "events", "s3"])
def test_destination_that_is_gone_at_delivery(lab: Setup, service: str) -> None:
    """What was deleted after it was configured gets nothing, and a record says so, once."""
    arn, _ = target(lab, service)
    name = lab.deploy(FAILS)
    lab.configure(name, MaximumRetryAttempts=0, DestinationConfig=to(failure=arn))
    remove(lab, arn)

    (sent,) = lab.end_of(request_id := lab.send(name))

    assert ("event.sent_on", False) == (sent["kind"], sent["delivered"])
    assert re.search(r"not exist|not found|NotFound", sent["reason"])
    assert 1 == len(lab.of(request_id, "invocation.started"))


def test_synchronous_calls_use_no_failure_path(lab: Setup) -> None:
    """Destinations and dead-letter queues are for asynchronous events only."""
    _, arn = lab.queue()
    name = lab.deploy(FAILS, DeadLetterConfig={"TargetArn": arn})
    lab.configure(name, MaximumRetryAttempts=0, DestinationConfig=to(failure=arn))

    answer = lab.account.invoke(name)
    lab.end_of(lab.send(name), 2)

    assert "Unhandled" == answer.function_error
    assert [] == lab.of(answer.request_id, *ENDS)


# -- the API --------------------------------------------------------------------------------------


def test_configuration_round_trip(lab: Setup) -> None:
    """Put answers 200 with what was set, get says the same, delete answers 204, then 404."""
    _, arn = lab.queue()
    name = lab.deploy(OK)
    put = lab.configure(
        name,
        MaximumRetryAttempts=1,
        MaximumEventAgeInSeconds=3600,
        DestinationConfig=to(failure=arn),
    )
    got = lab.functions.get_function_event_invoke_config(FunctionName=name)
    deleted = lab.functions.delete_function_event_invoke_config(FunctionName=name)

    assert (200, 200, 204) == tuple(
        answer.pop("ResponseMetadata")["HTTPStatusCode"] for answer in (put, got, deleted)
    )
    assert put == got
    assert abs(got.pop("LastModified").timestamp() - time.time()) < 60
    assert {
        "FunctionArn": f"{arn_of(lab, name)}:$LATEST",
        "MaximumRetryAttempts": 1,
        "MaximumEventAgeInSeconds": 3600,
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {"Destination": arn}},
    } == got
    assert (
        404,
        "ResourceNotFoundException",
        f"The function {arn_of(lab, name)}:$LATEST doesn't have an EventInvokeConfig",
    ) == refused(lab.functions.get_function_event_invoke_config, FunctionName=name)


def test_put_replaces_and_update_changes(lab: Setup) -> None:
    """Update keeps what it does not name; put forgets it; update needs a configuration."""
    _, arn = lab.queue()
    name, update = lab.deploy(OK), lab.functions.update_function_event_invoke_config
    assert (
        "ResourceNotFoundException" == refused(update, FunctionName=name, MaximumRetryAttempts=1)[1]
    )
    lab.configure(name, MaximumRetryAttempts=0, DestinationConfig=to(arn))

    changed = update(FunctionName=name, DestinationConfig=to(failure=arn))
    replaced = lab.configure(name, MaximumEventAgeInSeconds=60)

    both = {"OnSuccess": {"Destination": arn}, "OnFailure": {"Destination": arn}}
    assert (0, both) == (changed["MaximumRetryAttempts"], changed["DestinationConfig"])
    assert {"OnSuccess": {}, "OnFailure": {}} == replaced["DestinationConfig"]
    assert "MaximumRetryAttempts" not in replaced


def test_list_configurations(lab: Setup) -> None:
    """List gives the configurations of all qualifiers, page by page."""
    name = lab.deploy(OK)
    version = lab.functions.publish_version(FunctionName=name)["Version"]
    for qualifier in ("$LATEST", version):
        lab.configure(name, Qualifier=qualifier, MaximumRetryAttempts=0)

    pages = lab.functions.get_paginator("list_function_event_invoke_configs").paginate(
        FunctionName=name, PaginationConfig={"PageSize": 1}
    )
    listed = [page["FunctionEventInvokeConfigs"] for page in pages]

    arn = arn_of(lab, name)
    assert [f"{arn}:$LATEST", f"{arn}:{version}"] == [c["FunctionArn"] for (c,) in listed]


def test_configuration_goes_with_its_function(lab: Setup) -> None:
    """A deleted alias, or a function made anew under the name, has no configuration left."""
    name = lab.deploy(OK)
    version = lab.functions.publish_version(FunctionName=name)["Version"]
    lab.functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    for qualifier in ("live", "$LATEST"):
        lab.configure(name, Qualifier=qualifier, MaximumRetryAttempts=0)

    lab.functions.delete_alias(FunctionName=name, Name="live")

    listed = lab.functions.list_function_event_invoke_configs(FunctionName=name)
    assert [f"{arn_of(lab, name)}:$LATEST"] == [
        c["FunctionArn"] for c in listed["FunctionEventInvokeConfigs"]
    ]


ARN = "arn:aws:sqs:us-east-1:123456789012:nowhere"
PATTERN = "failed to satisfy constraint: Member must satisfy regular expression pattern: $|kafka:"
REFUSALS: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "nothing": (
        {},
        "InvalidParameterValueException",
        "You must specify at least one of error handling or destination setting.",
    ),
    "no ARN": (
        {"DestinationConfig": to(failure="nowhere")},
        "ValidationException",
        "1 validation error detected: Value 'nowhere' at "
        f"'destinationConfig.onFailure.destination' {PATTERN}",
    ),
    "fifo": (
        {"DestinationConfig": to(failure=f"{ARN}.fifo")},
        "InvalidParameterValueException",
        "The provided destination config DestinationConfig(onSuccess=null, "
        f"onFailure=OnFailure(destination={ARN}.fifo)) is invalid.",
    ),
    "other service": (
        {"DestinationConfig": to("arn:aws:kinesis:us-east-1:123456789012:stream/s")},
        "InvalidParameterValueException",
        "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination="
        "arn:aws:kinesis:us-east-1:123456789012:stream/s), onFailure=null) is invalid.",
    ),
    "bucket for success": (
        {"DestinationConfig": to("arn:aws:s3:::b")},
        "InvalidParameterValueException",
        "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination="
        "arn:aws:s3:::b), onFailure=null) is invalid.",
    ),
    "missing": (
        {"DestinationConfig": to(failure=ARN)},
        "InvalidParameterValueException",
        f"The destination ARN {ARN} is invalid.",
    ),
    "no such version": (
        {"Qualifier": "9", "MaximumRetryAttempts": 1},
        "ResourceNotFoundException",
        "The function doesn't exist.",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_configuration_is_validated(lab: Setup, case: str) -> None:
    """What may not be configured is refused in AWS's words, and nothing is set."""
    parameters, code, message = REFUSALS[case]
    name = lab.deploy(OK)

    _, seen_code, seen = refused(lab.configure, name=name, **parameters)

    assert code == seen_code
    assert seen.startswith(message)
    listed = lab.functions.list_function_event_invoke_configs(FunctionName=name)
    assert [] == listed["FunctionEventInvokeConfigs"]


@pytest.mark.parametrize(
    ("member", "value", "bound"),
    [
        ("MaximumRetryAttempts", 3, "less than or equal to 2"),
        ("MaximumEventAgeInSeconds", 59, "greater than or equal to 60"),
        ("MaximumEventAgeInSeconds", 21_601, "less than or equal to 21600"),
    ],
)
def test_numbers_have_bounds(lab: Setup, member: str, value: int, bound: str) -> None:
    """Attempts and ages outside AWS's bounds are refused by name."""
    status, code, message = refused(lab.raw().put_function_event_invoke_config, **{
        "FunctionName": lab.deploy(OK), member: value,
    })  # fmt: skip

    assert (400, "ValidationException") == (status, code)
    assert (
        f"1 validation error detected: Value '{value}' at '{member[0].lower()}{member[1:]}' failed "
        f"to satisfy constraint: Member must have value {bound}"
    ) == message


def test_function_is_no_destination_of_its_own(lab: Setup) -> None:
    """A function cannot be its own destination."""
    name = lab.deploy(OK)

    assert (
        "You can't specify the function as a destination for itself."
        == refused(lab.configure, name=name, DestinationConfig=to(arn_of(lab, name)))[2]
    )


@pytest.mark.parametrize("service", ["sqs", "sns", "lambda", "events", "s3"])
def test_destination_needs_a_permission(lab: Setup, service: str) -> None:
    """A role that may not send there cannot be given a destination."""
    name = lab.deploy(OK, Role=lab.new_role([]))
    arn, verb = target(lab, service)

    assert (
        400,
        "InvalidParameterValueException",
        f"The function's execution role does not have permissions to call {verb} on {arn}",
    ) == refused(lab.configure, name=name, DestinationConfig=to(failure=arn))


# -- recursion ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_synchronous_loop_is_stopped(lab: Setup) -> None:
    """A function that calls itself runs sixteen times in a chain; the next call is refused."""
    name = lab.deploy(SELF.format(kind="RequestResponse"), Timeout=60, MemorySize=512)

    answer = lab.account.invoke(name)

    assert answer.function_error is None
    errors = [r for r in lab.account.records(name, "invocation.finished") if r["error_type"]]
    (stopped,) = lab.account.records(name, "recursion.stopped")
    assert 16 == len(lab.account.records(name, "invocation.started"))
    assert 16 == stopped["runs"]
    assert ["RecursiveInvocationException"] == [r["error_type"] for r in errors]


@pytest.mark.slow
def test_asynchronous_loop_ends_in_the_failure_paths(lab: Setup) -> None:
    """A chain of events of a function for itself ends in its dead-letter queue and OnFailure."""
    dead_url, dead = lab.queue()
    url, arn = lab.queue()
    source = SELF.format(kind="Event")
    name = lab.deploy(source, Timeout=60, DeadLetterConfig={"TargetArn": dead}, MemorySize=512)
    lab.configure(name, DestinationConfig=to(failure=arn))

    lab.send(name)

    record, dead_letter = json.loads(lab.message(url)["Body"]), lab.message(dead_url)
    assert 16 == len(lab.account.records(name, "invocation.started"))
    assert 0 == record["requestContext"]["approximateInvokeCount"]
    assert "{}" == dead_letter["Body"]
    assert "400" == dead_letter["MessageAttributes"]["ErrorCode"]["StringValue"]


def test_recursion_config_round_trip(lab: Setup) -> None:
    """RecursiveLoop is Terminate until it is put to Allow; other words are refused."""
    name = lab.deploy(OK)
    get, put = (
        lab.functions.get_function_recursion_config,
        lab.functions.put_function_recursion_config,
    )

    before = get(FunctionName=name)["RecursiveLoop"]
    assert "Allow" == put(FunctionName=name, RecursiveLoop="Allow")["RecursiveLoop"]
    assert ("Terminate", "Allow") == (before, get(FunctionName=name)["RecursiveLoop"])
    assert (
        400,
        "ValidationException",
        "1 validation error detected: Value 'Maybe' at 'recursiveLoop' failed to satisfy "
        "constraint: Member must satisfy enum value set: [Terminate, Allow]",
    ) == refused(put, FunctionName=name, RecursiveLoop="Maybe")
    assert 404 == refused(get, FunctionName="nobody")[0]


def test_allowed_loop_goes_on(lab: Setup) -> None:
    """With Allow a chain may run a function more often than sixteen times."""
    name = lab.deploy(OK)
    lab.functions.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    lineage = lineage_of(lab, name, 40)

    assert 200 == traced(lab, name, lineage)[0]
    lab.functions.put_function_recursion_config(FunctionName=name, RecursiveLoop="Terminate")
    assert (400, "RecursiveInvocationException") == traced(lab, name, lineage)


def test_lineage_reaches_the_handler(lab: Setup) -> None:
    """The trace header that a handler sees counts the function's own run in the chain."""
    source = (
        "import os\n\n\ndef handler(event, context):\n    return os.environ['_X_AMZN_TRACE_ID']\n"
    )
    first = lab.account.run(source, Role=lab.role).value

    assert re.search(r"^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;"
                     r"Lineage=1:[0-9a-f]{8}:0$", first)  # fmt: skip


# -- what tests set up ----------------------------------------------------------------------------


def finished(lab: Setup, request_id: str) -> None:
    """Wait until an event has run."""
    until(lambda: lab.of(request_id, "invocation.finished"))


def arn_of(lab: Setup, name: str) -> str:
    """Return a function's ARN."""
    return str(lab.functions.get_function_configuration(FunctionName=name)["FunctionArn"])


def subscribed_topic(lab: Setup, queue: str) -> str:
    """Create a topic that feeds a queue, which lets it in; return the topic's ARN."""
    sns, sqs = lab.account.client("sns"), lab.account.client("sqs")
    arn = sns.create_topic(Name=f"t-{secrets.token_hex(4)}")["TopicArn"]
    source = {"ArnEquals": {"aws:SourceArn": arn}}
    policy = statement(Principal="*", Action="sqs:SendMessage", Resource=queue, Condition=source)
    url = sqs.get_queue_url(QueueName=queue.rsplit(":", 1)[1])["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
    return str(arn)


def watched_bus(lab: Setup, queue: str) -> str:
    """Create a bus with a rule that sends Lambda's events to a queue; return its ARN."""
    events, name = lab.account.client("events"), f"bus-{secrets.token_hex(4)}"
    arn = events.create_event_bus(Name=name)["EventBusArn"]
    pattern = json.dumps({"source": ["lambda"]})
    events.put_rule(Name=name, EventBusName=name, EventPattern=pattern)
    sqs, principal = lab.account.client("sqs"), {"Service": "events.amazonaws.com"}
    may_send = statement(Principal=principal, Action="sqs:SendMessage", Resource=queue)
    url = sqs.get_queue_url(QueueName=queue.rsplit(":", 1)[1])["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": may_send})
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "q", "Arn": queue}])
    return str(arn)


def target(lab: Setup, service: str) -> tuple[str, str]:
    """Create a target of a service; return its ARN and the call that reaches it."""
    if service == "s3":
        bucket = f"b-{secrets.token_hex(6)}"
        lab.account.client("s3").create_bucket(Bucket=bucket)
        return f"arn:aws:s3:::{bucket}", "PutObject"
    if service == "lambda":
        return arn_of(lab, lab.deploy(OK)), "InvokeFunction"
    queue = lab.queue()[1]
    if service == "sns":
        return subscribed_topic(lab, queue), "Publish"
    if service == "events":
        return watched_bus(lab, queue), "PutEvents"
    return queue, "SendMessage"


def remove(lab: Setup, arn: str) -> None:
    """Delete a target."""
    service, name = arn.split(":")[2], re.split("[:/]", arn)[-1]
    if service == "s3":
        lab.account.client("s3").delete_bucket(Bucket=name)
    elif service == "lambda":
        lab.functions.delete_function(FunctionName=name)
    elif service == "sns":
        lab.account.client("sns").delete_topic(TopicArn=arn)
    elif service == "events":
        events = lab.account.client("events")
        events.remove_targets(Rule=name, EventBusName=name, Ids=["q"])
        events.delete_rule(Name=name, EventBusName=name)
        events.delete_event_bus(Name=name)
    else:
        sqs = lab.account.client("sqs")
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])


def lineage_of(lab: Setup, name: str, count: int) -> str:
    """Return a trace header of a chain that has run a function so often."""
    source = (
        "import os\n\n\ndef handler(event, context):\n    return os.environ['_X_AMZN_TRACE_ID']\n"
    )
    lab.account.change(name, source)
    return re.sub(r":0$", f":{count}", lab.account.invoke(name).value)


def traced(lab: Setup, name: str, header: str) -> tuple[int, str]:
    """Invoke with a trace header; return status and error code."""
    client = lab.account.client("lambda")
    client.meta.events.register(
        "before-sign.lambda.Invoke",
        lambda request, **_: request.headers.add_header("X-Amzn-Trace-Id", header),
    )
    try:
        return client.invoke(FunctionName=name, Payload=b"{}")["StatusCode"], ""
    except ClientError as error:
        answer: Any = error.response
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]
