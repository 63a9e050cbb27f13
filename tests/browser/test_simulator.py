"""The simulator in a real JupyterLab: moved by keys, run, compared, cancelled."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.sheet import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

CELL = "from helpers.consoles import Simulator\nsimulator = Simulator()\nsimulator"


def test_two_settings_are_compared_by_keyboard_and_the_picture_outlives_its_kernel(
    desk: Desk,
) -> None:
    """Arrows move sliders, a button runs both; after a restart the picture says what to do."""
    sheet = desk.open(CELL, "print(len(simulator.results))")
    sheet.run_all()
    output = sheet.output(0)
    panel = output.locator(".coldstart-controls")
    expect(panel.locator(".result svg").first).to_be_visible()
    expect(output.locator(".coldstart-twin")).to_be_hidden()

    reserved = panel.get_by_role("slider", name="Reserved concurrency").last
    reserved.press("ArrowRight")
    expect(reserved).to_have_attribute("aria-valuetext", "30")
    button = panel.get_by_role("button", name="Run A and B")
    button.press("Enter")
    expect(panel.get_by_role("status")).to_contain_text("Done", timeout=60_000)
    expect(panel.locator(".result")).to_contain_text("Two settings, the same requests")
    expect(button).to_be_focused()
    sheet.run(1)
    expect(sheet.output(1)).to_contain_text("2")

    assert [] == sheet.both_themes("simulator", 0)
    assert [] == sheet.problems

    name = sheet.save()
    sheet.restart()
    expect(panel).to_be_hidden()
    expect(output.get_by_text("Run this cell for its controls")).to_be_visible()
    again = desk.visit(name)
    expect(again.output(0).get_by_text("Run this cell for its controls")).to_be_visible()
    expect(again.output(0).locator("svg").first).to_be_visible()
    expect(again.output(0).get_by_text("model not found")).to_be_hidden()


def test_a_long_run_is_cancelled_and_an_impossible_one_not_begun(desk: Desk) -> None:
    """Millions of requests do not block the kernel; what Lambda would refuse is a sentence."""
    millions = "{**simulator.panel.values, 'rate': 1000, 'period': 3600}"
    sheet = desk.open(f"{CELL}; simulator.panel.values = {millions}", "print('free')", "simulator")
    sheet.run(0)
    sheet.run(2)
    panel = sheet.output(2).locator(".coldstart-controls")
    panel.get_by_role("button", name="Run A", exact=True).click()
    expect(panel.get_by_role("progressbar")).to_be_visible()
    sheet.run(1)
    expect(sheet.output(1)).to_contain_text("free")
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.locator(".result")).to_contain_text("cancelled", timeout=30_000)
    expect(panel.get_by_role("progressbar")).to_be_hidden()

    panel.get_by_role("slider", name="Account limit").first.press("Home")
    panel.get_by_role("button", name="Run A", exact=True).press("Enter")
    expect(panel.locator(".result")).to_contain_text("must stay unreserved")
    assert [] == sheet.problems
