"""A learner opens lab 01 in a browser and runs it from top to bottom, untouched."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import JupyterLab
from tests.browser.notebook import cell, go_dark, output_of, run_all, screenshot

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def lab_name() -> str:
    """Name the lab this module drives."""
    return "01-handlers"


def test_the_untouched_lab_runs_to_its_end(page: Page, jupyterlab: JupyterLab) -> None:
    """No cell fails that should not, every check is not started, and the page has no error."""
    run_all(page)
    for exercise in ("1.1", "1.2", "1.3", "1.4", "1.5"):
        expect(output_of(page, f'lab.check("{exercise}"')).to_contain_text("not started")
    expect(output_of(page, "lab.cleanup()")).to_contain_text("Deleted; the account is empty")
    # an error is drawn as the text of its traceback
    assert 0 == page.locator('.jp-OutputArea-output[data-mime-type$="stderr"]').count()

    for name, text in {"deploy": "lab.deploy(split_bill", "questions": "lab.questions()"}.items():
        cell(page, text).scroll_into_view_if_needed()
        screenshot(page, f"01-{name}-light")
    go_dark(page)
    cell(page, "lab.fidelity()").scroll_into_view_if_needed()
    screenshot(page, "01-fidelity-dark")

    assert [] == jupyterlab.problems
