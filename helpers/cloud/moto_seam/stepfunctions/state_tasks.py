"""Tasks that call functions, and what state machines answer, where moto's differ from AWS's.

`lambda:invoke` gives the whole answer of the call and knows InvocationType; what Lambda refuses
has Lambda's own error name, also for a task that names the function itself. A state machine's name
is taken once, a broken definition is InvalidDefinition, and a Choice without a match says so.

Source: docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html and
concepts-error-handling.html; apireference/API_CreateStateMachine.html.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from moto.core.exceptions import AWSError
from moto.stepfunctions.parser.api import (
    ExecutionFailedEventDetails,
    HistoryEventType,
    InvalidExecutionInput,
    LambdaFunctionFailedEventDetails,
)
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
    CustomErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_lambda,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_lambda import (
    StateTaskLambda,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from helpers.cloud.json_text import read_json

NO_MATCH = "Failed to transition out of the state. The state does not point to a next state."
NO_TARGET = "MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {place}"
AS_SENT = {
    "connection": "Connection",
    "content-length": "Content-Length",
    "content-type": "Content-Type",
    "date": "Date",
    "x-amz-executed-version": "X-Amz-Executed-Version",
    "x-amzn-requestid": "x-amzn-RequestId",
    "x-amzn-trace-id": "X-Amzn-Trace-Id",
}
"""The headers of Lambda's answer that a state sees, as Lambda writes them."""


class InvalidDefinitionError(AWSError):  # type: ignore[misc]
    """The definition is no state machine."""

    TYPE, STATUS = "InvalidDefinition", 400


class AlreadyExistsError(AWSError):  # type: ignore[misc]
    """Another state machine has this name."""

    TYPE, STATUS = "StateMachineAlreadyExists", 400


class InvalidInputError(AWSError):  # type: ignore[misc]
    """The input of an execution is no JSON."""

    TYPE, STATUS = "InvalidExecutionInput", 400


def install() -> None:
    """Bind the corrections, once in the life of the process."""
    task = state_task_service_lambda
    task._SUPPORTED_API_PARAM_BINDINGS["invoke"].add("InvocationType")
    lambda_eval_utils.execute_lambda_function_integration = _calling(
        lambda_eval_utils.execute_lambda_function_integration
    )
    StateTaskLambda._from_error = _told(StateTaskLambda._from_error)
    StateChoice._eval_state = _matched(StateChoice._eval_state)
    Preprocessor.__init__ = _with_languages_of_its_own
    backend = StepFunctionsParserBackend
    backend._validate_definition = staticmethod(_validated(backend._validate_definition))
    backend.create_state_machine = _named_once(backend.create_state_machine)
    backend.start_execution = _with_json(backend.start_execution)


def _with_languages_of_its_own(preprocessor: Any) -> None:
    """Keep what is read apart from what another thread reads, and from what broke before."""
    preprocessor._query_language_per_scope = []


def _calling(mocked: Callable[..., None]) -> Callable[..., None]:
    def call(env: Any, parameters: dict[str, Any], region: str, state_credentials: Any) -> None:
        if env.is_mocked_mode():
            mocked(env, parameters, region, state_credentials)
            return
        client = lambda_eval_utils.boto_client_for(
            service="lambda", region=region, state_credentials=state_credentials
        )
        answer = client.invoke(**parameters)
        payload = lambda_eval_utils._from_payload(answer["Payload"])
        if error := answer.get("FunctionError"):
            text = json.dumps(payload, separators=(",", ":"))
            raise lambda_eval_utils.LambdaFunctionErrorException(error, text)
        env.stack.append({**_members(answer), "Payload": payload, **_metadata(answer)})

    return call


def _members(answer: dict[str, Any]) -> dict[str, Any]:
    shown = ("ExecutedVersion", "LogResult")
    return {name: answer[name] for name in shown if name in answer}


def _metadata(answer: dict[str, Any]) -> dict[str, Any]:
    told = answer["ResponseMetadata"]
    given = told["HTTPHeaders"].items()
    headers = {AS_SENT[name]: value for name, value in given if name in AS_SENT}
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": told["HTTPStatusCode"],
        },
        "SdkResponseMetadata": {"RequestId": told["RequestId"]},
        "StatusCode": answer["StatusCode"],
    }


