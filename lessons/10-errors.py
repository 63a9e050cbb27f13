# %% [markdown]
# <!-- lab: {"number": "10", "title": "Errors, retries, and doing it once", "minutes_core": 45, "minutes_stretch": 30, "exam_tasks": ["DVA-C03 1.1", "DVA-C03 1.2", "DVA-C03 4.1", "SAA-C03 2.2", "SOA-C03 1.2"], "closed": []} -->
# # Lab 10 · Errors, retries, and doing it once
#
# > **Ticket.** Halftone, Wednesday 09:40. Order o-1007 was charged three times, and its customer clicked once.
# > And of last night, when the bank was down, 22 orders were never charged. Charge them, and nobody twice.
#
# **Promise.** In 45 minutes you know who tries again, where failures go, and how a card is charged once whatever happens.
#
# **You will be able to**
#
# - say who tries again, for each of the four ways to invoke a function;
# - send failed events to a place where you find them, and read what is there;
# - charge once when the same event comes three times at once;
# - tell errors worth raising from those worth swallowing;
# - send dead letters back after the repair.
#
# **Minutes.** 45 for the core, 30 more for the three stretch exercises under "More".
#
# **Know first.** Lab 01: errors and logs. Lab 04: asynchronous events. Lab 05: queues.
#
# **Exam tasks.** DVA-C03 1.1 (fault-tolerant code), DVA-C03 1.2 (code for Lambda), DVA-C03 4.1 (root cause), SAA-C03 2.2 (fault tolerance) and SOA-C03 1.2 (remediation).

# %% [markdown]
# ## Setup
#
# Run this cell first. It starts an empty account.
# Waits of Lambda's own are 60 times shorter: 2 min on AWS, 2 s here. Work of the functions takes its real time.

# %% tags=["setup"]
import base64
import json
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from helpers import Lab
from helpers.views import timeline

lab = Lab("10-errors", time_lapse=60)
lambda_, sqs = lab.client("lambda"), lab.client("sqs")
ARN = "arn:aws:sqs:us-east-1:123456789012:"
order = {"order_id": "o-1007", "customer": "c-42", "total_cents": 3900}


def runs(name):
    return lab.records(kind="invocation.finished", function=name)

# %% [markdown]
# ## Warm-up
#
# Three questions from earlier labs. Say your answer aloud, then open the line.
#
# <details><summary>A synchronous invoke answers 200 and FunctionError. Does Lambda run the function again?</summary>No. Lambda itself never retries a synchronous call (lab 01).</details>
# <details><summary>One message of a batch of ten fails, and the handler raises. What comes back?</summary>All ten, unless the handler reports batchItemFailures (lab 05).</details>
# <details><summary>What does the 202 of an asynchronous invoke promise?</summary>That Lambda has stored the event. The function may still fail (lab 04).</details>

# %% [markdown]
# ## One line, one click
#
# `charge-demo` asks the bank for the money, and the bank takes 4 seconds. The web shop calls it with boto3, and waits 1 second for an answer.
#
# The client below is boto3's own, with its defaults. The one that `lab.client("lambda")` gives you makes one request per call.

# %% [markdown]
# **Predict.** You call `invoke` once, and `read_timeout` is 1. How often is the card charged?
#
# - A — never: the client hung up, so the run ends
# - B — once: one call is one run
# - C — three times

# %% tags=["predict-10.a"]
lab.predict("10.a", ...)

# %% tags=["demo"]
import time


def slow_charge(event, context):
    print("charged", event["order_id"], event["total_cents"], "cents")
    time.sleep(4)
    return {"order_id": event["order_id"], "charged": True}

# %% tags=["run"]
lab.deploy(slow_charge, "charge-demo", Timeout=10)

web_shop = boto3.client("lambda", config=Config(read_timeout=1))
try:
    web_shop.invoke(FunctionName="charge-demo", Payload=json.dumps(order))
except ReadTimeoutError:
    print("\nReadTimeoutError: no answer within 1 s\n")

lab.wait_until(lambda: len(runs("charge-demo")) == 3, 20, "the runs to end (4 s each)")
for line in lab.logs("charge-demo"):
    if line.startswith("charged"):
        print(line)
statuses = [run["status"] for run in runs("charge-demo")]
ids = {run["request_id"] for run in runs("charge-demo")}
print(statuses, "under", len(ids), "request ids")
display(timeline(lab.records(), function="charge-demo", scale="order"), lab.saw("10.a"))

# %% [markdown] teaches=["20-08", "20-15", "20-03", "DVA-C03 1.1", "DVA-C03 4.1"]
# **What we saw.** You charged a card three times with one line. The picture has three lanes: three environments at work at the same time, and each succeeded.
#
# Lambda never retries a synchronous call. The *client* does: after a timeout, a throttle or a 5xx, but not after a `FunctionError`, which comes with 200.
# It cannot know whether the work was done, and a run that nobody waits for goes on to its end.
#
# | setting | default | too short | too long |
# |---|---|---|---|
# | `read_timeout` of the client | 60 s | asks again while the first run works | waits for a dead connection |
# | attempts of the client | 3 (`legacy` mode, boto3's default until 2026: 5) | one dropped connection fails the order | a failing bank gets three times the calls |
# | `Timeout` of the function | 3 s | kills good work, which is then tried again | a hanging bank stays hidden, and is billed |
#
# So let the client wait longer than the function may run, and give up after one attempt where a second would hurt:
# `Config(read_timeout=905, retries={"total_max_attempts": 1})`. ([boto3's page](https://docs.aws.amazon.com/boto3/latest/guide/retries.html))

# %% [markdown] teaches=["20-07"]
# ## Four ways in
#
# The API of Lambda knows three types of invocation: `RequestResponse`, which waits for the answer, `Event`, which stores the event, and `DryRun`, which only checks.
# Queues and streams are polled by a mapping, which invokes for you. So there are four ways in: synchronous, asynchronous, queue and stream.
#
# And there are four ways to fail. A handler raises; it runs into its timeout; it gets no environment and is throttled. Or it catches everything and returns `{"statusCode": 500}`, as many examples do.
#
# Who tries again depends on the way in.

# %% [markdown]
# **Predict.** Three events are sent asynchronously. The first raises, the second runs into its timeout, the third returns `{"statusCode": 500}`.
# How often does each of them run?
#
# - A — 1, 1, 1: nobody asked for retries
# - B — 3, 3, 3: all of them are errors
# - C — 3, 3, 1
# - D — 3, 1, 1: only an exception is tried again

# %% tags=["predict-10.b"]
lab.predict("10.b", ...)

# %% tags=["demo"]
import base64
import json
import time


def fail_as_told(event, context):
    job = event
    if "Records" in event:
        (record,) = event["Records"]
        job = json.loads(record.get("body") or base64.b64decode(record["kinesis"]["data"]))
    print(job["way"], job["how"])
    if job["how"] == "raises":
        raise ConnectionError("the bank does not answer")
    if job["how"] == "times out":
        time.sleep(30)
    return {"statusCode": 500}

# %% tags=["run"]
# first a stream and a queue that invoke the same function, as in labs 05 and 06
HOW = ("raises", "times out", "returns 500")
kinesis = lab.client("kinesis")
kinesis.create_stream(StreamName="ways-demo", ShardCount=1)
kinesis.get_waiter("stream_exists").wait(StreamName="ways-demo")
stream = kinesis.describe_stream_summary(StreamName="ways-demo")["StreamDescriptionSummary"]
stream_arn = stream["StreamARN"]
sqs.create_queue(QueueName="ways-dlq-demo")
redrive = json.dumps({"deadLetterTargetArn": ARN + "ways-dlq-demo", "maxReceiveCount": 2})
ways_queue = sqs.create_queue(
    QueueName="ways-demo", Attributes={"VisibilityTimeout": "5", "RedrivePolicy": redrive}
)["QueueUrl"]

reads_queue = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
reads_stream = ["kinesis:DescribeStream", "kinesis:DescribeStreamSummary"]
reads_stream += ["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"]
role = lab.execution_role(
    "ways-demo",
    {"Effect": "Allow", "Action": reads_queue, "Resource": ARN + "ways-demo"},
    {"Effect": "Allow", "Action": reads_stream, "Resource": stream_arn},
)
lab.deploy(fail_as_told, "ways-demo", Timeout=2, Role=role)
one = {"FunctionName": "ways-demo", "BatchSize": 1}
lambda_.create_event_source_mapping(EventSourceArn=ARN + "ways-demo", **one)
once_more = {"StartingPosition": "TRIM_HORIZON", "MaximumRetryAttempts": 1}
lambda_.create_event_source_mapping(EventSourceArn=stream_arn, **once_more, **one)


def job(way, how):
    return json.dumps({"way": way, "how": how})


for how in HOW:
    lambda_.invoke(
        FunctionName="ways-demo", InvocationType="Event", Payload=job("asynchronous", how)
    )
    sqs.send_message(QueueUrl=ways_queue, MessageBody=job("queue", how))
    kinesis.put_record(StreamName="ways-demo", PartitionKey="o-1007", Data=job("stream", how))
