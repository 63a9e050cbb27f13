# %% [markdown] teaches=["01-09"]
# <!-- lab: {"number": "00", "title": "Welcome", "minutes_core": 15, "minutes_stretch": 0, "exam_tasks": ["DVA-C03 1.1", "DVA-C03 1.2", "SAA-C03 3.2"]} -->
# # Lab 00 · Welcome
#
# > **Ticket.** Halftone, Monday 08:12. Our welcome page says "Hello, None!" to customers without a name.
# > And the price of flyers, which works in Ana's notebook, fails on Lambda. Please repair both.
#
# **Promise.** In 15 minutes you deploy a real Lambda function, watch it run, and close this ticket.
#
# **You will be able to**
#
# - say in five sentences what AWS Lambda is;
# - deploy a function with boto3 and invoke it;
# - tell why code that works in a notebook can fail on Lambda;
# - tell what is real in these labs and what is not;
# - decide whether Lambda fits a piece of work.
#
# **Minutes.** 15. This lab has no stretch part.
#
# **Know first.** Python functions and dicts. You need no AWS account and know nothing about AWS yet.
#
# **Exam tasks.** DVA-C03 1.1, DVA-C03 1.2, SAA-C03 3.2.

# %% [markdown]
# ## Setup
#
# Click the cell below and press `Shift+Enter`. That runs the cell and moves to the next one.
# Go on like this to the end. The ■ button above stops a cell that takes too long.
#
# The cell starts a small AWS of your own, on this computer.
# `lambda_` is how you talk to its Lambda service; it comes from boto3, AWS's library for Python.
# The underscore is there because `lambda` is a word of Python.

# %% tags=["setup"]
import json

from botocore.exceptions import ClientError

from helpers import Lab

lab = Lab("00-welcome")
lambda_ = lab.client("lambda")

# %% [markdown] teaches=["01-22"]
# ## The shop, and how every lab goes
#
# You work for **Halftone**, an online print shop. You build it lab by lab, as functions:
# photos become thumbnails, and orders are placed, charged and printed.
#
# ```mermaid
# flowchart LR
#   accTitle: Map of the shop
#   accDescr: A photo goes to a thumbnail. An order goes to place-order, then charge-card, then print-job.
#   photo([photo]) --> thumbnail
#   order([order]) --> place-order --> charge-card --> print-job
# ```
#
# Each lab opens with a ticket from the shop. You close it like this:
#
# | step | what you do |
# |---|---|
# | **predict** | say what will happen, before you know; a wrong guess costs nothing |
# | **run** | run the cell and see what did happen |
# | **exercise** | fill in a `# TODO` yourself |
# | **check** | run `lab.check(…)`: it tries your function with events you have not seen |
# | **hint** | run `lab.hint("0.1")` in a new cell (the + above makes one) whenever you want; there are three per exercise |
#
# You cannot break anything. `lab.reset()` gives you an empty account at any time.
# After a restart of the kernel, click the cell you were at, and choose *Run → Run All Above Selected Cell*.

# %% [markdown] teaches=["01-01", "01-03", "01-06", "01-08", "01-11", "01-13", "01-16", "01-18", "DVA-C03 1.2"]
# ## Lambda in five sentences
#
# **AWS**, Amazon Web Services, rents out computers and services. **Lambda** is its service for running functions, since 2014.
#
# 1. There are servers, but AWS keeps them: you bring a function.
# 2. An **event** goes in, which says what happened, and an **answer** comes out, which your function returns.
# 3. You rent milliseconds: you pay while your function works, and not while it waits for events.
# 4. Many events at once get many copies of your function, and nothing is promised between two events.
# 5. It fits work that comes in events and ends within minutes, and not work that never ends.
#
# The function that Lambda calls is the **handler**. Here is one:

# %% tags=["demo"]
def hello(event, context):
    return f"Hello, {event['name']}!"

# %% [markdown]
# `event` says what happened, as a dict. `context` says more about the call; lab 01 uses it.
# A handler is an ordinary Python function, so you can call it here first:

# %% tags=["run"]
hello({"name": "Ana"}, None)

# %% [markdown]
# Now on Lambda. **First, a role:** it says what the function may do.
# The calls it takes are printed. Find `Action`: three actions write this function's log, and it may do nothing else.

# %% tags=["run"]
role_arn = lab.execution_role("hello-demo")

# %% [markdown] teaches=["01-26", "DVA-C03 3.1"]
# **Second, create the function.** `lab.zip(hello)` packs the cell that defines `hello` into a zip, as the file `app.py`.
# So `Handler="app.hello"` means: in the file `app`, call `hello`.
# The waiter waits until Lambda is ready for the first event.

