"""Probes of concurrency: what is refused, what is shared, what stands ready.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.capability import Capability
from helpers.course.probes.ground import THROTTLED, Ground, Probe

TAKES_A_SECOND = """
import os, time

def handler(event, context):
    time.sleep(1.5)
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE")
"""
MOST_TRIED = 50
"""A limit above this is not tried: a probe starts no thousand environments."""


def throttles(ground: Ground) -> bool:
    """Of two events at once, reserved concurrency of one refuses the second."""
    function = ground.function(TAKES_A_SECOND, "reserved")
    ground.client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=1
    )
    return sorted(_at_once(ground, function, 2)) == [THROTTLED, "served"]


def scaling_limit(ground: Ground) -> bool:
    """One event more than GetAccountSettings allows at once is refused."""
    limits = ground.client("lambda").get_account_settings()["AccountLimit"]
    room = int(limits["ConcurrentExecutions"])
    if room > MOST_TRIED:
        return False
    function = ground.function(TAKES_A_SECOND, "fills")
    return THROTTLED in _at_once(ground, function, room + 1)


def provisioned(ground: Ground) -> bool:
    """An event of a version with provisioned concurrency meets an environment made for it."""
    client = ground.client("lambda")
    function = ground.function(TAKES_A_SECOND, "ready")
    version = {"Qualifier": client.publish_version(FunctionName=function)["Version"]}
    where = {"FunctionName": function, **version}
    client.put_provisioned_concurrency_config(**where, ProvisionedConcurrentExecutions=1)
    ready = ground.wait_for(
        lambda: client.get_provisioned_concurrency_config(**where)["Status"] == "READY"
    )
    answer = client.invoke(**where)["Payload"].read() if ready else b""
    return bool(answer == b'"provisioned-concurrency"')


def _at_once(ground: Ground, function: str, count: int) -> list[str]:
    """Invoke so many times at the same moment; return for each "served", or the error's code."""
    client: Any = ground.client("lambda")

    def call(_: int) -> str:
        try:
            client.invoke(FunctionName=function)
        except ClientError as refusal:
            return str(refusal.response["Error"]["Code"])
        return "served"

    with ThreadPoolExecutor(count) as callers:
        return list(callers.map(call, range(count)))


PROBES: Mapping[Capability, Probe] = {
    Capability.THROTTLES: throttles,
    Capability.SCALING_LIMIT: scaling_limit,
    Capability.PROVISIONED: provisioned,
}