for how in HOW:
    lambda_.invoke(FunctionName="ways-demo", Payload=job("synchronous", how))

# 12 s on a quiet computer
lab.wait_until(lambda: len(runs("ways-demo")) >= 20, 60, "twenty runs to end")
lines = lab.logs("ways-demo")
print(f"{'runs of one event':18}", *(f"{how:>12}" for how in HOW))
for way in ("synchronous", "asynchronous", "queue", "stream"):
    print(f"{way:18}", *(f"{lines.count(f'{way} {how}'):12}" for how in HOW))

retried = lab.records(kind="event.retried", function="ways-demo")
raised = [r for r in retried if r["reason"] == "ConnectionError"]
waits = " and ".join(f"{r['wait_s'] / 60:.0f} min" for r in raised)
ids = {r["request_id"] for r in raised}
print(f"\nasynchronous, raises: waits of {waits} on AWS; request ids: {len(ids)}")

# the fourth way to fail: no environment at all
lambda_.put_function_concurrency(FunctionName="ways-demo", ReservedConcurrentExecutions=0)
try:
    lambda_.invoke(FunctionName="ways-demo", Payload=job("synchronous", "raises"))
except ClientError as throttle:
    print("synchronous, throttled:", throttle.response["Error"]["Code"])
lab.saw("10.b")

# %% [markdown] teaches=["20-02", "20-04", "20-07", "20-09", "20-16", "20-03", "claim 6", "DVA-C03 1.2", "SAA-C03 2.2"]
# **What we saw.** The 500 ran once everywhere. To Lambda, whatever a handler *returns* is a success: no retry, no dead letter, no count in Errors.
#
# | | synchronous | asynchronous | queue | stream |
# |---|---|---|---|---|
# | who tries again | the client, if it does | Lambda | the queue | the mapping |
# | raises, times out, crashes | no: `FunctionError` | twice: after 1 min, then 2 min | until the redrive policy ends it | until the record is too old, or a limit you set; all behind it wait |
# | returns a 500 | success | success | success: deleted | success: moves on |
# | throttled | 429 to the client | after 1 s, doubling to 5 min, for 6 h; no try is used | comes back; may use a receive | again; no try is used |
# | what is left | what the client kept | destination or dead-letter queue, else nothing | the queue's dead-letter queue | the mapping's destination |
#
# Here the queue had a `maxReceiveCount` of 2 and the stream one retry. Without these, bad messages and records come back until their retention ends.
#
# A retry keeps its request id; a second request of a client has its own.
# Every way in promises *at least once*. An asynchronous event can come twice although nothing failed ([AWS's page](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)).
# Two settings end its retries: `MaximumRetryAttempts`, 0 to 2, and `MaximumEventAgeInSeconds`, 60 to 21,600.
# Reserved concurrency of 0 is special: an asynchronous event then goes to its failure path at once.

# %% [markdown] teaches=["20-01", "20-05"]
# ## Where failed events go
#
# When the last try has failed, an asynchronous event is dropped, unless you said where it shall go. There are two ways to say it:
#
# - a *dead-letter queue* of the function: the older way, `DeadLetterConfig`;
# - a **destination**: a target to which Lambda sends a record of how an asynchronous event ended.
#
# The next demo has both. Lambda delivers with the function's execution role, so that role needs one more statement.

# %% [markdown]
# **Predict.** An event fails for good. What does the *body* of its dead letter say about the error?
#
# - A — all of it: event, error type and stack trace
# - B — nothing: it is the event, unchanged
# - C — the request id, with which you look into the log

# %% tags=["predict-10.c"]
lab.predict("10.c", ...)

# %% tags=["demo"]
def no_bank(event, context):
    raise ConnectionError(f"no answer of the bank for {event['order_id']}")

# %% tags=["run"]
letters = sqs.create_queue(QueueName="letters-demo")["QueueUrl"]
reports = sqs.create_queue(QueueName="reports-demo")["QueueUrl"]
lab.deploy(no_bank, "no-bank-demo")
failure_path = {
    "FunctionName": "no-bank-demo",
    "MaximumRetryAttempts": 1,
    "DestinationConfig": {"OnFailure": {"Destination": ARN + "reports-demo"}},
}
try:
    lambda_.put_function_event_invoke_config(**failure_path)
except ClientError as refusal:
    print("\nrefused:", refusal.response["Error"]["Message"], "\n")

# the one statement that delivering needs
targets = [ARN + "letters-demo", ARN + "reports-demo"]
may_send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": targets}
print(json.dumps(may_send, indent=2))
lab.execution_role("no-bank-demo", may_send)
lambda_.put_function_event_invoke_config(**failure_path)
lambda_.update_function_configuration(
    FunctionName="no-bank-demo", DeadLetterConfig={"TargetArn": ARN + "letters-demo"}
)
lambda_.get_waiter("function_updated_v2").wait(FunctionName="no-bank-demo")


def take(queue_url):
    """Wait for one message, delete it, return it."""

    def receive():
        return sqs.receive_message(QueueUrl=queue_url, MessageAttributeNames=["All"]).get("Messages")

    (message,) = lab.wait_until(receive, 20, "a message")
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return message


lambda_.invoke(FunctionName="no-bank-demo", InvocationType="Event", Payload=json.dumps(order))
letter, report = take(letters), json.loads(take(reports)["Body"])

print("DEAD LETTER, body:", letter["Body"])
for name, value in sorted(letter["MessageAttributes"].items()):
    print("  attribute", name, "=", "..." if name == "RequestID" else value["StringValue"])

print("DESTINATION, body:")
for part in ("requestContext", "responseContext", "responsePayload"):
    for varying in ("requestId", "stackTrace"):
        if varying in report[part]:
            report[part][varying] = "..."
report["timestamp"] = "..."
print(json.dumps(report, indent=2))
lab.saw("10.c")

# %% [markdown] teaches=["20-01", "20-05", "20-10", "20-11", "DVA-C03 1.2", "SOA-C03 1.2"]
# **What we saw.** The record explains itself; the letter is the bare event, which is handy for sending it again.
#
# | | dead-letter queue | destination |
# |---|---|---|
# | set by | `DeadLetterConfig`; locked into each version | `PutFunctionEventInvokeConfig`; for function, version or alias |
# | gets | the event; attributes RequestID, ErrorCode (200: the function ran), ErrorMessage (1 KB at most) | event, answer, reason (`condition`) and number of tries |
# | tells of | failures | failures and, apart, successes: `OnFailure`, `OnSuccess` |
# | targets | standard SQS queue, standard SNS topic; no FIFO | these, a function, an event bus; S3 for failures |
# | the role needs | `sqs:SendMessage` or `sns:Publish` | that, `lambda:InvokeFunction`, `events:PutEvents`, or `s3:PutObject` and `s3:ListBucket` |
# | not delivered | the event is gone; metric DeadLetterErrors | the event is gone; metric DestinationDeliveryFailures |
#
# Neither serves synchronous calls, which have their caller, nor queues, which have dead-letter queues of their own. The mapping of a stream has its own `OnFailure` (lab 06).
# An event that could never run, for example because it grew too old, has a record without `responsePayload`.
#
# ```bash
# aws lambda put-function-event-invoke-config --function-name charge-card --maximum-retry-attempts 1 --destination-config '{"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"}}'
# aws lambda update-function-event-invoke-config --function-name charge-card --maximum-retry-attempts 0
# ```
#
# Put replaces all of it; update changes what you name.

# %% [markdown]
# ### Exercise 10.1 · No failure without a trace
#
# **Given** the queue of the next cell. `charge-card` fails now and then, and its events are dropped.
#
# **Goal** an event that fails is tried once more, and then its record is in the queue. `settings` is what `put_function_event_invoke_config` needs besides the function; `statement` is what its role needs.
# `handler` consumes that queue. It answers with a list of one `{"order_id": …, "error": …, "tries": …}` per record.
# `error` is the error's type, or `"never ran"` if the function never got the event.
#
# **Done when** two events that fail, one that succeeds and one that cannot run end rightly. The check also tries what the role should not allow.

# %% tags=["run"]
sqs.create_queue(QueueName="failed-charges-demo")
failed_arn = ARN + "failed-charges-demo"

# %% tags=["exercise-10.1"]
statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": failed_arn}  # SOLUTION
settings = {"MaximumRetryAttempts": 1, "DestinationConfig": {"OnFailure": {"Destination": failed_arn}}}  # SOLUTION

# %% tags=["exercise-10.1"]
import json


def handler(event, context):
    # SOLUTION: return one dict per record of the batch
    failed = []
    for record in event["Records"]:
        report = json.loads(record["body"])
        failed.append(
            {
                "order_id": report["requestPayload"]["order_id"],
                "error": report.get("responsePayload", {}).get("errorType", "never ran"),
                "tries": report["requestContext"]["approximateInvokeCount"],
            }
        )
    return failed
    # END SOLUTION