# %% tags=["run"]
lambda_.create_function(
    FunctionName="hello-demo",
    Runtime="python3.13",
    Role=role_arn,
    Handler="app.hello",
    Code={"ZipFile": lab.zip(hello)},
)
lambda_.get_waiter("function_active_v2").wait(FunctionName="hello-demo")

# %% [markdown]
# **Third, invoke it:** send an event and get the answer. Both travel as JSON, a text form of dicts and lists.
# The event goes to Lambda, your function runs there, and its answer comes back.
#
# Afterwards change `"Ana"` to your name and run this cell again. (Only `create_function` cannot run twice:
# the second time it says that the function already exists.)

# %% tags=["run"]
response = lambda_.invoke(FunctionName="hello-demo", Payload=json.dumps({"name": "Ana"}))
json.loads(response["Payload"].read())

# %% [markdown] teaches=["02-09"]
# ### Exercise 0.1 · Greet by name, with a default
#
# **Given** an event such as `{"name": "Ana"}`. The name can also be missing, `None` or empty.
#
# **Goal** `greet` returns the text `Hello, Ana!`, or `Hello, friend!` when there is no name.
#
# **Done when** the check's six events all get the right greeting.
#
# Write your code in place of the line that starts with `raise`. Run the cell, then the check below it, which deploys your function for you.

# %% tags=["exercise-0.1"]
def greet(event, context):
    # SOLUTION: return "Hello, <name>!", or "Hello, friend!" when there is no name
    name = event.get("name") or "friend"
    return f"Hello, {name}!"
    # END SOLUTION

# %% tags=["check-0.1"]
lab.check("0.1", greet)

# %% [markdown] tags=["solution-only"]
# **Why this works.** `event.get("name")` gives `None` where `event["name"]` would fail.
# Then `or "friend"` replaces everything that counts as empty: `None` and `""`.
#
# An alternative is `if not event.get("name"): return "Hello, friend!"`, which says the same in two lines.
# Beware of `event.get("name", "friend")`: its default is for a missing key only, so `None` comes through.
#
# In production, events come from other people's programs. A field that is always there in the examples is missing one day.

# %% tags=["wrong-0.1"] expect="the greeting is in the log, and the answer is null"
# prints instead of returning
def greet(event, context):
    name = event.get("name") or "friend"
    print(f"Hello, {name}!")

# %% tags=["wrong-0.1"] expect="For the event {} the function failed with KeyError"
# what the ticket's author would write first
def greet(event, context):
    name = event["name"] or "friend"
    return f"Hello, {name}!"

# %% tags=["wrong-0.1"] expect="\"Hello, None!\""
# the bug of the ticket: the default of .get is for a missing key only
def greet(event, context):
    return f"Hello, {event.get('name', 'friend')}!"

# %% tags=["wrong-0.1"] expect="\"Hello, !\""
# treats None, forgets the empty text
def greet(event, context):
    name = event.get("name")
    if name is None:
        name = "friend"
    return f"Hello, {name}!"

# %% tags=["wrong-0.1"] expect="for each of Ana, Björk, Li Wei"
# ignores the event
def greet(event, context):
    return "Hello, Ana!"

# %% tags=["wrong-0.1"] expect="the answer is a dict"
# an answer for a web page, where a text was asked
def greet(event, context):
    name = event.get("name") or "friend"
    return {"message": f"Hello, {name}!"}

# %% tags=["wrong-0.1"] expect="quotation marks inside it"
# turns the answer into JSON twice
def greet(event, context):
    import json

    name = event.get("name") or "friend"
    return json.dumps(f"Hello, {name}!")

# %% tags=["wrong-0.1"] expect="not with a dot"
# a dict is not an object with attributes
def greet(event, context):
    return f"Hello, {event.name or 'friend'}!"

# %% tags=["wrong-0.1"] expect="the function returned nothing"
# one way through the function does not return
def greet(event, context):
    if event.get("name"):
        return f"Hello, {event['name']}!"

# %% tags=["alternative-0.1"]
def greet(event, context):
    if not event.get("name"):
        return "Hello, friend!"
    return "Hello, " + event["name"] + "!"

# %% tags=["alternative-0.1"]
def greet(event, context):
    try:
        name = event["name"]
    except KeyError:
        name = None
    return "Hello, {}!".format(name if name else "friend")

