"""Lab 06's predictions: what a learner says before the cell that answers, and why each is so."""

from __future__ import annotations

from helpers.checks.exercise import TRUTHS, Prediction

PREDICTIONS = (
    Prediction(
        id="6.a",
        question="The view type is NEW_IMAGE, an order changes. What is in the record?",
        options={
            "A": "the order before and after, as in every record of a stream",
            "B": "the order after the change, and nothing of before",
            "C": "the attribute that changed: its new status",
        },
        answer="B",
        reasons={
            "A": "Both images are there only with NEW_AND_OLD_IMAGES. The view type decides, and "
            "it is chosen with the stream.",
            "B": "NEW_IMAGE is the whole item after the change. What it was before is not in the "
            "stream, and cannot be had later.",
            "C": "An image is the whole item, not the difference. You find the difference by "
            "comparing two images.",
        },
    ),
    Prediction(
        id="6.b",
        question="One shard, four customers, ParallelizationFactor 4. In which order do clicks "
        "come?",
        options={
            "A": "as they were written: a stream is one line",
            "B": "each customer's in order; customers mixed",
            "C": "in any order: parallel batches overtake each other",
        },
        answer="B",
        reasons={
            "A": "So it is with one batch at a time. With four, batches of different customers "
            "run beside each other.",
            "B": "Lambda puts all records of a key into the same line of batches. Keys run beside "
            "each other, and each keeps its order.",
            "C": "Batches overtake each other, but never two of the same key: AWS keeps the order "
            "of each partition key.",
        },
    ),
    Prediction(
        id="6.c",
        question="Default settings, number three of six always fails. What becomes of four to six?",
        options={
            "A": "they are processed: one bad record fails alone",
            "B": "they are processed after three tries with number three",
            "C": "they wait as long as number three is in the stream: a day",
        },
        answer="C",
        reasons={
            "A": "Lambda sees one failed batch, and does not know which record was at fault. Even "
            "then nothing may overtake it.",
            "B": "Three tries belong to asynchronous invokes. MaximumRetryAttempts of a stream is "
            "-1 by default: no end.",
            "C": "The batch is tried until it succeeds or its records expire, after 24 hours in "
            "DynamoDB. Its shard stands that long.",
        },
    ),
    Prediction(
        id="6.d",
        question="Bisect, two retries, a queue as destination. What is in the queue?",
        options={
            "A": "order o-2003, as it was in the stream",
            "B": "the batch of six orders",
            "C": "where o-2003 was in the stream, and nothing of the order",
        },
        answer="C",
        reasons={
            "A": "The message names stream, shard and sequence numbers. The order is still in the "
            "stream, for the rest of its 24 hours.",
            "B": "Bisecting had made the batch smaller: only o-2003 was given up. And no queue "
            "gets the records.",
            "C": "Only a bucket as destination gets the records too. With a queue or a topic you "
            "fetch them yourself, before they expire.",
        },
    ),
    Prediction(
        id="6.e",
        question="In the same run, how often is o-2001 taken off the stock?",
        options={
            "A": "once: bisecting puts the bad record aside first",
            "B": "twice: in the batch that fails, and then again",
            "C": "three times",
        },
        answer="C",
        reasons={
            "A": "Lambda does not know the bad record beforehand. It finds it by trying, and each "
            "try runs your code.",
            "B": "The first half, one to three, fails as well, and is halved again.",
            "C": "In 1-6, in 1-3, and in 1-2, which succeeds. Each halving repeats what stands "
            "before the bad record.",
        },
    ),
    Prediction(
        id="6.g",
        question="Several batches per shard at once cost you the order.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "You saw each customer's clicks come as 1 to 6 with four batches at once. What "
            "is lost is the order of keys among each other.",
            "half": "The order that counts is kept: that of each key. Between keys a stream of "
            "several shards promises none either.",
            "false": "The order of each partition key, or of each item, is kept with any "
            "parallelization factor.",
        },
    ),
    Prediction(
        id="6.h",
        question="A record of a table's stream holds the item before and after.",
        options=TRUTHS,
        answer="half",
        reasons={
            "true": "With NEW_AND_OLD_IMAGES. With the other three view types one image is "
            "missing, or both.",
            "half": "Only with NEW_AND_OLD_IMAGES, and then for a MODIFY. You saw all four view "
            "types.",
            "false": "It can: that is what NEW_AND_OLD_IMAGES is for.",
        },
    ),
    Prediction(
        id="6.i",
        question="A stream's failed batch is retried until its data expires.",
        options=TRUTHS,
        answer="half",
        reasons={
            "true": "By default, yes. MaximumRetryAttempts and MaximumRecordAgeInSeconds end it "
            "earlier, as in exercise 6.2.",
            "half": "So it is by default. Retries and age can be bounded, and a batch that "
            "succeeds is not tried again.",
            "false": "By default it is so, and the shard stands meanwhile: you saw block-demo.",
        },
    ),
    Prediction(
        id="6.j",
        question="The same record may reach your function twice.",
        options=TRUTHS,
        answer="true",
        reasons={
            "true": "Delivery is at least once. Each retry and each halving repeats records that "
            "had gone well: o-2001 came three times.",
            "half": "It may, always: a failed neighbour is enough, and the poller itself may "
            "repeat records.",
            "false": "You saw o-2001 come three times. Even without a failure, delivery is at "
            "least once.",
        },
    ),
)
