"""The front door: who calls, may they, and who answers.

Invoke is recognised from the request line and never sees a WSGI environ; the kit's own endpoints
and the public prefixes come next; everything else is moto's. No lock is held while a handler or
a socket is waited for.
"""

from __future__ import annotations

import re
import sys
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from helpers.cloud.doorkeeper import Caller, CallerKind, Doorkeeper
from helpers.cloud.errors import AwsError
from helpers.cloud.http_fronts.address import PublicAddress, public_address
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.kit_api import PREFIX, KitApi
from helpers.cloud.refusals import answer_of
from helpers.cloud.turns import Turns

OF_AN_ACCOUNT = re.compile(r"(?::|%3A)\d{12}(?::|%3A)function(?::|%3A)", re.IGNORECASE)
REGION = "us-east-1"
MOST_SAID = 4096
"""Of a fault of the kit; an exception may quote all that it was given."""


class ServiceApi(Protocol):
    """A part of a service's API that the kit answers itself."""

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request belongs to this part."""

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer it."""


class Front(Protocol):
    """A way to reach functions over HTTP without Lambda's API, which checks callers itself."""

    def takes(self, address: PublicAddress) -> bool:
        """Tell whether the address is one of its own."""

    def answer(self, request: HttpRequest, address: PublicAddress) -> HttpAnswer:
        """Answer a request, from whomever it may come."""


class Access(Protocol):
    """Who decides whether a caller may go on, and which policies are well made: IAM."""

    def refusal(
        self, request: HttpRequest, *, access_key_id: str | None, service: str, region: str
    ) -> HttpAnswer | None:
        """Return None when the call may go on, else the denial."""

    def administrator_refusal(
        self, request: HttpRequest, service: str, region: str
    ) -> HttpAnswer | None:
        """Return the denial where a resource's policy binds even the administrator."""

    def malformed(self, request: HttpRequest, service: str, region: str) -> HttpAnswer | None:
        """Return the error when the call would store a policy that cannot be read."""

    def breach(self, request: HttpRequest, service: str, region: str) -> AwsError | None:
        """Return what a call breaks of its model; asked when the service stumbled over it."""


class Faults(Protocol):
    """Who makes calls fail that are to fail."""

    def answer(self, request: HttpRequest, service: str, region: str) -> HttpAnswer | None:
        """Return the failure that a request is to get, or None when it may go on."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Answers every request of the cloud's one port.

    `fronts` answer the public; `apis` are the parts of each service, by its name in a signature,
    that the kit answers itself; `access` says whether a restricted caller may go on; `services` is
    moto; who writes in one of the `apis` waits for its turn, as in moto; `changed` is told the
    service of each call that was more than a look.
    """

    doorkeeper: Doorkeeper
    invocations: ServiceApi
    fronts: Sequence[Front]
    apis: Mapping[str, Sequence[ServiceApi]]
    kit: KitApi
    access: Access
    faults: Faults
    services: Callable[[HttpRequest], HttpAnswer]
    turns: Turns
    changed: Callable[[str], None]
    settle: Callable[[], None]
    is_closing: Callable[[], bool] = lambda: False

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one request; a fault of the kit is a 500 with its own words, never a hang."""
        try:
            return self._answer(request)
        except AwsError as error:
            rendered = error.rest_json()
            headers = [*rendered.headers.items()]
            return _with_request_id(HttpAnswer(rendered.http_status, headers, rendered.body))
        except RecursionError:
            document = {"__type": "SerializationException", "message": "nested too deeply"}
            return _with_request_id(json_answer(400, document))
        except Exception as error:
            if not self.is_closing():  # then files and processes go, whoever still uses them
                traceback.print_exc(file=sys.stderr)
            message = f"The local account failed at this request: {type(error).__name__}: {error}"
            fault = AwsError(message[:MOST_SAID], code="InternalFailure", http_status=500)
            return _with_request_id(answer_of(request, fault))

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        caller = self.doorkeeper.admit(request)
        if isinstance(caller, HttpAnswer):
            return caller
        invokes = caller.service == "lambda" and self.invocations.takes(request)
        if not invokes:
            self.settle()  # whoever reads logs or records after an answer finds them complete
        if request.path.startswith(PREFIX):
            return self.kit.answer(request)
        if caller.kind is CallerKind.PUBLIC:
            return self._public(request)
        refusal = self._refusal(request, caller)
        if refusal is None:
            refusal = self.faults.answer(request, caller.service or "s3", caller.region or REGION)
        if refusal is not None:
            return refusal
        if invokes:
            return self.invocations.answer(request, caller.region or REGION)
        try:
            return self._control_plane(request, caller)
        finally:
            if request.method != "GET":
                self.changed(caller.service or "")

    def _public(self, request: HttpRequest) -> HttpAnswer:
        address = public_address(request)
        for front in self.fronts:
            if address is not None and front.takes(address):
                return front.answer(request, address)
        return json_answer(403, {"message": "Forbidden"})

    def _refusal(self, request: HttpRequest, caller: Caller) -> HttpAnswer | None:
        if caller.kind is CallerKind.ADMINISTRATOR and _bound(request, caller):
            region = caller.region or REGION
            return self.access.administrator_refusal(request, caller.service or "", region)
        if caller.kind not in (CallerKind.KEY, CallerKind.ANONYMOUS):
            return None
        return self.access.refusal(
            request,
            access_key_id=caller.access_key_id,
            service=caller.service or "s3",
            region=caller.region or REGION,
        )

    def _control_plane(self, request: HttpRequest, caller: Caller) -> HttpAnswer:
        malformed = self.access.malformed(request, caller.service or "", caller.region or REGION)
        if malformed is not None:
            return malformed
        for api in self.apis.get(caller.service or "", ()):
            if api.takes(request):
                try:
                    with self.turns.of(request):
                        answer = api.answer(request, caller.region or REGION)
                    return _with_request_id(answer)
                except NotImplementedError:
                    return _not_built(request)
        try:
            answer = self.services(request)
        except NotImplementedError:
            return _not_built(request)
        except Exception:
            breach = self.access.breach(request, caller.service or "s3", caller.region or REGION)
            if breach is None:
                raise
            answer = answer_of(request, breach)
        if answer.status == 404 and answer.body[:9].lower() == b"<!doctype":
            return _not_built(request)  # no service of the account knows the path
        return _with_request_id(answer)


def _not_built(request: HttpRequest) -> HttpAnswer:
    error = AwsError(
        f"{request.method} {request.path} is an operation that this local account does not have. "
        "Nothing was changed.",
        code="NotImplementedException",
        http_status=501,
    )
    return _with_request_id(answer_of(request, error))


def _with_request_id(answer: HttpAnswer) -> HttpAnswer:
    if any(name.lower() in ("x-amzn-requestid", "x-amz-request-id") for name, _ in answer.headers):
        return answer
    return HttpAnswer(
        answer.status, [*answer.headers, ("x-amzn-RequestId", str(uuid.uuid4()))], answer.body
    )


def _bound(request: HttpRequest, caller: Caller) -> bool:
    """Tell whether a resource's policy may bind the administrator: only then IAM is asked."""
    if caller.service == "lambda":
        return OF_AN_ACCOUNT.search(request.path) is not None
    return caller.service in ("sts", "s3")