# %% [markdown]
# ## The cell is the file
#
# Halftone's flyers cost 3 cents a sheet. In her notebook, Ana wrote the rate in one cell and the function in the next.
# `price({"sheets": 12}, None)` gives 36 there. Now you send `price` to Lambda, as you sent `hello`.
#
# (It borrows the role of `hello-demo`, which lets it write no log of its own. Nobody reads one today.
# Real functions get a role each.)

# %% [markdown]
# **Predict.** `RATE = 3` stands in another cell. What does Lambda answer to the event `{"sheets": 12}`?
#
# - A — 36, as in the notebook
# - B — an error: Lambda does not know `RATE`
# - C — nothing yet: `create_function` refuses the file
#
# Write your letter instead of `...`, in quotes: `lab.predict("0.a", "A")`

# %% tags=["predict-0.a"]
lab.predict("0.a", ...)

# %% tags=["demo"]
RATE = 3

# %% tags=["demo"]
def price(event, context):
    return event["sheets"] * RATE

# %% tags=["run"]
print("in the notebook", price({"sheets": 12}, None))

lambda_.create_function(
    FunctionName="price-demo",
    Runtime="python3.13",
    Role=role_arn,
    Handler="app.price",
    Code={"ZipFile": lab.zip(price)},
)
lambda_.get_waiter("function_active_v2").wait(FunctionName="price-demo")

response = lambda_.invoke(FunctionName="price-demo", Payload=json.dumps({"sheets": 12}))
answer = json.loads(response["Payload"].read())
print("StatusCode     ", response["StatusCode"])
print("FunctionError  ", response.get("FunctionError"))
print("errorType      ", answer["errorType"])
print("errorMessage   ", answer["errorMessage"])

# %% tags=["run"]
lab.saw("0.a")

# %% [markdown]
# **What we saw.** Your notebook remembers every cell you ran. Lambda gets one file: the text of one cell.
# The line `RATE = 3` is not in it, so the name does not exist there.
#
# Look at the status too. It is 200, and still the function failed.
# The *call* worked, so the status is good. `FunctionError` says how the *function* did. Lab 01 goes on from here.

# %% [markdown]
# ## Break it · two missing names
#
# First a name that AWS misses. Nobody has created this function:

# %% tags=["run"]
try:
    lambda_.invoke(FunctionName="no-such-function-demo", Payload="{}")
except ClientError as error:
    print(error.response["ResponseMetadata"]["HTTPStatusCode"])
    print(error.response["Error"]["Code"])
    print(error.response["Error"]["Message"])

# %% [markdown]
# Here the *call* failed: status 404, and boto3 raised an error in your notebook. No function ran at all.
# Such an error has a code, `ResourceNotFoundException`, and says what it looked for. Read the long name to its end.
#
# The other missing name was `RATE`. This one you repair.

# %% [markdown]
# ### Exercise 0.2 · Repair the price
#
# **Given** `price` above, which fails on Lambda with a NameError. A sheet costs 3 cents.
#
# **Goal** this cell alone holds all that `price` needs, and the answer is the price in cents, as a number.
#
# **Done when** the check has deployed this one cell and four numbers of sheets got the right price.

# %% tags=["exercise-0.2"]
def price(event, context):
    # SOLUTION: return the price in cents, from a cell that needs no other cell
    rate = 3
    return event["sheets"] * rate
    # END SOLUTION

# %% tags=["check-0.2"]
lab.check("0.2", price)

# %% [markdown] tags=["solution-only"]
# **Why this works.** All that the function needs is now in the file that Lambda gets.
#
# An alternative, and the usual form, is the line `RATE = 3` above `def price` in the same cell. It runs once, when Lambda loads the file.
#
# In production the same mistake wears other clothes: a module that is on your laptop and not in the zip, or a file in your home folder.
# So test what you deploy, and not what happens to lie around it.

# %% tags=["wrong-0.2"] expect="NameError: name 'RATE' is not defined"
# as before: works in the notebook only
def price(event, context):
    return event["sheets"] * RATE

# %% tags=["wrong-0.2"] expect="NameError: name 'RATE' is not defined"
# `global` says where to look, it brings nothing along
def price(event, context):
    global RATE
    return event["sheets"] * RATE

# %% tags=["wrong-0.2"] expect="Does it print where it should return?"
# prints the price
def price(event, context):
    rate = 3
    print(event["sheets"] * rate)

# %% tags=["wrong-0.2"] expect="The cash desk adds prices up"
# a text instead of a number
def price(event, context):
    rate = 3
    return f"{event['sheets'] * rate}"

# %% tags=["wrong-0.2"] expect="This is the price of 12 sheets"
# right for the example only
def price(event, context):
    return 36

