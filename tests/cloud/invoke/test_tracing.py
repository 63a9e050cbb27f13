"""Trace headers on their way through Lambda: who decides, and what a function is given."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.clock import Clock
from helpers.cloud.invoke.lineage import parse_trace
from helpers.cloud.invoke.tracing import Sampler, Tracer
from helpers.cloud.records import Recorder
from tests.cloud.functions import CHARGE

ROOT = "1-5759e988-bd862e3fe1be46a994272793"
PARENT = "53995c3f42cd8ad8"


class Moment(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 1_000.0

    def now(self) -> float:
        return self.at


def begun(header: str, *, traced: bool = True) -> tuple[Any, list[dict[str, Any]]]:
    """Return what a function is given for a header, and the records."""
    clock, recorder = Moment(), Recorder(Clock())
    tracer = Tracer(clock, recorder, Sampler(clock, lambda: True))
    answer = tracer.begin(replace(CHARGE, traced=traced), "request", parse_trace(header))
    return answer, recorder.since(0)["records"]


def test_the_first_request_of_each_second_is_sampled():
    """One a second, for as long as nothing else is drawn."""
    clock = Moment()
    sampler = Sampler(clock, lambda: False)
    sampler.draw_from(random.Random(1))  # draws 0.13, 0.84, 0.76, 0.25, 0.49
    first = [sampler.samples() for _ in range(3)]
    clock.at += 1

    assert [True, False, False] == first
    assert [True, False] == [sampler.samples() for _ in range(2)]


def test_five_percent_of_the_others_are_sampled():
    """Of ten thousand requests in one second about five hundred are drawn."""
    sampler = Sampler(Moment(), lambda: False)
    sampler.draw_from(random.Random(7))

    assert 400 < sum(sampler.samples() for _ in range(10_000)) < 600


@pytest.mark.parametrize(
    ("header", "sampled", "parent"),
    [
        ("", True, ""),
        (f"Root={ROOT}", True, ""),
        (f"Root={ROOT};Parent={PARENT};Sampled=1", True, PARENT),
        (f"Root={ROOT};Parent={PARENT};Sampled=0", False, None),
        (f"Root={ROOT};Parent={PARENT};Sampled=?", True, PARENT),
        (f"Root={ROOT};Parent=nonsense;Sampled=1", True, ""),
        ("Root=nonsense;Sampled=0", True, ""),
        ("Self=x;;=;Root=", True, ""),
    ],
)
def test_headers_with_active_tracing(header: str, sampled: bool, parent: str | None):
    """A decision that came with a good root counts; a parent is believed if it looks like one."""
    answer, records = begun(header)

    assert sampled is answer.sampled
    assert re.fullmatch(
        rf"Root=1-[0-9a-f]{{8}}-[0-9a-f]{{24}};Parent=[0-9a-f]{{16}};Sampled={int(sampled)}",
        answer.header,
    )
    assert parent == (records[0]["parent"] if records else None)


def test_pass_through_leaves_a_header_alone():
    """It is neither decided nor changed, and nothing is recorded."""
    header = f"Root={ROOT};Parent={PARENT};Sampled=1"
    answer, records = begun(header, traced=False)

    assert (header, False, []) == (answer.header, answer.sampled, records)


@given(st.text(max_size=80), st.booleans())
def test_any_header_makes_one_line(header: str, traced: bool):
    """Whatever a caller sends, a function gets one line, and with active tracing a readable one."""
    answer, _ = begun(header, traced=traced)
    assert answer.header.isascii()
    assert answer.header.isprintable()
    if traced:
        assert re.match(
            r"Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]", answer.header
        )
