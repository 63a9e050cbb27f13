"""The timeline in JupyterLab: drawn, live during a burst, walked through by keyboard, saved."""

from __future__ import annotations

import nbformat
import pytest
from playwright.sync_api import expect

from helpers.views import timeline
from tests.browser.sheet import PYTHON, Desk
from tests.views.stories import cold, record, timed, warm

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

SETUP = '''
import json
from concurrent.futures import ThreadPoolExecutor

from helpers import Lab
from helpers.consoles import LiveTimeline
from helpers.views import timeline

lab = Lab("01-handlers", account_concurrency=6, unreserved_minimum=2)
lab.deploy("""
import os, time
def handler(event, context):
    time.sleep(event.get("wait", 0))
    if event.get("die"):
        os._exit(3)
""", "place-order")

def send(event):
    try:
        lab.client("lambda").invoke(FunctionName="place-order", Payload=json.dumps(event))
    except lab.client("lambda").exceptions.TooManyRequestsException:
        pass

def burst():
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(send, [{"wait": 0.3}] * 12))
    send({"die": True})
'''
LIVE = "live = LiveTimeline(lab, function='place-order')\nlive"
KILL = "lab._session.account.cloud.process.kill()"
STATIC = "timeline(lab.records(), function='place-order')"


def test_a_burst_is_seen_while_it_runs_and_walked_through_afterwards(desk: Desk) -> None:
    """The kernel is busy with the burst, the lanes grow, and keys tell each event.

    When the account ends under it, the next step is said and helps.
    """
    sheet = desk.open(SETUP, LIVE, "burst(); print('over')", STATIC, KILL)
    sheet.run(0)
    sheet.run(1)
    plot = sheet.output(1).locator(".plot")
    marks = plot.locator("[data-mark]")
    sheet.start(2)
    expect(marks.nth(11)).to_be_attached(timeout=60_000)
    sheet.run(3)

    expect(plot).to_contain_text("throttled")
    expect(plot).to_contain_text("killed")
    expect(sheet.output(1).locator(".coldstart-twin")).to_be_hidden()
    plot.focus()
    said = sheet.output(1).locator(".said")
    sheet.press("Home")
    expect(said).to_contain_text("init in place-order #1")
    sheet.press("ArrowDown")
    expect(said).to_contain_text("place-order #2")
    sheet.press("End", "+", "+")
    expect(plot.locator("[data-mark].active")).to_have_count(1)
    sheet.look("timeline-zoomed", 1)
    sheet.press("0")

    sheet.output(1).get_by_role("button", name="Stop").press("Enter")
    expect(sheet.output(1).locator(".state")).to_contain_text("stopped")
    expect(sheet.output(1).get_by_role("button", name="Follow")).to_be_focused()
    assert [] == sheet.both_themes("timeline-live", 1)
    sheet.look("timeline-static", 3)

    sheet.run(1)
    sheet.run(4)
    expect(sheet.output(1).locator(".state")).to_contain_text("run the setup cell", timeout=60_000)
    expect(sheet.output(1)).not_to_contain_text("Traceback")
    assert [] == sheet.both_themes("timeline-lost", 1)
    for number in (0, 1):
        sheet.run(number)
    expect(sheet.output(1).locator(".state")).to_contain_text("following")
    assert [] == sheet.problems


def test_a_saved_timeline_is_read_without_a_kernel(desk: Desk) -> None:
    """In a notebook that JupyterLab does not trust, the twin is there and loose labels are not."""
    records = timed([*cold("e1"), *warm("e1"), record("invocation.throttled")])
    bundle = timeline(records)._repr_mimebundle_()
    cell = nbformat.v4.new_code_cell("timeline(lab.records())", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("execute_result", bundle, execution_count=1)]
    path = desk.folder / "saved.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=PYTHON), path)
    sheet = desk.visit(path.name)

    expect(sheet.output(0)).to_contain_text("Timeline of place-order")
    expect(sheet.output(0).locator("summary")).to_be_hidden()
    expect(sheet.output(0)).to_contain_text("Trust Notebook")
    expect(sheet.output(0).locator("pre")).to_be_visible()
    expect(sheet.output(0).locator("pre")).to_contain_text("init · (invoke · frozen) × 2")
    assert [] == sheet.both_themes("timeline-saved", 0)
