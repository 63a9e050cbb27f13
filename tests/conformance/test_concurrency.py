"""Concurrency: the account's, reserved, provisioned; throttles, their reasons, and no deadlock."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.refusals import refused
from tests.waiting import until

WAIT = (
    "import os, socket\n\n\ndef handler(event, context):\n"
    "    with socket.create_connection(('127.0.0.1', event)) as gate:\n        gate.recv(1)\n"
    "    return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n"
)
WHAT = (
    "import os\n\nLOADED = os.getpid()\n\n\ndef handler(event, context):\n"
    "    return [os.environ['AWS_LAMBDA_INITIALIZATION_TYPE'], LOADED]\n"
)
LARGE = WAIT.replace("os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']", "'x' * 5_000_000")
CRASH = (
    "import os\n\n\ndef handler(event, context):\n"
    "    if event == 'crash':\n        os._exit(1)\n"
    "    return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n"
)
CALL = '''
import datetime, hashlib, hmac, http.client, json, os, threading
from urllib.parse import urlsplit


def call(name, event, sent=lambda: None):
    """Invoke a function as boto3 would, without the half second of importing it."""
    host = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
    path, body = f"/2015-03-31/functions/{name}/invocations", json.dumps(event).encode()
    at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{at[:8]}/us-east-1/lambda/aws4_request"
    token = os.environ["AWS_SESSION_TOKEN"]
    headers = {"host": host, "x-amz-date": at, "x-amz-security-token": token}
    digest = lambda data: hashlib.sha256(data).hexdigest()
    signed = [f"{name}:{value}" for name, value in headers.items()]
    canonical = "\\n".join(["POST", path, "", *signed, "", ";".join(headers), digest(body)])
    key = b"AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"].encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = f"AWS4-HMAC-SHA256\\n{at}\\n{scope}\\n{digest(canonical.encode())}"
    proof = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}, "
        f"SignedHeaders={';'.join(headers)}, Signature={proof}"
    )
    connection = http.client.HTTPConnection(host)
    connection.request("POST", path, body, headers)
    sent()
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())

'''
NESTED = (
    CALL
    + """

def handler(event, context):
    if not event["levels"]:
        return "deep"
    status, answer = call(context.function_name, {"levels": event["levels"] - 1})
    return answer if status == 200 else answer["Reason"]
"""
)
FORGETS = (
    CALL
    + """

def handler(event, context):
    sent = threading.Event()
    threading.Thread(target=call, args=(*event, sent.set)).start()
    sent.wait()
"""
)
HALF = (
    """
import os, socket
from urllib.parse import urlsplit

