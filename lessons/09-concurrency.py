# %% [markdown]
# <!-- lab: {"number": "09", "title": "Concurrency and scaling", "minutes_core": 45, "minutes_stretch": 30, "exam_tasks": ["DVA-C03 1.2", "DVA-C03 4.3", "SAA-C03 2.2", "SAA-C03 3.2", "SOA-C03 2.1"], "closed": []} -->
# # Lab 09 · Concurrency and scaling
#
# > **Ticket.** Halftone, Monday 09:10. While the report runs, customers who order get error 429.
# > And since somebody allowed the stock table five writers at most, healthy print jobs lie in the dead-letter queue.
#
# **Promise.** In 45 minutes you can say how much concurrency a function needs, give it that much, and protect what stands behind it.
#
# **You will be able to**
#
# - compute concurrency from rate and duration, and see it happen;
# - read a throttle: who was turned away, and for which reason;
# - choose between reserved and provisioned concurrency, and say what each costs;
# - say how fast Lambda grows, and when that is too slow;
# - bound a queue's consumer without losing a message.
#
# **Minutes.** 45 for the core, 30 more for the three stretch exercises under "More".
#
# **Know first.** Lab 02: environments and cold starts. Lab 05: queues. Lab 08: versions and aliases.
#
# **Exam tasks.** DVA-C03 1.2 and DVA-C03 4.3 (code and tuning), SAA-C03 2.2 and SAA-C03 3.2 (resilient and elastic), SOA-C03 2.1 (scaling).

# %% [markdown]
# ## Setup
#
# Run this cell first. It starts an empty account whose limits are small, so that they can be reached on a laptop.
# Waits of Lambda's own are 60 times shorter: a minute on AWS is a second here.

# %% tags=["setup"]
import json
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.exceptions import ClientError

from helpers import Lab
from helpers.simulator import Burst, Constant, Fixed, Scenario, simulate
from helpers.views import concurrency_view, timeline

lab = Lab("09-concurrency", account_concurrency=20, unreserved_minimum=4, time_lapse=60)
lambda_ = lab.client("lambda")
sqs = lab.client("sqs")
ARN = "arn:aws:sqs:us-east-1:123456789012:"

# %% [markdown]
# ## Warm-up
#
# Three questions from earlier labs. Say your answer aloud, then open the line.
#
# <details><summary>How many events does one execution environment serve at a time?</summary>One. Others wait for nobody: they get an environment of their own (lab 02).</details>
# <details><summary>A message of a queue was received, and its batch failed. Where is it?</summary>In the queue, invisible until the visibility timeout ends. After maxReceiveCount receives it moves to the dead-letter queue (lab 05).</details>
# <details><summary>What can an alias point to?</summary>To a published version, or to two with weights; its ARN stays the same (lab 08).</details>

# %% [markdown]
# ## One call, how many requests?
#
# `Lab` gives you a Lambda client that sends each call once. Your programs have the client that boto3 makes by default.
#
# A **throttle** is Lambda's answer when it may not run an event now: status 429, `TooManyRequestsException`. No code of yours has run, and you pay nothing.
# The function below is throttled always; you see later how that is done.

# %% [markdown]
# **Predict.** You call `invoke` once, with boto3's default client. How many requests reach Lambda?
#
# - A — one: one call is one request
# - B — three
# - C — as many as it takes, until the function answers

# %% tags=["predict-9.a"]
lab.predict("9.a", ...)

# %% tags=["demo"]
def thank(event, context):
    return "thank you"

# %% tags=["run"]
lab.deploy(thank, "thank-demo")
lambda_.put_function_concurrency(FunctionName="thank-demo", ReservedConcurrentExecutions=0)
try:
    boto3.client("lambda").invoke(FunctionName="thank-demo")
except ClientError as refusal:
    print(refusal)


def throttles(function):
    return lab.records(kind="invocation.throttled", function=function)


print(len(throttles("thank-demo")), "requests reached Lambda")
lab.saw("9.a")

# %% [markdown] teaches=["DVA-C03 1.2"]
# **What we saw.** One line of Python, three requests, and the caller waited between them for up to 3 seconds.
#
# boto3 tries again after throttles, timeouts and errors 5xx. Since version 1.44, of 10 November 2026, it makes three attempts in all.
# Older versions make five and wait for up to 15 seconds. So do programs with `Config(retries={"mode": "legacy"})`.
# (AWS's [announcement](https://aws.amazon.com/blogs/developer/updated-default-retry-behavior-for-aws-sdks-and-tools/), read in November 2026.)
#
# So a graph of throttles counts attempts, not customers. `lab.client("lambda")` tries once, and all that follows uses it.

# %% [markdown] teaches=["15-04", "DVA-C03 4.3"]
# ## Concurrency is rate times duration
#
# **Concurrency** is the number of events that are being worked on at the same moment. Each of them has an environment of its own.
#
# ```text
# concurrency = requests per second × seconds per request
# ```
#
# Ten orders a second that take half a second each keep five environments busy. Halve the duration, and you need half as many.

# %% [markdown]
# **Predict.** Five customers order at once. When they have their answers, five more come, then another five.
# How many environments does Lambda make for the fifteen events?
#
# - A — fifteen: each event starts an instance
# - B — five
# - C — one: it queues the others

# %% tags=["predict-9.b"]
lab.predict("9.b", ...)

# %% tags=["demo"]
import os
import time


def work(event, context):
    """Work for a while; tell how this environment came to be."""
    time.sleep(event.get("seconds", 0.2))
    return os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]

