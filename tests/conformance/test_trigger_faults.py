"""What happens to events when their trigger, their function or its process goes meanwhile."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conformance.conftest import zipped
from tests.conformance.pushing import Stage
from tests.conformance.rest_api import Reply, RestApi, fetch
from tests.conformance.sources import Sources, bodies, sources_in
from tests.conformance.test_faults import kill, runtime_pid, slept
from tests.conformance.test_function_urls import with_url
from tests.conformance.test_http_apis import Api
from tests.conformance.test_load_balancers import Balancer
from tests.conformance.test_table_streams import OFF, ON
from tests.waiting import until

STOPS_ONCE = """
import json, os, time
def handler(event, context):
    been = os.path.join(os.environ["TMPDIR"], "been")
    received = event["Records"][0].get("attributes", {}).get("ApproximateReceiveCount", "1")
    first = received == "1" and not os.path.exists(been)
    if first:
        open(been, "w").close()
    print("SEEN " + json.dumps(event), flush=True)
    if first:
        time.sleep(60)
"""
ANSWERS = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'here'}\n"


@pytest.fixture
def lab(account_with: Callable[..., Any]) -> Sources:
    """An account in which a minute lasts a tenth of a second."""
    return sources_in(account_with)


def kill_in_the_middle(lab: Sources, name: str) -> None:
    """End a function's process while its handler sleeps, as a fault of the machine would."""
    until(lambda: lab.account.records(name, "invocation.started"))
    pid = runtime_pid(name)
    until(lambda: slept(pid))  # it has made its mark
    kill(pid)


def test_messages_of_a_killed_process_come_again(lab: Sources):
    """The batch failed: its messages reappear, received once more, and are deleted then."""
    url, arn = lab.queue(VisibilityTimeout="5")
    name = lab.account.deploy(STOPS_ONCE, Role=lab.role_arn, Timeout=5)
    lab.map(name, arn)
    lab.send(url, "order")

    kill_in_the_middle(lab, name)

    first, again = lab.seen(name, 2)
    assert ["order"] == bodies(first) == bodies(again)
    counts = [e["Records"][0]["attributes"]["ApproximateReceiveCount"] for e in (first, again)]
    assert ["1", "2"] == counts
    until(lambda: lab.left(url) == 0)


def test_records_of_a_killed_process_come_again_first(lab: Sources):
    """The shard waits for its batch: what came later is not processed before it."""
    stream = lab.stream()
    name = lab.account.deploy(STOPS_ONCE, Role=lab.role_arn, Timeout=60)
    lab.map(name, stream)
    lab.put(stream, "first")
    until(lambda: lab.account.records(name, "invocation.started"))
    lab.put(stream, "second")

    kill_in_the_middle(lab, name)

    numbers = [[r["kinesis"]["sequenceNumber"] for r in e["Records"]] for e in lab.seen(name, 3)]
    assert [numbers[0], numbers[0]] == numbers[:2]
    assert numbers[0] < numbers[2]


def test_what_a_table_wrote_before_its_stream_was_switched_off_is_delivered(lab: Sources):
    """A disabled stream can be read on; its mapping misses nothing."""
    table, stream = lab.table()
    name = lab.deploy()
    mapping = lab.map(name, stream, Enabled=False)
    lab.item(table, "a")
    lab.dynamodb.update_table(TableName=table, StreamSpecification=OFF)
    lab.dynamodb.update_table(TableName=table, StreamSpecification=ON)
    lab.item(table, "b")

    lab.change(mapping, Enabled=True)

    (event,) = lab.seen(name)
    assert ["a"] == [r["dynamodb"]["Keys"]["id"]["S"] for r in event["Records"]]
    assert {stream} == {r["eventSourceARN"] for r in event["Records"]}


