# %% [markdown]
# <!-- lab: {"number": "07", "title": "Layers and packages", "minutes_core": 45, "minutes_stretch": 30, "exam_tasks": ["DVA-C03 1.2", "DVA-C03 3.1", "DVA-C03 3.3", "SAA-C03 2.1", "SOA-C03 3.1"], "closed": ["7.3"]} -->
# # Lab 07 · Layers and packages
#
# > **Ticket.** Halftone, Wednesday 09:12. place-order and get-order show two prices for one poster, and charge-card takes last year's.
# > And since the release thumbnail fails on Lambda, although it works on the computer of everybody here.
#
# **Promise.** In 45 minutes you give two functions one price list, find out whose file wins, and pack a dependency that runs on Lambda.
#
# **You will be able to**
#
# - say what fits into a package, and what has to travel in it;
# - publish a layer, attach it, and move functions to its next version;
# - predict which of several files with one name is imported;
# - explain what calls your handler, and when to bring that yourself;
# - vendor a compiled dependency for Lambda's platform.
#
# **Minutes.** 45 for the core, 30 more for the three stretch exercises under "More".
#
# **Know first.** Lab 01: a zip, a role, `create_function`. Lab 02: what init costs.
#
# **Exam tasks.** DVA-C03 1.2 (code for Lambda), DVA-C03 3.1 (artifacts), DVA-C03 3.3 (deployment), SAA-C03 2.1 (loosely coupled) and SOA-C03 3.1 (provisioning).

# %% [markdown]
# ## Setup
#
# Run this cell first. It starts an empty account, and gives you two short helpers. `configure` changes settings and waits until they hold.

# %% tags=["setup"]
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from botocore.exceptions import ClientError

from helpers import Lab
from helpers.checks.wheelhouse import fill_wheelhouse

lab = Lab("07-layers")
lambda_ = lab.client("lambda")


def ask(name, event=None):
    answer = lambda_.invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def configure(name, **settings):
    lambda_.update_function_configuration(FunctionName=name, **settings)
    lambda_.get_waiter("function_updated_v2").wait(FunctionName=name)

# %% [markdown]
# ## Warm-up
#
# Three questions from earlier labs. Say your answer aloud, then open the line. Skip them if you like.
#
# <details><summary>A handler imports a package that only your computer has. What does an invoke answer?</summary>200 with FunctionError, and Runtime.ImportModuleError as errorType: the file cannot be loaded.</details>
# <details><summary>What runs once for each environment, and what for each event?</summary>Init, which is your file from top to bottom, once for each environment; the handler for each event.</details>
# <details><summary>You change a function's timeout. What happens to its environments?</summary>They belong to the old configuration. The next event starts a new one.</details>

# %% [markdown] teaches=["11-11", "11-04", "DVA-C03 3.1"]
# ## What travels, and how much
#
# The runtime brings Python, its standard library and boto3. Everything else that you import travels with your code.
# It may travel in the function's own package, in a **layer**, or in an image. A layer is a second zip, published by itself and shared by functions.
#
# Each way has its limits, and you meet them when you deploy or configure, before anything runs.

# %% [markdown]
# **Predict.** A package holds 130 MB of printer profiles. A layer holds 130 MB of fonts. The limit is 250 MB, unpacked.
# What does Lambda say when a function is to have both?
#
# - A — it takes both: each is below 250 MB
# - B — it refuses: together they are above 250 MB
# - C — it takes both, and the first invoke fails

# %% tags=["predict-7.a"]
lab.predict("7.a", ...)

# %% tags=["run"]
needs_more = lab.file("app.py", '''\
import pricing

def handler(event, context):
    return pricing.total_cents(event["items"])
''')
lab.deploy(needs_more, "travel-demo")
print(ask("travel-demo")["errorMessage"])


def large_zip(name, megabytes):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("app.py", "def handler(event, context): return 'it fits'\n")
        archive.writestr(name, bytes(megabytes * 2**20))
    return buffer.getvalue()


def publish(name, package, **described):
    answer = lambda_.publish_layer_version(
        LayerName=name, Content={"ZipFile": package}, **described
    )
    return answer["LayerVersionArn"]


# %% tags=["run"]
lab.deploy(large_zip("profiles.bin", 130), "size-demo")
print(ask("size-demo"))

fonts = publish("fonts", large_zip("fonts.bin", 130))
print(fonts)
try:
    configure("size-demo", Layers=[fonts])
except ClientError as refusal:
    print(refusal)

lab.saw("7.a")

# %% [markdown] teaches=["11-04", "11-10", "12-01", "DVA-C03 3.1"]
# **What we saw.** Lambda adds up package and layers. ([AWS's quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), read in October 2026)
#
# | what | the most |
# |---|---|
# | a zip sent with the call | 50 MB; larger ones come from S3 |
# | package and layers together, unpacked | 250 MB, a custom runtime included |
# | layers of a function | 5 |
# | a container image, unpacked, all its layers | 10 GB |
# | all code in a Region that Lambda stores | 300 GB, unpacked |
#
# "Keep packages under 50 MB" is heard often. 50 MB is the limit of one way to upload, and no speed limit.
# For the start it counts above all what your code *loads*, and that is another question.

# %% [markdown] teaches=["11-01", "11-02", "11-05", "11-09", "DVA-C03 3.3", "SOA-C03 3.1"]
# ## A layer is a zip under /opt
#
# Each layer is unpacked under `/opt` before init, file by file, as it is in the zip. Python looks in two of its folders: `/opt/python`, and `/opt/python/lib/python3.13/site-packages`.
#
# Publishing gives a **layer version**: a number, and an ARN that ends in it, such as `arn:aws:lambda:us-east-1:123456789012:layer:pricing:1`.
# The function's setting `Layers` is a list of such ARNs.

# %% [markdown]
# **Predict.** Two questions. place-demo uses version 1 of a layer.
#
# 7.b: You publish version 2, with new prices. Which prices does place-demo take?
#
# - A — the new ones at its next cold start
# - B — the old ones, until you give it version 2
# - C — the new ones at once
#
# 7.c: You delete version 1 while place-demo uses it. What happens?
#
# - A — AWS refuses: the version is in use
# - B — place-demo fails at its next cold start
# - C — place-demo goes on; nobody can attach version 1 again

# %% tags=["predict-7.b"]
display(lab.predict("7.b", ...))
display(lab.predict("7.c", ...))

# %% tags=["demo"]
def price_of_a_poster(event, context):
    from prices import POSTER_CENTS  # here, because the notebook has no such module

    return {"poster costs": POSTER_CENTS}

