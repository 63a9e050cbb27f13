"""A folder, graded: several learners, what is kept, and what the reports say."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.tools.grade.conftest import GREET, PRICE, SLUG, Notebook
from tests.tools.grade.rooms import PlayedRoom, all_passed, outcome
from tools.grade.gradebook import Gradebook, Grader
from tools.grade.kept import Kept, own_key, write_whole
from tools.grade.labs import Lab
from tools.grade.report import Occasion, as_csv, as_html, as_text
from tools.grade.sitting import Sat

INJECTION = "=cmd|'/C calc'!A0"
SCRIPT = "<script>alert(1)</script>"


def grade(folder: Path, labs: Mapping[str, Lab], room: PlayedRoom, **kept: Any) -> Gradebook:
    """Grade a folder one lab at a time."""
    grader = Grader(labs, room, 1, lambda _: None)
    kept = {"key": b"mine", **kept}
    return grader.grade(folder, Kept(folder / "grades-2026-01-02", **kept))


def found(book: Gradebook) -> dict[tuple[str, str], str]:
    """Return the grades by learner and exercise."""
    return {(row.learner, row.exercise): str(row.grade) for row in book.rows}


def test_a_second_run_keeps_what_is_done(
    tmp_path: Path, notebook: Notebook, labs: Mapping[str, Lab]
) -> None:
    """Run twice is the same result; only a changed answer is judged again, or all with --again."""
    notebook.answered(e01="greet = 1").written(tmp_path / "ana" / "x.ipynb")
    notebook.answered(e01="greet = 2").written(tmp_path / "ben" / "x.ipynb")
    room = PlayedRoom()
    first = grade(tmp_path, labs, room)
    second = grade(tmp_path, labs, room)
    assert (2, 2, first.rows) == (len(room.specs), second.kept, second.rows)
    notebook.answered(e01="greet = 3").written(tmp_path / "ben" / "x.ipynb")
    assert 1 == grade(tmp_path, labs, room).kept
    assert 3 == len(room.specs)
    grade(tmp_path, labs, room, again=True)
    assert 5 == len(room.specs)


def test_a_result_that_somebody_else_kept_is_not_believed(
    tmp_path: Path, notebook: Notebook, labs: Mapping[str, Lab]
) -> None:
    """A folder that looks like ours may have been handed in; each user has a key of their own."""
    notebook.answered(e01="greet = 1").written(tmp_path / "ana" / "x.ipynb")
    grade(tmp_path, labs, PlayedRoom(), key=b"of a learner")
    room = PlayedRoom(play=lambda _: Sat(outcomes={GREET: outcome(GREET, "not yet", "nothing")}))
    assert "not yet" == found(grade(tmp_path, labs, room))["ana", GREET]
    assert 1 == grade(tmp_path, labs, room).kept


def test_a_users_key_stays(tmp_path: Path) -> None:
    """It is made once, for its user alone; a home that takes no file has a new one each time."""
    environ = {"COLDSTART_DATA": str(tmp_path / "data")}
    key = own_key(environ)
    assert (32, key) == (len(key), own_key(environ))
    (tmp_path / "file").touch()
    nowhere = {"COLDSTART_DATA": str(tmp_path / "file")}
    assert own_key(nowhere) != own_key(nowhere)


def test_what_an_answer_says_can_be_written_and_steers_nothing(
    tmp_path: Path, notebook: Notebook, labs: Mapping[str, Lab]
) -> None:
    """Half of a pair of surrogates stops no report, no terminal obeys, and no list is endless."""
    notebook.answered(e01="greet = 1").written(tmp_path / "ana" / "x.ipynb")
    bad = "raised \ud800\x1b]0;mine\x07\u202e!"

    def play(spec: Mapping[str, Any]) -> Sat:
        sat = Sat()
        for number in range(3000):
            sat.take({"odd": f"asked for {number} {bad}"})
            sat.take({"failed": bad})
        sat.take({"outcome": outcome(GREET, "not yet", bad)})
        return sat

    book = grade(tmp_path, labs, PlayedRoom(play=play))
    occasion = Occasion("x", "2026-01-02")
    written = [as_csv(book.rows), as_html(book, occasion), as_text(book)]
    for text in written:
        write_whole(tmp_path / "report", text)
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "raised ]0;mine!" in book.rows[0].evidence
    assert 50 > len(book.odd)
    assert "and more of the same kind" in written[1]


def test_an_interrupted_run_goes_on(
    tmp_path: Path, notebook: Notebook, labs: Mapping[str, Lab]
) -> None:
    """What was done before an interruption is kept, and nothing is written of what was not."""
    for name in ("ana", "ben", "cem"):
        notebook.answered(e01=f"greet = {name!r}").written(tmp_path / name / "x.ipynb")

    def play(spec: Mapping[str, Any]) -> Sat:
        if len(room.specs) >= 2:
            raise KeyboardInterrupt
        return all_passed(spec)

    room = PlayedRoom(play=play)
    with pytest.raises(KeyboardInterrupt):
        grade(tmp_path, labs, room)
    rest = PlayedRoom()
    assert 1 == grade(tmp_path, labs, rest).kept
    assert 2 == len(rest.specs)


def test_two_notebooks_that_differ_are_not_chosen_between(
    tmp_path: Path, notebook: Notebook, labs: Mapping[str, Lab]
) -> None:
    """Copies with the same answers count once; copies that differ are ambiguous."""
    notebook.answered(e01="greet = 1").written(tmp_path / "ana" / "x.ipynb")
    notebook.written(tmp_path / "ana" / "copy.ipynb")
    notebook.written(tmp_path / "ben" / "x.ipynb")
    notebook.answered(e01="greet = 2").written(tmp_path / "ben" / "y.ipynb")
    room = PlayedRoom()
    grades = found(grade(tmp_path, labs, room))
    assert ("passed", "ambiguous") == (grades["ana", GREET], grades["ben", GREET])
    assert 1 == len(room.specs)


def test_progress_files_are_shown_and_not_believed(
    tmp_path: Path, notebook: Notebook, labs: Mapping[str, Lab]
) -> None:
    """What a progress file says stands beside what was found; alone it proves nothing."""
    attempt = {"answer": "0", "at": "2026-01-02T03:04:05Z"}
    attempts = [
        {"exercise": GREET, "status": "not yet", **attempt},
        {"exercise": GREET, "status": "passed", **attempt},
    ]
    record = {"format": 1, "labs": {SLUG: {"attempts": attempts}, "../../x": {"attempts": []}}}
    for name in ("ana", "ben"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "progress.json").write_text(json.dumps(record))
    for number, content in enumerate((b"{", b'{"format": 1, "labs": {"x": {"attempts": 3}}}')):
        (tmp_path / "ben" / f"broken-{number}.json").write_bytes(content)
    notebook.written(tmp_path / "ana" / "x.ipynb")
    book = grade(tmp_path, labs, PlayedRoom())
    assert {
        ("ana", GREET): "not started",
        ("ana", PRICE): "not started",
        ("ben", GREET): "no notebook",
    } == found(book)
    first = book.rows[0]
    assert ("progress: passed", 2) == (first.says, first.attempts)
    assert 2 == sum("left out" in odd for odd in book.odd)


def test_unreadable_notebooks_have_a_row(tmp_path: Path, labs: Mapping[str, Lab]) -> None:
    """A truncated notebook and one of 50 MB are reported, each for its learner and lab."""
    for name in ("ana", "ben"):
        (tmp_path / name).mkdir()
    (tmp_path / "ana" / "00-welcome.ipynb").write_bytes(b'{"cells": [')
    with (tmp_path / "ben" / "00-welcome.ipynb").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    book = grade(tmp_path, labs, PlayedRoom())
    assert {("ana", ""): "unreadable", ("ben", ""): "unreadable"} == found(book)
    assert "50 MB" in book.rows[1].evidence


def test_reports_escape_what_comes_from_submissions(
    tmp_path: Path, notebook: Notebook, labs: Mapping[str, Lab]
) -> None:
    """No name or evidence is a formula in the CSV, or markup in the page, which loads nothing."""
    notebook.answered(e01="greet = 1").written(
        tmp_path / f"{INJECTION}_00-welcome.ipynb".replace("/", "⁄")
    )
    notebook.written(tmp_path / SCRIPT.replace("/", "⁄") / "x.ipynb")

    def play(spec: Mapping[str, Any]) -> Sat:
        sat = all_passed(spec)
        sat.odd.append(SCRIPT)
        sat.outcomes[GREET] |= {"status": "not yet", "did": f"={SCRIPT}", "seen": "@SUM(A1)\r\n+x"}
        return sat

    book = grade(tmp_path, labs, PlayedRoom(play=play))
    rows = list(csv.reader(io.StringIO(as_csv(book.rows))))
    assert {len(rows[0])} == {len(row) for row in rows}
    assert [] == [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert "'=cmd|" in as_csv(book.rows)
    page = as_html(book, Occasion(SCRIPT, "2026-01-02"))
    assert [] == re.findall(r"<script|<img|\bsrc=|\bhref=|\bon\w+=", page)
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert "&lt;script&gt;" in page
    assert SCRIPT in as_text(book)


def test_a_report_says_when_answers_were_not_confined() -> None:
    """Where there are no namespaces, page and text say plainly what answers could have done."""
    book = Gradebook(not_confined="darwin has no namespaces")
    assert "NOT confined: darwin has no namespaces" in as_text(book)
    assert "NOT confined" in as_html(book, Occasion("in", "2026-01-02"))


def test_a_link_in_the_place_of_a_report_is_replaced(tmp_path: Path) -> None:
    """Writing a report writes no file that somebody else's link names."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "grades.csv").symlink_to(victim)
    write_whole(tmp_path / "grades.csv", "grades")
    assert ("mine", "grades") == (victim.read_text(), (tmp_path / "grades.csv").read_text())
    assert ["grades.csv", "victim"] == sorted(path.name for path in tmp_path.iterdir())
