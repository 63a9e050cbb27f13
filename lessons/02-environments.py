# %% [markdown]
# <!-- lab: {"number": "02", "title": "The life of an execution environment", "minutes_core": 45, "minutes_stretch": 35, "exam_tasks": ["DVA-C03 1.2", "DVA-C03 4.1", "DVA-C03 4.3", "SAA-C03 3.2", "SOA-C03 1.3"], "closed": [], "again": ["execution environment"]} -->
# # Lab 02 · The life of an execution environment
#
# > **Ticket.** Halftone, Friday 18:03. The sale is on, and customers wait seconds for place-order, although a ping keeps it warm.
# > And one customer was shown the address of another. Please find out why.
#
# **Promise.** In 45 minutes you watch an environment start, freeze, thaw and die, and you stop both complaints.
#
# **You will be able to**
#
# - say what runs once, what runs for every event, and what stands still in between;
# - tell what survives from one event to the next, and keep customers apart;
# - count the cold starts of an arrival pattern;
# - find what init costs, in REPORT and on the bill;
# - choose between provisioned concurrency and SnapStart.
#
# **Minutes.** 45 for the core, 35 more for the three stretch exercises under "More".
#
# **Know first.** Lab 01: deploy, invoke, the REPORT line, a statement for a role.
#
# **Exam tasks.** DVA-C03 1.2 (code for Lambda), DVA-C03 4.1 (root cause), DVA-C03 4.3 (optimise), SAA-C03 3.2 (elastic compute) and SOA-C03 1.3 (performance).

# %% [markdown]
# ## Setup
#
# Run this cell first. It starts an empty account, and a few short helpers that you will use in every part.
# AWS does not tell how long it keeps an environment that nobody needs. Here it keeps them for hours, so that you can read in peace.

# %% tags=["setup"]
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil

from helpers import Lab
from helpers.views import timeline

lab = Lab("02-environments", idle_age_s=1_000_000, max_age_s=1_000_000)
lambda_ = lab.client("lambda")


def answer_of(response):
    return json.loads(response["Payload"].read())


def ask(name, event=None, **parameters):
    return answer_of(lambda_.invoke(FunctionName=name, Payload=json.dumps(event), **parameters))


def ask_at_once(times, name, **parameters):
    with ThreadPoolExecutor(times) as callers:
        return list(callers.map(lambda _: ask(name, **parameters), range(times)))


def environments_of(name):
    return len(lab.records(kind="environment.created", function=name))


def process_of(answer):
    process = psutil.Process(answer["process"])  # it remembers when the process began
    if "awslambdaric" not in " ".join(process.cmdline()):
        raise RuntimeError("this is no process of the local account: leave it alone")
    return process


def wait_until_frozen(process):
    lab.wait_until(lambda: process.status() == psutil.STATUS_STOPPED, 5, "the freezing")

# %% [markdown]
# ## Warm-up
#
# Three questions from earlier labs. Say your answer aloud, then open the line. Skip them if you like.
#
# <details><summary>An invoke answers StatusCode 200. Did the function work?</summary>You do not know yet. Look at FunctionError: 200 means that Lambda took the event and ran the function.</details>
# <details><summary>Which two times does Billed Duration add?</summary>Init Duration and Duration, rounded up to a whole millisecond.</details>
# <details><summary>A function runs into its timeout. Does finally run?</summary>No. The process is killed from outside.</details>

# %% [markdown] teaches=["04-01", "04-04", "04-07", "04-10", "DVA-C03 1.2"]
# ## Init, invoke, freeze
#
# Your code runs in an **execution environment**: a runtime, your files, `/tmp`, environment variables and the role's temporary credentials.
# On AWS that is a small virtual machine (Firecracker), often called a container. Here it is a process with folders of its own.
#
# ```mermaid
# stateDiagram-v2
#     accTitle: The life of an execution environment
#     accDescr: Init leads to invoke. After each invoke the environment is frozen. A next event thaws it into invoke again. In the end it is shut down.
#     [*] --> Init: no environment is free
#     Init --> Invoke: first event
#     Invoke --> Frozen: answer
#     Frozen --> Invoke: next event
#     Frozen --> Shutdown: no longer needed
#     Shutdown --> [*]
# ```
#
# **Init** fetches your package, starts Python and runs your file from top to bottom. Then the handler runs once for each event.
# Between two events the environment is **frozen**. What that does to your code, you are about to see.

# %% [markdown]
# **Predict.** The handler below adds 1 to a global, starts a counting thread at its first event, and returns the number of its process.
#
# 2.a: Three events come, one after the other. How many processes handle them?
#
# - A — three: every invoke is a new process
# - B — one, and its globals count 1, 2, 3
# - C — one, and its globals are set back before each event
#
# 2.b: The thread counts ten times a second. Then no event comes for 2 seconds. What has it gained?
#
# - A — about 20: threads go on after return
# - B — a few: the whole process stands still between two events
# - C — nothing for ever: threads end when the handler returns

# %% tags=["predict-2.a"]
display(lab.predict("2.a", ...))
display(lab.predict("2.b", ...))

# %% tags=["demo"]
import os
import threading
import time

invocations = 0
ticks = 0


def count():
    global ticks
    while True:
        time.sleep(0.1)
        ticks += 1


def look_inside(event, context):
    global invocations
    invocations += 1
    if invocations == 1:
        threading.Thread(target=count, daemon=True).start()
    if invocations == 3:
        threading.Timer(1.5, print, ["the e-mail of event 3 is sent"]).start()
    time.sleep(0.3)
    return {"process": os.getpid(), "invocation": invocations, "ticks": ticks}

# %% tags=["run"]
lab.deploy(look_inside, "life-demo")
answers = [ask("life-demo") for _ in range(3)]
print("processes:", len({answer["process"] for answer in answers}))
print("the global counted:", [answer["invocation"] for answer in answers])

# %% tags=["run"]
process = process_of(answers[-1])
wait_until_frozen(process)
print("between two events the process is:", process.status())

time.sleep(2)
fourth = lab.invoke("life-demo")
gained = fourth.payload["ticks"] - answers[-1]["ticks"]
print("in 2 s the thread gained:", "a few, while event 4 ran" if gained < 15 else gained)
print("\nThe log of event 4:")
print("\n".join(line for line in fourth.log_tail.splitlines() if not line.startswith("REPORT")))
display(lab.saw("2.a"), lab.saw("2.b"))

# %% [markdown] teaches=["04-08", "04-09", "04-21", "04-24"]
# **What we saw.** One process for all, and its threads stood still with it: a frozen environment exists, and nothing in it runs. The e-mail of event 3 was due while nothing ran. It left during event 4, under its request id.
#
# | phase | what happens | limit |
# |---|---|---|
# | init | extensions, runtime, your file | 10 s; then once more with the first event |
# | invoke | the handler, one event at a time | the function's timeout |
# | frozen | nothing: no thread, no timer | AWS does not say |
# | shutdown | the process is ended; Python is not asked | 0 s; 0.5 to 2 s with extensions |
#
# A new environment starts after a deployment, when all others are busy, and after an old one was ended.
# AWS ends each within hours, even a busy one. It promises no reuse and no order: be glad of an environment that is there, and never need it.

# %% tags=["run"]
# another setting: environments of the old one are shut down
lambda_.update_function_configuration(FunctionName="life-demo", Timeout=5)

timeline(lab.records(), function="life-demo", scale="order")