# %% tags=["wrong-0.2"] expect="multiply, and return the product"
# adds where it should multiply
def price(event, context):
    rate = 3
    return event["sheets"] + rate

# %% tags=["alternative-0.2"]
RATE = 3


def price(event, context):
    return event["sheets"] * RATE

# %% tags=["alternative-0.2"]
def price(event, context, rate=3):
    return rate * event["sheets"]

# %% [markdown]
# ## What is real here
#
# The account on your computer answers the same calls as AWS, from boto3 or any other AWS tool.
# This is how far it goes:
#
# | on AWS | here |
# |---|---|
# | your function runs in a process that AWS starts, freezes and ends | the same, on your computer |
# | AWS's own Python runtime client calls your handler | the same program, so errors and logs are AWS's words |
# | timeouts and memory limits end a function that goes too far | the same |
# | durations and memory in the log | measured, on your computer's speed |
# | S3, DynamoDB, SQS and other services | imitated, by the open-source library moto |
# | waits of minutes, such as retries | shortened, and each wait says so |
# | data centres, networks, bills | none: receipts only tell what AWS would charge |

# %% [markdown]
# **Predict.** Every running program is a **process** with a number. `os.getpid()` returns it.
# A function on Lambda returns its number. You compare it with this notebook's.
#
# - A — the same: the function runs inside the notebook
# - B — another: the function runs in a process of its own
# - C — no number at all: without servers there are no processes

# %% tags=["predict-0.b"]
lab.predict("0.b", ...)

# %% tags=["demo"]
import os


def which_process(event, context):
    return os.getpid()

# %% tags=["run"]
lambda_.create_function(
    FunctionName="process-demo",
    Runtime="python3.13",
    Role=role_arn,
    Handler="app.which_process",
    Code={"ZipFile": lab.zip(which_process)},
)
lambda_.get_waiter("function_active_v2").wait(FunctionName="process-demo")

response = lambda_.invoke(FunctionName="process-demo", Payload="{}")
there = json.loads(response["Payload"].read())
print("it answered with a number:  ", isinstance(there, int))
print("the same as the notebook's: ", there == os.getpid())

# %% tags=["run"]
lab.saw("0.b")

# %% [markdown]
# **What we saw.** The handler ran in another process: an **execution environment**, started for this function.
# It shares nothing with your notebook, which is why `RATE` was missing.

# %% [markdown] teaches=["01-05", "25-01", "25-02", "25-03", "25-04", "25-05", "26-01", "26-07", "claim 9", "DVA-C03 1.1", "SAA-C03 2.1", "SAA-C03 3.2", "SAA-C03 4.2"]
# ## When Lambda fits
#
# One invocation of an ordinary function lasts **15 minutes at most**. Much follows from that:
#
# | the work | Lambda? | because |
# |---|---|---|
# | make a thumbnail of each uploaded photo | yes | it comes in events and takes seconds |
# | a web API, quiet at night, busy at noon | yes | copies come and go with the requests |
# | a report every night at 02:30, 4 minutes | yes | a schedule is an event too |
# | an order that waits three days for an approval | yes, as a **durable function** | it pauses between its steps, for up to a year in all |
# | a video export that computes for 40 minutes | not on ordinary functions | **Managed Instances** give 90 minutes to queued work; or a container |
# | the same heavy load all day and night | perhaps | renting servers may be cheaper: Managed Instances, or containers |
# | a model that needs a GPU | not on ordinary functions | Managed Instances have GPUs; so do containers and servers |
# | software that wants an operating system of its own | no | take a container or a server |

# %% [markdown]
# **Predict.** Somebody at Halftone wants the 40-minute video export after all, and sets `Timeout=2400`, in seconds.
#
# - A — Lambda accepts: a timeout is your choice
# - B — Lambda refuses: 900 seconds are the most
# - C — Lambda accepts, and stops the function after 15 minutes
#
# The cell that tries it has a second wish: a runtime for programs in Go.

# %% tags=["predict-0.c"]
lab.predict("0.c", ...)

# %% tags=["run"] teaches=["25-04", "claim 4"]
for wish in ({"Timeout": 2400}, {"Runtime": "go1.x"}):
    try:
        lambda_.update_function_configuration(FunctionName="hello-demo", **wish)
    except ClientError as error:
        print(wish, "→", error.response["Error"]["Code"])
        print(error.response["Error"]["Message"], end="\n\n")

# %% tags=["run"]
lab.saw("0.c")

# %% [markdown]
# **What we saw.** Both wishes were refused when they were made, and not in the middle of the night.
# What AWS can check when you set it, it checks. The rest of the course is about what it cannot check.

