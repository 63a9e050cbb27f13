# %% [markdown]
# <!-- lab: {"number": "05", "title": "Triggers III: queues", "minutes_core": 45, "minutes_stretch": 15, "exam_tasks": ["DVA-C03 1.2", "DVA-C03 4.1", "SAA-C03 2.1"], "again": ["dead-letter queue"], "closed": []} -->
# # Lab 05 · Triggers III: queues
#
# > **Ticket.** Halftone, Friday 11:20. Posters that have nothing to do with each other leave the printer three times.
# > And job o-1013 has been tried since Tuesday. It will never print, and nobody was told.
#
# **Promise.** In 45 minutes you run a queue that prints each job, lets bad jobs fail alone, and gives hopeless ones a way out.
#
# **You will be able to**
#
# - connect a queue to a function, with the one statement its role needs;
# - say what becomes of a batch in which one message fails;
# - report failed messages so that only they come back;
# - filter messages, and know what happens to the others;
# - choose visibility timeout and redrive policy for a slow function.
#
# **Minutes.** 45 for the core, 15 more for the stretch exercise under "More".
#
# **Know first.** Lab 01: deploying, roles, logs. Lab 04: services that call Lambda.
#
# **Exam tasks.** DVA-C03 1.2 (code for Lambda), DVA-C03 4.1 (root cause) and SAA-C03 2.1 (loosely coupled architectures).

# %% [markdown]
# ## Setup
#
# Run this cell first. It starts an empty account.
# Waits of Lambda's own are 60 times shorter: 20 s on AWS, a third of a second here.
# Clocks of the queue are real, so this lab keeps them at 1 to 4 seconds.

# %% tags=["setup"]
import json
import time

from botocore.exceptions import ClientError

from helpers import Lab
from helpers.views import queue_view

lab = Lab("05-queues", time_lapse=60)
lambda_ = lab.client("lambda")
sqs = lab.client("sqs")
ARN = "arn:aws:sqs:us-east-1:123456789012:"

# %% [markdown]
# ## Warm-up
#
# Three questions from earlier labs. Say your answer aloud, then open the line.
#
# <details><summary>A synchronous invoke answers 200. Did the function work?</summary>Not necessarily: look at FunctionError. 200 says that Lambda ran it (lab 01).</details>
# <details><summary>Ten events arrive at once. How many execution environments are needed?</summary>Ten: an environment serves one event at a time (lab 02).</details>
# <details><summary>S3 calls your function. Where is that permission written?</summary>In the function's resource policy; the execution role says what the function may do (lab 04).</details>

# %% [markdown] teaches=["05-02", "07-05", "DVA-C03 1.2"]
# ## Lambda polls, with your role
#
# A **queue** keeps messages until somebody has processed them. The shop puts print jobs into one, and the printer takes them at its own pace.
# Amazon SQS is such a service. It calls nobody: whoever wants a message has to fetch it.
#
# Lambda does that for you. An **event source mapping** is a resource of Lambda that names a queue and a function.
# Its **pollers**, programs of AWS, receive messages, invoke the function synchronously, and delete the messages when it has succeeded.
#
# S3 and SNS of lab 04 push. A queue is polled, and that changes who needs which permission.

# %% [markdown]
# **Predict.** The role of `batch-demo` may write its own log, and nothing else. You map a queue to it.
#
# - A — it works: SQS calls the function, as S3 does
# - B — the mapping is created, and no message ever arrives
# - C — Lambda refuses to create the mapping

# %% tags=["predict-5.a"]
lab.predict("5.a", ...)

# %% tags=["demo"]
def show_batch(event, context):
    print("one event,", len(event["Records"]), "records")
    for record in event["Records"]:
        tries = record["attributes"]["ApproximateReceiveCount"]
        print("  body:", record["body"], "· received", tries, "time(s)")

# %% tags=["run"]
def may_poll(queue_arn):
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    return {"Effect": "Allow", "Action": actions, "Resource": queue_arn}


