"""Halves of widgets that do not fit are found: by metadata and manifests, as pip leaves them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.firstaid import widgets
from helpers.firstaid.finding import Finding, Mark
from helpers.firstaid.processes import Process
from helpers.firstaid.widgets import MANAGER, Setting
from tests.firstaid.test_packages import environment, install

FITTING = {
    "jupyterlab": "4.6.6",
    "ipywidgets": "8.1.9",
    "jupyterlab_widgets": "3.0.17",
    "anywidget": "0.11.0",
}
EXTENSIONS = {MANAGER: "5.0.16", "anywidget": "0.11.0"}


def extension(folder: Path, name: str, version: str) -> Path:
    """Put a lab extension into one of Jupyter's data folders; return its own folder."""
    place = folder / "labextensions" / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "package.json").write_text(json.dumps({"name": name, "version": version}))
    return place


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., Finding]:
    """Look at an environment that fits but for what a test changes; None leaves a part out."""

    def look(
        versions: dict[str, str | None] | None = None,
        extensions: dict[str, str | None] | None = None,
        **environ: str,
    ) -> Finding:
        for name, version in (FITTING | (versions or {})).items():
            if version is not None:
                install(environment(tmp_path), name, version)
        for name, version in (EXTENSIONS | (extensions or {})).items():
            if version is not None:
                extension(tmp_path / ".venv" / "share" / "jupyter", name, version)
        setting = Setting.of(tmp_path / ".venv", environ, tmp_path / "home")
        return widgets.widgets(setting)

    return look


def test_parts_that_fit_are_well(look: Callable[..., Finding]):
    """What the lock installs fits."""
    assert Mark.OK is look().mark


def test_the_environment_of_these_tests_is_well(tmp_path: Path):
    """The kit's own environment has both halves of each widget."""
    found = widgets.widgets(Setting.of(Path(sys.prefix), {}, tmp_path))

    assert Mark.OK is found.mark, found


@pytest.mark.parametrize(
    ("versions", "extensions", "seen", "cause"),
    [
        ({"ipywidgets": None}, {}, "ipywidgets is missing", "nothing to speak with"),
        ({"jupyterlab": "3.6.8"}, {}, "JupyterLab 3.6.8 is too old", "need 4 or newer"),
        (
            {"ipywidgets": "7.8.5"},
            {},
            "ipywidgets 7.8.5 with jupyterlab_widgets 3.0.17",
            "needs jupyterlab_widgets 1.x",
        ),
        (
            {"jupyterlab_widgets": "1.1.11"},
            {},
            "ipywidgets 8.1.9 with jupyterlab_widgets 1.1.11",
            "needs jupyterlab_widgets 3.x",
        ),
        (
            {"ipywidgets": "7.8.5", "jupyterlab_widgets": "1.1.11"},
            {MANAGER: "3.1.11"},
            "ipywidgets 7.8.5 is too old",
            "made for ipywidgets 8",
        ),
        ({"jupyterlab_widgets": None}, {}, "jupyterlab_widgets is missing", "the page's half"),
        ({}, {MANAGER: None}, f"{MANAGER} is missing", "half removed"),
        ({}, {MANAGER: "3.1.11"}, f"with {MANAGER} 3.1.11", "not the one of its package"),
        ({"anywidget": None}, {}, "anywidget is missing", "live views"),
        ({}, {"anywidget": None}, "or its lab extension", "live views"),
        ({}, {"anywidget": "0.9.1"}, "with the lab extension anywidget 0.9.1", "not the one"),
    ],
)
def test_parts_that_do_not_fit_are_found(
    look: Callable[..., Finding],
    versions: dict[str, str | None],
    extensions: dict[str, str | None],
    seen: str,
    cause: str,
):
    """Each mismatch is told with both versions, its cause and the command that repairs it."""
    found = look(versions, extensions)

    assert (Mark.WARN, "widgets") == (found.mark, found.anchor)
    assert seen in found.seen
    assert cause in found.cause
    assert "-m pip install" in found.command
    assert ".venv" in found.command


def test_an_older_copy_of_the_user_s_comes_first(look: Callable[..., Finding], tmp_path: Path):
    """JUPYTER_PATH leads before the environment: an extension there hides the right one."""
    place = extension(tmp_path / "mine", MANAGER, "3.1.11")
    found = look(JUPYTER_PATH=str(tmp_path / "mine"))

    assert (Mark.WARN, "widgets") == (found.mark, found.anchor)
    assert f"JupyterLab takes the first copy on its path, {str(place)!r}" == found.cause
    assert str(place) in found.command


def test_a_copy_behind_the_environment_s_does_no_harm(look: Callable[..., Finding], tmp_path: Path):
    """What lies in the user's own data folder counts only where the environment has none."""
    extension(tmp_path / "data", MANAGER, "3.1.11")

    assert Mark.OK is look(JUPYTER_DATA_DIR=str(tmp_path / "data")).mark


@pytest.mark.parametrize("form", [{MANAGER: True}, [MANAGER]], ids=["object", "list"])
@pytest.mark.parametrize("place", [".venv/etc/jupyter", "home/.jupyter"])
def test_an_extension_that_is_switched_off_is_found(
    look: Callable[..., Finding], tmp_path: Path, place: str, form: object
):
    """`jupyter labextension disable` writes into the environment or into the user's settings."""
    file = tmp_path / place / "labconfig" / "page_config.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"disabledExtensions": form}))
    found = look()

    assert (Mark.WARN, "widgets") == (found.mark, found.anchor)
    assert f"the lab extension {MANAGER} is switched off" == found.seen
    assert str(file) in found.command


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"disabledExtensions": null}'])
def test_a_damaged_setting_switches_nothing_off(
    look: Callable[..., Finding], tmp_path: Path, text: str
):
    """What JupyterLab could not read has no effect here either."""
    file = tmp_path / "home" / ".jupyter" / "labconfig" / "page_config.json"
    file.parent.mkdir(parents=True)
    file.write_text(text)

    assert Mark.OK is look().mark


def test_a_server_of_another_environment_is_found():
    """JupyterLab of one Python with a kernel of another is told with both places."""
    parent = Process(7, 1, ("/opt/other/bin/python3", "-m", "jupyterlab"))
    found = widgets.server(parent, prefix="/kit/.venv")

    assert (Mark.WARN, "widgets") == (found.mark, found.anchor)
    assert "runs in '/opt/other', and this kernel in '/kit/.venv'" == found.seen
    assert "python3 kit.py lab" == found.command


@pytest.mark.parametrize(
    "command",
    [
        ("/kit/.venv/bin/python", "-m", "jupyterlab"),
        ("python3", "-m", "jupyterlab"),
        ("/bin/bash",),
    ],
)
def test_a_server_of_the_same_environment_or_an_unknown_one_is_well(command: tuple[str, ...]):
    """A server of the kernel's environment, or a parent that tells nothing, is no finding."""
    assert Mark.OK is widgets.server(Process(7, 1, command), prefix="/kit/.venv").mark
    assert Mark.OK is widgets.server(None, prefix="/kit/.venv").mark
