"""Lab 11's predictions: what a learner says before the cell that answers, and why each is so."""

from __future__ import annotations

from helpers.checks.exercise import TRUTHS, Prediction

PREDICTIONS = (
    Prediction(
        id="11.a",
        question="A stranger uses a function's keys on his laptop. What can he do?",
        options={
            "A": "nothing: they work inside Lambda only",
            "B": "what the role may do, until they expire",
            "C": "everything the administrator may do",
        },
        answer="B",
        reasons={
            "A": "A signature does not say where it was made. The keys worked in this notebook "
            "as they work in the function.",
            "B": "The keys are the role, wherever they are used. They expire after some hours, "
            "and until then the role's policy is asked at every call.",
            "C": "He acts as the role, and no more. Creating a user was denied.",
        },
    ),
    Prediction(
        id="11.b",
        question="One statement allows exactly this photo, another denies the folder. Who wins?",
        options={
            "A": "Allow beats Deny when it is more exact",
            "B": "the Deny: one that matches always wins",
            "C": "the statement that stands last",
        },
        answer="B",
        reasons={
            "A": "Exactness counts in routing tables, not in IAM. A Deny that matches ends the "
            "matter.",
            "B": "IAM looks for a Deny first, in all policies. Only if there is none does an "
            "Allow count.",
            "C": "Order counts for nothing: the Deny stood first here, and would have won in the "
            "last place too.",
        },
    ),
    Prediction(
        id="11.c",
        question="She may create functions, invoke them, and pass roles. Can she read orders?",
        options={
            "A": "no: nothing allows her a DynamoDB action",
            "B": "yes: a function of hers, with a stronger role",
            "C": "only with the keys of somebody else",
        },
        answer="B",
        reasons={
            "A": "Not as herself. Her function has a role of its own, and that role may.",
            "B": "Who passes a role to code of their own has what the role has. So PassRole names "
            "its roles.",
            "C": "She needs no keys: Lambda gives those of the strong role to her code.",
        },
    ),
    Prediction(
        id="11.d",
        question="A draft policy from all that price-demo did. Is it what the function needs?",
        options={
            "A": "yes: the records have every call",
            "B": "no: the thief's calls are in it, and rare ones of its own are not",
            "C": "no: drafts always have stars in them",
        },
        answer="B",
        reasons={
            "A": "Every call, yes: the thief's too, for he signed as the function. And no call "
            "that the function makes only once a year.",
            "B": "Records say what was done. What should be allowed, the code says, and whoever "
            "reviews it.",
            "C": "This draft names actions and resources in full. It is exact, and not right.",
        },
    ),
    Prediction(
        id="11.e",
        question="s3.amazonaws.com may invoke the function, nothing else is said. Whose buckets?",
        options={
            "A": "only the bucket that we connect",
            "B": "every bucket of our account",
            "C": "every bucket of anybody who knows the ARN",
        },
        answer="C",
        reasons={
            "A": "The bucket's settings are the sender's side. Any sender can have such settings; "
            "the function's policy lets all of S3 in.",
            "B": "S3 is one service for all accounts. Without a source, the statement does not "
            "ask whose bucket it is.",
            "C": "The statement trusts S3, and S3 works for everybody. SourceArn and "
            "SourceAccount say for whom it may call.",
        },
    ),
    Prediction(
        id="11.f",
        question="S3 made the event. What in it can a stranger have chosen?",
        options={
            "A": "nothing: an event from AWS can be trusted",
            "B": "the key: who uploads the photo chooses it",
            "C": "everything, from the bucket's name to the time",
        },
        answer="B",
        reasons={
            "A": "AWS wrote the envelope, and a stranger what is in it. His key had a line break, "
            "and it became a line of our log.",
            "B": "Bucket and time come from S3. The key, and whatever else a user typed, comes "
            "from the user.",
            "C": "Who calls is decided by the resource policy, so bucket and time are S3's. The "
            "key is not.",
        },
    ),
    Prediction(
        id="11.g",
        question="A VPC makes cold starts slower, because of the network interface.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "It did until 2019. The interface is now made when you configure the "
            "function: yours was attached before any event came.",
            "half": "There is an interface, and no start waits for it: it is made when you "
            "configure the function.",
            "false": "The interface is made when you configure the function, and shared. A start "
            "waits for none.",
        },
    ),
    Prediction(
        id="11.h",
        question="A function in a VPC needs a NAT gateway to reach the internet.",
        options=TRUTHS,
        answer="half",
        reasons={
            "true": "For IPv4, yes. Dual-stack subnets lead out by IPv6 without one, and VPC "
            "endpoints lead to AWS's services.",
            "half": "For IPv4. By IPv6 an egress-only gateway is enough, and for AWS's services "
            "there are VPC endpoints.",
            "false": "For IPv4 it does. By IPv6, or for AWS's services, there are other ways.",
        },
    ),
    Prediction(
        id="11.i",
        question="Use X-Ray for security monitoring and anomaly detection.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "X-Ray shows how long the parts of a request take. Who did what is in "
            "CloudTrail; GuardDuty and Security Hub watch.",
            "half": "A trace may help after an attack, as a log does. What watches is GuardDuty; "
            "who did what is in CloudTrail.",
            "false": "It shows how long things take. CloudTrail, GuardDuty and Security Hub are "
            "the ones for security.",
        },
    ),
    Prediction(
        id="11.j",
        question="For development, create an IAM user with programmatic access.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "Such keys stay valid until somebody deletes them. IAM Identity Center gives "
            "keys for hours, and a role does too.",
            "half": "It works, and its keys stay valid until somebody deletes them. Take "
            "short-lived ones, from IAM Identity Center or a role.",
            "false": "Short-lived credentials do the same work, and are worthless tomorrow.",
        },
    ),
    Prediction(
        id="11.k",
        question="Replace s3:* by s3:GetObject, and * by the ARN of the resource.",
        options=TRUTHS,
        answer="true",
        reasons={
            "true": "Exercise 11.1: with exact statements, twelve attempts of a thief were denied.",
            "half": "It is wholly true. What you saw beside it: a draft from records is exact too, "
            "and can still be wrong.",
            "false": "It is what exercise 11.1 did: twelve attempts of a thief were denied.",
        },
    ),
)