place = urlsplit(os.environ["AWS_ENDPOINT_URL"])
line = socket.create_connection((place.hostname, place.port))
line.sendall(b"POST /2015-03-31/functions/x/invocations HTTP/1.1\\r\\n")
line.sendall(b"Content-Length: 9\\r\\n\\r\\n{")
"""
    + WAIT
)
LAB: Mapping[str, object] = {
    "account_concurrency": 20,
    "unreserved_minimum": 4,
    "time_lapse": 60,
    "idle_age_s": 36_000,
}


@pytest.fixture(scope="module")
def lab(account_with: Callable[..., Any]) -> Any:
    """An account as the labs have it: 20, of which 4 stay unreserved."""
    return account_with(**LAB)


@pytest.fixture(autouse=True)
def tidy(lab: Any) -> Iterator[None]:
    """Give back what a test reserved: the account's concurrency is everybody's."""
    yield
    for function in lab.functions.list_functions()["Functions"]:
        lab.functions.delete_function(FunctionName=function["FunctionName"])


def throttle(account: Any, name: str, **call: Any) -> tuple[int, str, str, str]:
    """Return status, Type, Reason and Retry-After of a throttled invocation."""
    with pytest.raises(ClientError) as caught:
        account.functions.invoke(FunctionName=name, Payload=b'""', **call)
    answer: Any = caught.value.response
    assert answer["Error"]["Code"] == "TooManyRequestsException"
    http = answer["ResponseMetadata"]
    return (
        http["HTTPStatusCode"],
        answer["Type"],
        answer["Reason"],
        http["HTTPHeaders"]["retry-after"],
    )


@contextmanager
def in_flight(account: Any, name: str, count: int, **call: Any) -> Iterator[list[Future[Any]]]:
    """Keep so many events of a WAIT function in flight; they end with the block."""
    with (
        socket.create_server(("127.0.0.1", 0)) as gate,
        ThreadPoolExecutor(count) as clients,
        ExitStack() as held,
    ):
        gate.settimeout(30)
        port = gate.getsockname()[1]
        running = [clients.submit(account.invoke, name, port, **call) for _ in range(count)]
        for _ in running:
            held.enter_context(gate.accept()[0])
        yield running


def provision(account: Any, name: str, qualifier: str, count: int) -> Any:
    """Put provisioned concurrency and wait until it is no longer in progress."""
    account.functions.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=qualifier, ProvisionedConcurrentExecutions=count
    )
    return settled(account, name, qualifier)


def settled(account: Any, name: str, qualifier: str) -> Any:
    """Return the configuration once it is READY or FAILED."""

    def config() -> Any:
        found = account.functions.get_provisioned_concurrency_config(
            FunctionName=name, Qualifier=qualifier
        )
        return found if found["Status"] != "IN_PROGRESS" else None

    return until(config)


def may_invoke(account: Any) -> None:
    """Let the functions of an account invoke each other."""
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    account.client("iam").put_role_policy(
        RoleName=account.role_arn.rpartition("/")[2],
        PolicyName="invoke",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def published(account: Any, source: str, **settings: Any) -> str:
    """Deploy a function and publish its version 1."""
    name: str = account.deploy(source, **settings)
    assert account.functions.publish_version(FunctionName=name)["Version"] == "1"
    return name


def numbers(config: Mapping[str, Any]) -> tuple[int, int, int, str]:
    """Return requested, allocated, available and status of a configuration."""
    return (
        config["RequestedProvisionedConcurrentExecutions"],
        config["AllocatedProvisionedConcurrentExecutions"],
        config["AvailableProvisionedConcurrentExecutions"],
        config["Status"],
    )


# -- the account's concurrency ---------------------------------------------------------------


def test_account_settings(lab: Any) -> None:
    """Limits are AWS's, concurrency is this account's, and usage is counted."""
    before = lab.functions.get_account_settings()
    name = lab.deploy(WHAT)
    size = lab.functions.get_function_configuration(FunctionName=name)["CodeSize"]
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=3)
    after = lab.functions.get_account_settings()
    assert after["AccountLimit"] == {
        "TotalCodeSize": 322_122_547_200,
        "CodeSizeUnzipped": 262_144_000,
        "CodeSizeZipped": 52_428_800,
        "ConcurrentExecutions": 20,
        "UnreservedConcurrentExecutions": 17,
    }
    used = before["AccountUsage"]
    assert after["AccountUsage"] == {
        "TotalCodeSize": used["TotalCodeSize"] + size,
        "FunctionCount": used["FunctionCount"] + 1,
    }


def test_account_concurrency_is_shared(account_with: Callable[..., Any]) -> None:
    """When all of it is in flight, any other function is throttled with Reason and Retry-After."""
    account = account_with(account_concurrency=2, unreserved_minimum=1)
    waiting, other = account.deploy(WAIT, Timeout=60), account.deploy(WHAT)
    with in_flight(account, waiting, 2):
        expected = (429, "User", "ConcurrentInvocationLimitExceeded", "1")
        assert throttle(account, other) == expected
    assert account.invoke(other).function_error is None
    reasons = [r["reason"] for r in account.records(other, "invocation.throttled")]
    assert reasons == ["ConcurrentInvocationLimitExceeded"]


def test_ten_requests_per_second_for_each_unit(account_with: Callable[..., Any]) -> None:
    """Short events run into 10 × concurrency requests per second before the concurrency."""
    account = account_with(account_concurrency=1, unreserved_minimum=1)
    name = account.deploy(WHAT)
    account.invoke(name)
    reasons: list[str] = []
    while len(reasons) < 500 and "FunctionInvocationRateLimitExceeded" not in reasons:
        try:
            account.functions.invoke(FunctionName=name)
            reasons.append("served")
        except ClientError as error:
            reasons.append(error.response["Reason"])  # type: ignore[typeddict-item]
    assert reasons[-1] == "FunctionInvocationRateLimitExceeded"
    assert set(reasons[:-1]) == {"served"}
    assert len(reasons) >= 10  # the first invoke took one of the ten


def test_new_environments_are_rationed(account_with: Callable[..., Any]) -> None:
    """The 1,000 new environments of 10 s (here 2) are a token bucket; warm ones go on serving."""
    account = account_with(account_concurrency=20, unreserved_minimum=4, scaling_per_10_s=2)
    name = account.deploy(WAIT, Timeout=60)
    with in_flight(account, name, 2):
        status, _, reason, retry_after = throttle(account, name)
        assert (status, reason) == (429, "ConcurrentInvocationLimitExceeded")
        assert 1 <= int(retry_after) <= 5
    with in_flight(account, name, 2):
        assert len(account.records(name, "environment.created")) == 2


# -- reserved concurrency --------------------------------------------------------------------


def test_reserved_concurrency_round_trip(lab: Any) -> None:
    """Put, get, delete; get has no member when nothing is reserved, GetFunction shows it too."""
    name, functions = lab.deploy(WHAT), lab.functions
    assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(
        FunctionName=name
    )
    for reserved in (5, 0):
        put = functions.put_function_concurrency(
            FunctionName=name, ReservedConcurrentExecutions=reserved
        )
        assert put["ReservedConcurrentExecutions"] == reserved
        got = functions.get_function_concurrency(FunctionName=name)
        assert got["ReservedConcurrentExecutions"] == reserved
        whole = functions.get_function(FunctionName=name)
        assert whole["Concurrency"] == {"ReservedConcurrentExecutions": reserved}
    deleted = functions.delete_function_concurrency(FunctionName=name)
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "ReservedConcurrentExecutions" not in functions.get_function_concurrency(
        FunctionName=name
    )
    assert "Concurrency" not in functions.get_function(FunctionName=name)


def test_reserved_concurrency_leaves_the_minimum(lab: Any) -> None:
    """The 100 rule (here 4): what would leave less unreserved is refused in AWS's words."""
    name, other = lab.deploy(WHAT), lab.deploy(WHAT)
    put = lab.functions.put_function_concurrency
    put(FunctionName=name, ReservedConcurrentExecutions=10)
    put(FunctionName=name, ReservedConcurrentExecutions=16)
    put(FunctionName=name, ReservedConcurrentExecutions=10)
    assert refused(put, FunctionName=other, ReservedConcurrentExecutions=7) == (
        400,
        "InvalidParameterValueException",
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [4].",
    )
    put(FunctionName=other, ReservedConcurrentExecutions=6)


