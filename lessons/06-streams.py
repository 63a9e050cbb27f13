# %% [markdown]
# <!-- lab: {"number": "06", "title": "Triggers IV: streams", "minutes_core": 45, "minutes_stretch": 20, "exam_tasks": ["DVA-C03 1.1", "DVA-C03 1.2", "DVA-C03 4.1", "SAA-C03 3.5"], "closed": []} -->
# # Lab 06 · Triggers IV: streams
#
# > **Ticket.** Halftone, Monday 08:40. Since Friday night nothing has left the stock: `stock-watch` runs without a pause, and fails each time.
# > And the two orders before that were taken off the stock hundreds of times.
#
# **Promise.** In 45 minutes you read a table's changes, set a stuck shard free, save the record that stopped it, and survive repeats.
#
# **You will be able to**
#
# - choose a view type, and detect what changed in an item;
# - say which order a stream keeps, and what parallel batches do to it;
# - recognise a blocked shard, and bound how long it is blocked;
# - keep the record that always fails;
# - write a handler that may see a record twice.
#
# **Minutes.** 45 for the core, 20 more for the two stretch exercises under "More".
#
# **Know first.** Lab 05: mappings, batches, at least once. Lab 03: a table, its keys, put and get.
#
# **Exam tasks.** DVA-C03 1.1 and DVA-C03 1.2 (code for applications and for Lambda), DVA-C03 4.1 (root cause) and SAA-C03 3.5 (ingestion).

# %% [markdown]
# ## Setup
#
# Run this cell first. It starts an empty account.
# Waits of Lambda's own are 60 times shorter: 60 s on AWS, one second here.

# %% tags=["setup"]
import json

from helpers import Lab
from helpers.views import stream_view

lab = Lab("06-streams", time_lapse=60)
lambda_ = lab.client("lambda")
dynamodb = lab.client("dynamodb")
kinesis = lab.client("kinesis")

# %% [markdown]
# ## Warm-up
#
# Three questions from earlier labs. Say your answer aloud, then open the line.
#
# <details><summary>A mapping polls. With whose permissions?</summary>With those of the function's execution role (lab 05).</details>
# <details><summary>One of ten messages of a queue's batch raises. How many come back?</summary>All ten, unless the handler reports which ones failed (lab 05).</details>
# <details><summary>What does a filter of a queue's mapping do to a message that does not match?</summary>It is deleted (lab 05).</details>

# %% [markdown] teaches=["09-01", "09-03", "09-05", "09-06", "DVA-C03 1.1", "SAA-C03 3.5"]
# ## A stream remembers what happened
#
# A queue holds what is still to be done. A **stream** is a list of what happened, in order. Reading deletes nothing: each reader keeps its own place.
#
# | | DynamoDB Streams | Kinesis Data Streams |
# |---|---|---|
# | a record is | one change of one item | what a sender put |
# | kept for | 24 hours | 24 hours, up to 365 days |
# | readers at once | 2 | several share 2 MB/s per shard, or pay for their own |
# | used for | copies, search indexes, work that begins with a change | clicks, logs, measurements: enrich, sum up, pass on |
#
# Lambda reads both with an event source mapping. It polls, makes batches, and keeps the place for you.
#
# The **view type** of a table's stream says what a record holds besides the key: `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE` or `NEW_AND_OLD_IMAGES`.

# %% [markdown]
# **Predict.** A stream has the view type `NEW_IMAGE`. An order goes from paid to printing. What is in the record?
#
# - A — the order before and after, as in every record of a stream
# - B — the order after the change, and nothing of before
# - C — the attribute that changed: its new status

# %% tags=["predict-6.a"]
lab.predict("6.a", ...)

# %% tags=["demo"]
import json


def show_images(event, context):
    for record in event["Records"]:
        change = record["dynamodb"]
        images = [name for name in ("OldImage", "NewImage") if name in change]
        print(change["StreamViewType"], record["eventName"], *images)
        if record["eventName"] == "MODIFY" and images == ["NewImage"]:
            print("its NewImage:", json.dumps(change["NewImage"]))

# %% tags=["run"]
def create_table(name, view):
    """Create a table of orders with a stream; return the stream's ARN."""
    table = dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
    )
    return table["TableDescription"]["LatestStreamArn"]


def may_read(*stream_arns):
    service = stream_arns[0].split(":")[2]
    actions = ["DescribeStream", "GetRecords", "GetShardIterator"]
    more = {"dynamodb": ["ListStreams"], "kinesis": ["DescribeStreamSummary", "ListShards"]}
    return {
        "Effect": "Allow",
        "Action": [f"{service}:{action}" for action in actions + more[service]],
        "Resource": list(stream_arns),
    }


VIEWS = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
streams = {view: create_table(f"{view.lower()}-demo", view) for view in VIEWS}
order = {"order_id": {"S": "o-1007"}, "total_cents": {"N": "3900"}}
for view in VIEWS:
    name = f"{view.lower()}-demo"
    for status in ("paid", "printing", "printing"):  # the third put changes nothing
        dynamodb.put_item(TableName=name, Item={**order, "status": {"S": status}})
    dynamodb.delete_item(TableName=name, Key={"order_id": order["order_id"]})

role = lab.execution_role("images-demo", may_read(*streams.values()))
lab.deploy(show_images, "images-demo", Role=role)
for stream_arn in streams.values():
    lambda_.create_event_source_mapping(
        FunctionName="images-demo",
        EventSourceArn=stream_arn,
        StartingPosition="TRIM_HORIZON",  # from the oldest record; LATEST: from now on
    )

# %% tags=["run"]
def image_lines():
    return [line for line in lab.logs("images-demo") if line.startswith((*VIEWS, "its"))]


lab.wait_until(lambda: len(image_lines()) == 13, 20, "12 records")
for view in (*VIEWS, "its"):
    print(*[line for line in image_lines() if line.startswith(view + " ")], sep="\n")
lab.saw("6.a")

