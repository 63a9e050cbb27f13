# %% [markdown]
# <!-- lab: {"number": "04", "title": "Push", "minutes_core": 45, "minutes_stretch": 0, "exam_tasks": ["DVA-C03 1.2"], "closed": []} -->
# # Lab 04 · Push
#
# > **Ticket.** What the shop reports, in two lines.
# > What it costs them.
#
# **Promise.** What you can do at the end, in one sentence.
#
# **You will be able to**
#
# - say what the first idea is
#
# **Minutes.** 45.
#
# **Know first.** Lab 01.
#
# **Exam tasks.** DVA-C03 1.2.

# %% [markdown]
# ## Setup

# %% tags=["setup"]
from helpers import Lab

lab = Lab("04-push")

# %% [markdown]
# ## Warm-up
#
# Three questions from earlier labs. Skip them if you like.

# %% [markdown]
# ## The first idea
#
# Explain it in 120 words at most, with one figure at most.

# %% [markdown]
# **Predict.** One question with a definite answer. What comes back?
#
# - A — what people believe
# - B — what is true

# %% tags=["predict-4.a"]
lab.predict("4.a", ...)

# %% tags=["demo"]
def idea(event, context):
    return event

# %% tags=["run"]
lab.deploy(idea, "idea-demo")
lab.invoke("idea-demo", {"order_id": "o-1007"})

# %% tags=["run"]
lab.saw("4.a")

# %% [markdown]
# **What we saw.** Name the mechanism.

# %% [markdown]
# ### Break it · what fails
#
# Let the failure happen, read the evidence, repair it.

# %% tags=["run"]
lab.invoke("idea-demo", {})

# %% [markdown]
# ### Exercise 4.1 · What one can do after it
#
# **Given** what there is.
#
# **Goal** what the function does at the end.
#
# **Done when** the check has seen it.

# %% tags=["exercise-4.1"]
def place_order(event, context):
    # SOLUTION: return the id of the order
    return event["order_id"]
    # END SOLUTION

# %% tags=["check-4.1"]
lab.check("4.1", place_order)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The reasoning. An alternative, and what it costs.
# In production, say what would break.

# %% tags=["wrong-4.1"] expect="the answer is null"
# a plausible mistake
def place_order(event, context):
    print(event["order_id"])

# %% tags=["wrong-4.1"] expect="the answer is {"
# another one
def place_order(event, context):
    return event

# %% tags=["wrong-4.1"] expect="the answer is \"order_id\""
# and a third
def place_order(event, context):
    return "order_id"

# %% tags=["alternative-4.1"]
def place_order(event, context):
    return event.get("order_id")

# %% [markdown]
# ## Recap
#
# - What the first idea is.

# %% [markdown]
# ## Heard elsewhere
#
# Two to six sentences from articles. Mark each as `"true"`, `"half"` or `"false"`, in place of `...`.

# %% tags=["predict-4.b"]
lab.predict("4.b", ...)  # A sentence that people repeat.
lab.predict("4.c", ...)  # Another one.
display(lab.saw("4.b"), lab.saw("4.c"))

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
# ## Clean up

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# What comes next. Close this tab. In the terminal press Ctrl+C, then run `python3 kit.py lab 05`.