# %% tags=["run"]
def at_once(count, function, **more):
    """Send so many events at the same moment; count what the calls came to."""
    event = json.dumps({"seconds": 1})

    def call(_):
        try:
            answer = lambda_.invoke(FunctionName=function, Payload=event, **more)
        except ClientError as refusal:
            return f"{refusal.response['Error']['Code']}: {refusal.response['Reason']}"
        return json.load(answer["Payload"])

    with ThreadPoolExecutor(count) as callers:
        return Counter(callers.map(call, range(count)))


lab.deploy(work, "order-demo")
for _ in range(3):
    at_once(5, "order-demo")
display(timeline(lab.records(), function="order-demo", scale="steps"))

# 200 requests a second of 20 ms: more than a laptop can send, so they are simulated
fast = Scenario(arrivals=Constant(200), duration=Fixed(20), period_s=30, cold_start_ms=0)
for reserved in (4, 19, 20):
    result = simulate(fast.changed(reserved=reserved), seed=1)
    turned_away = result.counters.refused / result.counters.requests
    print(f"concurrency {reserved:2}: {turned_away:4.0%} throttled")
lab.saw("9.b")

# %% [markdown] teaches=["15-04", "DVA-C03 4.3", "SAA-C03 3.2"]
# **What we saw.** Five environments, each used three times. A new one is made only when none of the function's is free.
#
# There is a second bound, and it surprises those whose functions are fast. A function answers at most *10 requests a second for each unit of concurrency*.
# Two hundred requests a second of 20 ms need 4 by the formula. But 4 × 10 is 40 a second, so they need 20. Under 100 ms this bound decides.
#
# The *simulator* is the kit's model of these rules, for numbers that no laptop can run. `Fixed(20)` is a duration in ms, `Constant(200)` a rate.

# %% [markdown]
# ### Exercise 9.1 · How much is enough?
#
# **Given** a rate in requests per second and a duration in milliseconds, both steady.
#
# | workload | rate | duration |
# |---|---|---|
# | thumbnails | 8 a second | 750 ms |
# | looking up an order | 200 a second | 20 ms |
# | reports | one every 20 s | 4 minutes |
#
# **Goal** `concurrency_needed(8, 750)` is the smallest concurrency, a whole number, with which nothing is throttled. For the table it is 6, 20 and 12.
#
# **Done when** five workloads that you have not seen are right. The simulator confirms each: your number serves all, and one less does not.

# %% tags=["exercise-9.1"]
import math


def concurrency_needed(requests_per_s, duration_ms):
    # SOLUTION: return the smallest concurrency that serves this rate without a throttle
    busy = requests_per_s * duration_ms / 1000
    by_rate = requests_per_s / 10
    return math.ceil(max(busy, by_rate))
    # END SOLUTION

# %% tags=["check-9.1"]
lab.check("9.1", concurrency_needed)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Two bounds hold at once, so the larger one decides. `ceil` rounds up, for nobody can give you a fifth of an environment.
#
# An alternative is one product: the rate times the duration, where the duration counts as 0.1 s at least.
#
# In production, requests do not come evenly and durations vary. Take the p95 of the metric ConcurrentExecutions over your busiest week, and add a margin.

# %% tags=["wrong-9.1"] expect="10 requests a second for each unit"
# the formula alone
import math


def concurrency_needed(requests_per_s, duration_ms):
    return math.ceil(requests_per_s * duration_ms / 1000)

# %% tags=["wrong-9.1"] expect="The duration is in milliseconds"
# seconds and milliseconds
import math


def concurrency_needed(requests_per_s, duration_ms):
    return math.ceil(max(requests_per_s * duration_ms, requests_per_s / 10))

# %% tags=["wrong-9.1"] expect="rounded down"
# rounds as int does
def concurrency_needed(requests_per_s, duration_ms):
    return max(1, int(max(requests_per_s * duration_ms / 1000, requests_per_s / 10)))

# %% tags=["wrong-9.1"] expect="a whole number"
# leaves the rounding to somebody else
def concurrency_needed(requests_per_s, duration_ms):
    return max(requests_per_s * duration_ms / 1000, requests_per_s / 10)

# %% tags=["wrong-9.1"] expect="That is the rate"
# an environment per request
import math


def concurrency_needed(requests_per_s, duration_ms):
    return math.ceil(requests_per_s)

# %% tags=["wrong-9.1"] expect="You pay nothing for unused concurrency, but"
# better too much than too little
def concurrency_needed(requests_per_s, duration_ms):
    return 1000

