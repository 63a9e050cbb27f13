"""CreateFunction, and reading: GetFunction, GetFunctionConfiguration, ListFunctions.

moto does not page, knows no alias in an ARN, takes any filter, and stores a function under the ARN
it was named by; so these requests never reach it. What it stores stays its own. Lists leave out
what AWS leaves out of them: states, reasons and the runtime's version.

Source: docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html, API_ListFunctions.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from helpers.cloud.control.constraints import Constraints
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.control.paging import page
from helpers.cloud.errors import InvalidParameterValueException, InvalidRequestContentException
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.moto_seam.awslambda.backend import KitBackend
from helpers.cloud.moto_seam.awslambda.moto_errors import as_aws_error
from helpers.cloud.registry import Registry

PATH = re.compile(r"/2015-03-31/functions(?:/([^/]+)(/configuration)?)?/?")
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
        creates = request.method == "POST" and match is not None and match[1] is None
        return creates or (request.method == "GET" and match is not None)

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError where AWS answers with one."""
        match = PATH.fullmatch(request.path)
        assert match is not None
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        if request.method == "POST":
            return self._create(region, request.body)
        if match[1] is None:
            return self._list(region, query)
        function, shown_as = self._function(unquote(match[1]), query.get("Qualifier"), region)
        if match[2]:
            return json_answer(200, {**function.get_configuration(), **shown_as})
        document = function.get_code()
        document["Configuration"] |= shown_as
        return json_answer(200, document)

    def _create(self, region: str, body: bytes) -> HttpAnswer:
        try:
            members = json.loads(body or b"{}")
        except ValueError as error:
            message = f"Could not parse request body into json: {error}"
            raise InvalidRequestContentException(message) from error
        with as_aws_error():
            function = self.backend(self.account_id, region).create_function(members)
        return json_answer(201, function.get_configuration(on_create=True))

    def _function(self, text: str, qualifier: str | None, region: str) -> tuple[Any, Any]:
        named = parse_function_name(text)
        if qualifier and named.qualifier not in (None, qualifier):
            raise InvalidParameterValueException(
                "The derived qualifier from the function name does not match the specified "
                "qualifier."
            )
        qualifier = qualifier or named.qualifier
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
