"""Faults on demand: calls fail as if AWS had failed, in each service's own protocol."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.cloud.client import CloudError

CALLER = """\
import boto3
from botocore.config import Config
ssm = boto3.client("ssm", config=Config(retries={"mode": "standard", "total_max_attempts": 4}))
def handler(event, context):
    answer = ssm.get_parameter(Name=event)
    return answer["ResponseMetadata"]["RetryAttempts"]
"""


@pytest.fixture(scope="module")
def account(account_with: Any) -> Any:
    """An account of its own: faults meet every caller."""
    return account_with(seed=5)


@pytest.fixture(autouse=True)
def _no_faults(account: Any) -> Iterator[None]:
    yield
    account.cloud._call("DELETE", "fault")


def failed(call: Callable[[], Any]) -> tuple[str, int]:
    """Return code and HTTP status of a call that is refused."""
    with pytest.raises(ClientError) as caught:
        call()
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


PROTOCOLS = [
    ("ssm:GetParameter", "ThrottlingException", 400, {"Name": "/a"}),
    ("sns:ListTopics", "Throttled", 429, {}),
    ("iam:ListRoles", "ServiceFailure", 500, {}),
    ("s3:ListBuckets", "SlowDown", 503, {}),
    ("lambda:ListFunctions", "TooManyRequestsException", 429, {}),
    ("lambda:ListFunctions", "ServiceException", 500, {}),
    ("xray:GetSamplingRules", "ThrottledException", 429, {}),
    ("sqs:ListQueues", "RequestThrottled", 400, {}),
    ("cloudwatch:ListMetrics", "InternalServiceFault", 500, {}),
    ("dynamodb:ListTables", "InternalServerError", 500, {}),
    ("events:ListRules", "InternalException", 500, {}),
    ("states:ListStateMachines", "ThrottlingException", 400, {}),
    ("secretsmanager:ListSecrets", "InternalServiceError", 500, {}),
]
BOTO = {"states": "stepfunctions"}


@pytest.mark.parametrize(
    ("action", "error", "status", "params"), PROTOCOLS, ids=[f"{a}-{e}" for a, e, *_ in PROTOCOLS]
)
def test_a_fault_speaks_the_services_protocol(
    account: Any, action: str, error: str, status: int, params: dict[str, Any]
):
    """boto3 raises the error asked for, with the status of AWS's model, and then it is over."""
    service, _, operation = action.partition(":")
    client = account.client(BOTO.get(service, service))
    method = "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).lstrip("_")
    account.cloud.fault(action=action, error=error, times=1)

    assert (error, status) == failed(lambda: getattr(client, method)(**params))
    if not params:
        assert 200 == getattr(client, method)(**params)["ResponseMetadata"]["HTTPStatusCode"]


def test_a_fault_lasts_for_as_many_calls_as_asked(account: Any):
    """Three calls fail, at the same moment or not, and the fourth works."""
    client = account.client("sqs")
    account.cloud.fault(action="sqs:ListQueues", error="RequestThrottled", times=3)

    def works(_: int) -> bool:
        try:
            client.list_queues()
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        worked = list(threads.map(works, range(8)))
    assert (3, 5) == (worked.count(False), worked.count(True))


def test_a_handlers_retries_meet_the_fault_too(account: Any):
    """boto3 in a handler retries twice, and the records tell what was asked and what failed."""
    account.client("ssm").put_parameter(Name="/x", Value="1", Type="String")
    iam = account.client("iam")
    account.deploy("def handler(e, c): pass")  # makes the role
    iam.put_role_policy(
        RoleName="conformance", PolicyName="ssm", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}]}),
    )  # fmt: skip
    name = account.deploy(CALLER, Timeout=20)
    since = account.cloud.records()["next"]
    account.cloud.fault(action="ssm:GetParameter", error="ThrottlingException", times=2)

    assert 2 == account.invoke(name, "/x").value
    records = account.cloud.records(since)["records"]
    assert [("fault.injected", None), ("fault.raised", 1), ("fault.raised", 0)] == [
        (r["kind"], r.get("remaining")) for r in records if r["kind"].startswith("fault.")
    ]


@pytest.mark.parametrize("action", ["lambda:Invoke", "lambda:InvokeFunction"])
def test_invocations_can_fail(account: Any, action: str):
    """Invoke is refused with 429 and its reason before the function is reached."""
    name = account.deploy("def handler(e, c): return 1")
    account.cloud.fault(action=action, error="TooManyRequestsException")
    with pytest.raises(ClientError) as caught:
        account.invoke(name)

    assert "ConcurrentInvocationLimitExceeded" == caught.value.response["Reason"]
    assert 429 == caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert 1 == account.invoke(name).value


def test_faults_are_listed_taken_back_and_forgotten(account: Any):
    """Zero times takes one back; a reset takes all."""
    cloud = account.cloud
    cloud.fault(action="ssm:GetParameter", error="ThrottlingException", times=3, message="Slow.")
    cloud.fault(action="sqs:ListQueues", error="Boom", status=418)
    (ssm, sqs) = cloud._call("GET", "fault")["faults"]

    assert ("ssm:GetParameter", 3, "Slow.") == (ssm["action"], ssm["times"], ssm["message"])
    assert ("Boom", 418) == failed(account.client("sqs").list_queues)
    assert sqs["status"] == 418
    assert [] == cloud.fault(action="ssm:GetParameter", error="", times=0)
    cloud.fault(action="sqs:ListQueues", error="Boom")
    account.reset()
    assert [] == cloud._call("GET", "fault")["faults"]
    assert account.client("sqs").list_queues()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"action": "ssm:GetParamter", "error": "X"}, "Did you mean ssm:GetParameter"),
        ({"action": "smm:GetParameter", "error": "X"}, "come near: ssm"),
        ({"action": "GetParameter", "error": "X"}, "service:Operation"),
        ({"action": "ssm:GetParameter", "error": ""}, "no error code"),
        ({"action": "ssm:GetParameter", "error": "<b>"}, "no error code"),
        ({"action": "ssm:GetParameter", "error": "X", "times": -1}, "no number of calls"),
        ({"action": "ssm:GetParameter", "error": "X", "times": True}, "no number of calls"),
        ({"action": "ssm:GetParameter", "error": "X", "status": 200}, "no HTTP status"),
        ({"action": "ssm:GetParameter", "error": "X", "colour": 1}, "has no 'colour'"),
    ],
)
def test_a_wrong_fault_says_what_to_send_instead(account: Any, given: dict[str, Any], words: str):
    """Nothing is planned, and near names are told."""
    with pytest.raises(CloudError, match=words):
        account.cloud.fault(**given)

    assert [] == account.cloud._call("GET", "fault")["faults"]


def test_an_error_code_that_nobody_knows_is_a_bad_request(account: Any):
    """An error that no model lists has the status 400."""
    code = f"Odd{secrets.token_hex(2)}"
    account.cloud.fault(action="kms:ListKeys", error=code)

    assert (code, 400) == failed(account.client("kms").list_keys)