# %% tags=["run"]
one = publish("demo-prices", lab.zip(files={"python/prices.py": "POSTER_CENTS = 1950\n"}))
lab.deploy(price_of_a_poster, "place-demo", Layers=[one])
print(ask("place-demo"))

two = publish("demo-prices", lab.zip(files={"python/prices.py": "POSTER_CENTS = 2150\n"}))
configure("place-demo", Timeout=5)
print(ask("place-demo"), "in a new environment, after", two[-13:], "was published")

lambda_.delete_layer_version(LayerName="demo-prices", VersionNumber=1)
configure("place-demo", Timeout=6)
print(ask("place-demo"), "in a new environment, after demo-prices:1 was deleted")
try:
    lab.deploy(price_of_a_poster, "late-demo", Layers=[one])
except ClientError as refusal:
    print(refusal)

configure("place-demo", Layers=[two])
print(ask("place-demo"), "with the new version")
display(lab.saw("7.b"), lab.saw("7.c"))

# %% [markdown] teaches=["11-05", "11-06", "11-08", "11-03", "11-07", "11-09", "claim 23", "DVA-C03 3.3"]
# **What we saw.** A version never changes, and nothing moves a function to another one but you. What a layer may carry:
#
# | in the zip | found by | for example |
# |---|---|---|
# | `python/` | Python's import | pricing rules of a team; psycopg2 |
# | `python/lib/python3.13/site-packages/` | the same, for one version of Python | compiled packages |
# | `nodejs/node_modules/` | Node.js | not `/opt/node_modules`, as one reads |
# | `bin/` | PATH | a program such as exiftool |
# | `lib/` | LD_LIBRARY_PATH | shared libraries |
# | `extensions/` | Lambda, before init | the agent of a monitoring service |
# | `bootstrap` | Lambda | a runtime |
# | anything else | your code, under `/opt` | fonts, certificates, settings |
#
# Other accounts may use a layer version when it says so. That is one statement for one version, not for the layer:

# %% tags=["run"]
shared = lambda_.add_layer_version_permission(
    LayerName="demo-prices",
    VersionNumber=2,
    StatementId="the-print-works",
    Principal="210987654321",
    Action="lambda:GetLayerVersion",
)
print(json.dumps(json.loads(shared["Statement"]), indent=1))

# %% [markdown] teaches=["11-09"]
# ### Exercise 7.1 · One price list for two functions
#
# Each of two functions had its own copy of the price list, and the copies drifted apart. Both copies are gone now.
#
# **Given** `pricing`, the text of the list to share, and place-order and get-order, which import it and do not have it.
#
# **Goal** one version of one layer brings `pricing.py` to both functions. `pricing_arn` is the ARN of that version.
#
# **Done when** the file lies where Python looks, both functions name that version, and each has answered three orders.
#
# In a terminal:
#
# ```bash
# aws lambda publish-layer-version --layer-name pricing --zip-file fileb://layer.zip --compatible-runtimes python3.13
# aws lambda update-function-configuration --function-name place-order --layers arn:aws:lambda:us-east-1:123456789012:layer:pricing:1
# ```

# %% tags=["run"]
pricing = '''\
CENTS = {"poster-a2": 1950, "canvas-60": 4500, "mug-photo": 990}

def total_cents(items):
    return sum(CENTS[item["sku"]] * item["qty"] for item in items)
'''
place_order = lab.file("app.py", '''\
import pricing

def handler(event, context):
    return {"order_id": event["order_id"], "total_cents": pricing.total_cents(event["items"])}
''')
get_order = lab.file("app.py", '''\
import pricing

def handler(event, context):
    cents = pricing.total_cents(event["items"])
    total = f"{cents // 100}.{cents % 100:02d}"
    return {"order_id": event["order_id"], "status": event["status"], "total": total}
''')
lab.deploy(place_order, "place-order")
lab.deploy(get_order, "get-order")
print(ask("get-order")["errorMessage"])

# %% tags=["exercise-7.1"]
pricing_arn = ...
# SOLUTION: publish the layer, attach it to both functions, keep its ARN in pricing_arn
package_of_one_file = lab.zip(files={"python/pricing.py": pricing})
version = lambda_.publish_layer_version(
    LayerName="pricing",
    Content={"ZipFile": package_of_one_file},
    CompatibleRuntimes=["python3.13"],
)
pricing_arn = version["LayerVersionArn"]
for name in ("place-order", "get-order"):
    configure(name, Layers=[pricing_arn])
# END SOLUTION

# %% tags=["check-7.1"]
lab.check("7.1", pricing_arn)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The zip's `python/pricing.py` becomes `/opt/python/pricing.py`, and `/opt/python` is on `sys.path` of every Python runtime.
# Both functions name one ARN, so both have the same bytes. Two copies of a price list drift apart; that was the first half of the ticket.
#
# An alternative is `python/lib/python3.13/site-packages/`, for files that fit one version of Python only.
#
# In production, a layer is a deployment of its own: publish it from its own pipeline, and let each function's template name the version. When all functions of a team change together anyway, one package built from one repository is simpler than a layer.

# %% tags=["wrong-7.1"] expect="In your zip the file is called pricing.py; call it python/pricing.py"
# the file at the top of the zip
layer = lab.zip(files={"pricing.py": pricing})
answer = lambda_.publish_layer_version(LayerName="pricing", Content={"ZipFile": layer})
pricing_arn = answer["LayerVersionArn"]
for name in ("place-order", "get-order"):
    configure(name, Layers=[pricing_arn])

# %% tags=["wrong-7.1"] expect="/opt/python/lib/python3.13/site-packages for the runtime python3.13"
# the folder of another Python
folder = "python/lib/python3.9/site-packages"
layer = lab.zip(files={f"{folder}/pricing.py": pricing})
answer = lambda_.publish_layer_version(LayerName="pricing", Content={"ZipFile": layer})
pricing_arn = answer["LayerVersionArn"]
for name in ("place-order", "get-order"):
    configure(name, Layers=[pricing_arn])

# %% tags=["wrong-7.1"] expect="publishing alone gives a layer to nobody"
# published, and attached to nobody
for name in ("place-order", "get-order"):
    configure(name, Layers=[])
layer = lab.zip(files={"python/pricing.py": pricing})
answer = lambda_.publish_layer_version(LayerName="pricing", Content={"ZipFile": layer})
pricing_arn = answer["LayerVersionArn"]

