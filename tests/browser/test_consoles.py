"""The consoles in a real JupyterLab: drawn, clicked, keyed through, in both themes."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.sheet import Desk, Sheet

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

SETUP = """
from helpers import Lab

lab = Lab("00-welcome")
SOURCE = '''
import json

def handler(event, context):
    print("an order came in")
    if "version" in event:
        return {"statusCode": 200, "body": json.dumps({"seen": event["rawPath"]})}
    return {"placed": event["order_id"]}
'''
arn = lab.deploy(SOURCE, "place-order", Handler="app.handler")
aws = lab.client("lambda")
aws.create_function_url_config(FunctionName="place-order", AuthType="NONE")
lab.client("apigatewayv2").create_api(Name="shop", ProtocolType="HTTP", Target=arn)
None
"""
ALLOW = """
for action, condition in {
    "InvokeFunctionUrl": {"FunctionUrlAuthType": "NONE"},
    "InvokeFunction": {"InvokedViaFunctionUrl": True},
}.items():
    aws.add_permission(FunctionName="place-order", StatementId=action,
                       Action=f"lambda:{action}", Principal="*", **condition)
"""


def field(sheet: Sheet, number: int, label: str) -> Locator:
    """Return the field with a label in the output of a cell."""
    return sheet.output(number).get_by_label(label, exact=True)


def chosen(sheet: Sheet, number: int, label: str) -> str:
    """Return what a menu shows as chosen."""
    shown = field(sheet, number, label).locator("option:checked").inner_text()
    return shown.replace("\N{NO-BREAK SPACE}", " ")


def test_a_function_is_invoked_from_its_console(desk: Desk) -> None:
    """A template is sent, an event that is no JSON is not, and a failure shows its line.

    Without its account the console names the next step; without a kernel its twin is there.
    """
    console = "from helpers.consoles import FunctionConsole\nFunctionConsole(lab)"
    sheet = desk.open(SETUP, console, "lab._session.account.cloud.stop()")
    sheet.run(0)
    sheet.run(1)
    out = sheet.output(1)
    expect(out.locator(".coldstart-twin")).to_be_hidden()
    assert "place-order" == chosen(sheet, 1, "Function")
    out.get_by_role("button", name="Invoke", exact=True).click()
    expect(out).to_contain_text('{"placed": "o-1007"}', timeout=30_000)
    expect(out).to_contain_text("Billed Duration")
    assert [] == sheet.both_themes("console-function-answer", 1)

    field(sheet, 1, "Event as JSON").fill('{\n  "order": "o-7",\n}')
    expect(out).to_contain_text("Line 2, column 17: Remove this comma")
    assert [] == sheet.both_themes("console-function-typo", 1)
    field(sheet, 1, "Event as JSON").fill('{"order": "o-7"}')
    expect(out).to_contain_text("✓ JSON, 16 bytes")

    field(sheet, 1, "Event as JSON").focus()
    walk_to(sheet, "Save as")
    sheet.page.keyboard.type("odd order")
    walk_to(sheet, "Save")
    sheet.press("Enter")
    expect(out).to_contain_text("Saved as events/odd order.json")
    walk_to(sheet, "Invoke")
    sheet.press("Enter")
    expect(out).to_contain_text("KeyError: 'order_id'", timeout=30_000)
    assert {"order": "o-7"} == json.loads((desk.folder / "events/odd order.json").read_text())
    assert "Saved · odd order" == chosen(sheet, 1, "Event")

    assert [] == sheet.both_themes("console-function-error", 1)

    sheet.run(2)
    out.get_by_role("button", name="Invoke", exact=True).click()
    expect(out).to_contain_text("the account of this notebook is gone", timeout=30_000)
    expect(out).to_contain_text("run the setup cell")
    sheet.look("console-lost", 1)
    assert [] == sheet.problems
    sheet.restart()
    expect(out.locator(".coldstart-twin")).to_be_visible(timeout=60_000)
    expect(out).to_contain_text("Run this cell to use it.")
    sheet.look("console-restarted", 1)


def test_a_request_is_sent_and_its_event_shown(desk: Desk) -> None:
    """A refusal names who refused; after the permission the event stands beside the answer."""
    console = "from helpers.consoles import HttpConsole\nHttpConsole(lab)"
    sheet = desk.open(SETUP, console, ALLOW)
    sheet.run(0)
    sheet.run(1)
    out = sheet.output(1)
    expect(field(sheet, 1, "Address").locator("option")).to_have_count(2, timeout=30_000)
    field(sheet, 1, "Path").fill("/orders/o 7")
    out.get_by_role("button", name="Send", exact=True).click()
    expect(out).to_contain_text("the function URL itself, and no function ran", timeout=30_000)
    assert [] == sheet.both_themes("console-http-refused", 1)

    sheet.run(2)
    field(sheet, 1, "Path").focus()
    walk_to(sheet, "Send")
    sheet.press("Enter")
    expect(out).to_contain_text(
        "the function place-order, through the function URL", timeout=30_000
    )
    expect(out).to_contain_text("the very event that the function got")
    expect(out).to_contain_text('"rawPath": "/orders/o%207"')
    expect(out.get_by_role("region", name="The answer")).to_contain_text('"seen": "/orders/o%207"')

    assert [] == sheet.both_themes("console-http-answer", 1)
    assert [] == sheet.problems


def test_sources_are_compared(desk: Desk) -> None:
    """The table of two sources follows the choice, by mouse and by keyboard."""
    sheet = desk.open("from helpers.consoles import EventExplorer\nEventExplorer(None, 'upload')")
    sheet.run_all()
    out = sheet.output(0)
    expect(out.locator(".coldstart-twin")).to_be_hidden()
    expect(out.get_by_role("region", name="One upload to S3")).to_contain_text("unquote_plus")
    assert [] == sheet.both_themes("console-events-upload", 0)

    field(sheet, 0, "Second source").select_option("S3 → SQS")
    expect(out).to_contain_text('json.loads(event["Records"][0]["body"])')
    field(sheet, 0, "Second source").focus()
    sheet.press("ArrowUp")
    expect(out).to_contain_text('event["Records"][0]["Sns"]')
    out.get_by_label("an upload to S3").focus()
    sheet.press("ArrowUp")
    expect(out).to_contain_text("query parameter size, sent twice")
    expect(out.get_by_role("columnheader", name="Load balancer")).to_have_count(1)

    assert [] == sheet.both_themes("console-events-request", 0)
    assert [] == sheet.problems


def test_the_table_of_sources_stands_alone(desk: Desk) -> None:
    """Without any widget it is read in both themes, and scrolled by keyboard."""
    cells = [f"events_side_by_side({kind!r})" for kind in ("request", "upload", "message")]
    sheet = desk.open("from helpers.views import events_side_by_side", *cells)
    sheet.page.set_viewport_size({"width": 1280, "height": 2400})
    sheet.run_all()
    for number in range(1, 4):
        expect(sheet.output(number).get_by_role("table").first).to_be_visible()
    seen = {"sources-upload": 2, "sources-message": 3}
    assert [] == sheet.both_themes("sources-request", 1, **seen)
    assert [] == sheet.problems


def walk_to(sheet: Sheet, name: str) -> None:
    """Press Tab until the field or button with this name has the focus."""
    seen = []
    for _ in range(40):
        sheet.press("Tab")
        focused = sheet.page.evaluate(
            "() => { const it = document.activeElement;"
            " return it.labels?.[0]?.innerText ?? it.innerText ?? '' }"
        )
        seen.append(focused)
        if focused.strip() == name:
            return
    raise AssertionError(f"Tab never came to {name!r}, only to {seen}")
