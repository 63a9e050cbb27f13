"""What the Runtime API and the Extensions API answer, right and wrong: as AWS's emulator does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

ASK = """\
import http.client, json, os

RUNTIME, EXTENSION = "/2018-06-01/runtime/", "/2020-01-01/extension/"

def ask(method, path, body=None, **headers):
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"], timeout=10)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    api.request(method, path, body, headers)
    answer = api.getresponse()
    return [answer.status, answer.read().decode().strip()]

"""
MISSING = "404 page not found"
REGISTER = "'POST', EXTENSION + 'register', b'{{\"events\": [\"{}\"]}}', Lambda_Extension_Name='{}'"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def fault(kind: str, message: str) -> str:
    """Return the body of a refusal."""
    return json.dumps({"errorMessage": message, "errorType": kind}, separators=(",", ":"))


def transition(before: str, after: str) -> str:
    """Return the body of a refusal that names states."""
    return fault(
        "InvalidStateTransition",
        f"State transition from {before} to {after} failed for runtime. "
        "Error: State transition is not allowed",
    )


@dataclass(frozen=True)
class Case:
    """A call from inside an environment, as Python, and the answer: status and body."""

    id: str
    call: str
    status: int
    body: str


INVALID_ID = fault("InvalidRequestID", "Invalid request ID")
NAMED = "Lambda_Extension_Identifier"
IN_FLIGHT = [
    Case("response of another", "'POST', RUNTIME + 'invocation/x/response', b'1'", 400, INVALID_ID),
    Case("error of another", "'POST', RUNTIME + 'invocation/x/error', b'{}'", 400, INVALID_ID),
    Case("no such path", "'GET', RUNTIME + 'nope'", 404, MISSING),
    Case("another version", "'GET', '/2019-01-01/runtime/invocation/next'", 404, MISSING),
    Case("ping", "'GET', '/2018-06-01/ping'", 200, "pong"),
    Case("posted question", "'POST', RUNTIME + 'invocation/next', b''", 405, ""),
    Case("got response", "'GET', RUNTIME + f'invocation/{me}/response'", 405, ""),
    Case("the event again", "'GET', RUNTIME + 'invocation/next'", 200, '{"mine": 1}'),
    Case("restore without SnapStart", "'GET', RUNTIME + 'restore/next'", 404, MISSING),
    Case(
        "init error too late",
        "'POST', RUNTIME + 'init/error', b'{}'",
        403,
        transition("Running", "InitError"),
    ),
    Case(
        "registration too late",
        "'POST', EXTENSION + 'register', b'{\"events\": []}', Lambda_Extension_Name='late'",
        403,
        fault("Extension.RegistrationClosed", "Extension registration closed already"),
    ),
    Case(
        "nobody's question",
        "'GET', EXTENSION + 'event/next'",
        403,
        fault("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"),
    ),
    Case(
        "no identifier",
        f"'GET', EXTENSION + 'event/next', {NAMED}='x'",
        403,
        fault("Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier"),
    ),
    Case(
        "a stranger's question",
        f"'GET', EXTENSION + 'event/next', {NAMED}='{UNKNOWN}'",
        403,
        fault("Extension.UnknownExtensionIdentifier", f"Unknown extension {UNKNOWN}"),
    ),
    Case(
        "telemetry",
        "'PUT', '/2022-07-01/telemetry', b'{}'",
        202,
        fault("Telemetry.NotSupported", "Telemetry API is not supported"),
    ),
]
"""Asked by a handler."""
REGISTRATIONS = [
    Case(
        "without a name",
        "'POST', EXTENSION + 'register', b'{\"events\": []}'",
        403,
        fault("Extension.InvalidExtensionName", "Empty extension name"),
    ),
    Case(
        "without a body",
        "'POST', EXTENSION + 'register', b'', Lambda_Extension_Name='a'",
        403,
        fault("InvalidRequestFormat", "unexpected end of JSON input"),
    ),
    Case(
        "for no event",
        REGISTER.format("FOO", "b"),
        403,
        fault("Extension.InvalidEventType", "FOO: ErrorInvalidEventType"),
    ),
    Case(
        "inside, for the shutdown",
        REGISTER.format("SHUTDOWN", "c"),
        403,
        fault(
            "Extension.InvalidEventType",
            "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension",
        ),
    ),
    Case(
        "twice",
        "'POST', EXTENSION + 'register', b'{}', Lambda_Extension_Name='known'",
        403,
        fault("Extension.InvalidExtensionState", "Extension with this name already registered"),
    ),
    Case("with another method", "'GET', EXTENSION + 'register'", 405, ""),
    Case(
        "an error without a type",
        "'POST', EXTENSION + 'init/error', b'{}', Lambda_Extension_Identifier=known",
        403,
        fault("Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found"),
    ),
]
"""Asked while init runs; the process ends then, for the extension would have to ask for events."""


def in_flight() -> str:
    """Return a handler that makes the calls while its event is being handled."""
    calls = "".join(f"        ask({case.call}),\n" for case in IN_FLIGHT)
    me = "    me = context.aws_request_id\n"
    return f"{ASK}def handler(event, context):\n{me}    return [\n{calls}    ]\n"


def registering() -> str:
    """Return a module that makes the calls while it is imported."""
    calls = "".join(f"    ask({case.call}),\n" for case in REGISTRATIONS)
    known = (
        "api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'], timeout=10)\n"
        "api.request('POST', EXTENSION + 'register', b'{}', {'Lambda-Extension-Name': 'known'})\n"
        "known = api.getresponse().getheader('Lambda-Extension-Identifier')\n"
    )
    return f"{ASK}{known}print('ASKED', json.dumps([\n{calls}]), flush=True)\nos._exit(1)\n"


def told(answers: list[Any], cases: list[Case]) -> dict[str, list[Any]]:
    """Return the answers by what was asked."""
    return {case.id: answer for case, answer in zip(cases, answers, strict=True)}


def asked_in(log: str) -> list[Any]:
    """Return the answers that a module printed."""
    line = next(line for line in log.splitlines() if line.startswith("ASKED "))
    answers: list[Any] = json.loads(line.removeprefix("ASKED "))
    return answers


def wanted(cases: list[Case]) -> dict[str, list[Any]]:
    """Return the expected answers by what is asked."""
    return {case.id: [case.status, case.body] for case in cases}


def test_calls_while_an_event_is_handled(account: Any) -> None:
    """What does not fit the state of the runtime is refused, and the event goes on undisturbed."""
    answer = account.run(in_flight(), {"mine": 1})
    assert wanted(IN_FLIGHT) == told(answer.value, IN_FLIGHT)


def test_the_emulator_answers_calls_alike(emulator: Any) -> None:
    """The expected answers are those of AWS's emulator."""
    answer = emulator.run(in_flight(), b'{"mine": 1}')
    assert wanted(IN_FLIGHT) == told(answer.value, IN_FLIGHT)


