"""The front door: who calls, may they, and who answers.

Invoke is recognised from the request line and never sees a WSGI environ; the kit's own endpoints
and the public prefixes come next; everything else is moto's. No lock is held while a handler or
a socket is waited for.
"""

from __future__ import annotations

import sys
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from helpers.cloud.control.invocations import InvocationsApi
from helpers.cloud.doorkeeper import Caller, CallerKind, Doorkeeper
from helpers.cloud.errors import AwsError
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.kit_api import PREFIX, KitApi

REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Gateway:
    """Answers every request of the cloud's one port.

    `authorize` returns None when a restricted caller may go on, else the refusal; `services` is
    moto; `changed` is told of each call that may have changed IAM.
    """

    doorkeeper: Doorkeeper
    invocations: InvocationsApi
    kit: KitApi
    authorize: Callable[[Caller, HttpRequest], HttpAnswer | None]
    services: Callable[[HttpRequest], HttpAnswer]
    changed: Callable[[], None]

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request; a fault of the kit is a 500 with its own words, never a hang."""
        try:
            return self._answer(request)
        except AwsError as error:
            rendered = error.rest_json()
            return HttpAnswer(rendered.http_status, [*rendered.headers.items()], rendered.body)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            message = f"The local account failed at this request: {type(error).__name__}: {error}"
            return json_answer(500, {"__type": "InternalFailure", "message": message})

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        caller = self.doorkeeper.admit(request)
        if isinstance(caller, HttpAnswer):
            return caller
        if request.path.startswith(PREFIX):
            return self.kit.answer(request)
        if caller.kind is CallerKind.KEY:
            refusal = self.authorize(caller, request)
            if refusal is not None:
                return refusal
        if self.invocations.takes(request):
            return self.invocations.answer(request, caller.region or REGION)
        answer = self.services(request)
        if request.method != "GET" and caller.service in ("iam", "cloudformation"):
            self.changed()
        return _with_request_id(answer)


def _with_request_id(answer: HttpAnswer) -> HttpAnswer:
    if any(name.lower() in ("x-amzn-requestid", "x-amz-request-id") for name, _ in answer.headers):
        return answer
    return HttpAnswer(
        answer.status, [*answer.headers, ("x-amzn-RequestId", str(uuid.uuid4()))], answer.body
    )
