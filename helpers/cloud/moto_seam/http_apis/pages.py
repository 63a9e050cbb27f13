"""Lists of API Gateway's second generation, a page at a time: maxResults and nextToken.

Source: docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.moto_seam.http_apis.checks import bad_request

LARGEST = 1000


def paged(request: HttpRequest, answer: HttpAnswer) -> HttpAnswer:
    """Return the page of a list that was asked for; another answer as it is."""
    asked = {name: values[0] for name, values in parse_qs(request.query).items()}
    if answer.status != 200 or not {"maxResults", "nextToken"} & {*asked}:
        return answer
    document = json.loads(answer.body)
    items = document.get("items")
    if not isinstance(items, list):
        return answer
    size, first = asked.get("maxResults", str(LARGEST)), asked.get("nextToken", "0")
    if not size.isdecimal() or int(size) < 1:
        raise bad_request("Invalid value for maxResults")
    if not first.isdecimal():
        raise bad_request("Invalid nextToken specified")
    until = int(first) + int(size)
    following = {"nextToken": str(until)} if until < len(items) else {}
    return json_answer(200, {**document, "items": items[int(first) : until], **following})
