"""What the parts of Lambda's API read out of every request: members, arguments, the function.

Source: docs.aws.amazon.com/lambda/latest/api/API_Operations.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from helpers.cloud.control.names import parse_function_name
from helpers.cloud.errors import InvalidParameterValueException, InvalidRequestContentException
from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.json_text import read_json
from helpers.cloud.registry import Key


@dataclass(frozen=True, slots=True)
class Asked:
    """A request about one function: what its path matched, the function, the query's arguments.

    `qualifier` is the argument or, without one, what the function's ARN names; it may be neither.
    """

    match: re.Match[str]
    key: Key
    named_qualifier: str | None
    arguments: dict[str, str]

    @property
    def qualifier(self) -> str | None:
        """Which version or alias is meant, if the request tells."""
        return self.arguments.get("Qualifier", self.named_qualifier)

    def agreed_qualifier(self) -> str | None:
        """Return the same; raises InvalidParameterValueException where name and argument differ."""
        return agreed_qualifier(self.named_qualifier, self.arguments.get("Qualifier"))


def asked_of(path: re.Pattern[str], request: HttpRequest, *, region: str, account_id: str) -> Asked:
    """Read a request whose path matches, with the function's name as its first group."""
    match = path.fullmatch(request.path)
    assert match is not None, "an API answers only what it takes"
    named = parse_function_name(unquote(match[1]))
    key = named.key(account_id=account_id, region=region)
    return Asked(match, key, named.qualifier, arguments_of(request.query))


def agreed_qualifier(named: str | None, given: str | None) -> str | None:
    """Return the qualifier of a name and of an argument, which must be the same if both are there.

    >>> agreed_qualifier("live", None)
    'live'
    """
    if given is not None and named not in (None, given):
        raise InvalidParameterValueException(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return named if given is None else given


def arguments_of(query: str) -> dict[str, str]:
    """Return the first value of each argument of a query string."""
    return {name: values[0] for name, values in parse_qs(query).items()}


def members_of(body: bytes) -> dict[str, Any]:
    """Return the members of a request's JSON object; an empty body has none, null is none.

    >>> members_of(b'{"Timeout": null, "VpcConfig": {"SubnetIds": null}}')
    {'VpcConfig': {}}
    """
    return {
        name: _without_nulls(value)
        for name, value in json_object(body).items()
        if value is not None
    }


def json_object(body: bytes) -> dict[str, Any]:
    """Return a body's JSON object as it is; raises InvalidRequestContentException for others."""
    try:
        members = read_json(body or b"{}")
    except ValueError as error:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: {error}"
        ) from error
    if not isinstance(members, dict):
        raise InvalidRequestContentException("Could not parse request body into json: no object")
    return members


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(held) for name, held in value.items() if held is not None}
    return value
