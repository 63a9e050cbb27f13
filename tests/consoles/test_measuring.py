from __future__ import annotations

import io
import itertools
from typing import Any

import pytest

from helpers.cloud.errors import KitError
from helpers.consoles.controls import CANCEL
from helpers.consoles.cost import MEASURE, CostConsole
from helpers.consoles.measuring import Plan

PATIENCE_S = 30


class FakeLambda:
    """Lambda as the console calls it; remembers every memory size, and may fail."""

    def __init__(self) -> None:
        self.memory_mb = 256
        self.sizes: list[int] = []
        self.ids = (f"id-{number}" for number in itertools.count())
        self.records: list[dict[str, Any]] = []
        self.before_invoke: Any = lambda: None

    def get_paginator(self, _: str) -> FakeLambda:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"Functions": [{"FunctionName": "spin-demo"}]}]

    def get_function_configuration(self, **_: str) -> dict[str, Any]:
        return {"MemorySize": self.memory_mb}

    def update_function_configuration(self, **settings: Any) -> None:
        self.memory_mb = settings["MemorySize"]
        self.sizes.append(self.memory_mb)

    def get_waiter(self, _: str) -> FakeLambda:
        return self

    def wait(self, **_: Any) -> None:
        return None

    def invoke(self, **call: Any) -> dict[str, Any]:
        self.before_invoke()
        request_id = next(self.ids)
        cold = not any(r["memory_mb"] == self.memory_mb for r in self.records)
        self.records.append(
            {
                "kind": "invocation.finished",
                "function": call["FunctionName"],
                "request_id": request_id,
                "status": "success",
                "memory_mb": self.memory_mb,
                "duration_ms": 10_000 / self.memory_mb,
                "init_ms": 100.0 if cold else None,
            }
        )
        return {"Payload": io.BytesIO(b"1"), "ResponseMetadata": {"RequestId": request_id}}


class FakeLab:
    """A lab around it, with the processor's setting."""

    def __init__(self) -> None:
        self.aws = FakeLambda()
        self.cpu_share = False

    def client(self, service: str) -> Any:
        return self.aws

    def records(self, **equals: Any) -> list[dict[str, Any]]:
        return self.aws.records

    def settings(self, **changes: object) -> dict[str, Any]:
        self.cpu_share = bool(changes.get("cpu_share", self.cpu_share))
        return {"cpu_share": self.cpu_share}


@pytest.fixture
def lab() -> FakeLab:
    """An account with one function."""
    return FakeLab()


def test_every_size_is_run_cold_once_and_warm_as_often_as_asked(lab: FakeLab):
    """The picture counts the warm runs; memory and processor setting are as before."""
    console = CostConsole(lab)
    console.measuring.press(MEASURE, {"sizes": ["512", "128"], "runs": 3})

    assert console.measuring.wait(PATIENCE_S)
    assert [128, 512, 256] == lab.aws.sizes
    assert not lab.cpu_share
    assert console.measured is not None
    assert "\n128  0.07  3 " in console.measured.text
    assert "spin-demo" in repr(console)


def test_earlier_runs_of_the_function_are_not_mixed_in(lab: FakeLab):
    """Only the invocations of this measurement count."""
    lab.aws.memory_mb = 128
    lab.aws.invoke(FunctionName="spin-demo")
    console = CostConsole(lab)
    console.measuring.press(MEASURE, {"sizes": ["512"], "runs": 1})

    assert console.measuring.wait(PATIENCE_S)
    assert console.measured is not None
    assert "\n128" not in console.measured.text


@pytest.mark.parametrize("how", ["cancelled", "failed"])
def test_however_it_ends_the_function_is_as_before(lab: FakeLab, how: str):
    """Cancel and errors restore memory and processor setting."""
    console = CostConsole(lab)

    def interrupt() -> None:
        if how == "failed":
            raise KitError("Nothing works.", next_step="Wait.")
        console.measuring.press(CANCEL)

    lab.aws.before_invoke = interrupt
    console.measuring.press(MEASURE, {"sizes": ["1024"], "runs": 3})

    assert console.measuring.wait(PATIENCE_S)
    assert (256, False) == (lab.aws.memory_mb, lab.cpu_share)
    assert ("cancelled" if how == "cancelled" else "Nothing works.") in console.measuring.result
    assert console.measured is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"event": "{"}, "not JSON"),
        ({"sizes": []}, "No memory size"),
        ({"function": ""}, "no function"),
    ],
)
def test_what_cannot_be_measured_is_said_before_anything_is_changed(
    lab: FakeLab, values: dict[str, Any], words: str
):
    """A wrong event costs no run."""
    console = CostConsole(lab)
    console.measuring.press(MEASURE, values)

    assert words in console.measuring.result
    assert [] == lab.aws.sizes


def test_the_calls_can_be_read(lab: FakeLab):
    """What the console does is boto3, and it shows it."""
    code = Plan("spin-demo", "{}", [128, 512], 3).code()

    compile(code, "listing", "exec")
    assert "update_function_configuration" in code


def test_the_bill_follows_its_controls(lab: FakeLab):
    """Moving a control draws another bill, without a button."""
    console = CostConsole(lab)
    before = console.bill

    console.month.values = {**console.month.values, "requests": 1_000_000_000}

    assert before != console.bill
    assert "1,000,000,000" in console.month.result