def test_reserved_concurrency_belongs_to_the_whole_function(lab: Any) -> None:
    """A version or an alias cannot have a reservation."""
    name = published(lab, WHAT)
    status, code, message = refused(
        lab.functions.put_function_concurrency,
        FunctionName=f"{name}:1",
        ReservedConcurrentExecutions=1,
    )
    assert (status, code) == (400, "InvalidParameterValueException")
    assert message.startswith("This operation is permitted on Lambda functions only.")
    missing = refused(lab.functions.get_function_concurrency, FunctionName="no-such-function")
    assert missing[:2] == (404, "ResourceNotFoundException")


def test_reserved_concurrency_is_ceiling_and_floor(lab: Any) -> None:
    """All versions together get what is reserved, and no more; the others cannot take it."""
    name = published(lab, WAIT, Timeout=60)
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=2)
    with (
        in_flight(lab, name, 1),
        in_flight(lab, name, 1, Qualifier="1"),
    ):
        expected = (429, "User", "ReservedFunctionConcurrentInvocationLimitExceeded", "1")
        assert throttle(lab, name) == expected


def test_reserved_zero_stops_a_function(lab: Any) -> None:
    """With 0 every invocation is throttled, and none is once it is deleted."""
    name = lab.deploy(WHAT)
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert throttle(lab, name)[2] == reason
    assert lab.records(name, "environment.created") == []
    lab.functions.delete_function_concurrency(FunctionName=name)
    assert lab.invoke(name).function_error is None


