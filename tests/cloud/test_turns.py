"""Which requests wait for their service's turn, and which never do."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest

from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.turns import Turns


def request_of(
    service: str, method: str = "POST", path: str = "/", target: str = "", body: bytes = b""
) -> HttpRequest:
    """Return a signed request of a service."""
    scope = f"AWS4-HMAC-SHA256 Credential=AKIA/20261121/us-east-1/{service}/aws4_request, "
    headers = {"authorization": scope} | ({"x-amz-target": target} if target else {})
    return HttpRequest(method, path, "", headers, (), body)


WRITERS = [
    request_of("s3", "PUT", "/bucket/key"),
    request_of("s3", "DELETE", "/bucket"),
    request_of("lambda", "POST", "/2015-03-31/functions"),
    request_of("lambda", "PUT", "/2015-03-31/functions/f/aliases/live"),
    request_of("ssm", target="AmazonSSM.PutParameter"),
    request_of("secretsmanager", target="secretsmanager.CreateSecret"),
    request_of("states", target="AWSStepFunctions.StartExecution"),
    request_of("iam", body=b"Action=CreateRole&Version=2010-05-08"),
    request_of("kinesis", path="/service/Kinesis_20131202/operation/CreateStream", target=""),
]
OTHERS = [
    request_of("s3", "GET", "/bucket/key"),
    request_of("lambda", "GET", "/2015-03-31/functions"),
    request_of("lambda", "POST", "/2015-03-31/functions/f/invocations"),
    request_of("lambda", "POST", "/2014-11-13/functions/f/invoke-async/"),
    request_of("apigateway", "POST", "/restapis/a/resources/r/methods/GET"),
    request_of("sqs", target="AmazonSQS.ReceiveMessage"),
    request_of("sqs", target="AmazonSQS.DeleteMessageBatch"),
    request_of("events", target="AWSEvents.PutEvents"),
    request_of("states", target="AWSStepFunctions.StartSyncExecution"),
    request_of("secretsmanager", target="secretsmanager.RotateSecret"),
    request_of("cloudformation", body=b"Action=CreateStack"),
    request_of("iam", body=b"Action=ListRoles"),
]


def takes_turns(turns: Turns, request: HttpRequest) -> bool:
    """Tell whether nobody else gets in while a request is answered."""
    got: list[bool] = []
    with turns.of(request):
        again = turns.of(request)
        if isinstance(again, nullcontext):
            return False
        other = threading.Thread(target=lambda: got.append(again.acquire(blocking=False)))  # type: ignore[attr-defined]
        other.start()
        other.join()
    return got == [False]


@pytest.mark.parametrize("request_", WRITERS, ids=lambda one: one.path + str(one.body))
def test_writers_take_turns(request_: HttpRequest):
    """What looks and then writes is alone in its service."""
    headers = dict(request_.headers)
    if request_.path.startswith("/service/"):
        headers["smithy-protocol"] = "rpc-v2-cbor"
    asked = HttpRequest(request_.method, request_.path, "", headers, (), request_.body)

    assert takes_turns(Turns(), asked)


@pytest.mark.parametrize("request_", OTHERS, ids=lambda one: one.path + str(one.body))
def test_readers_and_what_may_wait_never_wait(request_: HttpRequest):
    """A handler that calls the account while its caller waits would otherwise wait for ever."""
    assert not takes_turns(Turns(), request_)


def test_services_do_not_wait_for_each_other():
    """A writer of S3 leaves Lambda's turn alone."""
    turns, got = Turns(), []
    other = turns.of(WRITERS[2])
    with turns.of(WRITERS[0]):
        thread = threading.Thread(target=lambda: got.append(other.acquire(blocking=False)))  # type: ignore[attr-defined]
        thread.start()
        thread.join()

    assert [True] == got