# %% [markdown]
# ## Recap
#
# - Lambda keeps the servers and runs your handler: an event in, an answer out, paid by the millisecond.
# - `create_function` sends a zip with a role, a runtime and a handler's name; `invoke` sends an event.
# - Lambda runs the file you sent and knows nothing else of your notebook.
# - Your functions run for real here; the services around them are imitated, and long waits are short.
# - Work in events, done within 15 minutes, fits. For the rest there are durable functions, Managed Instances and containers.

# %% [markdown]
# ## Heard elsewhere
#
# Three sentences from articles about Lambda. Mark each as `"true"`, `"half"` or `"false"`, in place of `...`.
# The last cell tells which they are, and what showed it.

# %% tags=["predict-0.d"] teaches=["01-16"]
# While nobody calls an ordinary function, its compute costs nothing.
lab.predict("0.d", ...)

# %% tags=["predict-0.e"] teaches=["claim 9"]
# Work longer than 15 minutes, or on a GPU, is impossible on Lambda.
lab.predict("0.e", ...)

# %% tags=["predict-0.f"] teaches=["26-03", "claim 4"]
# Go has a managed runtime on Lambda, as Python has.
lab.predict("0.f", ...)

# %% tags=["run"]
display(lab.saw("0.d"), lab.saw("0.e"), lab.saw("0.f"))

# %% [markdown] teaches=["01-02", "01-04", "01-07", "01-10", "01-12", "01-13", "01-14", "01-15", "01-16", "01-17", "01-19", "01-20", "01-21", "01-23", "01-24", "01-25", "25-03", "25-06", "26-01", "26-02", "26-03", "26-04", "26-05", "26-06", "26-07", "26-08", "26-09", "26-10", "26-11"]
# What people ask first, for later reading:
#
# | question | answer |
# |---|---|
# | How long may it run? | 15 minutes per invocation; longer with durable functions or Managed Instances |
# | Which languages? | Python, Node.js, Java, .NET and Ruby; any other, such as Go or Rust, as a program of your own |
# | What does it cost? | requests, plus memory × time; loading your code counts too since August 2025 |
# | What are the limits? | memory 128 MB to 10 GB; `/tmp` 512 MB to 10 GB; zip 50 MB, unpacked 250 MB; 1,000 events at once, fewer in a new account |
# | Does a private network (VPC) slow down starts? | no longer: the network is made when you configure it |
# | What about cold starts, the first event of a new copy? | usually below 1 % of the events, from under 0.1 s to over 1 s; SnapStart or provisioned concurrency if they hurt |
# | Database connections? | open them outside the handler, keep them few, and put RDS Proxy between |
# | How do I find errors? | CloudWatch Logs, with log lines as JSON; traces with X-Ray |
# | How do I test? | call the handler as a function, then deploy it and invoke it, as the checks do |
# | Is it secure? | as secure as you make it: one role per function, few rights, and no trust in events |
# | Lambda or containers? | the table under [When Lambda fits](#When-Lambda-fits); container images and runtimes of your own run on Lambda too |
#
# And what they ask next:
#
# | question | answer |
# |---|---|
# | What can call it? | HTTP requests, uploads, changes in tables, clocks and queues (labs 03 to 06), and many services more |
# | What do the words mean? | an *invocation* is one run of the handler, *concurrency* how many run at once, the *runtime* the Python that runs them |
# | Context or environment? | the context object belongs to one event; the execution environment may serve many |
# | What stays between two events? | memory, `/tmp` and connections, perhaps; build nothing on it (lab 02) |
# | How fast does it grow? | by 1,000 environments every 10 seconds for each function, up to the account's limit |
# | What do people gain? | no machines to size or patch, bursts absorbed, small parts that a team changes alone, a bill by use |
# | What is left to operate? | logs, alarms, rights, costs and updates; AWS's shared responsibility model says what is yours |
# | What does production want? | a small package, few rights, logs as JSON, tests, and a plan for cold starts |
# | Which advice holds? | start small, keep settings apart from code, expect any event twice |
# | How many use it, and which language starts fastest? | nobody publishes numbers that you could check: measure your own function |
# | What would real AWS want? | an account, and the right to create functions and roles; these labs want neither |

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
# ## Clean up
#
# Deletes what this lab made. On AWS, too, delete what you no longer use.

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# **01 · Handlers**: deployment by hand, all the ways a handler can fail, and what the log tells.
# Close this tab. In the terminal press Ctrl+C, then run `python3 kit.py lab 01`.
