"""The function console, its buttons pressed without a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.cloud.events.samples import SAMPLES, sample_named
from helpers.consoles import FunctionConsole
from helpers.consoles.invoking import TYPES
from helpers.consoles.saved_events import SavedEvents
from tests.consoles.fakes import FakeLab, FakeLambda, Lost

ASK, HAND_OVER, DRY = TYPES


@pytest.fixture
def aws() -> FakeLambda:
    """Lambda with two functions."""
    return FakeLambda(["thumbnail", "place-order"])


@pytest.fixture
def console(aws: FakeLambda, tmp_path: Path) -> FunctionConsole:
    """A console of a lab, with a work folder of its own."""
    return FunctionConsole(FakeLab(aws), saved=SavedEvents(tmp_path / "events"))


def invoked(console: FunctionConsole) -> str:
    """Press Invoke, wait for the end, and return what is shown."""
    task = console.invoke()
    assert task is not None
    assert task.wait(30)
    return str(console.result.value)


def titles(console: FunctionConsole) -> list[str]:
    """Return what the menu of events offers."""
    return [title for title, _ in console.source.options]


def test_functions_and_templates_are_offered(console: FunctionConsole):
    """Functions in alphabetical order, and a template of every source."""
    assert ("place-order", "thumbnail") == console.function.options
    assert "place-order" == console.function.value
    assert {f"Template · {sample.title}" for sample in SAMPLES} <= {*titles(console)}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_each_template_is_an_event_that_can_be_sent(
    console: FunctionConsole, aws: FakeLambda, sample: Any
):
    """What Lambda gets is the sample, as JSON."""
    console.source.value = f"template:{sample.name}"
    invoked(console)

    assert sample.build() == json.loads(aws.calls[-1]["Payload"])


def test_the_three_types_send_what_they_should(console: FunctionConsole, aws: FakeLambda):
    """Only whoever waits asks for the log; a version or alias goes along."""
    console.qualifier.value = "live"
    shown = []
    for words in (ASK, DRY, HAND_OVER):
        console.type.value = words
        if words == HAND_OVER:
            console._lab.kept.append(  # the function ran at once
                {
                    "sequence": 0,
                    "kind": "invocation.finished",
                    "request_id": "r",
                    "time": 1.0,
                    "status": "success",
                    "error_type": None,
                    "duration_ms": 2.0,
                }
            )
            console._lab.records = lambda **_: console._lab.kept
        shown.append(invoked(console))

    assert ["RequestResponse", "DryRun", "Event"] == [c["InvocationType"] for c in aws.calls]
    assert [True, False, False] == ["LogType" in call for call in aws.calls]
    assert {"place-order"} == {call["FunctionName"] for call in aws.calls}
    assert {"live"} == {call["Qualifier"] for call in aws.calls}
    assert "a line" in shown[0]
    assert "it did not run" in shown[1]
    assert "succeeded in 2 ms" in shown[2]


def test_what_is_no_json_is_not_sent(console: FunctionConsole, aws: FakeLambda):
    """The place of the mistake is told at once and again when Invoke is pressed."""
    console.event.value = '{"a": 1,}'

    assert "Line 1, column 8" in console.verdict.value
    assert console.invoke() is None
    assert "Not sent. Line 1, column 8" in console.message.value
    assert [] == aws.calls


def test_an_error_of_aws_is_a_sentence_and_stays_in_the_history(
    console: FunctionConsole, aws: FakeLambda
):
    """Code and message, no traceback; what was sent can be sent again."""
    error = {"Error": {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}}
    aws.answers.append(ClientError(error, "Invoke"))
    console.event.value = '{"n": 1}'
    shown = invoked(console)
    sent = titles(console)[1]
    console.event.value = "{}"
    console.source.value = "sent:1"

    assert "TooManyRequestsException" in shown
    assert "Rate Exceeded." in shown
    assert "Traceback" not in shown
    assert sent.startswith("Sent · #1 place-order, RequestResponse → AWS answered TooMany")
    assert '{"n": 1}' == console.event.value


def test_cancel_stops_waiting(console: FunctionConsole, aws: FakeLambda):
    """The console is free at once, although the call is still under way; the history says so."""
    aws.may_answer.clear()
    task = console.invoke()
    assert task is not None
    assert console.invoke() is None
    assert "still running" in console.message.value
    task.cancel()

    assert task.wait(30)
    assert "cancelled; the function goes on" in titles(console)[1]
    aws.may_answer.set()
    assert "StatusCode 200" in invoked(console)


def test_a_text_that_was_typed_is_never_lost_by_choosing_another(console: FunctionConsole):
    """It is offered as the text you had before; a template that was not touched is not."""
    console.source.value = "template:s3"
    assert "The text you had before" not in titles(console)
    console.event.value = '{"typed": true}'
    console.source.value = "template:sqs"
    assert sample_named("sqs").build() == json.loads(console.event.value)
    console.source.value = "yours"

    assert '{"typed": true}' == console.event.value


def test_saved_events_are_offered_and_loaded(console: FunctionConsole, tmp_path: Path):
    """Also by the next console; a name that is none is told, and texts that are no JSON kept."""
    console.name.value = "a/b"
    console.save()
    assert "cannot be the name" in console.message.value
    console.event.value = '{"half": '
    console.name.value = "half"
    console.save()
    again = FunctionConsole(FakeLab(FakeLambda(["f"])), saved=SavedEvents(tmp_path / "events"))
    again.source.value = "saved:half"

    assert "Saved as events/half.json." in console.message.value
    assert ("saved:half", "half") == (console.source.value, console.name.value)
    assert '{"half": ' == again.event.value
    (tmp_path / "events/half.json").unlink()
    again.source.value = "new"
    again.source.value = "saved:half"
    assert "cannot be read" in again.message.value


def test_tidy_indents_only_what_is_json(console: FunctionConsole):
    """A text with a mistake stays as it is."""
    console.event.value = '{"b":1,"a":[]}'
    console.tidy()
    assert '{\n  "b": 1,\n  "a": []\n}' == console.event.value
    console.event.value = '{"b":'
    console.tidy()

    assert '{"b":' == console.event.value


def test_a_lost_account_is_told_with_the_next_step(tmp_path: Path):
    """At the first look, at Refresh and at Invoke."""
    console = FunctionConsole(FakeLab(Lost()), saved=SavedEvents(tmp_path))
    assert "run the setup cell" in console.message.value
    console.message.value = ""
    assert console.invoke() is None
    assert "run the setup cell" in console.message.value
    console.message.value = ""
    console.refresh()
    assert "run the setup cell" in console.message.value


def test_without_a_function_the_console_says_what_to_do(tmp_path: Path):
    """A function that is deployed later is there after Refresh."""
    aws = FakeLambda([])
    console = FunctionConsole(FakeLab(aws), saved=SavedEvents(tmp_path))
    assert "Deploy one, then press Refresh" in console.message.value
    aws.functions.append("late")
    console.refresh()

    assert ("late", "") == (console.function.value, console.message.value)


def test_a_function_that_came_since_is_invoked_without_refresh(tmp_path: Path):
    """Invoke looks again when the console knows of none."""
    aws = FakeLambda([])
    console = FunctionConsole(FakeLab(aws), saved=SavedEvents(tmp_path))
    aws.functions.append("late")
    task = console.invoke()

    assert task is not None
    assert task.wait(30)
    assert ["late"] == [call["FunctionName"] for call in aws.calls]


def test_the_twin_names_what_the_console_offers(console: FunctionConsole):
    """It is the same on every run, so that a notebook can store it."""
    assert (
        "Function console\n"
        "  Functions  place-order, thumbnail\n"
        "  Events     a template of every source, your own JSON, or a saved one\n"
        "  How        wait for the answer, hand it over, or only ask whether you may\n"
        "Run this cell to use it."
    ) == repr(console)
