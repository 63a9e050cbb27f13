"""Lab 03's predictions: what a learner says before the cell that answers, and why each is so."""

from __future__ import annotations

from helpers.checks.exercise import TRUTHS, Prediction

PREDICTIONS = (
    Prediction(
        id="3.a",
        question="total_cents was put into a table as 3900. What is it when it comes back?",
        options={
            "A": "the int 3900: what went in comes out",
            "B": "a Decimal: numbers come back as Decimal",
            "C": 'the text "3900"',
        },
        answer="B",
        reasons={
            "A": "DynamoDB has one type for all numbers, with up to 38 digits. boto3 gives it "
            "back as Decimal, which loses none of them.",
            "B": "DynamoDB has one type for all numbers, with up to 38 digits, and Decimal is the "
            "Python type that holds them.",
            "C": 'On the way it is text: {"N": "3900"}, as boto3\'s client shows it. A Table of '
            "boto3's resource makes a Decimal of it.",
        },
    ),
    Prediction(
        id="3.b",
        question="One POST through four doors: where does the handler find the word POST?",
        options={
            "A": 'in event["httpMethod"], at each door',
            "B": 'in event["requestContext"]["http"]["method"], at each door',
            "C": "at two doors in the first place, at two in the second",
        },
        answer="C",
        reasons={
            "A": "So it is at a REST API and a load balancer. A function URL and an HTTP API have "
            "no httpMethod: KeyError.",
            "B": "So it is in format 2.0. A REST API and a load balancer keep it at the top, as "
            "httpMethod.",
            "C": "Format 2.0 (function URL, HTTP API) has it in requestContext.http; a REST API "
            "and a load balancer have it at the top.",
        },
    ),
    Prediction(
        id="3.c",
        question="Five ways to answer, three doors: how many of the fifteen statuses are 2xx?",
        options={
            "A": "12: one answer shape fits every door, only the exception fails",
            "B": "9: exception and dict as body fail, at every door",
            "C": "6",
        },
        answer="C",
        reasons={
            "A": "Each door has rules of its own. A dict as body fails everywhere, and a REST API "
            "takes nothing but its own shape.",
            "B": "Right for these two. But a REST API also refuses what has no statusCode, and "
            "the key cookies, which it does not know.",
            "C": "Three ways work at the two doors of format 2.0, and none of the five at a REST "
            "API. The full shape would work at all three.",
        },
    ),
    Prediction(
        id="3.d",
        question="A page of another origin sends a plain GET to an API without CORS: what happens?",
        options={
            "A": "the API refuses with 403: another origin",
            "B": "the browser sends nothing",
            "C": "the function runs and answers 200, and the browser keeps the answer from the "
            "page",
        },
        answer="C",
        reasons={
            "A": "The API does not look at the origin to refuse anybody. It answers as always.",
            "B": "A plain GET is sent. Only for unusual requests the browser asks first, with "
            "OPTIONS.",
            "C": "CORS is about reading the answer in a page. The request was sent, served and "
            "billed.",
        },
    ),
    Prediction(
        id="3.e",
        question="Six requests get 400, 401, 403, 404, 429 and 500. How often did the function "
        "run?",
        options={
            "A": "never: a refused request reaches no function",
            "B": "twice: for 400 and 500",
            "C": "six times: a status is what a function returns",
        },
        answer="B",
        reasons={
            "A": "Two of them came from your code: the 400 it returned, and the 500 the API made "
            "of its exception.",
            "B": "400 is your code's own word, 500 what the API made of its exception. The other "
            "four the API said itself.",
            "C": "A door says 401, 403, 404 and 429 by itself, before anything runs.",
        },
    ),
    Prediction(
        id="3.f",
        question="A function URL and an HTTP API have lost their permission. What do they answer?",
        options={
            "A": "both 403: forbidden is forbidden",
            "B": "the function URL 403, the HTTP API 500",
            "C": "both 500",
        },
        answer="B",
        reasons={
            "A": "At the function URL the caller is refused: 403. At the HTTP API it is the API "
            "that may not invoke, and its caller gets a 500.",
            "B": "A function URL asks whether the caller may; an HTTP API itself has to be "
            "allowed, and its own trouble is a 500.",
            "C": "So it is at the HTTP API. A function URL tells its caller: 403.",
        },
    ),
    Prediction(
        id="3.g",
        question="The caller gets a 504 after 1 s, the handler takes 3 s. What is billed?",
        options={
            "A": "1 second: the API ends the function",
            "B": "nothing: it was an error",
            "C": "3 seconds: the function runs to its end",
        },
        answer="C",
        reasons={
            "A": "The API stops waiting. Nothing tells the function to stop.",
            "B": "For Lambda it was a success. Errors are billed as well.",
            "C": "The API stops waiting, the function goes on. Only its own timeout ends it.",
        },
    ),
    Prediction(
        id="3.h",
        question="Triggers are also called event source mappings.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "This lab had many triggers and no mapping: you listed them. A mapping is the "
            "one kind of trigger where Lambda polls: queues and streams.",
            "half": "A mapping is one kind of trigger: Lambda polls a queue or a stream. "
            "A door pushes; you listed the mappings of this lab, and there were none.",
            "false": "A mapping is the kind where Lambda polls a queue or a stream (labs 05 and "
            "06). A door pushes: you listed the mappings of this lab, and there were none.",
        },
    ),
    Prediction(
        id="3.i",
        question="API Gateway offers two kinds of API: REST and WebSocket.",
        options=TRUTHS,
        answer="half",
        reasons={
            "true": "It offers three. HTTP APIs are missing, the kind you opened most often here.",
            "half": "Both exist, and HTTP APIs are missing: the lean kind, with JWT and CORS built "
            "in.",
            "false": "Both exist. What is missing are HTTP APIs, the third kind.",
        },
    ),
    Prediction(
        id="3.j",
        question="An API on Lambda takes none or 10,000 requests a second alike.",
        options=TRUTHS,
        answer="half",
        reasons={
            "true": "At none you pay nothing per hour. At 10,000 you stand at API Gateway's limit "
            "for an account, and 1,000 concurrent executions are soon used up.",
            "half": "Nothing to pay for an idle API: right. 10,000 a second is API Gateway's limit "
            "for an account, and Lambda's 1,000 concurrent executions come first if a request "
            "takes more than 0.1 s.",
            "false": "The first half is right: an idle API costs nothing per hour. The limits are "
            "at the other end.",
        },
    ),
    Prediction(
        id="3.k",
        question="For a synchronous caller, return structured error responses.",
        options=TRUTHS,
        answer="true",
        reasons={
            "true": "The caller is waiting, and sees nothing but status and body. You did it in "
            "exercise 3.6.",
            "half": "For a synchronous caller it is the whole truth. An asynchronous event is "
            "another matter: there nobody reads the answer (lab 04).",
            "false": "It is true. An exception becomes a 500 or 502 without a word; only your own "
            "answer can tell the caller what to mend.",
        },
    ),
)