# %% tags=["check-10.1"]
lab.check("10.1", handler, settings, statement)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Lambda sends the record as the function's role, hence `sqs:SendMessage` on this queue and nothing else. `MaximumRetryAttempts` counts the tries after the first.
# The body of a message is text, so each record is opened by `json.loads`. An event that never ran has no answer, and `.get` with a default is ready for that.
#
# An alternative is a function as destination: it gets the record as its event, with no queue between. A queue is slower and keeps what its consumer could not read.
#
# In production, this consumer needs a dead-letter queue of its own, and somebody who is told. Alarm on DestinationDeliveryFailures, for a record that cannot be sent is gone.

# %% tags=["wrong-10.1"] expect="The key for failures is OnFailure"
# the other one of the two
statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": failed_arn}
settings = {"MaximumRetryAttempts": 1, "DestinationConfig": {"OnSuccess": {"Destination": failed_arn}}}

# %% tags=["wrong-10.1"] expect="Lambda sends as the function"
# reading is not sending
statement = {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "Resource": failed_arn}
settings = {"MaximumRetryAttempts": 1, "DestinationConfig": {"OnFailure": {"Destination": failed_arn}}}

# %% tags=["wrong-10.1"] expect="the role may also sqs:SendMessage on another queue"
# all of SQS is quicker to type
statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
settings = {"MaximumRetryAttempts": 1, "DestinationConfig": {"OnFailure": {"Destination": failed_arn}}}

# %% tags=["wrong-10.1"] expect="MaximumRetryAttempts counts the tries after the first"
# two tries, counted as retries
statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": failed_arn}
settings = {"MaximumRetryAttempts": 2, "DestinationConfig": {"OnFailure": {"Destination": failed_arn}}}

# %% tags=["wrong-10.1"] expect="the queue holds nothing of it"
# retries alone keep nothing
statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": failed_arn}
settings = {"MaximumRetryAttempts": 1}

# %% tags=["wrong-10.1"] expect="Destination is an ARN"
# the address of the queue, and not its name for IAM
statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": failed_arn}
destination = "http://127.0.0.1/123456789012/failed-charges-demo"
settings = {"MaximumRetryAttempts": 1, "DestinationConfig": {"OnFailure": {"Destination": destination}}}

# %% tags=["wrong-10.1"] expect="boto3 refused settings"
# the words of the dead-letter queue
statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": failed_arn}
settings = {"MaximumRetryAttempts": 1, "DeadLetterConfig": {"TargetArn": failed_arn}}

# %% tags=["wrong-10.1"] expect="The body of a message is text"
# takes the body for a dict
def handler(event, context):
    failed = []
    for record in event["Records"]:
        report = record["body"]
        failed.append({"order_id": report["requestPayload"]["order_id"], "error": "ConnectionError", "tries": 2})
    return failed

# %% tags=["wrong-10.1"] expect="failed with KeyError: 'order_id'"
# takes the record for the event, as in a dead letter
import json


def handler(event, context):
    events = [json.loads(record["body"]) for record in event["Records"]]
    return [{"order_id": event["order_id"], "error": "unknown", "tries": 2} for event in events]

# %% tags=["wrong-10.1"] expect="an event that never ran"
# every record has an answer, has it not?
import json


def handler(event, context):
    failed = []
    for record in event["Records"]:
        report = json.loads(record["body"])
        order_id = report["requestPayload"]["order_id"]
        error, tries = report["responsePayload"]["errorType"], report["requestContext"]["approximateInvokeCount"]
        failed.append({"order_id": order_id, "error": error, "tries": tries})
    return failed

# %% tags=["wrong-10.1"] expect="The batch has 3 records"
# a batch of one, always
import json


def handler(event, context):
    report = json.loads(event["Records"][0]["body"])
    error = report["responsePayload"]["errorType"]
    return [{"order_id": report["requestPayload"]["order_id"], "error": error, "tries": 2}]

# %% tags=["alternative-10.1"]
# the number of tries says whether it ever ran
import json

statement = {
    "Effect": "Allow",
    "Action": ["sqs:SendMessage"],
    "Resource": ["arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"],
}
settings = {
    "MaximumRetryAttempts": 1,
    "MaximumEventAgeInSeconds": 3600,
    "DestinationConfig": {
        "OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"}
    },
}


def summary(report):
    tries = report["requestContext"]["approximateInvokeCount"]
    error = report["responsePayload"]["errorType"] if tries else "never ran"
    return {"order_id": report["requestPayload"]["order_id"], "error": error, "tries": tries}


def handler(event, context):
    return [summary(json.loads(record["body"])) for record in event["Records"]]

# %% [markdown] teaches=["20-14"]
# ## Doing it once
#
# Clients, Lambda, queues and streams try again, so the same event comes twice. You cannot prevent that.
# Make the second time harmless: a function is *idempotent* (lab 04) if doing it twice has the effect of doing it once.
#
# To set a status to "paid" is idempotent by itself. To charge a card is not, so the function must remember what it has done.
# Memory of the process will not do: three events at once run in three environments. A table will.
#
# The next handler looks whether the order's id is in the table. If it is not, it charges and writes the id. The bank takes a second.

# %% [markdown]
# **Predict.** The same order arrives three times at once. How often is it charged?
#
# - A — once: the second and the third find the id
# - B — three times: nobody finds anything
# - C — never: DynamoDB lets only one of them in and stops the others

# %% tags=["predict-10.d"]
lab.predict("10.d", ...)

# %% tags=["demo"]
import time

import boto3

table = boto3.resource("dynamodb").Table("charges-demo")


def look_then_charge(event, context):
    key = {"id": event["order_id"]}
    if "Item" in table.get_item(Key=key):
        return "charged before"
    time.sleep(1)  # the bank
    print("charged", event["order_id"])
    table.put_item(Item=key)
    return "charged"

# %% tags=["run"]
lab.client("dynamodb").create_table(
    TableName="charges-demo",
    BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
)
charges_arn = "arn:aws:dynamodb:us-east-1:123456789012:table/charges-demo"
actions = ["dynamodb:GetItem", "dynamodb:PutItem"]
may_look = {"Effect": "Allow", "Action": actions, "Resource": charges_arn}
role = lab.execution_role("look-demo", may_look)
lab.deploy(look_then_charge, "look-demo", Timeout=10, Role=role)


def three_at_once(name, event):
    def invoke(_):
        answer = lambda_.invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())

    with ThreadPoolExecutor(3) as callers:
        return sorted(callers.map(invoke, range(3)))


three_at_once("look-demo", {"order_id": "o-1000"})  # so that three environments are warm
print(three_at_once("look-demo", order))
print(lab.logs("look-demo").count("charged o-1007"), "charges of o-1007")
print("a fourth event, later:", lab.invoke("look-demo", order).payload)
lab.saw("10.d")

# %% [markdown] teaches=["20-06", "20-14", "DVA-C03 1.1", "DVA-C03 1.2"]
# **What we saw.** Three charges, and no error. Later the id *is* found: in your tests, one event after the other, this handler looks right.
#
# The id was a good choice, for the key decides what counts as *the same work*:
#
# | key | the same for | so |
# |---|---|---|
# | request id of the context | retries of one asynchronous event | the client's second request is charged again |
# | `messageId` of a queue | receives of one message | a message sent twice is charged twice |
# | the order's id | everything about this order | charged once |
# | the customer's id | all orders of a customer | the second order is never charged |
#
# Looking and marking were two steps, and between them the others looked too.
# A *conditional write* (lab 06) is a write with a condition that DynamoDB checks in the same step, one request per item at a time. Whoever may write does the work:

# %% tags=["run"]
table = boto3.resource("dynamodb").Table("charges-demo")
for attempt in (1, 2):
    try:
        table.put_item(Item={"id": "o-1008"}, ConditionExpression="attribute_not_exists(id)")
        print("attempt", attempt, "may write: the work is its own")
    except ClientError as refusal:
        print("attempt", attempt, "→", refusal.response["Error"]["Code"])

# %% [markdown]
# ### Exercise 10.3 · Three at once, one charge
#
# **Given** `charge`, which asks the bank, and a table whose key is `id`. On Lambda, its name is in the environment variable `TABLE`; the default is for calls here in the notebook.
#
# **Goal** the answer is `{"order_id": …, "charged": …}`: true if this event charged the card, false if another did or does.
#
# **Done when** three orders at once are all charged, one order three times at once is charged once, and an order is not lost when the table cannot be reached.

# %% tags=["exercise-10.3"]
import os
import time

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def charge(order):
    """Ask the bank for the money."""
    time.sleep(order["bank_s"])
    print("charged", order["order_id"])


def handler(event, context):
    # SOLUTION: charge the order unless it has been charged; return order_id and charged
    answer = {"order_id": event["order_id"], "charged": True}
    try:
        table.put_item(
            Item={"id": event["order_id"]}, ConditionExpression="attribute_not_exists(id)"
        )
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return {**answer, "charged": False}
    charge(event)
    return answer
    # END SOLUTION