def messages_in(queue_url):
    """How many messages a queue holds, visible or not; AWS calls its count approximate."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    return sum(int(counts[name]) for name in names)


batch_queue = sqs.create_queue(QueueName="batch-demo")["QueueUrl"]
for order_id in ("o-1007", "o-1008", "o-1009"):
    sqs.send_message(QueueUrl=batch_queue, MessageBody=order_id)
lab.deploy(show_batch, "batch-demo")
mapping = {"FunctionName": "batch-demo", "EventSourceArn": ARN + "batch-demo"}
try:
    lambda_.create_event_source_mapping(**mapping)
except ClientError as refusal:
    print(f"\n{refusal}\n")

# the one statement that polling needs, and it works
statement = may_poll(ARN + "batch-demo")
print(json.dumps(statement, indent=2))
lab.execution_role("batch-demo", statement)
batch_mapping = lambda_.create_event_source_mapping(**mapping)["UUID"]
lab.wait_until(lambda: messages_in(batch_queue) == 0, 20, "the queue to be empty")
for line in lab.logs("batch-demo"):
    if "records" in line or "body" in line:
        print(line)

# %% tags=["run"]
# AWS looks at the role when the mapping is created. Take the statement away again:
lab.execution_role("batch-demo")
sqs.send_message(QueueUrl=batch_queue, MessageBody="o-1010")


def last_result():
    return lambda_.get_event_source_mapping(UUID=batch_mapping).get("LastProcessingResult", "")


lab.wait_until(lambda: "PROBLEM" in last_result(), 20, "the mapping to notice")
print(last_result())
print(messages_in(batch_queue), "message waits; the function has no error and no log line to show")
lab.saw("5.a")

# %% [markdown] teaches=["05-02", "07-01", "07-02", "claim 15", "DVA-C03 1.2", "DVA-C03 4.1"]
# **What we saw.** Three messages came in *one* event. The messages of one event are a **batch**. Success emptied the queue.
#
# | | trigger (push) | event source mapping (poll) |
# |---|---|---|
# | who acts | the sender calls Lambda | Lambda reads the source |
# | configured | at the sender | in Lambda, as a resource of its own |
# | permission | the function's resource policy | the execution role |
# | sources | S3, SNS, EventBridge, API Gateway | SQS, Kinesis, DynamoDB Streams, Kafka, MQ, DocumentDB |
#
# | setting of a mapping | for SQS |
# |---|---|
# | `BatchSize` | 10; up to 10,000, FIFO up to 10 |
# | `MaximumBatchingWindowInSeconds` | 0; up to 300: wait that long for a fuller batch; needed above 10; not for FIFO |
# | a batch goes off | when size, window or 6 MB is reached |
# | at once | 5 batches, 300 more a minute, up to 1,250 |
# | `ScalingConfig` | at most 2 to 1,000 batches at once |
# | `ProvisionedPollerConfig` | pollers that stand ready, for a price |
#
# ```bash
# aws sqs create-queue --queue-name print-jobs --attributes VisibilityTimeout=30
# aws lambda create-event-source-mapping --function-name print-job --event-source-arn arn:aws:sqs:us-east-1:123456789012:print-jobs --batch-size 10
# aws lambda list-event-source-mappings --function-name print-job
# ```

# %% tags=["run"]
# The demos below need these calls often: queue, messages, role, function, mapping.
# To run a demo twice, run lab.reset() first: its names are taken.
def consume(name, handler, bodies=(), queue_attributes=None, extra=(), function=None, **mapping):
    """Make a queue with messages, and a function of the same name that polls it."""
    url = sqs.create_queue(QueueName=name, Attributes=queue_attributes or {})["QueueUrl"]
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)
    role = lab.execution_role(name, may_poll(ARN + name), *extra)
    lab.deploy(handler, name, Role=role, **{"Timeout": 2, **(function or {})})
    lambda_.create_event_source_mapping(
        FunctionName=name, EventSourceArn=ARN + name, **mapping
    )
    return url


def with_dead_letters(name, tries, visibility_s=4):
    """Attributes of a queue that moves a message to the queue `name` after `tries` receives."""
    redrive = {"deadLetterTargetArn": ARN + name, "maxReceiveCount": tries}
    return {"VisibilityTimeout": str(visibility_s), "RedrivePolicy": json.dumps(redrive)}


def runs(function):
    return len(lab.records(kind="invocation.finished", function=function))


def all_ended(function):
    return len(lab.records(kind="invocation.started", function=function)) == runs(function)

# %% [markdown]
# ## A batch succeeds or fails as one
#
# A message that was received is not gone. The **visibility timeout** is the time for which nobody else can receive it: it is invisible.
# If it is not deleted in that time, it is visible again, and is received once more.
#
# A **redrive policy** is a queue's rule that ends this: after `maxReceiveCount` receives, the message moves to another queue.
# That other one is its **dead-letter queue**, a queue for what failed.
#
# The next demo has ten messages, a visibility timeout of 2 seconds and a `maxReceiveCount` of 3. The handler goes through its records in order.

# %% [markdown]
# **Predict.** Number 7 always raises. How often is message 1 processed?
#
# - A — once: one bad message fails alone
# - B — three times, as often as number 7
# - C — never: a failed batch is rolled back

# %% tags=["predict-5.b"]
lab.predict("5.b", ...)

# %% tags=["demo"]
def print_all(event, context):
    for record in event["Records"]:
        print("message", record["body"])
        if record["body"] == "7":
            raise ValueError("the photo of message 7 is broken")

# %% tags=["run"]
ten_dlq = sqs.create_queue(QueueName="ten-dlq-demo")["QueueUrl"]
consume(
    "ten-demo",
    print_all,
    [str(number) for number in range(1, 11)],
    with_dead_letters("ten-dlq-demo", tries=3, visibility_s=2),
    MaximumBatchingWindowInSeconds=60,  # so that ten that return together stay one batch
)
lab.wait_until(
    lambda: messages_in(ten_dlq) == 10 and all_ended("ten-demo"), 30, "ten dead letters"
)
lines = lab.logs("ten-demo")
for number in (1, 6, 7, 8, 10):
    print(f"message {number:2} was processed {lines.count(f'message {number}')} times")
display(queue_view(lab.records(), queue="ten-demo"))
lab.saw("5.b")

# %% [markdown] teaches=["07-03", "07-05", "DVA-C03 4.1"]
# **What we saw.** One invocation failed, and that is all Lambda knows. It deleted nothing, so all ten came back, three times.
# Messages 1 to 6 were printed three times. Messages 8 to 10 never had their turn, and lie in the dead-letter queue although nothing is wrong with them.
#
# A **poison message** is one that always fails, and its neighbours suffer. That is half of the ticket.
# A timeout, a crash and a throttle end in the same way.
#
# Even when nothing fails, SQS and Lambda promise **at least once**: a message may arrive twice. So your work must stand being done twice (labs 04 and 10).

# %% [markdown]
# ## Naming the ones that failed
#
# With a **partial batch response** a handler tells Lambda which messages of the batch failed. Two things are needed:
#
# 1. the mapping has `FunctionResponseTypes=["ReportBatchItemFailures"]`;
# 2. the handler returns `{"batchItemFailures": [{"itemIdentifier": messageId}, …]}`.
#
# Then the listed messages come back, and the others are deleted. The rules for everything else that a handler may return are strict.

# %% [markdown]
# **Predict.** The mapping reads reports. A handler answers each message, alone in its batch, with one of these. Which messages come back?
#
# | | answer | | answer |
# |---|---|---|---|
# | 1 | `None` | 5 | `{"failures": ["o-1007"]}` |
# | 2 | `[]` | 6 | `{"batchItemFailures": [{"id": "o-1007"}]}` |
# | 3 | `{}` | 7 | `{"batchItemFailures": [{"itemIdentifier": "o-1007"}]}` |
# | 4 | `{"statusCode": 500}` | 8 | none: it raises |
#
# - A — 3, 6, 7 and 8: whatever is no proper report
# - B — 3, 4, 5, 6, 7 and 8: all that do not say success
# - C — 6, 7 and 8: reports that name no message of the batch, and the exception

# %% tags=["predict-5.c"]
lab.predict("5.c", ...)

# %% tags=["demo"]
ANSWERS = {
    "1": None,
    "2": [],
    "3": {},
    "4": {"statusCode": 500},
    "5": {"failures": ["o-1007"]},
    "6": {"batchItemFailures": [{"id": "o-1007"}]},
    "7": {"batchItemFailures": [{"itemIdentifier": "o-1007"}]},
}


def answer_as_told(event, context):
    (record,) = event["Records"]
    return ANSWERS[record["body"]]  # for "8" there is none: KeyError

# %% tags=["run"]
answers_dlq = sqs.create_queue(QueueName="answers-dlq-demo")["QueueUrl"]
answers = consume(
    "answers-demo",
    answer_as_told,
    list("12345678"),
    with_dead_letters("answers-dlq-demo", tries=1),  # what comes back goes there at once
    BatchSize=1,
    FunctionResponseTypes=["ReportBatchItemFailures"],
)
lab.wait_until(
    lambda: messages_in(answers) == 0 and messages_in(answers_dlq) >= 3, 20, "the queue to be empty"
)
received = sqs.receive_message(QueueUrl=answers_dlq, MaxNumberOfMessages=10)["Messages"]
came_back = {message["Body"] for message in received}
for number in "12345678":
    what = "came back" if number in came_back else "deleted"
    print(f"{number}  {what:10} {json.dumps(ANSWERS[number]) if number in ANSWERS else 'it raised'}")
lab.saw("5.c")

# %% [markdown] teaches=["07-04", "DVA-C03 1.2"]
# **What we saw.** Number 5 is the dangerous one: a misspelled key, and the failed message is deleted.
#
# | answer | Lambda takes it for | and |
# |---|---|---|
# | nothing, `null`, an empty list, no or empty `batchItemFailures` | full success | deletes all |
# | ids of the batch listed | partial success | deletes the others |
# | an identifier that is empty, null, unknown or under another key | full failure | deletes none |
# | text that is no JSON object; an exception | full failure | deletes none |
# | a report, and the mapping does not ask for one | full success | deletes all |
#
# The rules stand on [AWS's page](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html). With reports switched on, Lambda does not slow its polling down after failures either.

# %% [markdown]
# ### Exercise 5.1 · Only the bad ones come back
#
# **Given** `print_poster`, the printer's driver, which raises for what it cannot print. Bodies are JSON, as a rule.
#
# **Goal** each good job of a batch is printed once. Each bad one comes back, and no other.
# `mapping_settings` holds what `create_event_source_mapping` needs for that, besides function and queue.
#
# **Done when** ten jobs, three of them bad in three ways, end rightly: first as one event, then through a queue with your mapping.

# %% tags=["exercise-5.1"]
import json

mapping_settings = {"BatchSize": 10, "FunctionResponseTypes": ["ReportBatchItemFailures"]}  # SOLUTION


def print_poster(job):
    """Print a job, or raise."""
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def handler(event, context):
    # SOLUTION: print every job; return the report of those that failed
    failures = []
    for record in event["Records"]:
        try:
            print_poster(json.loads(record["body"]))
        except Exception as fault:
            print("failed", record["messageId"], fault)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
    # END SOLUTION

# %% tags=["check-5.1"]
lab.check("5.1", handler, mapping_settings)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Each record has a `try` of its own, with `json.loads` inside it, so that no record can spoil another.
# The report names records by `messageId`. When nothing failed the list is empty, which is full success.
# The log line keeps the reason, for Lambda now sees a successful invocation, and the metric Errors stays at zero.
#
# An alternative is the BatchProcessor of Powertools for AWS Lambda: you write the function for one record, and it writes the report.
#
# In production, alarm on the age of the oldest message and on the length of the dead-letter queue. A handler that reports every record as failed looks healthy from outside.

# %% tags=["wrong-5.1"] expect="Return the dict itself"
# the report as text
import json

mapping_settings = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def print_poster(job):
    """Print a job, or raise."""
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            print_poster(json.loads(record["body"]))
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return json.dumps({"batchItemFailures": failures})

# %% tags=["wrong-5.1"] expect="an exception fails the whole batch"
# a plain loop
import json


def print_poster(job):
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def handler(event, context):
    for record in event["Records"]:
        print_poster(json.loads(record["body"]))

# %% tags=["wrong-5.1"] expect="For Lambda that is success: it deletes all records"
# swallows what goes wrong, and answers as if to a browser
import json


def print_poster(job):
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def handler(event, context):
    for record in event["Records"]:
        try:
            print_poster(json.loads(record["body"]))
        except Exception as fault:
            print("failed", fault)
    return {"statusCode": 200}

# %% tags=["wrong-5.1"] expect="Without the key batchItemFailures, spelled like this"
# one letter too few
import json


def print_poster(job):
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            print_poster(json.loads(record["body"]))
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailure": failures}

# %% tags=["wrong-5.1"] expect="That is the receiptHandle"
# the handle that would delete the message by hand
import json


def print_poster(job):
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            print_poster(json.loads(record["body"]))
        except Exception:
            failures.append({"itemIdentifier": record["receiptHandle"]})
    return {"batchItemFailures": failures}

# %% tags=["wrong-5.1"] expect="The key is itemIdentifier"
# calls the id what the record calls it
import json


def print_poster(job):
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            print_poster(json.loads(record["body"]))
        except Exception:
            failures.append({"messageId": record["messageId"]})
    return {"batchItemFailures": failures}

# %% tags=["wrong-5.1"] expect="Does the loop go on after the first failure?"
# stops at the first failure
import json


def print_poster(job):
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def handler(event, context):
    for record in event["Records"]:
        try:
            print_poster(json.loads(record["body"]))
        except Exception:
            return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    return {"batchItemFailures": []}

# %% tags=["wrong-5.1"] expect="it comes back and is printed again"
# one bad, all bad
import json


def print_poster(job):
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def handler(event, context):
    failed = False
    for record in event["Records"]:
        try:
            print_poster(json.loads(record["body"]))
        except Exception:
            failed = True
    everyone = [{"itemIdentifier": record["messageId"]} for record in event["Records"]]
    return {"batchItemFailures": everyone if failed else []}

# %% tags=["wrong-5.1"] expect="nobody read the report"
# a good handler, and a mapping that does not listen
mapping_settings = {"BatchSize": 10}

import json


def print_poster(job):
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            print_poster(json.loads(record["body"]))
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}

# %% tags=["wrong-5.1"] expect="AWS refused the mapping"
# nearly the right word
mapping_settings = {"FunctionResponseTypes": ["ReportBatchItemFailure"]}

import json


def print_poster(job):
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            print_poster(json.loads(record["body"]))
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}

# %% tags=["alternative-5.1"]
# a function that says whether one record failed, and smaller batches
import json

mapping_settings = {"FunctionResponseTypes": ["ReportBatchItemFailures"], "BatchSize": 3}


def print_poster(job):
    """Print a job, or raise."""
    if not job["photo"].endswith(".jpg"):
        raise ValueError(f"cannot print {job['photo']}")
    print("printed", job["order_id"])


def fails(record):
    try:
        print_poster(json.loads(record["body"]))
    except (ValueError, KeyError):
        return True
    return False


def handler(event, context):
    failed = [record["messageId"] for record in event["Records"] if fails(record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

# %% [markdown] teaches=["DVA-C03 1.2"]
# ## A filter keeps messages away
#
# Not every message is worth an invocation. A mapping can have **filters**: patterns that a record must match, or the function is not invoked for it.
#
# A pattern has the shape of the record. Each leaf is a list of allowed values or of operators, such as `{"body": {"status": ["paid"]}}`.
# Fields of one pattern must all match. Of several filters, at most five, one is enough.
#
# A body that is JSON is compared by its members, and other bodies as text.

# %% [markdown]
# **Predict.** `charge-card` wants paid orders only. The queue holds two paid orders and one that is placed. Where is the placed one afterwards?
#
# - A — in the queue, for another consumer
# - B — in the dead-letter queue
# - C — gone

# %% tags=["predict-5.d"]
lab.predict("5.d", ...)

# %% tags=["demo"]
def charge(event, context):
    for record in event["Records"]:
        print("charges", record["body"])

# %% tags=["run"]
statuses = {"o-1007": "paid", "o-1008": "placed", "o-1009": "paid"}
bodies = [json.dumps({"order_id": o, "status": status}) for o, status in statuses.items()]
filter_dlq = sqs.create_queue(QueueName="filter-dlq-demo")["QueueUrl"]
filtered = consume(
    "filter-demo",
    charge,
    bodies,
    with_dead_letters("filter-dlq-demo", tries=1),
    FilterCriteria={"Filters": [{"Pattern": json.dumps({"body": {"status": ["paid"]}})}]},
)
lab.wait_until(lambda: messages_in(filtered) == 0, 20, "the queue to be empty")
for line in lab.logs("filter-demo"):
    if line.startswith("charges"):
        print(line)
print(messages_in(filter_dlq), "in the dead-letter queue")
display(queue_view(lab.records(), queue="filter-demo"))
lab.saw("5.d")

# %% [markdown]
# **What we saw.** Lambda deleted the placed order, and nothing tells of it: no invocation, no log line.
# A filter on a queue is a decision that nobody needs these messages. (On a stream, lab 06, other readers still get them.)
#
# Two consumers with different wishes get a queue each, for example behind an SNS topic with filter policies (lab 04).
#
# Text operators are `prefix`, `suffix`, `equals-ignore-case` and `anything-but`; for the rest there are `numeric`, `exists` and `$or`. See [AWS's page](https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html).

# %% [markdown]
# ### Exercise 5.3 · Paid orders only
#
# **Given** a queue of messages such as `{"order_id": "o-1007", "status": "paid", "total_cents": 3900}`. Orders of 0 cents are samples, and some messages are no orders at all.
#
# **Goal** `criteria` is the `FilterCriteria` of a mapping. It lets orders through that are paid and cost more than 0 cents.
#
# **Done when** of nine messages the three right ones reach a function.

# %% tags=["exercise-5.3"]
pattern = {"body": {"status": ["paid"], "total_cents": [{"numeric": [">", 0]}]}}  # SOLUTION
criteria = {"Filters": [{"Pattern": json.dumps(pattern)}]}  # SOLUTION

# %% tags=["check-5.3"]
lab.check("5.3", criteria)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The pattern is laid over the whole record, so the order's fields stand under `body`.
# Both fields in one pattern must match. A body that is no JSON has no fields, so it cannot.
#
# An alternative is `{"anything-but": [0]}` for the total, if totals are never negative.
#
# In production, watch what you filter: a typo in a pattern deletes every message and raises no alarm. The mapping's own metrics tell, once `MetricsConfig` asks for `EventCount`.

# %% tags=["wrong-5.3"] expect="order o-4013, which is unpaid"
# whatever ends in paid
pattern = {"body": {"status": [{"suffix": "paid"}], "total_cents": [{"numeric": [">", 0]}]}}
criteria = {"Filters": [{"Pattern": json.dumps(pattern)}]}

# %% tags=["wrong-5.3"] expect="the order is its body"
# forgets where the order is
criteria = {"Filters": [{"Pattern": json.dumps({"status": ["paid"], "total_cents": [{"numeric": [">", 0]}]})}]}

# %% tags=["wrong-5.3"] expect="AWS refused the mapping"
# a value that is no list
criteria = {"Filters": [{"Pattern": json.dumps({"body": {"status": "paid"}})}]}

# %% tags=["wrong-5.3"] expect="Of several filters one is enough"
# two filters where both should hold
criteria = {
    "Filters": [
        {"Pattern": json.dumps({"body": {"status": ["paid"]}})},
        {"Pattern": json.dumps({"body": {"total_cents": [{"numeric": [">", 0]}]}})},
    ]
}

# %% tags=["wrong-5.3"] expect="order o-4012, paid but of 0 cents"
# half of the wish
criteria = {"Filters": [{"Pattern": json.dumps({"body": {"status": ["paid"]}})}]}

# %% tags=["wrong-5.3"] expect="order o-4011, which is printing already"
# says what it does not want, and forgets the others
criteria = {"Filters": [{"Pattern": json.dumps({"body": {"status": [{"anything-but": ["placed"]}], "total_cents": [{"numeric": [">", 0]}]}})}]}

# %% tags=["wrong-5.3"] expect="did not reach the function"
# compares the body as text
criteria = {"Filters": [{"Pattern": json.dumps({"body": [{"prefix": '{"status": "paid"'}]})}]}

# %% tags=["wrong-5.3"] expect="AWS refused the mapping"
# the pattern as a dict
criteria = {"Filters": [{"Pattern": {"body": {"status": ["paid"]}}}]}

# %% tags=["alternative-5.3"]
# every total from one cent on
paid = {"body": {"total_cents": [{"numeric": [">=", 1]}], "status": [{"equals-ignore-case": "PAID"}]}}
criteria = {"Filters": [{"Pattern": json.dumps(paid)}]}

# %% [markdown] teaches=["07-05"]
# ## A way out for what never works
#
# Every message is in one of these states. It leaves the queue when somebody deletes it, when a redrive policy moves it, or when its retention has passed.
#
# ```mermaid
# flowchart LR
#   accTitle: The life of a message in a queue
#   accDescr: A visible message is received and invisible. It is deleted, or becomes visible again after the visibility timeout. After maxReceiveCount receives it goes to the dead-letter queue.
#   visible -->|received| invisible
#   invisible -->|deleted| gone
#   invisible -->|visibility timeout| visible
#   visible -->|maxReceiveCount| dlq[dead-letter queue]
# ```
#
# **Retention** is how long a queue keeps a message: 4 days unless you say so, 14 at most. The ticket's queue has no redrive policy. But somebody gave the *function* a dead-letter queue.

# %% [markdown]
# **Predict.** `poison-demo` raises for its only message, every second. The function has a `DeadLetterConfig`; the queue has no redrive policy.
# Where is the message after a while?
#
# - A — in the function's dead-letter queue, after three tries
# - B — in its own queue, coming back again and again
# - C — deleted after three tries

# %% tags=["predict-5.e"]
lab.predict("5.e", ...)

# %% tags=["demo"]
def never(event, context):
    raise ValueError("the photo of o-1013 is broken")

# %% tags=["run"]
function_dlq = sqs.create_queue(QueueName="function-dlq-demo")["QueueUrl"]
send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": ARN + "function-dlq-demo"}
poison = consume(
    "poison-demo",
    never,
    ["o-1013"],
    {"VisibilityTimeout": "1"},
    extra=[send],
    function={"Timeout": 1, "DeadLetterConfig": {"TargetArn": ARN + "function-dlq-demo"}},
)

lab.wait_until(lambda: runs("poison-demo") >= 4, 20, "the fourth run")
print("after four runs:", messages_in(poison), "in the queue")
print("in the function's dead-letter queue:", messages_in(function_dlq))
lab.saw("5.e")

# %% tags=["run"]
# Repair it: the *queue* gets a way out. It has counted the receives from the first one on.
queue_dlq = sqs.create_queue(QueueName="poison-dlq-demo")["QueueUrl"]
sqs.set_queue_attributes(
    QueueUrl=poison, Attributes=with_dead_letters("poison-dlq-demo", tries=3, visibility_s=1)
)
lab.wait_until(lambda: messages_in(queue_dlq) == 1, 20, "the message in the dead-letter queue")
print(messages_in(poison), "in the queue")
print("in the queue's dead-letter queue:", messages_in(queue_dlq))

# %% [markdown] teaches=["DVA-C03 4.1"]
# **What we saw.** A function's dead-letter queue is for asynchronous invokes (lab 04). Lambda invokes synchronously for a queue, so here it stays empty.
#
# At the default visibility timeout of 30 s, one such message runs 2,880 times a day, for 4 days, and you pay for each run.
#
# | | belongs to | used for |
# |---|---|---|
# | `DeadLetterConfig`, `OnFailure` | the function | asynchronous invokes |
# | `RedrivePolicy` | the queue | messages received too often |
#
# AWS recommends a `maxReceiveCount` of *at least 5*. A receive counts also when the function was throttled and no line of yours ran.
# When the bug is mended, `start_message_move_task` sends the dead letters back (lab 10).

# %% [markdown]
# ## Break it · one message, two runs
#
# The visibility timeout is a clock of the queue, and the function's timeout a clock of Lambda. The first must be the longer one.
#
# **Predict.** The queue's visibility timeout is lowered to 2 seconds. The function then gets a job that takes 3 seconds, and has a timeout of 6. What happens after 2 seconds?
#
# - A — nothing: the message stays away as long as the function runs
# - B — the function is ended, and the message comes back
# - C — a second run of the same message begins beside the first

# %% tags=["predict-5.f"]
lab.predict("5.f", ...)

# %% tags=["demo"]
import time


def slow(event, context):
    time.sleep(3)

# %% tags=["run"]
try:
    consume("short-demo", slow, [], {"VisibilityTimeout": "2"}, function={"Timeout": 6})
except ClientError as refusal:
    print("\n" + refusal.response["Error"]["Message"] + "\n")

# Lambda looks when the mapping is created. So create it rightly, then lower the visibility.
twice = consume("twice-demo", slow, [], {"VisibilityTimeout": "6"}, function={"Timeout": 6})
sqs.set_queue_attributes(QueueUrl=twice, Attributes={"VisibilityTimeout": "2"})
sqs.send_message(QueueUrl=twice, MessageBody="o-1007")
deletions = {"kind": "batch.deleted", "function": "twice-demo"}
lab.wait_until(lambda: len(lab.records(**deletions)) >= 2, 20, "the end of the second run")

began = [r["time"] for r in lab.records(kind="invocation.started", function="twice-demo")]
ended = [r["time"] for r in lab.records(kind="invocation.finished", function="twice-demo")]
print("one message, more than one run:", len(began) > 1)
print("the second began before the first had ended:", began[1] < ended[0])
display(queue_view(lab.records(), queue="twice-demo"))

# Repair it: six times the function's timeout.
sqs.set_queue_attributes(QueueUrl=twice, Attributes={"VisibilityTimeout": "36"})
lab.wait_until(lambda: messages_in(twice) == 0 and all_ended("twice-demo"), 20, "quiet")
before = runs("twice-demo")
sqs.send_message(QueueUrl=twice, MessageBody="o-1008")
lab.wait_until(lambda: messages_in(twice) == 0 and runs("twice-demo") > before, 20, "the run")
print("with 36 s, six times the timeout:", runs("twice-demo") - before, "run")
lab.saw("5.f")

# %% [markdown] teaches=["07-05", "DVA-C03 4.1"]
# **What we saw.** The same poster from two printers, and no error anywhere: *received twice*, and both runs succeeded. That is the other half of the ticket.
#
# Lambda insists on a visibility timeout of at least the function's timeout. AWS recommends *six times* as much, plus the batching window.
# The reason is throttling: a batch that gets no environment waits and is tried again, while its clock runs.
#
# | clock | here | AWS's rule |
# |---|---|---|
# | function timeout | 6 s | what the slowest batch needs |
# | visibility timeout | 36 s | six times that, plus the window; up to 12 h |
# | tries | – | `maxReceiveCount` of 5 or more |

# %% [markdown]
# ### Exercise 5.4 · The slow printer
#
# The ticket's last part.
#
# **Given** the function `print-job` with a timeout of 1 second, its slow printer, and days on which it is throttled for a while.
# Today the queue has a visibility timeout of 1 second, and no redrive policy.
#
# **Goal** `queue_settings` are the queue's attributes. A job that waits because of throttling loses none of its tries, and a failed job is tried again within a minute.
# A job that fails four times still gets its fifth try. One that never works is in `print-jobs-dlq` after 10 tries or fewer.
#
# **Done when** the check has received a job over and over, and sent one to a function that is throttled for 2.5 seconds.

# %% tags=["exercise-5.4"]
dead_letters_arn = ARN + "print-jobs-dlq"
function_settings = {"Timeout": 1}
redrive = {"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": 5}  # SOLUTION
queue_settings = {"VisibilityTimeout": "6", "RedrivePolicy": json.dumps(redrive)}  # SOLUTION

# %% tags=["check-5.4"]
lab.check("5.4", queue_settings, function_settings)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Six seconds are six times the timeout. Lambda tries a throttled batch again as long as its messages are invisible, so a short rush costs no try.
# Five tries give a jammed printer four chances to recover, and throttles some room; then the job goes where somebody looks.
#
# An alternative is any visibility timeout from 6 to 60 seconds and any count from 5 to 10.
#
# In production, give the dead-letter queue a retention of 14 days: in a standard queue the clock of a message starts when it was first sent. Alarm on its length. To be gentle to a slow neighbour, set `MaximumConcurrency` on the mapping instead of reserving concurrency (lab 09).

# %% tags=["wrong-5.4"] expect="The queue has no way out"
# the settings of today
queue_settings = {"VisibilityTimeout": "1"}

# %% tags=["wrong-5.4"] expect="DeadLetterConfig of a function is for its asynchronous invokes"
# a dead-letter queue on the function
function_settings = {"Timeout": 1, "DeadLetterConfig": {"TargetArn": dead_letters_arn}}
queue_settings = {"VisibilityTimeout": "6"}

# %% tags=["wrong-5.4"] expect="each of them is text"
# a number and a dict
queue_settings = {"VisibilityTimeout": 6, "RedrivePolicy": {"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": 5}}

# %% tags=["wrong-5.4"] expect="jams four times"
# one try is enough for everybody
queue_settings = {"VisibilityTimeout": "6", "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": 1})}

# %% tags=["wrong-5.4"] expect="After 10 tries the job still came back"
# never give up
queue_settings = {"VisibilityTimeout": "6", "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": 1000})}

# %% tags=["wrong-5.4"] expect="Queue visibility timeout: 0 seconds is less than Function timeout"
# visible at once
queue_settings = {"VisibilityTimeout": "0", "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": 5})}

# %% tags=["wrong-5.4"] expect="no line of code had run for it"
# as long as the function's timeout, which Lambda accepts
queue_settings = {"VisibilityTimeout": "1", "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": 10})}

# %% tags=["wrong-5.4"] expect="On a busier day a batch waits longer"
# as long as the function's timeout, and a bit
queue_settings = {"VisibilityTimeout": "5", "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": 5})}

# %% tags=["wrong-5.4"] expect="a second try within a minute"
# the longest there is
queue_settings = {"VisibilityTimeout": "43200", "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": 5})}

# %% tags=["wrong-5.4"] expect="Jobs that always fail would go to"
# the queue as its own dead-letter queue
queue_settings = {"VisibilityTimeout": "6", "RedrivePolicy": json.dumps({"deadLetterTargetArn": ARN + "print-jobs", "maxReceiveCount": 5})}

# %% tags=["alternative-5.4"]
# more time, more tries
redrive = {"maxReceiveCount": "8", "deadLetterTargetArn": dead_letters_arn}
queue_settings = {"RedrivePolicy": json.dumps(redrive), "VisibilityTimeout": "30"}

# %% [markdown]
# ## Recap
#
# - A mapping polls with the execution role: receive, delete, read attributes. Take one away later, and it fails silently.
# - A batch is one event. One exception brings all of it back, and repeats what was done.
# - `ReportBatchItemFailures` and a list of `messageId` bring back only what failed. A misspelled report is success.
# - What a filter does not take is deleted.
# - Visibility timeout: six times the function's timeout. Redrive policy: on the queue, after 5 tries or more.

# %% [markdown]
# ## Heard elsewhere
#
# Four sentences from articles about Lambda. Before you run the cell, mark each as `"true"`, `"half"` or `"false"`, in place of `...`.

# %% tags=["predict-5.g"] teaches=["05-02", "07-01", "07-03", "07-05", "claim 15"]
lab.predict("5.g", ...)  # Triggers are also called event source mappings.
lab.predict("5.h", ...)  # By default Lambda hands over up to ten messages in one call.
lab.predict("5.i", ...)  # If one message of a batch fails, all of them return to the queue.
lab.predict("5.j", ...)  # A function behind a queue may get the same message twice.
display(lab.saw("5.g"), lab.saw("5.h"), lab.saw("5.i"), lab.saw("5.j"))

# %% [markdown]
# ## In real AWS
#
# Where this lab met something that AWS does in another way:

# %% tags=["run"]
lab.fidelity()

# %% [markdown]
# ## Receipt
#
# What your functions would have cost on AWS. SQS bills its requests too, also those of Lambda's pollers that find nothing.

# %% tags=["run", "nbval-ignore-output"]
# not compared: what is billed differs from run to run
lab.receipt()

# %% [markdown]
# ## Questions
#
# Answer in your head or on paper, then open the reasons.

# %% tags=["run"]
lab.questions()

# %% [markdown] teaches=["DVA-C03 1.2"]
# ## More
#
# One thing to see and one stretch exercise, about 15 minutes.
#
# **Not too many at once.** A mapping starts with five batches at a time and adds more. `MaximumConcurrency` in its `ScalingConfig` bounds that, from 2 on.
# Twelve jobs of half a second, one per batch: count the environments.

# %% tags=["demo"]
import time


def steady(event, context):
    time.sleep(0.5)

# %% tags=["run"]
at_most_two = {"ScalingConfig": {"MaximumConcurrency": 2}}
for name, settings in (("free-demo", {}), ("two-demo", at_most_two)):
    numbers = [str(n) for n in range(12)]
    url = consume(name, steady, numbers, function={"Timeout": 5}, BatchSize=1, **settings)
    lab.wait_until(lambda: messages_in(url) == 0, 20, "the queue to be empty")

two = lab.records(kind="environment.created", function="two-demo")
free = lab.records(kind="environment.created", function="free-demo")
print("at most 2:", len(two), "environments; unbounded: more than 2 is", len(free) > 2)

# %% [markdown]
# The bound lies with the poller, so nothing is throttled and no message is received in vain. Reserved concurrency, lab 09, bounds it the hard way.
#
# **Order.** A large poster is printed in sheets, in order. A **FIFO queue** (first in, first out) keeps the order within a **message group**, here one order.
# Lambda works on one batch per group at a time. A batch may hold several groups.
#
# Order survives only if the handler helps: a record behind a failed one must not be printed before it. So it belongs into the report too.

# %% [markdown]
# ### Exercise 5.2 · Sheets in order
#
# **Given** `print_sheet`, which jams as often as the job says. `tries` is how often the message was received.
#
# **Goal** sheets of one order are printed once each and in order, also when one jams. The mapping reads reports.
#
# **Done when** five sheets of two orders, one of which jams, end rightly: first as one event, then through a FIFO queue.

# %% tags=["exercise-5.2"]
import json


def print_sheet(job, tries):
    """Print a sheet, or raise while the paper jams."""
    if tries <= job["jams"]:
        raise RuntimeError("paper jam")
    print("printed", job["order_id"], "sheet", job["sheet"])


def handler(event, context):
    # SOLUTION: print the sheets; return what failed, and what has to wait behind it
    failures, blocked = [], set()
    for record in event["Records"]:
        group = record["attributes"]["MessageGroupId"]
        tries = int(record["attributes"]["ApproximateReceiveCount"])
        try:
            if group in blocked:
                raise RuntimeError("waits behind a sheet that failed")
            print_sheet(json.loads(record["body"]), tries)
        except Exception as fault:
            print("failed", record["messageId"], fault)
            blocked.add(group)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
    # END SOLUTION

# %% tags=["check-5.2"]
lab.check("5.2", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** A failure blocks its own group for the rest of the batch; the other order goes on. What is blocked is reported, so it comes back behind the failed sheet, in its place.
#
# An alternative is what AWS's page shows: stop at the first failure, and return it and all records after it. It is shorter, and lets the other order wait as well.
#
# In production, a poison message at the head of a group holds the whole group back until the redrive policy ends it. Then order is broken for good, so decide what that means: perhaps the whole order must stop.

# %% tags=["wrong-5.2"] expect="was printed while an earlier sheet of its order had failed"
# right for a standard queue
import json


def print_sheet(job, tries):
    if tries <= job["jams"]:
        raise RuntimeError("paper jam")
    print("printed", job["order_id"], "sheet", job["sheet"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            print_sheet(json.loads(record["body"]), int(record["attributes"]["ApproximateReceiveCount"]))
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}

# %% tags=["wrong-5.2"] expect="Lambda deletes it: it is lost"
# stops, and forgets what stands behind
import json


def print_sheet(job, tries):
    if tries <= job["jams"]:
        raise RuntimeError("paper jam")
    print("printed", job["order_id"], "sheet", job["sheet"])


def handler(event, context):
    for record in event["Records"]:
        try:
            print_sheet(json.loads(record["body"]), int(record["attributes"]["ApproximateReceiveCount"]))
        except Exception:
            return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    return {"batchItemFailures": []}

# %% tags=["wrong-5.2"] expect="it comes back and is printed again"
# returns everything, to be safe
import json


def print_sheet(job, tries):
    if tries <= job["jams"]:
        raise RuntimeError("paper jam")
    print("printed", job["order_id"], "sheet", job["sheet"])


def handler(event, context):
    try:
        for record in event["Records"]:
            print_sheet(json.loads(record["body"]), int(record["attributes"]["ApproximateReceiveCount"]))
    except Exception:
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in event["Records"]]}
    return {"batchItemFailures": []}

# %% tags=["wrong-5.2"] expect="after an exception all five come back"
# lets the jam through
import json


def print_sheet(job, tries):
    if tries <= job["jams"]:
        raise RuntimeError("paper jam")
    print("printed", job["order_id"], "sheet", job["sheet"])


def handler(event, context):
    for record in event["Records"]:
        print_sheet(json.loads(record["body"]), int(record["attributes"]["ApproximateReceiveCount"]))

# %% tags=["alternative-5.2"]
# stops at the first failure and returns it and the rest, as AWS's page shows
import json


def print_sheet(job, tries):
    """Print a sheet, or raise while the paper jams."""
    if tries <= job["jams"]:
        raise RuntimeError("paper jam")
    print("printed", job["order_id"], "sheet", job["sheet"])


def handler(event, context):
    records = event["Records"]
    for place, record in enumerate(records):
        try:
            tries = int(record["attributes"]["ApproximateReceiveCount"])
            print_sheet(json.loads(record["body"]), tries)
        except Exception:
            rest = [{"itemIdentifier": later["messageId"]} for later in records[place:]]
            return {"batchItemFailures": rest}
    return {"batchItemFailures": []}

# %% [markdown]
# ## Clean up
#
# Deletes what this lab made. On AWS a mapping stays when its function is deleted: `delete_event_source_mapping` ends it.

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# **06 · Triggers IV: streams**: records that stay, order per key, and one bad record that blocks all behind it.
# Close this tab, and in the terminal run `python3 kit.py lab 06`.