def test_reserved_requests_per_second(lab: Any) -> None:
    """A reservation of one brings ten requests per second of its own."""
    name = lab.deploy(WHAT)
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    lab.invoke(name)
    reason = ""
    for _ in range(200):
        try:
            lab.functions.invoke(FunctionName=name)
        except ClientError as error:
            reason = error.response["Reason"]  # type: ignore[typeddict-item]
            break
    assert reason == "ReservedFunctionInvocationRateLimitExceeded"


# -- provisioned concurrency -----------------------------------------------------------------


def test_provisioned_concurrency_becomes_ready(lab: Any) -> None:
    """IN_PROGRESS for a minute (lapsed), then READY with initialised environments."""
    name = published(lab, WHAT)
    put = lab.functions.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier="1", ProvisionedConcurrentExecutions=2
    )
    assert put["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert numbers(put) == (2, 0, 0, "IN_PROGRESS")
    on_demand, _ = lab.invoke(name, Qualifier="1").value
    assert on_demand == "on-demand"
    assert numbers(settled(lab, name, "1")) == (2, 2, 2, "READY")
    answer = lab.invoke(name, Qualifier="1")
    assert answer.value[0] == "provisioned-concurrency"
    assert "Init Duration" not in answer.log
    created = Counter(r["initialization_type"] for r in lab.records(name, "environment.created"))
    assert created == {"on-demand": 1, "provisioned-concurrency": 2}
    listed = lab.functions.list_provisioned_concurrency_configs(FunctionName=name)
    (config,) = listed["ProvisionedConcurrencyConfigs"]
    assert config["FunctionArn"].endswith(f":function:{name}:1")
    assert numbers(config) == (2, 2, 2, "READY")


def test_provisioned_init_is_logged_before_any_event(lab: Any) -> None:
    """In JSON format the init's own log lines say how the environment came to be."""
    name = published(lab, WHAT, LoggingConfig={"LogFormat": "JSON"})
    provision(lab, name, "1", 1)
    (events,) = lab.streams(name).values()
    records = [json.loads(event) for event in events]
    kinds = {r["type"]: r["record"]["initializationType"] for r in records}
    assert kinds["platform.initStart"] == "provisioned-concurrency"


def test_provisioned_init_is_reported_in_text(lab: Any) -> None:
    """INIT_REPORT tells of an init ahead of any event, also when it went well."""
    name = published(lab, WHAT)
    provision(lab, name, "1", 1)
    ((start, report),) = lab.streams(name).values()
    assert start.startswith("INIT_START Runtime Version: ")
    assert re.fullmatch(r"INIT_REPORT Init Duration: \d+\.\d\d ms\n", report)
    assert "Init Duration" not in lab.invoke(name, Qualifier="1").log


def test_provisioned_concurrency_spills_over(lab: Any) -> None:
    """When every provisioned environment is busy, the next event runs on demand, on record."""
    name = published(lab, WAIT, Timeout=60)
    provision(lab, name, "1", 1)
    with in_flight(lab, name, 3, Qualifier="1") as running:
        pass
    kinds = Counter(future.result().value for future in running)
    assert kinds == {"provisioned-concurrency": 1, "on-demand": 2}
    assert len(lab.records(name, "invocation.spilled_over")) == 2


def test_provisioned_concurrency_that_takes_all_reserved(lab: Any) -> None:
    """The sum equals the reservation: $LATEST is throttled, and nothing spills over."""
    name = published(lab, WAIT, Timeout=60)
    lab.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    provision(lab, name, "1", 1)
    reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert throttle(lab, name)[2] == reason
    with in_flight(lab, name, 1, Qualifier="1"):
        assert throttle(lab, name, Qualifier="1")[2] == reason


def test_provisioned_concurrency_bounds(lab: Any) -> None:
    """At most unreserved minus the minimum, at most what is reserved, which follows it."""
    name = published(lab, WHAT)
    put = lab.functions.put_provisioned_concurrency_config
    one = {"FunctionName": name, "Qualifier": "1"}
    assert refused(put, **one, ProvisionedConcurrentExecutions=17) == (
        400,
        "InvalidParameterValueException",
        "Specified ConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [4].",
    )
    assert refused(put, **one, ProvisionedConcurrentExecutions=21)[2] == (
        "Specified ConcurrentExecutions for function is greater than account's unreserved "
        "concurrency [20]."
    )
    reserve = lab.functions.put_function_concurrency
    reserve(FunctionName=name, ReservedConcurrentExecutions=2)
    assert refused(put, **one, ProvisionedConcurrentExecutions=3)[2] == (
        "Requested Provisioned Concurrency should not be greater than the "
        "reservedConcurrentExecution for function"
    )
    put(**one, ProvisionedConcurrentExecutions=2)
    assert refused(reserve, FunctionName=name, ReservedConcurrentExecutions=1)[2].strip() == (
        "ReservedConcurrentExecutions  1 should not be lower than function's total provisioned "
        "concurrency [2]."
    )


def test_provisioned_concurrency_needs_a_published_version(lab: Any) -> None:
    """Never $LATEST, not even through an alias; what does not exist has none."""
    name, functions = published(lab, WHAT), lab.functions
    functions.create_alias(FunctionName=name, Name="dev", FunctionVersion="$LATEST")
    unpublished = (
        400,
        "InvalidParameterValueException",
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
    )
    put = functions.put_provisioned_concurrency_config
    for qualifier in ("$LATEST", "dev"):
        said = refused(
            put, FunctionName=name, Qualifier=qualifier, ProvisionedConcurrentExecutions=1
        )
        assert said == unpublished
    get = functions.get_provisioned_concurrency_config
    for call in (get, functions.delete_provisioned_concurrency_config):
        assert refused(call, FunctionName=name, Qualifier="$LATEST")[2] == (
            "The function resource provided must be an alias or a published version."
        )
    assert refused(get, FunctionName=name, Qualifier="1") == (
        404,
        "ProvisionedConcurrencyConfigNotFoundException",
        "No Provisioned Concurrency Config found for this function",
    )
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    assert refused(get, FunctionName=name, Qualifier="live") == (
        404,
        "ResourceNotFoundException",
        f"Cannot find alias arn: {arn}:live",
    )
    assert refused(get, FunctionName=name, Qualifier="7") == (
        404,
        "ResourceNotFoundException",
        f"Function not found: {arn}:7",
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "InvalidRequestContentException"),
        (b"[]", 400, "InvalidRequestContentException"),
        (b"{}", 400, "ValidationException"),
        (b'{"ProvisionedConcurrentExecutions": 0}', 400, "ValidationException"),
        (b'{"ProvisionedConcurrentExecutions": "2"}', 400, "SerializationException"),
    ],
)
def test_provisioned_concurrency_refuses_malformed_requests(
    lab: Any, body: bytes, status: int, code: str
) -> None:
    """A body that is no JSON, or no number of at least one, gets AWS's own error."""
    name = published(lab, WHAT)

    def send(request: Any, **_: Any) -> None:
        request.data = body

    client = lab.client("lambda")
    client.meta.events.register("before-sign.lambda.PutProvisionedConcurrencyConfig", send)
    said = refused(
        client.put_provisioned_concurrency_config,
        FunctionName=name,
        Qualifier="1",
        ProvisionedConcurrentExecutions=1,
    )
    assert said[:2] == (status, code)


