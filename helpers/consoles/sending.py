"""Sends one HTTP request as it is written, and collects what the account knows of it.

Nothing is added but Host, Content-Length and, when wanted, a SigV4 signature; redirects are not
followed and no proxy is asked.
"""

from __future__ import annotations

import http.client
import json
import urllib.parse
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from helpers.cloud.errors import KitError
from helpers.cloud.http_messages import FIELD_NAME
from helpers.consoles.fronts import Front
from helpers.consoles.invoking import ConsoleLab, next_record
from helpers.consoles.rebuilt import rebuilt_event
from helpers.views.exchange import Exchange, Origin, Reply, Request

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
TIMEOUT_S = 65.0
"""Longer than any front waits for a function."""
KEPT_IN_PATHS = "/%:@!$&'()*+,;=~-._"
KEPT_IN_QUERIES = KEPT_IN_PATHS + "?[]{}|"
EVENT_PAGE = "/_kit/http-event"
NAMED = ("kind", "front", "id", "method")


def headers_in(text: str) -> tuple[tuple[str, str], ...]:
    """Read one header a line, `Name: value`; raises KitError with the line.

    >>> headers_in("X-Tag: a\\n\\nX-Tag: b")
    (('X-Tag', 'a'), ('X-Tag', 'b'))
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not FIELD_NAME.fullmatch(name.strip()):
            raise KitError(
                f"Line {number} of the headers is {line.strip()!r}.",
                next_step="Write each as Name: value, the name without spaces.",
                anchor="console-input",
            )
        if not value.isascii():
            raise KitError(
                f"Line {number} of the headers has letters that HTTP does not carry.",
                next_step="Percent-encode them, or put them in the body.",
                anchor="console-input",
            )
        found.append((name.strip(), value.strip()))
    return tuple(found)


def written(path: str, query: str) -> tuple[str, str]:
    """Return path and query as they can be sent: what is no letter of a URL is encoded.

    >>> written("a b", "?x=ö")
    ('/a%20b', 'x=%C3%B6')
    """
    rooted = path if path.startswith("/") else f"/{path}"
    return (
        urllib.parse.quote(rooted, safe=KEPT_IN_PATHS),
        urllib.parse.quote(query.removeprefix("?"), safe=KEPT_IN_QUERIES),
    )


def exchange(lab: ConsoleLab, front: Front, request: Request) -> Exchange:
    """Send a request; raises CloudLostError when its account is gone, KitError when it hangs up."""
    since = next_record(lab)
    try:
        reply = _sent(front, request)
    except ConnectionError as error:
        next_record(lab)  # raises when the account ended meanwhile
        raise KitError(
            "The address hung up before it answered.",
            why=f"{type(error).__name__}: {error}.",
            next_step="Send a smaller body, or fewer headers.",
            anchor="hung-up",
        ) from error
    if since is None:
        return Exchange(front.title, request, reply, None, origin=Origin.UNKNOWN)
    records = lab.records(since=since)
    record = _answered(records, front, request)
    started = [each for each in records if each["kind"] == "invocation.started"]
    ran = tuple(dict.fromkeys(each["function"] for each in started))
    called = _called(record, started)
    if called is None:
        return Exchange(front.title, request, reply, record, ran)
    function, request_id = called
    event, origin = _event(lab, request_id), Origin.KEPT
    if event is None:
        event, origin = rebuilt_event(front, request, record or {}), Origin.BUILT
    return Exchange(front.title, request, reply, record, ran, event, function, origin)


def _sent(front: Front, request: Request) -> Reply:
    """Send the request and read the whole answer."""
    where = urllib.parse.urlsplit(front.url)
    body = request.body.encode("utf-8", "replace")
    target = f"{where.path}{request.target}"
    headers = [*request.headers]
    if request.signed:
        headers += _signature(front.service, request.method, f"{front.url}{request.target}", body)
    connection = http.client.HTTPConnection(where.netloc, timeout=TIMEOUT_S)
    try:
        named = {name.lower() for name, _ in headers}
        connection.putrequest(
            request.method, target, skip_host="host" in named, skip_accept_encoding=True
        )
        for name, value in headers:
            connection.putheader(name, value)
        if (body or request.method in ("POST", "PUT", "PATCH")) and "content-length" not in named:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Reply(answer.status, tuple(answer.getheaders()), answer.read())
    finally:
        connection.close()


def _signature(service: str, method: str, url: str, body: bytes) -> list[tuple[str, str]]:
    """Return the headers that sign a request with the notebook's own key."""
    session = boto3.session.Session()
    credentials = session.get_credentials()
    if credentials is None:
        raise KitError(
            "There is no key to sign with.",
            next_step="Run the lab's setup cell.",
            anchor="setup-first",
        )
    signed = AWSRequest(method=method, url=url, data=body)
    SigV4Auth(credentials, service, session.region_name or "us-east-1").add_auth(signed)
    return [(name, str(value)) for name, value in signed.headers.items()]


def _event(lab: ConsoleLab, request_id: str) -> Any:
    """Return the event that a front handed over; None when the account has it no longer."""
    url = urllib.parse.urlsplit(lab.client("lambda").meta.endpoint_url)
    page = f"{EVENT_PAGE}?request_id={request_id}"
    signed = _signature("execute-api", "GET", f"{url.geturl()}{page}", b"")
    connection = http.client.HTTPConnection(url.netloc, timeout=TIMEOUT_S)
    try:
        connection.request("GET", page, headers=dict(signed))
        answer = connection.getresponse()
        document = answer.read()
        return json.loads(document).get("event") if answer.status == 200 else None
    finally:
        connection.close()


def _answered(
    records: Sequence[dict[str, Any]], front: Front, request: Request
) -> dict[str, Any] | None:
    """Return the record of the answer: the newest of this front and method."""
    wanted = ("http.answered", front.kind, front.id, request.method)
    found = [
        each
        for each in records
        if each["kind"] == "http.answered" and wanted == tuple(each[name] for name in NAMED)
    ]
    return found[-1] if found else None


def _called(
    record: dict[str, Any] | None, started: Sequence[dict[str, Any]]
) -> tuple[str, str] | None:
    """Return the function that got the request's event, and the id of its invocation.

    A front that stopped waiting, or whose authorizer said no, names none: then the last that ran.
    """
    if record is not None and record.get("request_id"):
        return str(record["function"]), str(record["request_id"])
    return (started[-1]["function"], started[-1]["request_id"]) if started else None
