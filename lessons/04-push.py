# %% [markdown]
# <!-- lab: {"number": "04", "title": "Triggers II: events pushed at you", "minutes_core": 45, "minutes_stretch": 25, "exam_tasks": ["DVA-C03 1.1", "DVA-C03 1.2", "SAA-C03 2.1"], "closed": []} -->
# # Lab 04 · Triggers II: events pushed at you
#
# > **Ticket.** Halftone, Monday 08:40. One photo got no thumbnail, another got sixteen, and order o-1007 has two shipping labels.
# > Every dashboard is green, and no log shows an error.
#
# **Promise.** In 45 minutes you let S3, SNS and EventBridge call your functions, and nothing is lost or done twice.
#
# **You will be able to**
#
# - let a service call a function, with the one permission it needs;
# - say what becomes of an event after the answer 202;
# - handle what S3 really sends, and recognise a loop;
# - send one message to the receivers that want it, and find what could not be delivered;
# - make work harmless when its event comes twice.
#
# **Minutes.** 45 for the core, 25 more for the three stretch exercises under "More".
#
# **Know first.** Lab 01: deploying, roles, logs.
#
# **Exam tasks.** DVA-C03 1.1 (code of applications), DVA-C03 1.2 (code of functions) and SAA-C03 2.1 (loosely coupled architectures).

# %% [markdown]
# ## Setup
#
# Run this cell first. It starts an empty account.
# Waits of the platform are 60 times shorter: 2 min on AWS, 2 s here.

# %% tags=["setup"]
import json
from datetime import datetime
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError

from helpers import Lab
from helpers.views import decision_view, events_side_by_side, timeline

lab = Lab("04-push", time_lapse=60)
lambda_ = lab.client("lambda")
s3 = lab.client("s3")
sns = lab.client("sns")
sqs = lab.client("sqs")
ACCOUNT = "123456789012"
QUEUES = f"arn:aws:sqs:us-east-1:{ACCOUNT}:"

# %% [markdown]
# ## Warm-up
#
# Three questions from earlier labs. Say your answer aloud, then open the line.
#
# <details><summary>What does the execution role of a function say?</summary>What its code may do. The trust policy beside it lets Lambda take the role on (lab 01).</details>
# <details><summary>A handler returns {"statusCode": 500}. Has the invocation failed?</summary>No. Only callers that speak HTTP read statusCode; for Lambda, an answer is success (lab 01).</details>
# <details><summary>Which state survives in an execution environment from one event to the next?</summary>Globals and /tmp, if the next event comes to the same environment (lab 02).</details>

# %% [markdown] teaches=["06-03", "06-08", "DVA-C03 1.2", "SAA-C03 2.1"]
# ## Three ways in
#
# Photos land in a bucket, and a function should make a thumbnail of each.
# Nobody asks S3 for news: it *pushes* an **event notification**, a message that something happened in the bucket, at the function.
#
# Whoever calls a function needs a permission, and there are three places for it:
#
# | who calls | the permission stands in |
# |---|---|
# | S3, SNS, EventBridge rules, API Gateway | the function's resource policy |
# | EventBridge Scheduler, Step Functions, EventBridge Pipes | a role of the sender's own |
# | Lambda's own pollers, for queues and streams (labs 05, 06) | the function's execution role |
#
# A **resource policy** is a document at the function that says who may call it.

# %% [markdown]
# **Predict.** The execution role of `photo-demo` may read the bucket's objects. You tell the bucket to call the function. What does S3 say?
#
# - A — it takes it, and calls: the role connects the two
# - B — it takes it, and the calls fail later
# - C — it refuses: the bucket may not call the function

# %% tags=["predict-4.a"]
lab.predict("4.a", ...)

# %% tags=["demo"]
def show_upload(event, context):
    for record in event["Records"]:
        print(record["eventName"], record["s3"]["object"]["key"])