def test_provisioned_version_and_alias_exclude_each_other(lab: Any) -> None:
    """A version has its own, or its alias has; both is a conflict."""
    name, functions = published(lab, WHAT), lab.functions
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    put = functions.put_provisioned_concurrency_config
    one = {"FunctionName": name, "ProvisionedConcurrentExecutions": 1}
    put(**one, Qualifier="1")
    assert refused(put, **one, Qualifier="live") == (
        409,
        "ResourceConflictException",
        "Alias can't be used for Provisioned Concurrency configuration on an already "
        "Provisioned version",
    )
    functions.delete_provisioned_concurrency_config(FunctionName=name, Qualifier="1")
    put(**one, Qualifier="live")
    assert refused(put, **one, Qualifier="1") == (
        409,
        "ResourceConflictException",
        "Version is pointed by a Provisioned Concurrency alias",
    )


def test_provisioned_concurrency_follows_the_alias(lab: Any) -> None:
    """When the alias moves, the new version is initialised, and the old one gives back."""
    name, functions = published(lab, WHAT), lab.functions
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    provision(lab, name, "live", 1)
    lab.change(name, WHAT + "# second\n")
    functions.publish_version(FunctionName=name)
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert numbers(settled(lab, name, "live")) == (1, 1, 1, "READY")
    answer = lab.invoke(name, Qualifier="live")
    assert (answer.value[0], answer.executed_version) == ("provisioned-concurrency", "2")
    (reaped,) = until(
        lambda: [r for r in lab.records(name, "environment.reaped") if r["version"] == "1"]
    )
    assert reaped["reason"] == "released"


