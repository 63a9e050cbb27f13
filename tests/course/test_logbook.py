from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from helpers.checks.exercise import Exercise, LabChecks, Prediction
from helpers.checks.outcome import Status
from helpers.course.logbook import logbook_of
from helpers.course.progress import Progress, open_file
from helpers.course.standing import Standing

QUESTION = Prediction("1.a", "Which?", {"A": "this", "B": "that"}, "A", {"A": "r", "B": "s"})
EXERCISES = tuple(
    Exercise(f"1.{n}", title, core, ("a", "b", "c"), lambda *_: None)
    for n, (title, core) in enumerate([("total an order", True), ("use JSON", False)], 1)
)
LAB = LabChecks("01-x", EXERCISES, (QUESTION,))


def progress_at(path: Path) -> Progress:
    return Progress(open_file(path), now=lambda: datetime(2026, 11, 21, 10, tzinfo=UTC))


def test_the_logbook_tells_predictions_attempts_and_passes(tmp_path: Path):
    """Each line stands with its time; a wrong prediction names what happened."""
    progress = progress_at(tmp_path / "p.json")
    progress.add_guess("01-x", "1.a", "B")
    progress.add_attempt("01-x", "1.1", Status.NOT_YET, answer="a")
    progress.add_attempt("01-x", "1.1", Status.PASSED, answer="b")

    text = str(logbook_of(LAB, progress))

    assert "2026-11-21T10:00:00Z · 1.a Which? You said B: that; it was otherwise (A: this)" in text
    assert "- 1.1 total an order: passed 2026-11-21T10:00:00Z, attempt 2." in text
    assert "- 1.2 use JSON: not started." in text


def test_a_marked_sentence_stands_in_the_logbook_with_its_verdict(tmp_path: Path):
    """A sentence heard elsewhere did not happen; it is true, half true or false."""
    truths = {"true": "r", "half": "s", "false": "t"}
    heard = Prediction("1.g", "“NaN is JSON.”", truths, "half", truths)
    progress = progress_at(tmp_path / "p.json")
    progress.add_guess("01-x", "1.g", "true")

    text = str(logbook_of(LabChecks("01-x", (), (heard,)), progress))

    assert "“NaN is JSON.” You said true; it is half true." in text


def test_an_empty_logbook_says_so(tmp_path: Path):
    """Nothing recorded is a sentence, not an empty section."""
    text = str(logbook_of(LAB, progress_at(tmp_path / "p.json")))

    assert "None recorded yet." in text


def test_standing_says_what_one_can_do_and_what_is_left(tmp_path: Path):
    """Core passed is done, all passed is mastered; titles say the abilities."""
    progress = progress_at(tmp_path / "p.json")
    standing = Standing(LAB, progress)
    assert "0 of 1 core exercises passed" in repr(standing)

    progress.add_attempt("01-x", "1.1", Status.PASSED, answer="b")
    assert "core passed: done" in repr(standing)
    assert "You can  1.1 total an order" in repr(standing)

    progress.add_attempt("01-x", "1.2", Status.PASSED, answer="b")
    assert "mastered" in repr(standing)
    assert "You can" in standing._repr_html_()


def test_standing_exports_imports_and_resets(tmp_path: Path):
    """The record can be taken along and cleared by one call each."""
    progress = progress_at(tmp_path / "p.json")
    progress.add_attempt("01-x", "1.1", Status.PASSED, answer="b")
    standing = Standing(LAB, progress)
    exported = standing.export(tmp_path / "out.json")

    assert "0 of 1 core" in repr(standing.reset())
    assert "core passed" in repr(standing.import_from(exported))
    assert "0 of 1 core" in repr(standing.reset_all())
