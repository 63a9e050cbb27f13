"""Exercise 7.6: a dependency is vendored for Lambda's platform, from a wheelhouse, offline.

The check runs pip with the learner's arguments on a wheelhouse of its own, in a folder of its own,
puts a handler beside what came out, and invokes it. pip is kept from every index and from this
computer's own packages, whatever the arguments say.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers.checks.outcome import NotStarted, NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, call, shown
from helpers.checks.wheelhouse import fill_wheelhouse
from helpers.views.invocation import Answer

FUNCTION = "check-thumbnail"
PIP_PATIENCE_S = 60
ERRORS = ("ERROR", "error:", "no such option")
"""How the lines look in which pip says what is wrong."""
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
APP = """
import halftone_raster

def handler(event, context):
    return {"order_id": event["order_id"], "dots": halftone_raster.dots(event["paper"])}
"""
DOTS = {"poster-a2": 4752 * 3360, "canvas-60": 3600 * 3600}


def check_7_6(session: Session, did: Did, pip_arguments: Callable[..., Any]) -> None:
    """Run pip with these arguments, deploy what came out, and send two photos."""
    with tempfile.TemporaryDirectory(prefix="coldstart-pip-") as folder:
        house = fill_wheelhouse(Path(folder, "house"))
        target = Path(folder, "package")
        did("asked for the arguments, with a wheelhouse and a folder of its own")
        arguments = _arguments(call(pip_arguments, str(house), str(target)), house, target)
        did("ran pip with your arguments")
        _run_pip(arguments, Path(folder))
        files = {
            path.relative_to(target).as_posix(): path.read_bytes()
            for path in target.rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        }
    did("ran pip with your arguments, deployed what came out, sent two photos")
    session.deploy(session.zip(APP, files=files), FUNCTION, Timeout=10)
    for paper, dots in DOTS.items():
        event = {"order_id": "o-751", "paper": paper}
        _expect_dots(session.invoke(FUNCTION, event), event, dots, files)


def _arguments(given: Any, house: Path, target: Path) -> list[str]:
    if given is ...:
        raise NotStarted
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise NotYet(
            f"pip_arguments returned {shown(given)}",
            expected="a list of strings: what stands behind `pip` on a command line.",
            advice="Does it end with return?"
            if given is None
            else 'Write each word by itself: ["install", "--no-index", …].',
            hint=1,
        )
    words = [str(word) for word in given]
    if words[:1] != ["install"]:
        raise NotYet(
            f"The first argument is {shown(words[0] if words else None)}",
            expected='"install".',
            advice="The list begins behind the word pip, and pip has one command that installs.",
            hint=1,
        )
    glued = [word for word in words if word.startswith("-") and " " in word.partition("=")[0]]
    if glued:
        raise NotYet(
            f"{shown(glued[0])} is one string.",
            expected="two strings, or one with = between the option and its value.",
            advice="A shell splits a line at its blanks. Nobody splits a list.",
            hint=1,
        )
    if not any(_is_in(word, target) for word in words):
        raise NotYet(
            "Nothing tells pip to install into the folder `target`.",
            expected="--target and the folder, so that the files can travel in the package.",
            advice="Without --target pip installs into this computer's own Python. "
            "The check has not run it.",
            hint=1,
        )
    if not any(str(house) in word for word in words):
        raise NotYet(
            "Nothing tells pip where the wheels are.",
            expected="--find-links and the folder `wheelhouse`, as the function got it.",
            hint=1,
        )
    if "--no-index" not in words:
        raise NotYet(
            "Nothing keeps pip from asking PyPI.",
            expected="--no-index: what is not in the wheelhouse is not installed.",
            advice="With an index as well, a file of the same name from there may be taken.",
            hint=1,
        )
    return words


def _is_in(word: str, target: Path) -> bool:
    return word.removeprefix("--target=").startswith(str(target))


def _run_pip(arguments: Sequence[str], folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "--no-color", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | OFFLINE,
            capture_output=True,
            text=True,
            timeout=PIP_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotYet(f"pip did not end within {PIP_PATIENCE_S} s.") from None
    if done.returncode == 0:
        return
    errors = [line for line in done.stderr.splitlines() if any(m in line for m in ERRORS)]
    said = errors[0].strip().removeprefix("ERROR: ") if errors else done.stderr.strip()[-200:]
    raise NotYet(
        f"pip said: {said}",
        expected="halftone-raster and what it needs, in the folder `target`.",
        advice=_advice_on_pip(said),
        hint=3,
    )


def _advice_on_pip(said: str) -> str:
    if "--only-binary" in said:
        return (
            "For another platform pip may not build anything, for it would build for this one. "
            "Say --only-binary=:all:, and it takes finished wheels only."
        )
    if "Could not find a version" in said or "No matching distribution" in said:
        return (
            "The wheelhouse has no wheel of that name for that platform. The function runs on "
            "x86_64, and its tag for wheels is manylinux2014_x86_64."
        )
    return "Run the same line in a terminal and read what pip says."


def _expect_dots(
    answer: Answer, event: Mapping[str, Any], dots: int, files: Mapping[str, bytes]
) -> None:
    expected = {"order_id": event["order_id"], "dots": dots}
    if answer.function_error is not None:
        raise NotYet(
            f"For {shown(event)} the function failed with {answer.error_type}: "
            f"{answer.error_message}",
            expected=f"{shown(expected)}.",
            advice=_advice_on(str(answer.error_message), files),
            hint=2,
        )
    if answer.payload != expected:
        raise NotYet(
            f"For {shown(event)} the answer was {shown(answer.payload)}",
            expected=f"{shown(expected)}.",
            hint=2,
        )


def _advice_on(message: str, files: Mapping[str, bytes]) -> str:
    if "halftone_raster._raster" in message:
        return (
            "The package is there, and its compiled part is not: pip took the wheel for this "
            "computer. Name Lambda's platform."
        )
    if "halftone_papers" in message and "halftone_papers.py" not in files:
        return (
            "halftone-raster needs halftone-papers, and that has to travel too. "
            "Leave out --no-deps."
        )
    deeper = [name for name in files if name.endswith("halftone_raster/__init__.py")]
    if deeper:
        return (
            f"pip put it at {deeper[0]}. In a function's package it stands beside app.py; "
            "a python/ folder is for layers."
        )
    return "Look into the folder: pip list --path shows what it holds."
