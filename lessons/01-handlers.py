# %% [markdown]
# <!-- lab: {"number": "01", "title": "Handlers", "minutes_core": 45, "minutes_stretch": 25, "exam_tasks": ["DVA-C03 1.2", "DVA-C03 4.1", "DVA-C03 4.2"], "closed": []} -->
# # Lab 01 · Handlers
#
# > **Ticket.** Halftone, Tuesday 07:55. Five functions went live last night, and the dashboard is green: every invoke answers 200.
# > But no order was printed and no card was charged. Please find out what 200 is hiding.
#
# **Promise.** In 45 minutes you deploy a handler by hand, read how it fails, and bring all five functions to life.
#
# **You will be able to**
#
# - deploy a handler with nothing but a zip, a role and `create_function`;
# - tell a refused invoke from a failed function;
# - say which Python values survive the way through JSON;
# - give every log line the id of its request;
# - read a REPORT line and say what the invocation costs.
#
# **Minutes.** 45 for the core, 25 more for the two stretch exercises under "More".
#
# **Know first.** Lab 00: event, handler, `create_function`, and that the cell is the file.
#
# **Exam tasks.** DVA-C03 1.2 (code for Lambda), DVA-C03 4.1 (root cause) and DVA-C03 4.2 (logging).

# %% [markdown]
# ## Setup
#
# Run this cell first. It starts an empty account; your functions get the CPU share that AWS would give them.

# %% tags=["setup"]
import io
import json
import zipfile

from botocore.exceptions import ClientError

from helpers import Lab
from helpers.views import timeline

lab = Lab("01-handlers", cpu_share=True)
lambda_ = lab.client("lambda")
order = {
    "order_id": "o-1007",
    "customer": "c-42",
    "items": [{"sku": "poster-a2", "qty": 2, "unit_cents": 1950}],
    "total_cents": 3900,
    "status": "placed",
}

# %% [markdown]
# ## Warm-up
#
# Three questions from lab 00. Say your answer aloud, then open the line. Skip them if you come straight from there.
#
# <details><summary>A cell uses a name from another cell. What happens to it on Lambda?</summary>NameError: the cell is the file, and the other cell is not in it.</details>
# <details><summary>How long may one invocation of an ordinary function last?</summary>15 minutes, which is 900 seconds, at most.</details>
# <details><summary>What do you pay for while nobody calls your function?</summary>Nothing for compute: you pay for requests, and for memory multiplied by time.</details>

# %% [markdown] teaches=["02-04", "02-08", "01-26", "DVA-C03 1.2"]
# ## By hand, once
#
# Before Lambda can run your code it needs three things.
#
# 1. A **deployment package**: a zip with your file in it.
# 2. An **execution role**: what the code may do, and nothing more.
# 3. Settings: the **runtime** (which Python), the handler (file, dot, function), memory, timeout, environment variables.
#
# Then an event and a context go in, and an answer comes out: so it is in every language.
# You do all of it by hand here, once, so that no tool stays magic. (To do it twice, run `lab.reset()` first: names are taken.)

# %% [markdown]
# **Predict.** Python 3.7 and Python 3.9 get no more security patches from anybody. You create one function with each.
# What does `create_function` say in November 2026?
#
# - A — it refuses both: neither gets patches
# - B — it creates both: old code has to run somewhere
# - C — it refuses `python3.7` and creates `python3.9`

# %% tags=["predict-1.a"]
lab.predict("1.a", ...)

# %% tags=["run"] teaches=["02-02", "DVA-C03 3.1"]
# the file: a setting such as the shop's name comes from an environment variable
app = '''\
import os

def handler(event, context):
    lines = len(event["items"])
    return {"shop": os.environ["SHOP"], "order_id": event["order_id"], "lines": lines}
'''

# 1. the package: Lambda runs it as another user, who must be allowed to read the file
package = io.BytesIO()
with zipfile.ZipFile(package, "w") as archive:
    entry = zipfile.ZipInfo("app.py")
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, app)

# 2. the role: Lambda may take it on, and whoever has it may write this function's own log
trust = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/first-demo"
own_log = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": [group, f"{group}:*"],
}