def bucket(stage: Stage, name: str, arn: str) -> tuple[str, str, Callable[[str], Any]]:
    """Put a bucket before a function; return who calls, for what, and what sends."""
    made, source = stage.bucket()
    stage.permit(name, "s3.amazonaws.com", source)
    stage.notify(
        made, "LambdaFunction", {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    )
    return "s3.amazonaws.com", source, lambda one: stage.s3.put_object(Bucket=made, Key=one)


def topic(stage: Stage, name: str, arn: str) -> tuple[str, str, Callable[[str], Any]]:
    """Put a topic before a function."""
    source = stage.topic()
    stage.permit(name, "sns.amazonaws.com", source)
    stage.sns.subscribe(TopicArn=source, Protocol="lambda", Endpoint=arn)
    return "sns.amazonaws.com", source, lambda one: stage.sns.publish(TopicArn=source, Message=one)


def rule(stage: Stage, name: str, arn: str) -> tuple[str, str, Callable[[str], Any]]:
    """Put a rule of the default bus before a function."""
    events, label = stage.account.client("events"), f"r-{secrets.token_hex(4)}"
    source = events.put_rule(Name=label, EventPattern=json.dumps({"source": [label]}))["RuleArn"]
    stage.permit(name, "events.amazonaws.com", source)
    events.put_targets(Rule=label, Targets=[{"Id": "1", "Arn": arn}])

    def send(one: str) -> Any:
        detail = json.dumps({"id": one})
        return events.put_events(Entries=[{"Source": label, "DetailType": "d", "Detail": detail}])

    return "events.amazonaws.com", source, send


@pytest.mark.parametrize("trigger", [bucket, topic, rule])
def test_a_pushed_event_needs_its_function_when_it_comes(cloud: Any, trigger: Any):
    """What comes while the function is missing is refused; the next one reaches a namesake."""
    stage = Stage(cloud)
    name, arn = stage.function()
    service, source, send = trigger(stage, name, arn)
    send("before")
    stage.events(name)
    settings = cloud.functions.get_function_configuration(FunctionName=name)
    cloud.functions.delete_function(FunctionName=name)

    send("missing")
    until(lambda: stage.refusals(source))
    cloud.functions.create_function(
        FunctionName=name,
        Code={"ZipFile": zipped({"app.py": "def handler(event, context):\n"
                                           "    print('AGAIN ' + str(event))\n"})},
        **{member: settings[member] for member in ("Role", "Runtime", "Handler")},
    )  # fmt: skip
    stage.permit(name, service, source)
    send("after")

    def again() -> list[str]:
        found = stage.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        return [e["message"] for e in found if e["message"].startswith("AGAIN ")]

    (event,) = until(again)
    assert "after" in event
    assert "missing" not in event


Front = tuple[str, Callable[[], Reply], Callable[[], None]]
"""A function, what calls it through its front, and what permits the front to."""


def http_api(cloud: Any) -> Front:
    """Make a function behind an HTTP API."""
    api, name = Api(cloud), cloud.deploy(ANSWERS)
    api.route("GET /orders", api.integrate(name))
    path = f"{urlsplit(api.url).path}/orders"
    return name, lambda: fetch(cloud, path), lambda: api.allow(name)


def rest_api(cloud: Any) -> Front:
    """Make a function behind a REST API."""
    api, name = RestApi(cloud), cloud.deploy(ANSWERS)
    api.proxy("GET", "/orders", name)
    api.deploy()
    return name, lambda: api.call("/orders"), lambda: api.allow(name)


def load_balancer(cloud: Any) -> Front:
    """Make a function behind a load balancer."""
    name = cloud.deploy(ANSWERS)
    balancer = Balancer(cloud, name)
    balancer.allow()
    balancer.register()
    return name, lambda: balancer.call("/orders"), balancer.allow


@pytest.mark.parametrize(
    ("front", "missing"), [(http_api, 500), (rest_api, 500), (load_balancer, 502)]
)
def test_a_front_serves_again_when_its_function_is_back(cloud: Any, front: Any, missing: int):
    """Without the function it answers its own error, and goes on with a namesake."""
    name, call, allow = front(cloud)
    allow()
    assert 200 == call().status
    settings = cloud.functions.get_function_configuration(FunctionName=name)

    cloud.functions.delete_function(FunctionName=name)
    assert missing == call().status
    cloud.functions.create_function(
        FunctionName=name,
        Code={"ZipFile": zipped({"app.py": ANSWERS})},
        **{member: settings[member] for member in ("Role", "Runtime", "Handler")},
    )
    allow()

    reply = call()
    assert (200, b"here") == (reply.status, reply.body)


def test_a_url_goes_with_its_function(cloud: Any):
    """Its address answers Forbidden from then on."""
    name, address = with_url(cloud, ANSWERS)
    path = urlsplit(address).path
    assert 200 == fetch(cloud, path).status

    cloud.functions.delete_function(FunctionName=name)

    assert 403 == fetch(cloud, path).status
