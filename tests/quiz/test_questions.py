from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.cloud.errors import KitError
from helpers.quiz.questions import FOLDER, load_questions


def question(**changes: Any) -> dict[str, Any]:
    return {
        "id": "q1",
        "question": "Who keeps the servers?",
        "options": [
            {"text": "AWS", "right": True, "reason": "You bring the function."},
            {"text": "you", "right": False, "reason": "That is EC2 <b>."},
        ],
        "exam_tasks": ["DVA-C03 1.2"],
        "source": "https://docs.aws.amazon.com/lambda/latest/dg/welcome.html",
        "date": "2026-11",
        **changes,
    }


def load(tmp_path: Path, *entries: dict[str, Any]) -> Any:
    (tmp_path / "01-x.json").write_text(json.dumps(entries))
    return load_questions("01-x", folder=tmp_path)


def test_text_shows_questions_before_answers(tmp_path: Path):
    """In plain text nobody reads an answer before the last question."""
    text = repr(load(tmp_path, question(), question(id="q2", question="What is billed?")))

    assert text.index("What is billed?") < text.index("A right: You bring the function.")
    assert "DVA-C03 1.2 · https://docs.aws.amazon.com" in text


def test_html_folds_answers_and_escapes_them(tmp_path: Path):
    """Answers are inside <details>, options have their letters, and reasons are text."""
    html = load(tmp_path, question())._repr_html_()

    assert "<details" in html
    assert ">A</th>" in html
    assert ">B</th>" in html
    assert "That is EC2 &lt;b&gt;." in html


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"options": []}, "fewer than 2 options"),
        ({"date": "November"}, "not YYYY-MM"),
        ({"source": "somewhere"}, "not a link"),
        ({"exam_tasks": ["DVA-C09 1.1"]}, "unknown exam tasks"),
        ({"extra": 1}, "members are"),
    ],
)
def test_a_bad_question_is_refused_by_id(tmp_path: Path, changes: Any, complaint: str):
    """Every rule names the question it refuses."""
    with pytest.raises(KitError, match=rf"question 'q1'.*{complaint}"):
        load(tmp_path, question(**changes))


@pytest.mark.parametrize(("right", "complaint"), [(True, "every option"), (False, "no option")])
def test_options_are_neither_all_right_nor_all_wrong(tmp_path: Path, right: bool, complaint: str):
    """A question without a difference between its options is refused."""
    options = [{"text": "a", "right": right, "reason": "r"}] * 2

    with pytest.raises(KitError, match=complaint):
        load(tmp_path, question(options=options))


def test_two_questions_of_one_id_are_refused(tmp_path: Path):
    """Ids are what missed questions are remembered by."""
    with pytest.raises(KitError, match="two questions of one id"):
        load(tmp_path, question(), question())


def test_a_lab_without_questions_says_which_file_to_write():
    """The error names the file an author adds."""
    with pytest.raises(KitError, match=r"98-nowhere\.json"):
        load_questions("98-nowhere")


def test_every_question_file_of_the_course_is_valid():
    """The course's own questions keep every rule."""
    for file in sorted(FOLDER.glob("*.json")):
        assert load_questions(file.stem).questions