def test_provisioned_concurrency_whose_init_fails(lab: Any) -> None:
    """The status is FAILED with AWS's reason, and no environment stays."""
    name = published(lab, "raise RuntimeError('no database')\n")
    config = provision(lab, name, "1", 1)
    assert numbers(config) == (1, 0, 0, "FAILED")
    assert config["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"
    until(lambda: lab.records(name, "environment.reaped"))


@pytest.mark.slow
def test_provisioned_init_may_take_longer_than_ten_seconds(lab: Any) -> None:
    """Init has 130 seconds, so eleven are fine; the environment then serves at once."""
    name = published(lab, "import time\n\ntime.sleep(11)\n\n\n" + WHAT)
    assert numbers(provision(lab, name, "1", 1)) == (1, 1, 1, "READY")
    assert lab.invoke(name, Qualifier="1").value[0] == "provisioned-concurrency"


@pytest.mark.parametrize("how", ["crash", "kill"])
def test_provisioned_environment_that_dies_is_replaced(lab: Any, how: str) -> None:
    """A crash in an event, or a kill while frozen: a new one is initialised."""
    name = published(lab, CRASH if how == "crash" else WHAT)
    provision(lab, name, "1", 1)
    if how == "crash":
        assert lab.invoke(name, "crash", Qualifier="1").function_error == "Unhandled"
    else:
        os.kill(lab.invoke(name, Qualifier="1").value[1], signal.SIGKILL)
    until(lambda: len(lab.records(name, "environment.frozen")) > (how == "kill") + 1)
    until(lambda: numbers(settled(lab, name, "1")) == (1, 1, 1, "READY"))
    answer = lab.invoke(name, Qualifier="1")
    assert "provisioned-concurrency" in answer.payload.decode()
    assert [r["reason"] for r in lab.records(name, "environment.reaped")] == ["replaced"]


@pytest.mark.slow
def test_provisioned_concurrency_ends_when_deleted(lab: Any) -> None:
    """Deleting it, its alias or the function ends the environments."""
    name, functions = published(lab, WHAT), lab.functions
    provision(lab, name, "1", 1)
    functions.delete_provisioned_concurrency_config(FunctionName=name, Qualifier="1")
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    provision(lab, name, "live", 1)
    functions.delete_alias(FunctionName=name, Name="live")
    provision(lab, name, "1", 1)
    functions.delete_function(FunctionName=name)
    reasons = [r["reason"] for r in lab.records(name, "environment.reaped")]
    assert len(reasons) == 3
    gone = refused(functions.list_provisioned_concurrency_configs, FunctionName=name)
    assert gone[:2] == (404, "ResourceNotFoundException")


@pytest.mark.slow
def test_provisioned_environments_outlive_idleness_and_end_with_a_reset(
    account_with: Callable[..., Any],
) -> None:
    """No idle age ends them; a reset does."""
    account = account_with(time_lapse=60, idle_age_s=0.001)
    name, idle = published(account, WHAT), account.deploy(WHAT)
    provision(account, name, "1", 1)
    account.invoke(idle)
    until(lambda: account.records(idle, "environment.reaped"))
    assert account.invoke(name, Qualifier="1").value[0] == "provisioned-concurrency"
    assert account.cloud.health()["environments"] == 1
    account.reset()
    assert account.cloud.health()["environments"] == 0


# -- bursts, memory ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", [100, 40])
def test_functions_that_call_themselves_never_deadlock(
    account_with: Callable[..., Any], concurrency: int
) -> None:
    """32 clients, three levels deep: each gets an answer, or a throttle where it is too narrow."""
    account = account_with(account_concurrency=concurrency, unreserved_minimum=4)
    name = account.deploy(NESTED, Timeout=120)
    may_invoke(account)

    def outcome(_: int) -> Any:
        try:
            return account.invoke(name, {"levels": 2}).value
        except account.functions.exceptions.TooManyRequestsException as error:
            return error.response["Reason"]

    with ThreadPoolExecutor(32) as clients:
        said = Counter(clients.map(outcome, range(32)))
    if concurrency >= 96:
        assert said == {"deep": 32}
    else:
        assert said.keys() <= {"deep", "ConcurrentInvocationLimitExceeded"}
    assert account.invoke(name, {"levels": 2}).value == "deep"


@pytest.mark.slow
def test_fifty_environments_frozen_mid_request_pin_nothing(
    account_with: Callable[..., Any],
) -> None:
    """Each is frozen with half a request sent; the account goes on, and a reset ends them."""
    account = account_with(account_concurrency=100, unreserved_minimum=4)
    name, other = account.deploy(HALF, Timeout=120), account.deploy(WHAT)
    with in_flight(account, name, 50):
        pass
    until(lambda: len(account.records(name, "environment.frozen")) == 50)
    assert account.invoke(other).function_error is None
    account.reset()
    assert account.cloud.health()["environments"] == 0


def test_a_frozen_caller_does_not_pin_who_answers_it(lab: Any) -> None:
    """A caller that is frozen reads nothing; the 5 MB meant for it hold up nobody."""
    name, large = lab.deploy(FORGETS), lab.deploy(LARGE, Timeout=60)
    may_invoke(lab)
    with socket.create_server(("127.0.0.1", 0)) as gate:
        gate.settimeout(30)
        lab.invoke(name, [large, gate.getsockname()[1]])
        until(lambda: lab.records(name, "environment.frozen"))
        gate.accept()[0].close()
        until(lambda: lab.records(large, "environment.frozen"))
    with in_flight(lab, large, 1) as (again,):
        pass
    assert len(again.result().payload) > 5_000_000
    assert len(lab.records(large, "environment.created")) == 1


@pytest.mark.slow
def test_environments_are_ended_when_memory_is_short(account_with: Callable[..., Any]) -> None:
    """Below the floor of free memory idle environments end, the longest idle one first."""
    account = account_with(memory_floor_mb=1_000_000_000)
    first, second = account.deploy(WHAT), account.deploy(WHAT)
    for name in (first, second):
        account.invoke(name)
    until(lambda: account.records(second, "environment.reaped"))
    reaped = [r for r in account.cloud.records()["records"] if r["kind"] == "environment.reaped"]
    assert [(r["function"], r["reason"]) for r in reaped] == [
        (first, "memory"),
        (second, "memory"),
    ]
    assert account.invoke(first).function_error is None


@pytest.mark.slow
def test_environments_are_ended_at_an_age(account_with: Callable[..., Any]) -> None:
    """An environment in use ends at its age all the same, once it is idle."""
    account = account_with(max_age_s=0.001)
    name = account.deploy(WHAT)
    account.invoke(name)
    (reaped,) = until(lambda: account.records(name, "environment.reaped"))
    assert reaped["reason"] == "age"
