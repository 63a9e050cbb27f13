"""Runs of a function at several memory sizes, with the processor shared out by memory.

The function's memory and the account's setting are as before when it ends, however it ends.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from helpers.cloud.errors import KitError
from helpers.consoles.controls import Errand

QUICKLY = {"Delay": 0.05, "MaxAttempts": 600}


class LabOfCost(Protocol):
    """What measuring needs of a lab: its clients, its records and the processor's setting."""

    def client(self, service: str) -> Any: ...

    def records(self, **equals: Any) -> list[dict[str, Any]]: ...

    def settings(self, **changes: object) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run: a function, an event, memory sizes, and how many warm runs of each."""

    function: str
    event: str
    sizes_mb: Sequence[int]
    runs: int

    def __post_init__(self) -> None:
        if not self.function:
            raise KitError(
                "There is no function to measure.",
                next_step="Deploy one, and run this cell again.",
                anchor="console-input",
            )
        if not self.sizes_mb:
            raise KitError(
                "No memory size is ticked.", next_step="Tick two or more.", anchor="console-input"
            )
        try:
            json.loads(self.event)
        except ValueError as error:
            raise KitError(
                f"The event is not JSON: {error}.",
                next_step='Write it as in {"order_id": "o-1007"}.',
                anchor="console-input",
            ) from None

    def code(self) -> str:
        """Return the calls that are made."""
        return "\n".join(
            [
                "lab.settings(cpu_share=True)",
                f"for memory_mb in {[*self.sizes_mb]}:",
                f'    aws.update_function_configuration(FunctionName="{self.function}", '
                "MemorySize=memory_mb)",
                f'    aws.get_waiter("function_updated_v2").wait(FunctionName="{self.function}")',
                f"    for _ in range({self.runs + 1}):  # the first one is a cold start",
                f'        aws.invoke(FunctionName="{self.function}", Payload={self.event!r})',
            ]
        )


def measure(lab: LabOfCost, plan: Plan, errand: Errand) -> list[dict[str, Any]]:
    """Run a plan and return the records of its invocations; raises Cancelled on Cancel."""
    aws = lab.client("lambda")
    configuration = aws.get_function_configuration(FunctionName=plan.function)
    shared = bool(lab.settings().get("cpu_share"))
    asked: set[str] = set()
    lab.settings(cpu_share=True)
    try:
        _run_all(aws, plan, errand, asked)
    finally:
        lab.settings(cpu_share=shared)
        _set_memory(aws, plan.function, configuration["MemorySize"])
    ended = lab.records(kind="invocation.finished", function=plan.function)
    return [record for record in ended if record["request_id"] in asked]


def _run_all(aws: Any, plan: Plan, errand: Errand, asked: set[str]) -> None:
    runs = plan.runs + 1
    total = len(plan.sizes_mb) * runs
    for place, memory_mb in enumerate(plan.sizes_mb):
        errand.step(place * runs / total, f"{memory_mb:,} MB: a new environment …")
        _set_memory(aws, plan.function, memory_mb)
        for number in range(runs):
            words = f"{memory_mb:,} MB: run {number} of {plan.runs}" if number else ""
            errand.step((place * runs + number) / total, words)
            answer = aws.invoke(FunctionName=plan.function, Payload=plan.event.encode())
            answer["Payload"].read()
            asked.add(answer["ResponseMetadata"]["RequestId"])


def _set_memory(aws: Any, function: str, memory_mb: int) -> None:
    aws.update_function_configuration(FunctionName=function, MemorySize=memory_mb)
    aws.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig=QUICKLY)
