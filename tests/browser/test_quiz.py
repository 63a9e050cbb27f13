"""The quiz in a real JupyterLab: answered by keyboard, reasons after each, a timed sitting."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.sheet import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_questions_are_answered_by_keyboard_and_explained(desk: Desk) -> None:
    """Space chooses, Enter answers, reasons follow; a timed sitting ends by itself with a score."""
    sheet = desk.open(
        'from helpers import Lab\nlab = Lab("01-handlers")',
        "from helpers.consoles import Quiz\nQuiz(lab, count=2)",
        "lab.progress().quiz_history()",
        'exam = Quiz(None, "00-welcome", minutes=60)\nexam',
        "import time\nexam.panel.ends_at = time.time()",
    )
    for number in range(4):
        sheet.run(number)
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

    exam = sheet.output(3).locator(".coldstart-controls")
    expect(exam.get_by_role("timer")).to_contain_text("Time left")
    expect(exam.get_by_role("button", name="Answer")).to_have_count(0)
    sheet.run(4)
    expect(exam.locator(".result")).to_contain_text("0 of", timeout=15_000)
    expect(exam.get_by_role("timer")).to_be_hidden()
    assert [] == sheet.problems