# %% [markdown] teaches=["04-20", "04-26"]
# ### Exercise 2.1 · Read the catalogue once
#
# Whatever stands above the handler runs in init, once for each environment. Clients, connections and what rarely changes belong there.
#
# **Given** `read_catalogue()`, which asks S3, and orders with items that have `sku` and `qty`. In the sale, place-order asked for every order: the next cell shows it, after storing the catalogue and growing the role by one statement.
#
# **Goal** the answer is `{"order_id": …, "total_cents": …}`, with the prices of the catalogue. Each environment reads it once.
#
# **Done when** two environments have handled three orders each, and each has asked S3 once. The second one finds new prices.
#
# (Running your cell loads it in the notebook too, as init does on Lambda.)

# %% tags=["run"]
s3 = lab.client("s3")
s3.create_bucket(Bucket="halftone-uploads")
prices = json.dumps({"poster-a2": 1950, "canvas-60": 4500, "mug-photo": 990})
s3.put_object(Bucket="halftone-uploads", Key="shop/catalogue.json", Body=prices)

may_read = {
    "Effect": "Allow",
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::halftone-uploads/shop/catalogue.json",
}
role = lab.execution_role("place-order", may_read)

slow = lab.file("app.py", '''\
import json
import boto3

def handler(event, context):
    s3 = boto3.client("s3")
    stored = s3.get_object(Bucket="halftone-uploads", Key="shop/catalogue.json")
    catalogue = json.load(stored["Body"])
    total = sum(catalogue[item["sku"]] * item["qty"] for item in event["items"])
    return {"order_id": event["order_id"], "total_cents": total}
''')
lab.deploy(slow, "place-order", Role=role, Timeout=10)
for _ in range(3):
    ask("place-order", {"order_id": "o-1007", "items": [{"sku": "poster-a2", "qty": 2}]})
orders = lab.records(kind="invocation.finished", function="place-order")
reads = lab.records(kind="decision", action="s3:GetObject", allowed=True)
print("environments:", environments_of("place-order"))
print("orders:", len(orders), "· reads of the catalogue:", len(reads))

# %% tags=["exercise-2.1"]
import json

import boto3


def read_catalogue():
    s3 = boto3.client("s3")
    stored = s3.get_object(Bucket="halftone-uploads", Key="shop/catalogue.json")
    return json.load(stored["Body"])


catalogue = read_catalogue()  # SOLUTION


def handler(event, context):
    # SOLUTION: return order_id and total_cents; every price is in the catalogue
    total = sum(catalogue[item["sku"]] * item["qty"] for item in event["items"])
    return {"order_id": event["order_id"], "total_cents": total}
    # END SOLUTION

