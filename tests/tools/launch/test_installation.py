"""The environment beside kit.py, with a venv and a pip that only pretend."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tools.launch.errors import LaunchError
from tools.launch.installation import Installation

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pretends with POSIX paths")


class FakeTools:
    """Stands in for `python -m venv` and pip; pip can be made to fail with a log, or to stop."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.calls: list[list[str]] = []
        self.pip_log = ""
        self.interrupt = False

    def __call__(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Do what the command would leave behind."""
        assert not {"PYTHONPATH", "PIP_TARGET"} & set(environment)
        self.calls.append(list(command))
        if command[1:3] == ["-m", "venv"]:
            scripts = self.home / ".venv" / "bin"
            scripts.mkdir()
            (scripts / "python").symlink_to(command[0])
            (self.home / ".venv" / "lib" / "python3" / "site-packages").mkdir(parents=True)
            return 0
        if self.interrupt:
            raise KeyboardInterrupt
        if self.pip_log:
            (self.home / ".venv" / "setup.log").write_text(self.pip_log)
        return 1 if self.pip_log else 0

    def verbs(self) -> list[str]:
        """Return which module each call ran."""
        return [call[2] for call in self.calls]


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTools:
    """Return pretended tools for a checkout with two small locks."""
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).write_text(f"setuptools==84 \\\n    --hash=sha256:1\ntiny==1 # {lock}\n")
    monkeypatch.setenv("PYTHONPATH", "/somewhere/else")
    monkeypatch.setenv("PIP_TARGET", "/somewhere/else")
    monkeypatch.delenv("COLDSTART_WHEELS", raising=False)
    return FakeTools(tmp_path)


@pytest.fixture
def installation(tools: FakeTools) -> Installation:
    """Return an installation that uses the pretended tools."""
    return Installation(tools.home, run=tools)


def test_it_is_set_up_once(installation: Installation, tools: FakeTools) -> None:
    """The first start makes the environment and installs builder and lock; the second does not."""
    installation.ensure()
    installation.ensure()
    assert ["venv", "pip", "pip"] == tools.verbs()
    assert all("--require-hashes" in call for call in tools.calls[1:])
    assert installation.is_current(developer=False)


def test_a_developers_environment_serves_learners_too(
    installation: Installation, tools: FakeTools
) -> None:
    """What `kit.py test` installed is enough for `kit.py lab`, but not the other way round."""
    installation.ensure()
    assert not installation.is_current(developer=True)
    installation.ensure(developer=True)
    installation.ensure()
    assert ["venv", "pip", "pip", "pip", "pip"] == tools.verbs()
    assert str(tools.home / "requirements-dev.lock") == tools.calls[-1][-1]


def test_a_changed_lock_is_installed_into_the_same_environment(
    installation: Installation, tools: FakeTools
) -> None:
    """A new version of the kit updates packages without making the environment again."""
    installation.ensure()
    (tools.home / "requirements.lock").write_text("tiny==2\n")
    installation.ensure()
    assert ["venv", "pip", "pip", "pip", "pip"] == tools.verbs()


def test_an_interrupted_set_up_is_made_again(
    installation: Installation, tools: FakeTools, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C during pip leaves an environment that the next start replaces."""
    tools.interrupt = True
    with pytest.raises(KeyboardInterrupt):
        installation.ensure()
    tools.interrupt = False
    leftover = installation.folder / "half-written"
    leftover.touch()
    installation.ensure()
    assert not leftover.exists()
    assert "an earlier set-up did not finish" in capsys.readouterr().out
    assert installation.is_current(developer=False)


def test_an_environment_somebody_else_made_is_completed_not_replaced(
    installation: Installation, tools: FakeTools
) -> None:
    """A `.venv` made the classic way keeps what is in it."""
    installation.folder.mkdir()
    tools([sys.executable, "-m", "venv"], {})
    theirs = installation.folder / "theirs"
    theirs.touch()
    tools.pip_log = "Failed to establish a new connection"
    with pytest.raises(LaunchError):
        installation.ensure()
    tools.pip_log = ""
    installation.ensure()
    assert theirs.exists()
    assert installation.is_current(developer=False)


def test_a_python_that_is_gone_or_another_makes_it_anew(
    installation: Installation, tools: FakeTools
) -> None:
    """An environment whose interpreter was removed or upgraded is made again."""
    installation.ensure()
    installation.python.unlink()
    assert not installation.is_current(developer=False)
    installation.ensure()
    state_file = installation.folder / "coldstart.json"
    state_file.write_text(state_file.read_text().replace(VERSION, "3.9"))
    assert not installation.is_current(developer=False)
    installation.ensure()
    assert 3 == tools.verbs().count("venv")


def test_the_checkout_is_importable_and_survives_moving(
    installation: Installation, tools: FakeTools
) -> None:
    """The path file names the checkout relative to itself."""
    installation.ensure()
    path_file = next(installation.folder.glob("lib/*/site-packages/coldstart.pth"))
    line = path_file.read_text().strip()
    assert not Path(line).is_absolute()
    assert (path_file.parent / line).resolve() == tools.home.resolve()


def test_a_state_that_cannot_be_read_counts_as_none(installation: Installation) -> None:
    """Half a state file, or one of another shape, is not trusted."""
    installation.ensure()
    for text in ("", "[]", json.dumps({"complete": True}), "{"):
        (installation.folder / "coldstart.json").write_text(text)
        assert installation.state() is None
        assert not installation.is_current(developer=False)


def test_a_python_without_venv_is_told_debians_package(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian's split Python gets the name of the package to install."""
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else real(name)
    )
    with pytest.raises(LaunchError, match=rf"sudo apt install python{VERSION}-venv"):
        installation.ensure()


def test_too_little_room_is_said_before_anything_is_written(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is noticed first, with the numbers."""
    usage = shutil.disk_usage(installation.home)._replace(free=12_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(LaunchError, match="Only 12 MB are free"):
        installation.ensure()
    assert not installation.folder.exists()


def test_a_failing_pip_is_explained_from_its_log(
    installation: Installation, tools: FakeTools
) -> None:
    """The cause in pip's log reaches the reader, and the environment stays marked incomplete."""
    tools.pip_log = "NewConnectionError: Failed to establish a new connection: [Errno -2]"
    with pytest.raises(LaunchError, match="the package server cannot be reached"):
        installation.ensure()
    state = installation.state()
    assert state is not None
    assert not state.complete


@pytest.mark.parametrize(
    ("log", "made_anew"),
    [
        ("Failed to establish a new connection", 1),
        ("Installing collected packages: moto\nNo space left on device", 2),
    ],
)
def test_an_update_that_found_no_network_costs_nothing(
    installation: Installation, tools: FakeTools, log: str, made_anew: int
) -> None:
    """A failed update is tried again; only one that had begun to write means a new environment."""
    installation.ensure()
    (tools.home / "requirements.lock").write_text("tiny==2\n")
    tools.pip_log = log
    with pytest.raises(LaunchError):
        installation.ensure()
    tools.pip_log = ""
    installation.ensure()
    assert made_anew == tools.verbs().count("venv")


def test_a_folder_of_wheels_replaces_the_network(
    installation: Installation, tools: FakeTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COLDSTART_WHEELS makes pip use that folder and nothing else."""
    wheels = tools.home / "room wheels"
    wheels.mkdir()
    monkeypatch.setenv("COLDSTART_WHEELS", str(wheels))
    installation.ensure()
    assert ["--no-index", "--find-links", str(wheels)] == tools.calls[-1][-5:-2]


def test_a_folder_of_wheels_that_is_not_there_is_named(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistyped COLDSTART_WHEELS is not silently ignored."""
    monkeypatch.setenv("COLDSTART_WHEELS", "/no/such/folder")
    with pytest.raises(LaunchError, match="COLDSTART_WHEELS='/no/such/folder' is no folder"):
        installation.ensure()
