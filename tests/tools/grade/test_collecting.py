"""Which files count as handed in, and whose they are."""

from __future__ import annotations

import os
from pathlib import Path, PurePath

import pytest

from tools.grade.collecting import Unreadable, collect, learner_of, printable, read_bytes

SLUGS = ("00-welcome", "01-handlers")


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        ("ana", "ana/01-handlers.ipynb"),
        ("ana", "ana/week 2/renamed.ipynb"),
        ("ana", "ana_01-handlers.ipynb"),
        ("ana", "01-handlers-ana.ipynb"),
        ("ana", "ana 01-handlers (2).ipynb"),
        ("ana", "01-handlers/ana.ipynb"),
        ("ana", "lab 01/ana/x.ipynb"),
        ("Ana Ruiz", "Ana Ruiz_4711_assignsubmission_file_/01-handlers.ipynb"),
        ("Ana Ruiz", "Ana Ruiz_4711_assignsubmission_file_01-handlers.ipynb"),
        ("ruizana", "ruizana_4711_8812_01-handlers-1.ipynb"),
        ("ruizana", "ruizana_LATE_4711_8812_01-handlers.ipynb"),
        ("ana", "ana_progress.json"),
        ("ana", "progress-ana.json"),
        ("", "01-handlers.ipynb"),
        ("", "01-handlers (1).ipynb"),
        ("", "01-handlers/01-handlers-Copy1.ipynb"),
        ("", "progress.json"),
    ],
)
def test_a_path_says_whose_a_file_is_or_it_does_not(expected: str, name: str) -> None:
    """The first folder counts, then the name beside the lab's; nothing is guessed."""
    assert expected == learner_of(PurePath(name), SLUGS)


def test_links_archives_and_hidden_folders_are_left_out(tmp_path: Path) -> None:
    """What leads out of the folder is named and not followed; an archive is not opened."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.ipynb").write_text("{}")
    folder = tmp_path / "in"
    (folder / "ana" / ".ipynb_checkpoints").mkdir(parents=True)
    (folder / "grades-2026-01-02").mkdir()
    for name in ("ana/x.ipynb", "ana/.ipynb_checkpoints/x.ipynb", "grades-2026-01-02/x.ipynb"):
        (folder / name).write_text("{}")
    (folder / "ana" / "all.zip").write_bytes(b"PK")
    (folder / "ana" / "..\\..\\evil.ipynb").write_text("{}")
    (folder / "ana" / "link.ipynb").symlink_to(outside / "secret.ipynb")
    (folder / "ben").symlink_to(outside)
    found = collect(folder, SLUGS)
    assert ["ana/..\\..\\evil.ipynb", "ana/x.ipynb"] == [each.name for each in found.notebooks]
    assert {"ana"} == {each.learner for each in found.notebooks}
    expected = ["ana/all.zip: an archive", "ana/link.ipynb: a link", "ben: a link"]
    assert expected == sorted(odd.split(",")[0].split(";")[0] for odd in found.odd)


def test_a_file_of_nobody_is_named_and_kept(tmp_path: Path) -> None:
    """A file whose name says nothing is graded under its path."""
    (tmp_path / "01-handlers.ipynb").write_text("{}")
    found = collect(tmp_path, SLUGS)
    assert ["? 01-handlers.ipynb"] == [each.learner for each in found.notebooks]
    assert ["01-handlers.ipynb: neither folder nor name says whose it is"] == found.odd


def test_only_files_of_a_sensible_size_are_read(tmp_path: Path) -> None:
    """A 50 MB notebook, a link and a pipe are refused, each with its reason."""
    large = tmp_path / "large.ipynb"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    with pytest.raises(Unreadable, match="it has 50 MB; 20 MB are read"):
        read_bytes(large)
    if os.name != "nt":
        (tmp_path / "link").symlink_to(large)
        with pytest.raises(Unreadable):
            read_bytes(tmp_path / "link")
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(Unreadable, match="it is no file"):
            read_bytes(tmp_path / "pipe")


def test_names_cannot_steer_what_shows_them() -> None:
    """Control characters and marks that turn the writing direction are dropped."""
    assert "ana[31mfdp.exe" == printable("ana\x1b[31m\u202efdp.exe\n")
    assert 80 == len(printable("a" * 500))
