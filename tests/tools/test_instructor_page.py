"""The instructor's page says what the lessons say: it is read aloud, so it must not drift."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from helpers.checks.exercise import find_lab

HERE = Path(__file__).resolve().parents[2]
PAGE = (HERE / "docs" / "instructor.md").read_text(encoding="utf-8")
LESSONS = sorted((HERE / "lessons").glob("[0-9][0-9]-*.py"))
PARTS = (
    "**Ticket.**",
    "**Minutes.**",
    "**Vote on ",
    "**Always asked.**",
    "**Where people stick.**",
    "**Demo.**",
    "**When late,**",
)


def section(lesson: Path) -> str:
    """Return the page's section about a lesson."""
    found = re.search(rf"^### {lesson.stem[:2]} · .*?(?=^### |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/instructor.md has no section about {lesson.stem}"
    return found.group()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_section_agrees_with_its_lesson(lesson: Path) -> None:
    """Title, ticket, minutes, vote, feedback and demo are the lesson's own."""
    text, told = lesson.read_text(encoding="utf-8"), section(lesson)
    for part in PARTS:
        assert part in told
    front = re.search(r"<!-- lab: (\{.*?\}) -->", text)
    assert front is not None
    facts = json.loads(front.group(1))
    assert told.startswith(f"### {facts['number']} · {facts['title']}\n")
    ticket = re.search(r"^# (> \*\*Ticket\.\*\*.*?)\n#\n", text, re.MULTILINE | re.DOTALL)
    assert ticket is not None
    assert ticket.group(1).replace("\n# ", "\n") in told

    minutes = re.search(r"\*\*Minutes\.\*\* (\d+)(?:, and (\d+) for .*)?\.\n(.*)", told)
    assert minutes is not None
    assert facts["minutes_core"] == int(minutes[1])
    assert facts["minutes_stretch"] == int(minutes[2] or 0)
    assert facts["minutes_core"] == sum(int(part.split()[0]) for part in minutes[3].split(" · "))

    vote = re.search(r"\*\*Vote on (.*?)\.\*\* (.*)\n\n((?:- .*\n)+)\nIt is (.): (.*)", told)
    assert vote is not None
    prediction = find_lab(lesson.stem).prediction(vote[1])
    options = "".join(f"- {name}: {option}\n" for name, option in prediction.options.items())
    assert (prediction.question, options) == (vote[2], vote[3])
    assert (prediction.answer, prediction.reasons[prediction.answer]) == (vote[4], vote[5])

    sentences = {json.loads(each) for each in re.findall(r'expect=("(?:[^"\\]|\\.)*")', text)}
    stuck = re.findall(r"^\| \d.* \| (.*) \|$", told, re.MULTILINE)
    assert len(stuck) >= 3
    assert set() == set(stuck) - sentences

    demo = re.search(r"\*\*Demo\.\*\* \*(.*?)\*: ", told)
    assert demo is not None
    assert f"\n# ## {demo[1]}\n" in text


def test_the_plans_last_as_long_as_they_say() -> None:
    """Three hours are 180 minutes, one day is seven hours and a quarter."""
    plans = re.findall(r"^## (Three hours|One day)\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
    lasting = {
        name: sum(int(row) for row in re.findall(r"^\| (\d+) \|", plan, re.MULTILINE))
        for name, plan in plans
    }
    assert {"Three hours": 180, "One day": 435} == lasting
