"""The timeline: a picture of lanes, its text twin, and the variant without measured numbers."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from helpers.views import timeline
from helpers.views.timeline import folded
from helpers.views.timeline_drawing import MOST_LANES
from tests.views.stories import MEMBERS, cold, record, timed, warm

BURST = [
    *cold("e1"),
    *warm("e1"),
    *warm("e1"),
    *cold("e2"),
    record("invocation.throttled"),
    record("invocation.throttled"),
    record("environment.reaped", "e2"),
]
KINDS = [*MEMBERS, "environment.created", "environment.frozen", "environment.thawed", "decision"]


def test_the_twin_tells_each_lane_without_measured_numbers():
    """Counts stand first; what repeats itself is folded; signs are those of the picture."""
    assert """\
Timeline of place-order
Environments 2 · Invocations 4 · Cold starts 2 · Throttled 2
  #1              init · (invoke · frozen) × 3
  #2              init · invoke · frozen · ■ shut down
  no environment  ▲ throttled × 2""" == repr(timeline(timed(BURST)))


def test_durations_are_told_when_asked_for():
    """Each span that ended has its milliseconds."""
    told = timeline(timed(cold("e1")), durations=True).text

    assert "#1  init 200 ms · invoke 100 ms · frozen" in told


def test_in_order_two_runs_give_the_same_picture():
    """Other ids, other moments, other durations: the same HTML, so that lessons can store it."""
    slower = [
        {**each, "duration_ms": 99.5, "billed_ms": 100, "environment": f"x{each['environment']}"}
        if "environment" in each
        else each
        for each in BURST
    ]
    first = timeline(timed(BURST), scale="order").html()
    second = timeline(timed(slower, start=1.9e9, step=0.7), scale="order").html()

    assert first == second
    assert "ms" not in timeline(timed(BURST), scale="order").drawing


def test_in_steps_what_ran_at_once_gives_the_same_picture_in_any_order():
    """Which of two environments was quicker does not show; how often each worked does."""
    one, other = cold("e1"), cold("e2")
    begin = [one.pop(0), other.pop(0)]
    first = timeline(timed([*begin, *one, *other]), scale="steps")
    second = timeline(timed([*begin, *other, *one]), scale="steps")

    assert first.html() == second.html()
    assert (
        timeline(timed([*begin, *one, *other]), scale="order").html()
        != timeline(timed([*begin, *other, *one]), scale="order").html()
    )


def test_to_scale_the_picture_has_an_axis_marks_and_the_cost():
    """Each bar and mark says what it is; the page gets what it needs to zoom."""
    drawing = ElementTree.fromstring(timeline(timed(BURST)).drawing)
    marks = [e for e in drawing.iter() if e.get("data-mark") is not None]
    titles = [mark.findtext("title") or "" for mark in marks]

    assert 13 == len(marks)
    assert "throttled: place-order, ConcurrentInvocationLimitExceeded, at 1.800 s" in titles
    assert "init in place-order #1, 40 ms, at 0.000 s" in titles
    assert any("8 ms, billed 9 ms at 512 MB, success" in title for title in titles)
    assert 2 == float(drawing.get("data-span", ""))
    assert any("¢" in (text.text or "") for text in drawing.iter("text"))


def test_the_legend_names_what_occurs_and_nothing_else():
    """Shape and word of each kind stand below the lanes."""
    words = {e.text for e in ElementTree.fromstring(timeline(timed(BURST)).drawing).iter("text")}

    assert {"init", "invoke", "frozen", "shut down", "throttled"} <= words
    assert not {"killed", "timed out", "restore"} & words


def test_what_goes_on_is_drawn_up_to_now():
    """The bar of a running invocation ends at the moment given."""
    running = timeline(timed(cold("e1")[:3]), now=1.8e9 + 4)
    drawing = ElementTree.fromstring(running.drawing)

    assert 4 == float(drawing.get("data-span", ""))
    assert any("goes on" in (title.text or "") for title in drawing.iter("title"))


def test_many_lanes_are_counted_and_not_all_drawn():
    """The text has every lane; the drawing says how many it leaves out."""
    many = timed(itertools.chain.from_iterable(cold(f"e{n}") for n in range(MOST_LANES + 7)))
    drawn = timeline(many)

    assert "and 7 more lanes, not drawn" in drawn.drawing
    assert MOST_LANES + 7 == sum(line.startswith("  #") for line in drawn.text.splitlines())


def test_nothing_is_a_picture_too():
    """Before the first event, and for a function that has none, it says so."""
    assert repr(timeline([])).startswith("Timeline: nothing yet\n")
    assert repr(timeline(timed(BURST), function="x")).startswith("Timeline of x: nothing yet\n")


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from([None, "e1", "e2"])), max_size=40),
    st.sampled_from(["time", "order", "steps"]),
)
def test_any_records_are_drawn(steps, scale):
    """Whatever the ring still holds, and in whatever order, the picture is well formed."""
    records = timed(record(kind, environment) for kind, environment in steps)

    ElementTree.fromstring(timeline(records, scale=scale).drawing)


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_folding_loses_nothing(words: list[str]):
    """Unfolded again, the line says the same words in the same order."""
    rebuilt: list[str] = []
    for part in re.findall(r"\(.*?\)(?: × \d+)|[abc](?: × \d+)?", folded(words)):
        unit, _, times = part.partition(" × ")
        rebuilt += unit.strip("()").split(" · ") * int(times or 1)

    assert words == rebuilt
