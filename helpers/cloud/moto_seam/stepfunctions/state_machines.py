"""Step Functions' tasks, made with the credentials of the state machine's role.

moto's interpreter calls the account with made-up keys, which nobody here knows; as on AWS, what
the role does not allow fails the task with the service's own refusal. An execution without a name
gets one of its own, where moto calls them all None.
Source: docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_sfn,
)
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from helpers.cloud.moto_seam.account_calls import AccountCalls
from helpers.cloud.moto_seam.iam.identities import RoleCredentials
from helpers.cloud.moto_seam.stepfunctions import state_tasks
from helpers.cloud.moto_seam.wrapping import first_time

SESSION = "StepFunctions"
SYNC_LIMIT_S = 300.0
"""The longest synchronous express workflow: five minutes."""
POLL_S = 0.005


class NotSynchronousError(ServiceException):  # type: ignore[misc]
    """StartSyncExecution of a STANDARD state machine."""

    code = "StateMachineTypeNotSupported"


def install(calls: AccountCalls, issuer: RoleCredentials) -> None:
    """Bind the maker of clients, also in modules that imported it by name."""

    def client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        credentials = issuer.issue_to_service(state_credentials.role_arn, SESSION)
        return calls.client_of(credentials, service, region)

    boto_client.boto_client_for = client_for
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.stepfunctions.") and hasattr(module, "boto_client_for"):
            vars(module)["boto_client_for"] = client_for
    if first_time(StepFunctionsParserBackend):
        state_tasks.install()
        StepFunctionsParserBackend.start_execution = _named(
            StepFunctionsParserBackend.start_execution
        )
        StepFunctionResponse.start_sync_execution = _start_sync_execution
        service = state_task_service_sfn.StateTaskServiceSfn
        service._normalise_parameters = _lower_cased(service._normalise_parameters)
        service._normalise_response = _upper_cased


def _named(start_execution: Any) -> Any:
    def start(backend: Any, arn: str, name: str | None = None, *given: Any, **more: Any) -> Any:
        return start_execution(backend, arn, name or str(uuid.uuid4()), *given, **more)

    return start


def _lower_cased(normalise: Any) -> Any:
    """Write the parameters of a nested execution as Step Functions' API does."""

    def lower(task: Any, parameters: dict[str, Any], *given: Any, **named: Any) -> None:
        normalise(task, parameters, *given, **named)
        for name in list(parameters):
            parameters[f"{name[:1].lower()}{name[1:]}"] = parameters.pop(name)

    return lower


def _upper_cased(_task: Any, response: dict[str, Any], *_given: Any, **_named: Any) -> None:
    """Write the answer of a nested execution as states see it."""
    for name in list(response):
        response[f"{name[:1].upper()}{name[1:]}"] = response.pop(name)


def _start_sync_execution(response: Any) -> ActionResult:
    """StartSyncExecution, which moto's API leaves out: an EXPRESS workflow, to its end.

    Source: docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html.
    """
    backend, arn = response.stepfunction_backend, response._get_param("stateMachineArn")
    machine = backend.describe_state_machine(arn)
    if machine.type != "EXPRESS":
        raise NotSynchronousError("This operation is not supported by this type of state machine")
    text = response._get_param("input", if_none="{}")
    execution = backend.start_execution(arn, response._get_param("name"), text)
    deadline = time.monotonic() + SYNC_LIMIT_S
    while execution.status == ExecutionStatus.RUNNING and time.monotonic() < deadline:
        time.sleep(POLL_S)
    status = execution.status
    if status == ExecutionStatus.RUNNING:
        execution.stop(datetime.now(UTC), "States.Timeout", None)
        status = "TIMED_OUT"
    output = execution.output
    text_of = output if isinstance(output, str) or output is None else json.dumps(output)
    return ActionResult(
        {
            "executionArn": execution.execution_arn,
            "stateMachineArn": arn,
            "name": execution.name,
            "startDate": execution.start_date,
            "stopDate": execution.stop_date or datetime.now(UTC),
            "status": str(getattr(status, "value", status)),
            "error": execution.error,
            "cause": execution.cause,
            "input": text,
            "output": text_of,
        }
    )
