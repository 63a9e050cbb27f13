"""Queues, streams and policies in a real JupyterLab: drawn, followed, picked, keyed through."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.sheet import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

ACCOUNT = """
from helpers.cloud import records
from helpers.views import decision_view, least_policy, queue_view, stream_view
from tests.views.told import *

class Account:
    def __init__(self, *told):
        self.told = entries(*told)
    def tell(self, *told):
        first = len(self.told)
        self.told += [{**r, "sequence": first + r["sequence"]} for r in entries(*told)]
    def records(self, since=0, **equals):
        fits = lambda r: all(r.get(name) == value for name, value in equals.items())
        return [r for r in self.told if r["sequence"] >= since and fits(r)]

ids = [f"id-{n}" for n in range(1, 11)]
poll = of_shard(records.BatchPolled, 1, 12)
orders = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
calls = [
    decided("dynamodb:GetItem", orders, allow("dynamodb:*", orders[:-1], Sid="Orders")),
    decided("s3:GetObject", "arn:aws:s3:::halftone-uploads/a.jpg", allow("s3:*", "*")),
]
"""
QUEUE = """
from helpers.consoles import LiveQueue
account = Account(*sent(*ids))
live = LiveQueue(account, queue="print-jobs")
live
"""
STREAM = """
from helpers.consoles import LiveStream
streaming = Account(poll)
LiveStream(streaming)
"""
POLICY = """
from helpers.consoles import PolicyConsole
PolicyConsole(Account(*calls))
"""


def test_the_pictures_are_drawn_in_both_themes(desk: Desk) -> None:
    """Each view is an SVG with a title, its text twin below, without a serious finding."""
    sheet = desk.open(
        ACCOUNT,
        "queue_view(entries(*sent(*ids), *served(ids, failed=['id-7']), *served(['id-7']),"
        " *sent('id-11')))",
        "stream_view(entries(poll, *bisected(7, 1, 12)))",
        "decision_view(entries(*calls))",
        "least_policy(entries(*calls), 'thumbnail',"
        " present={'Statement': allow(['s3:*', 'kms:Decrypt'], '*')})",
    )
    sheet.run_all()
    for number in range(1, 5):
        expect(sheet.output(number).locator("svg[role=img] > title")).to_have_count(1)
    seen = {"watch-stream": 2, "watch-decision": 3, "watch-least-policy": 4}
    assert [] == sheet.both_themes("watch-queue", 1, **seen)
    assert [] == sheet.problems


def test_a_live_queue_and_a_live_stream_are_followed_and_keyed_through(desk: Desk) -> None:
    """Tiles and rows are stops of the arrow keys; what happens is drawn; Stop is a button."""
    sheet = desk.open(
        ACCOUNT, QUEUE, STREAM, "account.tell(*served(ids, failed=['id-7']))",
        "streaming.tell(*bisected(7, 1, 12))",
    )  # fmt: skip
    sheet.run_all()
    queue, stream = sheet.output(1), sheet.output(2)
    expect(queue.locator("h3")).to_have_text("Queue print-jobs, read by print-job: 10 messages")
    expect(queue.locator("[data-mark='message 7']")).to_have_count(1)
    expect(stream.locator(".coldstart-live pre")).to_contain_text("checkpoint 12 of 12")

    queue.locator(".plot").focus()
    sheet.press("Home", "ArrowRight", "ArrowRight")
    expect(queue.locator(".said")).to_contain_text("deleted: 9 messages")
    stream.locator(".plot").focus()
    sheet.press("Home")
    expect(stream.locator(".said")).to_have_text("records 1–12: failed, split 6 + 6")
    assert [] == sheet.both_themes("watch-live-queue", 1, **{"watch-live-stream": 2})
    for output in (queue, stream):
        output.get_by_role("button", name="Stop").press("Enter")
        expect(output.get_by_role("button", name="Follow")).to_be_visible()
    assert [] == sheet.problems


def test_a_call_is_picked_in_the_policy_console_by_keyboard(desk: Desk) -> None:
    """The newest denial is there; another verdict and call are chosen with keys alone."""
    sheet = desk.open(ACCOUNT, POLICY)
    sheet.run_all()
    console = sheet.output(1)
    expect(console.locator("h3")).to_have_text(
        "Denied: dynamodb:GetItem by thumbnail, with the role thumb-role"
    )
    expect(console.locator("pre").last).to_contain_text('"Action": "dynamodb:GetItem"')
    assert [] == sheet.both_themes("watch-policy-console", 1)

    show, call = (console.get_by_label(name, exact=True) for name in ("Show", "Call"))
    show.focus()
    sheet.press("ArrowDown")
    expect(console.locator("h3")).to_have_text(
        "Allowed: s3:GetObject by thumbnail, with the role thumb-role"
    )
    console.locator(".plot").focus()
    sheet.press("Home", "ArrowDown")
    expect(console.locator(".said")).to_contain_text("action matches, resource matches")

    show.press("ArrowDown")
    expect(call.locator("option")).to_have_count(2)
    call.press("ArrowDown")
    expect(console.locator("h3")).to_contain_text("Denied: dynamodb:GetItem")
    expect(call).to_be_focused()
    console.get_by_role("button", name="Look again").press("Enter")
    expect(console.locator("h3")).to_contain_text("Allowed: s3:GetObject")
    assert [] == sheet.problems