# %% tags=["check-10.3"]
lab.check("10.3", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** DynamoDB works on one write per item at a time. The first finds no item and writes; every other one is refused, however close behind.
# The write comes before the work, so nobody can begin a second time. Only this one refusal means "somebody has it"; any other error leaves the handler, and the event is tried again.
#
# An alternative is an update of the order itself: set its status to "paying" on condition that it is "placed". It needs no second table.
#
# In production, this is half of it: when the process dies between the write and the charge, the order is never charged. You break it in the next section, and exercise 10.4 repairs it.

# %% tags=["wrong-10.3"] expect="was charged 3 times"
# looks first: right one after the other, wrong at once
import os
import time

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    key = {"id": event["order_id"]}
    if "Item" in table.get_item(Key=key, ConsistentRead=True):
        return {"order_id": event["order_id"], "charged": False}
    time.sleep(event["bank_s"])
    print("charged", event["order_id"])
    table.put_item(Item=key)
    return {"order_id": event["order_id"], "charged": True}

# %% tags=["wrong-10.3"] expect="one charge. All of them saw the same table"
# remembers in the process
import time

SEEN = set()


def handler(event, context):
    if event["order_id"] in SEEN:
        return {"order_id": event["order_id"], "charged": False}
    SEEN.add(event["order_id"])
    time.sleep(event["bank_s"])
    print("charged", event["order_id"])
    return {"order_id": event["order_id"], "charged": True}

# %% tags=["wrong-10.3"] expect="Ask and mark in one step, before the work"
# the condition comes after the charge
import os
import time

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    time.sleep(event["bank_s"])
    print("charged", event["order_id"])
    try:
        table.put_item(Item={"id": event["order_id"]}, ConditionExpression="attribute_not_exists(id)")
    except ClientError:
        return {"order_id": event["order_id"], "charged": False}
    return {"order_id": event["order_id"], "charged": True}

# %% tags=["wrong-10.3"] expect="came three times at once, and was charged 3 times"
# the request id is another one each time
import os
import time

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    try:
        table.put_item(Item={"id": context.aws_request_id}, ConditionExpression="attribute_not_exists(id)")
    except ClientError:
        return {"order_id": event["order_id"], "charged": False}
    time.sleep(event["bank_s"])
    print("charged", event["order_id"])
    return {"order_id": event["order_id"], "charged": True}

# %% tags=["wrong-10.3"] expect="What makes two events the same work?"
# one charge per customer
import os
import time

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    try:
        table.put_item(Item={"id": event["customer"]}, ConditionExpression="attribute_not_exists(id)")
    except ClientError:
        return {"order_id": event["order_id"], "charged": False}
    time.sleep(event["bank_s"])
    print("charged", event["order_id"])
    return {"order_id": event["order_id"], "charged": True}

# %% tags=["wrong-10.3"] expect="it is lost"
# takes every error for "already there"
import os
import time

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    try:
        table.put_item(Item={"id": event["order_id"]}, ConditionExpression="attribute_not_exists(id)")
    except Exception:
        return {"order_id": event["order_id"], "charged": False}
    time.sleep(event["bank_s"])
    print("charged", event["order_id"])
    return {"order_id": event["order_id"], "charged": True}

# %% tags=["wrong-10.3"] expect="was charged 3 times"
# the condition looks at an attribute that no item has
import os
import time

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    table.put_item(Item={"id": event["order_id"]}, ConditionExpression="attribute_not_exists(order_id)")
    time.sleep(event["bank_s"])
    print("charged", event["order_id"])
    return {"order_id": event["order_id"], "charged": True}

# %% tags=["wrong-10.3"] expect="an answer for every one of the three"
# lets the refusal through
import os
import time

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    table.put_item(Item={"id": event["order_id"]}, ConditionExpression="attribute_not_exists(id)")
    time.sleep(event["bank_s"])
    print("charged", event["order_id"])
    return {"order_id": event["order_id"], "charged": True}

# %% tags=["wrong-10.3"] expect="call charge(event) before it"
# marks, and forgets the work
import os

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    try:
        table.put_item(Item={"id": event["order_id"]}, ConditionExpression="attribute_not_exists(id)")
    except ClientError:
        return {"order_id": event["order_id"], "charged": False}
    return {"order_id": event["order_id"], "charged": True}

# %% tags=["wrong-10.3"] expect="Each item needs the table's own key"
# the order's name for its id, where the table has another
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    order_id = event["order_id"]
    table.put_item(Item={"order_id": order_id}, ConditionExpression="attribute_not_exists(order_id)")
    print("charged", order_id)
    return {"order_id": order_id, "charged": True}

# %% tags=["wrong-10.3"] expect="and the order was charged all the same"
# tells the refusal apart, and goes on after every other error
import os
import time

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    try:
        table.put_item(Item={"id": event["order_id"]}, ConditionExpression="attribute_not_exists(id)")
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return {"order_id": event["order_id"], "charged": False}
    time.sleep(event["bank_s"])
    print("charged", event["order_id"])
    return {"order_id": event["order_id"], "charged": True}

# %% tags=["alternative-10.3"]
# boto3's own words for the condition and for the refusal
import os
import time

import boto3
from boto3.dynamodb.conditions import Attr

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    answer = {"order_id": event["order_id"], "charged": False}
    try:
        table.put_item(Item={"id": event["order_id"]}, ConditionExpression=Attr("id").not_exists())
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return answer
    time.sleep(event["bank_s"])
    print("charged", event["order_id"])
    return answer | {"charged": True}

# %% tags=["alternative-10.3"]
# counts the events of an order in one step; the first does the work
import os
import time

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event, context):
    item = dynamodb.update_item(
        TableName=os.environ["TABLE"],
        Key={"id": {"S": event["order_id"]}},
        UpdateExpression="ADD events :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )["Attributes"]
    is_first = item["events"]["N"] == "1"
    if is_first:
        time.sleep(event["bank_s"])
        print("charged", event["order_id"])
    return {"order_id": event["order_id"], "charged": is_first}

# %% [markdown]
# ## Break it · the id before the work
#
# Many articles stop here: store the id before the work, skip what is stored. The next handler does so, and its process dies on the way to the bank.
#
# **Predict.** The event is asynchronous, so Lambda tries again. How often is the card charged in the end?
#
# - A — once: the second try succeeds
# - B — never: the second try finds the id and returns
# - C — three times: once for each try

# %% tags=["predict-10.e"]
lab.predict("10.e", ...)

# %% tags=["demo"]
import os

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table("charges-demo")


def mark_then_charge(event, context):
    try:
        table.put_item(
            Item={"id": event["order_id"]}, ConditionExpression="attribute_not_exists(id)"
        )
    except ClientError:
        print("charged before:", event["order_id"])
        return
    if event["dies"]:
        os._exit(1)  # as if memory ran out, or the timeout struck
    print("charged", event["order_id"])

# %% tags=["run"]
may_mark = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": charges_arn}
role = lab.execution_role("mark-demo", may_mark)
lab.deploy(mark_then_charge, "mark-demo", Timeout=10, Role=role)
lambda_.invoke(
    FunctionName="mark-demo",
    InvocationType="Event",
    Payload=json.dumps({"order_id": "o-1009", "dies": True}),
)
# 1 min on AWS, 1 s here
lab.wait_until(lambda: len(runs("mark-demo")) == 2, 20, "the second try")
print([run["error_type"] or run["status"] for run in runs("mark-demo")])
print(lab.logs("mark-demo").count("charged o-1009"), "charges")

# Repair it by hand: the item must go before anybody can try again
table.delete_item(Key={"id": "o-1009"})
lab.invoke("mark-demo", {"order_id": "o-1009", "dies": False})
print(lab.logs("mark-demo").count("charged o-1009"), "charge, after the item was deleted")
lab.saw("10.e")

# %% [markdown] teaches=["20-13", "claim 36", "20-06", "DVA-C03 1.2"]
# **What we saw.** The second try was a *success*: no third, no record, no alarm. The order was lost quietly.
#
# "Seen" is not "done". An item has more states:
#
# | the item says | an event of this order | because |
# |---|---|---|
# | nothing: there is none | begins, and writes "in progress" with a time | a conditional write lets one begin |
# | in progress, time not over | raises, and is tried later | the other may still be at work |
# | in progress, time over | begins again | the other has died |
# | done, with the answer | returns that answer | the work was done |
#
# The time must outlast the function's timeout. One gap stays: dying after the bank took the money, before "done". So give the bank the order's id too; card services charge once per such key.
#
# **Powertools for AWS Lambda**, a library of AWS, does this. Its states are INPROGRESS and COMPLETED, and it deletes the item when your handler raises:
#
# ```python
# store = DynamoDBPersistenceLayer(table_name="charges-demo")
# config = IdempotencyConfig(event_key_jmespath="order_id", expires_after_seconds=86_400)
#
# @idempotent(config=config, persistence_store=store)
# def handler(event, context):
#     ...
# ```
#
# You bring it along in a layer (lab 07). By default its answers expire after an hour. ([Powertools' page](https://docs.powertools.aws.dev/lambda/python/latest/utilities/idempotency/))

# %% [markdown] teaches=["20-02", "20-14", "DVA-C03 1.2", "DVA-C03 4.1"]
# ### Worth raising, worth swallowing
#
# Raising says "try again later", and, in the end, "keep this for somebody". Ask whether either helps:
#
# | what happened | does a later try help? | so |
# |---|---|---|
# | the bank does not answer, a throttle, a timeout | yes | raise |
# | a bug of yours | after the repair | raise; the failure path keeps the event |
# | an event that can never be right, without a total | no | write it where somebody looks, and return; or raise with no retries |
# | the card is declined | no: this is an answer | store "declined", return |
# | this order is charged already | no | return the answer of the first time |
# | any exception, caught for safety | who knows | do not: a caught bug looks like success |
#
# For a caller that speaks HTTP a 500 is right (lab 03). For the three other ways in it is silence.

# %% [markdown]
# ## Break it · the path itself
#
# `no-bank-demo` has a destination *and* a dead-letter queue. Somebody tidies its role.
#
# **Predict.** The role loses `sqs:SendMessage`, then an event fails for good. Where is the event?
#
# - A — in Lambda's queue, until the permission is back
# - B — nowhere: only metrics count it
# - C — with the caller: Lambda refuses the invoke

# %% tags=["predict-10.f"]
lab.predict("10.f", ...)

# %% tags=["run"]
lab.execution_role("no-bank-demo")
sent = lambda_.invoke(
    FunctionName="no-bank-demo", InvocationType="Event", Payload=json.dumps(order)
)
print("status", sent["StatusCode"])
request = sent["ResponseMetadata"]["RequestId"]


def deliveries(request_id):
    return lab.records(kind="event.sent_on", request_id=request_id)


lab.wait_until(lambda: len(deliveries(request)) == 2, 20, "two deliveries")
for delivery in deliveries(request):
    what = "dead letter" if delivery["dead_letter"] else "destination"
    print(f"{what:12} delivered: {delivery['delivered']}")
    print("  ", delivery["reason"].partition("is not authorized ")[2].partition(" because")[0])

# Repair it: the statement is back, and the next event arrives. The lost one stays lost.
lab.execution_role("no-bank-demo", may_send)
lambda_.invoke(
    FunctionName="no-bank-demo", InvocationType="Event", Payload=json.dumps({"order_id": "o-1010"})
)
print("after the repair:", take(letters)["Body"])
lab.saw("10.f")

# %% [markdown] teaches=["20-01", "SOA-C03 1.2", "DVA-C03 4.1"]
# **What we saw.** 202, two failed tries, two deliveries refused, and no message anywhere. The function's own log shows the error; nothing shows that the event is gone.
#
# Lambda looks at the permission when you configure the path, and then again at each delivery. Targets vanish in the same way: a deleted queue, or an encryption key that the role may not use.
# So the path needs an alarm of its own: DestinationDeliveryFailures for destinations, DeadLetterErrors for dead-letter queues.

# %% [markdown] teaches=["20-12", "SOA-C03 1.2"]
# ### After the repair
#
# Events in a dead-letter queue are work that waits. First somebody must know: alarm on the queue's depth, above 0, and let it keep messages for 14 days.
#
# ```bash
# aws cloudwatch put-metric-alarm --alarm-name failed-charges --namespace AWS/SQS --metric-name ApproximateNumberOfMessagesVisible --dimensions Name=QueueName,Value=failed-charges-demo --statistic Maximum --period 60 --evaluation-periods 1 --threshold 0 --comparison-operator GreaterThanThreshold
# ```
#
# Then repair the cause, and **redrive**: send the messages of a dead-letter queue to where they failed.
#
# | dead-letter queue of | redrive |
# |---|---|
# | an SQS queue | a button in the console, or `StartMessageMoveTask`: SQS moves them back ([AWS's page](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html)) |
# | a function, or an SNS topic | SQS does not know where they came from: you send them |
#
# A redrive is a retry like any other. It is safe when the function is idempotent, and only then.

# %% [markdown]
# ### Exercise 10.5 · Back after the repair
#
# The ticket. `charge-card` is repaired, and charges each order once. Last night's dead letters lie in its queue.
#
# **Given** an event `{"queue_url": …, "function": …}`. Your role may receive, delete and invoke. Each letter's body is an event as it was, except one: somebody put a note into the queue.
#
# **Goal** each event is sent to the function once more, and its letter is deleted. A letter that Lambda does not accept stays. What fails again must not be lost.
# The answer is `{"sent": …}`, the number of events that Lambda accepted.
#
# **Done when** 22 orders and the note end rightly: 21 are charged once, one card is declined again, and the note is still there.

# %% tags=["exercise-10.5"]
import boto3
from botocore.exceptions import ClientError

sqs = boto3.client("sqs")
lambda_ = boto3.client("lambda")


def handler(event, context):
    # SOLUTION: send every letter to the function; return how many Lambda accepted
    sent = 0
    queue = {"QueueUrl": event["queue_url"]}
    while letters := sqs.receive_message(**queue, MaxNumberOfMessages=10).get("Messages"):
        for letter in letters:
            try:
                lambda_.invoke(
                    FunctionName=event["function"], InvocationType="Event", Payload=letter["Body"]
                )
            except ClientError as refusal:
                print("kept", letter["MessageId"], refusal)
                continue
            sqs.delete_message(**queue, ReceiptHandle=letter["ReceiptHandle"])
            sent += 1
    return {"sent": sent}
    # END SOLUTION

# %% tags=["check-10.5"]
lab.check("10.5", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** First send, then delete: if the redrive dies between the two, a letter is sent twice, and `charge-card` can stand that. The other way round it would be lost.
# `Event` hands the order back to Lambda with its retries and its failure path, so the declined card is found again. The note stays invisible for its visibility timeout, which ends the loop.
#
# An alternative is a synchronous invoke with a look at `FunctionError`: slower, and the letter itself stays when the function fails.
#
# In production, bound the speed, so that the redrive does not throttle the customers of today: a pause between batches, or reserved concurrency. And try one letter before you try all.

# %% tags=["wrong-10.5"] expect="receive_message returns ten letters at most"
# asks once
import boto3
from botocore.exceptions import ClientError

sqs, lambda_ = boto3.client("sqs"), boto3.client("lambda")


def handler(event, context):
    sent = 0
    for letter in sqs.receive_message(QueueUrl=event["queue_url"], MaxNumberOfMessages=10)["Messages"]:
        try:
            lambda_.invoke(FunctionName=event["function"], InvocationType="Event", Payload=letter["Body"])
        except ClientError:
            continue
        sqs.delete_message(QueueUrl=event["queue_url"], ReceiptHandle=letter["ReceiptHandle"])
        sent += 1
    return {"sent": sent}

# %% tags=["wrong-10.5"] expect="Delete a letter after the invoke"
# deletes first, to be sure that nothing is sent twice
import boto3
from botocore.exceptions import ClientError

sqs, lambda_ = boto3.client("sqs"), boto3.client("lambda")


def handler(event, context):
    sent = 0
    while letters := sqs.receive_message(QueueUrl=event["queue_url"], MaxNumberOfMessages=10).get("Messages"):
        for letter in letters:
            sqs.delete_message(QueueUrl=event["queue_url"], ReceiptHandle=letter["ReceiptHandle"])
            try:
                lambda_.invoke(FunctionName=event["function"], InvocationType="Event", Payload=letter["Body"])
                sent += 1
            except ClientError as refusal:
                print(refusal)
    return {"sent": sent}

# %% tags=["wrong-10.5"] expect="the next redrive sends them once more"
# received is not deleted
import boto3
from botocore.exceptions import ClientError

sqs, lambda_ = boto3.client("sqs"), boto3.client("lambda")


def handler(event, context):
    sent = 0
    while letters := sqs.receive_message(QueueUrl=event["queue_url"], MaxNumberOfMessages=10).get("Messages"):
        for letter in letters:
            try:
                lambda_.invoke(FunctionName=event["function"], InvocationType="Event", Payload=letter["Body"])
                sent += 1
            except ClientError:
                pass
    return {"sent": sent}

# %% tags=["wrong-10.5"] expect="Put try and except ClientError around the invoke of one letter"
# one bad letter ends it all
import boto3

sqs, lambda_ = boto3.client("sqs"), boto3.client("lambda")


def handler(event, context):
    sent = 0
    while letters := sqs.receive_message(QueueUrl=event["queue_url"], MaxNumberOfMessages=10).get("Messages"):
        for letter in letters:
            lambda_.invoke(FunctionName=event["function"], InvocationType="Event", Payload=letter["Body"])
            sqs.delete_message(QueueUrl=event["queue_url"], ReceiptHandle=letter["ReceiptHandle"])
            sent += 1
    return {"sent": sent}

# %% tags=["wrong-10.5"] expect="The Body is JSON text already"
# JSON of JSON, which even makes an event of the note
import json

import boto3

sqs, lambda_ = boto3.client("sqs"), boto3.client("lambda")


def handler(event, context):
    sent = 0
    while letters := sqs.receive_message(QueueUrl=event["queue_url"], MaxNumberOfMessages=10).get("Messages"):
        for letter in letters:
            lambda_.invoke(FunctionName=event["function"], InvocationType="Event", Payload=json.dumps(letter["Body"]))
            sqs.delete_message(QueueUrl=event["queue_url"], ReceiptHandle=letter["ReceiptHandle"])
            sent += 1
    return {"sent": sent}

# %% tags=["wrong-10.5"] expect="You invoked synchronously"
# waits for each answer, and does not read it
import boto3
from botocore.exceptions import ClientError

sqs, lambda_ = boto3.client("sqs"), boto3.client("lambda")


def handler(event, context):
    sent = 0
    while letters := sqs.receive_message(QueueUrl=event["queue_url"], MaxNumberOfMessages=10).get("Messages"):
        for letter in letters:
            try:
                lambda_.invoke(FunctionName=event["function"], Payload=letter["Body"])
            except ClientError:
                continue
            sqs.delete_message(QueueUrl=event["queue_url"], ReceiptHandle=letter["ReceiptHandle"])
            sent += 1
    return {"sent": sent}

# %% tags=["wrong-10.5"] expect="Sandbox.Timedout"
# looks at the first ten for ever
import boto3
from botocore.exceptions import ClientError

sqs, lambda_ = boto3.client("sqs"), boto3.client("lambda")


def handler(event, context):
    letters = sqs.receive_message(QueueUrl=event["queue_url"], MaxNumberOfMessages=10)["Messages"]
    while letters:
        for letter in letters:
            try:
                lambda_.invoke(FunctionName=event["function"], InvocationType="DryRun", Payload=letter["Body"])
            except ClientError:
                continue

# %% tags=["wrong-10.5"] expect="and the answer says sent: 23"
# counts what it tried, and not what was accepted
import boto3
from botocore.exceptions import ClientError

sqs, lambda_ = boto3.client("sqs"), boto3.client("lambda")


def handler(event, context):
    sent = 0
    while letters := sqs.receive_message(QueueUrl=event["queue_url"], MaxNumberOfMessages=10).get("Messages"):
        for letter in letters:
            sent += 1
            try:
                lambda_.invoke(FunctionName=event["function"], InvocationType="Event", Payload=letter["Body"])
            except ClientError:
                continue
            sqs.delete_message(QueueUrl=event["queue_url"], ReceiptHandle=letter["ReceiptHandle"])
    return {"sent": sent}

# %% tags=["wrong-10.5"] expect="Your redrive ended at the letter"
# opens each letter before it sends it
import json

import boto3

sqs, lambda_ = boto3.client("sqs"), boto3.client("lambda")


def handler(event, context):
    sent = 0
    while letters := sqs.receive_message(QueueUrl=event["queue_url"], MaxNumberOfMessages=10).get("Messages"):
        for letter in letters:
            payload = json.dumps(json.loads(letter["Body"]))
            lambda_.invoke(FunctionName=event["function"], InvocationType="Event", Payload=payload)
            sqs.delete_message(QueueUrl=event["queue_url"], ReceiptHandle=letter["ReceiptHandle"])
            sent += 1
    return {"sent": sent}

# %% tags=["alternative-10.5"]
# waits for each answer, and keeps what failed
import boto3
from botocore.exceptions import ClientError

sqs = boto3.client("sqs")
lambda_ = boto3.client("lambda")


def is_done(function, body):
    try:
        answer = lambda_.invoke(FunctionName=function, Payload=body)
    except ClientError:
        return False
    return "FunctionError" not in answer


def handler(event, context):
    url, sent = event["queue_url"], 0
    while True:
        letters = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        if not letters:
            return {"sent": sent}
        for letter in letters:
            if is_done(event["function"], letter["Body"]):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
                sent += 1

# %% [markdown]
# ## Recap
#
# - Clients, Lambda, queues and streams try again, each by its own rule. One call of boto3 may be three requests.
# - An asynchronous event has two more tries, after 1 and 2 minutes. Then it goes to a destination or a dead-letter queue, or it is dropped.
# - The role delivers: `sqs:SendMessage` on the target. Without it, the event is gone.
# - One conditional write, before the work, lets one event do it. "In progress" has an end, and "done" keeps the answer.
# - Raise what a later try may solve. A returned 500 is a success to Lambda.
# - Redrive after the repair: send, then delete.

# %% [markdown]
# ## Heard elsewhere
#
# Four sentences from articles about Lambda. Before you run the cell, mark each as `"true"`, `"half"` or `"false"`, in place of `...`.

# %% tags=["predict-10.g"] teaches=["20-02", "20-03", "20-05", "20-13", "claim 6", "claim 36"]
lab.predict("10.g", ...)  # Catch every exception, return statusCode 500: handles asynchronous errors.
lab.predict("10.h", ...)  # Store the id of the event before the work, and the work is done once.
lab.predict("10.i", ...)  # If you configure no retries, nothing is tried again.
lab.predict("10.j", ...)  # Failed asynchronous events can go to a queue, or to an event bus.
display(lab.saw("10.g"), lab.saw("10.h"), lab.saw("10.i"), lab.saw("10.j"))

# %% [markdown]
# ## In real AWS
#
# Where this lab met something that AWS does in another way:

# %% tags=["run"]
lab.fidelity()

# %% [markdown]
# ## Receipt
#
# What your functions would have cost on AWS. Every retry is billed like a first try.

# %% tags=["run", "nbval-ignore-output"]
# not compared: what is billed differs from run to run
lab.receipt()

# %% [markdown]
# ## Questions
#
# Answer in your head or on paper, then open the reasons.

# %% tags=["run"]
lab.questions()

# %% [markdown]
# ## More
#
# Three stretch exercises, about 30 minutes.
#
# ### Exercise 10.2 · Not after two minutes
#
# A flash sale ends at noon, and a function changes the price in the shop window. A price that comes late is worse than none.
#
# **Given** the function's settings today: a destination for failures, `failed_arn`, and nothing else. So an event may wait for up to 6 hours.
#
# **Goal** `settings` for `put_function_event_invoke_config`, besides the function. An event that fails gets a second try. None begins when the event is more than two minutes old, also when the function is busy. What is given up is still found.
#
# **Done when** one event that fails each time and one behind a busy function end rightly. (3 min on AWS, 3 s here.)

# %% tags=["exercise-10.2"]
failed_arn = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
destination = {"OnFailure": {"Destination": failed_arn}}
settings = {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 120, "DestinationConfig": destination}  # SOLUTION

# %% tags=["check-10.2"]
lab.check("10.2", settings)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The retry comes a minute after the failure, so an age of two minutes leaves room for it. A throttled event uses no try, and only its age ends its waiting.
# Put replaces the whole configuration, so the destination is named again.
#
# An alternative leaves two retries: the third try would come after three minutes, and the age forbids it.
#
# In production, let the handler look too: put the time of the sale's end into the event. An event may be young and the message in it old, for example after a redrive.

# %% tags=["wrong-10.2"] expect="With your settings the destination is gone"
# put replaces everything
destination = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"}}
settings = {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 120}

# %% tags=["wrong-10.2"] expect="The event was tried once"
# no retry, no risk
destination = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"}}
settings = {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 120, "DestinationConfig": destination}

# %% tags=["wrong-10.2"] expect="older than that minute"
# the shortest age there is
destination = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"}}
settings = {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 60, "DestinationConfig": destination}

# %% tags=["wrong-10.2"] expect="Only the age ends them"
# bounds the tries, not the waiting
destination = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"}}
settings = {"MaximumRetryAttempts": 1, "DestinationConfig": destination}

# %% tags=["wrong-10.2"] expect="the last time three minutes after it was sent"
# what Lambda does by itself
destination = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"}}
settings = {"DestinationConfig": destination}

# %% tags=["wrong-10.2"] expect="both whole numbers"
# minutes
destination = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"}}
settings = {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 2, "DestinationConfig": destination}

# %% tags=["wrong-10.2"] expect="a run may begin when the event is 150 s old"
# a little longer than allowed
destination = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"}}
settings = {"MaximumRetryAttempts": 1, "MaximumEventAgeInSeconds": 150, "DestinationConfig": destination}

# %% tags=["alternative-10.2"]
# the age alone ends it before the third try
destination = {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"}}
settings = {"MaximumEventAgeInSeconds": 120, "MaximumRetryAttempts": 2, "DestinationConfig": destination}

# %% [markdown]
# ### Exercise 10.4 · …and when the first attempt died
#
# **Given** `charge`, which returns a receipt, or kills the process before the bank was asked. `EXPIRY_S` is how long an attempt may be at work.
#
# **Goal** the answer is `{"order_id": …, "receipt": …}`. An order that comes again gets the same receipt, and no second charge, however late it comes.
# While an attempt may be at work, another raises. When its time is over, another may begin.
#
# **Done when** repeats, a crash with an event right behind it, three at once, and a crash with an event after `EXPIRY_S` all end rightly.

# %% tags=["exercise-10.4"]
import os
import time
from uuid import uuid4

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))
EXPIRY_S = int(os.environ.get("EXPIRY_S", "60"))


class InProgress(Exception):
    """Another attempt may still be at work."""


def charge(order):
    """Ask the bank for the money, return the receipt; or die."""
    if order.get("crash"):
        os._exit(1)
    time.sleep(order["bank_s"])
    print("charged", order["order_id"])
    return f"receipt-{uuid4()}"


def handler(event, context):
    # SOLUTION: return order_id and receipt; charge once, whatever comes
    order_id, now = event["order_id"], int(time.time())
    try:
        table.put_item(
            Item={"id": order_id, "state": "in progress", "expires": now + EXPIRY_S},
            ConditionExpression="attribute_not_exists(id) OR (#state = :busy AND expires < :now)",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":busy": "in progress", ":now": now},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        item = table.get_item(Key={"id": order_id}, ConsistentRead=True)["Item"]
        if item["state"] == "in progress":
            raise InProgress(order_id) from None
        return {"order_id": order_id, "receipt": item["receipt"]}
    receipt = charge(event)
    table.put_item(Item={"id": order_id, "state": "done", "receipt": receipt})
    return {"order_id": order_id, "receipt": receipt}
    # END SOLUTION

# %% tags=["check-10.4"]
lab.check("10.4", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** One condition holds two doors: no item yet, or an attempt whose time is over. DynamoDB checks and writes in one step, so only one of many goes through either door.
# "Done" has no time, so nothing reopens it. "In progress" raises, and whoever sent the event tries again later.
#
# An alternative is Powertools, which does the same with less code, or a failed update with `ReturnValuesOnConditionCheckFailure`, which saves the read.
#
# In production, `EXPIRY_S` is longer than the function's timeout. Set it from `get_remaining_time_in_millis()`, as Powertools does. Let DynamoDB's TTL delete old items, but do not rely on its moment: it may come days late. And give the bank the order's id.

# %% tags=["wrong-10.4"] expect="For Lambda that is success"
# seen is done (lab 10.3's answer)
import os
import time
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def charge(order):
    if order.get("crash"):
        os._exit(1)
    time.sleep(order["bank_s"])
    print("charged", order["order_id"])
    return f"receipt-{uuid4()}"


def handler(event, context):
    order_id = event["order_id"]
    try:
        table.put_item(Item={"id": order_id}, ConditionExpression="attribute_not_exists(id)")
    except ClientError:
        item = table.get_item(Key={"id": order_id})["Item"]
        return {"order_id": order_id, "receipt": item.get("receipt")}
    receipt = charge(event)
    table.put_item(Item={"id": order_id, "receipt": receipt})
    return {"order_id": order_id, "receipt": receipt}

# %% tags=["wrong-10.4"] expect="it is never charged"
# in progress for ever
import os
import time
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def charge(order):
    if order.get("crash"):
        os._exit(1)
    time.sleep(order["bank_s"])
    print("charged", order["order_id"])
    return f"receipt-{uuid4()}"


def handler(event, context):
    order_id = event["order_id"]
    try:
        table.put_item(Item={"id": order_id}, ConditionExpression="attribute_not_exists(id)")
    except ClientError:
        item = table.get_item(Key={"id": order_id})["Item"]
        return {"order_id": order_id, "receipt": item["receipt"]}
    receipt = charge(event)
    table.put_item(Item={"id": order_id, "receipt": receipt})
    return {"order_id": order_id, "receipt": receipt}

# %% tags=["wrong-10.4"] expect="An order that is done stays done"
# whatever is old may begin again
import os
import time
from uuid import uuid4

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))
EXPIRY_S = int(os.environ.get("EXPIRY_S", "60"))