# %% tags=["alternative-9.1"]
# whole numbers only: rounding up is rounding down the negative
def concurrency_needed(requests_per_s, duration_ms):
    return int(-(-requests_per_s * max(duration_ms, 100) // 1000))

# %% [markdown] teaches=["15-01", "15-05", "15-09", "15-10", "claim 35", "SOA-C03 2.1"]
# ## One pool, and two ways to a part of it
#
# All functions of an account share one pool of concurrency in each Region. First come, first served.
#
# | | on AWS | here |
# |---|---|---|
# | the account's limit | 1,000; new accounts start lower | 20 |
# | of which nobody may reserve | 100 | 4 |
# | asked for by | `get_account_settings` | the same |
# | raised by | the console or API of Service Quotas; no ticket to AWS Support | `Lab(…)` in Setup |
#
# **Reserved concurrency** is a part of the pool that belongs to one function, with all its versions. It is free, and works both ways:
#
# - a *floor*: no other function can take it;
# - a *ceiling*: the function never gets more, even if nobody else runs.
#
# What nobody has reserved is the **unreserved concurrency**, which all others share. Reserved 0 turns a function off, as in the first demo.
#
# **Provisioned concurrency** is something else: a number of environments that Lambda initialises before anybody calls, and keeps ready. It belongs to a version or an alias.

# %% tags=["run"]
def room():
    limits = lambda_.get_account_settings()["AccountLimit"]
    return limits["UnreservedConcurrentExecutions"], "of", limits["ConcurrentExecutions"]


print("unreserved:", *room())
lambda_.put_function_concurrency(FunctionName="order-demo", ReservedConcurrentExecutions=12)
print("unreserved, after order-demo has reserved 12:", *room())

# eight reports take what is left; then somebody wants to be thanked
lab.deploy(work, "report-demo", Timeout=10)
lambda_.delete_function_concurrency(FunctionName="thank-demo")
for _ in range(8):
    lambda_.invoke(
        FunctionName="report-demo", InvocationType="Event", Payload=json.dumps({"seconds": 2})
    )
created = {"kind": "environment.created", "function": "report-demo"}
lab.wait_until(lambda: len(lab.records(**created)) == 8, 20, "eight reports in flight")
try:
    lambda_.invoke(FunctionName="thank-demo")
except ClientError as refusal:
    answer = refusal.response
    print(answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"])
    print("Reason:", answer["Reason"])
    print("Retry-After:", answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"], "s")
print("orders meanwhile:", at_once(5, "order-demo")["on-demand"], "of 5 served")

ended = {"kind": "invocation.finished", "function": "report-demo"}
lab.wait_until(lambda: len(lab.records(**ended)) == 8, 20, "the end of the reports")
lambda_.delete_function_concurrency(FunctionName="order-demo")
print("given back; unreserved:", *room())

# %% [markdown] teaches=["15-02", "15-05", "15-06", "15-07", "15-08", "15-10", "claim 35", "DVA-C03 4.3"]
# **What we saw.** `thank-demo` was refused because others were busy: a **noisy neighbour** is a function whose rush takes what the others need.
# `order-demo` did not notice: its 12 were kept for it, and five were used. The other seven stood idle, and nobody could have them. That is the price of a reservation.
#
# The `Reason` says which bound was met:
#
# | Reason | which bound | who can change it |
# |---|---|---|
# | `ConcurrentInvocationLimitExceeded` | the pool is empty; here also: no new environment may be made yet | the account |
# | `ReservedFunctionConcurrentInvocationLimitExceeded` | the function's own reservation | you |
# | `FunctionInvocationRateLimitExceeded`, `ReservedFunctionInvocationRateLimitExceeded` | 10 requests a second for each unit | as above |
# | `CallerRateLimitExceeded` | calls of Lambda's API by one caller | the caller |
#
# ```bash
# aws lambda get-account-settings
# aws lambda put-function-concurrency --function-name place-order --reserved-concurrent-executions 5
# aws lambda get-function-concurrency --function-name place-order
# aws lambda delete-function-concurrency --function-name place-order
# ```

# %% [markdown]
# ### Exercise 9.2 · End the noisy neighbour
#
# The ticket's first line.
#
# **Given** this account of 20. `nightly-report` gets 20 events at once. While they run, four customers call `place-order`, and two photos come to `thumbnail`.
#
# **Goal** two cures, and what each costs:
#
# - `cap` reserves for the neighbour only. The report still gets 8 at once; orders and photos are all served.
# - `keep` reserves for the orders only. All orders are served, and the report still gets 8 at once.
# - `left` says what either cure leaves unreserved.
#
# **Done when** both cures have stood the rush, one after the other.

# %% tags=["exercise-9.2"]
cap = {"nightly-report": 12}  # SOLUTION
keep = {"place-order": 4}  # SOLUTION
left = {"cap": 8, "keep": 16}  # SOLUTION

# %% tags=["check-9.2"]
lab.check("9.2", cap, keep, left)

# %% [markdown] tags=["solution-only"]
# **Why this works.** With `cap` the report can never fill the pool: 8 stay for all others, and only 6 are needed. With `keep` the four orders have a place of their own, whatever the rest does.
#
# An alternative is any cap from 8 to 14, and anything kept from 4 to 12.
#
# What they cost: `cap` makes the report slower, also in nights in which the pool is empty of others. `keep` protects orders only: the photos were refused, and place-order can never have more than what you kept.
#
# In production, cap what can wait, and keep for what earns money. And alarm on the metric Throttles of each function.

# %% tags=["wrong-9.2"] expect="below its minimum value of [4]"
# all but two
cap = {"nightly-report": 18}
keep = {"place-order": 4}
left = {"cap": 8, "keep": 16}

# %% tags=["wrong-9.2"] expect="of the two photos"
# as much as AWS lets you reserve
cap = {"nightly-report": 16}
keep = {"place-order": 4}
left = {"cap": 4, "keep": 16}

# %% tags=["wrong-9.2"] expect="0 turns a function off"
# no report, no problem
cap = {"nightly-report": 0}
keep = {"place-order": 4}
left = {"cap": 20, "keep": 16}

# %% tags=["wrong-9.2"] expect="The report got 4 at once"
# too narrow for the report
cap = {"nightly-report": 4}
keep = {"place-order": 4}
left = {"cap": 16, "keep": 16}

# %% tags=["wrong-9.2"] expect="a ceiling too"
# one is enough to be safe
cap = {"nightly-report": 12}
keep = {"place-order": 1}
left = {"cap": 8, "keep": 19}

# %% tags=["wrong-9.2"] expect="The report got 6 at once"
# generous with what belongs to all
cap = {"nightly-report": 12}
keep = {"place-order": 14}
left = {"cap": 8, "keep": 6}

# %% tags=["wrong-9.2"] expect="also while nobody uses it"
# what is idle is free, one would think
cap = {"nightly-report": 12}
keep = {"place-order": 4}
left = {"cap": 20, "keep": 20}

# %% tags=["wrong-9.2"] expect="the neighbour is nightly-report"
# the two mixed up
cap, keep = {"place-order": 4}, {"nightly-report": 12}
left = {"cap": 8, "keep": 16}

# %% tags=["alternative-9.2"]
# the widest cap, and plenty for orders
cap = {"nightly-report": 14}
keep = {"place-order": 12}
left = {"cap": 6, "keep": 8}

# %% [markdown]
# **Predict.** Back to the two words that sound alike. `room-demo` has 3 *reserved*, `warm-demo` has 3 *provisioned*. Each gets four events at the same moment. What happens?
#
# - A — room-demo: four served, three of them warm. warm-demo: three served, the fourth throttled
# - B — room-demo: three served, all cold, the fourth throttled. warm-demo: four served, three of them warm
# - C — both alike: three served warm, the fourth throttled

# %% tags=["predict-9.c"]
lab.predict("9.c", ...)

# %% tags=["run"]
lab.deploy(work, "room-demo")
lambda_.put_function_concurrency(FunctionName="room-demo", ReservedConcurrentExecutions=3)

lab.deploy(work, "warm-demo")
version = lambda_.publish_version(FunctionName="warm-demo")["Version"]
lambda_.create_alias(FunctionName="warm-demo", Name="live", FunctionVersion=version)
live = {"FunctionName": "warm-demo", "Qualifier": "live"}
asked = lambda_.put_provisioned_concurrency_config(**live, ProvisionedConcurrentExecutions=3)
print(asked["Status"])


def is_ready():
    return lambda_.get_provisioned_concurrency_config(**live)["Status"] == "READY"


lab.wait_until(is_ready, 30, "provisioned concurrency")  # a minute or two on AWS, a second here
print("READY")

# %% tags=["run"]
for what, calls in {
    "reserved 3": at_once(4, "room-demo"),
    "provisioned 3": at_once(4, "warm-demo", Qualifier="live"),
}.items():
    print(what)
    for outcome, count in sorted(calls.items()):
        print(f"  {count} × {outcome}")
lab.saw("9.c")

# %% [markdown] teaches=["15-03", "15-06", "15-11", "15-12", "DVA-C03 4.3", "SAA-C03 3.2"]
# **What we saw.** Reserved keeps no environment warm: three cold starts, then a throttle. Provisioned is no limit: the fourth event *spilled over* to an ordinary environment, with a cold start.
#
# | | reserved | provisioned |
# |---|---|---|
# | is | room, floor and ceiling | environments that stand ready |
# | set on | the function | a version or an alias, never `$LATEST` |
# | effective | at once | after a minute or two, when all are there; up to 6,000 a minute |
# | beyond it | throttle | on demand, with a cold start, unless a reservation ends it |
# | requests a second | 10 for each unit | 10 for each unit |
# | at most | all but 100 of the pool | the same; and no more than is reserved |
# | costs | nothing | 0.0000041667 US dollars per GB-second kept ready, used or not |
#
# An environment of 1 GB kept ready for 30 days costs 10.80 US dollars. While it works, a GB-second is cheaper, at 0.0000097222 dollars. So provisioning pays from about 60 % use on. Init is billed too. ([Prices](https://aws.amazon.com/lambda/pricing/) of x86 in us-east-1, read in October 2026.)
#
# AWS advises 10 % more than you measured. Application Auto Scaling changes the number by a clock or by use; the metric `ProvisionedConcurrencySpilloverInvocations` counts who came too late.
#
# ```bash
# aws lambda put-provisioned-concurrency-config --function-name place-order --qualifier live --provisioned-concurrent-executions 5
# aws lambda get-provisioned-concurrency-config --function-name place-order --qualifier live
# ```

# %% [markdown]
# ## Break it · three wishes
#
# Take the reservations back, and try what people try when they are in a hurry.
#
# **Predict.** Somebody (1) reserves 17 of the 20, (2) reserves 0, (3) provisions 2 on `$LATEST`. Which does Lambda refuse?
#
# - A — none: settings are wishes, and Lambda does what it can
# - B — all three
# - C — the first and the third; the second it takes at its word

# %% tags=["predict-9.d"]
lab.predict("9.d", ...)

# %% tags=["run"]
lambda_.delete_function_concurrency(FunctionName="room-demo")
lambda_.delete_provisioned_concurrency_config(**live)


def wish(what, call, **parameters):
    try:
        call(FunctionName="order-demo", **parameters)
        print(what, "→ taken\n")
    except ClientError as refusal:
        print(what, "→", refusal.response["Error"]["Message"], "\n")


wish("(1)", lambda_.put_function_concurrency, ReservedConcurrentExecutions=17)
wish("(2)", lambda_.put_function_concurrency, ReservedConcurrentExecutions=0)
provision = lambda_.put_provisioned_concurrency_config
wish("(3)", provision, Qualifier="$LATEST", ProvisionedConcurrentExecutions=2)

# the second was taken: find the evidence, then repair it
print(dict(at_once(2, "order-demo")))
print(lambda_.get_function(FunctionName="order-demo")["Concurrency"])
lambda_.delete_function_concurrency(FunctionName="order-demo")
print("repaired:", at_once(2, "order-demo")["on-demand"], "of 2 served")
lab.saw("9.d")

# %% [markdown] teaches=["15-07", "DVA-C03 4.3", "SAA-C03 2.2"]
# **What we saw.** What would starve the others is refused: 100 must stay unreserved on AWS, 4 here. `$LATEST` changes under your hands, so it cannot be kept ready.
# Reserved 0 is the emergency brake. It is legal, and the evidence stands in the function's `Concurrency`, not in its log.
#
# Who was throttled notices it in a way of his own:
#
# | source | what becomes of a throttled event |
# |---|---|
# | your program, synchronous | error 429; the SDK tries three times, then it is yours |
# | asynchronous (S3, SNS, EventBridge) | Lambda keeps it and tries again, for up to 6 hours; with reserved 0 it goes at once to the dead-letter queue or destination |
# | queue | it comes back after the visibility timeout, one receive more: a try is gone |
# | stream | the shard waits and tries again until the record expires; throttles do not count as retries |

# %% [markdown] teaches=["SAA-C03 3.2", "SOA-C03 2.1"]
# ## How fast it grows, and what cannot
#
# A limit of 5,000 does not give you 5,000 at once. Each function gets at most *1,000 new environments every 10 seconds*. That rate refills all the time, and nothing is saved up.
#
# It hurts when many come in one moment, and nothing is warm: a mail went out, a sale began.

# %% [markdown]
# **Predict.** The account's limit is 5,000, nothing is warm, and 3,000 requests come in one moment. They take 200 ms each. How many are served?
#
# - A — all 3,000: the limit is 5,000
# - B — 1,000
# - C — 3,000, the last of them 20 seconds later: Lambda queues the rest

# %% tags=["predict-9.e"]
lab.predict("9.e", ...)

# %% tags=["run"]
mail = Scenario(arrivals=Burst(3000), duration=Fixed(200), period_s=30, account_limit=5000)
print(simulate(mail, seed=1), end="\n\n")

# a million requests an hour, at random moments; six minutes of it
million = Scenario(rate_per_s=1_000_000 / 3600, duration=Fixed(200), period_s=360)
print(f"rate × duration = {million.concurrency_needed:.0f}")
display(concurrency_view(simulate(million, seed=1)))
lab.saw("9.e")

# %% [markdown] teaches=["15-01", "SAA-C03 3.2"]
# **What we saw.** The burst: 1,000 served, 2,000 refused at once. Lambda queues no synchronous request, so the callers must try again.
#
# The million: 56 are busy on average, but 127 at the start. There each request took 450 ms with its cold start, and 278 × 0.45 is 125: the formula again.
# Steady load is easy, also when it is large. What hurts is the step.
#
# Against a step help: provisioned concurrency before it, callers that back off (exercise 9.3), or a queue in between.

# %% [markdown] teaches=["15-02", "SAA-C03 2.2"]
# ### Protect what cannot grow
#
# Lambda grows to a thousand environments in seconds. A database with 100 connections does not.
#
# | the database is protected by | how | for |
# |---|---|---|
# | reserved concurrency | never more environments | callers who can live with 429 |
# | `MaximumConcurrency` of a queue's mapping, 2 to 1,000 | the pollers take no more than that | queues |
# | RDS Proxy | many clients share few connections | relational databases |
# | on-demand tables of DynamoDB | they grow too | new designs |
#
# The stock table may have five writers at once. Two settings seem to do the same. Run both.

# %% [markdown]
# **Predict.** Sixty healthy jobs wait in a queue. Once the function has *reserved 5*, once its mapping has *MaximumConcurrency 5*. How do they differ?
#
# - A — not at all: five at a time, and all jobs are done
# - B — both keep to five; with the reservation healthy jobs end in the dead-letter queue
# - C — MaximumConcurrency is only a wish; the reservation alone keeps to five

# %% tags=["predict-9.f"]
lab.predict("9.f", ...)

# %% tags=["run"]
def may_poll(queue_arn):
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    return {"Effect": "Allow", "Action": actions, "Resource": queue_arn}


def dead_after_one_try(name):
    """Attributes of a queue; one try only, so that a lost try shows at once."""
    dlq = sqs.create_queue(QueueName=f"dlq-of-{name}")["QueueUrl"]
    redrive = {"deadLetterTargetArn": f"{ARN}dlq-of-{name}", "maxReceiveCount": 1}
    return dlq, {"VisibilityTimeout": "3", "RedrivePolicy": json.dumps(redrive)}


def messages_in(queue_url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    return sum(int(count) for count in counts.values())


def sixty_jobs(name, reserved=None, **mapping):
    """Let a function work off sixty jobs of a queue; return how many were done, and how many died."""
    dlq, attributes = dead_after_one_try(name)
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    role = lab.execution_role(name, may_poll(ARN + name))
    lab.deploy(work, name, Role=role, Timeout=3)
    if reserved is not None:
        lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    mapped = lambda_.create_event_source_mapping(
        FunctionName=name, EventSourceArn=ARN + name, BatchSize=1, **mapping
    )
    enabled = lambda: lambda_.get_event_source_mapping(UUID=mapped["UUID"])["State"] == "Enabled"
    lab.wait_until(enabled, 30, "the mapping")
    lab.settings(time_lapse=0.25)  # a throttled batch waits for longer than its message is invisible
    for number in range(60):
        sqs.send_message(QueueUrl=url, MessageBody=f"job {number}")
    done = lambda: len(lab.records(kind="batch.deleted", function=name))
    lab.wait_until(lambda: done() + messages_in(dlq) >= 60, 60, "the end of sixty jobs")
    lab.settings(time_lapse=60)
    if reserved is not None:
        lambda_.delete_function_concurrency(FunctionName=name)  # given back
    return done(), messages_in(dlq)


def most_at_once(function):
    """The highest number of invocations in flight, from the records."""
    steps = [(r["time"], 1) for r in lab.records(kind="invocation.started", function=function)]
    steps += [(r["time"], -1) for r in lab.records(kind="invocation.finished", function=function)]
    level, highest = 0, 0
    for _, step in sorted(steps):
        level += step
        highest = max(highest, level)
    return highest

# %% tags=["run"]
rivals = {
    "reserved-demo": {"reserved": 5},
    "bounded-demo": {"ScalingConfig": {"MaximumConcurrency": 5}},
}
for name, setting in rivals.items():
    done, dead = sixty_jobs(name, **setting)
    print(name, setting)
    print("  at once, at most:", most_at_once(name))
    print("  turned away:     ", "some" if throttles(name) else "none")
    print("  dead letters:    ", "some, all of them healthy" if dead else "none", end="\n\n")
lab.saw("9.f")

# %% [markdown] teaches=["15-02", "15-06", "15-12", "SAA-C03 2.2", "DVA-C03 4.3"]
# **What we saw.** Both keep to five. But the pollers know nothing of a reservation: they add batches as long as all are busy. What is too much is throttled, and that costs the message one of its tries.
#
# One try makes that visible in seconds. With the five tries that AWS recommends, a longer rush does the same.
# `MaximumConcurrency` bounds the pollers themselves, so nobody is turned away. Messages wait in the queue, which is what queues are for.
#
# If the function needs a floor as well, use both: reserve at least as much as all its mappings may have together.

# %% [markdown]
# ### Exercise 9.5 · Five writers at most
#
# The ticket's second line.
#
# **Given** `print-job`, which writes to the stock table, and its queue with 200 jobs. Today it has reserved 5, and its mapping `{"BatchSize": 1}`.
#
# **Goal** five writers at the busiest moment, never more, and no job turned away. A writer is one invocation.
# `reserved` is a number, or `None` for no reservation. `mapping_settings` is what `create_event_source_mapping` needs besides function and queue.
#
# **Done when** all 200 jobs are done, five at a time, without one throttle.

# %% tags=["exercise-9.5"]
reserved = None  # SOLUTION
mapping_settings = {"BatchSize": 1, "ScalingConfig": {"MaximumConcurrency": 5}}  # SOLUTION

# %% tags=["check-9.5"]
lab.check("9.5", reserved, mapping_settings)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The bound stands where messages are taken from the queue. A sixth batch is never received, so it cannot be turned away.
#
# An alternative is to reserve as well, 5 or more: then other functions cannot take the writers' room. Larger batches are fine too.
#
# In production, every mapping has a bound of its own, so two queues with 5 each are ten writers. Alarm on the age of the oldest message: a bounded consumer may be too slow, and nobody is told.

# %% tags=["wrong-9.5"] expect="The pollers know nothing of a reservation"
# as it is today
reserved = 5
mapping_settings = {"BatchSize": 1}

# %% tags=["wrong-9.5"] expect="BatchSize is how many messages one event holds"
# five messages are not five writers
reserved = None
mapping_settings = {"BatchSize": 5}

# %% tags=["wrong-9.5"] expect="AWS refused the mapping"
# the number in the wrong place
reserved = None
mapping_settings = {"BatchSize": 1, "MaximumConcurrency": 5}

# %% tags=["wrong-9.5"] expect="Provisioned pollers are no bound for writers"
# provisioned, to be a limit
reserved = None
mapping_settings = {"BatchSize": 1, "ProvisionedPollerConfig": {"MinimumPollers": 2, "MaximumPollers": 5}}

# %% tags=["wrong-9.5"] expect="0 turns a function off"
# safe, and useless
reserved = 0
mapping_settings = {"BatchSize": 1, "ScalingConfig": {"MaximumConcurrency": 5}}

# %% tags=["wrong-9.5"] expect="may bring 10 at once"
# both, with the larger number at the wrong end
reserved = 5
mapping_settings = {"BatchSize": 1, "ScalingConfig": {"MaximumConcurrency": 10}}

# %% tags=["wrong-9.5"] expect="the stock table can take five"
# careful, and slow
reserved = None
mapping_settings = {"BatchSize": 1, "ScalingConfig": {"MaximumConcurrency": 2}}

# %% tags=["alternative-9.5"]
# a floor as well, and fewer invocations
reserved = 8
mapping_settings = {"BatchSize": 4, "ScalingConfig": {"MaximumConcurrency": 5}}

# %% [markdown] teaches=["15-12", "DVA-C03 4.3"]
# ## Recap
#
# | you want | turn this knob |
# |---|---|
# | to know what you need | rate × duration, and a tenth of the rate |
# | room that nobody takes, or a ceiling | reserved concurrency |
# | no cold start in a rush | provisioned concurrency on an alias |
# | shorter cold starts | fewer and smaller imports (lab 07), SnapStart (lab 02) |
# | fewer environments | a shorter duration; more memory where the work computes |
# | a gentle consumer of a queue | `MaximumConcurrency` on its mapping |
# | more than 1,000 | Service Quotas |
#
# - A throttle has a `Reason`. Read it before you change anything.
# - A function grows by 1,000 environments in 10 s. Steps hurt, not size.

# %% [markdown]
# ## Heard elsewhere
#
# Five sentences from articles about Lambda. Before you run the cell, mark each as `"true"`, `"half"` or `"false"`, in place of `...`.

# %% tags=["predict-9.g"] teaches=["15-04", "15-08", "15-10", "15-11", "claim 8", "claim 35"]
lab.predict("9.g", ...)  # Lambda starts a new instance for each event.
lab.predict("9.h", ...)  # .NET Core is a runtime; AWS Support raises the limit of 1,000.
lab.predict("9.i", ...)  # A high bill comes from concurrency that is not bounded.
lab.predict("9.j", ...)  # One function with a sudden rush can throttle all the others.
lab.predict("9.k", ...)  # Reserved concurrency keeps functions warm.
display(lab.saw("9.g"), lab.saw("9.h"), lab.saw("9.i"), lab.saw("9.j"), lab.saw("9.k"))

# %% [markdown]
# ## In real AWS
#
# Where this lab met something that AWS does in another way:

# %% tags=["run"]
lab.fidelity()

# %% [markdown]
# ## Receipt
#
# What your functions would have cost on AWS. Throttles cost nothing. Provisioned concurrency is billed by the time it stands ready, five minutes at least.

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
# Three stretch exercises, about 30 minutes. You close the lab without them, and master it with them.
#
# The first is about the caller. Who was throttled should come back later, and not together with all the others.
# **Backoff** is a wait that grows with each attempt. **Jitter** is chance in that wait, so that callers who were refused together do not return together.

# %% [markdown] teaches=["DVA-C03 1.2", "SAA-C03 2.2"]
# ### Exercise 9.3 · A patient caller
#
# **Given** `call()`, which returns Lambda's answer or raises `ClientError`, and `sleep(seconds)`. Nobody else retries.
#
# **Goal** the answer, as soon as there is one. After a throttle the caller waits, longer each time, at random, and at most a minute.
# After 3 to 10 attempts it raises the last error. Any other error is raised at once, and a function that ran and failed is not run again.
#
# **Done when** a hundred callers, all throttled at the same moment, come back one by one.

# %% tags=["exercise-9.3"]
import random

from botocore.exceptions import ClientError


def call_patiently(call, sleep):
    # SOLUTION: return the answer of call(); after a throttle wait with sleep, and try again
    attempts = 5
    for attempt in range(attempts):
        try:
            return call()
        except ClientError as refusal:
            is_throttle = refusal.response["Error"]["Code"] == "TooManyRequestsException"
            if not is_throttle or attempt == attempts - 1:
                raise
        sleep(random.uniform(0, min(20, 2**attempt)))
    # END SOLUTION

# %% tags=["check-9.3"]
lab.check("9.3", call_patiently)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The longest wait doubles from 1 s to 8 s, and chance picks a moment below it. A hundred callers spread over the whole time.
# A throttle is the one failure after which nothing has run, so trying again is always safe. An answer with `FunctionError` is an answer.
#
# An alternative is not to write it: `Config(retries={"mode": "standard", "total_max_attempts": 5})` does the same in boto3.
#
# In production, also look at how long *your* caller waits for you. A web request that backs off for 15 seconds has lost its customer; put such work into a queue.

# %% tags=["wrong-9.3"] expect="had given up at attempt 1"
# no patience
def call_patiently(call, sleep):
    return call()

# %% tags=["wrong-9.3"] expect="they come back together"
# grows, but all callers wait equally long
from botocore.exceptions import ClientError


def call_patiently(call, sleep):
    for attempt in range(5):
        try:
            return call()
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] != "TooManyRequestsException" or attempt == 4:
                raise
        sleep(2**attempt)

# %% tags=["wrong-9.3"] expect="waits that grow"
# random, but never longer
import random

from botocore.exceptions import ClientError


def call_patiently(call, sleep):
    for attempt in range(5):
        try:
            return call()
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] != "TooManyRequestsException" or attempt == 4:
                raise
        sleep(random.uniform(0, 1))

# %% tags=["wrong-9.3"] expect="waiting does not make it exist"
# tries everything again
import random

from botocore.exceptions import ClientError


def call_patiently(call, sleep):
    for attempt in range(5):
        try:
            return call()
        except ClientError:
            if attempt == 4:
                raise
        sleep(random.uniform(0, 2**attempt))

# %% tags=["wrong-9.3"] expect="It may have charged a card"
# runs a failed function again
import random

from botocore.exceptions import ClientError


def call_patiently(call, sleep):
    for attempt in range(5):
        try:
            answer = call()
            if "FunctionError" not in answer or attempt == 4:
                return answer
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] != "TooManyRequestsException" or attempt == 4:
                raise
        sleep(random.uniform(0, 2**attempt))

# %% tags=["wrong-9.3"] expect="as if all were well"
# gives up in silence
import random

from botocore.exceptions import ClientError


def call_patiently(call, sleep):
    for attempt in range(5):
        try:
            return call()
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] != "TooManyRequestsException":
                raise
        sleep(random.uniform(0, 2**attempt))

# %% tags=["wrong-9.3"] expect="would have gone on"
# never gives up
import random

from botocore.exceptions import ClientError


def call_patiently(call, sleep):
    longest = 1
    while True:
        try:
            return call()
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] != "TooManyRequestsException":
                raise
        sleep(random.uniform(0, longest))
        longest = min(20, longest * 2)