# %% tags=["wrong-7.1"] expect="Publish once, and give the ARN of that one version"
# a version for each
layer = lab.zip(files={"python/pricing.py": pricing})
for name in ("place-order", "get-order"):
    answer = lambda_.publish_layer_version(LayerName="pricing", Content={"ZipFile": layer})
    pricing_arn = answer["LayerVersionArn"]
    configure(name, Layers=[pricing_arn])

# %% tags=["wrong-7.1"] expect="the LayerVersionArn of publish_layer_version's answer"
# a copy in each package, and no layer
lab.deploy(lab.zip(place_order, files={"pricing.py": pricing}), "place-order", Layers=[])
lab.deploy(lab.zip(get_order, files={"pricing.py": pricing}), "get-order", Layers=[])
pricing_arn = lambda_.get_function(FunctionName="get-order")["Configuration"]["FunctionArn"]

# %% tags=["wrong-7.1"] expect="A function names the version it uses. LayerArn lacks it."
# the layer, and not a version of it
layer = lab.zip(files={"python/pricing.py": pricing})
answer = lambda_.publish_layer_version(LayerName="pricing", Content={"ZipFile": layer})
pricing_arn = answer["LayerArn"]

# %% tags=["alternative-7.1"]
# in the folder of one version of Python, and deployed with it
layer = lab.zip(files={"python/lib/python3.13/site-packages/pricing.py": pricing})
pricing_arn = publish("price-rules", layer, Description="what things cost")
lab.deploy(place_order, "place-order", Layers=[pricing_arn])
lab.deploy(get_order, "get-order", Layers=[pricing_arn])

# %% [markdown]
# ## Who wins
#
# A function's files come from several hands: its own package, up to five layers, and the runtime.
# Nobody checks whether two of them bring a file of the same name. There is no error and no warning: one of them is imported, and the others are as if they were not there.

# %% [markdown]
# **Predict.** `paper.py` lies in the function, in layer one and in layer two. `Layers=[one, two]`. Whose is imported, and whose when the function has none?
#
# - A — the function's; without it layer one's, as in PATH the first wins
# - B — the function's; without it layer two's
# - C — layer two's; the function's own file is only for the case that no layer has it

# %% tags=["predict-7.d"]
lab.predict("7.d", ...)

# %% tags=["run"]
which_paper = lab.file("app.py", '''\
import boto3
import paper

def handler(event, context):
    return {"paper": paper.FROM, "boto3": getattr(boto3, "FROM", "the runtime")}
''')
own = lab.zip(which_paper, files={"paper.py": "FROM = 'the function'\n"})
one = publish("one", lab.zip(files={"python/paper.py": "FROM = 'layer one'\n"}))
two = publish("two", lab.zip(files={"python/paper.py": "FROM = 'layer two'\n"}))
sdk = publish("sdk", lab.zip(files={"python/boto3/__init__.py": "FROM = 'layer sdk'\n"}))

lab.deploy(own, "wins-demo", Layers=[one, two])
print("its own file, [one, two] →", ask("wins-demo"))

# %% tags=["run"]
lab.deploy(which_paper, "none-demo", Layers=[one, two])
print("no own file,  [one, two] →", ask("none-demo"))
configure("none-demo", Layers=[two, one])
print("no own file,  [two, one] →", ask("none-demo"))
configure("none-demo", Layers=[one, sdk])
print("and a boto3,  [one, sdk] →", ask("none-demo"))

lab.saw("7.d")

# %% [markdown] teaches=["11-12", "claim 39", "DVA-C03 1.2"]
# **What we saw.** Python looks in `/var/task`, then in `/opt`, then at what the runtime brings. And there is one `/opt`: layers are unpacked into it in the order of the list, and [the last one applied](https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html) overwrites.
#
# So a layer can replace even boto3. Should you bring it? "Never bundle the SDK" saves some megabytes, and gives you whatever version the runtime has today.
# AWS updates that one under you, and advises to [package the version you rely on](https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html).
#
# | | take the runtime's boto3 | bring your own |
# |---|---|---|
# | for | small scripts, demos | what has to work tomorrow |
# | its version | changes when AWS says | changes when you say |
# | a service of last week | often missing | there |
# | package | nothing | some 30 MB more, unpacked |

# %% [markdown]
# ### Exercise 7.3 · Last year's prices
#
# **Given** charge-card with two layers. `price_list` holds this year's prices. `toolbox` is another team's: charge-card needs its `receipts`, and somebody left a `prices.py` in it.
#
# **Goal** `wins_now` is the ARN of the layer whose prices are taken before you repair anything. Then charge-card takes the prices of `price_list`, and has both layers still.
#
# **Done when** two orders are charged by this year's prices, and you have named the culprit.

# %% tags=["run"]
prices = 'CENTS = {"poster-a2": 2150, "canvas-60": 4900, "mug-photo": 1190}\n'
forgotten = 'CENTS = {"poster-a2": 1950, "canvas-60": 4500, "mug-photo": 990}\n'
receipts = "def number_of(order_id):\n    return f'r-{order_id}'\n"
price_list = publish("price-list", lab.zip(files={"python/prices.py": prices}))
toolbox = publish(
    "toolbox", lab.zip(files={"python/receipts.py": receipts, "python/prices.py": forgotten})
)

charge_card = lab.file("app.py", '''\
import prices
import receipts

def handler(event, context):
    cents = sum(prices.CENTS[item["sku"]] * item["qty"] for item in event["items"])
    return {"receipt": receipts.number_of(event["order_id"]), "charged_cents": cents}
''')
lab.deploy(charge_card, "charge-card", Layers=[price_list, toolbox])
print(ask("charge-card", {"order_id": "o-1007", "items": [{"sku": "poster-a2", "qty": 1}]}))

# %% tags=["exercise-7.3"]
wins_now = toolbox  # SOLUTION
# SOLUTION: change charge-card's Layers
configure("charge-card", Layers=[toolbox, price_list])
# END SOLUTION

# %% tags=["check-7.3"]
lab.check("7.3", wins_now)

# %% [markdown] tags=["solution-only"]
# **Why this works.** toolbox was unpacked last, over the `prices.py` of price_list. In the other order, price_list's file lies on top, and `receipts.py` is there as before.
#
# An alternative is to put `prices.py` into the package of charge-card, where it wins over every layer. Then the list is copied once more, and will be forgotten once more.
#
# In production, do not rely on the order: ask the other team to publish a version without the file. Give modules in layers names that nobody else takes, such as `halftone_prices`. A file that hides another raises no warning anywhere.

# %% tags=["wrong-7.3"] expect="This list is not read like PATH, where the first one wins"
# the first in the list wins, one thinks, and finds by trying that this order works
wins_now = price_list
configure("charge-card", Layers=[toolbox, price_list])