def charge(order):
    if order.get("crash"):
        os._exit(1)
    time.sleep(order["bank_s"])
    print("charged", order["order_id"])
    return f"receipt-{uuid4()}"


def handler(event, context):
    order_id, now = event["order_id"], int(time.time())
    try:
        table.put_item(
            Item={"id": order_id, "expires": now + EXPIRY_S},
            ConditionExpression="attribute_not_exists(id) OR expires < :now",
            ExpressionAttributeValues={":now": now},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        item = table.get_item(Key={"id": order_id})["Item"]
        return {"order_id": order_id, "receipt": item["receipt"]}
    receipt = charge(event)
    table.put_item(Item={"id": order_id, "expires": now + EXPIRY_S, "receipt": receipt})
    return {"order_id": order_id, "receipt": receipt}

# %% tags=["wrong-10.4"] expect="Mark the order as in progress, with a time, before the work"
# remembers what is done, and nothing before
import os
import time
from uuid import uuid4

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def charge(order):
    if order.get("crash"):
        os._exit(1)
    time.sleep(order["bank_s"])
    print("charged", order["order_id"])
    return f"receipt-{uuid4()}"


def handler(event, context):
    order_id = event["order_id"]
    item = table.get_item(Key={"id": order_id}, ConsistentRead=True).get("Item")
    receipt = item["receipt"] if item else charge(event)
    table.put_item(Item={"id": order_id, "receipt": receipt})
    return {"order_id": order_id, "receipt": receipt}

# %% tags=["wrong-10.4"] expect="the same receipt. Whoever asks again"
# done, but the receipt is gone
import os
import time
from uuid import uuid4

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))
EXPIRY_S = int(os.environ.get("EXPIRY_S", "60"))


