"""The process that runs learners' cells: what it can see and take, and what it hands over."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.grade.examiner import Desk
from tools.grade.handing import Gone
from tools.grade.limits import Limits
from tools.grade.namespaces import ROOT

LIMITS = Limits(desk_memory_mb=600, desk_processes=20)
NOWHERE = {"endpoint": "http://127.0.0.1:9", "region": "us-east-1"}
KEY = {"access_key_id": "AKIAGUEST", "secret_access_key": "guest"}
LOOK = """
import json, os
seen = {"environment": dict(os.environ)}
seen["processes"] = [each for each in os.listdir("/proc") if each.isdigit()]
for name in PLACES:
    try:
        seen[name] = os.listdir(name)
    except OSError as error:
        seen[name] = type(error).__name__
for what, name in (("checks", CHECKS), ("settings", "/proc/sys/kernel/core_pattern")):
    try:
        os.close(os.open(name, os.O_WRONLY))
        seen[what] = "written"
    except OSError as error:
        seen[what] = type(error).__name__
"""

Opener = Callable[[], Desk]


@pytest.fixture
def open_desk(is_confined: bool) -> Iterator[Opener]:
    """Start desks; all end with the test."""
    desks: list[Desk] = []

    def start() -> Desk:
        desk = Desk(LIMITS, is_confined=is_confined)
        desks.append(desk)
        desk.line.send({**NOWHERE, **KEY})
        assert {"done": "ready"} == desk.line.receive()
        return desk

    yield start
    for desk in desks:
        desk.kill()


def run(desk: Desk, source: str) -> Any:
    """Run a cell; return what it raised, or None."""
    desk.line.send({"run": source})
    return desk.line.receive()["done"]


def submitted(desk: Desk, name: str) -> Any:
    """Return what the desk hands over for a name."""
    desk.line.send({"submit": [name]})
    return desk.line.receive()["values"][0]


@pytest.mark.slow
def test_a_desk_sees_neither_keys_nor_files_nor_processes(
    open_desk: Opener, is_confined: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Variables are scrubbed everywhere; in namespaces nothing but Python and the kit is there."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    monkeypatch.setenv("GITHUB_TOKEN", "mine")
    desk = open_desk()
    places = [str(tmp_path), str(Path.home() / ".ssh"), "/home", str(ROOT / "work")]
    checks = str(ROOT / "helpers" / "checks" / "lab_00.py")
    source = LOOK.replace("PLACES", repr(places)).replace("CHECKS", repr(checks))
    assert run(desk, source) is None
    assert run(desk, "text = json.dumps(seen)") is None
    seen = json.loads(submitted(desk, "text")[1])
    assert "mine" not in json.dumps(seen["environment"])
    assert os.environ.get("HOME") != seen["environment"]["HOME"]
    if is_confined:
        assert ["1"] == seen["processes"]
        assert {"FileNotFoundError"} == {seen[place] for place in places}
        assert "OSError" == seen["checks"]
        # root needs no capability for it; whoever is not root is refused as such
        assert seen["settings"] in ("OSError", "PermissionError")


@pytest.mark.slow
def test_functions_and_values_are_handed_over_as_data(open_desk: Opener) -> None:
    """A function goes as its cell's text, a value as a tagged list, and a call comes back."""
    desk = open_desk()
    cell = (
        "def keep(name):\n    if name == 'x':\n        raise KeyError(name)\n    return {name: ...}"
    )
    assert run(desk, cell) is None
    tag, number, name, text = submitted(desk, "keep")
    assert ("function", "keep", cell) == (tag, name, text.strip())
    desk.line.send({"call": number, "arguments": [["plain", "a.py"]]})
    expected = ["dict", [[["plain", "a.py"], ["ellipsis"]]]]
    assert {"done": "returned", "value": expected} == desk.line.receive()
    desk.line.send({"call": number, "arguments": [["plain", "x"]]})
    assert {"done": "raised", "type": "KeyError", "message": "'x'"} == desk.line.receive()
    desk.line.send({"submit": ["keep", "lost"]})
    assert {"done": "missing", "names": ["lost"]} == desk.line.receive()
    assert "SyntaxError" in run(desk, "def broken(:")
    assert "there is no" not in str(run(desk, "print('to nobody')"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expected", "source"),
    [
        ("processes at once|memory", "import os\nwhile True:\n    os.fork()"),
        ("MB of memory", "taken = []\nwhile True:\n    taken.append(b'x' * 30_000_000)"),
        ("status", "import os, signal\nos.kill(os.getppid() or os.getpid(), 9)\nos._exit(7)"),
    ],
    ids=["fork bomb", "memory hog", "kills its parent"],
)
def test_what_takes_too_much_or_ends_itself_is_ended(
    expected: str, source: str, open_desk: Opener, is_confined: bool
) -> None:
    """The desk is gone, and says why; whoever started it goes on."""
    if not is_confined:
        pytest.skip("without namespaces a fork bomb would reach the machine that tests")
    desk = open_desk()
    with pytest.raises(Gone):
        run(desk, source)
    assert [] != [word for word in expected.split("|") if word in desk.why_gone()]
    assert desk.process.poll() is not None
