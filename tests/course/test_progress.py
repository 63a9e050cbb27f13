from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.checks.outcome import Status
from helpers.cloud.errors import KitError
from helpers.course.progress import Progress, open_file

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class Ticking:
    """A clock that goes one second on each look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def progress_at(path: Path) -> Progress:
    return Progress(open_file(path), now=Ticking())


def test_attempts_and_predictions_survive_the_kernel(tmp_path: Path):
    """What one kernel records the next one reads."""
    first = progress_at(tmp_path / "p.json")
    first.add_attempt("01-x", "1.1", Status.NOT_YET, answer="aa")
    first.add_attempt("01-x", "1.1", Status.PASSED, answer="bb")
    first.add_guess("01-x", "1.a", "B")

    second = progress_at(tmp_path / "p.json")

    assert {"1.1"} == second.passed("01-x")
    assert ["aa", "bb"] == [attempt.answer for attempt in second.attempts("01-x", "1.1")]
    assert {"1.a": "B"} == second.guesses("01-x")


def test_running_the_same_check_again_records_nothing_new(tmp_path: Path):
    """Repeating an answer is one attempt; the same answer with another outcome is two."""
    progress = progress_at(tmp_path / "p.json")
    for status in (Status.NOT_YET, Status.NOT_YET, Status.PASSED):
        progress.add_attempt("01-x", "1.1", status, answer="aa")

    assert ["not yet", "passed"] == [a.status for a in progress.attempts("01-x")]


def test_the_last_prediction_counts_and_the_first_stays_in_the_log(tmp_path: Path):
    """A changed mind is recorded, not hidden."""
    progress = progress_at(tmp_path / "p.json")
    for option in ("A", "A", "B"):
        progress.add_guess("01-x", "1.a", option)

    assert {"1.a": "B"} == progress.guesses("01-x")
    assert ["A", "B"] == [guess.option for guess in progress.guess_log("01-x")]


def test_reset_forgets_one_lab_or_all(tmp_path: Path):
    """Clearing one lab leaves the others."""
    progress = progress_at(tmp_path / "p.json")
    for slug in ("01-x", "02-y"):
        progress.add_attempt(slug, "1.1", Status.PASSED, answer="aa")

    progress.reset("01-x")
    assert ["02-y"] == progress.slugs()
    progress.reset()
    assert [] == progress.slugs()


def test_an_exported_record_merges_into_another_machine_s(tmp_path: Path):
    """Import is a union: twice the same file changes nothing, and nothing is lost."""
    there, here = progress_at(tmp_path / "a.json"), progress_at(tmp_path / "b.json")
    there.add_attempt("01-x", "1.1", Status.PASSED, answer="aa")
    here.add_attempt("01-x", "1.2", Status.PASSED, answer="bb")
    exported = there.export(tmp_path / "out.json")

    here.import_from(exported)
    here.import_from(exported)

    assert {"1.1", "1.2"} == here.passed("01-x")
    assert 2 == len(here.attempts("01-x"))


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[]",
        '{"format": 2, "labs": {}}',
        '{"format": 1, "labs": {"01-x": {"attempts": [{"exercise": "1.1"}]}}}',
        '{"format": 1, "labs": {"x": {"predictions": '
        '[{"prediction": "a", "option": "B", "at": "x"}]}}}',
    ],
)
def test_a_file_that_is_no_record_is_refused_on_import(tmp_path: Path, content: str):
    """A wrong file is named and leaves the record as it was."""
    (tmp_path / "other.json").write_text(content)

    with pytest.raises(KitError, match="is not a progress file"):
        progress_at(tmp_path / "p.json").import_from(tmp_path / "other.json")


def test_a_corrupt_record_is_kept_aside_and_the_learner_is_told(tmp_path: Path):
    """The note names the file that was kept; work goes on."""
    path = tmp_path / "p.json"
    path.write_text('{"format": 1, "labs": {"01-x": 7}}')
    progress = progress_at(path)

    progress.add_attempt("01-x", "1.1", Status.PASSED, answer="aa")

    assert {"1.1"} == progress.passed("01-x")
    assert "It is kept as" in progress.note()
    assert 1 == len(list(tmp_path.glob("p.unreadable-*.json")))


def test_a_folder_that_cannot_be_written_costs_only_persistence(tmp_path: Path):
    """With a file where the folder should be, progress lasts for the kernel and says so."""
    (tmp_path / "blocked").write_text("")
    progress = progress_at(tmp_path / "blocked" / "p.json")

    progress.add_attempt("01-x", "1.1", Status.PASSED, answer="aa")

    assert {"1.1"} == progress.passed("01-x")
    assert "this kernel only" in progress.note()


def test_the_file_holds_no_personal_data(tmp_path: Path):
    """Only ids, outcomes, options, digests and times are stored."""
    progress = progress_at(tmp_path / "p.json")
    progress.add_attempt("01-x", "1.1", Status.PASSED, answer="aa")
    progress.add_guess("01-x", "1.a", "B")

    stored = json.loads((tmp_path / "p.json").read_text())

    at = "2026-11-21T10:00:01Z"
    attempt = {"exercise": "1.1", "status": "passed", "answer": "aa", "at": at}
    assert {"format", "labs"} == set(stored)
    assert [attempt] == stored["labs"]["01-x"]["attempts"]
    assert {"prediction", "option", "at"} == set(stored["labs"]["01-x"]["predictions"][0])


def test_hints_and_quiz_answers_are_recorded(tmp_path: Path):
    """A hint counts once; of a question the last answer counts."""
    progress = progress_at(tmp_path / "p.json")
    for number in (1, 1, 2):
        progress.add_hint("01-x", "1.1", number)
    progress.add_answer("01-x", "01-1", "B", right=False)
    progress.add_answer("01-x", "01-2", "A", right=False)
    progress.add_answer("01-x", "01-1", "A", right=True)

    assert ["1", "2"] == [hint.number for hint in progress.hints("01-x")]
    assert {"01-1": True, "01-2": False} == progress.answers("01-x")


def test_a_file_of_an_older_kit_is_read(tmp_path: Path):
    """A record without hints and answers has none."""
    path = tmp_path / "p.json"
    path.write_text('{"format": 1, "labs": {"01-x": {"attempts": [], "predictions": []}}}')
    progress = progress_at(path)

    assert [] == progress.hints("01-x")
    assert "" == progress.note()
