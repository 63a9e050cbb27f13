"""Costs in a real JupyterLab: a function measured at two sizes, a bill that follows sliders."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.sheet import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

HANDLER = """def spin(event, context):
    total = 0
    for number in range(200_000):
        total += number
    return total"""
DEPLOY = 'lab.deploy(spin, "spin-demo", MemorySize=256)'
ASK = (
    'aws = lab.client("lambda")\n'
    'aws.get_function_configuration(FunctionName="spin-demo")["MemorySize"], '
    'lab.settings()["cpu_share"]'
)


LAB = 'from helpers import Lab\nlab = Lab("00-welcome")'
CONSOLE = "from helpers.consoles import CostConsole\nCostConsole(lab)"


def test_a_function_is_measured_and_is_as_before(desk: Desk) -> None:
    """Two sizes are run off the main thread; memory and processor setting are restored.

    Before there is a function, and when the account is gone, one reads what to do.
    """
    sheet = desk.open(LAB, CONSOLE, HANDLER, DEPLOY, ASK, "lab._session.account.cloud.stop()")
    sheet.run(0)
    sheet.run(1)
    measuring, month = sheet.output(1).locator(".coldstart-controls").all()
    expect(measuring.get_by_role("status")).to_contain_text("no function in the account")
    for number in (2, 3, 1):
        sheet.run(number)
    for size in ("256 MB", "512 MB", "1,024 MB", "3,008 MB"):
        measuring.get_by_role("checkbox", name=size, exact=True).press("Space")
    measuring.get_by_role("slider", name="Warm runs").press("Home")
    measuring.get_by_role("button", name="Measure").press("Enter")
    expect(measuring.get_by_role("status")).to_contain_text("Done", timeout=60_000)
    expect(measuring.locator(".result")).to_contain_text("Cost against time of spin-demo")
    sheet.run(4)
    expect(sheet.output(4)).to_contain_text("(256, False)")
    assert [] == sheet.both_themes("cost", 1)

    month.get_by_role("slider", name="Requests").press("End")
    expect(month.locator(".result")).to_contain_text("1,000,000,000")
    sheet.run(5)
    sheet.run(1)
    expect(measuring.get_by_role("status")).to_contain_text("account of this notebook is gone")
    assert [] == sheet.problems