# %% [markdown] teaches=["09-01", "09-04", "claim 32", "DVA-C03 1.2"]
# **What we saw.** Only `NEW_AND_OLD_IMAGES` holds the item before and after; each image is the whole item. The put that changed nothing left no record.
#
# Items come in DynamoDB's typed form: `{"S": "paid"}` is text, and `{"N": "3900"}` a number, written as text.
#
# | setting of a mapping | for streams |
# |---|---|
# | `StartingPosition` | needed: `TRIM_HORIZON` or `LATEST`, Kinesis also `AT_TIMESTAMP`; `LATEST` may miss what comes while the mapping is created |
# | `BatchSize` | 100; up to 10,000 |
# | `MaximumBatchingWindowInSeconds` | 0; up to 300: wait for a fuller batch |
# | `FilterCriteria` | as for queues, under `dynamodb` or `data`; what does not match is passed over, and stays for other readers |
#
# Large batches cost fewer invocations; small ones are quick, and lose less when one record fails. A batch goes off at 6 MB too.
#
# ```bash
# aws dynamodb update-table --table-name orders --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES
# aws lambda create-event-source-mapping --function-name stock-watch --event-source-arn $(aws dynamodb describe-table --table-name orders --query Table.LatestStreamArn --output text) --starting-position TRIM_HORIZON
# ```

# %% [markdown] teaches=["09-04"]
# ### Exercise 6.1 · The status changed
#
# **Given** `tell`, which writes to the customer. The table `orders` changes for many reasons: new orders, corrected totals, deleted ones.
#
# **Goal** `tell` is called once for each order whose status is another one than before. A new order is no change, and neither is a deleted one.
# `view_type` is the view type that the table's stream needs for that.
#
# **Done when** one event of seven records, then a table with your view type, lead to the right calls.

# %% tags=["exercise-6.1"]
view_type = "NEW_AND_OLD_IMAGES"  # SOLUTION


def tell(order_id, before, after):
    """Write to the customer."""
    print(f"{order_id}: {before} → {after}")


def handler(event, context):
    # SOLUTION: call tell(order_id, before, after) for each order whose status changed
    for record in event["Records"]:
        if record["eventName"] != "MODIFY":
            continue
        old, new = record["dynamodb"]["OldImage"], record["dynamodb"]["NewImage"]
        before, after = old["status"]["S"], new["status"]["S"]
        if before != after:
            tell(new["order_id"]["S"], before, after)
    # END SOLUTION

# %% tags=["check-6.1"]
lab.check("6.1", handler, view_type)

# %% [markdown] tags=["solution-only"]
# **Why this works.** An INSERT has no old image and a REMOVE no new one, so neither can be a change of status. MODIFY says that *something* changed; the comparison says whether it was the status.
#
# An alternative is `TypeDeserializer` of boto3, which turns typed items into plain Python. Lambda's own boto3 has it.
#
# In production, let a filter drop what is no MODIFY, so that nobody pays for those invocations: `{"eventName": ["MODIFY"]}`. It cannot compare two images with each other, so the handler still has to.

# %% tags=["wrong-6.1"] expect="only its total changed"
# every MODIFY is a change of status
view_type = "NEW_AND_OLD_IMAGES"


def tell(order_id, before, after):
    print(f"{order_id}: {before} → {after}")


def handler(event, context):
    for record in event["Records"]:
        if record["eventName"] == "MODIFY":
            change = record["dynamodb"]
            tell(change["Keys"]["order_id"]["S"], change["OldImage"]["status"]["S"], change["NewImage"]["status"]["S"])

# %% tags=["wrong-6.1"] expect="A new order has no image before"
# takes it for granted that there is a before
view_type = "NEW_AND_OLD_IMAGES"


def tell(order_id, before, after):
    print(f"{order_id}: {before} → {after}")


def handler(event, context):
    for record in event["Records"]:
        old, new = record["dynamodb"]["OldImage"], record["dynamodb"]["NewImage"]
        if old["status"] != new["status"]:
            tell(new["order_id"]["S"], old["status"]["S"], new["status"]["S"])

# %% tags=["wrong-6.1"] expect="a dict with its type"
# forgets the types
view_type = "NEW_AND_OLD_IMAGES"


def tell(order_id, before, after):
    print(f"{order_id}: {before} → {after}")


def handler(event, context):
    for record in event["Records"]:
        if record["eventName"] == "MODIFY":
            old, new = record["dynamodb"]["OldImage"], record["dynamodb"]["NewImage"]
            if old["status"] != new["status"]:
                tell(new["order_id"], old["status"], new["status"])

# %% tags=["wrong-6.1"] expect="the stream sends no OldImage"
# believes that every record holds both images
view_type = "NEW_IMAGE"


def tell(order_id, before, after):
    print(f"{order_id}: {before} → {after}")


def handler(event, context):
    for record in event["Records"]:
        if record["eventName"] == "MODIFY":
            old, new = record["dynamodb"]["OldImage"], record["dynamodb"]["NewImage"]
            if old["status"] != new["status"]:
                tell(new["order_id"]["S"], old["status"]["S"], new["status"]["S"])

# %% tags=["wrong-6.1"] expect="no view type"
# a name that sounds right
view_type = "BOTH_IMAGES"


def handler(event, context):
    for record in event["Records"]:
        print(record["dynamodb"]["NewImage"]["order_id"]["S"])

# %% tags=["wrong-6.1"] expect="A batch holds many records"
# the first record only
view_type = "NEW_AND_OLD_IMAGES"


def tell(order_id, before, after):
    print(f"{order_id}: {before} → {after}")


def handler(event, context):
    change = event["Records"][0]["dynamodb"]
    old, new = change.get("OldImage", {}), change.get("NewImage", {})
    if old and new and old["status"] != new["status"]:
        tell(new["order_id"]["S"], old["status"]["S"], new["status"]["S"])

# %% tags=["wrong-6.1"] expect="it is new"
# a new order came from nowhere
view_type = "NEW_AND_OLD_IMAGES"


def tell(order_id, before, after):
    print(f"{order_id}: {before} → {after}")


def handler(event, context):
    for record in event["Records"]:
        old = record["dynamodb"].get("OldImage", {}).get("status", {}).get("S")
        new = record["dynamodb"].get("NewImage", {}).get("status", {}).get("S")
        if new and old != new:
            tell(record["dynamodb"]["Keys"]["order_id"]["S"], old, new)

# %% tags=["alternative-6.1"]
# plain Python first
from boto3.dynamodb.types import TypeDeserializer

view_type = "NEW_AND_OLD_IMAGES"
plain = TypeDeserializer().deserialize


def tell(order_id, before, after):
    """Write to the customer."""
    print(f"{order_id}: {before} → {after}")


def handler(event, context):
    for record in event["Records"]:
        change = record["dynamodb"]
        old, new = (plain({"M": change.get(name, {})}) for name in ("OldImage", "NewImage"))
        if old and new and old["status"] != new["status"]:
            tell(new["order_id"], old["status"], new["status"])