def policy(statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


iam = lab.client("iam")
role = iam.create_role(RoleName="first-demo-role", AssumeRolePolicyDocument=policy(trust))["Role"]
iam.put_role_policy(
    RoleName="first-demo-role", PolicyName="own-log", PolicyDocument=policy(own_log)
)
print(len(package.getvalue()), "bytes of zip")
print(role["Arn"])

# %% tags=["run"] teaches=["02-02"]
# 3. the settings
lambda_.create_function(
    FunctionName="first-demo",
    Runtime="python3.13",
    Handler="app.handler",
    Role=role["Arn"],
    Code={"ZipFile": package.getvalue()},
    Environment={"Variables": {"SHOP": "Halftone"}},
)
lambda_.get_waiter("function_active_v2").wait(FunctionName="first-demo")

answer = lambda_.invoke(FunctionName="first-demo", Payload=json.dumps(order))
print(answer["StatusCode"], answer["Payload"].read().decode())

# %% tags=["run"]
for runtime in ("python3.7", "python3.9"):
    try:
        lambda_.create_function(
            FunctionName=runtime.replace(".", "-") + "-demo",
            Runtime=runtime,
            Handler="app.handler",
            Role=role["Arn"],
            Code={"ZipFile": package.getvalue()},
        )
        print(runtime, "→ created")
    except ClientError as refusal:
        print(runtime, "→", refusal, end="\n\n")

lab.saw("1.a")

# %% [markdown] teaches=["02-02", "02-03", "claim 3", "claim 5"]
# **What we saw.** A runtime ends in steps; existing functions run on through all of them:
#
# | runtime | no patches from | no creating from | no updating from |
# |---|---|---|---|
# | `python3.7` | 4 Dec 2023 | 9 Jan 2024 | 3 Mar 2027 |
# | `python3.9` | 15 Dec 2025 | 1 Feb 2027 | 3 Mar 2027 |
# | `python3.11` | 30 Jun 2027 | 31 Jul 2027 | 31 Aug 2027 |
# | `python3.13`, `python3.14` | 30 Jun 2029 | 31 Jul 2029 | 31 Aug 2029 |
#
# From February 2027 the cell above shows two refusals.
#
# Start new work with `python3.13` or later; articles of 2025 still show `python3.11`, and `nodejs20.x`, which ended in April 2026. (Days: [AWS's page](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html), read in October 2026.)
# Here, each runs on this notebook's Python.
#
# From now on `lab.deploy(handler, name)` makes these calls and prints them, in full once and then in short.
# In a terminal, the AWS CLI does the same:
#
# ```bash
# aws iam create-role --role-name place-order-role --assume-role-policy-document file://trust.json
# aws iam put-role-policy --role-name place-order-role --policy-name own-log --policy-document file://own-log.json
# aws lambda create-function --function-name place-order --runtime python3.13 --handler app.handler --role arn:aws:iam::123456789012:role/place-order-role --zip-file fileb://function.zip
# aws lambda invoke --function-name place-order --payload fileb://event.json --log-type Tail response.json
# ```
#
# Articles write the event inline, as in `--payload '{"order_id": "o-1007"}'`. Version 2 of the CLI takes that for base64 and refuses it.
# A file works in both versions; so does adding `--cli-binary-format raw-in-base64-out` in version 2.

# %% [markdown] teaches=["02-11"]
# ### Exercise 1.1 · What an order costs
#
# **Given** orders such as the one in Setup. Some arrive without items, some with nonsense in them.
#
# **Goal** the answer is `{"order_id": …, "total_cents": …}`, computed from the items.
# A bad order raises an exception class of your own, and its message names the order.
# An order is bad without items, when a `qty` is not an int of at least 1, or when a `unit_cents` is not an int of at least 0.
#
# **Done when** three good orders get their total and six bad ones your exception.
#
# A good handler is thin: it takes the event apart and calls ordinary functions, which you can test anywhere.

# %% tags=["exercise-1.1"]
class BadOrder(Exception):
    """An order that breaks a rule of the shop."""


def total_cents(order):
    # SOLUTION: raise BadOrder for a bad order; return the sum of qty × unit_cents
    if not order.get("items"):
        raise BadOrder(f"order {order['order_id']} has no items")
    total = 0
    for item in order["items"]:
        qty, unit_cents = item.get("qty"), item.get("unit_cents")
        if type(qty) is not int or qty < 1:
            raise BadOrder(f"order {order['order_id']}: qty is {qty!r}")
        if type(unit_cents) is not int or unit_cents < 0:
            raise BadOrder(f"order {order['order_id']}: unit_cents is {unit_cents!r}")
        total += qty * unit_cents
    return total
    # END SOLUTION


def handler(event, context):
    return {"order_id": event["order_id"], "total_cents": total_cents(event)}

# %% tags=["check-1.1"]
lab.check("1.1", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** An exception that leaves the handler is how a function says "failed": Lambda reports it, counts it, and retries where retries make sense.
# The class name becomes `errorType`, so a name of your own tells bad orders from bugs. The rules come before the sum, so no half-checked number gets into it.
#
# An alternative is to describe the order once as a class or with a library such as pydantic, and let its construction reject what does not fit.
#
# In production, never believe a total that a browser sent. And decide who should see the failure: a web shop answers 400 to its customer (lab 03), a queue sends the order to a dead-letter queue (lab 05).

# %% tags=["wrong-1.1"] expect="Only an exception that leaves the handler sets FunctionError"
# answers like a web server
def handler(event, context):
    items = event.get("items")
    if not items or any(type(i["qty"]) is not int or i["qty"] < 1 for i in items):
        return {"statusCode": 400, "body": "bad order"}
    return {"order_id": event["order_id"], "total_cents": sum(i["qty"] * i["unit_cents"] for i in items)}

# %% tags=["wrong-1.1"] expect="an exception of your own, such as BadOrder"
# lets Python complain by itself
def handler(event, context):
    total = sum(item["qty"] * item["unit_cents"] for item in event["items"])
    if total <= 0 or type(total) is not int:
        raise ValueError(f"order {event['order_id']} has a bad total")
    return {"order_id": event["order_id"], "total_cents": total}

# %% tags=["wrong-1.1"] expect="That is the total the event brought along"
# believes the total of whoever sent it
def handler(event, context):
    return {"order_id": event["order_id"], "total_cents": event["total_cents"]}

# %% tags=["wrong-1.1"] expect="Where does qty come in?"
# forgets the quantity
def handler(event, context):
    return {"order_id": event["order_id"], "total_cents": sum(i["unit_cents"] for i in event["items"])}

# %% tags=["wrong-1.1"] expect="asks for -2 pieces"
# rejects an empty order only
class BadOrder(Exception):
    pass


def handler(event, context):
    if not event.get("items") or any(not item["qty"] for item in event["items"]):
        raise BadOrder(f"order {event['order_id']} is empty")
    return {
        "order_id": event["order_id"],
        "total_cents": sum(item["qty"] * item["unit_cents"] for item in event["items"]),
    }

# %% tags=["wrong-1.1"] expect="a message that names the order"
# an exception that does not say which order
class BadOrder(Exception):
    pass


def handler(event, context):
    total = 0
    for item in event.get("items") or []:
        if type(item["qty"]) is not int or item["qty"] < 1 or type(item["unit_cents"]) is not int:
            raise BadOrder("bad item")
        total += item["qty"] * item["unit_cents"]
    if not total:
        raise BadOrder("nothing to pay")
    return {"order_id": event["order_id"], "total_cents": total}

# %% tags=["wrong-1.1"] expect="Its prices are 0 and 120 and 1950 cents, and at least 0 is allowed"
# takes a price of 0 for a missing one
class BadOrder(Exception):
    pass


def handler(event, context):
    total = 0
    for item in event.get("items", []):
        if not item["qty"] or not item["unit_cents"]:
            raise BadOrder(f"order {event['order_id']} is bad")
        total += item["qty"] * item["unit_cents"]
    return {"order_id": event["order_id"], "total_cents": total}

# %% tags=["wrong-1.1"] expect="An exception is raised, not returned"
# hands the exception over like an answer
class BadOrder(Exception):
    pass


def handler(event, context):
    if not event.get("items"):
        return BadOrder(f"order {event['order_id']} has no items")
    return {
        "order_id": event["order_id"],
        "total_cents": sum(item["qty"] * item["unit_cents"] for item in event["items"]),
    }

# %% tags=["wrong-1.1"] expect="a name from another cell is unknown there"
# the exception's class stands in a cell of its own
def handler(event, context):
    if not event.get("items"):
        raise OrderRefused(f"order {event['order_id']} has no items")
    return {
        "order_id": event["order_id"],
        "total_cents": sum(item["qty"] * item["unit_cents"] for item in event["items"]),
    }

# %% tags=["wrong-1.1"] expect="Return the dict itself"
# makes the JSON by hand
import json


def handler(event, context):
    total = sum(item["qty"] * item["unit_cents"] for item in event["items"])
    return json.dumps({"order_id": event["order_id"], "total_cents": total})

# %% tags=["wrong-1.1"] expect="Leave out currency"
# says more than was asked
def handler(event, context):
    total = sum(item["qty"] * item["unit_cents"] for item in event["items"])
    return {"order_id": event["order_id"], "total_cents": total, "currency": "EUR"}

# %% tags=["alternative-1.1"]
# the order as a class that cannot be made wrong
from dataclasses import dataclass


class OrderRejected(Exception):
    pass


@dataclass
class Item:
    qty: int
    unit_cents: int
    sku: str = ""

    def __post_init__(self):
        if (type(self.qty), type(self.unit_cents)) != (int, int):
            raise OrderRejected(f"not whole numbers: {self}")
        if self.qty < 1 or self.unit_cents < 0:
            raise OrderRejected(f"out of range: {self}")


def handler(event, context):
    try:
        items = [Item(**item) for item in event.get("items", [])]
    except OrderRejected as fault:
        raise OrderRejected(f"{event['order_id']}: {fault}") from fault
    if not items:
        raise OrderRejected(f"{event['order_id']}: no items")
    return {
        "order_id": event["order_id"],
        "total_cents": sum(item.qty * item.unit_cents for item in items),
    }

# %% [markdown]
# ## Two ways to fail
#
# An invoke can go wrong in two places.
# First Lambda itself must find the function, check your permission and take the event. Then your code runs.
#
# Both can say no, and they say it in different ways.
# The `StatusCode` of the answer speaks of the first place only.

# %% [markdown]
# **Predict.** An invoke comes back with `StatusCode` 200. What do you know?
#
# - A — the function worked: 200 means OK
# - B — Lambda took the event and ran the function, which may have failed
# - C — the event is stored, and the function will run later

# %% tags=["predict-1.b"]
lab.predict("1.b", ...)

# %% tags=["demo"]
def split_bill(event, context):
    return {"each_cents": event["total_cents"] // event["people"]}

# %% tags=["run"]
lab.deploy(split_bill, "split-demo")
lab.invoke("split-demo", {"total_cents": 3900, "people": 0})

# %% tags=["run"]
refused = {
    "a name nobody deployed": {"FunctionName": "no-such-function-demo"},
    "an event that is no JSON": {"FunctionName": "split-demo", "Payload": b"{total: 3900}"},
    "an event of 7 MB": {"FunctionName": "split-demo", "Payload": json.dumps("x" * 7_000_000)},
}
for what, parameters in refused.items():
    try:
        lambda_.invoke(**parameters)
    except ClientError as refusal:
        status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
        print(status, refusal.response["Error"]["Code"], "for", what)

lab.saw("1.b")

# %% [markdown] teaches=["DVA-C03 4.1"]
# **What we saw.** Two kinds of failure, and they show in two places:
#
# | | Lambda refused | your function failed |
# |---|---|---|
# | status | 4xx or 5xx | **200** |
# | boto3 | raises an error | returns an answer with `FunctionError` |
# | your code | never ran | ran, and is billed |
# | the reason | the error's code | `errorType`, `errorMessage` and `stackTrace` in the payload |
#
# `FunctionError` says `Unhandled` for every failure of Python code. So look at it first, always.
# A dashboard that counts 200s is green on the worst day of the shop.

# %% [markdown] teaches=["02-05", "02-07", "02-10"]
# ## What survives JSON
#
# Event and answer travel as text in **JSON**. It knows objects, lists, strings, numbers, `true`, `false` and `null`, and nothing else.
# Your answer becomes JSON after the handler has returned, so no `try` of yours can catch what goes wrong there.
#
# Which keys an answer has is between you and the caller. Only callers that speak HTTP want `statusCode`, `headers` and a `body` as text (lab 03).
# Their events bring a `body` as text too; when `isBase64Encoded` is true, decode it first.

# %% [markdown]
# **Predict.** A function returns one of these eight values, each in turn. Guess for each what arrives, then say which make the invoke fail.
#
# | | value | | value |
# |---|---|---|---|
# | 1 | `Decimal("19.50")` | 5 | a dict with an int as key |
# | 2 | a `datetime` | 6 | `b"JPEG"` |
# | 3 | a set | 7 | `float("nan")` |
# | 4 | a tuple | 8 | `None` |
#
# - A — none: Python values travel as they are
# - B — `datetime` and set
# - C — `Decimal`, `datetime`, set and bytes
# - D — `datetime`, set and NaN

# %% tags=["predict-1.c"]
lab.predict("1.c", ...)

# %% tags=["demo"]
from datetime import UTC, datetime
from decimal import Decimal

VALUES = {
    "Decimal": Decimal("19.50"),
    "datetime": datetime(2026, 11, 24, 7, 55, tzinfo=UTC),
    "set": {"poster-a2"},
    "tuple": ("poster-a2", 2),
    "int key": {1007: "paid"},
    "bytes": b"JPEG",
    "NaN": float("nan"),
    "None": None,
}


def give(event, context):
    return VALUES[event]

# %% tags=["run"]
lab.deploy(give, "values-demo")
for name in VALUES:
    answer = lambda_.invoke(FunctionName="values-demo", Payload=json.dumps(name))
    text = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        text = f"✖ {json.loads(text)['errorType']}: {json.loads(text)['errorMessage']}"
    print(f"{name:9} → {text}")

lab.saw("1.c")

# %% [markdown]
# **What we saw.** Two fail. Of the six that travel, most change on the way:
#
# - `Decimal` becomes a number, and most readers turn that into a float.
# - A tuple becomes a list, and an int key a string.
# - Bytes travel as they are, and `JPEG` without quotes is no JSON. Send base64 text instead.
# - `NaN` is no JSON either. Python reads it; a browser stops with a SyntaxError.
#
# `None` becomes `null`, and a reader in Python makes `None` of it again.
# The safe way: before you return, make text of money and times, and lists of sets. Exercise 1.5 does that.

# %% [markdown] teaches=["03-01", "03-04", "03-05"]
# ## The context and the log
#
# The second argument of a handler is the **context object**, made anew for each event. It knows:
#
# | | |
# |---|---|
# | `aws_request_id` | the id of this request |
# | `function_name`, `function_version` | which function this is |
# | `memory_limit_in_mb` | its memory |
# | `get_remaining_time_in_millis()` | how long until the timeout |
#
# What stays the same for all events stands in environment variables: `AWS_REGION`, `AWS_LAMBDA_FUNCTION_NAME`, `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, `_HANDLER`.
#
# What you print or log goes to **CloudWatch Logs**, into the group `/aws/lambda/<function>`.

# %% [markdown]
# **Predict.** The handler below calls `logging.info` and `print`, one after the other. Which of the two lines is logged?
#
# - A — both
# - B — only the line of `print`
# - C — only the line of `logging.info`: `print` has no place to go

# %% tags=["predict-1.d"]
lab.predict("1.d", ...)

# %% tags=["demo"]
import logging
import os


def look(event, context):
    if event.get("verbose"):
        logging.getLogger().setLevel(logging.INFO)
    logging.info("a line of logging.info")
    print("a line of print")
    return {
        "memory": context.memory_limit_in_mb,
        "more than 2 s left": context.get_remaining_time_in_millis() > 2000,
        "handler": os.environ["_HANDLER"],
        "region": os.environ["AWS_REGION"],
    }

# %% tags=["run"]
lab.deploy(look, "look-demo")
display(lab.invoke("look-demo", {}))
display(lab.invoke("look-demo", {"verbose": True}))
lab.saw("1.d")

# %% [markdown] teaches=["03-01", "03-02", "02-06", "DVA-C03 4.2"]
# **What we saw.** Without `setLevel`, `logging.info` says nothing, and no error tells you so: Lambda's logger starts at WARNING.
# With it, the line begins with level, time and request id.
#
# `memory` is `"128"`, a *string*. `context.memory_limit_in_mb * 2` gives `"128128"`.
#
# Every synchronous invoke has a request id of its own. (When Lambda retries an asynchronous event, the id stays: lab 10.)
# It is what ties your lines to START, END and REPORT. A sentence that carries it is still a sentence; JSON has fields that a query can name.

# %% [markdown] teaches=["03-05", "DVA-C03 4.2"]
# ### Exercise 1.3 · One id through every line
#
# **Given** an order as event. Support has only the id that the customer's answer showed.
#
# **Goal** the answer is `{"order_id": …, "request_id": …}`.
# The handler logs two lines, the first with `"message": "received"`, the last with `"message": "placed"`.
# Every line is one JSON object with `message`, `order_id` and `request_id`.
#
# **Done when** three orders, one after the other, show the right ids in the answer and in every line.

# %% tags=["exercise-1.3"]
import json


def handler(event, context):
    # SOLUTION: log "received" and "placed" as JSON with both ids; return both ids
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    print(json.dumps({"message": "received", **ids}))
    print(json.dumps({"message": "placed", **ids}))
    return ids
    # END SOLUTION

# %% tags=["check-1.3"]
lab.check("1.3", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** `print` adds nothing to a line, so the line is what `json.dumps` made: one object, one line.
# Both ids are read inside the handler, anew for each event.
#
# An alternative is to set `LoggingConfig={"LogFormat": "JSON"}` on the function. Then Lambda writes every `logging` line as JSON with `requestId`, and `extra` adds fields of your own; the level is a setting too.
#
# In production, take that setting or the Logger of Powertools for AWS Lambda. Print ids, never card numbers: whoever may read the log reads everything in it.

# %% tags=["wrong-1.3"] expect="Its level starts at WARNING"
# logs at a level that nobody turned on
import json
import logging


def handler(event, context):
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    logging.info(json.dumps({"message": "received", **ids}))
    logging.info(json.dumps({"message": "placed", **ids}))
    return ids

# %% tags=["wrong-1.3"] expect="Lambda's logger writes level, time and request id before your text"
# JSON inside a text line
import json
import logging


def handler(event, context):
    logging.getLogger().setLevel("INFO")
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    logging.info(json.dumps({"message": "received", **ids}))
    logging.info(json.dumps({"message": "placed", **ids}))
    return ids

# %% tags=["wrong-1.3"] expect="and its REPORT line says"
# makes an id of its own
import json
from uuid import uuid4


def handler(event, context):
    ids = {"order_id": event["order_id"], "request_id": str(uuid4())}
    print(json.dumps({"message": "received", **ids}))
    print(json.dumps({"message": "placed", **ids}))
    return ids

# %% tags=["wrong-1.3"] expect="sent 2 orders"
# keeps the id of the first event for all that follow
import json

FIRST = {}


def handler(event, context):
    FIRST.setdefault("request_id", context.aws_request_id)
    ids = {"order_id": event["order_id"], **FIRST}
    print(json.dumps({"message": "received", **ids}))
    print(json.dumps({"message": "placed", **ids}))
    return ids

# %% tags=["wrong-1.3"] expect="order_id is null"
# one line forgets the order
import json


def handler(event, context):
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    print(json.dumps({"message": "received", "request_id": context.aws_request_id}))
    print(json.dumps({"message": "placed", **ids}))
    return ids

# %% tags=["wrong-1.3"] expect="This line is not a JSON object"
# a sentence with the id in it
def handler(event, context):
    print(f"{context.aws_request_id} received order {event['order_id']}")
    print(f"{context.aws_request_id} placed order {event['order_id']}")
    return {"order_id": event["order_id"], "request_id": context.aws_request_id}

# %% tags=["wrong-1.3"] expect="JSON has no such quotes"
# prints the dict as Python shows it
def handler(event, context):
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    print({"message": "received", **ids})
    print({"message": "placed", **ids})
    return ids

# %% tags=["wrong-1.3"] expect="indent spreads an object over several lines"
# pretty to look at
import json


def handler(event, context):
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    print(json.dumps({"message": "received", **ids}, indent=2))
    print(json.dumps({"message": "placed", **ids}, indent=2))
    return ids

# %% tags=["wrong-1.3"] expect="Print one json.dumps({...}) per line"
# both messages in one line
import json


def handler(event, context):
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    print(json.dumps([{"message": "received", **ids}, {"message": "placed", **ids}]))
    return ids

# %% tags=["wrong-1.3"] expect="Return the dict itself"
# the answer is text as well
import json


def handler(event, context):
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    print(json.dumps({"message": "received", **ids}))
    print(json.dumps({"message": "placed", **ids}))
    return json.dumps(ids)

# %% tags=["wrong-1.3"] expect="Leave out message"
# returns the last line of the log
import json


def handler(event, context):
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    print(json.dumps({"message": "received", **ids}))
    print(json.dumps({"message": "placed", **ids}))
    return {"message": "placed", **ids}

# %% tags=["wrong-1.3"] expect="change their order"
import json


def handler(event, context):
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    print(json.dumps({"message": "placed", **ids}))
    print(json.dumps({"message": "received", **ids}))
    return ids

# %% tags=["wrong-1.3"] expect="logged one line"
# forgets to log the end
import json


def handler(event, context):
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    print(json.dumps({"message": "received", **ids}))
    return ids

# %% tags=["alternative-1.3"]
# a logger of its own, set up where the file is loaded
import json
import logging
import sys

logger = logging.getLogger("shop")
logger.setLevel(logging.INFO)
logger.propagate = False
plain = logging.StreamHandler(sys.stdout)
plain.setFormatter(logging.Formatter("%(message)s"))
logger.addHandler(plain)


def handler(event, context):
    ids = {"order_id": event["order_id"], "request_id": context.aws_request_id}
    logger.info(json.dumps({"message": "received", **ids}))
    logger.info(json.dumps({"message": "placed", **ids}))
    return ids

# %% tags=["alternative-1.3"]
# a formatter for Lambda's own log handler
import json
import logging


class AsJson(logging.Formatter):
    def format(self, record):
        fields = {"message": record.getMessage(), "order_id": record.order_id}
        return json.dumps({**fields, "request_id": record.aws_request_id})


logger = logging.getLogger()


def handler(event, context):
    logger.setLevel(logging.INFO)
    for log_handler in logger.handlers:
        log_handler.setFormatter(AsJson())
    logger.info("received", extra={"order_id": event["order_id"]})
    logger.info("placed", extra={"order_id": event["order_id"]})
    return {"order_id": event["order_id"], "request_id": context.aws_request_id}

# %% [markdown] teaches=["DVA-C03 4.2"]
# ## The REPORT line
#
# After each invocation Lambda writes one line that says what happened and what you pay:
#
# ```text
# REPORT RequestId: 3f1e…  Duration: 15.74 ms  Billed Duration: 147 ms  Memory Size: 128 MB  Max Memory Used: 56 MB  Init Duration: 130.49 ms
# ```
#
# | field | meaning |
# |---|---|
# | Duration | your handler, from event to answer |
# | Billed Duration | Init and Duration together, rounded up: 130.49 + 15.74 gives 147 |
# | Memory Size | what you set |
# | Max Memory Used | the most this environment ever used |
# | Init Duration | loading your file; only in the first invocation of an environment |
#
# The price of time is **GB-seconds**: memory in MB divided by 1,024, multiplied by the billed seconds.
# Memory also buys CPU: at 1,769 MB a function has one whole core, at 128 MB about a fourteenth of it.

# %% [markdown]
# **Predict.** The same computation runs once with 128 MB and once with 1,769 MB. What happens to its cost?
#
# - A — 128 MB is about 14 times cheaper: less memory is cheaper
# - B — about the same: 14 times the price, a fourteenth of the time
# - C — 128 MB is about 14 times dearer: it takes so long

# %% tags=["predict-1.e"]
lab.predict("1.e", ...)

# %% tags=["demo"]
def work(event, context):
    checksum = 0
    for number in range(event["numbers"]):
        checksum += number * number % 7
    return checksum

# %% tags=["run", "nbval-ignore-output"]
# not compared: measured times differ from run to run
for memory_mb in (128, 1769):
    lab.deploy(work, "work-demo", MemorySize=memory_mb, Timeout=30)
    lab.invoke("work-demo", {"numbers": 1})
    reports = [lab.invoke("work-demo", {"numbers": 400_000}).report for _ in range(5)]
    # the best of five: your computer does other things too
    billed_s = min(report.billed_ms for report in reports) / 1000
    gb_seconds = memory_mb / 1024 * billed_s
    print(f"{memory_mb:4} MB × {billed_s:.3f} s billed = {gb_seconds:.3f} GB-s")

lab.saw("1.e")

# %% [markdown] teaches=["DVA-C03 4.3", "SAA-C03 4.2"]
# **What we saw.** The cost is about the same, and one of the two callers waited about 14 times as long.
# For work that computes, less memory saves little and costs patience.
# Work that waits for others is different: waiting takes as long at any size, so there less memory is cheaper.
#
# The first `invoke` of each size took the cold start, so that the others show the work alone.
# Loading your file was free until August 2025. Now Init Duration is billed like the rest.
#
# Prices of September 2026 in N. Virginia: 0.0000166667 USD per GB-second, and 0.20 USD per million requests. Lab 13 looks for the best size.

# %% [markdown]
# ## Break it · four bad ends
#
# Some failures end the process itself, and then no line of your Python has a last word. Make them happen.
#
# **Predict.** The last of them sleeps for a minute inside `try`, with `print` in its `finally`. The timeout is 2 seconds.
# Does `finally` run?
#
# - A — yes: `finally` always runs, that is what it is for
# - B — no: the process is killed, and no line of Python runs after that
# - C — yes, and Lambda waits for it beyond the timeout

# %% tags=["predict-1.f"]
lab.predict("1.f", ...)

# %% tags=["demo"]
import sys
import time


def end_badly(event, context):
    match event:
        case "exit":
            sys.exit(3)
        case "giant answer":
            return "x" * 7_000_000
        case "endless loop":
            while True:
                pass
        case "finally":
            try:
                time.sleep(60)
            finally:
                print("finally ran")
        case "in time":
            pages = 0
            while context.get_remaining_time_in_millis() > 1000:
                pages += 1
                time.sleep(0.1)
            return {"complete": False, "some pages done": pages > 0}

# %% tags=["run"]
lab.deploy(end_badly, "ends-demo", Timeout=2, MemorySize=1769)
for how in ("exit", "giant answer", "endless loop", "finally", "in time"):
    answer = lambda_.invoke(FunctionName="ends-demo", Payload=json.dumps(how))
    payload = json.loads(answer["Payload"].read())
    print(answer["StatusCode"], f"{how:13}", payload.get("errorType", payload))

print("finally ran:", "finally ran" in "".join(lab.logs("ends-demo")))
display(lab.saw("1.f"), timeline(lab.records(), function="ends-demo", scale="order"))

# %% [markdown] teaches=["03-03", "03-06", "DVA-C03 4.1"]
# **What we saw.** Status 200 four times, and four failures. `Sandbox.Timedout` is the word for a timeout, and `finally` never ran.
#
# The **timeline** shows your account's records; a lane is one copy of your function.
# After each failure the process is gone, and the next event waits for `init`: a runtime that cannot hand over its answer ends, too.
# After an exception of your own it lives.
#
# Two things follow. What must happen at the end, such as closing or saving, cannot wait for `finally`.
# And a handler that may run long asks `get_remaining_time_in_millis()`, stops early and returns what it has: that is `in time`.
#
# Repair it: change `time.sleep(60)` to `time.sleep(0.5)`, run the two cells again, and `finally` runs.

# %% [markdown] teaches=["DVA-C03 4.1"]
# ### Exercise 1.4 · Five that answer 200
#
# The ticket. The next cell deploys the five functions of last night, and shows what the dashboard saw and what it missed.
#
# **Given** `copies`: for each function its `Handler` setting and the code of its `app.py`.
#
# **Goal** read the `errorType` of each, and repair one thing in each: the setting or the code.
# `repairs` starts as a copy of `copies`; change its entries. `text.replace("old", "new")` returns a new text: assign it.
# Leave the functions' work as it is; lists in an answer are in alphabetical order.
#
# **Done when** the check has deployed your repairs, and each of the five answers an event that it has not seen.

# %% tags=["run"]
copies = {
    "get-order": {
        "Handler": "app.handler",
        "code": '''\
def get_order(event, context):
    return {"order_id": event["order_id"], "lines": len(event["items"])}
''',
    },
    "charge-card": {
        "Handler": "app.handler",
        "code": '''\
import requests

def handler(event, context):
    return {"order_id": event["order_id"], "charged_cents": event["total_cents"]}
''',
    },
    "stock-watch": {
        "Handler": "app.handler",
        "code": '''\
def handler(event, context)
    return {"reorder": sorted(sku for sku, left in event["stock"].items() if left < 10)}
''',
    },
    "print-job": {
        "Handler": "app.handler",
        "code": '''\
def handler(event, context):
    skus = {item["sku"] for item in event["items"]}
    return {"order_id": event["order_id"], "skus": skus}
''',
    },
    "nightly-report": {
        "Handler": "report",
        "code": '''\
def report(event, context):
    cents = sum(order["total_cents"] for order in event["orders"])
    return {"orders": len(event["orders"]), "revenue_cents": cents}
''',
    },
}
for name, copy in copies.items():
    lab.deploy(copy["code"], name, Handler=copy["Handler"])

# the dashboard reads the number; what it does not read comes after it
for name in copies:
    answer = lambda_.invoke(FunctionName=name, Payload=json.dumps(order))
    print(f"\n{answer['StatusCode']} {name}\n{answer['Payload'].read().decode()}")

# %% tags=["exercise-1.4"]
repairs = {name: dict(copy) for name, copy in copies.items()}
# SOLUTION: change "Handler" or "code" of each, such as repairs["get-order"]["Handler"] = "…"
repairs["get-order"]["Handler"] = "app.get_order"
repairs["charge-card"]["code"] = copies["charge-card"]["code"].replace("import requests\n", "")
repairs["stock-watch"]["code"] = copies["stock-watch"]["code"].replace("context)\n", "context):\n")
repairs["print-job"]["code"] = copies["print-job"]["code"].replace(': skus}', ': sorted(skus)}')
repairs["nightly-report"]["Handler"] = "app.report"
# END SOLUTION

# %% tags=["check-1.4"]
lab.check("1.4", repairs)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The `errorType` says where to look, before you read a line of code.
# `Runtime.HandlerNotFound` and `Runtime.MalformedHandlerName` are about the setting: `app.get_order` means the function `get_order` in `app.py`.
# `Runtime.ImportModuleError` and `Runtime.UserCodeSyntaxError` say that the file could not be loaded. `Runtime.MarshalError` says that the handler was fine until its answer had to become JSON.
#
# An alternative for the first two is to rename the function in the code and leave the setting alone. And a library that you do need travels in the zip or in a layer (lab 07).
#
# In production, invoke every function once after each deployment and look at `FunctionError`, before customers do. Alarm on the metric `Errors`; it counts what a status of 200 hides.

# %% tags=["wrong-1.4"] expect="get-order failed with Runtime.MalformedHandlerName"
# the function's name alone is no handler
repairs = {name: dict(copy) for name, copy in copies.items()}
repairs["get-order"]["Handler"] = "get_order"

# %% tags=["wrong-1.4"] expect="Does this function need what it imports?"
# installs nothing by wishing
repairs = {name: dict(copy) for name, copy in copies.items()}
repairs["get-order"]["Handler"] = "app.get_order"
repairs["charge-card"]["code"] = copies["charge-card"]["code"].replace("requests", "httpx")

# %% tags=["wrong-1.4"] expect="this one came with the repair"
# hides the import error and runs into the next one
repairs = {name: dict(copy) for name, copy in copies.items()}
repairs["get-order"]["Handler"] = "app.get_order"
repairs["charge-card"]["code"] = copies["charge-card"]["code"].replace("import requests\n", "").replace('"total_cents"', '"total"')

# %% tags=["wrong-1.4"] expect="print-job runs, and answers"
# a text that looks like a set
repairs = {name: dict(copy) for name, copy in copies.items()}
repairs["get-order"]["Handler"] = "app.get_order"
repairs["charge-card"]["code"] = copies["charge-card"]["code"].replace("import requests\n", "")
repairs["stock-watch"]["code"] = copies["stock-watch"]["code"].replace("context)\n", "context):\n")
repairs["print-job"]["code"] = copies["print-job"]["code"].replace(": skus}", ": str(skus)}")

# %% tags=["wrong-1.4"] expect="Handler is module.function"
# four of five
repairs = {name: dict(copy) for name, copy in copies.items()}
repairs["get-order"]["Handler"] = "app.get_order"
repairs["charge-card"]["code"] = copies["charge-card"]["code"].replace("import requests\n", "")
repairs["stock-watch"]["code"] = copies["stock-watch"]["code"].replace("context)\n", "context):\n")
repairs["print-job"]["code"] = copies["print-job"]["code"].replace(": skus}", ": sorted(skus)}")

# %% tags=["wrong-1.4"] expect="the file is app.py: its module is app"
# takes the function's name for the file's
repairs = {name: dict(copy) for name, copy in copies.items()}
repairs["get-order"]["Handler"] = "get-order.get_order"

# %% tags=["wrong-1.4"] expect="get-order failed with Runtime.HandlerNotFound"
# calls the function, where its name is asked for
repairs = {name: dict(copy) for name, copy in copies.items()}
repairs["get-order"]["Handler"] = "app.get_order()"

# %% tags=["wrong-1.4"] expect="get-order failed with Runtime.HandlerNotFound"
# begins with another one, and swaps one missing library for another
repairs = {name: dict(copy) for name, copy in copies.items()}
repairs["charge-card"]["code"] = copies["charge-card"]["code"].replace("requests", "httpx")

# %% tags=["wrong-1.4"] expect="both texts"
# a list's habit: what changes it returns nothing
repairs = {name: dict(copy) for name, copy in copies.items()}
repairs["get-order"]["code"] = None

# %% tags=["wrong-1.4"] expect="lists in alphabetical order"
# a list in the order of the items, with what is in it twice
repairs = {name: dict(copy) for name, copy in copies.items()}
repairs["get-order"]["Handler"] = "app.get_order"
repairs["charge-card"]["code"] = copies["charge-card"]["code"].replace("import requests\n", "")
repairs["stock-watch"]["code"] = copies["stock-watch"]["code"].replace("context)\n", "context):\n")
repairs["print-job"]["code"] = copies["print-job"]["code"].replace("{item", "[item").replace('["items"]}', '["items"]]')
repairs["nightly-report"]["Handler"] = "app.report"

# %% tags=["alternative-1.4"]
# everything in the code, nothing in the settings but one dot
repairs = {name: {**copy, "Handler": "app.handler"} for name, copy in copies.items()}
changes = {
    "get-order": ("def get_order", "def handler"),
    "charge-card": ("import requests\n", ""),
    "stock-watch": ("context)\n", "context):\n"),
    "print-job": ("skus = {item", "skus = sorted({item"),
    "nightly-report": ("def report", "def handler"),
}
for name, (old, new) in changes.items():
    repairs[name]["code"] = repairs[name]["code"].replace(old, new)
repairs["print-job"]["code"] = repairs["print-job"]["code"].replace('["items"]}\n', '["items"]})\n')

# %% [markdown] teaches=["02-12", "02-13", "02-14", "02-15"]
# ## Recap
#
# - A zip, a role and `create_function` deploy a handler; `python3.13` or later is the runtime to start with.
# - A 4xx means that Lambda refused; a 200 with `FunctionError` means that your function failed.
# - JSON carries text, numbers, lists, objects and null. A datetime or a set fails; the rest changes on the way.
# - `context.aws_request_id` in every line, as JSON, ties a log together. `logging.info` is silent until you set its level.
# - REPORT says Billed Duration and Memory Size: multiply them. Work that computes costs about the same at any size.
#
# Start your next function small: one purpose, one trigger. Call it locally, deploy it, read its log. Split it when it does two jobs.

# %% [markdown]
# ## Heard elsewhere
#
# Four sentences from articles about Lambda. Before you run the cell, mark each as `"true"`, `"half"` or `"false"`, in place of `...`.

# %% tags=["predict-1.g"] teaches=["02-05", "02-06", "03-02", "01-21", "claim 18", "claim 19", "claim 40"]
lab.predict("1.g", ...)  # In Lambda, datetime.utcnow() is the way to get the time in UTC.
lab.predict("1.h", ...)  # print(f"order {order_id} placed") is structured logging.
lab.predict("1.i", ...)  # The request id in the context is unique for every run of the handler.
lab.predict("1.j", ...)  # The execution context tells you memory and time left, and outlives the event.
display(lab.saw("1.g"), lab.saw("1.h"), lab.saw("1.i"), lab.saw("1.j"))

# %% [markdown]
# ## In real AWS
#
# Where this lab met something that AWS does in another way:

# %% tags=["run"]
lab.fidelity()

# %% [markdown]
# ## Receipt
#
# What your functions would have cost on AWS:

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
# Two stretch exercises, about 25 minutes. You close the lab without them, and master it with them.
#
# The first is the quick start of many articles: a function that S3 calls when a photo was uploaded. You find it in tutorials much as it stands here.
# The upload is played by hand: lab 04 connects the bucket itself.

# %% tags=["run"]
quick_start = lab.file("app.py", '''\
import json
import boto3

def handler(event, context):
    s3 = boto3.client("s3")
    record = event["Records"][0]["s3"]
    photo = s3.head_object(Bucket=record["bucket"]["name"], Key=record["object"]["key"])
    return {"statusCode": 200, "body": json.dumps({"size": photo["ContentLength"]})}
''')

# %% tags=["run"]
s3 = lab.client("s3")
s3.create_bucket(Bucket="halftone-uploads")
s3.put_object(Bucket="halftone-uploads", Key="c-42/cat.jpg", Body=b"JPEG" * 256)
upload = {
    "Records": [
        {
            "eventVersion": "2.6",
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {
                "bucket": {"name": "halftone-uploads"},
                "object": {"key": "c-42/cat.jpg", "size": 1024},
            },
        }
    ]
}
lab.deploy(quick_start, "quick-start-demo", Timeout=10)
answer = lab.invoke("quick-start-demo", upload)
print(answer.error_type, "·", answer.error_message)
for decision in lab.records(kind="decision", allowed=False):
    print("denied", decision["action"], "on", decision["resource"])

# %% [markdown] teaches=["02-01", "claim 12", "DVA-C03 2.1"]
# ### Exercise 1.2 · The quick start, repaired
#
# **Given** the quick start above. Its role lets it write its log and nothing else.
# S3 writes keys URL-encoded into the event: `my cat.jpg` arrives as `my+cat.jpg`. One event can hold several records.
#
# **Goal** the answer is a list with one `{"key": …, "size": …}` per record, with the key as it was stored and the size from `head_object`.
# One client serves all events. `statement` allows what the function needs on the photos, and no more.
#
# **Done when** one event with three photos named `summer in köln+2.jpg` is answered, twice, with no new client the second time.
# The check also tries what the role should not allow.

# %% tags=["exercise-1.2"]
statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::halftone-uploads/*"}  # SOLUTION

# %% tags=["exercise-1.2"]
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")  # SOLUTION


def handler(event, context):
    # SOLUTION: return one dict per record, with its decoded key and its size
    photos = []
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        photo = s3.head_object(Bucket=bucket, Key=key)
        photos.append({"key": key, "size": photo["ContentLength"]})
    return photos
    # END SOLUTION

# %% tags=["check-1.2"]
lab.check("1.2", handler, statement)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The client is made when the file is loaded, once per environment, and every event after that uses its open connection.
# `unquote_plus` turns `+` back into spaces and `%2B` into `+`; plain `unquote` would leave the pluses. The loop serves whatever number of records S3 sends.
# There is no permission called `s3:HeadObject`: `head_object` asks for `s3:GetObject`.
#
# An alternative is to make the client at the first event and keep it in a global; that helps when not every event needs it.
#
# In production, note what the answer is for: S3 waits for none, so `statusCode` and `body` help nobody. A failed record should raise, or it is lost silently (lab 04). And the size is in the event already; ask S3 only for what is not.

# %% tags=["wrong-1.2"] expect="S3 puts keys URL-encoded into the event"
# the key as it comes
import boto3

s3 = boto3.client("s3")


def handler(event, context):
    photos = []
    for record in event["Records"]:
        key = record["s3"]["object"]["key"]
        photo = s3.head_object(Bucket=record["s3"]["bucket"]["name"], Key=key)
        photos.append({"key": key, "size": photo["ContentLength"]})
    return photos

# %% tags=["wrong-1.2"] expect="The event has 3 records, the answer 1"
# the first record only
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    record = event["Records"][0]["s3"]
    key = unquote_plus(record["object"]["key"])
    photo = s3.head_object(Bucket=record["bucket"]["name"], Key=key)
    return [{"key": key, "size": photo["ContentLength"]}]

# %% tags=["wrong-1.2"] expect="one client serves every event of its environment"
# a client per call
from urllib.parse import unquote_plus

import boto3


def handler(event, context):
    s3 = boto3.client("s3")
    keys = [unquote_plus(record["s3"]["object"]["key"]) for record in event["Records"]]
    sizes = [s3.head_object(Bucket="halftone-uploads", Key=key)["ContentLength"] for key in keys]
    return [{"key": key, "size": size} for key, size in zip(keys, sizes)]

# %% tags=["wrong-1.2"] expect="S3 said no: the role may not s3:GetObject"
# there is no action of this name
statement = {"Effect": "Allow", "Action": "s3:HeadObject", "Resource": "arn:aws:s3:::halftone-uploads/*"}

# %% tags=["wrong-1.2"] expect="the role may also"
# a star is quicker to type
statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}

# %% tags=["wrong-1.2"] expect="S3 said no: the role may not s3:GetObject"
# the bucket is not its objects
statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::halftone-uploads"}

# %% tags=["wrong-1.2"] expect="S3 waits for no answer"
# shaped for a caller that speaks HTTP
import json
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    keys = [unquote_plus(record["s3"]["object"]["key"]) for record in event["Records"]]
    sizes = [s3.head_object(Bucket="halftone-uploads", Key=key)["ContentLength"] for key in keys]
    return {"statusCode": 200, "body": json.dumps(dict(zip(keys, sizes)))}

# %% tags=["wrong-1.2"] expect="the role may also list all photos"
# the star of a whole family
statement = {
    "Effect": "Allow",
    "Action": ["s3:Get*", "s3:ListBucket"],
    "Resource": ["arn:aws:s3:::halftone-uploads", "arn:aws:s3:::halftone-uploads/*"],
}

# %% tags=["wrong-1.2"] expect="the role may also read the photos' tags"
statement = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::halftone-uploads/*"}

# %% tags=["wrong-1.2"] expect="The function asked S3 for 'c-42/summer in k%C3%B6ln%2B2.jpg'"
# undoes the pluses by hand
import boto3

s3 = boto3.client("s3")


def handler(event, context):
    photos = []
    for record in event["Records"]:
        key = record["s3"]["object"]["key"].replace("+", " ")
        photo = s3.head_object(Bucket=record["s3"]["bucket"]["name"], Key=key)
        photos.append({"key": key, "size": photo["ContentLength"]})
    return photos

# %% tags=["alternative-1.2"]
# the client at the first event, kept for the next
from functools import cache
from urllib.parse import unquote_plus

import boto3


@cache
def s3():
    return boto3.client("s3")


def photo_of(record):
    key = unquote_plus(record["s3"]["object"]["key"])
    head = s3().head_object(Bucket=record["s3"]["bucket"]["name"], Key=key)
    return {"key": key, "size": head["ContentLength"]}


def handler(event, context):
    return [photo_of(record) for record in event["Records"]]

# %% [markdown] teaches=["claim 18"]
# ### Exercise 1.5 · Exact on the way out
#
# **Given** events such as `{"placed_at": 1795249800, "total_cents": 3900, "ratings": [5, 4]}`. The moment is in seconds since 1970, in UTC.
#
# **Goal** the answer has three keys. `placed_at` is the moment as ISO 8601 text with its distance from UTC.
# `total` is the amount as text with two decimals: `"39.00"`. `rating` is the mean of the ratings, and `null` when there are none.
#
# **Done when** four invoices are right, one of them with more cents than a float can count.

# %% tags=["exercise-1.5"]
from datetime import UTC, datetime


def handler(event, context):
    # SOLUTION: return placed_at, total and rating in forms that JSON keeps exactly
    cents, ratings = event["total_cents"], event["ratings"]
    return {
        "placed_at": datetime.fromtimestamp(event["placed_at"], tz=UTC).isoformat(),
        "total": f"{cents // 100}.{cents % 100:02d}",
        "rating": sum(ratings) / len(ratings) if ratings else None,
    }
    # END SOLUTION

# %% tags=["check-1.5"]
lab.check("1.5", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Text is the one form that no reader of JSON changes. Whole cents are exact for any amount, and `//` and `%` take them apart without a float.
# `None` says that there is no rating; 0 would be a very bad one.
#
# An alternative is `str(Decimal(cents) / 100)`, quantized to two places. Returning the `Decimal` itself writes the right digits, but then the reader on the other side makes a float of them.
#
# In production, keep money in whole cents for as long as you can, and turn it into text where people read it. Always name the zone of a time: `datetime.utcnow()` does not, and is deprecated since Python 3.12.

# %% tags=["wrong-1.5"] expect="Object of type datetime is not JSON serializable"
# lets the runtime try
from datetime import UTC, datetime


def handler(event, context):
    cents, ratings = event["total_cents"], event["ratings"]
    return {
        "placed_at": datetime.fromtimestamp(event["placed_at"], tz=UTC),
        "total": f"{cents // 100}.{cents % 100:02d}",
        "rating": sum(ratings) / len(ratings) if ratings else None,
    }

# %% tags=["wrong-1.5"] expect="it does not say in which time zone"
# right on this machine, and a riddle to whoever reads it
from datetime import datetime


def handler(event, context):
    cents, ratings = event["total_cents"], event["ratings"]
    return {
        "placed_at": datetime.utcfromtimestamp(event["placed_at"]).isoformat(),
        "total": f"{cents // 100}.{cents % 100:02d}",
        "rating": sum(ratings) / len(ratings) if ratings else None,
    }

# %% tags=["wrong-1.5"] expect="A JSON number becomes a float at most readers"
# the Decimal itself
from datetime import UTC, datetime
from decimal import Decimal


def handler(event, context):
    ratings = event["ratings"]
    return {
        "placed_at": datetime.fromtimestamp(event["placed_at"], tz=UTC).isoformat(),
        "total": Decimal(event["total_cents"]) / 100,
        "rating": sum(ratings) / len(ratings) if ratings else None,
    }

# %% tags=["wrong-1.5"] expect="A float was on the way"
# text, but made from a float
from datetime import UTC, datetime


def handler(event, context):
    ratings = event["ratings"]
    return {
        "placed_at": datetime.fromtimestamp(event["placed_at"], tz=UTC).isoformat(),
        "total": f"{event['total_cents'] / 100:.2f}",
        "rating": sum(ratings) / len(ratings) if ratings else None,
    }

# %% tags=["wrong-1.5"] expect="NaN is no JSON"
# not a number, and not JSON
from datetime import UTC, datetime


def handler(event, context):
    cents, ratings = event["total_cents"], event["ratings"]
    return {
        "placed_at": datetime.fromtimestamp(event["placed_at"], tz=UTC).isoformat(),
        "total": f"{cents // 100}.{cents % 100:02d}",
        "rating": sum(ratings) / len(ratings) if ratings else float("nan"),
    }

# %% tags=["wrong-1.5"] expect="a rating that nobody gave"
# zero stars for a photo that nobody rated
from datetime import UTC, datetime


def handler(event, context):
    cents, ratings = event["total_cents"], event["ratings"]
    return {
        "placed_at": datetime.fromtimestamp(event["placed_at"], tz=UTC).isoformat(),
        "total": f"{cents // 100}.{cents % 100:02d}",
        "rating": sum(ratings) / max(len(ratings), 1),
    }

# %% tags=["wrong-1.5"] expect="ISO 8601 has a T there"
# the text that print would show
from datetime import UTC, datetime


def handler(event, context):
    cents, ratings = event["total_cents"], event["ratings"]
    return {
        "placed_at": str(datetime.fromtimestamp(event["placed_at"], tz=UTC)),
        "total": f"{cents // 100}.{cents % 100:02d}",
        "rating": sum(ratings) / len(ratings) if ratings else None,
    }

# %% tags=["wrong-1.5"] expect="no thousands apart"
# exact, and grouped for people
from datetime import UTC, datetime
from decimal import Decimal


def handler(event, context):
    cents, ratings = event["total_cents"], event["ratings"]
    return {
        "placed_at": datetime.fromtimestamp(event["placed_at"], tz=UTC).isoformat(),
        "total": f"{Decimal(cents) / 100:,.2f}",
        "rating": sum(ratings) / len(ratings) if ratings else None,
    }

# %% tags=["wrong-1.5"] expect="The answer lacks rating"
# a key only where there is something to say
from datetime import UTC, datetime


def handler(event, context):
    cents, ratings = event["total_cents"], event["ratings"]
    answer = {
        "placed_at": datetime.fromtimestamp(event["placed_at"], tz=UTC).isoformat(),
        "total": f"{cents // 100}.{cents % 100:02d}",
    }
    if ratings:
        answer["rating"] = sum(ratings) / len(ratings)
    return answer

# %% tags=["alternative-1.5"]
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import mean

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def handler(event, context):
    moment = EPOCH + timedelta(seconds=event["placed_at"])
    total = (Decimal(event["total_cents"]) / 100).quantize(Decimal("0.01"))
    return {
        "placed_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "total": str(total),
        "rating": mean(event["ratings"]) if event["ratings"] else None,
    }

# %% [markdown]
# ## Clean up
#
# Deletes what this lab made. On AWS, too, delete what you no longer use.

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# **02 · The life of an execution environment**: what happens before the first event, between two events, and after the last.
# Close this tab. In the terminal press Ctrl+C, then run `python3 kit.py lab 02`.
