from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from helpers.course.store import JsonFile, data_folder


def open_file(path: Path) -> JsonFile:
    return JsonFile(path, empty=lambda: {"words": []}, fits=lambda stored: "words" in stored)


def append(word: str) -> Any:
    return lambda stored: stored["words"].append(word)


def test_what_was_written_is_there_for_the_next_kernel(tmp_path: Path):
    """A change survives the process that made it; its folder is made when needed."""
    path = tmp_path / "new" / "words.json"
    open_file(path).change(append("a"))

    assert {"words": ["a"]} == open_file(path).read()
    assert not list(path.parent.glob(".progress-*"))


def test_two_open_files_merge_instead_of_overwriting(tmp_path: Path):
    """A writer that read earlier does not undo what another has written since."""
    first, second = open_file(tmp_path / "w.json"), open_file(tmp_path / "w.json")
    first.read(), second.read()
    first.change(append("a"))
    second.change(append("b"))

    assert ["a", "b"] == first.read()["words"]


WRITER = """
import sys
from pathlib import Path
from helpers.course.store import JsonFile
file = JsonFile(Path(sys.argv[1]), empty=lambda: {"words": []}, fits=lambda s: "words" in s)
for n in range(25):
    file.change(lambda stored: stored["words"].append(f"{sys.argv[2]}{n}"))
"""


def test_two_processes_writing_at_once_lose_nothing(tmp_path: Path):
    """Every one of the entries of two busy writers is kept."""
    path = tmp_path / "w.json"
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [subprocess.Popen([*command, name]) for name in "ab"]

    assert [0, 0] == [writer.wait(60) for writer in writers]
    words = open_file(path).read()["words"]
    assert {f"{name}{n}" for name in "ab" for n in range(25)} == set(words)


def test_an_unreadable_file_is_kept_aside_and_never_lost(tmp_path: Path):
    """Broken JSON, or JSON of another shape, moves to a dated name; a fresh start follows."""
    path = tmp_path / "w.json"
    for content in ('{"words": ["a"', "[]", '{"other": 1}'):
        path.write_text(content)
        file = open_file(path)

        assert {"words": []} == file.read()
        assert file.set_aside is not None
        assert content == file.set_aside.read_text()
    assert 3 == len(list(tmp_path.glob("w.unreadable-*.json")))


def test_bytes_that_are_no_text_are_kept_aside_too(tmp_path: Path):
    """A file of zeros, as a crash of the machine leaves it, costs only itself."""
    path = tmp_path / "w.json"
    path.write_bytes(b"\xff\x00\xff")

    open_file(path).change(append("a"))

    assert ["a"] == json.loads(path.read_text())["words"]


def test_the_data_folder_can_be_chosen(tmp_path: Path):
    """COLDSTART_DATA wins over where the system keeps data."""
    assert tmp_path == data_folder({"COLDSTART_DATA": str(tmp_path)})
    assert "coldstart" == data_folder({}).name
