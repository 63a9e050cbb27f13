"""Lab 08's predictions: what a learner says before the cell that answers, and why each is so."""

from __future__ import annotations

from helpers.checks.exercise import VERDICTS, Prediction

PREDICTIONS = (
    Prediction(
        id="8.a",
        question="A function has three variables, and you send one. Which has it then?",
        options={
            "A": "all three: the one I sent is changed",
            "B": "only LOG_LEVEL",
            "C": "all three as before: the call is refused, because two are missing",
        },
        answer="B",
        reasons={
            "A": "Setting one does not keep the others. The map you send replaces the whole map.",
            "B": "The map you send replaces the map that was there. Read, merge, write.",
            "C": "Lambda cannot know which variables your code needs. It takes the map as it is.",
        },
    ),
    Prediction(
        id="8.b",
        question="Variables are encrypted at rest. What does the contractor see of PAYMENT_KEY?",
        options={
            "A": "nothing: an encrypted value is masked",
            "B": "encrypted text, which takes a key to read",
            "C": "the payment key, as you typed it",
        },
        answer="C",
        reasons={
            "A": "Nothing is masked: who may read the configuration is given the variables.",
            "B": "Lambda decrypts them for whoever may read the configuration. An encrypted "
            "variable is no secret.",
            "C": "Encryption at rest protects disks. Whoever may read the configuration reads "
            "the key, and so does a screenshot.",
        },
    ),
    Prediction(
        id="8.c",
        question="Version 1 is published, then LOG_LEVEL set to ERROR. Who sees ERROR?",
        options={
            "A": "both: a version is code, its settings are the function's",
            "B": "only $LATEST",
            "C": "neither, until the next version is published",
        },
        answer="B",
        reasons={
            "A": "A version does not follow configuration changes: it holds the settings of its "
            "day, like its code.",
            "B": "A version is a picture of code and settings. $LATEST is what you edit.",
            "C": "$LATEST has it at once; publishing is for those who call a version.",
        },
    ),
    Prediction(
        id="8.d",
        question="There are 23 parameters below the path. How many does one call return?",
        options={
            "A": "23: that is what reading by path is for",
            "B": "10",
            "C": "none: the call wants a page size",
        },
        answer="B",
        reasons={
            "A": "It reads by path, page by page. Whoever forgets that loses the eleventh "
            "parameter, on the day it is added.",
            "B": "Ten a page at most, and a NextToken that leads to the next.",
            "C": "MaxResults may be left out; it is ten, and ten is also the most.",
        },
    ),
    Prediction(
        id="8.e",
        question="A secret was made with create_secret. What happens to it in 90 days?",
        options={
            "A": "it is rotated every 30 days: that is what Secrets Manager is for",
            "B": "nothing: it stays as it is",
            "C": "it expires, and reading it fails",
        },
        answer="B",
        reasons={
            "A": "Rotation has to be set up: Secrets Manager cannot know how your provider is "
            "told of a new key.",
            "B": "Without a rotation that you set up, a secret stays as it is, for years.",
            "C": "Secrets do not expire. An advanced parameter can, by a policy.",
        },
    ),
    Prediction(
        id="8.f",
        question="The key is cached for ever, then rotated. What does the next order meet?",
        options={
            "A": "the new key: rotation ends the environments of functions that use the secret",
            "B": "WrongKey, for every order that this environment gets",
            "C": "WrongKey once, then the new key",
        },
        answer="B",
        reasons={
            "A": "Secrets Manager knows nothing of your functions and their environments.",
            "B": "Nobody tells the environment. It uses the old key until it ends.",
            "C": "An exception does not end an environment, and the cache outlives it.",
        },
    ),
    Prediction(
        id="8.g",
        question="Environment variables hold credentials and connection strings.",
        options=VERDICTS,
        answer="false",
        reasons={
            "true": "The contractor read the payment key with one permission. Passwords and "
            "strings with a password belong in Secrets Manager or Parameter Store.",
            "half": "Endpoints and names, yes. What opens a door, no: the contractor read it.",
            "false": "Variables hold names and endpoints; Secrets Manager or Parameter Store "
            "hold what opens doors, and the role holds the rights.",
        },
    ),
    Prediction(
        id="8.h",
        question="One call reads a whole tree of parameters.",
        options=VERDICTS,
        answer="half",
        reasons={
            "true": "One kind of call does, ten parameters a page: the 23 took three.",
            "half": "Up to ten, yes. For more, follow NextToken: the 23 take three calls.",
            "false": "A small tree of up to ten, it does. The 23 take three calls.",
        },
    ),
    Prediction(
        id="8.i",
        question="Secrets Manager rotates your secrets on a schedule.",
        options=VERDICTS,
        answer="half",
        reasons={
            "true": "Only after you have set it up, with a function and a schedule.",
            "half": "It does, once you have given it a function, a permission and a schedule. "
            "Before that it did nothing.",
            "false": "It does when you set it up, as rotate_secret did in this lab.",
        },
    ),
    Prediction(
        id="8.j",
        question="A parameter's time to live says when functions read it again.",
        options=VERDICTS,
        answer="false",
        reasons={
            "true": "No store has such a setting. The code that keeps the value chooses.",
            "half": "The time to live is yours: CACHE_SECONDS in your function, max_age in a "
            "library. The store has none.",
            "false": "How long a value is kept is the choice of the code that keeps it.",
        },
    ),
)
