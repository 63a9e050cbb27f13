# %% [markdown]
# <!-- lab: {"number": "07", "title": "Parcels", "minutes_core": 5, "minutes_stretch": 2, "exam_tasks": ["DVA-C03 1.2"], "closed": ["7.2"]} -->
# # Lab 07 · Parcels
#
# > **Ticket.** Parcel p-1 weighs twice what we charged. Please look into it.
#
# **Promise.** You weigh parcels rightly.
#
# **You will be able to**
#
# - weigh a parcel
#
# **Minutes.** 5, and 2 for the stretch exercise.
#
# **Know first.** Lab 01.
#
# **Exam tasks.** DVA-C03 1.2

# %% [markdown]
# ## Setup

# %% tags=["setup"]
from fakelab import Lab

lab = Lab("07-parcels")

# %% [markdown]
# ## Warm-up
#
# Three questions from earlier labs. Skip them if you like.
#
# A **scale** weighs one parcel at a time and knows no other.

# %% [markdown] teaches=["07-01", "claim 1", "DVA-C03 1.2"]
# ## A parcel has a weight
#
# Scales give whole grams. The diagram says it: an event goes in, a weight comes out.
#
# ```mermaid
# flowchart LR
#   accTitle: From event to weight
#   accDescr: An event goes into the scale and a weight comes out of it.
#   event --> scale --> weight
# ```

# %% [markdown]
# **Predict.** What does the scale say to 20 g? See [the setup](#Setup).
#
# A — 10  ·  B — 20

# %% tags=["predict-7.a"]
lab.predict("7.a", ...)

# %% tags=["demo"]
def scale(event, context):
    return {"weight_g": event["weight_g"]}

# %% tags=["run"]
lab.deploy(scale, "scale-demo")
lab.invoke("scale-demo", {"weight_g": 20})

# %% tags=["run"]
lab.saw("7.a")

# %% [markdown]
# **What we saw.** The scale says what it is given.

# %% [markdown]
# ### Break it · no weight

# %% tags=["run", "raises-exception"]
lab.invoke("scale-demo", {})

# %% [markdown]
# ### Exercise 7.1 · Weigh two
#
# **Given** an event with one weight in grams.
# **Goal** the weight of two such parcels.
# **Done when** the check has weighed 20 g twice.

# %% tags=["exercise-7.1"]
def two(event, context):
    weight_g = event["weight_g"]
    # SOLUTION: return the weight of two parcels
    doubled_g = weight_g * 2
    return doubled_g
    # END SOLUTION

# %% tags=["check-7.1"]
lab.check("7.1", two)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Two parcels weigh twice as much as one. An alternative is to add.
# In production, weigh them both.

# %% tags=["wrong-7.1"] expect="20 g twice is not 20"
def two(event, context):
    return event["weight_g"]

# %% tags=["wrong-7.1"] expect="returned nothing"
def two(event, context):
    event["weight_g"] * 2

# %% tags=["wrong-7.1"] expect="raised KeyError"
def two(event, context):
    return event["grams"] * 2

# %% tags=["alternative-7.1"]
def two(event, context):
    return event["weight_g"] + event["weight_g"]

# %% [markdown]
# ## Recap
#
# - You weigh parcels.

# %% [markdown]
# ## Heard elsewhere
#
# Mark two sentences.

# %% tags=["predict-7.b"]
lab.predict("7.b", ...)  # Every parcel weighs the same.
lab.predict("7.c", ...)  # Two parcels weigh more than one.
lab.saw("7.b")
lab.saw("7.c")

# %% [markdown]
# ## In real AWS

# %% tags=["run"]
lab.fidelity()

# %% [markdown]
# ## Receipt

# %% tags=["run"]
lab.receipt()

# %% [markdown]
# ## Questions

# %% tags=["run"]
lab.questions()

# %% [markdown]
# ## More
#
# About 2 minutes.

# %% [markdown]
# ### Exercise 7.2 · Name the table
#
# **Given** the shop.
# **Goal** the name of the table that counts paper.
# **Done when** the check has looked it up.

# %% tags=["exercise-7.2"]
table = "stock"  # SOLUTION

# %% tags=["check-7.2"]
lab.check("7.2", table)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Paper is stock. There is no alternative; in production, the name comes from a variable.

# %% tags=["wrong-7.2"] expect="'orders' is no table"
table = "orders"

# %% tags=["wrong-7.2"] expect="'paper' is no table"
table = "paper"

# %% tags=["wrong-7.2"] expect="'Stock' is no table"
table = "Stock"

# %% [markdown]
# ## Clean up

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# In the terminal run `python3 kit.py lab 08`. Read [about Lambda](https://docs.aws.amazon.com/lambda/latest/dg/welcome.html).