# %% tags=["wrong-7.3"] expect="its prices.py lies over the other one. Swap."
# named, and not repaired
wins_now = toolbox
configure("charge-card", Layers=[price_list, toolbox])

# %% tags=["wrong-7.3"] expect="Layers replaces the whole list"
# without the culprit
wins_now = toolbox
configure("charge-card", Layers=[price_list])

# %% tags=["wrong-7.3"] expect="the LayerVersionArn of publish_layer_version's answer"
# a name where an ARN belongs
wins_now = "toolbox"
configure("charge-card", Layers=[toolbox, price_list])

# %% tags=["alternative-7.3"]
# the culprit's team publishes it again, without the file
wins_now = toolbox
clean = publish("toolbox", lab.zip(files={"python/receipts.py": receipts}))
configure("charge-card", Layers=[price_list, clean])

# %% [markdown] teaches=["claim 24"]
# ## Does a layer start faster?
#
# A cold start loads your code, and a layer is there before. So one reads that layers shorten cold starts.
# You can measure that: the same large library, once in the package and once in a layer.

# %% [markdown]
# **Predict.** The library takes a while to import. Which function has the shorter init?
#
# - A — the one with the layer: it is loaded already
# - B — neither: the same file is loaded, and takes its time
# - C — the one with the package: layers are fetched later

# %% tags=["predict-7.e"]
lab.predict("7.e", ...)

# %% tags=["run"]
# a module of 12,000 functions stands for a large library
library = "\n".join(f"def tint_{n}(ink):\n    return ink * {n} % 256" for n in range(12_000))
tints = publish("tints", lab.zip(files={"python/tints.py": library}))
uses_tints = lab.file("app.py", '''\
import tints

def handler(event, context):
    return tints.tint_7(event)
''')
no_tints = lab.file("app.py", "def handler(event, context):\n    return event * 7 % 256\n")

lab.deploy(lab.zip(uses_tints, files={"tints.py": library}), "package-demo")
lab.deploy(uses_tints, "layer-demo", Layers=[tints])
lab.deploy(no_tints, "bare-demo")
names = ("package-demo", "layer-demo", "bare-demo")
for timeout in (5, 6, 7):  # another setting: the next event starts a new environment
    for name in names:
        configure(name, Timeout=timeout)
        ask(name, 40)

best = {}
for name in names:
    best[name] = min(r["duration_ms"] for r in lab.records(kind="environment.init", function=name))
ratio = best["layer-demo"] / best["package-demo"]
print("layer against package:", "about the same" if 0.5 < ratio < 2 else f"{ratio:.1f} times")
print("the import is most of it:", best["bare-demo"] < best["layer-demo"] / 2)
lab.saw("7.e")

# %% tags=["run", "nbval-ignore-output"]
# not compared: milliseconds differ from run to run
for name, milliseconds in best.items():
    print(f"{name:13} best of three inits {milliseconds:6.0f} ms")

# %% [markdown] teaches=["claim 24", "11-10"]
# **What we saw.** The import takes its time, wherever the file lies. A layer is a way to *share* and to *upload less*, not to start faster.
#
# What does help is in lab 02: import less, import later, keep environments ready, or SnapStart.

# %% [markdown] teaches=["12-02"]
# ## The loop that calls you
#
# Who calls your handler? For Python it is a program that the runtime brings, AWS's `awslambdaric`. It lies beside your code, in the same environment.
#
# A **custom runtime** is a program of that kind that you bring: an executable file called `bootstrap`. It goes with the runtime `provided.al2023`, which has no language in it.

# %% [markdown]
# **Predict.** The next cell deploys such a program of 12 lines and sends it three events. How often is it started, and who calls whom?
#
# - A — three times: Lambda starts it with each event on standard input
# - B — once: Lambda calls the function that Handler names in it
# - C — once: it asks Lambda for each event, and posts each answer

# %% tags=["predict-7.f"]
lab.predict("7.f", ...)

# %% tags=["run"]
# provided.al2023 has no Python. Here the program borrows this computer's, without its packages.
loop = f"#!{sys._base_executable} -S\n" + '''\
import json, os, urllib.request

api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
served = 0
while True:
    with urllib.request.urlopen(f"{api}/next") as given:
        request_id = given.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(given)
    served += 1
    answer = {"order_id": event["order_id"], "served": served}
    urllib.request.urlopen(f"{api}/{request_id}/response", json.dumps(answer).encode())
'''
package = lab.zip(files={"bootstrap": loop})
lab.deploy(package, "loop-demo", Runtime="provided.al2023", Handler="nobody.reads.this")
print(len(loop.splitlines()), "lines are a runtime")

# %% tags=["run"]
try:
    for number in (1007, 1008, 1009):
        print(ask("loop-demo", {"order_id": f"o-{number}"}))
except ClientError as refusal:
    print(refusal)  # Windows runs no bootstrap

lab.saw("7.f")

# %% [markdown] teaches=["12-02", "12-05"]
# **What we saw.** One process, three events, and nobody called it. Every environment has a small HTTP server, the **Runtime API**. The program asks it for an event, works, posts the answer, and asks again:
#
# ```mermaid
# flowchart LR
#     accTitle: The loop of a runtime
#     accDescr: The runtime asks the Runtime API for the next event, works on it, posts the answer, and asks again.
#     R["the runtime,<br>and in it your handler"] -- "GET next" --> A["Runtime API"]
#     A -- "event and request id" --> R
#     R -- "POST request id / response" --> A
# ```
#
# awslambdaric is this loop, and calls your handler in it. Whatever speaks this API is a Lambda runtime:
#
# | | brings the loop | you bring |
# |---|---|---|
# | `python3.13` | awslambdaric, by AWS | a handler |
# | `provided.al2023` | you: `bootstrap`, in the package or a layer | all but the system; Go and Rust run so |
# | a container image | awslambdaric, in AWS's base images or installed by you | the whole file system |
#
# Beside the runtime, an **extension** is a program of a layer that hears of every event over the same server. Monitoring agents are made so.
#
# The processor is your choice, too: `Architectures=["arm64"]` means AWS's Graviton, of whatever generation. You choose the architecture, not the chip.

# %% [markdown] teaches=["11-13", "12-01", "12-03", "12-04", "11-06", "SAA-C03 2.1"]
# A **container image** is a package in the format of Docker, up to 10 GB, that holds the system and the runtime as well. Three ways to pack:
#
# | | zip | zip and layers | container image |
# |---|---|---|---|
# | unpacked | 250 MB | 250 MB together | 10 GB |
# | good for | most functions | code shared by functions | large dependencies, system packages |
# | made by | zip, or a tool | the same, twice | a Dockerfile, scanned in ECR |
# | who patches Python | AWS | AWS | you: build again |
# | suits | small teams | teams that publish for others | teams that build images anyway |
#
# An image lies in ECR, in the Region of its function, and fits one architecture. Its files are read-only except `/tmp`.
# A function stays what it was created as: there is no way from zip to image.

