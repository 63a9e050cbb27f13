"""`kit.py grade` from the command line: what it refuses, and what it writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.grade.conftest import Notebook
from tools.grade import __main__ as command


@pytest.fixture(autouse=True)
def own_data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own key stays as it is."""
    monkeypatch.setenv("COLDSTART_DATA", str(tmp_path_factory.mktemp("data")))


@pytest.fixture
def cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer that has no namespaces."""
    monkeypatch.setattr(command, "confinement", lambda: "there are none")


@pytest.mark.usefixtures("cannot")
def test_answers_run_unconfined_only_when_told(
    tmp_path: Path, notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where answers would run as the user, the command stops, unless --unconfined allows it."""
    notebook.written(tmp_path / "ana" / "x.ipynb")
    assert 1 == command.main([str(tmp_path)])
    said = capsys.readouterr().err
    assert "Answers cannot be confined on this computer: there are none." in said
    assert ["ana"] == [path.name for path in tmp_path.iterdir()]
    assert 0 == command.main([str(tmp_path), "--unconfined"])
    (written,) = tmp_path.glob("grades-*/grades.html")
    assert "NOT confined: there are none" in written.read_text("utf-8")


def test_a_machine_too_busy_to_try_is_not_one_that_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A trial that does not end in time stops the command, even with --unconfined."""

    def busy() -> str:
        raise TimeoutError("no answer within 120 s")

    monkeypatch.setattr(command, "confinement", busy)
    assert 1 == command.main([str(tmp_path), "--unconfined"])
    assert "this computer is too busy" in capsys.readouterr().err


@pytest.mark.usefixtures("cannot")
def test_what_cannot_be_graded_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No folder, and a folder with nothing of the course in it, each get a sentence."""
    assert 1 == command.main([str(tmp_path / "lost")])
    assert "is no folder" in capsys.readouterr().err
    (tmp_path / "all.zip").write_bytes(b"PK")
    assert 1 == command.main([str(tmp_path), "--unconfined", "--to", str(tmp_path / "to")])
    said = capsys.readouterr().err
    assert "There is nothing to grade below" in said
    assert "all.zip: an archive" in said
    (tmp_path / "file").write_text("")
    assert 1 == command.main([str(tmp_path), "--unconfined", "--to", str(tmp_path / "file")])
    assert "cannot be made" in capsys.readouterr().err
