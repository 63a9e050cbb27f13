"""Lab 09's predictions: what a learner says before the cell that answers, and why each is so."""

from __future__ import annotations

from helpers.checks.exercise import VERDICTS, Prediction

PREDICTIONS = (
    Prediction(
        id="9.a",
        question="One invoke by boto3's default client, always throttled. How many requests?",
        options={
            "A": "one: one call is one request",
            "B": "three",
            "C": "as many as it takes, until the function answers",
        },
        answer="B",
        reasons={
            "A": "The client tries again by itself after a throttle, and tells you only when it "
            "gives up.",
            "B": "Three attempts in all, with waits between them. Before version 1.44 they were "
            "five.",
            "C": "It gives up after three attempts, and raises the last error.",
        },
    ),
    Prediction(
        id="9.b",
        question="Three times five customers at once. How many environments for fifteen events?",
        options={
            "A": "fifteen: each event starts an instance",
            "B": "five",
            "C": "one: it queues the others",
        },
        answer="B",
        reasons={
            "A": "A new environment is made only when none is free. The second five found five "
            "that were free.",
            "B": "Five were busy at the same moment, and that is what counts. Each served three "
            "events.",
            "C": "A synchronous event never waits for an environment. It gets a free one, a new "
            "one, or a throttle.",
        },
    ),
    Prediction(
        id="9.c",
        question="3 reserved for one function, 3 provisioned for another, four events each. What "
        "happens?",
        options={
            "A": "reserved: four served, three of them warm. Provisioned: the fourth is throttled",
            "B": "reserved: three cold, the fourth throttled. Provisioned: three warm, one cold",
            "C": "both alike: three served warm, the fourth throttled",
        },
        answer="B",
        reasons={
            "A": "It is the other way round. Reserved is a floor and a ceiling, provisioned is "
            "warmth.",
            "B": "Reserved keeps room free and bounds it, and starts nothing. Provisioned starts "
            "ahead of time, and bounds nothing.",
            "C": "Only the provisioned ones were warm, and only the reserved ones had a ceiling.",
        },
    ),
    Prediction(
        id="9.d",
        question="Reserve 17 of 20, reserve 0, provision on $LATEST. Which are refused?",
        options={
            "A": "none: settings are wishes, and Lambda does what it can",
            "B": "all three",
            "C": "the first and the third; the second it takes at its word",
        },
        answer="C",
        reasons={
            "A": "Lambda checks settings when you make them, and says what is wrong in words.",
            "B": "Reserving 0 is legal: it turns the function off. No error tells you, until "
            "somebody calls.",
            "C": "The others must keep their minimum, and only a version can be kept ready. 0 is "
            "a number like any other: nothing may run.",
        },
    ),
    Prediction(
        id="9.e",
        question="Limit 5,000, nothing warm, 3,000 requests in one moment. How many are served?",
        options={
            "A": "all 3,000: the limit is 5,000",
            "B": "1,000",
            "C": "3,000, the last of them 20 seconds later: Lambda queues the rest",
        },
        answer="B",
        reasons={
            "A": "The limit says how far a function may grow, not how fast. It grows by 1,000 "
            "environments every 10 seconds.",
            "B": "1,000 new environments, and none of the others may be made yet. 2,000 callers "
            "got 429.",
            "C": "Synchronous requests are not queued. Who finds no room gets 429 at once.",
        },
    ),
    Prediction(
        id="9.f",
        question="Sixty jobs: reserved 5, or MaximumConcurrency 5. How do they differ?",
        options={
            "A": "not at all: five at a time, and all jobs are done",
            "B": "both keep to five; with the reservation healthy jobs end in the dead-letter "
            "queue",
            "C": "MaximumConcurrency is only a wish; the reservation alone keeps to five",
        },
        answer="B",
        reasons={
            "A": "So it looks, until you count dead letters. A throttled batch loses a try, and "
            "no line of code has run for it.",
            "B": "The pollers do not know the reservation, and bring more than fits. "
            "MaximumConcurrency bounds the pollers themselves.",
            "C": "Both keep to five. The bound of the mapping does so without turning anybody "
            "away.",
        },
    ),
    Prediction(
        id="9.g",
        question="Lambda starts a new instance for each event.",
        options=VERDICTS,
        answer="half",
        reasons={
            "true": "Only if none of the function's environments is free. Fifteen events needed "
            "five.",
            "half": "It does so when none is free. Otherwise an environment that is free serves "
            "the event.",
            "false": "It does so when no environment is free: the first five events got five new "
            "ones.",
        },
    ),
    Prediction(
        id="9.h",
        question=".NET Core is a runtime; AWS Support raises the limit of 1,000.",
        options=VERDICTS,
        answer="false",
        reasons={
            "true": "Both are of yesterday. The runtime is .NET (dotnet10), and you ask in the "
            "console of Service Quotas.",
            "half": "Neither half holds: .NET Core is .NET now, and Service Quotas raises limits "
            "without a ticket.",
            "false": "The runtime is .NET (dotnet10), and Service Quotas raises the limit. New "
            "accounts start below 1,000.",
        },
    ),
    Prediction(
        id="9.i",
        question="A high bill comes from concurrency that is not bounded.",
        options=VERDICTS,
        answer="false",
        reasons={
            "true": "Ten events at once cost what ten cost one after the other: requests, and "
            "memory × time.",
            "half": "Concurrency has no price. Only provisioned concurrency does, and it is "
            "bounded by its number.",
            "false": "You pay requests, and memory × time, whether at once or one by one. A bound "
            "saves money only by turning work away.",
        },
    ),
    Prediction(
        id="9.j",
        question="One function with a sudden rush can throttle all the others.",
        options=VERDICTS,
        answer="true",
        reasons={
            "true": "Eight reports took the pool, and thank-demo got 429. Who has a reservation "
            "is safe.",
            "half": "All that have no reservation, yes. It is what the pool means.",
            "false": "You saw it: eight reports took the pool, and thank-demo got 429.",
        },
    ),
    Prediction(
        id="9.k",
        question="Reserved concurrency keeps functions warm.",
        options=VERDICTS,
        answer="false",
        reasons={
            "true": "room-demo had 3 reserved, and three cold starts. Provisioned concurrency "
            "keeps warm.",
            "half": "Not even half: it starts no environment. room-demo had three cold starts.",
            "false": "It keeps room. Environments that stand ready are provisioned concurrency.",
        },
    ),
)
