"""Lab 00, Welcome: a greeting with a default, and a price whose file lacked a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from helpers.checks.capability import Capability
from helpers.checks.exercise import TRUTHS, Exercise, LabChecks, Prediction
from helpers.checks.outcome import NotYet
from helpers.checks.submission import Did, payload_of, shown

if TYPE_CHECKING:
    from helpers.checks.session import Session
    from helpers.views.invocation import Answer

NAMES = ("Ana", "Björk", "Li Wei")
NAMELESS: tuple[dict[str, Any], ...] = ({}, {"name": None}, {"name": ""})
SHEETS = (12, 2, 250, 0)
RATE_CENTS = 3


def check_0_1(session: Session, did: Did, greet: Callable[..., Any]) -> None:
    """Greet three names and three customers without one."""
    session.deploy(greet, "check-greet")
    did(f"sent {len(NAMES)} events with a name")
    answers = [_greeting(session, {"name": name}) for name in NAMES]
    if len(set(answers)) == 1:
        raise NotYet(
            f"The answer was {shown(answers[0])} for each of {', '.join(NAMES)}.",
            expected="each customer to read their own name.",
            advice="The name arrives in the event: look under its key.",
            hint=1,
        )
    for name, answer in zip(NAMES, answers, strict=True):
        _compare({"name": name}, answer, f"Hello, {name}!")
    for event in NAMELESS:
        did(f"sent {len(NAMES)} events with a name, and {shown(event)}")
        answer = _greeting(session, event)
        _compare(event, answer, "Hello, friend!")
    did("sent 6 events: 3 names, 1 name missing, 1 None, 1 empty")


def check_0_2(session: Session, did: Did, price: Callable[..., Any]) -> None:
    """Price four numbers of sheets with nothing but the submitted cell."""
    session.deploy(price, "check-price")
    for count, sheets in enumerate(SHEETS, start=1):
        event = {"sheets": sheets}
        answer = session.invoke("check-price", event)
        did(f"deployed the cell alone and sent {count} event{'s' if count > 1 else ''}")
        if answer.error_type == "NameError":
            raise NotYet(
                f"In Lambda the function failed with NameError: {answer.error_message}",
                expected="a cell that holds every name it uses: the cell is the whole file.",
                advice="Find the name in the message, and write its line into this cell too.",
                hint=2,
            )
        _compare_price(event, answer, sheets * RATE_CENTS)


def _greeting(session: Session, event: dict[str, Any]) -> str:
    answer = session.invoke("check-greet", event)
    _explain_failure(answer, event)
    payload = payload_of(answer, event, expected="a greeting for every customer.", hint=2)
    if payload is None:
        raise _nothing_returned(event, printed="Hello" in answer.log_tail)
    if not isinstance(payload, str):
        raise NotYet(
            f"For the event {shown(event)} the answer is a {type(payload).__name__}: "
            f"{shown(payload)}",
            expected='a text, such as "Hello, Ana!": the welcome page shows it as it comes.',
            advice="Return the text itself, with nothing around it.",
            hint=3,
        )
    if payload.startswith('"'):
        raise NotYet(
            f"The answer has quotation marks inside it: {payload}",
            expected="Hello, Ana! without them.",
            advice="Lambda turns your answer into JSON itself. Return the text without json.dumps.",
            hint=3,
        )
    return payload


def _explain_failure(answer: Answer, event: dict[str, Any]) -> None:
    message = answer.error_message or ""
    if answer.error_type == "KeyError" and "name" not in event:
        raise NotYet(
            f"For the event {shown(event)} the function failed with KeyError: {message}",
            expected='"Hello, friend!": a customer without a name is still a customer.',
            advice='event["name"] fails when the key is missing. Which method of a dict does not?',
            hint=2,
        )
    if answer.error_type == "AttributeError" and "'dict'" in message:
        raise NotYet(
            f"The function failed with AttributeError: {message}",
            expected="the name from the event, which is a dict.",
            advice='Read a dict by its key, with ["name"] or .get("name"), not with a dot.',
            hint=1,
        )


def _nothing_returned(event: dict[str, Any], *, printed: bool) -> NotYet:
    if printed:
        return NotYet(
            f"For the event {shown(event)} the greeting is in the log, and the answer is null "
            "(Python's None).",
            expected="the greeting as the answer: whoever called sees the answer, not the log.",
            advice="print writes to the log. Send the text back with return.",
            hint=3,
        )
    return NotYet(
        f"For the event {shown(event)} the answer is null (Python's None): "
        "the function returned nothing.",
        expected="a greeting for every customer.",
        advice="Check that every way through the function ends with return.",
        hint=3,
    )


def _compare(event: dict[str, Any], answer: str, expected: str) -> None:
    if answer == expected:
        return
    advice = "Compare the two letter by letter: capitals, comma, blank, exclamation mark."
    if "None" in answer and "name" in event:
        advice = (
            "null arrives as None, under a key that is there. "
            'The default in .get("name", "friend") is for missing keys only.'
        )
    elif "None" in answer:
        advice = '.get("name") gives None for a missing key. What does None or "friend" give?'
    elif not event.get("name") and answer == "Hello, !":
        advice = 'An empty text is no name either. What does "" or "friend" give?'
    raise NotYet(
        f"For the event {shown(event)} the answer is {shown(answer)}",
        expected=f"{shown(expected)}.",
        advice=advice,
        hint=3 if not event.get("name") else 1,
    )


def _compare_price(event: dict[str, Any], answer: Answer, cents: int) -> None:
    payload = payload_of(answer, event, expected=f"{cents} cents.", hint=3)
    if payload == cents and type(payload) is int:
        return
    advice = f"A sheet costs {RATE_CENTS} cents: multiply, and return the product."
    if payload is None:
        advice = "The function returned nothing. Does it print where it should return?"
    elif isinstance(payload, str):
        advice = "That is a text. The cash desk adds prices up, so return the number itself."
    elif payload == SHEETS[0] * RATE_CENTS:
        advice = "This is the price of 12 sheets. Read the number of sheets from the event."
    raise NotYet(
        f"For the event {shown(event)} the answer is {shown(payload)}",
        expected=f"{cents}, because {event['sheets']} sheets cost {RATE_CENTS} cents each.",
        advice=advice,
        hint=3,
    )


LAB = LabChecks(
    slug="00-welcome",
    can="deploy a function with boto3, invoke it, and tell why notebook code can fail on Lambda",
    shows=frozenset({Capability.RECORDS}),
    exercises=(
        Exercise(
            id="0.1",
            title="Greet by name, with a default",
            core=True,
            hints=(
                "The event is a dict. Look at its key `name` before you build the text.",
                'A dict has a method that gives None instead of an error: `event.get("name")`. '
                "You then have one case to treat: a name that is missing, None or empty.",
                'In Python `None or "friend"` is "friend", and so is `"" or "friend"`: '
                '`name = event.get("name") or "friend"`. Then return f"Hello, {name}!"',
            ),
            check=check_0_1,
        ),
        Exercise(
            id="0.2",
            title="Repair the price",
            core=True,
            hints=(
                "Read the error of price-demo again. It tells the name that is missing.",
                "Lambda gets the text of one cell. Which line of another cell does it need?",
                "Write `RATE = 3` into this cell, above `def price`, and in the function "
                '`return event["sheets"] * RATE`.',
            ),
            check=check_0_2,
        ),
    ),
    predictions=(
        Prediction(
            id="0.a",
            question="RATE = 3 stands in another cell. What does Lambda answer for 12 sheets?",
            options={
                "A": "36, as in the notebook",
                "B": "an error: Lambda does not know RATE",
                "C": "nothing yet: create_function refuses the file",
            },
            answer="B",
            reasons={
                "A": "The notebook remembers RATE from another cell; the file that you sent "
                "has no such line, and Lambda never sees the notebook.",
                "B": "The cell is the file, and the file has no line that makes RATE.",
                "C": "create_function stores the file without running it. Python looks for RATE "
                "when the line that uses it runs: at the first event.",
            },
        ),
        Prediction(
            id="0.b",
            question="A function returns its process number. Is it this notebook's number?",
            options={
                "A": "the same: the function runs inside the notebook",
                "B": "another: the function runs in a process of its own",
                "C": "no number at all: without servers there are no processes",
            },
            answer="B",
            reasons={
                "A": "Calling it in a cell does that. Invoked, it runs in an execution "
                "environment, outside the notebook.",
                "B": "Each execution environment is a process of its own, here as on AWS.",
                "C": "Serverless means that somebody else keeps the servers. They exist, and so "
                "do the processes on them.",
            },
        ),
        Prediction(
            id="0.c",
            question="A video export computes for 40 minutes. What does Timeout=2400 give?",
            options={
                "A": "it accepts: a timeout is your choice",
                "B": "it refuses: 900 seconds are the most",
                "C": "it accepts, and the function is stopped after 15 minutes",
            },
            answer="B",
            reasons={
                "A": "An ordinary function has 900 seconds at most. Only Managed Instances "
                "take more, up to 5,400.",
                "B": "One invocation of an ordinary function ends after 15 minutes at the latest.",
                "C": "What AWS can check when you set it, AWS refuses when you set it.",
            },
        ),
        Prediction(
            id="0.d",
            question="While nobody calls an ordinary function, its compute costs nothing.",
            options=TRUTHS,
            answer="true",
            reasons={
                "true": "You pay for requests, and for memory multiplied by time. "
                "The receipt below has no line for waiting.",
                "half": "It is half true for Managed Instances and provisioned concurrency, "
                "which you pay for while they wait. The sentence speaks of ordinary functions.",
                "false": "You pay for requests, and for memory multiplied by time. "
                "No requests, no bill for compute.",
            },
        ),
        Prediction(
            id="0.e",
            question="Work longer than 15 minutes, or on a GPU, is impossible on Lambda.",
            options=TRUTHS,
            answer="half",
            reasons={
                "true": "It was so for years. Since December 2025 durable functions go on for "
                "up to a year in steps, and Managed Instances offer 90 minutes and GPUs.",
                "half": "True for one invocation of an ordinary function, as Timeout=2400 showed. "
                "Durable functions and Managed Instances go further.",
                "false": "For an ordinary function it is true: Timeout=2400 was refused.",
            },
        ),
        Prediction(
            id="0.f",
            question="Go has a managed runtime on Lambda, as Python has.",
            options=TRUTHS,
            answer="false",
            reasons={
                "true": "It had one, go1.x, until 8 January 2024.",
                "half": "Go programs do run on Lambda, but AWS keeps no runtime for Go any more.",
                "false": "You saw go1.x refused. Go programs bring all they need, and run on the "
                "bare system, the runtime provided.al2023.",
            },
        ),
    ),
)
