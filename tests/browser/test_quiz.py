"""The quiz in a real JupyterLab: answered by keyboard, reasons after each, a timed sitting."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.sheet import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_questions_are_answered_by_keyboard_and_explained(desk: Desk) -> None:
    """Space chooses, Enter answers, the reasons follow, and the end has a score by domain."""
    sheet = desk.open(
        'from helpers import Lab\nlab = Lab("01-handlers")',
        "from helpers.consoles import Quiz\nQuiz(lab, count=2)",
        "lab.progress().quiz_history()",
    )
    sheet.run_all()
    panel = sheet.output(1).locator(".coldstart-controls")
    expect(panel.get_by_role("heading")).to_contain_text("Question 1 of 2")
    panel.get_by_role("radio").first.press("Space")
    panel.get_by_role("button", name="Answer").press("Enter")
    expect(panel.locator(".result")).to_contain_text("A, yours")
    expect(panel.get_by_role("radio").first).to_be_disabled()
    assert [] == sheet.both_themes("quiz-answered", 1)

    panel.get_by_role("button", name="Next").press("Enter")
    expect(panel.get_by_role("heading")).to_contain_text("Question 2 of 2")
    panel.get_by_role("button", name="Finish").press("Enter")
    expect(panel.locator(".result")).to_contain_text("1 Development with AWS Services")
    assert [] == sheet.both_themes("quiz-score", 1)
    sheet.run(2)
    expect(sheet.output(2)).to_contain_text("01-handlers/01-1")

    assert [] == sheet.problems


def test_a_timed_sitting_ends_by_itself(desk: Desk) -> None:
    """The time that is left stands in the panel; at its end come reasons and score."""
    sheet = desk.open(
        'from helpers.consoles import Quiz\nquiz = Quiz(None, "00-welcome", minutes=60)\nquiz',
        "import time\nquiz.panel.ends_at = time.time()",
    )
    sheet.run(0)
    panel = sheet.output(0).locator(".coldstart-controls")
    expect(panel.get_by_role("timer")).to_contain_text("Time left")
    expect(panel.get_by_role("button", name="Answer")).to_have_count(0)
    sheet.run(1)
    expect(panel.locator(".result")).to_contain_text("0 of", timeout=15_000)
    expect(panel.get_by_role("timer")).to_be_hidden()

    assert [] == sheet.problems