# %% [markdown]
# ## Break it · the wrong folder, the wrong wheel
#
# Two mistakes that a green upload hides. First: three layers hold the same `frames.py`, each in another folder of its zip.
# Before you run: which of the three can be imported by `python3.13`?

# %% tags=["run"]
needs_frames = lab.file("app.py", '''\
import frames

def handler(event, context):
    return "found " + frames.NAME
''')
lab.deploy(needs_frames, "frames-demo")
for path in (
    "frames.py",
    "python/frames.py",
    "python/lib/python3.9/site-packages/frames.py",
):
    layer = publish("frames", lab.zip(files={path: "NAME = 'a frame'\n"}))
    configure("frames-demo", Layers=[layer])
    answer = ask("frames-demo")
    print(f"{path:45}", answer if isinstance(answer, str) else answer["errorMessage"])

# %% [markdown] teaches=["11-02", "11-07"]
# AWS takes any zip. A file in the wrong folder lies under `/opt` and is never imported. The error is the same as for a file that is missing.
#
# Second: a **wheel** is a Python package ready to be unpacked. Its file name ends with the platform it was built for. pip picks one for the computer it runs on, which is not Lambda.
# A *wheelhouse* is a folder of wheels. The next cell makes one in `work/wheelhouse`, with `halftone-raster` for two platforms and what it needs. (Its wheels are tiny; a Python file plays Lambda's compiled part.)
#
# pip runs offline here: `--no-index` keeps it from the network.

# %% tags=["run"]
wheelhouse = fill_wheelhouse("wheelhouse")
for wheel in sorted(file.name for file in wheelhouse.iterdir()):
    if "manylinux2014_x86_64" in wheel or "none-any" in wheel:
        print(wheel)
print("and one more of halftone-raster, for this computer")

make_thumbnail = lab.file("app.py", '''\
import halftone_raster

def handler(event, context):
    return {"order_id": event["order_id"], "dots": halftone_raster.dots(event["paper"])}
''')


