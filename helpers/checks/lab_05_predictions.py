"""Lab 05's predictions: what a learner says before the cell that answers, and why each is so."""

from __future__ import annotations

from helpers.checks.exercise import TRUTHS, Prediction

PREDICTIONS = (
    Prediction(
        id="5.a",
        question="A role may only write its log. What comes of mapping a queue to its function?",
        options={
            "A": "it works: SQS calls the function, as S3 does",
            "B": "the mapping is created, and no message ever arrives",
            "C": "Lambda refuses to create the mapping",
        },
        answer="C",
        reasons={
            "A": "SQS calls nobody. Lambda receives the messages, and does so as the function's "
            "execution role.",
            "B": "That is what happens when the permission goes later, as you saw. At the start "
            "Lambda looks at the role first.",
            "C": "Lambda polls with the execution role, and refuses a mapping whose role may not. "
            "It looks only then: a permission removed later fails silently.",
        },
    ),
    Prediction(
        id="5.b",
        question="Ten messages in one batch, number 7 raises. How often is message 1 processed?",
        options={
            "A": "once: one bad message fails alone",
            "B": "three times, as often as number 7",
            "C": "never: a failed batch is rolled back",
        },
        answer="B",
        reasons={
            "A": "Lambda sees one invocation, and it failed. It does not know which of the ten "
            "was at fault.",
            "B": "A batch succeeds or fails as one. All ten came back, three times, and message 8 "
            "was never reached.",
            "C": "Nothing is rolled back. What the handler had done before it failed is done, "
            "and is done again.",
        },
    ),
    Prediction(
        id="5.c",
        question="Reports are read. Which of the eight answers bring the message back?",
        options={
            "A": "3, 6, 7 and 8: whatever is no proper report",
            "B": "3, 4, 5, 6, 7 and 8: all that do not say success",
            "C": "6, 7 and 8: reports that name no message of the batch, and the exception",
        },
        answer="C",
        reasons={
            "A": "{} is a proper success: nothing is listed in it, so nothing has failed.",
            "B": "Nothing has to say success. An answer without batchItemFailures lists no "
            "failure, even one with statusCode 500.",
            "C": "What lists no failure is success. What lists one that cannot be found fails the "
            "whole batch, and so does an exception.",
        },
    ),
    Prediction(
        id="5.d",
        question="The filter takes paid orders only. Where is the placed order afterwards?",
        options={
            "A": "in the queue, for another consumer",
            "B": "in the dead-letter queue",
            "C": "gone",
        },
        answer="C",
        reasons={
            "A": "Lambda deletes what its filter does not take. Two consumers with two filters "
            "need two queues, for example behind one SNS topic.",
            "B": "A dead-letter queue gets what was received too often. A filtered message was "
            "received once, and deleted.",
            "C": "A filter does not leave messages, it deletes them. No invocation, no error, "
            "no log line.",
        },
    ),
    Prediction(
        id="5.e",
        question="The function has a dead-letter queue. Where is a message that always fails?",
        options={
            "A": "in the function's dead-letter queue, after three tries",
            "B": "in its own queue, coming back again and again",
            "C": "deleted after three tries",
        },
        answer="B",
        reasons={
            "A": "Three tries and DeadLetterConfig belong to asynchronous invokes. For a queue "
            "Lambda invokes synchronously, and the function's dead-letter queue stays empty.",
            "B": "Nobody counts the tries until the queue has a redrive policy. It comes back "
            "until its retention ends: 4 days by default, 14 at most.",
            "C": "Three tries belong to asynchronous invokes. For a queue nobody counts until "
            "the queue has a redrive policy.",
        },
    ),
    Prediction(
        id="5.f",
        question="Visibility is 2 s, and the function runs for 3 s. What happens after 2 s?",
        options={
            "A": "nothing: the message stays away as long as the function runs",
            "B": "the function is ended, and the message comes back",
            "C": "a second run of the same message begins beside the first",
        },
        answer="C",
        reasons={
            "A": "The queue knows nothing of the function. Its clock started when the message "
            "was received, and nobody stops it.",
            "B": "Only the function's own timeout ends it. The two clocks know nothing of each "
            "other.",
            "C": "The message is visible again, so the poller receives it again. One poster, "
            "two printers.",
        },
    ),
    Prediction(
        id="5.g",
        question="Triggers are also called event source mappings.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "S3, SNS and EventBridge call Lambda: their configuration lies with the "
            "sender. A mapping is a resource of Lambda, which polls.",
            "half": "Articles use both words for both. They differ in who acts, where it is "
            "configured, and whose permission counts.",
            "false": "A trigger pushes, and needs the function's resource policy. A mapping "
            "polls, and needs its execution role.",
        },
    ),
    Prediction(
        id="5.h",
        question="By default Lambda hands over up to ten messages in one call.",
        options=TRUTHS,
        answer="true",
        reasons={
            "true": "BatchSize is 10 by default: ten or fewer, one invocation. It may be raised "
            "to 10,000 with a window, but not for FIFO queues.",
            "half": "BatchSize is 10 by default, and a smaller batch is sent as well: that is "
            "all of it.",
            "false": "BatchSize is 10 by default. The three messages of your first batch came "
            "in one event.",
        },
    ),
    Prediction(
        id="5.i",
        question="If one message of a batch fails, all of them return to the queue.",
        options=TRUTHS,
        answer="half",
        reasons={
            "true": "Without more, yes. With ReportBatchItemFailures only those return that the "
            "handler lists.",
            "half": "So it is by default. With ReportBatchItemFailures only the listed ones "
            "return, as in exercise 5.1.",
            "false": "By default it is so: you saw all ten come back because of number 7.",
        },
    ),
    Prediction(
        id="5.j",
        question="A function behind a queue may get the same message twice.",
        options=TRUTHS,
        answer="true",
        reasons={
            "true": "Delivery is at least once. A failed neighbour or a short visibility timeout "
            "brings it back too, so doing it twice must do no harm.",
            "half": "It may, always: delivery is at least once, even when nothing fails.",
            "false": "You saw the same job in two runs at once. Even with good settings, delivery "
            "is at least once.",
        },
    ),
)
