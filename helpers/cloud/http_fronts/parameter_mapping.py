"""Parameter mapping of HTTP APIs: requests before an integration, answers after it.

`append`, `overwrite` and `remove` of headers and query parameters, `overwrite:path`, and
`overwrite:statuscode` of answers. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from helpers.cloud.events.http_call import HttpCall, query_pairs
from helpers.cloud.http_fronts.context_variables import CallVariables
from helpers.cloud.http_messages import HttpAnswer, HttpRequest

Pairs = list[tuple[str, str]]


def mapped_call(call: HttpCall, parameters: Mapping[str, str]) -> HttpCall:
    """Return a call as its integration gets it."""
    variables = CallVariables(call)
    headers, query, path = call.request.header_pairs(), query_pairs(call.request.query), call.path
    asked = call.request.query
    for key, template in parameters.items():
        action, _, target = key.partition(":")
        place, _, name = target.partition(".")
        value = variables.filled(template)
        if place == "header":
            headers = _changed(headers, action, name, value)
        elif place == "querystring":
            query = _changed(query, action, name, value, exact=True)
            asked = urlencode(query)
        elif place == "path" and action == "overwrite":
            path = value if value.startswith("/") else f"/{value}"
    request = _request(call.request, headers, asked)
    return replace(call, request=request, path=path)


def mapped_answer(
    call: HttpCall, answer: HttpAnswer, parameters: Mapping[str, Mapping[str, str]]
) -> HttpAnswer:
    """Return an integration's answer as the client gets it; mappings go by its status."""
    chosen = parameters.get(str(answer.status))
    if not chosen:
        return answer
    held = {name.lower(): value for name, value in answer.headers}
    variables = CallVariables(call, response={"header": held, "body": answer.body})
    headers, status = list(answer.headers), answer.status
    for key, template in chosen.items():
        action, _, target = key.partition(":")
        place, _, name = target.partition(".")
        value = variables.filled(template)
        if place == "header":
            headers = _changed(headers, action, name, value)
        elif target == "statuscode" and value.isdecimal() and 100 <= int(value) <= 599:
            status = int(value)
    return HttpAnswer(status, headers, answer.body)


def _changed(pairs: Pairs, action: str, name: str, value: str, *, exact: bool = False) -> Pairs:
    def is_it(given: str) -> bool:
        return given == name if exact else given.lower() == name.lower()

    kept = pairs if action == "append" else [pair for pair in pairs if not is_it(pair[0])]
    return kept if action == "remove" else [*kept, (name, value)]


def _request(request: HttpRequest, pairs: Pairs, query: str) -> HttpRequest:
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    return replace(
        request,
        query=query,
        headers=headers,
        header_names=tuple(name for name, _ in pairs),
        header_values=tuple(value for _, value in pairs),
    )