# %% [markdown] teaches=["09-01", "09-03", "DVA-C03 1.2", "SAA-C03 3.5"]
# ## Which order a stream keeps
#
# A stream is cut into **shards**: parts that are read beside each other, each in its own order. The **partition key** of a record decides its shard, and in DynamoDB that of the item does.
# So all records of one key lie in one shard, in the order in which they were written.
#
# Lambda keeps one batch in flight per shard. Ten shards are ten batches at once, and ten environments.
#
# A shard can be too slow for its one batch. `ParallelizationFactor`, 1 to 10, lets Lambda work on that many batches of a shard at once.

# %% [markdown]
# **Predict.** Four customers click six times each, all in one shard. The mapping has `ParallelizationFactor=4`.
# In which order does the function see the 24 clicks?
#
# - A — as they were written: a stream is one line
# - B — each customer's in order; customers mixed
# - C — in any order: parallel batches overtake each other

# %% tags=["predict-6.b"]
lab.predict("6.b", ...)

# %% tags=["demo"]
import base64
import json
import time


def show_clicks(event, context):
    for record in event["Records"]:
        data = record["kinesis"]["data"]
        click = json.loads(base64.b64decode(data))
        print("click", record["kinesis"]["partitionKey"], click["n"], data)
        time.sleep(0.02)

# %% tags=["run"]
kinesis.create_stream(StreamName="clicks-demo", ShardCount=1)
kinesis.get_waiter("stream_exists").wait(StreamName="clicks-demo")
clicks_arn = "arn:aws:kinesis:us-east-1:123456789012:stream/clicks-demo"
customers = ("c-42", "c-43", "c-44", "c-45")


def click(customer, n):
    return {"PartitionKey": customer, "Data": json.dumps({"page": "/posters", "n": n})}


def read_stream(function, code, stream_arn, extra=(), **mapping):
    """Let a function read a stream from its oldest record; return the mapping's id."""
    role = lab.execution_role(function, may_read(stream_arn), *extra)
    lab.deploy(code, function, Role=role, Timeout=10)
    made = lambda_.create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=stream_arn,
        StartingPosition="TRIM_HORIZON",
        **mapping,
    )
    return made["UUID"]


def batches(function, verb):
    return lab.records(kind=f"batch.{verb}", function=function)


def click_lines():
    return [line.split() for line in lab.logs("clicks-demo") if line.startswith("click ")]


clicks = [click(customer, n) for n in range(1, 7) for customer in customers]
kinesis.put_records(StreamName="clicks-demo", Records=clicks)
read_stream("clicks-demo", show_clicks, clicks_arn, ParallelizationFactor=4, BatchSize=2)
lab.wait_until(lambda: len(click_lines()) == 24, 30, "24 clicks")
for customer in customers:
    print(customer, "clicks", *[n for _, key, n, _ in click_lines() if key == customer])
environments = lab.records(kind="environment.created", function="clicks-demo")
print("several batches at once:", len(environments) > 1)
print("data of the first click:", min(click_lines())[3])
lab.saw("6.b")

# %% [markdown] teaches=["09-02", "claim 16", "DVA-C03 1.2", "SAA-C03 3.5"]
# **What we saw.** Every customer's clicks came as 1 to 6, although several batches ran at once. Lambda never gives one key to two batches at a time.
#
# | | kept in order | not kept |
# |---|---|---|
# | one shard, factor 1 | the shard | – |
# | one shard, factor 4 | each key | keys among each other |
# | several shards | each key | shards among each other |
#
# So choose a key whose records belong together: the customer, the order. AWS says so on [its page](https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html). Data of Kinesis comes in base64, and your code decodes it.
#
# Two more sources are polled, and not played here:
#
# | source | the event | worth knowing |
# |---|---|---|
# | Apache Kafka (Amazon MSK or your own) | records grouped by topic and partition, in base64 | order is kept per partition |
# | Amazon MQ (ActiveMQ, RabbitMQ) | messages of a broker, in base64 | the mapping logs in with a secret of Secrets Manager |

# %% [markdown] teaches=["09-08", "09-09"]
# ## Break it · one bad record
#
# `stock-watch` takes what was ordered off the stock. Six orders are in the stream, in one batch. Number three has no items: somebody wrote it by hand, and the handler raises.
#
# In a queue a failed message steps aside until it is visible again. A shard has an order to keep, so nothing may overtake what failed.

# %% [markdown]
# **Predict.** The mapping has no settings but its start. What becomes of orders four to six?
#
# - A — they are processed: one bad record fails alone
# - B — they are processed after three tries with number three
# - C — they wait as long as number three is in the stream: a day

# %% tags=["predict-6.c"]
lab.predict("6.c", ...)

# %% tags=["demo"]
def take_stock(event, context):
    for record in event["Records"]:
        order = record["dynamodb"]["NewImage"]
        for item in order["items"]["L"]:
            sku, qty = item["M"]["sku"]["S"], item["M"]["qty"]["N"]
            print("took", qty, sku, order["order_id"]["S"])

# %% tags=["run"]
def six_orders(table):
    """Create a table and write six orders; the third has no items."""
    stream_arn = create_table(table, "NEW_AND_OLD_IMAGES")
    items = {"L": [{"M": {"sku": {"S": "poster-a2"}, "qty": {"N": "2"}}}]}
    for number in range(1, 7):
        order = {"order_id": {"S": f"o-200{number}"}, "status": {"S": "placed"}}
        if number != 3:
            order["items"] = items
        dynamodb.put_item(TableName=table, Item=order)
    return stream_arn


def times_taken(function):
    lines = lab.logs(function)
    orders = [f"o-200{number}" for number in range(1, 7)]
    return {order: lines.count(f"took 2 poster-a2 {order}") for order in orders}


blocked = read_stream("block-demo", take_stock, six_orders("block-demo"))
lab.wait_until(lambda: len(batches("block-demo", "retried")) >= 5, 20, "five failures")

fifth = batches("block-demo", "retried")[4]["sequence"]
until_then = [record for record in lab.records() if record["sequence"] <= fifth]
display(stream_view(until_then, stream="block-demo"))
taken = times_taken("block-demo")
print("o-2001 was taken off the stock more than once:", taken["o-2001"] > 1)
print("o-2004 to o-2006:", taken["o-2004"], taken["o-2005"], taken["o-2006"])
ages = [batch["iterator_age_ms"] for batch in batches("block-demo", "invoked")]
print("the iterator age grows:", ages == sorted(ages) and ages[-1] > ages[0])
lab.saw("6.c")

