"""A learner opens the welcome lab in a browser, runs it, solves its exercise, and presses ■."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import JupyterLab
from tests.browser.notebook import (
    cell,
    go_dark,
    output_of,
    run_all,
    run_cell,
    screenshot,
    settle,
    type_into,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

SOLUTION = """def greet(event, context):
return "Hello, " + (event.get("name") or "friend") + "!"
"""


def test_a_learner_goes_through_the_welcome_lab(page: Page, jupyterlab: JupyterLab) -> None:
    """The untouched lab runs, a typed solution passes, ■ ends a run, and the lab goes on."""
    run_all(page)
    cell(page, "lab = Lab(").scroll_into_view_if_needed()
    screenshot(page, "00-run-all")
    expect(output_of(page, 'lab.check("0.1"')).to_contain_text("not started", timeout=60_000)
    screenshot(page, "00-untouched")

    type_into(page, "def greet(event, context):", SOLUTION)
    run_cell(page, 'lab.check("0.1"')
    expect(output_of(page, 'lab.check("0.1"')).to_contain_text("passed", timeout=60_000)
    screenshot(page, "00-passed-light")

    interrupt_a_long_run(page)
    run_cell(page, 'lab.check("0.1"')
    expect(output_of(page, 'lab.check("0.1"')).to_contain_text("passed", timeout=60_000)

    go_dark(page)
    cell(page, 'lab.check("0.1"').scroll_into_view_if_needed()
    screenshot(page, "00-passed-dark")

    assert [] == jupyterlab.problems
    assert (jupyterlab.work / "00-welcome.ipynb").exists()


def interrupt_a_long_run(page: Page) -> None:
    """Run an endless cell at the end of the lab, press ■, and see that it was interrupted."""
    page.evaluate("window.jupyterapp.commands.execute('notebook:move-cursor-down')")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.keyboard.type("import time; print('started'); time.sleep(600)")
    page.keyboard.press("Shift+Enter")
    expect(output_of(page, "time.sleep(600)")).to_contain_text("started", timeout=30_000)
    page.locator(
        "[data-command='notebook:interrupt-kernel'] button, "
        "[data-command='notebook:interrupt-kernel']"
    ).first.click()
    expect(output_of(page, "time.sleep(600)")).to_contain_text("KeyboardInterrupt", timeout=30_000)
    settle(page)
