"""Lab 04's predictions: what a learner says before the cell that answers, and why each is so."""

from __future__ import annotations

from helpers.checks.exercise import VERDICTS, Prediction

PREDICTIONS = (
    Prediction(
        id="4.a",
        question="The execution role may read the bucket. What does S3 say when told to call it?",
        options={
            "A": "it takes it, and calls: the role connects the two",
            "B": "it takes it, and the calls fail later",
            "C": "it refuses: the bucket may not call the function",
        },
        answer="C",
        reasons={
            "A": "The execution role says what the function may do. Who may call it stands in its "
            "resource policy, and there was none.",
            "B": "So it is when the permission goes later, as you saw. At configuration S3 looks "
            "whether it may call.",
            "C": "S3 calls with a permission that the function's own policy gives it, and checks "
            "that when you configure it.",
        },
    ),
    Prediction(
        id="4.b",
        question="One event each, asynchronously: one raises, one returns 500. How many runs?",
        options={
            "A": "one each: 202 says that it was done",
            "B": "three each: both answer with an error",
            "C": "three of the one that raises, one of the one that returns 500",
        },
        answer="C",
        reasons={
            "A": "202 says that Lambda has the event. What the function does with it comes later, "
            "and nobody tells the caller.",
            "B": "For Lambda an answer is success, whatever stands in it. statusCode means "
            "something only to callers that speak HTTP.",
            "C": "Only an exception, a timeout or a crash is a failure. It is tried again after 1 "
            "and after 2 minutes, then it goes to the dead-letter queue.",
        },
    ),
    Prediction(
        id="4.c",
        question="'my cat.jpg' is stored, then replaced. What does the function get?",
        options={
            "A": "my cat.jpg, created and then modified",
            "B": "my+cat.jpg, created twice",
            "C": "my+cat.jpg, created once: the object was there already",
        },
        answer="B",
        reasons={
            "A": "Keys arrive URL-encoded, so a space is a plus. And there is no event named "
            "modified.",
            "B": "The key is URL-encoded, and S3 has no word for replaced: an object that is "
            "stored anew is created.",
            "C": "S3 tells of each time an object is stored. Whether the key was taken before "
            "makes no difference.",
        },
    ),
    Prediction(
        id="4.d",
        question="The function writes into the bucket that calls it. How often does it run?",
        options={
            "A": "once: S3 does not call for what Lambda wrote",
            "B": "about 16 times, then Lambda stops the loop",
            "C": "for ever",
        },
        answer="B",
        reasons={
            "A": "For S3 every stored object is the same, whoever stored it.",
            "B": "Lambda counts how often one chain of events has called the function, and stops "
            "at about 16. The event goes to the dead-letter queue if there is one.",
            "C": "So it was until 2023. Now Lambda follows the chain through S3, SNS, SQS and "
            "its own calls, if the SDK is not too old.",
        },
    ),
    Prediction(
        id="4.e",
        question="The same loop through a DynamoDB table and its stream. Who stops it?",
        options={
            "A": "Lambda, after 16 runs",
            "B": "DynamoDB, when the table is busy",
            "C": "nobody",
        },
        answer="C",
        reasons={
            "A": "Lambda's detection follows SQS, SNS, S3 and its own calls. It cannot see a loop "
            "through DynamoDB.",
            "B": "A table gets slower or dearer. It does not know that its writer is its reader.",
            "C": "Nobody: it goes on until you stop it. Reserved concurrency 0 stops any function.",
        },
    ),
    Prediction(
        id="4.f",
        question="Two messages, one with status as an attribute. Which does the filter let in?",
        options={
            "A": "both: both say that the order is paid",
            "B": "only the one whose status is an attribute",
            "C": "only the one whose status is in the message",
        },
        answer="B",
        reasons={
            "A": "SNS does not look into the message, unless FilterPolicyScope is MessageBody.",
            "B": "A filter policy is compared with the attributes. A message without the attribute "
            "does not match.",
            "C": "It would be so with FilterPolicyScope MessageBody. The default is the "
            "attributes.",
        },
    ),
    Prediction(
        id="4.g",
        question="One order fails in the function, one cannot be delivered. Where are they?",
        options={
            "A": "both in the function's dead-letter queue",
            "B": "both in the subscription's dead-letter queue",
            "C": "the failed one in the function's, the undelivered one in the subscription's",
        },
        answer="C",
        reasons={
            "A": "Lambda never had the second order, so it cannot keep it.",
            "B": "SNS had done its work when Lambda took the first order. What the function does "
            "with it is no concern of SNS.",
            "C": "Each keeps what it could not do: the sender what it could not deliver, Lambda "
            "what the function could not handle.",
        },
    ),
    Prediction(
        id="4.h",
        question="Daily at 02:30 in Berlin: how often on 28 March and on 31 October 2027?",
        options={
            "A": "once each: the scheduler finds a way",
            "B": "not at all in March, twice in October",
            "C": "not at all in March, once in October",
        },
        answer="C",
        reasons={
            "A": "On 28 March clocks go from 02:00 to 03:00. There is no 02:30, so there is "
            "nothing to fire at.",
            "B": "The hour comes twice in October, and the schedule fires in one of them only.",
            "C": "A time that does not exist is skipped, and one that comes twice is taken once.",
        },
    ),
    Prediction(
        id="4.i",
        question="S3 calls a function when an object is created, modified or deleted.",
        options=VERDICTS,
        answer="half",
        reasons={
            "true": "There is no event for modified. An object that is replaced is created.",
            "half": "Created and removed, yes. What replaces an object is ObjectCreated too, and "
            "changes of tags or ACL are events of their own.",
            "false": "Created and removed objects do call. Only modified is not a word of S3.",
        },
    ),
    Prediction(
        id="4.j",
        question="Events of other services reach Lambda through CloudWatch Events.",
        options=VERDICTS,
        answer="half",
        reasons={
            "true": "The thing is right, the name is old: CloudWatch Events became EventBridge in "
            "2019.",
            "half": "The service lives on as EventBridge. Say EventBridge, and EventBridge "
            "Scheduler for clocks.",
            "false": "They do reach Lambda that way. It is called EventBridge now.",
        },
    ),
    Prediction(
        id="4.k",
        question="To run a function every night, make an EventBridge rule with a schedule.",
        options=VERDICTS,
        answer="half",
        reasons={
            "true": "It still works, in UTC only, and AWS calls such rules legacy.",
            "half": "Such rules still work, in UTC. For new schedules AWS recommends EventBridge "
            "Scheduler, with time zones and a role of its own.",
            "false": "It works. It is the older way: Scheduler does the same with time zones.",
        },
    ),
    Prediction(
        id="4.l",
        question="With S3 Select, a function reads only the rows it needs of a large object.",
        options=VERDICTS,
        answer="false",
        reasons={
            "true": "S3 Select is closed to new customers. Read ranges, or ask Athena.",
            "half": "Who used it before may go on. A new account cannot.",
            "false": "S3 Select is closed to new customers. Read ranges of the object, or ask "
            "Athena.",
        },
    ),
    Prediction(
        id="4.m",
        question="SNS calls a function asynchronously.",
        options=VERDICTS,
        answer="true",
        reasons={
            "true": "SNS hands the message over and goes on. S3 and EventBridge rules do the same.",
            "half": "It is so without exception: SNS waits for no answer of your function.",
            "false": "SNS gets a 202 from Lambda and waits for nothing else.",
        },
    ),
)
