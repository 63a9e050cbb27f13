"""Concurrency: limits, throttles and their answers, provisioned environments, loops."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from tools.fidelity.account import EMPTY, ProbedAccount, until
from tools.fidelity.rows import LAMBDA, LAMBDA_API, Area

AREA = Area("Concurrency")
SLOW = """
import time
def handler(event, context):
    time.sleep(1)
"""
CALLS_ITSELF = """
import boto3
def handler(event, context):
    boto3.client("lambda").invoke(FunctionName=context.function_name, InvocationType="Event")
"""


@AREA.row(
    "concurrency",
    "An account runs at most 1,000 events at once in a Region; new accounts have fewer.",
    f"{LAMBDA}lambda-concurrency.html",
    labs=("01", "09"),
)
def concurrency(account: ProbedAccount) -> str:
    """Read the limit that an account starts with."""
    limit = account.cloud.health()["settings"]["account_concurrency"]
    return f"{limit:,} too, unless a lab asks for fewer."


@AREA.row(
    "scaling-reason",
    "A function gets at most 1,000 new environments in ten seconds; which Reason a throttle for "
    "that names is not documented.",
    f"{LAMBDA}scaling-behavior.html",
    labs=("09",),
)
def scaling_reason(account: ProbedAccount) -> str:
    """Let a function have one environment in ten seconds, and send two events at once."""
    with account.other(scaling_per_10_s=1) as other:
        throttle = _throttle(other, other.deploy(SLOW, Timeout=10))
    return f"The same rate; the Reason is {throttle['Reason']}."


@AREA.row(
    "retry-after",
    "A throttle is a 429 with a Retry-After header, in seconds; which number is not documented.",
    f"{LAMBDA_API}API_Invoke.html",
    labs=("09",),
)
def retry_after(account: ProbedAccount) -> str:
    """Reserve nothing for a function, call it, and read the answer."""
    name = account.deploy(EMPTY)
    account.lambda_client.put_function_concurrency(
        FunctionName=name, ReservedConcurrentExecutions=0
    )
    throttle = _throttle(account, name)
    seconds = throttle["ResponseMetadata"]["HTTPHeaders"].get("retry-after", "none")
    message = throttle["Error"]["Message"]
    return f"Retry-After: {seconds}; the message is {message!r}."


@AREA.row(
    "caller-rate",
    "Calls of one caller to Lambda's API are limited too (15 a second for most operations).",
    f"{LAMBDA}gettingstarted-limits.html",
)
def caller_rate(account: ProbedAccount) -> str:
    """Ask for the functions fifty times at once."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: account.lambda_client.list_functions(), range(50)))
    return f"Not limited: {len(answers)} calls of ListFunctions at once were all answered."


@AREA.row(
    "provisioned-start",
    "Provisioned environments are allocated within a minute or two, up to 6,000 a minute.",
    f"{LAMBDA}provisioned-concurrency.html",
    labs=("02", "09"),
)
def provisioned_start(account: ProbedAccount) -> str:
    """Ask for two environments where a minute takes two seconds, and wait until they are READY."""
    with account.other(time_lapse=30) as other:
        name = other.deploy(EMPTY)
        version = other.lambda_client.publish_version(FunctionName=name)["Version"]
        where = {"FunctionName": name, "Qualifier": version}
        other.lambda_client.put_provisioned_concurrency_config(
            **where, ProvisionedConcurrentExecutions=2
        )

        def status() -> str:
            config = other.lambda_client.get_provisioned_concurrency_config(**where)
            return str(config["Status"])

        before, began = status(), time.monotonic()
        until(lambda: status() == "READY")
        lapsed_s = (time.monotonic() - began) * 30
    took = "about a minute" if 45 < lapsed_s < 180 else "another time"
    return f"{before} for {took} (lapsed), then all at once, without a rate."


@AREA.row(
    "provisioned-scaling",
    "Application Auto Scaling can change provisioned concurrency by schedule or utilization.",
    f"{LAMBDA}provisioned-concurrency.html",
    labs=("09",),
)
def provisioned_scaling(account: ProbedAccount) -> str:
    """Register a target for two to four environments, and look whether they come."""
    name = account.deploy(EMPTY)
    account.lambda_client.publish_version(FunctionName=name)
    account.lambda_client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    target = {
        "ServiceNamespace": "lambda",
        "ResourceId": f"function:{name}:live",
        "ScalableDimension": "lambda:function:ProvisionedConcurrency",
    }
    account.client("application-autoscaling").register_scalable_target(
        **target, MinCapacity=2, MaxCapacity=4
    )
    found = account.lambda_client.list_provisioned_concurrency_configs(FunctionName=name)
    count = len(found["ProvisionedConcurrencyConfigs"])
    return f"A target is kept, but nothing scales: {count} configurations came of it."


@AREA.row(
    "recursion",
    "A loop of a function that calls itself is stopped after about 16 runs; how that is "
    "worded is not documented.",
    f"{LAMBDA}invocation-recursion.html",
)
def recursion(account: ProbedAccount) -> str:
    """Let a function call itself, and count its runs."""
    role = account.make_role(
        account.name(), {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    )
    name = account.deploy(CALLS_ITSELF, Role=role, Timeout=30, MemorySize=256)
    account.lambda_client.invoke(FunctionName=name, InvocationType="Event")
    stopped = until(lambda: account.records(name, "recursion.stopped"))
    runs = len(account.records(name, "invocation.started"))
    (dropped, *_) = until(lambda: account.records(name, "event.dropped")) or [{}]
    reason = dropped.get("reason", "no reason")
    return f"{'Stopped' if stopped else 'Not stopped'} after {runs} runs; the reason is {reason}."


def _throttle(account: ProbedAccount, name: str) -> dict[str, Any]:
    """Call a function twice at once; return the answer of the call that was throttled."""

    def call(_: int) -> dict[str, Any] | None:
        try:
            account.lambda_client.invoke(FunctionName=name)
        except ClientError as error:
            return dict(error.response)
        return None

    with ThreadPoolExecutor(2) as pool:
        return next(answer for answer in pool.map(call, range(2)) if answer)
