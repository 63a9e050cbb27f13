"""A picture that the kernel swaps, in a real JupyterLab: drawn, walked through, zoomed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.sheet import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

CELL = """
from helpers.consoles.live import LiveView, present
from helpers.views.picture import draw
from helpers.views.svg import element, group
from helpers.views.theme import Fill, Shape, shape

def picture(count):
    up = [shape(Shape.UP, 40 + 60 * n, 30, Fill.BLUE) for n in range(count)]
    marks = [group(element("title", f"event {n}"), up[n], data_mark=n) for n in range(count)]
    return draw("Events of a test", f"{count} events", (400, 60), *marks)

pressed = []
view = LiveView()
view.swap(picture(3), facts=[("Events", "3")], status="following")
view.when("Stop", lambda: (pressed.append("Stop"), view.swap(picture(4), status="stopped")))
twin = present(picture(3), view)
"""


def test_a_live_view_is_walked_through_and_swapped(desk: Desk) -> None:
    """Keys stay in it and walk from mark to mark; its twin stands for it without its kernel."""
    sheet = desk.open(CELL)
    sheet.run_all()
    plot = sheet.output(0).locator(".coldstart-live .plot")
    said = sheet.output(0).locator(".said")
    expect(plot.locator("[data-mark]")).to_have_count(3)
    expect(sheet.output(0).locator(".coldstart-twin")).to_be_hidden()

    plot.focus()
    sheet.press("ArrowRight", "ArrowRight")
    expect(said).to_have_text("event 1")
    sheet.press("End")
    expect(said).to_have_text("event 2")
    sheet.output(0).get_by_role("button", name="Stop").press("Enter")
    expect(plot.locator("[data-mark]")).to_have_count(4)
    expect(sheet.output(0).locator(".state")).to_have_text("stopped")

    assert [] == sheet.both_themes("live-view", 0)

    sheet.output(0).get_by_role("button", name="Stop").focus()
    sheet.press("d", "d", "x")
    expect(sheet.page.locator(".jp-CodeCell")).to_have_count(1)
    assert [] == sheet.problems

    sheet.restart()
    expect(sheet.output(0).locator(".coldstart-twin")).to_be_visible()
    expect(plot).to_be_hidden()
