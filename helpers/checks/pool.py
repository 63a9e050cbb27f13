"""The account's pool of concurrency, undivided for the time of a check and then as it was.

What a learner has reserved or provisioned elsewhere would make a check say something else each
time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.session import Session


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What one version or alias had provisioned."""

    arn: str
    number: int

    @property
    def where(self) -> dict[str, str]:
        """The parameters that name it."""
        name, _, qualifier = self.arn.rpartition(":")
        return {"FunctionName": name, "Qualifier": qualifier}


@contextmanager
def undivided(session: Session) -> Iterator[None]:
    """Take every reservation and provisioned concurrency back; restore them at the end."""
    client = session.client("lambda")
    names = [
        str(function["FunctionName"])
        for page in client.get_paginator("list_functions").paginate()
        for function in page["Functions"]
    ]
    reserved = {name: number for name in names if (number := _reserved(client, name)) is not None}
    provisioned = [config for name in names for config in _provisioned(client, name)]
    for name in reserved:
        client.delete_function_concurrency(FunctionName=name)
    for config in provisioned:
        client.delete_provisioned_concurrency_config(**config.where)
    try:
        yield
    finally:
        # what is gone or no longer fits must not hide what the check found out
        for name, number in reserved.items():
            with suppress(ClientError):
                client.put_function_concurrency(
                    FunctionName=name, ReservedConcurrentExecutions=number
                )
        for config in provisioned:
            with suppress(ClientError):
                client.put_provisioned_concurrency_config(
                    **config.where, ProvisionedConcurrentExecutions=config.number
                )


def _reserved(client: Any, name: str) -> int | None:
    found = client.get_function_concurrency(FunctionName=name)
    number = found.get("ReservedConcurrentExecutions")
    return None if number is None else int(number)


def _provisioned(client: Any, name: str) -> list[Provisioned]:
    found = client.list_provisioned_concurrency_configs(FunctionName=name)
    return [
        Provisioned(
            str(config["FunctionArn"]), int(config["RequestedProvisionedConcurrentExecutions"])
        )
        for config in found["ProvisionedConcurrencyConfigs"]
    ]
