"""What only the launcher's doctor knows: its `.venv`, its kernel, Chromium, and how it is told."""

from __future__ import annotations

import ast
import json
import os
import sys
from pathlib import Path

import pytest

import kit
from helpers.firstaid import pythons
from helpers.firstaid.finding import Finding, Mark
from tools.launch import doctor
from tools.launch.doctor import Machine, examine, run_doctor, told
from tools.launch.installation import Installation

ROOT = Path(__file__).resolve().parents[3]
STANDARD = sys.stdlib_module_names


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Return a bare checkout of a user without AWS files."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).touch()
    return Installation(tmp_path)


def machine(installation: Installation, **environ: str) -> Machine:
    """Return this machine with the variables given and no others."""
    return Machine(installation, environ, installation.home, 0)


def test_a_bare_checkout_can_run_labs(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """On this machine nothing stands in the way of a first start."""
    assert 0 == run_doctor(installation, port=0)
    assert "Labs can run here." in capsys.readouterr().out


def test_a_finding_that_fails_is_counted_and_told_whole(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Mark, cause, command and where to read more are printed, and the exit status is 1."""
    ill = Finding(Mark.FAIL, "disk", "full", "no room", "free 1 GB", "disk")
    monkeypatch.setattr(doctor, "LOOKS", (lambda _: ill, lambda _: [ill]))

    assert 1 == run_doctor(installation, port=0)
    assert (
        "FAIL  disk: full\n"
        "        why:  no room\n"
        "        next: free 1 GB\n"
        "        more: TROUBLESHOOTING.md#disk\n"
    ) in capsys.readouterr().out
    assert 2 == len(examine(machine(installation)))


def test_a_half_made_environment_is_seen(installation: Installation) -> None:
    """A `.venv` without a running Python is reported with the command that repairs it."""
    installation.folder.mkdir()
    seen = doctor.environment(machine(installation))
    assert (Mark.WARN, "python3 kit.py lab") == (seen.mark, seen.command)
    assert "does not run" in seen.seen


def test_an_environment_that_something_else_made_is_seen(installation: Installation) -> None:
    """A Python that runs, without the kit's own note of what is installed, is not trusted."""
    installation.scripts.mkdir(parents=True)
    installation.python.symlink_to(sys.executable)
    seen = doctor.environment(machine(installation))
    assert (Mark.WARN, "python3 kit.py lab") == (seen.mark, seen.command)
    assert "not known to be whole" in seen.seen


def test_the_environment_in_use_is_well() -> None:
    """The `.venv` these tests run in is whole, its kernel is its own, and it has pip."""
    here = Machine(Installation(ROOT), os.environ, Path.home(), 0)
    if not here.installation.folder.exists():
        pytest.skip("this checkout has no .venv")
    assert Mark.OK is doctor.environment(here).mark
    assert Mark.OK is doctor.kernel_spec(here).mark


def test_settings_of_pip_are_a_note_once_all_is_installed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What hinders a set-up hinders nobody whose set-up is done."""
    amiss = machine(installation, COLDSTART_WHEELS="/nowhere")
    assert Mark.FAIL is doctor._pip(amiss).mark
    monkeypatch.setattr(Installation, "is_current", lambda *_, **__: True)
    assert Mark.NOTE is doctor._pip(amiss).mark


def test_a_kernel_of_another_python_is_seen(installation: Installation) -> None:
    """A kernel that was installed by hand, or moved, names the Python it starts and the repair."""
    folder = installation.folder / "share" / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    argv = ["/opt/other/bin/python", "-m", "ipykernel_launcher"]
    (folder / "kernel.json").write_text(json.dumps({"argv": argv}))
    seen = doctor.kernel_spec(machine(installation))
    assert (Mark.WARN, "kernel") == (seen.mark, seen.anchor)
    assert "'/opt/other/bin/python'" in seen.seen
    assert seen.command.endswith("-m ipykernel install --sys-prefix")


def test_a_missing_chromium_is_a_note_about_tests(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without Chromium labs run all the same; the note says how to get it and who wants it."""
    monkeypatch.setenv("COLDSTART_CHROMIUM", "/nowhere/chromium")
    seen = doctor.chromium(machine(installation))
    assert (Mark.NOTE, "chromium") == (seen.mark, seen.anchor)
    assert "COLDSTART_CHROMIUM" in seen.command
    monkeypatch.setenv("COLDSTART_CHROMIUM", sys.executable)
    assert Mark.OK is doctor.chromium(machine(installation)).mark


def test_what_is_not_well_has_cause_command_and_anchor(installation: Installation) -> None:
    """No finding on a machine with much amiss leaves the reader without a next step."""
    installation.folder.mkdir()
    amiss = machine(
        installation,
        AWS_PROFILE="work",
        AWS_ENDPOINT_URL="http://127.0.0.1:9",
        HTTPS_PROXY="http://proxy:3128",
        PYTHONPATH="/elsewhere",
        COLDSTART_WHEELS="/nowhere",
        COLDSTART_BACKEND="moto",
    )
    found = [finding for finding in examine(amiss) if finding.mark is not Mark.OK]
    assert 7 <= len(found)
    assert [] == [f for f in found if not (f.cause and f.command and f.anchor)]


def test_told_leaves_out_what_a_finding_does_not_say() -> None:
    """A finding that is well is one line."""
    assert "ok    proxies: none set" == told(Finding(Mark.OK, "proxies", "none set"))


def test_the_launcher_needs_the_standard_library_and_first_aid_only() -> None:
    """Nothing that kit.py reads before a set-up imports a package, or more of helpers/."""
    found = set()
    for folder in ("tools/launch", "helpers/firstaid"):
        for file in (ROOT / folder).glob("*.py"):
            found |= _imported(file)
    own = {name for name in found if name.startswith(("tools.launch", "helpers.firstaid"))}
    others = {name for name in found - own if name.split(".")[0] not in STANDARD}
    assert {"helpers.cloud.edition", "helpers.cloud.errors"} == others
    for module in others:
        used = _imported(ROOT / f"{module.replace('.', '/')}.py")
        assert set() == {name for name in used if name.split(".")[0] not in STANDARD}


def test_the_versions_of_python_are_the_same_in_kit_py_and_first_aid() -> None:
    """kit.py, which any Python must be able to read, repeats them."""
    assert (kit.OLDEST, kit.NEWEST) == (pythons.OLDEST, pythons.NEWEST)


def _imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names