# %% tags=["wrong-9.3"] expect="time.sleep would really wait"
# sleeps by itself
import random
import time

from botocore.exceptions import ClientError


def call_patiently(call, sleep):
    for attempt in range(5):
        try:
            return call()
        except ClientError as refusal:
            if refusal.response["Error"]["Code"] != "TooManyRequestsException" or attempt == 4:
                raise
        time.sleep(random.uniform(0, 2**attempt))

# %% tags=["alternative-9.3"]
# decorrelated: each wait is chosen between the shortest and three times the last one
import random

from botocore.exceptions import ClientError


def call_patiently(call, sleep):
    wait_s = 0.5
    for left in reversed(range(7)):
        try:
            return call()
        except ClientError as refusal:
            if refusal.response["ResponseMetadata"]["HTTPStatusCode"] != 429 or not left:
                raise
            wait_s = min(20, random.uniform(0.5, wait_s * 3))
            sleep(wait_s)

# %% [markdown] teaches=["15-03", "15-11", "DVA-C03 4.3"]
# ### Exercise 9.4 · Ten orders, nobody waits
#
# **Given** `place-order` with a version and the alias `live`, which customers call. At noon ten of them order at the same moment.
#
# **Goal** `warm` is what `put_provisioned_concurrency_config` needs besides the function's name, so that none of the ten starts cold.
# You pay for every environment that stands ready; AWS advises a margin of 10 %.
#
# **Done when** ten orders at once, by the alias, met ten environments that stood ready.

