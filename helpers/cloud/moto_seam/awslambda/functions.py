"""CreateFunction, both updates, DeleteFunction, and reading: GetFunction, ListFunctions.

moto does not page, knows neither an alias nor $LATEST in a name, takes any filter, and stores
a function under the ARN it was named by; so these requests never reach it. What it stores stays its
own. Lists leave out what AWS leaves out of them: states, reasons and the runtime's version.

Source: docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html, API_ListFunctions.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from helpers.cloud.control.asked import agreed_qualifier, members_of
from helpers.cloud.control.constraints import Constraints
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.control.paging import page
from helpers.cloud.errors import InvalidParameterValueException, RequestEntityTooLargeException
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.model import LATEST
from helpers.cloud.moto_seam.awslambda.backend import FUNCTIONS_ONLY, KitBackend
from helpers.cloud.moto_seam.awslambda.moto_errors import as_aws_error
from helpers.cloud.registry import Registry

PATH = re.compile(r"/2015-03-31/functions(?:/([^/]+)(/configuration|/code)?)?/?")
CONFIGURATION = "/configuration"
MAX_CONFIGURATION_BYTES = 5120
NOT_LISTED = (
    "State",
    "StateReason",
    "StateReasonCode",
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
    "RuntimeVersionConfig",
)
REGION_PATTERN = r"ALL|(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}"


@dataclass(frozen=True, slots=True)
class FunctionsApi:
    """Answers the operations that read functions; lives with the cloud.

    `backend` gives moto's storage of an account's Region.
    """

    registry: Registry
    backend: Callable[[str, str], KitBackend]
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        match = PATH.fullmatch(request.path)
        if match is None:
            return False
        if request.method == "GET":
            return match[2] != "/code"
        if request.method == "DELETE":
            return match[1] is not None and match[2] is None
        return request.method == ("POST" if match[1] is None else "PUT" if match[2] else None)

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError where AWS answers with one."""
        match = PATH.fullmatch(request.path)
        assert match is not None
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        if request.method == "POST":
            return self._create(region, request.body)
        if match[1] is None:
            return self._list(region, query)
        if request.method == "PUT":
            return self._update(unquote(match[1]), match[2], region, request.body)
        if request.method == "DELETE":
            return self._delete(unquote(match[1]), query.get("Qualifier"), region)
        function, shown_as = self._function(unquote(match[1]), query.get("Qualifier"), region)
        if match[2]:
            return json_answer(200, {**function.get_configuration(), **shown_as})
        document = function.get_code()
        document["Configuration"] |= shown_as
        return json_answer(200, document)

    def _update(self, text: str, what: str, region: str, body: bytes) -> HttpAnswer:
        if what == CONFIGURATION and len(body) > MAX_CONFIGURATION_BYTES:
            raise RequestEntityTooLargeException(
                f"Request must be smaller than {MAX_CONFIGURATION_BYTES} bytes for the "
                "UpdateFunctionConfiguration operation"
            )
        named = parse_function_name(text)
        key = named.key(account_id=self.account_id, region=region)
        if named.qualifier not in (None, LATEST):
            raise InvalidParameterValueException(FUNCTIONS_ONLY)
        self.registry.resolve(key, None)
        backend, members = self.backend(key[0], key[1]), members_of(body)
        members.pop("FunctionName", None)  # the path names it
        with as_aws_error():
            if what == CONFIGURATION:
                updated = backend.update_function_configuration(key[2], LATEST, members)
            else:
                updated = backend.update_function_code(key[2], LATEST, members)
        return json_answer(200, updated)

    def _create(self, region: str, body: bytes) -> HttpAnswer:
        backend, members = self.backend(self.account_id, region), members_of(body)
        with as_aws_error():
            function = backend.create_function(members)
        answer = json_answer(201, function.get_configuration(on_create=True))
        backend.get_function(function.function_name).revise()  # Publish returns a copy
        return answer

    def _delete(self, text: str, given: str | None, region: str) -> HttpAnswer:
        named = parse_function_name(text, given or None)
        qualifier = agreed_qualifier(named.qualifier, given or None)
        key = named.key(account_id=self.account_id, region=region)
        if qualifier == LATEST:
            raise InvalidParameterValueException(
                "$LATEST version cannot be deleted without deleting the function."
            )
        with as_aws_error():
            self.backend(key[0], key[1]).delete_function(key[2], qualifier)
        return HttpAnswer(204, [])

    def _function(self, text: str, qualifier: str | None, region: str) -> tuple[Any, Any]:
        named = parse_function_name(text, qualifier or None)
        qualifier = agreed_qualifier(named.qualifier, qualifier or None)
        key = named.key(account_id=self.account_id, region=region)
        version = self.registry.resolve(key, qualifier)
        published = self.registry.get(key)
        alias = published.aliases.get(qualifier or "") if published is not None else None
        number = alias.version if alias is not None else version.version
        function = self.backend(key[0], key[1]).get_function(key[2], number)
        shown = {"FunctionArn": f"{version.arn}:{qualifier}"} if qualifier else {}
        return function, shown

    def _list(self, region: str, query: Mapping[str, str]) -> HttpAnswer:
        wanted = query.get("FunctionVersion")
        constraints = Constraints()
        constraints.one_of("functionVersion", wanted, ("ALL",))
        constraints.pattern("masterRegion", query.get("MasterRegion"), REGION_PATTERN)
        constraints.raise_if_broken()
        every = self.backend(self.account_id, region).list_functions(wanted)
        return json_answer(200, page("Functions", list(every), query, show=listed))


def listed(function: Any) -> dict[str, Any]:
    """Return a function's configuration as lists show it."""
    configuration: dict[str, Any] = function.get_configuration()
    return {name: value for name, value in configuration.items() if name not in NOT_LISTED}
