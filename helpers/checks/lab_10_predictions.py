"""What lab 10 asks before its cells run, and the sentences it lets its learners judge."""

from __future__ import annotations

from helpers.checks.exercise import VERDICTS, Prediction

PREDICTIONS = (
    Prediction(
        id="10.a",
        question="One invoke, a handler of 4 s, a client that waits 1 s. How many charges?",
        options={
            "A": "none: the client hung up, so the run ends",
            "B": "one: one call is one run",
            "C": "three",
        },
        answer="C",
        reasons={
            "A": "Lambda does not see that nobody waits any more. A run that has begun goes on to "
            "its end.",
            "B": "One call of yours was three requests of boto3. Each of them is a run.",
            "C": "No answer within 1 s, so boto3 asks again, three times in all. Each request "
            "starts a run, and each run goes on to its end.",
        },
    ),
    Prediction(
        id="10.b",
        question="Raise, time out, or return 500: how often does each asynchronous event run?",
        options={
            "A": "1, 1, 1: nobody asked for retries",
            "B": "3, 3, 3: all of them are errors",
            "C": "3, 3, 1",
            "D": "3, 1, 1: only an exception is retried",
        },
        answer="C",
        reasons={
            "A": "Two more tries are the default of asynchronous events, whether you know it or "
            "not.",
            "B": "An answer with statusCode 500 is an answer. Only a caller that speaks HTTP reads "
            "it; Lambda counts a success.",
            "C": "An exception and a timeout are function errors: two more tries, after one and "
            "after two minutes. The 500 is a success to Lambda.",
            "D": "A timeout is a function error like an exception, and so is a crash.",
        },
    ),
    Prediction(
        id="10.c",
        question="What does the body of a dead letter say about the error?",
        options={
            "A": "all of it: event, error type and stack trace",
            "B": "nothing: it is the event, unchanged",
            "C": "the request id, with which you look into the log",
        },
        answer="B",
        reasons={
            "A": "That is the record of a destination. A dead letter is older and says less.",
            "B": "The body is the event. Request id, code and the error's message are message "
            "attributes, and you must ask for them.",
            "C": "The request id is there too, as a message attribute. The body is the event.",
        },
    ),
    Prediction(
        id="10.d",
        question="The handler looks for the order's id first. Three at once: how many charges?",
        options={
            "A": "one: the second and the third find the id",
            "B": "three: nobody finds anything",
            "C": "none: DynamoDB lets only one of them in and stops the others",
        },
        answer="B",
        reasons={
            "A": "They would, if they came one after the other. At once, all three look before "
            "the first has written.",
            "B": "All three look, all three find nothing, all three charge. Looking and marking "
            "were two steps, and the bank's second lay between them.",
            "C": "DynamoDB refuses nothing that nobody asked it to refuse. A condition on the "
            "write asks.",
        },
    ),
    Prediction(
        id="10.e",
        question="The id is written before the work, and the work crashes. Charges in the end?",
        options={
            "A": "one: Lambda tries again, and the second try succeeds",
            "B": "none: the second try finds the id and returns",
            "C": "three: one for each try",
        },
        answer="B",
        reasons={
            "A": "Lambda did try again. The second try found the id, took the order for done, and "
            "returned.",
            "B": "The id says 'done' although nothing was done. The second try is a success, so "
            "there is no third, no record, no alarm.",
            "C": "The id is in the table since the first try, so no other try goes to the bank.",
        },
    ),
    Prediction(
        id="10.f",
        question="The role loses sqs:SendMessage, then an event fails for good. Where is it?",
        options={
            "A": "in Lambda's queue, until the permission is back",
            "B": "nowhere: only metrics count it",
            "C": "with the caller: Lambda refuses the invoke",
        },
        answer="B",
        reasons={
            "A": "Lambda tries the function again, not the delivery of its failure.",
            "B": "The event is gone. DestinationDeliveryFailures counts it for a destination, "
            "DeadLetterErrors for a dead-letter queue.",
            "C": "The permission is looked at when you configure, and when something is "
            "delivered. The caller got 202 long before.",
        },
    ),
    Prediction(
        id="10.g",
        question="Catch every exception, return statusCode 500: handles asynchronous errors.",
        options=VERDICTS,
        answer="false",
        reasons={
            "true": "You saw it run once. No try, no record and no error came of it.",
            "half": "It is right for a caller that speaks HTTP. For an asynchronous event it "
            "hides the error, and the event is lost.",
            "false": "To Lambda a returned value is a success, whatever it says. Let the "
            "exception leave the handler.",
        },
    ),
    Prediction(
        id="10.h",
        question="Store the id of the event before the work, and the work is done once.",
        options=VERDICTS,
        answer="half",
        reasons={
            "true": "At most once. After a crash it is not done at all, as you saw.",
            "half": "With a conditional write, with 'in progress' told from 'done', and with an "
            "end to 'in progress'. Without these: twice, or never.",
            "false": "It is a part of the answer: before the work, with a condition, and with an "
            "end for attempts that died.",
        },
    ),
    Prediction(
        id="10.i",
        question="If you configure no retries, nothing is tried again.",
        options=VERDICTS,
        answer="false",
        reasons={
            "true": "Asynchronous events have two retries by default, boto3 has three attempts, "
            "and a queue brings back what was not deleted.",
            "half": "It is the other way round: to have none, you must configure that.",
            "false": "Asynchronous events, clients, queues and streams all try again by default. "
            "To have none, you configure that.",
        },
    ),
    Prediction(
        id="10.j",
        question="Failed asynchronous events can go to a queue, or to an event bus.",
        options=VERDICTS,
        answer="true",
        reasons={
            "true": "A queue, a topic, a function, an event bus or a bucket as destination; a "
            "queue or a topic as dead-letter target.",
            "half": "All of it is right: a queue by either way, a bus as destination.",
            "false": "The destination OnFailure takes both; a dead-letter queue is the older way "
            "for the first.",
        },
    ),
)
