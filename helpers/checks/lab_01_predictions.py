"""Lab 01's predictions: what a learner says before the cell that answers, and why each is so."""

from __future__ import annotations

from helpers.checks.exercise import TRUTHS, Prediction

PREDICTIONS = (
    Prediction(
        id="1.a",
        question="In November 2026, what does create_function say to python3.7 and python3.9?",
        options={
            "A": "it refuses both: neither gets security patches",
            "B": "it creates both: old code has to run somewhere",
            "C": "it refuses python3.7 and creates python3.9",
        },
        answer="C",
        reasons={
            "A": "A runtime that gets no patches is deprecated, but not yet blocked. "
            "For python3.9 the block on creating comes on 1 February 2027.",
            "B": "For a while, yes. For python3.7 that while ended on 9 January 2024. "
            "Functions that exist go on running; new ones are refused.",
            "C": "Deprecation comes in steps: no patches, then no creating, then no updating. "
            "In November 2026 python3.9 stands on the first step, python3.7 on the second.",
        },
    ),
    Prediction(
        id="1.b",
        question="An invoke comes back with StatusCode 200. What do you know?",
        options={
            "A": "the function worked: 200 means OK",
            "B": "Lambda took the event and ran the function, which may have failed",
            "C": "the event is stored, and the function will run later",
        },
        answer="B",
        reasons={
            "A": "200 speaks of the invoke. The function raised ZeroDivisionError, and the "
            "StatusCode was 200 all the same; FunctionError is where failure shows.",
            "B": "StatusCode is about the invoke, FunctionError about the function.",
            "C": "That would be 202, the answer to an asynchronous invoke.",
        },
    ),
    Prediction(
        id="1.c",
        question="Which of the eight values make the invoke fail?",
        options={
            "A": "none: Python values travel as they are",
            "B": "datetime and set",
            "C": "Decimal, datetime, set and bytes",
            "D": "datetime, set and NaN",
        },
        answer="B",
        reasons={
            "A": "Only JSON travels. What JSON has no word for fails, or arrives as something "
            "else.",
            "B": "These two end in Runtime.MarshalError. The other six travel, and most of "
            "them change on the way.",
            "C": "Python's json module refuses Decimal and bytes too, but Lambda's runtime "
            "client writes a Decimal as a number and bytes as they are.",
            "D": "NaN should fail, since JSON has no such number. Lambda's runtime client "
            "writes NaN all the same, and leaves the surprise to the reader.",
        },
    ),
    Prediction(
        id="1.d",
        question="The handler calls logging.info and print. Which of the two lines is logged?",
        options={
            "A": "both",
            "B": "only the line of print",
            "C": "only the line of logging.info: print has no place to go",
        },
        answer="B",
        reasons={
            "A": "The root logger starts at WARNING, so INFO is dropped before it is written.",
            "B": "print always arrives. The root logger starts at WARNING, and INFO lies below.",
            "C": "print writes to standard output, and Lambda logs standard output.",
        },
    ),
    Prediction(
        id="1.e",
        question="The same computation at 128 MB and at 1,769 MB: what happens to its cost?",
        options={
            "A": "128 MB is about 14 times cheaper: less memory is cheaper",
            "B": "about the same: 14 times the price, a fourteenth of the time",
            "C": "128 MB is about 14 times dearer: it takes so long",
        },
        answer="B",
        reasons={
            "A": "Per millisecond, yes. But memory buys CPU too, so at 128 MB the same work "
            "takes about 14 times as many milliseconds.",
            "B": "You pay memory times time. Work that only computes has the same product at "
            "both sizes, and one caller waits a fourteenth of the time.",
            "C": "It takes about 14 times as long, and each millisecond costs a fourteenth.",
        },
    ),
    Prediction(
        id="1.f",
        question="A handler with try/finally runs into its timeout. Does finally run?",
        options={
            "A": "yes: finally always runs, that is what it is for",
            "B": "no: the process is killed, and no line of Python runs after that",
            "C": "yes, and Lambda waits for it beyond the timeout",
        },
        answer="B",
        reasons={
            "A": "finally runs when Python leaves the block. At a timeout Python does not leave "
            "it: the whole process is killed from outside.",
            "B": "At the timeout the process is killed. A handler that wants to tidy up looks at "
            "context.get_remaining_time_in_millis() and stops in time.",
            "C": "Nothing of your code runs beyond the timeout. It is the outer limit.",
        },
    ),
    Prediction(
        id="1.g",
        question="In Lambda, datetime.utcnow() is the way to get the time in UTC.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "It gives UTC without saying so, and it is deprecated since Python 3.12. "
            "Write datetime.now(UTC).",
            "half": "The number is right and the zone is missing, so whoever reads it has to "
            "guess. It is deprecated since Python 3.12: write datetime.now(UTC).",
            "false": "It is deprecated since Python 3.12, and its value has no zone. "
            "datetime.now(UTC) has one.",
        },
    ),
    Prediction(
        id="1.h",
        question='print(f"order {order_id} placed") is structured logging.',
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "A sentence has no fields: to find one order you search text. "
            "Your lines of exercise 1.3 have fields.",
            "half": "It is logging, but a sentence has no fields. Structured means fields that "
            "a query can name, as in exercise 1.3.",
            "false": "Structured means fields that a query can name, as in exercise 1.3.",
        },
    ),
    Prediction(
        id="1.i",
        question="The request id in the context is unique for every run of the handler.",
        options=TRUTHS,
        answer="half",
        reasons={
            "true": "For the synchronous invokes of this lab, yes. When Lambda retries an "
            "asynchronous event, each try has the same request id.",
            "half": "Each synchronous invoke has its own. The retries of one asynchronous "
            "event share theirs, which lab 10 uses.",
            "false": "You saw a new one for each invoke. It is shared only by the retries of "
            "one asynchronous event.",
        },
    ),
    Prediction(
        id="1.j",
        question="The execution context tells you memory and time left, and outlives the event.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "Two things are mixed here. The context object is made anew for each event; "
            "the execution environment is what may be used again.",
            "half": "Memory and time left are in the context object, and it is made anew for "
            "each event. What outlives the event is the execution environment.",
            "false": "The context object is made anew for each event. What may be used again is "
            "the execution environment, and lab 02 is about it.",
        },
    ),
)