# %% [markdown] teaches=["09-08", "09-09", "09-10", "DVA-C03 4.1"]
# **What we saw.** Both halves of the ticket. The poison message of lab 05 is worse in a stream: it stands in the way.
#
# By default `MaximumRetryAttempts` is −1, no end: Lambda tries a failed batch until it succeeds, or until its records expire.
# And it tries the *whole* batch: o-2001 and o-2002 were taken off the stock each time.
#
# **Iterator age** is how old the last record of a batch is when Lambda hands it over.
# Set an alarm on the metric `IteratorAge`: it is near zero, and grows by a second per second when a shard stands.
# Beyond the stream's retention, records are lost unread.
#
# `LiveStream(lab, stream="block-demo")` of `helpers.consoles` shows it live. Then repair the mapping.

# %% tags=["run"]
lambda_.update_event_source_mapping(
    UUID=blocked, BisectBatchOnFunctionError=True, MaximumRetryAttempts=2
)


def count_of(function, verb):
    return sum(batch["count"] for batch in batches(function, verb))


lab.wait_until(lambda: count_of("block-demo", "succeeded") == 5, 30, "five good orders")
print(count_of("block-demo", "succeeded"), "orders processed")
print(count_of("block-demo", "dropped"), "order given up")

# %% [markdown] teaches=["09-08", "DVA-C03 1.2"]
# ## Ways out of a blocked shard
#
# | setting | does | default |
# |---|---|---|
# | `BisectBatchOnFunctionError` | halves a failed batch, and tries the halves in order; uses up no retry | off |
# | `MaximumRetryAttempts` | gives a batch up after so many retries, 0 to 10,000 | −1: no end |
# | `MaximumRecordAgeInSeconds` | gives up what is older, 60 to 604,800 | −1: no end |
# | `DestinationConfig` with `OnFailure` | tells a queue, a topic or a bucket what was given up | nobody |
# | `ReportBatchItemFailures` | the handler names the first failed `SequenceNumber`; Lambda goes on from there | off |
#
# Throttles are no failures, and use up no retry.

# %% [markdown]
# **Predict.** The same six orders, with bisect, two retries, and a queue as destination. What is in the queue at the end?
#
# - A — order o-2003, as it was in the stream
# - B — the batch of six orders
# - C — where o-2003 was in the stream, and nothing of the order

# %% tags=["predict-6.d"]
lab.predict("6.d", ...)

# %% tags=["run"]
sqs = lab.client("sqs")
lost = sqs.create_queue(QueueName="lost-demo")["QueueUrl"]
lost_arn = "arn:aws:sqs:us-east-1:123456789012:lost-demo"
may_send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": lost_arn}
read_stream(
    "bisect-demo",
    take_stock,
    six_orders("bisect-demo"),
    extra=[may_send],
    BisectBatchOnFunctionError=True,
    MaximumRetryAttempts=2,
    DestinationConfig={"OnFailure": {"Destination": lost_arn}},
)
lab.wait_until(lambda: count_of("bisect-demo", "succeeded") == 5, 30, "five good orders")
taken = times_taken("bisect-demo")
stream_view(lab.records(), stream="bisect-demo")

# %% tags=["run"]
body = sqs.receive_message(QueueUrl=lost, WaitTimeSeconds=5)["Messages"][0]["Body"]
told = json.loads(body)
print("condition:", told["requestContext"]["condition"])
print("names of DDBStreamBatchInfo:", *told["DDBStreamBatchInfo"], sep="\n  ")
print("the order is in it:", "o-2003" in body)
lab.saw("6.d")

# %% [markdown] teaches=["09-08", "DVA-C03 4.1"]
# **What we saw.** Halving found the bad record, and the shard went on. The message says where it was: shard, first and last sequence number. Within 24 hours you can read it there:

# %% tags=["run"]
place = told["DDBStreamBatchInfo"]
reader = lab.client("dynamodbstreams")
iterator = reader.get_shard_iterator(
    StreamArn=place["streamArn"],
    ShardId=place["shardId"],
    ShardIteratorType="AT_SEQUENCE_NUMBER",
    SequenceNumber=place["startSequenceNumber"],
)["ShardIterator"]
(found,) = reader.get_records(ShardIterator=iterator, Limit=1)["Records"]
print(json.dumps(found["dynamodb"]["NewImage"]))

# %% [markdown] teaches=["09-08", "DVA-C03 1.2"]
# After that it is gone. One destination keeps the records themselves: an S3 bucket. Its object is the same document with a `payload`, the event as text.
#
# | destination | holds the records | the role needs |
# |---|---|---|
# | queue | no | `sqs:SendMessage` |
# | topic | no | `sns:Publish` |
# | bucket | yes | `s3:PutObject` on its objects, `s3:ListBucket` on the bucket |
#
# Lambda looks at this permission when the mapping is created. If you take it away later, the message is lost: only the metric `DestinationDeliveryFailures` tells.

# %% [markdown]
# ### Exercise 6.2 · Moving again, and nothing lost
#
# The ticket's first half.
#
# **Given** `stock-watch` as above, which you may not change today. Its stream has an order without items, and one that fails at its first try only.
# There are a queue `stock-failures` and a bucket `halftone-failures`.
#
# **Goal** `mapping_settings` holds what `create_event_source_mapping` needs, besides function, stream and start. Every good order is taken. The bad one is given up, and the order itself is kept.
# `statement` is what the execution role needs for that, besides reading the stream.
#
# **Done when** seven orders have gone through a mapping with your settings. The check also tries what the role should not allow.

# %% tags=["exercise-6.2"]
queue_arn = "arn:aws:sqs:us-east-1:123456789012:stock-failures"
bucket_arn = "arn:aws:s3:::halftone-failures"

