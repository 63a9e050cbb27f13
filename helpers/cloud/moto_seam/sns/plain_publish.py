"""A plain Publish, without moto's reading and rendering of requests: the same topic, told at once.

A topic's subscribers wait while moto takes a request apart, longer than for all that follows. Only
what names a topic, a text and perhaps a subject is answered here; everything else, and every error,
is moto's, to whom nothing has happened yet.
Source: docs.aws.amazon.com/sns/latest/api/API_Publish.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from urllib.parse import parse_qsl

from moto.core.exceptions import ServiceException
from moto.iam.models import get_account_id_from, mark_account_as_visited
from moto.sns.models import sns_backends

from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam.plain_requests import signer_of
from helpers.cloud.moto_seam.short_way import TO_ALL

FIRST = b"Action=Publish&"
KNOWN = frozenset({"Action", "Version", "TopicArn", "Message", "Subject"})
OTHERWISE = ("origin", "x-moto-account-id", "content-encoding")
"""Headers with which moto, or its server, would do something else."""
ANSWER = (
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
    "<MessageId>{message_id}</MessageId></PublishResult><ResponseMetadata>"
    "<RequestId>{request_id}</RequestId></ResponseMetadata></PublishResponse>"
)


def answer(request: HttpRequest) -> HttpAnswer | None:
    """Publish, and return the answer; None where moto is to answer."""
    if not request.body.startswith(FIRST) or (request.method, request.path) != ("POST", "/"):
        return None
    signer = signer_of(request, "sns")
    if signer is None or request.query or any(name in request.headers for name in OTHERWISE):
        return None
    key, region = signer
    given = _read(request.body)
    if given is None:
        return None
    account = get_account_id_from(key)
    try:
        message_id = sns_backends[account][region].publish(
            given.get("Message"), arn=given["TopicArn"], subject=given.get("Subject")
        )
    except ServiceException:  # each is raised before anything is delivered
        return None
    mark_account_as_visited(account_id=account, access_key=key, service="sns", region=region)
    request_id = str(uuid.uuid4())
    text = ANSWER.format(message_id=message_id, request_id=request_id)
    headers = [
        ("Content-Type", "text/xml"),
        ("server", "amazon.com"),
        ("x-amzn-requestid", request_id),
        TO_ALL,
    ]
    return HttpAnswer(200, headers, text.encode())


def _read(body: bytes) -> Mapping[str, str] | None:
    """Return the parameters of a plain message to a topic, None for any other."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
    except ValueError:
        return None
    given = dict(pairs)
    plain = given.keys() <= KNOWN and len(given) == len(pairs)
    return given if plain and "TopicArn" in given else None
