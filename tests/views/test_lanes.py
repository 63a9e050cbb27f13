"""Lanes: records become spans and marks, one lane per environment."""

from __future__ import annotations

import pytest

from helpers.views.lanes import Act, Lane, Sign, read_lanes
from tests.views.stories import cold, record, timed, warm


def story(lane: Lane) -> list[str]:
    return [str(span.act) for span in lane.spans]


def test_an_environment_is_a_lane_from_init_to_its_end():
    """Init, invoke and frozen follow each other without a gap; the last mark is its shutdown."""
    end = record("environment.reaped", "e1")
    (lane,) = read_lanes(timed([*cold("e1"), *warm("e1"), end])).lanes

    assert ["init", "invoke", "frozen", "invoke", "frozen"] == story(lane)
    assert [span.end for span in lane.spans[:-1]] == [span.start for span in lane.spans[1:]]
    assert [(Sign.REAPED, "idle")] == [(mark.sign, mark.words) for mark in lane.marks]


def test_lanes_are_numbered_per_function_and_refusals_stand_last():
    """Ids differ on each run, so they are not shown; a function without environment has a lane."""
    other = {"function": "get-order"}
    refused = record("invocation.throttled")
    elsewhere = [{**each, **other} for each in cold("e2")]
    lanes = read_lanes(timed([refused, *cold("e1"), *elsewhere, *cold("e3")])).lanes
    names = [(lane.function, lane.name) for lane in lanes]

    assert [
        ("place-order", "#1"),
        ("get-order", "#1"),
        ("place-order", "#2"),
        ("place-order", "no environment"),
    ] == names


def test_one_function_can_be_asked_for():
    """What happened to the others is passed over."""
    other = [{**each, "function": "get-order"} for each in cold("e2")]
    scene = read_lanes(timed([*cold("e1"), *other]), function="get-order")

    assert ("get-order",) == scene.functions


def test_a_process_that_died_begins_again_with_init():
    """The identity stays; init is repeated inside the next invocation, and lies before it."""
    again = record("environment.init", "e1", phase="invoke")
    died = [
        *warm("e1")[:2],
        record("environment.killed", "e1"),
        record("invocation.finished", "e1", status="error", error_type="Runtime.ExitError"),
    ]
    (lane,) = read_lanes(timed([*cold("e1"), *died, again, *warm("e1")[1:]])).lanes

    assert ["init", "invoke", "frozen", "invoke", "init", "invoke", "frozen"] == story(lane)
    # the kill tells of the failure already
    assert [Sign.KILLED] == [mark.sign for mark in lane.marks]
    assert "Runtime.ExitError" in lane.spans[3].words


def test_a_failed_invocation_has_a_mark_and_a_timeout_only_its_own():
    """An error of the function is marked where the invocation ends."""
    failed = warm("e1", status="error", error_type="ValueError")
    late = [
        *warm("e1")[:2],
        record("environment.timed_out", "e1"),
        record("invocation.finished", "e1", status="timeout", error_type="Sandbox.Timedout"),
    ]
    (lane,) = read_lanes(timed([*cold("e1"), *failed, *late])).lanes

    assert [(Sign.FAILED, "ValueError"), (Sign.TIMED_OUT, "after 1 s")] == [
        (mark.sign, mark.words) for mark in lane.marks
    ]
    assert lane.marks[0].at == lane.spans[3].end


@pytest.mark.parametrize("created", [True, False])
def test_an_environment_that_begins_as_a_snapshot_is_restored(created: bool):
    """Its first span is a restore, also when its beginning was not recorded."""
    begin = [record("environment.created", "e1")] if created else []
    records = [record("snapshot.made"), *begin, record("environment.restored", "e1")]
    restored, outside = read_lanes(timed([*records, *warm("e1")[1:]])).lanes

    assert ["restore", "invoke", "frozen"] == story(restored)
    assert [Sign.SNAPSHOT] == [mark.sign for mark in outside.marks]


def test_what_goes_on_has_no_end_yet():
    """An invocation without an end is running; a frozen environment is not."""
    running = read_lanes(timed(cold("e1")[:3]))
    frozen = read_lanes(timed(cold("e1")))

    assert (True, None) == (running.running, running.lanes[0].spans[-1].end)
    assert Act.INVOKE is running.lanes[0].spans[-1].act
    assert not frozen.running


def test_records_may_begin_in_the_middle():
    """The ring has forgotten the beginning: what is there is drawn."""
    (lane,) = read_lanes(timed(warm("e1")[2:] + warm("e1"))).lanes

    assert ["frozen", "invoke", "frozen"] == story(lane)


def test_failed_init_says_why():
    """Its span has the error's type."""
    failed = record(
        "environment.init", "e1", status="error", error_type="Runtime.ImportModuleError"
    )
    (lane,) = read_lanes(timed([record("environment.created", "e1"), failed])).lanes

    assert "40 ms, Runtime.ImportModuleError" == lane.spans[0].words