def charge(order):
    if order.get("crash"):
        os._exit(1)
    time.sleep(order["bank_s"])
    print("charged", order["order_id"])
    return f"receipt-{uuid4()}"


def handler(event, context):
    order_id, now = event["order_id"], int(time.time())
    try:
        table.put_item(
            Item={"id": order_id, "expires": now + EXPIRY_S},
            ConditionExpression="attribute_not_exists(id) OR expires < :now",
            ExpressionAttributeValues={":now": now},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return {"order_id": order_id, "receipt": "charged before"}
    receipt = charge(event)
    table.put_item(Item={"id": order_id})
    return {"order_id": order_id, "receipt": receipt}

# %% tags=["wrong-10.4"] expect="DynamoDB keeps that word for itself"
# state is a word of DynamoDB's own
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "charges-demo"))


def handler(event, context):
    table.put_item(
        Item={"id": event["order_id"], "state": "in progress"},
        ConditionExpression="attribute_not_exists(id) OR state = :busy",
        ExpressionAttributeValues={":busy": "expired"},
    )
    return {"order_id": event["order_id"], "receipt": "none"}

# %% tags=["alternative-10.4"]
# a failed write brings the item along; an update keeps it in one place
import os
import time
from uuid import uuid4

import boto3

dynamodb = boto3.client("dynamodb")
TABLE = os.environ.get("TABLE", "charges-demo")
EXPIRY_S = int(os.environ.get("EXPIRY_S", "60"))


