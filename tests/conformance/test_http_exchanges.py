"""What the HTTP console learns of a request: the event it became, the answer, who gave it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

import pytest

from helpers.consoles.fronts import Front, fronts_of
from helpers.consoles.rebuilt import rebuilt_event
from helpers.consoles.sending import exchange
from helpers.views.exchange import Exchange, Origin, Request
from tests.conformance.rest_api import RestApi
from tests.conformance.test_function_urls import with_url
from tests.conformance.test_http_apis import Api
from tests.conformance.test_load_balancers import Balancer

ECHO = """
import json, time
def handler(event, context):
    if "slow" in json.dumps(event):
        time.sleep(3)
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"},
            "body": json.dumps(event)}
"""
REQUEST = Request(
    "POST",
    "/orders/o-7",
    "size=a2&size=a3",
    (("Content-Type", "application/json"), ("X-Tag", "a"), ("X-Tag", "b"), ("Cookie", "k=v")),
    '{"qty": 2}',
)
MADE_UP = {"requestId", "extendedRequestId", "time", "timeEpoch", "requestTime"} | {
    *("requestTimeEpoch", "x-amzn-trace-id", "X-Amzn-Trace-Id", "targetGroupArn"),
    *("deploymentId", "resourceId"),
}


class RecordsLab:
    """A lab of the console: the account's clients and its records."""

    def __init__(self, account: Any) -> None:
        self._account = account

    def client(self, service: str) -> Any:
        """Return a boto3 client."""
        return self._account.client(service)

    def records(self, *, since: int = 0, **equals: Any) -> list[dict[str, Any]]:
        """Return the records of the account."""
        return list(self._account.cloud.records(since)["records"])


@pytest.fixture
def lab(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> RecordsLab:
    """The lab of a kernel whose settings were taken over."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", cloud.cloud.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", cloud.cloud.secret_access_key)
    monkeypatch.setenv("AWS_DEFAULT_REGION", cloud.cloud.region)
    return RecordsLab(cloud)


def front_with(lab: RecordsLab, kind: str, identifier: str) -> Front:
    """Return the address of the account that has an id."""
    found = [front for front in fronts_of(lab) if (front.kind, front.id) == (kind, identifier)]
    assert found, f"no {kind} {identifier}"
    return found[0]


def a_url(cloud: Any) -> tuple[str, str, str]:
    """Make a function URL; return its kind, its id and the function."""
    name, url = with_url(cloud, ECHO)
    return "lambda-url", url.rstrip("/").rpartition("/")[2], name


def an_http_api(cloud: Any) -> tuple[str, str, str]:
    """Make an HTTP API with a route."""
    api, name = Api(cloud), cloud.deploy(ECHO)
    api.allow(name)
    api.route("POST /orders/{id}", api.integrate(name))
    return "http-api", api.id, name


def a_rest_api(cloud: Any) -> tuple[str, str, str]:
    """Make a REST API with a proxy resource."""
    api, name = RestApi(cloud), cloud.deploy(ECHO)
    api.allow(name)
    api.proxy("POST", "/orders/{id}", name)
    api.deploy()
    return "rest-api", api.id, name


def a_load_balancer(cloud: Any) -> tuple[str, str, str]:
    """Make a load balancer."""
    name = cloud.deploy(ECHO)
    balancer = Balancer(cloud, name)
    balancer.allow()
    balancer.register()
    described = balancer.client.describe_load_balancers()["LoadBalancers"]
    (own,) = [each for each in described if each["DNSName"] == balancer.dns_name]
    return "load-balancer", own["LoadBalancerName"], name


@pytest.mark.parametrize("make", [a_url, an_http_api, a_rest_api, a_load_balancer])
def test_the_event_shown_is_the_one_the_function_got(cloud: Any, lab: RecordsLab, make: Any):
    """At each front; and the one that is built without the account differs only in what is told."""
    kind, identifier, function = make(cloud)
    front = front_with(lab, kind, identifier)
    came = exchange(lab, front, REQUEST)

    assert (200, Origin.KEPT, function) == (came.reply.status, came.origin, came.event_of)
    assert came.event == _json(came)
    assert f"the function {function}, through" in repr(came)
    built = rebuilt_event(front, REQUEST, came.record or {})
    assert _plain(came.event) == _plain(built)


def test_a_refusal_names_who_refused(cloud: Any, lab: RecordsLab):
    """No route, no function, no event."""
    api = Api(cloud)
    came = exchange(lab, front_with(lab, "http-api", api.id), REQUEST)

    assert (404, Origin.NONE, ()) == (came.reply.status, came.origin, came.ran)
    assert "the HTTP API itself, and no function ran: no route matches" in repr(came)


def test_a_front_that_stopped_waiting_shows_the_event_all_the_same(cloud: Any, lab: RecordsLab):
    """The function runs on, and the console says which one got what."""
    api, name = Api(cloud), cloud.deploy(ECHO, Timeout=10)
    api.allow(name)
    api.route("POST /slow", api.integrate(name, TimeoutInMillis=500))
    came = exchange(lab, front_with(lab, "http-api", api.id), Request("POST", "/slow"))

    assert (503, (name,), Origin.KEPT) == (came.reply.status, came.ran, came.origin)
    assert "the HTTP API itself: the integration did not answer in time" in repr(came)
    assert "/slow" == came.event["rawPath"]


def test_a_signed_request_comes_through_an_iam_url(cloud: Any, lab: RecordsLab):
    """Signed with the notebook's own key, and refused without."""
    name = cloud.deploy(ECHO)
    made = cloud.functions.create_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    front = front_with(lab, "lambda-url", made["FunctionUrl"].rstrip("/").rpartition("/")[2])
    path = f"/{secrets.token_hex(4)} ö".replace(" ", "%20").replace("ö", "%C3%B6")
    bare, signed = (
        exchange(lab, front, Request("PUT", path, "b=2&a=1", (), "x", signed=wanted))
        for wanted in (False, True)
    )

    assert (403, 200) == (bare.reply.status, signed.reply.status)
    assert "iam" in signed.event["requestContext"]["authorizer"]


def _json(came: Exchange) -> Any:
    return json.loads(came.reply.body)


def _plain(value: Any) -> Any:
    """Return an event without what a builder cannot know."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items() if name not in MADE_UP}
    return [_plain(item) for item in value] if isinstance(value, list) else value