# %% tags=["exercise-9.4"]
warm = {"Qualifier": "live", "ProvisionedConcurrentExecutions": 10}  # SOLUTION

# %% tags=["check-9.4"]
lab.check("9.4", warm)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Ten are in flight at the same moment, so ten must stand ready. They belong to the alias, and move along when it points to the next version.
#
# An alternative is 11, with the margin. `"Qualifier": "1"` works too, until somebody publishes version 2.
#
# In production, let Application Auto Scaling raise the number before noon and lower it after. And read the metric ProvisionedConcurrencySpilloverInvocations: above zero means too few.

# %% tags=["wrong-9.4"] expect="Reserved concurrency is room, not warmth"
# reserved, to be warm
warm = {"ReservedConcurrentExecutions": 10}

# %% tags=["wrong-9.4"] expect="5 of the ten orders started cold"
# half of it
warm = {"Qualifier": "live", "ProvisionedConcurrentExecutions": 5}

# %% tags=["wrong-9.4"] expect="AWS refused"
# the newest code
warm = {"Qualifier": "$LATEST", "ProvisionedConcurrentExecutions": 10}

# %% tags=["wrong-9.4"] expect="6 more stood ready for nobody"
# all there is
warm = {"Qualifier": "live", "ProvisionedConcurrentExecutions": 16}