def files_in(folder):
    files = (path for path in Path(folder).rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


pip = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--no-index"]
subprocess.run(
    [*pip, "--find-links", "wheelhouse", "--target", "package", "halftone-raster"], check=True
)
package = lab.zip(make_thumbnail, files=files_in("package"))
lab.deploy(package, "thumbnail-demo")
print(ask("thumbnail-demo", {"order_id": "o-1007", "paper": "poster-a2"})["errorMessage"])

# %% [markdown] teaches=["11-11", "DVA-C03 3.1", "SOA-C03 3.1"]
# ### Exercise 7.6 · Wheels for Lambda
#
# The package is there, and its compiled part is not: pip took the wheel for this computer. That is what "works here" looks like on Lambda, and the last line of the ticket.
#
# **Given** a wheelhouse, and an empty folder `target` that will be the root of a function's package.
#
# **Goal** `pip_arguments` returns what stands behind `pip` on a command line. It puts `halftone-raster`, and what it needs, into `target`, for Lambda on `x86_64`, without a network.
# AWS names [the platform](https://docs.aws.amazon.com/lambda/latest/dg/python-package.html) `manylinux2014_x86_64`.
#
# **Done when** the check has run pip so, deployed what came out, and thumbnail has counted the dots of two papers.

# %% tags=["exercise-7.6"]
def pip_arguments(wheelhouse, target):
    # SOLUTION: return a list of strings that begins with "install"
    return [
        "install",
        "--no-index",
        *("--find-links", wheelhouse),
        *("--platform", "manylinux2014_x86_64"),
        "--only-binary=:all:",
        *("--target", target),
        "halftone-raster",
    ]
    # END SOLUTION

# %% tags=["check-7.6"]
lab.check("7.6", pip_arguments)

# %% [markdown] tags=["solution-only"]
# **Why this works.** `--platform` makes pip choose as if it ran there. Then it must not build anything, for it would build for this computer; `--only-binary=:all:` says so, and pip insists on it.
# `--target` unpacks into a folder that can be zipped. What halftone-raster needs comes along by itself. That closes the ticket.
#
# An alternative is to run pip where the code will run: in AWS's build image for the runtime, as `sam build --use-container` does. Packages without a wheel for Lambda need that.
#
# In production, add `--python-version 3.13 --implementation cp` when your own Python is another than the function's. For `arm64` the tag is `manylinux2014_aarch64`. Write exact versions with hashes into a lock file, so that two builds give the same package.

# %% tags=["wrong-7.6"] expect="pip took the wheel for this computer"
# what works on this computer
def pip_arguments(wheelhouse, target):
    return ["install", "--no-index", "--find-links", wheelhouse, "--target", target, "halftone-raster"]

# %% tags=["wrong-7.6"] expect="Say --only-binary=:all:, and it takes finished wheels only"
# the platform alone
def pip_arguments(wheelhouse, target):
    where = ["--no-index", "--find-links", wheelhouse, "--target", target]
    return ["install", *where, "--platform", "manylinux2014_x86_64", "halftone-raster"]

# %% tags=["wrong-7.6"] expect="and that has to travel too"
# --no-deps satisfies pip as well
def pip_arguments(wheelhouse, target):
    where = ["--no-index", "--find-links", wheelhouse, "--target", target]
    return ["install", *where, "--platform", "manylinux2014_x86_64", "--no-deps", "halftone-raster"]

# %% tags=["wrong-7.6"] expect="its tag for wheels is manylinux2014_x86_64"
# the processor of another function
def pip_arguments(wheelhouse, target):
    where = ["--no-index", "--find-links", wheelhouse, "--target", target]
    platform = ["--platform", "manylinux2014_aarch64", "--only-binary=:all:"]
    return ["install", *where, *platform, "halftone-raster"]

# %% tags=["wrong-7.6"] expect="a python/ folder is for layers"
# packed like a layer
def pip_arguments(wheelhouse, target):
    where = ["--no-index", "--find-links", wheelhouse, "--target", target + "/python"]
    platform = ["--platform", "manylinux2014_x86_64", "--only-binary=:all:"]
    return ["install", *where, *platform, "halftone-raster"]

# %% tags=["wrong-7.6"] expect="Without --target pip installs into this computer's own Python"
# installed, but where?
def pip_arguments(wheelhouse, target):
    platform = ["--platform", "manylinux2014_x86_64", "--only-binary=:all:"]
    return ["install", "--no-index", "--find-links", wheelhouse, *platform, "halftone-raster"]

# %% tags=["wrong-7.6"] expect="Nothing keeps pip from asking PyPI"
# would take what PyPI has, if it has it
def pip_arguments(wheelhouse, target):
    where = ["--find-links", wheelhouse, "--target", target]
    platform = ["--platform", "manylinux2014_x86_64", "--only-binary=:all:"]
    return ["install", *where, *platform, "halftone-raster"]

# %% tags=["wrong-7.6"] expect="A shell splits a line at its blanks"
# an option and its value in one string
def pip_arguments(wheelhouse, target):
    where = ["--no-index", f"--find-links {wheelhouse}", f"--target {target}"]
    return ["install", *where, "--platform manylinux2014_x86_64", "--only-binary=:all:", "halftone-raster"]

# %% tags=["wrong-7.6"] expect="pip said: no such option: --platforms"
def pip_arguments(wheelhouse, target):
    where = ["--no-index", "--find-links", wheelhouse, "--target", target]
    return ["install", *where, "--platforms", "manylinux2014_x86_64", "halftone-raster"]

# %% tags=["wrong-7.6"] expect="pip said: Could not find a version"
# the platform as Python names this computer's
def pip_arguments(wheelhouse, target):
    where = ["--no-index", "--find-links", wheelhouse, "--target", target]
    platform = ["--platform", "linux_x86_64", "--only-binary=:all:"]
    return ["install", *where, *platform, "halftone-raster"]

# %% tags=["alternative-7.6"]
# words joined by =, and an exact version
def pip_arguments(wheelhouse, target):
    return f"""
        install --no-index --find-links={wheelhouse} --target={target} --quiet --upgrade
        --platform=manylinux2014_x86_64 --implementation=cp --only-binary=:all:
        halftone-raster==1.4.0 halftone-papers==1.4.0
    """.split()

# %% [markdown] teaches=["11-09", "11-13"]
# ## Recap
#
# - What you import travels with you. Package and layers share 250 MB, unpacked; an image has 10 GB.
# - A layer is a zip under `/opt`, in versions that never change. A function names its version, and you move it.
# - The function wins over its layers, the last layer over the first, layers over the runtime.
# - A layer shares code. It makes no cold start shorter.
# - A runtime is a loop over the Runtime API; extensions and images speak the same API.
# - Compiled packages are built for a platform. Tell pip which one.

# %% [markdown]
# ## Heard elsewhere
#
# Four sentences from articles about Lambda. Before you run the cell, mark each as `"true"`, `"half"` or `"false"`, in place of `...`.

# %% tags=["predict-7.g"] teaches=["claim 23", "claim 24", "claim 39", "11-05"]
lab.predict("7.g", ...)  # Node.js finds a layer's packages in /opt/node_modules.
lab.predict("7.h", ...)  # Layers shorten cold starts.
lab.predict("7.i", ...)  # Never bundle the SDK: the runtime has it.
lab.predict("7.j", ...)  # A function names a version of a layer, and that version never changes.
display(lab.saw("7.g"), lab.saw("7.h"), lab.saw("7.i"), lab.saw("7.j"))

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
# Three stretch exercises, about 30 minutes. You close the lab without them, and master it with them.

# %% [markdown] teaches=["12-05", "12-02", "11-08"]
# ### See it · an extension hears every event
#
# A layer puts a program into `/opt/extensions`. Lambda starts it before the runtime. It registers, and then asks for its own events, as a runtime does.
# It never sees the order, only that there was one. Log collectors and monitoring agents work so.

# %% tags=["run"]
diary = f"#!{sys._base_executable} -S\n" + '''\
import json, os, urllib.request

api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2020-01-01/extension"

def call(path, headers, body=None):
    return urllib.request.urlopen(urllib.request.Request(f"{api}/{path}", body, headers))

wanted = json.dumps({"events": ["INVOKE", "SHUTDOWN"]}).encode()
me = call("register", {"Lambda-Extension-Name": "diary"}, wanted).headers["Lambda-Extension-Identifier"]
while True:
    event = json.load(call("event/next", {"Lambda-Extension-Identifier": me}))
    print("diary:", event["eventType"], flush=True)
    if event["eventType"] == "SHUTDOWN":
        break
'''
handler_of_one_line = lab.file("app.py", "def handler(event, context):\n    return 'printed'\n")
agent = publish("diary", lab.zip(files={"extensions/diary": diary}))
lab.deploy(handler_of_one_line, "diary-demo", Layers=[agent])


def diary_lines():
    logs = lab.client("logs")
    group = {"logGroupName": "/aws/lambda/diary-demo"}
    messages = [event["message"] for event in logs.filter_log_events(**group)["events"]]
    return [message.strip() for message in messages if message.startswith("diary:")]


answers = [ask("diary-demo"), ask("diary-demo")]
print(answers)
configure("diary-demo", Timeout=5)  # another setting: the environment is shut down
if answers == ["printed", "printed"]:  # Windows runs no such program, and the answers say so
    lines = lab.wait_until(lambda: len(diary_lines()) == 3 and diary_lines(), 10, "the diary")
    print(*lines, sep="\n")

# %% [markdown] teaches=["11-05", "DVA-C03 3.3"]
# ### Exercise 7.2 · A fix for one of the two
#
# A photo mug costs 11.90 from today. New orders pay that; orders of last week are still shown with the old price.
#
# **Given** both functions with one version of the layer `pricing`, and `fixed`, the new text.
#
# **Goal** place-order uses a new version of `pricing`, get-order stays with the version it has. `fixed_arn` is the new one's ARN.
#
# **Done when** each function has answered three orders with its own prices, and both versions are still there.

# %% tags=["run"]
old_prices = '''\
CENTS = {"poster-a2": 1950, "canvas-60": 4500, "mug-photo": 990}

def total_cents(items):
    return sum(CENTS[item["sku"]] * item["qty"] for item in items)
'''
fixed = old_prices.replace('"mug-photo": 990', '"mug-photo": 1190')
before = publish("pricing", lab.zip(files={"python/pricing.py": old_prices}))
lab.deploy(place_order, "place-order", Layers=[before])
lab.deploy(get_order, "get-order", Layers=[before])
print(ask("place-order", {"order_id": "o-1007", "items": [{"sku": "mug-photo", "qty": 1}]}))

# %% tags=["exercise-7.2"]
fixed_arn = ...
# SOLUTION: publish the fix as a new version, give it to place-order, keep its ARN in fixed_arn
fixed_zip = lab.zip(files={"python/pricing.py": fixed})
version = lambda_.publish_layer_version(LayerName="pricing", Content={"ZipFile": fixed_zip})
fixed_arn = version["LayerVersionArn"]
configure("place-order", Layers=[fixed_arn])
# END SOLUTION

# %% tags=["check-7.2"]
lab.check("7.2", fixed_arn)

# %% [markdown] tags=["solution-only"]
# **Why this works.** A new version changes no function. place-order moves because you said so, and get-order stays because nobody did.
#
# An alternative is to move both, and to keep old prices as data with each order. That is the better design for money, and lab 10 comes back to it.
#
# In production, know who still uses an old version before you delete it: `list_functions` tells each function's Layers. A deleted version goes on working where it is, and cannot be deployed again, not even for a rollback.

# %% tags=["wrong-7.2"] expect="Nobody moves a function to a new version but you"
# both at once
layer = lab.zip(files={"python/pricing.py": fixed})
fixed_arn = lambda_.publish_layer_version(LayerName="pricing", Content={"ZipFile": layer})["LayerVersionArn"]
for name in ("place-order", "get-order"):
    configure(name, Layers=[fixed_arn])

# %% tags=["wrong-7.2"] expect="Publish the fix under the same LayerName"
# another layer
layer = lab.zip(files={"python/pricing.py": fixed})
fixed_arn = publish("pricing-fixed", layer)
configure("place-order", Layers=[fixed_arn])
configure("get-order", Layers=[before])

# %% tags=["wrong-7.2"] expect="Publish once, and give the ARN of that one version"
# published, and place-order left as it was
configure("place-order", Layers=[before])
layer = lab.zip(files={"python/pricing.py": fixed})
fixed_arn = publish("pricing", layer)

# %% tags=["wrong-7.2"] expect="Those are the old prices"
# a new version of the old text
fixed_arn = publish("pricing", lab.zip(files={"python/pricing.py": old_prices}))
configure("place-order", Layers=[fixed_arn])
configure("get-order", Layers=[before])

# %% tags=["wrong-7.2"] expect="after a deletion nobody can attach that one again"
# and tidies up too much
stays = publish("pricing", lab.zip(files={"python/pricing.py": old_prices}))
configure("get-order", Layers=[stays])
fixed_arn = publish("pricing", lab.zip(files={"python/pricing.py": fixed}))
configure("place-order", Layers=[fixed_arn])
lambda_.delete_layer_version(LayerName="pricing", VersionNumber=int(stays.rpartition(":")[2]))

# %% tags=["alternative-7.2"]
# by deploying
fixed_arn = publish("pricing", lab.zip(files={"python/pricing.py": fixed}), Description="mugs")
lab.deploy(place_order, "place-order", Layers=[fixed_arn])
lab.deploy(get_order, "get-order", Layers=[before])

# %% [markdown] teaches=["11-10", "11-11", "DVA-C03 3.1"]
# ### Exercise 7.4 · Under the limit
#
# **Given** the files of a print job, as the next cell lists them. Together they have 262 MB. The code opens its profiles, and asks `importlib.metadata` for the version of a package, which stands in the `.dist-info` folder.
#
# **Goal** `keep(name)` is True for a file that has to travel, and False for one that nobody reads while the function runs.
#
# **Done when** another project of that kind, with other names, is below 250 MB, works, and travels without tests, docs and examples.

# %% tags=["run"]
project = {
    "app.py": 1,
    "printmaker/__init__.py": 1,
    "printmaker/profiles/canvas-60.icc": 12,
    "printmaker/__pycache__/profiles.cpython-311.pyc": 1,
    "printmaker/tests/data/wall.tif": 140,
    "printmaker-2.0.dist-info/METADATA": 1,
    "docs/guide.pdf": 36,
    "examples/family/album.tif": 70,
}
print(sum(project.values()), "MB in", len(project), "files")

# %% tags=["exercise-7.4"]
def keep(name):
    # SOLUTION: return True for a file that has to travel
    return not {"tests", "docs", "examples", "__pycache__"} & set(name.split("/"))
    # END SOLUTION

# %% tags=["check-7.4"]
lab.check("7.4", keep)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Folders are compared name by name, at any depth, so `screenpress/tests` goes and a file called `contests.py` would stay.
# Compiled `.pyc` files made by another version of Python are of no use there, and AWS advises against shipping them.
#
# An alternative is a list of what to keep, which is safer against surprises and has to be cared for.
#
# In production, look at the largest files first: often one dependency is most of the package. Data that is needed seldom can lie in S3 and be fetched into `/tmp`. What stays too large is a case for a container image. A layer is none: it counts, too.

# %% tags=["wrong-7.4"] expect="less than 250 MB unpacked. A layer would not help"
# a layer will do
def keep(name):
    return True

# %% tags=["wrong-7.4"] expect="importlib.metadata reads them at run time"
# whatever is no code of ours
def keep(name):
    return name == "app.py" or ("dist-info" not in name and name.split("/")[0] not in ("docs", "examples") and "/tests/" not in name)

# %% tags=["wrong-7.4"] expect="FileNotFoundError"
# Python files only
def keep(name):
    return name.endswith((".py", "METADATA")) and "tests" not in name

# %% tags=["wrong-7.4"] expect="no tests, docs or examples"
# enough to get in
def keep(name):
    return "tests" not in name

# %% tags=["wrong-7.4"] expect="it is code that the function imports"
# this project's names only
def keep(name):
    return name.startswith(("app.py", "printmaker")) and "tests" not in name

# %% tags=["alternative-7.4"]
# what has to travel, by kind
from pathlib import PurePosixPath


def keep(name):
    path = PurePosixPath(name)
    if path.parts[0] in ("docs", "examples") or "tests" in path.parts:
        return False
    return path.suffix in (".py", ".icc", ".so") or path.parts[0].endswith(".dist-info")

# %% [markdown] teaches=["12-02", "DVA-C03 1.2"]
# ### Exercise 7.5 · A runtime of your own
#
# **Given** `loop`, the program of the demo, and its twin for a system without Python, whose first line is `#!/bin/sh`:
#
# ```bash
# API="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
# while true; do
#   EVENT=$(curl -sS -D /tmp/headers "$API/next")
#   ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id /tmp/headers | tr -d '[:space:]' | cut -d: -f2)
#   curl -sS "$API/$ID/response" -d "{\"given\": $EVENT}"
# done
# ```
#
# **Goal** `bootstrap` answers an order with `order_id`, `total_cents` (the sum of `qty` × `unit_cents`) and `served`, which counts every event of the process.
# An order without items fails: its error has the `errorType` BadOrder and a message that names the order. Errors are posted to `…/error`.
#
# **Done when** one process has served four orders, the second of them bad.

# %% tags=["exercise-7.5"]
bootstrap = ...
# SOLUTION: set bootstrap to your program; begin with loop
bootstrap = loop.split("\n", 1)[0] + '''
import json, os, urllib.request

api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
served = 0
while True:
    with urllib.request.urlopen(f"{api}/next") as given:
        request_id = given.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(given)
    served += 1
    order_id, items = event["order_id"], event["items"]
    if items:
        kind, total = "response", sum(item["qty"] * item["unit_cents"] for item in items)
        answer = {"order_id": order_id, "total_cents": total, "served": served}
    else:
        kind = "error"
        answer = {"errorType": "BadOrder", "errorMessage": f"order {order_id} has no items"}
    urllib.request.urlopen(f"{api}/{request_id}/{kind}", json.dumps(answer).encode())
'''
# END SOLUTION

# %% tags=["check-7.5"]
lab.check("7.5", bootstrap)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The path says what happened: `/response` is a success, `/error` a failure. The loop goes on after both, so one process serves every event of its environment.
#
# An alternative is what awslambdaric does: import the handler that `_HANDLER` names, call it in `try`, and post what it returns or raises.
#
# In production, nobody writes this for Python: `python3.13` brings it, tested and patched. You meet it with Go and Rust on `provided.al2023`, in images that are not AWS's, and when you read the documentation of an extension.

# %% tags=["wrong-7.5"] expect="One process serves every event of its environment"
# one event, one process
bootstrap = loop.split("\n", 1)[0] + '''
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    given = urllib.request.urlopen(f"{api}/next")
    request_id, event = given.headers["Lambda-Runtime-Aws-Request-Id"], json.load(given)
    total = sum(item["qty"] * item["unit_cents"] for item in event["items"])
    kind, answer = "response", {"order_id": event["order_id"], "total_cents": total, "served": 1}
    if not event["items"]:
        kind, answer = "error", {"errorType": "BadOrder", "errorMessage": event["order_id"]}
    urllib.request.urlopen(f"{api}/{request_id}/{kind}", json.dumps(answer).encode())
'''

# %% tags=["wrong-7.5"] expect="that is the runtime's work, and the runtime is you"
# raises, as a handler would
bootstrap = loop.split("\n", 1)[0] + '''
import json, os, urllib.request
class BadOrder(Exception): pass
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
served = 0
while True:
    given = urllib.request.urlopen(f"{api}/next")
    request_id, event = given.headers["Lambda-Runtime-Aws-Request-Id"], json.load(given)
    served += 1
    if not event["items"]:
        raise BadOrder(event["order_id"])
    total = sum(item["qty"] * item["unit_cents"] for item in event["items"])
    answer = {"order_id": event["order_id"], "total_cents": total, "served": served}
    urllib.request.urlopen(f"{api}/{request_id}/response", json.dumps(answer).encode())
'''

# %% tags=["wrong-7.5"] expect="A failure is posted to …/error"
# an error that is posted as a success
bootstrap = loop.split("\n", 1)[0] + '''
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
served = 0
while True:
    given = urllib.request.urlopen(f"{api}/next")
    request_id, event = given.headers["Lambda-Runtime-Aws-Request-Id"], json.load(given)
    served += 1
    total = sum(item["qty"] * item["unit_cents"] for item in event["items"])
    answer = {"order_id": event["order_id"], "total_cents": total, "served": served}
    if not event["items"]:
        answer = {"errorType": "BadOrder", "errorMessage": event["order_id"]}
    urllib.request.urlopen(f"{api}/{request_id}/response", json.dumps(answer).encode())
'''

# %% tags=["wrong-7.5"] expect="Did it post to the event's own id?"
# prints the answer, as if that were returning it
bootstrap = loop.split("\n", 1)[0] + '''
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
given = urllib.request.urlopen(f"{api}/next")
event = json.load(given)
print(sum(item["qty"] * item["unit_cents"] for item in event["items"]), flush=True)
import time; time.sleep(60)
'''

# %% tags=["wrong-7.5"] expect="its first line begins with #! and names what runs it"
# no program, only its text
bootstrap = "def handler(event, context):\n    return event\n"

# %% tags=["wrong-7.5"] expect="the one that failed too"
# counts the good orders only
bootstrap = loop.split("\n", 1)[0] + '''
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
served = 0
while True:
    given = urllib.request.urlopen(f"{api}/next")
    request_id, event = given.headers["Lambda-Runtime-Aws-Request-Id"], json.load(given)
    if not event["items"]:
        fault = {"errorType": "BadOrder", "errorMessage": event["order_id"]}
        urllib.request.urlopen(f"{api}/{request_id}/error", json.dumps(fault).encode())
        continue
    served += 1
    total = sum(item["qty"] * item["unit_cents"] for item in event["items"])
    answer = {"order_id": event["order_id"], "total_cents": total, "served": served}
    urllib.request.urlopen(f"{api}/{request_id}/response", json.dumps(answer).encode())
'''

# %% tags=["alternative-7.5"]
# a handler, and around it what awslambdaric does
bootstrap = loop.split("\n", 1)[0] + '''
import json
import os
from http.client import HTTPConnection

class BadOrder(Exception):
    pass

served = 0

def handler(order):
    global served
    served += 1
    if not order["items"]:
        raise BadOrder("no items: " + order["order_id"])
    total = sum(item["qty"] * item["unit_cents"] for item in order["items"])
    return {"order_id": order["order_id"], "total_cents": total, "served": served}

path = "/2018-06-01/runtime/invocation/"
line = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    line.request("GET", path + "next")
    given = line.getresponse()
    request_id, event = given.getheader("Lambda-Runtime-Aws-Request-Id"), json.loads(given.read())
    try:
        where, answer = "/response", handler(event)
    except Exception as error:
        where, answer = "/error", {"errorType": type(error).__name__, "errorMessage": str(error)}
    line.request("POST", path + request_id + where, json.dumps(answer))
    line.getresponse().read()
'''

# %% [markdown]
# ## Clean up
#
# Deletes what this lab made. On AWS, layer versions stay until you delete them, and count against the Region's 300 GB.

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# **08 · Configuration, secrets, versions**: one code for two stages, and a payment key that nobody can read.
# Close this tab. In the terminal press Ctrl+C, then run `python3 kit.py lab 08`.