def charge(order):
    """Ask the bank for the money, return the receipt; or die."""
    if order.get("crash"):
        os._exit(1)
    time.sleep(order["bank_s"])
    print("charged", order["order_id"])
    return f"receipt-{uuid4()}"


def begin(order_id):
    now = int(time.time())
    dynamodb.update_item(
        TableName=TABLE,
        Key={"id": {"S": order_id}},
        UpdateExpression="SET expires = :end",
        ConditionExpression="attribute_not_exists(receipt) AND "
        "(attribute_not_exists(expires) OR expires < :now)",
        ExpressionAttributeValues={":end": {"N": str(now + EXPIRY_S)}, ":now": {"N": str(now)}},
    )


def handler(event, context):
    order_id = event["order_id"]
    key = {"id": {"S": order_id}}
    try:
        begin(order_id)
    except dynamodb.exceptions.ConditionalCheckFailedException:
        item = dynamodb.get_item(TableName=TABLE, Key=key, ConsistentRead=True)["Item"]
        return {"order_id": order_id, "receipt": item["receipt"]["S"]}  # KeyError: in progress
    receipt = charge(event)
    dynamodb.update_item(
        TableName=TABLE,
        Key=key,
        UpdateExpression="SET receipt = :receipt",
        ExpressionAttributeValues={":receipt": {"S": receipt}},
    )
    return {"order_id": order_id, "receipt": receipt}