# %% tags=["wrong-9.4"] expect="below its minimum value of [4]"
# all of the account
warm = {"Qualifier": "live", "ProvisionedConcurrentExecutions": 20}

# %% tags=["alternative-9.4"]
# with the margin
warm = {"ProvisionedConcurrentExecutions": 11, "Qualifier": "live"}

# %% [markdown] teaches=["15-12", "SAA-C03 3.2", "DVA-C03 4.3"]
# ### Exercise 9.6 · Meet the target
#
# **Given** the sale below: 200 orders a second at random, and one mail that brings 150 more in a single moment. The database behind it has 100 connections, one for each busy environment.
#
# **Goal** `settings` for `sale.changed(...)`: how many are reserved, and how many provisioned. Never more than 100 busy, and everything that `target` asks for.
#
# **Done when** the simulator agrees twice, with orders you have not seen.
#
# Try settings in the next cell as often as you like. `from helpers.consoles import Simulator` and `Simulator()` give you the same with controls.

# %% tags=["run"]
from helpers.simulator import ClientRetries, Lognormal, Sync, Target

sale = Scenario(
    arrivals=Burst(150, at_s=60, background_per_s=200),
    duration=Lognormal(median_ms=180, p99_ms=600),
    cold_start_ms=1500,
    memory_mb=512,
    period_s=180,
    settle_s=30,
    source=Sync(ClientRetries()),  # callers who try again, as in exercise 9.3
)
target = Target(lost=0, p99_ms=750, cold_share=0.001, usd_per_hour=1.25)
tried = simulate(sale.changed(reserved=100, provisioned=0), seed=1)
print(f"busy at once: {tried.peak_concurrency}, 100 is the most")
print("\n".join(target.misses(tried)) or "The target is met.")