destination = {"OnFailure": {"Destination": bucket_arn}}  # SOLUTION
mapping_settings = {"BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 3, "DestinationConfig": destination}  # SOLUTION
statement = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:ListBucket"], "Resource": [bucket_arn, f"{bucket_arn}/*"]}  # SOLUTION

# %% tags=["check-6.2"]
lab.check("6.2", mapping_settings, statement)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Halving isolates the bad order, so that its neighbours are not given up with it. The retries end the wait. The bucket keeps the order itself, for as long as you like.
#
# An alternative is `BatchSize` 1 in place of halving: no good order is repeated, but each is an invocation of its own. If you may change the handler, let it report the first failed `SequenceNumber`.
#
# In production, let the bucket's notification wake somebody (lab 04), and alarm on `IteratorAge`. Choose retries by how long the systems behind you are usually down, for a short outage should not fill the bucket with good orders.

# %% tags=["wrong-6.2"] expect="the shard stood still"
# the defaults
mapping_settings = {}
statement = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:ListBucket"], "Resource": [bucket_arn, f"{bucket_arn}/*"]}

# %% tags=["wrong-6.2"] expect="Halving finds the bad order, and then tries it without end"
# bisect alone
mapping_settings = {
    "BisectBatchOnFunctionError": True,
    "DestinationConfig": {"OnFailure": {"Destination": bucket_arn}},
}
statement = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:ListBucket"], "Resource": [bucket_arn, f"{bucket_arn}/*"]}

# %% tags=["wrong-6.2"] expect="given up together with it"
# retries alone
mapping_settings = {
    "MaximumRetryAttempts": 3,
    "DestinationConfig": {"OnFailure": {"Destination": bucket_arn}},
}
statement = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:ListBucket"], "Resource": [bucket_arn, f"{bucket_arn}/*"]}

# %% tags=["wrong-6.2"] expect="What waits behind the bad order grows old as well"
# too old is too old, for everybody
mapping_settings = {
    "MaximumRecordAgeInSeconds": 60,
    "DestinationConfig": {"OnFailure": {"Destination": bucket_arn}},
}
statement = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:ListBucket"], "Resource": [bucket_arn, f"{bucket_arn}/*"]}

# %% tags=["wrong-6.2"] expect="nobody was told"
# moving, and the bad order is gone
mapping_settings = {"BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 3}
statement = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:ListBucket"], "Resource": [bucket_arn, f"{bucket_arn}/*"]}

# %% tags=["wrong-6.2"] expect="The queue was told where it was, not what it was"
# believes that the failure record holds the record
mapping_settings = {
    "BisectBatchOnFunctionError": True,
    "MaximumRetryAttempts": 3,
    "DestinationConfig": {"OnFailure": {"Destination": queue_arn}},
}
statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue_arn}

# %% tags=["wrong-6.2"] expect="given up after one try"
# one record, one try
mapping_settings = {
    "BatchSize": 1,
    "MaximumRetryAttempts": 0,
    "DestinationConfig": {"OnFailure": {"Destination": bucket_arn}},
}
statement = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:ListBucket"], "Resource": [bucket_arn, f"{bucket_arn}/*"]}

# %% tags=["wrong-6.2"] expect="a mapping that Lambda takes"
# the role may read the bucket, and not write
mapping_settings = {
    "BisectBatchOnFunctionError": True,
    "MaximumRetryAttempts": 3,
    "DestinationConfig": {"OnFailure": {"Destination": bucket_arn}},
}
statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{bucket_arn}/*"}

# %% tags=["wrong-6.2"] expect="The role may also"
# a star is quicker to type
mapping_settings = {
    "BisectBatchOnFunctionError": True,
    "MaximumRetryAttempts": 3,
    "DestinationConfig": {"OnFailure": {"Destination": bucket_arn}},
}
statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}

# %% tags=["wrong-6.2"] expect="a mapping that Lambda takes"
# the settings of a function's asynchronous invokes
mapping_settings = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60}
statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue_arn}

# %% tags=["alternative-6.2"]
# one order per batch
mapping_settings = {
    "BatchSize": 1,
    "MaximumRetryAttempts": 5,
    "DestinationConfig": {"OnFailure": {"Destination": bucket_arn}},
}
statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{bucket_arn}/*"}

# %% [markdown] teaches=["09-07"]
# ## The same record, twice
#
# Streams deliver at least once, like queues. The picture of `bisect-demo` above shows which batches were tried.

# %% [markdown]
# **Predict.** Order o-2001 is good, and o-2003 always fails. How often was o-2001 taken off the stock in that run?
#
# - A — once: bisecting puts the bad record aside first
# - B — twice: in the batch that failed, and then again
# - C — three times

# %% tags=["predict-6.e"]
lab.predict("6.e", ...)

# %% tags=["run"]
for order_id, count in taken.items():
    print(order_id, "taken off the stock:", count)

# %% tags=["run"]
lab.saw("6.e")

# %% [markdown] teaches=["09-07", "DVA-C03 1.2"]
# **What we saw.** Each try runs your code again, and nothing is rolled back. That is the ticket's second half. Three things bring a record again:
#
# | cause | what comes again |
# |---|---|
# | a failed neighbour | the whole batch, or a half |
# | a timeout after the work was done | the whole batch |
# | Lambda's own pollers, or shards that were cut anew | some records |
#
# So the second time must do no harm. To *set* a value twice is harmless; to *add* to it is not.
#
# A **conditional write** is one that DynamoDB does only if a condition holds: for example, that this change has not been applied yet. Test and write are one step, so nothing can come between.

# %% [markdown] teaches=["09-07", "DVA-C03 1.2"]
# ### Exercise 6.4 · Off the stock once
#
# The ticket's second half.
#
# **Given** the table `stock` with items such as `{"sku": {"S": "poster-a2"}, "left": {"N": "40"}}`; its name is in `STOCK_TABLE`. `lines` reads an order's items; each sku is there once. `take_once` is a proposal: arrange the rest as you like.
#
# **Goal** each new order lowers `left` by its quantities, once, however often its record comes. Changed and deleted orders lower nothing. The role allows GetItem, PutItem and UpdateItem on this table.
#
# **Done when** the stock is right after batches that were cut anew, after a failure half-way, and in another environment.

# %% tags=["exercise-6.4"]
import os

import boto3

table = os.environ.get("STOCK_TABLE", "stock")
dynamodb = boto3.client("dynamodb")


def lines(order):
    """Return the sku and the quantity of each item; raises for an order without items."""
    items = [item["M"] for item in order["items"]["L"]]
    return [(item["sku"]["S"], int(item["qty"]["N"])) for item in items]


def handler(event, context):
    # SOLUTION: go through the new orders, and take each of their skus once
    for record in event["Records"]:
        if record["eventName"] != "INSERT":
            continue
        for sku, qty in lines(record["dynamodb"]["NewImage"]):
            take_once(record["eventID"], sku, qty)
    # END SOLUTION


def take_once(change, sku, qty):
    """Lower `left` of a sku, unless this change has done so already."""
    # SOLUTION: one write that lowers, notes the change, and has a condition
    try:
        dynamodb.update_item(
            TableName=table,
            Key={"sku": {"S": sku}},
            UpdateExpression="ADD #left :less, applied :changes",
            ConditionExpression="NOT contains(applied, :change)",
            ExpressionAttributeNames={"#left": "left"},
            ExpressionAttributeValues={
                ":less": {"N": str(-qty)},
                ":change": {"S": change},
                ":changes": {"SS": [change]},
            },
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        print("already applied:", change, sku)
    # END SOLUTION

# %% tags=["check-6.4"]
lab.check("6.4", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The item remembers which changes it has seen, and the condition and both changes are one write. A crash between two skus does no harm either: the repeat finds the first one done, and does the second.
# `eventID` is the same each time a record comes. The number of the order would do as well here.
#
# An alternative is an item of its own per change, written together with the stock in one `transact_write_items`.
#
# In production the set of changes must not grow for ever. Keep them as items that expire after more than a day, or use the idempotency utility of Powertools (lab 10).

# %% tags=["wrong-6.4"] expect="was taken off a second time"
# hopes that nothing comes twice
import os

import boto3

table = os.environ.get("STOCK_TABLE", "stock")
dynamodb = boto3.client("dynamodb")


def handler(event, context):
    for record in event["Records"]:
        if record["eventName"] == "INSERT":
            for item in record["dynamodb"]["NewImage"]["items"]["L"]:
                less = {":less": {"N": "-" + item["M"]["qty"]["N"]}}
                dynamodb.update_item(
                    TableName=table, Key={"sku": item["M"]["sku"]}, UpdateExpression="ADD #left :less",
                    ExpressionAttributeNames={"#left": "left"}, ExpressionAttributeValues=less,
                )

# %% tags=["wrong-6.4"] expect="another environment remembers nothing"
# remembers in a global
import os

import boto3

table = os.environ.get("STOCK_TABLE", "stock")
dynamodb = boto3.client("dynamodb")
seen = set()


def handler(event, context):
    for record in event["Records"]:
        if record["eventName"] == "INSERT" and record["eventID"] not in seen:
            for item in record["dynamodb"]["NewImage"]["items"]["L"]:
                less = {":less": {"N": "-" + item["M"]["qty"]["N"]}}
                dynamodb.update_item(
                    TableName=table, Key={"sku": item["M"]["sku"]}, UpdateExpression="ADD #left :less",
                    ExpressionAttributeNames={"#left": "left"}, ExpressionAttributeValues=less,
                )
            seen.add(record["eventID"])

# %% tags=["wrong-6.4"] expect="it was changed, not placed"
# every record is an order
import os

import boto3

table = os.environ.get("STOCK_TABLE", "stock")
dynamodb = boto3.client("dynamodb")


def handler(event, context):
    for record in event["Records"]:
        for item in record["dynamodb"].get("NewImage", {}).get("items", {}).get("L", []):
            try:
                dynamodb.update_item(
                    TableName=table, Key={"sku": item["M"]["sku"]}, UpdateExpression="ADD #left :less, applied :ids",
                    ConditionExpression="NOT contains(applied, :id)",
                    ExpressionAttributeNames={"#left": "left"},
                    ExpressionAttributeValues={
                        ":less": {"N": "-" + item["M"]["qty"]["N"]},
                        ":id": {"S": record["eventID"]}, ":ids": {"SS": [record["eventID"]]},
                    },
                )
            except dynamodb.exceptions.ConditionalCheckFailedException:
                pass

# %% tags=["wrong-6.4"] expect="cut into other batches"
# remembers batches, as if they came again as they were
import os

import boto3

table = os.environ.get("STOCK_TABLE", "stock")
dynamodb = boto3.client("dynamodb")


def handler(event, context):
    batch = event["Records"][0]["eventID"]
    note = {"sku": {"S": f"batch {batch}"}}
    if "Item" in dynamodb.get_item(TableName=table, Key=note):
        return
    for record in event["Records"]:
        if record["eventName"] == "INSERT":
            for item in record["dynamodb"]["NewImage"]["items"]["L"]:
                less = {":less": {"N": "-" + item["M"]["qty"]["N"]}}
                dynamodb.update_item(
                    TableName=table, Key={"sku": item["M"]["sku"]}, UpdateExpression="ADD #left :less",
                    ExpressionAttributeNames={"#left": "left"}, ExpressionAttributeValues=less,
                )
    dynamodb.put_item(TableName=table, Item=note)

# %% tags=["wrong-6.4"] expect="was taken off a second time"
# notes an order when all of it is done: a crash before that repeats it
import os

import boto3

table = os.environ.get("STOCK_TABLE", "stock")
dynamodb = boto3.client("dynamodb")


def handler(event, context):
    done = []
    for record in event["Records"]:
        note = {"sku": {"S": f"change {record['eventID']}"}}
        if record["eventName"] != "INSERT" or "Item" in dynamodb.get_item(TableName=table, Key=note):
            continue
        for item in record["dynamodb"]["NewImage"]["items"]["L"]:
            less = {":less": {"N": "-" + item["M"]["qty"]["N"]}}
            dynamodb.update_item(
                TableName=table, Key={"sku": item["M"]["sku"]}, UpdateExpression="ADD #left :less",
                ExpressionAttributeNames={"#left": "left"}, ExpressionAttributeValues=less,
            )
        done.append(note)
    for note in done:
        dynamodb.put_item(TableName=table, Item=note)

# %% tags=["wrong-6.4"] expect="was never taken off"
# notes an order first: a crash after that loses it
import os

import boto3

table = os.environ.get("STOCK_TABLE", "stock")
dynamodb = boto3.client("dynamodb")


def handler(event, context):
    fresh = []
    for record in event["Records"]:
        note = {"sku": {"S": f"change {record['eventID']}"}}
        if record["eventName"] == "INSERT" and "Item" not in dynamodb.get_item(TableName=table, Key=note):
            dynamodb.put_item(TableName=table, Item=note)
            fresh.append(record["dynamodb"]["NewImage"])
    lines = [item["M"] for order in fresh for item in order["items"]["L"]]
    for item in lines:
        dynamodb.update_item(
            TableName=table, Key={"sku": item["sku"]}, UpdateExpression="ADD #left :less",
            ExpressionAttributeNames={"#left": "left"},
            ExpressionAttributeValues={":less": {"N": "-" + item["qty"]["N"]}},
        )

# %% tags=["alternative-6.4"]
# a note per change, in one transaction with the stock
import os

import boto3

table = os.environ.get("STOCK_TABLE", "stock")
dynamodb = boto3.client("dynamodb")


def lower(item):
    return {
        "Update": {
            "TableName": table,
            "Key": {"sku": item["M"]["sku"]},
            "UpdateExpression": "SET #left = #left - :qty",
            "ExpressionAttributeNames": {"#left": "left"},
            "ExpressionAttributeValues": {":qty": item["M"]["qty"]},
        }
    }


def handler(event, context):
    for record in event["Records"]:
        if record["eventName"] != "INSERT":
            continue
        order = record["dynamodb"]["NewImage"]
        note = {
            "TableName": table,
            "Item": {"sku": {"S": f"order {order['order_id']['S']}"}},
            "ConditionExpression": "attribute_not_exists(sku)",
        }
        try:
            dynamodb.transact_write_items(
                TransactItems=[{"Put": note}, *map(lower, order["items"]["L"])]
            )
        except dynamodb.exceptions.TransactionCanceledException:
            print("already applied", order["order_id"]["S"])

# %% [markdown]
# ## Recap
#
# - A stream keeps its records; each reader has a place. Only `NEW_AND_OLD_IMAGES` holds both images.
# - Order holds per key, with any number of shards and any parallelization factor.
# - By default a failed batch is tried until its records expire, and its shard stands. `IteratorAge` tells.
# - Bisect, retries and a destination set it free. Only a bucket keeps the record itself.
# - A record may come twice: write so that the second time changes nothing.

# %% [markdown]
# ## Heard elsewhere
#
# Four sentences from articles about Lambda. Before you run the cell, mark each as `"true"`, `"half"` or `"false"`, in place of `...`.

# %% tags=["predict-6.g"] teaches=["09-02", "09-04", "09-07", "09-08", "09-09", "claim 16", "claim 32"]
lab.predict("6.g", ...)  # Several batches per shard at once cost you the order.
lab.predict("6.h", ...)  # A record of a table's stream holds the item before and after.
lab.predict("6.i", ...)  # A stream's failed batch is retried until its data expires.
lab.predict("6.j", ...)  # The same record may reach your function twice.
display(lab.saw("6.g"), lab.saw("6.h"), lab.saw("6.i"), lab.saw("6.j"))

# %% [markdown]
# ## In real AWS
#
# Where this lab met something that AWS does in another way:

# %% tags=["run"]
lab.fidelity()

# %% [markdown]
# ## Receipt
#
# What your functions would have cost on AWS. DynamoDB does not charge for Lambda's reads of its streams; Kinesis charges per shard and hour.

# %% tags=["run", "nbval-ignore-output"]
# not compared: what is billed differs from run to run
lab.receipt()

# %% [markdown]
# ## Questions
#
# Answer in your head or on paper, then open the reasons.

# %% tags=["run"]
lab.questions()

# %% [markdown] teaches=["09-03", "DVA-C03 1.2"]
# ## More
#
# Two stretch exercises with clicks, 20 minutes.
#
# A **tumbling window** is a span of time that follows the one before without a gap: each minute, for example. With `TumblingWindowInSeconds`, up to 900, Lambda carries a state from batch to batch of a window.
#
# | in the event | is |
# |---|---|
# | `window` | its `start` and `end`, as text |
# | `state` | what the last invocation returned; `{}` at first |
# | `isFinalInvokeForWindow` | true when the window ends: now pass on the result |
# | `isWindowTerminatedEarly` | true when the state grew over 1 MB |
#
# The answer must hold `state`; without it the batch has failed. A record belongs to a window by the time at which it *arrived* at the stream, not by a time in its data.
# State is kept per shard, so each shard has a result of its own.

# %% [markdown]
# ### Exercise 6.3 · Clicks per minute
#
# **Given** Kinesis records whose data is JSON, such as `{"page": "/posters"}`. `save` keeps a result.
#
# **Goal** `save(start, counts)` is called once per window, with the clicks per page of the whole window: `{"/posters": 3}`.
# The last event of a window may hold records too.
#
# **Done when** two windows, event by event, are right; then a stream with windows of a minute, one second here.

# %% tags=["exercise-6.3"]
import base64
import json


def save(start, counts):
    """Keep the result of a window."""
    print("saved", json.dumps({"start": start, "counts": counts}))


def handler(event, context):
    # SOLUTION: count into the state; save it when the window ends
    counts = event["state"]
    for record in event["Records"]:
        click = json.loads(base64.b64decode(record["kinesis"]["data"]))
        counts[click["page"]] = counts.get(click["page"], 0) + 1
    if event["isFinalInvokeForWindow"]:
        save(event["window"]["start"], counts)
    return {"state": counts}
    # END SOLUTION

# %% tags=["check-6.3"]
lab.check("6.3", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The state is the only memory: it comes with the event, is added to, and is returned. Lambda keeps it outside your environments, so it survives them.
#
# An alternative is a `Counter` made of the state; JSON takes it as a dict.
#
# In production, remember that a retried final event saves twice: save by a key, such as shard and start of the window, so that the second time overwrites the first. For windows by a time in the data, look at Managed Service for Apache Flink.

# %% tags=["wrong-6.3"] expect="The answer must hold state"
# returns the counts themselves
import base64
import json


def save(start, counts):
    print("saved", json.dumps({"start": start, "counts": counts}))


def handler(event, context):
    counts = event["state"]
    for record in event["Records"]:
        page = json.loads(base64.b64decode(record["kinesis"]["data"]))["page"]
        counts[page] = counts.get(page, 0) + 1
    if event["isFinalInvokeForWindow"]:
        save(event["window"]["start"], counts)
    return counts

# %% tags=["wrong-6.3"] expect="was saved before it had ended"
# saves at every event
import base64
import json


def save(start, counts):
    print("saved", json.dumps({"start": start, "counts": counts}))


def handler(event, context):
    counts = event["state"]
    for record in event["Records"]:
        page = json.loads(base64.b64decode(record["kinesis"]["data"]))["page"]
        counts[page] = counts.get(page, 0) + 1
    save(event["window"]["start"], counts)
    return {"state": counts}

# %% tags=["wrong-6.3"] expect="the records of the last event are missing"
# the last event is for saving only
import base64
import json


def save(start, counts):
    print("saved", json.dumps({"start": start, "counts": counts}))


def handler(event, context):
    counts = event["state"]
    if event["isFinalInvokeForWindow"]:
        save(event["window"]["start"], counts)
        return {"state": {}}
    for record in event["Records"]:
        page = json.loads(base64.b64decode(record["kinesis"]["data"]))["page"]
        counts[page] = counts.get(page, 0) + 1
    return {"state": counts}

# %% tags=["wrong-6.3"] expect="A global lives in one environment"
# counts in a global
import base64
import json

counts = {}


def save(start, counts):
    print("saved", json.dumps({"start": start, "counts": counts}))


def handler(event, context):
    for record in event["Records"]:
        page = json.loads(base64.b64decode(record["kinesis"]["data"]))["page"]
        counts[page] = counts.get(page, 0) + 1
    if event["isFinalInvokeForWindow"]:
        save(event["window"]["start"], counts)
    return {"state": {}}

# %% tags=["wrong-6.3"] expect="The state counts only this event"
# begins anew each time
import base64
import json


def save(start, counts):
    print("saved", json.dumps({"start": start, "counts": counts}))


def handler(event, context):
    counts = {}
    for record in event["Records"]:
        page = json.loads(base64.b64decode(record["kinesis"]["data"]))["page"]
        counts[page] = counts.get(page, 0) + 1
    if event["isFinalInvokeForWindow"]:
        save(event["window"]["start"], counts)
    return {"state": counts}

# %% tags=["alternative-6.3"]
import base64
import json
from collections import Counter


def save(start, counts):
    """Keep the result of a window."""
    print("saved", json.dumps({"start": start, "counts": counts}))


def pages(event):
    for record in event["Records"]:
        yield json.loads(base64.b64decode(record["kinesis"]["data"]))["page"]


def handler(event, context):
    counts = Counter(event["state"].get("counts", {}))
    counts.update(pages(event))
    if event["isFinalInvokeForWindow"]:
        save(event["window"]["start"], counts)
    return {"state": {"counts": counts}}

# %% [markdown] teaches=["09-03", "SAA-C03 3.5"]
# ### Exercise 6.5 · Clicks, summed up
#
# **Given** a stream of clicks without windows. Data is JSON such as `{"page": "/posters", "customer": "c-42"}`, but some senders have bugs: text that is no JSON, JSON without a page.
#
# **Goal** each batch calls `save(counts)` once, with its clicks per page. What cannot be read is given to `set_aside` with its sequence number, and stops nobody. A batch without a good click saves nothing.
#
# **Done when** three batches lead to the right calls.

# %% tags=["exercise-6.5"]
import base64
import json


def save(counts):
    """Keep the counts of a batch."""
    print("saved", json.dumps(counts))


def set_aside(sequence_number):
    """Note a record that somebody should look at."""
    print("aside", sequence_number)


def handler(event, context):
    # SOLUTION: count the clicks per page, save the counts, set aside what cannot be read
    counts = {}
    for record in event["Records"]:
        try:
            page = json.loads(base64.b64decode(record["kinesis"]["data"]))["page"]
        except (ValueError, KeyError, TypeError):
            set_aside(record["kinesis"]["sequenceNumber"])
            continue
        counts[page] = counts.get(page, 0) + 1
    if counts:
        save(counts)
    # END SOLUTION

# %% tags=["check-6.5"]
lab.check("6.5", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Every record has a `try` of its own around decoding and reading. A record that will never be readable must not fail the batch, for in a stream it would stop all others.
# `TypeError` is for JSON that is no object, such as a bare number.
#
# An alternative is to report the sequence number of the first bad record and stop there. But Lambda then tries it and all behind it again, until retries run out.
#
# In production, set aside into a queue or bucket, with the data. And count what you set aside: a sender's new version can make every record unreadable, without one failed invocation.

# %% tags=["wrong-6.5"] expect="in base64"
# reads the data as it comes
import json


def save(counts):
    print("saved", json.dumps(counts))


def set_aside(sequence_number):
    print("aside", sequence_number)


def handler(event, context):
    counts = {}
    for record in event["Records"]:
        try:
            page = json.loads(record["kinesis"]["data"])["page"]
        except (ValueError, KeyError, TypeError):
            set_aside(record["kinesis"]["sequenceNumber"])
            continue
        counts[page] = counts.get(page, 0) + 1
    if counts:
        save(counts)

# %% tags=["wrong-6.5"] expect="it stops its shard"
# trusts every sender
import base64
import json


def save(counts):
    print("saved", json.dumps(counts))


def handler(event, context):
    counts = {}
    for record in event["Records"]:
        page = json.loads(base64.b64decode(record["kinesis"]["data"]))["page"]
        counts[page] = counts.get(page, 0) + 1
    save(counts)

# %% tags=["wrong-6.5"] expect="stands behind a bad one"
# one try around the loop
import base64
import json


def save(counts):
    print("saved", json.dumps(counts))


def set_aside(sequence_number):
    print("aside", sequence_number)


def handler(event, context):
    counts = {}
    try:
        for record in event["Records"]:
            page = json.loads(base64.b64decode(record["kinesis"]["data"]))["page"]
            counts[page] = counts.get(page, 0) + 1
    except (ValueError, KeyError, TypeError):
        set_aside(record["kinesis"]["sequenceNumber"])
    if counts:
        save(counts)

# %% tags=["wrong-6.5"] expect="nobody will look at it"
# swallows what it cannot read
import base64
import json


def save(counts):
    print("saved", json.dumps(counts))


def handler(event, context):
    counts = {}
    for record in event["Records"]:
        try:
            page = json.loads(base64.b64decode(record["kinesis"]["data"]))["page"]
        except Exception:
            continue
        counts[page] = counts.get(page, 0) + 1
    if counts:
        save(counts)

# %% tags=["wrong-6.5"] expect="saved 5 times"
# saves each click
import base64
import json


def save(counts):
    print("saved", json.dumps(counts))


def set_aside(sequence_number):
    print("aside", sequence_number)


def handler(event, context):
    for record in event["Records"]:
        try:
            page = json.loads(base64.b64decode(record["kinesis"]["data"]))["page"]
        except (ValueError, KeyError, TypeError):
            set_aside(record["kinesis"]["sequenceNumber"])
            continue
        save({page: 1})

# %% tags=["alternative-6.5"]
import base64
import json
from collections import Counter


def save(counts):
    """Keep the counts of a batch."""
    print("saved", json.dumps(counts))


def set_aside(sequence_number):
    """Note a record that somebody should look at."""
    print("aside", sequence_number)


def page_of(data):
    try:
        click = json.loads(base64.b64decode(data))
    except ValueError:
        return None
    return click.get("page") if isinstance(click, dict) else None


def handler(event, context):
    read = [(r["kinesis"]["sequenceNumber"], page_of(r["kinesis"]["data"])) for r in event["Records"]]
    for number, page in read:
        if page is None:
            set_aside(number)
    counts = Counter(page for _, page in read if page is not None)
    if counts:
        save(counts)

# %% [markdown]
# ## Clean up
#
# Deletes what this lab made. On AWS a Kinesis stream costs per hour, whether or not somebody reads it.

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# **07 · Layers and packages**: what may travel with your code, and which copy of a library wins.
# Close this tab, and in the terminal run `python3 kit.py lab 07`.
