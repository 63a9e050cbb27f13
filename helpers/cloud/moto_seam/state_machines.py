"""Step Functions' tasks, made with the credentials of the state machine's role.

moto's interpreter calls the account with made-up keys, which nobody here knows; as on AWS, what
the role does not allow fails the task with the service's own refusal. An execution without a name
gets one of its own, where moto calls them all None.
Source: docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html.
"""

from __future__ import annotations

import sys
import uuid
from typing import Any

from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from helpers.cloud.moto_seam.account_calls import AccountCalls
from helpers.cloud.moto_seam.identities import RoleCredentials

SESSION = "StepFunctions"
_BOUND = "coldstart_bound"


def install(calls: AccountCalls, issuer: RoleCredentials) -> None:
    """Bind the maker of clients, also in modules that imported it by name."""

    def client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        credentials = issuer.issue_to_service(state_credentials.role_arn, SESSION)
        return calls.client_of(credentials, service, region)

    boto_client.boto_client_for = client_for
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.stepfunctions.") and hasattr(module, "boto_client_for"):
            vars(module)["boto_client_for"] = client_for
    if not hasattr(StepFunctionsParserBackend, _BOUND):
        setattr(StepFunctionsParserBackend, _BOUND, True)
        StepFunctionsParserBackend.start_execution = _named(
            StepFunctionsParserBackend.start_execution
        )


def _named(start_execution: Any) -> Any:
    def start(backend: Any, arn: str, name: str | None = None, *given: Any, **more: Any) -> Any:
        return start_execution(backend, arn, name or str(uuid.uuid4()), *given, **more)

    return start