# %% tags=["run"]
s3.create_bucket(Bucket="photos-demo")
may_read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos-demo/*"}
role = lab.execution_role("photo-demo", may_read)
photo_arn = lab.deploy(show_upload, "photo-demo", Role=role)
rule = {"LambdaFunctionArn": photo_arn, "Events": ["s3:ObjectCreated:*"]}
call_photo = {"LambdaFunctionConfigurations": [rule]}
try:
    s3.put_bucket_notification_configuration(
        Bucket="photos-demo", NotificationConfiguration=call_photo
    )
except ClientError as refusal:
    print(f"\n{refusal}")

# %% tags=["run"]
def connect(bucket, function, **settings):
    """Let a bucket call a function, and then tell it when to."""
    lambda_.add_permission(
        FunctionName=function,
        StatementId=bucket,
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket}",
        SourceAccount=ACCOUNT,
    )
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{function}"
    rule = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"], **settings}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [rule]}
    )


def runs(function):
    return len(lab.records(kind="invocation.finished", function=function))


def show_log(function, *beginnings):
    for line in lab.logs(function):
        if line.startswith(beginnings):
            print(line)


# To run a demo twice, run lab.reset() first: its names are taken.
connect("photos-demo", "photo-demo")
s3.put_object(Bucket="photos-demo", Key="cat.jpg", Body=b"JPEG")
lab.wait_until(lambda: runs("photo-demo") == 1, 20, "the first run")
policy = json.loads(lambda_.get_policy(FunctionName="photo-demo")["Policy"])
print(json.dumps(policy["Statement"][0], indent=2))
show_log("photo-demo", "Object")

# S3 looks once. Take the permission away, and store another photo:
lambda_.remove_permission(FunctionName="photo-demo", StatementId="photos-demo")
s3.put_object(Bucket="photos-demo", Key="dog.jpg", Body=b"JPEG")
(refused,) = lab.records(kind="push.refused")
print("\nrefused:", refused["reason"])
print("runs of photo-demo:", runs("photo-demo"))
display(decision_view(lab.records(), action="lambda:InvokeFunction", allowed=False))
lab.saw("4.a")

# %% [markdown] teaches=["06-03", "DVA-C03 4.1"]
# **What we saw.** That is the photo without a thumbnail: stored, and nobody was told.
# On AWS you would find no log line and no failed run. The evidence is the policy itself: `get_policy`, and no statement in it.
# The picture proposes the statement that is missing, and its condition names the bucket.
#
# With `add_permission` that is `SourceArn`. Without it, any bucket of any account may call. Bucket ARNs hold no account number, so add `SourceAccount`.
#
# ```bash
# aws s3api create-bucket --bucket halftone-uploads
# aws lambda add-permission --function-name thumbnail --statement-id uploads --action lambda:InvokeFunction --principal s3.amazonaws.com --source-arn arn:aws:s3:::halftone-uploads --source-account 123456789012
# aws s3api put-bucket-notification-configuration --bucket halftone-uploads --notification-configuration '{"LambdaFunctionConfigurations": [{"LambdaFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:thumbnail", "Events": ["s3:ObjectCreated:*"]}]}'
# aws lambda get-policy --function-name thumbnail
# aws lambda invoke --function-name thumbnail --invocation-type Event --payload fileb://event.json response.json
# ```

# %% [markdown]
# ## 202 is a receipt
#
# Services that push do not wait for your answer. They invoke with `InvocationType="Event"`, an **asynchronous invocation**: Lambda puts the event into a queue of its own, and answers 202 before any code has run.
#
# What comes then is between Lambda and your function. A **dead-letter queue** is a queue of yours into which Lambda puts an event that it gives up.

# %% [markdown]
# **Predict.** Each of two functions gets one event this way. Both fail at their work: one raises, the other catches everything and returns `{"statusCode": 500}`. How often does each run?
#
# - A — once each: 202 says that it was done
# - B — three times each: both answer with an error
# - C — three times the one that raises, once the one that returns 500

# %% tags=["predict-4.b"]
lab.predict("4.b", ...)

# %% tags=["demo"]
def load_photo(order):
    raise ValueError(f"no photo for {order['order_id']}")


def raises(event, context):
    return load_photo(event)


def catches_all(event, context):
    try:
        return load_photo(event)
    except Exception as fault:
        return {"statusCode": 500, "body": str(fault)}

# %% tags=["run"]
failed = sqs.create_queue(QueueName="failed-demo")["QueueUrl"]
may_send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUES + "failed-demo"}
for name, handler in (("raises-demo", raises), ("catches-demo", catches_all)):
    role = lab.execution_role(name, may_send)
    keep = {"TargetArn": QUEUES + "failed-demo"}
    lab.deploy(handler, name, Role=role, DeadLetterConfig=keep)
    answer = lambda_.invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps({"order_id": "o-1007"})
    )
    print("→", name, answer["StatusCode"], answer["Payload"].read(), end="\n\n")


def take_from(queue_url):
    """Wait for a message, and take it off its queue."""
    found = sqs.receive_message(
        QueueUrl=queue_url, WaitTimeSeconds=20, MessageAttributeNames=["All"]
    )
    message = found["Messages"][0]
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return message


letter = take_from(failed)  # 3 min on AWS, 3 s here
lab.wait_until(lambda: runs("catches-demo"), 20, "the run of catches-demo")
lab.wait_until(lambda: lab.records(kind="event.sent_on"), 20, "the record of it")
print("raises-demo  ran", runs("raises-demo"), "times")
print("catches-demo ran", runs("catches-demo"), "time")
print("dead letter: ", letter["Body"])
for name in ("ErrorCode", "ErrorMessage"):
    print(f"  {name}: {letter['MessageAttributes'][name]['StringValue']}")
display(timeline(lab.records(), function="raises-demo", scale="order"))
lab.saw("4.b")

# %% [markdown] teaches=["08-01", "DVA-C03 1.2", "DVA-C03 4.1"]
# **What we saw.** A catch-all that returns 500 looks careful, and hides every failure: no retry, no dead letter, no error in any metric.
#
# | what goes wrong | what Lambda does |
# |---|---|
# | the function fails: exception, timeout, crash | two more tries, after 1 minute and after 2 |
# | the function is throttled, or Lambda itself is in trouble | tries for up to 6 hours, waiting 1 s to 5 min |
# | tries or hours are used up | to the dead-letter queue or a destination (lab 10); without one, the event is gone |
# | nothing | an event may still come twice: delivery is *at least once* |
#
# `put_function_event_invoke_config` lowers both: the retries to 0, the hours to as little as 60 seconds. ErrorCode 200 in the dead letter says that Lambda ran the function, and the function failed.
#
# So let errors out, keep what is given up, and expect events twice. Work that may be done twice without harm is called **idempotent**.

# %% [markdown]
# ## A bucket tells
#
# Cut the stream of events at its source: a notification can have a filter, with one rule for the beginning of a key and one for its end.
# A key that does not match costs nothing, because no function is called.
#
# Next, a bucket calls for keys that begin with `uploads/`. Its function prints what arrives.

# %% [markdown]
# **Predict.** A customer stores `uploads/my cat.jpg`, and then replaces it by a better photo. What does the function get?
#
# - A — `my cat.jpg`, created and then modified
# - B — `my+cat.jpg`, created twice
# - C — `my+cat.jpg`, created once: the object was there already

# %% tags=["predict-4.c"]
lab.predict("4.c", ...)

# %% tags=["demo"]
from urllib.parse import unquote_plus


def show_keys(event, context):
    for record in event["Records"]:
        key = record["s3"]["object"]["key"]
        print(record["eventName"], "·", key, "·", unquote_plus(key))

# %% tags=["run"]
s3.create_bucket(Bucket="tell-demo")
lab.deploy(show_keys, "tell-demo")
connect(
    "tell-demo",
    "tell-demo",
    Filter={"Key": {"FilterRules": [{"Name": "prefix", "Value": "uploads/"}]}},
)
for key in ("uploads/my cat.jpg", "drafts/idea.txt", "uploads/my cat.jpg"):
    s3.put_object(Bucket="tell-demo", Key=key, Body=b"JPEG")
lab.wait_until(lambda: runs("tell-demo") == 2, 20, "two runs")
show_log("tell-demo", "Object")
lab.saw("4.c")

# %% [markdown] teaches=["06-01", "06-02", "06-04", "06-05", "06-06", "06-07", "06-08", "claim 22", "DVA-C03 1.2"]
# **What we saw.** A space came as a plus; `urllib.parse.unquote_plus` undoes that. And the second photo was *created*, too.
#
# | of S3 | you should know |
# |---|---|
# | events | `ObjectCreated:` Put, Post, Copy, CompleteMultipartUpload; `ObjectRemoved:` Delete, DeleteMarkerCreated; tags, ACLs and more. None says modified |
# | an event | a list of records, 64 KB at most: loop over it. It holds key, size and eTag, and not the object |
# | order | none is promised. `sequencer` orders the events of one key (exercise 4.2) |
# | used for | thumbnails, transcoding, reading CSV files, checking what came in |
# | objects of several GB | read ranges (`Range="bytes=0-1048575"`), or start a job on AWS Batch or ECS |
# | rows by SQL | Athena; S3 Select is closed to new customers |
#
# ### Exercise 4.1 · A thumbnail for each photo
#
# **Given** the bucket `halftone-uploads`, and a file `tile.py` that travels in the zip. Its `tile(photo)` makes a small PNG of the photo's bytes, in place of a picture library.
# The role may read objects under `uploads/` and write objects under `thumbnails/`.
#
# **Goal** `uploads/c-42/cat.jpg` gets the thumbnail `thumbnails/c-42/cat.png`, whenever such a photo is there anew, however it came.
# `notification` says when S3 calls: for keys that begin with `uploads/` and end in `.jpg`. `permission` lets this bucket call, and no other.
#
# **Done when** an event with two records works, and then the bucket: three of its six objects are photos.

# %% tags=["exercise-4.1"]
# the rules of the filter: a list with two of {"Name": …, "Value": …}
rules = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".jpg"}]  # SOLUTION
# Events and Filter, as put_bucket_notification_configuration takes them
notification = {"Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}  # SOLUTION
# what add_permission takes besides function, statement id and action
uploads = "arn:aws:s3:::halftone-uploads"
permission = {"Principal": "s3.amazonaws.com", "SourceArn": uploads, "SourceAccount": ACCOUNT}  # SOLUTION

# %% tags=["exercise-4.1"]
from urllib.parse import unquote_plus

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    from tile import tile  # it travels in the zip; this notebook does not have it

    # SOLUTION: store tile(photo) for each photo, under thumbnails/ and ending in .png
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        photo = s3_client.get_object(Bucket=bucket, Key=key)["Body"].read()
        name = key.removeprefix("uploads/").removesuffix(".jpg")
        s3_client.put_object(Bucket=bucket, Key=f"thumbnails/{name}.png", Body=tile(photo))
    # END SOLUTION

# %% tags=["check-4.1"]
lab.check("4.1", handler, notification, permission)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The filter keeps everything else away, so the handler needs no test of its own. `s3:ObjectCreated:*` covers copies and uploads in parts.
# Two things keep it from calling itself: thumbnails lie outside `uploads/`, and the role may write nowhere else.
#
# An alternative is a second bucket for thumbnails. AWS recommends that, because then no filter can be wrong.
#
# In production, add a dead-letter queue, and raise when a photo cannot be read. An answer such as `{"statusCode": 500}` would hide it.

# %% tags=["wrong-4.1"] expect="S3 puts keys URL-encoded into the event"
# the key as it comes
import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    from tile import tile

    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
        photo = s3_client.get_object(Bucket=bucket, Key=key)["Body"].read()
        name = key.removeprefix("uploads/").removesuffix(".jpg")
        s3_client.put_object(Bucket=bucket, Key=f"thumbnails/{name}.png", Body=tile(photo))

# %% tags=["wrong-4.1"] expect="One event can hold several records"
# the first record only
from urllib.parse import unquote_plus

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    from tile import tile

    record = event["Records"][0]["s3"]
    bucket, key = record["bucket"]["name"], unquote_plus(record["object"]["key"])
    photo = s3_client.get_object(Bucket=bucket, Key=key)["Body"].read()
    name = key.removeprefix("uploads/").removesuffix(".jpg")
    s3_client.put_object(Bucket=bucket, Key=f"thumbnails/{name}.png", Body=tile(photo))

# %% tags=["wrong-4.1"] expect="calls the function again"
# beside the photo: the beginning of a loop
from urllib.parse import unquote_plus

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    from tile import tile

    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        photo = s3_client.get_object(Bucket=bucket, Key=key)["Body"].read()
        s3_client.put_object(Bucket=bucket, Key=key.replace(".jpg", ".png"), Body=tile(photo))

# %% tags=["wrong-4.1"] expect="What the function's role may does not matter here"
# believes that the execution role lets S3 call
rules = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".jpg"}]
notification = {"Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
permission = {"Principal": "lambda.amazonaws.com"}

# %% tags=["wrong-4.1"] expect="so may any other bucket"
# whoever says s3 may come in
rules = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".jpg"}]
notification = {"Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
permission = {"Principal": "s3.amazonaws.com"}

# %% tags=["wrong-4.1"] expect="'drafts/cat.jpg' called the function"
# filters by the end of the key alone
rules = [{"Name": "suffix", "Value": ".jpg"}]
notification = {"Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
permission = {
    "Principal": "s3.amazonaws.com",
    "SourceArn": "arn:aws:s3:::halftone-uploads",
    "SourceAccount": "123456789012",
}

# %% tags=["wrong-4.1"] expect="s3:ObjectCreated:* stands for all of them"
# one of the four ways to come into being
rules = [{"Name": "prefix", "Value": "uploads/"}, {"Name": "suffix", "Value": ".jpg"}]
notification = {"Events": ["s3:ObjectCreated:Put"], "Filter": {"Key": {"FilterRules": rules}}}
permission = {
    "Principal": "s3.amazonaws.com",
    "SourceArn": "arn:aws:s3:::halftone-uploads",
    "SourceAccount": "123456789012",
}

# %% tags=["alternative-4.1"]
# the four ways one by one
ways = ("Put", "Post", "Copy", "CompleteMultipartUpload")
rules = [{"Name": "Suffix", "Value": ".jpg"}, {"Name": "Prefix", "Value": "uploads/"}]
notification = {
    "Id": "photos",
    "Events": [f"s3:ObjectCreated:{way}" for way in ways],
    "Filter": {"Key": {"FilterRules": rules}},
}
permission = {"Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::halftone-uploads"}

# %% tags=["alternative-4.1"]
# a function of its own for one photo, and a second look at the key
from pathlib import PurePosixPath
from urllib.parse import unquote_plus

import boto3

s3_client = boto3.client("s3")


def make_thumbnail(bucket, key):
    import tile

    photo = s3_client.get_object(Bucket=bucket, Key=key)["Body"].read()
    place = PurePosixPath("thumbnails", *PurePosixPath(key).with_suffix(".png").parts[1:])
    s3_client.put_object(
        Bucket=bucket, Key=str(place), Body=tile.tile(photo), ContentType="image/png"
    )


def handler(event, context):
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        if key.startswith("uploads/"):
            make_thumbnail(record["s3"]["bucket"]["name"], key)

# %% [markdown]
# ## Break it · a loop
#
# `shrink` stores a smaller photo beside the photo, in the bucket that calls it. You store one photo.
#
# **Predict.** How often does it run?
#
# - A — once: S3 does not call for what Lambda wrote
# - B — about 16 times, then Lambda stops the loop
# - C — for ever
#
# `count_up` does the same with a DynamoDB table: the table's stream calls it, and it writes to the table. Who stops that one?
#
# - A — Lambda, after 16 runs
# - B — DynamoDB, when the table is busy
# - C — nobody

# %% tags=["predict-4.d"]
display(lab.predict("4.d", ...), lab.predict("4.e", ...))

# %% tags=["demo"]
import boto3

s3_client = boto3.client("s3")
dynamodb_client = boto3.client("dynamodb")


def shrink(event, context):
    for record in event["Records"]:
        bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
        s3_client.put_object(Bucket=bucket, Key="small-" + key, Body=b"JPEG")


def count_up(event, context):
    dynamodb_client.update_item(
        TableName="loop-demo",
        Key={"id": {"S": "views"}},
        UpdateExpression="ADD times :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )

# %% tags=["run"]
s3.create_bucket(Bucket="loop-demo")
may_write = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::loop-demo/*"}
lab.deploy(shrink, "shrink-demo", Role=lab.execution_role("shrink-demo", may_write))
connect("loop-demo", "shrink-demo")
s3.put_object(Bucket="loop-demo", Key="cat.jpg", Body=b"JPEG")


def dropped():
    return lab.records(kind="event.dropped", function="shrink-demo")


lab.wait_until(lambda: dropped() and runs("shrink-demo") >= 16, 30, "the end of the loop")
print(runs("shrink-demo"), "runs for one photo, then:", dropped()[0]["reason"])
lab.saw("4.d")

# %% tags=["run", "nbval-ignore-output"]
# not compared: what is billed differs from run to run
lab.receipt()

# %% tags=["run"]
dynamodb = lab.client("dynamodb")
table = dynamodb.create_table(
    TableName="loop-demo",
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    BillingMode="PAY_PER_REQUEST",
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
)["TableDescription"]
stream = table["LatestStreamArn"]
reads = [f"dynamodb:{what}" for what in ("GetRecords", "GetShardIterator", "DescribeStream")]
may_poll = {"Effect": "Allow", "Action": [*reads, "dynamodb:ListStreams"], "Resource": stream}
may_update = {"Effect": "Allow", "Action": "dynamodb:UpdateItem", "Resource": table["TableArn"]}
lab.deploy(count_up, "count-demo", Role=lab.execution_role("count-demo", may_poll, may_update))
lambda_.create_event_source_mapping(
    FunctionName="count-demo", EventSourceArn=stream, StartingPosition="TRIM_HORIZON"
)
dynamodb.put_item(TableName="loop-demo", Item={"id": {"S": "views"}})
lab.wait_until(lambda: runs("count-demo") > 32, 60, "twice as many runs")
stopped = lab.records(kind="recursion.stopped", function="count-demo")
print("more than 32 runs; stopped by Lambda:", len(stopped) > 0)

# you stop it: no concurrency, no runs
lambda_.put_function_concurrency(FunctionName="count-demo", ReservedConcurrentExecutions=0)


def throttled():
    return len(lab.records(kind="invocation.throttled", function="count-demo"))


lab.wait_until(lambda: throttled() >= 1, 20, "the first refusal")
before = runs("count-demo")
lab.wait_until(lambda: throttled() >= 3, 20, "two more tries")
print("runs after that:", runs("count-demo") - before)
lab.saw("4.e")

# %% [markdown] teaches=["DVA-C03 4.1"]
# **What we saw.** Lambda's **recursion detection** counts how often one chain of events has called a function, and stops at about 16.
# It sees loops through SQS, SNS, S3 and calls between functions, by a header that the AWS SDK passes on. It does not see DynamoDB or EventBridge.
# That was the photo with sixteen thumbnails, for a fraction of a cent.
#
# `ReservedConcurrentExecutions=0` stops any function at once, whatever calls it. Remember it for the day you need it.
# Then repair the cause: another prefix, another bucket, another table.

# %% [markdown]
# ## One message, several receivers
#
# An order is paid: the printer, the stock and the accounts want to know. The shop should not have to know them all.
#
# Amazon SNS is a service for that. Whoever has news publishes a message to a **topic**; each **subscription** of the topic passes it on to one receiver, which may be a function.
# One message for several receivers is called **fan-out**.
#
# A **filter policy** says which messages a subscription wants.
#
# A message can be lost at two points: SNS cannot deliver it, or your function cannot handle it. So the subscription and the function can have a dead-letter queue each.

# %% [markdown]
# **Predict.** A subscription has the filter policy `{"status": ["paid"]}`. Order o-1007 has `"status": "paid"` in its JSON text. Order o-1008 carries `status` as a message attribute. Which one arrives?
#
# - A — both: both say that the order is paid
# - B — only o-1008, whose status is an attribute
# - C — only o-1007, whose status is in the message
#
# `fragile-demo` raises for order o-1009. Then its permission is removed, and o-1010 is published. Where are the two?
#
# - A — both in the function's dead-letter queue
# - B — both in the subscription's dead-letter queue
# - C — o-1009 in the function's, o-1010 in the subscription's

# %% tags=["predict-4.f"]
display(lab.predict("4.f", ...), lab.predict("4.g", ...))

# %% tags=["demo"]
import json


def show_message(event, context):
    (record,) = event["Records"]
    print("source:", record["EventSource"])
    print("message:", record["Sns"]["Message"])
    print("attributes:", json.dumps(record["Sns"]["MessageAttributes"]))

# %% tags=["run"]
def subscribe(topic_arn, function, **attributes):
    """Let a topic call a function, and subscribe the function to it."""
    lambda_.add_permission(
        FunctionName=function,
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic_arn,
    )
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{function}"
    sns.subscribe(TopicArn=topic_arn, Protocol="lambda", Endpoint=arn, Attributes=attributes)


orders = sns.create_topic(Name="orders-demo")["TopicArn"]
lab.deploy(show_message, "paid-demo")
subscribe(orders, "paid-demo", FilterPolicy=json.dumps({"status": ["paid"]}))
sns.publish(TopicArn=orders, Message=json.dumps({"order_id": "o-1007", "status": "paid"}))
sns.publish(
    TopicArn=orders,
    Message=json.dumps({"order_id": "o-1008"}),
    MessageAttributes={"status": {"DataType": "String", "StringValue": "paid"}},
)
lab.wait_until(lambda: runs("paid-demo") == 1, 20, "one run")
show_log("paid-demo", "source", "message", "attributes")
lab.saw("4.f")

# %% tags=["run"]
# Break it: each of the two points loses an order.
news = sns.create_topic(Name="news-demo")["TopicArn"]
from_topic = {
    "Effect": "Allow",
    "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": QUEUES + "undelivered-demo",
    "Condition": {"ArnEquals": {"aws:SourceArn": news}},
}
policy = json.dumps({"Version": "2012-10-17", "Statement": [from_topic]})
undelivered = sqs.create_queue(QueueName="undelivered-demo", Attributes={"Policy": policy})
unhandled = sqs.create_queue(QueueName="unhandled-demo")
may_send = {
    "Effect": "Allow",
    "Action": "sqs:SendMessage",
    "Resource": QUEUES + "unhandled-demo",
}
lab.deploy(
    raises,
    "fragile-demo",
    Role=lab.execution_role("fragile-demo", may_send),
    DeadLetterConfig={"TargetArn": QUEUES + "unhandled-demo"},
)
lambda_.put_function_event_invoke_config(
    FunctionName="fragile-demo", MaximumRetryAttempts=0
)
redrive = {"deadLetterTargetArn": QUEUES + "undelivered-demo"}
subscribe(news, "fragile-demo", RedrivePolicy=json.dumps(redrive))

sns.publish(TopicArn=news, Message="o-1009")
event = json.loads(take_from(unhandled["QueueUrl"])["Body"])
print("the function could not handle", event["Records"][0]["Sns"]["Message"])

lambda_.remove_permission(FunctionName="fragile-demo", StatementId="topic")
sns.publish(TopicArn=news, Message="o-1010")
notification = json.loads(take_from(undelivered["QueueUrl"])["Body"])
print("SNS could not deliver", notification["Message"])
lab.saw("4.g")

# %% [markdown] teaches=["08-01", "08-02", "DVA-C03 1.1", "DVA-C03 4.1", "SAA-C03 2.1"]
# **What we saw.** SNS compares attributes, unless the subscription says `FilterPolicyScope="MessageBody"`.
# The message itself comes as text in an envelope of SNS: `event["Records"][0]["Sns"]["Message"]`.
#
# | in a filter policy | matches |
# |---|---|
# | `{"status": ["paid", "placed"]}` | one of these values |
# | `[{"numeric": [">=", 100]}]`, `[{"prefix": "poster-"}]` | a number, a beginning |
# | `[{"anything-but": ["shipped"]}]` | any other value, if the attribute is there |
# | two names | both must match |
#
# SNS calls asynchronously, from standard topics only. What is lost lies in two places:
#
# | | the sender could not deliver | the function failed |
# |---|---|---|
# | SNS | after up to 100,015 tries in 23 days: `RedrivePolicy` of the subscription | `DeadLetterConfig` of the function |
# | EventBridge rule, Scheduler | after up to 185 tries in 24 hours: `DeadLetterConfig` of the target | the same |
# | S3 | nothing keeps it | the same |
#
# Each queue must let its sender in: SNS and rules by the queue's policy, Lambda and Scheduler by their roles.
#
# ```bash
# aws sns create-topic --name orders
# aws lambda add-permission --function-name print-job --statement-id orders --action lambda:InvokeFunction --principal sns.amazonaws.com --source-arn arn:aws:sns:us-east-1:123456789012:orders
# aws sns subscribe --topic-arn arn:aws:sns:us-east-1:123456789012:orders --protocol lambda --notification-endpoint arn:aws:lambda:us-east-1:123456789012:function:print-job --attributes '{"FilterPolicy": "{\"status\": [\"paid\"]}"}'
# ```
#
# ### Exercise 4.3 · One order, three receivers
#
# **Given** one message per order, with the attributes `status` and `total_cents`, a number. Newsletters have none.
#
# **Goal** a filter policy per function. `charge-card` gets placed orders of more than 0 cents, `print-job` paid orders, `stock-watch` every status but shipped.
# `handler` serves all three: it prints `took o-1007` for order o-1007.
#
# **Done when** seven messages reach the right functions.

# %% tags=["exercise-4.3"]
import json

# the filter policy of each subscription
charge_card = {"status": ["placed"], "total_cents": [{"numeric": [">", 0]}]}  # SOLUTION
print_job = {"status": ["paid"]}  # SOLUTION
stock_watch = {"status": [{"anything-but": ["shipped"]}]}  # SOLUTION
filter_policies = {"charge-card": charge_card, "print-job": print_job, "stock-watch": stock_watch}


def handler(event, context):
    # SOLUTION: print "took" and the order's id, for each record
    for record in event["Records"]:
        order = json.loads(record["Sns"]["Message"])
        print("took", order["order_id"])
    # END SOLUTION

# %% tags=["check-4.3"]
lab.check("4.3", handler, filter_policies)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The publisher sends each order once, with the attributes that receivers may care about. Who wants what is a setting of the subscription, so a fourth receiver changes no code.
# Newsletters have no `status`, and `anything-but` needs the attribute to be there.
#
# An alternative is `FilterPolicyScope="MessageBody"`, which compares the fields of the JSON text. Then nothing has to be written twice.
#
# In production, a message that no policy takes is gone without a trace. Alarm on the topic's metric `NumberOfNotificationsFilteredOut` if that would be bad.

# %% tags=["wrong-4.3"] expect="The order is text in event"
# looks for the order where a direct invoke has it
filter_policies = {
    "charge-card": {"status": ["placed"], "total_cents": [{"numeric": [">", 0]}]},
    "print-job": {"status": ["paid"]},
    "stock-watch": {"status": [{"anything-but": ["shipped"]}]},
}


def handler(event, context):
    print("took", event.get("order_id"))

# %% tags=["wrong-4.3"] expect="string indices must be integers"
# takes the message for a dict
filter_policies = {
    "charge-card": {"status": ["placed"], "total_cents": [{"numeric": [">", 0]}]},
    "print-job": {"status": ["paid"]},
    "stock-watch": {"status": [{"anything-but": ["shipped"]}]},
}


def handler(event, context):
    for record in event["Records"]:
        print("took", record["Sns"]["Message"]["order_id"])

# %% tags=["wrong-4.3"] expect="SNS refused"
# a value that is no list
import json

filter_policies = {
    "charge-card": {"status": "placed"},
    "print-job": {"status": "paid"},
    "stock-watch": {},
}


def handler(event, context):
    for record in event["Records"]:
        print("took", json.loads(record["Sns"]["Message"])["order_id"])

# %% tags=["wrong-4.3"] expect="charge-card got order o-7002"
# forgets the samples, which cost nothing
import json

filter_policies = {
    "charge-card": {"status": ["placed"]},
    "print-job": {"status": ["paid"]},
    "stock-watch": {"status": [{"anything-but": ["shipped"]}]},
}


def handler(event, context):
    for record in event["Records"]:
        print("took", json.loads(record["Sns"]["Message"])["order_id"])

# %% tags=["wrong-4.3"] expect="stock-watch got order o-7005"
# an empty policy takes everything
import json

filter_policies = {
    "charge-card": {"status": ["placed"], "total_cents": [{"numeric": [">", 0]}]},
    "print-job": {"status": ["paid"]},
    "stock-watch": {},
}


def handler(event, context):
    for record in event["Records"]:
        print("took", json.loads(record["Sns"]["Message"])["order_id"])

# %% tags=["wrong-4.3"] expect="stock-watch did not get order o-7003"
# lists what it thinks of, and forgets a status
import json

filter_policies = {
    "charge-card": {"status": ["placed"], "total_cents": [{"numeric": [">", 0]}]},
    "print-job": {"status": ["paid"]},
    "stock-watch": {"status": ["placed", "printing"]},
}


def handler(event, context):
    for record in event["Records"]:
        print("took", json.loads(record["Sns"]["Message"])["order_id"])

# %% tags=["wrong-4.3"] expect="charge-card did not get order o-7001"
# compares a number as text
import json

filter_policies = {
    "charge-card": {"status": ["placed"], "total_cents": [{"anything-but": ["0"]}, {"prefix": "3"}], "order": [{"exists": True}]},
    "print-job": {"status": ["paid"]},
    "stock-watch": {"status": [{"anything-but": ["shipped"]}]},
}


def handler(event, context):
    for record in event["Records"]:
        print("took", json.loads(record["Sns"]["Message"])["order_id"])

# %% tags=["alternative-4.3"]
# the statuses of the shop one by one, and totals from one cent on
import json

filter_policies = {
    "charge-card": {"total_cents": [{"numeric": [">=", 1]}], "status": [{"prefix": "placed"}]},
    "print-job": {"status": ["paid"]},
    "stock-watch": {"status": ["placed", "paid", "printing"]},
}


def handler(event, context):
    orders = [json.loads(record["Sns"]["Message"]) for record in event["Records"]]
    for order in orders:
        print(f"took {order['order_id']}")

# %% [markdown] teaches=["10-04"]
# ## Buses and clocks
#
# EventBridge carries events on **event buses**, channels with rules. The bus `default` has AWS's own events; you make others for your shop, and partners such as payment providers send to buses of theirs.
# A **rule** has a pattern and up to five targets. The sender knows neither, so the two stay loosely coupled.
#
# For clocks there is **EventBridge Scheduler**. It calls with a role of its own, in any time zone.

# %% [markdown]
# **Predict.** A schedule fires daily at 02:30 in Berlin. On 28 March 2027 clocks there go from 02:00 to 03:00, on 31 October from 03:00 back to 02:00. How often does it fire on these two days?
#
# - A — once each: the scheduler finds a way
# - B — not at all in March, twice in October
# - C — not at all in March, once in October

# %% tags=["predict-4.h"]
lab.predict("4.h", ...)

# %% tags=["demo"]
import json


def show_event(event, context):
    print("event:", json.dumps(event))

# %% tags=["run"]
# an event on a bus of your own; the target gets what the transformer makes of it
events = lab.client("events")
events.create_event_bus(Name="shop")
from_100 = {"total_cents": [{"numeric": [">=", 10000]}]}
pattern = json.dumps({"source": ["halftone.orders"], "detail": from_100})
rule = events.put_rule(Name="high-demo", EventBusName="shop", EventPattern=pattern)
event_arn = lab.deploy(show_event, "event-demo")
lambda_.add_permission(
    FunctionName="event-demo",
    StatementId="high-demo",
    Action="lambda:InvokeFunction",
    Principal="events.amazonaws.com",
    SourceArn=rule["RuleArn"],
)
transformer = {
    "InputPathsMap": {"order": "$.detail.order_id", "cents": "$.detail.total_cents"},
    "InputTemplate": '{"text": "order <order> of <cents> cents"}',
}
target = {"Id": "1", "Arn": event_arn, "InputTransformer": transformer}
events.put_targets(Rule="high-demo", EventBusName="shop", Targets=[target])
for order_id, cents in (("o-1007", 3900), ("o-1008", 25000)):
    detail = json.dumps({"order_id": order_id, "total_cents": cents})
    entry = {"Source": "halftone.orders", "DetailType": "OrderPaid", "Detail": detail}
    events.put_events(Entries=[{**entry, "EventBusName": "shop"}])
lab.wait_until(lambda: runs("event-demo") == 1, 20, "one run")
show_log("event-demo", "event:")
events_side_by_side("message", sources=["sns", "eventbridge"])

# %% tags=["run"]
# a schedule calls with a role of its own, which EventBridge Scheduler may take on
tick_arn = lab.deploy(show_event, "tick-demo")
iam = lab.client("iam")
trust = {
    "Effect": "Allow",
    "Principal": {"Service": "scheduler.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
may_invoke = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": tick_arn}


def document(statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


role = iam.create_role(RoleName="tick-demo-scheduler", AssumeRolePolicyDocument=document(trust))
iam.put_role_policy(
    RoleName="tick-demo-scheduler", PolicyName="may-invoke", PolicyDocument=document(may_invoke)
)
scheduler = lab.client("scheduler")
scheduler.create_schedule(
    Name="tick-demo",
    ScheduleExpression="rate(1 minute)",  # 1 s here
    FlexibleTimeWindow={"Mode": "OFF"},
    Target={"Arn": tick_arn, "RoleArn": role["Role"]["Arn"], "Input": '{"report": "nightly"}'},
)
lab.wait_until(lambda: runs("tick-demo") >= 1, 20, "the clock")
scheduler.delete_schedule(Name="tick-demo")
print(next(line for line in lab.logs("tick-demo") if line.startswith("event:")))

nightly, berlin = "cron(30 2 * * ? *)", "Europe/Berlin"
for day in ("2027-03-26", "2027-10-29"):
    print("\nafter", day, "by the clocks of Berlin, and in UTC:")
    for moment in lab.next_firings(nightly, timezone=berlin, after=day, count=4):
        utc = datetime.fromisoformat(moment)
        print(f"  {utc.astimezone(ZoneInfo(berlin)):%d %B, %H:%M}  ·  {utc:%H:%M}")
lab.saw("4.h")

# %% [markdown] teaches=["10-01", "10-02", "10-03", "10-05", "10-06", "10-07", "10-08", "claim 13", "claim 20", "DVA-C03 1.1", "DVA-C03 1.2"]
# **What we saw.** On 28 March it did not fire. A report that must run every night should not run between 02:00 and 03:00.
#
# | | EventBridge rule | EventBridge Scheduler |
# |---|---|---|
# | starts by | a pattern on source, detail-type and content | `rate(5 minutes)`, `cron(30 2 * * ? *)`, `at(2027-03-28T09:00:00)` |
# | how often | each event that matches | from once a minute to once a year, or once |
# | calls with | the function's resource policy | a role of its own |
# | good for | telling several receivers | reports, clean-up, rotating credentials, syncing at night |
#
# Rules can have schedules too, in UTC. AWS calls these legacy, and recommends Scheduler.
# Older texts say *CloudWatch Events*: that service became EventBridge.
#
# ```bash
# aws iam create-role --role-name nightly-report-scheduler --assume-role-policy-document file://scheduler-trust.json
# aws iam put-role-policy --role-name nightly-report-scheduler --policy-name may-invoke --policy-document file://may-invoke.json
# aws scheduler create-schedule --name nightly-report --schedule-expression "cron(30 4 * * ? *)" --schedule-expression-timezone Europe/Berlin --flexible-time-window Mode=OFF --target '{"Arn": "arn:aws:lambda:us-east-1:123456789012:function:nightly-report", "RoleArn": "arn:aws:iam::123456789012:role/nightly-report-scheduler"}'
# ```
#
# ### Exercise 4.6 · Once is enough
#
# **Given** events of EventBridge with an order as `detail`. The role may put objects under `labels/` in `halftone-uploads`, and do nothing else. There is no table.
#
# **Goal** each order gets one shipping label: an object under `labels/` with `order_id` and `customer` as JSON. However often the order comes, the label stays as it is.
#
# **Done when** an order comes four times in four ways, and another order of its customer once.

# %% tags=["exercise-4.6"]
import json

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    order = event["detail"]
    # SOLUTION: store the order's label, so that storing it again changes nothing
    label = {"order_id": order["order_id"], "customer": order["customer"]}
    s3_client.put_object(
        Bucket="halftone-uploads",
        Key=f"labels/{order['order_id']}.json",
        Body=json.dumps(label),
    )
    # END SOLUTION

# %% tags=["check-4.6"]
lab.check("4.6", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Key and content are made of the order alone. Whoever handles it, whenever, writes the same bytes to the same place, so doing it twice is the same as doing it once.
# That closes the ticket: one permission was missing, one function called itself, and one made up a new name for every label.
#
# An alternative is `IfNoneMatch="*"`: S3 then refuses to write over an object. It needs no further permission, and the refusal tells you that the event came again.
#
# In production this is the first thing to try, as it costs nothing. Charging a card has no key to write over; lab 10 does that with a table.

# %% tags=["wrong-4.6"] expect="and customer 'c-42'"
# forgets for whom the label is
import json

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    order_id = event["detail"]["order_id"]
    s3_client.put_object(
        Bucket="halftone-uploads",
        Key=f"labels/{order_id}.json",
        Body=json.dumps({"order_id": order_id}),
    )

# %% tags=["wrong-4.6"] expect="A new key for each delivery makes a new label"
# a new name every time
import json
from uuid import uuid4

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    order = event["detail"]
    label = {"order_id": order["order_id"], "customer": order["customer"]}
    s3_client.put_object(
        Bucket="halftone-uploads", Key=f"labels/{uuid4()}.json", Body=json.dumps(label)
    )

# %% tags=["wrong-4.6"] expect="The sender had sent the same order once more"
# the event's own id: good against retries, not against a sender that sends twice
import json

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    order = event["detail"]
    label = {"order_id": order["order_id"], "customer": order["customer"]}
    s3_client.put_object(
        Bucket="halftone-uploads", Key=f"labels/{event['id']}.json", Body=json.dumps(label)
    )

# %% tags=["wrong-4.6"] expect="one label has overwritten the other"
# one label per customer
import json

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    order = event["detail"]
    label = {"order_id": order["order_id"], "customer": order["customer"]}
    s3_client.put_object(
        Bucket="halftone-uploads", Key=f"labels/{order['customer']}.json", Body=json.dumps(label)
    )

# %% tags=["wrong-4.6"] expect="The event came again, in a new environment"
# remembers in memory what it has done
import json
from uuid import uuid4

import boto3

s3_client = boto3.client("s3")
DONE = set()


def handler(event, context):
    order = event["detail"]
    if order["order_id"] in DONE:
        return
    label = {"order_id": order["order_id"], "customer": order["customer"]}
    s3_client.put_object(
        Bucket="halftone-uploads", Key=f"labels/{uuid4()}.json", Body=json.dumps(label)
    )
    DONE.add(order["order_id"])

# %% tags=["wrong-4.6"] expect="differ from delivery to delivery"
# the right key, and the moment of writing in the label
import json
from datetime import UTC, datetime

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    order = event["detail"]
    label = {"order_id": order["order_id"], "customer": order["customer"]}
    label["printed_at"] = datetime.now(UTC).isoformat()
    s3_client.put_object(
        Bucket="halftone-uploads", Key=f"labels/{order['order_id']}.json", Body=json.dumps(label)
    )

# %% tags=["wrong-4.6"] expect="You need not look whether a label is there"
# looks first, which the role does not allow, and which two runs at once would both do
import json
from uuid import uuid4

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    order = event["detail"]
    found = s3_client.list_objects_v2(Bucket="halftone-uploads", Prefix=f"labels/{order['order_id']}")
    if not found.get("Contents"):
        s3_client.put_object(
            Bucket="halftone-uploads",
            Key=f"labels/{order['order_id']}-{uuid4()}.json",
            Body=json.dumps({"order_id": order["order_id"], "customer": order["customer"]}),
        )

# %% tags=["alternative-4.6"]
# never writes over a label
import json

import boto3
from botocore.exceptions import ClientError

s3_client = boto3.client("s3")


def handler(event, context):
    order_id, customer = event["detail"]["order_id"], event["detail"]["customer"]
    try:
        s3_client.put_object(
            Bucket="halftone-uploads",
            Key=f"labels/{customer}/{order_id}.json",
            Body=json.dumps({"customer": customer, "order_id": order_id}),
            IfNoneMatch="*",
        )
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] != "PreconditionFailed":
            raise
        print("there already:", order_id)

# %% [markdown]
# ## Recap
#
# - S3, SNS and EventBridge rules call with the function's resource policy; Scheduler calls with its own role. The execution role lets nobody in.
# - 202 means that Lambda has the event. Exceptions are tried again after 1 and 2 minutes; an answer, whatever it says, is success.
# - S3 sends encoded keys, lists of records and no order. Write elsewhere than where you are called from: only some loops are stopped.
# - A filter policy looks at attributes. What the sender could not deliver and what the function could not handle lie in two places.
# - Everything may come twice: make keys and content of the order alone.

# %% [markdown]
# ## Heard elsewhere
#
# Five sentences from articles about Lambda. Before you run the cell, mark each as `"true"`, `"half"` or `"false"`, in place of `...`.

# %% tags=["predict-4.i"] teaches=["06-01", "06-06", "08-01", "10-01", "10-06", "10-07", "claim 13", "claim 20", "claim 22"]
lab.predict("4.i", ...)  # S3 calls a function when an object is created, modified or deleted.
lab.predict("4.j", ...)  # Events of other services reach Lambda through CloudWatch Events.
lab.predict("4.k", ...)  # To run a function every night, make an EventBridge rule with a schedule.
lab.predict("4.l", ...)  # With S3 Select, a function reads only the rows it needs of a large object.
lab.predict("4.m", ...)  # SNS calls a function asynchronously.
display(lab.saw("4.i"), lab.saw("4.j"), lab.saw("4.k"), lab.saw("4.l"), lab.saw("4.m"))

# %% [markdown]
# ## In real AWS
#
# Where this lab met something that AWS does in another way:

# %% tags=["run"]
lab.fidelity()

# %% [markdown]
# ## Receipt
#
# What your functions would have cost on AWS. SNS, EventBridge and S3 bill their requests too.

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
# Three stretch exercises, about 25 minutes. You close the lab without them, and master it with them.

# %% [markdown]
# ### Exercise 4.2 · The newest wins
#
# Photos are replaced, and S3 promises no order: the event of the older photo may come last.
# Each event of a key has a `sequencer`, a hexadecimal text that grows. To compare two, pad the shorter with zeros at the left. Sequencers of different keys say nothing about each other.
#
# **Given** events of S3. The role may read, write and list objects under `index/` in `halftone-uploads`; a key that is not there raises NoSuchKey.
#
# **Goal** for each photo there is an object `index/<key>.json`, such as `index/uploads/my cat.jpg.json`, with `size` and `sequencer` of the newest event.
#
# **Done when** eight events of three keys, some late and some twice, leave the right sizes.

# %% tags=["exercise-4.2"]
import json
from urllib.parse import unquote_plus

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    # SOLUTION: for each record, write the index entry unless a newer one is there
    for record in event["Records"]:
        bucket, photo = record["s3"]["bucket"]["name"], record["s3"]["object"]
        name = f"index/{unquote_plus(photo['key'])}.json"
        try:
            entry = json.loads(s3_client.get_object(Bucket=bucket, Key=name)["Body"].read())
        except s3_client.exceptions.NoSuchKey:
            entry = {"sequencer": "0"}
        if int(photo["sequencer"], 16) > int(entry["sequencer"], 16):
            entry = {"size": photo["size"], "sequencer": photo["sequencer"]}
            s3_client.put_object(Bucket=bucket, Key=name, Body=json.dumps(entry))
    # END SOLUTION

# %% tags=["check-4.2"]
lab.check("4.2", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The entry remembers which event wrote it, so a late one is recognised anywhere and at any time. `int(…, 16)` compares as if both were padded with zeros at the left.
#
# An alternative is a DynamoDB table with a condition on the sequencer. It also closes the gap between reading and writing.
#
# In production that gap matters: two events of one key at once may both read the old entry. `IfMatch` with the entry's ETag makes S3 refuse the second write.

# %% tags=["wrong-4.2"] expect="what came late must not win"
# the last one to come wins
import json
from urllib.parse import unquote_plus

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        bucket, photo = record["s3"]["bucket"]["name"], record["s3"]["object"]
        entry = {"size": photo["size"], "sequencer": photo["sequencer"]}
        name = f"index/{unquote_plus(photo['key'])}.json"
        s3_client.put_object(Bucket=bucket, Key=name, Body=json.dumps(entry))

# %% tags=["wrong-4.2"] expect="ends with its environment"
# remembers in memory
import json
from urllib.parse import unquote_plus

import boto3

s3_client = boto3.client("s3")
NEWEST = {}


def handler(event, context):
    for record in event["Records"]:
        bucket, photo = record["s3"]["bucket"]["name"], record["s3"]["object"]
        key, sequencer = unquote_plus(photo["key"]), int(photo["sequencer"], 16)
        if sequencer > NEWEST.get(key, -1):
            NEWEST[key] = sequencer
            entry = {"size": photo["size"], "sequencer": photo["sequencer"]}
            s3_client.put_object(Bucket=bucket, Key=f"index/{key}.json", Body=json.dumps(entry))

# %% tags=["wrong-4.2"] expect="Pad the shorter one with zeros at the left"
# compares the texts as they are
import json
from urllib.parse import unquote_plus

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        bucket, photo = record["s3"]["bucket"]["name"], record["s3"]["object"]
        name = f"index/{unquote_plus(photo['key'])}.json"
        try:
            entry = json.loads(s3_client.get_object(Bucket=bucket, Key=name)["Body"].read())
        except s3_client.exceptions.NoSuchKey:
            entry = {"sequencer": ""}
        if photo["sequencer"] > entry["sequencer"]:
            entry = {"size": photo["size"], "sequencer": photo["sequencer"]}
            s3_client.put_object(Bucket=bucket, Key=name, Body=json.dumps(entry))

# %% tags=["wrong-4.2"] expect="named after the key as it was stored"
# forgets that keys come encoded
import json

import boto3

s3_client = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        bucket, photo = record["s3"]["bucket"]["name"], record["s3"]["object"]
        name = f"index/{photo['key']}.json"
        entry = {"size": photo["size"], "sequencer": photo["sequencer"]}
        s3_client.put_object(Bucket=bucket, Key=name, Body=json.dumps(entry))

# %% tags=["alternative-4.2"]
# pads as AWS's page says, and lists instead of trying
import json
from urllib.parse import unquote_plus

import boto3

s3_client = boto3.client("s3")
LONGEST = 64


def newest_of(bucket, name):
    found = s3_client.list_objects_v2(Bucket=bucket, Prefix=name).get("Contents", [])
    if name not in [entry["Key"] for entry in found]:
        return ""
    return json.load(s3_client.get_object(Bucket=bucket, Key=name)["Body"])["sequencer"]


def handler(event, context):
    for record in event["Records"]:
        bucket, photo = record["s3"]["bucket"]["name"], record["s3"]["object"]
        name = f"index/{unquote_plus(photo['key'])}.json"
        if photo["sequencer"].rjust(LONGEST, "0") > newest_of(bucket, name).rjust(LONGEST, "0"):
            body = json.dumps({"sequencer": photo["sequencer"], "size": photo["size"]})
            s3_client.put_object(Bucket=bucket, Key=name, Body=body)

# %% [markdown] teaches=["10-05"]
# ### Exercise 4.4 · Orders of value
#
# **Given** events on the bus such as `{"source": "halftone.orders", "detail-type": "OrderPaid", "detail": {"order_id": "o-1007", "customer": "c-42", "total_cents": 60000}}`. Other systems use the same bus, and testers order as `test-3`.
#
# **Goal** `pattern` matches paid orders of the shop from 50,000 cents on, but not those of customers whose name begins with `test-`.
#
# **Done when** it takes the right ones of twenty events.

# %% tags=["exercise-4.4"]
# what the order's fields must be; every leaf is a list
no_tester = [{"anything-but": {"prefix": "test-"}}]  # SOLUTION
order_fields = {"total_cents": [{"numeric": [">=", 50000]}], "customer": no_tester}  # SOLUTION
# and the whole, in the shape of the event
pattern = {"source": ["halftone.orders"], "detail-type": ["OrderPaid"], "detail": order_fields}  # SOLUTION

# %% tags=["check-4.4"]
lab.check("4.4", pattern)

# %% [markdown] tags=["solution-only"]
# **Why this works.** All fields of a pattern must match, and of the values of one field one is enough. `numeric` matches numbers only, so a total that is text does not count.
#
# An alternative for the customers is `{"anything-but": {"wildcard": "test-*"}}`.
#
# In production, try a pattern before you trust it: `test_event_pattern` says for one event whether it matches. A pattern that matches nothing raises no error anywhere.

# %% tags=["wrong-4.4"] expect="misses"
# forgets that the order lies under detail
pattern = {"source": ["halftone.orders"], "detail-type": ["OrderPaid"], "total_cents": [{"numeric": [">=", 50000]}]}

# %% tags=["wrong-4.4"] expect="EventBridge refused the pattern"
# a value that is no list
pattern = {"source": "halftone.orders", "detail-type": "OrderPaid"}

# %% tags=["wrong-4.4"] expect="Who sent it stands in source"
# trusts the name of the event
pattern = {"detail-type": ["OrderPaid"], "detail": {"total_cents": [{"numeric": [">=", 50000]}], "customer": [{"anything-but": {"prefix": "test-"}}]}}

# %% tags=["wrong-4.4"] expect="What an event is about stands in detail-type"
# any event of the shop
pattern = {"source": ["halftone.orders"], "detail": {"total_cents": [{"numeric": [">=", 50000]}], "customer": [{"anything-but": {"prefix": "test-"}}]}}

# %% tags=["wrong-4.4"] expect="exactly 50,000 cents"
# more than, instead of at least
pattern = {"source": ["halftone.orders"], "detail-type": ["OrderPaid"], "detail": {"total_cents": [{"numeric": [">", 50000]}], "customer": [{"anything-but": {"prefix": "test-"}}]}}

# %% tags=["wrong-4.4"] expect="a tester, test-c-42"
# the one tester somebody remembered
pattern = {"source": ["halftone.orders"], "detail-type": ["OrderPaid"], "detail": {"total_cents": [{"numeric": [">=", 50000]}], "customer": [{"anything-but": ["test-3"]}]}}

# %% tags=["alternative-4.4"]
# written as text, with customers by their own beginning
pattern = json.dumps(
    {
        "detail": {
            "customer": [{"prefix": "c-"}],
            "total_cents": [{"numeric": [">", 49999.99]}],
        },
        "detail-type": [{"equals-ignore-case": "orderpaid"}],
        "source": [{"prefix": "halftone.orders"}],
    }
)

# %% [markdown] teaches=["10-06"]
# ### Exercise 4.5 · Half past two in Berlin
#
# **Given** EventBridge Scheduler.
#
# **Goal** `schedule` holds what `create_schedule` needs to know of time, so that the nightly report starts at 02:30 by the clocks of Berlin, in winter and in summer.
#
# **Done when** it fires rightly in the nights around both clock changes of 2027.

# %% tags=["exercise-4.5"]
schedule = {"ScheduleExpression": "cron(30 2 * * ? *)", "ScheduleExpressionTimezone": "Europe/Berlin"}  # SOLUTION

# %% tags=["check-4.5"]
lab.check("4.5", schedule)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The zone's name carries its clock changes; an offset such as +01:00 would not. Of day and weekday one must be `?`, because both at once could contradict each other.
#
# An alternative in UTC is two schedules, each with a start and an end date. They have to be renewed every year.
#
# In production, choose a time outside 02:00 to 03:00 for work that must be done every night. On 28 March 2027 there is no 02:30, and the report is missing.

# %% tags=["wrong-4.5"] expect="Name the time zone instead of converting"
# converts to UTC by hand, in winter
schedule = {"ScheduleExpression": "cron(30 1 * * ? *)"}

# %% tags=["wrong-4.5"] expect="rate counts hours, whatever the clocks say"
# every day, from whenever it was made
schedule = {"ScheduleExpression": "rate(1 day)", "ScheduleExpressionTimezone": "Europe/Berlin"}

# %% tags=["wrong-4.5"] expect="The scheduler refused"
# the cron of Linux has five fields
schedule = {"ScheduleExpression": "cron(30 2 * * *)", "ScheduleExpressionTimezone": "Europe/Berlin"}

# %% tags=["wrong-4.5"] expect="The first field is the minute"
# hours and minutes the wrong way round, and one hour more
schedule = {"ScheduleExpression": "cron(2 3 * * ? *)", "ScheduleExpressionTimezone": "Europe/Berlin"}

# %% tags=["wrong-4.5"] expect="Name the time zone instead of converting"
# a zone that never changes its clocks
schedule = {"ScheduleExpression": "cron(30 2 * * ? *)", "ScheduleExpressionTimezone": "Etc/GMT-1"}

# %% tags=["alternative-4.5"]
# a flexible window, and weekdays instead of days
schedule = {
    "ScheduleExpression": "cron(30 2 ? * * *)",
    "ScheduleExpressionTimezone": "Europe/Berlin",
    "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
    "Description": "the nightly report",
}

# %% [markdown]
# ## Clean up
#
# Deletes what this lab made. On AWS, too, delete what you no longer use: a schedule calls for as long as it is there.

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# **05 · Triggers III: queues**: Lambda fetches messages, in batches, and you decide what becomes of the ones that fail.
# Close this tab. In the terminal press Ctrl+C, then run `python3 kit.py lab 05`.