def test_registrations(cloud: Any) -> None:
    """A registration that cannot be is refused, with the reason."""
    name = cloud.deploy(registering())
    cloud.invoke(name)
    log = "".join(event for events in cloud.streams(name).values() for event in events)
    assert wanted(REGISTRATIONS) == told(asked_in(log), REGISTRATIONS)


def test_the_emulator_refuses_registrations_alike(emulator: Any) -> None:
    """The expected refusals are those of AWS's emulator."""
    assert wanted(REGISTRATIONS) == told(asked_in(emulator.run(registering()).log), REGISTRATIONS)


@pytest.mark.parametrize("outcome", ["response", "error"])
def test_an_event_is_answered_once(outcome: str, cloud: Any, emulator: Any) -> None:
    """The first answer counts; the second is refused, and says so in the log."""
    step = {"response": "InvocationResponse", "error": "InvocationErrorResponse"}[outcome]
    source = ASK + (
        "def handler(event, context):\n"
        "    mine = RUNTIME + f'invocation/{context.aws_request_id}/'\n"
        "    ask('POST', mine + 'response', b'\"first\"')\n"
        f"    print('ASKED', json.dumps(ask('POST', mine + '{outcome}', b'{{}}')), flush=True)\n"
        "    os._exit(0)\n"
    )
    refused = [403, transition("RuntimeResponseSentState", step)]
    for account in (cloud, emulator):
        answer = account.run(source)
        assert (b'"first"', refused) == (answer.payload, asked_in(answer.log))