# %% [markdown]
# ### Exercise 10.6 · Six that lose events
#
# **Given** six functions of the shop. Each fails now and then, and each loses what failed. `found` is a queue; all of their roles but one may send to it.
#
# | function | invoked | today | its repair is |
# |---|---|---|---|
# | `charge-card` | asynchronously | nothing is configured | settings for `put_function_event_invoke_config` |
# | `thumbnail` | asynchronously, by its alias `live` | the function has a destination | such settings |
# | `place-order` | asynchronously | has a destination; the code is `work` below | the code |
# | `nightly-report` | asynchronously | has a destination; the role may not send | one more statement |
# | `print-job` | by a queue | the queue has no redrive policy | attributes of the queue |
# | `stock-watch` | by a stream | tries until the record is too old | settings of the mapping |
#
# **Goal** `repairs`: each function's name with its repair.
#
# **Done when** the check has let all six fail, and all six failures are found in the queue. (Up to 10 s.)

# %% tags=["exercise-10.6"]
import json

found = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
work = '''
def handler(event, context):
    try:
        raise ConnectionError("the neighbour does not answer")
    except Exception as fault:
        return {"statusCode": 500, "body": str(fault)}
'''

repairs = {}
# SOLUTION: repairs["charge-card"] = {…}, and so for all six
to_queue = {"DestinationConfig": {"OnFailure": {"Destination": found}}}
repairs["charge-card"] = to_queue
repairs["thumbnail"] = {"Qualifier": "live", **to_queue}
repairs["place-order"] = work.replace("return {", "raise  # {")
repairs["nightly-report"] = {
    "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": found
}
redrive_policy = {"deadLetterTargetArn": found, "maxReceiveCount": 2}
repairs["print-job"] = {"RedrivePolicy": json.dumps(redrive_policy)}
repairs["stock-watch"] = {"MaximumRetryAttempts": 2, **to_queue}
# END SOLUTION

# %% tags=["check-10.6"]
lab.check("10.6", repairs)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Each failure has one place where it can be kept, and that place depends on who invokes.
# Asynchronous events are Lambda's to keep: by settings of exactly the qualifier that is invoked, by code that lets the exception out, by a role that may send. A queue keeps its own, and so does the mapping of a stream, once it may give up.
#
# An alternative for the asynchronous ones is a dead-letter queue. It belongs to the function's configuration, so a version keeps the one it was published with.
#
# In production, test the failure path as you test the way that works: send one event that must fail, and see that somebody hears of it.

# %% tags=["wrong-10.6"] expect="thumbnail: Its events go to the alias live"
# the settings of the function, once more
import json

found = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
work = '''
def handler(event, context):
    raise ConnectionError("the neighbour does not answer")
'''
repairs = {
    "charge-card": {"DestinationConfig": {"OnFailure": {"Destination": found}}},
    "thumbnail": {"DestinationConfig": {"OnFailure": {"Destination": found}}},
    "place-order": work,
    "nightly-report": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": found},
    "print-job": {"RedrivePolicy": json.dumps({"deadLetterTargetArn": found, "maxReceiveCount": 2})},
    "stock-watch": {
        "MaximumRetryAttempts": 2,
        "DestinationConfig": {"OnFailure": {"Destination": found}},
    },
}

# %% tags=["wrong-10.6"] expect="an exception that the code catches is none"
# the destination is there, so the code is fine
import json

found = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
work = '''
def handler(event, context):
    raise ConnectionError("the neighbour does not answer")
'''
repairs = {
    "charge-card": {"DestinationConfig": {"OnFailure": {"Destination": found}}},
    "thumbnail": {"Qualifier": "live", "DestinationConfig": {"OnFailure": {"Destination": found}}},
    "nightly-report": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": found},
    "print-job": {"RedrivePolicy": json.dumps({"deadLetterTargetArn": found, "maxReceiveCount": 2})},
    "stock-watch": {
        "MaximumRetryAttempts": 2,
        "DestinationConfig": {"OnFailure": {"Destination": found}},
    },
}

# %% tags=["wrong-10.6"] expect="Where does a queue put what always fails?"
# a dead-letter queue on the function behind a queue
import json

found = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
work = '''
def handler(event, context):
    raise ConnectionError("the neighbour does not answer")
'''
repairs = {
    "charge-card": {"DestinationConfig": {"OnFailure": {"Destination": found}}},
    "thumbnail": {"Qualifier": "live", "DestinationConfig": {"OnFailure": {"Destination": found}}},
    "place-order": work,
    "nightly-report": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": found},
    "print-job": {"VisibilityTimeout": "6"},
    "stock-watch": {
        "MaximumRetryAttempts": 2,
        "DestinationConfig": {"OnFailure": {"Destination": found}},
    },
}

# %% tags=["wrong-10.6"] expect="tries until the record is too old"
# a destination, and no limit
import json

found = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
work = '''
def handler(event, context):
    raise ConnectionError("the neighbour does not answer")
'''
repairs = {
    "charge-card": {"DestinationConfig": {"OnFailure": {"Destination": found}}},
    "thumbnail": {"Qualifier": "live", "DestinationConfig": {"OnFailure": {"Destination": found}}},
    "place-order": work,
    "nightly-report": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": found},
    "print-job": {"RedrivePolicy": json.dumps({"deadLetterTargetArn": found, "maxReceiveCount": 2})},
    "stock-watch": {
        "DestinationConfig": {"OnFailure": {"Destination": found}},
    },
}

# %% tags=["wrong-10.6"] expect="AWS refused the mapping"
# the words of another service
import json

found = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
work = '''
def handler(event, context):
    raise ConnectionError("the neighbour does not answer")
'''
repairs = {
    "charge-card": {"DestinationConfig": {"OnFailure": {"Destination": found}}},
    "thumbnail": {"Qualifier": "live", "DestinationConfig": {"OnFailure": {"Destination": found}}},
    "place-order": work,
    "nightly-report": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": found},
    "print-job": {"RedrivePolicy": json.dumps({"deadLetterTargetArn": found, "maxReceiveCount": 2})},
    "stock-watch": {
        "MaximumRetryAttempts": 2,
        "RedrivePolicy": {"deadLetterTargetArn": found},
    },
}

# %% tags=["wrong-10.6"] expect="Lambda sends with the function's role"
# receives instead of sends
import json

found = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
work = '''
def handler(event, context):
    raise ConnectionError("the neighbour does not answer")
'''
repairs = {
    "charge-card": {"DestinationConfig": {"OnFailure": {"Destination": found}}},
    "thumbnail": {"Qualifier": "live", "DestinationConfig": {"OnFailure": {"Destination": found}}},
    "place-order": work,
    "nightly-report": {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": found},
    "print-job": {"RedrivePolicy": json.dumps({"deadLetterTargetArn": found, "maxReceiveCount": 2})},
    "stock-watch": {
        "MaximumRetryAttempts": 2,
        "DestinationConfig": {"OnFailure": {"Destination": found}},
    },
}

# %% tags=["wrong-10.6"] expect="the attributes of a queue are texts"
# the policy of the queue, not made text
found = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
repairs = {"print-job": {"RedrivePolicy": {"deadLetterTargetArn": found, "maxReceiveCount": 2}}}

# %% tags=["wrong-10.6"] expect="Nothing was found of"
# one setting for all that have none
found = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
repairs = {"charge-card": {"DestinationConfig": {"OnFailure": {"Destination": found}}}}

# %% tags=["wrong-10.6"] expect="place-order failed with Runtime.UserCodeSyntaxError"
# it fails now, and for every order
import json

found = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
to_queue = {"DestinationConfig": {"OnFailure": {"Destination": found}}}
repairs = {
    "charge-card": to_queue,
    "thumbnail": {**to_queue, "Qualifier": "live"},
    "place-order": "def handler(event, context)\n    raise ConnectionError\n",
    "nightly-report": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": found},
    "print-job": {"RedrivePolicy": json.dumps({"deadLetterTargetArn": found, "maxReceiveCount": 2})},
    "stock-watch": {"MaximumRetryAttempts": 2, **to_queue},
}

# %% tags=["alternative-10.6"]
# other limits, and the destination written once
import json

found = "arn:aws:sqs:us-east-1:123456789012:failed-charges-demo"
work = '''
def handler(event, context):
    raise ConnectionError("the neighbour does not answer")
'''
to_queue = {"DestinationConfig": {"OnFailure": {"Destination": found}}}
repairs = {
    "charge-card": {**to_queue, "MaximumRetryAttempts": 1},
    "thumbnail": {**to_queue, "Qualifier": "live"},
    "place-order": work,
    "nightly-report": {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": [found]},
    "print-job": {
        "VisibilityTimeout": "2",
        "RedrivePolicy": json.dumps({"maxReceiveCount": "1", "deadLetterTargetArn": found}),
    },
    "stock-watch": {**to_queue, "MaximumRetryAttempts": 0, "BisectBatchOnFunctionError": True},
}

# %% [markdown]
# ## Clean up
#
# Deletes what this lab made. On AWS, delete the mappings, queues, stream and table too; a stream is billed while it stands.

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# **11 · Security**: what a function may do, who may call it, and why every event is a stranger.
# Close this tab. In the terminal press Ctrl+C, then run `python3 kit.py lab 11`.