def _told(from_error: Any) -> Any:
    """Name what Lambda refused as the integration `lambda:invoke` does."""

    def failure(task: Any, env: Any, ex: Exception) -> Any:
        if not isinstance(ex, ClientError):
            return from_error(task, env, ex)
        service = state_task_service_lambda.StateTaskServiceLambda
        error, cause = service._error_cause_from_client_error(ex)
        return FailureEvent(
            env=env,
            error_name=CustomErrorName(error),
            event_type=HistoryEventType.LambdaFunctionFailed,
            event_details=EventDetails(
                lambdaFunctionFailedEventDetails=LambdaFunctionFailedEventDetails(
                    error=error, cause=cause
                )
            ),
        )

    return failure


def _matched(eval_state: Any) -> Any:
    """Fail a Choice that nothing matches as AWS does: States.Runtime, with its own cause."""

    def choose(state: Any, env: Any) -> None:
        try:
            eval_state(state, env)
        except RuntimeError as error:
            if not str(error.args[0]).startswith("No branching option"):
                raise
            details = ExecutionFailedEventDetails(
                error=StatesErrorNameType.StatesRuntime.to_name(), cause=NO_MATCH
            )
            raise FailureEventException(
                failure_event=FailureEvent(
                    env=env,
                    error_name=StatesErrorName(typ=StatesErrorNameType.StatesRuntime),
                    event_type=HistoryEventType.ExecutionFailed,
                    event_details=EventDetails(executionFailedEventDetails=details),
                )
            ) from error

    return choose


def _validated(validate: Callable[..., None]) -> Callable[..., None]:
    def check(definition: str) -> None:
        try:
            document = read_json(definition)
        except ValueError as error:
            raise _invalid(f"INVALID_JSON_DESCRIPTION: {error}") from error
        if not isinstance(document, dict):
            raise _invalid("INVALID_JSON_DESCRIPTION: A state machine is a JSON object")
        for field in ("StartAt", "States"):
            if field not in document:
                raise _invalid(
                    f"SCHEMA_VALIDATION_FAILED: These fields are required: [{field}] at /"
                )
        try:
            validate(definition)
        except AWSError as error:
            raise _invalid(f"SCHEMA_VALIDATION_FAILED: {error.message}") from error
        for target, place in _targets(document, ""):
            raise _invalid(NO_TARGET.format(target=target, place=place))

    return check


def _targets(machine: Any, place: str) -> list[tuple[str, str]]:
    """Return where a machine, or a branch inside it, leads to a state that it does not have."""
    states = machine.get("States") or {}
    missing = [] if machine.get("StartAt") in states else [(machine["StartAt"], f"{place}/StartAt")]
    for name, state in states.items():
        here = f"{place}/States/{name}"
        steps = [(state.get("Next"), f"{here}/Next"), (state.get("Default"), f"{here}/Default")]
        for field in ("Choices", "Catch"):
            for index, each in enumerate(state.get(field) or ()):
                steps.append((each.get("Next"), f"{here}/{field}[{index}]/Next"))
        missing += [step for step in steps if step[0] is not None and step[0] not in states]
        inner = [state.get("ItemProcessor") or state.get("Iterator")]
        for branch in [*inner, *(state.get("Branches") or ())]:
            if branch:
                missing += _targets(branch, here)
    return missing


def _invalid(why: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(f"Invalid State Machine Definition: '{why}'")


def _named_once(create: Any) -> Any:
    """Let a name stand for one machine; the same request again is the same machine."""

    def made(backend: Any, name: str, definition: str, *given: Any, **more: Any) -> Any:
        known = [machine for machine in backend.state_machines if machine.name == name]
        machine = create(backend, name, definition, *given, **more)
        kind = more.get("sm_type") or "STANDARD"
        if known and (machine.definition != definition or (machine.sm_type or "STANDARD") != kind):
            raise AlreadyExistsError(f"State Machine Already Exists: '{machine.arn}'")
        return machine

    return made


def _with_json(start: Any) -> Any:
    def started(backend: Any, *given: Any, **more: Any) -> Any:
        try:
            return start(backend, *given, **more)
        except InvalidExecutionInput as error:
            why = f"Invalid State Machine Execution Input: '{error.message}'"
            raise InvalidInputError(why) from error

    return started