# %% tags=["exercise-9.6"]
settings = {"reserved": 80, "provisioned": 60}  # SOLUTION

# %% tags=["check-9.6"]
lab.check("9.6", settings)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The ceiling of 80 keeps the database safe, and turns some of the mail's visitors away for a moment; their callers try again. About 40 are busy on average and some 60 at most, so 60 warm ones serve nearly everybody.
#
# An alternative is a reservation from 60 to 90 with 40 to 60 provisioned, as long as few start cold.
#
# In production, these numbers come from your own metrics, not from a model. The model shows which knob does what.

# %% tags=["wrong-9.6"] expect="Reserved starts nothing"
# reserved, to be warm
settings = {"reserved": 90, "provisioned": 0}

# %% tags=["wrong-9.6"] expect="Provisioned concurrency is no limit"
# provisioned, to be a limit
settings = {"provisioned": 60}

# %% tags=["wrong-9.6"] expect="is paid all day"
# all connections warm
settings = {"reserved": 100, "provisioned": 100}

# %% tags=["wrong-9.6"] expect="requests are lost"
# the average, and no more
settings = {"reserved": 40, "provisioned": 40}

# %% tags=["wrong-9.6"] expect="is impossible"
# more ready than may run
settings = {"reserved": 40, "provisioned": 60}

# %% tags=["alternative-9.6"]
# a lower ceiling, and less warmth: the callers' patience pays
settings = {"reserved": 60, "provisioned": 45}

# %% [markdown]
# ## Clean up
#
# Deletes what this lab made. On AWS, provisioned concurrency costs money until you delete it: `delete_provisioned_concurrency_config`.

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# **10 · Errors, retries, and doing it once**: four ways to be invoked, four ways to fail, and a card that is charged once.
# Close this tab, and in the terminal run `python3 kit.py lab 10`.