# %% tags=["check-2.1"]
lab.check("2.1", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** A name that is bound above the handler is bound in init. Every event of that environment finds it.
# A new environment runs the file again, so it reads the prices that are valid then.
#
# An alternative is to read the catalogue at the first event and keep it: `functools.cache` on `read_catalogue` does that. Then the first customer waits in Duration instead of Init Duration, and a function that seldom needs the catalogue starts faster.
#
# In production, environments live for hours, and prices change. Keep the time of reading beside the catalogue, and read again when it is older than a minute or so. With SnapStart, read what must be fresh after the restore.

# %% tags=["wrong-2.1"] expect="An event does not start a new process"
# reads for every order, for every invoke is a new process anyway
import json

import boto3


def handler(event, context):
    s3 = boto3.client("s3")
    stored = s3.get_object(Bucket="halftone-uploads", Key="shop/catalogue.json")
    catalogue = json.load(stored["Body"])
    total = sum(catalogue[item["sku"]] * item["qty"] for item in event["items"])
    return {"order_id": event["order_id"], "total_cents": total}

# %% tags=["wrong-2.1"] expect="asked S3 for the catalogue 6 times"
# keeps each price, and reads the whole catalogue for each
import json
from functools import cache

import boto3

s3 = boto3.client("s3")


@cache
def price_of(sku, qty):
    stored = s3.get_object(Bucket="halftone-uploads", Key="shop/catalogue.json")
    return json.load(stored["Body"])[sku]


def handler(event, context):
    total = sum(price_of(item["sku"], item["qty"]) * item["qty"] for item in event["items"])
    return {"order_id": event["order_id"], "total_cents": total}

# %% tags=["wrong-2.1"] expect="asked S3 for the catalogue 3 times before its first order"
# reads the whole catalogue for each price, in init
import json

import boto3


def price_of(sku):
    s3 = boto3.client("s3")
    stored = s3.get_object(Bucket="halftone-uploads", Key="shop/catalogue.json")
    return json.load(stored["Body"])[sku]


catalogue = {sku: price_of(sku) for sku in ("poster-a2", "canvas-60", "mug-photo")}


def handler(event, context):
    total = sum(catalogue[item["sku"]] * item["qty"] for item in event["items"])
    return {"order_id": event["order_id"], "total_cents": total}

# %% tags=["wrong-2.1"] expect="the check has stored a catalogue of its own"
# needs no S3 at all
catalogue = {"poster-a2": 1950}


def handler(event, context):
    total = sum(catalogue[item["sku"]] * item["qty"] for item in event["items"])
    return {"order_id": event["order_id"], "total_cents": total}

# %% tags=["wrong-2.1"] expect="The handler returned nothing"
# forgets to return
import json

import boto3


def read_catalogue():
    s3 = boto3.client("s3")
    stored = s3.get_object(Bucket="halftone-uploads", Key="shop/catalogue.json")
    return json.load(stored["Body"])


catalogue = read_catalogue()


def handler(event, context):
    total = sum(catalogue[item["sku"]] * item["qty"] for item in event["items"])
    answer = {"order_id": event["order_id"], "total_cents": total}

# %% tags=["alternative-2.1"]
# at the first event, then kept
import json
from functools import cache

import boto3


@cache
def catalogue():
    s3 = boto3.client("s3")
    stored = s3.get_object(Bucket="halftone-uploads", Key="shop/catalogue.json")
    return json.load(stored["Body"])


def handler(event, context):
    prices = catalogue()
    total = sum(prices[item["sku"]] * item["qty"] for item in event["items"])
    return {"order_id": event["order_id"], "total_cents": total}

# %% [markdown]
# ## What survives, and what does not
#
# An environment serves one event after the other, and now and then its process dies.
# What does the next event find? There are globals and open connections, threads, and files in `/tmp`. It has 512 MB unless you set `EphemeralStorage`, up to 10,240 MB.

# %% [markdown]
# **Predict.** Two questions about what is left behind.
#
# 2.c: The process is killed with `kill -9` in the middle of an event. That caller gets an error. What does the next caller find?
#
# - A — an error again: the environment is broken
# - B — a new process: globals are gone, and `/tmp` is still there
# - C — a new environment: globals and `/tmp` are both gone
#
# 2.d: An environment handles one event at a time. Can customers see each other's data?
#
# - A — no: one request at a time, so globals are private
# - B — only if two events arrive in the same millisecond
# - C — yes: what one event leaves in a global, the next event finds

# %% tags=["predict-2.c"]
display(lab.predict("2.c", ...))
display(lab.predict("2.d", ...))

# %% tags=["demo"]
import os
import tempfile
import time
from pathlib import Path

NOTE = Path(tempfile.gettempdir(), "memory-demo")  # on Lambda: /tmp/memory-demo
last_address = "nobody's"


def remember(event, context):
    global last_address
    answer = {"process": os.getpid(), "file": NOTE.exists(), "last_address": last_address}
    NOTE.touch()
    last_address = event["ship_to"]
    time.sleep(event.get("sleep_s", 0))
    return answer

# %% tags=["run"]
lab.deploy(remember, "memory-demo", Timeout=10)


def serve(ship_to, **more):
    answer = ask("memory-demo", {"ship_to": ship_to, **more})
    words = {key: value for key, value in answer.items() if key not in ("process", "errorMessage")}
    print(f"{ship_to:14} → {words}")
    return process_of(answer) if "process" in answer else None


first = serve("7 Canal Street")
second = serve("12 Mill Lane")
print("the same process:", first == second)

print("kill -9 while an event is handled")
threading.Timer(1, second.kill).start()
serve("9 Abbey Row", sleep_s=3)
third = serve("3 Dock Road")

print("kill -9 while the environment is frozen")
wait_until_frozen(third)
third.kill()
serve("1 High Street")
serve("5 Quay Lane")
display(lab.saw("2.c"), lab.saw("2.d"))

# %% [markdown] teaches=["04-03", "04-08", "claim 1", "claim 17", "claim 40"]
# **What we saw.** 12 Mill Lane could read 7 Canal Street. The global outlives the event that wrote it.
# One event at a time holds for default compute. **Lambda Managed Instances** (your own capacity) give an environment several at once, for Python each in a process of its own.
#
# Whoever meets a dead process gets `Runtime.ExitError`. The next one gets a new process in the old environment.
# On AWS nobody types `kill -9`; a crash in a C library or too little memory does the same.
#
# | | the next event | a killed process | a new environment |
# |---|---|---|---|
# | globals, open connections | still there | gone | gone |
# | files in `/tmp` | still there | still there | gone |
# | threads | frozen, then go on | gone | gone |
# | environment variables, your files | the same | the same | the same |
# | the context object | made anew | made anew | made anew |
#
# So an environment is a good cache and a bad store. Orders belong into a table or a bucket, never into a global or `/tmp`.

# %% [markdown]
# ### Exercise 2.3 · One customer, one confirmation
#
# The first complaint of the ticket. This handler was live:
#
# ```python
# TEMPLATE = {"currency": "EUR", "ship_to": "pick up in the shop", "notes": []}
#
# def handler(event, context):
#     answer = TEMPLATE
#     answer["order_id"] = event["order_id"]
#     if "ship_to" in event:
#         answer["ship_to"] = event["ship_to"]
#     answer["notes"] += event.get("notes", [])
#     answer["total_cents"] = sum(item["qty"] * item["unit_cents"] for item in event["items"])
#     return answer
# ```
#
# **Given** orders. Some name no address and no notes; some have an item without `qty`.
#
# **Goal** the same five keys, for this order alone. Without an address, `ship_to` is `"pick up in the shop"`. An item without `qty` raises.
#
# **Done when** five orders of four customers went through one environment, one of them broken, and nobody saw what belongs to another.

# %% tags=["exercise-2.3"]
TEMPLATE = {"currency": "EUR", "ship_to": "pick up in the shop", "notes": []}


def handler(event, context):
    # SOLUTION: return the confirmation of this order, and nothing of any other
    return {
        **TEMPLATE,
        "order_id": event["order_id"],
        "ship_to": event.get("ship_to", TEMPLATE["ship_to"]),
        "notes": list(event.get("notes", [])),
        "total_cents": sum(item["qty"] * item["unit_cents"] for item in event["items"]),
    }
    # END SOLUTION

# %% tags=["check-2.3"]
lab.check("2.3", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The handler makes a new dict and a new list for each event, and only reads the global. What nobody writes into cannot leak.
# It begins clean, so an exception half-way leaves nothing behind.
#
# An alternative is `copy.deepcopy(TEMPLATE)`, or a dataclass whose list comes from `field(default_factory=list)`.
#
# In production, look for globals that are written, default arguments that are lists, class attributes, caches without the customer in their key, and files in `/tmp` with a fixed name. Tests that send one event each never find them; send two customers to one environment.

# %% tags=["wrong-2.3"] expect="the address of c-42"
# one request at a time, so the global is mine
TEMPLATE = {"currency": "EUR", "ship_to": "pick up in the shop", "notes": []}


def handler(event, context):
    answer = TEMPLATE
    answer["order_id"] = event["order_id"]
    if "ship_to" in event:
        answer["ship_to"] = event["ship_to"]
    answer["notes"] += event.get("notes", [])
    answer["total_cents"] = sum(item["qty"] * item["unit_cents"] for item in event["items"])
    return answer

# %% tags=["wrong-2.3"] expect="A copy of the outer dict shares the list inside"
# a copy, but a shallow one
TEMPLATE = {"currency": "EUR", "ship_to": "pick up in the shop", "notes": []}


def handler(event, context):
    answer = dict(TEMPLATE)
    answer["order_id"] = event["order_id"]
    answer["ship_to"] = event.get("ship_to", answer["ship_to"])
    answer["notes"] += event.get("notes", [])
    answer["total_cents"] = sum(item["qty"] * item["unit_cents"] for item in event["items"])
    return answer

# %% tags=["wrong-2.3"] expect="Begin clean instead of cleaning up"
# tidies up at the end, if it gets there
import copy

TEMPLATE = {"currency": "EUR", "ship_to": "pick up in the shop", "notes": []}


def handler(event, context):
    TEMPLATE["order_id"] = event["order_id"]
    TEMPLATE["ship_to"] = event.get("ship_to", TEMPLATE["ship_to"])
    TEMPLATE["notes"] += event.get("notes", [])
    TEMPLATE["total_cents"] = sum(item["qty"] * item["unit_cents"] for item in event["items"])
    answer = copy.deepcopy(TEMPLATE)
    TEMPLATE["ship_to"], TEMPLATE["notes"] = "pick up in the shop", []
    return answer

# %% tags=["wrong-2.3"] expect="failed half-way"
# a running total that is set back at the end
TEMPLATE = {"currency": "EUR"}
total_cents = 0


def handler(event, context):
    global total_cents
    for item in event["items"]:
        total_cents += item["qty"] * item["unit_cents"]
    answer = {
        "currency": "EUR",
        "order_id": event["order_id"],
        "ship_to": event.get("ship_to", "pick up in the shop"),
        "notes": event.get("notes", []),
        "total_cents": total_cents,
    }
    total_cents = 0
    return answer

# %% tags=["wrong-2.3"] expect="in the same process and the same thread"
# a value for each thread, and always the same thread
import threading

TEMPLATE = {"currency": "EUR", "ship_to": "pick up in the shop"}
mine = threading.local()


def handler(event, context):
    if not hasattr(mine, "answer"):
        mine.answer = dict(TEMPLATE)
    mine.answer["notes"] = event.get("notes", [])
    mine.answer["order_id"] = event["order_id"]
    if "ship_to" in event:
        mine.answer["ship_to"] = event["ship_to"]
    mine.answer["total_cents"] = sum(i["qty"] * i["unit_cents"] for i in event["items"])
    return mine.answer

# %% tags=["wrong-2.3"] expect="a default argument"
# a default argument is made once, too
TEMPLATE = {"currency": "EUR"}


def handler(event, context, notes=[]):  # noqa: B006 - the mistake
    notes += event.get("notes", [])
    return {
        "currency": "EUR",
        "order_id": event["order_id"],
        "ship_to": event.get("ship_to", "pick up in the shop"),
        "notes": notes,
        "total_cents": sum(item["qty"] * item["unit_cents"] for item in event["items"]),
    }

# %% tags=["wrong-2.3"] expect="an item without qty has no price"
# invents what is missing
TEMPLATE = {"currency": "EUR"}


def handler(event, context):
    return {
        "currency": "EUR",
        "order_id": event["order_id"],
        "ship_to": event.get("ship_to", "pick up in the shop"),
        "notes": event.get("notes", []),
        "total_cents": sum(i.get("qty", 1) * i["unit_cents"] for i in event["items"]),
    }

# %% tags=["alternative-2.3"]
# a class that is made anew for each event
from dataclasses import asdict, dataclass, field


@dataclass
class Confirmation:
    order_id: str
    total_cents: int
    currency: str = "EUR"
    ship_to: str = "pick up in the shop"
    notes: list = field(default_factory=list)


def handler(event, context):
    own = {key: event[key] for key in ("order_id", "ship_to", "notes") if key in event}
    total = sum(item["qty"] * item["unit_cents"] for item in event["items"])
    return asdict(Confirmation(total_cents=total, **own))


TEMPLATE = Confirmation

# %% [markdown]
# ## Cold starts are counted
#
# A **cold start** is an event that finds no free environment: Lambda starts one, and the caller waits for its init.
# An event that finds one free is a warm start.

# %% [markdown]
# **Predict.** The handler below takes a second.
#
# 2.e: Ten events come at once, then ten in a row, one after the other. How many environments?
#
# - A — 20: every invoke starts one
# - B — 10: as many as there were events at the same time
# - C — 1: it is one function
# - D — it depends on the trigger: an API needs more than S3 or a schedule
#
# 2.f: A ping every minute keeps a function warm. Then five customers come at once. Who waits for init?
#
# - A — nobody: the function is warm
# - B — four of them
# - C — all five: a ping does not count as an event

# %% tags=["predict-2.e"]
display(lab.predict("2.e", ...))
display(lab.predict("2.f", ...))

# %% tags=["demo"]
import time


def busy(event, context):
    time.sleep(event or 1)

# %% tags=["run"]
lab.deploy(busy, "burst-demo", Timeout=10)
ask_at_once(10, "burst-demo")
print("ten at once:", environments_of("burst-demo"), "environments")
for _ in range(10):
    ask("burst-demo", 0.01)
print("ten in a row after that:", environments_of("burst-demo"), "environments")

# five callers that wait, as behind an API
lab.deploy(busy, "api-demo", Timeout=10)
ask_at_once(5, "api-demo")
print("five at once by an API:", environments_of("api-demo"), "environments")


# five events that nobody waits for, as S3 sends them
def all_ended():
    return len(lab.records(kind="invocation.finished", function="upload-demo")) == 5


lab.deploy(busy, "upload-demo", Timeout=10)
for _ in range(5):
    lambda_.invoke(FunctionName="upload-demo", InvocationType="Event")
lab.wait_until(all_ended, 20, "five ends")
print("five at once, asynchronous:", environments_of("upload-demo"), "environments")

# %% tags=["run"]
lab.deploy(busy, "ping-demo", Timeout=10)
for _ in range(3):
    ask("ping-demo", 0.01)  # a minute apart on AWS; nothing happens in between
pinged = environments_of("ping-demo")
ask_at_once(5, "ping-demo")
print("three pings:", pinged, "· then five at once:", environments_of("ping-demo") - pinged, "more")
display(lab.saw("2.e"), lab.saw("2.f"))
timeline(lab.records(), function="ping-demo", scale="steps")

# %% [markdown] teaches=["04-06", "04-22", "claim 7", "claim 28", "claim 37"]
# **What we saw.** Ten at once need ten. After that there is always a free one.
# So there is one question to ask: how many events are there at the same time?
#
# The trigger changes nothing about init. It decides only who feels it: behind an API somebody waits, behind S3 or a schedule nobody does.
#
# A ping keeps one environment. It helps the first of five customers, and costs a request each time.
# (Nor does code at the edge of the network: that shortens the way, not the init.)
#
# Work split into ten parallel pieces is done sooner and costs no less: the GB-seconds are the same, and ten requests and up to ten inits are added.

# %% [markdown] teaches=["04-05", "04-12", "04-16", "DVA-C03 4.3"]
# ## What init costs
#
# AWS says: typically fewer than 1 in 100 invocations is a cold start, and it takes from under 100 ms to over 1 s.
# It is the time of what your file does before the handler: imports, clients, files and calls.

# %% [markdown]
# **Predict.** Two functions do nothing. One of them begins with `import boto3` and makes a client that it never uses. What changes?
#
# - A — nothing on the bill: init is free
# - B — Init Duration at least doubles, and is billed, once for each environment
# - C — Duration at least doubles for every event

# %% tags=["predict-2.g"]
lab.predict("2.g", ...)

# %% tags=["demo"]
sources = {
    "lean-demo": '''\
def handler(event, context):
    return "done"
''',
    "heavy-demo": '''\
import boto3

s3 = boto3.client("s3")

def handler(event, context):
    return "done"
''',
}

# %% tags=["run"]
for name, source in sources.items():
    lab.deploy(source, name)
for turn in range(3):
    for name in sources:
        # a new setting makes a new environment; three of each, in turns
        lambda_.update_function_configuration(FunctionName=name, Timeout=5 + turn)
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=name)
        ask(name)


def best_init(name):
    # the best of three: your computer does other things too
    runs = lab.records(kind="invocation.finished", function=name)
    return min(run["init_ms"] for run in runs if run["init_ms"])


print("heavy init at least twice as long:", best_init("heavy-demo") > 2 * best_init("lean-demo"))
lambda_.update_function_configuration(FunctionName="heavy-demo", Timeout=10)
display(lab.invoke("heavy-demo"))
print("the second event has an Init Duration:", "Init Duration" in lab.invoke("heavy-demo").log_tail)
lab.saw("2.g")

# %% [markdown] teaches=["04-02", "04-11", "04-13", "04-14", "04-17", "04-18", "04-19", "04-23", "04-25"]
# **What we saw.** A client that nobody uses costs a multiple of the empty init. Until August 2025 such an init was free. Now Init Duration is billed like Duration, in every function, so time that you save there is money too.
#
# What helps, and what does not:
#
# | | |
# |---|---|
# | smaller package, without development dependencies | helps: fewer bytes to fetch and load |
# | import where it is needed (exercise 2.5) | helps the events that do not need it |
# | another language | measure it: numbers in articles cannot be checked |
# | a current runtime | `python3.13` or later; of those in the articles, Node.js 20 ended in April 2026, and Python 3.11 ends in June 2027 |
# | moving code into a layer, a zip that functions share | no: the same bytes are loaded (lab 07) |
# | leaving the VPC | no: its network interfaces are made with the function, not at a cold start |
# | a ping | one environment |
#
# Most functions need none of it. Measure first, then start with imports and package size.

# %% [markdown] teaches=["04-14", "04-15", "04-22", "claim 37"]
# ## Two real answers
#
# | | **provisioned concurrency** | **SnapStart** |
# |---|---|---|
# | what it does | keeps as many initialised environments as you say | runs init once per version; every environment is a copy |
# | init at an event | none, up to that number | a short restore |
# | you pay | for the time they are kept, used or not | for the stored copy and each restore |
# | for | known peaks, strict answer times | long inits, unknown peaks |
# | set on | a version or alias | the function, for versions you publish |
# | not with | SnapStart | provisioned concurrency, EFS, `/tmp` over 512 MB |
#
# SnapStart is there for Python from 3.12, for Java and for .NET. Both leave `$LATEST` alone: publish a version first.

# %% [markdown]
# **Predict.** A file makes an order number in init, with `uuid4`. It is published with SnapStart, and three events come at once: three environments.
# How many different order numbers do they have?
#
# - A — three: uuid4 never gives the same number twice
# - B — one: init ran once, and each environment is a copy of what came out
# - C — none: code above the handler does not run with SnapStart

# %% tags=["predict-2.h"]
lab.predict("2.h", ...)

# %% tags=["demo"]
import time
from uuid import uuid4

ORDER_NUMBER = str(uuid4())


def numbered(event, context):
    time.sleep(1)
    return {"in init": ORDER_NUMBER, "in the handler": str(uuid4())}

# %% tags=["run"]
# 1. provisioned: five, before any event (a minute or two on AWS, seconds here)
lab.deploy(numbered, "kept-demo")
version = lambda_.publish_version(FunctionName="kept-demo")["Version"]
kept = {"FunctionName": "kept-demo", "Qualifier": version}
lambda_.put_provisioned_concurrency_config(**kept, ProvisionedConcurrentExecutions=5)


def is_ready():
    return lambda_.get_provisioned_concurrency_config(**kept)["Status"] == "READY"


lab.wait_until(is_ready, 60, "the provisioned environments")
print("before any event:", environments_of("kept-demo"), "environments")
ask_at_once(5, "kept-demo", Qualifier=version)
print("after five at once:", environments_of("kept-demo"))
ask_at_once(6, "kept-demo", Qualifier=version)
print("after six at once:", environments_of("kept-demo"))
lambda_.delete_provisioned_concurrency_config(**kept)

# 2. SnapStart: a copy for each
lab.deploy(numbered, "copied-demo", SnapStart={"ApplyOn": "PublishedVersions"})
version = lambda_.publish_version(FunctionName="copied-demo")["Version"]
copied = {"FunctionName": "copied-demo", "Qualifier": version}


def state():
    return lambda_.get_function_configuration(**copied)["State"]


lab.wait_until(lambda: state() != "Pending", 60, "the snapshot")
if state() == "Active":
    answers = ask_at_once(3, "copied-demo", Qualifier=version)
    for place in ("in init", "in the handler"):
        print(f"numbers made {place}:", len({answer[place] for answer in answers}))
    display(lab.environments("copied-demo"))
else:
    print("this computer cannot copy a process: SnapStart works on Linux and macOS")
lab.saw("2.h")

# %% [markdown]
# **What we saw.** Five were there before anybody came, so five waited for no init. The sixth got a new one: provisioned is no limit.
# On AWS you pay for the five as long as they are kept, also at night: so the code deletes the setting once it has served. AWS suggests 10 % more than the peak you expect.
#
# With SnapStart, three customers got the same order number. What must be unique, random or fresh is made in the handler. So are connections and credentials checked again.
# Or make it in a hook that runs after each restore:
#
# ```python
# from snapshot_restore_py import register_after_restore
#
# @register_after_restore
# def renew():
#     global ORDER_NUMBER
#     ORDER_NUMBER = str(uuid4())
# ```

# %% [markdown] teaches=["SAA-C03 3.2", "SOA-C03 1.3"]
# ### Exercise 2.6 · The sale at six
#
# The second complaint of the ticket: they wait although a ping keeps place-order warm. How many have to wait, and how many environments should be provisioned?
#
# **Given** requests in the order in which they come, such as `{"at_s": 0.0, "lasts_s": 1.0, "source": "api"}`. An environment is busy from `at_s` until `at_s + lasts_s`, and free from then on. It is never ended.
#
# **Goal** `cold_starts(requests, provisioned)` returns how many requests find no free environment. `provisioned` environments are there from the start.
#
# **Done when** ten patterns are right. Then the check plays one against a real function and counts its environments.

# %% tags=["exercise-2.6"]
def cold_starts(requests, provisioned=0):
    # SOLUTION: count the requests that find no free environment
    busy_until = [0.0] * provisioned
    cold = 0
    for request in requests:
        free = [until for until in busy_until if until <= request["at_s"]]
        if free:
            busy_until.remove(free[0])
        else:
            cold += 1
        busy_until.append(request["at_s"] + request["lasts_s"])
    return cold
    # END SOLUTION

# %% tags=["check-2.6"]
lab.check("2.6", cold_starts)

# %% [markdown] tags=["solution-only"]
# **Why this works.** It does what Lambda does: take a free environment, whichever that is, or start one. Who sends the request plays no part.
# The answer to the ticket is the highest number of requests at the same time. Provision that many for the evening, and nobody waits; a ping provides for one.
#
# An alternative is to look for the peak: the largest number of requests that are under way at one moment, minus what is provisioned.
#
# In production, the cold start itself takes time and keeps environments busy longer, so the first seconds of a burst need more of them. Let Application Auto Scaling raise provisioned concurrency by schedule before six, and lower it after the sale. Lab 09 measures it.

# %% tags=["wrong-2.6"] expect="A request starts no process of its own"
# every invoke is a new process
def cold_starts(requests, provisioned=0):
    return max(len(requests) - provisioned, 0)

# %% tags=["wrong-2.6"] expect="An environment does not know who calls"
# each trigger has its own cold starts
def cold_starts(requests, provisioned=0):
    cold = 0
    for source in {request["source"] for request in requests}:
        busy_until = []
        for request in (r for r in requests if r["source"] == source):
            free = [until for until in busy_until if until <= request["at_s"]]
            if free:
                busy_until.remove(free[0])
            else:
                cold += 1
            busy_until.append(request["at_s"] + request["lasts_s"])
    return max(cold - provisioned, 0)

# %% tags=["wrong-2.6"] expect="The pings keep one environment"
# a pinged function is warm
def cold_starts(requests, provisioned=0):
    if sum(request["source"] == "schedule" for request in requests) > 1:
        return 1
    moments = sorted(request["at_s"] for request in requests)
    peak = 0
    for moment in moments:
        under_way = [r for r in requests if r["at_s"] <= moment < r["at_s"] + r["lasts_s"]]
        peak = max(peak, len(under_way))
    return max(peak - provisioned, 0)

# %% tags=["wrong-2.6"] expect="A request keeps its environment busy from at_s"
# only those that begin together
from collections import Counter


def cold_starts(requests, provisioned=0):
    together = Counter(request["at_s"] for request in requests)
    return max(max(together.values(), default=0) - provisioned, 0)

# %% tags=["wrong-2.6"] expect="Who ends at 1.0 is free at 1.0"
# not free until a moment later
def cold_starts(requests, provisioned=0):
    busy_until = [-1.0] * provisioned
    cold = 0
    for request in requests:
        free = [until for until in busy_until if until < request["at_s"]]
        if free:
            busy_until.remove(free[0])
        else:
            cold += 1
        busy_until.append(request["at_s"] + request["lasts_s"])
    return cold

# %% tags=["wrong-2.6"] expect="The environments of the first three are still there"
# knows how soon Lambda ends an environment
def cold_starts(requests, provisioned=0):
    busy_until = [0.0] * provisioned
    cold = 0
    for request in requests:
        busy_until = [until for until in busy_until if until + 5 > request["at_s"]]
        free = [until for until in busy_until if until <= request["at_s"]]
        if free:
            busy_until.remove(free[0])
        else:
            cold += 1
        busy_until.append(request["at_s"] + request["lasts_s"])
    return cold

# %% tags=["wrong-2.6"] expect="They are no limit"
# provisioned taken for a ceiling
def cold_starts(requests, provisioned=0):
    if provisioned:
        return 0
    peak = 0
    for moment in [request["at_s"] for request in requests]:
        under_way = [r for r in requests if r["at_s"] <= moment < r["at_s"] + r["lasts_s"]]
        peak = max(peak, len(under_way))
    return peak

# %% tags=["alternative-2.6"]
# the peak of what is under way at the same time
def cold_starts(requests, provisioned=0):
    steps = [(r["at_s"] + r["lasts_s"], -1) for r in requests] + [(r["at_s"], 1) for r in requests]
    now = peak = 0
    for _, step in sorted(steps):
        now += step
        peak = max(peak, now)
    return max(peak - provisioned, 0)

# %% [markdown]
# ## Break it · three ways to die
#
# Init that raises, a `/tmp` that is full, and memory that only grows. Make each of them happen and read what Lambda writes.
# Before you run: how often is `loading` logged, for one invoke of a file that cannot be loaded?

# %% tags=["run"]
cannot_start = lab.file("app.py", '''\
print("loading")
raise RuntimeError("no catalogue")
''')
leaky = lab.file("app.py", '''\
import time

kept = []

def handler(event, context):
    kept.append(bytearray(b"x") * 40_000_000)
    time.sleep(0.1)
    return {"photos kept": len(kept)}
''')

lab.deploy(cannot_start, "start-demo")
print(ask("start-demo")["errorType"])
print("loading was tried", lab.logs("start-demo").count("loading"), "times for one invoke")

lab.deploy(leaky, "leak-demo", MemorySize=128)
answers = [ask("leak-demo") for _ in range(7)]
died = [answer for answer in answers if "errorType" in answer]
print("some of seven events were killed:", bool(died))
if died:
    print(died[0]["errorType"], "·", died[0]["errorMessage"])
    print("the next event:", answers[answers.index(died[0]) + 1])

# %% tags=["run", "nbval-ignore-output"]
# not compared: without mount namespaces (file level A) /tmp is the computer's, and has no limit
fill = lab.file("app.py", '''\
import os
import shutil
import tempfile

TMP = tempfile.gettempdir()  # on Lambda: /tmp
PHOTO = os.path.join(TMP, "photo")

def handler(event, context):
    free_mb = shutil.disk_usage(TMP).free // 2**20
    if free_mb > 600:
        return f"600 MB fit: {free_mb} MB are free"
    try:
        with open(PHOTO, "wb") as photo:
            os.posix_fallocate(photo.fileno(), 0, 600 * 2**20)
    except OSError as error:
        return error.strerror
    finally:
        os.remove(PHOTO)
''')
for size_mb in (512, 1024):
    lab.deploy(fill, "photo-demo", Timeout=60, EphemeralStorage={"Size": size_mb})
    print(f"EphemeralStorage {size_mb} MB:", ask("photo-demo"))

# %% [markdown] teaches=["claim 14", "claim 1", "DVA-C03 4.1"]
# **What we saw.** These three ends, a fourth one, and where to read them:
#
# | what broke | what you read | what happens next |
# |---|---|---|
# | init raises | your exception; `INIT_REPORT … Status: error` | init is tried again with the first event, and with every later one |
# | init over 10 s | `INIT_REPORT … Status: timeout` | once more, within the function's timeout |
# | memory | `Runtime.OutOfMemory` or `signal: killed`; Max Memory Used at the limit | a new process; the globals are gone |
# | `/tmp` is full | your own OSError: `No space left on device` | it stays full while the environment lives |
#
# No line says "Memory limit exceeded". And the repeated init has no Init Duration: its time is part of Duration.
# Repair the leak: write `kept.clear()` at the top of the handler, and run that cell again. All seven live.

# %% [markdown]
# ## Recap
#
# - Init runs once for each environment, the handler for each event, and between two events everything stands still.
# - Globals and `/tmp` stay for the next event, whoever sent it. Begin clean; write only into what you made for this event.
# - Cold starts are counted by events at the same time. The trigger does not matter, and a ping keeps one environment.
# - Init Duration is billed. Import what you need, where you need it.
# - Provisioned concurrency keeps environments ready; SnapStart copies one, with everything that init made.

# %% [markdown]
# ## Heard elsewhere
#
# Six sentences from articles about Lambda. Before you run the cell, mark each as `"true"`, `"half"` or `"false"`, in place of `...`.

# %% tags=["predict-2.i"] teaches=["claim 1", "claim 7", "claim 14", "claim 17", "claim 28", "claim 37"]
lab.predict("2.i", ...)  # Lambda gives a function 512 MB of /tmp.
lab.predict("2.j", ...)  # Cold starts hurt with API Gateway, are minor with S3, and minimal on a schedule.
lab.predict("2.k", ...)  # An environment handles one request at a time, so nothing is shared.
lab.predict("2.l", ...)  # A ping every few minutes is the cure for cold starts.
lab.predict("2.m", ...)  # Work split into ten parallel invocations costs a tenth.
lab.predict("2.n", ...)  # A function that takes too much memory logs 'Memory limit exceeded'.
display(lab.saw("2.i"), lab.saw("2.j"), lab.saw("2.k"))
display(lab.saw("2.l"), lab.saw("2.m"), lab.saw("2.n"))

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
# Three stretch exercises, about 35 minutes. You close the lab without them, and master it with them.

# %% [markdown] teaches=["04-20"]
# ### Exercise 2.2 · When the other side hung up
#
# An environment keeps its connections while it is frozen. The other side does not know that, and hangs up after a while.
# The next event finds a line that looks open and is dead.
#
# **Given** a connection to the warehouse, and `stock_of`, which asks it.
#
# **Goal** the answer is what the warehouse says, also when it has hung up since the last event. One connection serves all events while it works.
# When the warehouse is really away, the function fails; it does not try for ever.
#
# **Done when** the check, which plays the warehouse, has closed the line, reset it, and at last gone away.

# %% tags=["exercise-2.2"]
import http.client
import json
import os

# opened by the first request, and again by http.client after a close()
warehouse = http.client.HTTPConnection(os.environ.get("WAREHOUSE", "127.0.0.1:9"), timeout=2)


def stock_of(sku):
    warehouse.request("GET", f"/stock/{sku}")
    return json.loads(warehouse.getresponse().read())


def handler(event, context):
    # SOLUTION: return the stock of event["sku"]; if the line is dead, try once more on a new one
    try:
        return stock_of(event["sku"])
    except ConnectionError:
        warehouse.close()
    return stock_of(event["sku"])
    # END SOLUTION

# %% tags=["check-2.2"]
lab.check("2.2", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** A line is known to be dead only by using it. So the handler uses it, and when that fails it opens a new one, once.
# The second failure is a real one and leaves the handler.
#
# An alternative is to let a library do it: urllib3 retries on a new connection when told to, and so does boto3 by itself.
#
# In production, repeat only what may happen twice. Asking for the stock may; charging a card may not, for the first try may have arrived before the line died. Lab 10 makes charging repeatable. Database drivers have the same trouble, and a "ping before use" option that costs a round trip each time.

# %% tags=["wrong-2.2"] expect="one: an open connection serves the next event too"
# never dead, because never old
import http.client
import json
import os


def stock_of(sku):
    warehouse = http.client.HTTPConnection(os.environ.get("WAREHOUSE", "127.0.0.1:9"), timeout=2)
    warehouse.request("GET", f"/stock/{sku}")
    return json.loads(warehouse.getresponse().read())


def handler(event, context):
    return stock_of(event["sku"])

# %% tags=["wrong-2.2"] expect="They are all kinds of ConnectionError"
# knows one of its names
import http.client
import json
import os

warehouse = http.client.HTTPConnection(os.environ.get("WAREHOUSE", "127.0.0.1:9"), timeout=2)


def stock_of(sku):
    warehouse.request("GET", f"/stock/{sku}")
    return json.loads(warehouse.getresponse().read())


def handler(event, context):
    try:
        return stock_of(event["sku"])
    except BrokenPipeError:
        warehouse.close()
    return stock_of(event["sku"])

# %% tags=["wrong-2.2"] expect="Asking first whether the line is open costs a request each time"
# knocks before each request
import http.client
import json
import os

warehouse = http.client.HTTPConnection(os.environ.get("WAREHOUSE", "127.0.0.1:9"), timeout=2)


def stock_of(sku):
    warehouse.request("GET", f"/stock/{sku}")
    return json.loads(warehouse.getresponse().read())


def handler(event, context):
    try:
        stock_of("ping")
    except ConnectionError:
        warehouse.close()
    return stock_of(event["sku"])

# %% tags=["wrong-2.2"] expect="Let the second failure leave the handler"
# an answer at any price
import http.client
import json
import os

warehouse = http.client.HTTPConnection(os.environ.get("WAREHOUSE", "127.0.0.1:9"), timeout=2)


def stock_of(sku):
    warehouse.request("GET", f"/stock/{sku}")
    return json.loads(warehouse.getresponse().read())


def handler(event, context):
    for _ in range(2):
        try:
            return stock_of(event["sku"])
        except ConnectionError:
            warehouse.close()
    return {"sku": event["sku"], "left": 0}

# %% tags=["wrong-2.2"] expect="Try a second time, and not a third"
# never gives up
import http.client
import json
import os
import time

warehouse = http.client.HTTPConnection(os.environ.get("WAREHOUSE", "127.0.0.1:9"), timeout=2)


def stock_of(sku):
    warehouse.request("GET", f"/stock/{sku}")
    return json.loads(warehouse.getresponse().read())


def handler(event, context):
    while True:
        try:
            return stock_of(event["sku"])
        except ConnectionError:
            warehouse.close()
            time.sleep(0.1)

# %% tags=["alternative-2.2"]
# a new connection object instead of a closed one
import http.client
import json
import os

LINE_IS_DEAD = (http.client.HTTPException, OSError)
lines = []


def new_line():
    lines[:] = [http.client.HTTPConnection(os.environ.get("WAREHOUSE", "127.0.0.1:9"), timeout=2)]


def stock_of(sku):
    lines[0].request("GET", f"/stock/{sku}")
    return json.loads(lines[0].getresponse().read())


def handler(event, context):
    if not lines:
        new_line()
    try:
        return stock_of(event["sku"])
    except LINE_IS_DEAD:
        new_line()
        return stock_of(event["sku"])


warehouse = lines

# %% [markdown]
# ### Exercise 2.4 · Stop in time
#
# A print job of 200 pages does not fit into the timeout. If the function is killed, nobody learns which pages are printed.
#
# **Given** events such as `{"pages": 200, "page_ms": 40}`, and `print_page`, which takes about that long for each page. The timeout is 3 s.
#
# **Goal** the answer is `{"printed": […], "left": […]}`: page numbers from 1 on, in order, each in one of the two lists. A job that fits is printed whole.
#
# **Done when** quick jobs, long jobs and slow pages are answered in time, with at least half of it used. The log shows every page that the answer calls printed.

# %% tags=["exercise-2.4"]
import time


def print_page(page, page_ms):
    time.sleep(page_ms / 1000)
    print("page", page)


def handler(event, context):
    # SOLUTION: print pages while there is time for one more; return printed and left
    printed, slowest_ms = [], 0
    for page in range(1, event["pages"] + 1):
        if context.get_remaining_time_in_millis() < slowest_ms + 500:
            break
        began = time.monotonic()
        print_page(page, event["page_ms"])
        slowest_ms = max(slowest_ms, (time.monotonic() - began) * 1000)
        printed.append(page)
    return {"printed": printed, "left": list(range(len(printed) + 1, event["pages"] + 1))}
    # END SOLUTION

# %% tags=["check-2.4"]
lab.check("2.4", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Before each page the handler compares the time left with the slowest page so far, and a reserve for the answer.
# It measures, so it needs no table of how long pages take.
#
# An alternative is a fixed reserve that is longer than any page can take. It wastes that time in every job.
#
# In production, hand what is left to somebody: a message in a queue, or the next step of a state machine. A job that is known to be longer than 15 minutes belongs into a durable function, into Step Functions, or onto a machine.

# %% tags=["wrong-2.4"] expect="Before each page, ask context.get_remaining_time_in_millis()"
# hopes
import time


def print_page(page, page_ms):
    time.sleep(page_ms / 1000)
    print("page", page)


def handler(event, context):
    for page in range(1, event["pages"] + 1):
        print_page(page, event["page_ms"])
    return {"printed": list(range(1, event["pages"] + 1)), "left": []}

# %% tags=["wrong-2.4"] expect="These pages take longer than the reserve you keep"
# a reserve that fits quick pages
import time


def print_page(page, page_ms):
    time.sleep(page_ms / 1000)
    print("page", page)


def handler(event, context):
    printed = []
    for page in range(1, event["pages"] + 1):
        if context.get_remaining_time_in_millis() < 400:
            break
        print_page(page, event["page_ms"])
        printed.append(page)
    return {"printed": printed, "left": list(range(len(printed) + 1, event["pages"] + 1))}

# %% tags=["wrong-2.4"] expect="no except and no finally"
# waits for an exception that nobody raises
import time


def print_page(page, page_ms):
    time.sleep(page_ms / 1000)
    print("page", page)


def handler(event, context):
    printed, every = [], list(range(1, event["pages"] + 1))
    try:
        for page in every:
            print_page(page, event["page_ms"])
            printed.append(page)
    except TimeoutError:
        pass
    return {"printed": printed, "left": every[len(printed) :]}

# %% tags=["wrong-2.4"] expect="Threads do not go on after return"
# a thread prints the rest
import threading
import time


def print_page(page, page_ms):
    time.sleep(page_ms / 1000)
    print("page", page)


def handler(event, context):
    every = list(range(1, event["pages"] + 1))

    def print_all():
        for page in every:
            print_page(page, event["page_ms"])

    worker = threading.Thread(target=print_all)
    worker.start()
    worker.join(timeout=1)
    return {"printed": every, "left": []}

# %% tags=["wrong-2.4"] expect="Was the clock started above the handler?"
# a clock that started with the environment
import time

STARTED = time.monotonic()


def print_page(page, page_ms):
    time.sleep(page_ms / 1000)
    print("page", page)


def handler(event, context):
    printed = []
    for page in range(1, event["pages"] + 1):
        if time.monotonic() - STARTED > 2.4:
            break
        print_page(page, event["page_ms"])
        printed.append(page)
    return {"printed": printed, "left": list(range(len(printed) + 1, event["pages"] + 1))}

# %% tags=["wrong-2.4"] expect="the answer calls it left"
# the number of a page taken for a count
import time


def print_page(page, page_ms):
    time.sleep(page_ms / 1000)
    print("page", page)


def handler(event, context):
    page = 1
    while page < event["pages"] and context.get_remaining_time_in_millis() > 1400:
        print_page(page, event["page_ms"])
        page += 1
    print_page(page, event["page_ms"])
    return {"printed": list(range(1, page)), "left": list(range(page, event["pages"] + 1))}

# %% tags=["wrong-2.4"] expect="Do not guess how many pages fit"
# ten pages, whatever they take
import time


def print_page(page, page_ms):
    time.sleep(page_ms / 1000)
    print("page", page)


def handler(event, context):
    printed = list(range(1, min(event["pages"], 10) + 1))
    for page in printed:
        print_page(page, event["page_ms"])
    return {"printed": printed, "left": list(range(len(printed) + 1, event["pages"] + 1))}

# %% tags=["alternative-2.4"]
# a fixed reserve that is longer than any page
import time


def print_page(page, page_ms):
    time.sleep(page_ms / 1000)
    print("page", page)


def handler(event, context):
    pages = list(range(1, event["pages"] + 1))
    left = pages[:]
    while left and context.get_remaining_time_in_millis() > 1400:
        print_page(left.pop(0), event["page_ms"])
    return {"printed": pages[: len(pages) - len(left)], "left": left}

# %% [markdown] teaches=["04-19"]
# ### Exercise 2.5 · Load it when it is needed
#
# One order in fifty asks for an invoice. The other 49 wait in init for boto3 and a client that only invoices need:
#
# ```python
# import boto3
#
# s3 = boto3.client("s3")
#
# def handler(event, context):
#     answer = {"order_id": event["order_id"], "status": event["status"]}
#     if event.get("invoice"):
#         where = {"Bucket": "halftone-uploads", "Key": f"invoices/{event['order_id']}.pdf"}
#         answer["invoice_url"] = s3.generate_presigned_url("get_object", Params=where)
#     return answer
# ```
#
# **Given** this handler. A presigned link is made without asking S3.
#
# **Goal** the same answers; boto3 is loaded by the first order with an invoice, and by no other. One client serves all invoices.
#
# **Done when** init and plain orders leave boto3 alone, two invoices have their links, and your init beats the given one, started three times each in turns.

# %% tags=["exercise-2.5"]
from functools import cache


@cache
def s3_client():
    # SOLUTION: import boto3 here, and return a client for S3
    import boto3

    return boto3.client("s3")
    # END SOLUTION


def handler(event, context):
    # SOLUTION: answer as before; call s3_client() where an invoice is asked for
    answer = {"order_id": event["order_id"], "status": event["status"]}
    if event.get("invoice"):
        where = {"Bucket": "halftone-uploads", "Key": f"invoices/{event['order_id']}.pdf"}
        answer["invoice_url"] = s3_client().generate_presigned_url("get_object", Params=where)
    return answer
    # END SOLUTION

# %% tags=["check-2.5"]
lab.check("2.5", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** An import is a statement like any other: it runs when its line is reached, and Python keeps what it loaded.
# `cache` keeps the client, so the second invoice of an environment makes none.
#
# An alternative is a global that is `None` at first, with `global s3` in the function that fills it.
#
# In production, weigh it: what most events need belongs above the handler, where provisioned concurrency and SnapStart do it beforehand. A lazy import moves the waiting to the first customer who needs it, and a missing module shows only then.

# %% tags=["wrong-2.5"] expect="boto3 was loaded during init"
# the import moved into a function that init calls
def make_client():
    import boto3

    return boto3.client("s3")


s3 = make_client()


def handler(event, context):
    answer = {"order_id": event["order_id"], "status": event["status"]}
    if event.get("invoice"):
        where = {"Bucket": "halftone-uploads", "Key": f"invoices/{event['order_id']}.pdf"}
        answer["invoice_url"] = s3.generate_presigned_url("get_object", Params=where)
    return answer

# %% tags=["wrong-2.5"] expect="Move it behind the if"
# every customer pays now
def handler(event, context):
    import boto3

    s3 = boto3.client("s3")
    answer = {"order_id": event["order_id"], "status": event["status"]}
    if event.get("invoice"):
        where = {"Bucket": "halftone-uploads", "Key": f"invoices/{event['order_id']}.pdf"}
        answer["invoice_url"] = s3.generate_presigned_url("get_object", Params=where)
    return answer

# %% tags=["wrong-2.5"] expect="The second invoice made a client again"
# loads boto3 once, for Python keeps modules, and makes a client each time
def handler(event, context):
    answer = {"order_id": event["order_id"], "status": event["status"]}
    if event.get("invoice"):
        import boto3

        s3 = boto3.client("s3")
        where = {"Bucket": "halftone-uploads", "Key": f"invoices/{event['order_id']}.pdf"}
        answer["invoice_url"] = s3.generate_presigned_url("get_object", Params=where)
    return answer

# %% tags=["wrong-2.5"] expect="UnboundLocalError"
# forgets that an assignment makes the name local
s3 = None


def handler(event, context):
    answer = {"order_id": event["order_id"], "status": event["status"]}
    if event.get("invoice"):
        if s3 is None:
            import boto3

            s3 = boto3.client("s3")
        where = {"Bucket": "halftone-uploads", "Key": f"invoices/{event['order_id']}.pdf"}
        answer["invoice_url"] = s3.generate_presigned_url("get_object", Params=where)
    return answer

# %% tags=["wrong-2.5"] expect="an invoice_url: a presigned link"
# a link without boto3, and without a signature
def handler(event, context):
    answer = {"order_id": event["order_id"], "status": event["status"]}
    if event.get("invoice"):
        key = f"invoices/{event['order_id']}.pdf"
        answer["invoice_url"] = f"https://halftone-uploads.s3.amazonaws.com/{key}"
    return answer

# %% tags=["wrong-2.5"] expect="boto3 was loaded during init"
# init is free, so why not there
import importlib

boto3 = importlib.import_module("boto3")


def handler(event, context):
    answer = {"order_id": event["order_id"], "status": event["status"]}
    if event.get("invoice"):
        where = {"Bucket": "halftone-uploads", "Key": f"invoices/{event['order_id']}.pdf"}
        s3 = boto3.client("s3")
        answer["invoice_url"] = s3.generate_presigned_url("get_object", Params=where)
    return answer

# %% tags=["alternative-2.5"]
# a global that the first invoice fills
s3 = None


def handler(event, context):
    global s3
    answer = {"order_id": event["order_id"], "status": event["status"]}
    if event.get("invoice"):
        if s3 is None:
            import boto3

            s3 = boto3.client("s3")
        where = {"Bucket": "halftone-uploads", "Key": f"invoices/{event['order_id']}.pdf"}
        answer["invoice_url"] = s3.generate_presigned_url("get_object", Params=where)
    return answer

# %% [markdown]
# ## Clean up
#
# Deletes what this lab made. On AWS, too, delete what you no longer use: provisioned concurrency costs money while nobody calls.

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# **03 · Triggers I: HTTP**: one request through four doors, and who said no.
# Close this tab, and in the terminal run `python3 kit.py lab 03`.
